"""The whole way of a chat, from the API's signed delivery to our answer, with everything that comes and should not.

The daemon's own parts in this process, a real desk, and a peer that behaves as the API's documents say.
"""

import asyncio
import json
import time
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
import structlog.testing
from aiohttp import web

from bridge.desk.file_store import beside
from bridge.desk.transaction import DeskTx
from bridge.domain.accounts import Owner, OwnerKind
from bridge.domain.chats import Route
from bridge.domain.desk_terms import DeskTerms
from bridge.domain.files import NamedFile
from bridge.domain.work_time import Reading
from bridge.engine import deliveries, plugin_lines
from bridge.services import chat_moving, chat_sending, tickets
from tests.support.chat_bridge import PREMIUM_NUMBER, ChatBridge, RunningChats
from tests.support.daemons import bridge_command
from tests.support.waiting import until
from tests.support.whatsapp_deliveries import (
    ANNA_PHONE,
    OFFICIAL,
    PREMIUM,
    REZA,
    REZA_ID,
    change,
    delivery,
    encoded,
    message,
    signed,
    status,
)
from tests.support.whatsapp_peer import APP_SECRET, TOKEN, Peer, a_whatsapp_peer

BURST = 3_000
HOSTILE = "می‌خواهم 👩🏽‍💻 \u202e<script>alert(1)</script>\u202c {{7*7}} 'OR 1=1--"


@pytest.fixture
async def peer() -> AsyncIterator[Peer]:
    async with a_whatsapp_peer() as running:
        running.statuses = True
        yield running


@pytest.fixture
async def chats(tmp_path: Path, peer: Peer, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[RunningChats]:
    monkeypatch.setattr(deliveries, "LONGEST_REST_S", 0.0)
    monkeypatch.setattr(plugin_lines, "FIRST_PAUSE", timedelta(seconds=0.1))
    monkeypatch.setattr(plugin_lines, "LONGEST_PAUSE", timedelta(seconds=0.5))
    async with ChatBridge(tmp_path, peer).running() as running:
        yield running


def came(chats: RunningChats) -> list[str]:
    """The texts that came, in the desk's order."""
    return [text for _, text, _ in chats.bridge.messages("in")]


async def answered(peer: Peer, count: int = 1) -> None:
    await until(lambda: len(peer.sent) >= count, f"{count} messages went out")


# --- what is published ---


async def test_W2_who_writes_to_the_official_number_is_answered_once_in_his_language(
    chats: RunningChats, peer: Peer
) -> None:
    await peer.write(REZA, "سلام، قیمت افزونه چند است؟")
    await peer.write(REZA, "کسی هست؟")
    await peer.write(ANNA_PHONE, "Здравствуйте! Есть скидка?")
    await answered(peer, 2)
    await chats.quiet()
    by_contact = {one.to.lstrip("+"): one for one in peer.sent}
    assert len(peer.sent) == 2
    assert "۲۰" in by_contact[REZA].text or "20" in by_contact[REZA].text
    assert "Консультация" in by_contact[ANNA_PHONE].text
    assert "مشاوره" in by_contact[REZA].text
    for one in peer.sent:
        assert PREMIUM_NUMBER.lstrip("+") in "".join(filter(str.isdigit, one.text))
        assert len(one.buttons) == 2


async def test_W2_a_reply_that_is_too_long_to_carry_buttons_goes_out_without_them(
    chats: RunningChats, peer: Peer
) -> None:
    path = chats.bridge.config / "stores" / "acme.toml"
    name = ("A kind of work with a long name " * 2).strip()
    kinds = "".join(f'[premium.kinds.kind-{at}]\nname = {{ en = "{name} {at}" }}\nrate = "20.00"\n' for at in range(15))
    path.write_text(path.read_text().replace("[plugin.whatsapp]", f"{kinds}[plugin.whatsapp]"))
    await chats.app.reload()
    await peer.write(ANNA_PHONE, "Hello, what does it cost?")
    await answered(peer)
    assert peer.sent[0].document["type"] == "text"
    assert len(peer.sent[0].text) > 1_024


async def test_W3_support_that_is_asked_for_on_the_official_number_is_redirected(
    chats: RunningChats, peer: Peer
) -> None:
    await peer.write(ANNA_PHONE, "The extension stopped working")
    await answered(peer)
    (first,) = peer.sent
    support = next(one for one in first.buttons if "support" in one)
    await peer.press(ANNA_PHONE, first, support)
    await answered(peer, 2)
    await chats.quiet()
    (route,) = chats.bridge.rows("SELECT route FROM conversation")
    assert route == (Route.REDIRECTED.value,)
    assert PREMIUM_NUMBER.lstrip("+") not in "".join(filter(str.isdigit, peer.sent[1].text))


async def test_W2_the_premium_number_stands_in_the_automatic_reply_and_nowhere_else(
    chats: RunningChats, peer: Peer
) -> None:
    digits = PREMIUM_NUMBER.lstrip("+")
    with structlog.testing.capture_logs() as logs:
        await peer.write(REZA, "سلام")
        await peer.write(REZA, "hello", number=PREMIUM)
        await answered(peer)
        conversation = await chats.conversation(REZA)
        await chats.act(chat_sending.send, conversation, text="بفرمایید")
        await answered(peer, 2)
        peer.codes = [131026]
        await chats.act(chat_sending.send, conversation, text="هنوز هستید؟")
        await chats.quiet()
        assert peer.client is not None
        async with peer.client.get(f"{chats.app.pages.address}/metrics") as page:
            metrics = await page.text()
    named = [one for one in peer.sent if digits in "".join(filter(str.isdigit, one.text))]
    assert [one.number for one in named] == [OFFICIAL]
    tables = [name for (name,) in chats.bridge.rows("SELECT name FROM sqlite_master WHERE type = 'table'")]
    rows = {name: chats.bridge.rows(f"SELECT * FROM {name}") for name in tables}
    found = {name for name, held in rows.items() if name != "receipt" and digits in _digits_of(held)}
    assert found == set(), "the books never hold it; what the provider delivered names it as its own"
    assert digits not in _digits_of(logs)
    assert digits not in metrics


def _digits_of(found: object) -> str:
    return "".join(one for one in str(found) if one.isdigit() or one in ",:'{}")


async def test_W10_what_is_written_after_24_hours_waits_until_the_contact_writes(
    chats: RunningChats, peer: Peer
) -> None:
    peer.now = lambda: chats.app.clock.now() - timedelta(hours=25)
    await peer.write(REZA, "سلام")
    conversation = await chats.conversation(REZA)
    await chats.act(chat_sending.send, conversation, text="ببخشید، دیر شد")
    await chats.quiet()
    assert peer.sent == []
    assert chats.bridge.messages("out")[-1] == ("text", "ببخشید، دیر شد", "waiting")
    peer.now = chats.app.clock.now
    await peer.write(REZA, "هنوز منتظرم")
    await until(lambda: "ببخشید، دیر شد" in {one.text for one in peer.sent}, "it went out")


async def test_W2_bridge_check_says_how_token_numbers_and_webhook_stand_and_names_no_number(
    chats: RunningChats, peer: Peer
) -> None:
    done = await asyncio.to_thread(bridge_command, chats.bridge.config, "check", "--json")
    found = {one["name"]: one for one in json.loads(done.stdout)["findings"] if "WhatsApp" in one["name"]}
    assert {name: one["level"] for name, one in found.items()} == {
        "WhatsApp number office of acme": "ok",
        "WhatsApp number expert of acme": "ok",
        "WhatsApp webhook": "ok",
    }
    assert PREMIUM_NUMBER.lstrip("+") not in done.stdout + done.stderr
    peer.tokens.clear()
    done = await asyncio.to_thread(bridge_command, chats.bridge.config, "check")
    assert "the API does not take the access token any more" in " ".join(done.stdout.split())
    assert TOKEN not in done.stdout


# --- bad input ---


async def test_a_wrong_signature_keeps_nothing(chats: RunningChats, peer: Peer) -> None:
    body = encoded(delivery(change([message("text", "forged")])))
    answers = [
        await peer.post(body, {}),
        await peer.post(body, signed(body, "another secret")),
        await peer.post(body.replace(b"forged", b"Forged"), signed(body, APP_SECRET)),
        await peer.post(encoded(delivery(change([message("text", "👋")])), escaped=False), signed(body, APP_SECRET)),
    ]
    assert answers == [401, 401, 401, 401]
    assert chats.bridge.rows("SELECT COUNT(*) FROM receipt") == [(0,)]


async def test_only_who_knows_the_word_sets_the_webhook_up(chats: RunningChats, peer: Peer) -> None:
    assert chats.app.public_pages is not None
    assert await peer.set_up() == (200, "1158201444")
    assert await peer.set_up(word="guessed") == (403, "no")


async def test_a_body_beyond_the_limit_is_refused(chats: RunningChats, peer: Peer) -> None:
    body = b"x" * (4 * 1_048_576 + 1)
    assert await peer.post(body, signed(body, APP_SECRET)) == 413
    large = encoded(delivery(change([message("text", "x" * 3_000_000)])))
    assert await peer.post(large, signed(large, APP_SECRET)) == 200
    await chats.quiet()
    assert [len(text) for text in came(chats)] == [20_000]


async def test_the_signature_is_of_the_bytes_with_and_without_escapes(chats: RunningChats, peer: Peer) -> None:
    for escaped in (True, False):
        body = encoded(delivery(change([message("text", f"👩🏽‍💻 {escaped}")])), escaped=escaped)
        assert await peer.post(body, signed(body, APP_SECRET)) == 200
    await chats.quiet()
    assert came(chats) == ["👩🏽‍💻 True", "👩🏽‍💻 False"]


async def test_a_replayed_delivery_and_a_message_in_two_deliveries_count_once(chats: RunningChats, peer: Peer) -> None:
    peer.wrote[OFFICIAL, REZA] = peer.now()
    one, two = message("text", "one", at=peer.now()), message("text", "two", at=peer.now())
    for _ in range(3):
        await peer.deliver(delivery(change([one])))
    await peer.deliver(delivery(change([two, one]), change([one])))
    await answered(peer)
    await chats.quiet()
    assert sorted(came(chats)) == ["one", "two"]
    assert len(peer.sent) == 1


async def test_deliveries_out_of_order_never_put_a_message_back(chats: RunningChats, peer: Peer) -> None:
    peer.statuses = False
    peer.wrote[OFFICIAL, REZA] = peer.now()
    await peer.deliver(delivery(change([message("text", "second", at=peer.now())])))
    await peer.deliver(delivery(change([message("text", "first", at=peer.now() - timedelta(minutes=3))])))
    await answered(peer)
    await until(lambda: chats.bridge.messages("out")[0][2] == "sent", "it is sent")
    (sent,) = peer.sent
    for word in ("read", "delivered", "sent", "failed"):
        await peer.tell(sent.id, word)
    await chats.quiet()
    assert chats.bridge.messages("out")[0][2] == "read"
    assert sorted(came(chats)) == ["first", "second"]


async def test_a_status_that_comes_before_the_answer_of_the_api_is_not_lost(chats: RunningChats, peer: Peer) -> None:
    """The peer says "sent" and "delivered" before its answer has ended."""
    await peer.write(REZA, "سلام")
    await until(lambda: [one[2] for one in chats.bridge.messages("out")] == ["delivered"], "it is delivered")


async def test_a_burst_of_3000_messages_is_kept_whole_and_answers_no_robot(chats: RunningChats, peer: Peer) -> None:
    senders = [f"98912{at:07d}" for at in range(30)]
    for one in senders:
        peer.wrote[OFFICIAL, one] = peer.now()
    said = [message("text", str(at), sender=senders[at % 30], at=peer.now()) for at in range(BURST)]
    began = time.monotonic()
    for at in range(0, BURST, 50):
        assert await peer.deliver(delivery(change(said[at : at + 50]))) == 200
    taken = time.monotonic() - began
    await until(
        lambda: chats.bridge.rows("SELECT COUNT(*) FROM chat_message WHERE direction = 'in'") == [(BURST,)],
        "all kept",
    )
    await chats.quiet()
    assert taken < 10
    assert set(came(chats)) == {str(at) for at in range(BURST)}
    assert Counter(one.to for one in peer.sent).most_common(1)[0][1] == 1
    assert "chat_flood" in chats.bridge.problems()


async def test_an_unknown_type_is_kept_as_what_it_calls_itself(chats: RunningChats, peer: Peer) -> None:
    await peer.say(message("hologram", {"depth": 3}, at=peer.now()))
    await chats.quiet()
    assert chats.bridge.messages("in") == [("unknown", "[hologram]", "")]


async def test_what_a_blocked_contact_writes_is_kept_and_not_answered(chats: RunningChats, peer: Peer) -> None:
    await peer.write(REZA, "سلام")
    await answered(peer)
    await chats.quiet()
    await chats.app.desk.transact("block", lambda tx: tx.connection.execute("UPDATE contact SET blocked = 1"))
    await peer.write(REZA, "خبر بد")
    await chats.quiet()
    assert (came(chats), len(peer.sent)) == (["سلام", "خبر بد"], 1)


async def test_hostile_and_right_to_left_text_is_kept_as_it_came_at_every_place(
    chats: RunningChats, peer: Peer
) -> None:
    people = [{"profile": {"name": HOSTILE}, "wa_id": REZA, "user_id": REZA_ID}]
    said = [
        message("text", HOSTILE, at=peer.now()),
        message("document", {"id": "9", "mime_type": "text/plain", "filename": HOSTILE, "caption": HOSTILE}),
        message("button", {"payload": HOSTILE, "text": HOSTILE}),
        message("text", "half \ud83d and \x00 nothing"),
    ]
    await peer.deliver(delivery(change(said, contacts=people)))
    await chats.quiet()
    assert sorted(came(chats))[1:] == [HOSTILE, HOSTILE, HOSTILE]
    assert chats.bridge.rows("SELECT name FROM contact") == [(HOSTILE,)]


async def test_a_delivery_for_a_number_that_is_not_ours_is_left_and_told(chats: RunningChats, peer: Peer) -> None:
    await peer.deliver(delivery(change([message("text", "for others")], [status("wamid.x", "sent")], number="424242")))
    await chats.quiet()
    assert came(chats) == []
    assert chats.bridge.problems()["whatsapp_strange_number"].startswith("WhatsApp: messages come for the number")


async def test_a_token_that_is_revoked_in_mid_flight_loses_nothing(chats: RunningChats, peer: Peer) -> None:
    await peer.write(REZA, "سلام")
    await answered(peer)
    conversation = await chats.conversation(REZA)
    peer.tokens = {"another"}
    await chats.act(chat_sending.send, conversation, text="بفرمایید")
    await until(lambda: "whatsapp_stuck" in chats.bridge.problems(), "staff are told")
    assert TOKEN not in chats.bridge.problems()["whatsapp_stuck"]
    assert chats.bridge.messages("out")[-1][2] in {"queued", "sending"}, "it is tried again and again"
    peer.tokens = {TOKEN}
    await answered(peer, 2)
    await until(lambda: "whatsapp_stuck" not in chats.bridge.problems(), "it is over")
    assert peer.sent[-1].text == "بفرمایید"


async def test_a_template_that_is_not_approved_leaves_the_message_waiting(chats: RunningChats, peer: Peer) -> None:
    path = chats.bridge.config / "stores" / "acme.toml"
    path.write_text(
        path.read_text().replace("[plugin.whatsapp]", '[plugin.whatsapp]\ntemplates = { reopen = "hello" }')
    )
    await chats.app.reload()
    peer.now = lambda: chats.app.clock.now() - timedelta(hours=25)
    await peer.write(REZA, "سلام")
    conversation = await chats.conversation(REZA)
    peer.now = chats.app.clock.now
    await chats.act(chat_sending.send, conversation, text="بفرمایید", template=True)
    await until(lambda: "whatsapp_template" in chats.bridge.problems(), "staff are told")
    await chats.quiet()
    assert [one[2] for one in chats.bridge.messages("out") if one[0] == "text"] == ["waiting"]
    assert peer.sent == []
    peer.templates["hello", "fa"] = 1
    await chats.act(chat_sending.send, conversation, text="هنوز هستید؟", template=True)
    await answered(peer)
    assert peer.sent[0].document["template"]["name"] == "hello"
    await until(lambda: "whatsapp_template" not in chats.bridge.problems(), "it is over")


async def test_what_the_api_refuses_later_is_not_shown_as_sent(chats: RunningChats, peer: Peer) -> None:
    peer.statuses, peer.says_later = False, True
    await peer.write(REZA, "سلام")
    await answered(peer)
    await peer.tell(peer.sent[0].id, "failed", code=131047)
    await chats.quiet()
    (failed,) = chats.bridge.rows("SELECT state, error FROM chat_message WHERE direction = 'out'")
    assert failed == ("failed", "the contact last wrote more than 24 hours ago (code 131047)")


async def test_a_contact_without_a_number_is_answered_by_his_id(chats: RunningChats, peer: Peer) -> None:
    said = message("text", "سلام", from_user_id=REZA_ID, at=peer.now())
    del said["from"]
    await peer.say(said)
    await answered(peer)
    await chats.quiet()
    assert (peer.sent[0].document.get("to"), peer.sent[0].document["recipient"]) == (None, REZA_ID)


async def test_W2_echoes_and_our_own_numbers_are_not_answered(chats: RunningChats, peer: Peer) -> None:
    typed = message("text", "typed on the telephone", sender="15550783881", to=REZA, at=peer.now())
    value = {"metadata": {"phone_number_id": OFFICIAL}, "message_echoes": [typed]}
    await peer.deliver(delivery({"field": "smb_message_echoes", "value": value}))
    await peer.write("15550783882", "from our premium number")
    await peer.say(message("system", {"type": "user_changed_number", "wa_id": "1"}, at=peer.now()))
    await chats.quiet()
    assert peer.sent == []


async def test_a_contacts_file_is_fetched_and_kept(chats: RunningChats, peer: Peer) -> None:
    content = b"\x89PNG\r\n\x1a\n" + b"x" * 50
    peer.media["99"] = ("image/png", content)
    await peer.say(message("image", {"id": "99", "mime_type": "image/png", "caption": "look"}, at=peer.now()))
    await chats.quiet()
    job = chats.app.jobs._jobs["whatsapp files"][1]
    await job()
    assert chats.bridge.rows("SELECT media_state, media_size FROM chat_message WHERE media_id = '99'") == [
        ("kept", len(content))
    ]


async def test_W10_a_file_of_an_answer_in_the_ticket_of_a_chat_reaches_the_contact(
    chats: RunningChats, peer: Peer
) -> None:
    await peer.write(REZA, "سلام")
    await answered(peer)
    conversation, content = await chats.conversation(REZA), b"%PDF-1.7 a guide"

    def link(tx: DeskTx) -> None:
        found = tx.conversations.get("acme", conversation)
        contact = tx.contacts.get("acme", found.contact_id) if found else None
        owner = Owner(OwnerKind.CUSTOMER, 77)
        assert contact is not None
        tx.contacts.save(replace(contact, account_id=tx.accounts.open("acme", [owner])[owner].id))

    def move(tx: DeskTx, terms: DeskTerms, *, by: str, at: datetime) -> int:
        now = Reading(at, "", timedelta(0))
        return chat_moving.move(tx, terms, conversation, subject="A guide", by=by, now=now).id

    await chats.app.desk.transact("link", link)
    ticket = await chats.act(move)
    digest = beside(chats.app.desk.path).keep("acme", content, at=chats.app.clock.now())
    guide = NamedFile("5b5c1d3e-0000-4000-8000-000000000001", "راهنما.pdf", len(content), digest, 1)
    await chats.act(tickets.reply, ticket, text="بفرمایید", files=[(guide, "application/pdf")])
    await answered(peer, 4)
    ((media, (number, kind, given)),) = peer.uploaded.items()
    assert (number, kind, given) == (OFFICIAL, "application/pdf", content)
    assert [one.text for one in peer.sent[1:3]] == [peer.sent[1].text, "بفرمایید"]
    assert peer.sent[3].document["document"] == {"id": media, "filename": "راهنما.pdf"}
    await chats.quiet()
    assert [kind for kind, _, state in chats.bridge.messages("out") if state == "delivered"][-2:] == ["text", "media"]


async def test_an_answer_that_was_lost_is_told_by_its_status(chats: RunningChats, peer: Peer) -> None:
    peer.statuses, peer.loses_answers = False, True
    await peer.write(REZA, "سلام")
    await until(lambda: [one[2] for one in chats.bridge.messages("out")] == ["unsure"], "nobody knows")
    peer.loses_answers = False
    await peer.tell(peer.sent[0].id, "delivered")
    await until(lambda: [one[2] for one in chats.bridge.messages("out")] == ["delivered"], "now it is known")
    assert len(peer.sent) == 1


async def test_an_api_that_answers_nonsense_leaves_the_message_unsure(chats: RunningChats, peer: Peer) -> None:
    peer.answers = [web.Response(status=502, body=b"<html>")]
    await peer.write(REZA, "سلام")
    await until(lambda: [one[2] for one in chats.bridge.messages("out")] == ["unsure"], "nobody knows")
    assert json.dumps(chats.bridge.problems()).count("html") == 0
