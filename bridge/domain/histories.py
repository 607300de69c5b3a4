"""What follows from a ticket's history, as values: how it stands, and what its clocks go by (rules T6, T9, T10)."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from bridge.domain.entitlement import Entitlement, Way
from bridge.domain.ticket_terms import LICENCE, NONE
from bridge.domain.tickets import TicketKind, TicketState, Urgency


@dataclass(frozen=True, slots=True)
class Wait:
    """A time in which the customer's answer or approval was awaited; `until` is None while it still is."""

    since: datetime
    until: datetime | None = None


class Turn(StrEnum):
    """What in a ticket's course its clocks go by (rule T6).

    The customer wrote, staff answered in public, no answer is needed; the customer's answer or approval was awaited,
    and was not any more; the ticket was resolved or closed, opened again, merged into another.
    """

    ASKED = "asked"
    ANSWERED = "answered"
    DISMISSED = "dismissed"
    WAITING = "waiting"
    RESUMED = "resumed"
    ENDED = "ended"
    REOPENED = "reopened"
    MERGED = "merged"


class Mark(NamedTuple):
    """One turn of a ticket's course.

    `joined_at` is when something asked in another ticket came to this one; that may be older than this one.
    """

    at: datetime
    turn: Turn
    joined_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class UrgencyChange:
    """What was said of a ticket's urgency, and when.

    `counts_from` is when it was confirmed in the ticket that it came from; None for what was said in this one.
    """

    at: datetime
    urgency: Urgency
    counts_from: datetime | None = None


@dataclass(frozen=True, slots=True)
class History:
    """What follows from a ticket's history.

    `since` is when the state came about, or when the customer was last asked or offered something while it lasts.
    `asked` are the moments at which the customer wrote, `answered` those at which staff answered him in public:
    only that answers (rule T6). `standings` are the plans, best at each moment, that the ticket ran under. `covers`
    are the decisions on how help in it is covered, the last of which holds (rules L2, L3). `alerts` are the steps of
    its clocks that have been told or left out (rule T7). `course` has what clocks go by in the order it happened, so
    that it is plain of one moment, too, what came first.
    """

    state: TicketState
    since: datetime
    kind: TicketKind
    urgency: Urgency = Urgency.NONE
    assignee: str | None = None
    merged_into: int | None = None
    reopened: int = 0
    asked: tuple[datetime, ...] = ()
    answered: tuple[datetime, ...] = ()
    waits: tuple[Wait, ...] = ()
    ended: tuple[datetime, ...] = ()
    reopenings: tuple[datetime, ...] = ()
    dismissed: tuple[datetime, ...] = ()
    urgencies: tuple[UrgencyChange, ...] = ()
    standings: tuple[tuple[datetime, str], ...] = ()
    covers: tuple[tuple[datetime, Entitlement], ...] = ()
    alerts: tuple[tuple[str, str], ...] = ()
    course: tuple[Mark, ...] = ()

    @property
    def cover(self) -> Entitlement | None:
        """How help in it is covered; None where that was never decided, as where the store sells no licences."""
        return self.covers[-1][1] if self.covers else None

    def standing_at(self, moment: datetime, standing: str) -> str:
        """What the ticket runs under, where that of its customer's packages is given.

        A licence counts where there is no package, and goes on to when it has ended: the decision is what holds (L3).
        """
        if standing != NONE:
            return standing
        covers = [cover for at, cover in self.covers if at <= moment]
        return LICENCE if covers and covers[-1].way is Way.LICENCE else NONE

    def urgent_since(self, until: datetime, *, asked: datetime) -> datetime | None:
        """Since when what was asked then was urgent at a moment, None where it was not; to ask decides nothing.

        Its first confirmation counts, also where that was taken back and urgency confirmed again: else staff could put
        off a breach (rule T3). What was taken back before it was asked says nothing of it.
        """
        since, is_urgent = None, False
        for change in self.urgencies:
            if change.at > until:
                break
            if change.urgency is Urgency.REFUSED:
                since, is_urgent = since if change.at > asked else None, False
            elif change.urgency is Urgency.CONFIRMED:
                since, is_urgent = min(since or change.at, change.counts_from or change.at), True
        return since if is_urgent else None
