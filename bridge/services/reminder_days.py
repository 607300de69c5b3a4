"""Days of reminders that are named otherwise in the settings now: they hold for what there is already (rules C17, L6).

Whatever is to be reminded of has a deadline, so by these it is found. Who has gone past a day before the settings named
it is not reminded of it late; but what was due already when they were changed is still to be fired, and stays so.
"""

from collections.abc import Mapping
from datetime import datetime

from bridge.contracts.deadlines import DeadlineKind
from bridge.contracts.desk import Tx
from bridge.domain.desk_terms import DeskTerms
from bridge.domain.licence_history import next_moment as next_of_licence
from bridge.services.expiring import A_SECOND, next_moment

REMINDED_OF = (DeadlineKind.PACKAGE, DeadlineKind.LICENCE)
"""What is reminded of on days that the settings name."""


def arm_again(tx: Tx, terms: DeskTerms, kind: DeadlineKind, *, after: int, at: datetime, limit: int) -> int | None:
    """Remember anew when the store's packages, or licences, are to be looked at next.

    They are taken a page at a time: returns after which number the next page begins, None at the end.
    """
    page = tx.deadlines.page(terms.store, kind, after=after, limit=limit)
    moments = _next_moments(tx, terms, kind, {one.ref: min(at, one.due_at - A_SECOND) for one in page})
    tx.deadlines.set(one._replace(due_at=due) for one in page if (due := moments.get(one.ref)) is not None)
    return page[-1].ref if len(page) == limit else None


def _next_moments(
    tx: Tx, terms: DeskTerms, kind: DeadlineKind, seen_from: Mapping[int, datetime]
) -> dict[int, datetime | None]:
    """When each of these is to be looked at next, seen from a moment; None for never."""
    if kind is DeadlineKind.PACKAGE:
        packages = tx.ledger.packages(seen_from)
        return {number: next_moment(one, terms.reminder_days, seen_from[number]) for number, one in packages.items()}
    licences, days = tx.licences.by_ids(terms.store, seen_from), terms.licences.expiring_days
    return {number: next_of_licence(one.now, seen_from[number], expiring_days=days) for number, one in licences.items()}
