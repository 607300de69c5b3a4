"""The walk that sums of service are compared with: every interval of every day, from the first to the last.

It does the obvious: takes the days one after the other, lays each interval on the zone's clock, and adds what of it
lies within. It keeps nothing, so it costs as much as the span is long. Of hours in the night of a changed clock it
knows nothing, so it is compared over hours of the day.
"""

import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from statistics import median
from zoneinfo import ZoneInfo

from bridge.domain.service_hours import Hours, ServiceCalendar

OFFICE: Hours = ((9 * 3_600, 13 * 3_600), (14 * 3_600, 18 * 3_600))
BERLIN = ServiceCalendar(
    ZoneInfo("Europe/Berlin"), (OFFICE, OFFICE, OFFICE, OFFICE, OFFICE, (), ()), frozenset({date(2026, 12, 25)})
)
BEGIN = datetime(2026, 1, 1, tzinfo=UTC)
YEAR = timedelta(days=365)
SPANS = 400
"""Spans of a year that are summed up in a round, each beginning at another moment of a year."""
ROUNDS = 5


def walked(calendar: ServiceCalendar, a: datetime, b: datetime) -> timedelta:
    """The service from `a` to `b`, interval by interval."""
    found = timedelta()
    day = a.astimezone(calendar.zone).date()
    while day <= b.astimezone(calendar.zone).date():
        if calendar.serves_on(day):
            for begin, end in calendar.week[day.weekday()]:
                found += max(min(_at(calendar, day, end), b) - max(_at(calendar, day, begin), a), timedelta())
        day += timedelta(days=1)
    return found


def sums_against_a_walk(spans: int = SPANS, rounds: int = ROUNDS) -> float:
    """How many times faster sums over spans of a year are made than by the walk: the median over the rounds.

    Each round begins with a new calendar, so what the fast sums prepare is in their time. Raises `AssertionError` where
    the two don't agree.
    """
    starts = [BEGIN + number * YEAR / spans for number in range(spans)]
    return median(_ratio(replace(BERLIN), starts) for _ in range(rounds))


def _ratio(calendar: ServiceCalendar, starts: list[datetime]) -> float:
    fast, quickly = _timed(lambda: [calendar.between(start, start + YEAR) for start in starts])
    slow, slowly = _timed(lambda: [walked(calendar, start, start + YEAR) for start in starts])
    assert fast == slow
    return slowly / quickly


def _timed(work: Callable[[], list[timedelta]]) -> tuple[list[timedelta], float]:
    begun = time.perf_counter()
    found = work()
    return found, time.perf_counter() - begun


def _at(calendar: ServiceCalendar, day: date, second: int) -> datetime:
    midnight = datetime(day.year, day.month, day.day, tzinfo=calendar.zone)
    return (midnight + timedelta(seconds=second)).astimezone(UTC)
