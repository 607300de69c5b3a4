"""Why a ticket is due when it is: every stretch that was counted or left out, as values (rule T9).

Nothing is kept of an explanation. It is worked out from the same history as the clocks, so it can't say anything else,
and it is the same whenever it is asked for as of the same moment.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import NamedTuple

from bridge.domain.clock_alerts import Step, next_step
from bridge.domain.clocks import Clock, clocks_of
from bridge.domain.histories import History
from bridge.domain.policies import Policies, PolicyVersion
from bridge.domain.service_hours import ServiceCalendar
from bridge.domain.tickets import Ticket, TicketState


class PartKind(StrEnum):
    """What became of a stretch of time: it counted, no service was given, or the customer was waited for."""

    COUNTED = "counted"
    CLOSED = "closed"
    WAITED = "waited"


class Part(NamedTuple):
    """A stretch of a clock's time. `service` is what was counted in it, or what of it would have been."""

    begin: datetime
    end: datetime
    kind: PartKind
    service: timedelta


class Result(StrEnum):
    """How a clock stands. Late is said of what came after its due time, whether that was guaranteed or not."""

    RUNNING = "running"
    STILL = "still"
    OVERDUE = "overdue"
    BREACHED = "breached"
    MET = "met"
    MET_LATE = "met_late"
    WITHDRAWN = "withdrawn"
    WITHDRAWN_LATE = "withdrawn_late"


@dataclass(frozen=True, slots=True)
class ExplainedClock:
    """One clock with its parts, up to its due time, or to where it stands still; `next` is what is told next."""

    clock: Clock
    parts: tuple[Part, ...]
    result: Result
    next: Step | None

    @property
    def counted(self) -> timedelta:
        """What the parts count up to: the target exactly where the clock has a due time."""
        return sum((part.service for part in self.parts if part.kind is PartKind.COUNTED), timedelta())

    @property
    def days_off(self) -> tuple[date, ...]:
        """The local days among the parts that would have service, but for a holiday."""
        if not self.parts:
            return ()
        calendar = self.clock.promise.calendar
        first, last = (at.astimezone(calendar.zone).date() for at in (self.parts[0].begin, self.parts[-1].end))
        days = (first + timedelta(days=number) for number in range((last - first).days + 1))
        return tuple(day for day in days if calendar.week[day.weekday()] and not calendar.serves_on(day))


@dataclass(frozen=True, slots=True)
class Explanation:
    """All clocks of a ticket as of a moment, and the policy in force then.

    `standing` is what the ticket runs under then, None where nothing was ever said of it.
    """

    ticket: int
    at: datetime
    state: TicketState
    policy: PolicyVersion
    standing: str | None
    clocks: tuple[ExplainedClock, ...]


def explain(ticket: Ticket, history: History, policies: Policies, now: datetime) -> Explanation:
    """Explain every due time of a ticket as of now. May raise `NeverServed`."""
    policy = policies.at(now)
    standings = [standing for at, standing in history.standings if at <= now]
    clocks = tuple(
        ExplainedClock(
            clock, tuple(parts_of(clock)), result_of(clock), next_step(clock, policy.policy, history.alerts, now)
        )
        for clock in clocks_of(ticket, history, policies, now)
    )
    return Explanation(ticket.id, now, history.state, policy, standings[-1] if standings else None, clocks)


def result_of(clock: Clock) -> Result:
    """How a clock stands at its end, or now."""
    if clock.met_at is not None:
        return Result.MET_LATE if clock.late else Result.MET
    if clock.withdrawn_at is not None:
        return Result.WITHDRAWN_LATE if clock.late else Result.WITHDRAWN
    if clock.still:
        return Result.STILL
    if clock.late:
        return Result.BREACHED if clock.guaranteed else Result.OVERDUE
    return Result.RUNNING


def parts_of(clock: Clock) -> Iterator[Part]:
    """The stretches from where the promise is counted to its due time, or to now where it stands still, unbroken."""
    promise = clock.promise
    at, end = promise.begins, promise.due or clock.until
    for wait in clock.waits:
        begin, over = max(wait.since, at), min(wait.until or end, end)
        if begin >= over:
            continue
        yield from _served(promise.calendar, at, begin)
        yield Part(begin, over, PartKind.WAITED, promise.calendar.between(begin, over))
        at = over
    yield from _served(promise.calendar, at, end)


def _served(calendar: ServiceCalendar, begin: datetime, end: datetime) -> Iterator[Part]:
    at = begin
    for stretch in calendar.stretches(begin, end) if begin < end else ():
        if at < stretch.begin:
            yield Part(at, stretch.begin, PartKind.CLOSED, timedelta())
        yield Part(stretch.begin, stretch.end, PartKind.COUNTED, stretch.length)
        at = stretch.end
    if at < end:
        yield Part(at, end, PartKind.CLOSED, timedelta())
