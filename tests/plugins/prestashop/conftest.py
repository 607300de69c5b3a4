"""A PrestaShop shop, its tables, and an adapter on it."""

from collections.abc import AsyncIterator

import pytest

from bridge.contracts.shop import StoreConnection
from bridge_prestashop.adapter import PrestaShopAdapter
from tests.support.adapters import store_connection
from tests.support.shops import PrestaShopShop


@pytest.fixture
def connection(prestashop: PrestaShopShop) -> StoreConnection:
    return store_connection(prestashop, "prestashop")


@pytest.fixture
async def adapter(connection: StoreConnection) -> AsyncIterator[PrestaShopAdapter]:
    opened = PrestaShopAdapter(connection)
    yield opened
    await opened.close()
