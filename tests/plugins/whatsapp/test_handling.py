"""What was kept is handed over whole, however it came: twice, out of order, in a burst, with strangers in it."""

import asyncio
import time
from datetime import timedelta
from random import Random
from typing import Any

import pytest

from bridge.contracts.chats import Incoming, Media, Receipt
from bridge.domain.chats import SendState
from bridge.errors import ReceiptRefused
from tests.plugins.whatsapp.conftest import Line
from tests.support.whatsapp_deliveries import (
    ANNA_PHONE,
    NOON,
    OFFICIAL,
    PREMIUM,
    change,
    message,
    status,
)

BURST = 3_000


async def test_every_message_is_handed_over_with_its_number(line: Line) -> None:
    await line.handle(change([message("text", "one")]), change([message("text", "two")], number=PREMIUM))
    found = line.office.chats.incoming.values()
    assert [(one.text, one.number) for one in found] == [("one", OFFICIAL), ("two", PREMIUM)]


async def test_a_delivery_that_is_handled_again_brings_nothing_new(line: Line) -> None:
    once = change([message("text", "one")], [status("wamid.a", "read")])
    await line.handle(once)
    await line.handle(once)
    assert len(line.office.chats.incoming) == 1


async def test_a_burst_is_handed_over_whole_and_each_senders_in_order(line: Line) -> None:
    chance = Random(8)  # noqa: S311 - always the same
    said = [message("text", str(at), sender=f"98912{chance.randrange(40):07d}") for at in range(BURST)]
    began = time.monotonic()
    await line.handle(*(change(said[at : at + 100]) for at in range(0, BURST, 100)))
    assert time.monotonic() - began < 20
    found = list(line.office.chats.incoming.values())
    assert len(found) == BURST
    by_sender: dict[str, list[int]] = {}
    for one in found:
        by_sender.setdefault(one.sender.phone, []).append(int(one.text))
    assert len(by_sender) == 40
    assert all(order == sorted(order) for order in by_sender.values())


async def test_senders_do_not_wait_for_one_another(line: Line) -> None:
    """So many share a commit of the desk: one that is slow holds up his own messages alone."""
    under_way, most = 0, 0
    received = line.office.chats.received

    async def slow(channel: str, message: Incoming) -> bool:
        nonlocal under_way, most
        under_way += 1
        most = max(most, under_way)
        await asyncio.sleep(0)
        under_way -= 1
        return await received(channel, message)

    line.office.chats.received = slow  # type: ignore[method-assign]
    await line.handle(change([message("text", "x", sender=f"98912{at:07d}") for at in range(50)]))
    assert most == 50


async def test_a_message_that_breaks_the_program_takes_no_other_with_it(line: Line) -> None:
    line.office.chats.breaks_at = "poison"
    with pytest.raises(RuntimeError):
        await line.handle(change([message("text", "poison"), message("text", "good", sender=ANNA_PHONE)]))
    assert [one.text for one in line.office.chats.incoming.values()] == ["good"]
    line.office.chats.breaks_at = ""


async def test_statuses_are_handed_over_in_their_order_with_reason_and_reference(line: Line) -> None:
    words = [status("wamid.a", word, biz_opaque_callback_data="acme:1") for word in ("read", "sent", "delivered")]
    await line.handle(change(statuses=[*words, status("wamid.b", "failed", code=131047)]))
    assert line.office.chats.statuses == [
        ("wamid.a", SendState.READ, "", "acme:1"),
        ("wamid.a", SendState.SENT, "", "acme:1"),
        ("wamid.a", SendState.DELIVERED, "", "acme:1"),
        ("wamid.b", SendState.FAILED, "the contact last wrote more than 24 hours ago (code 131047)", ""),
    ]


async def test_a_number_that_is_not_ours_is_left_and_staff_are_told(line: Line) -> None:
    await line.handle(change([message("text", "for others")], [status("wamid.a", "sent")], number="424242"))
    await line.handle(change([message("text", "for us")]))
    assert [one.text for one in line.office.chats.incoming.values()] == ["for us"]
    assert line.office.chats.statuses == []
    assert line.office.problems == {
        "strange:424242": "WhatsApp: messages come for the number with the ID 424242, which no store has; they are "
        "left. If it is yours: make it the channel_id of one, then: bridge whatsapp replay --hours 24"
    }


async def test_a_number_that_nobody_can_be_told_of_is_left_too(line: Line) -> None:
    line.office.stores.clear()
    await line.handle(change([message("text", "for others")], number="424242"))
    assert line.office.problems == {}


async def test_troubles_of_the_api_with_a_number_are_told_to_staff(line: Line) -> None:
    await line.handle(change(errors=[{"code": 131031, "title": "Account locked"}]))
    (summary,) = line.office.problems.values()
    assert summary.endswith("the WhatsApp account is restricted or locked by the provider (code 131031)")


@pytest.mark.parametrize("body", [b"", b"not json", b'{"object": "instagram"}'])
async def test_what_is_no_delivery_is_refused_for_good(line: Line, body: bytes) -> None:
    with pytest.raises(ReceiptRefused):
        await line.plugin.bridge_handle(Receipt("k", "delivery", body, line.office.now()))


# --- files ---


def due(line: Line, *media: Media) -> None:
    line.office.chats.files_due = [(at, "acme", one) for at, one in enumerate(media, 1)]


async def fetch(line: Line) -> dict[int, bytes | str]:
    """One run of the job that fetches files."""
    jobs: dict[str, Any] = {}

    class Registry:
        def every(self, name: str, interval: timedelta, job: Any) -> None:
            assert interval <= timedelta(minutes=1)
            jobs[name] = job

    line.plugin.bridge_schedule_jobs(Registry())
    await jobs["whatsapp files"]()
    return line.office.chats.files


async def test_a_contacts_file_is_fetched(line: Line) -> None:
    line.peer.media["99"] = ("image/png", b"\x89PNG\r\n\x1a\n")
    due(line, Media("99", "image/png"))
    assert await fetch(line) == {1: b"\x89PNG\r\n\x1a\n"}


async def test_a_file_that_is_too_large_is_not_fetched(line: Line) -> None:
    line.office.own = line.office.own.model_copy(update={"media_megabytes": 1})
    line.peer.media["98"] = ("image/png", b"x" * 1_048_577)
    due(line, Media("99", "video/mp4", size=2_000_000), Media("98", "image/png"))
    assert await fetch(line) == {1: "it has more than 1 MB", 2: "it has more than 1 MB"}


async def test_a_file_that_has_gone_is_given_up_with_the_apis_reason(line: Line) -> None:
    due(line, Media("99", "image/png"))
    (reason,) = (await fetch(line)).values()
    assert str(reason).endswith("(code 100)")


async def test_a_file_that_can_not_be_had_now_stays_due_and_holds_up_no_other(line: Line) -> None:
    line.peer.media |= {"98": ("image/png", b"a"), "99": ("image/png", b"b")}
    line.peer.media_says["98"] = {"url": "https://evil.example/"}
    due(line, Media("98", "image/png"), Media("99", "image/png"))
    assert await fetch(line) == {2: b"b"}
    line.peer.media_says.clear()
    assert await fetch(line) == {2: b"b"}, "it pauses"
    line.office.advance(timedelta(seconds=30))
    assert await fetch(line) == {1: b"a", 2: b"b"}


async def test_a_file_that_never_can_be_had_is_given_up_in_the_end(line: Line) -> None:
    line.peer.media["99"], line.peer.media_says["99"] = ("image/png", b"a"), {"url": "https://evil.example/"}
    due(line, Media("99", "image/png"))
    for _ in range(179):
        assert await fetch(line) == {}
        line.office.advance(timedelta(hours=1))
    assert line.office.at - NOON > timedelta(days=7)
    assert await fetch(line) == {1: "the API named no address of its own for it"}


async def test_a_file_waits_while_the_token_is_not_taken(line: Line) -> None:
    line.peer.media["99"] = ("image/png", b"a")
    due(line, Media("99", "image/png"))
    line.peer.tokens = {"another"}
    assert await fetch(line) == {}
    line.office.secrets["acme.token"] = "another"
    line.office.advance(timedelta(hours=1))
    assert await fetch(line) == {1: b"a"}
