"""What comparing a whole shop costs its server: a round of the real reconciler, beside a bare pass of the same sums.

A pretend shop is read into a desk and its account pages are pushed, as in production. Then, in turns: one round of the
reconciler over all slices, with everything it asks besides (ids, customers, account rows, the newest slices at each
bell); and a bare pass, two statements a slice of 2,000 ids that work the same checksums out and nothing else. Both have
the rights that `bridge store prepare --print` gives, each a user of its own, so that the server itself counts the CPU
time of each. How the bare pass would do without slices, one statement a table, is shown too.

With `--anew` the desk forgets all digests before a last round, as after an upgrade or `bridge problems retry` of a shop
that was put back: every order is touched, read again and booked in portions; what a minute of that costs is shown.

    .venv/bin/python bench/reconcile.py [--quick] [--rounds N] [--orders N] [--anew]
"""

import argparse
import asyncio
import re
import shutil
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, NamedTuple, cast

import pymysql
from pymysql.cursors import Cursor

sys.path.insert(0, str(Path(__file__).parents[1]))  # the pretend shops of the tests are found from the checkout

from bench.support import (
    ADAPTERS,
    PLATFORMS,
    PREFIXES,
    conclude,
    connected,
    machine,
    median,
    only_warnings,
    setup_from,
    shop_of,
    table,
    write_store,
)
from bridge.contracts.clock import SystemClock
from bridge.contracts.shop import ShopAdapter
from bridge.contracts.shop_rows import SigningKey
from bridge.contracts.sync import Comparison
from bridge.desk.desk import FILE_NAME, Desk
from bridge.desk.transaction import DeskTx
from bridge.desk.upgrade import upgrade
from bridge.domain.slices import SLICE_IDS, SliceSum
from bridge.engine.health import StoreHealth
from bridge.engine.intake import Intake
from bridge.engine.pusher import Pusher
from bridge.engine.reconciler import Reconciler
from bridge.engine.setup import StoreSetup
from bridge.services import syncing
from bridge.shopkit.named_sql import load_sql
from bridge.testing.mariadb import ConnectionParameters, PrivateMariaDB
from tests.support.shop import BulkOrders

GOAL = 2.0
CODES = ("SUPPORT-BASE", "EXTENSION-1", "SUPPORT-PROFESSIONAL")
ORDERS_A_CUSTOMER = 5
SERVER = {"userstat": "1", "innodb-buffer-pool-size": "1G"}
BRIDGE, BARE = "bridge", "bare"
KEY = SigningKey("k1", bytes(32))
TABLES = {
    "opencart": ("order o", "o.order_id", "order_product p", "p.order_id"),
    "prestashop": ("orders o", "o.id_order", "order_detail d", "d.id_order"),
}


class Meter:
    """Seconds of CPU that the server has spent on a user, by its own count."""

    def __init__(self, server: PrivateMariaDB, user: str) -> None:
        self._server, self._user = server, user

    def read(self) -> float:
        time.sleep(0.002)  # a statement is counted just after its answer has been sent
        rows = self._server.run(f"SELECT CPU_TIME FROM information_schema.USER_STATISTICS WHERE USER = '{self._user}'")
        return float(rows[0][0]) if rows else 0.0


class Metered:
    """An adapter that notes what each question costs the server, and is the adapter itself otherwise."""

    def __init__(self, adapter: ShopAdapter, meter: Meter) -> None:
        self._adapter, self._meter = adapter, meter
        self.seconds: defaultdict[str, float] = defaultdict(float)
        self.times: defaultdict[str, int] = defaultdict(int)

    def __getattr__(self, name: str) -> Any:
        asked = getattr(self._adapter, name)
        return self._metering(name, asked) if asyncio.iscoroutinefunction(asked) else asked

    def clear(self) -> None:
        self.seconds.clear()
        self.times.clear()

    def _metering(self, name: str, asked: Callable[..., Awaitable[object]]) -> Callable[..., Awaitable[object]]:
        async def metered(*arguments: object, **named: object) -> object:
            before = self._meter.read()
            try:
                return await asked(*arguments, **named)
            finally:
                self.seconds[name] += self._meter.read() - before
                self.times[name] += 1

        return metered


class Round(NamedTuple):
    """One round of comparing: seconds of the server's CPU, by question, and how many bells it took."""

    seconds: dict[str, float]
    times: dict[str, int]
    bells: int

    @property
    def all(self) -> float:
        return sum(self.seconds.values())


class BarePass:
    """The same checksums and nothing round them, as a user with the same rights."""

    def __init__(self, platform: str, server: PrivateMariaDB, database: str, orders: int) -> None:
        prefix = PREFIXES[platform]
        text = load_sql(f"bridge_{platform}", "reader.sql", prefix)["slice_digests"].text
        of_order, of_line = re.findall(r"CRC32\(MD5\(.*?\){4}", text, re.DOTALL)
        order, self._order_id, line, self._line_id = TABLES[platform]
        self._orders = f"SELECT COUNT(*), BIT_XOR({of_order}) FROM `{prefix}{order.replace(' ', '` ')}"
        self._lines = f"SELECT BIT_XOR({of_line}) FROM `{prefix}{line.replace(' ', '` ')}"
        self._access = server.parameters(database, user=BARE)
        self._meter, self._slices = Meter(server, BARE), range(orders // SLICE_IDS + 1)

    def by_slices(self) -> tuple[float, dict[int, SliceSum]]:
        """Two statements a slice; what the server spent on them, and the sums."""
        return self._timed(self._sums_by_slices)

    def whole(self) -> tuple[float, dict[int, SliceSum]]:
        """One statement a table."""
        return self._timed(lambda cursor: {0: self._sum(cursor, "", "")})

    def _timed(self, work: Callable[[Cursor], dict[int, SliceSum]]) -> tuple[float, dict[int, SliceSum]]:
        access = self._access
        connection = pymysql.connect(unix_socket=str(access.socket), user=access.user, database=access.database)
        with connection, connection.cursor() as cursor:
            before = self._meter.read()
            sums = work(cursor)
            return self._meter.read() - before, sums

    def _sums_by_slices(self, cursor: Cursor) -> dict[int, SliceSum]:
        sums = {}
        for number in self._slices:
            first = number * SLICE_IDS
            among = f" WHERE {{}} >= {first} AND {{}} < {first + SLICE_IDS}"
            sums[number] = self._sum(cursor, among.format(*2 * [self._order_id]), among.format(*2 * [self._line_id]))
        return {number: one for number, one in sums.items() if one.orders}

    def _sum(self, cursor: Cursor, of_orders: str, of_lines: str) -> SliceSum:
        cursor.execute(self._orders + of_orders)
        [(orders, digest)] = cursor.fetchall()
        cursor.execute(self._lines + of_lines)
        [(lines,)] = cursor.fetchall()
        return SliceSum(orders, digest ^ lines)


class Store:
    """A shop and a desk that has read it, and the sides of the real engine between them."""

    def __init__(self, setup: StoreSetup, adapter: Metered, desk: Desk) -> None:
        self.setup, self.adapter, self.desk = setup, adapter, desk
        clock, health, stop = SystemClock(), StoreHealth(setup.name, 60.0), asyncio.Event()
        self.health, shop = health, cast(ShopAdapter, adapter)
        self.intake = Intake(setup, shop, desk, clock, health, stop, lambda: None)
        self._pusher = Pusher(setup, shop, desk, clock, health, stop, keys=lambda: (KEY,), wake=asyncio.Event())
        bell, found = asyncio.Event(), asyncio.Event()
        self.reconciler = Reconciler(setup, shop, desk, clock, health, stop, bell=bell, on_found=found)

    async def read_and_push(self, orders: int) -> None:
        """The confirmed first sync, and every account's page."""
        name, at = self.setup.name, SystemClock().now()
        await self.desk.transact("confirm", syncing.confirm_first_sync, name, units=2 * orders, at=at)
        await self.intake.one_pass()
        while await self._pusher.one_pass():
            pass

    async def round(self) -> Round:
        """One round of comparing, from its first bell to its last."""
        self.adapter.clear()
        rounds, bells = self.health.counters.rounds, 0
        while self.health.counters.rounds == rounds:
            await self.reconciler.at_the_bell()
            bells += 1
        return Round(dict(self.adapter.seconds), dict(self.adapter.times), bells)

    async def anew(self) -> list[Round]:
        """Forget what every order was read as; each bell's share until all have been read again."""
        await self.desk.transact("forget", self._forget)
        shares: list[Round] = []
        rounds = self.health.counters.rounds
        while self.health.counters.rounds == rounds:
            self.adapter.clear()
            await self.reconciler.at_the_bell()
            while await self.intake.one_pass() == 0.0:
                pass
            shares.append(Round(dict(self.adapter.seconds), dict(self.adapter.times), 1))
        return shares

    def _forget(self, tx: DeskTx) -> None:
        tx.slices.forget(self.setup.name)
        tx.slices.save_comparison(self.setup.name, Comparison())


async def fill(platform: str, parameters: ConnectionParameters, orders: int) -> BulkOrders:
    """Make a shop with that many paid orders."""
    async with shop_of(platform, parameters) as shop:
        await shop.install()
        for code in CODES:
            await shop.add_product(code)
        return await shop.bulk_orders(orders, CODES, customers=max(orders // ORDERS_A_CUSTOMER, 1))


async def let_in(server: PrivateMariaDB, platform: str, owner: Path, database: str) -> None:
    """Make our tables, and both users with the rights that are printed."""
    adapter = ADAPTERS[platform](setup_from(owner).connection())
    await adapter.prepare()
    for user in (BRIDGE, BARE):
        server.create_user(user, "")
        script = adapter.preparation_sql(f"{user}@%")
        text = "\n".join(line for line in script.splitlines() if not line.startswith("--"))
        statements = [statement.strip().removesuffix(";") for statement in text.split(";\n")]
        server.run(*filter(None, statements), database=database)
    await adapter.close()


class Measured(NamedTuple):
    """One platform's rounds in turn, and the rows they went over."""

    rows: int
    rounds: list[Round]
    by_slices: list[float]
    whole: list[float]

    @property
    def ratio(self) -> float:
        return median(ours.all / bare for ours, bare in zip(self.rounds, self.by_slices, strict=True))


async def measure(server: PrivateMariaDB, platform: str, folder: Path, asked: argparse.Namespace) -> Measured:
    shop = server.parameters(server.create_database())
    made = await fill(platform, shop, asked.orders)
    print(f"\n{platform}: {made.orders:,} orders, {made.lines:,} lines, {made.customers:,} customers", flush=True)
    await let_in(server, platform, write_store(folder, f"owner-{platform}", platform, shop), str(shop.database))
    setup = at_each_bell(setup_from(write_store(folder, f"bench-{platform}", platform, shop, user=BRIDGE)))
    path = folder / platform / FILE_NAME
    path.parent.mkdir()
    upgrade(path, now=SystemClock().now())
    with Desk.open(path) as desk:
        desk.start()
        adapter = connected(setup)
        store = Store(setup, Metered(adapter, Meter(server, BRIDGE)), desk)
        await store.read_and_push(made.orders)
        found = Measured(made.orders + made.lines, [], [], [])
        bare = BarePass(platform, server, str(shop.database), made.orders)
        bare.whole()  # whoever comes first reads the pages into memory
        for _ in range(asked.rounds):
            found.rounds.append(await store.round())
            seconds, sums = bare.by_slices()
            found.by_slices.append(seconds)
            found.whole.append(bare.whole()[0])
            await agree(desk, setup.name, sums)
        show(found)
        if asked.anew:
            show_anew(await store.anew(), made.orders)
        await adapter.close()
    return found


def at_each_bell(setup: StoreSetup) -> StoreSetup:
    """The store, with a new round at each bell and nothing to settle; the budget stays the usual one."""
    sync = setup.sync.model_copy(update={"reconcile_minutes": 0.0, "settle_seconds": 0.0})
    return StoreSetup.of(setup.settings.model_copy(update={"sync": sync}))


async def agree(desk: Desk, store: str, sums: dict[int, SliceSum]) -> None:
    """Make sure that both have worked out the same."""
    known = await desk.read(lambda tx: tx.slices.sums(store, after=-1, until=max(sums)))
    if known != sums:
        raise SystemExit("the bare pass has other checksums than the desk")


def show(found: Measured) -> None:
    """Where a round's time goes, and what a bare pass takes."""

    def million(seconds: float) -> str:
        return f"{seconds / found.rows * 1e6:.3f}"

    rows = [("one round of comparing", million(median(one.all for one in found.rounds)), "", f"{found.ratio:.2f}")]
    for name in found.rounds[-1].seconds:
        seconds = median(one.seconds.get(name, 0.0) for one in found.rounds)
        times = median(one.times.get(name, 0) for one in found.rounds)
        rows.append((f"  {name}", million(seconds), f"{times:g}", f"{seconds / median(found.by_slices):.2f}"))
    rows.append(("bare pass, two statements a slice", million(median(found.by_slices)), "", "1"))
    whole = median(found.whole)
    rows.append(("bare pass, one statement a table", million(whole), "", f"{whole / median(found.by_slices):.2f}"))
    table(("server's CPU s a million rows", "s", "questions", "ratio"), rows)
    print(f"bells a round: {median(one.bells for one in found.rounds):g}")


def show_anew(shares: list[Round], orders: int) -> None:
    """What a minute costs while every order is read again."""
    rows = []
    for name in dict.fromkeys(name for one in shares for name in one.seconds):
        seconds = [one.seconds.get(name, 0.0) for one in shares]
        rows.append((name, f"{sum(seconds):.2f}", f"{median(seconds):.3f}", f"{max(seconds):.3f}"))
    alls = [one.all for one in shares]
    rows.append(("all", f"{sum(alls):.2f}", f"{median(alls):.3f}", f"{max(alls):.3f}"))
    print(f"every order read again: {len(shares)} minutes, {orders / len(shares):,.0f} orders a minute")
    table(("server's CPU s", "all in all", "a minute", "most"), rows)


def main() -> None:
    parser = argparse.ArgumentParser(description="Comparing a whole shop, beside a bare pass of the same checksums.")
    parser.add_argument("--quick", action="store_true", help="20,000 orders, 3 rounds")
    parser.add_argument("--rounds", type=int)
    parser.add_argument("--orders", type=int)
    parser.add_argument("--anew", action="store_true", help="show what reading every order again costs too")
    asked = parser.parse_args()
    asked.orders = asked.orders or (20_000 if asked.quick else 200_000)
    asked.rounds = asked.rounds or (3 if asked.quick else 5)
    only_warnings()
    folder = Path(tempfile.mkdtemp(prefix="bridge-bench-"))
    try:
        with PrivateMariaDB(settings=SERVER) as server:
            found = [asyncio.run(measure(server, platform, folder, asked)) for platform in PLATFORMS]
    finally:
        shutil.rmtree(folder)
    ratio = max(one.ratio for one in found)
    print(f"\nmachine: {machine()}")
    conclude("reconcile", ratio, "times the server time of a bare pass", goal=GOAL, met=ratio <= GOAL)


if __name__ == "__main__":
    main()
