"""A `ShopAdapter` over one MariaDB or MySQL database, put together from what a platform brings.

What differs between platforms is how orders are read and how a layout is recognised; what is written into the shop,
how a connection is treated and what is checked is the same everywhere, and stands here once.
"""

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from typing import Protocol

from bridge.contracts.clock import Clock, SystemClock
from bridge.contracts.shop import (
    AccountRows,
    Finding,
    OrderPage,
    ShopFacts,
    Shown,
    SlicePage,
    StoreConnection,
    TouchedRow,
)
from bridge.contracts.shop_documents import Contact, DocumentKey, DocumentRow, DocumentTable, InboxRow, Note
from bridge.contracts.shop_files import FilePart
from bridge.contracts.shop_licences import LicenceShop
from bridge.contracts.shop_rows import SignedRow, SigningKey
from bridge.contracts.shop_threads import ThreadShop
from bridge.contracts.tickets import MessageKey
from bridge.domain.cursor import Cursor
from bridge.domain.orders import Order, StatusSets, UnreadableOrder
from bridge.domain.slices import by_slice
from bridge.shopkit.checks import ShopChecks
from bridge.shopkit.contacts import ContactReader
from bridge.shopkit.database import ShopDatabase
from bridge.shopkit.documents import ShopDocuments
from bridge.shopkit.files import ShopFiles
from bridge.shopkit.hints import ShopHints
from bridge.shopkit.inbox import ShopInbox
from bridge.shopkit.licence_table import LicenceTableReader
from bridge.shopkit.recognising import recognise, server_version
from bridge.shopkit.rights import (
    contact_grants,
    grant_statements,
    licence_grant,
    service_grants,
    view_statement,
)
from bridge.shopkit.schema import Platform
from bridge.shopkit.table_facts import next_ids
from bridge.shopkit.writer import ShopWriter, table_statements


class PlatformReader(Protocol):
    """How one platform's orders are read. Every method raises `ShopUnavailable` or `ShopRefused`."""

    @property
    def people(self) -> ContactReader:
        """How its customers are addressed."""
        ...

    async def statuses(self) -> StatusSets:
        """The sets in force, read anew."""
        ...

    async def zone(self) -> str | None:
        """The shop's own zone if it says one and may be asked."""
        ...

    async def newest(self) -> Mapping[str, Sequence[int]]: ...

    async def touched(self, cursors: Mapping[str, Cursor]) -> Mapping[str, Sequence[TouchedRow]]: ...

    async def read_orders(self, order_ids: Sequence[int]) -> tuple[Sequence[Order], Sequence[UnreadableOrder]]: ...

    def all_orders(self, *, after: int, page: int) -> AsyncIterator[OrderPage]: ...

    async def slices(self, *, after: int) -> SlicePage: ...

    async def order_digests(self, number: int) -> Mapping[int, int]: ...

    async def customers(self, customer_ids: Sequence[int]) -> Mapping[int, int]: ...

    async def product_codes(self, codes: Sequence[str]) -> Sequence[str]:
        """The codes of products in the shop that equal one of these, but perhaps for case and blanks."""
        ...


class DatabaseAdapter:
    """One store. Connects at the first call; `close` is the last one."""

    def __init__(
        self,
        store: StoreConnection,
        platform: Platform,
        reader: Callable[[StoreConnection, ShopDatabase], PlatformReader],
        *,
        clock: Clock | None = None,
    ) -> None:
        self._store, self._platform = store, platform
        self._clock = clock or SystemClock()
        self._database = ShopDatabase(store.store, store.database)
        self._writer = ShopWriter(self._database)
        self._documents = ShopDocuments(self._database)
        self._inbox = ShopInbox(self._database)
        self._files = ShopFiles(self._database)
        self._reader = reader(store, self._database)
        table = store.licence_table
        self._licences = LicenceTableReader(self._database, table) if table is not None else None
        self._hints = ShopHints(self._database, platform.order_tables)

    @property
    def threads_shop(self) -> ThreadShop | None:
        """The shop's own customer service; a platform that has one gives it."""
        return None

    @property
    def licences_shop(self) -> LicenceShop | None:
        """The vendor's own table of licences, where the connection names one."""
        return self._licences

    async def probe(self) -> ShopFacts:
        """Recognise the layout and read what the shop says of itself."""
        server = await server_version(self._database)
        layout = await recognise(self._database, self._platform)
        self._hints.look_again()
        self._inbox.look_again()
        return ShopFacts(layout.name, server, await self._reader.statuses(), await self._reader.zone())

    async def newest(self) -> Mapping[str, Sequence[int]]:
        return await self._reader.newest()

    async def touched(self, cursors: Mapping[str, Cursor]) -> Mapping[str, Sequence[TouchedRow]]:
        return await self._reader.touched(cursors)

    async def read_orders(self, order_ids: Sequence[int]) -> tuple[Sequence[Order], Sequence[UnreadableOrder]]:
        orders, unreadable = await self._reader.read_orders(order_ids)
        return orders, await self._with_digests(unreadable)

    async def all_orders(self, *, after: int, page: int) -> AsyncIterator[OrderPage]:
        async for one in self._reader.all_orders(after=after, page=page):
            yield one._replace(unreadable=await self._with_digests(one.unreadable))

    async def _with_digests(self, unreadable: Sequence[UnreadableOrder]) -> Sequence[UnreadableOrder]:
        """The digests that were not known are asked for: without them an order would differ, and be read, for ever."""
        digests: dict[int, int] = {}
        for number in sorted(by_slice(one.order_id for one in unreadable if not one.digest)):
            digests |= await self._reader.order_digests(number)
        return [one if one.digest else one._replace(digest=digests.get(one.order_id, 0)) for one in unreadable]

    async def slices(self, *, after: int) -> SlicePage:
        return await self._reader.slices(after=after)

    async def order_digests(self, number: int) -> Mapping[int, int]:
        return await self._reader.order_digests(number)

    async def next_ids(self) -> Mapping[str, int]:
        return await next_ids(self._database, self._platform.ids)

    def tables(self) -> Mapping[str, str]:
        return {name: self._store.database.prefix + table for name, table in self._platform.ids.items()}

    async def customers(self, customer_ids: Sequence[int]) -> Mapping[int, int]:
        return await self._reader.customers(customer_ids)

    async def hint(self) -> str:
        return await self._hints.read()

    async def push(self, rows: Sequence[AccountRows]) -> None:
        await self._writer.push(rows)

    async def claim(self, row: SignedRow, keys: Sequence[SigningKey]) -> None:
        await self._writer.claim(row, keys)
        self._documents.keys = keys

    async def pushed(self, customer_ids: Sequence[int]) -> tuple[Sequence[SignedRow], Sequence[SignedRow]]:
        return await self._writer.pushed(customer_ids)

    async def shown(self, customer_ids: Sequence[int]) -> Mapping[int, Shown]:
        return await self._writer.shown(customer_ids)

    async def left_behind(self, epoch: int) -> Sequence[int]:
        return await self._writer.left_behind(epoch)

    async def push_documents(self, table: DocumentTable, rows: Sequence[DocumentRow]) -> None:
        await self._documents.push(table, rows)

    async def documents(self, table: DocumentTable, keys: Sequence[DocumentKey]) -> Sequence[DocumentRow]:
        return await self._documents.read(table, keys)

    async def documents_left_behind(
        self, table: DocumentTable, *, epoch: int, after: int, until: int
    ) -> Sequence[DocumentRow]:
        return await self._documents.left_behind(table, epoch=epoch, after=after, until=until)

    async def message_keys(self, ticket_ids: Sequence[int]) -> Sequence[MessageKey]:
        return await self._documents.message_keys(ticket_ids)

    async def messages_left_behind(self, *, epoch: int, after: MessageKey) -> Sequence[DocumentRow]:
        return await self._documents.messages_left_behind(epoch=epoch, after=after)

    async def push_note(self, name: str, note: Note) -> None:
        await self._writer.push_note(name, note)

    async def note(self, name: str) -> Note | None:
        return await self._writer.note(name)

    async def inbox(self, cursor: Cursor) -> Sequence[InboxRow]:
        return await self._inbox.read(cursor)

    async def forget_inbox(self, days: int) -> int:
        return await self._inbox.forget(days)

    async def erase_inbox(self, customer_id: int) -> int:
        return await self._inbox.erase(customer_id)

    async def file_part(self, file: str, part: int) -> FilePart | None:
        return await self._files.part(file, part)

    async def push_file_part(self, part: FilePart) -> None:
        await self._files.push(part)

    async def forget_files(self, files: Sequence[str]) -> None:
        await self._files.forget(files)

    async def erase_files(self, customer_id: int) -> None:
        await self._files.erase(customer_id)

    async def old_files(self, *, hours: int, after: str, limit: int) -> Sequence[str]:
        return await self._files.old(hours=hours, after=after, limit=limit)

    async def contacts(self, customer_ids: Sequence[int]) -> Mapping[int, Contact]:
        return await self._reader.people.contacts(customer_ids)

    async def find_customers(self, *, email: str = "", phone: str = "") -> Sequence[int]:
        return await self._reader.people.find(email=email, phone=phone)

    async def order_contact(self, order_id: int) -> Contact | None:
        return await self._reader.people.order_contact(order_id)

    async def check(self) -> Sequence[Finding]:
        checks = ShopChecks(
            self._store,
            self._database,
            self._platform,
            writer=self._writer,
            hints=self._hints,
            codes=self._reader.product_codes,
            probe=self._reader.statuses,
            zone=self._reader.zone,
            clock=self._clock,
        )
        return await checks.run()

    async def prepare(self) -> Sequence[str]:
        self._inbox.look_again()
        return await self._writer.prepare()

    def preparation_sql(self, database_user: str) -> str:
        """What the database's owner runs by hand: our tables, the settings view, the user's exact rights."""
        access = self._store.database
        grants = grant_statements(self._platform, access, database_user)
        parts = [
            f"-- For the database {access.name}, as its owner. Create the user first, with a password of its own:",
            f"-- CREATE USER {grants[0].rsplit(' TO ', 1)[1].removesuffix(';')} IDENTIFIED BY '...';",
            f"USE `{access.name.replace('`', '``')}`;",
            *(f"{statement};" for statement in table_statements(access.prefix)),
            "-- The shop's settings hold secrets; this view shows the few that the bridge reads.",
            view_statement(self._platform, access.prefix),
            "-- Each column that is read, and our own tables; nothing else.",
            *grants,
            "-- How customers are addressed: mail, guests' orders, imports by e-mail. Orders are read without these.",
            *contact_grants(self._platform, access, database_user),
        ]
        if self._platform.service:
            parts += [
                "-- The shop's own customer service is read and answered. Our own page needs none of this.",
                *service_grants(self._platform, access, database_user),
            ]
        if self._store.licence_table is not None:
            parts += [
                "-- Your own table of licences, as the store's file names it, is only read.",
                licence_grant(self._store.licence_table, access, database_user),
            ]
        return "\n".join(parts) + "\n"

    async def close(self) -> None:
        await self._database.close()
