"""Plans: what a coin package grants, and which product codes stand for it.

Plans are data of the store. They rank in file order, best last (rule P1); nothing in the code asks for one by name.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from bridge.domain.service_hours import ALWAYS, ServiceCalendar


@dataclass(frozen=True, slots=True)
class Plan:
    """One plan: its size in coins, its term in calendar months, its place among the others (1 is lowest).

    `service` is when people are served under it (rule T4). `buy_url` is where one is sold, empty where it is not said.
    """

    key: str
    rank: int
    coins: int
    valid_months: int
    product_codes: tuple[str, ...]
    names: Mapping[str, str] = field(default_factory=dict)
    service: ServiceCalendar = ALWAYS
    buy_url: str = ""


class UnitTerms(NamedTuple):
    """What one unit of a product code grants; frozen per order when it first grants (rule C1)."""

    plan: str
    coins: int
    valid_months: int


class PlanBook:
    """The plans of one store, found by product code or key."""

    def __init__(self, plans: Iterable[Plan]) -> None:
        self.plans = {plan.key: plan for plan in plans}
        self._terms = {
            code: UnitTerms(plan.key, plan.coins, plan.valid_months)
            for plan in self.plans.values()
            for code in plan.product_codes
        }
        self._folded = {code.strip().casefold(): code for code in self._terms}

    @property
    def buy_url(self) -> str:
        """Where a package is sold, the smallest plan's first; empty where that is not said."""
        return next((plan.buy_url for plan in self.plans.values() if plan.buy_url), "")

    def terms(self, code: str) -> UnitTerms | None:
        """The terms a product code stands for today, or None where it stands for no plan."""
        return self._terms.get(code)

    def near_miss(self, code: str) -> str | None:
        """The configured code that `code` equals but for case and blanks, and nothing else.

        Such a line was most likely meant to grant coins: staff are told instead of the customer getting nothing.
        """
        meant = self._folded.get(code.strip().casefold())
        return meant if meant != code else None

    def rank(self, plan: str | None) -> int:
        """The plan's rank; 0 for no plan and for one that has left the settings."""
        known = self.plans.get(plan) if plan is not None else None
        return known.rank if known else 0

    @property
    def codes(self) -> frozenset[str]:
        """Every product code that stands for a plan."""
        return frozenset(self._terms)
