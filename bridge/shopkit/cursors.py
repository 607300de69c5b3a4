"""Reading what is new by primary key, and what was missing below (the other half of `bridge.domain.cursor`).

A table that only grows is read from the cursor's lowest recent gap on. Older gaps are read again by key range; gaps
close to each other are one range, because a server that gives out every second id makes a gap beside every row.
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping, Sequence
from functools import partial
from typing import NamedTuple, Protocol, TypeVar

from bridge.contracts.shop import TouchedRow
from bridge.domain.cursor import Cursor, Gap, in_a_gap
from bridge.shopkit.database import ShopDatabase
from bridge.shopkit.named_sql import Statement

RECENT_ROWS = 500
"""Rows looked at when a cursor starts: what is missing among them may still commit."""

NEAR_IDS = 50
"""Gaps at most this many ids apart are read as one range."""

LAST_ID = 2**63 - 1


class _Numbered(Protocol):
    @property
    def id(self) -> int: ...


_Row = TypeVar("_Row", bound=_Numbered)
Between = Callable[[int, int, int], Awaitable[Sequence[_Row]]]
"""Reads the rows with ids above the first number up to the second, ascending, at most the third of them."""


class CursorTable(NamedTuple):
    """One cursor's table, without its prefix, and its statements: `newest` ids first, rows `between` two ids."""

    table: str
    newest: Statement
    between: Statement


def cursor_tables(sql: Mapping[str, Statement], tables: Mapping[str, str]) -> dict[str, CursorTable]:
    """A platform's cursors by name, with the statements named `newest_NAME` and `NAME_between`."""
    return {name: CursorTable(table, sql[f"newest_{name}"], sql[f"{name}_between"]) for name, table in tables.items()}


async def newest_ids(database: ShopDatabase, tables: Mapping[str, CursorTable]) -> dict[str, Sequence[int]]:
    """For each cursor the most recent ids of its table."""
    return {
        name: [row[0] for row in await database.rows(table.newest, limit=RECENT_ROWS)] for name, table in tables.items()
    }


async def touched_rows(
    database: ShopDatabase, tables: Mapping[str, CursorTable], cursors: Mapping[str, Cursor], *, page: int
) -> dict[str, Sequence[TouchedRow]]:
    """For each cursor at most `page` new rows, those since its lowest recent gap, and those found in its older gaps."""
    return {
        name: await rows_of_cursor(cursor, partial(_touched_between, database, tables[name].between), page=page)
        for name, cursor in cursors.items()
    }


async def rows_of_cursor(cursor: Cursor, between: Between[_Row], *, page: int) -> list[_Row]:
    """At most `page` new rows, those since the lowest recent gap, and those found in the older gaps."""
    older = cursor.older_gaps
    rows = [
        row
        for first, last in _ranges(older)
        async for row in _all_between(between, first, last, page)
        if in_a_gap(row.id, older)
    ]
    again = cursor.position - cursor.read_after
    return [*rows, *await between(cursor.read_after, LAST_ID, page + again)]


async def _all_between(between: Between[_Row], first: int, last: int, page: int) -> AsyncIterator[_Row]:
    after = first - 1
    while after < last:
        rows = await between(after, last, page)
        for row in rows:
            yield row
        if len(rows) < page:
            return
        after = rows[-1].id


async def _touched_between(
    database: ShopDatabase, statement: Statement, after: int, until: int, limit: int
) -> list[TouchedRow]:
    rows = await database.rows(statement, after=after, until=until, limit=limit)
    # COALESCE of an unsigned id and a plain number is a DECIMAL to the server, and a Decimal to the driver.
    return [TouchedRow(int(number), int(order_id)) for number, order_id in rows]


def _ranges(gaps: Sequence[Gap]) -> Iterator[tuple[int, int]]:
    """The gaps, lowest first, as few ranges."""
    start = end = 0
    for gap in gaps:
        if start and gap.first - end <= NEAR_IDS:
            end = max(end, gap.last)
            continue
        if start:
            yield start, end
        start, end = gap.first, gap.last
    if start:
        yield start, end
