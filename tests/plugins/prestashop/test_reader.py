"""Reading PrestaShop's odd rows: slips, states, guests, combinations, and what a shop's long life leaves behind."""

from datetime import datetime, timedelta
from decimal import Decimal

import pytest

from bridge.domain.accounts import Owner, OwnerKind
from bridge.domain.cursor import Cursor
from bridge.domain.orders import Order, OrderLine
from bridge.errors import ShopRefused
from bridge_prestashop.adapter import PrestaShopAdapter
from tests.support.adapters import store_connection
from tests.support.shops import PrestaShopShop

MORNING = datetime(2026, 3, 2, 9, 0, 0)  # noqa: DTZ001 - a shop's wall clock has no zone
DAY = timedelta(days=1)


@pytest.fixture
async def shop(prestashop: PrestaShopShop) -> PrestaShopShop:
    for code in ("base", "extra"):
        await prestashop.add_product(code)
    return prestashop


@pytest.fixture
async def customer(shop: PrestaShopShop) -> int:
    return await shop.add_customer("ada@shop.example")


@pytest.fixture
async def order(shop: PrestaShopShop, customer: int) -> int:
    """A paid order of three units, by a customer."""
    return await shop.place_paid_order(customer, [("base", 3)], at=MORNING)


async def read(adapter: PrestaShopAdapter, order: int) -> Order:
    """The order; a full read must say the same."""
    orders, unreadable = await adapter.read_orders([order])
    assert not unreadable
    pages = [page async for page in adapter.all_orders(after=0, page=100)]
    assert orders[0] in [found for page in pages for found in page.orders]
    return orders[0]


async def test_C14_default_statuses_are_the_paid_states_without_the_revoking_ones(
    shop: PrestaShopShop, adapter: PrestaShopAdapter
) -> None:
    statuses = (await adapter.probe()).statuses
    assert statuses.granting == {2, 3, 4, 5, 9, 11}
    assert statuses.revoking == {6, 7, 8}
    assert statuses.chargeback == frozenset()
    await shop.execute("UPDATE {order_state} SET paid = 1 WHERE id_order_state = 7")
    assert (await adapter.probe()).statuses.granting == {2, 3, 4, 5, 9, 11}


async def test_C14_a_shop_with_states_of_its_own_ids_is_read_by_its_configuration(
    shop: PrestaShopShop, adapter: PrestaShopAdapter
) -> None:
    for name, state in (("PS_OS_CANCELED", "12"), ("PS_OS_REFUND", "1"), ("PS_OS_ERROR", "0")):
        await shop.set_configuration(name, state)
    assert (await adapter.probe()).statuses.revoking == {1, 12}


async def test_a_selected_shops_own_configuration_goes_before_the_one_for_all(shop: PrestaShopShop) -> None:
    second = await shop.add_store("Second")
    await shop.set_configuration("PS_OS_REFUND", "13", store=second)
    await shop.set_configuration("PS_TIMEZONE", "Asia/Tehran", store=second)
    for shop_ids, revoking, zone in (
        ((), {6, 7, 8}, "UTC"),
        ((1,), {6, 7, 8}, "UTC"),
        ((second,), {6, 8, 13}, "Asia/Tehran"),
    ):
        adapter = PrestaShopAdapter(store_connection(shop, "prestashop", shop_ids=shop_ids))
        facts = await adapter.probe()
        await adapter.close()
        assert set(facts.statuses.revoking) == revoking
        assert facts.zone == zone


@pytest.mark.parametrize("value", ["", "seven", None])
async def test_a_state_that_cannot_be_understood_is_refused_with_its_name(
    shop: PrestaShopShop, adapter: PrestaShopAdapter, value: str | None
) -> None:
    await shop.execute("UPDATE {configuration} SET value = %s WHERE name = 'PS_OS_REFUND'", value)
    with pytest.raises(ShopRefused) as refusal:
        await adapter.probe()
    assert str(refusal.value).endswith(f"the shop's setting PS_OS_REFUND can't be understood: {value!r}")


async def test_C14_refunded_and_returned_units_are_read_beside_the_quantity(
    shop: PrestaShopShop, adapter: PrestaShopAdapter, order: int
) -> None:
    await shop.refund_by_slip(order, "base", 1, MORNING)
    await shop.refund_by_slip(order, "base", 1, MORNING, returned=True)
    found = await read(adapter, order)
    assert found.lines == (OrderLine("base", 3, refunded=1, returned=1),)
    assert found.lines[0].owed == 1
    assert found.amount_only_slips == ()


async def test_C14_a_slip_that_names_no_unit_is_told_apart(
    shop: PrestaShopShop, adapter: PrestaShopAdapter, order: int
) -> None:
    await shop.refund_by_slip(order, "base", 1, MORNING)
    slip = await shop.amount_slip(order, Decimal(10), MORNING)
    assert (await read(adapter, order)).amount_only_slips == (slip,)


async def test_a_slip_alone_is_noticed(shop: PrestaShopShop, adapter: PrestaShopAdapter, order: int) -> None:
    assert (await adapter.touched({"slip": Cursor()}))["slip"] == []
    slip = await shop.amount_slip(order, Decimal(10), MORNING)
    assert (await adapter.touched({"slip": Cursor()}))["slip"] == [(slip, order)]


async def test_C1_a_combinations_own_reference_is_the_code(
    shop: PrestaShopShop, adapter: PrestaShopAdapter, customer: int
) -> None:
    product = await shop.add_product("support")
    await shop.add_combination(product, "support-pro")
    order = await shop.place_order(customer, [("support-pro", 1)], at=MORNING)
    assert (await read(adapter, order)).lines == (OrderLine("support-pro", 1),)


async def test_text_is_taken_as_it_is(shop: PrestaShopShop, adapter: PrestaShopAdapter, customer: int) -> None:
    await shop.add_product("a &amp; b")
    order = await shop.place_order(customer, [("a &amp; b", 1)], at=MORNING)
    assert (await read(adapter, order)).lines == (OrderLine("a &amp; b", 1),)


async def test_C3_payment_is_the_first_paid_state_of_several(
    shop: PrestaShopShop, adapter: PrestaShopAdapter, order: int
) -> None:
    await shop.set_status(order, 4, MORNING + DAY)
    await shop.set_status(order, 5, MORNING + 2 * DAY)
    assert (await read(adapter, order)).granting_at == MORNING


async def test_guests_and_deleted_customers_are_told_apart(
    shop: PrestaShopShop, adapter: PrestaShopAdapter, customer: int, order: int
) -> None:
    guest = await shop.place_order(None, [("base", 1)], at=MORNING, guest="guest@shop.example")
    nobody = await shop.place_order(customer, [("base", 1)], at=MORNING)
    await shop.execute("UPDATE {orders} SET id_customer = 0 WHERE id_order = %s", nobody)
    assert (await read(adapter, guest)).buyer == Owner(OwnerKind.GUEST, guest)
    assert (await read(adapter, nobody)).buyer == Owner(OwnerKind.GUEST, nobody)
    assert (await read(adapter, order)).buyer == Owner(OwnerKind.CUSTOMER, customer)
    await shop.execute("UPDATE {customer} SET deleted = 1 WHERE id_customer = %s", customer)
    marked = await read(adapter, order)
    await shop.delete_customer(customer)
    gone = await read(adapter, order)
    assert marked.buyer is None
    assert gone.buyer is None
    assert gone.customer_id == customer


async def test_a_zero_date_is_none(shop: PrestaShopShop, adapter: PrestaShopAdapter, order: int) -> None:
    await shop.execute("UPDATE {orders} SET date_add = '0000-00-00 00:00:00'")
    await shop.execute("UPDATE {order_history} SET date_add = '0000-00-00 00:00:00'")
    found = await read(adapter, order)
    assert found.ordered_at is None
    assert found.granting_at is None


@pytest.mark.parametrize(
    ("table", "column", "reason"),
    [
        ("orders", "current_state", "it has no status (NULL)"),
        ("orders", "total_paid", "it has no total (NULL)"),
        ("order_detail", "product_quantity", "a quantity of the line with product code 'base' is NULL"),
        ("order_detail", "product_quantity_refunded", "a quantity of the line with product code 'base' is NULL"),
    ],
)
async def test_an_order_with_a_null_that_matters_is_set_aside_with_its_reason(
    shop: PrestaShopShop, adapter: PrestaShopAdapter, order: int, table: str, column: str, reason: str
) -> None:
    await shop.execute(f"ALTER TABLE {{{table}}} MODIFY {column} INT NULL")
    await shop.execute(f"UPDATE {{{table}}} SET {column} = NULL")
    orders, odd = await adapter.read_orders([order])
    assert not orders
    assert [(one.order_id, one.reason) for one in odd] == [(order, reason)]


async def test_a_product_code_that_is_not_utf8_sets_its_order_aside_and_no_other(
    shop: PrestaShopShop, adapter: PrestaShopAdapter, customer: int, order: int
) -> None:
    other = await shop.place_order(customer, [("extra", 1)], at=MORNING)
    await shop.execute("ALTER TABLE {order_detail} MODIFY product_reference VARBINARY(64)")
    await shop.execute("UPDATE {order_detail} SET product_reference = X'FF' WHERE id_order = %s", order)
    orders, odd = await adapter.read_orders([order, other])
    assert [found.order_id for found in orders] == [other]
    assert [found.reason for found in odd] == ["the product code b'\\xff' of a line is not UTF-8"]


async def test_a_line_without_a_reference_is_a_line_of_nothing(
    shop: PrestaShopShop, adapter: PrestaShopAdapter, order: int
) -> None:
    await shop.execute("UPDATE {order_detail} SET product_reference = NULL")
    assert (await read(adapter, order)).lines == (OrderLine("", 3),)


async def test_a_quantity_below_what_was_refunded_is_passed_on_as_it_is(
    shop: PrestaShopShop, adapter: PrestaShopAdapter, order: int
) -> None:
    await shop.execute("UPDATE {order_detail} SET product_quantity_refunded = 5")
    assert (await read(adapter, order)).lines[0].owed == -2
    await shop.execute("ALTER TABLE {order_detail} MODIFY product_quantity INT NOT NULL")
    await shop.execute("UPDATE {order_detail} SET product_quantity = -1")
    assert (await read(adapter, order)).lines[0].quantity == -1


async def test_an_order_with_absurdly_many_lines_is_set_aside_and_no_other(
    shop: PrestaShopShop, adapter: PrestaShopAdapter, customer: int, order: int
) -> None:
    other = await shop.place_order(customer, [("extra", 1)], at=MORNING)
    await shop.insert_sequence("order_detail", 20_000, {"id_order": order, "product_reference": "base"})
    for orders, odd in [
        await adapter.read_orders([order, other]),
        *[(page.orders, page.unreadable) async for page in adapter.all_orders(after=0, page=10)],
    ]:
        assert [found.order_id for found in orders] == [other]
        assert [found.reason for found in odd] == ["it has 20000 rows or more where a few are usual (lines)"]
