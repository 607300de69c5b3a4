"""An OpenCart shop, its tables, and an adapter on it."""

from collections.abc import AsyncIterator

import pytest

from bridge.contracts.shop import StoreConnection
from bridge_opencart.adapter import OpenCartAdapter
from tests.support.adapters import store_connection
from tests.support.shops import OpenCartShop


@pytest.fixture
def connection(opencart: OpenCartShop) -> StoreConnection:
    return store_connection(opencart, "opencart")


@pytest.fixture
async def adapter(connection: StoreConnection) -> AsyncIterator[OpenCartAdapter]:
    opened = OpenCartAdapter(connection)
    yield opened
    await opened.close()
