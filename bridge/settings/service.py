"""When people are served: days of the week, hours of the day, a zone, holidays (rules T4, T5).

Believes: hours are written as the clock of their zone shows them. An interval never crosses midnight, so that each
belongs to one day and it is plain what a holiday takes away.
"""

import re
from collections.abc import Mapping
from datetime import date, timedelta
from types import MappingProxyType
from typing import Annotated, Literal, Self, get_args
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, Field, PlainSerializer, model_validator

from bridge.domain.service_hours import DAY_SECONDS, WHOLE_DAY, Hours, ServiceCalendar
from bridge.settings.base import Broken, Section, all_broken, broken
from bridge.settings.days_off import FIRST_YEAR, LAST_YEAR, HolidaySettings
from bridge.settings.zone import check_zone_or_none

Weekday = Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
WEEKDAYS: tuple[Weekday, ...] = get_args(Weekday)

_INTERVAL = re.compile(r"([0-9]{2}):([0-5][0-9])-([0-9]{2}):([0-5][0-9])")
MOST_INTERVALS = 24


def _days(days: tuple[Weekday, ...]) -> tuple[Weekday, ...]:
    if not days:
        raise broken("must name at least one day", value="")
    repeated = [Broken("must not be named twice", (at,)) for at, day in enumerate(days) if day in days[:at]]
    if repeated:
        raise all_broken(repeated)
    return days


def _interval(written: str) -> str:
    """One interval as `09:00-17:30`, within a day."""
    match = _INTERVAL.fullmatch(written)
    if match is None or _bounds(written)[1] > DAY_SECONDS:
        raise broken("must be hours of a day as 09:00-17:30, at most to 24:00")
    begin, end = _bounds(written)
    if begin >= end:
        raise broken("must end after it begins; what is past midnight belongs to the next day, from 00:00")
    return written


def _apart(written: tuple[str, ...]) -> tuple[str, ...]:
    if len(written) > MOST_INTERVALS:
        raise broken(f"must have at most {MOST_INTERVALS} intervals", value="")
    found = []
    for at, one in enumerate(written):
        begin, end = _bounds(one)
        for other in written[:at]:
            if begin < _bounds(other)[1] and _bounds(other)[0] < end:
                found.append(Broken(f"must not overlap {other}", (at,)))
                break
    if found:
        raise all_broken(found)
    return written


def _not_empty(written: tuple[str, ...]) -> tuple[str, ...]:
    if not written:
        raise broken("must have hours; a day without any is left out of the days of service", value="")
    return written


def _frozen(hours: Mapping[Weekday, tuple[str, ...]]) -> Mapping[Weekday, tuple[str, ...]]:
    return MappingProxyType(dict(hours))


Days = Annotated[tuple[Weekday, ...], AfterValidator(_days)]
"""Days of the week, each once."""
Intervals = Annotated[tuple[Annotated[str, AfterValidator(_interval)], ...], AfterValidator(_apart)]
"""Hours of a day, in any order; none of them means the whole day."""
HoursOn = Annotated[
    Mapping[Weekday, Annotated[Intervals, AfterValidator(_not_empty)]], AfterValidator(_frozen), PlainSerializer(dict)
]
"""Hours by the day of the week."""
ServiceZone = Annotated[str, AfterValidator(check_zone_or_none)]
"""A zone by its IANA name, or nothing: the store's."""


class ServiceSettings(Section):
    """When the store itself serves: those with a licence only, and packages whose plan has left this file."""

    days: Days = Field(default=WEEKDAYS, description="The days of the week on which the store serves.")
    hours: Intervals = Field(
        default=(),
        description=(
            'The hours of these days, such as ["09:00-13:00", "14:00-18:00"]; an empty list means whole days (rule T5).'
        ),
    )
    hours_on: HoursOn = Field(
        default={},
        description='Days with other hours than the rest, such as { saturday = ["09:00-12:00"] }.',
    )
    zone: ServiceZone = Field(
        default="", description="The time zone of these hours by its IANA name; left out, the store's zone."
    )
    holidays: HolidaySettings = Field(default_factory=HolidaySettings, description="The days off.")

    @model_validator(mode="after")
    def _serves_at_all(self) -> Self:
        if found := unfit_hours(self.days, self.hours_on, self.holidays, prefix=""):
            raise all_broken(found)
        return self

    def calendar(self, store_zone: ZoneInfo) -> ServiceCalendar:
        """The store's own calendar."""
        return service_calendar(self.days, self.hours, self.hours_on, self.zone, self.holidays, store_zone)


def service_calendar(
    days: tuple[Weekday, ...],
    hours: tuple[str, ...],
    hours_on: Mapping[Weekday, tuple[str, ...]],
    zone: str,
    holidays: HolidaySettings,
    store_zone: ZoneInfo,
) -> ServiceCalendar:
    """The calendar that such lines of a store's file stand for."""
    monday, tuesday, wednesday, thursday, friday, saturday, sunday = (
        _hours(hours_on.get(day, hours)) if day in days else () for day in WEEKDAYS
    )
    week = (monday, tuesday, wednesday, thursday, friday, saturday, sunday)
    return ServiceCalendar(ZoneInfo(zone) if zone else store_zone, week, holidays.days_off())


def unfit_hours(
    days: tuple[Weekday, ...], hours_on: Mapping[Weekday, object], holidays: HolidaySettings, *, prefix: str
) -> list[Broken]:
    """What of a service's lines does not fit the others; `prefix` is what the names of days and hours begin with."""
    found = [
        Broken(f"must be one of {prefix}days, or nobody is served then", (f"{prefix}hours_on", day), "")
        for day in hours_on
        if day not in days
    ]
    if (year := _year_without(days, holidays)) is not None:
        rule = f"must leave at least one day of service in every year; there is none in {year}"
        found.append(Broken(rule, ("holidays",), ""))
    return found


def _year_without(days: tuple[Weekday, ...], holidays: HolidaySettings) -> int | None:
    """The first year that has no day of service."""
    off = holidays.days_off()
    if not off:
        return None
    served = {WEEKDAYS.index(day) for day in days}
    years = {day.year for day in off} | set(range(FIRST_YEAR, LAST_YEAR + 1))
    return next((year for year in sorted(years) if not _serves_in(year, served, off)), None)


def _serves_in(year: int, served: set[int], off: frozenset[date]) -> bool:
    day = date(year, 1, 1)
    while day.year == year:
        if day.weekday() in served and day not in off:
            return True
        day += timedelta(days=1)
    return False


def _hours(written: tuple[str, ...]) -> Hours:
    """Intervals in order; those that touch are one."""
    found: list[tuple[int, int]] = []
    for begin, end in sorted(map(_bounds, written)):
        if found and found[-1][1] == begin:
            found[-1] = found[-1][0], end
        else:
            found.append((begin, end))
    return tuple(found) or WHOLE_DAY


def _bounds(written: str) -> tuple[int, int]:
    """Begin and end of `09:00-17:30` in seconds."""
    begin, _, end = written.partition("-")
    return _second(begin), _second(end)


def _second(written: str) -> int:
    hour, _, minute = written.partition(":")
    return int(hour) * 3_600 + int(minute) * 60
