"""A hundred thousand tickets whose clocks are worked out anew from their histories, as after a change of the policy.

Four kinds of tickets in equal parts: a first answer alone; a question after an answer; one that waited for an approval;
one that is urgent under a plan that became better. Their histories are made before the time is taken: what is measured
is the clocks alone, and beside it the clocks together with the next alert of each ticket.
"""

import time
from datetime import UTC, datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from bridge.domain.clock_alerts import next_moment
from bridge.domain.clocks import clocks_of
from bridge.domain.histories import History
from bridge.domain.policies import Policies, Policy, PolicyVersion, Service
from bridge.domain.service_hours import WHOLE_DAY, ServiceCalendar
from bridge.domain.ticket_history import history_of
from bridge.domain.tickets import Author, Message, MessageKind, Ticket

TICKETS = 100_000
TEHRAN = ZoneInfo("Asia/Tehran")
BEGIN = datetime(2026, 1, 1, tzinfo=UTC)
NOW = BEGIN + timedelta(days=365)
MINUTES_OF_A_YEAR = 365 * 24 * 60
HOUR = timedelta(hours=1)
FIVE_DAYS = ServiceCalendar(TEHRAN, (WHOLE_DAY, WHOLE_DAY, WHOLE_DAY, (), (), WHOLE_DAY, WHOLE_DAY))
SEVEN_DAYS = ServiceCalendar(TEHRAN)
POLICY = Policy({"essential": Service(FIVE_DAYS), "base": Service(SEVEN_DAYS), "package": Service(SEVEN_DAYS)})
POLICIES = Policies([PolicyVersion(1, BEGIN, POLICY)])

Told = tuple[Ticket, History]


class Recomputed(NamedTuple):
    """How long it took, in seconds, and how many clocks there were."""

    clocks: int
    for_clocks: float
    with_alerts: float


def tickets(count: int = TICKETS) -> list[Told]:
    """That many tickets with what follows from their messages, opened at all minutes of a year."""
    return [_ticket(number, BEGIN + timedelta(minutes=number * 37 % MINUTES_OF_A_YEAR)) for number in range(count)]


def recompute(told: list[Told]) -> Recomputed:
    """Work out the clocks of all of them, and once more with what each has to tell next."""
    begun = time.perf_counter()
    clocks = sum(len(clocks_of(ticket, history, POLICIES, NOW)) for ticket, history in told)
    worked_out = time.perf_counter()
    for ticket, history in told:
        next_moment(clocks_of(ticket, history, POLICIES, NOW), POLICY, history.alerts)
    return Recomputed(clocks, worked_out - begun, time.perf_counter() - worked_out)


def _ticket(number: int, at: datetime) -> Told:
    ticket = Ticket(number, "acme", number, "", at, Author.CUSTOMER)
    messages = [_message(at, MessageKind.STANDING, standing="essential"), _message(at, by=Author.CUSTOMER)]
    match number % 4:
        case 1:
            messages += [_message(at + HOUR), _message(at + 30 * HOUR, by=Author.CUSTOMER)]
        case 2:
            messages += [
                _message(at + HOUR, MessageKind.OFFERED, quote=1),
                _message(at + 30 * HOUR, MessageKind.APPROVED, quote=1),
            ]
        case 3:
            messages += [
                _message(at + HOUR, MessageKind.STANDING, standing="base"),
                _message(at + 2 * HOUR, MessageKind.URGENT_CONFIRMED),
            ]
    return ticket, history_of(ticket, messages)


def _message(
    at: datetime, kind: MessageKind = MessageKind.TEXT, by: Author = Author.STAFF, **detail: str | int
) -> Message:
    return Message(at, by, kind, detail=detail)
