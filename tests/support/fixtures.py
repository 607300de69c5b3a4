"""Fixtures for every test.

One private database server a test process, and shops that a test has to itself.
"""

from collections.abc import AsyncIterator, Iterator

import pytest

from bridge.testing.mariadb import PrivateMariaDB
from tests.support.shops import OpenCartShop, PrestaShopShop


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
