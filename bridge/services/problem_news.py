"""Telling plugins of problems that are new, and never of very many one by one.

A first sync can find hundreds of odd orders. Staff who are told of each would stop reading; so there are a few events
an hour, and the last of them stands for all that came together. What has been told is known by the events' own keys.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from bridge.contracts.desk import Tx
from bridge.contracts.problems import Problem
from bridge.domain.events import SEVERAL, ProblemOpened

MOST_AN_HOUR = 6
HOUR = timedelta(hours=1)
OLDEST = timedelta(days=7)
"""Problems seen first before that are not told any more: the keys of their events are kept for thirty days only."""


def untold(tx: Tx, stores: Iterable[str], at: datetime) -> list[ProblemOpened]:
    """Events for these stores' open problems that nobody has been told of yet; fewer events where those are many."""
    open_now: dict[str, list[Problem]] = {}
    for problem in tx.problems.open():
        open_now.setdefault(problem.store, []).append(problem)
    return [event for store in stores if store in open_now for event in _of_store(tx, store, open_now[store], at)]


def tell(tx: Tx, stores: Iterable[str], at: datetime) -> int:
    """Add these events to the outbox. Returns how many there are."""
    events = untold(tx, stores, at)
    tx.outbox.add(events)
    return len(events)


def _of_store(tx: Tx, store: str, problems: Sequence[Problem], at: datetime) -> Sequence[ProblemOpened]:
    told = tx.outbox.told_under(_key(store, ""))
    last = max((int(key.rpartition(":")[2]) for key in told), default=0)
    new = [one for one in problems if one.id > last and at - one.first_seen <= OLDEST]
    room = MOST_AN_HOUR - sum(at - HOUR < when <= at for when in told.values())
    if len(new) <= room:
        return [_event(one, at) for one in new]
    if room <= 0:
        return []
    alone, together = new[: room - 1], new[room - 1 :]
    return [*(_event(one, at) for one in alone), _one_for_all(together, at)]


def _event(problem: Problem, at: datetime) -> ProblemOpened:
    return ProblemOpened(
        key=_key(problem.store, problem.id),
        store=problem.store,
        at=at,
        problem_id=problem.id,
        kind=problem.kind,
        summary=problem.summary,
    )


def _one_for_all(problems: Sequence[Problem], at: datetime) -> ProblemOpened:
    newest = problems[-1]
    kinds = ", ".join(f"{kind} ({count})" for kind, count in Counter(one.kind for one in problems).most_common())
    return ProblemOpened(
        key=_key(newest.store, newest.id),
        store=newest.store,
        at=at,
        problem_id=newest.id,
        kind=SEVERAL,
        summary=f"{len(problems)} problems came together: {kinds}",
    )


def _key(store: str, number: object) -> str:
    return f"{store}:problem:{number}"
