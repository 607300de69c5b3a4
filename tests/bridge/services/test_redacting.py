"""One message is taken out of a ticket for good, and nothing else changes (rules D1, D2, T9)."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from bridge.contracts.desk import Tx
from bridge.contracts.shop_documents import DocumentTable
from bridge.contracts.shop_rows import SigningKey
from bridge.domain.files import NamedFile
from bridge.domain.threads import NO_SUBJECT
from bridge.domain.tickets import Author, Message, MessageKind, TicketState
from bridge.errors import ImpossibleAmount, TicketRefused, UnknownTicket
from bridge.services import ticket_links, tickets
from bridge.services.account_pages import PageTerms
from bridge.services.documents import documents_pushed, waiting_documents
from bridge.services.redacting import Redacted, redact
from tests.support.books import ACME, PLANS, TEHRAN, rows
from tests.support.quoting import ANNA, CUSTOMER, CoinDesk
from tests.support.tickets import (
    SATURDAY_6PM,
    THURSDAY_10AM,
    a_desk_in_tehran,
    answers,
    now_of,
    opens,
    posts,
    stored_is_what_follows,
    time_passes,
)

PAGE = PageTerms(ACME, TEHRAN, PLANS, SigningKey("k1", bytes(32)), 1)
SECRET = "the password is 0xC0FFEE"
WHY = "He wrote a password."
DIGEST = "ab" * 32


@pytest.fixture
def coins() -> Iterator[CoinDesk]:
    with a_desk_in_tehran(THURSDAY_10AM) as desk:
        desk.granted(CUSTOMER, 550, plan="base")
        yield desk


def message_of(coins: CoinDesk, ticket: int, text: str = SECRET) -> int:
    [found] = [one.id for one in coins.thread(ticket) if one.text == text]
    return found


def redacts(coins: CoinDesk, ticket: int, message: int, because: str = WHY) -> Redacted:
    at = coins.later(minutes=1)
    return coins.desk.run(redact, coins.terms, ticket, message, because=because, by=ANNA, at=at)


def named(coins: CoinDesk, ticket: int) -> str:
    found = coins.desk.look(lambda tx: tx.tickets.get(ACME, ticket))
    assert found is not None
    return found.subject


def is_somewhere(coins: CoinDesk, words: str) -> bool:
    names = [row[0] for row in rows(coins.desk, "SELECT name FROM sqlite_master WHERE type = 'table'")]
    return any(words in repr(rows(coins.desk, f"SELECT * FROM {name}")) for name in names)


def pushed(coins: CoinDesk) -> list[dict[str, Any]]:
    """What the shop is shown of messages, each as often as it is pushed; it has everything then."""
    told = []
    while batches := coins.desk.look(waiting_documents, PAGE, limit=100):
        for batch in batches:
            coins.desk.run(documents_pushed, ACME, batch)
            if batch.table is DocumentTable.MESSAGE:
                told += [json.loads(row.row.payload) for row in batch.rows]
    return told


def splits(coins: CoinDesk, ticket: int, message: int) -> int:
    """The ticket in which what was said from that message on goes on."""
    at = coins.later(hours=1)
    split = ticket_links.split
    return coins.desk.run(split, coins.terms, ticket, from_message=message, subject="Apart", by=ANNA, at=at).id


def with_file(coins: CoinDesk, ticket: int) -> None:
    """The customer's newest message has a file."""
    file = NamedFile("9d1f7e0a-0000-4000-8000-000000000001", "passport.png", 9, DIGEST, 1)

    def added(tx: Tx) -> None:
        account = tx.tickets.get(ACME, ticket).account_id  # type: ignore[union-attr]  # it was opened just now
        author = Author.CUSTOMER
        tx.files.add(ACME, account, ticket, file, author=author, kind="image/png", lost=False, at=coins.now)

    coins.desk.run(added)


def test_D2_the_words_are_in_no_table_any_more_and_the_history_says_who_took_them_out_and_why(
    coins: CoinDesk,
) -> None:
    ticket = opens(coins, text=SECRET)
    message = message_of(coins, ticket)
    assert is_somewhere(coins, SECRET)
    assert redacts(coins, ticket, message) == Redacted((ticket,), 0, in_thread=False, in_inbox=True)
    assert not is_somewhere(coins, SECRET)
    last = coins.thread(ticket)[-1]
    assert (last.kind, last.author, last.staff, last.text) == (MessageKind.REDACTED, Author.STAFF, ANNA, WHY)
    assert (last.at, last.detail) == (coins.now, {"message": message})
    [line] = rows(coins.desk, "SELECT staff, action, subject, detail FROM audit WHERE action = 'redact'")
    assert line == (ANNA, "redact", f"ticket:{ticket}", f'{{"message":{message},"files":0}}')


def test_T9_what_is_owed_stays_what_it_was_and_can_be_worked_out_again(coins: CoinDesk) -> None:
    waits, answered, resolved = opens(coins, text=SECRET), opens(coins, text=SECRET), opens(coins, text=SECRET)
    answers(coins, answered)
    answers(coins, resolved, state=TicketState.RESOLVED)
    for ticket in (waits, answered, resolved):
        before = now_of(coins, ticket)
        redacts(coins, ticket, message_of(coins, ticket))
        assert now_of(coins, ticket) == before
    stored_is_what_follows(coins)
    told = time_passes(coins, SATURDAY_6PM)
    assert {one.ticket_id for one in told} == {waits}, "it still waits for its answer"


def test_D2_the_customer_reads_in_its_place_that_it_was_taken_out(coins: CoinDesk) -> None:
    ticket = opens(coins, text=SECRET)
    answers(coins, ticket, "Thank you.")
    first, second = pushed(coins)
    redacts(coins, ticket, message_of(coins, ticket))
    [replaced] = pushed(coins)
    assert replaced == {
        **first,
        "version": 2,
        "text": {"en": "This message was taken out.", "ru": "Это сообщение удалено.", "fa": "این پیام حذف شد."},
    }
    assert second["text"] == {"": "Thank you."}
    assert pushed(coins) == []


def test_D2_files_and_their_names_go_with_it_and_those_of_other_messages_stay(coins: CoinDesk) -> None:
    ticket = opens(coins, text="Here is a picture.")
    with_file(coins, ticket)
    kept = coins.desk.look(lambda tx: tx.files.of_ticket(ticket))
    posts(coins, "ticket_reply", ticket=ticket, text=SECRET)
    redacts(coins, ticket, message_of(coins, ticket))
    assert coins.desk.look(lambda tx: tx.files.of_ticket(ticket)) == kept
    pushed(coins)
    assert redacts(coins, ticket, message_of(coins, ticket, "Here is a picture.")).files == 1
    assert not is_somewhere(coins, "passport.png")
    assert not is_somewhere(coins, DIGEST)
    assert [one["files"] for one in pushed(coins)] == [[]]
    assert coins.desk.look(lambda tx: tx.files.erasing(ACME, 9)) == [kept[0].file]
    assert coins.desk.look(lambda tx: tx.files.used(ACME, [DIGEST])) == frozenset()


@pytest.mark.parametrize("of_copy", [True, False], ids=["the copy is named", "the first is named"])
def test_D2_copies_of_it_in_a_ticket_that_was_split_go_too(coins: CoinDesk, of_copy: bool) -> None:
    ticket = opens(coins)
    posts(coins, "ticket_reply", ticket=ticket, text="One thing more.")
    begins = message_of(coins, ticket, "One thing more.")
    posts(coins, "ticket_reply", ticket=ticket, text=SECRET)
    message = message_of(coins, ticket)
    part = splits(coins, ticket, begins)
    copy = message_of(coins, part)
    again = splits(coins, part, copy)
    named = (part, copy) if of_copy else (ticket, message)
    done = redacts(coins, *named)
    assert (done.tickets[0], set(done.tickets)) == (named[0], {ticket, part, again})
    assert not is_somewhere(coins, SECRET)
    for one in (ticket, part, again):
        assert [said.kind for said in coins.thread(one)].count(MessageKind.REDACTED) == 1
    stored_is_what_follows(coins)


@pytest.mark.parametrize("kind", [MessageKind.NOTE, MessageKind.CALL])
def test_P4_what_staff_wrote_for_themselves_is_taken_out_alike(coins: CoinDesk, kind: MessageKind) -> None:
    ticket = opens(coins)
    coins.desk.run(lambda tx: tx.tickets.say(ticket, Message(coins.now, Author.STAFF, kind, SECRET, staff=ANNA)))
    pushed(coins)
    assert redacts(coins, ticket, message_of(coins, ticket)).in_inbox is False
    assert not is_somewhere(coins, SECRET)
    assert pushed(coins) == [], "the customer was never shown it"


def test_T11_of_a_message_of_the_shops_own_customer_service_staff_are_told_that_it_is_still_there(
    coins: CoinDesk,
) -> None:
    ticket = opens(coins)
    detail = {"thread": 9}
    native = Message(coins.now, Author.CUSTOMER, MessageKind.TEXT, SECRET, detail, verified=False)
    coins.desk.run(lambda tx: tx.tickets.say(ticket, native))
    done = redacts(coins, ticket, message_of(coins, ticket))
    assert (done.in_thread, done.in_inbox) == (True, False)


def test_D2_a_ticket_that_was_named_by_its_first_line_loses_that_name_and_others_keep_theirs(coins: CoinDesk) -> None:
    """What comes without a subject is called by its first line."""
    other = opens(coins)
    ticket = opens(coins, subject=SECRET, text=f"{SECRET}\nIt is all I have.")
    message = message_of(coins, ticket, f"{SECRET}\nIt is all I have.")
    pushed(coins)
    redacts(coins, ticket, message)
    assert not is_somewhere(coins, SECRET)
    assert [named(coins, one) for one in (ticket, other)] == [NO_SUBJECT, "Slider"]
    assert coins.desk.look(lambda tx: tx.tickets.is_pushed(ACME, ticket)) is False


@pytest.mark.parametrize("written", [True, False])
def test_T10_an_answer_that_was_not_written_into_the_shops_thread_yet_never_is(coins: CoinDesk, written: bool) -> None:
    ticket = opens(coins)
    coins.desk.run(tickets.reply, coins.terms, ticket, text=SECRET, by=ANNA, at=coins.later(minutes=1))
    message = message_of(coins, ticket)
    native = 5 if written else None
    coins.desk.run(lambda tx: tx.threads.add_reply(ACME, message, 9, "a-uuid", native_id=native))
    assert redacts(coins, ticket, message).in_thread is written
    assert coins.desk.look(lambda tx: tx.threads.replies(ACME, 9)) == []


def test_D2_what_is_no_message_of_the_ticket_is_refused_and_nothing_is_said(coins: CoinDesk) -> None:
    ticket, other = opens(coins, text=SECRET), opens(coins, text="Another.")
    message = message_of(coins, ticket)
    history = coins.desk.look(lambda tx: tx.tickets.history(ticket))
    standing = next(one.id for one in history if one.kind is MessageKind.STANDING)
    before = coins.thread(ticket)
    for where, number in ((ticket, 999), (other, message), (ticket, standing)):
        with pytest.raises(TicketRefused, match=f"ticket {where} has no message {number} that people wrote"):
            redacts(coins, where, number)
    with pytest.raises(UnknownTicket):
        redacts(coins, 999, message)
    with pytest.raises(ImpossibleAmount, match="reason: must say something"):
        redacts(coins, ticket, message, because=" ")
    assert coins.thread(ticket) == before


def test_D2_a_message_is_taken_out_once(coins: CoinDesk) -> None:
    ticket = opens(coins, text=SECRET)
    message = message_of(coins, ticket)
    redacts(coins, ticket, message)
    before = coins.thread(ticket)
    with pytest.raises(TicketRefused, match=f"of message {message} of ticket {ticket} nothing is left"):
        redacts(coins, ticket, message)
    assert coins.thread(ticket) == before
