"""A machine's clock that is put back keeps no order waiting, and turns no ticket's history round (rules C2, T6)."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from bridge.domain.tickets import TicketState
from bridge.services import syncing, ticket_decisions, ticket_links
from tests.bridge.services.conftest import Keeper
from tests.support.books import ACME, MONDAY_9AM, an_order, customer
from tests.support.quoting import ANNA, CUSTOMER, CoinDesk
from tests.support.tickets import (
    WEDNESDAY_6PM,
    a_desk_in_tehran,
    answers,
    now_of,
    opens,
    posts,
    state,
    stored_is_what_follows,
)

SETTLE = timedelta(seconds=3)
DAY = timedelta(days=1)


def touch(keeper: Keeper, *orders: int, at: timedelta) -> None:
    keeper.desk.run(syncing.touch, ACME, orders, at=MONDAY_9AM + at, settle=SETTLE)


def due(keeper: Keeper, *, limit: int = 10) -> list[int]:
    return [one.order_id for one in keeper.desk.look(syncing.plan, ACME, at=MONDAY_9AM, limit=limit).due]


def test_C2_an_order_touched_before_the_clock_was_put_back_is_read_at_once(keeper: Keeper) -> None:
    touch(keeper, 1042, at=DAY)
    assert due(keeper) == [1042]
    touched = keeper.desk.look(syncing.plan, ACME, at=MONDAY_9AM, limit=10).due
    keeper.desk.run(syncing.book_touched, keeper.store, touched, [an_order()], [], at=MONDAY_9AM)
    assert keeper.posted(customer(77)) == 550
    assert due(keeper) == []


def test_C2_it_comes_after_what_is_due_and_within_the_limit(keeper: Keeper) -> None:
    touch(keeper, 1, 2, at=DAY)
    touch(keeper, 3, at=-SETTLE)
    assert due(keeper)[0] == 3
    assert sorted(due(keeper)) == [1, 2, 3]
    assert len(due(keeper, limit=2)) == 2
    assert due(keeper, limit=1) == [3]


def test_C2_an_order_touched_a_moment_ago_still_waits_for_its_settle_time(keeper: Keeper) -> None:
    for _ in range(5):
        touch(keeper, 1042, at=timedelta(0))
    assert due(keeper) == []


@pytest.fixture(name="coins")
def _coins() -> Iterator[CoinDesk]:
    with a_desk_in_tehran(WEDNESDAY_6PM) as desk:
        desk.granted(CUSTOMER, 550, plan="base")
        yield desk
        desk.later(minutes=10)
        stored_is_what_follows(desk)


def texts(coins: CoinDesk, ticket: int) -> list[str]:
    return [one.text for one in coins.thread(ticket) if one.text]


def test_T6_an_answer_by_a_clock_that_is_behind_the_question_answers_it(coins: CoinDesk) -> None:
    ticket = opens(coins)
    coins.later(minutes=-5)
    answers(coins, ticket)
    assert (state(coins, ticket), now_of(coins, ticket).due) == ("waiting_customer", None)
    assert texts(coins, ticket) == ["It does not slide.", "Look now."]


def test_T6_a_question_by_a_clock_that_is_behind_the_answer_is_still_owed_one(coins: CoinDesk) -> None:
    ticket = opens(coins)
    answers(coins, ticket)
    coins.later(minutes=-5)
    posts(coins, "ticket_reply", ticket=ticket, text="Still not.")
    assert state(coins, ticket) == "open"
    assert now_of(coins, ticket).due is not None
    coins.desk.run(ticket_decisions.no_answer_needed, coins.terms, ticket, by=ANNA, at=coins.now)
    assert state(coins, ticket) == "resolved"


def test_T10_an_offer_and_its_approval_keep_their_order(coins: CoinDesk) -> None:
    ticket = opens(coins)
    coins.later(minutes=-5)
    quote = coins.offered(CUSTOMER, 50, ticket=coins.desk.look(lambda tx: tx.tickets.get(ACME, ticket)))
    coins.later(minutes=-5)
    coins.started(coins.approved(quote))
    assert state(coins, ticket) == "in_work"


def test_T6_what_is_joined_to_another_ticket_is_owed_there_whatever_the_clock_says(coins: CoinDesk) -> None:
    first = opens(coins)
    answers(coins, first, state=TicketState.RESOLVED)
    second = opens(coins)
    due = now_of(coins, second).due
    coins.later(minutes=-5)
    coins.desk.run(ticket_links.merge, coins.terms, second, into=first, by=ANNA, at=coins.now)
    assert (state(coins, first), now_of(coins, first).due) == ("open", due)
