"""How a database is recognised as one layout of a platform.

Neither platform keeps its version where a bridge with few rights could read it, so a layout is recognised by what it
is made of: the columns we read, asked for by name, and the marks that tell it from its neighbours. Asking for the
columns also proves the rights: `information_schema` only lists what the user may see.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
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
    server_says,
)
from bridge.shopkit.named_sql import Statement
from bridge.shopkit.schema import Layout, Mark, Platform, existence_statement, probe_statement
from bridge.shopkit.table_facts import our_names

_COLUMNS = Statement(
    "columns",
    "SELECT table_name, column_name, column_type, is_nullable, character_set_name, collation_name, column_key"
    " FROM information_schema.columns WHERE table_schema = DATABASE() AND table_name IN (%(tables)s) LIMIT 2000",
)
_SERVER = Statement("server", "SELECT VERSION()")

ColumnName = tuple[str, str]
"""A table without its prefix, and a column."""


class ColumnFacts(NamedTuple):
    """`key` is "PRI" for a part of the primary key, "UNI" or "MUL" where an index begins with it, else empty."""

    type: str
    nullable: bool
    charset: str | None
    collation: str | None
    key: str


@dataclass(frozen=True, slots=True)
class Found:
    """What asking for every table of a platform brought: what is wrong, by table, and the facts of seen columns."""

    missing_tables: Sequence[str]
    missing_columns: Mapping[str, str]
    denied: Mapping[str, str]
    facts: Mapping[ColumnName, ColumnFacts]


async def server_version(database: ShopDatabase) -> str:
    [(version,)] = await database.rows(_SERVER)
    return str(version)


async def recognise(database: ShopDatabase, platform: Platform, found: Found | None = None) -> Layout:
    """The layout that the database has; `found` is what `explore` has brought, if it was asked already.

    Raises `ShopRefused` naming what differs: missing rights, tables and columns, or what the nearest layout has not.
    """
    found = found or await explore(database, platform)
    where = f"{database.store}: database {database.access.name} at {database.access.place}"
    prefix = database.access.prefix
    if found.denied:
        words = "; ".join(found.denied.values())
        raise refused(
            f"{where}: a right is missing, or the tables are not there under the prefix {prefix!r}: {words}",
            f"bridge store prepare {database.store} --print shows the rights that are needed",
        )
    wrong = [f"no table {prefix}{table}" for table in found.missing_tables] + list(found.missing_columns.values())
    if wrong:
        raise refused(
            f"{where} does not have the layout of {platform.title}: {'; '.join(wrong)}"
            + await _looks_like(database, platform),
            "correct platform, database.name or database.prefix in the store's file",
        )
    there = await _existing(database, platform, found.facts)
    nearest, different = nearest_layout(platform, found.facts, there, prefix=prefix)
    if different:
        raise refused(
            f"{where} has a layout of {platform.title} that is not known; the nearest is {nearest.title}, "
            f"but here {'; '.join(different)}",
            f"known are {', '.join(layout.title for layout in platform.layouts)}: bring the shop to one of them, "
            "or undo what changed these columns",
        )
    return nearest


async def explore(database: ShopDatabase, platform: Platform) -> Found:
    """Ask for every column by name and gather what can't be had. Raises `ShopUnavailable`."""
    missing: list[str] = []
    columns: dict[str, str] = {}
    denied: dict[str, str] = {}
    for table, names in platform.columns.items():
        try:
            await database.rows(probe_statement(database.access.prefix + table, names))
        except ShopRefused as error:
            number = error_number(error)
            if number == NO_SUCH_TABLE:
                missing.append(table)
            elif number == NO_SUCH_COLUMN:
                columns[table] = server_says(error)
            elif number in {TABLE_DENIED, COLUMN_DENIED}:
                denied[table] = server_says(error)
            else:
                raise
    return Found(missing, columns, denied, await _column_facts(database, platform))


async def _column_facts(database: ShopDatabase, platform: Platform) -> dict[ColumnName, ColumnFacts]:
    prefix = database.access.prefix
    tables = {*platform.columns, *platform.checked_columns}
    rows = await database.rows(_COLUMNS, tables=[prefix + table for table in sorted(tables)])
    ours = our_names(prefix, tables, {row[0] for row in rows})
    return {
        (ours[table], column): ColumnFacts(_text(kind), nullable == "YES", charset, collation, key)
        for table, column, kind, nullable, charset, collation, key in rows
        if table in ours
    }


async def _existing(
    database: ShopDatabase, platform: Platform, facts: Mapping[ColumnName, ColumnFacts]
) -> set[ColumnName]:
    """Those of the columns that marks speak of which are there, readable or not."""
    existing = set(facts)
    spoken_of = {(mark.table, mark.column) for layout in platform.layouts for mark in layout.marks}
    for table, column in sorted(spoken_of - existing):
        try:
            await database.rows(existence_statement(database.access.prefix + table, column))
        except ShopRefused as error:
            if error_number(error) != COLUMN_DENIED:
                raise
            existing.add((table, column))
    return existing


def nearest_layout(
    platform: Platform, facts: Mapping[ColumnName, ColumnFacts], there: Collection[ColumnName], *, prefix: str
) -> tuple[Layout, list[str]]:
    """The layout with the fewest differences, the newest of several, and these differences in words; none: it is it."""
    compared = [(layout, differences(layout, facts, there, prefix=prefix)) for layout in reversed(platform.layouts)]
    return min(compared, key=lambda one: len(one[1]))


def differences(
    layout: Layout, facts: Mapping[ColumnName, ColumnFacts], there: Collection[ColumnName], *, prefix: str
) -> list[str]:
    """In what columns differ from a layout's marks; `facts` are of those that may be read, `there` are all."""
    return [words for mark in layout.marks for words in _differences(mark, facts, there, prefix)]


def _differences(
    mark: Mark, facts: Mapping[ColumnName, ColumnFacts], there: Collection[ColumnName], prefix: str
) -> Iterator[str]:
    name = f"{prefix}{mark.table}.{mark.column}"
    column = (mark.table, mark.column)
    if (column in there) != mark.there:
        yield f"{name} is missing" if mark.there else f"there is {name}"
        return
    seen = facts.get(column)
    if seen is None:
        return
    if mark.type is not None and seen.type != mark.type:
        yield f"{name} is {seen.type}, not {mark.type}"
    if mark.nullable is not None and seen.nullable != mark.nullable:
        yield f"{name} is {_null(seen.nullable)}, not {_null(mark.nullable)}"


def _null(nullable: bool) -> str:
    return "NULL" if nullable else "NOT NULL"


async def _looks_like(database: ShopDatabase, platform: Platform) -> str:
    """Words about the platform it seems to be, if a table of one is there under the prefix."""
    for table, other in platform.other_platforms.items():
        try:
            await database.rows(
                Statement("probe other platform", f"SELECT 1 FROM `{database.access.prefix}{table}` LIMIT 0")
            )
        except ShopRefused:
            continue
        return f"; it looks like {other}"
    return ""


def _text(value: object) -> str:
    return value.decode() if isinstance(value, bytes) else str(value)
