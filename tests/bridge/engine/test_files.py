"""Files arrive with their message or not at all, and staff's go the other way, whole."""

import asyncio
import base64
import hashlib
import json
import shutil
from collections.abc import AsyncIterator, Callable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from bridge.contracts.shop_documents import DocumentRow, DocumentTable
from bridge.contracts.shop_files import PART_BYTES, FilePart
from bridge.contracts.shop_rows import DESK_TO_SHOP, SigningKey, signed_row, verifies
from bridge.desk.desk import Desk
from bridge.desk.file_store import FileStore, beside
from bridge.domain.accounts import Owner, OwnerKind
from bridge.domain.files import FileState, TicketFile
from bridge.domain.tickets import Message, MessageKind
from bridge.engine.health import StoreHealth
from bridge.engine.inbox import Inbox
from bridge.engine.pusher import Pusher
from bridge.engine.retention import Retention
from bridge.engine.setup import StoreSetup
from bridge.errors import ShopUnavailable
from bridge.services import files, personal_export, privacy, tickets
from bridge.testing.clock import FixedClock
from bridge.testing.coin_desk import PostedRow, posted_row
from bridge.testing.desks import a_desk
from bridge.testing.files import file_parts, note_of
from bridge.testing.shop import FakeShop
from tests.support.fake_platform import read_settings, write_bridge

MONDAY = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
KEY, OTHER_KEY = SigningKey("k1", bytes(32)), SigningKey("k2", bytes([7]) * 32)
PNG = b"\x89PNG\r\n\x1a\n" + b"\0\0\0\rIHDR" + bytes(40)
LONG = PNG + bytes(range(256)) * (PART_BYTES // 256) * 2
HIS = Owner(OwnerKind.CUSTOMER, 77)


class Store:
    """One store's answering and pushing sides, driven by hand, and its customers' page."""

    def __init__(self, desk: Desk, folder: Path) -> None:
        self.settings = read_settings(write_bridge(folder, stores={"acme": {}})).stores["acme"]
        self.setup = StoreSetup.of(self.settings)
        self.shop, self.desk, self.clock = FakeShop(clock=MONDAY.replace(tzinfo=None)), desk, FixedClock(MONDAY)
        self.contents: FileStore = beside(desk.path)
        health, stop = StoreHealth("acme", 60), asyncio.Event()
        sides: tuple[Any, ...] = (self.setup, self.shop, desk, self.clock, health, stop)
        self.keys: tuple[SigningKey, ...] = (KEY,)
        self.inbox = Inbox(*sides, keys=lambda: self.keys, wake=asyncio.Event())
        self.pusher = Pusher(*sides, keys=lambda: self.keys, wake=asyncio.Event())

    def upload(self, content: bytes, name: str = "shot.png", *, customer: int = 77, **changes: Any) -> dict[str, Any]:
        """What the page does with a file: its parts, and what the message will say of it."""
        parts = file_parts(changes.pop("key", KEY), store="acme", customer=customer, content=content, **changes)
        self.shop.put_parts(*parts)
        return note_of(parts, content, name)

    async def send(self, *notes: dict[str, Any], ticket: int | None = None, customer: int = 77, at: int = 0) -> str:
        """Write a message with these files; the word it was answered with."""
        return await self.answered(self.post(*notes, ticket=ticket, customer=customer, at=at))

    def post(self, *notes: dict[str, Any], ticket: int | None = None, customer: int = 77, at: int = 0) -> PostedRow:
        """Leave a message with these files, as the page does, whether somebody reads it or not."""
        data: dict[str, Any] = {"text": "See there", "files": list(notes)}
        data |= {"ticket": ticket} if ticket else {"subject": "It is broken", "price": None}
        kind = "ticket_reply" if ticket else "ticket_open"
        row = posted_row(KEY, store="acme", customer=customer, kind=kind, data=data, at=int(MONDAY.timestamp()) + at)
        self.shop.post(row)
        return row

    async def answered(self, row: PostedRow) -> str:
        """Read what there is; the word that this row was answered with."""
        while await self.inbox.one_pass():
            pass
        await self.push()
        answer = self.shop.shown_document(DocumentTable.ANSWER, row.uuid)
        return str(answer["code"]) if answer else ""

    async def tidy(self) -> None:
        """One look at the inbox when it is time to forget what is old; by itself that comes once a day."""
        self.inbox._forgetting._at = 0.0
        await self.inbox.one_pass()

    def pass_time(self, *, days: int) -> None:
        """On both sides."""
        self.shop.clock += timedelta(days=days)
        self.clock.advance(timedelta(days=days))

    async def push(self) -> None:
        while await self.pusher.one_pass():
            pass

    def files(self, ticket: int = 1) -> Sequence[TicketFile]:
        return self.desk.look(lambda tx: tx.files.of_ticket(ticket))

    def texts(self, ticket: int = 1) -> list[Message]:
        """What people wrote; what the bridge notes besides is no file's message."""
        thread = self.desk.look(lambda tx: tx.tickets.thread(ticket))
        return [one for one in thread if one.kind is MessageKind.TEXT]

    def tickets(self) -> int:
        return len(self.desk.look(lambda tx: tx.tickets.latest("acme", 100)))

    def kept(self) -> list[str]:
        return sorted(path.name for path in self.contents.root.rglob("*") if path.is_file())


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    desk = a_desk(tmp_path)
    desk.start()
    yield Store(desk, tmp_path)
    desk.close()


async def test_a_message_arrives_with_its_files_and_their_contents_are_kept(store: Store) -> None:
    shot, log = store.upload(LONG), store.upload("ошибка".encode(), "../error.log")
    assert await store.send(shot, log) == "ticket_opened"
    found = store.files()
    assert [(one.name, one.type, one.size, one.state) for one in found] == [
        ("shot.png", "image/png", len(LONG), FileState.KEPT),
        ("error.log", "text/plain", 12, FileState.KEPT),
    ]
    assert [store.contents.read("acme", one.sha256) for one in found] == [LONG, "ошибка".encode()]


async def test_files_of_a_reply_are_that_messages(store: Store) -> None:
    await store.send()
    assert await store.send(store.upload(PNG), ticket=1) == "replied"
    [one] = store.files()
    texts = store.texts()
    assert (len(texts), one.message) == (2, texts[-1].id)


async def test_a_page_of_an_earlier_release_says_nothing_of_files(store: Store) -> None:
    data = {"subject": "Help", "text": "Hello", "price": None}
    store.shop.post(
        posted_row(KEY, store="acme", customer=77, kind="ticket_open", data=data, at=int(MONDAY.timestamp()))
    )
    await store.inbox.one_pass()
    assert store.tickets() == 1


def without_a_part(store: Store) -> dict[str, Any]:
    note = store.upload(LONG)
    del store.shop.files[note["file"], 1]
    return note


def with_a_changed_part(store: Store) -> dict[str, Any]:
    note = store.upload(LONG)
    row = store.shop.files[note["file"], 1].row
    store.shop.put_parts(row._replace(payload=row.payload.replace('"part":1', '"part":2')))
    return note


def with_parts_in_each_others_places(store: Store) -> dict[str, Any]:
    note = store.upload(LONG)
    first, second = (store.shop.files[note["file"], number].row for number in (0, 1))
    store.shop.put_parts(first._replace(part=1), second._replace(part=0))
    return note


def with_another_files_part(store: Store) -> dict[str, Any]:
    note, other = store.upload(LONG), store.upload(LONG)
    store.shop.put_parts(store.shop.files[other["file"], 1].row._replace(file=note["file"]))
    return note


def of_another_customer(store: Store) -> dict[str, Any]:
    return store.upload(PNG, customer=78)


def of_another_customer_under_his_number(store: Store) -> dict[str, Any]:
    note = store.upload(PNG, customer=78)
    store.shop.put_parts(store.shop.files[note["file"], 0].row._replace(customer_id=77))
    return note


def signed_by_another_key(store: Store) -> dict[str, Any]:
    return store.upload(PNG, key=OTHER_KEY)


def signed_for_the_other_direction(store: Store) -> dict[str, Any]:
    return store.upload(PNG, direction=DESK_TO_SHOP)


def with_a_part_longer_than_parts_are(store: Store) -> dict[str, Any]:
    return store.upload(PNG, data=base64.b64encode(bytes(PART_BYTES + 1)).decode())


def with_another_content(store: Store) -> dict[str, Any]:
    return store.upload(PNG) | {"sha256": hashlib.sha256(b"another").hexdigest()}


def with_fewer_parts_named(store: Store) -> dict[str, Any]:
    return store.upload(LONG) | {"parts": 1}


def not_what_it_says(store: Store) -> dict[str, Any]:
    return store.upload(b"<script>alert(1)</script>")


def of_a_kind_that_is_not_taken(store: Store) -> dict[str, Any]:
    return store.upload(b"<script>alert(1)</script>", "page.html")


def of_16_megabytes(store: Store) -> dict[str, Any]:
    return store.upload(b"x" * 16_777_216, "large.txt")


@pytest.mark.parametrize(
    ("one_wrong", "word"),
    [
        (without_a_part, "file_incomplete"),
        (with_a_changed_part, "file_damaged"),
        (with_parts_in_each_others_places, "file_damaged"),
        (with_another_files_part, "file_damaged"),
        (of_another_customer, "file_damaged"),
        (of_another_customer_under_his_number, "file_damaged"),
        (signed_by_another_key, "file_damaged"),
        (signed_for_the_other_direction, "file_damaged"),
        (with_a_part_longer_than_parts_are, "file_damaged"),
        (with_another_content, "file_damaged"),
        (with_fewer_parts_named, "file_damaged"),
        (not_what_it_says, "file_not_what_it_says"),
        (of_a_kind_that_is_not_taken, "file_not_allowed"),
        (of_16_megabytes, "file_too_large"),
    ],
)
async def test_a_message_with_one_bad_file_is_refused_as_a_whole(
    store: Store, one_wrong: Callable[[Store], dict[str, Any]], word: str
) -> None:
    good = store.upload(b"fine", "fine.txt")
    assert await store.send(good, one_wrong(store)) == word
    assert store.tickets() == 0
    assert store.desk.look(lambda tx: tx.files.known("acme", [good["file"]])) == frozenset()
    assert store.kept() == [], "nothing is kept of a message that is refused"
    assert (good["file"], 0) in store.shop.files, "for an hour the shop's page counts it"
    store.clock.advance(timedelta(hours=1, seconds=1))
    await store.inbox.one_pass()
    assert (good["file"], 0) not in store.shop.files, "what nobody will ever have leaves the shop"


async def test_a_refused_message_takes_no_other_customers_files_out_of_the_shop(store: Store) -> None:
    hers = store.upload(PNG, customer=78)
    assert await store.send(hers) == "file_damaged"
    assert (hers["file"], 0) in store.shop.files
    assert await store.send(hers, customer=78) == "ticket_opened"
    assert await store.send(hers, customer=78) == "file_damaged"
    assert (hers["file"], 0) in store.shop.files


async def test_what_the_books_refuse_is_not_fetched(store: Store) -> None:
    notes = [store.upload(b"text", f"{number}.txt") for number in range(6)]
    assert await store.send(*notes) == "files_too_many"
    large = of_16_megabytes(store)
    before = store.shop.calls["file_part"]
    await store.send(large)
    assert store.shop.calls["file_part"] <= before + 1, "only to see whether its first part may go"


async def test_a_file_of_more_parts_than_its_size_has_is_refused_before_they_are_read(store: Store) -> None:
    """Each part could be as large as parts are: a small file of very many would fill the desk's memory."""
    note = store.upload(LONG, parts=3, size=1) | {"size": 1}
    assert await store.send(note) == "file_damaged"
    assert store.shop.calls["file_part"] <= 1, "only to see whether its first part may go"


async def test_T12_a_bomb_of_small_files_ends_at_ten_an_hour(store: Store) -> None:
    for round_ in range(2):
        notes = [store.upload(b"text", f"{number}.txt") for number in range(5)]
        assert await store.send(*notes, at=round_) == "ticket_opened"
    assert await store.send(store.upload(b"text", "more.txt"), at=2) == "too_many_files"
    store.clock.advance(timedelta(hours=1, seconds=1))
    assert await store.send(store.upload(b"text", "more.txt"), at=3_601) == "ticket_opened"


async def test_T12_files_of_refused_messages_count_so_that_a_stream_of_them_has_an_end(store: Store) -> None:
    def notes() -> list[dict[str, Any]]:
        return [*(store.upload(PNG) for _ in range(4)), store.upload(b"GIF89a is no text", "x.txt")]

    assert [await store.send(*notes(), at=number) for number in range(4)] == [
        *("file_not_what_it_says", "file_not_what_it_says"),
        *("too_many_files", "too_many_files"),
    ]
    assert store.kept() == []
    assert await store.send(store.upload(PNG, customer=78), customer=78, at=4) == "ticket_opened", "another may"
    store.clock.advance(timedelta(hours=1, seconds=1))
    assert await store.send(store.upload(PNG), at=3_601 + 4) == "ticket_opened"


async def test_T12_what_waited_while_the_desk_was_down_was_not_sent_too_fast(store: Store) -> None:
    for hours in range(3):
        notes = [store.upload(b"text", f"{number}.txt") for number in range(5)]
        assert await store.send(*notes, at=hours * 3_601) == "ticket_opened"


async def test_equal_contents_are_kept_once_and_counted_each(store: Store) -> None:
    await store.send(store.upload(PNG), store.upload(PNG))
    assert store.kept() == [hashlib.sha256(PNG).hexdigest()]
    assert store.desk.look(lambda tx: tx.files.bytes_in("acme")) == 2 * len(PNG)


async def test_a_shop_that_goes_away_halfway_loses_nothing(store: Store) -> None:
    note = store.upload(LONG)
    store.shop.fail("file_part", ShopUnavailable("acme: gone"), times=1)
    with pytest.raises(ShopUnavailable):
        await store.send(note)
    assert store.tickets() == 0
    while await store.inbox.one_pass():
        pass
    assert len(store.files()) == 1


async def test_a_content_without_a_row_is_swept_away_and_one_with_a_row_stays(store: Store) -> None:
    await store.send(store.upload(PNG))
    store.contents.keep("acme", b"the daemon ended before its row", at=store.clock.now())
    retention = Retention(store.desk, store.clock, stores=lambda: [store.settings])
    await retention.forget()
    assert len(store.kept()) == 2, "it may be on its way"
    store.clock.advance(timedelta(hours=2))
    await retention.forget()
    assert store.kept() == [hashlib.sha256(PNG).hexdigest()]


async def test_files_that_a_page_left_without_a_message_leave_the_shop_after_a_week(store: Store) -> None:
    sent, orphan = store.upload(PNG), store.upload(PNG)
    await store.send(sent)
    store.pass_time(days=2)
    young = store.upload(PNG)
    store.pass_time(days=6)
    await store.tidy()
    assert {file for file, _ in store.shop.files} == {sent["file"], young["file"]}
    assert orphan["file"] not in {file for file, _ in store.shop.files}


async def test_T1_no_file_leaves_the_shop_before_what_a_lost_desk_left_there_was_looked_at(store: Store) -> None:
    """After a restore staff's answers come back with files that the desk does not know until then."""
    staffs = store.upload(PNG)
    store.pass_time(days=20)
    await store.tidy()
    assert {file for file, _ in store.shop.files} == {staffs["file"]}
    await store.push()
    await store.inbox.one_pass()
    assert store.shop.files == {}


async def test_T1_files_of_a_message_sent_while_the_daemon_was_off_for_weeks_are_there_when_it_is_read(
    store: Store,
) -> None:
    row = store.post(store.upload(PNG))
    store.pass_time(days=20)
    await store.tidy()
    assert await store.answered(row) == "ticket_opened"
    assert [one.state for one in store.files()] == [FileState.KEPT]


async def test_T1_files_stay_in_the_shop_while_its_store_has_no_key_to_read_their_message_with(store: Store) -> None:
    await store.send(store.upload(PNG), at=1)  # everything had been read, until the keys were gone
    keys, store.keys = store.keys, ()
    orphan = store.upload(PNG)
    row = store.post(store.upload(PNG))
    store.pass_time(days=20)
    await store.tidy()
    store.keys = keys
    assert await store.answered(row) == "ticket_opened"
    assert [one.state for one in store.files(2)] == [FileState.KEPT]
    assert orphan["file"] not in {file for file, _ in store.shop.files}, "what was put off is made good"


async def test_staffs_files_reach_the_shop_signed_for_its_page(store: Store) -> None:
    await store.send()
    digest = store.contents.keep("acme", LONG, at=store.clock.now())
    terms = store.setup.desk_terms
    attached = files.staff_file(terms, "../answer.png", LONG, digest)

    def answer(tx: Any) -> None:
        at = store.clock.now()
        tickets.reply(tx, terms, 1, text="Look", by="Anna", at=at)
        account = tx.accounts.of_owners("acme", [HIS])[HIS]
        files.attach(tx, terms, account, 1, [attached], at=at)

    await store.desk.transact("answer", answer)
    await store.push()
    [one] = store.files()
    assert (one.name, one.state) == ("answer.png", FileState.KEPT)
    rows: list[FilePart] = [store.shop.files[one.file, number].row for number in range(one.parts)]
    assert all(verifies([KEY], "file", row.payload, row.key_id, row.mac, direction=DESK_TO_SHOP) for row in rows)
    assert b"".join(base64.b64decode(json.loads(row.payload)["data"]) for row in rows) == LONG
    assert rows == file_parts(KEY, store="acme", customer=77, content=LONG, file=one.file, direction=DESK_TO_SHOP)


async def test_staffs_files_that_are_beside_the_desk_no_more_are_taken_from_the_shop(store: Store) -> None:
    """A backup was put back without the folder."""
    await store.send()
    terms = store.setup.desk_terms
    attached = files.staff_file(terms, "answer.png", LONG, store.contents.keep("acme", LONG, at=store.clock.now()))

    def answer(tx: Any) -> None:
        tickets.reply(tx, terms, 1, text="Look", by="Anna", at=store.clock.now())
        account = tx.accounts.of_owners("acme", [HIS])[HIS]
        files.attach(tx, terms, account, 1, [attached], at=store.clock.now())

    await store.desk.transact("answer", answer)
    await store.push()
    shutil.rmtree(store.contents.root)
    await store.desk.transact("a new epoch", lambda tx: tx.push.again("acme"))
    await store.push()
    [one] = store.files()
    assert (one.state, store.kept()) == (FileState.KEPT, [one.sha256])
    assert store.desk.look(lambda tx: tx.problems.open_under("acme", f"file_lost:{one.file}")) is None


async def test_D2_an_erasure_takes_names_and_contents_and_an_export_names_them(store: Store) -> None:
    await store.send(store.upload(PNG, "Ada Byron's passport.png"))
    exported = store.desk.look(personal_export.export, "acme", HIS)
    [named] = exported["tickets"][0]["files"]
    assert (named["name"], named["sha256"]) == ("Ada Byron's passport.png", hashlib.sha256(PNG).hexdigest())
    await store.desk.transact("erase", privacy.erase, "acme", HIS, by="Anna", at=store.clock.now())
    await store.push()
    assert store.files() == []
    assert store.shop.files == {}
    rows = store.desk.look(lambda tx: tx.connection.execute("SELECT name, sha256, state FROM file").fetchall())
    assert rows == [("", "", "erased")]
    store.clock.advance(timedelta(hours=2))
    await Retention(store.desk, store.clock, stores=lambda: [store.settings]).forget()
    assert store.kept() == []


async def test_D4_files_have_their_time_and_their_messages_stay(store: Store) -> None:
    await store.send(store.upload(PNG))
    shown = store.desk.look(lambda tx: tx.tickets.get("acme", 1))
    assert shown is not None
    await store.desk.transact("forget", lambda tx: tx.files.forget_old("acme", MONDAY + timedelta(days=1)))
    assert store.files() == []
    assert [one.text for one in store.texts()] == ["See there"]
    after = store.desk.look(lambda tx: tx.tickets.get("acme", 1))
    assert after is not None
    assert after.number > shown.number, "it is shown without them"


async def test_where_there_is_no_more_room_the_customer_and_staff_are_told_and_nothing_is_kept(store: Store) -> None:
    store.contents = FileStore(store.contents.root, all_bytes=len(PNG))
    store.inbox._files._contents = store.contents
    assert await store.send(store.upload(PNG)) == "ticket_opened"
    assert await store.send(store.upload(LONG), at=1) == "files_full"
    assert store.kept() == [hashlib.sha256(PNG).hexdigest()]
    [problem] = store.desk.look(lambda tx: tx.problems.open("acme"))
    assert (problem.kind, store.tickets()) == ("files_full", 1)


async def test_a_file_of_staffs_without_its_content_is_told_and_holds_up_no_other(store: Store) -> None:
    await store.send()
    terms = store.setup.desk_terms
    there = files.staff_file(terms, "there.png", PNG, store.contents.keep("acme", PNG, at=store.clock.now()))
    lost = files.staff_file(terms, "lost.png", LONG, hashlib.sha256(LONG).hexdigest())

    def answer(tx: Any) -> None:
        account = tx.accounts.of_owners("acme", [HIS])[HIS]
        tickets.reply(tx, terms, 1, text="Look", by="Anna", at=store.clock.now())
        files.attach(tx, terms, account, 1, [lost, there], at=store.clock.now())

    await store.desk.transact("answer", answer)
    await store.push()
    assert [(one.name, one.state) for one in store.files()] == [
        ("lost.png", FileState.LOST),
        ("there.png", FileState.KEPT),
    ]
    assert {file for file, _ in store.shop.files} == {there[0].file}
    assert "file_lost" in {one.kind for one in store.desk.look(lambda tx: tx.problems.open("acme"))}


async def test_files_of_a_message_that_was_accepted_before_a_restore_are_fetched_again(store: Store) -> None:
    shot, gone = store.upload(PNG), store.upload(LONG, "gone.png")
    data = {"text": "See there", "subject": "It is broken", "price": None, "files": [shot, gone]}
    row = posted_row(KEY, store="acme", customer=77, kind="ticket_open", data=data, at=int(MONDAY.timestamp()))
    store.shop.post(row)
    told = {
        "v": 1,
        "store": "acme",
        "epoch": 1,
        "number": 1,
        "customer": 77,
        "uuid": row.uuid,
        "received": int(MONDAY.timestamp()),
        "outcome": "accepted",
        "code": "ticket_opened",
        "text": {},
        "data": {"ticket": 1},
    }
    answer = signed_row(KEY, "answer", told, customer_id=77, epoch=1, number=1)
    await store.shop.push_documents(DocumentTable.ANSWER, [DocumentRow(row.uuid, answer)])
    del store.shop.files[gone["file"], 1]
    store.pass_time(days=20)
    await store.tidy()  # its row waits until the orders have caught up
    store.inbox._caught_up = _at_once  # type: ignore[method-assign]  # there are no orders to wait for
    while await store.inbox.one_pass():
        pass
    assert [(one.name, one.state) for one in store.files()] == [
        ("shot.png", FileState.KEPT),
        ("gone.png", FileState.LOST),
    ]


async def _at_once() -> bool:
    return True
