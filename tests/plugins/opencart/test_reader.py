"""Reading OpenCart's odd rows: what the platform's own code and a shop's long life leave behind."""

from datetime import datetime, timedelta
from decimal import Decimal

import pytest

from bridge.domain.accounts import Owner, OwnerKind
from bridge.domain.cursor import Cursor
from bridge.domain.orders import Order, OrderLine
from bridge.errors import ShopRefused
from bridge_opencart import reader
from bridge_opencart.adapter import OpenCartAdapter
from tests.support.adapters import store_connection
from tests.support.shops import OpenCartShop

MORNING = datetime(2026, 3, 2, 9, 0, 0)  # noqa: DTZ001 - a shop's wall clock has no zone
SECOND = timedelta(seconds=1)


@pytest.fixture
async def shop(opencart: OpenCartShop) -> OpenCartShop:
    for code in ("base", "extra", "Smith & <Co>"):
        await opencart.add_product(code)
    return opencart


@pytest.fixture
async def order(shop: OpenCartShop) -> int:
    """A complete order of one unit, by a customer."""
    customer = await shop.add_customer("ada@shop.example")
    return await shop.place_paid_order(customer, [("base", 1)], at=MORNING)


async def read(adapter: OpenCartAdapter, order: int) -> Order:
    orders, unreadable = await adapter.read_orders([order])
    assert not unreadable
    return orders[0]


async def unreadable(adapter: OpenCartAdapter, order: int) -> str:
    """Why the order can't be understood; a full read must say the same."""
    orders, odd = await adapter.read_orders([order])
    [page] = [page async for page in adapter.all_orders(after=0, page=100)]
    assert not orders
    assert not page.orders
    assert list(odd) == list(page.unreadable)
    return odd[0].reason


async def test_html_entities_of_a_product_code_are_undone(shop: OpenCartShop, adapter: OpenCartAdapter) -> None:
    order = await shop.place_order(None, [("Smith & <Co>", 1)], at=MORNING)
    assert (await read(adapter, order)).lines == (OrderLine("Smith & <Co>", 1),)


async def test_a_checkout_that_was_never_confirmed_is_no_order(shop: OpenCartShop, adapter: OpenCartAdapter) -> None:
    customer = await shop.add_customer("ada@shop.example")
    order = await shop.place_order(customer, [("base", 1)], at=MORNING, status=shop.unconfirmed_status)
    assert await adapter.read_orders([order]) == ([], [])
    assert [page async for page in adapter.all_orders(after=0, page=10)] == []


async def test_C14_default_statuses_are_the_shops_complete_ones_and_the_well_known_revoking_ones(
    adapter: OpenCartAdapter,
) -> None:
    statuses = (await adapter.probe()).statuses
    assert statuses.granting == {3, 5}
    assert statuses.revoking == {7, 8, 10, 11, 12, 13, 14, 16}
    assert statuses.chargeback == {13}


async def test_C14_revoking_wins_where_the_shops_own_lists_overlap(
    shop: OpenCartShop, adapter: OpenCartAdapter
) -> None:
    await shop.set_setting("config_complete_status", '["5","11","13"]', serialized=True)
    assert (await adapter.probe()).statuses.granting == {5}


@pytest.mark.parametrize("value", ["{not json", "[null]", "7", '["five"]'])
async def test_complete_statuses_that_cannot_be_understood_are_refused_with_the_value(
    shop: OpenCartShop, adapter: OpenCartAdapter, value: str
) -> None:
    await shop.set_setting("config_complete_status", value, serialized=True)
    with pytest.raises(ShopRefused) as refusal:
        await adapter.probe()
    assert str(refusal.value).endswith(f"config_complete_status can't be understood: {value!r}")
    assert refusal.value.hint.startswith("set coins.statuses.granting in the store's file")


@pytest.mark.parametrize("value", ["[]", '["7"]', ""])
async def test_a_shop_in_which_nothing_means_paid_is_refused(
    shop: OpenCartShop, adapter: OpenCartAdapter, value: str
) -> None:
    await shop.set_setting("config_complete_status", value, serialized=True)
    with pytest.raises(ShopRefused, match="the shop names no status that means paid"):
        await adapter.probe()


async def test_C3_an_edit_through_voided_keeps_the_first_payment(
    shop: OpenCartShop, adapter: OpenCartAdapter, order: int
) -> None:
    await shop.edit_order(order, [("base", 2)], MORNING + SECOND)
    edited = await read(adapter, order)
    assert edited.lines == (OrderLine("base", 2),)
    assert edited.granting_at == MORNING


async def test_the_first_granting_row_is_the_lowest_id_whatever_its_date(
    shop: OpenCartShop, adapter: OpenCartAdapter, order: int
) -> None:
    await shop.set_status(order, shop.paid_status, MORNING - timedelta(hours=1))
    assert (await read(adapter, order)).granting_at == MORNING


@pytest.mark.parametrize(
    ("column", "value", "seen"),
    [("date_added", None, None), ("date_added", "0000-00-00 00:00:00", None)],
)
async def test_a_date_that_is_none_is_none(
    shop: OpenCartShop, adapter: OpenCartAdapter, order: int, column: str, value: str | None, seen: None
) -> None:
    await shop.execute(f"UPDATE {{order}} SET {column} = %s WHERE order_id = %s", value, order)
    await shop.execute("UPDATE {order_history} SET date_added = %s WHERE order_id = %s", value, order)
    found = await read(adapter, order)
    assert found.ordered_at is seen
    assert found.granting_at is seen
    [page] = [page async for page in adapter.all_orders(after=0, page=10)]
    assert list(page.orders) == [found]


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ("order SET order_status_id = NULL", "it has no status (NULL)"),
        ("order SET total = NULL", "it has no total (NULL)"),
        ("order SET customer_id = NULL", "it has no customer (NULL)"),
        ("order SET store_id = NULL", "it has no shop (NULL)"),
        ("order SET customer_id = -5", "its customer has the number -5"),
        ("order_product SET quantity = NULL", "the line with product code 'base' has no quantity (NULL)"),
    ],
)
async def test_an_order_with_a_null_that_matters_is_set_aside_with_its_reason(
    shop: OpenCartShop, adapter: OpenCartAdapter, order: int, change: str, reason: str
) -> None:
    table, _, rest = change.partition(" ")
    await shop.execute(f"UPDATE {{{table}}} {rest}")
    assert await unreadable(adapter, order) == reason


async def test_a_product_code_that_is_not_utf8_sets_its_order_aside_and_no_other(
    shop: OpenCartShop, adapter: OpenCartAdapter, order: int
) -> None:
    other = await shop.place_order(None, [("extra", 1)], at=MORNING)
    await shop.execute("ALTER TABLE {order_product} MODIFY model VARBINARY(64)")
    await shop.execute("UPDATE {order_product} SET model = X'62C328' WHERE order_id = %s", order)
    orders, odd = await adapter.read_orders([order, other])
    assert [found.order_id for found in orders] == [other]
    reason = "the product code b'b\\xc3(' of a line is not UTF-8"
    assert [(one.order_id, one.reason) for one in odd] == [(order, reason)]


async def test_a_line_without_a_code_is_a_line_of_nothing(
    shop: OpenCartShop, adapter: OpenCartAdapter, order: int
) -> None:
    await shop.execute("UPDATE {order_product} SET model = NULL")
    assert (await read(adapter, order)).lines == (OrderLine("", 1),)


async def test_a_negative_quantity_and_a_huge_one_are_passed_on_as_they_are(
    shop: OpenCartShop, adapter: OpenCartAdapter, order: int
) -> None:
    for quantity in (-3, 2**31 - 1):
        await shop.execute("UPDATE {order_product} SET quantity = %s", quantity)
        assert (await read(adapter, order)).lines == (OrderLine("base", quantity),)


async def test_a_zero_total_is_passed_on(shop: OpenCartShop, adapter: OpenCartAdapter) -> None:
    customer = await shop.add_customer("ada@shop.example")
    order = await shop.place_order(customer, [("base", 1)], at=MORNING, total=Decimal(0))
    assert (await read(adapter, order)).total == 0


async def test_an_order_without_lines_is_an_order(shop: OpenCartShop, adapter: OpenCartAdapter, order: int) -> None:
    await shop.execute("DELETE FROM {order_product}")
    assert (await read(adapter, order)).lines == ()


async def test_an_order_with_absurdly_many_lines_is_set_aside_and_no_other(
    shop: OpenCartShop, adapter: OpenCartAdapter, order: int
) -> None:
    other = await shop.place_order(None, [("extra", 1)], at=MORNING)
    await shop.execute(
        "INSERT INTO {order_product} (order_id, model, quantity) SELECT %s, 'base', 1 FROM seq_1_to_20000", order
    )
    for orders, odd in [
        await adapter.read_orders([order, other]),
        *[(page.orders, page.unreadable) async for page in adapter.all_orders(after=0, page=10)],
    ]:
        assert [found.order_id for found in orders] == [other]
        assert [found.reason for found in odd] == ["it has 20000 rows or more where a few are usual (lines)"]


async def test_a_history_row_of_no_order_counts_as_seen(shop: OpenCartShop, adapter: OpenCartAdapter) -> None:
    await shop.execute("INSERT INTO {order_history} (order_id, order_status_id) VALUES (NULL, 5)")
    assert (await adapter.touched({"history": Cursor()}))["history"] == [(1, 0)]
    assert await adapter.read_orders([0]) == ([], [])


async def test_a_guest_is_told_from_a_customer_who_is_gone(shop: OpenCartShop, adapter: OpenCartAdapter) -> None:
    guest = await shop.place_order(None, [("base", 1)], at=MORNING, guest="guest@shop.example")
    customer = await shop.add_customer("ada@shop.example")
    left = await shop.place_order(customer, [("base", 1)], at=MORNING)
    await shop.delete_customer(customer)
    assert (await read(adapter, guest)).buyer == Owner(OwnerKind.GUEST, guest)
    assert (await read(adapter, left)).buyer is None
    assert (await read(adapter, left)).customer_id == customer


class TestFullReadInSmallWalks:
    """A full read that walks the history often, in windows of a few rows."""

    @pytest.fixture(autouse=True)
    def small_walks(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(reader, "ORDERS_A_WALK", 4)
        monkeypatch.setattr(reader, "HISTORY_A_WINDOW", 3)

    async def test_it_equals_the_plain_one(self, shop: OpenCartShop, adapter: OpenCartAdapter) -> None:
        customer = await shop.add_customer("ada@shop.example")
        ids = []
        for number in range(15):
            status = shop.unconfirmed_status if number in {4, 5, 6, 7, 14} else shop.pending_status
            order = await shop.place_order(customer, [("base", 1)], at=MORNING + timedelta(days=number), status=status)
            ids.append(order)
        for order in reversed(ids[:13]):
            if order % 2:
                await shop.set_status(order, shop.paid_status, MORNING + timedelta(days=100 - order))
        singly, _ = await adapter.read_orders(ids)
        for page_size in (1, 2, 3, 100):
            pages = [page async for page in adapter.all_orders(after=0, page=page_size)]
            assert [order for page in pages for order in page.orders] == list(singly)

    async def test_it_is_selected_by_shop(self, shop: OpenCartShop) -> None:
        second = await shop.add_store("Second")
        customer = await shop.add_customer("ada@shop.example")
        orders = [
            await shop.place_paid_order(customer, [("base", 1)], at=MORNING, store=[0, second][number % 2])
            for number in range(9)
        ]
        adapter = OpenCartAdapter(store_connection(shop, "opencart", shop_ids=(second,)))
        pages = [page async for page in adapter.all_orders(after=0, page=2)]
        await adapter.close()
        assert [order.order_id for page in pages for order in page.orders] == orders[1::2]
        assert all(order.granting_at == MORNING for page in pages for order in page.orders)
