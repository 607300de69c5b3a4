"""After a restore: staff's words come back from the shop's rows, and how tickets stood besides is told."""

import json
from datetime import timedelta
from typing import Any

import pytest

from bridge.contracts.deadlines import DeadlineKind
from bridge.contracts.desk import Tx
from bridge.contracts.shop_documents import DocumentRow
from bridge.contracts.shop_rows import SigningKey
from bridge.contracts.threads import KnownThread
from bridge.contracts.tickets import MessageKey
from bridge.domain.downtime import AFTER_RESTORE
from bridge.domain.events import TicketAnswered
from bridge.domain.files import NamedFile
from bridge.domain.tickets import Author, Message, MessageKind, Ticket
from bridge.services.account_pages import PageTerms
from bridge.services.lost_answers import recover_answers, redact_again, tell_other_standing, with_answers
from bridge.services.redacting import redact
from bridge.services.ticket_documents import message_rows
from bridge.services.ticket_standing import look_at
from bridge.services.tickets import reply
from tests.support.books import ACME, MONDAY_9AM, PLANS, TEHRAN, customer
from tests.support.lost_rows import KEY, left_message, lost_ticket
from tests.support.quoting import ANNA, CoinDesk, a_coin_desk

LATER = MONDAY_9AM + timedelta(hours=1)
UUID = "6a2f41a3-c54c-4ce8-8d1c-000000000001"
LINKED = {"thread": 5, "reply": UUID}
TAKEN_OUT = {"en": "This message was taken out.", "ru": "Это сообщение удалено.", "fa": "این پیام حذف شد."}


def answered(**different: Any) -> list[DocumentRow]:
    """The messages of ticket 1 as a lost desk has left them, in which staff have answered."""
    return [left_message(place, **different) for place in range(3)]


def recovered(coins: CoinDesk, rows: list[DocumentRow], ticket: DocumentRow | None = None) -> list[int]:
    """The tickets into which words were put back."""
    known = coins.desk.run(with_answers, ACME, [ticket or lost_ticket(number=1)], (KEY,), at=LATER)
    return coins.desk.run(recover_answers, ACME, known, rows, (KEY,), at=LATER)


def staffs_words(coins: CoinDesk, number: int) -> list[str]:
    return [one.text for one in coins.desk.look(lambda tx: tx.tickets.thread(number))]


def test_what_staff_answered_after_the_backup_is_put_back_once_and_nobody_is_told_of_it_again() -> None:
    with a_coin_desk() as coins:
        number = coins.ticket(customer(77)).id
        assert [recovered(coins, answered()) for _ in range(2)] == [[number], []]
        (said,) = coins.desk.look(lambda tx: tx.tickets.thread(number))
        assert (said.author, said.kind, said.text, said.staff) == (Author.STAFF, MessageKind.TEXT, "It is done.", None)
        assert said.at == MONDAY_9AM + timedelta(seconds=60, milliseconds=999)
        assert coins.told(TicketAnswered) == []


def test_D2_D3_nothing_is_put_back_into_a_ticket_that_was_erased_or_is_not_its_customers() -> None:
    with a_coin_desk() as coins:
        theirs = coins.ticket(customer(78)).id
        assert recovered(coins, answered()) == []
        assert recovered(coins, answered(customer_id=78)) == [], "the row of the ticket is another customer's"
        assert recovered(coins, answered(), lost_ticket(number=1, customer_id=78)) == []
        assert recovered(coins, [*answered(ticket=99), *answered(customer=0)]) == []
        assert staffs_words(coins, theirs) == []
        account = coins.account_id(customer(78))
        coins.desk.run(lambda tx: tx.personal.forget(ACME, account, customer(78)))
        ticket = lost_ticket(number=1, customer_id=78)
        assert recovered(coins, answered(customer_id=78), ticket) == []
        assert staffs_words(coins, theirs) == []


def test_words_that_nobody_of_ours_has_signed_are_not_staffs() -> None:
    stranger = SigningKey("k1", b"x" * 32)
    with a_coin_desk() as coins:
        number = coins.ticket(customer(77)).id
        forged = [*answered(key=stranger), *answered(store="other"), *answered(number=9)]
        assert recovered(coins, forged) == []
        for ticket in (lost_ticket(number=1, key=stranger), lost_ticket(number=1, store="other")):
            assert recovered(coins, answered(), ticket) == []
        assert recovered(coins, answered(), lost_ticket(number=1, ticket=2)) == []
        assert staffs_words(coins, number) == []


def test_a_row_of_another_ticket_with_the_same_number_gives_it_no_words_and_is_told() -> None:
    """A desk that was made anew begins to count again."""
    with a_coin_desk() as coins:
        number = coins.ticket(customer(77)).id
        other = lost_ticket(number=1, opened_at=int(MONDAY_9AM.timestamp()) - 1)
        assert recovered(coins, answered(), other) == []
        assert staffs_words(coins, number) == []
        (problem,) = coins.desk.look(lambda tx: tx.problems.open(ACME))
        assert f"the shop shows ticket {number} with 3 messages, opened after the backup" in problem.summary


def an_answer(place: int, text: str, **different: Any) -> DocumentRow:
    """Staff's words as the message of that place, counted from 0."""
    row = left_message(1, text={"": text}, number=place + 1, at=int(LATER.timestamp()) + place, **different)
    return row._replace(key=MessageKey(1, place + 1))


def test_T10_an_answer_that_told_of_progress_or_named_a_state_is_put_back_as_such() -> None:
    with a_coin_desk() as coins:
        number = coins.ticket(customer(77)).id
        rows = [an_answer(0, "Half of it.", progress=True), an_answer(1, "All of it.", state="resolved")]
        assert recovered(coins, rows) == [number, number]
        details = [one.detail for one in coins.desk.look(lambda tx: tx.tickets.thread(number))]
        assert details == [{"progress": True}, {"state": "resolved"}]


def test_T1_what_the_shops_own_customer_service_brings_back_is_not_put_back_a_second_time() -> None:
    """A back office's own words are read there again, and so is what the desk wrote, by its link."""
    with a_coin_desk() as coins:
        number = coins.ticket(customer(77)).id
        theirs, ours = an_answer(0, "Hello.", in_shop={"thread": 5}), an_answer(1, "Bye.", in_shop=LINKED)
        coins.desk.run(answer_again, number)
        assert recovered(coins, [theirs, ours]) == []
        assert staffs_words(coins, number) == ["Bye, as it was read there."]


def test_T1_an_answer_that_goes_into_the_shops_thread_is_put_back_under_its_link() -> None:
    """Whether it stands there already is looked up before it is written."""
    with a_coin_desk() as coins:
        number = coins.ticket(customer(77)).id
        assert recovered(coins, [an_answer(0, "Bye.", in_shop=LINKED)]) == [number]
        (waits,) = coins.desk.look(lambda tx: tx.threads.replies(ACME, 9))
        assert (waits.thread_id, waits.uuid, waits.text) == (5, UUID, "Bye.")


def test_T1_an_answers_row_says_what_a_restored_desk_needs_to_put_it_back() -> None:
    with a_coin_desk() as coins:
        ticket = coins.ticket(customer(77))
        coins.desk.run(reply, coins.terms, ticket.id, text="Half of it.", by=ANNA, at=coins.now, progress=True)
        coins.desk.run(answer_again, ticket.id)
        messages = coins.desk.look(lambda tx: tx.tickets.messages_waiting([ticket.id], 9))
        page = PageTerms(ACME, TEHRAN, PLANS, KEY, epoch=1)
        rows = coins.desk.look(lambda tx: message_rows(tx, page, [ticket], messages))
        first, second = [json.loads(one.row.payload) for one in rows]
        assert (first["progress"], "in_shop" in first) == (True, False)
        assert ("progress" in second, second["in_shop"]) == (False, LINKED)


def answer_again(tx: Tx, number: int) -> None:
    """What a desk that was lost wrote into the shop is read there again."""
    text = "Bye, as it was read there."
    said = tx.tickets.say(number, Message(LATER, Author.STAFF, MessageKind.TEXT, text, staff=ANNA))
    tx.threads.add_reply(ACME, said.id, 5, UUID, native_id=12)


def stood(coins: CoinDesk, *, all_read: bool = True, **row: Any) -> tuple[list[int], list[str]]:
    """The tickets that are held up, and what staff are told, where the row of ticket 1 says so."""
    rows = [lost_ticket(number=1, **row)]
    known = coins.desk.run(with_answers, ACME, rows, (KEY,), at=LATER)
    held = coins.desk.run(tell_other_standing, ACME, known, all_read=all_read, at=LATER)
    return sorted(held), [one.summary for one in coins.desk.look(lambda tx: tx.problems.open(ACME))]


def test_T10_a_ticket_that_stood_otherwise_after_the_backup_is_told_once() -> None:
    with a_coin_desk() as coins:
        coins.ticket(customer(77))
        held, told = stood(coins, state="in_work", urgency="confirmed")
        assert (held, stood(coins, state="in_work", urgency="confirmed")) == ([], ([], told))
        (summary,) = told
        assert summary == (
            "customer 77: the shop shows ticket 1 as in work, urgent, as it stood after the backup; here it is open. "
            "If that still holds, say so again: bridge ticket state, bridge ticket urgent"
        )


@pytest.mark.parametrize("row", [{"state": "open", "urgency": "none"}, {}])
def test_a_ticket_that_stands_as_it_stood_or_of_which_nothing_is_said_is_not_told(row: dict[str, Any]) -> None:
    with a_coin_desk() as coins:
        coins.ticket(customer(77))
        assert stood(coins, **row) == ([], [])


def test_until_customers_messages_are_there_again_such_a_ticket_waits_and_nobody_is_told() -> None:
    with a_coin_desk() as coins:
        number = coins.ticket(customer(77)).id
        assert stood(coins, all_read=False, state="resolved") == ([number], [])
        assert coins.desk.look(lambda tx: tx.tickets.waiting(ACME, 9)) == []


def test_T10_what_silence_or_the_back_office_brings_about_again_is_not_told() -> None:
    with a_coin_desk() as coins:
        ticket = coins.ticket(customer(77))
        coins.desk.run(reply, coins.terms, ticket.id, text="Try it.", by=ANNA, at=coins.now)
        assert len(stood(coins, state="closed")[1]) == 1
        coins.desk.run(lambda tx: tx.problems.solve(ACME, tx.problems.open_keys(ACME), LATER))
        for due in (LATER, LATER + AFTER_RESTORE):
            coins.desk.run(look_at, ACME, [ticket.id], at=due)
            assert stood(coins, state="closed") == ([], [])
        coins.desk.run(lambda tx: tx.deadlines.clear([DeadlineKind.TICKET], ticket.id))
        thread = KnownThread(5, ticket.account_id, "ada@shop.example", "en", "closed", ticket.id, LATER)
        coins.desk.run(lambda tx: tx.threads.save(ACME, [thread]))
        assert stood(coins, state="closed") == ([], [])
        assert len(stood(coins, state="closed", urgency="confirmed")[1]) == 1


def redacted(coins: CoinDesk, *rows: DocumentRow) -> list[int]:
    again, waiting = looked_through(coins, *rows)
    assert not waiting
    return again


def looked_through(coins: CoinDesk, *rows: DocumentRow, all_read: bool = True) -> tuple[list[int], frozenset[int]]:
    """Where something was taken out again, and the tickets that wait."""
    known = coins.desk.run(with_answers, ACME, [lost_ticket(number=1)], (KEY,), at=LATER)
    return coins.desk.run(redact_again, ACME, known, rows, (KEY,), all_read=all_read, at=LATER)


def test_D2_what_was_taken_out_and_may_still_come_back_from_the_inbox_is_waited_for() -> None:
    """Meanwhile its row in the shop stays, which says that it was taken out."""
    gone = left_message(0, text=TAKEN_OUT)
    with a_coin_desk() as coins:
        number = coins.ticket(customer(77)).id
        assert looked_through(coins, gone, all_read=False) == ([], frozenset({number}))
        assert coins.desk.look(lambda tx: tx.tickets.waiting(ACME, 9)) == []
        coins.desk.run(say, number, Message(MONDAY_9AM, Author.CUSTOMER, MessageKind.TEXT, "Please."))
        assert [looked_through(coins, gone) for _ in range(2)] == [([number], frozenset()), ([], frozenset())]
        assert staffs_words(coins, number) == ["", ""]


def test_D2_a_message_that_had_nothing_but_a_file_loses_it_again() -> None:
    file = NamedFile(UUID, "passport.png", 3, "ab" * 32, 1)
    with a_coin_desk() as coins:
        ticket = coins.ticket(customer(77))
        coins.desk.run(say, ticket.id, Message(MONDAY_9AM, Author.CUSTOMER, MessageKind.TEXT, ""))
        coins.desk.run(has_file, ticket, file)
        assert redacted(coins, left_message(0, text=TAKEN_OUT)) == [ticket.id]
        assert coins.desk.look(lambda tx: tx.files.of_ticket(ticket.id)) == []


def has_file(tx: Tx, ticket: Ticket, file: NamedFile) -> None:
    author, kind = Author.CUSTOMER, "image/png"
    tx.files.add(ACME, ticket.account_id, ticket.id, file, author=author, kind=kind, lost=False, at=MONDAY_9AM)


def say(tx: Tx, number: int, message: Message) -> None:
    tx.tickets.say(number, message)


def with_thread(coins: CoinDesk) -> int:
    """A ticket in which the customer wrote, and staff answered a minute later, before the backup."""
    number = coins.ticket(customer(77)).id
    for place, (author, text) in enumerate(((Author.CUSTOMER, "Please."), (Author.STAFF, "It is done."))):
        said = Message(MONDAY_9AM + timedelta(minutes=place), author, MessageKind.TEXT, text)
        coins.desk.run(say, number, said)
    return number


@pytest.mark.parametrize(("place", "left"), [(0, ["", "It is done."]), (1, ["Please.", ""])])
def test_D2_what_was_taken_out_after_the_backup_is_taken_out_again(place: int, left: list[str]) -> None:
    with a_coin_desk() as coins:
        number = with_thread(coins)
        assert [redacted(coins, left_message(place, text=TAKEN_OUT)) for _ in range(2)] == [[number], []]
        *texts, said = coins.desk.look(lambda tx: tx.tickets.thread(number))
        assert [one.text for one in texts] == left
        assert (said.kind, said.author, said.detail) == (
            MessageKind.REDACTED,
            Author.BRIDGE,
            {"message": texts[place].id},
        )
        assert coins.desk.look(lambda tx: tx.tickets.redacted([number])) == {texts[place].id}


def test_D2_what_was_taken_out_before_the_backup_is_not_put_back_by_a_row_that_still_shows_it() -> None:
    """The shop was out of reach from then on."""
    with a_coin_desk() as coins:
        number = with_thread(coins)
        answer = coins.desk.look(lambda tx: tx.tickets.thread(number))[1]
        coins.desk.run(redact, coins.terms, number, answer.id, because="Not his.", by=ANNA, at=LATER)
        assert recovered(coins, answered()) == []
        assert "It is done." not in staffs_words(coins, number)


def test_D2_nothing_is_taken_out_that_no_row_of_ours_says_was() -> None:
    stranger = SigningKey("k1", b"x" * 32)
    with a_coin_desk() as coins:
        number = with_thread(coins)
        other_rows = [
            left_message(0, text=TAKEN_OUT, key=stranger),
            left_message(0, text=TAKEN_OUT, customer=78),
            left_message(0, text=TAKEN_OUT, at=int(LATER.timestamp())),
            left_message(0, text=TAKEN_OUT, by="bridge"),
            left_message(2),
            *answered(),
        ]
        assert redacted(coins, *other_rows) == []
        assert staffs_words(coins, number) == ["Please.", "It is done."]


def two_at_once(coins: CoinDesk) -> int:
    """A ticket whose customer wrote twice in one second, after something that was not there before."""
    number = coins.ticket(customer(77)).id
    for text in ("Hello.", "Please.", "My password is 1234."):
        at = MONDAY_9AM - timedelta(minutes=1) if text == "Hello." else MONDAY_9AM
        coins.desk.run(say, number, Message(at, Author.CUSTOMER, MessageKind.TEXT, text))
    return number


def at_nine(place: int, **different: Any) -> DocumentRow:
    """One of two rows of a lost desk, both of what a customer wrote at nine."""
    row = left_message(0, number=place + 1, **different)
    return row._replace(key=MessageKey(1, place + 1))


def problems(coins: CoinDesk) -> list[str]:
    return [one.summary for one in coins.desk.look(lambda tx: tx.problems.open(ACME))]


def test_D2_of_two_messages_of_one_second_the_one_that_no_row_shows_is_taken_out_again() -> None:
    with a_coin_desk() as coins:
        number = two_at_once(coins)
        rows = at_nine(0, text={"": "Please."}), at_nine(1, text=TAKEN_OUT)
        assert [redacted(coins, *rows) for _ in range(2)] == [[number], []]
        assert (staffs_words(coins, number)[:3], problems(coins)) == (["Hello.", "Please.", ""], [])


def test_D2_both_messages_of_one_second_are_taken_out_again_where_both_were() -> None:
    with a_coin_desk() as coins:
        number = two_at_once(coins)
        redacted(coins, at_nine(0, text=TAKEN_OUT), at_nine(1, text=TAKEN_OUT))
        assert (staffs_words(coins, number)[:3], problems(coins)) == (["Hello.", "", ""], [])


def test_D2_where_more_than_one_message_fits_staff_are_told_and_nothing_is_taken_out() -> None:
    with a_coin_desk() as coins:
        number = two_at_once(coins)
        assert [redacted(coins, at_nine(1, text=TAKEN_OUT)) for _ in range(2)] == [[], []]
        assert staffs_words(coins, number) == ["Hello.", "Please.", "My password is 1234."]
        (told,) = problems(coins)
        assert told == (
            "customer 77: after the backup a message of ticket 1 was taken out, written at 2026-11-23 09:00:00 UTC; "
            "here 2 fit. Take it out again: bridge ticket redact"
        )


def test_D2_no_other_message_of_that_second_is_taken_out_while_one_may_still_come() -> None:
    gone, shown = at_nine(1, text=TAKEN_OUT), at_nine(0, text={"": "Please."})
    with a_coin_desk() as coins:
        number = coins.ticket(customer(77)).id
        coins.desk.run(say, number, Message(MONDAY_9AM, Author.CUSTOMER, MessageKind.TEXT, "Please."))
        assert looked_through(coins, shown, gone, all_read=False) == ([], frozenset({number}))
        assert staffs_words(coins, number) == ["Please."]
