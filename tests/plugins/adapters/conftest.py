"""Each platform's shop in turn, for what both adapters have to do alike."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from typing import Any

import pytest

from bridge.contracts.shop import StoreConnection
from bridge.shopkit.adapter import DatabaseAdapter
from bridge.shopkit.schema import Platform as PlatformTables
from bridge.testing.mariadb import PrivateMariaDB
from bridge_opencart.adapter import OpenCartAdapter
from bridge_opencart.schema import PLATFORM as OPENCART
from bridge_prestashop.adapter import PrestaShopAdapter
from bridge_prestashop.schema import PLATFORM as PRESTASHOP
from tests.support.adapters import store_connection
from tests.support.shops import OpenCartShop, PrestaShopShop


@dataclass
class Case:
    """One platform: its shop, what is true of it, and adapters that close with the test."""

    platform: str
    shop: OpenCartShop | PrestaShopShop
    tables: PlatformTables
    orders: str
    settings: str
    password: str
    server: PrivateMariaDB
    closing: AsyncExitStack = field(default_factory=AsyncExitStack)

    @property
    def prefix(self) -> str:
        return self.shop.prefix

    @property
    def database(self) -> str:
        return str(self.shop.parameters.database)

    def connection(self, **changes: Any) -> StoreConnection:
        return store_connection(self.shop, self.platform, **changes)

    def connect(self, connection: StoreConnection | None = None, **changes: Any) -> DatabaseAdapter:
        """An adapter on the shop, as its owner unless another connection is given."""
        made = OpenCartAdapter if self.platform == "opencart" else PrestaShopAdapter
        adapter = made(connection or self.connection(**changes))
        self.closing.push_async_callback(adapter.close)
        return adapter

    def run(self, statement: str) -> list[tuple[Any, ...]]:
        """Run a statement as the database's owner."""
        return self.server.run(statement, database=self.database)


@pytest.fixture(params=["opencart", "prestashop"])
async def case(request: pytest.FixtureRequest, mariadb: PrivateMariaDB, database: str) -> AsyncIterator[Case]:
    parameters = mariadb.parameters(database)
    shop = OpenCartShop(parameters) if request.param == "opencart" else PrestaShopShop(parameters)
    async with shop, AsyncExitStack() as closing:
        await shop.install()
        if isinstance(shop, OpenCartShop):
            yield Case("opencart", shop, OPENCART, "order", "setting", "password", mariadb, closing)
        else:
            yield Case("prestashop", shop, PRESTASHOP, "orders", "configuration", "passwd", mariadb, closing)
