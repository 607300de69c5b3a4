"""PrestaShop's customer service keeps its contract, in every known version and on tables without transactions."""

import pytest

from bridge.contracts.shop import StoreConnection
from bridge.testing.contract_threads import ThreadsContract
from bridge_prestashop.adapter import PrestaShopAdapter
from tests.support.adapters import store_connection
from tests.support.fixtures import ShopFactory
from tests.support.shops import PrestaShopShop

MYISAM = "in MyISAM"
LAYOUTS = [
    "prestashop-8",
    f"prestashop-8 {MYISAM}",
    pytest.param("prestashop-9", marks=pytest.mark.long),
    pytest.param("prestashop-1.6", marks=pytest.mark.long),
    pytest.param("thirtybees-1.7", marks=pytest.mark.long),
]


class TestThreadsContract(ThreadsContract):
    @pytest.fixture(params=LAYOUTS)
    async def actor(self, request: pytest.FixtureRequest, any_shop: ShopFactory) -> PrestaShopShop:
        layout, _, engine = request.param.partition(" ")
        shop = await any_shop(layout)
        assert isinstance(shop, PrestaShopShop)
        if engine:
            for table in ("customer_message", "customer_thread"):
                await shop.execute(f"ALTER TABLE {{{table}}} ENGINE=MyISAM")
        return shop

    @pytest.fixture
    def connection(self, actor: PrestaShopShop) -> StoreConnection:
        return store_connection(actor, "prestashop")

    def connect(self, connection: StoreConnection) -> PrestaShopAdapter:
        return PrestaShopAdapter(connection)
