"""Comparing a shop with what was read of it: what no new row tells of is found, and booked by the usual story."""

import asyncio
import itertools
import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from bridge.contracts.problems import Problem
from bridge.contracts.shop_rows import SigningKey
from bridge.contracts.stores import FirstSync
from bridge.desk.desk import Desk
from bridge.domain.accounts import Account, Owner, OwnerKind
from bridge.domain.slices import LAST_SLICE, SLICE_IDS
from bridge.engine.health import StoreHealth, StoreState, Work
from bridge.engine.intake import Intake
from bridge.engine.reconciler import Reconciler
from bridge.engine.setup import StoreSetup
from bridge.engine.store_runner import StoreRunner
from bridge.errors import DeskUnwritable, ShopUnavailable, UsageError
from bridge.services import problems
from bridge.testing.clock import FixedClock
from bridge.testing.desks import a_desk
from bridge.testing.shop import FakeShop
from tests.support.fake_platform import read_settings, write_bridge
from tests.support.waiting import PATIENCE_S, until

MONDAY = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
PUSH_DELAY_S = 10.0
"""For so long an account page may differ from the ledger (rule C16)."""


class Store:
    """One store's reading and comparing sides, driven by hand."""

    def __init__(self, desk: Desk, folder: Path, **different: str) -> None:
        config = write_bridge(folder, stores={"acme": different})
        self.setup = StoreSetup.of(read_settings(config).stores["acme"])
        self.shop, self.desk, self.clock = FakeShop(clock=MONDAY.replace(tzinfo=None)), desk, FixedClock(MONDAY)
        self.health = StoreHealth("acme", 60)
        self.found, self.stop = asyncio.Event(), asyncio.Event()
        self.intake = Intake(self.setup, self.shop, desk, self.clock, self.health, self.stop, lambda: None)
        self.reconciler = Reconciler(
            self.setup,
            self.shop,
            desk,
            self.clock,
            self.health,
            self.stop,
            bell=asyncio.Event(),
            on_found=self.found,
        )

    async def read(self, passes: int = 3) -> None:
        for _ in range(passes):
            await self.intake.one_pass()

    async def compare(self, *, wait: timedelta = timedelta(minutes=6)) -> None:
        """Let a round be due, ring, and read what was found."""
        self.clock.advance(wait)
        await self.reconciler.at_the_bell()
        await self.read()

    async def account(self, customer: int) -> Account:
        owner = Owner(OwnerKind.CUSTOMER, customer)
        return (await self.desk.read(lambda tx: tx.accounts.of_owners("acme", [owner])))[owner]

    async def posted(self, customer: int) -> int:
        return (await self.account(customer)).posted

    async def problems(self) -> list[Problem]:
        return await self.desk.read(lambda tx: tx.problems.open("acme"))

    async def kinds(self) -> list[str]:
        return [problem.kind for problem in await self.problems()]

    async def retry(self) -> None:
        (problem,) = await self.problems()
        await self.desk.transact("retry", problems.retry, problem.id, by="Anna", at=self.clock.now())


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    with a_desk(tmp_path) as desk:
        desk.start()
        yield Store(desk, tmp_path)


async def test_nothing_is_compared_before_the_first_sync_is_done(store: Store) -> None:
    store.shop.add_order(customer=7, lines={"BASE": 1})
    await store.reconciler.at_the_bell()
    assert store.shop.calls["slices"] == 0
    state = await store.desk.read(lambda tx: tx.stores.get("acme"))
    assert state.first_sync is FirstSync.PENDING


async def test_what_has_been_read_does_not_differ(store: Store) -> None:
    store.shop.add_order(customer=7, lines={"BASE": 1})
    store.shop.make_unreadable(store.shop.add_order(customer=8, lines={"BASE": 1}), "its lines are odd")
    await store.read()
    store.shop.add_order(customer=9, lines={"BASE": 1})
    await store.read()
    store.shop.calls.clear()
    await store.compare()
    assert store.shop.calls["read_orders"] == 0
    assert (store.health.counters.rounds, store.health.counters.differences) == (1, 0)
    assert not store.found.is_set()


async def test_C14_a_silent_refund_is_found_and_booked(store: Store) -> None:
    order = store.shop.add_order(customer=7, lines={"BASE": 2})
    await store.read()
    store.shop.change_quietly(order, status=FakeShop.REFUNDED)
    await store.read()
    assert await store.posted(7) == 1100, "no row tells of it"
    await store.compare()
    assert await store.posted(7) == 0
    assert store.found.is_set(), "the reading side is woken"
    assert store.health.counters.differences == 1


async def test_C2_a_silent_edit_is_found_and_booked(store: Store) -> None:
    order = store.shop.add_order(customer=7, lines={"BASE": 1})
    await store.read()
    store.shop.change_quietly(order, lines={"BASE": 3})
    await store.compare()
    assert await store.posted(7) == 3 * 550


async def test_C14_a_deleted_order_is_told_once_and_revokes_nothing(store: Store) -> None:
    order = store.shop.add_order(customer=7, lines={"BASE": 1})
    await store.read()
    store.shop.delete(order)
    await store.compare()
    (problem,) = await store.problems()
    assert (problem.kind, problem.count) == ("order_deleted", 1)
    assert await store.posted(7) == 550
    await store.compare()
    assert [problem.count for problem in await store.problems()] == [1]


async def test_an_order_that_no_row_ever_told_of_is_found(store: Store) -> None:
    await store.read()
    store.shop.add_order(customer=7, lines={"BASE": 1})
    store.shop.hidden.add(len(store.shop.history))  # its history row never becomes visible
    await store.read()
    await store.compare()
    assert await store.posted(7) == 550


async def test_between_rounds_only_the_newest_slices_are_compared(store: Store) -> None:
    old = store.shop.add_order(customer=7, lines={"BASE": 1})
    number = store.shop.add_order(customer=8, lines={"BASE": 1})
    store.shop.orders[5 * SLICE_IDS] = store.shop.orders.pop(number)._replace(order_id=5 * SLICE_IDS)
    store.shop.history[-1] = store.shop.history[-1]._replace(order_id=5 * SLICE_IDS)
    await store.read()
    await store.compare()
    store.shop.change_quietly(old, status=FakeShop.REFUNDED)
    store.shop.change_quietly(5 * SLICE_IDS, status=FakeShop.REFUNDED)
    await store.compare(wait=timedelta(minutes=1))
    assert (await store.posted(7), await store.posted(8)) == (550, 0)
    await store.compare(wait=timedelta(minutes=4))
    assert await store.posted(7) == 0


async def test_a_desk_that_knows_of_no_order_yet_keeps_to_the_budget_too(store: Store) -> None:
    """As after an upgrade: everything differs, and lies above the newest slice that is known."""
    await store.read()
    for index in range(6):
        number = store.shop.add_order(customer=index + 1, lines={"BASE": 1})
        place = index * SLICE_IDS + 1
        store.shop.orders[place] = store.shop.orders.pop(number)._replace(order_id=place)
        store.shop.hidden.add(len(store.shop.history))
    store.reconciler._stopwatch = itertools.count(step=30.0).__next__
    await store.reconciler.at_the_bell()
    assert store.health.counters.differences <= 2
    for _ in range(9):
        await store.compare(wait=timedelta(minutes=1))
    assert store.health.counters.differences == 6


async def test_a_round_goes_on_where_the_budget_ended(store: Store) -> None:
    somewhere(store, 4)
    await store.read()
    store.reconciler._stopwatch = itertools.count(step=30.0).__next__  # a question takes half a minute
    seen = []
    while not store.health.counters.rounds:
        await store.compare(wait=timedelta(minutes=1))
        seen.append((await store.desk.read(lambda tx: tx.slices.comparison("acme"))).slice)
        assert len(seen) < 9
    assert seen == [0, 1, 2, 3, LAST_SLICE, -1], "a slow shop is compared in as many minutes as it has pages"


async def test_comparing_that_fails_and_is_tried_again_keeps_to_one_minutes_budget(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bridge.engine.retrying.LONGEST_PAUSE_S", 0.01)
    somewhere(store, 9)
    await store.read()
    store.reconciler._stopwatch = itertools.count(step=0.15).__next__
    store.shop.fail("slices", ShopUnavailable("acme: no answer within 10 s"), times=4)
    store.clock.advance(timedelta(minutes=6))
    comparing = asyncio.create_task(store.reconciler.run())
    store.reconciler._bell.set()
    await until(lambda: store.shop.calls["slices"] > 4 and not store.health.failures, "it is well again")
    store.stop.set()
    await asyncio.wait_for(comparing, PATIENCE_S)
    reached = (await store.desk.read(lambda tx: tx.slices.comparison("acme"))).slice
    assert reached == 0, "the failures took the whole second, so it went on by the least there is"


async def test_ids_that_went_back_stop_all_booking_until_staff_have_looked(store: Store) -> None:
    """A dump from this morning is put back: what was paid since is lost, what was refunded since is paid again."""
    kept = store.shop.add_order(customer=7, lines={"BASE": 1})
    await store.read()
    dump = store.shop.as_dumped()
    store.shop.change_status(kept, FakeShop.REFUNDED)
    lost = store.shop.add_order(customer=8, lines={"BASE": 1})
    await store.read()
    assert (await store.posted(7), await store.posted(8)) == (0, 550)

    store.shop.restore(dump)
    await store.compare()
    (problem,) = await store.problems()
    assert problem.kind == "ids_went_back"
    assert "history (had reached 3, next is 2)" in problem.summary
    assert store.health.state is StoreState.PAUSED
    assert not store.health.ok
    for _ in range(3):
        await store.compare()
        await store.read()
    assert (await store.posted(7), await store.posted(8)) == (0, 550), "nothing is booked meanwhile"
    assert await store.kinds() == ["ids_went_back"], "one restore is one alarm"

    with pytest.raises(UsageError, match="it ends with a retry"):
        await store.desk.transact("dismiss", problems.dismiss, problem.id, by="Anna", at=store.clock.now())
    await store.retry()
    again = store.shop.add_order(customer=9, lines={"BASE": 1})
    assert again == lost, "the shop gives the number out a second time"
    await store.read()
    await store.compare()
    assert await store.posted(7) == 550, "what the shop says now is booked"
    assert await store.posted(8) == 550
    assert await store.kinds() == ["number_reused"]
    assert store.health.ok


async def test_orders_that_changed_while_the_store_was_paused_are_booked_after_the_retry(store: Store) -> None:
    await store.read()
    store.shop.add_order(customer=7, lines={"BASE": 1})
    await store.read()
    dump = store.shop.as_dumped()
    store.shop.add_order(customer=8, lines={"BASE": 1})
    await store.read()
    store.shop.restore(dump)
    await store.compare()
    store.shop.add_order(customer=9, lines={"BASE": 1})
    store.shop.add_order(customer=9, lines={"BASE": 1})
    await store.compare()
    owner = Owner(OwnerKind.CUSTOMER, 9)
    assert not await store.desk.read(lambda tx: tx.accounts.of_owners("acme", [owner]))
    await store.retry()
    await store.read()
    await store.compare()
    assert await store.posted(9) == 550, "one of the two has the number of an order that granted to somebody else"


async def test_D3_a_customer_who_is_gone_is_told_with_what_he_left(store: Store) -> None:
    store.shop.add_order(customer=7, lines={"BASE": 1})
    store.shop.add_order(customer=8, lines={"BASE": 1})
    store.shop.add_order(customer=None, lines={"BASE": 1})
    await store.read()
    await store.compare()
    store.shop.delete_customer(7)
    await store.compare()
    assert await store.kinds() == [], "he may be missing for a moment only"
    await store.compare()
    (problem,) = await store.problems()
    assert problem.kind == "customer_deleted"
    assert problem.summary == "customer 7 is not in the shop any more; the account is frozen with 550 coins"
    assert (await store.account(7)).frozen_at is not None
    assert (await store.account(8)).frozen_at is None
    await store.compare()
    assert [one.count for one in await store.problems()] == [1]
    store.shop.deleted_customers.clear()
    await store.compare()
    assert await store.kinds() == []
    assert (await store.account(7)).frozen_at is not None, "only staff lift it (rule C15)"


async def test_D3_a_merged_customer_is_told_with_who_has_the_orders_now(store: Store) -> None:
    order = store.shop.add_order(customer=7, lines={"BASE": 1})
    await store.read()
    store.shop.delete_customer(7)
    store.shop.orders[order] = store.shop.orders[order]._replace(customer_id=9, buyer=Owner(OwnerKind.CUSTOMER, 9))
    await store.compare()
    await store.compare()
    told = {problem.kind: problem.summary for problem in await store.problems()}
    assert told["customer_deleted"].endswith(
        "frozen with 550 coins; orders of theirs now belong to customer 9: were the two merged?"
    )
    assert "the order now belongs to customer 9" in told["owner_changed"]
    assert await store.posted(7) == 550


async def test_D3_a_shop_that_lost_its_table_of_customers_freezes_nobody(tmp_path: Path) -> None:
    with a_desk(tmp_path) as desk:
        desk.start()
        store = Store(desk, tmp_path, fuse_units="2")
        await store.read()
        for customer in (1, 2, 3):
            store.shop.add_order(customer=customer, lines={"BASE": 1})
            await store.read()
        store.shop.deleted_customers |= {1, 2, 3}
        await store.compare()
        await store.compare()
        assert await store.kinds() == ["customers_missing"]
        assert [(await store.account(customer)).frozen_at for customer in (1, 2, 3)] == [None] * 3
        store.shop.deleted_customers.clear()
        await store.compare()
        assert await store.kinds() == []


async def test_D3_a_loss_of_customers_that_staff_have_dismissed_is_told_again_when_more_are_lost(
    tmp_path: Path,
) -> None:
    with a_desk(tmp_path) as desk:
        desk.start()
        store = Store(desk, tmp_path, fuse_units="2")
        await store.read()
        for customer in (1, 2, 3, 4):
            store.shop.add_order(customer=customer, lines={"BASE": 1})
            await store.read()
        store.shop.deleted_customers |= {1, 2, 3}
        for _ in range(2):
            await store.compare()
        (problem,) = await store.problems()
        await store.desk.transact("dismiss", problems.dismiss, problem.id, by="Anna", at=store.clock.now())
        await store.compare()
        assert await store.kinds() == []
        store.shop.deleted_customers.add(4)
        for _ in range(2):
            await store.compare()
        assert await store.kinds() == ["customers_missing"]


async def test_C2_many_changes_found_at_once_wait_behind_the_fuse(store: Store) -> None:
    await store.read()
    orders = []
    for customer in range(1, 52):
        orders.append(store.shop.add_order(customer=customer, lines={"BASE": 1}))
        await store.read(1)
    for order in orders:
        store.shop.change_quietly(order, status=FakeShop.REFUNDED)
    await store.compare()
    assert await store.kinds() == ["fuse"]
    assert await store.posted(1) == 550


async def test_a_shop_of_which_nothing_is_remembered_is_read_in_portions(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After an upgrade, and after a shop was put back: not every order at once."""
    monkeypatch.setattr("bridge.engine.reconciler.BACKLOG", 2)
    for index in range(6):
        number = store.shop.add_order(customer=index + 1, lines={"BASE": 1})
        place = index * SLICE_IDS + 1
        store.shop.orders[place] = store.shop.orders.pop(number)._replace(order_id=place)
    await store.read()
    await store.desk.transact("forget", lambda tx: tx.slices.forget("acme"))
    portions = []
    while not store.health.counters.rounds:
        before = store.health.counters.differences
        await store.compare(wait=timedelta(minutes=1))
        portions.append(store.health.counters.differences - before)
        assert len(portions) < 9
    assert sum(portions) == 6
    assert max(portions) <= 3, "the newest and a portion of the round"


# --- within a minute's share ---


def somewhere(store: Store, slices: int) -> list[int]:
    """A paid order in each of so many slices."""
    orders = []
    for index in range(slices):
        number = store.shop.add_order(customer=index + 1, lines={"BASE": 1})
        place = index * SLICE_IDS + 1
        store.shop.orders[place] = store.shop.orders.pop(number)._replace(order_id=place)
        orders.append(place)
    return orders


async def test_nothing_is_compared_while_many_found_orders_wait_to_be_read(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bridge.engine.reconciler.BACKLOG", 3)
    somewhere(store, 6)
    await store.read()
    await store.desk.transact("forget", lambda tx: tx.slices.forget("acme"))
    store.clock.advance(timedelta(minutes=6))
    for _ in range(3):
        await store.reconciler.at_the_bell()
    waiting = await store.desk.read(lambda tx: tx.sync.waiting_count("acme"))
    assert 3 < waiting <= 5, "no more than a page beyond the limit"
    await store.read()
    while not store.health.counters.rounds:
        await store.compare(wait=timedelta(minutes=1))
    assert await store.desk.read(lambda tx: tx.slices.newest("acme")) == 5


# --- stopping, and a shop that fails ---


async def test_a_stop_ends_a_round_after_the_page_under_way_and_it_goes_on_there(store: Store) -> None:
    somewhere(store, 5)
    await store.read()
    store.clock.advance(timedelta(minutes=6))
    store.shop.calls.clear()
    store.shop.hold("slices")
    comparing = asyncio.create_task(store.reconciler.run())
    store.reconciler._bell.set()
    await until(lambda: store.shop.calls["slices"], "a comparison has begun")
    store.stop.set()
    store.shop.let_go("slices")
    await asyncio.wait_for(comparing, PATIENCE_S)
    assert store.shop.calls["slices"] == 2, "the page of the newest, and one of the round"
    assert store.shop.calls["customers"] == 0
    assert (await store.desk.read(lambda tx: tx.slices.comparison("acme"))).slice == 0
    assert store.health.counters.rounds == 0


async def test_a_stop_while_accounts_are_looked_at_says_nothing_of_customers(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who was looked for in part would close the problems of those who were not."""
    for customer in (7, 8, 9):
        store.shop.add_order(customer=customer, lines={"BASE": 1})
    await store.read()
    store.shop.delete_customer(9)
    await store.compare()
    await store.compare()
    assert await store.kinds() == ["customer_deleted"]
    monkeypatch.setattr("bridge.engine.account_round.ACCOUNTS_A_PAGE", 1)
    store.shop.calls.clear()
    store.shop.hold("customers")
    store.clock.advance(timedelta(minutes=6))
    comparing = asyncio.create_task(store.reconciler.at_the_bell())
    await until(lambda: store.shop.calls["customers"], "the first account is looked for")
    store.stop.set()
    store.shop.let_go("customers")
    await asyncio.wait_for(comparing, PATIENCE_S)
    assert store.shop.calls["customers"] == 1
    assert await store.kinds() == ["customer_deleted"]
    assert store.health.counters.rounds == 2, "the round is not over"


async def test_a_shop_that_is_down_while_comparing_is_told_once_and_so_is_its_return(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bridge.engine.retrying.LONGEST_PAUSE_S", 0.01)
    order = store.shop.add_order(customer=7, lines={"BASE": 1})
    await store.read()
    store.shop.change_quietly(order, status=FakeShop.REFUNDED)
    store.shop.fail("next_ids", ShopUnavailable("acme: no answer"), times=2)
    store.shop.fail("slices", ShopUnavailable("acme: no answer"), times=3)
    store.shop.fail("customers", ShopUnavailable("acme: no answer"), times=2)
    with capture_logs() as lines:
        comparing = asyncio.create_task(store.reconciler.run())
        store.reconciler._bell.set()
        await until(lambda: not store.health.failures and store.health.counters.rounds, "a round is over")
        store.stop.set()
        await asyncio.wait_for(comparing, PATIENCE_S)
    told = [(line["event"], line.get("work")) for line in lines]
    assert told == [
        ("shop unreachable", "comparing"),
        ("orders differ from what was read", None),
        ("shop well again", "comparing"),
    ]
    assert store.health.counters.retries == 7
    assert store.health.state is not StoreState.DOWN, "it is read as before"


# --- account pages ---


KEY = SigningKey("k1", bytes(32))


@pytest.fixture
async def runner(store: Store) -> AsyncIterator[StoreRunner]:
    """The whole store, with customer 7's package on its page."""
    running = StoreRunner(store.setup, lambda: store.shop, store.desk, store.clock, keys=lambda: (KEY,))
    running.start()
    store.shop.add_order(customer=7, lines={"BASE": 1})
    await until(lambda: store.shop.posted(7) == 550, "the page shows the package")
    await until(lambda: running.health.counters.pushes > 0, "the desk knows that it does, and has logged it")
    await until(lambda: running.health.state is StoreState.WELL, "the first sync is done")
    yield running
    await running.finish()


async def rung(runner: StoreRunner, store: Store) -> None:
    """Let another round be over."""
    rounds = runner.health.counters.rounds
    store.clock.advance(timedelta(minutes=6))
    runner.compare.set()
    await until(lambda: runner.health.counters.rounds > rounds, "a round is over")


async def test_C16_rows_that_were_put_back_in_the_shop_are_pushed_again_within_the_push_delay(
    store: Store, runner: StoreRunner
) -> None:
    old = store.shop.accounts[7]
    store.shop.add_order(customer=7, lines={"BASE": 1})
    await until(lambda: store.shop.posted(7) == 1100, "the page shows both packages")
    newest = store.shop.accounts[7].number
    store.shop.accounts[7] = old
    del store.shop.entries[7, 2]
    await rung(runner, store)
    await until(lambda: store.shop.posted(7) == 1100, "the page shows both again", within=PUSH_DELAY_S)
    assert store.shop.accounts[7].number > newest
    assert (7, 2) in store.shop.entries


async def test_C16_rows_that_were_taken_away_in_the_shop_are_pushed_again(store: Store, runner: StoreRunner) -> None:
    store.shop.accounts.clear()
    store.shop.entries.clear()
    await rung(runner, store)
    await until(lambda: store.shop.posted(7) == 550, "the page is there again", within=PUSH_DELAY_S)
    assert (7, 1) in store.shop.entries


async def test_C16_pages_that_are_as_they_were_pushed_are_left_alone(store: Store, runner: StoreRunner) -> None:
    row = store.shop.accounts[7]
    pushes = store.shop.calls["push"]
    with capture_logs() as lines:
        await rung(runner, store)
        await rung(runner, store)
    assert store.shop.accounts[7] is row
    assert store.shop.calls["push"] == pushes
    assert lines == []


async def test_D3_the_page_of_a_customer_who_is_gone_says_within_the_push_delay_that_it_is_frozen(
    store: Store, runner: StoreRunner
) -> None:
    store.shop.delete_customer(7)
    await rung(runner, store)
    await rung(runner, store)
    await until(lambda: json.loads(store.shop.accounts[7].payload)["frozen"], "the page says so", within=PUSH_DELAY_S)


@pytest.mark.usefixtures("runner")
async def test_a_full_disk_that_keeps_a_store_from_working_fills_no_log(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The reading side starts anew every few seconds, and looks at its shop each time."""
    monkeypatch.setattr("bridge.engine.store_runner.PAUSE_AFTER_CRASH_S", 0.02)

    def is_full(*_: object) -> None:
        raise DeskUnwritable("database or disk is full")

    with capture_logs() as lines, monkeypatch.context() as full:
        full.setattr("bridge.desk.writer.begin", is_full)
        probes = store.shop.calls["probe"]
        store.shop.add_order(customer=8, lines={"BASE": 1})
        await until(lambda: store.shop.calls["probe"] > probes + 3, "it has started anew some times")
    await until(lambda: store.shop.posted(8) == 550, "it goes on once there is room")
    assert [line for line in lines if line["log_level"] not in {"debug", "warning"}] == []


async def test_an_outage_that_all_sides_of_a_store_meet_is_one_line_down_and_one_up(
    store: Store, runner: StoreRunner, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bridge.engine.retrying.LONGEST_PAUSE_S", 0.01)
    calls = ("touched", "claim", "next_ids", "inbox")
    for call in calls:
        store.shop.fail(call, ShopUnavailable("acme: no answer"))
    with capture_logs() as lines:
        await store.desk.transact("refresh", lambda tx: tx.push.refresh("acme"))
        runner.accounts_changed.set()
        runner.compare.set()
        await until(
            lambda: runner.health.failures.keys() == {*Work} - {Work.THREADS, Work.LICENCES}, "every side has met it"
        )
        for call in calls:
            store.shop.recover(call)
        await until(lambda: not runner.health.failures, "every side is well again")
    told = [line["event"] for line in lines if line["log_level"] != "debug"]
    assert [event for event in told if event.startswith("shop")] == ["shop unreachable", "shop well again"]
