"""Days without service: the public holidays of a country, days from a list, or both (rule T5).

Believes: which days are holidays is known of a range of years, and a promise is explained from the days that were known
when it was made. So they are a set of dates, and a newer program that knows other ones has another set.
"""

import datetime
import re
import warnings
from collections.abc import Iterator
from functools import lru_cache
from typing import Annotated, Self

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from bridge.settings.base import Broken, Section, all_broken, broken, suggestion
from bridge.settings.values import shown_value

FIRST_YEAR, LAST_YEAR = 2020, 2049
"""The years whose holidays are days off; before and after there are only days that are listed with their year."""
EARLIEST, LATEST = datetime.date(2000, 1, 1), datetime.date(2099, 12, 31)
LEAP_YEAR = 2028
_COUNTRY = re.compile(r"[A-Z]{2}")
_EVERY_YEAR = re.compile(r"[0-9]{2}-[0-9]{2}")

DayOff = datetime.date | str
"""A date, or a day of every year as `12-31`."""


def _country(code: str) -> str:
    if code and not _is_country(code):
        near = suggestion(code.upper(), _countries()) or suggestion(code.upper()[:2], _countries())
        rule = "must be the two capital letters of a country whose holidays are known, such as IR"
        raise broken(rule, value=shown_value(code) + near)
    return code


def _day(value: object) -> object:
    rule = 'must be a date without quotes, such as 2026-12-31, or a day of every year in quotes, such as "12-31"'
    if isinstance(value, datetime.date) and not isinstance(value, datetime.datetime):
        if not EARLIEST <= value <= LATEST:
            raise broken(f"must be a date from {EARLIEST} to {LATEST}")
        return value
    if not isinstance(value, str) or not _EVERY_YEAR.fullmatch(value):
        raise broken(rule)
    try:
        datetime.date(LEAP_YEAR, *_month_and_day(value))
    except ValueError:
        raise broken("must be a day that there is") from None
    return value


def _once(days: tuple[DayOff, ...]) -> tuple[DayOff, ...]:
    found = [Broken("must not be named twice", (at,)) for at, day in enumerate(days) if day in days[:at]]
    if found:
        raise all_broken(found)
    return days


_Days = Annotated[tuple[Annotated[DayOff, BeforeValidator(_day)], ...], AfterValidator(_once)]


class HolidaySettings(Section):
    """Holidays on which nobody is served. With nothing set there are none."""

    country: Annotated[str, AfterValidator(_country)] = Field(
        default="",
        description=(
            "The country whose public holidays are days off, by its two letters such as IR; left out, none. "
            f"Holidays are known from {FIRST_YEAR} to {LAST_YEAR}, moving ones in some countries for fewer years."
        ),
    )
    region: str = Field(
        default="",
        description=(
            "The part of the country whose own holidays are days off besides, by its ISO 3166-2 code without the "
            "country, such as BY for Bavaria; left out, none."
        ),
    )
    dates: _Days = Field(
        default=(),
        description='Further days off: dates such as 2026-12-31, and days of every year in quotes such as "12-31".',
    )
    worked: _Days = Field(
        default=(), description="Days on which people are served all the same, though they are holidays; as in dates."
    )

    @model_validator(mode="after")
    def _region_is_known(self) -> Self:
        if not self.region:
            return self
        if not self.country:
            raise all_broken([Broken("must stand beside the country that it is a part of", ("region",))])
        known = _regions(self.country)
        if self.region not in known:
            rule = f"must be a part of {self.country} ({', '.join(known) or 'none is known'})"
            raise all_broken([Broken(rule, ("region",), shown_value(self.region) + suggestion(self.region, known))])
        return self

    def days_off(self) -> frozenset[datetime.date]:
        """All of them as dates."""
        public = _public(self.country, self.region) if self.country else frozenset()
        return (public | frozenset(_dates(self.dates))) - frozenset(_dates(self.worked))


def _dates(days: tuple[DayOff, ...]) -> Iterator[datetime.date]:
    for day in days:
        if isinstance(day, datetime.date):
            yield day
            continue
        month, of_month = _month_and_day(day)
        for year in range(FIRST_YEAR, LAST_YEAR + 1):
            # The 29th of February is a day off when there is one.
            if (month, of_month) != (2, 29) or _is_leap(year):
                yield datetime.date(year, month, of_month)


def _month_and_day(written: str) -> tuple[int, int]:
    month, _, day = written.partition("-")
    return int(month), int(day)


def _is_leap(year: int) -> bool:
    return year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)


# The library is large, and most stores have no country: it is read when the first one is named.


@lru_cache(maxsize=64)
def _public(country: str, region: str) -> frozenset[datetime.date]:
    from holidays import country_holidays

    with warnings.catch_warnings():
        # It warns of years in which a country's lunar holidays aren't known yet; those have the others.
        warnings.simplefilter("ignore")
        return frozenset(country_holidays(country, subdiv=region or None, years=range(FIRST_YEAR, LAST_YEAR + 1)))


def _countries() -> list[str]:
    from holidays import list_supported_countries

    return [code for code in list_supported_countries(include_aliases=False) if _COUNTRY.fullmatch(code)]


def _is_country(code: str) -> bool:
    return bool(_COUNTRY.fullmatch(code)) and code in _countries()


def _regions(country: str) -> list[str]:
    from holidays import list_supported_countries

    return sorted(list_supported_countries(include_aliases=False)[country])
