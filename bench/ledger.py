"""How fast coins are held and settled for good: the desk's own services, each action answered after its commit.

Against single durable postings of plain sqlite3 (read, check, update, insert, commit; WAL, synchronous=FULL, the same
disk), in turns in one run: with one client that waits for each answer, and with 50 of them. An action is an approval
(evidence, hold, thread, event, deadline, page) or a settlement of what was approved.

Then the same actions in a desk of 1,000 and of 1,000,000 entries, beside a running first sync, and beside a command
that writes to the same desk from another process while 50 clients are busy.

    .venv/bin/python bench/ledger.py [--quick] [--rounds N] [--quotes N] [--entries N]
"""

import argparse
import asyncio
import shutil
import sqlite3
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import closing
from datetime import UTC, datetime, timedelta
from itertools import cycle
from multiprocessing import get_context
from pathlib import Path
from typing import NamedTuple
from zoneinfo import ZoneInfo

sys.path.insert(0, str(Path(__file__).parents[1]))  # the pretend shops of the tests are found from the checkout

from bench.first_sync import fill, fresh
from bench.support import conclude, connected, machine, median, only_warnings, quantile, setup_from, table, write_store
from bridge.contracts.clock import SystemClock
from bridge.desk.desk import FILE_NAME, Desk
from bridge.desk.transaction import DeskTx
from bridge.desk.upgrade import upgrade
from bridge.domain.accounts import Owner, OwnerKind
from bridge.domain.desk_terms import DeskTerms
from bridge.domain.plans import PlanBook
from bridge.domain.quotes import Quote
from bridge.domain.tickets import Author
from bridge.engine.health import StoreHealth
from bridge.engine.intake import Intake
from bridge.errors import BridgeError
from bridge.services import deciding, offering, staff_coins, syncing, working
from bridge.services.verify import verify_accounts
from bridge.testing.mariadb import PrivateMariaDB

GOAL_ALONE, GOAL_MANY, GOAL_GROWTH = 0.3, 1.5, 1.5
CLIENTS = 50
SLICES = 10
SPENT, COINS = 9, 10
STORE, ANNA = "bench", "Anna"
TERMS = DeskTerms(STORE, ZoneInfo("Asia/Tehran"), PlanBook([]))
NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
CUSTOMERS = 500
ENTRIES_AN_ACCOUNT = 10


class Times(NamedTuple):
    """Seconds that each of some actions took, the seconds they took together, and how many failed."""

    each: list[float]
    together: float
    errors: int = 0

    @property
    def a_second(self) -> float:
        return len(self.each) / self.together

    def plus(self, other: "Times") -> "Times":
        return Times(self.each + other.each, self.together + other.together, self.errors + other.errors)

    def words(self) -> tuple[str, str, str]:
        return f"{quantile(self.each, 0.5) * 1000:.1f}", f"{quantile(self.each, 0.99) * 1000:.1f}", str(self.errors)


# --- the bare posting ---


class Bare:
    """A database of one's own for bare postings."""

    def __init__(self, folder: Path) -> None:
        self._connection = sqlite3.connect(fresh(folder) / "bare.sqlite3", isolation_level=None)
        self._connection.executescript(
            "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;"
            "CREATE TABLE account (id INTEGER PRIMARY KEY, coins INTEGER NOT NULL);"
            "CREATE TABLE entry (id INTEGER PRIMARY KEY, account_id INTEGER, coins INTEGER, at_ms INTEGER);"
        )
        accounts = [(number, 10**9) for number in range(1, CUSTOMERS + 1)]
        self._connection.executemany("INSERT INTO account VALUES (?, ?)", accounts)

    def postings(self, count: int) -> float:
        """Seconds that so many take: read a balance, check it, update it, insert an entry, commit."""
        run, began = self._connection.execute, time.perf_counter()
        for number in range(count):
            account = number % CUSTOMERS + 1
            run("BEGIN IMMEDIATE")
            [(coins,)] = run("SELECT coins FROM account WHERE id = ?", (account,))
            assert coins >= COINS
            run("UPDATE account SET coins = coins - ? WHERE id = ?", (COINS, account))
            run("INSERT INTO entry VALUES (NULL, ?, ?, ?)", (account, -COINS, number))
            run("COMMIT")
        return time.perf_counter() - began

    def close(self) -> None:
        self._connection.close()


# --- a desk with quotes to be approved ---


def new_desk(folder: Path) -> Path:
    path = fresh(folder) / FILE_NAME
    upgrade(path, now=NOW)
    return path


def offers(tx: DeskTx, count: int, customers: Iterator[int]) -> list[Quote]:
    """Offer that many quotes, to these customers in turn; each gets the coins for it."""
    made = []
    for _ in range(count):
        owner = Owner(OwnerKind.CUSTOMER, next(customers))
        account = tx.accounts.open(STORE, [owner])[owner]
        ticket = tx.tickets.open(STORE, account.id, subject="x", at=NOW, by=Author.STAFF, staff=ANNA)
        made.append(offering.offer(tx, TERMS, ticket.id, coins=COINS, words="Work.", by=ANNA, at=NOW, possible=True))
    return made


def give(tx: DeskTx, customers: Iterable[int]) -> None:
    """Two packages for each."""
    for number in customers:
        for package in (1, 2):
            staff_coins.grant(
                tx,
                STORE,
                Owner(OwnerKind.CUSTOMER, number),
                coins=10_000,
                reason="bench",
                staff=ANNA,
                key=f"{number}:{package}",
                zone=TERMS.zone,
                at=NOW,
            )


async def one(desk: Desk, quote: Quote, each: list[float]) -> None:
    """Approve a quote and settle it, each waited for."""
    began = time.perf_counter()
    await desk.transact(
        "approve",
        deciding.approve,
        TERMS,
        quote.account_id,
        quote.id,
        version=1,
        text_hash=quote.offer.hashes["en"],
        at=NOW,
    )
    approved = time.perf_counter()
    await desk.transact("settle", working.settle, TERMS, quote.id, spent=SPENT, by=ANNA, at=NOW)
    each += (approved - began, time.perf_counter() - approved)


async def acted(desk: Desk, quotes: Iterable[Quote], clients: int) -> Times:
    """Let that many clients approve and settle these quotes."""
    waiting = iter(quotes)
    each: list[float] = []
    errors = 0

    async def client() -> None:
        nonlocal errors
        for quote in waiting:
            try:
                await one(desk, quote, each)
            except BridgeError:
                errors += 1

    began = time.perf_counter()
    async with asyncio.TaskGroup() as tasks:
        for _ in range(clients):
            tasks.create_task(client())
    return Times(each, time.perf_counter() - began, errors)


# --- against bare postings ---


async def against_bare(folder: Path, rounds: int, quotes: int) -> tuple[float, float]:
    """Ratios with one client and with many; the medians of some rounds, in turns."""
    ratios: dict[int, list[float]] = {1: [], CLIENTS: []}
    rows = []
    with Desk.open(new_desk(folder)) as desk, closing(Bare(folder)) as plain:
        desk.start()
        await desk.transact("give", give, range(1, CUSTOMERS + 1))
        customers = cycle(range(1, CUSTOMERS + 1))
        for number in range(rounds):
            bare = 0.0
            found = {clients: Times([], 0.0) for clients in ratios}
            for _ in range(SLICES):  # small turns: whatever else the machine does meets all alike
                bare += plain.postings(2 * quotes // SLICES)
                for clients, times in found.items():
                    waiting = await desk.transact("offer", offers, quotes // SLICES, customers)
                    found[clients] = times.plus(await acted(desk, waiting, clients))
            cells = [f"round {number + 1}", f"{2 * (quotes // SLICES) * SLICES / bare:,.0f}"]
            for clients, mine in ratios.items():
                times = found[clients]
                mine.append(times.a_second * bare / len(times.each))
                cells += [f"{times.a_second:,.0f}", f"{mine[-1]:.2f}", *times.words()]
            rows.append(tuple(cells))
    medians = median(ratios[1]), median(ratios[CLIENTS])
    rows.append(("median", "", "", f"{medians[0]:.2f}", "", "", "", "", f"{medians[1]:.2f}", "", "", ""))
    figures = ("/s", "ratio", "p50 ms", "p99", "errors")
    headings = ("", "bare/s", *(f"1: {one}" for one in figures), *(f"{CLIENTS}: {one}" for one in figures))
    print("\nholds and settlements against bare postings, with one waiting client and with many")
    table(headings, rows)
    return medians


# --- growth ---


def fill_desk(path: Path, entries: int) -> int:
    """Write that many sound entries past all services; returns the number of accounts."""
    accounts = entries // ENTRIES_AN_ACCOUNT
    now, later = int(NOW.timestamp() * 1000), int((NOW + timedelta(days=300)).timestamp() * 1000)
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("PRAGMA synchronous=OFF")
    connection.execute("BEGIN")
    connection.execute(
        "INSERT INTO store (id, name, first_sync, confirmed_units, booked_units, synced_to, page_terms, statuses)"
        " VALUES (1, ?, 'done', 0, 0, 0, '', '')",
        (STORE,),
    )
    connection.executemany(
        "INSERT INTO account (id, store_id, owner_kind, owner_ref, number, entries, posted, held)"
        " VALUES (?, 1, 'customer', ?, ?, ?, ?, 0)",
        ((n, n, ENTRIES_AN_ACCOUNT, ENTRIES_AN_ACCOUNT, 1000 * ENTRIES_AN_ACCOUNT) for n in range(1, accounts + 1)),
    )
    connection.executemany(
        "INSERT INTO package (id, store_id, account_id, plan, coins, posted, held, granted_ms, usable_until_ms,"
        " revoked, taken, revocations) VALUES (?, 1, ?, NULL, 1000, 1000, 0, ?, ?, 0, 0, 0)",
        ((n, (n - 1) // ENTRIES_AN_ACCOUNT + 1, now + n, later + n) for n in range(1, entries + 1)),
    )
    connection.executemany(
        "INSERT INTO entry (account_id, number, key, kind, at_ms, posted, held, posted_after, held_after, postings,"
        " order_id, reason, staff, quote_id, ticket_id)"
        " VALUES (?, ?, ?, 'grant', ?, 1000, 0, ?, 0, ?, NULL, 'bench', 'Anna', NULL, NULL)",
        (
            (
                (n - 1) // ENTRIES_AN_ACCOUNT + 1,
                (n - 1) % ENTRIES_AN_ACCOUNT + 1,
                f"{STORE}:staff:{n}",
                now,
                1000 * ((n - 1) % ENTRIES_AN_ACCOUNT + 1),
                f"[[{n},1000,0]]",
            )
            for n in range(1, entries + 1)
        ),
    )
    connection.executemany(
        "INSERT INTO deadline (kind, ref, store_id, due_ms) VALUES ('package', ?, 1, ?)",
        ((n, later + n) for n in range(1, entries + 1)),
    )
    connection.execute("COMMIT")
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()
    return accounts


def all_over(accounts: int) -> Iterator[int]:
    """Customers as they come: neighbours would share the pages that are in memory already."""
    return cycle((number * 7919) % accounts + 1 for number in range(accounts))


async def growth(folder: Path, sizes: tuple[int, int], rounds: int, quotes: int) -> float:
    """The time of an action with many entries as a multiple of that with few; the worse of one client and many."""
    desks: dict[int, tuple[Desk, Iterator[int]]] = {}
    found: dict[tuple[int, int], list[float]] = {(size, clients): [] for size in sizes for clients in (1, CLIENTS)}
    try:
        for size in sizes:
            path = new_desk(folder)
            accounts = fill_desk(path, size)
            desk = Desk.open(path)
            desk.start()
            sample = await desk.read(lambda tx: verify_accounts(tx, STORE, tx.accounts.page(STORE, after=0, limit=20)))
            assert sample.differences == (), sample.differences
            desks[size] = desk, all_over(accounts)
        for _ in range(rounds):
            for size, (desk, customers) in desks.items():
                for clients in (1, CLIENTS):
                    waiting = await desk.transact("offer", offers, quotes, customers)
                    times = await acted(desk, waiting, clients)
                    assert not times.errors, f"{times.errors} actions were refused"
                    found[size, clients].append(times.together / len(times.each))
    finally:
        for desk, _ in desks.values():
            desk.close()
    few, many = sizes
    ratios = [median(found[many, clients]) / median(found[few, clients]) for clients in (1, CLIENTS)]
    rows = [
        (
            f"{clients} client{'s' * (clients > 1)}",
            *(f"{median(found[size, clients]) * 1e6:,.0f}" for size in sizes),
            f"{ratio:.2f}",
        )
        for clients, ratio in zip((1, CLIENTS), ratios, strict=True)
    ]
    print(f"\nmicroseconds an action, in a desk of {few:,} and of {many:,} entries")
    table(("", f"{few:,}", f"{many:,}", "ratio"), rows)
    return max(ratios)


# --- beside others ---


async def beside_a_first_sync(folder: Path, server: PrivateMariaDB, orders: int) -> list[tuple[str, ...]]:
    """A customer acts every 20 ms, alone and while a shop's orders are read for the first time."""
    shop = server.parameters(server.create_database())
    await fill("opencart", shop, orders)
    setup = setup_from(write_store(folder, "other", "opencart", shop))
    with Desk.open(new_desk(folder)) as desk:
        desk.start()
        await desk.transact("give", give, range(1, CUSTOMERS + 1))
        waiting = iter(await desk.transact("offer", offers, 3_000, cycle(range(1, CUSTOMERS + 1))))
        alone = await _every_20_ms(desk, waiting, until=_after(2.0))
        await desk.transact("confirm", syncing.confirm_first_sync, setup.name, units=2 * orders, at=SystemClock().now())
        adapter = connected(setup)
        intake = Intake(setup, adapter, desk, SystemClock(), StoreHealth(setup.name, 60.0), asyncio.Event(), _nothing)
        reading = asyncio.create_task(intake.one_pass())
        beside = await _every_20_ms(desk, waiting, until=reading.done)
        await reading
        await adapter.close()
        packages = await desk.read(lambda tx: tx.connection.execute("SELECT COUNT(*) FROM package").fetchone()[0])
    assert packages > orders / 3, f"the first sync booked {packages} packages only"
    return [
        ("an action, nothing else", *alone.words(), str(len(alone.each))),
        (f"an action beside a first sync of {orders:,} orders", *beside.words(), str(len(beside.each))),
    ]


async def _every_20_ms(desk: Desk, quotes: Iterator[Quote], until: Callable[[], bool]) -> Times:
    each: list[float] = []
    errors = 0
    began = time.perf_counter()
    while not until():
        try:
            await one(desk, next(quotes), each)
        except BridgeError:
            errors += 1
        await asyncio.sleep(0.02)
    return Times(each, time.perf_counter() - began, errors)


def _after(seconds: float) -> Callable[[], bool]:
    end = time.perf_counter() + seconds
    return lambda: time.perf_counter() > end


def _nothing() -> None:
    pass


async def commands_beside(folder: Path, quotes: int, writes: int) -> list[tuple[str, ...]]:
    """Another process writes to the desk as a command does, while 50 clients are busy."""
    path = new_desk(folder)
    with Desk.open(path) as desk, ProcessPoolExecutor(1, mp_context=get_context("spawn")) as processes:
        desk.start()
        await desk.transact("give", give, range(1, CUSTOMERS + 1))
        customers = cycle(range(1, CUSTOMERS + 1))
        loop = asyncio.get_running_loop()
        alone = await loop.run_in_executor(processes, command_writes, path, writes, 0)
        writing = loop.run_in_executor(processes, command_writes, path, writes, writes)
        clients = Times([], 0.0)
        while not writing.done():
            waiting = await desk.transact("offer", offers, quotes, customers)
            times = await acted(desk, waiting, CLIENTS)
            clients = clients.plus(times)
        beside = await writing
    return [
        ("a command's write, nothing else", *alone.words(), str(len(alone.each))),
        (f"a command's write beside {CLIENTS} clients", *beside.words(), str(len(beside.each))),
        (f"an action of {CLIENTS} clients beside the command", *clients.words(), str(len(clients.each))),
    ]


def command_writes(path: Path, count: int, first: int) -> Times:
    """What `bridge coins grant` writes, again and again, in a process of its own."""
    each: list[float] = []
    errors = 0
    began = time.perf_counter()
    with Desk.open(path) as desk:
        for number in range(first, first + count):
            started = time.perf_counter()
            try:
                desk.run(
                    staff_coins.grant,
                    STORE,
                    Owner(OwnerKind.CUSTOMER, number % CUSTOMERS + 1),
                    coins=1,
                    reason="bench",
                    staff=ANNA,
                    key=f"command:{number}",
                    zone=TERMS.zone,
                    at=NOW,
                )
            except BridgeError:
                errors += 1
            each.append(time.perf_counter() - started)
            time.sleep(0.01)
    return Times(each, time.perf_counter() - began, errors)


def main() -> None:
    parser = argparse.ArgumentParser(description="Holds and settlements against bare postings.")
    parser.add_argument("--quick", action="store_true", help="3 rounds of 300 quotes, 100,000 entries")
    parser.add_argument("--rounds", type=int)
    parser.add_argument("--quotes", type=int, help="approved and settled in each round")
    parser.add_argument("--entries", type=int, help="of the larger desk")
    asked = parser.parse_args()
    only_warnings()
    rounds = asked.rounds or (3 if asked.quick else 7)
    quotes = asked.quotes or (300 if asked.quick else 1_500)
    entries = asked.entries or (100_000 if asked.quick else 1_000_000)
    folder = Path(tempfile.mkdtemp(prefix="bridge-bench-"))
    try:
        single, many = asyncio.run(against_bare(folder, rounds, quotes))
        worst = asyncio.run(growth(folder, (1_000, entries), rounds, quotes))
        rows = asyncio.run(commands_beside(folder, quotes, 100 if asked.quick else 500))
        with PrivateMariaDB() as server:
            orders = 10_000 if asked.quick else 50_000
            rows = asyncio.run(beside_a_first_sync(folder, server, orders)) + rows
        print("\nbeside others")
        table(("", "p50 ms", "p99 ms", "errors", "times"), rows)
    finally:
        shutil.rmtree(folder)
    goals = f"goals: at least {GOAL_ALONE} and {GOAL_MANY}; growth at most {GOAL_GROWTH}"
    print(f"\nwith 1 client {single:.2f}, with {CLIENTS} {many:.2f}; growth {worst:.2f} ({goals})")
    print(f"machine: {machine()}")
    met = single >= GOAL_ALONE and many >= GOAL_MANY and worst <= GOAL_GROWTH
    conclude("ledger", many, "of bare durable postings", goal=GOAL_MANY, met=met)


if __name__ == "__main__":
    main()
