"""The coin desk's documents in the shop: tickets, their messages, quotes, prices, licences, agreements, bills and
answers, each a signed row.

They are written like the accounts: what is written twice changes nothing, what arrives late never replaces what is
newer, and a row that stands in the way under a higher version without any desk of ours having written it there is
cleared, as it was looked at. The tables came one after another; a shop that was prepared before one came has it not.
"""

import json
from collections.abc import Sequence
from operator import attrgetter
from typing import Any, NamedTuple

from bridge.contracts.shop_documents import DocumentKey, DocumentRow, DocumentTable
from bridge.contracts.shop_rows import SignedRow, SigningKey, verifies
from bridge.contracts.tickets import MessageKey
from bridge.shopkit.absent import may_be_absent, must_be_there
from bridge.shopkit.database import Row, ShopDatabase
from bridge.shopkit.named_sql import load_sql
from bridge.shopkit.writer import batches

DOCUMENTS_A_STATEMENT = 200
KEYS_A_STATEMENT = 10_000


class _Naming(NamedTuple):
    """How a document of a table says which row it is: under `key`, and under `customer` where it has one.

    `version` is what counts its changes.
    """

    key: tuple[str, ...]
    has_customer: bool = True
    version: str = "number"


_NAMING = {
    DocumentTable.QUOTE: _Naming(("quote",)),
    DocumentTable.PRICE: _Naming(("code",), has_customer=False),
    DocumentTable.ANSWER: _Naming(("uuid",)),
    DocumentTable.TICKET: _Naming(("ticket",)),
    DocumentTable.MESSAGE: _Naming(("ticket", "number"), version="version"),
    DocumentTable.LICENCE: _Naming(("licence",)),
    DocumentTable.AGREEMENT: _Naming(("agreement",)),
    DocumentTable.BILL: _Naming(("bill",)),
}


class ShopDocuments:
    """Writes and reads the documents of one store. `keys` are the store's keys; without any, nothing is cleared."""

    def __init__(self, database: ShopDatabase) -> None:
        self._database = database
        self._store = database.store
        self._sql = load_sql("bridge.shopkit", "coin_desk.sql", database.access.prefix)
        self.keys: Sequence[SigningKey] = ()
        self._requests_forgotten = False

    async def push(self, table: DocumentTable, rows: Sequence[DocumentRow]) -> None:
        """Write the documents. Raises `ShopRefused` naming the remedy where the shop has no such table yet."""
        with must_be_there(self._database, f"supportbridge_{table}"):
            for part in batches(rows, DOCUMENTS_A_STATEMENT):
                await self._clear_the_way(table, part)
                await self._database.write_many(
                    self._sql[f"write_{table}"], [self._values(table, document) for document in part]
                )
            if table is DocumentTable.TICKET and rows:
                await self._forget_requests()

    async def read(self, table: DocumentTable, keys: Sequence[DocumentKey]) -> list[DocumentRow]:
        """Those of these documents that are in the shop, by key; none where the shop has no such table."""
        found: list[DocumentRow] = []
        with may_be_absent():
            for part in batches(sorted(set(keys), key=str), DOCUMENTS_A_STATEMENT):
                found += await self._rows(table, part)
        return sorted(found, key=attrgetter("key"))

    async def left_behind(self, table: DocumentTable, *, epoch: int, after: int, until: int) -> list[DocumentRow]:
        """The numbered documents in that range that are of an older epoch; none where the shop has no such table."""
        rows: Sequence[Row] = ()
        with may_be_absent():
            rows = await self._database.rows(
                self._sql[f"{table}s_left_behind"],
                store=self._store,
                epoch=epoch,
                after=after,
                until=until,
                limit=DOCUMENTS_A_STATEMENT,
            )
        return [DocumentRow(key, SignedRow(*row)) for key, *row in rows]

    async def messages_left_behind(self, *, epoch: int, after: MessageKey) -> list[DocumentRow]:
        """The messages above `after` that are of an older epoch; none where the shop has no such table."""
        rows: Sequence[Row] = ()
        with may_be_absent():
            rows = await self._database.rows(
                self._sql["messages_left_behind"],
                store=self._store,
                epoch=epoch,
                ticket=after.ticket,
                number=after.number,
                limit=DOCUMENTS_A_STATEMENT,
            )
        return [DocumentRow(MessageKey(*row[:2]), SignedRow(*row[2:])) for row in rows]

    async def message_keys(self, tickets: Sequence[int]) -> list[MessageKey]:
        """Which messages of these tickets are in the shop, ascending; none where the shop has no such table."""
        found: list[MessageKey] = []
        with may_be_absent():
            for part in batches(sorted(set(tickets)), DOCUMENTS_A_STATEMENT):
                found += await self._message_keys(part)
        return found

    async def _message_keys(self, tickets: Sequence[int]) -> list[MessageKey]:
        found: list[MessageKey] = []
        while True:
            last = found[-1] if found else MessageKey(0, 0)
            rows = await self._database.rows(
                self._sql["message_keys"],
                store=self._store,
                tickets=list(tickets),
                ticket=last.ticket,
                number=last.number,
                limit=KEYS_A_STATEMENT,
            )
            found += [MessageKey(*row) for row in rows]
            if len(rows) < KEYS_A_STATEMENT:
                return found

    async def _rows(self, table: DocumentTable, keys: Sequence[DocumentKey]) -> list[DocumentRow]:
        rows = await self._database.rows(
            self._sql[f"{table}_rows"], store=self._store, limit=len(keys), **_among(table, keys)
        )
        return [DocumentRow(key, SignedRow(*row)) for key, row in (_keyed(table, row) for row in rows)]

    async def _forget_requests(self) -> None:
        """Once a process: what earlier releases showed of tickets has no reader any more."""
        if self._requests_forgotten:
            return
        self._requests_forgotten = True
        for statement in ("forget_requests", "empty_requests"):
            with may_be_absent():
                await self._database.write(self._sql[statement], store=self._store)
                return

    async def _clear_the_way(self, table: DocumentTable, documents: Sequence[DocumentRow]) -> None:
        """Take away rows of higher versions that no desk of ours wrote where they stand; each only as looked at."""
        if not self.keys:
            return
        ours = {document.key: (document.row.epoch, document.row.number) for document in documents}
        versions = await self._database.rows(
            self._sql[f"{table}_versions"],
            store=self._store,
            epoch=min(epoch for epoch, _ in ours.values()),
            limit=len(ours),
            **_among(table, list(ours)),
        )
        blocked = [key for key, version in (_keyed(table, row) for row in versions) if version > ours[key]]
        if not blocked:
            return
        for document in await self._rows(table, blocked):
            if not genuine(table, document, self._store, self.keys):
                await self._database.write(
                    self._sql[f"clear_{table}"],
                    store=self._store,
                    keys=[document.key],
                    payload=document.row.payload,
                    mac=document.row.mac,
                )

    def _values(self, table: DocumentTable, document: DocumentRow) -> tuple[object, ...]:
        row = document.row
        customer = (row.customer_id,) if _NAMING[table].has_customer else ()
        return (self._store, *_parts(document.key), *customer, row.epoch, row.number, row.payload, row.key_id, row.mac)


def _parts(key: DocumentKey) -> tuple[int | str, ...]:
    return key if isinstance(key, tuple) else (key,)


def _keyed(table: DocumentTable, row: Sequence[Any]) -> tuple[DocumentKey, tuple[Any, ...]]:
    """A row's key and what follows it."""
    if table is DocumentTable.MESSAGE:
        return MessageKey(*row[:2]), tuple(row[2:])
    return row[0], tuple(row[1:])


def _among(table: DocumentTable, keys: Sequence[DocumentKey]) -> dict[str, object]:
    """What says which rows are meant. Servers find pairs of numbers by their first alone, if they are told it apart."""
    if table is not DocumentTable.MESSAGE:
        return {"keys": list(keys)}
    return {"keys": list(keys), "tickets": sorted({key.ticket for key in keys if isinstance(key, MessageKey)})}


def genuine(table: DocumentTable, document: DocumentRow, store: str, keys: Sequence[SigningKey]) -> bool:
    """Whether a desk with one of these keys wrote the row as it stands: the document names its place and version."""
    row = document.row
    if not verifies(keys, table, row.payload, row.key_id, row.mac):
        return False
    naming = _NAMING[table]
    key = dict(zip(naming.key, _parts(document.key), strict=True))
    expected = {"store": store, **key, "epoch": row.epoch, naming.version: row.number}
    if naming.has_customer:
        expected["customer"] = row.customer_id
    said = json.loads(row.payload)
    return all(said.get(name) == value for name, value in expected.items())
