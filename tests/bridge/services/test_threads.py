"""What is written in a shop's own customer service becomes tickets, and what they become is shown there."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from bridge.contracts.shop_threads import NativeMessage, NativeStatus, NativeThread, ThreadStatus
from bridge.contracts.threads import GONE, KnownThread
from bridge.domain.accounts import Owner, OwnerKind
from bridge.domain.cursor import Cursor
from bridge.domain.events import TicketAnswered, TicketOpened, TicketReplied, TicketStateChanged
from bridge.domain.ticket_terms import TicketTerms
from bridge.domain.tickets import Author, Channel, MessageKind, TicketState
from bridge.services import privacy, threads, ticket_decisions, tickets
from bridge.services.ticket_decisions import set_state
from bridge.services.ticket_links import merge
from bridge.services.ticket_standing import settle
from tests.support.books import ACME, customer
from tests.support.native import a_message, a_thread
from tests.support.premium_time import premium_terms
from tests.support.quoting import ANNA, CoinDesk, a_coin_desk, desk_terms

CUSTOMER = customer(77)
THREAD = 5
TERMS = desk_terms(tickets=TicketTerms(employees={ANNA: (3, 4)}))


@pytest.fixture
def coins() -> Iterator[CoinDesk]:
    with a_coin_desk() as one:
        one.terms = TERMS
        yield one


def take(
    coins: CoinDesk, *messages: NativeMessage, thread: NativeThread | None = None, written: dict[int, str] | None = None
) -> int:
    there = thread or a_thread()
    return coins.desk.run(
        threads.take,
        coins.terms,
        messages,
        {there.id: there},
        written or {},
        cursor=Cursor(max((one.id for one in messages), default=0)),
        at=coins.now,
    )


def known(coins: CoinDesk, number: int = THREAD) -> KnownThread:
    return coins.desk.look(lambda tx: tx.threads.of(ACME, [number]))[number]


def current(coins: CoinDesk, number: int = THREAD) -> int:
    ticket = known(coins, number).ticket_id
    assert ticket is not None
    return ticket


def state(coins: CoinDesk, ticket: int) -> TicketState:
    return coins.desk.look(lambda tx: tx.tickets.now([ticket]))[ticket].state


def said(coins: CoinDesk, ticket: int) -> list[tuple[Author, MessageKind, str]]:
    return [(one.author, one.kind, one.text) for one in coins.thread(ticket) if one.kind is not MessageKind.STANDING]


def statuses(coins: CoinDesk, **native: Any) -> int:
    seen = [ThreadStatus(THREAD, one) for one in native.values()]
    changes, _ = coins.desk.run(threads.note_statuses, coins.terms, seen, after=0, until=99, at=coins.now)
    return changes


def wanted(coins: CoinDesk) -> list[NativeStatus]:
    return [one.status for one in coins.desk.look(lambda tx: tx.threads.wanted(ACME, 9))]


def test_T1_a_customers_message_opens_a_ticket_that_staff_are_told_of(coins: CoinDesk) -> None:
    assert take(coins, a_message(11, "It does not print\nat all"), thread=a_thread(order=1042)) == 1
    [opened] = coins.told(TicketOpened)
    assert isinstance(opened, TicketOpened)
    ticket = coins.desk.look(lambda tx: tx.tickets.get(ACME, opened.ticket_id))
    assert ticket is not None
    assert (ticket.subject, ticket.channel, ticket.order_id) == ("It does not print", Channel.SHOP, 1042)
    assert (opened.owner, ticket.language, state(coins, ticket.id)) == (CUSTOMER, "en", TicketState.OPEN)
    assert said(coins, ticket.id) == [(Author.CUSTOMER, MessageKind.TEXT, "It does not print\nat all")]


def test_T11_whoever_writes_there_is_unverified(coins: CoinDesk) -> None:
    take(coins, a_message(11), a_message(12, employee=3))
    texts = [one for one in coins.thread(current(coins)) if one.kind is MessageKind.TEXT]
    assert [one.verified for one in texts] == [False, False]


def test_T1_a_message_that_comes_twice_is_taken_once(coins: CoinDesk) -> None:
    assert take(coins, a_message(11), a_message(12, "Any news?")) == 2
    assert take(coins, a_message(11), a_message(12, "Any news?")) == 0
    assert len(said(coins, current(coins))) == 2


def test_a_message_that_has_anothers_id_after_the_shop_was_put_back_is_another(coins: CoinDesk) -> None:
    take(coins, a_message(11, at=coins.now))
    assert take(coins, a_message(11, "Something else", at=coins.now + timedelta(seconds=7))) == 1
    assert [text for _, _, text in said(coins, current(coins))] == ["It does not print", "Something else"]


def test_the_back_office_answers_in_the_name_of_its_employee_and_notes_stay_private(coins: CoinDesk) -> None:
    take(
        coins,
        a_message(11),
        a_message(12, "He means the printer", employee=3, private=True),
        a_message(13, "Message forwarded to maker@printers.example", employee=4, forwarded=True),
        a_message(14, "Please restart it", employee=9),
    )
    number = current(coins)
    staff = [(one.kind, one.staff) for one in coins.thread(number) if one.author is Author.STAFF]
    assert staff == [
        (MessageKind.NOTE, ANNA),
        (MessageKind.NOTE, ANNA),
        (MessageKind.TEXT, "employee:9"),
    ]
    assert state(coins, number) is TicketState.WAITING_CUSTOMER
    assert coins.told(TicketAnswered) == []
    assert [one.text for one in coins.thread(number) if one.number] == ["It does not print", "Please restart it"]


def test_W2_what_staff_write_in_the_back_office_shows_the_premium_number_on_no_page_of_ours(coins: CoinDesk) -> None:
    coins.terms = replace(TERMS, premium=premium_terms())
    take(coins, a_message(11), a_message(12, "Call me: +1 (202) 555-0102", employee=3))
    assert [text for _, kind, text in said(coins, current(coins)) if kind is MessageKind.TEXT] == [
        "It does not print",
        "Call me: •••",
    ]


def test_T10_a_message_reopens_a_resolved_ticket_and_on_a_closed_one_begins_another(coins: CoinDesk) -> None:
    take(coins, a_message(11))
    first = current(coins)
    coins.desk.run(set_state, coins.terms, first, TicketState.RESOLVED, by=ANNA, at=coins.later(minutes=1))
    take(coins, a_message(12, "Not yet"))
    assert (current(coins), state(coins, first)) == (first, TicketState.OPEN)
    assert len(coins.told(TicketReplied)) == 1
    coins.desk.run(set_state, coins.terms, first, TicketState.CLOSED, by=ANNA, at=coins.later(minutes=1))
    take(coins, a_message(13, "A note", employee=3, private=True))
    assert current(coins) == first
    take(coins, a_message(14, "Another thing"))
    second = current(coins)
    ticket = coins.desk.look(lambda tx: tx.tickets.get(ACME, second))
    assert ticket is not None
    assert (ticket.continues, state(coins, first), state(coins, second)) == (
        first,
        TicketState.CLOSED,
        TicketState.OPEN,
    )
    assert coins.thread(first)[-1].detail == {"continued_by": second}


def test_D3_whoever_gets_the_thread_later_does_not_inherit_its_ticket(coins: CoinDesk) -> None:
    take(coins, a_message(11))
    first = current(coins)
    take(coins, a_message(12, "I am somebody else"), thread=a_thread(customer=0))
    later = current(coins)
    second = coins.desk.look(lambda tx: tx.tickets.get(ACME, later))
    assert second is not None
    assert (second.id != first, second.continues) == (True, None)
    account = coins.desk.look(lambda tx: tx.accounts.by_ids([second.account_id]))[second.account_id]
    assert account.owner == Owner(OwnerKind.VISITOR, THREAD)


def test_an_erased_ticket_takes_nothing_more(coins: CoinDesk) -> None:
    take(coins, a_message(11))
    first = current(coins)
    coins.desk.run(privacy.erase, ACME, CUSTOMER, by=ANNA, at=coins.now)
    assert known(coins).email == ""
    take(coins, a_message(12, "Hello again"))
    assert current(coins) != first


def test_D2_the_thread_of_somebody_who_is_erased_is_closed_in_the_shop_too(coins: CoinDesk) -> None:
    take(coins, a_message(11))
    coins.desk.run(privacy.erase, ACME, CUSTOMER, by=ANNA, at=coins.now)
    [one] = coins.desk.look(lambda tx: tx.threads.wanted(ACME, 9))
    assert (one.thread_id, one.status) == (THREAD, NativeStatus.CLOSED)
    coins.desk.run(threads.status_intended, ACME, one)
    assert (statuses(coins, now=NativeStatus.CLOSED), wanted(coins)) == (1, [])


def test_D4_a_threads_address_goes_with_the_texts_of_its_ticket(coins: CoinDesk) -> None:
    take(coins, a_message(11))
    first = current(coins)
    coins.desk.run(set_state, coins.terms, first, TicketState.CLOSED, by=ANNA, at=coins.now)
    assert known(coins).email == "ada@shop.example"
    assert coins.desk.run(lambda tx: tx.personal.forget_old_texts(ACME, coins.later(days=800))) == 1
    assert known(coins).email == ""
    take(coins, a_message(12, "Hello again"))
    assert (current(coins) != first, known(coins).email) == (True, "ada@shop.example")


def test_T10_a_ticket_that_was_merged_hands_on_what_is_said_in_its_thread(coins: CoinDesk) -> None:
    take(coins, a_message(11))
    first, other = current(coins), coins.ticket(CUSTOMER)
    detail = {"into": other.id}
    coins.desk.run(
        lambda tx: tx.tickets.say(first, replace(coins.thread(first)[0], kind=MessageKind.MERGED, detail=detail))
    )
    coins.desk.run(settle, coins.terms, first, at=coins.now)
    take(coins, a_message(12, "More of it"))
    assert current(coins) == other.id
    assert said(coins, other.id) == [(Author.CUSTOMER, MessageKind.TEXT, "More of it")]


def test_T10_a_ticket_that_is_joined_to_another_brings_its_thread_along(coins: CoinDesk) -> None:
    """What staff answer from then on reaches the thread at once, which stays as open as the ticket is."""
    take(coins, a_message(11))
    first, other = current(coins), coins.ticket(CUSTOMER)
    coins.desk.run(merge, coins.terms, first, into=other.id, by=ANNA, at=coins.later(minutes=1))
    assert (state(coins, first), current(coins), wanted(coins)) == (TicketState.CLOSED, other.id, [])
    coins.desk.run(tickets.reply, coins.terms, other.id, text="Please restart it", by=ANNA, at=coins.later(minutes=1))
    assert [(one.thread_id, one.text) for one in coins.desk.look(lambda tx: tx.threads.replies(ACME, 9))] == [
        (THREAD, "Please restart it")
    ]
    assert wanted(coins) == [NativeStatus.PENDING1]


def test_T10_a_thread_follows_how_the_ticket_stands_that_its_own_was_joined_to(coins: CoinDesk) -> None:
    take(coins, a_message(11))
    first, other = current(coins), coins.ticket(CUSTOMER)
    coins.desk.run(tickets.reply, coins.terms, first, text="Please restart it", by=ANNA, at=coins.later(minutes=1))
    [one] = coins.desk.look(lambda tx: tx.threads.wanted(ACME, 9))
    coins.desk.run(threads.status_written, ACME, one)
    coins.desk.run(merge, coins.terms, first, into=other.id, by=ANNA, at=coins.later(minutes=1))
    assert (state(coins, other.id), wanted(coins)) == (TicketState.OPEN, [NativeStatus.OPEN])


@pytest.mark.parametrize(
    ("status", "state_then"),
    [
        (NativeStatus.PENDING1, TicketState.WAITING_CUSTOMER),
        (NativeStatus.PENDING2, TicketState.WAITING_APPROVAL),
        (NativeStatus.CLOSED, TicketState.RESOLVED),
    ],
)
def test_T10_a_status_that_changed_in_the_back_office_is_followed_and_not_written_back(
    coins: CoinDesk, status: NativeStatus, state_then: TicketState
) -> None:
    take(coins, a_message(11), a_message(12, "Please restart it", employee=3))
    coins.desk.run(set_state, coins.terms, current(coins), TicketState.OPEN, by=ANNA, at=coins.later(minutes=1))
    assert statuses(coins, now=NativeStatus.OPEN) == 0
    assert statuses(coins, now=status) == 1
    assert state(coins, current(coins)) is state_then
    assert (wanted(coins), statuses(coins, now=status)) == ([], 0)


@pytest.mark.parametrize("status", [NativeStatus.PENDING1, NativeStatus.PENDING2])
def test_T6_no_button_of_the_back_office_stops_the_clock_of_an_answer_that_is_owed(
    coins: CoinDesk, status: NativeStatus
) -> None:
    take(coins, a_message(11))
    assert statuses(coins, now=status) == 0, "the answer may stand there and be read with the next page"
    assert (known(coins).status, wanted(coins)) == ("open", [])
    assert all_read(coins, status) == 1
    assert (state(coins, current(coins)), wanted(coins)) == (TicketState.OPEN, [NativeStatus.OPEN])
    [one] = coins.desk.look(lambda tx: tx.threads.wanted(ACME, 9))
    assert one.seen == status.value
    assert (all_read(coins, status), len(said(coins, current(coins)))) == (0, 1)


def test_T6_a_button_that_comes_together_with_the_answer_is_followed(coins: CoinDesk) -> None:
    take(coins, a_message(11))
    number = current(coins)
    assert statuses(coins, now=NativeStatus.PENDING1) == 0
    take(coins, a_message(12, "Please restart it", employee=3))
    assert all_read(coins, NativeStatus.PENDING1) == 1
    assert (state(coins, number), wanted(coins)) == (TicketState.WAITING_CUSTOMER, [])


def all_read(coins: CoinDesk, status: NativeStatus) -> int:
    """All that was written in the thread when it stood so has been read."""
    return coins.desk.run(threads.note_doubtful, coins.terms, {THREAD: status}, at=coins.now)


def test_T10_an_equal_mapping_is_no_change(coins: CoinDesk) -> None:
    take(coins, a_message(11))
    number = current(coins)
    coins.desk.run(set_state, coins.terms, number, TicketState.RESOLVED, by=ANNA, at=coins.now)
    before = len(coins.thread(number))
    assert wanted(coins) == [NativeStatus.CLOSED]
    statuses(coins, now=NativeStatus.CLOSED)
    assert (len(coins.thread(number)), wanted(coins)) == (before, [])


def test_T10_what_the_desk_wrote_is_not_read_back(coins: CoinDesk) -> None:
    take(coins, a_message(11))
    number = current(coins)
    coins.desk.run(tickets.reply, coins.terms, number, text="Please restart it", by=ANNA, at=coins.later(minutes=1))
    [one] = coins.desk.look(lambda tx: tx.threads.wanted(ACME, 9))
    assert (one.status, one.seen) == (NativeStatus.PENDING1, "open")
    coins.desk.run(threads.status_written, ACME, one)
    assert statuses(coins, now=NativeStatus.PENDING1) == 0
    assert len(coins.told(TicketStateChanged)) == 1


def test_T10_a_status_whose_writing_broke_off_is_not_read_back_either(coins: CoinDesk) -> None:
    take(coins, a_message(11))
    number = current(coins)
    coins.desk.run(set_state, coins.terms, number, TicketState.RESOLVED, by=ANNA, at=coins.now)
    [one] = coins.desk.look(lambda tx: tx.threads.wanted(ACME, 9))
    coins.desk.run(threads.status_intended, ACME, one)
    coins.desk.run(set_state, coins.terms, number, TicketState.OPEN, by=ANNA, at=coins.later(minutes=1))
    statuses(coins, now=NativeStatus.CLOSED)
    assert (state(coins, number), wanted(coins)) == (TicketState.OPEN, [NativeStatus.OPEN])


def test_T10_what_came_before_a_ticket_was_closed_but_was_read_later_opens_the_thread_again(coins: CoinDesk) -> None:
    take(coins, a_message(11))
    coins.desk.run(set_state, coins.terms, current(coins), TicketState.CLOSED, by=ANNA, at=coins.now)
    [one] = coins.desk.look(lambda tx: tx.threads.wanted(ACME, 9))
    coins.desk.run(threads.status_written, ACME, one)
    take(coins, a_message(12, "Not yet"))
    assert wanted(coins) == [NativeStatus.OPEN]


def test_T10_a_closed_ticket_stays_closed_whatever_the_thread_becomes(coins: CoinDesk) -> None:
    take(coins, a_message(11))
    number = current(coins)
    coins.desk.run(set_state, coins.terms, number, TicketState.CLOSED, by=ANNA, at=coins.now)
    statuses(coins, now=NativeStatus.CLOSED)
    assert statuses(coins, now=NativeStatus.OPEN) == 1
    assert state(coins, number) is TicketState.CLOSED


def test_C7_no_ticket_ends_in_the_back_office_while_coins_are_held_for_it(coins: CoinDesk) -> None:
    coins.granted(CUSTOMER, 100)
    take(coins, a_message(11))
    number = current(coins)
    ticket = coins.desk.look(lambda tx: tx.tickets.get(ACME, number))
    coins.approved(coins.offered(CUSTOMER, 50, ticket=ticket))
    coins.desk.run(settle, coins.terms, number, at=coins.now)
    statuses(coins, now=NativeStatus.CLOSED)
    assert (state(coins, number), wanted(coins)) == (TicketState.OPEN, [NativeStatus.OPEN])


def test_T1_an_answer_waits_for_the_shop_and_is_known_when_it_is_read_there(coins: CoinDesk) -> None:
    take(coins, a_message(11))
    number = current(coins)
    coins.desk.run(tickets.reply, coins.terms, number, text="Please restart it", by=ANNA, at=coins.later(minutes=1))
    [reply] = coins.desk.look(lambda tx: tx.threads.replies(ACME, 9))
    assert (reply.thread_id, reply.staff, reply.text) == (THREAD, ANNA, "Please restart it")
    ours = a_message(12, "Please restart it", employee=3)
    assert take(coins, ours, written={12: reply.uuid}) == 0
    assert coins.desk.look(lambda tx: tx.threads.replies(ACME, 9)) == []
    coins.desk.run(threads.reply_written, ACME, reply, 12, at=coins.now)
    assert take(coins, ours, written={12: reply.uuid}) == 0
    assert len(said(coins, number)) == 2


def test_an_answer_that_a_lost_desk_wrote_is_an_answer_again_and_not_written_twice(coins: CoinDesk) -> None:
    uuid = "6a2f41a3-c54c-4ce8-8d1c-000000000001"
    take(coins, a_message(11), a_message(12, "Please restart it", employee=3), written={12: uuid})
    number = current(coins)
    assert said(coins, number)[-1] == (Author.STAFF, MessageKind.TEXT, "Please restart it")
    assert coins.desk.look(lambda tx: tx.threads.replies(ACME, 9)) == []
    assert uuid in coins.desk.look(lambda tx: tx.threads.reply_under(ACME, [uuid]))
    assert take(coins, a_message(12, "Please restart it", employee=3), written={12: uuid}) == 0


def test_a_deleted_thread_leaves_its_ticket_and_says_so_once(coins: CoinDesk) -> None:
    take(coins, a_message(11))
    number = current(coins)
    assert statuses(coins) == 1
    assert statuses(coins) == 0
    assert (known(coins).status, state(coins, number)) == (GONE, TicketState.OPEN)
    notes = [one for one in coins.thread(number) if one.kind is MessageKind.NOTE]
    assert [one.text for one in notes] == [
        f"Thread {THREAD} is not in the shop any more: answers are not written there."
    ]
    coins.desk.run(tickets.reply, coins.terms, number, text="Hello?", by=ANNA, at=coins.later(minutes=1))
    assert coins.desk.look(lambda tx: tx.threads.replies(ACME, 9)) == []
    assert wanted(coins) == []


def test_a_thread_that_goes_before_its_answer_comes_costs_nobody_anything(coins: CoinDesk) -> None:
    take(coins, a_message(11))
    number = current(coins)
    coins.desk.run(tickets.reply, coins.terms, number, text="Hello?", by=ANNA, at=coins.later(minutes=1))
    [reply] = coins.desk.look(lambda tx: tx.threads.replies(ACME, 9))
    coins.desk.run(threads.reply_waits, ACME, reply, "nobody", at=coins.now)
    assert [one.kind for one in coins.desk.look(lambda tx: tx.problems.open(ACME))] == [threads.REPLY_WAITS]
    coins.desk.run(threads.reply_has_no_thread, coins.terms, reply, at=coins.now)
    assert coins.desk.look(lambda tx: tx.problems.open(ACME)) == []
    assert coins.desk.look(lambda tx: tx.threads.replies(ACME, 9)) == []
    assert known(coins).status == GONE


def test_a_message_that_cant_be_taken_is_told_and_not_tried_again(coins: CoinDesk) -> None:
    take(coins)
    coins.desk.run(threads.give_up, coins.terms, a_message(11), at=coins.now)
    [problem] = coins.desk.look(lambda tx: tx.problems.open(ACME))
    assert problem.kind == threads.NOT_TAKEN
    assert take(coins, a_message(11)) == 0


def test_a_file_that_is_attached_in_the_shop_is_named(coins: CoinDesk) -> None:
    take(coins, a_message(11, "", file_name="4f2a.png"))
    assert [text for _, _, text in said(coins, current(coins))] == ["[4f2a.png]"]


def test_a_message_of_a_thread_that_is_gone_is_nothing(coins: CoinDesk) -> None:
    assert take(coins, a_message(11, thread=0), a_message(12, thread=99)) == 0
    assert coins.desk.look(lambda tx: tx.tickets.latest(ACME, 9)) == []


def test_T6_thanks_need_no_answer_there_either(coins: CoinDesk) -> None:
    take(coins, a_message(11, "Thanks"))
    coins.desk.run(ticket_decisions.no_answer_needed, coins.terms, current(coins), by=ANNA, at=coins.later(minutes=1))
    assert wanted(coins) == [NativeStatus.CLOSED]
