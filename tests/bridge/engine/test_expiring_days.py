"""Days before the end on which owners of licences are reminded, changed in the settings (rule L6)."""

from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from bridge.contracts.deadlines import DeadlineKind
from bridge.desk.desk import Desk
from bridge.domain.licences import LicenceBook
from bridge.engine import pusher
from bridge.services import purchases
from bridge.testing.desks import a_desk
from tests.bridge.engine.test_notes import MONDAY, Writing
from tests.support.books import ACME, an_order
from tests.support.licences import PRODUCTS, SEO, a_licence_store


def reminding(*days: int) -> LicenceBook:
    return LicenceBook(PRODUCTS.products.values(), expiring_days=days)


def looked_at(desk: Desk, licence: int) -> datetime:
    (found,) = desk.look(lambda tx: tx.deadlines.of([DeadlineKind.LICENCE], licence))
    return found.due_at


async def test_L6_other_days_hold_for_the_licences_there_are_and_none_that_has_gone_by_is_made_up_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pusher, "LICENCES_AT_ONCE", 2)
    with a_desk(tmp_path) as desk:
        desk.start()
        store = replace(a_licence_store(), licences=reminding())
        orders = [an_order(number, (SEO, 1)) for number in (1, 2, 3)]
        await desk.transact("book", purchases.book_orders, store, orders, at=MONDAY)
        await Writing(desk, tmp_path, reminding()).pusher.one_pass()
        end = desk.look(lambda tx: tx.licences.get(ACME, 1)).now.end  # type: ignore[union-attr]
        assert end is not None
        assert [looked_at(desk, number) for number in (1, 2, 3)] == [end + timedelta(seconds=1)] * 3
        await Writing(desk, tmp_path, reminding(500, 60, 30)).pusher.one_pass()
        assert [looked_at(desk, number) for number in (1, 2, 3)] == [end - timedelta(days=60)] * 3
        await Writing(desk, tmp_path, reminding(30)).pusher.one_pass()
        assert [looked_at(desk, number) for number in (1, 2, 3)] == [end - timedelta(days=30)] * 3
