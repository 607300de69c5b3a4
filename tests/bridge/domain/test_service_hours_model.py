"""The fast sums of service against the slow model, which looks at the clock every minute (rules T4, T5)."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from bench.naive_hours import walked
from bridge.domain.service_hours import DAY_SECONDS, Hours, ServiceCalendar, Week
from tests.support.service_weeks import a_calendar, hours, slow_service

ABOUT_TO_CHANGE = {
    "Asia/Tehran": ("2026-11-25", "2022-03-21", "2022-09-21"),
    "Europe/Berlin": ("2026-03-28", "2026-10-24"),
    "America/New_York": ("2026-03-07", "2026-10-31"),
    "Australia/Sydney": ("2026-04-04", "2026-10-03"),
    "Australia/Lord_Howe": ("2026-04-04", "2026-10-03"),
    "America/Santiago": ("2026-04-04", "2026-09-05"),
    "America/Nuuk": ("2026-03-28", "2026-10-24"),
    "America/St_Johns": ("2010-03-13", "2010-11-06"),
    "Pacific/Apia": ("2011-12-29",),
    "Asia/Kolkata": ("2026-12-31",),
}
"""Zones, and days about which their clocks are changed or a year ends."""
DAY = timedelta(days=1)
MINUTES_A_DAY = DAY_SECONDS // 60
FEW = settings(max_examples=60)


@st.composite
def some_hours(draw: st.DrawFn, unit: int = 60) -> Hours:
    """Up to three intervals of a day; now and then the whole of it, or up to its very end."""
    edges = st.one_of(st.sampled_from([0, DAY_SECONDS // unit]), st.integers(0, DAY_SECONDS // unit))
    bounds = sorted(draw(st.lists(edges, min_size=0, max_size=6, unique=True)))
    return tuple((begin * unit, end * unit) for begin, end in zip(bounds[::2], bounds[1::2], strict=False))


@st.composite
def weeks(draw: st.DrawFn, unit: int = 60) -> Week:
    """Seven days with hours of their own, on one of them at least."""
    seven = [draw(some_hours(unit)) for _ in range(7)]
    if not any(seven):
        seven[draw(st.integers(0, 6))] = hours("08:00-20:00")
    one, two, three, four, five, six, seventh = seven
    return one, two, three, four, five, six, seventh


@st.composite
def cases(draw: st.DrawFn, unit: int = 60) -> tuple[ServiceCalendar, datetime]:
    """A calendar, and a moment near a change of its zone's clock."""
    name = draw(st.sampled_from(sorted(ABOUT_TO_CHANGE)))
    about = date.fromisoformat(draw(st.sampled_from(ABOUT_TO_CHANGE[name])))
    near = st.integers(-3, 5).map(lambda days: about + days * DAY)
    calendar = ServiceCalendar(ZoneInfo(name), draw(weeks(unit)), frozenset(draw(st.sets(near, max_size=3))))
    noon = datetime(about.year, about.month, about.day, 12, tzinfo=UTC)
    return calendar, noon + draw(st.timedeltas(-DAY, DAY))


@FEW
@given(cases(), st.timedeltas(timedelta(), 6 * DAY))
def test_T4_T5_a_sum_of_service_is_what_looking_at_the_clock_every_minute_finds(
    case: tuple[ServiceCalendar, datetime], span: timedelta
) -> None:
    calendar, a = case
    assert calendar.between(a, a + span) == slow_service(calendar, a, a + span)


@settings(max_examples=20)
@given(cases(unit=1), st.timedeltas(timedelta(), timedelta(hours=5)))
def test_T4_T5_hours_that_end_on_any_second_are_summed_as_looking_every_second_finds(
    case: tuple[ServiceCalendar, datetime], span: timedelta
) -> None:
    calendar, a = case
    assert calendar.between(a, a + span) == slow_service(calendar, a, a + span, timedelta(seconds=1))


@FEW
@given(cases(unit=1), st.timedeltas(timedelta(microseconds=1), 30 * DAY))
def test_T4_what_was_added_is_what_lies_between_and_not_a_microsecond_sooner(
    case: tuple[ServiceCalendar, datetime], service: timedelta
) -> None:
    calendar, start = case
    due = calendar.add(start, service)
    assert calendar.between(start, due) == service
    assert calendar.between(start, due - timedelta(microseconds=1)) == service - timedelta(microseconds=1)


@FEW
@given(cases(unit=1), st.timedeltas(timedelta(), 30 * DAY))
def test_T4_adding_what_lies_between_comes_back_to_the_last_moment_of_service(
    case: tuple[ServiceCalendar, datetime], span: timedelta
) -> None:
    calendar, a = case
    back = calendar.add(a, calendar.between(a, a + span))
    assert back <= a + span
    assert list(calendar.stretches(back, a + span)) == []
    if calendar.is_open(a + span - timedelta(microseconds=1)):
        assert back == a + span


@FEW
@given(cases(unit=1), st.timedeltas(timedelta(), 30 * DAY), st.timedeltas(timedelta(), 30 * DAY))
def test_T4_a_pause_parts_a_sum_and_loses_nothing(
    case: tuple[ServiceCalendar, datetime], one: timedelta, other: timedelta
) -> None:
    calendar, a = case
    b, c = a + one, a + one + other
    assert calendar.between(a, b) + calendar.between(b, c) == calendar.between(a, c)


@FEW
@given(cases(unit=1), st.timedeltas(timedelta(), 30 * DAY))
def test_T9_the_stretches_told_are_the_sum_and_begin_and_end_with_service(
    case: tuple[ServiceCalendar, datetime], span: timedelta
) -> None:
    calendar, a = case
    told = list(calendar.stretches(a, a + span))
    assert sum((one.length for one in told), timedelta()) == calendar.between(a, a + span)
    assert all(one.end < other.begin for one, other in pairwise(told))
    for one in told:
        assert a <= one.begin < one.end <= a + span
        assert calendar.is_open(one.begin)
        assert calendar.is_open(one.end - timedelta(microseconds=1))
        assert one.end == a + span or not calendar.is_open(one.end)
        assert calendar.next_open(one.begin) == one.begin


YEARS = [
    a_calendar(zone, (0, 1, 2, 3, 4), "09:00-13:00", "14:00-18:30", off=frozenset({date(2026, 12, 25)}))
    for zone in ("Asia/Tehran", "Europe/Berlin", "America/New_York", "Australia/Sydney")
]


@FEW
@given(st.sampled_from(YEARS), st.timedeltas(timedelta(), 1_000 * DAY), st.timedeltas(timedelta(), 1_000 * DAY))
def test_T5_sums_over_years_are_those_of_a_walk_over_every_interval(
    calendar: ServiceCalendar, begin: timedelta, span: timedelta
) -> None:
    a = datetime(2024, 1, 1, tzinfo=UTC) + begin
    assert calendar.between(a, a + span) == walked(calendar, a, a + span)
