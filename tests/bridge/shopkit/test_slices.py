"""Sums and digests of a real shop's orders: over any distance of ids, and whatever a shop's long life leaves behind."""

import re
from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import datetime

import pytest

from bridge.domain.slices import LAST_SLICE, SLICE_IDS, SliceSum, by_slice, slice_of, sum_of
from bridge.services.syncing import digests
from bridge.shopkit.adapter import DatabaseAdapter
from bridge.shopkit.named_sql import load_sql
from bridge.shopkit.slices import SLICES_A_QUESTION
from bridge.testing.mariadb import PrivateMariaDB
from bridge_opencart.adapter import OpenCartAdapter
from bridge_prestashop.adapter import PrestaShopAdapter
from tests.support.adapters import store_connection
from tests.support.documents import DOCS
from tests.support.fixtures import ShopFactory
from tests.support.shops import AnyShop, OpenCartShop

MORNING = datetime(2026, 3, 2, 9, 0, 0)  # noqa: DTZ001 - a shop's wall clock has no zone
HIGHEST_INT = 2**31 - 1
LINES_OF_A_SLICE = re.compile(r"%\(slice\)s \+ (\d+),.*?%\(after\)s \+ (\d+) .*?%\(after\)s \+ (\d+)", re.DOTALL)
"""The slice's distance from the first, and where it begins and ends as a distance in ids."""


@pytest.fixture
async def shop(request: pytest.FixtureRequest, any_shop: ShopFactory) -> AnyShop:
    """OpenCart, where a test does not ask for another."""
    made = await any_shop(getattr(request, "param", "opencart-4.1"))
    await made.add_product("base")
    return made


@pytest.fixture
async def adapter(shop: AnyShop) -> AsyncIterator[DatabaseAdapter]:
    made = OpenCartAdapter if shop.platform == "opencart" else PrestaShopAdapter
    opened = made(store_connection(shop, shop.platform))
    yield opened
    await opened.close()


async def order_at(shop: AnyShop, *places: int) -> None:
    """Orders of two lines under exactly these ids."""
    at = shop.columns
    for place in places:
        order = await shop.place_order(None, [("base", 1), ("base", 2)], at=MORNING, guest="ada@shop.example")
        for table in (at.orders, at.lines, "order_history"):
            await shop.update(table, {at.order_id: place}, **{at.order_id: order})


async def pages(adapter: DatabaseAdapter) -> list[tuple[list[int], int]]:
    """The slices of each page, and how far it goes."""
    found, after, more = [], -1, True
    while more:
        page = await adapter.slices(after=after)
        assert page.until > after
        after, more = page.until, page.more
        found.append((sorted(page.slices), page.until))
    return found


async def sums(adapter: DatabaseAdapter) -> dict[int, SliceSum]:
    found: dict[int, SliceSum] = {}
    for _, until in await pages(adapter):
        found |= (await adapter.slices(after=max(until - SLICES_A_QUESTION, -1))).slices
    return found


async def read(adapter: DatabaseAdapter, orders: Sequence[int] | None = None) -> dict[int, int]:
    """The digests of these orders, or of every order, as they are read for booking."""
    if orders is not None:
        return digests(*await adapter.read_orders(orders))
    found: dict[int, int] = {}
    async for page in adapter.all_orders(after=0, page=100):
        found |= digests(page.orders, page.unreadable)
    return found


async def compared(adapter: DatabaseAdapter) -> Mapping[int, int]:
    """All digests, once it is sure that every way to them says the same."""
    known = await read(adapter)
    assert await read(adapter, sorted(known)) == known
    places = by_slice(known)
    assert await sums(adapter) == {n: sum_of({i: known[i] for i in ids}) for n, ids in places.items()}
    for number, ids in places.items():
        assert await adapter.order_digests(number) == {i: known[i] for i in ids}
    return known


@pytest.mark.parametrize("package", ["bridge_opencart", "bridge_prestashop"])
def test_the_statements_have_slices_as_wide_as_the_desks_and_as_many_as_a_question_asks_for(package: str) -> None:
    for name, statement in load_sql(package, "reader.sql", "x_").items():
        widths = {int(width) for width in re.findall(r"\bDIV (\d+)", statement.text)}
        assert widths <= {SLICE_IDS}, name
        if name in {"slice_sums", "slice_lines"}:
            assert widths, name
            assert [tuple(map(int, one)) for one in LINES_OF_A_SLICE.findall(statement.text)] == [
                (number, number * SLICE_IDS, (number + 1) * SLICE_IDS) for number in range(SLICES_A_QUESTION)
            ], name


def test_the_page_for_plugin_authors_has_the_slices_of_the_desk() -> None:
    text = (DOCS / "plugin-author.md").read_text("utf-8")
    assert {int(width) for width in re.findall(r"\bDIV (\d+)", text)} == {SLICE_IDS}
    assert f"slices* of {SLICE_IDS:,} ids" in text
    assert f"a question spans {SLICES_A_QUESTION} slices" in text


on_either_platform = pytest.mark.parametrize("shop", ["opencart-4.1", "prestashop-8"], indirect=True)
on_prestashop = pytest.mark.parametrize("shop", ["prestashop-8"], indirect=True)


@on_either_platform
async def test_stretches_of_millions_of_ids_without_an_order_are_leapt_over(
    shop: AnyShop, adapter: DatabaseAdapter, mariadb: PrivateMariaDB
) -> None:
    await order_at(shop, 7, 10_000_001, HIGHEST_INT)
    [(_, before)] = mariadb.run("SHOW GLOBAL STATUS LIKE 'Com_select'")
    assert [slices for slices, _ in await pages(adapter)] == [[0], [5_000], [slice_of(HIGHEST_INT)], []]
    [(_, after)] = mariadb.run("SHOW GLOBAL STATUS LIKE 'Com_select'")
    assert int(after) - int(before) <= 10, "at most three questions a page, and one at the end"
    assert set(await compared(adapter)) == {7, 10_000_001, HIGHEST_INT}


async def test_five_slices_are_asked_for_at_once_and_the_end_is_the_end_of_all_ids(
    shop: AnyShop, adapter: DatabaseAdapter
) -> None:
    await order_at(shop, *(number * SLICE_IDS + 1 for number in range(7)))
    assert await pages(adapter) == [([0, 1, 2, 3, 4], 4), ([5, 6], 9), ([], LAST_SLICE)]
    page = await adapter.slices(after=3)
    assert (sorted(page.slices), page.until) == ([4, 5, 6], 8)


@on_prestashop
async def test_lines_whose_order_has_gone_are_in_no_sum(shop: AnyShop, adapter: DatabaseAdapter) -> None:
    """Thirty bees and PrestaShop leave them when an order is deleted."""
    await order_at(shop, 7, 8, 2_001)
    before = await compared(adapter)
    for order in (8, 2_001):
        await shop.delete_order_hard(order)
    assert await compared(adapter) == {7: before[7]}
    await shop.silent_line_edit(8, "base", 9)
    await shop.silent_line_edit(2_001, "base", 9)
    assert await compared(adapter) == {7: before[7]}, "nor does it matter what becomes of them"
    at = shop.columns
    await shop.update(at.lines, {at.order_id: 7}, **{at.order_id: 8})
    assert (await compared(adapter))[7] != before[7], "until they are given to an order that is there"


@on_prestashop
async def test_an_order_that_comes_back_to_its_lines_has_its_digest_again(
    shop: AnyShop, adapter: DatabaseAdapter
) -> None:
    await order_at(shop, 7, 8)
    before = await compared(adapter)
    row = await shop.row(shop.columns.orders, **{shop.columns.order_id: 8})
    await shop.delete_order_hard(8)
    assert set(await compared(adapter)) == {7}
    await shop.insert(shop.columns.orders, row)
    assert await compared(adapter) == before


async def test_an_order_without_lines_is_compared_too(shop: AnyShop, adapter: DatabaseAdapter) -> None:
    await order_at(shop, 7, 8)
    before = await compared(adapter)
    await shop.delete(shop.columns.lines, **{shop.columns.order_id: 7})
    after = await compared(adapter)
    assert after[7] != before[7]
    assert after[8] == before[8]


@on_either_platform
@pytest.mark.parametrize("of", ["orders", "lines"])
async def test_columns_that_are_empty_are_told_from_nought_and_from_each_other(
    shop: AnyShop, adapter: DatabaseAdapter, of: str
) -> None:
    """What is left out of a sum of columns would move its neighbour into its place."""
    at = shop.columns
    if of == "orders":
        table, columns = at.orders, [at.customer_id, at.status]
    else:
        table, columns = at.lines, [at.quantity, at.code]
    await order_at(shop, 7)
    for column in columns:
        kind = "VARCHAR(64)" if column == at.code else "INT"
        await shop.execute(f"ALTER TABLE {{{table}}} MODIFY {column} {kind} NULL")
    seen = [(await compared(adapter))[7]]
    for values in ({columns[0]: None}, {columns[0]: 5, columns[1]: None}, {columns[0]: None, columns[1]: None}):
        await shop.update(table, values, **{at.order_id: 7})
        if of == "lines":
            await shop.execute(
                f"DELETE FROM {{{table}}} WHERE {at.line_id} > (SELECT MIN({at.line_id}) FROM {{{table}}})"
            )
        seen.append((await compared(adapter))[7])
    assert len(set(seen)) == len(seen)


async def test_C1_a_code_that_differs_by_case_or_a_blank_alone_is_another(
    shop: AnyShop, adapter: DatabaseAdapter
) -> None:
    at = shop.columns
    await order_at(shop, 7)
    seen = [(await compared(adapter))[7]]
    for code in ("BASE", "base ", "bäse", "base|1"):
        await shop.update(at.lines, {at.code: code}, **{at.order_id: 7})
        seen.append((await compared(adapter))[7])
    assert len(set(seen)) == len(seen)


async def test_two_lines_that_are_alike_do_not_cancel(shop: AnyShop, adapter: DatabaseAdapter) -> None:
    at = shop.columns
    await order_at(shop, 7)
    await shop.update(at.lines, {at.quantity: 1}, **{at.order_id: 7})
    before = (await compared(adapter))[7]
    await shop.update(at.lines, {at.quantity: 3}, **{at.order_id: 7})
    assert (await compared(adapter))[7] != before


async def test_a_slice_of_another_shops_orders_alone_is_passed_over(opencart: OpenCartShop) -> None:
    await opencart.add_product("base")
    adapter = OpenCartAdapter(store_connection(opencart, "opencart", shop_ids=(3,)))
    try:
        await order_at(opencart, 7, 9 * SLICE_IDS, 20 * SLICE_IDS)
        await opencart.update("order", {"store_id": 3}, order_id=9 * SLICE_IDS)
        assert [slices for slices, _ in await pages(adapter)] == [[], [9], [], []]
        assert set(await compared(adapter)) == {9 * SLICE_IDS}
        await opencart.update("order", {"store_id": 0}, order_id=9 * SLICE_IDS)
        await opencart.update("order", {"store_id": 3}, order_id=7)
        assert set(await compared(adapter)) == {7}
    finally:
        await adapter.close()
