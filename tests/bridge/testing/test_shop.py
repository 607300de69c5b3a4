"""The shop in memory keeps what a real one promises."""

from datetime import UTC, datetime, timedelta

import pytest

from bridge.contracts.shop import AccountRows, ShopAdapter
from bridge.contracts.shop_rows import SignedRow, SigningKey, signed_row
from bridge.domain.cursor import Cursor
from bridge.errors import ForeignDesk, ShopUnavailable
from bridge.testing.shop import CURSOR, FakeShop

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
KEY = SigningKey("k1", b"k" * 32)


def account(number: int, *, epoch: int = 1, posted: int = 0) -> SignedRow:
    return signed_row(KEY, "account", {"posted": posted}, customer_id=77, epoch=epoch, number=number)


def entry(number: int, *, epoch: int = 1) -> SignedRow:
    return signed_row(KEY, "entry", {"number": number}, customer_id=77, epoch=epoch, number=number)


def desk(name: str, epoch: int, key: SigningKey = KEY) -> SignedRow:
    return signed_row(key, "meta", {"desk": name, "epoch": epoch}, customer_id=0, epoch=epoch, number=0)


def an_adapter(shop: FakeShop) -> ShopAdapter:
    """Type-checked: the fake offers what every adapter offers."""
    return shop


async def test_an_order_is_read_as_it_is_now_with_the_first_time_it_was_paid() -> None:
    shop = FakeShop()
    order = shop.add_order(customer=77, lines={"BASE": 3}, status=shop.WAITING)
    shop.change_status(order, shop.PAID)
    paid = shop.clock
    shop.change_status(order, shop.REFUNDED)
    shop.edit(order, {"BASE": 1})
    [found], unreadable = await an_adapter(shop).read_orders([order, 999])
    assert (found.status, found.granting_at, found.lines[0].quantity) == (shop.REFUNDED, paid, 1)
    assert not unreadable


async def test_a_cursor_sees_every_change_and_a_row_that_comes_late() -> None:
    shop = FakeShop()
    first, late, last = (shop.add_order(customer=n, lines={"BASE": 1}) for n in (1, 2, 3))
    shop.hidden = {2}
    rows = (await shop.touched({CURSOR: Cursor()}))[CURSOR]
    assert [row.order_id for row in rows] == [first, last]
    cursor = Cursor().advance([row.id for row in rows], at=NOON, remember=timedelta(minutes=15))
    shop.hidden.clear()
    rows = (await shop.touched({CURSOR: cursor}))[CURSOR]
    assert [row.order_id for row in rows if row.id in cursor.unseen([row.id for row in rows])] == [late]


async def test_a_full_read_goes_page_by_page() -> None:
    shop = FakeShop()
    for number in range(5):
        shop.add_order(customer=number + 1, lines={"BASE": 1})
    shop.make_unreadable(4, "its total is no number")
    pages = [page async for page in shop.all_orders(after=1, page=3)]
    assert [[order.order_id for order in page.orders] for page in pages] == [[2, 3], [5]]
    assert [page.last_id for page in pages] == [4, 5]
    assert pages[0].unreadable[0].reason == "its total is no number"


async def test_an_older_row_never_replaces_a_newer_one() -> None:
    shop = FakeShop()
    await shop.push([AccountRows(account(2, posted=550), [entry(1), entry(2)], 0)])
    await shop.push([AccountRows(account(1, posted=0), [], 2)])
    assert shop.posted(77) == 550
    await shop.push([AccountRows(account(1, epoch=2, posted=300), [entry(1, epoch=2)], 0)])
    assert shop.posted(77) == 300
    accounts, entries = await shop.pushed([77])
    assert [row.epoch for row in (*accounts, *entries)] == [2, 2]


async def test_another_desks_claim_is_refused_and_a_forged_one_is_not_believed() -> None:
    shop = FakeShop()
    await shop.claim(desk("ours", 1), [KEY])
    await shop.claim(desk("ours", 2), [KEY])
    with pytest.raises(ForeignDesk):
        await shop.claim(desk("ours", 1), [KEY])
    with pytest.raises(ForeignDesk):
        await shop.claim(desk("theirs", 9), [KEY])
    shop.desk = desk("forged", 99, SigningKey("k1", b"x" * 32))
    await shop.claim(desk("ours", 2), [KEY])


async def test_it_fails_on_demand() -> None:
    shop = FakeShop()
    shop.fail("newest", ShopUnavailable("gone"), times=1)
    with pytest.raises(ShopUnavailable):
        await shop.newest()
    assert await shop.newest() == {CURSOR: []}
    shop.fail("newest", ShopUnavailable("gone"))
    for _ in range(3):
        with pytest.raises(ShopUnavailable):
            await shop.newest()
    shop.recover("newest")
    await shop.newest()
    assert shop.calls["newest"] == 6
