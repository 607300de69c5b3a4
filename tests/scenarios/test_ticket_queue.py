"""In which order tickets are to be answered (rule T2)."""

from collections.abc import Iterator

import pytest

from bridge.domain.queue import QueueRow, Tier
from bridge.services import ticket_decisions
from bridge.services.queue import QueueCursor, queue_page
from tests.support.books import customer
from tests.support.quoting import ANNA, CoinDesk
from tests.support.tickets import HOUR, SATURDAY_6PM, THURSDAY_10AM, WEDNESDAY_6PM, a_desk_in_tehran, answers, opens


@pytest.fixture(name="coins")
def _coins() -> Iterator[CoinDesk]:
    with a_desk_in_tehran(WEDNESDAY_6PM) as desk:
        yield desk


def places(coins: CoinDesk, *, limit: int = 50) -> list[int]:
    """The customers whose tickets wait, in the order of the queue, read a page at a time."""
    found: list[QueueRow] = []
    cursor: QueueCursor | None = None
    while True:
        rows, cursor = coins.desk.look(queue_page, coins.terms, at=coins.now, after=cursor, limit=limit)
        found += rows
        if cursor is None:
            break
    assert [row.place for row in found] == list(range(1, len(found) + 1))
    accounts = coins.desk.look(lambda tx: tx.accounts.by_ids(row.ticket.account_id for row in found))
    return [accounts[row.ticket.account_id].owner.ref for row in found]


def test_T2_any_package_comes_first_and_on_essentials_days_all_plans_are_equal(coins: CoinDesk) -> None:
    for number, plan in ((1, "essential"), (2, "base"), (3, "professional"), (4, None)):
        coins.granted(customer(number), 300, plan=plan)
    for number in (5, 4, 3, 2, 1):
        opens(coins, number)
        coins.later(minutes=1)
    assert places(coins) == [4, 3, 2, 1, 5], "on a Wednesday: by due time, then who has no plan"
    coins.now = THURSDAY_10AM
    assert places(coins) == [4, 3, 2, 1, 5]
    rows, _ = coins.desk.look(queue_page, coins.terms, at=coins.now)
    assert [(row.reason.tier, row.reason.standing) for row in rows] == [
        (Tier.SERVED, "package"),
        (Tier.SERVED, "professional"),
        (Tier.SERVED, "base"),
        (Tier.OFF_TODAY, "essential"),
        (Tier.NONE, "none"),
    ]
    assert [row.reason.guaranteed for row in rows] == [True, True, True, True, False]


def test_T2_essential_waits_behind_on_its_days_off_however_long_it_has_waited(coins: CoinDesk) -> None:
    coins.granted(customer(1), 300, plan="essential")
    coins.granted(customer(2), 550, plan="base")
    opens(coins, 1)
    coins.now = THURSDAY_10AM
    opens(coins, 2)
    assert places(coins) == [2, 1]
    coins.now = SATURDAY_6PM - 2 * HOUR
    assert places(coins) == [2, 1], "by due time: base's was on Friday"


def test_T2_confirmed_urgent_comes_first_in_its_class_and_whoever_waits_for_the_customer_is_not_in_it(
    coins: CoinDesk,
) -> None:
    for number in (1, 2, 3):
        coins.granted(customer(number), 550, plan="base")
    tickets_of = {number: opens(coins, number, urgent=True) for number in (1, 2, 3, 9)}
    assert places(coins) == [1, 2, 3, 9], "to ask for urgency moves nobody"
    for number in (3, 9):
        coins.later(minutes=1)
        coins.desk.run(ticket_decisions.confirm_urgent, coins.terms, tickets_of[number], by=ANNA, at=coins.now)
    assert places(coins) == [3, 1, 2, 9], "and nobody leaves his class"
    answers(coins, tickets_of[3])
    assert places(coins) == [1, 2, 9]


@pytest.mark.parametrize("limit", [1, 2, 3, 50])
def test_T2_the_queue_is_the_same_in_pages_of_any_size(coins: CoinDesk, limit: int) -> None:
    for number in range(1, 13):
        plan = ("essential", "base", "professional", None)[number % 4]
        if number % 5:
            coins.granted(customer(number), 300, plan=plan)
    for number in (5, 3, 12, 8, 1, 10, 2, 11, 7, 4, 6, 9):
        opens(coins, number)
        if number % 3 == 0:
            coins.later(minutes=7)
    coins.now = THURSDAY_10AM
    assert places(coins, limit=limit) == places(coins, limit=1_000)
    assert len(places(coins, limit=limit)) == 12
