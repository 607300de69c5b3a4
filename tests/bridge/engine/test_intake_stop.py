"""Stopping in the middle of a first sync."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bridge.contracts.clock import SystemClock
from bridge.contracts.stores import FirstSync
from bridge.desk.desk import Desk
from bridge.engine.health import StoreHealth
from bridge.engine.intake import Intake
from bridge.engine.setup import StoreSetup
from bridge.testing.desks import a_desk
from bridge.testing.shop import FakeShop
from tests.support.fake_platform import read_settings, write_bridge
from tests.support.waiting import until


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    with a_desk(tmp_path) as opened:
        opened.start()
        yield opened


async def test_C2_a_total_that_was_cut_short_by_a_stop_confirms_nothing(desk: Desk, tmp_path: Path) -> None:
    """Three orders are counted of a hundred when the daemon is told to stop: three is not the shop's total."""
    shop, stop = FakeShop(), asyncio.Event()
    for number in range(100):
        shop.add_order(customer=number + 1, lines={"BASE": 1})
    config = write_bridge(tmp_path, stores={"acme": {"first_sync_page_orders": "3"}})
    setup = StoreSetup.of(read_settings(config).stores["acme"])
    health = StoreHealth("acme", 60)
    intake = Intake(setup, shop, desk, SystemClock(), health, stop, lambda: None)
    shop.hold("all_orders")
    reading = asyncio.create_task(intake.run())
    await until(lambda: shop.calls["all_orders"], "the count has begun")
    stop.set()
    shop.let_go("all_orders")
    await reading
    assert shop.calls["all_orders"] == 1
    state = await desk.read(lambda tx: tx.stores.get("acme"))
    assert (state.first_sync, state.confirmed_units) == (FirstSync.PENDING, 0)
    assert await desk.read(lambda tx: tx.problems.open("acme")) == []


async def test_a_long_count_shows_as_reading_and_not_as_a_stale_store(desk: Desk, tmp_path: Path) -> None:
    shop, stop = FakeShop(), asyncio.Event()
    for number in range(10):
        shop.add_order(customer=number + 1, lines={"BASE": 1})
    config = write_bridge(tmp_path, stores={"acme": {"first_sync_page_orders": "3"}})
    setup = StoreSetup.of(read_settings(config).stores["acme"])
    health = StoreHealth("acme", 60)
    intake = Intake(setup, shop, desk, SystemClock(), health, stop, lambda: None)
    await intake.total()
    assert health.last_good_read is not None
