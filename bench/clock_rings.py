"""How late warnings of tickets are told: by the desk's own sleeper, with few and many deadlines, and by two bare ones.

All of them get the same moments, one after another at random distances; in each round the moments begin anew.
"""

import asyncio
import random
import sqlite3
import time
from collections.abc import Iterable
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, cast
from zoneinfo import ZoneInfo

from bench.first_sync import fresh
from bench.many_tickets import BASE, WARNED_AFTER, Filling, filled, spread
from bridge.contracts.clock import SystemClock
from bridge.desk.desk import FILE_NAME, Desk
from bridge.desk.transaction import DeskTx
from bridge.desk.upgrade import upgrade
from bridge.domain.desk_terms import DeskTerms
from bridge.domain.plans import Plan, PlanBook
from bridge.domain.policies import policy_of
from bridge.domain.ticket_terms import HOUR, StaffHours, TicketTerms
from bridge.domain.tickets import MessageKind
from bridge.engine.sleeper import Sleeper
from bridge.services.policies import written
from bridge.services.ticket_standing import catch_up, settle

PENDING_FEW = 1_000
RINGS = 200
MEAN_S, SOON_S = 0.03, 0.3
BARE, NOTING = "bare sleeper", "bare sleeper that notes it durably"
STORE = "bench"
UTC_ZONE = ZoneInfo("UTC")
PLANS = PlanBook([Plan(BASE, 1, 550, 12, ("SUPPORT-BASE",))])
TERMS = DeskTerms(STORE, UTC_ZONE, PLANS, tickets=TicketTerms(staff={"Anna": StaffHours()}))
OTHER_TERMS = DeskTerms(
    STORE, UTC_ZONE, PLANS, tickets=TicketTerms(first_answer=20 * HOUR, staff={"Anna": StaffHours()})
)
"""The same store once its settings promise more."""

Rings = list[float]
"""Seconds that passed from each due moment until it was told."""


def ours(pending: int) -> str:
    """What the desk's sleeper is called in the table."""
    return f"desk with {pending:,} deadlines pending"


async def against_bare(folder: Path, sizes: tuple[int, int], rounds: int) -> tuple[dict[str, Rings], float]:
    """Everybody's rings, the bare sleeper's first; and seconds to work out all tickets of the larger desk anew."""
    found: dict[str, Rings] = {name: [] for name in (BARE, NOTING, *map(ours, sizes))}
    few, many = (_desk(folder, pending) for pending in sizes)
    with few, many, closing(_notebook(folder)) as notebook:
        for desk in (few, many):
            desk.start()
            await desk.transact("compare", _as_the_services_write)
        for number in range(rounds):
            found[BARE] += await _bare(_moments(number))
            found[NOTING] += await _bare(_moments(number), notebook)
            for desk, pending in zip((few, many), sizes, strict=True):
                found[ours(pending)] += await _rung(desk, _moments(number))
        return found, await _worked_out(many)


# --- the bare ones ---


async def _bare(moments: Iterable[datetime], notebook: sqlite3.Connection | None = None) -> Rings:
    """Sleep until each moment; note it, if there is a notebook, as the desk does: in a thread, durably."""
    found = []
    for number, moment in enumerate(moments):
        due = moment.timestamp()
        await asyncio.sleep(max(due - time.time(), 0))
        if notebook is not None:
            await asyncio.to_thread(_note, notebook, number)
        found.append(time.time() - due)
    return found


def _notebook(folder: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(fresh(folder) / "bare.sqlite3", isolation_level=None, check_same_thread=False)
    connection.executescript(
        "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; CREATE TABLE rung (id INTEGER PRIMARY KEY, ref INTEGER)"
    )
    return connection


def _note(notebook: sqlite3.Connection, number: int) -> None:
    notebook.execute("INSERT INTO rung (ref) VALUES (?)", (number,))


# --- the desk's ---


class _Watched:
    """A desk that notes when deadlines have been fired, and is the desk itself otherwise."""

    def __init__(self, desk: Desk, wanted: int, stop: asyncio.Event) -> None:
        self._desk, self._wanted, self._stop = desk, wanted, stop
        self.fired: list[float] = []

    def __getattr__(self, name: str) -> Any:
        return getattr(self._desk, name)

    async def transact(self, name: str, *arguments: Any, **named: Any) -> Any:
        result = await self._desk.transact(name, *arguments, **named)
        if name == "fire deadlines":
            _, fired = result
            assert not fired.failures, fired.failures
            self.fired += [time.time()] * fired.count
            if len(self.fired) >= self._wanted:
                self._stop.set()
        return result


def _desk(folder: Path, pending: int) -> Desk:
    """A desk with that many tickets, the first warning of each between one and eleven hours from now."""
    path, now = fresh(folder) / FILE_NAME, SystemClock().now()
    upgrade(path, now=now)
    with filled(path, now) as filling:
        store = filling.store(STORE, policy=written(policy_of(TERMS)))
        filling.waiting(store, spread(now - WARNED_AFTER + HOUR, now - HOUR, pending))
    return Desk.open(path)


def _as_the_services_write(tx: DeskTx) -> None:
    """See that the services find nothing to change in what was written past them."""
    rows = "SELECT * FROM ticket WHERE id IN (1, 50, 999) ORDER BY id"
    deadlines = "SELECT * FROM deadline WHERE ref IN (1, 50, 999) ORDER BY ref"
    before = [tx.connection.execute(one).fetchall() for one in (rows, deadlines)]
    assert len(before[0]) == len(before[1]) == 3
    for number in (1, 50, 999):
        settle(tx, TERMS, number, at=SystemClock().now())
    assert before == [tx.connection.execute(one).fetchall() for one in (rows, deadlines)]


async def _rung(desk: Desk, moments: list[datetime]) -> Rings:
    """Let the sleeper tell the warnings of new tickets that are due at these moments."""
    opened = [moment - WARNED_AFTER for moment in moments]
    await desk.transact("open", lambda tx: Filling(tx.connection, moments[0]).waiting(1, opened))
    stop = asyncio.Event()
    watched = _Watched(desk, len(moments), stop)
    sleeper = Sleeper(cast(Desk, watched), SystemClock(), stop, terms=lambda: {STORE: TERMS})
    await sleeper.start()
    await sleeper.run()
    told = await desk.read(_warned, moments[0])
    assert told == len(moments), f"{told} warnings instead of {len(moments)}"
    return [fired - moment.timestamp() for fired, moment in zip(watched.fired, moments, strict=True)]


def _warned(tx: DeskTx, since: datetime) -> int:
    """How many warnings have been told since a moment."""
    query = "SELECT COUNT(*) FROM message WHERE kind = ? AND at_ms >= ?"
    [(count,)] = tx.connection.execute(query, (MessageKind.ALERTED.value, since.timestamp() * 1000))
    return int(count)


async def _worked_out(desk: Desk) -> float:
    """Seconds until every ticket has been worked out by new settings, a page after the other as the daemon does it."""
    now, began = SystemClock().now(), time.perf_counter()
    while (await desk.transact("catch up", catch_up, OTHER_TERMS, at=now)).count:
        pass
    return time.perf_counter() - began


def _moments(number: int) -> list[datetime]:
    """The moments of a round, to the millisecond as the desk keeps them; the first one is soon."""
    distances = random.Random(number)
    at = datetime.now(UTC) + timedelta(seconds=SOON_S)
    found = []
    for _ in range(RINGS):
        at += timedelta(seconds=distances.expovariate(1 / MEAN_S))
        found.append(at.replace(microsecond=at.microsecond // 1000 * 1000))
    return found
