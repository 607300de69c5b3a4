"""Recognising a shop: what differs is named, and a shop of another kind is never half understood."""

from dataclasses import replace
from datetime import datetime

import pytest

from bridge.contracts.shop import Level
from bridge.errors import ShopRefused, ShopUnavailable
from bridge_opencart.adapter import OpenCartAdapter
from bridge_prestashop.adapter import PrestaShopAdapter
from tests.plugins.adapters.conftest import Case
from tests.support.shops import OpenCartShop, PrestaShopShop

MORNING = datetime(2026, 3, 2, 9, 0, 0)  # noqa: DTZ001 - a shop's wall clock has no zone


async def test_the_layout_the_server_and_the_zone_are_told(case: Case) -> None:
    facts = await case.connect().probe()
    assert facts.layout == {"opencart": "opencart-4.1", "prestashop": "prestashop-8"}[case.platform]
    assert "MariaDB" in facts.server
    assert facts.zone == "UTC"


async def test_a_missing_table_is_named(case: Case) -> None:
    case.run(f"DROP TABLE `{case.prefix}order_history`")
    with pytest.raises(ShopRefused) as refusal:
        await case.connect().probe()
    assert str(refusal.value).endswith(
        f"does not have the layout of {case.tables.title}: no table {case.prefix}order_history"
    )
    assert refusal.value.hint == "correct platform, database.name or database.prefix in the store's file"


async def test_a_missing_column_is_named(case: Case) -> None:
    table, column = case.tables.code_columns[0]
    case.run(f"ALTER TABLE `{case.prefix}{table}` DROP COLUMN `{column}`")
    with pytest.raises(ShopRefused, match=f"Unknown column '{column}'"):
        await case.connect().probe()


async def test_an_unreachable_shop_is_no_wrong_layout(case: Case) -> None:
    connection = case.connection()
    away = replace(connection, database=replace(connection.database, socket=case.server.folder / "away.sock"))
    adapter = case.connect(away)
    with pytest.raises(ShopUnavailable):
        await adapter.probe()
    [finding] = await adapter.check()
    assert (finding.name, finding.level) == ("connection", Level.WRONG)


async def test_a_wrong_prefix_names_the_tables_that_are_not_there(case: Case) -> None:
    connection = case.connection()
    other = replace(connection, database=replace(connection.database, prefix="shop9_"))
    with pytest.raises(ShopRefused, match="no table shop9_customer"):
        await case.connect(other).probe()


async def test_a_second_shop_under_another_prefix_is_its_own(case: Case) -> None:
    made = OpenCartShop if case.platform == "opencart" else PrestaShopShop
    async with made(case.shop.parameters, prefix="zweit_") as second:
        await second.install()
        await second.add_product("base")
        customer = await second.add_customer("ada@shop.example")
        order = await second.place_order(customer, [("base", 1)], at=MORNING)
        connection = case.connection()
        access = replace(connection.database, prefix="zweit_")
        orders, _ = await case.connect(replace(connection, database=access)).read_orders([order])
        assert len(orders) == 1
        assert (await case.connect().read_orders([order]))[0] == []


async def test_the_other_platforms_database_is_recognised_as_such(case: Case) -> None:
    """The plugin of one platform on the tables of the other, under the same prefix."""
    made = PrestaShopAdapter if case.platform == "opencart" else OpenCartAdapter
    words = "it looks like OpenCart" if case.platform == "opencart" else "it looks like PrestaShop"
    adapter = made(case.connection())
    with pytest.raises(ShopRefused, match=words) as refusal:
        await adapter.probe()
    await adapter.close()
    assert "does not have the layout of" in str(refusal.value)


async def test_C14_a_status_that_the_shop_revokes_and_the_store_grants_is_a_conflict(case: Case) -> None:
    both = frozenset({case.shop.canceled_status})
    with pytest.raises(ShopRefused) as refusal:
        await case.connect(granting=both).probe()
    assert f"status {case.shop.canceled_status} is both granting and revoking" in str(refusal.value)
    assert refusal.value.hint.startswith("name the status in only one of coins.statuses.granting")
