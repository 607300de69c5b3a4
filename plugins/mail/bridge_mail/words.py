"""Texts in the reader's language, and values put into them so that neither direction of writing spoils the other.

A value that is text stands between two invisible marks, so that a Latin subject keeps its order within a Persian
sentence; the HTML part turns the marks into `<bdi>`.
"""

from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from bridge.locale.dates import date_text
from bridge.locale.numbers import grouped, in_digits
from bridge.locale.say import Catalog

FIRST, LAST = "\N{FIRST STRONG ISOLATE}", "\N{POP DIRECTIONAL ISOLATE}"
CATALOG = Catalog(Path(__file__).parent / "catalogs")


def say(language: str, message: str, **values: object) -> str:
    """A message with its blanks filled in."""
    return CATALOG.say(language, message, **_isolated(values))


def say_n(language: str, one: str, many: str, count: int, **values: object) -> str:
    """A message about `count` things, in the language's plural form."""
    return CATALOG.say_n(language, one, many, count, **_isolated(values))


def number(language: str, value: int) -> str:
    """A number that is a name, such as an order's, in the language's digits."""
    return in_digits(language, str(value))


def amount(language: str, value: int) -> str:
    """A number of coins: in the language's digits, its thousands apart."""
    return grouped(language, value)


def day(language: str, moment: datetime, zone: ZoneInfo) -> str:
    """The day of a moment as the store counts days."""
    return date_text(moment.astimezone(zone).date(), language)


def minute(language: str, moment: datetime, zone: ZoneInfo) -> str:
    """Day and time of a moment on the store's clock, with how far that is from UTC."""
    local = moment.astimezone(zone)
    offset = local.strftime("%z")
    time = in_digits(language, f"{local:%H:%M} (UTC{offset[:3]}:{offset[3:5]})")
    comma = "،" if language == "fa" else ","
    return f"{date_text(local.date(), language)}{comma} {FIRST}{time}{LAST}"


def isolated(text: str) -> str:
    """Text that keeps its own direction wherever it stands."""
    return f"{FIRST}{text}{LAST}" if text else text


def without_marks(text: str) -> str:
    """The text without the marks that stand round its values."""
    return text.replace(FIRST, "").replace(LAST, "")


def _isolated(values: dict[str, object]) -> dict[str, object]:
    return {name: isolated(value) if isinstance(value, str) else value for name, value in values.items()}
