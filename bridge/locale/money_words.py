"""Money and worked time as a customer reads them: `1,020.00 USD`, `1 020,00 USD`, `۱٬۰۲۰٫۰۰ USD`.

The currency goes by its ISO code, which is the same in every language and never means another country's dollar. A
sign is a minus and no hyphen, so that no spreadsheet takes an amount for a formula.
"""

from datetime import timedelta
from decimal import Decimal

from bridge.domain.money import HOUR, HourlyRate, Money
from bridge.locale.numbers import POINTS, THOUSANDS, in_digits
from bridge.locale.say import say
from bridge.locale.statement_words import LEFT_TO_RIGHT, MINUS

AN_HOUR = "{money} an hour"
HOURS = "{hours} h"


def money_text(language: str, money: Money) -> str:
    """An amount with its currency. `KeyError` for another language.

    Among Persian words the currency would change its side with what stands around it: a mark holds it to the right.
    """
    number = number_text(language, money.amount)
    mark = LEFT_TO_RIGHT if language == "fa" and not number.startswith(LEFT_TO_RIGHT) else ""
    return f"{mark}{number}\N{NO-BREAK SPACE}{money.currency.code}"


def rate_text(language: str, rate: HourlyRate) -> str:
    """What an hour costs: `20.00 USD an hour`."""
    return say(language, AN_HOUR, money=money_text(language, rate.money))


def hours_text(language: str, duration: timedelta) -> str:
    """Charged time in hours, exactly: `1.25 h`; below zero for a correction."""
    return say(language, HOURS, hours=hours_number(language, duration))


def hours_number(language: str, duration: timedelta) -> str:
    """The same without its unit: `1.25`, `0.5`, `2`."""
    return number_text(language, hours(duration))


def hours(duration: timedelta) -> Decimal:
    """Time in hours, without zeros behind that say nothing; of quarter hours it is exact."""
    exact = Decimal(duration // timedelta(seconds=1)) / Decimal(HOUR // timedelta(seconds=1))
    return exact.quantize(Decimal(1)) if exact == exact.to_integral_value() else exact.normalize()


def worked_text(language: str, duration: timedelta) -> str:
    """Time to the second, as a clock that counts shows it: `0:47:05`; below zero for what a correction takes back."""
    minutes, seconds = divmod(abs(duration) // timedelta(seconds=1), 60)
    text = in_digits(language, f"{minutes // 60}:{minutes % 60:02}:{seconds:02}")
    return _below_zero(language, text) if duration < timedelta(0) else text


def number_text(language: str, number: Decimal) -> str:
    """An exact number with all the digits it has."""
    marks = str.maketrans({",": THOUSANDS[language], ".": POINTS[language]})
    text = in_digits(language, f"{abs(number):,f}".translate(marks))
    return _below_zero(language, text) if number < 0 else text


def _below_zero(language: str, text: str) -> str:
    return f"{LEFT_TO_RIGHT if language == 'fa' else ''}{MINUS}{text}"
