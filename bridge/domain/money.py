"""Money: an exact number of a currency's smallest part, never a fraction of one.

Believes: an amount is a `Decimal` with as many digits after the point as its currency has, and amounts of two
currencies are never added. Coins are no money and are never turned into it (`bridge.domain.coins`).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import NamedTuple

from bridge.errors import ImpossibleAmount

HOUR = timedelta(hours=1)


class Currency(NamedTuple):
    """A currency by its ISO 4217 code, and how many digits its amounts have after the point."""

    code: str
    digits: int = 2

    @property
    def smallest(self) -> Decimal:
        """Its smallest part: 0.01 of a dollar."""
        return Decimal(1).scaleb(-self.digits)


@dataclass(frozen=True, slots=True)
class Money:
    """An amount, exact to the currency's smallest part; a correction may be below zero.

    Raises `ImpossibleAmount` for an amount that has a finer part than its currency.
    """

    amount: Decimal
    currency: Currency

    def __post_init__(self) -> None:
        exact = self.amount.quantize(self.currency.smallest) if self.amount.is_finite() else None
        if exact is None or exact != self.amount:
            raise ImpossibleAmount(f"{self.amount} {self.currency.code}: there is no such amount of that currency")
        object.__setattr__(self, "amount", exact)

    def __add__(self, other: "Money") -> "Money":
        if other.currency != self.currency:
            raise ImpossibleAmount(f"{other.currency.code} can't be added to {self.currency.code}")
        return Money(self.amount + other.amount, self.currency)

    def __str__(self) -> str:
        return f"{self.amount} {self.currency.code}"


def total(amounts: Iterable[Money], currency: Currency) -> Money:
    """The sum; nothing at all is 0 of the currency. Raises `ImpossibleAmount` where one is of another."""
    return sum(amounts, Money(Decimal(0), currency))


@dataclass(frozen=True, slots=True)
class HourlyRate:
    """What an hour of work costs (rule W4)."""

    money: Money

    def for_duration(self, duration: timedelta) -> Money:
        """What so much time costs, to the smallest part of the currency; below zero for a correction.

        Raises `ImpossibleAmount` where that is no whole number of them: settings allow no rate of which a step is not,
        so that shown hours × rate is the shown total (rule W6).
        """
        seconds = Decimal(duration // timedelta(seconds=1))
        return Money(self.money.amount * seconds / Decimal(3600), self.money.currency)

    def __str__(self) -> str:
        return f"{self.money} an hour"
