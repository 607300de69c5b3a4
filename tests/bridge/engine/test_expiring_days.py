"""Days before the end on which owners are reminded of packages and licences, changed in the settings (C17, L6)."""

from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from bridge.contracts.deadlines import DeadlineKind
from bridge.desk.desk import Desk
from bridge.domain.events import LicenceExpiring, PackageExpiring
from bridge.domain.licences import LicenceBook
from bridge.engine import pusher
from bridge.services import firing, purchases
from bridge.testing.desks import a_desk
from tests.bridge.engine.test_notes import MONDAY, Writing
from tests.support.books import ACME, a_store, an_order
from tests.support.licences import PRODUCTS, SEO, a_licence_store

LICENCE, PACKAGE = DeadlineKind.LICENCE, DeadlineKind.PACKAGE
ENDED = timedelta(seconds=1)


def reminding(*days: int) -> LicenceBook:
    return LicenceBook(PRODUCTS.products.values(), expiring_days=days)


def looked_at(desk: Desk, number: int, kind: DeadlineKind = LICENCE) -> datetime:
    (found,) = desk.look(lambda tx: tx.deadlines.of([kind], number))
    return found.due_at


def end_of(desk: Desk, kind: DeadlineKind) -> datetime:
    if kind is PACKAGE:
        return desk.look(lambda tx: tx.ledger.packages([1]))[1].usable_until
    end = desk.look(lambda tx: tx.licences.get(ACME, 1)).now.end  # type: ignore[union-attr]
    assert end is not None
    return end


async def restarted(desk: Desk, folder: Path, *days: int, at: datetime = MONDAY) -> Writing:
    """The desk was started with these days for packages and for licences, and has pushed for the first time."""
    writing = Writing(desk, folder, reminding(*days), reminder_days=str(list(days)))
    writing.clock.moment = at
    await writing.pusher.one_pass()
    return writing


async def reminded(desk: Desk, writing: Writing, at: datetime) -> list[int]:
    """What owners have been reminded of up to a moment, in days before the end."""
    writing.clock.moment = at
    await desk.transact("fire", firing.fire_due, {ACME: writing.setup.desk_terms}, at=at)
    events = [one.event for one in desk.look(lambda tx: tx.outbox.due(at, 1000))]
    return [one.days for one in events if isinstance(one, PackageExpiring | LicenceExpiring)]


async def books(desk: Desk, kind: DeadlineKind, *days: int, orders: int = 1) -> datetime:
    """So many packages or licences are bought, to be reminded of on these days; when they end."""
    store = replace(a_licence_store() if kind is LICENCE else a_store(), licences=reminding(*days), reminder_days=days)
    lines = [(SEO, 1)] if kind is LICENCE else []
    bought = [an_order(number, *lines) for number in range(1, orders + 1)]
    await desk.transact("book", purchases.book_orders, store, bought, at=MONDAY)
    return end_of(desk, kind)


@pytest.mark.parametrize("kind", [PACKAGE, LICENCE])
async def test_C17_L6_other_days_hold_for_what_there_is_and_none_that_has_gone_by_is_made_up_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: DeadlineKind
) -> None:
    monkeypatch.setattr(pusher, "ARMED_AT_ONCE", 2)
    with a_desk(tmp_path) as desk:
        desk.start()
        end = await books(desk, kind, orders=3)
        await restarted(desk, tmp_path)
        assert [looked_at(desk, number, kind) for number in (1, 2, 3)] == [end + ENDED] * 3
        await restarted(desk, tmp_path, 364, 60, 30)
        assert [looked_at(desk, number, kind) for number in (1, 2, 3)] == [end - timedelta(days=60)] * 3
        await restarted(desk, tmp_path, 30)
        assert [looked_at(desk, number, kind) for number in (1, 2, 3)] == [end - timedelta(days=30)] * 3


@pytest.mark.parametrize("kind", [PACKAGE, LICENCE])
async def test_C17_L6_changed_days_lose_no_reminder_that_was_due_and_repeat_none(
    tmp_path: Path, kind: DeadlineKind
) -> None:
    with a_desk(tmp_path) as desk:
        desk.start()
        end = await books(desk, kind, 30, 7)
        await restarted(desk, tmp_path, 30, 7)
        late = end - timedelta(days=29)
        writing = await restarted(desk, tmp_path, 60, 30, 10, at=late)
        assert await reminded(desk, writing, late) == [29]
        writing = await restarted(desk, tmp_path, 60, 30, 20, 10, at=end - timedelta(days=15))
        assert await reminded(desk, writing, end - timedelta(days=15)) == [29]
        assert await reminded(desk, writing, end - timedelta(days=10)) == [29, 10]
        writing = await restarted(desk, tmp_path, 30, 20, 10, at=end - timedelta(days=9))
        assert await reminded(desk, writing, end) == [29, 10]
