"""OpenCart keeps the contract of every platform, in every version that is known."""

import pytest

from bridge.contracts.shop import StoreConnection
from bridge.testing.contract import ShopAdapterContract
from bridge_opencart.adapter import OpenCartAdapter
from tests.support.adapters import store_connection
from tests.support.fixtures import ShopFactory
from tests.support.shops import AnyShop

LAYOUTS = [
    "opencart-4.1",
    pytest.param("opencart-3.0", marks=pytest.mark.long),
    pytest.param("opencart-4.0", marks=pytest.mark.long),
]


class TestOpenCartContract(ShopAdapterContract):
    @pytest.fixture(params=LAYOUTS)
    async def actor(self, request: pytest.FixtureRequest, any_shop: ShopFactory) -> AnyShop:
        return await any_shop(request.param)

    @pytest.fixture
    def connection(self, actor: AnyShop) -> StoreConnection:
        return store_connection(actor, "opencart")

    def connect(self, connection: StoreConnection) -> OpenCartAdapter:
        return OpenCartAdapter(connection)
