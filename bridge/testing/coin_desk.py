"""What the shop's pages write and show of the coin desk, for tests: signed inbox rows, in a database or in memory.

Example::

    row = posted_row(KEY, store="acme", customer=77, kind="quote_decline", data={"quote": 12, "version": 1})
    shop = FakeShop("acme")
    shop.post(row)
"""

import json
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from operator import attrgetter
from typing import Any, NamedTuple
from uuid import uuid4

import aiomysql

from bridge.contracts.shop_documents import (
    MOST_INBOX_BYTES,
    Contact,
    DocumentKey,
    DocumentRow,
    DocumentTable,
    InboxRow,
    Note,
)
from bridge.contracts.shop_rows import SHOP_TO_DESK, SignedRow, SigningKey, canonical_json, mac_of
from bridge.contracts.tickets import MessageKey
from bridge.domain.cursor import Cursor
from bridge.errors import ShopRefused
from bridge.shopkit.contacts import MOST_FOUND, same_number
from bridge.shopkit.rights import COIN_DESK_TABLES
from bridge.testing.connection import ConnectionParameters

INBOX = "inbox"
INBOX_PAGE = 200
DOCUMENT_PAGE = 200


class PostedRow(NamedTuple):
    """An inbox row as a page writes it; its id and its date are the server's business."""

    store: str
    uuid: str
    customer_id: int
    payload: str
    key_id: str
    mac: str


def posted_row(
    key: SigningKey,
    *,
    store: str,
    customer: int,
    kind: str,
    data: Mapping[str, Any],
    uuid: str = "",
    at: int | None = None,
    language: str = "en",
) -> PostedRow:
    """What a page of ours writes for a logged-in customer; a new UUID unless one is given.

    `at` is Unix time, now unless it is given.
    """
    uuid = uuid or str(uuid4())
    at = int(time.time()) if at is None else at
    document = {
        "v": 1,
        "store": store,
        "customer": customer,
        "uuid": uuid,
        "kind": kind,
        "at": at,
        "language": language,
        "data": dict(data),
    }
    return signed_post(key, document)


def signed_post(key: SigningKey, document: Mapping[str, Any]) -> PostedRow:
    """Any document as a page with that key would sign it; its row names the document's store, UUID and customer."""
    payload = canonical_json(document)
    mac = mac_of(key, INBOX, payload, direction=SHOP_TO_DESK)
    return PostedRow(document["store"], document["uuid"], document["customer"], payload, key.id, mac)


class InboxPages:
    """The bridge's own pages in a shop with a database, as far as they write into the inbox.

    It is the same on every platform: an actor of the contract suite inherits it and says how to reach the database.
    Each row is written in a transaction of its own, so one with a lower id can become visible after one with a higher.
    """

    parameters: ConnectionParameters
    prefix: str

    async def post(self, *rows: PostedRow) -> None:
        """Write rows, signed or not, in turn; a UUID that is there already changes nothing."""
        async with self.posting(*rows):
            pass

    @asynccontextmanager
    async def posting(self, *rows: PostedRow) -> AsyncIterator[None]:
        """Write rows in a transaction that ends with the block."""
        insert = (
            f"INSERT INTO `{self.prefix}supportbridge_inbox` (store, uuid, customer_id, payload, key_id, mac)"
            " VALUES (%s, %s, %s, %s, %s, %s) ON DUPLICATE KEY UPDATE uuid = VALUES(uuid)"
        )
        async with self._cursor() as cursor:
            for row in rows:
                await cursor.execute(insert, tuple(row))
            yield

    async def age_posts(self, days: int) -> None:
        """Let every row in the inbox be older by so many days."""
        async with self._cursor() as cursor:
            inbox = f"`{self.prefix}supportbridge_inbox`"
            await cursor.execute(f"UPDATE {inbox} SET created = created - INTERVAL {days:d} DAY")

    async def age_files(self, days: int) -> None:
        """Let every part of a file be older by so many days."""
        async with self._cursor() as cursor:
            files = f"`{self.prefix}supportbridge_file`"
            await cursor.execute(f"UPDATE {files} SET created = created - INTERVAL {days:d} DAY")

    async def drop_coin_desk(self) -> None:
        """Take away what a shop lacks that was prepared before there was a coin desk."""
        async with self._cursor() as cursor:
            for table in COIN_DESK_TABLES:
                await cursor.execute(f"DROP TABLE `{self.prefix}{table}`")

    @asynccontextmanager
    async def _cursor(self) -> AsyncIterator[Any]:
        """A transaction: what is done in the block is committed at its end."""
        connection = await aiomysql.connect(**self.parameters.for_driver(autocommit=False))
        try:
            async with connection.cursor() as cursor:
                yield cursor
            await connection.commit()
        finally:
            await connection.ensure_closed()


@dataclass(frozen=True, slots=True)
class _Kept:
    id: int
    row: PostedRow
    created: datetime


class FakeCoinDesk:
    """The coin desk's half of a shop in memory: `FakeShop` is one.

    `people` are the customers and `order_people` the buyers of single orders, as they are addressed; `hidden_posts` are
    the ids of inbox rows that have not been committed yet. Without `has_coin_desk` the shop is one that was prepared
    before there was a coin desk; `lacking` are tables that it lacks all the same. `notes` are there by their names.
    """

    store: str
    clock: datetime

    def __init__(self) -> None:
        self.has_coin_desk = True
        self.lacking: set[DocumentTable] = set()
        self.notes: dict[str, Note] = {}
        self.people: dict[int, Contact] = {}
        self.order_people: dict[int, Contact] = {}
        self.document_rows: dict[DocumentTable, dict[DocumentKey, SignedRow]] = {table: {} for table in DocumentTable}
        self.hidden_posts: set[int] = set()
        self._posts: list[_Kept] = []
        self._next_post = 1

    # --- what people do on its pages ---

    def post(self, row: PostedRow) -> int:
        """Write an inbox row; a UUID that is there already is written once. Returns the row's id."""
        for kept in self._posts:
            if (kept.row.store, kept.row.uuid) == (row.store, row.uuid):
                return kept.id
        number, self._next_post = self._next_post, self._next_post + 1
        self._posts.append(_Kept(number, row, self.clock))
        return number

    def age_posts(self, days: int) -> None:
        """Let every inbox row be older by so many days."""
        self._posts = [replace(kept, created=kept.created - timedelta(days=days)) for kept in self._posts]

    def shown_document(self, table: DocumentTable, key: DocumentKey) -> dict[str, Any] | None:
        """The document that a page would show; None where there is none."""
        row = self.document_rows[table].get(key)
        return json.loads(row.payload) if row else None

    def noted(self, name: str) -> dict[str, Any] | None:
        """What a note says; None where there is none."""
        note = self.notes.get(name)
        return json.loads(note.payload) if note else None

    # --- the adapter ---

    async def push_documents(self, table: DocumentTable, rows: Sequence[DocumentRow]) -> None:
        await self._called("push_documents")
        if not self.has_coin_desk or table in self.lacking:
            error = ShopRefused(f"{self.store}: a table is missing: supportbridge_{table}")
            error.hint = f"run: bridge store prepare {self.store}"
            raise error
        for key, row in rows:
            kept = self.document_rows[table].get(key)
            if kept is None or (kept.epoch, kept.number) <= (row.epoch, row.number):
                self.document_rows[table][key] = row

    async def documents(self, table: DocumentTable, keys: Sequence[DocumentKey]) -> Sequence[DocumentRow]:
        await self._called("documents")
        kept = self.document_rows[table]
        return sorted((DocumentRow(key, kept[key]) for key in set(keys) if key in kept), key=attrgetter("key"))

    async def documents_left_behind(
        self, table: DocumentTable, *, epoch: int, after: int, until: int
    ) -> Sequence[DocumentRow]:
        await self._called("documents_left_behind")
        kept = self.document_rows[table]
        older = [key for key, row in kept.items() if row.epoch < epoch and isinstance(key, int)]
        numbers = sorted(key for key in older if after < key <= until)
        return [DocumentRow(number, kept[number]) for number in numbers[:DOCUMENT_PAGE]]

    async def message_keys(self, ticket_ids: Sequence[int]) -> Sequence[MessageKey]:
        await self._called("message_keys")
        kept = [key for key in self.document_rows[DocumentTable.MESSAGE] if isinstance(key, MessageKey)]
        return sorted(key for key in kept if key.ticket in set(ticket_ids))

    async def messages_left_behind(self, *, epoch: int, after: MessageKey) -> Sequence[DocumentRow]:
        await self._called("messages_left_behind")
        kept = self.document_rows[DocumentTable.MESSAGE]
        older = [key for key, row in kept.items() if row.epoch < epoch and row.customer_id]
        keys = sorted(key for key in older if isinstance(key, MessageKey) and key > after)
        return [DocumentRow(key, kept[key]) for key in keys[:DOCUMENT_PAGE]]

    async def push_note(self, name: str, note: Note) -> None:
        await self._called("push_note")
        self.notes[name] = note

    async def note(self, name: str) -> Note | None:
        await self._called("note")
        return self.notes.get(name)

    async def inbox(self, cursor: Cursor) -> Sequence[InboxRow]:
        await self._called("inbox")
        if not self.has_coin_desk:
            return ()
        committed = [kept for kept in self._posts if kept.id not in self.hidden_posts]
        rows = [_as_read(kept) for kept in committed if kept.row.store == self.store]
        if committed and committed[-1].id < cursor.position:
            return rows[-INBOX_PAGE:]
        older = [row for row in rows if any(gap.first <= row.id <= gap.last for gap in cursor.older_gaps)]
        seen = [row for row in rows if cursor.read_after < row.id <= cursor.position]
        return [*older, *seen, *[row for row in rows if row.id > cursor.position][:INBOX_PAGE]]

    async def forget_inbox(self, days: int) -> int:
        await self._called("forget_inbox")
        oldest = self.clock - timedelta(days=days)
        old = [kept for kept in self._posts if kept.created < oldest and kept.row.store == self.store]
        for kept in old:
            self.document_rows[DocumentTable.ANSWER].pop(kept.row.uuid, None)
            self._posts.remove(kept)
        return len(old)

    async def erase_inbox(self, customer_id: int) -> int:
        await self._called("erase_inbox")
        mine = [kept for kept in self._posts if kept.row.customer_id == customer_id and kept.row.store == self.store]
        for kept in mine:
            self._posts.remove(kept)
        answers = self.document_rows[DocumentTable.ANSWER]
        for uuid in [key for key, row in answers.items() if row.customer_id == customer_id]:
            del answers[uuid]
        return len(mine)

    async def contacts(self, customer_ids: Sequence[int]) -> Mapping[int, Contact]:
        await self._called("contacts")
        return {number: self.people[number] for number in customer_ids if number in self.people}

    async def find_customers(self, *, email: str = "", phone: str = "") -> Sequence[int]:
        await self._called("find_customers")
        address = email.strip().casefold()
        return sorted(
            number
            for number, one in self.people.items()
            if (address and one.email.casefold() == address) or same_number(one.phone, phone)
        )[:MOST_FOUND]

    async def order_contact(self, order_id: int) -> Contact | None:
        await self._called("order_contact")
        return self.order_people.get(order_id)

    async def _called(self, call: str) -> None:
        raise NotImplementedError


def _as_read(kept: _Kept) -> InboxRow:
    row = kept.row
    payload = row.payload if len(row.payload.encode()) <= MOST_INBOX_BYTES else ""
    return InboxRow(kept.id, row.customer_id, row.uuid, payload, row.key_id, row.mac)
