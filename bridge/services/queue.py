"""The queue of a store's tickets, a page at a time: it costs the same wherever in the queue a page lies (rule T2)."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from heapq import merge
from itertools import islice

from bridge.contracts.desk import Tx
from bridge.contracts.tickets import QueuedTicket, QueueKey
from bridge.domain.desk_terms import DeskTerms
from bridge.domain.queue import QueueRow, Tier, place_of, reason_of, tiers

PAGE = 50


@dataclass(frozen=True, slots=True)
class QueueCursor:
    """Where a page of the queue ended: the next one goes on after it, however the queue has changed meanwhile."""

    place: int
    tier: Tier
    key: QueueKey


def queue_page(
    tx: Tx, terms: DeskTerms, *, at: datetime, after: QueueCursor | None = None, limit: int = PAGE
) -> tuple[list[QueueRow], QueueCursor | None]:
    """The next tickets that wait for staff, and where to go on; None at the end.

    Which plans serve, and so which class comes first, is that of the day of `at`.
    """
    rows: list[QueueRow] = []
    place, cursor = (after.place if after else 0), after
    for tier, queued in islice(_after(tx, terms, at, after, limit), limit):
        place += 1
        rows.append(QueueRow(place, queued.ticket, queued.now, reason_of(tier, queued.now)))
        cursor = QueueCursor(place, tier, queued.key)
    return rows, cursor if len(rows) == limit else None


def _after(
    tx: Tx, terms: DeskTerms, at: datetime, after: QueueCursor | None, limit: int
) -> Iterator[tuple[Tier, QueuedTicket]]:
    """Tickets after a place, class by class; of each standing no more is read than a page needs."""
    calendars = {plan.key: plan.service for plan in terms.plans.plans.values()}
    for tier, standings in tiers(tx.tickets.queued_standings(terms.store), calendars, terms.service, at).items():
        if after is not None and tier < after.tier:
            continue
        key = after.key if after is not None and tier == after.tier else None
        queues = [tx.tickets.queue(terms.store, standing, key, limit) for standing in standings]
        for queued in merge(*queues, key=_place):
            yield tier, queued


def _place(queued: QueuedTicket) -> tuple[bool, datetime, datetime, int]:
    return place_of(queued.ticket, queued.now)
