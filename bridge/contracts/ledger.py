"""The books: entries and packages, and the orders that granted them. All amounts are coins."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from bridge.domain.ledger import Entry
from bridge.domain.packages import Package
from bridge.domain.purchases import Purchase


@dataclass(frozen=True, slots=True)
class NumberedEntry:
    """A recorded entry: its place in its account (1..n) and the account's totals after it."""

    id: int
    number: int
    entry: Entry
    posted_after: int
    held_after: int


class Ledger(Protocol):
    def packages_of(self, account_ids: Iterable[int]) -> dict[int, list[Package]]:
        """Packages by account."""
        ...

    def units_of(self, store: str, order_ids: Iterable[int]) -> dict[int, list[Package]]:
        """Packages by the order that granted them."""
        ...

    def packages(self, package_ids: Iterable[int]) -> dict[int, Package]:
        """Packages by their own ids; one that there is not is left out."""
        ...

    def ending_between(self, since: datetime, until: datetime) -> list[tuple[str, Package]]:
        """Store and package of all that end between two moments, both included, and have a deadline that waits."""
        ...

    def new_package_ids(self, count: int) -> range: ...

    def append(
        self, store: str, entries: Sequence[Entry], packages: Mapping[int, Package], new: Iterable[int] = ()
    ) -> int:
        """Record entries, the packages they touch (as marked by the rule, coins not moved yet), the accounts' totals.

        `new` names the packages that do not exist yet. A key already recorded with the same content is skipped.
        Returns how many were recorded. Raises `KeyReused` for a key recorded with other content, `ImpossibleAmount`
        where a package would break C4.
        """
        ...

    def recorded(self, key: str) -> Entry | None:
        """The entry with that key, None where there is none yet."""
        ...

    def recorded_under(self, keys: Iterable[str]) -> dict[str, Entry]:
        """The entries with these keys, by key; one that there is not yet is left out."""
        ...

    def entries_of(self, account_id: int, *, after: int = 0, limit: int = 1000) -> list[NumberedEntry]: ...

    def strays(self, store: str) -> tuple[list[int], list[int]]:
        """Ids of packages of the store, and of entries, that have no account: at most 1,000, in a sound desk none."""
        ...


class Purchases(Protocol):
    def of_orders(self, store: str, order_ids: Iterable[int]) -> dict[int, Purchase]: ...

    def highest(self, store: str) -> int:
        """The highest number of an order that has granted; 0 for none."""
        ...

    def save(self, store: str, purchases: Iterable[Purchase]) -> None: ...
