"""Deadlines, notices and the heartbeat as the desk keeps them."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from bridge.contracts.deadlines import Deadline, DeadlineKind
from bridge.desk.desk import Desk
from bridge.domain.downtime import Gap
from bridge.services.purchases import book_orders
from tests.support.books import ACME, BASE, MONDAY_9AM, a_quick_desk, a_store, an_order, customer

A_MINUTE, A_DAY = timedelta(minutes=1), timedelta(days=1)


@pytest.fixture
def desk() -> Iterator[Desk]:
    with a_quick_desk() as one:
        yield one


def at(minutes: int, ref: int = 1, store: str = ACME, kind: str = DeadlineKind.PACKAGE) -> Deadline:
    return Deadline(kind, ref, store, MONDAY_9AM + minutes * A_MINUTE)


def due(desk: Desk, minutes: int, store: str = ACME, limit: int = 10) -> list[Deadline]:
    return desk.look(lambda tx: tx.deadlines.due(store, MONDAY_9AM + minutes * A_MINUTE, limit))


def test_deadlines_are_due_at_their_moment_earliest_first(desk: Desk) -> None:
    desk.run(lambda tx: tx.deadlines.set([at(3, 1), at(1, 2), at(2, 3), at(4, 4)]))
    assert [one.ref for one in due(desk, 3)] == [2, 3, 1]
    assert [one.ref for one in due(desk, 9, limit=2)] == [2, 3]


def test_setting_one_again_moves_it(desk: Desk) -> None:
    desk.run(lambda tx: tx.deadlines.set([at(1)]))
    desk.run(lambda tx: tx.deadlines.set([at(5)]))
    assert (due(desk, 4), due(desk, 5)) == ([], [at(5)])


def test_one_number_can_have_deadlines_of_several_kinds_which_are_cleared_by_kind(desk: Desk) -> None:
    both = [at(1, kind=DeadlineKind.QUOTE_LAPSING), at(2, kind=DeadlineKind.HOLD_OLD)]
    desk.run(lambda tx: tx.deadlines.set([*both, at(3)]))
    assert desk.look(lambda tx: tx.deadlines.of(["quote_lapsing", "hold_old"], 1)) in ([*both], [*reversed(both)])
    desk.run(lambda tx: tx.deadlines.clear(["quote_lapsing", "hold_old"], 1))
    assert due(desk, 9) == [at(3)]


def test_each_store_has_its_own_first_deadline(desk: Desk) -> None:
    desk.run(lambda tx: tx.deadlines.set([at(3, 1), at(1, 2), at(2, 3, "umbrella")]))
    desk.run(lambda tx: tx.stores.get("idle"))
    first = desk.look(lambda tx: tx.deadlines.first_due([ACME, "umbrella", "idle", "unknown"]))
    assert first == {ACME: at(1).due_at, "umbrella": at(2).due_at}
    assert [one.ref for one in due(desk, 9, "umbrella")] == [3]


def test_a_notice_is_the_first_once_a_store(desk: Desk) -> None:
    said = [desk.run(lambda tx: tx.notices.first(store, "k", MONDAY_9AM)) for store in (ACME, ACME, "umbrella")]  # noqa: B023
    assert said == [True, False, True]


def test_the_last_beat_and_the_gaps_are_kept(desk: Desk) -> None:
    assert desk.look(lambda tx: tx.downtimes.last_beat()) is None
    gap = Gap(MONDAY_9AM, MONDAY_9AM + A_DAY)
    desk.run(lambda tx: tx.downtimes.beat(MONDAY_9AM))
    desk.run(lambda tx: tx.downtimes.add(gap))
    assert desk.look(lambda tx: (tx.downtimes.last_beat(), tx.downtimes.all())) == (MONDAY_9AM, [gap])


def test_packages_are_found_by_their_ids_and_by_when_they_end(desk: Desk) -> None:
    orders = [an_order(1), an_order(2, (BASE, 2), buyer=customer(2))]
    desk.run(book_orders, a_store(), orders, at=MONDAY_9AM)
    found = desk.look(lambda tx: tx.ledger.packages([1, 3, 99]))
    assert sorted(found) == [1, 3]
    end = found[1].usable_until
    assert [(store, one.id) for store, one in desk.look(lambda tx: tx.ledger.ending_between(end, end))] == [
        (ACME, 1),
        (ACME, 2),
        (ACME, 3),
    ]
    assert desk.look(lambda tx: tx.ledger.ending_between(end + A_MINUTE, end + A_DAY)) == []
    desk.run(lambda tx: tx.deadlines.set([at(0, 2, kind=DeadlineKind.FORFEIT), at(0, 3, kind=DeadlineKind.HOLD_OLD)]))
    assert len(desk.look(lambda tx: tx.ledger.ending_between(end - A_DAY, end))) == 3, "each once"
