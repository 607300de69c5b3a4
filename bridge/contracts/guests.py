"""Claims of guests' orders, and the orders that were linked to an account (rule C19)."""

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple, Protocol


class Claim(NamedTuple):
    """A customer's claim of a guest's order; `code` is empty once it has ended (rule C19)."""

    id: int
    store: str
    order_id: int
    customer_id: int
    code: str
    asked_at: datetime
    tries: int
    state: str


class Guests(Protocol):
    """Claims of guests' orders, and the orders that were linked to an account (rule C19)."""

    def claim(self, store: str, order_id: int, customer_id: int, *, code: str, at: datetime) -> Claim: ...

    def open_claim(self, store: str, order_id: int, customer_id: int) -> Claim | None: ...

    def get(self, claim_id: int) -> Claim | None: ...

    def asked_for(self, store: str, order_id: int, since: datetime, until: datetime) -> int:
        """How many codes were asked for an order after `since` and not after `until`."""
        ...

    def asked_by(self, store: str, customer_id: int, since: datetime, until: datetime) -> int:
        """How many codes a customer asked for then, whatever the orders."""
        ...

    def of_customer(self, store: str, customer_id: int) -> list[Claim]: ...

    def tried(self, claim_id: int) -> None: ...

    def close(self, claim_id: int, state: str) -> None:
        """End a claim; its code is forgotten."""
        ...

    def link(self, store: str, order_id: int, account_id: int, *, at: datetime, staff: str | None) -> None: ...

    def linked(self, store: str, order_ids: Iterable[int]) -> dict[int, int]:
        """Accounts by the orders that were linked to them."""
        ...

    def links_to(self, account_id: int) -> list[int]:
        """The orders that were linked to an account, ascending."""
        ...

    def hand_over(self, store: str, order_id: int, guest_account: int, account_id: int) -> None:
        """Let all that a guest's account has be another's: the order, packages, tickets, quotes, redemptions.

        It books nothing: the entries that say so are the service's. What either account's entries say stays.
        """
        ...
