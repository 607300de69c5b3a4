"""The first reading of a shop's customer service: tickets out of endless threads, and nobody is told."""

import random
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta

import pytest

from bridge.contracts.shop_threads import NativeMessage, NativeStatus, NativeThread
from bridge.domain.accounts import OwnerKind
from bridge.domain.cursor import Cursor
from bridge.domain.events import Event
from bridge.domain.ticket_history import history_of
from bridge.domain.ticket_terms import TicketTerms
from bridge.domain.tickets import Author, Message, MessageKind, Ticket, TicketState
from bridge.services import firing, old_threads
from bridge.services.policies import follow_settings
from bridge.services.tickets import reply
from tests.support.books import ACME, MONDAY_9AM, customer, rows
from tests.support.native import a_message, a_thread
from tests.support.quoting import ANNA, CoinDesk, a_coin_desk, desk_terms

DAY = timedelta(days=1)
OPEN, CLOSED = NativeStatus.OPEN, NativeStatus.CLOSED


@pytest.fixture
def coins() -> Iterator[CoinDesk]:
    with a_coin_desk() as one:
        one.terms = desk_terms(tickets=TicketTerms(employees={ANNA: (3,)}))
        yield one


def ago(days: float) -> datetime:
    return MONDAY_9AM - days * DAY


def take(
    coins: CoinDesk,
    messages: Sequence[NativeMessage],
    threads: Sequence[NativeThread] = (),
    written: Mapping[int, str] | None = None,
) -> int:
    there = threads or [a_thread()]
    return coins.desk.run(
        old_threads.take_old,
        coins.terms,
        messages,
        {one.id: one for one in there},
        written or {},
        cursor=Cursor(max(one.id for one in messages)),
        at=coins.now,
    )


def bring(coins: CoinDesk, statuses: Mapping[int, NativeStatus]) -> None:
    known = coins.desk.look(lambda tx: tx.threads.page(ACME, after=0, until=2**40, limit=1_000))
    coins.desk.run(old_threads.bring_to_today, coins.terms, known, statuses, at=coins.now)


def tickets(coins: CoinDesk) -> list[Ticket]:
    return coins.desk.look(lambda tx: list(reversed(tx.tickets.latest(ACME, 1_000))))


def states(coins: CoinDesk) -> list[TicketState]:
    found = tickets(coins)
    now = coins.desk.look(lambda tx: tx.tickets.now([one.id for one in found]))
    return [now[one.id].state for one in found]


def words(coins: CoinDesk, ticket: int) -> list[str]:
    return [one.text for one in coins.thread(ticket) if one.text]


def test_T10_an_endless_thread_is_cut_where_silence_would_have_closed_a_ticket(coins: CoinDesk) -> None:
    messages = [
        a_message(1, "The first thing", at=ago(400)),
        a_message(2, "Done", at=ago(399), employee=3),
        a_message(3, "Thanks, and the second?", at=ago(372)),
        a_message(4, "Another thing", at=ago(343.5)),
        a_message(5, "Done too", at=ago(1), employee=3),
    ]
    assert take(coins, messages) == 5
    first, second, third = tickets(coins)
    assert (words(coins, first.id), words(coins, second.id), words(coins, third.id)) == (
        ["The first thing", "Done", "Thanks, and the second?"],
        ["Another thing"],
        ["Done too"],
    )
    assert (first.continues, second.continues, third.continues) == (None, first.id, second.id)
    assert (first.opened_at, second.subject, third.opened_by) == (ago(400), "Another thing", Author.STAFF)
    closing, link = coins.thread(first.id)[-2:]
    assert (closing.kind, closing.at) == (MessageKind.STATE, ago(372 - 28))
    assert (link.kind, link.at, link.detail) == (MessageKind.LINKED, ago(343.5), {"continued_by": second.id})
    bring(coins, {5: OPEN})
    assert states(coins) == [TicketState.CLOSED, TicketState.CLOSED, TicketState.WAITING_CUSTOMER]


@pytest.mark.parametrize(
    ("last", "by", "status", "state"),
    [
        (1, 0, OPEN, TicketState.OPEN),
        (1, 0, CLOSED, TicketState.RESOLVED),
        (1, 0, NativeStatus.PENDING1, TicketState.WAITING_CUSTOMER),
        (1, 3, OPEN, TicketState.WAITING_CUSTOMER),
        (300, 0, OPEN, TicketState.OPEN),
        (300, 0, CLOSED, TicketState.CLOSED),
        (300, 3, OPEN, TicketState.CLOSED),
        (300, 0, None, TicketState.CLOSED),
        (1, 0, None, TicketState.OPEN),
    ],
)
def test_T10_a_threads_last_ticket_comes_to_where_the_shop_and_the_days_have_brought_it(
    coins: CoinDesk, last: int, by: int, status: NativeStatus | None, state: TicketState
) -> None:
    take(coins, [a_message(1, at=ago(last), employee=by)])
    bring(coins, {} if status is None else {5: status})
    assert states(coins) == [state]
    assert coins.desk.look(lambda tx: tx.threads.wanted(ACME, 9)) == []


def test_C2_a_first_reading_tells_nobody_and_only_what_falls_due_later_is_told(coins: CoinDesk) -> None:
    threads = [a_thread(number, customer=70 + number) for number in (1, 2)]
    coins.now = ago(3)
    coins.desk.run(follow_settings, coins.terms, at=coins.now)
    coins.granted(customer(71), 300, plan="base")
    coins.now = MONDAY_9AM
    told = len(coins.told(Event))
    take(coins, [a_message(1, thread=1, at=ago(2)), a_message(2, thread=2, at=ago(200))], threads)
    bring(coins, {1: OPEN, 2: OPEN})
    for _ in range(50):
        coins.later(hours=1)
        coins.desk.run(firing.fire_due, {ACME: coins.terms}, at=coins.now)
    assert len(coins.told(Event)) == told


def test_closed_tickets_are_not_shown_until_something_new_is_said_in_them(coins: CoinDesk) -> None:
    threads = [a_thread(1), a_thread(2, customer=78), a_thread(3, customer=0)]
    take(coins, [a_message(1, thread=1, at=ago(300)), a_message(2, thread=2), a_message(3, thread=3)], threads)
    bring(coins, {1: CLOSED, 2: OPEN, 3: OPEN})
    closed, opened, visitors = tickets(coins)
    waiting = coins.desk.look(lambda tx: tx.tickets.waiting(ACME, 9))
    assert [one.id for one in waiting] == [opened.id]
    assert [one.message.text for one in coins.desk.look(lambda tx: tx.tickets.messages_waiting([opened.id], 9))] == [
        "It does not print"
    ]
    coins.desk.run(lambda tx: tx.tickets.again(ACME))
    assert len(coins.desk.look(lambda tx: tx.tickets.waiting(ACME, 9))) == 1
    said = Message(coins.now, Author.STAFF, MessageKind.TEXT, "One more thing", staff=ANNA)
    coins.desk.run(lambda tx: tx.tickets.say(closed.id, said))
    waiting = coins.desk.look(lambda tx: tx.tickets.waiting(ACME, 9))
    assert [one.id for one in waiting] == [closed.id, opened.id]
    assert len(coins.desk.look(lambda tx: tx.tickets.messages_waiting([closed.id], 9))) == 3
    assert coins.desk.run(reply, coins.terms, visitors.id, text="Hello", by=ANNA, at=coins.now).id == visitors.id


def test_a_visitor_gets_a_ticket_of_his_own_thread(coins: CoinDesk) -> None:
    take(coins, [a_message(1)], [a_thread(customer=0)])
    [ticket] = tickets(coins)
    owner = coins.desk.look(lambda tx: tx.accounts.by_ids([ticket.account_id]))[ticket.account_id].owner
    assert (owner.kind, owner.ref) == (OwnerKind.VISITOR, 5)


def test_a_page_that_is_read_again_is_known(coins: CoinDesk) -> None:
    page = [a_message(1, at=ago(3)), a_message(2, at=ago(2), employee=3)]
    assert take(coins, page) == 2
    assert take(coins, [*page, a_message(3, at=ago(1))]) == 1
    assert len(tickets(coins)) == 1
    assert len(words(coins, tickets(coins)[0].id)) == 3


def test_dates_that_go_back_or_are_none_leave_the_order_of_the_shop(coins: CoinDesk) -> None:
    messages = [
        a_message(1, "a", at=ago(3)),
        a_message(2, "b", at=ago(9)),
        a_message(3, "c"),
        a_message(4, "d", at=MONDAY_9AM + DAY),
        a_message(5, "e", at=ago(2)),
    ]
    take(coins, messages)
    assert words(coins, tickets(coins)[0].id) == list("abcde")


def test_answers_of_a_lost_desk_are_known_by_their_links(coins: CoinDesk) -> None:
    take(coins, [a_message(1, at=ago(3)), a_message(2, "Done", at=ago(2), employee=3)], written={2: "uuid-2"})
    assert coins.desk.look(lambda tx: tx.threads.reply_under(ACME, ["uuid-2"])).keys() == {"uuid-2"}
    assert coins.desk.look(lambda tx: tx.threads.replies(ACME, 9)) == []
    assert coins.desk.look(lambda tx: tx.threads.known(ACME, [2]))[2].ours


@pytest.mark.parametrize("seed", range(4))
def test_T9_how_tickets_stand_follows_from_their_histories(coins: CoinDesk, seed: int) -> None:
    dice = random.Random(seed)  # noqa: S311 - the same story each time
    threads = [a_thread(number, customer=dice.choice((0, 77, 78))) for number in range(1, 9)]
    messages, moment = [], ago(900)
    for number in range(1, 400):
        moment += dice.choice((0.1, 1, 2, 30)) * DAY * dice.random()
        employee, note = dice.choice((0, 0, 3, 9)), dice.random() < 0.1
        messages.append(
            a_message(
                number,
                f"m{number}",
                thread=dice.randint(1, 8),
                at=moment,
                employee=employee,
                private=note and employee > 0,
            )
        )
    while messages:
        size = dice.randint(1, 90)
        page, messages = messages[:size], messages[size:]
        take(coins, page, threads)
    bring(coins, {one.id: dice.choice(list(NativeStatus)) for one in threads[:-1]})
    for ticket in tickets(coins):
        history = history_of(ticket, coins.thread(ticket.id))
        now = coins.desk.look(lambda tx, ticket=ticket: tx.tickets.now([ticket.id]))[ticket.id]  # type: ignore[misc]
        assert (now.state, now.since, now.kind) == (history.state, history.since, history.kind)
        links = [one.detail["continued_by"] for one in coins.thread(ticket.id) if one.kind is MessageKind.LINKED]
        assert links == [one.id for one in tickets(coins) if one.continues == ticket.id]
        shown = [one.number for one in coins.thread(ticket.id) if one.number is not None]
        assert sorted(shown) == list(range(1, len(shown) + 1))
    assert rows(coins.desk, "SELECT count(*) FROM native_message")[0][0] == 399
    assert sum(len(words(coins, ticket.id)) for ticket in tickets(coins)) == 399
