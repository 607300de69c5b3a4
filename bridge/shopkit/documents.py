"""The coin desk's documents in the shop: tickets, quotes, prices and answers, each a signed row.

They are written like the accounts: what is written twice changes nothing, what arrives late never replaces what is
newer, and a row that stands in the way under a higher version without any desk of ours having written it there is
cleared, as it was looked at. The tables came one after another; a shop that was prepared before one came has it not.
"""

import json
from collections.abc import Sequence
from operator import attrgetter
from typing import NamedTuple

from bridge.contracts.shop_documents import DocumentRow, DocumentTable
from bridge.contracts.shop_rows import SignedRow, SigningKey, verifies
from bridge.errors import ShopRefused
from bridge.shopkit.database import ShopDatabase
from bridge.shopkit.errors import NO_SUCH_TABLE, TABLE_DENIED, error_number, refused, server_says
from bridge.shopkit.named_sql import load_sql
from bridge.shopkit.writer import batches

DOCUMENTS_A_STATEMENT = 200

ABSENT = {NO_SUCH_TABLE, TABLE_DENIED}
"""What servers answer where a table is not there: to whom has no right on it, that he may not."""


class _Naming(NamedTuple):
    """How a document of a table says whose row it is: under `key`, and under `customer` where it has one."""

    key: str
    has_customer: bool = True


_NAMING = {
    DocumentTable.QUOTE: _Naming("quote"),
    DocumentTable.PRICE: _Naming("code", has_customer=False),
    DocumentTable.ANSWER: _Naming("uuid"),
    DocumentTable.TICKET: _Naming("ticket"),
}


class ShopDocuments:
    """Writes and reads the documents of one store. `keys` are the store's keys; without any, nothing is cleared."""

    def __init__(self, database: ShopDatabase) -> None:
        self._database = database
        self._store = database.store
        self._sql = load_sql("bridge.shopkit", "coin_desk.sql", database.access.prefix)
        self.keys: Sequence[SigningKey] = ()

    async def push(self, table: DocumentTable, rows: Sequence[DocumentRow]) -> None:
        """Write the documents. Raises `ShopRefused` naming the remedy where the shop has no such table yet."""
        try:
            for part in batches(rows, DOCUMENTS_A_STATEMENT):
                await self._clear_the_way(table, part)
                await self._database.write_many(
                    self._sql[f"write_{table}"], [self._values(table, document) for document in part]
                )
        except ShopRefused as error:
            if error_number(error) not in ABSENT:
                raise
            name = f"{self._database.access.prefix}supportbridge_{table}"
            raise refused(
                f"{self._store}: the shop has no table {name}, or not for this user: {server_says(error)}",
                f"run: bridge store prepare {self._store}; where the bridge's user may not make tables, let the "
                f"database's owner run what this prints: bridge store prepare {self._store} --print",
            ) from error.__cause__

    async def read(self, table: DocumentTable, keys: Sequence[int | str]) -> list[DocumentRow]:
        """Those of these documents that are in the shop, by key; none where the shop has no such table."""
        found: list[DocumentRow] = []
        try:
            for part in batches(sorted(set(keys), key=str), DOCUMENTS_A_STATEMENT):
                found += await self._rows(table, part)
        except ShopRefused as error:
            if error_number(error) not in ABSENT:
                raise
            return []
        return sorted(found, key=attrgetter("key"))

    async def left_behind(self, table: DocumentTable, *, epoch: int, after: int, until: int) -> list[DocumentRow]:
        """The numbered documents in that range that are of an older epoch; none where the shop has no such table."""
        try:
            rows = await self._database.rows(
                self._sql[f"{table}s_left_behind"],
                store=self._store,
                epoch=epoch,
                after=after,
                until=until,
                limit=DOCUMENTS_A_STATEMENT,
            )
        except ShopRefused as error:
            if error_number(error) not in ABSENT:
                raise
            return []
        return [DocumentRow(key, SignedRow(*row)) for key, *row in rows]

    async def _rows(self, table: DocumentTable, keys: Sequence[int | str]) -> list[DocumentRow]:
        rows = await self._database.rows(
            self._sql[f"{table}_rows"], store=self._store, keys=list(keys), limit=len(keys)
        )
        return [DocumentRow(key, SignedRow(*row)) for key, *row in rows]

    async def _clear_the_way(self, table: DocumentTable, documents: Sequence[DocumentRow]) -> None:
        """Take away rows of higher versions that no desk of ours wrote where they stand; each only as looked at."""
        if not self.keys:
            return
        ours = {document.key: (document.row.epoch, document.row.number) for document in documents}
        versions = await self._database.rows(
            self._sql[f"{table}_versions"],
            store=self._store,
            keys=list(ours),
            epoch=min(epoch for epoch, _ in ours.values()),
            limit=len(ours),
        )
        blocked = [key for key, epoch, number in versions if (epoch, number) > ours[key]]
        if not blocked:
            return
        for document in await self._rows(table, blocked):
            if not genuine(table, document, self._store, self.keys):
                await self._database.write(
                    self._sql[f"clear_{table}"],
                    store=self._store,
                    key=document.key,
                    payload=document.row.payload,
                    mac=document.row.mac,
                )

    def _values(self, table: DocumentTable, document: DocumentRow) -> tuple[object, ...]:
        row = document.row
        customer = (row.customer_id,) if _NAMING[table].has_customer else ()
        return (self._store, document.key, *customer, row.epoch, row.number, row.payload, row.key_id, row.mac)


def genuine(table: DocumentTable, document: DocumentRow, store: str, keys: Sequence[SigningKey]) -> bool:
    """Whether a desk with one of these keys wrote the row as it stands: the document names its place and version."""
    row = document.row
    if not verifies(keys, table, row.payload, row.key_id, row.mac):
        return False
    naming = _NAMING[table]
    expected = {"store": store, naming.key: document.key, "epoch": row.epoch, "number": row.number}
    if naming.has_customer:
        expected["customer"] = row.customer_id
    said = json.loads(row.payload)
    return all(said.get(name) == value for name, value in expected.items())
