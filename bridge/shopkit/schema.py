"""What a platform's layout is, as data, and how a database is recognised as one.

Neither platform keeps its version where a bridge with few rights could read it, so a layout is recognised by what it
is made of: the columns we read, asked for by name, and a few marks that tell it from its neighbours. Asking for the
columns also proves the rights: `information_schema` only lists what the user may see.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from bridge.errors import ShopRefused
from bridge.shopkit.database import ShopDatabase
from bridge.shopkit.errors import (
    COLUMN_DENIED,
    NO_SUCH_COLUMN,
    NO_SUCH_TABLE,
    TABLE_DENIED,
    error_number,
    refused,
)
from bridge.shopkit.named_sql import Statement

SETTINGS_VIEW = "supportbridge_settings"
"""Our view of the few settings we need; the table behind it holds secrets."""

_COLUMNS = Statement(
    "columns",
    "SELECT table_name, column_name, column_type, is_nullable, character_set_name FROM information_schema.columns"
    " WHERE table_schema = DATABASE() AND table_name IN (%(tables)s) LIMIT 2000",
)
_SERVER = Statement("server", "SELECT VERSION()")


class Mark(NamedTuple):
    """What a column is in this layout and not in its neighbours; None leaves that side open."""

    table: str
    column: str
    type: str | None = None
    nullable: bool | None = None


class ColumnFacts(NamedTuple):
    type: str
    nullable: bool
    charset: str | None


@dataclass(frozen=True, slots=True)
class Layout:
    """One layout of one platform. Tables are named without their prefix.

    `columns` are all columns the bridge reads, table by table, and `checked_columns` those that only `bridge check`
    reads; the printed grants are exactly these. `settings` is the query behind the settings view: it yields shop_id,
    name and value from `{settings}`, which is `settings_table`. `code_column` is where a line keeps its product code,
    `secret_tables` hold what the bridge must not be able to read.
    """

    name: str
    title: str
    columns: Mapping[str, Sequence[str]]
    checked_columns: Mapping[str, Sequence[str]]
    marks: Sequence[Mark]
    settings: str
    settings_table: str
    code_column: tuple[str, str]
    secret_tables: Sequence[str]
    other_platforms: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Found:
    """What asking for every table of a layout brought: what is wrong, by table, and the columns' facts."""

    missing_tables: Sequence[str]
    missing_columns: Mapping[str, str]
    denied: Mapping[str, str]
    facts: Mapping[tuple[str, str], ColumnFacts]


async def server_version(database: ShopDatabase) -> str:
    [(version,)] = await database.rows(_SERVER)
    return str(version)


async def recognise(database: ShopDatabase, layout: Layout) -> Found:
    """Check that the database has the layout and that the user may read it; returns the columns' facts.

    Raises `ShopRefused` naming what differs: missing tables and columns, missing rights, another version's marks.
    """
    found = await explore(database, layout)
    where = f"{database.store}: database {database.access.name} at {database.access.place}"
    prefix = database.access.prefix
    if found.denied:
        words = "; ".join(found.denied.values())
        raise refused(
            f"{where}: a right is missing, or the tables are not there under the prefix {prefix!r}: {words}",
            f"bridge store prepare {database.store} --print shows the rights that are needed",
        )
    wrong = [f"no table {prefix}{table}" for table in found.missing_tables]
    wrong += list(found.missing_columns.values()) or _other_marks(found, layout, prefix)
    if wrong:
        raise refused(
            f"{where} does not have the layout of {layout.title}: {'; '.join(wrong)}"
            + await _looks_like(database, layout),
            "correct platform, database.name or database.prefix in the store's file",
        )
    return found


async def explore(database: ShopDatabase, layout: Layout) -> Found:
    """Ask for every column by name and gather what can't be had. Raises `ShopUnavailable`."""
    missing: list[str] = []
    columns: dict[str, str] = {}
    denied: dict[str, str] = {}
    for table, names in layout.columns.items():
        try:
            await database.rows(probe_statement(database.access.prefix + table, names))
        except ShopRefused as error:
            number = error_number(error)
            if number == NO_SUCH_TABLE:
                missing.append(table)
            elif number == NO_SUCH_COLUMN:
                columns[table] = _server_says(error)
            elif number in {TABLE_DENIED, COLUMN_DENIED}:
                denied[table] = _server_says(error)
            else:
                raise
    return Found(missing, columns, denied, await _column_facts(database, layout))


def probe_statement(table: str, columns: Sequence[str]) -> Statement:
    """A query that reads nothing and fails unless the columns are there and may be read."""
    names = ", ".join(f"`{column}`" for column in columns)
    return Statement(f"probe {table}", f"SELECT {names} FROM `{table}` LIMIT 0")


async def _column_facts(database: ShopDatabase, layout: Layout) -> dict[tuple[str, str], ColumnFacts]:
    prefix = database.access.prefix
    rows = await database.rows(_COLUMNS, tables=[prefix + table for table in layout.columns])
    return {
        (table.removeprefix(prefix), column): ColumnFacts(_text(kind), nullable == "YES", charset)
        for table, column, kind, nullable, charset in rows
    }


def _other_marks(found: Found, layout: Layout, prefix: str) -> list[str]:
    wrong = []
    for mark in layout.marks:
        facts = found.facts.get((mark.table, mark.column))
        if facts is None:
            continue
        name = f"{prefix}{mark.table}.{mark.column}"
        if mark.type is not None and facts.type != mark.type:
            wrong.append(f"{name} is {facts.type}, not {mark.type}")
        if mark.nullable is not None and facts.nullable != mark.nullable:
            wrong.append(
                f"{name} is {'NULL' if facts.nullable else 'NOT NULL'}, not {'NULL' if mark.nullable else 'NOT NULL'}"
            )
    return wrong


async def _looks_like(database: ShopDatabase, layout: Layout) -> str:
    """Words about the platform it seems to be, if a table of one is there under the prefix."""
    for table, platform in layout.other_platforms.items():
        try:
            await database.rows(
                Statement("probe other platform", f"SELECT 1 FROM `{database.access.prefix}{table}` LIMIT 0")
            )
        except ShopRefused:
            continue
        return f"; it looks like {platform}"
    return ""


def _server_says(error: ShopRefused) -> str:
    driver = error.__cause__
    return str(driver.args[1]) if driver is not None and len(driver.args) > 1 else str(error)


def _text(value: object) -> str:
    return value.decode() if isinstance(value, bytes) else str(value)
