"""What a lost desk has left in the shop is looked at before it is replaced, however many tickets there are."""

from collections import Counter
from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from bridge.contracts.problems import AFTER_BACKUP
from bridge.contracts.shop_documents import DocumentTable
from bridge.contracts.shop_rows import DESK_TO_SHOP, SigningKey, signed_row
from bridge.contracts.tickets import MessageKey
from bridge.desk.desk import Desk
from bridge.desk.file_store import beside
from bridge.desk.transaction import DeskTx
from bridge.domain.accounts import Owner, OwnerKind
from bridge.domain.files import FileState
from bridge.domain.licences import LicenceBook
from bridge.domain.premium import PremiumTerms
from bridge.domain.tickets import Author, Message, MessageKind
from bridge.errors import DeskUnwritable
from bridge.services import problems
from bridge.services.documents import TICKETS_AT_ONCE
from bridge.services.files import LOST
from bridge.testing.desks import a_desk
from bridge.testing.files import file_parts
from tests.bridge.engine.test_notes import KEY, MONDAY, Writing
from tests.support.books import ACME

ADA = Owner(OwnerKind.CUSTOMER, 77)
MANY = 2 * TICKETS_AT_ONCE + 10
LOST_KEY = SigningKey("k0", bytes(reversed(range(32))))
AT = int(MONDAY.timestamp())


class Restored(Writing):
    """The writing side of a desk after a restore."""

    def __init__(
        self, desk: Desk, folder: Path, licences: LicenceBook | None = None, premium: PremiumTerms | None = None
    ) -> None:
        super().__init__(desk, folder, licences, premium)
        self.desk = desk
        self.health.inbox_read = True

    async def opened(self, count: int, *, by: Author = Author.CUSTOMER) -> list[int]:
        """Tickets of a customer's, without a word in them; their numbers."""

        def work(tx: DeskTx) -> list[int]:
            account = tx.accounts.open(ACME, [ADA])[ADA].id
            return [tx.tickets.open(ACME, account, subject="Work", at=MONDAY, by=by).id for _ in range(count)]

        return await self.desk.transact("open", work)

    def left(
        self,
        number: int,
        *answers: str | Mapping[str, str],
        customer_id: int = 77,
        key: SigningKey = KEY,
        files: Sequence[Mapping[str, Any]] = (),
        **standing: Any,
    ) -> None:
        """What the lost desk has left in the shop of a ticket; of an answer that was taken out, what stands there."""
        head = {"v": 1, "store": ACME, "customer": customer_id, "epoch": 1, "number": 9, "ticket": number}
        for turn, text in enumerate(answers):
            message = MessageKey(number, turn + 1)
            at = {"at": AT + turn, "ms": 0, "files": list(files)}
            told = at | {"by": "staff", "quote": None, "verified": True}
            told["text"] = {"": text} if isinstance(text, str) else dict(text)
            place = {"v": 1, "store": ACME, "customer": customer_id, "epoch": 1, "version": 1, **message._asdict()}
            row = signed_row(key, "message", place | told, customer_id=customer_id, epoch=1, number=1)
            self.shop.document_rows[DocumentTable.MESSAGE][message] = row
        words = {"subject": "Work", "opened_at": AT, "price": None, "quotes": [], "messages": len(answers)}
        document = head | words | standing if customer_id else head
        row = signed_row(key, "ticket", document, customer_id=customer_id, epoch=1, number=9)
        self.shop.document_rows[DocumentTable.TICKET][number] = row

    def left_file(self, content: bytes, *, parts: int | None = None) -> dict[str, Any]:
        """A file that the lost desk has pushed, or so many of its parts; what the message says of it."""
        rows = file_parts(KEY, store=ACME, customer=77, content=content, direction=DESK_TO_SHOP)
        self.shop.put_parts(*rows[:parts])
        return {"file": rows[0].file, "name": "manual.txt", "size": len(content), "type": "text/plain"}

    async def files(self, number: int) -> list[tuple[str, FileState]]:
        found = await self.desk.read(lambda tx: tx.files.of_ticket(number))
        return [(one.name, one.state) for one in found]

    async def problems(self) -> list[str]:
        """What staff are told of what is lost."""
        found = await self.desk.read(lambda tx: tx.problems.open(ACME))
        return [one.summary for one in found if one.kind in (AFTER_BACKUP, LOST)]

    async def passes(self) -> Counter[str]:
        """Push until nothing is left to be pushed; what that asked of the shop."""
        asked: Counter[str] = Counter()
        while found := await self.asked():
            asked += found
            assert asked.total() < 1_000, "it ends"
        return asked

    def page(self, number: int) -> list[str]:
        """The words that stand on the customer's page."""
        document = self.shop.shown_document(DocumentTable.TICKET, number)
        assert document is not None
        keys = [MessageKey(number, place + 1) for place in range(document.get("messages", 0))]
        shown = [self.shop.shown_document(DocumentTable.MESSAGE, key) for key in keys]
        assert None not in shown, "a page counts no messages that it cannot show"
        return [one["text"].get("") or one["text"]["en"] for one in shown if one]


@pytest.fixture
async def restored(tmp_path: Path) -> AsyncIterator[Restored]:
    with a_desk(tmp_path) as desk:
        desk.start()
        yield Restored(desk, tmp_path)


async def test_T1_of_very_many_tickets_no_answer_of_staffs_is_overwritten(restored: Restored) -> None:
    numbers = await restored.opened(MANY)
    for number in numbers:
        restored.left(number, "It is done.", f"See {number}.")
    await restored.passes()
    assert [restored.page(number) for number in numbers] == [["It is done.", f"See {number}."] for number in numbers]


async def test_T1_not_even_of_a_ticket_that_comes_back_from_the_inbox_after_others_were_pushed(
    restored: Restored,
) -> None:
    """Accounts and tickets of the backup are long replaced while its inbox waits for the orders."""
    restored.health.inbox_read = False
    (known,) = await restored.opened(1)
    restored.left(known, "One.")
    restored.left(known + 1, "Two.")
    await restored.passes()
    (back,) = await restored.opened(1)
    assert back == known + 1
    restored.health.inbox_read = True
    await restored.passes()
    assert (restored.page(known), restored.page(back)) == (["One."], ["Two."])


async def test_T1_nor_of_one_that_was_staffs_alone_when_the_backup_was_made(restored: Restored) -> None:
    """Such a ticket has no row of its own yet."""
    (number,) = await restored.opened(1, by=Author.STAFF)
    restored.left(number, "It is done.")
    await restored.passes()
    assert restored.page(number) == ["It is done."]
    assert restored.shop.document_rows[DocumentTable.TICKET][number].epoch == restored.desk.identity.epoch


async def test_T1_the_answer_is_never_missing_from_the_page_in_between(restored: Restored) -> None:
    (number,) = await restored.opened(1)
    restored.left(number, "It is done.")
    while await restored.asked():
        assert restored.page(number) == ["It is done."]


async def test_D2_what_was_taken_out_after_the_backup_is_never_on_the_page_in_between(restored: Restored) -> None:
    (number,) = await restored.opened(1)
    said = Message(MONDAY, Author.STAFF, MessageKind.TEXT, "The password is 1234.")
    await restored.desk.transact("say", lambda tx: tx.tickets.say(number, said))
    restored.left(number, {"en": "This message was taken out."})
    while await restored.asked():
        assert restored.page(number) == ["This message was taken out."]
    found = await restored.desk.read(lambda tx: tx.tickets.thread(number))
    assert [(one.kind, one.text) for one in found if one.kind is not MessageKind.STANDING] == [
        (MessageKind.TEXT, ""),
        (MessageKind.REDACTED, ""),
    ]


async def test_what_was_put_back_survives_a_push_that_fails(restored: Restored) -> None:
    (number,) = await restored.opened(1)
    restored.left(number, "It is done.")
    restored.shop.fail("push_documents", ConnectionError("gone"), times=1)
    for _ in range(3):
        try:
            await restored.asked()
        except ConnectionError:
            assert restored.page(number) == ["It is done."]
    assert restored.page(number) == ["It is done."]


async def test_T1_files_of_an_answer_that_is_put_back_come_back_with_it(restored: Restored) -> None:
    """Of more than one part, read in the direction in which they were signed; the page has them all the while."""
    content = b"All of it. " * 30_000
    (number,) = await restored.opened(1)
    restored.left(number, "See the file.", files=[restored.left_file(content)])
    await restored.passes()
    assert await restored.files(number) == [("manual.txt", FileState.KEPT)]
    [file] = await restored.desk.read(lambda tx: tx.files.of_ticket(number))
    assert beside(restored.desk.path).read(ACME, file.sha256) == content
    shown = restored.shop.shown_document(DocumentTable.MESSAGE, MessageKey(number, 1))
    assert shown is not None
    assert [(one["file"], one["name"], one["type"]) for one in shown["files"]] == [
        (file.file, "manual.txt", "text/plain")
    ]
    assert await restored.problems() == []


async def test_T1_an_answer_is_put_back_also_where_a_part_of_its_file_is_missing_and_staff_are_told(
    restored: Restored,
) -> None:
    (number,) = await restored.opened(1)
    restored.left(number, "See the file.", files=[restored.left_file(b"x" * 300_000, parts=1)])
    await restored.passes()
    assert restored.page(number) == ["See the file."]
    assert await restored.files(number) == [("manual.txt", FileState.LOST)]
    (told,) = await restored.problems()
    assert told == (
        f"ticket {number}: the content of a file that staff attached is neither in the folder files/ beside the desk "
        "nor whole in the shop, so the customer can't have it. Attach it again"
    )


async def test_T10_how_a_ticket_stood_is_told_once_customers_messages_are_there_and_no_sooner(
    restored: Restored,
) -> None:
    """Its row in the shop is left as it is until then: nothing else says so."""
    restored.health.inbox_read = False
    resolved, reopened, same = await restored.opened(3)
    await restored.desk.transact("answered", _answered, reopened)
    restored.left(resolved, state="resolved", urgency="none")
    restored.left(reopened, state="open", urgency="none")
    restored.left(same, state="open", urgency="none")
    await restored.passes()
    rows = restored.shop.document_rows[DocumentTable.TICKET]
    epoch = restored.desk.identity.epoch
    assert [rows[number].epoch for number in (resolved, reopened, same)] == [1, 1, epoch]
    assert await restored.problems() == []
    await restored.desk.transact("his message is done again", _asked_again, reopened)
    restored.health.inbox_read = True
    await restored.passes()
    (told,) = await restored.problems()
    assert f"the shop shows ticket {resolved} as resolved, as it stood after the backup; here it is open" in told
    assert {rows[number].epoch for number in (resolved, reopened, same)} == {epoch}


async def test_tickets_that_waited_are_taken_up_though_the_desk_could_not_be_written_at_first(
    restored: Restored, monkeypatch: pytest.MonkeyPatch
) -> None:
    restored.health.inbox_read = False
    (number,) = await restored.opened(1)
    restored.left(number, state="resolved", urgency="none")
    await restored.passes()
    restored.health.inbox_read = True
    write = restored.desk.transact

    async def transact(what: str, *args: Any, **others: Any) -> Any:
        if what == "look at tickets again":
            raise DeskUnwritable("the disk is full")
        return await write(what, *args, **others)

    with monkeypatch.context() as full:
        full.setattr(restored.desk, "transact", transact)
        with pytest.raises(DeskUnwritable):
            await restored.passes()
    await restored.passes()
    (told,) = await restored.problems()
    assert f"the shop shows ticket {number} as resolved" in told


def _answered(tx: DeskTx, number: int) -> None:
    tx.tickets.say(number, Message(MONDAY, Author.STAFF, MessageKind.TEXT, "Try it.", staff="Anna"))


def _asked_again(tx: DeskTx, number: int) -> None:
    tx.tickets.say(number, Message(MONDAY + timedelta(hours=1), Author.CUSTOMER, MessageKind.TEXT, "It fails."))


async def test_a_batch_costs_one_look_and_later_ones_none(restored: Restored) -> None:
    """Nothing is asked any more once all of an older epoch has been replaced."""
    await restored.opened(MANY)
    first = await restored.passes()
    assert first["documents"] == 3
    assert first["documents_left_behind"] == 2  # of quotes, and of tickets; the store sells no licences
    await restored.opened(3)
    later = await restored.passes()
    assert (later["documents"], later["documents_left_behind"]) == (0, 0)


async def test_D2_a_ticket_that_was_erased_after_the_backup_stays_off_the_page_and_holds_up_no_other(
    restored: Restored,
) -> None:
    numbers = await restored.opened(MANY)
    gone, after = numbers[:-1], numbers[-1]
    for number in gone:
        restored.left(number, customer_id=0)
    await restored.passes()
    shown = restored.shop.shown_document(DocumentTable.TICKET, after)
    assert shown is not None
    assert shown["subject"] == "Work"
    rows = restored.shop.document_rows[DocumentTable.TICKET]
    assert {rows[number].epoch for number in gone} == {1}
    (problem,) = await restored.desk.read(lambda tx: tx.problems.open(ACME))
    assert "bridge privacy erase 77 --by NAME" in problem.summary
    await restored.desk.transact("another key, or ids that went back", lambda tx: tx.push.again(ACME))
    await restored.passes()
    assert {rows[number].epoch for number in gone} == {1}


async def test_D2_what_is_signed_with_a_lost_key_is_not_written_over_until_staff_say_so(restored: Restored) -> None:
    erased, answered, fresh = await restored.opened(3)
    restored.left(erased, customer_id=0, key=LOST_KEY)
    restored.left(answered, "It is done.", key=LOST_KEY)
    await restored.passes()
    rows = restored.shop.document_rows[DocumentTable.TICKET]
    assert [rows[number].epoch for number in (erased, answered)] == [1, 1]
    assert restored.shop.shown_document(DocumentTable.TICKET, fresh) is not None, "no other waits for them"
    (problem,) = await restored.desk.read(lambda tx: tx.problems.open(ACME))
    assert problem.kind == "after_backup"
    assert "signed with a key that this desk does not have" in problem.summary
    await restored.desk.transact("retry", problems.retry, problem.id, by="Anna", at=MONDAY)
    await restored.passes()
    assert {rows[number].epoch for number in (erased, answered)} == {restored.desk.identity.epoch}
    assert await restored.desk.read(lambda tx: tx.problems.open(ACME)) == []


async def test_D2_with_the_old_key_back_all_is_as_after_any_restore(restored: Restored) -> None:
    erased, answered = await restored.opened(2)
    restored.left(erased, customer_id=0, key=LOST_KEY)
    restored.left(answered, "It is done.", key=LOST_KEY)
    restored.left(answered + 5, "Secret words.", key=LOST_KEY)
    await restored.passes()
    restored.keys = (LOST_KEY, KEY)
    await restored.passes()
    assert restored.page(answered) == ["It is done."]
    assert restored.shop.document_rows[DocumentTable.TICKET][erased].epoch == 1
    found = await restored.desk.read(lambda tx: tx.problems.open(ACME))
    told = [one.summary for one in found if one.kind == "after_backup"]
    assert len(told) == 2
    assert any("erase 77" in one for one in told)
    assert any(f"ticket {answered + 5}" in one for one in told)


async def test_what_only_the_lost_desk_said_is_taken_off_once_all_of_ours_is_there(restored: Restored) -> None:
    """A ticket that only it knew, and what customers wrote, which comes back from the inbox under other numbers."""
    (number,) = await restored.opened(1)
    restored.left(number, "It is done.", "Really.")
    restored.left(number + 5, "Secret words.")
    rows = restored.shop.document_rows[DocumentTable.MESSAGE]
    beyond = MessageKey(number, 3)
    rows[beyond] = rows[MessageKey(number, 2)]._replace(mac="0" * 64)
    await restored.passes()
    assert restored.page(number) == ["It is done.", "Really."]
    epoch = restored.desk.identity.epoch
    for key in (beyond, MessageKey(number + 5, 1)):
        assert (rows[key].customer_id, rows[key].epoch, rows[key].number) == (0, epoch, 0)
        assert "Secret" not in rows[key].payload
