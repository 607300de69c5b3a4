"""Who is told when of a clock that runs out: warnings, the breach, the steps after it (rule T7).

Believes: each step of a promise is told once for ever, which the ticket's history says. A step is told only while it
still says something: not when the clock has ended, not after a higher step, and a best effort has none. Of what the
desk slept through only the highest step is told.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from itertools import takewhile

from bridge.domain.clocks import Clock
from bridge.domain.histories import Wait
from bridge.domain.policies import Policy
from bridge.domain.ticket_terms import AlertTimes, StaffHours

Told = Collection[tuple[str, str]]
"""Steps told or left out, by clock and name: `History.alerts`."""


class StepKind(StrEnum):
    """What a step tells of."""

    WARNING = "warning"
    BREACH = "breach"
    ESCALATION = "escalation"


@dataclass(frozen=True, slots=True)
class Step:
    """One thing to tell about a clock at a moment.

    `number` is a warning's percent or an escalation's place, from 1. `to` names who is told; nobody named means those
    who are told by default: the assignee or everybody.
    """

    clock: str
    kind: StepKind
    number: int
    at: datetime
    to: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """Its stable word: `warning_50`, `breach`, `escalation_1`."""
        return str(self.kind) if self.kind is StepKind.BREACH else f"{self.kind}_{self.number}"


def steps_of(clock: Clock, policy: Policy) -> tuple[Step, ...]:
    """The steps of a clock, the lowest first; those that can't be placed while it stands still left out.

    The policy of now decides which steps there are: it names the people of now. Warnings and breach stand still with
    the clock; an escalation that falls into a wait comes when the wait is over.
    """
    return tuple(_steps(clock, policy))


def due_steps(clock: Clock, policy: Policy, told: Told, now: datetime) -> tuple[Step | None, tuple[Step, ...]]:
    """The one step to tell now, and the lower ones that are left out because it is told in their place."""
    due = list(takewhile(lambda step: step.at <= now, _untold(clock, policy, told)))
    return (due[-1], tuple(due[:-1])) if due else (None, ())


def next_moment(clocks: Sequence[Clock], policy: Policy, told: Told) -> datetime | None:
    """When there is something to tell next, perhaps already; None while nothing is to come."""
    first = (next(_untold(clock, policy, told), None) for clock in clocks)
    return min((step.at for step in first if step is not None), default=None)


def next_step(clock: Clock, policy: Policy, told: Told, now: datetime) -> Step | None:
    """What is told next about a clock: of what is due already the highest."""
    due, _ = due_steps(clock, policy, told, now)
    return due or next(_untold(clock, policy, told), None)


def when_for(step: Step, hours: StaffHours, now: datetime) -> datetime:
    """When somebody is told of a step that is told now, or will be: at once, or when his hours begin (rule T7).

    Before then ask `still_worth_telling` again: a night may have made it needless. May raise `NeverServed`.
    """
    at = max(step.at, now)
    at_once = hours.alerts is AlertTimes.ALWAYS or (
        hours.alerts is AlertTimes.BREACH_AT_ONCE and step.kind is StepKind.BREACH
    )
    return at if at_once else hours.calendar.next_open(at)


def still_worth_telling(clock_key: str, name: str, clocks: Sequence[Clock], told: Told) -> bool:
    """Whether a step that waited for somebody's hours still says something.

    Not if the clock was met or withdrawn, its promise was taken back or stands better again, or a higher step was told
    meanwhile: of several only the highest is sent.
    """
    clock = next((one for one in clocks if one.key == clock_key), None)
    if clock is None or not clock.running or not clock.guaranteed:
        return False
    if height(name) >= _BREACH and not clock.breached:
        return False
    return all(height(other) <= height(name) for key, other in told if key == clock_key)


_BREACH = 1_000
"""The height of a breach; a warning's is its percent, that of an escalation's first step is one more than this."""


def height(name: str) -> int:
    """Which of two steps says more, from their words: the higher one."""
    kind, _, number = name.partition("_")
    if kind == StepKind.BREACH:
        return _BREACH
    return int(number) + (_BREACH if kind == StepKind.ESCALATION else 0)


def _untold(clock: Clock, policy: Policy, told: Told) -> Iterator[Step]:
    """The steps higher than all that have been told, each no sooner than the one before.

    A lower one says nothing any more. Each is placed only when it is asked for.
    """
    highest = max((height(name) for key, name in told if key == clock.key), default=0)
    return _steps(clock, policy, above=highest)


def _steps(clock: Clock, policy: Policy, above: int = 0) -> Iterator[Step]:
    if not clock.running or not clock.guaranteed:
        return
    promise = clock.promise
    for percent in sorted(policy.warn_percents):
        if percent > above:
            at = promise.after(promise.target * percent / 100, clock.waits)
            if at is not None:
                yield Step(clock.key, StepKind.WARNING, percent, at)
    if promise.due is None:
        return
    if above < _BREACH:
        yield Step(clock.key, StepKind.BREACH, 0, promise.due)
    for number, one in enumerate(policy.escalation, start=1):
        at = _outside(clock.waits, promise.due + one.after)
        if at is not None and _BREACH + number > above:
            yield Step(clock.key, StepKind.ESCALATION, number, at, one.to)


def _outside(waits: Sequence[Wait], at: datetime) -> datetime | None:
    """That moment, or the end of the wait that it falls into; None while that has none."""
    for wait in waits:
        if wait.since <= at and (wait.until is None or at < wait.until):
            return wait.until
    return at
