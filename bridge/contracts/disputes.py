"""Chargebacks that staff have recorded, and taken back: what the shop's own statuses do not say (rule C14)."""

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple, Protocol


class Dispute(NamedTuple):
    """The bank took an order's money back, or, with `over`, that is at an end. The newest one of an order holds.

    `key` is staff's own name for it, unique within the store. `reason` is theirs too and can be erased (rule D1).
    """

    order_id: int
    key: str
    over: bool
    at: datetime
    staff: str
    reason: str


class Disputes(Protocol):
    def add(self, store: str, dispute: Dispute) -> None: ...

    def under(self, store: str, key: str) -> Dispute | None:
        """What was recorded under that key, None where nothing was."""
        ...

    def of_orders(self, store: str, order_ids: Iterable[int]) -> list[Dispute]:
        """All of these orders, oldest first."""
        ...
