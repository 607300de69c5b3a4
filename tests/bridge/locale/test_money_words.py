"""Money and time are written as each language writes numbers, and no digit of them is ever rounded away."""

from datetime import timedelta
from decimal import Decimal

import pytest

from bridge.domain.money import Currency, HourlyRate, Money
from bridge.locale.chat_words import StatementRow, statement_text
from bridge.locale.money_words import hours_text, money_text, number_text, rate_text, worked_text

DOLLAR, RIAL, DINAR = Currency("USD"), Currency("IRR", 0), Currency("KWD", 3)


@pytest.mark.parametrize(
    ("language", "amount", "currency", "text"),
    [
        ("en", "20.00", DOLLAR, "20.00\u00a0USD"),
        ("ru", "1020.50", DOLLAR, "1\u00a0020,50\u00a0USD"),
        ("fa", "1020.50", DOLLAR, "\u200e۱٬۰۲۰٫۵۰\u00a0USD"),
        ("fa", "12500000", RIAL, "\u200e۱۲٬۵۰۰٬۰۰۰\u00a0IRR"),
        ("en", "0.125", DINAR, "0.125\u00a0KWD"),
        ("en", "-5.00", DOLLAR, "−5.00\u00a0USD"),
        ("fa", "-5.00", DOLLAR, "\u200e−۵٫۰۰\u00a0USD"),
        ("en", "0", DOLLAR, "0.00\u00a0USD"),
    ],
)
def test_an_amount_has_all_digits_of_its_currency(language: str, amount: str, currency: Currency, text: str) -> None:
    assert money_text(language, Money(Decimal(amount), currency)) == text


def test_W4_a_rate_is_said_by_the_hour() -> None:
    rate = HourlyRate(Money(Decimal(20), DOLLAR))
    assert rate_text("en", rate) == "20.00\u00a0USD an hour"
    assert rate_text("ru", rate) == "20,00\u00a0USD в час"
    assert rate_text("fa", rate) == "هر ساعت \u200e۲۰٫۰۰\u00a0USD", "its currency stands where an amount's does"


def test_W6_in_persian_a_lines_rate_stands_before_its_amount() -> None:
    price = HourlyRate(Money(Decimal(20), DOLLAR))
    row = StatementRow("پشتیبانی فنی", timedelta(minutes=-15), price, price.for_duration(timedelta(minutes=-15)))
    line = statement_text("fa", 31, [row], row.amount, final=False).splitlines()[1]
    words = "side by side they would be read as one, from the left"
    assert line.endswith("۲۰٫۰۰\u00a0USD، یعنی \u200e−۵٫۰۰\u00a0USD"), words
    assert "USD an hour = −5.00" in statement_text("en", 31, [row], row.amount, final=False)


@pytest.mark.parametrize(
    ("minutes", "text"),
    [(15, "0.25 h"), (30, "0.5 h"), (60, "1 h"), (600, "10 h"), (75, "1.25 h"), (-15, "−0.25 h"), (0, "0 h")],
)
def test_W6_charged_time_is_said_in_exact_hours(minutes: int, text: str) -> None:
    assert hours_text("en", timedelta(minutes=minutes)) == text


def test_a_great_many_hours_keep_their_quarter() -> None:
    assert hours_text("en", timedelta(hours=12_345, minutes=15)) == "12,345.25 h"
    assert number_text("fa", Decimal("12345.25")) == "۱۲٬۳۴۵٫۲۵"


def test_W6_raw_time_is_said_to_the_second() -> None:
    assert worked_text("en", timedelta(minutes=47, seconds=5)) == "0:47:05"
    assert worked_text("fa", timedelta(hours=10, seconds=59)) == "۱۰:۰۰:۵۹"
    assert worked_text("en", timedelta(minutes=-15)) == "−0:15:00"
    assert worked_text("fa", timedelta(minutes=-75)) == "\u200e−۱:۱۵:۰۰"
