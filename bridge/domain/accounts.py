"""Accounts: where one buyer's coins are kept at one store.

A shop customer has one account a store. A guest has none to log in to, so each guest order keeps its coins in an
account of its own until it is claimed (rule C19); equal e-mail addresses never join two accounts. A shop may give a
customer's number to somebody else, who must not inherit: the earlier one's account is kept apart then (rule D3).
A visitor who writes to the shop without an account has one for his tickets alone, never for coins; a licence of the
vendor's own table that names an address alone has a holder, who is nobody until it is linked to a customer.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple


class OwnerKind(StrEnum):
    CUSTOMER = "customer"
    GUEST = "guest"
    FORMER = "former"
    VISITOR = "visitor"
    HOLDER = "holder"


class Owner(NamedTuple):
    """Who an account belongs to.

    `ref` is the shop's customer id, for a guest the shop's order id, for a former customer the account's own id, for a
    visitor the id of his thread in the shop's customer service, for a licence's holder the id of its row.
    """

    kind: OwnerKind
    ref: int

    def __str__(self) -> str:
        return f"{_WORDS[self.kind]} {self.ref}"


_WORDS = {
    OwnerKind.CUSTOMER: "customer",
    OwnerKind.GUEST: "guest order",
    OwnerKind.FORMER: "former customer's account",
    OwnerKind.VISITOR: "visitor of thread",
    OwnerKind.HOLDER: "holder of licence row",
}


@dataclass(frozen=True, slots=True)
class Account:
    """The totals of one account, in coins; the sum of its packages (rule C16).

    `number` grows with every change, so that an older copy never replaces a newer one in the shop. `born` tells the
    customer from another who gets the same number later, None where it is not known; `missed_at` is when the shop was
    first found to have him no more.
    """

    id: int
    owner: Owner
    number: int = 0
    entries: int = 0
    posted: int = 0
    held: int = 0
    frozen_at: datetime | None = None
    born: int | None = None
    missed_at: datetime | None = None

    @property
    def frozen(self) -> bool:
        """Frozen: no new quote, approval or redemption; grants, expiry and revocation go on (rule C15)."""
        return self.frozen_at is not None
