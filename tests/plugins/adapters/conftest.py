"""Each platform's shop in turn, for what both adapters have to do alike."""

from collections.abc import AsyncIterator, Awaitable, Callable, Collection
from contextlib import AsyncExitStack
from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from bridge.contracts.shop import StoreConnection
from bridge.shopkit.adapter import DatabaseAdapter
from bridge.shopkit.schema import Platform
from bridge.testing.mariadb import PrivateMariaDB
from bridge_opencart.adapter import OpenCartAdapter
from bridge_opencart.schema import PLATFORM as OPENCART
from bridge_prestashop.adapter import PrestaShopAdapter
from bridge_prestashop.schema import PLATFORM as PRESTASHOP
from tests.support.adapters import database_access, store_connection
from tests.support.fixtures import ShopFactory
from tests.support.shops import AnyShop

USER = "bridge_least"


@dataclass
class Case:
    """One shop, what is true of its platform, and adapters that close with the test."""

    shop: AnyShop
    server: PrivateMariaDB
    closing: AsyncExitStack = field(default_factory=AsyncExitStack)

    @property
    def platform(self) -> str:
        return self.shop.platform

    @property
    def tables(self) -> Platform:
        return OPENCART if self.platform == "opencart" else PRESTASHOP

    @property
    def orders(self) -> str:
        return self.shop.columns.orders

    @property
    def settings(self) -> str:
        return self.tables.settings_table

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

    def least(self, *, without: Collection[str] = ()) -> StoreConnection:
        """Run what `bridge store prepare --print` prints, as the owner, and connect as that user.

        Grants that speak of one of `without` are left out.
        """
        self.server.create_user(USER, "secret")
        script = self.connect().preparation_sql(f"{USER}@%")
        text = "\n".join(line for line in script.splitlines() if not line.startswith("--"))
        statements = [statement.strip().removesuffix(";") for statement in text.split(";\n")]
        wanted = [one for one in statements if not one.startswith("GRANT") or not any(map(one.__contains__, without))]
        self.server.run(*filter(None, wanted), database=self.database)
        access = database_access(self.shop.parameters, prefix=self.prefix, user=USER, password="secret")
        return replace(self.connection(product_codes=frozenset({"base"})), database=access)

    def run(self, statement: str) -> list[tuple[Any, ...]]:
        """Run a statement as the database's owner; `{p}` is the prefix."""
        return self.server.run(statement.replace("{p}", self.prefix), database=self.database)


MakeCase = Callable[[str], Awaitable[Case]]


@pytest.fixture
async def make_case(mariadb: PrivateMariaDB, any_shop: ShopFactory) -> AsyncIterator[MakeCase]:
    """Makes cases of fresh shops by the name of their layout."""
    async with AsyncExitStack() as closing:

        async def made(layout: str) -> Case:
            return Case(await any_shop(layout), mariadb, closing)

        yield made


@pytest.fixture(params=["opencart-4.1", "prestashop-8"], ids=["opencart", "prestashop"])
async def case(request: pytest.FixtureRequest, make_case: MakeCase) -> Case:
    return await make_case(request.param)
