"""Orders as the shop shows them at the moment they are read.

The order is the only witness of what was bought: quantities come from its lines as they are now, never from line ids,
which an edit re-creates (rule C2). Wall-clock times of a shop are only displayed or converted once, never ordered by.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import NamedTuple

from bridge.domain.accounts import Owner


class OrderLine(NamedTuple):
    """One line: `code` is OpenCart's model or PrestaShop's product reference; quantities in units."""

    code: str
    quantity: int
    refunded: int = 0
    returned: int = 0

    @property
    def owed(self) -> int:
        """Units the customer keeps: quantity − refunded − returned (rule C14)."""
        return self.quantity - self.refunded - self.returned


class Order(NamedTuple):
    """One order as it is now.

    `buyer` is None when the order names a customer whom the shop no longer has. `ordered_at` and `granting_at` are the
    shop's own wall clock without a zone: when the order was placed, and the first history row with a granting status;
    None where the shop has no usable date. `digest`, a whole number of 32 bits without a sign, stands for the order
    and its lines as they were read. `born` tells the buyer from another customer who gets the same number later, None
    where that is not known.
    """

    order_id: int
    shop_id: int
    buyer: Owner | None
    status: int
    ordered_at: datetime | None
    granting_at: datetime | None
    total: Decimal
    lines: tuple[OrderLine, ...]
    amount_only_slips: tuple[int, ...] = ()
    customer_id: int = 0
    digest: int = 0
    born: int | None = None


class UnreadableOrder(NamedTuple):
    """An order whose rows could not be understood; it is set aside with its reason, the rest goes on.

    `digest` is that of an order, 0 where not all of it was read.
    """

    order_id: int
    reason: str
    digest: int = 0


class Standing(StrEnum):
    """What a status means for coins (rule C14)."""

    GRANTING = "granting"
    REVOKING = "revoking"
    CHARGEBACK = "chargeback"
    NEUTRAL = "neutral"


@dataclass(frozen=True, slots=True)
class StatusSets:
    """Which of the shop's status ids grant and which revoke; all others change nothing (rule C14).

    A chargeback revokes too, and freezes the account.
    """

    granting: frozenset[int]
    revoking: frozenset[int]
    chargeback: frozenset[int] = frozenset()

    @classmethod
    def of(cls, granting: Collection[int], revoking: Collection[int], chargeback: Collection[int] = ()) -> "StatusSets":
        """Build the sets. Raises `ValueError` naming the ids that stand in both (rule C14)."""
        both = frozenset(granting) & (frozenset(revoking) | frozenset(chargeback))
        if both:
            raise ValueError(f"status {', '.join(map(str, sorted(both)))} is both granting and revoking")
        return cls(frozenset(granting), frozenset(revoking), frozenset(chargeback))

    def standing(self, status: int) -> Standing:
        """What the status means; a status in no set is neutral."""
        if status in self.granting:
            return Standing.GRANTING
        if status in self.chargeback:
            return Standing.CHARGEBACK
        if status in self.revoking:
            return Standing.REVOKING
        return Standing.NEUTRAL


NOT_ASKED = StatusSets(frozenset(), frozenset())
"""For what is decided without asking the shop: no status means anything."""
