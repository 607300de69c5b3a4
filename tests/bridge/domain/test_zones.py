"""One zone has many names: two are the same if they show the same hour, in summer and in winter."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from bridge.domain.zones import same_hours

NOVEMBER = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
MAY = datetime(2026, 5, 23, 9, 0, tzinfo=UTC)


@pytest.mark.parametrize("at", [NOVEMBER, MAY])
@pytest.mark.parametrize(
    ("zone", "name", "same"),
    [
        ("Europe/Berlin", "Europe/Berlin", True),
        ("Europe/Berlin", "Europe/Vienna", True),
        ("Asia/Tehran", "Iran", True),
        ("UTC", "Etc/GMT", True),
        ("Asia/Kolkata", "Asia/Calcutta", True),
        ("Europe/Berlin", "Europe/London", False),
        ("America/New_York", "America/Los_Angeles", False),
    ],
)
def test_zones_are_compared_by_their_hours(zone: str, name: str, same: bool, at: datetime) -> None:
    assert same_hours(ZoneInfo(zone), name, at) is same


@pytest.mark.parametrize("at", [NOVEMBER, MAY])
@pytest.mark.parametrize(
    ("zone", "name"),
    [
        ("UTC", "Europe/London"),  # alike from October to March
        ("Etc/GMT-1", "Europe/Berlin"),
        ("Etc/GMT+4", "America/New_York"),  # alike in summer
        ("America/Phoenix", "America/Denver"),
    ],
)
def test_C3_zones_that_are_alike_for_half_a_year_are_not_the_same(zone: str, name: str, at: datetime) -> None:
    assert not same_hours(ZoneInfo(zone), name, at)


@pytest.mark.parametrize(
    "name", ["", "Nowhere/Town", "../etc/passwd", "/etc/localtime", "Europe", "Europe/Berlin\n", "a\0b", "x" * 300]
)
def test_a_name_that_no_zone_has_is_another_zone(name: str) -> None:
    assert not same_hours(ZoneInfo("Europe/Berlin"), name, NOVEMBER)
