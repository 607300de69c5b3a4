"""The order in which tickets wait for staff, and why each has its place (rule T2).

Whoever has paid for a package comes first, on days without service of his plan after those whose plan serves; then
whoever has a licence alone, then all others. Within a class: confirmed urgent first, then what is due first, then what
waits longest. What has no due time comes after all that has one.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import IntEnum

from bridge.domain.service_hours import ServiceCalendar
from bridge.domain.ticket_terms import LICENCE, NONE
from bridge.domain.tickets import Ticket, TicketNow, Urgency

_NEVER = datetime.max.replace(tzinfo=UTC)

Place = tuple[bool, datetime, datetime, int]
"""What tickets of one class are ordered by."""


class Tier(IntEnum):
    """A class of the queue, the first first."""

    SERVED = 0
    OFF_TODAY = 1
    LICENCE = 2
    NONE = 3


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a ticket stands where it does: its class, what it runs under, and what orders it within the class."""

    tier: Tier
    standing: str
    urgent: bool
    due: datetime | None
    guaranteed: bool
    since: datetime


@dataclass(frozen=True, slots=True)
class QueueRow:
    """One ticket of the queue; `place` counts from 1."""

    place: int
    ticket: Ticket
    now: TicketNow
    reason: Reason


def tiers(
    standings: Iterable[str], plans: Mapping[str, ServiceCalendar], store: ServiceCalendar, at: datetime
) -> dict[Tier, list[str]]:
    """The standings that tickets wait under, by their class on the day of that moment; a class without any is left out.

    A package without a plan, and one whose plan has left the settings, is served in the `store`'s hours.
    """
    found: dict[Tier, list[str]] = {}
    for standing in sorted(standings):
        found.setdefault(tier_of(standing, plans.get(standing, store), at), []).append(standing)
    return dict(sorted(found.items()))


def tier_of(standing: str, calendar: ServiceCalendar, at: datetime) -> Tier:
    """The class of one standing: its day of service is that of its own zone."""
    if standing == NONE:
        return Tier.NONE
    if standing == LICENCE:
        return Tier.LICENCE
    return Tier.SERVED if calendar.serves_on(at.astimezone(calendar.zone).date()) else Tier.OFF_TODAY


def place_of(ticket: Ticket, now: TicketNow) -> Place:
    """Where a ticket stands within its class."""
    return now.urgency is not Urgency.CONFIRMED, now.due or _NEVER, now.since, ticket.id


def reason_of(tier: Tier, now: TicketNow) -> Reason:
    """Why a ticket of a class stands where it does."""
    return Reason(tier, now.standing, now.urgency is Urgency.CONFIRMED, now.due, now.guaranteed, now.since)
