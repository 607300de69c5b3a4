"""Reading a shop, pass by pass."""

import asyncio
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from bridge.contracts.clock import SystemClock
from bridge.contracts.problems import Problem
from bridge.contracts.shop import TouchedRow
from bridge.contracts.sync import Comparison
from bridge.desk.desk import Desk
from bridge.domain.accounts import Owner, OwnerKind
from bridge.domain.cursor import Cursor
from bridge.domain.orders import StatusSets
from bridge.engine import intake as intake_module
from bridge.engine.health import StoreHealth
from bridge.engine.intake import Intake
from bridge.engine.setup import StoreSetup
from bridge.services import staff_coins, syncing
from bridge.testing.desks import a_desk
from bridge.testing.shop import FakeShop
from tests.support.fake_platform import read_settings, write_bridge
from tests.support.waiting import until


class Reading:
    """One store's intake, driven by hand."""

    def __init__(self, desk: Desk, folder: Path, **sync: str) -> None:
        pace = {"poll_seconds": "0.05", "settle_seconds": "0.0", **sync}
        config = write_bridge(folder, stores={"acme": pace})
        self.setup = StoreSetup.of(read_settings(config).stores["acme"])
        self.shop, self.desk = FakeShop(), desk
        self.health = StoreHealth("acme", 60)
        self.intake = Intake(self.setup, self.shop, desk, SystemClock(), self.health, asyncio.Event(), lambda: None)

    async def passes(self, count: int = 3) -> None:
        for _ in range(count):
            await self.intake.one_pass()

    async def posted(self, customer: int) -> int:
        owner = Owner(OwnerKind.CUSTOMER, customer)
        accounts = await self.desk.read(lambda tx: tx.accounts.of_owners("acme", [owner]))
        return accounts[owner].posted if owner in accounts else 0

    async def problems(self) -> list[Problem]:
        return await self.desk.read(lambda tx: tx.problems.open("acme"))


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    with a_desk(tmp_path) as opened:
        opened.start()
        yield opened


async def key_of_somebody_else(reading: Reading, order: int) -> None:
    """An entry under the key that an order's first unit will ask for, with other content."""
    await reading.desk.transact(
        "a grant under an order's key",
        staff_coins.grant,
        "acme",
        Owner(OwnerKind.CUSTOMER, 99),
        coins=7,
        reason="a wrong key",
        staff="Anna",
        key="x",
        zone=reading.setup.settings.zone_info,
        at=SystemClock().now(),
    )
    plan = next(iter(reading.setup.plans.plans))
    sql = (
        "INSERT INTO entry (id, account_id, number, key, kind, at_ms, posted, held, posted_after, held_after, postings,"
        " order_id, reason) SELECT 1000, account_id, 2, ?, kind, at_ms, 1, 0, 8, 0, '[]', 4, '' FROM entry"
    )
    key = f"acme:order:{order}:{plan}:unit:1"
    await reading.desk.transact("plant it", lambda tx: tx.connection.execute(sql, (key,)))


async def test_an_order_that_cannot_be_booked_is_told_and_the_rest_of_its_page_goes_on(
    desk: Desk, tmp_path: Path
) -> None:
    reading = Reading(desk, tmp_path)
    await reading.passes()
    good = [reading.shop.add_order(customer=number, lines={"BASE": 1}) for number in (1, 2)]
    bad = reading.shop.add_order(customer=3, lines={"BASE": 1})
    await key_of_somebody_else(reading, bad)

    await reading.passes()

    assert len(good) == 2
    assert [await reading.posted(number) > 0 for number in (1, 2, 3)] == [True, True, False]
    (problem,) = await reading.problems()
    assert (problem.kind, problem.detail) == ("unreadable_order", {"orders": [bad]})
    assert f"order {bad}: it can't be booked: entry acme:order:{bad}:" in problem.summary


async def test_the_same_holds_in_a_first_sync(desk: Desk, tmp_path: Path) -> None:
    reading = Reading(desk, tmp_path)
    reading.shop.add_order(customer=1, lines={"BASE": 1})
    bad = reading.shop.add_order(customer=2, lines={"BASE": 1})
    await key_of_somebody_else(reading, bad)

    await reading.passes()

    assert [await reading.posted(number) > 0 for number in (1, 2)] == [True, False]
    assert [problem.detail for problem in await reading.problems()] == [{"orders": [bad]}]


async def test_C2_pages_that_follow_one_another_share_the_fuse(desk: Desk, tmp_path: Path) -> None:
    """60 orders in pages of 20: no page alone is more than 50, the pass is."""
    reading = Reading(desk, tmp_path, page_orders="20")
    await reading.passes()
    for number in range(60):
        reading.shop.add_order(customer=number + 1, lines={"BASE": 1})

    await reading.passes(8)

    booked = sum([await reading.posted(number + 1) > 0 for number in range(60)])
    assert booked == 40
    assert [problem.kind for problem in await reading.problems()] == ["fuse"]


async def test_C14_a_shop_that_changes_its_paid_statuses_is_told_to_staff(
    desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    reading = Reading(desk, tmp_path)
    await reading.passes()
    paid_too = StatusSets.of({FakeShop.PAID, 15}, {FakeShop.REFUNDED}, {FakeShop.CHARGED_BACK})
    reading.shop.statuses = paid_too
    assert (await reading.intake.terms()).statuses != paid_too, "it is not asked at every pass"

    monkeypatch.setattr(intake_module, "PROBE_AGAIN_S", -1.0)

    assert (await reading.intake.terms()).statuses == paid_too
    await reading.passes(1)
    (problem,) = await reading.problems()
    assert problem.summary == (
        f"the shop's statuses mean something else now: granting {FakeShop.PAID}, 15 (before {FakeShop.PAID}); "
        "every order is read again by that"
    )


async def test_a_pass_that_was_held_up_does_not_put_off_the_ones_after_it(
    desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Stores that something held up together would be read in step from then on."""
    config = write_bridge(tmp_path, stores={"acme": {"poll_seconds": "0.5", "hint_seconds": "0.0"}})
    shop, stop, began = FakeShop(), asyncio.Event(), list[float]()
    setup, health = StoreSetup.of(read_settings(config).stores["acme"]), StoreHealth("acme", 60)
    touched = shop.touched

    async def noted(cursors: Mapping[str, Cursor]) -> Mapping[str, Sequence[TouchedRow]]:
        began.append(time.monotonic())
        return await touched(cursors)

    monkeypatch.setattr(shop, "touched", noted)
    reading = asyncio.create_task(Intake(setup, shop, desk, SystemClock(), health, stop, lambda: None).run())
    await until(lambda: len(began) >= 3, "the store is read at its pace")
    read = health.last_good_read
    await until(lambda: health.last_good_read != read, "a pass is over and the next one waited for")
    after_late = []
    for _ in range(20):  # a machine that is busy may hold up the next one too
        passes = len(began)
        time.sleep(0.8)  # noqa: ASYNC251  # this is what holds up everything
        await until(lambda: len(began) >= passes + 2, "a late pass and one more")  # noqa: B023
        after_late.append(began[passes + 1] - began[passes])
        if after_late[-1] < 0.35:
            break
    stop.set()
    await reading
    assert min(after_late) < 0.35, "the next pass is in time again, 1 s after the last one that was"


class Asked(Desk):
    """A desk that counts how often it is read."""

    reads = 0

    async def read(self, service: Any, *args: Any, **kwargs: Any) -> Any:
        self.reads += 1
        return await super().read(service, *args, **kwargs)


async def test_an_idle_shop_asks_nothing_of_the_desk_until_its_reading_has_something_new_to_go_by(
    tmp_path: Path,
) -> None:
    with a_desk(tmp_path) as made:
        path = made.path
    with Asked.open(path) as desk:
        desk.start()
        reading = Reading(desk, tmp_path)
        reading.shop.add_order(customer=1, lines={"BASE": 1})
        await desk.transact("there is another store", lambda tx: tx.stores.get("other"))
        await reading.passes(5)
        assert await reading.posted(1) > 0
        before = desk.reads

        for _ in range(20):
            await desk.transact("another store compares", lambda tx: tx.slices.save_comparison("other", Comparison()))
            await reading.passes(1)
        assert desk.reads == before

        reading.shop.add_order(customer=2, lines={"BASE": 1})
        await reading.passes(5)
        assert await reading.posted(2) > 0, "what is new in the shop is booked all the same"


async def test_what_another_process_commits_is_found_by_a_store_that_was_idle(desk: Desk, tmp_path: Path) -> None:
    """Staff have an order read again: nothing in the shop says so."""
    reading = Reading(desk, tmp_path)
    order = reading.shop.add_order(customer=1, lines={"BASE": 1})
    await reading.passes(10)
    before, changes = reading.health.counters.orders, desk.sync_changes
    with Desk.open(desk.path) as command:
        command.run(syncing.touch, "acme", [order], at=SystemClock().now(), settle=timedelta(0))

    await until(lambda: desk.sync_changes > changes, "the desk has seen the command's commit")
    await reading.passes(2)
    assert reading.health.counters.orders == before + 1
