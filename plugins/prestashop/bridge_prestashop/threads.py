"""Reading PrestaShop's customer service; what is written there stands in `thread_replies`.

It believes: a message's row never changes once it is there; ids are given out before a row can be seen; a thread's
order, product and language are those of its last message; dates are PHP's, in the zone of PS_TIMEZONE. A page is read
in small parts, because one text can have 16 MB, which the server reads whole.
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Mapping, Sequence
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

MESSAGES_A_STATEMENT = 500
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
        self._products: bool | None = None

    async def messages(self, cursor: Cursor) -> Sequence[NativeMessage]:
        found: list[NativeMessage] = []
        left = MOST_LONG_CHARACTERS
        async for rows in self._rows(cursor):
            markup, zone = await self._layout() in MARKUP_LAYOUTS, await self._zone()
            for row in rows:
                if left <= 0:
                    return found
                text = plain(row[TEXT], markup=markup)
                if row[IS_LONG] and row[THREAD]:
                    text = await self._long_text(row[0], markup=markup)
                    left -= len(text)
                found.append(_message(row, text, zone))
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

    async def _rows(self, cursor: Cursor) -> AsyncIterator[Sequence[Row]]:
        """The rows that the cursor has not seen, in parts; ids are asked for only where some are missing below it."""
        page = self._store.page_orders
        if not cursor.gaps:
            statement, after = await self._statement("next_messages"), cursor.position
            for start in range(0, page, MESSAGES_A_STATEMENT):
                limit = min(MESSAGES_A_STATEMENT, page - start)
                rows = await self._database.rows(statement, after=after, short=SHORT_BYTES, limit=limit, **self._shops)
                yield rows
                if len(rows) < limit:
                    return
                after = rows[-1][0]
            return
        ids = cursor.unseen(one.id for one in await rows_of_cursor(cursor, self._ids_between, page=page))
        for start in range(0, len(ids), MESSAGES_A_STATEMENT):
            part, statement = ids[start : start + MESSAGES_A_STATEMENT], await self._statement("messages")
            yield await self._database.rows(statement, messages=part, short=SHORT_BYTES, limit=len(part), **self._shops)

    async def _ids_between(self, after: int, until: int, limit: int) -> list[_Id]:
        rows = await self._database.rows(self._sql["message_ids"], after=after, until=until, limit=limit)
        return [_Id(*row) for row in rows]

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

    async def _statement(self, name: str) -> Statement:
        """The statement of that name, as the shop's tables need it."""
        if self._products is None:
            assert PLATFORM.service is not None
            table = self._store.database.prefix + PLATFORM.service.messages
            self._products = bool(await self._database.rows(_PRODUCT_COLUMN, table=table))
        return self._sql[f"{name}_with_products" if self._products else name]


THREAD, IS_LONG, TEXT = 1, 8, 9
"""Of a message's row: its thread, whether its text is read apart, and the text if it is not."""


def _message(row: Row, text: str, zone: ZoneInfo) -> NativeMessage:
    number, thread, at, employee, private, file_name, order, product, _, _ = row
    # COALESCE and CASE over an unsigned id and a plain number are a DECIMAL to the server.
    return NativeMessage(
        number,
        int(thread),
        _utc(at, zone),
        int(employee),
        text,
        bool(private),
        bool(employee) and is_forwarding(text),
        plain(file_name, markup=False) if file_name else "",
        _id(order),
        _id(product),
    )


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


_STATUSES = {one.value: one for one in NativeStatus}


def _status(status: str) -> NativeStatus:
    """A status that is none (a lax server stores an empty one) waits for somebody to look: it is open."""
    return _STATUSES.get(status, NativeStatus.OPEN)


def _utc(at: object, zone: ZoneInfo) -> datetime | None:
    """A shop's date; of two readings, when clocks are put back, the earlier."""
    local = wall_clock(at)
    return local.replace(tzinfo=zone).astimezone(UTC) if local else None
