"""Money is exact to its currency's smallest part, or it is refused (rules W4, W6)."""

from datetime import timedelta
from decimal import Decimal

import pytest

from bridge.domain.money import Currency, HourlyRate, Money, total
from bridge.errors import ImpossibleAmount

DOLLAR, RIAL, DINAR = Currency("USD"), Currency("IRR", 0), Currency("KWD", 3)


@pytest.mark.parametrize(
    ("amount", "currency"),
    [("0.001", DOLLAR), ("0.5", RIAL), ("0.0001", DINAR), ("NaN", DOLLAR), ("Infinity", DOLLAR)],
)
def test_an_amount_has_no_part_finer_than_its_currency(amount: str, currency: Currency) -> None:
    with pytest.raises(ImpossibleAmount):
        Money(Decimal(amount), currency)


def test_an_amount_shows_all_digits_of_its_currency() -> None:
    shown = [str(Money(Decimal(20), currency)) for currency in (DOLLAR, RIAL, DINAR)]
    assert shown == ["20.00 USD", "20 IRR", "20.000 KWD"]


def test_amounts_of_two_currencies_are_never_added() -> None:
    with pytest.raises(ImpossibleAmount):
        total([Money(Decimal(1), DOLLAR), Money(Decimal(1), RIAL)], DOLLAR)
    assert total([], DOLLAR) == Money(Decimal(0), DOLLAR)


@pytest.mark.parametrize(
    ("rate", "minutes", "amount"),
    [
        ("15.00", 60, "15.00"),
        ("20.00", 15, "5.00"),
        ("30.00", 30, "15.00"),
        ("30.00", -15, "-7.50"),
        ("0.04", 15, "0.01"),
    ],
)
def test_W6_hours_times_rate_is_the_total_to_the_cent(rate: str, minutes: int, amount: str) -> None:
    hourly = HourlyRate(Money(Decimal(rate), DOLLAR))
    assert hourly.for_duration(timedelta(minutes=minutes)) == Money(Decimal(amount), DOLLAR)


def test_W6_a_quarter_that_is_no_whole_cent_is_refused() -> None:
    with pytest.raises(ImpossibleAmount):
        HourlyRate(Money(Decimal("0.05"), DOLLAR)).for_duration(timedelta(minutes=15))
