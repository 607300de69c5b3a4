"""What `bridge check` says of a vendor's own table of licences: can it be read, and what do five of its rows say?

Whoever has written a mapping sees in these rows whether it is right. A key is shown by its last characters, an address
by its host.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

from bridge.contracts.shop import Finding, Level
from bridge.domain.licence_keys import masked
from bridge.domain.licences import Term
from bridge.domain.mapped_licences import Fault, LicenceTable, MappedLicence, RowFault, read_row
from bridge.errors import ShopRefused
from bridge.shopkit.database import ShopDatabase
from bridge.shopkit.errors import NO_SUCH_COLUMN, NO_SUCH_TABLE, error_number, server_says
from bridge.shopkit.licence_table import LicenceTableReader, mapped_columns
from bridge.shopkit.named_sql import Statement
from bridge.shopkit.schema import probe_statement

SHOWN = 5
_KEY = Statement(
    "key of the licence table",
    "SELECT data_type, column_key FROM information_schema.columns"
    " WHERE table_schema = DATABASE() AND table_name = %(table)s AND column_name = %(column)s LIMIT 1",
)
_WHOLE_NUMBERS = frozenset({"tinyint", "smallint", "mediumint", "int", "bigint"})


class LicenceChecks:
    """The table of one store."""

    def __init__(self, database: ShopDatabase, table: LicenceTable) -> None:
        self._database, self._table = database, table

    async def run(self) -> Sequence[Finding]:
        """Whether it can be read, by what, and its newest rows, a line each."""
        table = self._table
        try:
            await self._database.rows(probe_statement(table.name, mapped_columns(table)))
        except ShopRefused as error:
            return [Finding("licence table", Level.WRONG, f"{table.name}: {server_says(error)}", self._remedy(error))]
        rows = await LicenceTableReader(self._database, table).newest_licences(SHOWN)
        findings = list(await self._numbers())
        if not rows:
            return [*findings, Finding("licence table", Level.OK, f"{table.name} has no row yet")]
        return [*findings, *(_shown(row.id, read_row(row, table), table) for row in rows)]

    def _remedy(self, error: ShopRefused) -> str:
        if error_number(error) in {NO_SUCH_TABLE, NO_SUCH_COLUMN}:
            return "correct [licences.table] in the store's file"
        return f"give the user exactly the rights that this prints: bridge store prepare {self._database.store} --print"

    async def _numbers(self) -> Iterable[Finding]:
        """Pages go by the numbers of the rows, so these have to be numbers, each of one row, and quick to find."""
        table = self._table
        where = f"{table.name}.{table.id_column}"
        rows = await self._database.rows(_KEY, table=table.name, column=table.id_column)
        kind, key = (str(part).lower() for part in rows[0]) if rows else ("", "")
        if kind and kind not in _WHOLE_NUMBERS:
            remedy = "name a column of whole numbers as licences.table.id_column in the store's file"
            return [Finding("licence table", Level.WRONG, f"{where} is {kind}, not a column of whole numbers", remedy)]
        if key not in {"pri", "uni"}:
            text = f"{where} is no key of its table: each look walks the whole table, and two rows may have one number"
            return [Finding("licence table", Level.WARNING, text, "make it the primary key, or give it a unique index")]
        return []


def _shown(number: int, one: MappedLicence | RowFault, table: LicenceTable) -> Finding:
    if isinstance(one, RowFault) and one.kind is Fault.OTHER_PRODUCT:
        return Finding("licence table", Level.OK, f"{table.name} row {number}: {one.text}")
    if isinstance(one, RowFault):
        remedy = "correct the row, or [licences.table] in the store's file"
        return Finding("licence table", Level.WARNING, f"{table.name} row {number}: {one.text}", remedy)
    return Finding("licence table", Level.OK, f"{table.name} row {number}: {', '.join(_parts(one, table))}")


def _parts(one: MappedLicence, table: LicenceTable) -> Iterator[str]:
    yield f"key {masked(one.key)}"
    yield one.product
    yield f"customer {one.customer_id}" if one.customer_id is not None else f"somebody @{one.email.rpartition('@')[2]}"
    yield one.status.value
    if one.starts is not None:
        yield f"from {_day(one.starts, table)}"
    yield from (f"{term.value} until {_day(end, table)}" for term in Term if (end := one.ends[term]) is not None)
    if one.domains is not None:
        yield f"{one.domains} domains" if one.domains else "any number of domains"
    if one.order_id is not None:
        yield f"order {one.order_id}"


def _day(moment: datetime, table: LicenceTable) -> str:
    return moment.astimezone(table.zone).date().isoformat()
