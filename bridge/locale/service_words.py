"""When tickets are answered under a plan, as a customer reads it (rules P1, T4, T5): days, hours, zone, holidays."""

import re
from collections.abc import Collection
from zoneinfo import ZoneInfo

from babel.dates import get_day_names, get_timezone_location

from bridge.domain.service_hours import DAYS_A_WEEK, WHOLE_DAY, WHOLE_WEEK, Hours, ServiceCalendar
from bridge.locale.answers import BETWEEN
from bridge.locale.dates import LANGUAGES
from bridge.locale.numbers import in_digits
from bridge.locale.say import say

FEWEST_IN_A_ROW = 3
"""Fewer days than that are named one by one."""
EVERY_DAY = "Every day"
IN_A_ROW = "{first} to {last}"
ALL_DAY = "all day"
FROM_TO = "{begin}–{end}"
IN_ZONE = "{service} ({place} time)"
BUT_HOLIDAYS = "{service}, except on holidays"
_COUNTED = re.compile(r"(Etc/)?GMT(?P<west>[+-])(?P<hours>\d{1,2})")
APART = {"en": "; ", "ru": "; ", "fa": "؛ "}
"""What stands between days with different hours."""


def service_text(calendar: ServiceCalendar, store_zone: ZoneInfo) -> dict[str, str]:
    """The hours of service in words by language: `Saturday to Wednesday, all day`.

    The zone is named where another could be taken for it: with hours of a day, and where it is not the store's.
    """
    return {language: _capital(_text(language, calendar, store_zone)) for language in LANGUAGES}


def service_phrase(language: str, calendar: ServiceCalendar, store_zone: ZoneInfo) -> str:
    """The same within a sentence of that language."""
    text = _text(language, calendar, store_zone)
    is_name = language == "en" and not text.startswith(EVERY_DAY)  # of a day: English writes them with a capital
    return text if is_name else text[:1].lower() + text[1:]


def place_name(language: str, zone: ZoneInfo) -> str:
    """What people call a zone: its city, or its own short name where it has none, as UTC.

    `Etc/GMT+3` counts hours as POSIX does, westwards: it is three hours behind UTC, and said so.
    """
    if counted := _COUNTED.fullmatch(zone.key):
        hours = int(counted["hours"])
        ahead = "−" if counted["west"] == "+" else "+"
        return in_digits(language, f"UTC{ahead}{hours}") if hours else "UTC"
    return get_timezone_location(zone.key, locale=language, return_city=True)


def weekday_name(language: str, day: int) -> str:
    """A day of the week, Monday being 0, as it stands alone."""
    return str(get_day_names("wide", context="stand-alone", locale=language)[day])


def _text(language: str, calendar: ServiceCalendar, store_zone: ZoneInfo) -> str:
    service = APART[language].join(_group(language, days, hours) for hours, days in _by_hours(calendar).items())
    by_the_clock = any(hours not in {(), WHOLE_DAY} for hours in calendar.week)
    if by_the_clock or (calendar.zone.key != store_zone.key and calendar.week != WHOLE_WEEK):
        service = say(language, IN_ZONE, service=service, place=place_name(language, calendar.zone))
    return say(language, BUT_HOLIDAYS, service=service) if calendar.days_off else service


def _by_hours(calendar: ServiceCalendar) -> dict[Hours, list[int]]:
    """The days of service by their hours, Monday being 0."""
    found: dict[Hours, list[int]] = {}
    for day, hours in enumerate(calendar.week):
        if hours:
            found.setdefault(hours, []).append(day)
    return found


def _group(language: str, days: Collection[int], hours: Hours) -> str:
    return BETWEEN[language].join([_days(language, days), *_hours(language, hours)])


def _days(language: str, days: Collection[int]) -> str:
    if len(days) == DAYS_A_WEEK:
        return say(language, EVERY_DAY)
    names = get_day_names("wide", context="stand-alone", locale=language)
    begins = [day for day in days if (day - 1) % DAYS_A_WEEK not in days]
    if len(begins) == 1 and len(days) >= FEWEST_IN_A_ROW:
        last = (begins[0] + len(days) - 1) % DAYS_A_WEEK
        return say(language, IN_A_ROW, first=names[begins[0]], last=names[last])
    return BETWEEN[language].join(names[day] for day in days)


def _hours(language: str, hours: Hours) -> list[str]:
    if hours == WHOLE_DAY:
        return [say(language, ALL_DAY)]
    return [say(language, FROM_TO, begin=_clock(language, begin), end=_clock(language, end)) for begin, end in hours]


def _clock(language: str, second: int) -> str:
    minutes = second // 60
    return in_digits(language, f"{minutes // 60:02}:{minutes % 60:02}")


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
