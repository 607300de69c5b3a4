"""What is too much or too odd to be believed waits for staff, and nothing else waits with it (rule C2)."""

from decimal import Decimal

import pytest

from bridge.services import problems
from tests.scenarios.conftest import MakeBridge
from tests.support.bridges import BASE, ESSENTIAL, AnyShop, now, platform_of, shop_now


async def test_C2_the_fuse_holds_back_one_pass_and_staff_release_it(shop: AnyShop, make_bridge: MakeBridge) -> None:
    bridge = make_bridge(shop, fuse_units=3)
    await bridge.prepare()
    ada, ben = await shop.add_customer("ada@shop.example"), await shop.add_customer("ben@shop.example")
    async with bridge.running():
        await bridge.quiet()
        await shop.place_paid_order(ada, [(BASE, 4)], at=shop_now(shop))
        problem = await bridge.problem("acme", "fuse")
        await shop.place_paid_order(ben, [(BASE, 3)], at=shop_now(shop))  # another pass, not too much
        await bridge.coins("acme", ben, 1650)
        assert bridge.desk.coins("acme", ada) == 0
        await bridge.retry(problem)
        await bridge.coins("acme", ada, 2200)
        await bridge.quiet()
    assert bridge.desk.problems("acme") == []
    assert await bridge.disagreements() == []


async def test_C2_the_fuse_counts_revocations_too(shop: AnyShop, make_bridge: MakeBridge) -> None:
    bridge = make_bridge(shop, fuse_units=3)
    await bridge.prepare()
    ada = await shop.add_customer("ada@shop.example")
    order = await shop.place_paid_order(ada, [(BASE, 2), (ESSENTIAL, 1)], at=shop_now(shop))
    async with bridge.running():
        await bridge.coins("acme", ada, 1400)
        await bridge.quiet()
        bridge.change_store("acme", fuse_units=2)
        await bridge.reload()
        await shop.set_status(order, shop.canceled_status, shop_now(shop))
        problem = await bridge.problem("acme", "fuse")
        assert bridge.desk.coins("acme", ada) == 1400
        await bridge.retry(problem)
        await bridge.coins("acme", ada, 0)
        await bridge.quiet()
    assert await bridge.disagreements() == []


async def test_C2_an_order_that_waits_is_booked_as_it_is_when_staff_release_it(
    shop: AnyShop, make_bridge: MakeBridge
) -> None:
    bridge = make_bridge(shop, fuse_units=3)
    await bridge.prepare()
    ada = await shop.add_customer("ada@shop.example")
    async with bridge.running():
        await bridge.quiet()
        order = await shop.place_paid_order(ada, [(BASE, 4)], at=shop_now(shop))
        problem = await bridge.problem("acme", "fuse")
        await shop.set_status(order, shop.canceled_status, shop_now(shop))
        await bridge.quiet()
        await bridge.retry(problem)
        await bridge.quiet()
    assert bridge.desk.account("acme", ada) is None or bridge.desk.coins("acme", ada) == 0
    assert await bridge.disagreements() == []


async def test_C2_an_order_of_nothing_that_grants_coins_waits_for_staff(shop: AnyShop, make_bridge: MakeBridge) -> None:
    bridge = make_bridge(shop)
    await bridge.prepare()
    ada = await shop.add_customer("ada@shop.example")
    async with bridge.running():
        await bridge.quiet()
        order = await shop.place_order(ada, [(BASE, 1)], at=shop_now(shop), total=Decimal(0))
        await shop.set_status(order, shop.paid_status, shop_now(shop))
        problem = await bridge.problem("acme", "zero_total")
        await bridge.quiet()
        assert bridge.desk.account("acme", ada) is None
        await bridge.retry(problem)
        await bridge.coins("acme", ada, 550)
        await bridge.quiet()
    assert bridge.desk.problems("acme") == []
    assert await bridge.disagreements() == []


async def test_C2_a_dismissed_problem_leaves_its_orders_unbooked(shop: AnyShop, make_bridge: MakeBridge) -> None:
    bridge = make_bridge(shop)
    await bridge.prepare()
    ada = await shop.add_customer("ada@shop.example")
    async with bridge.running() as app:
        await bridge.quiet()
        order = await shop.place_order(ada, [(BASE, 1)], at=shop_now(shop), total=Decimal(0))
        await shop.set_status(order, shop.paid_status, shop_now(shop))
        problem = await bridge.problem("acme", "zero_total")
        await app.desk.transact("dismiss", problems.dismiss, problem.id, by="Anna", at=now())
        await shop.set_status(order, shop.paid_status, shop_now(shop))
        await bridge.quiet()
    assert bridge.desk.account("acme", ada) is None
    assert bridge.desk.problems("acme") == []
    assert await bridge.disagreements() == []


@pytest.mark.parametrize("left", [-1, 1_000_000], ids=["negative", "absurd"])
async def test_C2_an_impossible_quantity_waits_and_is_booked_once_it_has_been_put_right(
    shop: AnyShop, make_bridge: MakeBridge, left: int
) -> None:
    bridge = make_bridge(shop)
    await bridge.prepare()
    ada, ben = await shop.add_customer("ada@shop.example"), await shop.add_customer("ben@shop.example")
    async with bridge.running():
        await bridge.quiet()
        order = await shop.place_order(ada, [(BASE, 1)], at=shop_now(shop))
        await set_what_is_left(shop, order, left)
        await shop.set_status(order, shop.paid_status, shop_now(shop))
        await shop.place_paid_order(ben, [(BASE, 1)], at=shop_now(shop))
        problem = await bridge.problem("acme", "odd_order")
        await bridge.coins("acme", ben, 550)
        assert bridge.desk.coins("acme", ada) == 0
        await set_what_is_left(shop, order, 1)
        await bridge.retry(problem)
        await bridge.coins("acme", ada, 550)
        await bridge.quiet()
    assert bridge.desk.problems("acme") == []
    assert await bridge.disagreements() == []


async def set_what_is_left(shop: AnyShop, order: int, left: int) -> None:
    """Write a number of units, bought less refunded, that no page of the shop would write."""
    if platform_of(shop) == "opencart":
        await shop.execute("UPDATE {order_product} SET quantity = %s WHERE order_id = %s", left, order)
    else:
        quantity, refunded = max(left, 0), max(-left, 0)
        change = "SET product_quantity = %s, product_quantity_refunded = %s"
        await shop.execute(f"UPDATE {{order_detail}} {change} WHERE id_order = %s", quantity, refunded, order)


async def test_C2_an_order_of_a_customer_who_is_gone_waits_and_the_others_go_on(
    shop: AnyShop, make_bridge: MakeBridge
) -> None:
    bridge = make_bridge(shop)
    await bridge.prepare()
    ada, ben = await shop.add_customer("ada@shop.example"), await shop.add_customer("ben@shop.example")
    async with bridge.running():
        await bridge.quiet()
        order = await shop.place_order(ada, [(BASE, 1)], at=shop_now(shop))
        await shop.delete_customer(ada)
        await shop.set_status(order, shop.paid_status, shop_now(shop))
        await shop.place_paid_order(ben, [(BASE, 1)], at=shop_now(shop))
        problem = await bridge.problem("acme", "customer_gone")
        await bridge.coins("acme", ben, 550)
        await bridge.quiet()
    assert f"order {order}" in problem.summary
    assert bridge.desk.account("acme", ada) is None
    assert await bridge.disagreements() == []
