"""How fast a whole shop becomes books: paid orders by the hundred thousand into an empty desk.

The confirmed first sync of the daemon (its intake, its platform reader, the services that book single orders, a durable
desk) against the bare copy of `naive_copy.py`, in turns, each run in a fresh process. The value is our speed as a share
of the copy's speed, the lower of both platforms. Memory is the peak of the process's resident memory: what it has grown
by from a tenth of the orders to all of them.

    .venv/bin/python bench/first_sync.py [--quick] [--rounds N] [--orders N]
"""

import argparse
import asyncio
import shutil
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import NamedTuple, ParamSpec, TypeVar

sys.path.insert(0, str(Path(__file__).parents[1]))  # the pretend shops of the tests are found from the checkout

from bench import naive_copy
from bench.support import (
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
from bridge.desk.desk import FILE_NAME, Desk
from bridge.desk.transaction import DeskTx
from bridge.desk.upgrade import upgrade
from bridge.engine.health import StoreHealth
from bridge.engine.intake import Intake
from bridge.services import syncing
from bridge.testing.mariadb import ConnectionParameters, PrivateMariaDB

GOAL = 0.5
MEMORY_GOAL_MB = 30.0
CODES = ("SUPPORT-BASE", "EXTENSION-1", "SUPPORT-PROFESSIONAL")
"""Taken in turn: one order buys a package and an extension, the next one a package, and so on."""
ORDERS_A_CUSTOMER = 5


P = ParamSpec("P")
R = TypeVar("R")


class Run(NamedTuple):
    """One run: seconds, resident peaks in MB at a tenth of the orders and at the end, and what was booked."""

    seconds: float
    early_mb: float = 0.0
    final_mb: float = 0.0
    packages: int = 0


def sync_run(store_file: Path, folder: Path, orders: int) -> Run:
    """Read the whole shop into an empty desk."""
    only_warnings()
    upgrade(folder / FILE_NAME, now=SystemClock().now())
    return asyncio.run(_sync(store_file, folder / FILE_NAME, orders))


async def _sync(store_file: Path, path: Path, orders: int) -> Run:
    setup = setup_from(store_file)
    clock = SystemClock()
    tenth = -(-orders // 10 // setup.sync.first_sync_page_orders)
    pages, early = 0, 0.0

    def booked() -> None:
        nonlocal pages, early
        pages += 1
        if pages == tenth:
            early = peak_mb()

    with Desk.open(path) as desk:
        desk.start()
        health = StoreHealth(setup.name, 60.0)
        await desk.transact("confirm", syncing.confirm_first_sync, setup.name, units=2 * orders, at=clock.now())
        adapter = connected(setup)
        intake = Intake(setup, adapter, desk, clock, health, asyncio.Event(), booked)
        began = time.perf_counter()
        await intake.one_pass()
        seconds = time.perf_counter() - began
        await adapter.close()
        return Run(seconds, early, peak_mb(), await desk.read(_packages))


def _packages(tx: DeskTx) -> int:
    return int(tx.connection.execute("SELECT COUNT(*) FROM package").fetchone()[0])


def copy_run(platform: str, shop: ConnectionParameters, folder: Path) -> Run:
    """Copy the same rows without any rule."""
    began = time.perf_counter()
    asyncio.run(naive_copy.copy(naive_copy.TABLES[platform], shop, PREFIXES[platform], folder / "copy.sqlite3"))
    return Run(time.perf_counter() - began)


def peak_mb() -> float:
    """The most resident memory this process ever had."""
    [line] = [line for line in Path("/proc/self/status").read_text("ascii").splitlines() if line.startswith("VmHWM")]
    return int(line.split()[1]) / 1024


async def fill(platform: str, parameters: ConnectionParameters, orders: int) -> str:
    """Make a shop with that many paid orders; its rows in words."""
    async with shop_of(platform, parameters) as shop:
        await shop.install()
        for code in CODES:
            await shop.add_product(code)
        made = await shop.bulk_orders(orders, CODES, customers=max(orders // ORDERS_A_CUSTOMER, 1))
        return f"{made.orders:,} orders, {made.lines:,} lines, {made.history_rows:,} history rows"


def main() -> None:
    parser = argparse.ArgumentParser(description="First sync against a bare copy.")
    parser.add_argument("--quick", action="store_true", help="10,000 orders, 3 rounds")
    parser.add_argument("--rounds", type=int)
    parser.add_argument("--orders", type=int)
    asked = parser.parse_args()
    orders = asked.orders or (10_000 if asked.quick else 100_000)
    rounds = asked.rounds or (3 if asked.quick else 5)
    folder = Path(tempfile.mkdtemp(prefix="bridge-bench-"))
    try:
        with PrivateMariaDB() as server:
            results = {platform: measure(server, platform, folder, orders, rounds) for platform in PLATFORMS}
    finally:
        shutil.rmtree(folder)
    speed = min(result[0] for result in results.values())
    growth = max(result[1] for result in results.values())
    print(f"\nmemory: the peak grew by {growth:.1f} MB from a tenth of the orders to all of them (goal: below 30)")
    print(f"machine: {machine()}")
    conclude("first_sync", speed, "of the bare copy's speed", goal=GOAL, met=speed >= GOAL and growth < MEMORY_GOAL_MB)


def measure(server: PrivateMariaDB, platform: str, folder: Path, orders: int, rounds: int) -> tuple[float, float]:
    """Run both in turns; the median of the ratios and the median growth in MB."""
    shop = server.parameters(server.create_database())
    print(f"\n{platform}: {asyncio.run(fill(platform, shop, orders))}")
    store_file = write_store(folder, f"bench-{platform}", platform, shop)
    ratios, growths, rows = [], [], []
    for number in range(rounds):
        copied = alone(copy_run, platform, shop, fresh(folder))
        synced = alone(sync_run, store_file, fresh(folder), orders)
        ratios.append(copied.seconds / synced.seconds)
        growths.append(synced.final_mb - synced.early_mb)
        rows.append(
            (
                f"round {number + 1}",
                f"{copied.seconds:.2f}",
                f"{synced.seconds:.2f}",
                f"{orders / synced.seconds:,.0f}",
                f"{ratios[-1]:.2f}",
                f"{synced.early_mb:.0f}",
                f"{synced.final_mb:.0f}",
                f"{synced.packages:,}",
            )
        )
    rows.append(("median", "", "", "", f"{median(ratios):.2f}", "", f"+{median(growths):.1f}", ""))
    table(("", "copy s", "sync s", "orders/s", "ratio", "MB at 10 %", "MB at end", "packages"), rows)
    return median(ratios), median(growths)


def alone(work: Callable[P, R], *arguments: P.args, **named: P.kwargs) -> R:
    """Run in a process of its own, so that memory is its own too."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as processes:
        return processes.submit(work, *arguments, **named).result()


def fresh(folder: Path) -> Path:
    return Path(tempfile.mkdtemp(dir=folder))


if __name__ == "__main__":
    main()
