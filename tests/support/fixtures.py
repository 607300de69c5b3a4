"""Fixtures for every test.

One private database server a test process, and shops that a test has to itself.
"""

from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack
from typing import Any, Protocol

import pytest

from bridge.testing.mariadb import PrivateMariaDB
from tests.support.shops import LAYOUTS, AnyShop, OpenCartShop, PrestaShopShop


class ShopFactory(Protocol):
    """Makes shops that a test has to itself, by the name of their layout."""

    async def __call__(self, layout: str, **options: Any) -> AnyShop:
        """A fresh shop, open until the test ends; `options` are those of a shop, for example `timezone`."""


@pytest.fixture(scope="session")
def mariadb() -> Iterator[PrivateMariaDB]:
    """A MariaDB server of this test process's own; databases in it are the test's business."""
    with PrivateMariaDB() as server:
        yield server


@pytest.fixture
def database(mariadb: PrivateMariaDB) -> Iterator[str]:
    """The name of an empty database that goes away with the test."""
    name = mariadb.create_database()
    yield name
    mariadb.drop_database(name)


@pytest.fixture
async def opencart(mariadb: PrivateMariaDB, database: str) -> AsyncIterator[OpenCartShop]:
    """A fresh OpenCart 4.1 shop in an empty database, its clock in UTC."""
    async with OpenCartShop(mariadb.parameters(database)) as shop:
        await shop.install()
        yield shop


@pytest.fixture
async def prestashop(mariadb: PrivateMariaDB, database: str) -> AsyncIterator[PrestaShopShop]:
    """A fresh PrestaShop 8.1 shop in the same database (the prefixes differ), its clock in UTC."""
    async with PrestaShopShop(mariadb.parameters(database)) as shop:
        await shop.install()
        yield shop


@pytest.fixture
async def any_shop(mariadb: PrivateMariaDB, database: str) -> AsyncIterator[ShopFactory]:
    """Makes fresh shops of any version in the same database; two of one platform need two prefixes."""
    async with AsyncExitStack() as open_shops:

        async def fresh(layout: str, **options: Any) -> AnyShop:
            shop = LAYOUTS[layout](mariadb.parameters(database), **options)
            await open_shops.enter_async_context(shop)
            await shop.install()
            return shop

        yield fresh
