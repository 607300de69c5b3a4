"""Plan rights: what a customer may have by his plan, besides coins (rules P1 to P4).

Rights are data of the store: a key, a kind, names, and the plans that carry it. Nothing in the code asks for a right or
a plan by its name.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple


class RightKind(StrEnum):
    """`standing` is only shown; `once` is redeemed once per domain; `work` names work that may be quoted under the
    plan; `telephone` shows the number.
    """

    STANDING = "standing"
    ONCE = "once"
    WORK = "work"
    TELEPHONE = "telephone"


@dataclass(frozen=True, slots=True)
class Right:
    """One right; `plans` are the keys of those that carry it."""

    key: str
    kind: RightKind
    plans: frozenset[str]
    names: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Price:
    """One line of the price list (rule C13); `rank` is its place, from 1."""

    code: str
    coins: int
    rank: int
    names: Mapping[str, str] = field(default_factory=dict)
    about: Mapping[str, str] = field(default_factory=dict)


class Redemption(NamedTuple):
    """A one-time right that was redeemed for a domain (rule P2); `licence` is empty until its reference is recorded."""

    right: str
    domain: str
    account_id: int
    ticket_id: int
    licence: str = ""


class RightBook:
    """The rights and prices of one store."""

    def __init__(self, rights: Iterable[Right] = (), prices: Iterable[Price] = ()) -> None:
        self.rights = {right.key: right for right in rights}
        self.prices = {price.code: price for price in prices}

    def of_plan(self, plan: str | None) -> list[Right]:
        """The rights that a plan carries, in file order; none without a plan."""
        return [right for right in self.rights.values() if plan is not None and plan in right.plans]

    def allows(self, key: str, plan: str | None) -> bool:
        """Whether a plan carries that right."""
        right = self.rights.get(key)
        return right is not None and plan is not None and plan in right.plans
