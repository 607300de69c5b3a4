"""The desk as the rules need it: repositories over one open transaction.

A service is a plain function whose first argument is `Tx`; `transact` (bridge.desk) opens the transaction, calls it on
the writer thread and commits. Nothing here waits, so nothing can be cancelled between two writes.
All times are aware datetimes in UTC; all amounts are coins.
"""

from collections.abc import Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from bridge.contracts.coin_desk import (
    Answers,
    Audit,
    Deadlines,
    Downtimes,
    Guests,
    Notices,
    PersonalData,
    Prices,
    Quotes,
    Redemptions,
)
from bridge.contracts.conversations import ChatContacts, Conversations, Receipts
from bridge.contracts.disputes import Disputes
from bridge.contracts.files import Files
from bridge.contracts.freezes import Freezes
from bridge.contracts.licence_rows import LicenceRows
from bridge.contracts.licences import Licences
from bridge.contracts.premium import Agreements, Bills, Contacts, OrderPayments, WorkTime
from bridge.contracts.problems import Problems
from bridge.contracts.threads import Threads
from bridge.contracts.tickets import Policies, Tickets
from bridge.domain.accounts import Account, Owner
from bridge.domain.cursor import Cursor
from bridge.domain.events import Event
from bridge.domain.ledger import Entry
from bridge.domain.packages import Package
from bridge.domain.purchases import Purchase
from bridge.domain.slices import SliceSum


class FirstSync(StrEnum):
    """How far a store's first sync is (rule C2)."""

    PENDING = "pending"
    CONFIRMED = "confirmed"
    DONE = "done"


@dataclass(frozen=True, slots=True)
class StoreState:
    """What the desk remembers about a store. `synced_to` is the last order id the first sync has booked.

    `confirmed_units` is the dry-run total staff have confirmed, `booked_units` what the first sync has booked of it.
    `page_terms` is a digest of the settings that account pages show; `statuses` says which statuses the orders were
    last read by, empty where that is not known; `licence_codes` which codes gave licences then, `licences_since` when
    the newest of them came. `lost_since` is when the shop could no longer be read, None while it can.
    """

    id: int
    name: str
    first_sync: FirstSync = FirstSync.PENDING
    confirmed_units: int = 0
    booked_units: int = 0
    synced_to: int = 0
    page_terms: str = ""
    statuses: str = ""
    licence_codes: tuple[str, ...] = ()
    licences_since: datetime | None = None
    lost_since: datetime | None = None


@dataclass(frozen=True, slots=True)
class Touched:
    """An order that changed and is to be read again at `due_at`; `seen_at` is when the change was first noticed."""

    order_id: int
    seen_at: datetime
    touched_at: datetime
    due_at: datetime


@dataclass(frozen=True, slots=True)
class Comparison:
    """How far the round of comparing a store's orders is: `slice` is the last one compared, −1 before the first.

    `finished_at` is when the last whole round ended, None before there was one.
    """

    slice: int = -1
    finished_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class PushState:
    """How much of an account the shop has: its number, and how many entries with which digest."""

    number: int = 0
    entries: int = 0
    digest: str = ""


@dataclass(frozen=True, slots=True)
class NumberedEntry:
    """A recorded entry: its place in its account (1..n) and the account's totals after it."""

    id: int
    number: int
    entry: Entry
    posted_after: int
    held_after: int


class Stores(Protocol):
    def get(self, name: str) -> StoreState:
        """The store's state; a store seen for the first time is recorded."""
        ...

    def save(self, state: StoreState) -> None: ...


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


class Sync(Protocol):
    def cursors(self, store: str) -> dict[str, Cursor]:
        """How far the tables of its orders have been read, by name; nothing before they were begun."""
        ...

    def inbox_cursor(self, store: str) -> Cursor:
        """How far its inbox has been read; from its beginning on where it never was."""
        ...

    def save_inbox_cursor(self, store: str, cursor: Cursor) -> None: ...

    def save_cursors(self, store: str, cursors: Mapping[str, Cursor]) -> None: ...

    def note_touched(self, store: str, touched: Iterable[Touched]) -> None:
        """Remember changed orders; one already waiting keeps its `seen_at` and gets the later `due_at`."""
        ...

    def waiting(self, store: str, order_ids: Iterable[int]) -> dict[int, Touched]: ...

    def due(self, store: str, at: datetime, limit: int) -> list[Touched]:
        """Orders to be read now; also those whose time is far only because the machine's clock was put back."""
        ...

    def next_due(self, store: str) -> datetime | None: ...

    def settle(self, store: str, orders: Iterable[Touched]) -> None:
        """Forget touched orders, but not one that was touched again since `touched_at`."""
        ...

    def waiting_count(self, store: str) -> int:
        """How many touched orders have not been read yet."""
        ...

    def forget_cursors(self, store: str) -> None:
        """Read from the tables' ends anew, wherever those are then, and the inbox from its beginning."""
        ...


class Slices(Protocol):
    """The digests of the orders as they were last read, by slices of ids."""

    def sums(self, store: str, *, after: int, until: int) -> dict[int, SliceSum]:
        """The sums of the slices above `after`, up to and with `until`; one without orders is left out."""
        ...

    def digests(self, store: str, number: int) -> dict[int, int]:
        """The digests of one slice's orders, by order id."""
        ...

    def note(self, store: str, read: Mapping[int, int], gone: Iterable[int] = ()) -> None:
        """Keep the digests of these orders as they were `read`, and forget the orders that were not there."""
        ...

    def newest(self, store: str) -> int:
        """The highest slice that has orders; −1 where there is none."""
        ...

    def forget(self, store: str) -> None:
        """Forget how the orders were, so that all are read again, but not which there were: some may be gone."""
        ...

    def comparison(self, store: str) -> Comparison: ...

    def save_comparison(self, store: str, comparison: Comparison) -> None: ...


class Outbox(Protocol):
    def add(self, events: Iterable[Event]) -> None:
        """Tell plugins after the commit, at least once."""
        ...

    def follow(self, store: str, was: Owner, now: Owner) -> None:
        """An account has another owner now: what has not been told of it is told of that one (rule D3)."""
        ...

    def told_under(self, prefix: str) -> Mapping[str, datetime]:
        """The keys that begin so, of events of the last thirty days, each with when it happened."""
        ...

    def release(self, store: str) -> int:
        """Tell what was held after a restore. Returns how many events that are."""
        ...

    def drop(self, store: str) -> int:
        """Never tell what was held after a restore. Returns how many events that are."""
        ...


class Deliveries(Protocol):
    """The plugins' messages, as far as others than their plugins decide about them."""

    def follow(self, store_name: str, was: Owner, now: Owner) -> None:
        """An account has another owner now: messages on their way to the former one are for that one (rule D3)."""
        ...

    def release(self, store_name: str) -> int:
        """Deliver what was held after a restore. Returns how many messages that are."""
        ...

    def drop(self, store_name: str) -> int:
        """Never deliver what was held after a restore. Returns how many messages that are."""
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


class Tx(Protocol):
    """One open transaction on the desk."""

    @property
    def stores(self) -> Stores: ...
    @property
    def accounts(self) -> Accounts: ...
    @property
    def ledger(self) -> Ledger: ...
    @property
    def purchases(self) -> Purchases: ...
    @property
    def licences(self) -> Licences: ...
    @property
    def licence_rows(self) -> LicenceRows: ...
    @property
    def sync(self) -> Sync: ...
    @property
    def slices(self) -> Slices: ...
    @property
    def problems(self) -> Problems: ...
    @property
    def outbox(self) -> Outbox: ...
    @property
    def deliveries(self) -> Deliveries: ...
    @property
    def push(self) -> Push: ...
    @property
    def tickets(self) -> Tickets: ...
    @property
    def threads(self) -> Threads: ...
    @property
    def policies(self) -> Policies: ...
    @property
    def quotes(self) -> Quotes: ...
    @property
    def answers(self) -> Answers: ...
    @property
    def deadlines(self) -> Deadlines: ...
    @property
    def notices(self) -> Notices: ...
    @property
    def downtimes(self) -> Downtimes: ...
    @property
    def prices(self) -> Prices: ...
    @property
    def redemptions(self) -> Redemptions: ...
    @property
    def guests(self) -> Guests: ...
    @property
    def disputes(self) -> Disputes: ...
    @property
    def freezes(self) -> Freezes: ...
    @property
    def personal(self) -> PersonalData: ...
    @property
    def chat_contacts(self) -> ChatContacts: ...
    @property
    def conversations(self) -> Conversations: ...
    @property
    def receipts(self) -> Receipts: ...
    @property
    def files(self) -> Files: ...
    @property
    def contacts(self) -> Contacts: ...
    @property
    def agreements(self) -> Agreements: ...
    @property
    def work_time(self) -> WorkTime: ...
    @property
    def bills(self) -> Bills: ...
    @property
    def order_payments(self) -> OrderPayments: ...
    @property
    def audit(self) -> Audit: ...

    def attempt(self) -> AbstractContextManager[None]:
        """What is done inside is taken back where it raises; the error goes on, the transaction can too.

        Raises `DeskUnusable` where it is the desk itself that fails: nothing of the transaction is kept then.
        """
        ...
