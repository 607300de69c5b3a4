"""Accounts, and how much of each the shop shows already."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from bridge.domain.accounts import Account, Owner


@dataclass(frozen=True, slots=True)
class PushState:
    """How much of an account the shop has: its number, and how many entries with which digest."""

    number: int = 0
    entries: int = 0
    digest: str = ""


class Accounts(Protocol):
    def of_owners(self, store: str, owners: Iterable[Owner]) -> dict[Owner, Account]: ...

    def open(self, store: str, owners: Iterable[Owner]) -> dict[Owner, Account]:
        """The owners' accounts; missing ones are opened."""
        ...

    def by_ids(self, ids: Iterable[int]) -> dict[int, Account]: ...

    def highest_customer(self, store: str) -> int:
        """The highest number of a customer who has an account, also where it is an heir's by now; 0 for none."""
        ...

    def page(self, store: str, *, after: int, limit: int) -> list[Account]:
        """The store's accounts with an id above `after`, ascending."""
        ...

    def freeze(self, account_id: int, at: datetime) -> None:
        """Freeze an account; one that is frozen already keeps its date (rule C15)."""
        ...

    def unfreeze(self, account_id: int) -> None:
        """Let an account be used again."""
        ...

    def learn(self, born: Mapping[int, int]) -> None:
        """Keep what tells customers from later ones of the same number, by account id, where it is not known yet."""
        ...

    def unlearn(self, store: str) -> None:
        """Forget what tells the store's customers from others; it is learned anew."""
        ...

    def miss(self, ids: Iterable[int], at: datetime) -> None:
        """Note that the shop does not have these accounts' customers; the first such moment is kept."""
        ...

    def found(self, ids: Iterable[int]) -> None:
        """The shop has these accounts' customers."""
        ...

    def detach(self, store: str, account_id: int) -> Account:
        """Keep an account apart from a customer's number that is somebody else's now; returns that one's, an empty one.

        It continues the versions of the other, so that its page replaces what the shop shows under the number.
        """
        ...

    def touch(self, ids: Iterable[int]) -> None:
        """Count a change that is no entry, so that the account is pushed again."""
        ...


class Push(Protocol):
    def waiting(self, store: str, limit: int, *, skip: frozenset[int] = frozenset()) -> list[Account]:
        """Customer accounts that changed since their last push; guests have no page and never wait."""
        ...

    def count(self, store: str) -> int: ...

    def states(self, account_ids: Iterable[int]) -> dict[int, PushState]: ...

    def done(self, states: Mapping[int, PushState]) -> None: ...

    def refresh(self, store: str) -> None:
        """Push every account of the store once more; the shop keeps the entries it has."""
        ...

    def again(self, store: str) -> None:
        """Push everything of the store once more: accounts with all their entries, quotes, prices and answers."""
        ...

    def again_for(self, account_ids: Iterable[int]) -> None:
        """Push these accounts once more, with all their entries."""
        ...
