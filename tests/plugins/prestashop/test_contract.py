"""PrestaShop keeps the contract of every platform, in every version that is known."""

import pytest

from bridge.contracts.shop import StoreConnection
from bridge.testing.contract import ShopAdapterContract
from bridge_prestashop.adapter import PrestaShopAdapter
from tests.support.adapters import store_connection
from tests.support.fixtures import ShopFactory
from tests.support.shops import AnyShop

LAYOUTS = [
    "prestashop-8",
    pytest.param("prestashop-1.6", marks=pytest.mark.long),
    pytest.param("thirtybees-1.7", marks=pytest.mark.long),
    pytest.param("prestashop-9", marks=pytest.mark.long),
]


class TestPrestaShopContract(ShopAdapterContract):
    @pytest.fixture(params=LAYOUTS)
    async def actor(self, request: pytest.FixtureRequest, any_shop: ShopFactory) -> AnyShop:
        return await any_shop(request.param)

    @pytest.fixture
    def connection(self, actor: AnyShop) -> StoreConnection:
        return store_connection(actor, "prestashop")

    def connect(self, connection: StoreConnection) -> PrestaShopAdapter:
        return PrestaShopAdapter(connection)
