"""How soon a paid order is on the account page: twenty stores under load, the daemon beside a plain loop.

Customers place and pay orders at random moments in twenty shops on one database server, at a bounded rate, from a
process of their own. Another process keeps the account rows: once the real engine with its desk, which compares all its
shops besides, once the plain loop of `naive_loop.py`, in turns. The shop's own clock says when a payment was committed
and when its account row was (by triggers that only the bench has). An order may wait until the store is looked at, at
most the poll time, and for the settle time; what comes on top is its lateness. The value is the 99th percentile of ours
over the plain loop's.

    .venv/bin/python bench/freshness.py [--quick] [--rounds N] [--seconds N] [--rate N] [--poll S]
        [--settle S] [--spread]
"""

import argparse
import asyncio
import random
import shutil
import sys
import tempfile
import time
from bisect import bisect_left
from collections.abc import Callable, Mapping
from contextlib import AsyncExitStack
from datetime import UTC, datetime
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, NamedTuple, cast

sys.path.insert(0, str(Path(__file__).parents[1]))  # the pretend shops of the tests are found from the checkout

from bench.naive_loop import NaiveStore
from bench.support import (
    PLATFORMS,
    PREFIXES,
    conclude,
    connected,
    machine,
    median,
    only_warnings,
    quantile,
    setup_from,
    shop_of,
    table,
    write_store,
)
from bridge.contracts.clock import SystemClock
from bridge.contracts.shop import ShopAdapter
from bridge.contracts.shop_rows import SigningKey
from bridge.desk.desk import FILE_NAME, Desk
from bridge.desk.transaction import DeskTx
from bridge.desk.upgrade import upgrade
from bridge.engine.setup import StoreSetup
from bridge.engine.store_runner import StoreRunner
from bridge.engine.waiting import spread
from bridge.services import syncing
from bridge.testing.mariadb import PrivateMariaDB
from tests.support.shops import OpenCartShop, PrestaShopShop

GOAL = 2.0
STORES = 20
CUSTOMERS = 200
"""A store's customers. Enough that hardly anybody buys twice within the second that pushes of one account rest."""
CODES = ("SUPPORT-BASE", "SUPPORT-ESSENTIAL", "SUPPORT-PROFESSIONAL")
PLAIN, SPREAD = "plain loop", "plain loop, spread"
KEY = SigningKey("k1", bytes(32))

PAID_ROW = {
    "opencart": ("order_history", "NEW.order_status_id = 5", "NEW.order_id", "order", "order_id", "customer_id"),
    "prestashop": ("order_history", "NEW.id_order_state = 2", "NEW.id_order", "orders", "id_order", "id_customer"),
}
LOGS = (
    "CREATE TABLE bench_paid (id INT AUTO_INCREMENT PRIMARY KEY, customer INT, at DECIMAL(16,6))",
    "CREATE TABLE bench_pushed (id INT AUTO_INCREMENT PRIMARY KEY, customer INT, entries INT, at DECIMAL(16,6))",
)
PUSHED = (
    "INSERT INTO bench_pushed (customer, entries, at) "
    "VALUES (NEW.customer_id, JSON_VALUE(NEW.payload, '$.entries.count'), UNIX_TIMESTAMP(SYSDATE(6)))"
)


class Shopping(NamedTuple):
    """What the logs say of one run: each paid order's latency and lateness in seconds, and how many got no row."""

    latency: list[float]
    lateness: list[float]
    missing: int


class Watched:
    """An adapter that notes when its shop is about to be looked at, and is the adapter itself otherwise."""

    def __init__(self, adapter: ShopAdapter, looks: list[float]) -> None:
        self._adapter, self._looks = adapter, looks

    def __getattr__(self, name: str) -> Any:
        if name == "touched":
            self._looks.append(time.time())
        return getattr(self._adapter, name)


Looks = dict[str, list[float]]


def keep_rows(kind: str, folder: Path, files: list[Path], orders: Connection) -> None:
    """The process that keeps the account rows: says when it is ready, stops when told to, hands back its looks."""
    only_warnings()
    setups = [setup_from(path) for path in files]
    looks: Looks = {setup.name: [] for setup in setups}
    if kind == "bridge":
        asyncio.run(_engine(setups, folder, looks, orders))
    else:
        asyncio.run(_plain(setups, looks, orders, spread=kind == SPREAD))
    orders.send(looks)


async def _engine(setups: list[StoreSetup], folder: Path, looks: Looks, orders: Connection) -> None:
    clock = SystemClock()
    upgrade(folder / FILE_NAME, now=clock.now())
    with Desk.open(folder / FILE_NAME) as desk:
        desk.start()
        runners = []
        for setup, phase in zip(setups, spread(), strict=False):
            connect = _connecting(setup, looks)
            runners.append(StoreRunner(setup, connect, desk, clock, keys=lambda: (KEY,), phase=phase))
            await _begin_at_the_end(setup, desk, clock)
        for runner in runners:
            runner.start()
        while any(runner.health.last_good_read is None for runner in runners):  # noqa: ASYNC110  # there is no event
            await asyncio.sleep(0.05)
        orders.send("ready")
        for runner in runners:
            runner.compare.set()  # as the job does each minute: a round here is shorter than that
        await asyncio.to_thread(orders.recv)
        await asyncio.gather(*(runner.finish() for runner in runners))


def _connecting(setup: StoreSetup, looks: Looks) -> Callable[[], ShopAdapter]:
    return lambda: cast(ShopAdapter, Watched(connected(setup), looks[setup.name]))


async def _begin_at_the_end(setup: StoreSetup, desk: Desk, clock: SystemClock) -> None:
    """What earlier rounds left in the shop is not booked: this desk follows the shop from now on."""
    adapter = connected(setup)
    newest = await adapter.newest()
    page = await adapter.slices(after=-1)
    digests = [await adapter.order_digests(number) for number in page.slices]
    await adapter.close()
    await desk.transact("start", syncing.start_cursors, setup.name, newest, at=clock.now())
    for one in digests:
        await desk.transact("start", _note_orders, setup.name, one)
    await desk.transact("start", syncing.finish_first_sync, setup.name, at=clock.now())


def _note_orders(tx: DeskTx, store: str, digests: Mapping[int, int]) -> None:
    tx.slices.note(store, digests)


async def _plain(setups: list[StoreSetup], looks: Looks, orders: Connection, *, spread: bool) -> None:
    stop, ready = asyncio.Event(), asyncio.Semaphore(0)
    stores = [
        NaiveStore(
            setup,
            KEY,
            looks[setup.name].append,
            first_look=setup.sync.poll_seconds * place / len(setups) if spread else 0.0,
        )
        for place, setup in enumerate(setups)
    ]
    tasks = [asyncio.create_task(store.run(ready.release, stop)) for store in stores]
    for _task in tasks:
        await ready.acquire()
    orders.send("ready")
    await asyncio.to_thread(orders.recv)
    stop.set()
    await asyncio.gather(*tasks)


class Street:
    """The shops, and the customers who come in."""

    def __init__(self, shops: list["OpenCartShop | PrestaShopShop"], rate: float) -> None:
        self._shops, self._rate = shops, rate

    async def open(self) -> None:
        """Make the shops' tables and ours, products, customers and the logs."""
        for shop in self._shops:
            await shop.install()
            for code in CODES:
                await shop.add_product(code)
            await shop.bulk_orders(1, CODES, customers=CUSTOMERS)

    async def open_logs(self, platforms: list[str]) -> None:
        """Have the shops note when a payment and an account row are committed."""
        for shop, platform in zip(self._shops, platforms, strict=True):
            history, paid, order, orders, key, customer = PAID_ROW[platform]
            prefix = PREFIXES[platform]
            bought = f"(SELECT {customer} FROM {prefix}{orders} WHERE {key} = {order})"
            note = f"INSERT INTO bench_paid (customer, at) VALUES ({bought}, UNIX_TIMESTAMP(SYSDATE(6)))"
            account = f"{prefix}supportbridge_account"
            for statement in (
                *LOGS,
                f"CREATE TRIGGER bench_1 AFTER INSERT ON {prefix}{history} FOR EACH ROW IF {paid} THEN {note}; END IF",
                f"CREATE TRIGGER bench_2 AFTER INSERT ON {account} FOR EACH ROW {PUSHED}",
                f"CREATE TRIGGER bench_3 AFTER UPDATE ON {account} FOR EACH ROW {PUSHED}",
            ):
                await shop.execute(statement)

    async def clear(self) -> None:
        """Forget the last round's rows of ours and its logs."""
        for shop in self._shops:
            for name in ("account", "entry", "meta"):
                await shop.execute(f"DELETE FROM {shop.prefix}supportbridge_{name}")
            await shop.execute("DELETE FROM bench_paid")
            await shop.execute("DELETE FROM bench_pushed")

    async def buy(self, seconds: float) -> None:
        """Orders in all shops at random moments, each paid a little later."""
        each = self._rate / len(self._shops)
        await asyncio.gather(*(self._customers_of(shop, each, seconds) for shop in self._shops))

    async def _customers_of(self, shop: "OpenCartShop | PrestaShopShop", rate: float, seconds: float) -> None:
        end = time.monotonic() + seconds
        turn = random.sample(range(1, CUSTOMERS + 1), CUSTOMERS)
        number = 0
        while True:
            await asyncio.sleep(random.expovariate(rate))
            if time.monotonic() > end:
                return
            at = datetime.now(UTC).replace(tzinfo=None, microsecond=0)
            order = await shop.place_order(turn[number % CUSTOMERS], [(random.choice(CODES), 1)], at=at)
            await shop.set_status(order, shop.paid_status, at)
            number += 1

    async def logs(self, looks: Looks, names: list[str], poll: float, settle: float) -> Shopping:
        """Compare payments with rows."""
        found = Shopping([], [], 0)
        missing = 0
        for shop, name in zip(self._shops, names, strict=True):
            paid = [
                (row[0], float(row[1])) for row in await shop.fetch("SELECT customer, at FROM bench_paid ORDER BY id")
            ]
            rows = await shop.fetch("SELECT customer, entries, at FROM bench_pushed ORDER BY id")
            bought: dict[int, int] = {}
            for customer, at in paid:
                bought[customer] = rank = bought.get(customer, 0) + 1
                shown = next((float(row[2]) for row in rows if row[0] == customer and row[1] >= rank), None)
                if shown is None:
                    missing += 1
                    continue
                found.latency.append(shown - at)
                found.lateness.append(shown - at - settle - waited(looks[name], at, poll))
        return found._replace(missing=missing)


def waited(looks: list[float], at: float, poll: float) -> float:
    """Seconds until the shop was looked at next, at most the poll time: a look that comes later is lateness."""
    place = bisect_left(looks, at)
    return min(looks[place] - at, poll) if place < len(looks) else poll


async def play(server: PrivateMariaDB, folder: Path, asked: argparse.Namespace) -> None:
    platforms = [PLATFORMS[number % 2] for number in range(STORES)]
    databases = [server.parameters(server.create_database()) for _ in platforms]
    names = [f"{platform}-{number:02}" for number, platform in enumerate(platforms, 1)]
    files = [
        write_store(
            folder, name, platform, database, poll_seconds=asked.poll, settle_seconds=asked.settle, fuse_units=100_000
        )
        for name, platform, database in zip(names, platforms, databases, strict=True)
    ]
    async with AsyncExitStack() as stack:
        shops = [await stack.enter_async_context(shop_of(*shop)) for shop in zip(platforms, databases, strict=True)]
        street = Street(shops, asked.rate)
        await street.open()
        for path in files:
            adapter = connected(setup_from(path))
            await adapter.prepare()
            await adapter.close()
        await street.open_logs(platforms)
        runs: dict[str, list[Shopping]] = {kind: [] for kind in (PLAIN, *([SPREAD] if asked.spread else []), "bridge")}
        for number in range(asked.rounds):
            for kind, done in runs.items():
                await street.clear()
                looks = await run(kind, folder, files, street, asked)
                done.append(await street.logs(looks, names, asked.poll, asked.settle))
                show(f"round {number + 1}, {kind}", done[-1])
    tell(runs, asked)


async def run(kind: str, folder: Path, files: list[Path], street: Street, asked: argparse.Namespace) -> Looks:
    """One turn: start the process, let customers buy, wait until the last order has had its time, stop."""
    ours, theirs = get_context("spawn").Pipe()
    place = Path(tempfile.mkdtemp(dir=folder))
    process = get_context("spawn").Process(target=keep_rows, args=(kind, place, files, theirs))
    process.start()
    theirs.close()  # so that its end is noticed here
    await asyncio.to_thread(ours.recv)
    await street.buy(asked.seconds)
    await asyncio.sleep(asked.poll + asked.settle + 3.0)
    ours.send("stop")
    looks = cast(Looks, await asyncio.to_thread(ours.recv))
    await asyncio.to_thread(process.join)
    return looks


def show(name: str, run: Shopping) -> None:
    p50, p99 = (quantile(run.lateness, share) * 1000 for share in (0.5, 0.99))
    print(
        f"{name}: {len(run.lateness)} orders, lateness p50 {p50:.1f} ms, p99 {p99:.1f} ms, missing {run.missing}",
        flush=True,
    )


def tell(runs: dict[str, list[Shopping]], asked: argparse.Namespace) -> None:
    headings = ("ms", "orders", "missing", "p50", "p90", "p99", "most", "whole p50", "whole p99")
    rows = []
    for kind, shoppings in runs.items():
        late = [late * 1000 for shopping in shoppings for late in shopping.lateness]
        whole = [one * 1000 for shopping in shoppings for one in shopping.latency]
        figures = [
            *(quantile(late, share) for share in (0.5, 0.9, 0.99)),
            max(late),
            quantile(whole, 0.5),
            quantile(whole, 0.99),
        ]
        missing = sum(shopping.missing for shopping in shoppings)
        rows.append((kind, str(len(late)), str(missing), *(f"{figure:.1f}" for figure in figures)))
    print(f"\n{STORES} stores, {asked.rate:g} orders/s, poll {asked.poll:g} s, settle {asked.settle:g} s; lateness")
    table(headings, rows)
    pairs = zip(runs["bridge"], runs[PLAIN], strict=True)
    ratio = median(quantile(ours.lateness, 0.99) / quantile(theirs.lateness, 0.99) for ours, theirs in pairs)
    missing = sum(shopping.missing for shoppings in runs.values() for shopping in shoppings)
    print(f"machine: {machine()}")
    conclude("freshness", ratio, "times the plain loop's p99 lateness", goal=GOAL, met=ratio <= GOAL and not missing)


def main() -> None:
    parser = argparse.ArgumentParser(description="From a payment to its account row, beside a plain loop.")
    parser.add_argument("--quick", action="store_true", help="1 round of 10 seconds")
    parser.add_argument("--rounds", type=int)
    parser.add_argument("--seconds", type=float)
    parser.add_argument("--rate", type=float, default=20.0, help="orders a second, all stores together")
    parser.add_argument("--poll", type=float, default=1.0)
    parser.add_argument("--settle", type=float, default=0.5)
    parser.add_argument("--spread", action="store_true", help="show a plain loop too whose stores do not poll in step")
    asked = parser.parse_args()
    asked.rounds = asked.rounds or (1 if asked.quick else 5)
    asked.seconds = asked.seconds or (10.0 if asked.quick else 30.0)
    folder = Path(tempfile.mkdtemp(prefix="bridge-bench-"))
    try:
        with PrivateMariaDB() as server:
            asyncio.run(play(server, folder, asked))
    finally:
        shutil.rmtree(folder)


if __name__ == "__main__":
    main()
