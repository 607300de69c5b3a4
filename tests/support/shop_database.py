"""What every pretend shop stands on: a connection of its own, and rows written the way the shop's code writes them.

It believes: every statement commits by itself; a column that the shop's code does not name gets what the server would
put there under the shop's own sql_mode; a letter that the connection's charset has no place for becomes question
marks. Times are the shop's local wall clock, without a zone, as the shop stores them.
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from types import TracebackType
from typing import Any, Self

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
class Snapshot:
    """A copy of tables, kept beside them: its name and the next id of each table that counts."""

    name: str
    next_ids: Mapping[str, int | None]


class ShopDatabase:
    """A shop's own connection and the layout its tables follow.

    Use it with `async with`, or `open` and `close`.
    """

    layout_name: str
    sql_mode: str
    charset = "utf8mb4"
    """Of the shop's own connection."""

    def __init__(self, parameters: ConnectionParameters, *, prefix: str | None = None, timezone: str = "UTC") -> None:
        self.layout: Layout = layout(self.layout_name)
        self.parameters = parameters
        self.prefix = self.layout.prefix if prefix is None else prefix
        self.timezone = timezone
        self._tables = {name: f"`{self.prefix}{name}`" for name in self.layout.tables}
        self._connection: Any = None
        self._one_at_a_time = asyncio.Lock()
        self._snapshots = 0

    async def open(self) -> Self:
        self._connection = await aiomysql.connect(
            **self.parameters.for_driver(init_command=f"SET SESSION sql_mode='{self.sql_mode}'", charset=self.charset)
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

    async def next_id(self, table: str) -> int:
        """The id that the table's next row will get; one that a deleted row had is not given again."""
        [(next_id,)] = await self.fetch(
            "SELECT AUTO_INCREMENT FROM information_schema.TABLES WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME = %s",
            f"{self.prefix}{table}",
        )
        return int(next_id)

    def known(self, table: str, row: Mapping[str, Value | Sql]) -> dict[str, Any]:
        """What of the row this version's table has columns for."""
        columns = {column.name for column in self.layout.tables[table].columns}
        return {name: value for name, value in row.items() if name in columns}

    def stored(self, text: str) -> str:
        """What the shop's tables hold of what somebody typed."""
        if self.charset == "utf8mb4":
            return text
        return "".join(letter if ord(letter) < 0x10000 else "????" for letter in text)

    async def snapshot(self) -> Snapshot:
        """Copy every table under the shop's prefix as it is now, a bridge's own among them, as a dump would."""
        self._snapshots += 1
        found = await self.fetch(
            "SELECT TABLE_NAME, AUTO_INCREMENT FROM information_schema.TABLES WHERE TABLE_SCHEMA = DATABASE() "
            "AND TABLE_TYPE = 'BASE TABLE' AND LEFT(TABLE_NAME, %s) = %s",
            len(self.prefix),
            self.prefix,
        )
        taken = Snapshot(f"snapshot{self._snapshots}_", dict(found))
        await self._copy({name: f"{taken.name}{name}" for name in taken.next_ids})
        return taken

    async def restore(self, snapshot: Snapshot) -> None:
        """Put the tables back as they were, their next ids too, as loading a dump does; later tables stay.

        One table after the other: a reader can come in between.
        """
        await self._copy({f"{snapshot.name}{name}": name for name in snapshot.next_ids})
        for name, next_id in snapshot.next_ids.items():
            if next_id is not None:
                await self.execute(f"ALTER TABLE `{name}` AUTO_INCREMENT = {next_id}")

    async def _copy(self, tables: Mapping[str, str]) -> None:
        await self.execute("SET SESSION sql_mode = 'NO_AUTO_VALUE_ON_ZERO'")
        for source, copy in tables.items():
            await self.execute(f"CREATE OR REPLACE TABLE `{copy}` LIKE `{source}`")
            await self.execute(f"INSERT INTO `{copy}` SELECT * FROM `{source}`")
        await self.execute(f"SET SESSION sql_mode = '{self.sql_mode}'")

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
