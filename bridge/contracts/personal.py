"""What is kept of somebody, can be erased, or has an end by itself (rules D2 to D4)."""

from datetime import datetime
from typing import NamedTuple, Protocol

from bridge.contracts.answers import Answer
from bridge.domain.accounts import Account, Owner


class Sent(NamedTuple):
    """A plugin's message to somebody, as far as it is remembered."""

    plugin: str
    key: str
    kind: str
    state: str
    created_at: datetime


class PersonalData(Protocol):
    """What can be erased of somebody, and what has an end by itself (rules D2, D4)."""

    def answers_of(self, store: str, customer_id: int) -> list[Answer]:
        """What he did on his page and was answered, as long as that is remembered."""
        ...

    def sent_to(self, store: str, owner: Owner) -> list[Sent]:
        """Messages to him, waiting or sent."""
        ...

    def forget(self, store: str, account_id: int, owner: Owner) -> None:
        """Erase the texts of his tickets, quotes and answers, his claims, his messages and what tells him from others.

        What is shown in the shop of it is shown anew, without texts. Entries, amounts, hashes and evidence stay.
        """
        ...

    def forget_number(self, store: str, customer_id: int) -> None:
        """Forget what is kept under a customer's number alone: what he was answered, what he claimed, letters to him.

        So that whoever gets the number later finds nothing of it (rule D3). What was done is still known by its UUID.
        """
        ...

    def forget_old_texts(self, store: str, before: datetime) -> int:
        """Erase the texts of tickets, and of their quotes, that are at an end and had nothing new since then.

        Returns how many tickets that were.
        """
        ...

    def forget_sent(self, store: str, before: datetime) -> int:
        """Forget messages queued before then that were sent, or never will be."""
        ...

    def gone(self, store: str, before: datetime) -> list[Account]:
        """Accounts whose customer the shop has not had since before then, or was somebody else's by then (rule D3)."""
        ...
