"""Service hours as a store's file says them, and every line of them that can't be (rules T4, T5)."""

from datetime import date, timedelta
from pathlib import Path

import pytest

from bridge.domain.service_hours import WHOLE_DAY, WHOLE_WEEK, ServiceCalendar
from bridge.engine.setup import StoreSetup
from tests.support.service_weeks import a_week, hours, moment
from tests.support.settings_files import changed, load_plain, messages, with_section, write_config

PLAN_DAYS = 'service_days = ["saturday", "sunday", "monday", "tuesday", "wednesday"]'
SATURDAY_TO_WEDNESDAY = (5, 6, 0, 1, 2)


def of_plan(*lines: str) -> str:
    return changed("coins = 550", "\n".join(["coins = 550", *lines]))


def with_service(*lines: str) -> str:
    return with_section("\n".join(["[service]", *lines]))


def setup(directory: Path, text: str) -> StoreSetup:
    return StoreSetup.of(load_plain(write_config(directory, stores={"acme.toml": text})).stores["acme"])


def plan_calendar(directory: Path, *lines: str) -> ServiceCalendar:
    return setup(directory, of_plan(*lines)).plans.plans["base"].service


def store_calendar(directory: Path, *lines: str) -> ServiceCalendar:
    return setup(directory, with_service(*lines)).desk_terms.service


def test_T4_a_plan_of_which_nothing_is_said_is_served_always_in_the_stores_zone(tmp_path: Path) -> None:
    calendar = plan_calendar(tmp_path)
    assert (calendar.zone.key, calendar.week, calendar.days_off) == ("Asia/Tehran", WHOLE_WEEK, frozenset())


def test_T4_the_days_of_a_plan_are_whole_days(tmp_path: Path) -> None:
    assert plan_calendar(tmp_path, PLAN_DAYS).week == a_week(SATURDAY_TO_WEDNESDAY)


def test_T5_a_plan_has_hours_days_with_other_hours_and_a_zone_of_its_own(tmp_path: Path) -> None:
    calendar = plan_calendar(
        tmp_path,
        PLAN_DAYS,
        'service_hours = ["14:00-18:30", "09:00-13:00", "18:30-24:00"]',
        'service_hours_on = { wednesday = ["00:00-24:00"] }',
        'service_zone = "Europe/Berlin"',
    )
    office = hours("09:00-13:00", "14:00-24:00")
    assert calendar.zone.key == "Europe/Berlin"
    assert calendar.week == (office, office, WHOLE_DAY, (), (), office, office)


def test_T5_the_store_has_hours_of_its_own_and_no_plan_takes_them_over(tmp_path: Path) -> None:
    text = with_service(
        'days = ["monday"]', 'hours = ["09:00-17:00"]', 'zone = "Asia/Kolkata"', 'holidays = { dates = ["01-26"] }'
    )
    desk = setup(tmp_path, text)
    store = desk.desk_terms.service
    assert (store.zone.key, store.week) == ("Asia/Kolkata", a_week([0], hours("09:00-17:00")))
    assert not store.serves_on(date(2026, 1, 26))
    assert desk.plans.plans["base"].service.week == WHOLE_WEEK


def test_T5_listed_days_are_off_by_date_or_every_year_and_each_can_be_switched_off(tmp_path: Path) -> None:
    calendar = plan_calendar(
        tmp_path, 'holidays = { dates = [2026-11-28, "12-31", "02-29"], worked = [2027-12-31, "11-29"] }'
    )
    off = [date(2026, 11, 28), date(2026, 12, 31), date(2028, 2, 29), date(2028, 12, 31)]
    on = [date(2027, 11, 28), date(2027, 12, 31), date(2026, 2, 28), date(2026, 3, 1), date(2026, 11, 29)]
    assert [calendar.serves_on(day) for day in off + on] == [False] * 4 + [True] * 5


def test_T5_a_countrys_holidays_are_days_off_but_those_that_are_worked(tmp_path: Path) -> None:
    calendar = store_calendar(tmp_path, 'holidays = { country = "IR", worked = [2026-04-02] }')
    nowruz, republic_day, nature_day = date(2026, 3, 21), date(2026, 4, 1), date(2026, 4, 2)
    assert [calendar.serves_on(day) for day in (nowruz, republic_day, nature_day)] == [False, False, True]
    opened = moment("2026-03-31 12:00", calendar.zone)
    assert calendar.add(opened, timedelta(hours=24)) == moment("2026-04-02 12:00", calendar.zone)


def test_T5_a_part_of_a_country_has_holidays_of_its_own(tmp_path: Path) -> None:
    corpus_christi = date(2026, 6, 4)
    bavaria = store_calendar(tmp_path / "bavaria", 'holidays = { country = "DE", region = "BY" }')
    germany = store_calendar(tmp_path / "germany", 'holidays = { country = "DE" }')
    assert (bavaria.serves_on(corpus_christi), germany.serves_on(corpus_christi)) == (False, True)
    assert not germany.serves_on(date(2026, 10, 3))


def test_T5_holidays_reach_back_to_the_first_messages_and_far_ahead(tmp_path: Path) -> None:
    calendar = store_calendar(tmp_path, 'holidays = { country = "IN" }')  # lunar holidays are known up to 2035
    republic_day = [calendar.serves_on(date(year, 1, 26)) for year in (2020, 2026, 2035, 2049)]
    assert republic_day == [False] * 4


def test_T5_the_same_lines_make_the_same_calendar(tmp_path: Path) -> None:
    lines = (PLAN_DAYS, 'holidays = { country = "IR", dates = ["12-31"] }')
    assert plan_calendar(tmp_path / "one", *lines) == plan_calendar(tmp_path / "other", *lines)


def every_day_of(year: int) -> str:
    begin, end = date(year, 1, 1).toordinal(), date(year + 1, 1, 1).toordinal()
    return ", ".join(str(date.fromordinal(day)) for day in range(begin, end))


EVERY_DAY_OF_EVERY_YEAR = ", ".join(f'"{day[5:]}"' for day in every_day_of(2028).split(", "))
FRIDAYS_OF_2027 = ", ".join(str(date(2027, 1, 1) + timedelta(weeks=week)) for week in range(53))
MANY_INTERVALS = ", ".join(
    f'"{hour:02}:{minute}-{hour:02}:{minute + 10}"' for hour in range(9) for minute in (10, 30, 45)
)
NO_DAY = "must leave at least one day of service in every year; there is none in"
COUNTRY = "must be the two capital letters of a country whose holidays are known, such as IR"
WRONG: dict[str, tuple[str, str]] = {
    "overlapping intervals": (
        of_plan('service_hours = ["09:00-13:00", "12:59-18:00"]'),
        'plans.base.service_hours[2]: must not overlap 09:00-13:00, not "12:59-18:00"',
    ),
    "an interval within another": (
        with_service('hours = ["10:00-11:00", "09:00-18:00"]'),
        'service.hours[2]: must not overlap 10:00-11:00, not "09:00-18:00"',
    ),
    "the same interval twice": (
        with_service('hours_on = { monday = ["09:00-18:00", "09:00-18:00"] }'),
        'service.hours_on.monday[2]: must not overlap 09:00-18:00, not "09:00-18:00"',
    ),
    "a night in one interval": (
        of_plan('service_hours = ["22:00-06:00"]'),
        (
            "plans.base.service_hours[1]: must end after it begins; what is past midnight belongs to the next day, "
            'from 00:00, not "22:00-06:00"'
        ),
    ),
    "no time at all": (
        of_plan('service_hours = ["09:00-09:00"]'),
        (
            "plans.base.service_hours[1]: must end after it begins; what is past midnight belongs to the next day, "
            'from 00:00, not "09:00-09:00"'
        ),
    ),
    "a day of more than 24 hours": (
        of_plan('service_hours = ["09:00-24:01"]'),
        'plans.base.service_hours[1]: must be hours of a day as 09:00-17:30, at most to 24:00, not "09:00-24:01"',
    ),
    "an hour of 60 minutes": (
        of_plan('service_hours = ["09:60-17:00"]'),
        'plans.base.service_hours[1]: must be hours of a day as 09:00-17:30, at most to 24:00, not "09:60-17:00"',
    ),
    "hours in words": (
        of_plan('service_hours = ["9 to 5"]'),
        'plans.base.service_hours[1]: must be hours of a day as 09:00-17:30, at most to 24:00, not "9 to 5"',
    ),
    "hours that are no list": (
        of_plan('service_hours = "09:00-17:00"'),
        'plans.base.service_hours: must be a list in [ ], not "09:00-17:00"',
    ),
    "more intervals than hours": (
        of_plan(f"service_hours = [{MANY_INTERVALS}]"),
        "plans.base.service_hours: must have at most 24 intervals",
    ),
    "other hours on a day that is not served": (
        of_plan(PLAN_DAYS, 'service_hours_on = { friday = ["09:00-12:00"] }'),
        "plans.base.service_hours_on.friday: must be one of service_days, or nobody is served then",
    ),
    "a day of the store with other hours that is not served": (
        with_service('days = ["monday"]', 'hours_on = { friday = ["09:00-12:00"] }'),
        "service.hours_on.friday: must be one of days, or nobody is served then",
    ),
    "a day without hours": (
        of_plan("service_hours_on = { friday = [] }"),
        "plans.base.service_hours_on.friday: must have hours; a day without any is left out of the days of service",
    ),
    "hours on a day that is none": (
        of_plan('service_hours_on = { Friday = ["09:00-12:00"] }'),
        (
            'plans.base.service_hours_on.Friday: must be "monday", "tuesday", "wednesday", "thursday", "friday", '
            '"saturday" or "sunday", not "Friday"'
        ),
    ),
    "a store that never serves": (with_service("days = []"), "service.days: must name at least one day"),
    "a zone that is none": (
        of_plan('service_zone = "Asia/Teheran"'),
        (
            "plans.base.service_zone: must be the name of a time zone such as Asia/Tehran, "
            'not "Asia/Teheran"; did you mean Asia/Tehran?'
        ),
    ),
    "a country by its name": (
        of_plan('holidays = { country = "Iran" }'),
        f'plans.base.holidays.country: {COUNTRY}, not "Iran"; did you mean IR?',
    ),
    "a country in small letters": (
        with_service('holidays = { country = "de" }'),
        f'service.holidays.country: {COUNTRY}, not "de"; did you mean DE?',
    ),
    "a country that is none": (
        with_service('holidays = { country = "QQ" }'),
        f'service.holidays.country: {COUNTRY}, not "QQ"',
    ),
    "a part of another country": (
        with_service('holidays = { country = "FR", region = "BY" }'),
        "service.holidays.region: must be a part of FR (",
    ),
    "a part of a country that has none": (
        with_service('holidays = { country = "IR", region = "TEH" }'),
        'service.holidays.region: must be a part of IR (none is known), not "TEH"',
    ),
    "a part of no country": (
        with_service('holidays = { region = "BY" }'),
        'service.holidays.region: must stand beside the country that it is a part of, not "BY"',
    ),
    "a date in quotes": (
        with_service('holidays = { dates = ["2026-12-31"] }'),
        (
            "service.holidays.dates[1]: must be a date without quotes, such as 2026-12-31, or a day of every year in "
            'quotes, such as "12-31", not "2026-12-31"'
        ),
    ),
    "a date with an hour": (
        with_service("holidays = { dates = [2026-12-31T12:00:00] }"),
        (
            "service.holidays.dates[1]: must be a date without quotes, such as 2026-12-31, or a day of every year in "
            'quotes, such as "12-31", not 2026-12-31 12:00:00'
        ),
    ),
    "a number": (
        with_service("holidays = { dates = [1231] }"),
        (
            "service.holidays.dates[1]: must be a date without quotes, such as 2026-12-31, or a day of every year in "
            'quotes, such as "12-31", not 1231'
        ),
    ),
    "a day that never is": (
        with_service('holidays = { dates = ["02-30"] }'),
        'service.holidays.dates[1]: must be a day that there is, not "02-30"',
    ),
    "a date long past": (
        with_service("holidays = { worked = [1999-12-31] }"),
        "service.holidays.worked[1]: must be a date from 2000-01-01 to 2099-12-31, not 1999-12-31",
    ),
    "a holiday twice": (
        with_service('holidays = { dates = ["12-31", "12-31"] }'),
        'service.holidays.dates[2]: must not be named twice, not "12-31"',
    ),
    "a list that leaves no day of a year": (
        of_plan(f"holidays = {{ dates = [{every_day_of(2027)}] }}"),
        f"plans.base.holidays: {NO_DAY} 2027",
    ),
    "a list that leaves no day of any year": (
        with_service(f"holidays = {{ dates = [{EVERY_DAY_OF_EVERY_YEAR}] }}"),
        f"service.holidays: {NO_DAY} 2020",
    ),
    "a list that leaves none of the only days of service": (
        of_plan('service_days = ["friday"]', f"holidays = {{ dates = [{FRIDAYS_OF_2027}] }}"),
        f"plans.base.holidays: {NO_DAY} 2027",
    ),
}


@pytest.mark.parametrize(("text", "problem"), WRONG.values(), ids=WRONG.keys())
def test_T5_hours_that_can_not_be_are_told_by_place_rule_and_value(tmp_path: Path, text: str, problem: str) -> None:
    (told,) = messages(write_config(tmp_path, stores={"acme.toml": text}))
    assert told.startswith(f"stores/acme.toml: {problem}")


def test_T5_a_day_of_service_that_is_left_is_enough(tmp_path: Path) -> None:
    text = of_plan(f"holidays = {{ dates = [{every_day_of(2027)}], worked = [2027-06-01] }}")
    assert messages(write_config(tmp_path, stores={"acme.toml": text})) == []
