"""A machine's clock that is put back keeps no order waiting until that time has come again (rule C2)."""

from datetime import timedelta

from bridge.services import syncing
from tests.bridge.services.conftest import Keeper
from tests.support.books import ACME, MONDAY_9AM, an_order, customer

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
