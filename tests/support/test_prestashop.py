"""The pretend PrestaShop leaves the rows that a real 8.1 shop leaves."""

from datetime import datetime, timedelta
from decimal import Decimal

import pytest

from bridge.testing.mariadb import PrivateMariaDB
from tests.support.shops import PrestaShopShop, Shop

NOON = datetime(2026, 11, 20, 12, 0, 0)  # noqa: DTZ001 - a shop's wall clock has no zone
LATER = NOON + timedelta(hours=3)


async def history(shop: PrestaShopShop, order: int) -> list[tuple[int, datetime]]:
    return await shop.fetch(
        "SELECT id_order_state, date_add FROM {order_history} WHERE id_order = %s ORDER BY id_order_history",
        order,
    )


async def lines(shop: PrestaShopShop, order: int) -> list[tuple[int, str, int, int, int]]:
    return await shop.fetch(
        "SELECT id_order_detail, product_reference, product_quantity, product_quantity_refunded, "
        "product_quantity_return FROM {order_detail} WHERE id_order = %s ORDER BY 1",
        order,
    )


@pytest.fixture
async def selling(prestashop: PrestaShopShop) -> PrestaShopShop:
    await prestashop.add_product("COIN-BASE", price=Decimal(550))
    await prestashop.add_product("OTHER")
    return prestashop


async def test_a_fresh_shop_names_its_states_and_configuration(prestashop: PrestaShopShop) -> None:
    states = await prestashop.fetch("SELECT id_order_state FROM {order_state} WHERE paid = 1 ORDER BY 1")
    assert [state for (state,) in states] == [2, 3, 4, 5, 9, 11]
    backorder = await prestashop.row("order_state", id_order_state=9)
    assert (backorder["paid"], backorder["logable"]) == (1, 0)
    configuration = dict(await prestashop.fetch("SELECT name, value FROM {configuration}"))
    assert configuration["PS_OS_PAYMENT"] == "2"
    assert configuration["PS_OS_CANCELED"] == "6"
    assert configuration["PS_TIMEZONE"] == "UTC"


async def test_an_unpaid_order_has_a_zero_invoice_date(selling: PrestaShopShop) -> None:
    customer = await selling.add_customer("ada@shop.example")
    order = await selling.place_order(customer, [("COIN-BASE", 2)], at=NOON)
    row = await selling.row("orders", id_order=order)
    assert (row["current_state"], row["valid"], row["total_paid_real"]) == (10, 0, Decimal(0))
    assert row["invoice_date"] == "0000-00-00 00:00:00"
    assert (row["id_customer"], row["total_paid"]) == (customer, Decimal(1100))
    assert await history(selling, order) == [(10, NOON)]


async def test_payment_moves_state_invoice_and_date(selling: PrestaShopShop) -> None:
    order = await selling.place_order(None, [("COIN-BASE", 1)], at=NOON, guest="g@shop.example")
    await selling.set_status(order, selling.paid_status, LATER)
    row = await selling.row("orders", id_order=order)
    assert (row["current_state"], row["valid"], row["total_paid_real"]) == (2, 1, Decimal(550))
    assert (row["invoice_date"], row["date_upd"]) == (LATER, LATER)
    assert await history(selling, order) == [(10, NOON), (2, LATER)]


async def test_a_paid_backorder_is_paid_but_not_valid(selling: PrestaShopShop) -> None:
    order = await selling.place_order(None, [("COIN-BASE", 1)], at=NOON, guest="g@shop.example", status=9)
    row = await selling.row("orders", id_order=order)
    assert (row["current_state"], row["valid"], row["total_paid_real"]) == (9, 0, Decimal(550))


async def test_a_guest_gets_a_customer_row_and_mails_repeat(selling: PrestaShopShop) -> None:
    for _ in range(2):
        await selling.place_order(None, [("OTHER", 1)], at=NOON, guest="g@shop.example")
    rows = await selling.fetch("SELECT is_guest FROM {customer} WHERE email = 'g@shop.example'")
    assert rows == [(1,), (1,)]


async def test_a_combination_is_ordered_by_its_own_reference(selling: PrestaShopShop) -> None:
    product = await selling.add_product("COIN")
    combination = await selling.add_combination(product, "COIN-PRO")
    order = await selling.place_order(None, [("COIN-PRO", 1)], at=NOON, guest="g@shop.example")
    row = await selling.row("order_detail", id_order=order)
    assert (row["product_id"], row["product_attribute_id"]) == (product, combination)
    assert row["product_reference"] == "COIN-PRO"


async def test_an_edit_changes_rows_and_leaves_no_history(selling: PrestaShopShop) -> None:
    order = await selling.place_paid_order(None, [("COIN-BASE", 3)], at=NOON, guest="g@shop.example")
    [(line, *_)] = await lines(selling, order)
    told = await history(selling, order)
    await selling.edit_order(order, [("COIN-BASE", 1), ("OTHER", 2)], LATER)
    assert [row[:3] for row in await lines(selling, order)] == [
        (line, "COIN-BASE", 1),
        (line + 1, "OTHER", 2),
    ]
    await selling.edit_order(order, [("OTHER", 2)], LATER)
    assert [row[:3] for row in await lines(selling, order)] == [(line + 1, "OTHER", 2)]
    assert await history(selling, order) == told
    assert (await selling.row("orders", id_order=order))["date_upd"] == LATER


async def test_a_slip_counts_refunded_units_and_moves_no_state(selling: PrestaShopShop) -> None:
    order = await selling.place_paid_order(None, [("COIN-BASE", 3)], at=NOON, guest="g@shop.example")
    slip = await selling.refund_by_slip(order, "COIN-BASE", 1, LATER)
    await selling.refund_by_slip(order, "COIN-BASE", 1, LATER, returned=True)
    assert [row[2:] for row in await lines(selling, order)] == [(3, 1, 1)]
    detail = await selling.row("order_slip_detail", id_order_slip=slip)
    assert (detail["product_quantity"], detail["amount_tax_incl"]) == (1, Decimal(550))
    assert (await selling.row("orders", id_order=order))["current_state"] == 2
    assert len(await history(selling, order)) == 2


async def test_a_slip_of_an_amount_names_no_unit(selling: PrestaShopShop) -> None:
    order = await selling.place_paid_order(None, [("COIN-BASE", 1)], at=NOON, guest="g@shop.example")
    slip = await selling.amount_slip(order, Decimal(25), LATER)
    assert (await selling.row("order_slip", id_order_slip=slip))["amount"] == Decimal(25)
    assert await selling.fetch("SELECT COUNT(*) FROM {order_slip_detail}") == [(0,)]
    assert [row[3] for row in await lines(selling, order)] == [0]


async def test_a_deleted_order_and_customer_are_gone(selling: PrestaShopShop) -> None:
    customer = await selling.add_customer("ada@shop.example")
    kept = await selling.place_order(customer, [("OTHER", 1)], at=NOON)
    gone = await selling.place_paid_order(customer, [("OTHER", 1)], at=NOON)
    await selling.refund_by_slip(gone, "OTHER", 1, LATER)
    await selling.delete_order(gone)
    await selling.delete_customer(customer)
    assert await selling.fetch("SELECT id_order, id_customer FROM {orders}") == [(kept, customer)]
    for table in ("order_slip", "order_slip_detail", "customer"):
        assert await selling.fetch(f"SELECT COUNT(*) FROM {{{table}}}") == [(0,)]


async def test_bulk_orders_have_one_or_two_lines_and_three_history_rows(selling: PrestaShopShop) -> None:
    bulk = await selling.bulk_orders(100, ["COIN-BASE", "OTHER"], customers=7)
    for table, expected in (("orders", 100), ("order_detail", 150), ("order_history", 300), ("customer", 7)):
        assert await selling.fetch(f"SELECT COUNT(*) FROM {{{table}}}") == [(expected,)]
    assert (bulk.lines, bulk.history_rows) == (150, 300)
    assert [state for state, _ in await history(selling, bulk.first_order + 99)] == [10, 2, 5]
    assert [row[1] for row in await lines(selling, bulk.first_order)] == ["COIN-BASE", "OTHER"]
    assert len(await lines(selling, bulk.first_order + 1)) == 1
    references = await selling.fetch("SELECT COUNT(DISTINCT reference), MAX(LENGTH(reference)) FROM {orders}")
    assert references == [(100, 9)]


async def test_any_prefix_and_a_second_shop_work(mariadb: PrivateMariaDB, database: str) -> None:
    async with PrestaShopShop(mariadb.parameters(database), prefix="x1_", timezone="Asia/Tehran") as shop:
        await shop.install()
        await shop.add_product("COIN-BASE")
        store = await shop.add_store("Second")
        await shop.set_configuration("PS_TIMEZONE", "Europe/Paris", store=store)
        order = await shop.place_paid_order(None, [("COIN-BASE", 1)], at=NOON, guest="g@shop.example", store=store)
        assert (await shop.row("orders", id_order=order))["id_shop"] == store == 2
        zones = await shop.fetch("SELECT id_shop, value FROM {configuration} WHERE name = 'PS_TIMEZONE' ORDER BY 1")
    assert zones == [(None, "Asia/Tehran"), (2, "Europe/Paris")]


def test_the_shop_has_the_common_interface(prestashop: PrestaShopShop) -> None:
    shop: Shop = prestashop
    assert shop.paid_status == 2
