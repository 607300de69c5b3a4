"""Reading an OpenCart shop.

It believes: nothing runs in a transaction, so an order is read again after its settle time; ids only grow; text is
escaped for HTML; there is no paid flag, only status ids; `order_history` has no index but its primary key, so a full
read walks it once per some ten thousand orders, in windows, and keeps the first granting date of each.
"""

import asyncio
import json
from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from datetime import datetime
from html import escape, unescape

from bridge.contracts.shop import OrderPage, SlicePage, StoreConnection, TouchedRow
from bridge.domain.cursor import Cursor
from bridge.domain.orders import Order, OrderLine, StatusSets, UnreadableOrder
from bridge.errors import ShopRefused
from bridge.shopkit.contacts import ContactReader
from bridge.shopkit.cursors import LAST_ID, cursor_tables, newest_ids, touched_rows
from bridge.shopkit.database import Row, ShopDatabase
from bridge.shopkit.errors import refused
from bridge.shopkit.named_sql import load_sql
from bridge.shopkit.orders import PageLines, assembled, decoded, first_dates
from bridge.shopkit.reading import MOST_ROWS, complete_rows, in_parts, present_customers, shop_filter
from bridge.shopkit.settings import ShopSetting, setting_of, shop_settings
from bridge.shopkit.slices import SliceReader
from bridge.shopkit.statuses import PlatformStatuses, statuses_in_force, unreadable_settings
from bridge_opencart.schema import PLATFORM

REVOKING = frozenset({7, 8, 10, 11, 12, 13, 14, 16})
"""Canceled, Denied, Failed, Refunded, Reversed, Chargeback, Expired, Voided (rule C14)."""

CHARGEBACK = frozenset({13})

ORDERS_A_WALK = 50_000
"""Orders whose first granting dates are gathered by one walk over the history."""

HISTORY_A_WINDOW = 50_000
"""History rows one statement of that walk looks at."""

DEFAULT_STORE = 0


class OpenCartReader:
    """Reads one store; `bridge.shopkit.adapter.PlatformReader` says what each method promises."""

    def __init__(self, store: StoreConnection, database: ShopDatabase) -> None:
        self._store, self._database = store, database
        self._sql = load_sql("bridge_opencart", "reader.sql", store.database.prefix)
        self._cursors = cursor_tables(self._sql, PLATFORM.cursors)
        self._shops = shop_filter(store)
        self._slices = SliceReader(database, self._sql, self._shops)
        self.people = ContactReader(
            database,
            load_sql("bridge_opencart", "contacts.sql", store.database.prefix),
            self._shops,
            text=unescape,
            stored=_escaped,
        )
        self._statuses: StatusSets | None = None

    async def statuses(self) -> StatusSets:
        granting: frozenset[int] = frozenset()
        if self._store.granting is None:
            granting = self._complete_statuses(await self._settings())
        platform = PlatformStatuses(granting, REVOKING, CHARGEBACK)
        self._statuses = statuses_in_force(self._store, platform)
        return self._statuses

    async def zone(self) -> str | None:
        try:
            settings = await self._settings()
        except ShopRefused:
            return None  # the store's file names the zone; the shop's own is only compared
        return setting_of(settings, "config_timezone", self._store.shop_ids, everywhere=DEFAULT_STORE)

    async def newest(self) -> Mapping[str, Sequence[int]]:
        return await newest_ids(self._database, self._cursors)

    async def touched(self, cursors: Mapping[str, Cursor]) -> Mapping[str, Sequence[TouchedRow]]:
        return await touched_rows(self._database, self._cursors, cursors, page=self._store.page_orders)

    async def read_orders(self, order_ids: Sequence[int]) -> tuple[Sequence[Order], Sequence[UnreadableOrder]]:
        orders: list[Order] = []
        unreadable: list[UnreadableOrder] = []
        for part in in_parts(order_ids):
            rows = await self._database.rows(self._sql["orders"], order_ids=part, limit=len(part), **self._shops)
            if not rows:
                continue
            lines = await self._lines([row[0] for row in rows])
            good, odd = assembled(rows, lines, await self._granting_dates(rows, lines.odd), {})
            orders += good
            unreadable += odd
        return orders, unreadable

    async def all_orders(self, *, after: int, page: int) -> AsyncIterator[OrderPage]:
        windows = await self._history_windows()
        walked_to = after
        dates: dict[int, datetime | None] = {}
        while True:
            if after >= walked_to:
                walked_to = await self._order_at_distance(after)
                dates = await self._walk_history(windows, after, walked_to)
            rows = await self._database.rows(
                self._sql["orders_between"], after=after, until=walked_to, limit=page, **self._shops
            )
            if rows:
                ids = [row[0] for row in rows]
                found = await self._database.rows(
                    self._sql["lines_between"], first=ids[0], last=ids[-1], limit=MOST_ROWS
                )
                lines = collected(found) if len(found) < MOST_ROWS else await self._lines(ids)
                granting = {row[0]: dates[row[0]] for row in rows if self._grants(row) and row[0] in dates}
                orders, unreadable = assembled(rows, lines, granting, {})
                yield OrderPage(orders, unreadable, ids[-1])
            if len(rows) == page:
                after = rows[-1][0]
            elif walked_to == LAST_ID:
                return
            else:
                after = walked_to
            await asyncio.sleep(0)  # a page holds the loop for some milliseconds: let others in between

    async def slices(self, *, after: int) -> SlicePage:
        return await self._slices.slices(after=after)

    async def order_digests(self, number: int) -> Mapping[int, int]:
        return await self._slices.digests(number)

    async def customers(self, customer_ids: Sequence[int]) -> Mapping[int, int]:
        return await present_customers(self._database, self._sql["customers"], customer_ids)

    async def product_codes(self, codes: Sequence[str]) -> Sequence[str]:
        wanted = {*codes, *map(_escaped, codes)}
        rows = await self._database.rows(self._sql["product_codes"], codes=sorted(wanted))
        return [unescape(row[0].decode("utf-8", "replace")) for row in rows]

    async def _lines(self, order_ids: Sequence[int]) -> PageLines:
        odd: dict[int, str] = {}
        lines = collected(await complete_rows(self._database, self._sql["lines"], order_ids, odd=odd))
        lines.odd.update(odd)
        return lines

    async def _granting_dates(self, rows: Sequence[Row], odd: dict[int, str]) -> dict[int, datetime | None]:
        statuses = self._statuses or await self.statuses()
        ids = [row[0] for row in rows if row[4] in statuses.granting]
        if not ids or not statuses.granting:
            return {}
        return first_dates(
            await complete_rows(
                self._database,
                self._sql["granting_history"],
                ids,
                odd=odd,
                granting=statuses.granting,
            )
        )

    def _grants(self, row: Row) -> bool:
        return self._statuses is not None and row[4] in self._statuses.granting

    async def _history_windows(self) -> list[tuple[int, int]]:
        """Ranges (after, until] that cover the history, each of few enough rows for one statement."""
        windows = []
        start = 0
        while True:
            rows = await self._database.rows(
                self._sql["history_at_distance"], after=start, distance=HISTORY_A_WINDOW - 1
            )
            end = rows[0][0] if rows else LAST_ID
            windows.append((start, end))
            if not rows:
                return windows
            start = end

    async def _walk_history(
        self, windows: Sequence[tuple[int, int]], first: int, last: int
    ) -> dict[int, datetime | None]:
        """The first granting date of each order in (first, last]."""
        statuses = self._statuses or await self.statuses()
        dates: dict[int, datetime | None] = {}
        if not statuses.granting:
            return dates
        for after, until in windows:
            rows = await self._database.rows(
                self._sql["granting_history_between"],
                after=after,
                until=until,
                first=first,
                last=last,
                granting=statuses.granting,
                limit=2 * HISTORY_A_WINDOW,
            )
            first_dates(rows, dates)
        return dates

    async def _order_at_distance(self, after: int) -> int:
        rows = await self._database.rows(self._sql["order_at_distance"], after=after, distance=ORDERS_A_WALK - 1)
        return int(rows[0][0]) if rows else LAST_ID

    async def _settings(self) -> list[ShopSetting]:
        try:
            return await shop_settings(self._database, self._sql["settings_view"], self._sql["settings_table"])
        except ShopRefused as error:
            error.hint = unreadable_settings(self._store)
            raise

    def _complete_statuses(self, settings: Sequence[ShopSetting]) -> frozenset[int]:
        """OpenCart's own list of complete statuses, a JSON array of texts."""
        text = setting_of(settings, "config_complete_status", (), everywhere=DEFAULT_STORE)
        try:
            statuses: Collection[object] = json.loads(text or "[]")
            return frozenset(int(str(status)) for status in statuses)
        except (ValueError, TypeError) as error:
            raise refused(
                f"{self._store.store}: the shop's setting config_complete_status can't be understood: {text!r}",
                "set coins.statuses.granting in the store's file, or save the shop's settings again",
            ) from error


def _escaped(text: str) -> str:
    """What the shop stores for what was typed."""
    return escape(text, quote=False).replace('"', "&quot;")


def collected(rows: Sequence[Row]) -> PageLines:
    """The lines of a page from rows (order, model, quantity, digest)."""
    lines = PageLines()
    of, odd, digests = lines.of, lines.odd, lines.digests
    for order_id, model, quantity, digest in rows:
        digests[order_id] ^= digest
        try:
            code = decoded(model)
        except ValueError as error:
            odd.setdefault(order_id, str(error))
            continue
        if quantity is None:
            odd.setdefault(order_id, f"the line with product code {code!r} has no quantity (NULL)")
            continue
        of[order_id].append(OrderLine(unescape(code) if "&" in code else code, quantity))
    return lines
