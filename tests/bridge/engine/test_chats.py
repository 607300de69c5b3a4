"""What a channel's plugin asks of the bridge, answered from the desk; asking for what is not there harms nothing."""

from collections.abc import AsyncIterator, Collection, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import pytest

from bridge.contracts.chats import ChatNumber, Incoming, Media
from bridge.desk.desk import Desk
from bridge.desk.file_store import FileStore
from bridge.domain.chats import ChatKind, MediaState, SendState
from bridge.domain.desk_terms import DeskTerms
from bridge.domain.files import FileTerms
from bridge.engine.chats import DeskChats
from bridge.services.files import has_room
from bridge.testing.clock import FixedClock
from tests.support.books import ACME, MONDAY_9AM, a_quick_desk
from tests.support.chatting import CHANNEL, DEVELOPER, MARYAM, OFFICE
from tests.support.premium_time import premium_terms
from tests.support.quoting import desk_terms

FAR = MONDAY_9AM + timedelta(days=9)
PNG = b"\x89PNG\r\n\x1a\n" + b"x" * 100
TERMS = desk_terms(premium=premium_terms(), files=FileTerms(file_bytes=1_000, store_bytes=1_500))


@dataclass
class Side:
    """The bridge's side of a channel, and who was told."""

    desk: Desk
    chats: DeskChats
    contents: FileStore
    terms: dict[str, DeskTerms]
    told: list[Collection[str]] = field(default_factory=list)

    async def came(self, number: str = OFFICE.channel_id, **different: object) -> bool:
        facts: Mapping[str, object] = {
            "external_id": "wamid.1",
            "sender": MARYAM,
            "sent_at": MONDAY_9AM,
            "kind": ChatKind.TEXT,
            "text": "Hello",
            **different,
        }
        return await self.chats.received(CHANNEL, Incoming(number=number, **facts))  # type: ignore[arg-type]

    async def media(self) -> tuple[MediaState, str, str]:
        """Of the first message: its file's state and type, and what is wrong with it."""
        kept = await self.desk.read(lambda tx: tx.conversations.message(1))
        assert kept is not None
        assert kept.message.media is not None
        return kept.message.media.state, kept.message.media.mime_type, kept.message.error


@pytest.fixture
async def side(tmp_path: Path) -> AsyncIterator[Side]:
    with a_quick_desk() as desk:
        desk.start()
        contents, terms, told = FileStore(tmp_path / "files"), {ACME: TERMS}, list[Collection[str]]()
        chats = DeskChats(
            lambda: desk,
            FixedClock(MONDAY_9AM),
            terms=lambda: terms,
            contents=lambda: contents,
            on_told=told.append,
        )
        yield Side(desk, chats, contents, terms, told)


async def test_W2_numbers_are_named_by_their_keys_and_ids_alone(side: Side) -> None:
    assert side.chats.numbers() == [
        ChatNumber(ACME, "office", "official", "100"),
        ChatNumber(ACME, "developer", "premium", "200"),
    ]
    assert DEVELOPER.number not in str(side.chats.numbers())


async def test_a_message_is_kept_for_the_store_of_its_number_and_the_store_is_told(side: Side) -> None:
    assert [await side.came() for _ in range(2)] == [True, False]
    assert not await side.came("999", external_id="wamid.2")
    assert side.told == [[ACME]]


async def test_what_is_not_there_is_nobodys_and_harms_nothing(side: Side) -> None:
    chats = side.chats
    assert await chats.outgoing(999) is None
    await chats.sent(999, "wamid.9")
    await chats.not_sent(999)
    await chats.failed(999, "no")
    await chats.media_failed(999, "no")
    assert await chats.media_fetched(999, PNG) == "there is no such message"
    await chats.status(CHANNEL, "wamid.9", SendState.READ)
    assert await side.desk.read(lambda tx: tx.problems.open(ACME)) == []


async def test_of_a_store_that_is_switched_off_nothing_is_taken_or_sent(side: Side) -> None:
    assert await side.came()
    side.terms.clear()
    assert not await side.came(external_id="wamid.2")
    assert await side.chats.outgoing(2) is None
    assert side.chats.numbers() == []
    side.terms[ACME] = TERMS
    reply = await side.chats.outgoing(2)
    assert reply is not None, "it waited"
    assert reply.text


@pytest.mark.parametrize(
    ("media", "content", "kept"),
    [
        (Media("m", "image/png", "a.png"), PNG, (MediaState.KEPT, "image/png", "")),
        (Media("m", "image/png"), PNG, (MediaState.KEPT, "image/png", "")),
        (Media("m", "text/plain; charset=utf-8"), "سلام".encode(), (MediaState.KEPT, "text/plain", "")),
        (
            Media("m", "image/png", "a.pdf"),
            PNG,
            (MediaState.REFUSED, "image/png", "it is of no type that is kept, or not what its name says"),
        ),
        (
            Media("m", "audio/ogg"),
            b"OggS",
            (MediaState.REFUSED, "audio/ogg", "it is of no type that is kept, or not what its name says"),
        ),
        (
            Media("m", "image/png", "../../etc/a.png"),
            PNG + b"x" * 1_000,
            (MediaState.REFUSED, "image/png", "it has 1,108 bytes; at most 1,000 are kept"),
        ),
    ],
    ids=["named", "by its type", "a text", "another type", "no type of ours", "too large"],
)
async def test_a_file_is_kept_as_a_tickets_are(
    side: Side, media: Media, content: bytes, kept: tuple[MediaState, str, str]
) -> None:
    await side.came(kind=ChatKind.MEDIA, media=media)
    [(number, store, asked)] = await side.chats.media_due(9)
    assert (store, asked) == (ACME, media)
    assert await side.chats.media_fetched(number, content) == kept[2]
    assert await side.media() == kept
    assert await side.chats.media_due(9) == []


async def test_what_is_in_a_file_that_goes_out_is_given_while_it_is_there(side: Side) -> None:
    await side.came(kind=ChatKind.MEDIA, media=Media("m", "image/png"))
    [(number, _, _)] = await side.chats.media_due(9)
    assert await side.chats.content(number) is None, "it was not fetched yet"
    await side.chats.media_fetched(number, PNG)
    assert await side.chats.content(number) == PNG
    side.contents.drop(ACME, side.contents.old(ACME, at=FAR), at=FAR)
    assert await side.chats.content(number) is None
    assert await side.chats.content(999) is None


async def test_a_store_that_is_full_keeps_no_more_files(side: Side) -> None:
    content = PNG + b"y" * 800
    for number in range(2):
        media = Media(f"m{number}", "image/png")
        await side.came(kind=ChatKind.MEDIA, media=media, external_id=f"wamid.{number}")
    due = await side.chats.media_due(9)
    answers = [await side.chats.media_fetched(number, content + bytes([number])) for number, _, _ in due]
    assert answers == ["", "there is no room for files"]
    [problem] = await side.desk.read(lambda tx: tx.problems.open(ACME))
    assert problem.kind == "files_full", "staff hear of it as they do of a ticket's files"
    left = TERMS.files.store_bytes - len(content) - 1
    assert await side.desk.read(has_room, TERMS, left)
    assert not await side.desk.read(has_room, TERMS, left + 1), "a ticket's files find the same room"
