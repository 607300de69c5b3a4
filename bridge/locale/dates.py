"""Dates as a customer reads them, in the languages we speak.

Persian dates are Jalali with Persian digits; the others are the locale's long form.
"""

from datetime import date
from functools import lru_cache

from babel.dates import format_date
from persiantools import digits
from persiantools.jdatetime import JalaliDate

LANGUAGES = ("en", "ru", "fa")
NARROW_SPACE = "\N{NARROW NO-BREAK SPACE}"
"""Before the Russian `г.` in newer language data; many shops' fonts show a box for it."""


@lru_cache(maxsize=4096)
def date_text(day: date, language: str) -> str:
    """A day in words: `21 November 2027`, `21 ноября 2027 г.`, `۳۰ آبان ۱۴۰۶`. `KeyError` for another language."""
    if language == "fa":
        jalali = JalaliDate(day)  # type: ignore[no-untyped-call]  # persiantools leaves its constructor untyped
        return str(digits.en_to_fa(f"{jalali.day} {jalali.strftime('%B %Y', locale='fa')}"))
    locale = {"en": "en_GB", "ru": "ru"}[language]
    return format_date(day, format="long", locale=locale).replace(NARROW_SPACE, " ")
