"""When a package can be used, which pays first, and which plan counts (rules C3 to C6)."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from bridge.domain.packages import (
    available,
    burn_down_order,
    end_of_day,
    instant,
    months_later,
    plan_in_force,
    usable_until,
)
from tests.support.books import BERLIN, MONDAY_9AM, NEW_YORK, PLANS, TEHRAN, a_package

SECOND = timedelta(seconds=1)


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def wall(text: str) -> datetime:
    return datetime.fromisoformat(text)


@pytest.mark.parametrize(
    ("paid", "zone", "until"),
    [
        ("2026-11-21T08:00:00", TEHRAN, "2027-11-21T20:29:59"),  # fixed +03:30
        ("2026-11-20T20:29:59", TEHRAN, "2027-11-20T20:29:59"),  # the last second of the day there
        ("2026-11-20T20:30:00", TEHRAN, "2027-11-21T20:29:59"),  # the first of the next
        ("2026-11-21T08:00:00", BERLIN, "2027-11-21T22:59:59"),
        ("2026-06-21T08:00:00", BERLIN, "2027-06-21T21:59:59"),  # summer time at both ends
        ("2026-10-20T08:00:00", NEW_YORK, "2027-10-21T03:59:59"),
        ("2026-11-20T08:00:00", NEW_YORK, "2027-11-21T04:59:59"),
        ("2026-11-01T08:00:00", NEW_YORK, "2027-11-02T03:59:59"),  # clocks change on other days: 2026-11-01, 2027-11-07
        ("2028-02-29T12:00:00", BERLIN, "2029-02-28T22:59:59"),  # 29 February ends on 28 February
        ("2027-02-28T12:00:00", BERLIN, "2028-02-28T22:59:59"),  # and 28 February stays one in a leap year
        ("2026-12-31T23:30:00", BERLIN, "2028-01-01T22:59:59"),  # New Year there already
    ],
)
def test_C3_a_package_ends_on_the_same_day_next_year_at_the_last_second_of_the_stores_zone(
    paid: str, zone: ZoneInfo, until: str
) -> None:
    assert usable_until(utc(paid), months=12, zone=zone) == utc(until)


@pytest.mark.parametrize(
    ("day", "months", "later"),
    [
        ("2026-01-31", 1, "2026-02-28"),
        ("2028-01-31", 1, "2028-02-29"),
        ("2028-02-29", 12, "2029-02-28"),
        ("2028-02-29", 48, "2032-02-29"),
        ("2026-12-15", 1, "2027-01-15"),
        ("2026-11-30", 3, "2027-02-28"),
        ("2026-06-15", 0, "2026-06-15"),
        ("2026-05-31", 18, "2027-11-30"),
    ],
)
def test_C3_calendar_months_are_clipped_to_the_months_last_day(day: str, months: int, later: str) -> None:
    assert months_later(date.fromisoformat(day), months) == date.fromisoformat(later)


@pytest.mark.parametrize(
    ("shop_says", "zone", "moment"),
    [
        ("2026-11-20T12:00:00", TEHRAN, "2026-11-20T08:30:00"),
        ("2026-07-20T12:00:00", BERLIN, "2026-07-20T10:00:00"),
        ("2026-10-25T02:30:00", BERLIN, "2026-10-25T00:30:00"),  # comes twice: the earlier, still summer time
        ("2026-11-01T01:30:00", NEW_YORK, "2026-11-01T05:30:00"),  # comes twice: the earlier
        ("2026-03-29T02:30:00", BERLIN, "2026-03-29T01:30:00"),  # never comes: read as if the clock had not changed
        ("2026-03-08T02:30:00", NEW_YORK, "2026-03-08T07:30:00"),  # never comes
    ],
)
def test_C3_the_shops_wall_clock_is_read_as_the_earlier_of_two(shop_says: str, zone: ZoneInfo, moment: str) -> None:
    assert instant(wall(shop_says), zone) == utc(moment)
    assert instant(wall(shop_says).replace(fold=1), zone) == utc(moment)


@pytest.mark.parametrize(
    ("day", "zone", "last"),
    [
        # At midnight Santiago goes back to 23:00: the day's last second is the later reading of 23:59:59.
        ("2026-04-04", "America/Santiago", "2026-04-05T03:59:59"),
        # At 23:00 Nuuk goes on to midnight: there is no 23:59:59, the day ends with 22:59:59.
        ("2026-03-28", "America/Nuuk", "2026-03-29T00:59:59"),
        ("2026-03-29", "Europe/Berlin", "2026-03-29T21:59:59"),
        ("2026-10-25", "Europe/Berlin", "2026-10-25T22:59:59"),
    ],
)
def test_C3_a_day_of_a_clock_change_counts_to_its_very_end(day: str, zone: str, last: str) -> None:
    end = end_of_day(date.fromisoformat(day), ZoneInfo(zone))
    assert end == utc(last)
    assert (end + SECOND).astimezone(ZoneInfo(zone)).date() == date.fromisoformat(day) + timedelta(days=1)


@pytest.mark.parametrize(
    ("at", "counts"),
    [
        (-SECOND, True),
        (timedelta(0), True),
        (timedelta(milliseconds=999), True),
        (SECOND, False),
        (timedelta(days=400), False),
    ],
)
def test_C3_the_last_second_counts_whole_and_the_next_not_at_all(at: timedelta, counts: bool) -> None:
    package = a_package()
    assert package.usable(package.usable_until + at) is counts


def test_C5_the_clock_decides_though_nothing_has_been_booked() -> None:
    package = a_package(held=50)
    assert available([package], package.usable_until) == 500
    assert available([package], package.usable_until + SECOND) == 0


def test_C5_only_what_no_hold_has_reserved_is_available() -> None:
    assert available([a_package(held=50), a_package(2, held=550), a_package(3, posted=0)], MONDAY_9AM) == 500


def test_C4_the_earliest_end_pays_first_then_the_oldest_then_the_lowest_number() -> None:
    soon, later = utc("2027-01-01T00:00:00"), utc("2027-06-01T00:00:00")
    old, new = utc("2026-01-01T00:00:00"), utc("2026-05-01T00:00:00")
    packages = [
        a_package(9, usable_until=soon, granted_at=new),
        a_package(4, usable_until=later, granted_at=old),
        a_package(3, usable_until=later, granted_at=new),
        a_package(2, usable_until=later, granted_at=new),
        a_package(1, usable_until=later, granted_at=utc("2026-06-01T00:00:00")),
        a_package(8, usable_until=soon, granted_at=old),
    ]
    assert [package.id for package in burn_down_order(packages)] == [8, 9, 4, 2, 3, 1]


@pytest.mark.parametrize(
    ("packages", "plan"),
    [
        ([], None),
        ([a_package(plan=None)], None),  # by hand, no plan named
        ([a_package(plan="base")], "base"),
        ([a_package(plan="base", posted=0)], "base"),  # used up
        ([a_package(plan="base"), a_package(2, plan="professional", posted=0)], "professional"),
        ([a_package(plan="base"), a_package(2, plan="professional", revoked=True)], "base"),
        ([a_package(plan="base"), a_package(2, plan="professional", usable_until=MONDAY_9AM - SECOND)], "base"),
        ([a_package(plan="base"), a_package(2, plan="essential")], "base"),
        ([a_package(plan="gone")], "gone"),  # has left the settings: still a plan, below all others
        ([a_package(plan="gone"), a_package(2, plan="essential")], "essential"),
        ([a_package(plan="base", usable_until=MONDAY_9AM - SECOND)], None),
    ],
)
def test_C6_the_best_unexpired_unrevoked_plan_counts_also_when_used_up(packages: list[object], plan: str) -> None:
    assert plan_in_force(packages, PLANS, MONDAY_9AM) == plan  # type: ignore[arg-type]  # packages by construction


def test_C2_what_was_spent_or_promised_counts_as_used() -> None:
    assert a_package().used == 0
    assert a_package(posted=500).used == 50
    assert a_package(posted=500, held=20).used == 70
    assert a_package(posted=20, held=20, revoked=True, taken=480).used == 70
