"""How promises about answers were kept in a period: counted clock by clock, whatever their number (rules T3, T9).

A clock belongs to the period in which it started, and to the standing whose promise counted. How long an answer took is
service time outside of waits, from the clock's start. Half of the answers came within the median, nine of ten within
p90: both are times that really occurred (nearest rank). A report takes four bytes an answer; nothing else of it grows.
"""

from array import array
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from bridge.domain.clocks import Clock, counted
from bridge.domain.policies import ClockKind

HOURS_A_DAY, HOURS_A_WEEK = 24, 168
MEDIAN, NINETIETH = 50, 90
_LONGEST = 2**32 - 1
"""Seconds; a hundred years."""


@dataclass(slots=True)
class Kept:
    """What became of some promises.

    `met`, `breached` (of guarantees) and `late` (of best efforts, which can't be breached) are told of clocks that
    ended and of those whose time is over; `open` still run in time or stand still, `withdrawn` needed no answer.
    `answers` are the seconds that each answer took, in time or not.
    """

    met: int = 0
    breached: int = 0
    late: int = 0
    open: int = 0
    withdrawn: int = 0
    answers: "array[int]" = field(default_factory=lambda: array("I"))

    @property
    def owed(self) -> int:
        """All but those that were withdrawn."""
        return self.met + self.breached + self.late + self.open

    def take(self, clock: Clock) -> None:
        """Count one more."""
        if clock.met_at is not None:
            promise = clock.promise
            took = counted(promise.calendar, clock.started, clock.until, clock.waits)
            self.answers.append(min(int(took.total_seconds()), _LONGEST))
        if clock.late:
            self.breached += clock.guaranteed
            self.late += not clock.guaranteed
        elif clock.met_at is not None:
            self.met += 1
        elif clock.withdrawn_at is not None:
            self.withdrawn += 1
        else:
            self.open += 1

    def add(self, other: "Kept") -> None:
        """Count all of another."""
        self.met += other.met
        self.breached += other.breached
        self.late += other.late
        self.open += other.open
        self.withdrawn += other.withdrawn
        self.answers.extend(other.answers)

    def within(self, *percents: int) -> list[timedelta | None]:
        """In what time so many of a hundred answers came; None where there was no answer."""
        if not self.answers:
            return [None] * len(percents)
        took = array("I", sorted(self.answers))
        return [timedelta(seconds=took[max(-(-len(took) * percent // 100), 1) - 1]) for percent in percents]


class ReportKey(NamedTuple):
    """Of which standing and of which clock something is told."""

    standing: str
    kind: ClockKind


class SlaReport:
    """The clocks of one store that started from `begin` to before `end`, by the hours of the week in its zone."""

    def __init__(self, zone: ZoneInfo, begin: datetime, end: datetime) -> None:
        self.zone, self.begin, self.end = zone, begin, end
        self._kept: dict[ReportKey, dict[int, Kept]] = {}

    def take(self, clocks: Sequence[Clock]) -> None:
        """Count a ticket's clocks; those of another time are left out."""
        for clock in clocks:
            if self.begin <= clock.started < self.end:
                local = clock.started.astimezone(self.zone)
                hour = local.weekday() * HOURS_A_DAY + local.hour
                key = ReportKey(clock.promise.standing, clock.kind)
                self._kept.setdefault(key, {}).setdefault(hour, Kept()).take(clock)

    @property
    def begun(self) -> bool:
        """Whether any clock started then."""
        return bool(self._kept)

    def totals(self, standings: Sequence[str]) -> Iterator[tuple[ReportKey, Kept]]:
        """All hours together: these standings in their order, then any others; of each the kinds of clocks."""
        for key in self._keys(standings):
            total = Kept()
            for kept in self._kept[key].values():
                total.add(kept)
            yield key, total

    def hours(self, standings: Sequence[str]) -> Iterator[tuple[ReportKey, int, Kept]]:
        """The same hour by hour of the week, from 0 for Monday's first; hours in which nothing started left out."""
        for key in self._keys(standings):
            for hour, kept in sorted(self._kept[key].items()):
                yield key, hour, kept

    def _keys(self, standings: Sequence[str]) -> list[ReportKey]:
        places = {standing: place for place, standing in enumerate(standings)}
        kinds = list(ClockKind)
        return sorted(
            self._kept,
            key=lambda key: (places.get(key.standing, len(places)), key.standing, kinds.index(key.kind)),
        )
