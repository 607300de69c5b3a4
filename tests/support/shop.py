"""What every pretend shop can do, whichever platform and version it is.

The shop's own ways of changing an order are written by each platform. The quiet ways are here: changes by hand, by a
module or by a careless import, which leave no history row behind and no date changed.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import ClassVar

from tests.support.shop_database import OPENING_DAY, PRICE, Line, Sql, Value, moment
from tests.support.shop_inbox import ShopInbox


@dataclass(frozen=True, slots=True)
class OrderColumns:
    """Where a platform keeps its orders; `order_id` and `customer_id` are called the same wherever they occur."""

    orders: str
    order_id: str
    customer_id: str
    status: str
    lines: str
    line_id: str
    code: str
    quantity: str
    history_id: str


@dataclass(frozen=True, slots=True)
class BulkOrders:
    """What `bulk_orders` wrote: consecutive ids from the first ones on."""

    first_order: int
    orders: int
    lines: int
    history_rows: int
    first_customer: int
    customers: int


@dataclass(frozen=True, slots=True)
class BulkFrame:
    """What the rows of `bulk_orders` are made from, as SQL over `seq`, the row's number in its own table.

    `order` is the id of a row of orders, `customer` its buyer's (and a row of customers' own); `moment_of` gives the
    time of the order that an expression counts.
    """

    order: Sql
    customer: Sql
    moment_of: Callable[[str], Sql]


@dataclass(frozen=True, slots=True)
class BulkRows:
    """The rows of `bulk_orders`; their ids are put in afterwards."""

    customer: Mapping[str, Value | Sql]
    order: Mapping[str, Value | Sql]
    line: Mapping[str, Value | Sql]
    history: Mapping[str, Value | Sql]


class Shop(ShopInbox, ABC):
    """What a test may ask of any shop. `at` is always the shop's local wall clock, without a zone."""

    platform: ClassVar[str]
    columns: ClassVar[OrderColumns]

    pending_status: int
    paid_status: int
    canceled_status: int
    refunded_status: int

    # --- what its own code does ---

    @abstractmethod
    async def install(self) -> None:
        """Create the tables and the few rows a fresh shop has."""

    @abstractmethod
    async def add_store(self, name: str) -> int:
        """A second shop in the same database; its id."""

    @abstractmethod
    async def add_product(self, code: str, name: str = "", *, price: Decimal = PRICE) -> int: ...

    @abstractmethod
    async def add_customer(
        self,
        email: str,
        *,
        firstname: str = "Ada",
        lastname: str = "Byron",
        phone: str = "",
        language: str = "en",
        store: int | None = None,
    ) -> int:
        """Register in a language of the shop, `en` or one of `add_language`."""

    @abstractmethod
    async def add_language(self, code: str) -> int:
        """A further language of the shop, by its two letters and the country's (`ru-ru`); its id."""

    @abstractmethod
    async def place_order(
        self,
        customer: int | None,
        lines: Sequence[Line],
        *,
        at: datetime,
        guest: str = "",
        store: int | None = None,
        total: Decimal | None = None,
        status: int | None = None,
    ) -> int:
        """Check out: an unpaid order (`pending_status` unless given) with one history row; its id.

        Without `customer` it is a guest's, whose e-mail is `guest`. `total` replaces the sum of the lines.
        """

    async def place_paid_order(
        self,
        customer: int | None,
        lines: Sequence[Line],
        *,
        at: datetime,
        guest: str = "",
        store: int | None = None,
    ) -> int:
        """`place_order`, paid in the same moment."""
        order = await self.place_order(customer, lines, at=at, guest=guest, store=store)
        await self.set_status(order, self.paid_status, at)
        return order

    @abstractmethod
    async def set_status(self, order: int, status: int, at: datetime) -> None:
        """Change the order's status as the back office does, with its history row."""

    @abstractmethod
    async def edit_order(self, order: int, lines: Sequence[Line], at: datetime) -> None:
        """Give the order these lines instead, as the back office does."""

    @abstractmethod
    async def delete_order(self, order: int) -> None:
        """Remove the order with everything that belongs to it."""

    @abstractmethod
    async def delete_customer(self, customer: int) -> None:
        """Remove the customer; his orders stay, with an id that leads nowhere."""

    # --- what leaves no trace ---

    async def silent_status(self, order: int, status: int) -> None:
        """Change the status and nothing else: no history row, no date."""
        await self.update(self.columns.orders, {self.columns.status: status}, **{self.columns.order_id: order})

    async def silent_line_edit(self, order: int, code: str, quantity: int) -> None:
        """Change the quantity on the order's first line of that code and nothing else, not even the total."""
        at = self.columns
        found = await self.fetch(
            f"SELECT MIN({at.line_id}) FROM {{{at.lines}}} WHERE {at.order_id} = %s AND BINARY {at.code} = %s",
            order,
            self.stored(code),
        )
        if found == [(None,)]:
            raise LookupError(f"order {order} has no line with the code {code}")
        await self.update(at.lines, {at.quantity: quantity}, **{at.line_id: found[0][0]})

    async def delete_order_hard(self, order: int) -> None:
        """Remove the order's row alone, by hand or as PrestaShop's own class does; its lines and history stay."""
        await self.delete(self.columns.orders, **{self.columns.order_id: order})

    async def merge_customers(self, gone: int, into: int) -> None:
        """Give one customer's orders to another and remove him, as the modules for this purpose do."""
        at = self.columns
        await self.update(at.orders, {at.customer_id: into}, **{at.customer_id: gone})
        await self.delete_customer(gone)

    # --- many at once ---

    async def bulk_orders(
        self,
        orders: int,
        codes: Sequence[str],
        *,
        customers: int = 1000,
        first_at: datetime = OPENING_DAY,
        seconds_apart: int = 60,
    ) -> BulkOrders:
        """Write paid orders by the thousand.

        Alternately 2 lines and 1, of `codes` in turn, 3 history rows each.
        """
        at = self.columns
        first_customer = await self.next_id("customer")
        first_order = await self.next_id(at.orders)
        first_history = await self.next_id("order_history")
        lines = orders // 2 * 3 + orders % 2 * 2
        frame = BulkFrame(
            order=Sql(f"({first_order} + seq)"),
            customer=Sql(f"({first_customer} + seq MOD {customers})"),
            moment_of=lambda seq: moment(first_at, seq, seconds_apart),
        )
        rows = await self.bulk_rows(codes, frame)
        for table, count, ids, row in (
            ("customer", customers, {at.customer_id: frame.customer}, rows.customer),
            # Lines 0 and 1 of three belong to the first order of a pair, line 2 to the second.
            (at.lines, lines, {at.order_id: Sql(f"{first_order} + 2 * (seq DIV 3) + (seq MOD 3 = 2)")}, rows.line),
            (at.orders, orders, {at.order_id: frame.order, at.customer_id: frame.customer}, rows.order),
            (
                "order_history",
                orders * 3,
                {at.history_id: Sql(f"{first_history} + seq"), at.order_id: Sql(f"{first_order} + seq DIV 3")},
                rows.history,
            ),
        ):
            await self.insert_sequence(table, count, self.known(table, row) | ids)
        return BulkOrders(first_order, orders, lines, orders * 3, first_customer, customers)

    @abstractmethod
    async def bulk_rows(self, codes: Sequence[str], frame: BulkFrame) -> BulkRows:
        """The rows of `bulk_orders`."""
