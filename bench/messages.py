"""How fast a shop's own customer service becomes tickets: years of messages at the first reading, and who waits.

The daemon's reading of PrestaShop's customer service (its engine, its platform reader, the services, a durable desk)
against the bare copy of `naive_copy.py`, in turns, each run in a fresh process. The value is our speed as a share of
the copy's.

Then the daemon's /health is asked every few milliseconds while the messages are read, and while a bare loop beside the
same pages reads the same rows and throws them away: how long the slowest in a hundred answers take.

    .venv/bin/python bench/messages.py [--quick] [--rounds N] [--messages N]
"""

import argparse
import asyncio
import shutil
import sys
import tempfile
import time
from collections.abc import Sequence
from http.client import HTTPConnection
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path
from socket import AF_UNIX, socket
from typing import NamedTuple

import aiomysql

sys.path.insert(0, str(Path(__file__).parents[1]))  # the pretend shops of the tests are found from the checkout

from bench import naive_copy
from bench.first_sync import alone, fresh
from bench.shop_messages import fill
from bench.support import (
    PREFIXES,
    conclude,
    connected,
    machine,
    median,
    only_warnings,
    quantile,
    setup_from,
    table,
    write_store,
)
from bridge.contracts.clock import SystemClock
from bridge.contracts.threads import Phase
from bridge.desk.desk import FILE_NAME, Desk
from bridge.desk.transaction import DeskTx
from bridge.desk.upgrade import upgrade
from bridge.engine.collector import collect_seldom
from bridge.engine.health import StoreHealth
from bridge.engine.intake import Intake
from bridge.engine.native_threads import NativeThreads
from bridge.engine.setup import StoreSetup
from bridge.engine.systemd import Notifier
from bridge.engine.watchdog import Watchdog
from bridge.services import syncing
from bridge.settings.listening import PrivateWebSettings
from bridge.testing.mariadb import ConnectionParameters, PrivateMariaDB
from bridge.web.private import Observed, serve_private

SPEED_GOAL, HEALTH_GOAL = 0.4, 2.0
PLATFORM = "prestashop"
PREFIX = PREFIXES[PLATFORM]
PAGE_ROWS = 500
ASKED_EVERY_S = 0.005
BRIDGE, BARE = "bridge", "bare loop"
BARE_COLUMNS = naive_copy.SERVICE_TABLES["customer_message"]


class Run(NamedTuple):
    """One reading: seconds, and what came of it."""

    seconds: float
    messages: int
    tickets: int = 0


# --- reading everything ---


def copy_run(shop: ConnectionParameters, folder: Path) -> Run:
    """Copy the same rows without any rule."""
    began = time.perf_counter()
    copied = asyncio.run(naive_copy.copy(naive_copy.SERVICE_TABLES, shop, PREFIX, folder / "copy.sqlite3"))
    return Run(time.perf_counter() - began, copied["customer_message"])


def read_run(store_file: Path, folder: Path) -> Run:
    """Read all of the customer service into an empty desk."""
    only_warnings()
    collect_seldom()  # as `bridge run` does
    return asyncio.run(_read_alone(store_file, folder))


async def _read_alone(store_file: Path, folder: Path) -> Run:
    setup = setup_from(store_file)
    with await _desk(setup, folder) as desk:
        return await _read(setup, desk)


async def _desk(setup: StoreSetup, folder: Path) -> Desk:
    """A desk that has read the store's orders, of which there are none."""
    clock = SystemClock()
    upgrade(folder / FILE_NAME, now=clock.now())
    desk = Desk.open(folder / FILE_NAME)
    desk.start()
    adapter = connected(setup)
    intake = Intake(setup, adapter, desk, clock, StoreHealth(setup.name, 60.0), asyncio.Event(), _nothing)
    await desk.transact("confirm", syncing.confirm_first_sync, setup.name, units=0, at=clock.now())
    await intake.one_pass()
    await adapter.close()
    return desk


async def _read(setup: StoreSetup, desk: Desk) -> Run:
    """The first reading, to its end."""
    adapter = connected(setup)
    assert adapter.threads_shop is not None
    stop, wake, health = asyncio.Event(), asyncio.Event(), StoreHealth(setup.name, 60.0)
    service = NativeThreads(setup, adapter, desk, SystemClock(), health, stop, shop=adapter.threads_shop, wake=wake)
    began, sync = time.perf_counter(), None
    while sync is None or sync.phase is not Phase.DONE:
        await service.one_pass()
        sync = await desk.read(lambda tx: tx.threads.sync(setup.name))
    seconds = time.perf_counter() - began
    await adapter.close()
    return Run(seconds, *await desk.read(_counts))


def _counts(tx: DeskTx) -> tuple[int, int]:
    [(messages, tickets)] = tx.connection.execute(
        "SELECT (SELECT COUNT(*) FROM native_message), (SELECT COUNT(*) FROM ticket)"
    )
    return int(messages), int(tickets)


def _nothing() -> None:
    pass


def speed(shop: ConnectionParameters, store_file: Path, folder: Path, messages: int, rounds: int) -> float:
    """Run both in turns; the median of the ratios."""
    ratios, rows = [], []
    for number in range(rounds):
        copied = alone(copy_run, shop, fresh(folder))
        read = alone(read_run, store_file, fresh(folder))
        assert copied.messages == read.messages == messages, (copied, read)
        ratios.append(copied.seconds / read.seconds)
        figures = f"{copied.seconds:.2f}", f"{read.seconds:.2f}", f"{messages / read.seconds:,.0f}", f"{ratios[-1]:.2f}"
        rows.append((f"round {number + 1}", *figures, f"{read.tickets:,}"))
    rows.append(("median", "", "", "", f"{median(ratios):.2f}", ""))
    table(("", "copy s", "read s", "messages/s", "ratio", "tickets"), rows)
    return median(ratios)


# --- /health meanwhile ---


def serve(kind: str, store_file: Path, folder: Path, asked: Connection) -> None:
    """The process that reads and answers: says when it can be asked, reads once told to, and says when it is done."""
    only_warnings()
    collect_seldom()
    asyncio.run(_serve(kind, setup_from(store_file), folder, asked))


async def _serve(kind: str, setup: StoreSetup, folder: Path, asked: Connection) -> None:
    stop = asyncio.Event()
    with await _desk(setup, folder) as desk:
        watchdog = Watchdog({}, Notifier(None), stop)
        settings = PrivateWebSettings(listen=f"unix:{folder / 'health'}")
        pages = await serve_private(Observed(desk, {}, watchdog, SystemClock()), settings)
        asked.send(None)
        await asyncio.to_thread(asked.recv)
        if kind == BRIDGE:
            await _read(setup, desk)
            asked.send(None)
        else:
            reading = asyncio.create_task(_read_again_and_again(setup))
            await asyncio.to_thread(asked.recv)
            reading.cancel()
        await pages.close()


async def _read_again_and_again(setup: StoreSetup) -> None:
    """Read page after page of the same messages, and keep none."""
    access = setup.settings.database
    connection = await aiomysql.connect(unix_socket=str(access.socket), user=access.user, db=access.name)
    key, after = BARE_COLUMNS[0], 0
    select = (
        f"SELECT {', '.join(BARE_COLUMNS)} FROM `{PREFIX}customer_message` WHERE {key} > %s"
        f" ORDER BY {key} LIMIT {PAGE_ROWS}"
    )
    try:
        async with connection.cursor() as cursor:
            while True:
                await cursor.execute(select, (after,))
                page = await cursor.fetchall()
                after = page[-1][0] if page else 0
    finally:
        connection.close()


class Asker(HTTPConnection):
    """Asks one page of a Unix socket again and again."""

    def __init__(self, path: Path) -> None:
        super().__init__("localhost")
        self._path = path

    def connect(self) -> None:
        self.sock = socket(AF_UNIX)
        self.sock.connect(str(self._path))

    def seconds(self) -> float:
        """How long one answer took."""
        began = time.perf_counter()
        self.request("GET", "/health")
        answer = self.getresponse()
        answer.read()
        assert answer.status == 200, answer.status
        return time.perf_counter() - began


def asked_beside(kind: str, store_file: Path, folder: Path, count: int = 0) -> list[float]:
    """Seconds of each answer: until everything is read, or so many of them beside what has no end."""
    context = get_context("spawn")
    mine, theirs = context.Pipe()
    process = context.Process(target=serve, args=(kind, store_file, folder, theirs))
    process.start()
    try:
        mine.recv()
        asker = Asker(folder / "health")
        found: list[float] = []
        mine.send(None)
        while not (mine.poll() if kind == BRIDGE else len(found) >= count):
            found.append(asker.seconds())
            time.sleep(ASKED_EVERY_S)
        asker.close()
        if kind != BRIDGE:
            mine.send(None)
        process.join(30)
    finally:
        process.kill()
    return found


def health(store_file: Path, folder: Path, rounds: int) -> float:
    """Both in turns; the median of the ratios of the 99th percentiles."""
    ratios, rows = [], []
    for number in range(rounds):
        mine = asked_beside(BRIDGE, store_file, fresh(folder))
        bare = asked_beside(BARE, store_file, fresh(folder), len(mine))
        ratios.append(quantile(mine, 0.99) / quantile(bare, 0.99))
        rows.append((f"round {number + 1}", str(len(mine)), *_shown(bare), *_shown(mine), f"{ratios[-1]:.2f}"))
    rows.append(("median", *[""] * 7, f"{median(ratios):.2f}"))
    print("\nms that /health takes beside a bare loop reading the same pages, and beside the first reading")
    figures = ("p50", "p99", "most")
    table(("", "asked", *(f"bare {one}" for one in figures), *figures, "p99 ratio"), rows)
    return median(ratios)


def _shown(seconds: Sequence[float]) -> list[str]:
    return [f"{quantile(seconds, share) * 1000:.1f}" for share in (0.5, 0.99, 1)]


async def _prepare(setup: StoreSetup) -> None:
    """Make our tables in the shop."""
    adapter = connected(setup)
    await adapter.prepare()
    await adapter.close()


def main() -> None:
    parser = argparse.ArgumentParser(description="First reading of a customer service against a bare copy.")
    parser.add_argument("--quick", action="store_true", help="20,000 messages, 3 rounds")
    parser.add_argument("--rounds", type=int)
    parser.add_argument("--messages", type=int)
    asked = parser.parse_args()
    messages = asked.messages or (20_000 if asked.quick else 200_000)
    rounds = asked.rounds or (3 if asked.quick else 5)
    folder = Path(tempfile.mkdtemp(prefix="bridge-bench-"))
    try:
        with PrivateMariaDB() as server:
            shop = server.parameters(server.create_database())
            print(asyncio.run(fill(shop, messages)))
            store_file = write_store(folder, "bench", PLATFORM, shop)
            asyncio.run(_prepare(setup_from(store_file)))
            ratio = speed(shop, store_file, folder, messages, rounds)
            slower = health(store_file, folder, rounds)
    finally:
        shutil.rmtree(folder)
    print(f"machine: {machine()}")
    conclude(
        "health_beside_messages",
        slower,
        "times the p99 beside a bare loop",
        goal=HEALTH_GOAL,
        met=slower <= HEALTH_GOAL,
    )
    conclude("messages", ratio, "of the bare copy's speed", goal=SPEED_GOAL, met=ratio >= SPEED_GOAL)


if __name__ == "__main__":
    main()
