"""What the two pretend shops share: a connection of their own, and rows written the way the shop's code
writes them.

It believes: every statement commits by itself; a column that the shop's code does not name gets what the
server would put there under the shop's own sql_mode. Times are the shop's local wall clock, without a zone,
as the shop stores them.
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from types import TracebackType
from typing import Any, Protocol, Self

import aiomysql

from bridge.testing.mariadb import ConnectionParameters
from tests.support.layouts import Layout, layout

Value = str | int | Decimal | datetime | None
Line = tuple[str, int]
"""Product code and quantity."""

OPENING_DAY = datetime(2026, 1, 1, 9, 0, 0)  # noqa: DTZ001 - a shop's wall clock has no zone
PRICE = Decimal("100.0000")


class Sql(str):
    """An SQL expression where a value is expected; `seq` is the row's number in `insert_sequence`."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class BulkOrders:
    """What `bulk_orders` wrote: consecutive ids from the first ones on."""

    first_order: int
    orders: int
    lines: int
    history_rows: int
    first_customer: int
    customers: int


class Shop(Protocol):
    """What a test may ask of either shop. `at` is always the shop's local wall clock, without a zone."""

    prefix: str
    pending_status: int
    paid_status: int
    canceled_status: int
    refunded_status: int

    async def install(self) -> None:
        """Create the tables and the few rows a fresh shop has."""

    async def add_store(self, name: str) -> int:
        """A second shop in the same database; its id."""

    async def add_product(self, code: str, name: str = "", *, price: Decimal = PRICE) -> int: ...

    async def add_customer(
        self, email: str, *, firstname: str = "Ada", lastname: str = "Byron", store: int | None = None
    ) -> int: ...

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

    async def set_status(self, order: int, status: int, at: datetime) -> None:
        """Change the order's status as the back office does, with its history row."""

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

    async def edit_order(self, order: int, lines: Sequence[Line], at: datetime) -> None:
        """Give the order these lines instead, as the back office does."""

    async def delete_order(self, order: int) -> None: ...

    async def delete_customer(self, customer: int) -> None: ...

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

    async def execute(self, statement: str, *values: Value) -> int:
        """Run one statement, `{order}` meaning the prefixed table `order`; the number of rows it touched."""

    async def fetch(self, statement: str, *values: Value) -> list[tuple[Any, ...]]: ...


class ShopDatabase:
    """A shop's own connection and the layout its tables follow.

    Use it with `async with`, or `open` and `close`.
    """

    layout_name: str
    sql_mode: str

    def __init__(self, parameters: ConnectionParameters, *, prefix: str | None = None, timezone: str = "UTC") -> None:
        self.layout: Layout = layout(self.layout_name)
        self.parameters = parameters
        self.prefix = self.layout.prefix if prefix is None else prefix
        self.timezone = timezone
        self._tables = {name: f"`{self.prefix}{name}`" for name in self.layout.tables}
        self._connection: Any = None
        self._one_at_a_time = asyncio.Lock()

    async def open(self) -> Self:
        self._connection = await aiomysql.connect(
            **self.parameters.for_driver(init_command=f"SET SESSION sql_mode='{self.sql_mode}'")
        )
        return self

    async def close(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            await connection.ensure_closed()

    async def __aenter__(self) -> Self:
        return await self.open()

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def create_tables(self) -> None:
        for statement in self.layout.statements(prefix=self.prefix):
            await self.execute(statement.replace("{", "{{").replace("}", "}}"))

    async def execute(self, statement: str, *values: Value) -> int:
        """Run one statement, `{order}` meaning the prefixed table `order`; the number of rows it touched."""
        async with self._one_at_a_time, self._connection.cursor() as cursor:
            return int(await cursor.execute(statement.format_map(self._tables), values or None))

    async def fetch(self, statement: str, *values: Value) -> list[tuple[Any, ...]]:
        """The rows of one query, `{order}` meaning the prefixed table `order`."""
        async with self._one_at_a_time, self._connection.cursor() as cursor:
            await cursor.execute(statement.format_map(self._tables), values or None)
            return list(await cursor.fetchall())

    async def row(self, table: str, **where: Value) -> dict[str, Any]:
        """The one row that matches, by column name."""
        condition = " AND ".join(f"`{column}` = %s" for column in where)
        names = [column.name for column in self.layout.tables[table].columns]
        columns = ", ".join(f"`{name}`" for name in names)
        rows = await self.fetch(f"SELECT {columns} FROM {{{table}}} WHERE {condition}", *where.values())
        if len(rows) != 1:
            raise LookupError(f"{len(rows)} rows of {self.prefix}{table} where {where}")
        return dict(zip(names, rows[0], strict=True))

    async def insert(self, table: str, values: Mapping[str, Value]) -> int:
        """Insert one row, every NOT NULL column supplied; its new id."""
        row = {**self._unnamed(table), **values}
        columns = ", ".join(f"`{name}`" for name in row)
        marks = ", ".join(["%s"] * len(row))
        statement = f"INSERT INTO {{{table}}} ({columns}) VALUES ({marks})".format_map(self._tables)
        async with self._one_at_a_time, self._connection.cursor() as cursor:
            await cursor.execute(statement, tuple(row.values()))
            return int(cursor.lastrowid)

    async def update(self, table: str, values: Mapping[str, Value], **where: Value) -> None:
        changes = ", ".join(f"`{column}` = %s" for column in values)
        condition = " AND ".join(f"`{column}` = %s" for column in where)
        await self.execute(f"UPDATE {{{table}}} SET {changes} WHERE {condition}", *values.values(), *where.values())

    async def delete(self, table: str, **where: Value) -> None:
        condition = " AND ".join(f"`{column}` = %s" for column in where)
        await self.execute(f"DELETE FROM {{{table}}} WHERE {condition}", *where.values())

    async def insert_sequence(self, table: str, rows: int, values: Mapping[str, Value | Sql]) -> None:
        """Insert many rows in one statement; Sql values may use `seq`, which runs from 0 to rows - 1."""
        if rows == 0:
            return
        row = {**self._unnamed(table), **values}
        columns = ", ".join(f"`{name}`" for name in row)
        expressions = ", ".join(value if isinstance(value, Sql) else "%s" for value in row.values())
        parameters = [value for value in row.values() if not isinstance(value, Sql)]
        await self.execute(
            f"INSERT INTO {{{table}}} ({columns}) SELECT {expressions} FROM seq_0_to_{rows - 1}", *parameters
        )

    async def next_id(self, table: str, column: str) -> int:
        [(highest,)] = await self.fetch(f"SELECT COALESCE(MAX(`{column}`), 0) FROM {{{table}}}")
        return int(highest) + 1

    def _unnamed(self, table: str) -> dict[str, Value]:
        return {c.name: c.emptiest for c in self.layout.tables[table].columns if c.must_be_supplied}


def one_of(expression: str, choices: Sequence[Value]) -> Sql:
    """SQL that takes `choices` in turn, by the number that `expression` gives (0 is the first)."""
    quoted = ", ".join(str(c) if isinstance(c, int | Decimal) else _quoted(str(c)) for c in choices)
    return Sql(f"ELT(({expression}) MOD {len(choices)} + 1, {quoted})")


def moment(first: datetime, number: str, seconds_apart: int) -> Sql:
    """SQL for a shop-local moment: `seconds_apart` for each step that `number` counts, from `first` on."""
    return Sql(f"'{first:%Y-%m-%d %H:%M:%S}' + INTERVAL ({number}) * {seconds_apart} SECOND")


def _quoted(text: str) -> str:
    return "'" + text.replace("\\", "\\\\").replace("'", "''").replace("%", "%%") + "'"
