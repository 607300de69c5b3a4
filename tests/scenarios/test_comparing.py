"""What no cursor sees is found by comparing: deletions, hand edits, silent statuses, a shop that was put back."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from random import Random
from typing import Any

import pytest

from bridge.engine.health import StoreState
from tests.scenarios.conftest import MakeBridge
from tests.support.bridges import BASE, PLAN_OF, PROFESSIONAL, Bridge, shop_now, stock
from tests.support.fixtures import ShopFactory
from tests.support.naive_readers import ByDate, ByDateAndId, ById, NaiveReader, orders_now
from tests.support.owed import units_booked, units_owed
from tests.support.shops import LAYOUTS, AnyShop
from tests.support.waiting import until

IN_CI = ("opencart-4.1", "prestashop-8")
EVERY_LAYOUT = [name if name in IN_CI else pytest.param(name, marks=pytest.mark.long) for name in LAYOUTS]
ORDERS, CHANGES = 4_500, 500
PASSING = 10
"""Deletions of which a look may see the row that OpenCart writes a moment before."""
AT_ONCE = 100_000
"""A fuse that no test of many changes blows."""


@dataclass(slots=True)
class Mischief:
    """What was done behind everybody's back, by kind."""

    deleted: set[int] = field(default_factory=set)
    edited: set[int] = field(default_factory=set)
    refunded: set[int] = field(default_factory=set)

    @property
    def orders(self) -> set[int]:
        return self.deleted | self.edited | self.refunded


async def make_mischief(shop: AnyShop, orders: Sequence[int], *, changes: int, seed: int) -> Mischief:
    """Delete, edit and refund that many orders without a row to tell of it."""
    random = Random(seed)  # noqa: S311 - to be repeatable, not secret
    done = Mischief()
    for number, order in enumerate(random.sample(orders, changes)):
        if number % 3 == 0:
            await (shop.delete_order_hard if number % 2 else shop.delete_order)(order)
            done.deleted.add(order)
        elif number % 3 == 1:
            await shop.silent_line_edit(order, BASE, random.choice([2, 3, 4]))
            done.edited.add(order)
        else:
            await shop.silent_status(order, shop.refunded_status)
            done.refunded.add(order)
    return done


async def compare(bridge: Bridge, app: Any, *, rounds: int = 1) -> None:
    """Ring, as happens every minute, until another whole comparison is over and all it found is booked."""
    counters = app.runners["acme"].health.counters
    wanted = counters.rounds + rounds
    while counters.rounds < wanted:
        done = counters.rounds
        app.stores.compare()
        await until(lambda: counters.rounds > done, "a comparison is over")  # noqa: B023
    await bridge.quiet()


@pytest.mark.parametrize("layout", EVERY_LAYOUT)
async def test_C14_500_deletions_and_hand_edits_are_found_in_one_round(
    layout: str, any_shop: ShopFactory, make_bridge: MakeBridge
) -> None:
    shop = await any_shop(layout)
    await stock(shop)
    bulk = await shop.bulk_orders(ORDERS, [BASE], customers=90, first_at=shop_now(shop) - timedelta(days=9))
    bridge = make_bridge(
        shop, fuse_units=AT_ONCE, poll_seconds=0.3, reconcile_minutes=0.0, reconcile_budget_seconds=30.0
    )
    await bridge.prepare()
    async with bridge.running() as app:
        await bridge.quiet()
        counters = app.runners["acme"].health.counters
        await compare(bridge, app)
        assert counters.differences == 0, "what the first sync has read does not differ"
        orders = range(bulk.first_order, bulk.first_order + bulk.orders)
        naive: list[NaiveReader] = [ByDate(shop), ByDateAndId(shop), ById(shop)]
        for reader in naive:
            await reader.look()
        done = await make_mischief(shop, orders, changes=CHANGES, seed=20261122)
        assert len(done.orders) == CHANGES
        truth = {**dict.fromkeys(done.deleted), **await orders_now(shop)}
        for reader in naive:
            await reader.look()
            lost = {order for order in done.orders if reader.beliefs.get(order) != truth[order]}
            assert lost == done.orders, f"{type(reader).__name__} sees nothing of it"
        await bridge.quiet()
        assert counters.orders == ORDERS, "nor do our cursors see an order to read"
        await compare(bridge, app)
        found = counters.differences
        assert CHANGES - PASSING <= found <= CHANGES
        await compare(bridge, app)
        assert counters.differences == found, "what has been found does not differ any more"
    told = {int(problem.key.split(":")[1]) for problem in bridge.desk.problems("acme")}
    assert {problem.kind for problem in bridge.desk.problems("acme")} == {"order_deleted"}
    assert told == done.deleted
    owed, booked = await units_owed(shop, PLAN_OF), units_booked(bridge.desk.accounts("acme"))
    unlike = {unit.order for unit in owed.keys() | booked.keys() if owed[unit] != booked[unit]}
    assert unlike == done.deleted, "only what a deleted order granted stands without an order (rule C14)"
    assert await bridge.disagreements() == []


@pytest.mark.parametrize("layout", IN_CI)
async def test_a_plain_sum_of_checksums_would_miss_every_pair_of_equal_changes(
    layout: str, any_shop: ShopFactory
) -> None:
    """CRC32 is linear, so that two equal changes cancel under XOR: the reason for the MD5 inside ours."""
    shop = await any_shop(layout)
    await stock(shop)
    bulk = await shop.bulk_orders(100, [BASE], first_at=shop_now(shop))
    at = shop.columns
    plain = f"SELECT COUNT(*), BIT_XOR(CRC32(CONCAT_WS('|', {at.order_id}, {at.status}))) FROM {{{at.orders}}}"
    ours = f"SELECT COUNT(*), BIT_XOR(CRC32(MD5(CONCAT_WS('|', {at.order_id}, {at.status})))) FROM {{{at.orders}}}"
    before = [await shop.fetch(plain), await shop.fetch(ours)]
    for order in (bulk.first_order + 20, bulk.first_order + 21):
        await shop.silent_status(order, shop.canceled_status)
    assert await shop.fetch(plain) == before[0]
    assert await shop.fetch(ours) != before[1]


@pytest.mark.parametrize("layout", EVERY_LAYOUT)
async def test_a_shop_put_back_from_a_dump_is_not_booked_until_staff_have_looked(
    layout: str, any_shop: ShopFactory, make_bridge: MakeBridge
) -> None:
    shop = await any_shop(layout)
    await stock(shop)
    ada, eve, ian = [await shop.add_customer(f"{name}@shop.example") for name in ("ada", "eve", "ian")]
    bridge = make_bridge(shop, reconcile_minutes=0.0)
    await bridge.prepare()
    async with bridge.running() as app:
        kept = await shop.place_paid_order(ada, [(BASE, 1)], at=shop_now(shop) - timedelta(hours=3))
        await bridge.coins("acme", ada, 550)
        dump = await shop.snapshot()
        await shop.set_status(kept, shop.refunded_status, shop_now(shop))
        lost = await shop.place_paid_order(eve, [(BASE, 1)], at=shop_now(shop) - timedelta(hours=2))
        forgotten = await shop.place_paid_order(eve, [(BASE, 1)], at=shop_now(shop) - timedelta(hours=1))
        late = await shop.add_customer("late@shop.example")
        await shop.place_paid_order(late, [(BASE, 2)], at=shop_now(shop) - timedelta(hours=1))
        await bridge.coins("acme", late, 1100)
        await bridge.coins("acme", ada, 0)
        await bridge.coins("acme", eve, 1100)
        await bridge.quiet()

        await shop.restore(dump)
        app.stores.compare()
        problem = await bridge.problem("acme", "ids_went_back")
        again = await shop.place_paid_order(ian, [(PROFESSIONAL, 1)], at=shop_now(shop))
        assert again == lost, "the shop gives the number out a second time"
        heir = await shop.add_customer("heir@shop.example")
        assert heir == late, "and a customer's number too"
        rounds = app.runners["acme"].health.counters.rounds
        app.stores.compare()
        await until(lambda: app.runners["acme"].health.state is StoreState.PAUSED, "the store is paused")
        assert app.runners["acme"].health.counters.rounds == rounds
        assert bridge.desk.coins("acme", ada) == 0
        assert bridge.desk.coins("acme", eve) == 1100

        await bridge.retry(problem)
        await until(lambda: app.runners["acme"].health.ok, "the store is read again")
        await compare(bridge, app)
        await bridge.coins("acme", ada, 550)
        reused = await bridge.problem("acme", "number_reused")
        deleted = await bridge.problem("acme", "order_deleted")
    assert str(lost) in reused.summary
    assert bridge.desk.coins("acme", heir) == 0, "nobody inherits (rule D3)"
    kept_apart = [one for one in bridge.desk.accounts("acme") if one.kind == "former"]
    assert [one.posted for one in kept_apart] == [1100]
    assert f"order {forgotten} is not among the shop's orders any more" in deleted.summary
    assert bridge.desk.coins("acme", eve) == 1100
    assert await bridge.disagreements() == []


@pytest.mark.parametrize("layout", IN_CI)
async def test_D3_merged_customers_are_told_and_nobody_inherits(
    layout: str, any_shop: ShopFactory, make_bridge: MakeBridge
) -> None:
    shop = await any_shop(layout)
    await stock(shop)
    ada, eve = [await shop.add_customer(f"{name}@shop.example") for name in ("ada", "eve")]
    bridge = make_bridge(shop, reconcile_minutes=0.0)
    await bridge.prepare()
    async with bridge.running() as app:
        await shop.place_paid_order(ada, [(BASE, 1)], at=shop_now(shop))
        await bridge.coins("acme", ada, 550)
        await shop.merge_customers(ada, eve)
        await compare(bridge, app)
        bridge.desk.missed_earlier("acme", by=timedelta(minutes=2))
        await compare(bridge, app)
        problem = await bridge.problem("acme", "customer_deleted")
        moved = await bridge.problem("acme", "owner_changed")
    assert problem.summary.endswith(f"now belong to customer {eve}: were the two merged?")
    assert f"the order now belongs to customer {eve}" in moved.summary
    assert bridge.desk.coins("acme", ada) == 550
    assert bridge.desk.coins("acme", eve) == 0
