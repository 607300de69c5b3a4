"""Service calendars for tests, written as a person says them, and the slow model that the fast sums are held to."""

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from bridge.domain.service_hours import WHOLE_DAY, DaysOff, Hours, ServiceCalendar, Week

NO_DAYS_OFF: frozenset[date] = frozenset()
SUNDAY, WORKDAYS, EVERY_DAY = (6,), (0, 1, 2, 3, 4), (0, 1, 2, 3, 4, 5, 6)
SATURDAY_TO_WEDNESDAY = (5, 6, 0, 1, 2)
MINUTE = timedelta(minutes=1)


def hours(*intervals: str) -> Hours:
    """`09:00-13:00` and the like as seconds; nothing is the whole day."""
    return tuple((_seconds(one[:5]), _seconds(one[6:])) for one in intervals) or WHOLE_DAY


def a_week(days: Iterable[int], each: Hours = WHOLE_DAY) -> Week:
    """The same hours on these days of the week, Monday being 0, and none on the others."""
    one, two, three, four, five, six, seven = (each if day in set(days) else () for day in EVERY_DAY)
    return one, two, three, four, five, six, seven


def a_calendar(
    zone: str, days: Iterable[int] = EVERY_DAY, *intervals: str, off: DaysOff = NO_DAYS_OFF
) -> ServiceCalendar:
    """A calendar with the same hours on each of its days."""
    return ServiceCalendar(ZoneInfo(zone), a_week(tuple(days), hours(*intervals)), off)


def days(*written: str) -> frozenset[date]:
    """Local days by their dates."""
    return frozenset(date.fromisoformat(one) for one in written)


def moment(written: str, zone: ZoneInfo) -> datetime:
    """A time as the zone's clock shows it, or with its own offset where the clock shows it twice; in UTC."""
    at = datetime.fromisoformat(written)
    return (at if at.tzinfo else at.replace(tzinfo=zone)).astimezone(UTC)


def slow_service(calendar: ServiceCalendar, a: datetime, b: datetime, step: timedelta = MINUTE) -> timedelta:
    """The service from `a` to `b`, by looking at the clock at every step.

    Right to the microsecond as long as all hours, and all changes of the zone's clock, fall on whole steps.
    """
    found = timedelta()
    at = datetime.fromtimestamp(a.timestamp() // step.total_seconds() * step.total_seconds(), UTC)
    while at < b:
        if _shown_as_open(calendar, at):
            found += min(at + step, b) - max(at, a)
        at += step
    return found


def _shown_as_open(calendar: ServiceCalendar, at: datetime) -> bool:
    clock = at.astimezone(calendar.zone)
    off = calendar.days_off
    if clock.date() in off if isinstance(off, frozenset) else off(clock.date()):
        return False
    second = clock.hour * 3_600 + clock.minute * 60 + clock.second
    return any(begin <= second < end for begin, end in calendar.week[clock.weekday()])


def _seconds(written: str) -> int:
    hour, _, minute = written.partition(":")
    return int(hour) * 3_600 + int(minute) * 60
