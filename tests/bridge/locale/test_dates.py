"""Dates as customers read them."""

from datetime import date

import pytest

from bridge.locale.dates import LANGUAGES, date_text


@pytest.mark.parametrize(
    ("day", "en", "ru", "fa"),
    [
        ("2027-11-21", "21 November 2027", "21 ноября 2027 г.", "۳۰ آبان ۱۴۰۶"),
        ("2027-03-21", "21 March 2027", "21 марта 2027 г.", "۱ فروردین ۱۴۰۶"),  # the first day of the Persian year
        ("2029-03-19", "19 March 2029", "19 марта 2029 г.", "۲۹ اسفند ۱۴۰۷"),
        ("2028-02-29", "29 February 2028", "29 февраля 2028 г.", "۱۰ اسفند ۱۴۰۶"),
        ("2026-01-01", "1 January 2026", "1 января 2026 г.", "۱۱ دی ۱۴۰۴"),
    ],
)
def test_a_day_in_words_in_every_language(day: str, en: str, ru: str, fa: str) -> None:
    assert [date_text(date.fromisoformat(day), language) for language in LANGUAGES] == [en, ru, fa]


def test_a_day_a_hundred_years_away_still_has_words() -> None:
    assert all(date_text(date(2126, 11, 23), language) for language in LANGUAGES)


def test_a_language_nobody_speaks_is_an_error() -> None:
    with pytest.raises(KeyError):
        date_text(date(2026, 1, 1), "de")
