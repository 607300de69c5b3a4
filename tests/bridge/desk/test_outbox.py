"""Events wait in the desk from their commit until everybody has had them."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from bridge.desk.desk import Desk
from bridge.desk.outbox import LONGEST_PAUSE
from bridge.domain.events import CoinsCorrected, CoinsGranted, CoinsReinstated, CoinsRevoked, Event
from tests.support.books import ACME, MONDAY_9AM, a_quick_desk, customer, guest

LATER = MONDAY_9AM + timedelta(minutes=5)
EVENTS = [
    CoinsGranted(key="a", store=ACME, owner=customer(77), order_id=1042, plan="base", coins=550, at=MONDAY_9AM),
    CoinsRevoked(key="b", store=ACME, owner=guest(5), order_id=5, plan="gone", coins=550, at=MONDAY_9AM),
    CoinsReinstated(key="c", store="другой", owner=customer(1), order_id=7, plan=None, coins=1, at=MONDAY_9AM),
    CoinsCorrected(key="d", store=ACME, owner=customer(77), order_id=None, plan=None, coins=-30, at=MONDAY_9AM),
]


@pytest.fixture
def desk() -> Iterator[Desk]:
    """A desk with four events waiting."""
    with a_quick_desk() as one:
        one.run(lambda tx: tx.outbox.add(EVENTS))
        yield one


def due(desk: Desk, *, limit: int = 10, later: timedelta = timedelta(0)) -> list[Event]:
    return [one.event for one in desk.look(lambda tx: tx.outbox.due(MONDAY_9AM + later, limit))]


def test_events_come_back_as_they_were_oldest_first(desk: Desk) -> None:
    assert due(desk) == EVENTS
    assert [type(event) for event in due(desk)] == [type(event) for event in EVENTS]
    hooks = [one.hook for one in desk.look(lambda tx: tx.outbox.due(MONDAY_9AM, 2))]
    assert hooks == ["bridge_coins_granted", "bridge_coins_revoked"]


def test_an_event_that_was_written_before_it_had_a_reason_can_still_be_read(desk: Desk) -> None:
    """An upgraded desk has events of the program before it."""
    strip = "UPDATE outbox SET event = json_remove(event, '$.reason') WHERE key = 'b'"
    desk.run(lambda tx: tx.connection.execute(strip).rowcount)
    assert due(desk) == EVENTS


def test_C17_an_event_is_kept_once_under_its_key(desk: Desk) -> None:
    desk.run(lambda tx: tx.outbox.add(EVENTS))
    assert desk.look(lambda tx: tx.outbox.count()) == 4


def test_an_event_that_somebody_has_not_had_comes_again_for_him_alone(desk: Desk) -> None:
    first = desk.look(lambda tx: tx.outbox.due(MONDAY_9AM, 1))[0]
    desk.run(lambda tx: tx.outbox.delivered(first, frozenset({"mail"}), retry_at=LATER))
    assert due(desk) == EVENTS[1:]
    again = next(one for one in desk.look(lambda tx: tx.outbox.due(LATER, 10)) if one.event.key == "a")
    assert (again.attempts, again.delivered_to) == (1, frozenset({"mail"}))
    desk.run(lambda tx: tx.outbox.delivered(again, frozenset({"mail", "webhook"}), retry_at=None))
    assert due(desk, later=timedelta(days=9)) == EVENTS[1:]
    assert desk.look(lambda tx: tx.outbox.count()) == 3


def test_a_retry_set_before_the_machines_clock_was_put_back_is_due_at_once(desk: Desk) -> None:
    first = desk.look(lambda tx: tx.outbox.due(MONDAY_9AM, 1))[0]
    desk.run(lambda tx: tx.outbox.delivered(first, frozenset(), retry_at=MONDAY_9AM + LONGEST_PAUSE))
    assert due(desk) == EVENTS[1:]
    desk.run(lambda tx: tx.outbox.delivered(first, frozenset(), retry_at=MONDAY_9AM + timedelta(days=2)))
    assert due(desk) == [*EVENTS[1:], EVENTS[0]]


def test_the_next_delivery_is_known(desk: Desk) -> None:
    for one in desk.look(lambda tx: tx.outbox.due(MONDAY_9AM, 10)):
        desk.run(lambda tx, one=one: tx.outbox.delivered(one, frozenset(), retry_at=LATER))  # type: ignore[misc]  # bound at once
    assert desk.look(lambda tx: tx.outbox.next_due()) == LATER
    with a_quick_desk() as empty:
        assert empty.look(lambda tx: tx.outbox.next_due()) is None


def test_delivered_events_are_dropped_after_a_while_and_waiting_ones_never(desk: Desk) -> None:
    done = desk.look(lambda tx: tx.outbox.due(MONDAY_9AM, 2))
    for one in done:
        desk.run(lambda tx, one=one: tx.outbox.delivered(one, frozenset(), retry_at=None))  # type: ignore[misc]  # bound at once
    desk.run(lambda tx: tx.outbox.prune(MONDAY_9AM))
    assert desk.look(lambda tx: tx.connection.execute("SELECT COUNT(*) FROM outbox").fetchone()) == (4,)
    desk.run(lambda tx: tx.outbox.prune(LATER))
    assert desk.look(lambda tx: tx.connection.execute("SELECT COUNT(*) FROM outbox").fetchone()) == (2,)
    assert due(desk) == EVENTS[2:]
