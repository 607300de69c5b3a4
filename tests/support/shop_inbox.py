"""What a customer's click does in a pretend shop: one of our pages writes a signed row and counts up a hint."""

from collections.abc import Mapping
from typing import Any

from bridge.contracts.shop_rows import SigningKey
from bridge.testing.coin_desk import InboxPages, posted_row
from tests.support.shop_database import ShopDatabase

_COUNT_UP = (
    "INSERT INTO `{prefix}supportbridge_hint` (store, kind, number) VALUES (%s, 'inbox', 1)"
    " ON DUPLICATE KEY UPDATE number = number + 1"
)


class ShopInbox(InboxPages, ShopDatabase):
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
