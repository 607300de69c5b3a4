"""What tickets' clocks cost: how late they ring, how long it takes to work them all out anew, and what the queue costs.

A ring is late by what passes from the moment a warning is due until it is committed: history, event and the ticket's
next deadline. It is compared with a bare sleeper, which has its moments in memory and does nothing, and with one that
durably notes what has rung; with few and with many deadlines pending besides, all in turns.

A page of the queue is read in a desk of many open tickets and in one of 1,000: the first page, pages about 40 % deep,
and the first one of a store that has 1,000 tickets in the large desk. Sums of service hours are compared with a walk
over a year's intervals.

    .venv/bin/python bench/clocks.py [--quick] [--rounds N] [--pending N] [--tickets N]
"""

import argparse
import asyncio
import shutil
import sys
import tempfile
import time
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

sys.path.insert(0, str(Path(__file__).parents[1]))  # the pretend shops of the tests are found from the checkout

from bench import clock_rings, ticket_stories
from bench.clock_rings import PENDING_FEW, Rings
from bench.first_sync import fresh
from bench.many_tickets import PLANS, filled
from bench.naive_hours import sums_against_a_walk
from bench.support import conclude, machine, median, only_warnings, quantile, table
from bridge.contracts.tickets import QueueKey
from bridge.desk.desk import FILE_NAME, Desk
from bridge.desk.transaction import DeskTx
from bridge.desk.upgrade import upgrade
from bridge.desk.values import from_ms
from bridge.domain.clock_alerts import next_moment
from bridge.domain.clocks import clocks_of
from bridge.domain.desk_terms import DeskTerms
from bridge.domain.plans import Plan, PlanBook
from bridge.domain.queue import Tier
from bridge.domain.ticket_history import history_of
from bridge.services.queue import QueueCursor, queue_page

QUEUE_GOAL, SUMS_GOAL = 1.25, 20.0
FEW, PAGE = 1_000, 50
DEEP = 0.4
DEEP_PLACES = 50
"""Pages about as deep, read in turn: nobody finds the same one in memory again and again."""
BATCH = 10_000
BIG, SMALL = "big", "small"
BOOK = PlanBook(Plan(key, rank, 550, 12, (key,)) for rank, key in enumerate(PLANS, start=1))
TERMS = {store: DeskTerms(store, ZoneInfo("UTC"), BOOK) for store in (BIG, SMALL)}


# --- working out anew ---


def worked_out(tickets: int, now: datetime) -> tuple[float, int]:
    """Seconds to work out these tickets' states, clocks and next moments, and how many clocks there were."""
    policies = ticket_stories.policies(now)
    seconds, clocks = 0.0, 0
    for first in range(0, tickets, BATCH):
        batch = list(ticket_stories.told(first, min(BATCH, tickets - first), now))
        began = time.perf_counter()
        for ticket, messages in batch:
            history = history_of(ticket, messages)
            found = clocks_of(ticket, history, policies, now)
            next_moment(found, policies.current.policy, history.alerts)
            clocks += len(found)
        seconds += time.perf_counter() - began
    return seconds, clocks


def recomputing(tickets: int, rounds: int, now: datetime) -> float:
    """Seconds for that many tickets, the median of some rounds."""
    found = [worked_out(tickets, now) for _ in range(rounds)]
    seconds, clocks = median(seconds for seconds, _ in found), found[0][1]
    print(f"\nworking out {tickets:,} tickets anew by two policies, from their histories in memory")
    table(
        ("", "s", "clocks", "µs a clock"),
        [("state, clocks, next moment", f"{seconds:.2f}", f"{clocks:,}", f"{seconds / clocks * 1e6:.1f}")],
    )
    return seconds


# --- the queue ---


def queue_growth(folder: Path, tickets: int, turns: int, now: datetime) -> float:
    """The time of a page among that many tickets as a multiple of that among 1,000: the worst of three pages."""
    with ExitStack() as stack:
        few, many = (stack.enter_context(_queued(folder, count, now)) for count in (FEW, tickets))
        places = {desk: _deep_places(desk, count) for desk, count in ((few, FEW), (many, tickets))}
        rows, ratios = [], []
        for words, store, deep in (
            (f"first {PAGE} rows", BIG, False),
            (f"{PAGE} rows {DEEP:.0%} deep", BIG, True),
            (f"first {PAGE} rows of a store of {FEW:,}", SMALL, False),
        ):
            taken: dict[Desk, list[float]] = {few: [], many: []}
            for turn in range(turns):
                for desk, times in taken.items():
                    after = places[desk][turn % DEEP_PLACES] if deep else None
                    times.append(_page(desk, store if desk is many else BIG, after, now))
            ratios.append(median(taken[many]) / median(taken[few]))
            cells = [f"{median(times) * 1e6:,.0f}" for times in taken.values()]
            rows.append((words, *cells, f"{ratios[-1]:.2f}", f"{QUEUE_GOAL}"))
    print("\nmicroseconds that a page of the queue takes, by the open tickets in the desk")
    table(("", f"{FEW:,}", f"{tickets:,}", "ratio", "goal"), rows)
    return max(ratios)


def _queued(folder: Path, tickets: int, now: datetime) -> Desk:
    path = fresh(folder) / FILE_NAME
    upgrade(path, now=now)
    with filled(path, now) as filling:
        filling.queued(filling.store(BIG, policy="{}"), tickets)
        filling.queued(filling.store(SMALL, policy="{}"), FEW)
    return Desk.open(path)


def _deep_places(desk: Desk, tickets: int) -> list[QueueCursor]:
    """Places evenly from a tenth above to a tenth below 40 % of the queue, in no order."""
    first, last = int(tickets * DEEP * 0.9), int(tickets * DEEP * 1.1)
    found = desk.look(_cursors, first, last, (last - first) // DEEP_PLACES)
    return [found[at * 7 % DEEP_PLACES] for at in range(DEEP_PLACES)]


def _cursors(tx: DeskTx, first: int, last: int, apart: int) -> list[QueueCursor]:
    rows = tx.connection.execute(
        "SELECT * FROM (SELECT urgency_rank, due_sort_ms, since_ms, id, ROW_NUMBER() OVER"
        " (ORDER BY urgency_rank, due_sort_ms, since_ms, id) AS place FROM ticket WHERE store_id = 1)"
        " WHERE place >= ? AND place <= ? AND (place - ?) % ? = 0",
        (first, last, first, apart),
    )
    return [
        QueueCursor(place, Tier.SERVED, QueueKey(rank == 0, from_ms(due), from_ms(since), number))
        for rank, due, since, number, place in rows
    ]


def _page(desk: Desk, store: str, after: QueueCursor | None, now: datetime) -> float:
    began = time.perf_counter()
    rows, _ = desk.look(queue_page, TERMS[store], at=now, after=after, limit=PAGE)
    taken = time.perf_counter() - began
    assert len(rows) == PAGE, f"{len(rows)} rows instead of {PAGE}"
    return taken


# --- all of it ---


def told_rings(found: dict[str, Rings], pending: int) -> float:
    """Print how late everybody was; our 99th percentile as a multiple of the bare sleeper's."""
    p99 = {name: quantile(rings, 0.99) for name, rings in found.items()}
    bare = next(iter(p99.values()))
    print(f"\nlateness of rings in ms, {len(next(iter(found.values())))} each")
    table(
        ("", "p50", "p90", "p99", "most", "p99, times bare"),
        [
            (name, *(f"{quantile(late, share) * 1000:.2f}" for share in (0.5, 0.9, 0.99, 1)), f"{p99[name] / bare:.1f}")
            for name, late in found.items()
        ],
    )
    return p99[clock_rings.ours(pending)] / bare


def main() -> None:
    parser = argparse.ArgumentParser(description="Clocks of tickets: rings, recomputing, queue, sums of service hours.")
    parser.add_argument("--quick", action="store_true", help="10,000 deadlines and clocks, 100,000 tickets, 2 rounds")
    parser.add_argument("--rounds", type=int)
    parser.add_argument("--pending", type=int, help="deadlines, and clocks that are worked out anew")
    parser.add_argument("--tickets", type=int, help="open ones in the larger desk")
    asked = parser.parse_args()
    only_warnings()
    rounds = asked.rounds or (2 if asked.quick else 5)
    pending = asked.pending or (10_000 if asked.quick else 100_000)
    tickets = asked.tickets or (100_000 if asked.quick else 1_000_000)
    now = datetime.now(UTC)
    folder = Path(tempfile.mkdtemp(prefix="bridge-bench-"))
    try:
        growth = queue_growth(folder, tickets, turns=rounds * 100, now=now)
        seconds = recomputing(pending, rounds, now)
        rings, through_desk = asyncio.run(clock_rings.against_bare(folder, (PENDING_FEW, pending), rounds))
    finally:
        shutil.rmtree(folder)
    late = told_rings(rings, pending)
    sums = sums_against_a_walk(rounds=rounds)
    print(f"\nworking out {pending:,} tickets anew in the desk, from reading to commit: {through_desk:.1f} s")
    print(f"sums of service hours over a year: {sums:.0f} times as fast as the walk (goal: at least {SUMS_GOAL:.0f})")
    print(f"machine: {machine()}")
    conclude("clock_rings", late, "times the bare sleeper's p99 lateness")
    conclude("clocks_worked_out", seconds, f"seconds for {pending} tickets")
    conclude("service_hours", sums, "times as fast as a walk", goal=SUMS_GOAL, met=sums >= SUMS_GOAL)
    conclude("ticket_queue", growth, f"times a page among {FEW}", goal=QUEUE_GOAL, met=growth <= QUEUE_GOAL)


if __name__ == "__main__":
    main()
