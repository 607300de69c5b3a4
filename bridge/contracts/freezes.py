"""Accounts that staff have frozen, and let be used again: who did it, when and why (rule C15)."""

from datetime import datetime
from typing import NamedTuple, Protocol


class Freeze(NamedTuple):
    """Staff froze an account, or with `frozen` false lifted that. `reason` is in their words and can be erased (D1)."""

    account_id: int
    frozen: bool
    at: datetime
    staff: str
    reason: str


class Freezes(Protocol):
    def add(self, freeze: Freeze) -> None: ...

    def of_account(self, account_id: int) -> list[Freeze]:
        """All of an account, oldest first; a chargeback or a customer who is gone freeze it by themselves."""
        ...
