"""The pretend OpenCart shop leaves the rows that a real 4.1 shop leaves."""

from datetime import datetime, timedelta
from decimal import Decimal

import pytest

from bridge.testing.mariadb import PrivateMariaDB
from tests.support.shops import OpenCartShop, Shop

NOON = datetime(2026, 11, 20, 12, 0, 0)  # noqa: DTZ001 - a shop's wall clock has no zone
LATER = NOON + timedelta(hours=3)


async def history(shop: OpenCartShop, order: int) -> list[tuple[int, int, datetime]]:
    return await shop.fetch(
        "SELECT order_status_id, notify, date_added FROM {order_history} WHERE order_id = %s ORDER BY order_history_id",
        order,
    )


async def lines(shop: OpenCartShop, order: int) -> list[tuple[int, str, int, Decimal]]:
    return await shop.fetch(
        "SELECT order_product_id, model, quantity, total FROM {order_product} WHERE order_id = %s ORDER BY 1",
        order,
    )


@pytest.fixture
async def selling(opencart: OpenCartShop) -> OpenCartShop:
    await opencart.add_product("SUP-BASE", "Base & more", price=Decimal(550))
    await opencart.add_product("OTHER")
    return opencart


async def test_a_fresh_shop_names_its_statuses_and_settings(opencart: OpenCartShop) -> None:
    settings = dict(await opencart.fetch("SELECT `key`, value FROM {setting} WHERE store_id = 0 AND code = 'config'"))
    assert settings["config_complete_status"] == '["5","3"]'
    assert settings["config_processing_status"] == '["5","1","2","12","3"]'
    assert settings["config_timezone"] == "UTC"
    assert settings["config_language_catalog"] == "en-gb"
    statuses = dict(await opencart.fetch("SELECT order_status_id, name FROM {order_status} WHERE language_id = 1"))
    assert statuses[5] == "Complete"
    assert 4 not in statuses
    assert statuses[16] == "Voided"


async def test_text_is_stored_escaped(selling: OpenCartShop) -> None:
    customer = await selling.add_customer("Smith@Shop.example", firstname="Smith & <Co>")
    row = await selling.row("customer", customer_id=customer)
    assert (row["firstname"], row["email"]) == ("Smith &amp; &lt;Co&gt;", "smith@shop.example")
    order = await selling.place_order(customer, [("SUP-BASE", 1)], at=NOON)
    assert (await selling.row("order_product", order_id=order))["name"] == "Base &amp; more"


async def test_an_order_names_its_buyer_lines_and_sum(selling: OpenCartShop) -> None:
    customer = await selling.add_customer("ada@shop.example")
    order = await selling.place_order(customer, [("SUP-BASE", 3), ("OTHER", 1)], at=NOON)
    row = await selling.row("order", order_id=order)
    assert (row["customer_id"], row["email"], row["store_id"]) == (customer, "ada@shop.example", 0)
    assert (row["total"], row["order_status_id"]) == (Decimal(1750), 1)
    assert [line[1:3] for line in await lines(selling, order)] == [("SUP-BASE", 3), ("OTHER", 1)]
    assert None not in [value for name, value in row.items() if name != "commission"]


async def test_an_unconfirmed_checkout_has_status_0_and_no_history(selling: OpenCartShop) -> None:
    order = await selling.place_order(None, [("SUP-BASE", 1)], at=NOON, guest="g@shop.example", status=0)
    row = await selling.row("order", order_id=order)
    assert (row["order_status_id"], row["customer_id"], row["email"]) == (0, 0, "g@shop.example")
    assert await history(selling, order) == []


async def test_a_status_change_leaves_date_modified_alone(selling: OpenCartShop) -> None:
    order = await selling.place_order(None, [("SUP-BASE", 1)], at=NOON, guest="g@shop.example")
    await selling.set_status(order, selling.paid_status, LATER)
    row = await selling.row("order", order_id=order)
    assert (row["order_status_id"], row["date_modified"]) == (5, NOON)
    assert await history(selling, order) == [(1, 0, NOON), (5, 0, LATER)]


async def test_an_edit_voids_renews_the_lines_and_sets_the_status_again(selling: OpenCartShop) -> None:
    order = await selling.place_paid_order(None, [("SUP-BASE", 3)], at=NOON, guest="g@shop.example")
    before = await lines(selling, order)
    await selling.edit_order(order, [("SUP-BASE", 1)], LATER)
    after = await lines(selling, order)
    assert [line[1:3] for line in after] == [("SUP-BASE", 1)]
    assert {line[0] for line in after}.isdisjoint({line[0] for line in before})
    assert (await history(selling, order))[2:] == [(16, 1, LATER), (5, 0, LATER)]
    row = await selling.row("order", order_id=order)
    assert (row["total"], row["order_status_id"], row["date_modified"]) == (Decimal(550), 5, LATER)


async def test_a_deleted_order_leaves_nothing_but_a_gap_in_the_ids(selling: OpenCartShop) -> None:
    first = await selling.place_paid_order(None, [("OTHER", 1)], at=NOON, guest="g@shop.example")
    await selling.delete_order(first)
    second = await selling.place_order(None, [("OTHER", 1)], at=NOON, guest="g@shop.example")
    assert await selling.fetch("SELECT order_id FROM {order}") == [(second,)]
    assert await selling.fetch("SELECT order_history_id FROM {order_history}") == [(4,)]
    assert await selling.fetch("SELECT COUNT(*) FROM {order_total} WHERE order_id = %s", first) == [(0,)]


async def test_orders_of_a_deleted_customer_stay(selling: OpenCartShop) -> None:
    customer = await selling.add_customer("ada@shop.example")
    order = await selling.place_order(customer, [("OTHER", 1)], at=NOON)
    await selling.delete_customer(customer)
    assert (await selling.row("order", order_id=order))["customer_id"] == customer
    assert await selling.fetch("SELECT 1 FROM {customer}") == []


async def test_bulk_orders_have_one_or_two_lines_and_three_history_rows(selling: OpenCartShop) -> None:
    already = await selling.place_paid_order(None, [("OTHER", 1)], at=NOON, guest="g@shop.example")
    bulk = await selling.bulk_orders(101, ["SUP-BASE", "OTHER"], customers=7)
    assert bulk.first_order == already + 1
    counts = "SELECT COUNT(*) FROM {{{}}} WHERE order_id >= %s"
    for table, expected in (
        ("order", 101),
        ("order_product", bulk.lines),
        ("order_history", bulk.history_rows),
    ):
        assert await selling.fetch(counts.format(table), bulk.first_order) == [(expected,)]
    assert (bulk.lines, bulk.history_rows, bulk.customers) == (152, 303, 7)
    assert [row[:2] for row in await history(selling, bulk.first_order + 100)] == [(1, 0), (2, 0), (5, 0)]
    assert [line[1] for line in await lines(selling, bulk.first_order)] == ["SUP-BASE", "OTHER"]
    assert len(await lines(selling, bulk.first_order + 1)) == 1
    assert (await lines(selling, bulk.first_order))[0][3] == Decimal(550)
    orphans = "SELECT COUNT(*) FROM {order} o LEFT JOIN {customer} c USING (customer_id) WHERE c.email <> o.email"
    assert await selling.fetch(orphans) == [(0,)]


async def test_any_prefix_and_a_second_store_work(mariadb: PrivateMariaDB, database: str) -> None:
    async with OpenCartShop(mariadb.parameters(database), prefix="my_shop_") as shop:
        await shop.install()
        await shop.add_product("SUP-BASE")
        store = await shop.add_store("Second")
        order = await shop.place_paid_order(None, [("SUP-BASE", 1)], at=NOON, guest="g@shop.example", store=store)
        found = mariadb.run(f"SELECT store_id FROM my_shop_order WHERE order_id = {order}", database=database)
    assert found == [(store,)]


async def test_a_code_the_shop_does_not_sell_is_named(selling: OpenCartShop) -> None:
    with pytest.raises(LookupError, match="NOT-THERE"):
        await selling.place_order(None, [("NOT-THERE", 1)], at=NOON)


def test_the_shop_has_the_common_interface(opencart: OpenCartShop) -> None:
    shop: Shop = opencart
    assert shop.paid_status == 5
