"""What of a store's settings decides about premium time: kinds of work, their rates, numbers, agents (rules W1, W4).

A kind of work is data: nothing depends on what one is called.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from typing import NamedTuple

from bridge.domain.money import Currency, HourlyRate, Money
from bridge.domain.number_hiding import without_numbers

DOLLAR = Currency("USD")
STEP = timedelta(minutes=15)
"""Time is charged in started steps of this length, rounded up once an agreement (rule W6)."""


class NumberRole(StrEnum):
    """What a telephone number is for (rule W1): questions before buying, or paid help from the developer himself."""

    OFFICIAL = "official"
    PREMIUM = "premium"


class OurNumber(NamedTuple):
    """One number, and who may answer on it; nobody named is everybody of the staff, which a premium one never is.

    `key` is its name in the settings; desk, logs and commands call it so. `number` is as people dial it, E.164;
    of a premium one it stands nowhere but in the automatic reply (rule W2). `channel_id` is what the channel's plugin
    knows it by, empty for one that is worked by hand (rule W11).
    """

    key: str
    role: NumberRole
    number: str
    channel_id: str = ""
    agents: frozenset[str] = frozenset()


class PremiumKind(NamedTuple):
    """A kind of premium work, its names by language, and its rate."""

    key: str
    names: Mapping[str, str]
    rate: HourlyRate


@dataclass(frozen=True, slots=True)
class PremiumTerms:
    """`kinds` in file order. Nothing is sold where there are none.

    An offer can be accepted for `valid_days`; a cap is at most `most_steps` steps. A running timer ends by itself after
    `longest_timer`, or at its agreement's cap, of which its agent hears `warn_before` earlier; after *waiting* was
    marked the segment ends `waiting_counts` later (rule W6). `reply_again` is how long a contact is not answered
    automatically once more (rule W2), and `window` how long free text may be sent after his last message (rule W10).
    `ticket_page` is where help after the purchase is to be had, `code_valid` how long a one-time code links (rule W9).
    `pays` is how much a bought unit of a product code pays of bills, `pay_url` where those are sold. `people` says who
    an agent is over all stores, in stable words: he runs one timer at a time, whichever store it is for.
    """

    currency: Currency = DOLLAR
    kinds: Mapping[str, PremiumKind] = field(default_factory=dict)
    numbers: tuple[OurNumber, ...] = ()
    valid_days: int = 14
    most_steps: int = 32
    longest_timer: timedelta = timedelta(hours=2)
    warn_before: timedelta = timedelta(minutes=10)
    waiting_counts: timedelta = timedelta(minutes=10)
    reply_again: timedelta = timedelta(hours=24)
    window: timedelta = timedelta(hours=24)
    code_valid: timedelta = timedelta(minutes=15)
    ticket_page: str = ""
    pays: Mapping[str, Money] = field(default_factory=dict)
    pay_url: str = ""
    people: Mapping[str, str] = field(default_factory=dict)

    def number(self, key: str) -> OurNumber | None:
        """The number of that name."""
        return next((one for one in self.numbers if one.key == key), None)

    def on_channel(self, channel_id: str) -> OurNumber | None:
        """The number that the channel's plugin knows by that."""
        return next((one for one in self.numbers if one.channel_id and one.channel_id == channel_id), None)

    @property
    def premium_numbers(self) -> list[str]:
        """The numbers that stand in the automatic reply alone (rule W2)."""
        return [one.number for one in self.of_role(NumberRole.PREMIUM)]

    def hide_numbers(self, text: str) -> str:
        """What was said, as it may be shown anywhere else: without a premium number (rule W2)."""
        return without_numbers(text, self.premium_numbers)

    def of_role(self, role: NumberRole) -> tuple[OurNumber, ...]:
        """The numbers of that role, in file order."""
        return tuple(one for one in self.numbers if one.role is role)

    def person(self, agent: str) -> str:
        """Who that agent is over all stores."""
        return self.people.get(agent, agent.casefold())

    def way_to_pay(self, amount: Money) -> tuple[str, int] | None:
        """The product of which a whole number of units pays just this amount, and how many; the fewest, if several do.

        None where none does, and for nothing.
        """
        if amount.amount <= 0:
            return None
        found = [
            (int(amount.amount / unit.amount), code)
            for code, unit in self.pays.items()
            if unit.currency == amount.currency and amount.amount % unit.amount == 0
        ]
        return (min(found)[1], min(found)[0]) if found else None

    @property
    def unpayable(self) -> tuple[PremiumKind, ...]:
        """The kinds of which no product's whole units pay a quarter of an hour; none where no product pays bills."""
        if not self.pays:
            return ()
        return tuple(one for one in self.kinds.values() if self.way_to_pay(one.rate.for_duration(STEP)) is None)

    @property
    def agents(self) -> frozenset[str]:
        """Who may do premium work: listed for any premium number (rule W1)."""
        return frozenset(name for one in self.of_role(NumberRole.PREMIUM) for name in one.agents)
