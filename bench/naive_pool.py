"""The plain loop that idle stores are compared with: a driver's pool a store, and nothing but the questions.

Each store's task asks for what is new by primary key every few seconds and, evenly in between, as many cheap questions
more as the daemon asks. It remembers nothing, books nothing, limits nothing, and would not notice that a shop is gone.
"""

import asyncio
import random
import time
from collections.abc import Callable
from typing import Any

import aiomysql

from bridge.engine.setup import StoreSetup

CONNECTIONS = 2
PAGE_ROWS = 500
_NEW = "SELECT {key}, {order} FROM {{p}}{table} WHERE {key} > %s ORDER BY {key} LIMIT %s"
NEW_ROWS = {
    "opencart": (
        _NEW.format(key="order_history_id", order="order_id", table="order_history"),
        _NEW.format(key="order_id", order="order_id", table="order"),
    ),
    "prestashop": (
        _NEW.format(key="id_order_history", order="id_order", table="order_history"),
        _NEW.format(key="id_order_slip", order="id_order", table="order_slip"),
        _NEW.format(key="id_order", order="id_order", table="orders"),
    ),
}
CHANGED = (
    "SELECT (SELECT SUM(number) FROM {p}supportbridge_hint WHERE store = %s),"
    " (SELECT MAX(update_time) FROM information_schema.tables"
    " WHERE table_schema = DATABASE() AND table_name IN (%s, %s, %s))"
)
TABLES = {
    "opencart": ("order_history", "order", "order_product"),
    "prestashop": ("order_history", "order_slip", "orders"),
}
BEYOND = 2**40
"""A primary key that no shop here has reached."""

Looked = Callable[[float, float], None]
"""Called with the moments at which a look began and ended, on the monotonic clock."""


class PooledStore:
    """One store. `others` is how many questions it asks between two looks, as the average of many."""

    def __init__(self, setup: StoreSetup, looked: Looked, *, others: float) -> None:
        self._setup, self._looked = setup, looked
        platform, prefix = setup.settings.platform, setup.settings.database.prefix
        self._new_rows = [text.format(p=prefix) for text in NEW_ROWS[platform]]
        self._changed = CHANGED.format(p=prefix)
        self._names = (setup.name, *(prefix + table for table in TABLES[platform]))
        poll = setup.sync.poll_seconds
        self._poll, self._between = poll, poll / others if others > 0 else float("inf")

    async def run(self, ready: Callable[[], None], stop: asyncio.Event) -> None:
        """Look and ask until stopped; the first look by chance, so that many stores do not look in step."""
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
            ready()
            next_look = time.monotonic() + random.random() * self._poll
            next_question = time.monotonic() + random.random() * self._between
            while not stop.is_set():
                await asyncio.sleep(max(min(next_look, next_question) - time.monotonic(), 0))
                if next_question <= time.monotonic():
                    next_question += self._between
                    await self._rows(self._changed, *self._names)
                if next_look <= time.monotonic():
                    began = time.monotonic()
                    next_look += self._poll
                    for statement in self._new_rows:
                        await self._rows(statement, BEYOND, PAGE_ROWS)
                    self._looked(began, time.monotonic())

    async def _rows(self, statement: str, *values: int | str) -> list[tuple[Any, ...]]:
        async with self._pool.acquire() as connection, connection.cursor() as cursor:
            await cursor.execute(statement, values)
            return list(await cursor.fetchall())
