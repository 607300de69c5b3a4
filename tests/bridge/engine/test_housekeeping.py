"""Late backups are told once each, and so are new problems."""

from collections.abc import AsyncIterator
from datetime import datetime, timedelta

import pytest

from bridge.desk.backup import note_backup
from bridge.desk.desk import Desk
from bridge.desk.outbox import Delivery
from bridge.desk.transaction import DeskTx
from bridge.domain.events import BackupLate
from bridge.engine.housekeeping import Housekeeping
from bridge.testing.clock import FixedClock
from bridge.testing.desks import CREATED
from tests.support.books import ACME, MONDAY_9AM, a_quick_desk


@pytest.fixture
async def desk() -> AsyncIterator[Desk]:
    with a_quick_desk() as opened:
        opened.start()
        yield opened


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(MONDAY_9AM)


@pytest.fixture
def rung() -> list[str]:
    """What has been woken."""
    return []


@pytest.fixture
def housekeeping(desk: Desk, clock: FixedClock, rung: list[str]) -> Housekeeping:
    async def fire() -> None:
        rung.append("deadlines")

    return Housekeeping(
        desk,
        clock,
        wake_all=lambda: None,
        compare_all=lambda: None,
        fire_deadlines=fire,
        warn_after=timedelta(hours=26),
        stores=lambda: ["acme", "beta"],
        on_news=lambda: rung.append("news"),
    )


async def told(desk: Desk, clock: FixedClock) -> list[tuple[str, int]]:
    """Store and hours of the late backups that plugins are to be told of."""
    due = await desk.read(lambda tx: tx.outbox.due(clock.now(), 100))
    return [(one.event.store, one.event.hours) for one in due if isinstance(one.event, BackupLate)]


def had(tx: DeskTx, delivery: Delivery) -> None:
    tx.outbox.delivered(delivery, frozenset({"mail"}), retry_at=None)


async def backed_up(desk: Desk, at: datetime) -> None:
    await desk.transact("note", note_backup, at)


async def test_a_late_backup_is_told_to_each_store_once(
    desk: Desk, clock: FixedClock, housekeeping: Housekeeping, rung: list[str]
) -> None:
    await backed_up(desk, MONDAY_9AM - timedelta(hours=27))
    await housekeeping.look_at_backup()
    clock.advance(timedelta(hours=1))
    await housekeeping.look_at_backup()
    assert await told(desk, clock) == [("acme", 27), ("beta", 27)]
    assert "news" in rung


async def test_the_next_backup_that_is_late_is_told_again(
    desk: Desk, clock: FixedClock, housekeeping: Housekeeping
) -> None:
    await backed_up(desk, MONDAY_9AM - timedelta(hours=27))
    await housekeeping.look_at_backup()
    await backed_up(desk, MONDAY_9AM)
    clock.advance(timedelta(hours=30))
    await housekeeping.look_at_backup()
    assert await told(desk, clock) == [("acme", 27), ("beta", 27), ("acme", 30), ("beta", 30)]


async def test_a_backup_in_time_is_not_told(desk: Desk, clock: FixedClock, housekeeping: Housekeeping) -> None:
    await backed_up(desk, MONDAY_9AM - timedelta(hours=25))
    await housekeeping.look_at_backup()
    assert await told(desk, clock) == []


async def test_a_desk_that_was_never_backed_up_is_late_from_its_making_on(
    desk: Desk, clock: FixedClock, housekeeping: Housekeeping
) -> None:
    clock.moment = CREATED + timedelta(hours=25)
    await housekeeping.look_at_backup()
    assert await told(desk, clock) == []
    clock.moment = CREATED + timedelta(hours=28)
    await housekeeping.look_at_backup()
    assert await told(desk, clock) == [("acme", 28), ("beta", 28)]


@pytest.mark.parametrize("had_one", [False, True], ids=["never", "long ago"])
async def test_C17_a_backup_that_is_still_late_after_the_pruning_is_another_event(
    desk: Desk, clock: FixedClock, housekeeping: Housekeeping, had_one: bool
) -> None:
    if had_one:
        await backed_up(desk, CREATED)
    keys: list[str] = []
    for days in range(2, 93):
        clock.moment = CREATED + timedelta(days=days)
        await housekeeping.look_at_backup()
        for one in await desk.read(lambda tx: tx.outbox.due(clock.now(), 100)):
            keys.append(one.event.key)
            await desk.transact("had", had, one)
        await housekeeping.prune()
    assert len(keys) == len(set(keys)) == 2 * 4, "at once and every 30 days, to each store under a key of its own"


async def test_new_problems_are_told_and_plugins_are_woken(
    desk: Desk, housekeeping: Housekeeping, rung: list[str]
) -> None:
    await housekeeping.tell_of_problems()
    assert rung == []
    await desk.transact(
        "report", lambda tx: tx.problems.report(ACME, key="k", kind="odd_order", summary="odd", at=MONDAY_9AM)
    )
    await housekeeping.tell_of_problems()
    assert rung == ["news"]
