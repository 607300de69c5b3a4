"""OpenCart keeps the contract of every platform."""

import pytest

from bridge.contracts.shop import StoreConnection
from bridge.testing.contract import ShopActor, ShopAdapterContract
from bridge_opencart.adapter import OpenCartAdapter
from tests.support.shops import OpenCartShop


class TestOpenCartContract(ShopAdapterContract):
    @pytest.fixture
    def actor(self, opencart: OpenCartShop) -> ShopActor:
        return opencart

    @pytest.fixture
    def connection(self, connection: StoreConnection) -> StoreConnection:
        return connection

    def connect(self, connection: StoreConnection) -> OpenCartAdapter:
        return OpenCartAdapter(connection)
