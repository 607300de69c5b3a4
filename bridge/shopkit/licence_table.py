"""Reading a vendor's own table of licences: pages by its numbers, with a digest of each row (rule L8).

What is read is text, whatever the columns are: so `0000-00-00` arrives as it stands, and no driver's idea of a date
comes between. Names of the table and its columns were checked by the settings; everything else is a parameter.
"""

from collections.abc import Iterable, Sequence

from bridge.contracts.shop_licences import RowDigest
from bridge.domain.mapped_licences import LicenceTable, MappedRow
from bridge.shopkit.database import Row, ShopDatabase
from bridge.shopkit.errors import refused
from bridge.shopkit.named_sql import Statement
from bridge.shopkit.reading import in_parts

HIGHEST = 2**63
LONGEST_TEXT = 400
"""Characters that are read of a column: more is no key, no date and no address."""
MOST_ALIKE = 2
"""Rows of one id that are asked for; more than one is a fault, however many there are."""


class LicenceTableReader:
    """Implements `bridge.contracts.shop_licences.LicenceShop`."""

    def __init__(self, database: ShopDatabase, table: LicenceTable) -> None:
        self._database, self._table = database, table
        self._fields = list(table.columns)
        number, name = f"`{table.id_column}`", f"`{table.name}`"
        digest, texts = _digest(table), ", ".join(_text(table.columns[field]) for field in self._fields)
        self._digests = Statement(
            "licence digests",
            f"SELECT {number}, BIT_XOR({digest}) + COUNT(*) - 1 FROM {name} WHERE {number} > %(after)s"
            f" GROUP BY {number} ORDER BY {number} LIMIT %(limit)s",
        )
        self._rows = Statement(
            "licence rows",
            f"SELECT {number}, {digest}, {texts} FROM {name} WHERE {number} IN (%(ids)s)"
            f" ORDER BY {number} LIMIT %(limit)s",
        )
        self._newest = Statement(
            "newest licences",
            f"SELECT {number}, {digest}, {texts} FROM {name} ORDER BY {number} DESC LIMIT %(limit)s",
        )

    async def licence_digests(self, *, after: int, limit: int) -> list[RowDigest]:
        """The rows with an id above `after`, ascending; several of one id are one, with a digest of its own."""
        rows = await self._database.rows(self._digests, after=after, limit=limit)
        return [RowDigest(self._id(row), int(row[1])) for row in rows]

    async def licence_rows(self, row_ids: Sequence[int]) -> list[MappedRow]:
        """Those of these rows that are there."""
        found: list[MappedRow] = []
        for part in in_parts(row_ids):
            found += self._mapped(await self._part(part))
        return found

    async def newest_licences(self, limit: int) -> list[MappedRow]:
        """The rows with the highest ids, descending."""
        return self._mapped(await self._database.rows(self._newest, limit=limit))

    async def _part(self, ids: list[int]) -> Sequence[Row]:
        """The rows of these ids; where one has so many that others would be cut off, in smaller parts."""
        rows = await self._database.rows(self._rows, ids=ids, limit=MOST_ALIKE * len(ids))
        if len(rows) < MOST_ALIKE * len(ids) or len(ids) == 1:
            return rows
        middle = len(ids) // 2
        return [*await self._part(ids[:middle]), *await self._part(ids[middle:])]

    def _mapped(self, rows: Iterable[Row]) -> list[MappedRow]:
        found: dict[int, MappedRow] = {}
        for row in rows:
            number, digest = self._id(row), int(row[1])
            if (same := found.get(number)) is not None:
                found[number] = same._replace(times=same.times + 1)
                continue
            said = {field: text or "" for field, text in zip(self._fields, row[2:], strict=True)}
            found[number] = MappedRow(number, digest, {**self._table.values, **said})
        return list(found.values())

    def _id(self, row: Row) -> int:
        if isinstance(row[0], int) and row[0] < HIGHEST:
            return row[0]
        where = f"{self._database.store}: {self._table.name}.{self._table.id_column}"
        raise refused(
            f"{where} holds {type(row[0]).__name__} and no whole numbers below 2⁶³, so it can't be read in parts",
            "name a column of whole numbers as licences.table.id_column in the store's file",
        )


def mapped_columns(table: LicenceTable) -> list[str]:
    """Every column that is read, each once: the rights that are needed."""
    return list(dict.fromkeys([table.id_column, *table.columns.values()]))


def _digest(table: LicenceTable) -> str:
    """MD5 because CRC32 is linear, so that two equal changes would cancel; the length parts a text from its next."""
    parts = [f"COALESCE(CONCAT(LENGTH(`{name}`), ':', CAST(`{name}` AS BINARY)), '-')" for name in _read(table)]
    return f"CRC32(MD5(CONCAT_WS('|', {', '.join(parts)})))"


def _read(table: LicenceTable) -> list[str]:
    return sorted(set(table.columns.values()))


def _text(column: str) -> str:
    return f"LEFT(CAST(`{column}` AS CHAR), {LONGEST_TEXT})"
