"""Each plugin answers for its own platform alone."""

import bridge_opencart.plugin
import bridge_prestashop.plugin
from bridge_opencart.adapter import OpenCartAdapter
from bridge_prestashop.adapter import PrestaShopAdapter
from tests.plugins.adapters.conftest import Case


async def test_a_plugin_connects_the_stores_of_its_platform_and_no_other(case: Case) -> None:
    connection = case.connection()
    opencart = bridge_opencart.plugin.bridge_connect_store(connection)
    prestashop = bridge_prestashop.plugin.bridge_connect_store(connection)
    if case.platform == "opencart":
        assert isinstance(opencart, OpenCartAdapter)
        assert prestashop is None
        await opencart.close()
    else:
        assert isinstance(prestashop, PrestaShopAdapter)
        assert opencart is None
        await prestashop.close()


async def test_connecting_a_store_asks_the_database_nothing_yet(case: Case) -> None:
    count = f"SELECT COUNT(*) FROM information_schema.processlist WHERE db = '{case.database}'"
    before = case.server.run(count)
    case.connect()
    assert case.server.run(count) <= before, "one of before may have gone meanwhile"
