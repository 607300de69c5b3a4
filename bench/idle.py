"""What many idle stores cost: a hundred and a thousand of them in one process, beside a plain loop over pools.

The real daemon keeps stores in whose shops nothing happens, each with connections of its own, on one database server.
What it asks the server in a while is counted; then the plain loop of `naive_pool.py` asks as many questions of as many
stores for as long. In a third turn ten of the stores are in trouble: five have a peer that accepts and says nothing,
five are refused; it is the lateness of all others that counts then.

Both keep to their times, so a store's looks are due one poll time after another, from the one that kept its time best;
a look is late by what passes between the moment it was due and the moment it was answered. It is not measured from the
look before: then one that was late would make the next seem early. A time in which less than a minute passes proves
nothing, because what the daemon does each minute may fall outside of it. Nor does a machine that others keep busy: each
turn is another stretch of time, and who has more to do waits longer for the processor. `chrt -r 1`, by root, puts all
of the bench before the others.

    .venv/bin/python bench/idle.py [--quick] [--stores N ...] [--rounds N] [--seconds N] [--poll S]
"""

import argparse
import asyncio
import logging
import shutil
import socket
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, NamedTuple, cast

import structlog

sys.path.insert(0, str(Path(__file__).parents[1]))  # the pretend shops of the tests are found from the checkout

from bench.naive_pool import NEW_ROWS, PooledStore
from bench.support import (
    PLATFORMS,
    conclude,
    connected,
    machine,
    median,
    quantile,
    setup_from,
    shop_of,
    table,
    write_store,
)
from bridge.app import App
from bridge.contracts.clock import SystemClock
from bridge.contracts.shop import ShopAdapter
from bridge.desk.key_files import KeyRing, save_keys
from bridge.engine.collector import collect_seldom
from bridge.engine.health import StoreState
from bridge.engine.setup import StoreSetup
from bridge.settings import load
from bridge.testing.mariadb import ConnectionParameters, PrivateMariaDB

CPU_GOAL, LATENESS_GOAL, TROUBLE_GOAL = 2.0, 2.0, 1.5
SIZES = (100, 1000)
STORES_A_DATABASE = 50
"""Stores that share a database, each with a shop id of its own: what they cost the daemon is the same as apart."""
ORDERS = 200
IN_TROUBLE = 10
READY_S = 120.0
"""Every store that is well has been read by then, or something is wrong with more than its pace."""
SERVER = {"max-connections": "4000", "table-open-cache": "4000", "back-log": "2000"}
DAEMON, LOOP, TROUBLE = "daemon", "plain loop", "daemon, 10 in trouble"

Looks = dict[str, list[tuple[float, float]]]
"""By store: when each look began and when it was answered."""


class Turn(NamedTuple):
    """What one process did in its time: seconds of CPU, questions to the server, and how late each look was (s)."""

    cpu: float
    questions: int
    lateness: list[float]
    seconds: float


class Watched:
    """An adapter that notes when its shop is looked at, and is the adapter itself otherwise."""

    def __init__(self, adapter: ShopAdapter, looks: list[tuple[float, float]]) -> None:
        self._adapter, self._looks = adapter, looks

    def __getattr__(self, name: str) -> Any:
        return getattr(self._adapter, name)

    async def touched(self, cursors: Any) -> Any:
        began = time.monotonic()
        found = await self._adapter.touched(cursors)
        self._looks.append((began, time.monotonic()))
        return found


class WatchedApp(App):
    """The daemon, whose looks at the shops are noted."""

    looks: Looks

    def _connect(self, setup: StoreSetup) -> ShopAdapter:
        return cast(ShopAdapter, Watched(super()._connect(setup), self.looks[setup.name]))


def be(kind: str, folder: Path, well: list[str], others: float, orders: Connection) -> None:
    """The process that keeps the stores; `orders` says when it is ready, when its time begins and ends."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    work = _plain(folder, well, others, orders) if kind == LOOP else _daemon(folder, well, orders)
    asyncio.run(work)


async def _daemon(folder: Path, well: list[str], orders: Connection) -> None:
    settings = load(folder, environ={}, credentials_dir=None)
    async with WatchedApp(settings, lambda: settings, SystemClock()) as app:
        app.looks = {name: [] for name in settings.stores}
        collect_seldom()  # as `bridge run` does
        app.start_stores()
        waiting = set(well)
        async with asyncio.timeout(READY_S):
            while waiting:
                waiting = {name for name in waiting if app.runners[name].health.phase is not StoreState.WELL}
                await asyncio.sleep(0.1)
        await _timed({name: app.looks[name] for name in well}, orders)


async def _plain(folder: Path, well: list[str], others: float, orders: Connection) -> None:
    stop, ready = asyncio.Event(), asyncio.Semaphore(0)
    setups = [setup_from(folder / "stores" / f"{name}.toml") for name in well]
    looks: Looks = {name: [] for name in well}

    def noting(name: str) -> Any:
        return lambda began, ended: looks[name].append((began, ended))

    stores = [PooledStore(setup, noting(setup.name), others=others) for setup in setups]
    tasks = [asyncio.create_task(store.run(ready.release, stop)) for store in stores]
    for _task in tasks:
        await ready.acquire()
    await _timed(looks, orders)
    stop.set()
    await asyncio.gather(*tasks)


async def _timed(looks: Looks, orders: Connection) -> None:
    """Say that all is ready; measure from one word to the next."""
    orders.send("ready")
    await asyncio.to_thread(orders.recv)
    began, cpu = time.monotonic(), time.process_time()
    await asyncio.to_thread(orders.recv)
    ended, spent = time.monotonic(), time.process_time() - cpu
    inside = [[look for look in of_store if began <= look[0] < ended] for of_store in looks.values()]
    orders.send((spent, inside, ended - began))


class Shops:
    """The databases, and the store files over them: as they are, and with some stores in trouble."""

    def __init__(self, server: PrivateMariaDB, folder: Path, stores: int, poll: float) -> None:
        self.server, self._poll, self.stores = server, poll, stores
        self.folders = {kind: folder / kind.replace(" ", "-").replace(",", "") for kind in (DAEMON, TROUBLE)}
        self.folders[LOOP] = self.folders[DAEMON]
        self.names = [f"{PLATFORMS[number // STORES_A_DATABASE % 2]}-{number:04}" for number in range(stores)]
        every = stores // IN_TROUBLE
        self.ill = self.names[::every][:IN_TROUBLE]
        self.well = [name for name in self.names if name not in self.ill]

    async def open(self, nobody: Sequence[Path]) -> None:
        """Make the shops, the store files and one desk for both folders; `nobody` are peers that give no answer."""
        state = self.folders[DAEMON].parent / "state"
        state.mkdir()
        for folder in set(self.folders.values()):
            (folder / "stores").mkdir(parents=True)
            text = f'[desk]\nstate_dir = "{state}"\n[private_web]\nlisten = "127.0.0.1:0"\n[log]\nlevel = "error"\n'
            (folder / "bridge.toml").write_text(text, "utf-8")
        for first in range(0, self.stores, STORES_A_DATABASE):
            await self._open_database(self.names[first : first + STORES_A_DATABASE], nobody, state)

    async def _open_database(self, names: Sequence[str], nobody: Sequence[Path], state: Path) -> None:
        parameters = self.server.parameters(self.server.create_database())
        platform = names[0].partition("-")[0]
        async with shop_of(platform, parameters) as shop:
            await shop.install()
            for code in ("SUPPORT-BASE", "SUPPORT-ESSENTIAL"):
                await shop.add_product(code)
            await shop.bulk_orders(ORDERS, ("SUPPORT-BASE", "SUPPORT-ESSENTIAL"), customers=50)
        for shop_id, name in enumerate(names, start=2):
            self._write(DAEMON, name, platform, parameters, shop_id, None)
            ill = nobody[self.ill.index(name) % len(nobody)] if name in self.ill else None
            self._write(TROUBLE, name, platform, parameters, shop_id, ill)
            save_keys(state, KeyRing(name).with_new_key())
        adapter = connected(setup_from(self.folders[DAEMON] / "stores" / f"{names[0]}.toml"))
        await adapter.prepare()
        await adapter.close()

    def _write(
        self, kind: str, name: str, platform: str, parameters: ConnectionParameters, shop_id: int, peer: Path | None
    ) -> Path:
        folder = self.folders[kind]
        return write_store(folder, name, platform, parameters, poll_seconds=self._poll, shop_ids=[shop_id], socket=peer)

    def questions(self) -> int:
        [(_, count)] = self.server.run("SHOW GLOBAL STATUS LIKE 'Questions'")
        return int(count)


@contextmanager
def two_peers(folder: Path) -> Iterator[list[Path]]:
    """Sockets of nobody: one accepts and says nothing (its queue is never emptied), the other refuses."""
    with ExitStack() as stack:
        paths = [folder / "silent.sock", folder / "refusing.sock"]
        silent, refusing = (stack.enter_context(socket.socket(socket.AF_UNIX)) for _ in paths)
        silent.bind(str(paths[0]))
        silent.listen(10_000)
        refusing.bind(str(paths[1]))
        yield paths


async def turn(kind: str, shops: Shops, asked: argparse.Namespace, others: float = 0.0) -> Turn:
    """Start the process, wait until every store that can be read has been, give it its time, stop it."""
    ours, theirs = get_context("spawn").Pipe()
    arguments = (kind, shops.folders[kind], shops.well if kind == TROUBLE else shops.names, others, theirs)
    process = get_context("spawn").Process(target=be, args=arguments)
    process.start()
    theirs.close()  # so that its end is noticed here
    await asyncio.to_thread(ours.recv)
    await asyncio.sleep(asked.poll)  # a first look comes by chance, from the second on each has its time
    before = shops.questions()
    ours.send("begin")
    await asyncio.sleep(asked.seconds)
    ours.send("end")
    questions = shops.questions() - before - 1
    cpu, looks, seconds = await asyncio.to_thread(ours.recv)
    await asyncio.to_thread(process.join)
    done = Turn(cpu, questions, [late for one in looks for late in lateness(one, asked.poll)], seconds)
    print(f"  {kind}: {100 * cpu / seconds:.1f} % CPU, p99 {1000 * p99(done):.1f} ms, {machine()}", flush=True)
    return done


def lateness(looks: Sequence[tuple[float, float]], poll: float) -> Iterator[float]:
    """How many seconds after its due moment each look was answered; one that was left out makes all after it late."""
    first = min((began - number * poll for number, (began, _) in enumerate(looks)), default=0.0)
    for number, (_, answered) in enumerate(looks):
        yield answered - first - number * poll


class Figures(NamedTuple):
    """The three ratios of one size, each the median of its rounds."""

    cpu: float
    late: float
    trouble: float

    @property
    def met(self) -> bool:
        return self.cpu <= CPU_GOAL and self.late <= LATENESS_GOAL and self.trouble <= TROUBLE_GOAL


async def measure(server: PrivateMariaDB, folder: Path, stores: int, asked: argparse.Namespace) -> Figures:
    place = folder / str(stores)
    place.mkdir()
    shops = Shops(server, place, stores, asked.poll)
    rounds: list[dict[str, Turn]] = []
    with two_peers(place) as nobody:
        await shops.open(nobody)
        for number in range(asked.rounds):
            print(f"{stores} stores, round {number + 1} of {asked.rounds}", flush=True)
            daemon = await turn(DAEMON, shops, asked)
            others = asked.poll * daemon.questions / daemon.seconds / stores - looked_questions(shops.names)
            rounds.append(
                {
                    DAEMON: daemon,
                    LOOP: await turn(LOOP, shops, asked, max(others, 0.0)),
                    TROUBLE: await turn(TROUBLE, shops, asked),
                }
            )
    show(stores, rounds)
    return Figures(
        median(one[DAEMON].cpu / one[LOOP].cpu for one in rounds),
        median(p99(one[DAEMON]) / p99(one[LOOP]) for one in rounds),
        median(p99(one[TROUBLE]) / p99(one[DAEMON]) for one in rounds),
    )


def looked_questions(names: Sequence[str]) -> float:
    """Questions of one look, over both platforms."""
    return sum(len(NEW_ROWS[name.partition("-")[0]]) for name in names) / len(names)


def p99(turn: Turn) -> float:
    return quantile(turn.lateness, 0.99)


def show(stores: int, rounds: list[dict[str, Turn]]) -> None:
    headings = (f"{stores} stores", "CPU %", "questions/s", "looks", "late p50 ms", "p99 ms", "most ms")
    rows = []
    for kind in rounds[0]:
        turns = [one[kind] for one in rounds]
        late = [seconds * 1000 for one in turns for seconds in one.lateness]
        seconds = sum(one.seconds for one in turns)
        figures = (
            f"{100 * sum(one.cpu for one in turns) / seconds:.1f}",
            f"{sum(one.questions for one in turns) / seconds:.0f}",
            str(len(late)),
            *(f"{figure:.1f}" for figure in (quantile(late, 0.5), quantile(late, 0.99), max(late))),
        )
        rows.append((kind, *figures))
    table(headings, rows)
    print()


async def play(server: PrivateMariaDB, folder: Path, asked: argparse.Namespace) -> None:
    figures = {stores: await measure(server, folder, stores, asked) for stores in asked.stores}
    table(
        ("ratio", *(f"{stores} stores" for stores in figures), "goal"),
        [
            ("CPU, daemon / plain loop", *(f"{one.cpu:.2f}" for one in figures.values()), f"{CPU_GOAL:g}"),
            ("p99 lateness, the same", *(f"{one.late:.2f}" for one in figures.values()), f"{LATENESS_GOAL:g}"),
            (
                "the others' p99, trouble / none",
                *(f"{one.trouble:.2f}" for one in figures.values()),
                f"{TROUBLE_GOAL:g}",
            ),
        ],
    )
    print(f"machine: {machine()}")
    met = all(one.met for one in figures.values())
    most = max(one.cpu for one in figures.values())
    conclude("idle", most, "times the plain loop's CPU, lateness and trouble as above", goal=CPU_GOAL, met=met)


def main() -> None:
    parser = argparse.ArgumentParser(description="What idle stores cost, beside a plain loop over pools.")
    parser.add_argument("--quick", action="store_true", help="1 round of a minute")
    parser.add_argument("--stores", type=int, nargs="+", default=SIZES, help="how many stores, several sizes in turn")
    parser.add_argument("--rounds", type=int)
    parser.add_argument("--seconds", type=float)
    parser.add_argument("--poll", type=float, default=5.0)
    asked = parser.parse_args()
    asked.rounds = asked.rounds or (1 if asked.quick else 3)
    asked.seconds = asked.seconds or 62.0
    folder = Path(tempfile.mkdtemp(prefix="bridge-bench-"))
    try:
        with PrivateMariaDB(settings=SERVER) as server:
            asyncio.run(play(server, folder, asked))
    finally:
        shutil.rmtree(folder)


if __name__ == "__main__":
    main()
