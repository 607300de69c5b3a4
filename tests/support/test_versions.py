"""Every version's pretend shop does what any shop can do, and leaves the rows of its own version."""

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from tests.support.bridges import CURSOR_TABLES, newest_ids, platform_of
from tests.support.fixtures import ShopFactory
from tests.support.shops import LAYOUTS, AnyShop, OpenCartShop, PrestaShopShop

NOON = datetime(2026, 11, 20, 12, 0, 0)  # noqa: DTZ001 - a shop's wall clock has no zone
LATER = NOON + timedelta(hours=3)

every_layout = pytest.mark.parametrize("layout", LAYOUTS)


async def order_of(shop: AnyShop, order: int) -> dict[str, Any]:
    return await shop.row(shop.columns.orders, **{shop.columns.order_id: order})


async def lines_of(shop: AnyShop, order: int) -> list[tuple[str, int]]:
    at = shop.columns
    return await shop.fetch(
        f"SELECT {at.code}, {at.quantity} FROM {{{at.lines}}} WHERE {at.order_id} = %s ORDER BY {at.line_id}", order
    )


async def statuses_of(shop: AnyShop, order: int) -> list[int]:
    """The statuses that the order's history tells of, oldest first."""
    status = "order_status_id" if isinstance(shop, OpenCartShop) else "id_order_state"
    rows = await shop.fetch(
        f"SELECT {status} FROM {{order_history}} WHERE {shop.columns.order_id} = %s ORDER BY {shop.columns.history_id}",
        order,
    )
    return [row[0] for row in rows]


@every_layout
async def test_every_shop_sells_changes_and_deletes(any_shop: ShopFactory, layout: str) -> None:
    shop = await any_shop(layout)
    at = shop.columns
    for code in ("BASE", "PRO"):
        await shop.add_product(code)
    await shop.add_store("Second")
    ada = await shop.add_customer("ada@shop.example", firstname="Ада 🦉")
    eve = await shop.add_customer("eve@shop.example")
    name = "Ада ????" if shop.charset == "utf8mb3" else "Ада 🦉"
    assert (await shop.row("customer", **{at.customer_id: ada}))["firstname"] == name

    order = await shop.place_order(ada, [("BASE", 3)], at=NOON)
    await shop.set_status(order, shop.paid_status, NOON)
    await shop.edit_order(order, [("BASE", 1), ("PRO", 2)], LATER)
    assert await lines_of(shop, order) == [("BASE", 1), ("PRO", 2)]
    assert (await order_of(shop, order))[at.status] == shop.paid_status

    told = await statuses_of(shop, order)
    await shop.silent_status(order, shop.canceled_status)
    await shop.silent_line_edit(order, "PRO", 5)
    assert (await order_of(shop, order))[at.status] == shop.canceled_status
    assert await lines_of(shop, order) == [("BASE", 1), ("PRO", 5)]
    assert await statuses_of(shop, order) == told
    with pytest.raises(LookupError, match="NOT-THERE"):
        await shop.silent_line_edit(order, "NOT-THERE", 1)

    await shop.merge_customers(ada, eve)
    assert (await order_of(shop, order))[at.customer_id] == eve
    assert await shop.fetch(f"SELECT {at.customer_id} FROM {{customer}}") == [(eve,)]

    other = await shop.place_paid_order(None, [("PRO", 1)], at=NOON, guest="guest@shop.example")
    await shop.delete_order_hard(order)
    assert len(await lines_of(shop, order)) == 2
    assert await statuses_of(shop, order) == told
    await shop.delete_order(other)
    assert await statuses_of(shop, other) == []
    assert await shop.fetch(f"SELECT COUNT(*) FROM {{{at.orders}}}") == [(0,)]

    bulk = await shop.bulk_orders(4, ["BASE", "PRO"], customers=3)
    assert await shop.fetch(f"SELECT MIN({at.order_id}), COUNT(*) FROM {{{at.orders}}}") == [(bulk.first_order, 4)]
    assert await lines_of(shop, bulk.first_order) == [("BASE", 1), ("PRO", 1)]
    assert (await statuses_of(shop, bulk.first_order))[0] == shop.pending_status
    assert platform_of(shop) in CURSOR_TABLES
    assert (await newest_ids(shop))["order"] == bulk.first_order + 3


# --- OpenCart ---


async def opencart_of(any_shop: ShopFactory, layout: str) -> OpenCartShop:
    shop = await any_shop(layout)
    assert isinstance(shop, OpenCartShop)
    await shop.add_product("BASE")
    return shop


@pytest.mark.parametrize(
    ("layout", "dated", "told_by_an_edit", "told_of_a_checkout"),
    [("opencart-3.0", True, [], [0]), ("opencart-4.0", True, [0], [0]), ("opencart-4.1", False, [16], [])],
)
async def test_an_opencart_edit_and_status_change_leave_the_rows_of_their_version(
    any_shop: ShopFactory, layout: str, dated: bool, told_by_an_edit: list[int], told_of_a_checkout: list[int]
) -> None:
    shop = await opencart_of(any_shop, layout)
    order = await shop.place_order(None, [("BASE", 1)], at=NOON, guest="guest@shop.example")
    await shop.set_status(order, shop.paid_status, LATER)
    assert (await order_of(shop, order))["date_modified"] == (LATER if dated else NOON)
    await shop.edit_order(order, [("BASE", 2)], LATER)
    assert await statuses_of(shop, order) == [1, 5, *told_by_an_edit, 5]
    [(newest,)] = await shop.fetch("SELECT MAX(order_history_id) FROM {order_history}")
    assert newest == 4, "the row that an edit adds in between took an id in every version"

    unconfirmed = await shop.place_order(None, [("BASE", 1)], at=NOON, guest="guest@shop.example", status=0)
    await shop.edit_order(unconfirmed, [("BASE", 2)], LATER)
    assert await statuses_of(shop, unconfirmed) == told_of_a_checkout
    assert (await order_of(shop, unconfirmed))["order_status_id"] == 0


async def test_opencart_3_keeps_its_orders_in_myisam_and_names_what_it_has(any_shop: ShopFactory) -> None:
    shop = await opencart_of(any_shop, "opencart-3.0")
    order = await shop.place_order(None, [("BASE", 1)], at=NOON, guest="guest@shop.example")
    assert (await order_of(shop, order))["payment_code"] == "bank_transfer"
    engines = "SELECT DISTINCT ENGINE FROM information_schema.TABLES WHERE TABLE_SCHEMA = DATABASE()"
    assert await shop.fetch(engines) == [("MyISAM",)]
    settings = dict(await shop.fetch("SELECT `key`, value FROM {setting}"))
    assert settings["config_complete_status"] == '["5","3"]'
    assert "config_void_status_id" not in settings


# --- PrestaShop ---


@pytest.mark.parametrize("layout", [name for name, kind in LAYOUTS.items() if kind.platform == "prestashop"])
async def test_a_prestashops_settings_name_its_own_states_and_its_slips_count_units(
    any_shop: ShopFactory, layout: str
) -> None:
    shop = await any_shop(layout)
    assert isinstance(shop, PrestaShopShop)
    configuration = dict(await shop.fetch("SELECT name, value FROM {configuration}"))
    assert {name: int(configuration[name]) for name in configuration if name in STATUS_OF} == {
        name: getattr(shop, status) for name, status in STATUS_OF.items()
    }
    flags = {row[0]: row[1:] for row in await shop.fetch("SELECT id_order_state, paid, logable FROM {order_state}")}
    assert flags[shop.paid_status] == flags[shop.delivered_status] == (1, 1)
    assert flags[shop.backorder_paid_status] == (1, 0)
    for status in (shop.pending_status, shop.canceled_status, shop.refunded_status, shop.payment_error_status):
        assert flags[status] == (0, 0)

    await shop.add_product("BASE", price=Decimal(55))
    order = await shop.place_paid_order(None, [("BASE", 3)], at=NOON, guest="guest@shop.example")
    slip = await shop.refund_by_slip(order, "BASE", 2, LATER)
    assert (await shop.row("order_slip", id_order_slip=slip))["amount"] == Decimal(110)
    assert (await shop.row("order_detail", id_order=order))["product_quantity_refunded"] == 2
    assert (await order_of(shop, order))["current_state"] == shop.paid_status


STATUS_OF = {
    "PS_OS_BANKWIRE": "pending_status",
    "PS_OS_PAYMENT": "paid_status",
    "PS_OS_DELIVERED": "delivered_status",
    "PS_OS_CANCELED": "canceled_status",
    "PS_OS_REFUND": "refunded_status",
    "PS_OS_ERROR": "payment_error_status",
    "PS_OS_OUTOFSTOCK_PAID": "backorder_paid_status",
}


async def test_a_customer_who_may_not_register_again_stays_as_a_marked_row(prestashop: PrestaShopShop) -> None:
    customer = await prestashop.add_customer("ada@shop.example")
    await prestashop.mark_customer_deleted(customer)
    assert (await prestashop.row("customer", id_customer=customer))["deleted"] == 1


async def test_a_numbering_module_of_prestashop_9_gives_references_of_more_than_nine_letters(
    any_shop: ShopFactory,
) -> None:
    shop = await any_shop("prestashop-9")
    await shop.add_product("BASE")
    order = await shop.place_order(None, [("BASE", 1)], at=NOON, guest="guest@shop.example")
    await shop.bulk_orders(2, ["BASE"])
    references = [row[0] for row in await shop.fetch("SELECT reference FROM {orders} ORDER BY id_order")]
    assert references == [f"SHOP-2026-{order + n:09d}" for n in range(3)]


# --- dumps ---


@pytest.mark.parametrize("layout", ["opencart-3.0", "prestashop-8"])
async def test_a_restored_dump_brings_back_rows_and_next_ids(any_shop: ShopFactory, layout: str) -> None:
    shop = await any_shop(layout, prefix="a_")
    await shop.add_product("BASE")
    kept = await shop.place_paid_order(None, [("BASE", 1)], at=NOON, guest="guest@shop.example")
    gone = await shop.place_order(None, [("BASE", 1)], at=NOON, guest="guest@shop.example")
    await shop.delete_order(gone)
    await shop.execute("CREATE TABLE a_supportbridge_meta (name VARCHAR(8) PRIMARY KEY)")
    dump = await shop.snapshot()

    told = await statuses_of(shop, kept)
    await shop.set_status(kept, shop.canceled_status, LATER)
    await shop.execute("INSERT INTO a_supportbridge_meta VALUES ('later')")
    after = await shop.place_order(None, [("BASE", 2)], at=LATER, guest="guest@shop.example")
    await shop.restore(dump)
    assert (await order_of(shop, kept))[shop.columns.status] == shop.paid_status
    assert await statuses_of(shop, kept) == told
    assert await shop.fetch(f"SELECT COUNT(*) FROM {{{shop.columns.orders}}}") == [(1,)]
    assert await shop.fetch("SELECT COUNT(*) FROM a_supportbridge_meta") == [(0,)]
    again = await shop.place_order(None, [("BASE", 2)], at=LATER, guest="guest@shop.example")
    assert again == after == gone + 1
