"""The plain loop that the daemon's freshness is compared with: one asyncio task a store, and nothing that could fail.

It polls the history by primary key, waits until an order has settled, reads it, works out the same signed account row
and writes it. No desk and no commit of its own: accounts live in memory and are lost with the process. No retries, no
gaps, no refunds, no limits on anything: the least that could put a paid order on an account page.
"""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, NamedTuple

import aiomysql

from bridge.contracts.ledger import NumberedEntry
from bridge.contracts.shop_rows import SignedRow, SigningKey, canonical_json, chain, mac_of, signed_row
from bridge.domain import ledger
from bridge.domain.accounts import Account, Owner, OwnerKind
from bridge.domain.packages import Package, Unit, instant, usable_until
from bridge.engine.setup import StoreSetup
from bridge.services.account_pages import PageTerms, account_document, entry_document

GRANTING = {"opencart": frozenset({3, 5}), "prestashop": frozenset({2, 3, 4, 5})}
PAGE_ROWS = 500
CONNECTIONS = 2
ENTRY = """INSERT INTO {p}supportbridge_entry (store, customer_id, number, epoch, payload, key_id, mac)
 VALUES (%s, %s, %s, %s, %s, %s, %s)"""
ACCOUNT = """INSERT INTO {p}supportbridge_account (store, customer_id, number, epoch, payload, key_id, mac)
 VALUES (%s, %s, %s, %s, %s, %s, %s)
 ON DUPLICATE KEY UPDATE number = VALUES(number), payload = VALUES(payload), mac = VALUES(mac)"""


class Queries(NamedTuple):
    """What is asked of one platform's shop."""

    newest: str
    touched: str
    order: str
    lines: str
    paid: str


QUERIES = {
    "opencart": Queries(
        "SELECT MAX(order_history_id) FROM {p}order_history",
        "SELECT order_history_id, order_id FROM {p}order_history WHERE order_history_id > %s"
        " ORDER BY order_history_id LIMIT %s",
        "SELECT customer_id, order_status_id FROM {p}order WHERE order_id = %s",
        "SELECT model, quantity FROM {p}order_product WHERE order_id = %s",
        "SELECT date_added FROM {p}order_history WHERE order_id = %s AND order_status_id IN (3, 5)"
        " ORDER BY order_history_id LIMIT 1",
    ),
    "prestashop": Queries(
        "SELECT MAX(id_order_history) FROM {p}order_history",
        "SELECT id_order_history, id_order FROM {p}order_history WHERE id_order_history > %s"
        " ORDER BY id_order_history LIMIT %s",
        "SELECT id_customer, current_state FROM {p}orders WHERE id_order = %s",
        "SELECT product_reference, product_quantity FROM {p}order_detail WHERE id_order = %s",
        "SELECT date_add FROM {p}order_history WHERE id_order = %s AND id_order_state IN (2, 3, 4, 5)"
        " ORDER BY id_order_history LIMIT 1",
    ),
}


@dataclass
class Books:
    """One customer's account, in memory."""

    packages: list[Package] = field(default_factory=list)
    digest: str = ""


class NaiveStore:
    """One store. `looked` is called with the time whenever the shop is about to be polled.

    The first poll comes after `first_look` seconds: without it many stores poll in step, as plain loops do.
    """

    def __init__(
        self, setup: StoreSetup, key: SigningKey, looked: Callable[[float], None], *, first_look: float = 0.0
    ) -> None:
        self._setup, self._looked, self._first_look = setup, looked, first_look
        self._terms = PageTerms(setup.name, setup.settings.zone_info, setup.plans, key, epoch=1)
        prefix = setup.settings.database.prefix
        self._sql = Queries(*(text.format(p=prefix) for text in QUERIES[setup.settings.platform]))
        self._granting = GRANTING[setup.settings.platform]
        self._entry, self._account = ENTRY.format(p=prefix), ACCOUNT.format(p=prefix)
        self._books: dict[int, Books] = {}
        self._packages = 0
        self._done: set[int] = set()

    async def run(self, ready: Callable[[], None], stop: asyncio.Event) -> None:
        """Follow the shop until stopped, from its newest row on."""
        database = self._setup.settings.database
        async with aiomysql.create_pool(
            minsize=1,
            maxsize=CONNECTIONS,
            unix_socket=str(database.socket),
            user=database.user,
            db=database.name,
            charset="utf8mb4",
            autocommit=True,
        ) as self._pool:
            [(newest,)] = await self._rows(self._sql.newest)
            ready()
            await self._follow(newest or 0, stop)

    async def _follow(self, after: int, stop: asyncio.Event) -> None:
        waiting: dict[int, float] = {}
        next_look = time.monotonic() + self._first_look
        while not stop.is_set():
            if time.monotonic() >= next_look:
                next_look = time.monotonic() + self._setup.sync.poll_seconds
                self._looked(time.time())
                for row_id, order in await self._rows(self._sql.touched, after, PAGE_ROWS):
                    waiting[order] = time.monotonic() + self._setup.sync.settle_seconds
                    after = row_id
            for order in [order for order, due in waiting.items() if due <= time.monotonic()]:
                del waiting[order]
                await self._grant(order)
            await asyncio.sleep(max(min([next_look, *waiting.values()]) - time.monotonic(), 0))

    async def _grant(self, order: int) -> None:
        [(customer, status)] = await self._rows(self._sql.order, order)
        if status not in self._granting or order in self._done:
            return
        lines = await self._rows(self._sql.lines, order)
        [(paid,)] = await self._rows(self._sql.paid, order)
        self._done.add(order)
        rows = self._booked(order, customer, lines, paid)
        async with self._pool.acquire() as connection, connection.cursor() as cursor:
            await cursor.executemany(self._entry, [self._row(row) for row in rows[:-1]])
            await cursor.execute(self._account, self._row(rows[-1]))

    def _booked(self, order: int, customer: int, lines: list[tuple[str, int]], paid: datetime) -> list[SignedRow]:
        """The entries' rows and, last, the account's."""
        books = self._books.setdefault(customer, Books())
        now, rows = datetime.now(UTC), []
        for code, quantity in lines:
            terms = self._setup.plans.terms(code)
            for unit in range(1, quantity + 1 if terms else 1):
                assert terms is not None
                self._packages += 1
                until = usable_until(instant(paid, self._terms.zone), months=terms.valid_months, zone=self._terms.zone)
                package = Package(
                    self._packages, customer, terms.plan, terms.coins, now, until, Unit(order, terms.plan, unit)
                )
                entry = ledger.grant(package, key=f"{self._setup.name}:order:{order}:{terms.plan}:unit:{unit}", at=now)
                books.packages.append(package._replace(posted=terms.coins))
                number, posted = len(books.packages), sum(one.posted for one in books.packages)
                numbered = NumberedEntry(number, number, entry, posted, 0)
                payload = canonical_json(entry_document(self._setup.name, customer, numbered))
                books.digest = chain(books.digest, payload)
                mac = mac_of(self._terms.key, "entry", payload)
                rows.append(SignedRow(customer, 1, number, payload, self._terms.key.id, mac))
        count, posted = len(books.packages), sum(one.posted for one in books.packages)
        account = Account(customer, Owner(OwnerKind.CUSTOMER, customer), count, count, posted)
        document = account_document(self._terms, account, books.packages, digest=books.digest, at=now)
        return [*rows, signed_row(self._terms.key, "account", document, customer_id=customer, epoch=1, number=count)]

    def _row(self, row: SignedRow) -> tuple[str | int, ...]:
        return (self._setup.name, row.customer_id, row.number, row.epoch, row.payload, row.key_id, row.mac)

    async def _rows(self, query: str, *values: int) -> list[tuple[Any, ...]]:
        async with self._pool.acquire() as connection, connection.cursor() as cursor:
            await cursor.execute(query, values)
            return list(await cursor.fetchall())
