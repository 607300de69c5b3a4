"""What may be asked of a customer in coins, for how long, and what he is reminded of (rules C5, C8, C11, C17).

Believes: these numbers are the vendor's published terms, so every one has the published default; a change counts for
what is offered from then on.
"""

from typing import Annotated, Self

from pydantic import AfterValidator, Field, model_validator

from bridge.settings.base import Broken, Section, all_broken
from bridge.settings.plans import MOST_COINS


class QuoteSettings(Section):
    """Quotes: offers to do work for a number of coins."""

    valid_days: Annotated[int, Field(ge=1, le=365)] = Field(
        default=14, description="How many days a quote can be approved; after that staff issue it anew (rule C8)."
    )
    remind_days: Annotated[int, Field(ge=1, le=364)] = Field(
        default=2, description="How many days before its end the customer is told that a quote is about to lapse."
    )
    most_coins: Annotated[int, Field(ge=1, le=MOST_COINS)] = Field(
        default=2_000, description="The most coins that one quote may ask for; more is taken for a slip of the pen."
    )
    inspection_coins: Annotated[int, Field(ge=1, le=MOST_COINS)] = Field(
        default=15, description="What a look at whether a request can be done at all costs, in coins (rule C11)."
    )
    hold_days: Annotated[int, Field(ge=1, le=3_650)] = Field(
        default=60, description="Coins that have been held for so many days remind staff of the unfinished work."
    )
    regrant_days: Annotated[int, Field(ge=1, le=3_650)] = Field(
        default=30,
        description=(
            "How many days coins can be used that ended or were revoked while held and come back because the vendor "
            "cancels (rule C5)."
        ),
    )
    actions_per_minute: Annotated[int, Field(ge=1, le=1_000)] = Field(
        default=10, description="How many clicks a minute of one customer on his page are done; more are refused."
    )

    @model_validator(mode="after")
    def _numbers_fit_together(self) -> Self:
        found = []
        if self.remind_days >= self.valid_days:
            rule = f"must be less than quotes.valid_days ({self.valid_days})"
            found.append(Broken(rule, ("remind_days",), str(self.remind_days)))
        if self.inspection_coins > self.most_coins:
            rule = f"must not be more than quotes.most_coins ({self.most_coins})"
            found.append(Broken(rule, ("inspection_coins",), str(self.inspection_coins)))
        if found:
            raise all_broken(found)
        return self


def _each_day_once(days: tuple[int, ...]) -> tuple[int, ...]:
    found = [Broken("must not be named twice", (at,)) for at, day in enumerate(days) if day in days[:at]]
    if found:
        raise all_broken(found)
    return tuple(sorted(days, reverse=True))


ReminderDays = Annotated[tuple[Annotated[int, Field(ge=1, le=366)], ...], AfterValidator(_each_day_once)]
"""Days before an end, each once, the longest first."""


class ReminderSettings(Section):
    """What a customer is told of before it is too late."""

    days: ReminderDays = Field(
        default=(30, 7, 1),
        description="How many days before a package ends its owner is reminded, each once; [] never (rule C17).",
    )
    low_percent: Annotated[int, Field(ge=0, le=100)] = Field(
        default=20,
        description=(
            "A balance is called low when less than this part of the newest package, in percent, can be spent; "
            "0 never says so."
        ),
    )
