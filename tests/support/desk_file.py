"""The desk as a stranger reads it: plain SQL on the file, beside whoever has it open.

It shares no code with the program that wrote the desk, so that a fault there can't hide here.
"""

import json
import sqlite3
from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True)
class BookedPackage:
    """One package; `order_id`, `plan` and `unit` say what it was bought for."""

    id: int
    plan: str | None
    coins: int
    posted: int
    held: int
    order_id: int | None
    unit: int | None
    revoked: bool
    usable_until_ms: int


@dataclass(frozen=True, slots=True)
class BookedEntry:
    number: int
    key: str
    kind: str
    at_ms: int
    posted: int
    held: int
    posted_after: int
    held_after: int
    postings: tuple[tuple[int, int, int], ...]
    order_id: int | None


@dataclass(frozen=True, slots=True)
class BookedAccount:
    """One account with everything on it; `ref` is the shop's customer id, or a guest's order id."""

    id: int
    kind: str
    ref: int
    number: int
    posted: int
    held: int
    frozen: bool
    packages: tuple[BookedPackage, ...]
    entries: tuple[BookedEntry, ...]

    def coins_by_kind(self) -> Counter[str]:
        """Coins moved by each kind of entry, all counted as positive numbers."""
        coins: Counter[str] = Counter()
        for entry in self.entries:
            coins[entry.kind] += abs(entry.posted)
        return coins


@dataclass(frozen=True, slots=True)
class OpenProblem:
    id: int
    key: str
    kind: str
    summary: str


WAITING = (
    "account WHERE store_id = ? AND owner_kind = 'customer' AND pushed_number < number",
    "quote WHERE store_id = ? AND state <> 'draft' AND pushed_number >= 0 AND pushed_number < number",
)
"""Rows that say how many coins are held, in all and for what: between the two, a page would not add up.

Without what is kept back until it is erased: that goes to no shop.
"""


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a store is: `cursors` by name, what still waits to be read and to be pushed."""

    first_sync: str
    cursors: dict[str, int]
    touched: int
    unpushed: int


class DeskFile:
    """A desk's file, opened anew for each question."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def epoch(self) -> int:
        with self._open() as desk:
            return int(desk.execute("SELECT epoch FROM desk").fetchone()[0])

    def accounts(self, store: str) -> list[BookedAccount]:
        """The store's accounts in one consistent view."""
        with self._open() as desk:
            packages, entries = _packages(desk, store), _entries(desk, store)
            rows = desk.execute(
                "SELECT a.id, owner_kind, owner_ref, number, posted, held, frozen_ms IS NOT NULL"
                " FROM account a JOIN store s ON s.id = a.store_id WHERE s.name = ? ORDER BY a.id",
                (store,),
            ).fetchall()
        return [_account(row, packages, entries) for row in rows]

    def account(self, store: str, customer: int) -> BookedAccount | None:
        """A customer's account, None where there is none yet."""
        mine = (one for one in self.accounts(store) if (one.kind, one.ref) == ("customer", customer))
        return next(mine, None)

    def coins(self, store: str, customer: int) -> int:
        """A customer's posted coins; 0 without an account."""
        account = self.account(store, customer)
        return account.posted if account else 0

    def problems(self, store: str) -> list[OpenProblem]:
        """The open problems, oldest first."""
        with self._open() as desk:
            rows = desk.execute(
                "SELECT p.id, p.key, p.kind, p.summary FROM problem p JOIN store s ON s.id = p.store_id"
                " WHERE s.name = ? AND p.state = 'open' ORDER BY p.id",
                (store,),
            ).fetchall()
        return [OpenProblem(*row) for row in rows]

    def missed_earlier(self, store: str, *, by: timedelta) -> None:
        """Let customers who are missing have been so for longer: a test does not wait."""
        with closing(sqlite3.connect(self.path, timeout=60.0, isolation_level=None)) as desk:
            desk.execute(
                "UPDATE account SET missed_ms = missed_ms - ? WHERE store_id = (SELECT id FROM store WHERE name = ?)",
                (by // timedelta(milliseconds=1), store),
            )

    def progress(self, store: str) -> Progress | None:
        """How far the store is, in one consistent view; None while the desk does not know it."""
        if not self.path.exists():
            return None
        with self._open() as desk:
            if not desk.execute("SELECT 1 FROM sqlite_master WHERE name = 'store'").fetchone():
                return None
            found = desk.execute("SELECT id, first_sync FROM store WHERE name = ?", (store,)).fetchone()
            if found is None:
                return None
            number, first_sync = found
            cursors = dict(desk.execute("SELECT name, position FROM cursor WHERE store_id = ?", (number,)).fetchall())
            touched = desk.execute("SELECT COUNT(*) FROM touched WHERE store_id = ?", (number,)).fetchone()[0]
            unpushed = sum(desk.execute(f"SELECT COUNT(*) FROM {rows}", (number,)).fetchone()[0] for rows in WAITING)
        return Progress(first_sync, cursors, touched, unpushed)

    def ask(self, statement: str, *values: Any) -> list[tuple[Any, ...]]:
        """What one statement answers."""
        with self._open() as desk:
            return desk.execute(statement, values).fetchall()

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        with closing(sqlite3.connect(f"{self.path.as_uri()}?mode=ro", uri=True, timeout=60.0)) as desk:
            desk.execute("BEGIN")
            yield desk


def _account(
    row: tuple[Any, ...], packages: dict[int, list[BookedPackage]], entries: dict[int, list[BookedEntry]]
) -> BookedAccount:
    number, kind, ref, version, posted, held, frozen = row
    mine = tuple(packages.get(number, ())), tuple(entries.get(number, ()))
    return BookedAccount(number, kind, ref, version, posted, held, bool(frozen), *mine)


def _packages(desk: sqlite3.Connection, store: str) -> dict[int, list[BookedPackage]]:
    found: defaultdict[int, list[BookedPackage]] = defaultdict(list)
    rows = desk.execute(
        "SELECT account_id, p.id, plan, coins, posted, held, order_id, unit, revoked, usable_until_ms"
        " FROM package p JOIN store s ON s.id = p.store_id WHERE s.name = ? ORDER BY p.id",
        (store,),
    )
    for account, number, plan, coins, posted, held, order, unit, revoked, until in rows:
        package = BookedPackage(number, plan, coins, posted, held, order, unit, bool(revoked), until)
        found[account].append(package)
    return found


def _entries(desk: sqlite3.Connection, store: str) -> dict[int, list[BookedEntry]]:
    found: defaultdict[int, list[BookedEntry]] = defaultdict(list)
    rows = desk.execute(
        "SELECT e.account_id, e.number, e.key, e.kind, e.at_ms, e.posted, e.held, e.posted_after, e.held_after,"
        " e.postings, e.order_id FROM entry e JOIN account a ON a.id = e.account_id"
        " JOIN store s ON s.id = a.store_id WHERE s.name = ? ORDER BY e.account_id, e.number",
        (store,),
    )
    for account, number, key, kind, at, posted, held, posted_after, held_after, postings, order in rows:
        split = tuple((part[0], part[1], part[2]) for part in json.loads(postings))
        entry = BookedEntry(number, key, kind, at, posted, held, posted_after, held_after, split, order)
        found[account].append(entry)
    return found
