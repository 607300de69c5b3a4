"""Whose coins they are: guests, equal e-mail addresses, and several shops in one database (rules C2, C19)."""

from pathlib import Path

from tests.scenarios.conftest import MakeBridge
from tests.support.bridges import BASE, ESSENTIAL, AnyShop, Bridge, StoreFile, platform_of, shop_now


async def test_C19_a_guest_keeps_his_coins_apart_from_a_customer_of_the_same_address(
    shop: AnyShop, make_bridge: MakeBridge
) -> None:
    bridge = make_bridge(shop)
    await bridge.prepare()
    ada = await shop.add_customer("ada@shop.example")
    async with bridge.running():
        await bridge.quiet()
        guests = [
            await shop.place_paid_order(None, [(BASE, 1)], at=shop_now(shop), guest="ada@shop.example")
            for _ in range(2)
        ]
        await shop.place_paid_order(ada, [(ESSENTIAL, 1)], at=shop_now(shop))
        await bridge.coins("acme", ada, 300)
        await bridge.quiet()
    kept = {(one.kind, one.ref): one.posted for one in bridge.desk.accounts("acme")}
    assert kept == {("customer", ada): 300, ("guest", guests[0]): 550, ("guest", guests[1]): 550}
    assert set((await bridge.pages("acme")).accounts) == {ada}  # a guest has no page to show it on
    assert await bridge.disagreements() == []


async def test_C2_two_shops_of_one_database_are_two_stores_with_books_of_their_own(
    shop: AnyShop, tmp_path: Path
) -> None:
    first = 0 if platform_of(shop) == "opencart" else 1
    second = await shop.add_store("Second")
    bridge = Bridge(tmp_path, {"one": StoreFile(shop, shop_ids=(first,)), "two": StoreFile(shop, shop_ids=(second,))})
    await bridge.prepare()
    ada = await shop.add_customer("ada@shop.example")
    async with bridge.running():
        await bridge.quiet()
        await shop.place_paid_order(ada, [(BASE, 1)], at=shop_now(shop))
        await shop.place_paid_order(ada, [(ESSENTIAL, 1)], at=shop_now(shop), store=second)
        await bridge.coins("one", ada, 550)
        await bridge.coins("two", ada, 300)
        await bridge.quiet()
    assert await bridge.disagreements() == []


async def test_C2_a_store_without_shop_ids_takes_every_shop_of_the_database(
    shop: AnyShop, make_bridge: MakeBridge
) -> None:
    bridge = make_bridge(shop)
    await bridge.prepare()
    second = await shop.add_store("Second")
    ada = await shop.add_customer("ada@shop.example")
    async with bridge.running():
        await bridge.quiet()
        await shop.place_paid_order(ada, [(BASE, 1)], at=shop_now(shop))
        await shop.place_paid_order(ada, [(ESSENTIAL, 1)], at=shop_now(shop), store=second)
        await bridge.coins("acme", ada, 850)
        await bridge.quiet()
    assert await bridge.disagreements() == []


async def test_C2_an_order_that_moves_to_another_shop_of_the_database_grants_once(
    shop: AnyShop, tmp_path: Path
) -> None:
    first = 0 if platform_of(shop) == "opencart" else 1
    second = await shop.add_store("Second")
    bridge = Bridge(tmp_path, {"one": StoreFile(shop, shop_ids=(first,)), "two": StoreFile(shop, shop_ids=(second,))})
    await bridge.prepare()
    ada = await shop.add_customer("ada@shop.example")
    async with bridge.running():
        await bridge.quiet()
        order = await shop.place_paid_order(ada, [(BASE, 1)], at=shop_now(shop))
        await bridge.coins("one", ada, 550)
        column = "store_id" if platform_of(shop) == "opencart" else "id_shop"
        await shop.update(shop.columns.orders, {column: second}, **{shop.columns.order_id: order})
        await shop.set_status(order, shop.paid_status, shop_now(shop))
        told = await bridge.problem("two", "other_store")
        await bridge.quiet()
        assert f"order {order}" in told.summary
        assert bridge.desk.accounts("two") == []
    assert await bridge.disagreements() == []
