"""The days on which requests are answered under a plan, as a customer reads them (rules P1, T4). Days count whole."""

from collections.abc import Collection

from babel.dates import get_day_names

from bridge.locale.answers import BETWEEN
from bridge.locale.dates import LANGUAGES
from bridge.locale.say import say

DAYS_A_WEEK = 7
FEWEST_IN_A_ROW = 3
"""Fewer days than that are named one by one."""
EVERY_DAY = "Every day, all day"
IN_A_ROW = "{first} to {last}, all day"
ONE_BY_ONE = "{days}, all day"


def service_text(days: Collection[int]) -> dict[str, str]:
    """Days of the week, Monday being 0, in words by language: `Saturday to Wednesday, all day`."""
    return {language: _capital(_text(language, sorted(set(days)))) for language in LANGUAGES}


def _text(language: str, days: list[int]) -> str:
    if len(days) == DAYS_A_WEEK:
        return say(language, EVERY_DAY)
    names = get_day_names("wide", context="stand-alone", locale=language)
    begins = [day for day in days if (day - 1) % DAYS_A_WEEK not in days]
    if len(begins) == 1 and len(days) >= FEWEST_IN_A_ROW:
        last = (begins[0] + len(days) - 1) % DAYS_A_WEEK
        return say(language, IN_A_ROW, first=names[begins[0]], last=names[last])
    return say(language, ONE_BY_ONE, days=BETWEEN[language].join(names[day] for day in days))


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
