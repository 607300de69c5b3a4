"""What every part of the contract suite stands on: the shop's actor, and fixtures that a plugin's tests give."""

from collections.abc import AsyncIterator, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, Protocol

import pytest

from bridge.contracts.shop import ShopAdapter, StoreConnection
from bridge.testing.coin_desk import PostedRow

MORNING = datetime(2026, 3, 2, 9, 0, 0)  # noqa: DTZ001 - a shop's wall clock has no zone
NOW = datetime(2026, 3, 2, 9, 0, 0, tzinfo=UTC)

Line = tuple[str, int]
"""Product code and quantity."""


class ShopActor(Protocol):
    """What the suite asks of a shop: to do what its own code does. `at` is the shop's wall clock, without a zone."""

    pending_status: int
    paid_status: int
    canceled_status: int

    async def add_store(self, name: str) -> int:
        """A second shop in the same database; its id."""

    async def add_product(self, code: str) -> int: ...

    async def add_customer(
        self,
        email: str,
        *,
        firstname: str = "Ada",
        lastname: str = "Byron",
        phone: str = "",
        language: str = "en",
    ) -> int:
        """Register; `language` is `en` or one of `add_language`, by its two letters."""

    async def add_language(self, code: str) -> int:
        """A further language of the shop: two letters and the country's, as in `ru-ru`."""

    async def place_order(
        self,
        customer: int | None,
        lines: Sequence[Line],
        *,
        at: datetime,
        guest: str = "",
        store: int | None = None,
        total: Decimal | None = None,
    ) -> int:
        """Check out without paying; without `customer` it is a guest's, whose e-mail is `guest`."""

    async def set_status(self, order: int, status: int, at: datetime) -> None:
        """Change the order's status as the back office does, with its history row."""

    async def edit_order(self, order: int, lines: Sequence[Line], at: datetime) -> None:
        """Give the order these lines instead."""

    async def silent_status(self, order: int, status: int) -> None:
        """Change the order's status and nothing else, as some payment modules do."""

    async def silent_line_edit(self, order: int, code: str, quantity: int) -> None:
        """Change the quantity of the order's line of that code and nothing else."""

    async def delete_order(self, order: int) -> None: ...

    async def delete_customer(self, customer: int) -> None: ...

    async def post(self, *rows: PostedRow) -> None:
        """Write rows into the inbox as a page of ours does, in turn: a UUID that is there already changes nothing."""

    def posting(self, *rows: PostedRow) -> AbstractAsyncContextManager[None]:
        """Write rows in a transaction of its own: they have their ids at once, and can be seen when the block ends."""

    async def age_posts(self, days: int) -> None:
        """Let every row in the inbox be older by so many days."""

    async def age_files(self, days: int) -> None:
        """Let every part of a file be older by so many days."""

    async def drop_coin_desk(self) -> None:
        """Take away what a shop lacks that was prepared before there was a coin desk."""


class ContractBase:
    """A plugin's test class gives `actor`, `connection` and `connect`."""

    pytestmark = pytest.mark.asyncio

    @pytest.fixture
    def actor(self) -> Any:
        """A fresh shop without products, customers and orders, as a `ShopActor`."""
        raise NotImplementedError("give the fixture actor in your subclass")

    @pytest.fixture
    def connection(self) -> StoreConnection:
        """How to reach it, with every right on its database."""
        raise NotImplementedError("give the fixture connection in your subclass")

    def connect(self, connection: StoreConnection) -> ShopAdapter:
        """The adapter under test."""
        raise NotImplementedError("give the method connect in your subclass")

    @asynccontextmanager
    async def connected(self, connection: StoreConnection, **changes: Any) -> AsyncIterator[ShopAdapter]:
        """The adapter, closed afterwards; `changes` are fields of the connection."""
        adapter = self.connect(replace(connection, **changes))
        try:
            yield adapter
        finally:
            await adapter.close()

    async def order(self, actor: ShopActor, lines: Sequence[Line]) -> int:
        """An unpaid order of a new customer."""
        customer = await actor.add_customer("ada@shop.example")
        return await actor.place_order(customer, lines, at=MORNING)
