"""PrestaShop keeps the contract of every platform."""

import pytest

from bridge.contracts.shop import StoreConnection
from bridge.testing.contract import ShopActor, ShopAdapterContract
from bridge_prestashop.adapter import PrestaShopAdapter
from tests.support.shops import PrestaShopShop


class TestPrestaShopContract(ShopAdapterContract):
    @pytest.fixture
    def actor(self, prestashop: PrestaShopShop) -> ShopActor:
        return prestashop

    @pytest.fixture
    def connection(self, connection: StoreConnection) -> StoreConnection:
        return connection

    def connect(self, connection: StoreConnection) -> PrestaShopAdapter:
        return PrestaShopAdapter(connection)
