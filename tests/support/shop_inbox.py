"""What the bridge's own pages in a shop do: they write signed rows into the inbox, and count up a hint for the desk.

It believes: a page writes a row of one UUID once, however often the form is sent; a request is a transaction of its
own, so that a row with a lower id can become visible after one with a higher.
"""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

import aiomysql

from bridge.contracts.shop_rows import SigningKey
from bridge.shopkit.rights import COIN_DESK_TABLES
from bridge.testing.coin_desk import PostedRow, posted_row
from tests.support.shop_database import ShopDatabase

_WRITE = (
    "INSERT INTO `{prefix}supportbridge_inbox` (store, uuid, customer_id, payload, key_id, mac)"
    " VALUES (%s, %s, %s, %s, %s, %s) ON DUPLICATE KEY UPDATE uuid = VALUES(uuid)"
)
_COUNT_UP = (
    "INSERT INTO `{prefix}supportbridge_hint` (store, kind, number) VALUES (%s, 'inbox', 1)"
    " ON DUPLICATE KEY UPDATE number = number + 1"
)


class ShopInbox(ShopDatabase):
    """A shop with our pages on it."""

    async def customer_posts(
        self,
        key: SigningKey,
        customer: int,
        kind: str,
        data: Mapping[str, Any],
        *,
        store: str = "acme",
        uuid: str = "",
        language: str = "en",
    ) -> str:
        """What a logged-in customer's form does: the row, then the hint. Returns the row's UUID."""
        row = posted_row(key, store=store, customer=customer, kind=kind, data=data, uuid=uuid, language=language)
        await self.post(row)
        await self.execute(_COUNT_UP.replace("{prefix}", self.prefix), store)
        return row.uuid

    async def post(self, row: PostedRow) -> None:
        """Write a row, signed or not."""
        await self.execute(_WRITE.replace("{prefix}", self.prefix), *row)

    @asynccontextmanager
    async def posting(self, row: PostedRow) -> AsyncIterator[None]:
        """Write a row in a request of its own that ends with the block."""
        connection = await aiomysql.connect(**self.parameters.for_driver(autocommit=False))
        try:
            async with connection.cursor() as cursor:
                await cursor.execute(_WRITE.replace("{prefix}", self.prefix), tuple(row))
            yield
            await connection.commit()
        finally:
            await connection.ensure_closed()

    async def age_posts(self, days: int) -> None:
        """Let every row in the inbox be older by so many days."""
        await self.execute(f"UPDATE `{self.prefix}supportbridge_inbox` SET created = created - INTERVAL %s DAY", days)

    async def drop_coin_desk(self) -> None:
        """What a shop lacks that was prepared before there was a coin desk."""
        for table in COIN_DESK_TABLES:
            await self.execute(f"DROP TABLE IF EXISTS `{self.prefix}{table}`")
