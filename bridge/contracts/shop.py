"""The shop as the engine needs it: what a platform plugin offers.

A plugin returns a `ShopAdapter` for one store from the hook `bridge_connect_store`. Every method is one short story
over the shop's database: read some rows, or write some of our own; it opens no transaction that spans two calls, takes
no lock on the shop's tables and never uses a date as a cursor. Errors of the driver arrive as `ShopUnavailable` (worth
a retry) or `ShopRefused` (a person must act), once, with the store's name and the cause.
"""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import NamedTuple, Protocol
from zoneinfo import ZoneInfo

from bridge.contracts.shop_documents import CoinDeskShop
from bridge.contracts.shop_files import FileShop
from bridge.contracts.shop_licences import LicenceShop
from bridge.contracts.shop_rows import SignedRow, SigningKey
from bridge.contracts.shop_threads import ThreadShop
from bridge.domain.cursor import Cursor
from bridge.domain.mapped_licences import LicenceTable
from bridge.domain.orders import Order, StatusSets, UnreadableOrder
from bridge.domain.slices import SliceSum


@dataclass(frozen=True, slots=True)
class DatabaseAccess:
    """How to reach a shop's database. `password` is resolved from its reference and never shown."""

    name: str
    user: str
    prefix: str
    host: str = "127.0.0.1"
    port: int = 3306
    socket: Path | None = None
    password: str | None = field(default=None, repr=False)
    tls: bool = True
    tls_ca: Path | None = None
    connect_timeout_seconds: float = 5.0
    statement_timeout_seconds: float = 10.0
    connections: int = 2

    @property
    def place(self) -> str:
        """Where it is, in words for errors and logs."""
        return str(self.socket) if self.socket else f"{self.host}:{self.port}"


@dataclass(frozen=True, slots=True)
class StoreConnection:
    """What the hook `bridge_connect_store` is given: one store, with nothing of any other.

    Empty `shop_ids` means every shop of the database. The status fields are None where the settings leave them to the
    platform; `product_codes` are the codes that stand for a plan, a licensed product or a renewal. `licence_table` is
    the vendor's own table of licences, None where there is none (rule L8).
    """

    store: str
    platform: str
    zone: ZoneInfo
    database: DatabaseAccess
    shop_ids: tuple[int, ...] = ()
    granting: frozenset[int] | None = None
    revoking: frozenset[int] | None = None
    chargeback: frozenset[int] | None = None
    product_codes: frozenset[str] = frozenset()
    licence_table: LicenceTable | None = None
    page_orders: int = 500


@dataclass(frozen=True, slots=True)
class ShopFacts:
    """What probing found. `layout` names the table layout recognised, `zone` the shop's own zone if it says one."""

    layout: str
    server: str
    statuses: StatusSets
    zone: str | None = None


class TouchedRow(NamedTuple):
    """One row of a cursor's table: its primary key and the order it is about."""

    id: int
    order_id: int


class OrderPage(NamedTuple):
    """A page of a full read: orders ascending by id; `last_id` is where the next page starts."""

    orders: Sequence[Order]
    unreadable: Sequence[UnreadableOrder]
    last_id: int


class SlicePage(NamedTuple):
    """Sums of the shop's orders by slice, up to slice `until`; `more` says whether there are orders beyond it."""

    slices: Mapping[int, SliceSum]
    until: int
    more: bool


class Level(StrEnum):
    OK = "ok"
    WARNING = "warning"
    WRONG = "wrong"


class Finding(NamedTuple):
    """One line of `bridge check`: what was looked at, how it is, and what to do unless it is well."""

    name: str
    level: Level
    text: str
    remedy: str = ""


class AccountRows(NamedTuple):
    """One account's push: its account row and the entries the shop does not have yet, ascending by number.

    `entries_before` is how many entries the shop has already; rows above the account's last entry are deleted.
    """

    account: SignedRow
    entries: Sequence[SignedRow]
    entries_before: int


class Shown(NamedTuple):
    """What the shop has of one account, at a glance: the version of its account row, and how many entry rows."""

    epoch: int = 0
    number: int = 0
    entries: int = 0


class ShopAdapter(CoinDeskShop, FileShop, Protocol):
    """One shop's database, as one platform keeps it."""

    @property
    def threads_shop(self) -> ThreadShop | None:
        """The shop's own customer service; None where the platform has none."""
        ...

    @property
    def licences_shop(self) -> LicenceShop | None:
        """The vendor's own table of licences; None where the connection names none, or the platform can't read one."""
        ...

    async def probe(self) -> ShopFacts:
        """Connect, recognise the layout and read what the shop itself says (statuses, zone).

        Raises `ShopRefused` naming the tables that differ, for a database of another platform or layout.
        """
        ...

    async def newest(self) -> Mapping[str, Sequence[int]]:
        """For each cursor by name the most recent ids of its table, to start a `Cursor` at its end."""
        ...

    async def touched(self, cursors: Mapping[str, Cursor]) -> Mapping[str, Sequence[TouchedRow]]:
        """For each cursor the rows after `read_after` (at most a page of new ones) and those in its older gaps."""
        ...

    async def read_orders(self, order_ids: Sequence[int]) -> tuple[Sequence[Order], Sequence[UnreadableOrder]]:
        """Those orders as they are now. An order that is not there, or belongs to another shop id, is left out."""
        ...

    def all_orders(self, *, after: int, page: int) -> AsyncIterator[OrderPage]:
        """Every order with an id above `after`, in pages by primary key, in flat memory."""
        ...

    async def slices(self, *, after: int) -> SlicePage:
        """The sums of the slices above slice `after`, a few at a time; a slice without orders is left out.

        They are made of the digests that `read_orders` and `all_orders` give the same orders.
        """
        ...

    async def order_digests(self, number: int) -> Mapping[int, int]:
        """The digests of one slice's orders, each of 32 bits, by order id."""
        ...

    async def next_ids(self) -> Mapping[str, int]:
        """The id each cursor's table gives out next, and under `customer` the next customer's.

        A table that does not say it is left out. Ids only grow, so one that the cursor has passed means that the
        database has been put back to an older state. The cursor over the orders themselves is called `order`,
        the ids of the customer service's messages `message`.
        """
        ...

    def tables(self) -> Mapping[str, str]:
        """What the shop calls the tables that `next_ids` speaks of, prefix and all, by the same names. Asks nobody."""
        ...

    async def customers(self, customer_ids: Sequence[int]) -> Mapping[int, int]:
        """Those of these customers that the shop has, each with a number below 2³² that stays his for good.

        It tells him from another who gets the same id later; it is made of when he registered, say.
        """
        ...

    async def hint(self) -> str:
        """A text that has changed when orders may have, or the inbox; empty where the shop gives no hint.

        It is cheap and proves nothing: it only wakes the reader earlier.
        """
        ...

    async def push(self, rows: Sequence[AccountRows]) -> None:
        """Write account and entry rows. An older version never replaces a newer one; repeating changes nothing."""
        ...

    async def claim(self, row: SignedRow, keys: Sequence[SigningKey]) -> None:
        """Write the signed meta row that names this desk.

        Raises `ForeignDesk` if the shop's verified row names another desk or a higher epoch.
        """
        ...

    async def pushed(self, customer_ids: Sequence[int]) -> tuple[Sequence[SignedRow], Sequence[SignedRow]]:
        """The account rows and entry rows now in the shop, for `ledger verify` and the tests."""
        ...

    async def shown(self, customer_ids: Sequence[int]) -> Mapping[int, Shown]:
        """What the shop has of these customers' accounts; those it has nothing of are left out."""
        ...

    async def left_behind(self, epoch: int) -> Sequence[int]:
        """Customers whose account row in the shop is of an epoch before this one, ascending; at most 1,000 a call.

        Once every account has been pushed in a new epoch, these are rows of a lost desk that this one knows nothing of.
        """
        ...

    async def check(self) -> Sequence[Finding]:
        """Look at the connection, TLS, layout, rights (too few and too many), our tables, clock and charset."""
        ...

    async def prepare(self) -> Sequence[str]:
        """Create our tables where they are missing; returns what was done, in words."""
        ...

    def preparation_sql(self, database_user: str) -> str:
        """The SQL of `prepare` and the exact GRANTs for a least-privilege user, to be run by hand."""
        ...

    async def close(self) -> None:
        """Close every connection. Never raises."""
        ...
