"""Rows that become visible after rows with a higher id are booked all the same, once each (rule C2).

Eight writers place and pay orders in transactions that stay open for a drawn time, commit in any order, and sometimes
never. The first of them is made to commit after a higher id has been seen, so that the control, `id > last`, can't be
lucky: it must lose.
"""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from random import Random

import pytest

from tests.scenarios.conftest import MakeBridge
from tests.support.bridges import COINS, PLAN_OF, Bridge, shop_now
from tests.support.naive_readers import ById, orders_now
from tests.support.owed import differences, units_owed
from tests.support.shops import AnyShop
from tests.support.waiting import LOOK_EVERY_S, until

WRITERS = 8
COINS_OF_PLAN = {PLAN_OF[code]: coins for code, coins in COINS.items()}


class Writer:
    """A connection of its own to the shop, whose transactions are as long as the seed says."""

    def __init__(self, shop: AnyShop, customer: int, seed: int) -> None:
        self._shop, self._customer = shop, customer
        self._random = Random(seed)  # noqa: S311 - to be repeatable, not secret
        self._open_orders: list[int] = []
        self.committed = self.rolled_back = 0

    async def write(self, transactions: int, *, most_seconds: float) -> None:
        """One transaction after another, each held open for a drawn time before it ends."""
        for _ in range(transactions):
            order = await self.begin()
            await asyncio.sleep(self._random.uniform(0.0, most_seconds))
            await self.end(order, commit=self._random.random() < 0.8)

    async def begin(self) -> int:
        """Place an order in a transaction, pay it or one that was placed before, and leave the transaction open."""
        await self._shop.execute("START TRANSACTION")
        code = self._random.choice(list(COINS))
        at = shop_now(self._shop)
        order = await self._shop.place_order(self._customer, [(code, self._random.randint(1, 2))], at=at)
        paid = self._random.choice([order, *self._open_orders[-1:]])
        await self._shop.set_status(paid, self._shop.paid_status, at)
        return order

    async def end(self, order: int, *, commit: bool) -> None:
        await self._shop.execute("COMMIT" if commit else "ROLLBACK")
        if commit:
            self.committed += 1
            self._open_orders.append(order)
        else:
            self.rolled_back += 1


@asynccontextmanager
async def writers(shop: AnyShop, *, seed: int) -> AsyncIterator[list[Writer]]:
    """Eight of them, each with a customer of its own: no two wait for one another's rows."""
    connections = [type(shop)(shop.parameters, timezone=shop.timezone) for _ in range(WRITERS)]
    try:
        yield [
            Writer(await connection.open(), await shop.add_customer(f"buyer{number}@shop.example"), seed + number)
            for number, connection in enumerate(connections)
        ]
    finally:
        for connection in connections:
            await connection.close()


@asynccontextmanager
async def control(shop: AnyShop) -> AsyncIterator[ById]:
    """The reader by `id > last`, looking all the time on a connection of its own."""
    async with type(shop)(shop.parameters, timezone=shop.timezone) as connection:
        naive, done = ById(connection), asyncio.Event()

        async def look() -> None:
            while not done.is_set():
                await naive.look()
                with suppress(TimeoutError):
                    await asyncio.wait_for(done.wait(), LOOK_EVERY_S)

        looking = asyncio.create_task(look())
        try:
            yield naive
        finally:
            done.set()  # a question that is cut off in the middle would end the connection for good
            await looking
        await naive.look()


async def out_of_order(first: Writer, second: Writer, naive: ById, bridge: Bridge) -> None:
    """The lower ids are committed when both readers have passed them; after that a transaction that never is."""
    before, seen = naive.last, bridge.desk.progress("acme")
    assert seen is not None
    late = await first.begin()
    await second.end(await second.begin(), commit=True)
    await until(lambda: naive.last > before, "the control has read the later row")
    await until(lambda: has_passed(bridge, seen.cursors["history"]), "the bridge has read the later row")
    await first.end(late, commit=True)
    await second.end(await second.begin(), commit=False)


def has_passed(bridge: Bridge, number: int) -> bool:
    progress = bridge.desk.progress("acme")
    return progress is not None and progress.cursors["history"] > number


async def follow(bridge: Bridge, shop: AnyShop, *, transactions: int, most_seconds: float, seed: int) -> None:
    """Let the writers write before the bridge and the control; afterwards the first has all of it, once."""
    await bridge.prepare()
    async with bridge.running():
        await bridge.quiet()
        async with writers(shop, seed=seed) as all_writers, control(shop) as naive:
            await out_of_order(all_writers[0], all_writers[1], naive, bridge)
            await asyncio.gather(*(one.write(transactions, most_seconds=most_seconds) for one in all_writers))
        owed = await units_owed(shop, PLAN_OF)
        booked: list[str] = ["not read yet"]

        def nothing_is_missing() -> bool:
            booked[:] = differences(owed, bridge.desk.accounts("acme"), COINS_OF_PLAN)
            return not booked

        with suppress(AssertionError):  # the words below say more
            await until(nothing_is_missing, "everything is booked")
        assert booked == []
        await bridge.quiet()
    assert await bridge.disagreements() == []
    grants = Counter(entry.key for account in bridge.desk.accounts("acme") for entry in account.entries)
    assert set(grants.values()) == {1}
    assert sum(one.rolled_back for one in all_writers) > 0
    truth = await orders_now(shop)
    lost = [number for number, now in truth.items() if naive.beliefs.get(number) != now]
    assert lost, "the control lost nothing: no row was committed late"


async def test_C2_rows_that_eight_writers_commit_late_and_out_of_order_are_booked_once(
    shop: AnyShop, make_bridge: MakeBridge
) -> None:
    bridge = make_bridge(shop, fuse_units=10_000)
    await follow(bridge, shop, transactions=3, most_seconds=2.0, seed=8)


@pytest.mark.long
@pytest.mark.timeout(600)
async def test_C2_rows_that_are_committed_half_a_minute_late_are_booked_once(
    shop: AnyShop, make_bridge: MakeBridge
) -> None:
    bridge = make_bridge(shop, fuse_units=10_000)
    await follow(bridge, shop, transactions=6, most_seconds=30.0, seed=30)
