"""Licences as the rules need them: facts and history that are only added to, and how each stands by them.

All times are aware datetimes in UTC. What is derived (dates, places, suspension) is worked out from the history in the
transaction that adds to it, so it can't differ from it.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple, Protocol

from bridge.contracts.shown_rows import ShownRows
from bridge.domain.licence_history import KeptLicence
from bridge.domain.licence_orders import OrderRenewal
from bridge.domain.licences import Licence, LicenceEvent


class KeyedEvent(NamedTuple):
    """Something that happened to a licence, under a key by which a repeat is recognised."""

    licence_id: int
    key: str
    event: LicenceEvent


class Derived(NamedTuple):
    """What follows from a licence's history, and what is kept beside it: by the names of the columns."""

    follows: Mapping[str, object]
    kept: Mapping[str, object]


class Wanted(NamedTuple):
    """Which of a store's licences are looked for; None for all. One that is for good ends neither before nor after."""

    product: str | None = None
    suspended: bool | None = None
    ended_before: datetime | None = None
    not_ended_before: datetime | None = None


class Licences(ShownRows[KeptLicence], Protocol):
    def new_ids(self, count: int) -> range: ...

    def key_of_order(self, store: str, order_id: int, product: str) -> str:
        """The key of what an order gives of a product: always the same of this desk, also restored from a backup."""
        ...

    def record(self, events: Sequence[KeyedEvent], new: Sequence[Licence] = ()) -> dict[int, KeptLicence]:
        """Keep what happened, to licences that there are and to new ones; returns all of these as they stand then.

        A key already recorded with the same content is skipped. Raises `KeyReused` for one recorded with other content.
        """
        ...

    def get(self, store: str, licence_id: int) -> KeptLicence | None: ...

    def by_ids(self, store: str, licence_ids: Iterable[int]) -> dict[int, KeptLicence]:
        """Licences by their own ids; one that there is not is left out."""
        ...

    def by_key(self, store: str, key: str) -> KeptLicence | None:
        """The licence with that key, in the one spelling that keys have; a key of another store is unknown."""
        ...

    def of_orders(self, store: str, order_ids: Iterable[int]) -> dict[int, list[KeptLicence]]:
        """Licences by the order that gave them."""
        ...

    def of_accounts(self, account_ids: Iterable[int]) -> dict[int, list[KeptLicence]]:
        """Licences by the account that has them now, oldest first."""
        ...

    def page(self, store: str, *, after: int, limit: int) -> list[KeptLicence]:
        """The store's licences with an id above `after`, ascending."""
        ...

    def latest(self, store: str, wanted: Wanted, *, before: int, limit: int) -> list[KeptLicence]:
        """Those of the store's licences with an id below `before`, newest first; ends count with their grace."""
        ...

    def events(self, licence_id: int) -> list[LicenceEvent]:
        """All that happened to a licence, in the order it was kept."""
        ...

    def derived(self, account_ids: Iterable[int]) -> dict[int, Derived]:
        """Of these accounts' licences what is kept beside their histories, and what follows from these, by licence."""
        ...

    def renewals_of(self, store: str, order_ids: Iterable[int]) -> dict[int, list[OrderRenewal]]:
        """Renewals by the order that gave them."""
        ...

    def save_renewals(self, store: str, renewals: Iterable[OrderRenewal]) -> None:
        """Keep these; one of the same order, code and unit is replaced."""
        ...

    def show_anew(self, account_id: int) -> None:
        """Show the licences of an account anew, also what was kept back: whose it is has changed."""
        ...
