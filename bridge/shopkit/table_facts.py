"""What a server says of tables as a whole: engine, collation, and the id that each gives out next.

A server on Windows keeps names in small letters and says them so, whatever a shop's settings call its tables; one on
Linux may have two tables that differ by nothing else.
"""

from collections.abc import Collection, Mapping
from typing import NamedTuple

from bridge.shopkit.database import ShopDatabase
from bridge.shopkit.named_sql import Statement

_TABLES = Statement(
    "tables",
    "SELECT table_name, engine, table_collation, auto_increment FROM information_schema.tables"
    " WHERE table_schema = DATABASE() AND table_type = 'BASE TABLE' AND table_name IN (%(tables)s) LIMIT 1000",
)


class TableFacts(NamedTuple):
    """`next_id` is None where the table gives out no ids, or doesn't say."""

    name: str
    engine: str
    collation: str
    next_id: int | None


async def table_facts(database: ShopDatabase, tables: Collection[str]) -> list[TableFacts]:
    """The facts of those of these tables (without prefix) that are there and may be seen."""
    prefix = database.access.prefix
    rows = await database.rows(_TABLES, tables=[prefix + table for table in tables])
    ours = our_names(prefix, tables, [name for name, *_ in rows])
    return [TableFacts(ours[name], *rest) for name, *rest in rows if name in ours]


def our_names(prefix: str, tables: Collection[str], said: Collection[str]) -> dict[str, str]:
    """Which of these tables (without prefix) a server means by the names that it says; others' names are left out."""
    small = {name.casefold(): name for name in said}
    full = {table: prefix + table for table in tables}
    meant = {table: name if name in said else small.get(name.casefold()) for table, name in full.items()}
    return {name: table for table, name in meant.items() if name is not None}


async def next_ids(database: ShopDatabase, tables: Mapping[str, str]) -> dict[str, int]:
    """The ids that these tables (without prefix, by the names of their ids) give out next, where the server says so."""
    facts = {table.name: table.next_id for table in await table_facts(database, tables.values())}
    found = {name: facts.get(table) for name, table in tables.items()}
    return {name: int(number) for name, number in found.items() if number is not None}
