"""Sums of slices: only what belongs to orders of ours counts, whatever else lies under their ids."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest

from bridge.contracts.shop import ShopAdapter
from bridge.domain.slices import SLICE_IDS, SliceSum, slice_of, sum_of
from bridge.shopkit.slices import SLICES_A_QUESTION
from bridge.testing.contract_base import MORNING
from tests.plugins.adapters.conftest import Case


async def some_orders(case: Case, count: int, **more: Any) -> list[int]:
    await case.shop.add_product("base")
    customer = await case.shop.add_customer("ada@shop.example")
    return [
        await case.shop.place_paid_order(customer, [("base", 1)], at=MORNING + timedelta(minutes=number), **more)
        for number in range(count)
    ]


async def agree(adapter: ShopAdapter, orders: Sequence[int]) -> None:
    """Make sure that the sum of the slice is that of exactly these orders as they are read."""
    read, _ = await adapter.read_orders(orders)
    page = await adapter.slices(after=-1)
    expected = {slice_of(orders[0]): sum_of({order.order_id: order.digest for order in read})} if orders else {}
    assert page.slices == expected


async def test_lines_of_an_order_deleted_by_hand_count_for_nobody(case: Case) -> None:
    orders = await some_orders(case, 3)
    adapter = case.connect()
    await agree(adapter, orders)
    await case.shop.delete_order_hard(orders[1])
    await agree(adapter, [orders[0], orders[2]])
    await case.shop.silent_line_edit(orders[1], "base", 5)
    await agree(adapter, [orders[0], orders[2]])
    await case.shop.silent_line_edit(orders[2], "base", 5)
    await agree(adapter, [orders[0], orders[2]])


async def test_a_slice_that_has_lines_and_no_order_any_more_has_no_sum(case: Case) -> None:
    [order] = await some_orders(case, 1)
    adapter = case.connect()
    await agree(adapter, [order])
    await case.shop.delete_order_hard(order)
    assert not (await adapter.slices(after=-1)).slices


async def test_lines_of_another_shop_count_once_their_order_moves_here(case: Case) -> None:
    second = await case.shop.add_store("Second")
    ours, theirs = await some_orders(case, 1), await some_orders(case, 1, store=second)
    shops = await case.shop.fetch(f"SELECT {shop_column(case)} FROM {{{case.orders}}} ORDER BY {order_column(case)}")
    adapter = case.connect(shop_ids=(shops[0][0],))
    await agree(adapter, ours)
    await case.shop.update(case.orders, {shop_column(case): shops[0][0]}, **{order_column(case): theirs[0]})
    await agree(adapter, ours + theirs)
    await case.shop.silent_line_edit(theirs[0], "base", 3)
    await agree(adapter, ours + theirs)


async def test_an_order_that_was_never_confirmed_counts_once_it_is(case: Case) -> None:
    """OpenCart keeps a row for each checkout, with lines; PrestaShop has no such thing, there all are orders."""
    paid, begun = await some_orders(case, 2)
    await case.shop.silent_status(begun, 0)
    adapter = case.connect()
    await agree(adapter, [paid, begun])
    await case.shop.silent_status(begun, case.shop.paid_status)
    await agree(adapter, [paid, begun])


async def test_an_order_of_too_many_lines_has_the_digest_that_it_is_compared_by(
    case: Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its lines are not read; what they come to is asked for, or it would differ in every comparison."""
    [plain] = await some_orders(case, 1)
    for module in ("bridge.shopkit.reading", "bridge_opencart.reader", "bridge_prestashop.reader"):
        monkeypatch.setattr(f"{module}.MOST_ROWS", 5)
    customer = await case.shop.add_customer("eve@shop.example")
    long = await case.shop.place_paid_order(customer, [("base", 1)] * 6, at=MORNING)
    adapter = case.connect()
    orders, [odd] = await adapter.read_orders([plain, long])
    assert (odd.order_id, odd.reason) == (long, "it has 5 rows or more where a few are usual (lines)")
    assert await adapter.order_digests(0) == {plain: orders[0].digest, long: odd.digest}
    [page] = [page async for page in adapter.all_orders(after=0, page=10)]
    assert list(page.unreadable) == [odd]


async def test_each_slice_of_a_question_has_the_sum_of_its_own_orders(case: Case) -> None:
    """At both ends of every slice that one statement asks about, and of the next."""
    edges = [edge for number in range(SLICES_A_QUESTION + 1) for edge in (number * SLICE_IDS, (number + 1) * SLICE_IDS)]
    ids = [number for edge in edges[1:] for number in (edge - 1, edge)]
    orders = await some_orders(case, len(set(ids)))
    for old, new in sorted(zip(orders, sorted(set(ids)), strict=True), reverse=True):
        for name in (case.orders, case.shop.columns.lines):
            await case.shop.update(name, {order_column(case): new}, **{order_column(case): old})
    adapter = case.connect()
    for _ in range(2):  # the second time what was asked before is remembered
        after = -1
        sums: dict[int, SliceSum] = {}
        while (page := await adapter.slices(after=after)).more:
            sums |= page.slices
            after = page.until
        assert sums == {
            number: sum_of(await adapter.order_digests(number)) for number in {slice_of(one) for one in ids}
        }


def shop_column(case: Case) -> str:
    return "store_id" if case.platform == "opencart" else "id_shop"


def order_column(case: Case) -> str:
    return case.shop.columns.order_id
