"""Reading PrestaShop's customer service; what is written there stands in `thread_replies`.

It believes: a message's row never changes once it is there; ids are given out before a row can be seen; a thread's
order, product and language are those of its last message; dates are PHP's, in the zone of PS_TIMEZONE. A page names its
ids first and reads the texts in small parts, because one text can have 16 MB, which the server reads whole.
"""

from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import NamedTuple
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from bridge.contracts.clock import Clock
from bridge.contracts.shop import StoreConnection
from bridge.contracts.shop_threads import MOST_CHARACTERS, NativeMessage, NativeStatus, NativeThread, ThreadStatus
from bridge.domain.cursor import Cursor
from bridge.shopkit.contacts import language_of
from bridge.shopkit.cursors import rows_of_cursor
from bridge.shopkit.database import Row, ShopDatabase
from bridge.shopkit.named_sql import Statement, load_sql
from bridge.shopkit.orders import wall_clock
from bridge.shopkit.reading import in_parts, shop_filter
from bridge_prestashop.schema import MARKUP_LAYOUTS, PLATFORM
from bridge_prestashop.texts import cut, is_forwarding, plain
from bridge_prestashop.thread_replies import ThreadReplies

MESSAGES_A_STATEMENT = 250
SHORT_BYTES = 16_000
"""Texts up to this length come with their rows."""

MOST_LONG_CHARACTERS = 2_000_000
"""A page ends where its long texts have so many: nobody may fill the bridge's memory."""

_PRODUCT_COLUMN = Statement(
    "product column",
    "SELECT 1 FROM information_schema.columns WHERE table_schema = DATABASE() AND table_name = %(table)s"
    " AND column_name = 'id_product' LIMIT 1",
)


class _Id(NamedTuple):
    id: int


class PrestaShopThreads:
    """One store's customer service; `bridge.contracts.shop_threads.ThreadShop` says what each method promises.

    `layout` gives the name of the recognised layout, `zone` the shop's own zone if it says one.
    """

    def __init__(
        self,
        store: StoreConnection,
        database: ShopDatabase,
        *,
        layout: Callable[[], Awaitable[str]],
        zone: Callable[[], Awaitable[str | None]],
        clock: Clock,
    ) -> None:
        self._store, self._database, self._layout, self._shops_zone = store, database, layout, zone
        self._sql = load_sql("bridge_prestashop", "threads.sql", store.database.prefix)
        self._shops = shop_filter(store)
        self._replies = ThreadReplies(store, database, self._sql, zone=self._zone, clock=clock)
        self.look_again()

    def look_again(self) -> None:
        """Forget what the shop said of its zone and tables: it may have changed."""
        self._known_zone: ZoneInfo | None = None
        self._messages_statement: Statement | None = None

    async def messages(self, cursor: Cursor) -> Sequence[NativeMessage]:
        page = self._store.page_orders
        ids = cursor.unseen(one.id for one in await rows_of_cursor(cursor, self._ids_between, page=page))
        if not ids:
            return ()
        markup = await self._layout() in MARKUP_LAYOUTS
        zone, statement = await self._zone(), await self._statement()
        found: list[NativeMessage] = []
        left = MOST_LONG_CHARACTERS
        for start in range(0, len(ids), MESSAGES_A_STATEMENT):
            part = ids[start : start + MESSAGES_A_STATEMENT]
            rows = await self._database.rows(
                statement, messages=part, short=SHORT_BYTES, limit=len(part), **self._shops
            )
            for row in rows:
                if left <= 0:
                    return found
                message = await self._message(row, zone, markup=markup)
                left -= len(message.text) if row[IS_LONG] else 0
                found.append(message)
        return found

    async def threads(self, thread_ids: Collection[int]) -> Mapping[int, NativeThread]:
        found: dict[int, NativeThread] = {}
        for part in in_parts(list(thread_ids)):
            rows = await self._database.rows(self._sql["threads"], threads=part, limit=len(part), **self._shops)
            found |= {row[0]: _thread(row) for row in rows}
        return found

    async def thread_statuses(self, *, after: int, page: int) -> Sequence[ThreadStatus]:
        rows = await self._database.rows(self._sql["thread_statuses"], after=after, limit=page, **self._shops)
        return [ThreadStatus(number, _status(status)) for number, status in rows]

    async def write_reply(self, uuid: str, *, thread_id: int, employee_id: int, text: str) -> int:
        return await self._replies.write(uuid, thread_id=thread_id, employee_id=employee_id, text=text)

    async def written(self, message_ids: Collection[int]) -> Mapping[int, str]:
        return await self._replies.written(message_ids)

    async def set_status(self, thread_id: int, status: NativeStatus, *, expected: NativeStatus) -> bool:
        return await self._replies.set_status(thread_id, status, expected=expected)

    async def employees(self, employee_ids: Collection[int]) -> Mapping[int, bool]:
        return await self._replies.employees(employee_ids)

    async def _ids_between(self, after: int, until: int, limit: int) -> list[_Id]:
        rows = await self._database.rows(self._sql["message_ids"], after=after, until=until, limit=limit)
        return [_Id(*row) for row in rows]

    async def _message(self, row: Row, zone: ZoneInfo, *, markup: bool) -> NativeMessage:
        number, thread, at, employee, private, file_name, order, product, is_long, stored = row
        # COALESCE and CASE over an unsigned id and a plain number are a DECIMAL to the server.
        text = await self._long_text(number, markup=markup) if is_long and thread else plain(stored, markup=markup)
        return NativeMessage(
            id=number,
            thread_id=int(thread),
            at=_utc(at, zone),
            employee_id=int(employee),
            text=text,
            private=bool(private),
            forwarded=bool(employee) and is_forwarding(text),
            file_name=plain(file_name, markup=False),
            order_id=_id(order),
            product_id=_id(product),
        )

    async def _long_text(self, message: int, *, markup: bool) -> str:
        wanted = MOST_CHARACTERS + 1
        rows = await self._database.rows(self._sql["long_text"], message=message, characters=wanted)
        if not rows:
            return ""  # deleted meanwhile
        text = plain(rows[0][0], markup=markup)
        whole = len((rows[0][0] or b"").decode("utf-8", "replace")) < wanted
        return text if whole else cut(text)

    async def _zone(self) -> ZoneInfo:
        if self._known_zone is None:
            name = await self._shops_zone()
            try:
                self._known_zone = ZoneInfo(name) if name else self._store.zone
            except (ZoneInfoNotFoundError, ValueError, OSError):  # "Europe" is a folder to it, no zone
                self._known_zone = self._store.zone
        return self._known_zone

    async def _statement(self) -> Statement:
        if self._messages_statement is None:
            assert PLATFORM.service is not None
            table = self._store.database.prefix + PLATFORM.service.messages
            there = await self._database.rows(_PRODUCT_COLUMN, table=table)
            self._messages_statement = self._sql["messages_with_products" if there else "messages"]
        return self._messages_statement


IS_LONG = 8
"""Of a message's row: whether its text is read apart."""


def _thread(row: Row) -> NativeThread:
    number, shop, customer, email, language, order, product, status = row
    return NativeThread(
        id=number,
        shop_id=shop,
        customer_id=int(customer),
        email=plain(email, markup=False),
        language=language_of(language or ""),
        order_id=_id(order),
        product_id=_id(product),
        status=_status(status),
    )


def _id(number: Decimal | int | None) -> int | None:
    """An id of a column where 0 and NULL both mean none."""
    return int(number) if number else None


def _status(status: str) -> NativeStatus:
    """A status that is none (a lax server stores an empty one) waits for somebody to look: it is open."""
    return NativeStatus(status) if status in set(NativeStatus) else NativeStatus.OPEN


def _utc(at: object, zone: ZoneInfo) -> datetime | None:
    """A shop's date; of two readings, when clocks are put back, the earlier."""
    local = wall_clock(at)
    return local.replace(tzinfo=zone).astimezone(UTC) if local else None
