"""Reading a PrestaShop shop.

It believes: `orders.current_state` says what an order is and `order_state.paid` what that means; a state "refunded"
moves no quantity and a credit slip moves no state, so both are looked at; payments can be recorded twice and are never
counted; a guest has a customer row of his own, marked as one; a deleted customer may stay as a row marked deleted.
"""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import datetime

from bridge.contracts.shop import OrderPage, SlicePage, StoreConnection, TouchedRow
from bridge.domain.cursor import Cursor
from bridge.domain.orders import Order, OrderLine, StatusSets, UnreadableOrder
from bridge.errors import ShopRefused
from bridge.shopkit.contacts import ContactReader
from bridge.shopkit.cursors import cursor_tables, newest_ids, touched_rows
from bridge.shopkit.database import Row, ShopDatabase
from bridge.shopkit.errors import refused
from bridge.shopkit.named_sql import load_sql
from bridge.shopkit.orders import PageLines, assembled, decoded, first_dates
from bridge.shopkit.reading import MOST_ROWS, complete_rows, in_parts, present_customers, shop_filter
from bridge.shopkit.settings import ShopSetting, setting_of, shop_settings
from bridge.shopkit.slices import SliceReader
from bridge.shopkit.statuses import PlatformStatuses, statuses_in_force, unreadable_settings
from bridge_prestashop.schema import PLATFORM

REVOKING = ("PS_OS_CANCELED", "PS_OS_REFUND", "PS_OS_ERROR")
"""Settings that hold the revoking states' ids; the ids differ from shop to shop (rule C14)."""

STATUS_COLUMN = 4


class PrestaShopReader:
    """Reads one store; `bridge.shopkit.adapter.PlatformReader` says what each method promises."""

    def __init__(self, store: StoreConnection, database: ShopDatabase) -> None:
        self._store, self._database = store, database
        self._sql = load_sql("bridge_prestashop", "reader.sql", store.database.prefix)
        self._cursors = cursor_tables(self._sql, PLATFORM.cursors)
        self._shops = shop_filter(store)
        self._slices = SliceReader(database, self._sql, self._shops)
        self.people = ContactReader(
            database, load_sql("bridge_prestashop", "contacts.sql", store.database.prefix), self._shops
        )
        self._statuses: StatusSets | None = None

    async def statuses(self) -> StatusSets:
        revoking: frozenset[int] = frozenset()
        paid: frozenset[int] = frozenset()
        if self._store.granting is None or self._store.revoking is None:
            revoking = self._revoking_states(await self._settings())
        if self._store.granting is None:
            paid = frozenset(row[0] for row in await self._database.rows(self._sql["paid_states"]))
        self._statuses = statuses_in_force(self._store, PlatformStatuses(paid, revoking))
        return self._statuses

    async def zone(self) -> str | None:
        try:
            settings = await self._settings()
        except ShopRefused:
            return None  # the store's file names the zone; the shop's own is only compared
        return setting_of(settings, "PS_TIMEZONE", self._store.shop_ids, everywhere=None)

    async def newest(self) -> Mapping[str, Sequence[int]]:
        return await newest_ids(self._database, self._cursors)

    async def touched(self, cursors: Mapping[str, Cursor]) -> Mapping[str, Sequence[TouchedRow]]:
        return await touched_rows(self._database, self._cursors, cursors, page=self._store.page_orders)

    async def read_orders(self, order_ids: Sequence[int]) -> tuple[Sequence[Order], Sequence[UnreadableOrder]]:
        orders: list[Order] = []
        unreadable: list[UnreadableOrder] = []
        for part in in_parts(order_ids):
            rows = await self._database.rows(self._sql["orders"], order_ids=part, limit=len(part), **self._shops)
            if rows:
                good, odd = await self._with_details(rows)
                orders += good
                unreadable += odd
        return orders, unreadable

    async def all_orders(self, *, after: int, page: int) -> AsyncIterator[OrderPage]:
        while rows := await self._database.rows(self._sql["orders_after"], after=after, limit=page, **self._shops):
            after = rows[-1][0]
            orders, unreadable = await self._with_neighbours_details(rows)
            yield OrderPage(orders, unreadable, after)
            if len(rows) < page:
                return
            await asyncio.sleep(0)  # a page holds the loop for some milliseconds: let others in between

    async def slices(self, *, after: int) -> SlicePage:
        return await self._slices.slices(after=after)

    async def order_digests(self, number: int) -> Mapping[int, int]:
        return await self._slices.digests(number)

    async def customers(self, customer_ids: Sequence[int]) -> Mapping[int, int]:
        return await present_customers(self._database, self._sql["customers"], customer_ids)

    async def product_codes(self, codes: Sequence[str]) -> Sequence[str]:
        rows = await self._database.rows(self._sql["product_codes"], codes=list(codes))
        return [row[0].decode("utf-8", "replace") for row in rows]

    async def _with_details(self, rows: Sequence[Row]) -> tuple[list[Order], list[UnreadableOrder]]:
        """Orders anywhere in the table."""
        ids = [row[0] for row in rows]
        odd: dict[int, str] = {}
        lines = collected(await complete_rows(self._database, self._sql["lines"], ids, odd=odd))
        slips = await complete_rows(self._database, self._sql["amount_only_slips"], ids, odd=odd)
        statuses = self._statuses or await self.statuses()
        granting = [row[0] for row in rows if row[STATUS_COLUMN] in statuses.granting]
        dates: dict[int, datetime | None] = {}
        if granting:
            history = self._sql["granting_history"]
            dates = first_dates(
                await complete_rows(self._database, history, granting, odd=odd, granting=statuses.granting)
            )
        lines.odd.update(odd)
        return assembled(rows, lines, dates, _by_order(slips))

    async def _with_neighbours_details(self, rows: Sequence[Row]) -> tuple[list[Order], list[UnreadableOrder]]:
        """Orders that are a stretch of the table: what belongs to them is read by the stretch's ends."""
        statuses = self._statuses or await self.statuses()
        stretch = {"first": rows[0][0], "last": rows[-1][0], "limit": MOST_ROWS}
        lines = await self._database.rows(self._sql["lines_between"], **stretch)
        slips = await self._database.rows(self._sql["amount_only_slips_between"], **stretch)
        history: Sequence[Row] = ()
        if statuses.granting:
            history = await self._database.rows(
                self._sql["granting_history_between"], granting=statuses.granting, **stretch
            )
        if max(len(lines), len(slips), len(history)) >= MOST_ROWS:
            return await self._with_details(rows)
        dates = first_dates(history)
        granting = {
            row[0]: dates[row[0]] for row in rows if row[STATUS_COLUMN] in statuses.granting and row[0] in dates
        }
        return assembled(rows, collected(lines), granting, _by_order(slips))

    async def _settings(self) -> list[ShopSetting]:
        try:
            return await shop_settings(self._database, self._sql["settings_view"], self._sql["settings_table"])
        except ShopRefused as error:
            error.hint = unreadable_settings(self._store)
            raise

    def _revoking_states(self, settings: Sequence[ShopSetting]) -> frozenset[int]:
        states = set()
        for name in REVOKING:
            value = setting_of(settings, name, self._store.shop_ids, everywhere=None)
            if value is None or not value.strip().isdecimal():
                raise refused(
                    f"{self._store.store}: the shop's setting {name} can't be understood: {value!r}",
                    "set coins.statuses.revoking and coins.statuses.granting in the store's file",
                )
            states.add(int(value))
        return frozenset(states - {0})


def collected(rows: Sequence[Row]) -> PageLines:
    """The lines of a page from rows (order, reference, quantity, refunded, returned, digest)."""
    lines = PageLines()
    of, odd, digests = lines.of, lines.odd, lines.digests
    for order_id, reference, quantity, refunded, returned, digest in rows:
        digests[order_id] ^= digest
        try:
            code = decoded(reference)
        except ValueError as error:
            odd.setdefault(order_id, str(error))
            continue
        if quantity is None or refunded is None or returned is None:
            odd.setdefault(order_id, f"a quantity of the line with product code {code!r} is NULL")
            continue
        of[order_id].append(OrderLine(code, quantity, refunded, returned))
    return lines


def _by_order(rows: Sequence[Row]) -> dict[int, list[int]]:
    found: dict[int, list[int]] = {}
    for order_id, slip in rows:
        found.setdefault(order_id, []).append(slip)
    return found
