"""Hints that something may have changed: cheap to ask for, and never proof.

Three places can tell. The shop's extension counts the shop's own order events in a row of ours; the server knows when a
table was written last, to the second; a server with a binary log knows its position, which moves with every change of
any database on it, and is asked only where the tables' times can't be had. One question asks for all that is there.
Whatever a hint says or misses, the cursors are read at their pace.
"""

from collections.abc import Sequence
from typing import NamedTuple

from bridge.errors import ShopRefused
from bridge.shopkit.database import ShopDatabase
from bridge.shopkit.named_sql import Statement

HINT_TABLE = "supportbridge_hint"

_REFUSED = object()


class HintSource(NamedTuple):
    """One place that can tell: what `bridge check` calls it, and the SQL expression to ask for."""

    words: str
    expression: str


class ShopHints:
    """The hints of one shop. What can be asked for is found out at the first question and after `look_again`."""

    def __init__(self, database: ShopDatabase, tables: Sequence[str]) -> None:
        prefix = database.access.prefix
        self._database = database
        self._values: dict[str, object] = {"store": database.store, "tables": [prefix + table for table in tables]}
        self._rows = HintSource(
            f"{prefix}{HINT_TABLE} rows",
            f"(SELECT SUM(number) FROM `{prefix}{HINT_TABLE}` WHERE store = %(store)s)",
        )
        self._sources: Sequence[HintSource] | None = None

    def look_again(self) -> None:
        """Find out anew what can be asked for: the extension may have been installed meanwhile."""
        self._sources = None

    async def read(self) -> str:
        """A text that has changed when something may have; empty where nothing can be asked for.

        A refusal means that a table or a right has gone since it was found out what can be asked for: that is found
        out once more at once, or the other sources would stay unheard until then.
        """
        try:
            return await self._read()
        except ShopRefused:
            self.look_again()
            return await self._read()

    async def _read(self) -> str:
        sources = await self.sources()
        if not sources:
            return ""
        return "|".join(map(str, await self._ask([source.expression for source in sources])))

    async def sources(self) -> Sequence[HintSource]:
        """What can be asked for, most telling first."""
        if self._sources is None:
            self._sources = await self._found()
        return self._sources

    async def _found(self) -> list[HintSource]:
        counted = await self._value(self._rows)
        found = [self._rows] if counted is not _REFUSED else []
        if counted is None:
            found = [self._rows._replace(words=f"{self._rows.words} (no event counted yet)")]
        written = await self._value(_WRITTEN)
        if written is None:  # a server gives no time of tables that were not written since it started, or never any
            found.append(_WRITTEN._replace(words=f"{_WRITTEN.words} once one is written"))
        elif written is not _REFUSED:
            return [*found, _WRITTEN]
        if await self._value(_POSITION) not in {_REFUSED, None, ""}:
            found.append(_POSITION)
        return found

    async def _value(self, source: HintSource) -> object:
        """What it says now; `_REFUSED` where there is no such table, no right, or no such variable on this server."""
        try:
            [value] = await self._ask([source.expression])
        except ShopRefused:
            return _REFUSED
        return value

    async def _ask(self, expressions: Sequence[str]) -> Sequence[object]:
        statement = Statement("hints", f"SELECT {', '.join(expressions)}")
        needed = {name: value for name, value in self._values.items() if f"%({name})s" in statement.text}
        [row] = await self._database.rows(statement, **needed)
        return row


_WRITTEN = HintSource(
    "UPDATE_TIME of the tables",
    "(SELECT MAX(update_time) FROM information_schema.tables"
    " WHERE table_schema = DATABASE() AND table_name IN (%(tables)s))",
)
_POSITION = HintSource("binlog position", "@@gtid_binlog_pos")
