"""When a promise is due, worked out by hand: zones, changed clocks, holidays, hours of every kind (rules T4, T5)."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from bridge.domain.service_hours import ALWAYS, WHOLE_WEEK, ServiceCalendar, Stretch, Week
from bridge.errors import NeverServed
from tests.support.service_weeks import (
    EVERY_DAY,
    SATURDAY_TO_WEDNESDAY,
    SUNDAY,
    WORKDAYS,
    a_calendar,
    a_week,
    days,
    hours,
    moment,
)

ESSENTIAL = a_calendar("Asia/Tehran", SATURDAY_TO_WEDNESDAY)
BASE = a_calendar("Asia/Tehran")
SATURDAY_OFF = a_calendar("Asia/Tehran", SATURDAY_TO_WEDNESDAY, off=days("2026-11-28"))
WEDNESDAY_OFF = a_calendar("Asia/Tehran", SATURDAY_TO_WEDNESDAY, off=days("2026-11-25"))
WEEK_OFF = a_calendar(
    "Asia/Tehran",
    SATURDAY_TO_WEDNESDAY,
    off=days("2026-11-28", "2026-11-29", "2026-11-30", "2026-12-01", "2026-12-02"),
)
OFFICE_HOURS = ("09:00-13:00", "14:00-18:00")
OFFICE = a_calendar("Europe/Berlin", WORKDAYS, *OFFICE_HOURS)
CHRISTMAS = a_calendar("Europe/Berlin", WORKDAYS, *OFFICE_HOURS, off=days("2026-12-24", "2026-12-25", "2027-01-01"))
BERLIN = a_calendar("Europe/Berlin")
BERLIN_WORKDAYS = a_calendar("Europe/Berlin", WORKDAYS)
BERLIN_SUNDAYS = a_calendar("Europe/Berlin", SUNDAY)
NIGHTS = a_calendar("Europe/Berlin", EVERY_DAY, "00:00-06:00", "22:00-24:00")
AT_HALF_PAST_TWO = a_calendar("Europe/Berlin", EVERY_DAY, "02:30-05:00")
FROM_TWO_TO_THREE = a_calendar("Europe/Berlin", EVERY_DAY, "02:00-03:00")
NEW_YORK = a_calendar("America/New_York")
NEW_YORK_WORKDAYS = a_calendar("America/New_York", WORKDAYS)
NEW_YORK_SMALL_HOURS = a_calendar("America/New_York", EVERY_DAY, "01:30-02:30")
NEW_YORK_WEEKENDS = a_calendar("America/New_York", (5, 6), "10:00-16:00")
SYDNEY = a_calendar("Australia/Sydney")
SYDNEY_SUNDAYS = a_calendar("Australia/Sydney", SUNDAY, "01:00-05:00")
SYDNEY_OFFICE = a_calendar("Australia/Sydney", WORKDAYS, "09:00-17:00", off=days("2026-10-05"))
LORD_HOWE = a_calendar("Australia/Lord_Howe")
KOLKATA = a_calendar("Asia/Kolkata", (0, 1, 2, 3, 4, 5), "09:30-18:30")
NUUK_SATURDAYS = a_calendar("America/Nuuk", (5,))
APIA = a_calendar("Pacific/Apia")
SANTIAGO = a_calendar("America/Santiago", SUNDAY)
SAINT_JOHNS_SATURDAYS = a_calendar("America/St_Johns", (5,))

PUBLISHED = {
    "Essential, opened on Wednesday evening": (ESSENTIAL, "2026-11-25 18:00", "24:00", "2026-11-28 18:00"),
    "Essential, opened on its first day off": (ESSENTIAL, "2026-11-26 10:00", "24:00", "2026-11-29 00:00"),
    "Base, opened on the same Thursday": (BASE, "2026-11-26 10:00", "24:00", "2026-11-27 10:00"),
}
BY_HAND = {
    # --- Tehran, whole days, Saturday to Wednesday
    "the last second of a week": (ESSENTIAL, "2026-11-25 23:59:59", "24:00", "2026-11-28 23:59:59"),
    "a whole day ends at its midnight": (ESSENTIAL, "2026-11-25 00:00", "24:00", "2026-11-26 00:00"),
    "the last second of the days off": (ESSENTIAL, "2026-11-27 23:59:59", "24:00", "2026-11-29 00:00"),
    "the first second of a week": (ESSENTIAL, "2026-11-28 00:00", "24:00", "2026-11-29 00:00"),
    "two days with a weekend between": (ESSENTIAL, "2026-11-24 12:00", "48:00", "2026-11-28 12:00"),
    "what is left of a week": (ESSENTIAL, "2026-11-24 12:00", "36:00", "2026-11-26 00:00"),
    "five days of service are a week": (ESSENTIAL, "2026-11-28 10:00", "120:00", "2026-12-05 10:00"),
    "urgent before the weekend": (ESSENTIAL, "2026-11-25 18:00", "4:00", "2026-11-25 22:00"),
    "urgent over the weekend": (ESSENTIAL, "2026-11-25 22:00", "4:00", "2026-11-28 02:00"),
    "nothing is owed on a day off": (ESSENTIAL, "2026-11-26 10:00", "0:00", "2026-11-26 10:00"),
    "to the very end of a week": (ESSENTIAL, "2026-11-25 18:00", "6:00", "2026-11-26 00:00"),
    "a second more than the week has": (ESSENTIAL, "2026-11-25 18:00", "6:00:01", "2026-11-28 00:00:01"),
    # --- holidays
    "the first day after the weekend is off": (SATURDAY_OFF, "2026-11-25 18:00", "24:00", "2026-11-29 18:00"),
    "opened on a weekend that is longer": (SATURDAY_OFF, "2026-11-26 10:00", "24:00", "2026-11-30 00:00"),
    "opened on the holiday itself": (SATURDAY_OFF, "2026-11-28 10:00", "24:00", "2026-11-30 00:00"),
    "a holiday before the weekend": (WEDNESDAY_OFF, "2026-11-24 18:00", "24:00", "2026-11-28 18:00"),
    "a whole week off": (WEEK_OFF, "2026-11-25 18:00", "24:00", "2026-12-05 18:00"),
    "Christmas Eve and Day": (CHRISTMAS, "2026-12-23 17:00", "2:00", "2026-12-28 10:00"),
    "New Year's Day": (CHRISTMAS, "2026-12-31 17:30", "1:00", "2027-01-04 09:30"),
    "five days' work around Christmas": (CHRISTMAS, "2026-12-21 09:00", "40:00", "2026-12-29 18:00"),
    "Labour Day in Sydney, and the clocks go forward": (
        SYDNEY_OFFICE,
        "2026-10-02 16:00",
        "2:00",
        "2026-10-06 10:00",
    ),
    # --- several intervals a day
    "over the weekend": (OFFICE, "2026-11-27 17:00", "4:00", "2026-11-30 12:00"),
    "over lunch": (OFFICE, "2026-11-27 12:00", "2:00", "2026-11-27 15:00"),
    "opened at lunch": (OFFICE, "2026-11-27 13:30", "1:00", "2026-11-27 15:00"),
    "to the end of the morning": (OFFICE, "2026-11-30 09:00", "4:00", "2026-11-30 13:00"),
    "a second more than the morning has": (OFFICE, "2026-11-30 09:00", "4:00:01", "2026-11-30 14:00:01"),
    "to the end of the day": (OFFICE, "2026-11-30 09:00", "8:00", "2026-11-30 18:00"),
    "three days, opened before the first": (OFFICE, "2026-11-30 08:00", "24:00", "2026-12-02 18:00"),
    "opened on a Saturday": (OFFICE, "2026-11-28 10:00", "1:00", "2026-11-30 10:00"),
    "office hours don't feel the clocks go forward": (OFFICE, "2026-03-27 17:00", "2:00", "2026-03-30 10:00"),
    "office hours don't feel the clocks go back": (OFFICE, "2026-10-23 17:00", "2:00", "2026-10-26 10:00"),
    "half hours in India": (KOLKATA, "2026-11-28 18:00", "1:00", "2026-11-30 10:00"),
    # --- Berlin: forward on 29 March at 2, back on 25 October at 3
    "a day of 23 hours": (BERLIN, "2026-03-28 12:00", "24:00", "2026-03-29 13:00"),
    "a day of 25 hours": (BERLIN, "2026-10-24 12:00", "24:00", "2026-10-25 11:00"),
    "the change falls on the weekend": (BERLIN_WORKDAYS, "2026-03-27 12:00", "24:00", "2026-03-30 12:00"),
    "the short Sunday alone": (BERLIN_SUNDAYS, "2026-03-29 00:00", "23:00", "2026-03-30 00:00"),
    "the long Sunday alone": (BERLIN_SUNDAYS, "2026-10-25 00:00", "25:00", "2026-10-26 00:00"),
    "a day's service is more than the short Sunday": (BERLIN_SUNDAYS, "2026-03-29 00:00", "24:00", "2026-04-05 01:00"),
    "due at the moment of the change": (NIGHTS, "2026-03-28 22:00", "4:00", "2026-03-29 03:00"),
    "a night that lacks an hour": (NIGHTS, "2026-03-28 22:00", "6:00", "2026-03-29 05:00"),
    "a night with an hour more": (NIGHTS, "2026-10-24 22:00", "6:00", "2026-10-25 03:00+01:00"),
    "that hour's end": (NIGHTS, "2026-10-24 22:00", "9:00", "2026-10-25 06:00"),
    "hours that begin in the missing hour": (AT_HALF_PAST_TWO, "2026-03-28 12:00", "2:00", "2026-03-29 05:00"),
    "hours that begin in the double hour": (AT_HALF_PAST_TWO, "2026-10-25 00:00", "0:30", "2026-10-25 02:00+01:00"),
    "those hours, the second time": (AT_HALF_PAST_TWO, "2026-10-25 00:00", "1:00", "2026-10-25 03:00+01:00"),
    "hours that don't come that day": (FROM_TWO_TO_THREE, "2026-03-28 12:00", "1:00", "2026-03-30 03:00"),
    "hours that come twice that day": (FROM_TWO_TO_THREE, "2026-10-24 12:00", "2:00", "2026-10-25 03:00+01:00"),
    # --- New York: forward on 8 March at 2, back on 1 November at 2
    "New York, a day of 23 hours": (NEW_YORK, "2026-03-07 12:00", "24:00", "2026-03-08 13:00"),
    "New York, a day of 25 hours": (NEW_YORK, "2026-10-31 12:00", "24:00", "2026-11-01 11:00"),
    "New York, the change on the weekend": (NEW_YORK_WORKDAYS, "2026-10-30 12:00", "24:00", "2026-11-02 12:00"),
    "New York, half an hour is missing": (NEW_YORK_SMALL_HOURS, "2026-03-07 12:00", "1:00", "2026-03-09 02:00"),
    "New York, half an hour twice": (NEW_YORK_SMALL_HOURS, "2026-10-31 12:00", "1:30", "2026-11-01 02:30-05:00"),
    "New York, at weekends": (NEW_YORK_WEEKENDS, "2026-10-31 15:00", "2:00", "2026-11-01 11:00"),
    # --- the southern half: summer begins in October and ends in April
    "Sydney, a day of 23 hours": (SYDNEY, "2026-10-03 12:00", "24:00", "2026-10-04 13:00"),
    "Sydney, a day of 25 hours": (SYDNEY, "2026-04-04 12:00", "24:00", "2026-04-05 11:00"),
    "Sydney, a morning that lacks an hour": (SYDNEY_SUNDAYS, "2026-10-03 12:00", "4:00", "2026-10-11 02:00"),
    "Sydney, a morning with an hour more": (SYDNEY_SUNDAYS, "2026-04-04 12:00", "5:00", "2026-04-05 05:00"),
    "Lord Howe goes forward by half an hour": (LORD_HOWE, "2026-10-03 12:00", "24:00", "2026-10-04 12:30"),
    "and back by half an hour": (LORD_HOWE, "2026-04-04 12:00", "24:00", "2026-04-05 11:30"),
    "Santiago, a Sunday that begins at 1": (SANTIAGO, "2026-09-05 12:00", "23:00", "2026-09-07 00:00"),
    # --- clocks that change at midnight
    "Tehran in 2022, a day that begins at 1": (ESSENTIAL, "2022-03-21 12:00", "24:00", "2022-03-22 13:00"),
    "Tehran in 2022, a day whose last hour comes twice": (
        ESSENTIAL,
        "2022-09-21 12:00",
        "24:00",
        "2022-09-24 11:00",
    ),
    "Nuuk, a Saturday that ends at 23": (NUUK_SATURDAYS, "2026-03-28 00:00", "24:00", "2026-04-04 01:00"),
    "Nuuk, a Saturday whose last hour comes twice": (NUUK_SATURDAYS, "2026-10-24 00:00", "25:00", "2026-10-25 00:00"),
    "Apia, where 30 December 2011 never was": (APIA, "2011-12-29 12:00", "24:00", "2011-12-31 12:00"),
    "St. John's in 2010, a minute of Sunday amid Saturday": (
        SAINT_JOHNS_SATURDAYS,
        "2010-11-06 12:00",
        "12:30",
        "2010-11-06 23:31-03:30",
    ),
}


def duration(written: str) -> timedelta:
    hour, minute, second = (int(part) for part in f"{written}:0".split(":")[:3])
    return timedelta(hours=hour, minutes=minute, seconds=second)


def check(calendar: ServiceCalendar, opened: str, service: str, due: str) -> None:
    start, owed = moment(opened, calendar.zone), duration(service)
    found = calendar.add(start, owed)
    assert found == moment(due, calendar.zone)
    assert found.tzinfo is UTC
    assert calendar.between(start, found) == owed
    assert calendar.between(found, start) == -owed
    assert sum((one.length for one in calendar.stretches(start, found)), timedelta()) == owed


@pytest.mark.parametrize("vector", PUBLISHED.values(), ids=PUBLISHED.keys())
def test_T4_the_published_examples_are_due_as_promised(vector: tuple[ServiceCalendar, str, str, str]) -> None:
    check(*vector)


@pytest.mark.parametrize("vector", BY_HAND.values(), ids=BY_HAND.keys())
def test_T4_T5_service_is_counted_as_the_clock_on_the_wall_shows_it(
    vector: tuple[ServiceCalendar, str, str, str],
) -> None:
    check(*vector)


def test_T4_the_examples_are_fifty_and_more() -> None:
    assert len(BY_HAND) >= 50


def test_T4_moments_between_seconds_are_kept() -> None:
    opened = moment("2026-11-25 23:59:59.750000", ESSENTIAL.zone)
    due = ESSENTIAL.add(opened, timedelta(microseconds=250_001))
    assert due == moment("2026-11-28 00:00:00.000001", ESSENTIAL.zone)
    assert ESSENTIAL.between(opened, due) == timedelta(microseconds=250_001)


def test_T4_service_is_told_by_the_moment_and_by_the_day() -> None:
    wednesday, thursday, saturday = (date(2026, 11, day) for day in (25, 26, 28))
    assert [ESSENTIAL.serves_on(day) for day in (wednesday, thursday, saturday)] == [True, False, True]
    assert not SATURDAY_OFF.serves_on(saturday)
    shown = ("2026-11-27 08:59:59", "2026-11-27 09:00", "2026-11-27 12:59:59", "2026-11-27 13:00", "2026-11-28 09:00")
    assert [OFFICE.is_open(moment(one, OFFICE.zone)) for one in shown] == [False, True, True, False, False]


def test_T4_the_next_hour_of_service_is_now_or_when_it_begins() -> None:
    now = moment("2026-11-27 10:30", OFFICE.zone)
    assert OFFICE.next_open(now) == now
    assert OFFICE.next_open(moment("2026-11-27 13:00", OFFICE.zone)) == moment("2026-11-27 14:00", OFFICE.zone)
    assert OFFICE.next_open(moment("2026-11-27 18:00", OFFICE.zone)) == moment("2026-11-30 09:00", OFFICE.zone)


def test_T9_the_stretches_of_a_sum_are_told_unbroken_and_in_order() -> None:
    opened, due = moment("2026-11-24 12:00", ESSENTIAL.zone), moment("2026-11-28 12:00", ESSENTIAL.zone)
    assert list(ESSENTIAL.stretches(opened, due)) == [
        Stretch(opened, moment("2026-11-26 00:00", ESSENTIAL.zone)),
        Stretch(moment("2026-11-28 00:00", ESSENTIAL.zone), due),
    ]
    assert list(ALWAYS.stretches(opened, due)) == [Stretch(opened, due)]
    assert list(ALWAYS.stretches(due, opened)) == []
    assert list(OFFICE.stretches(opened, opened)) == []


def test_T9_a_minute_of_sunday_amid_saturday_parts_two_stretches() -> None:
    calendar = SAINT_JOHNS_SATURDAYS
    opened, sunday = moment("2010-11-06 23:00", calendar.zone), moment("2010-11-07 12:00", calendar.zone)
    assert [one.length for one in calendar.stretches(opened, sunday)] == [timedelta(hours=1), timedelta(minutes=59)]


def test_T5_the_days_off_may_be_a_rule() -> None:
    def thirteenth(day: date) -> bool:
        return day.day == 13

    calendar = a_calendar("Europe/Berlin", off=thirteenth)
    opened = moment("2026-11-12 18:00", calendar.zone)
    assert calendar.add(opened, timedelta(hours=24)) == moment("2026-11-14 18:00", calendar.zone)


def test_T5_years_of_service_are_summed_over() -> None:
    begin, end = moment("2020-01-01", OFFICE.zone), moment("2040-01-01", OFFICE.zone)
    workdays = sum(
        date.fromordinal(day).weekday() < 5 for day in range(date(2020, 1, 1).toordinal(), date(2040, 1, 1).toordinal())
    )
    assert OFFICE.between(begin, end) == workdays * timedelta(hours=8)
    assert OFFICE.add(begin, workdays * timedelta(hours=8)) == moment("2039-12-30 18:00", OFFICE.zone)


def test_T5_calendars_with_the_same_hours_are_equal() -> None:
    again = a_calendar("Asia/Tehran", SATURDAY_TO_WEDNESDAY)
    ESSENTIAL.add(datetime(2026, 11, 25, tzinfo=UTC), timedelta(hours=1))
    assert again == ESSENTIAL
    assert hash(again) == hash(ESSENTIAL)
    assert again != SATURDAY_OFF
    assert "_blocks" not in repr(ESSENTIAL)


@pytest.mark.parametrize(
    "off", [lambda _: True, lambda day: day.year >= 2027], ids=["never", "no more after this year"]
)
def test_T5_a_promise_under_a_calendar_that_never_serves_is_refused(off: Callable[[date], bool]) -> None:
    calendar = a_calendar("Europe/Berlin", off=off)
    with pytest.raises(NeverServed) as refusal:
        calendar.add(datetime(2026, 12, 31, 12, tzinfo=UTC), timedelta(hours=24))
    assert refusal.value.duration == timedelta(hours=24)


def test_a_negative_duration_is_refused() -> None:
    with pytest.raises(ValueError, match="forwards only"):
        ALWAYS.add(datetime(2026, 11, 25, tzinfo=UTC), timedelta(seconds=-1))


@pytest.mark.parametrize(
    "week",
    [
        a_week(()),
        WHOLE_WEEK[:6],
        a_week(EVERY_DAY, hours("09:00-13:00", "12:00-18:00")),
        a_week(EVERY_DAY, hours("14:00-18:00", "09:00-13:00")),
        a_week(EVERY_DAY, ((13 * 3_600, 9 * 3_600),)),
        a_week(EVERY_DAY, ((3_600, 3_600),)),
        a_week(EVERY_DAY, ((-1, 3_600),)),
        a_week(EVERY_DAY, ((0, 86_401),)),
    ],
    ids=["no service", "six days", "overlapping", "out of order", "backwards", "empty", "before 0", "after 24"],
)
def test_T5_hours_that_can_not_be_are_refused(week: Week) -> None:
    with pytest.raises(ValueError, match=r"a week has seven days|must follow one another"):
        ServiceCalendar(ZoneInfo("Europe/Berlin"), week)
