"""What happens to the orders a shop had before the bridge came (rule C2)."""

from datetime import timedelta

from tests.scenarios.conftest import MakeBridge
from tests.support.bridges import BASE, AnyShop, now, shop_now


async def test_C2_orders_from_before_coins_start_grant_nothing_also_when_they_change_later(
    shop: AnyShop, make_bridge: MakeBridge
) -> None:
    bridge = make_bridge(shop, start=now().date() - timedelta(days=10))
    await bridge.prepare()
    ada, ben = await shop.add_customer("ada@shop.example"), await shop.add_customer("ben@shop.example")
    old = await shop.place_paid_order(ada, [(BASE, 1)], at=shop_now(shop) - timedelta(days=11))
    await shop.place_paid_order(ben, [(BASE, 1)], at=shop_now(shop) - timedelta(days=9))
    async with bridge.running():
        await bridge.coins("acme", ben, 550)
        await bridge.quiet()
        await shop.set_status(old, shop.canceled_status, shop_now(shop))
        await bridge.quiet()
        await shop.set_status(old, shop.paid_status, shop_now(shop))  # its own date decides, not that of the payment
        await bridge.quiet()
    assert bridge.desk.account("acme", ada) is None
    assert bridge.desk.problems("acme") == []
    assert await bridge.disagreements() == []


async def test_C2_a_large_first_sync_books_nothing_until_staff_have_confirmed_its_total(
    shop: AnyShop, make_bridge: MakeBridge
) -> None:
    bridge = make_bridge(shop, fuse_units=4)
    await bridge.prepare()
    customers = [await shop.add_customer(f"buyer{number}@shop.example") for number in range(3)]
    for customer in customers:
        await shop.place_paid_order(customer, [(BASE, 2)], at=shop_now(shop))
    async with bridge.running():
        problem = await bridge.problem("acme", "first_sync_total")
        assert "6 packages with 3300 coins" in problem.summary
        assert bridge.desk.accounts("acme") == []
        await bridge.retry(problem)
        await bridge.quiet()
        assert [account.posted for account in bridge.desk.accounts("acme")] == [1100] * 3
        assert bridge.desk.problems("acme") == []
        await shop.place_paid_order(customers[0], [(BASE, 5)], at=shop_now(shop))  # the exemption ends with it
        await bridge.problem("acme", "fuse")
        await bridge.quiet()
    assert await bridge.disagreements() == []


async def test_C2_a_first_sync_goes_on_where_it_was_stopped_and_grants_nothing_twice(
    shop: AnyShop, make_bridge: MakeBridge
) -> None:
    bridge = make_bridge(shop)
    await bridge.prepare()
    bulk = await shop.bulk_orders(40, [BASE], customers=7, first_at=shop_now(shop) - timedelta(days=5))
    for _ in range(2):
        async with bridge.running():
            if not bridge.desk.problems("acme"):
                await bridge.problem("acme", "first_sync_total")
    async with bridge.running():
        await bridge.retry(await bridge.problem("acme", "first_sync_total"))
    async with bridge.running():
        await bridge.quiet()
    packages = [package for account in bridge.desk.accounts("acme") for package in account.packages]
    assert len(packages) == len({(one.order_id, one.unit) for one in packages}) == bulk.lines
    assert await bridge.disagreements() == []


async def test_C2_a_first_sync_and_single_orders_come_to_the_same_books(shop: AnyShop, make_bridge: MakeBridge) -> None:
    bridge = make_bridge(shop)
    await bridge.prepare()
    ada, ben = await shop.add_customer("ada@shop.example"), await shop.add_customer("ben@shop.example")
    lines = [(BASE, 3)]
    await shop.place_paid_order(ada, lines, at=shop_now(shop))
    async with bridge.running():
        await bridge.quiet()
        await shop.place_paid_order(ben, lines, at=shop_now(shop))
        await bridge.coins("acme", ben, 1650)
        await bridge.quiet()
    first, later = bridge.desk.account("acme", ada), bridge.desk.account("acme", ben)
    assert first is not None
    assert later is not None
    same = [(e.number, e.kind, e.posted, e.posted_after) for e in first.entries]
    assert [(e.number, e.kind, e.posted, e.posted_after) for e in later.entries] == same
    assert await bridge.disagreements() == []
