"""Numbers as a customer reads them: an amount has its thousands apart, a number that is a name has not.

The same marks as on the customer's page: a comma, in Russian a space that doesn't break, in Persian its own mark.
"""

from collections.abc import Mapping

from persiantools import digits

THOUSANDS: Mapping[str, str] = {"en": ",", "ru": "\N{NO-BREAK SPACE}", "fa": "\N{ARABIC THOUSANDS SEPARATOR}"}
POINTS: Mapping[str, str] = {"en": ".", "ru": ",", "fa": "\N{ARABIC DECIMAL SEPARATOR}"}


class Amount(int):
    """A number of things, such as coins; a plain `int` in a sentence is a name, such as an order's."""


def grouped(language: str, number: int) -> str:
    """An amount in the language's digits with its thousands apart: `1,110`. `KeyError` for another language."""
    return in_digits(language, f"{number:,}".replace(",", THOUSANDS[language]))


def decimal(language: str, number: float) -> str:
    """A number that need not be whole, such as hours: `2.5`. `KeyError` for another language."""
    return in_digits(language, f"{number:g}".replace(".", POINTS[language]))


def in_digits(language: str, text: str) -> str:
    """The text with its digits as the language writes them."""
    return str(digits.en_to_fa(text)) if language == "fa" else text
