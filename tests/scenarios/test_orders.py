"""What an order owes is taken from the order as it is now, and the account page says it (rules C1, C2, C14, C16)."""

from decimal import Decimal

import pytest

from bridge.domain.accounts import Owner, OwnerKind
from bridge.domain.orders import NOT_ASKED
from bridge.services import disputes
from tests.scenarios.conftest import MakeBridge
from tests.support.bridges import BASE, COINS, ESSENTIAL, AnyShop, now, shop_now
from tests.support.coin_page import CoinPage
from tests.support.shops import OpenCartShop, PrestaShopShop


async def test_C2_an_order_of_three_grants_three_packages_of_their_own(shop: AnyShop, make_bridge: MakeBridge) -> None:
    bridge = make_bridge(shop)
    await bridge.prepare()
    ada = await shop.add_customer("ada@shop.example")
    async with bridge.running():
        await bridge.quiet()
        order = await shop.place_paid_order(ada, [(BASE, 3)], at=shop_now(shop))
        await bridge.coins("acme", ada, 3 * 550)
        await bridge.quiet()
    account = bridge.desk.account("acme", ada)
    assert account is not None
    assert [(one.order_id, one.unit, one.posted) for one in account.packages] == [
        (order, 1, 550),
        (order, 2, 550),
        (order, 3, 550),
    ]
    assert await bridge.disagreements() == []


async def test_C2_an_order_edited_down_and_up_takes_and_returns_the_same_units(
    shop: AnyShop, make_bridge: MakeBridge
) -> None:
    bridge = make_bridge(shop)
    await bridge.prepare()
    ada = await shop.add_customer("ada@shop.example")
    order = await shop.place_paid_order(ada, [(BASE, 3)], at=shop_now(shop))
    async with bridge.running():
        await bridge.coins("acme", ada, 1650)
        await edit(shop, order, 1)
        await bridge.coins("acme", ada, 550)
        before = bridge.desk.account("acme", ada)
        await edit(shop, order, 3)
        await bridge.coins("acme", ada, 1650)
        await bridge.quiet()
    after = bridge.desk.account("acme", ada)
    assert before is not None
    assert after is not None
    assert [one.revoked for one in before.packages] == [False, True, True]  # the highest units go first
    assert [(one.id, one.unit, one.usable_until_ms) for one in after.packages] == [
        (one.id, one.unit, one.usable_until_ms) for one in before.packages
    ]
    assert await bridge.disagreements() == []


async def test_C2_an_edit_that_passes_through_voided_takes_nothing_from_the_customer(
    opencart: OpenCartShop, make_bridge: MakeBridge
) -> None:
    bridge = make_bridge(opencart, settle_seconds=0.7)
    await bridge.prepare()
    ada = await opencart.add_customer("ada@shop.example")
    order = await opencart.place_paid_order(ada, [(BASE, 2)], at=shop_now(opencart))
    async with bridge.running():
        await bridge.coins("acme", ada, 1100)
        await opencart.edit_order(order, [(BASE, 1)], shop_now(opencart))
        await opencart.edit_order(order, [(BASE, 3)], shop_now(opencart))
        await bridge.coins("acme", ada, 1650)
        await bridge.quiet()
    account = bridge.desk.account("acme", ada)
    assert account is not None
    assert [entry.kind for entry in account.entries] == ["grant"] * 3
    assert await bridge.disagreements() == []


async def test_C2_an_edit_that_was_seen_half_way_comes_right_by_itself(
    opencart: OpenCartShop, make_bridge: MakeBridge
) -> None:
    bridge = make_bridge(opencart, settle_seconds=0.0)
    await bridge.prepare()
    ada = await opencart.add_customer("ada@shop.example")
    order = await opencart.place_paid_order(ada, [(BASE, 2)], at=shop_now(opencart))
    async with bridge.running():
        await bridge.coins("acme", ada, 1100)
        await opencart.set_status(order, opencart.voided_status, shop_now(opencart))
        await bridge.coins("acme", ada, 0)
        await opencart.edit_order(order, [(BASE, 1)], shop_now(opencart))
        await opencart.set_status(order, opencart.paid_status, shop_now(opencart))
        await bridge.coins("acme", ada, 550)
        await bridge.quiet()
    assert await bridge.disagreements() == []


async def test_C14_ten_flips_of_the_paid_status_reinstate_the_same_package_with_its_old_end(
    shop: AnyShop, make_bridge: MakeBridge
) -> None:
    bridge = make_bridge(shop, settle_seconds=0.0)
    await bridge.prepare()
    ada = await shop.add_customer("ada@shop.example")
    order = await shop.place_paid_order(ada, [(BASE, 1)], at=shop_now(shop))
    async with bridge.running():
        await bridge.coins("acme", ada, 550)
        first = bridge.desk.account("acme", ada)
        for _ in range(5):
            await shop.set_status(order, shop.canceled_status, shop_now(shop))
            await bridge.coins("acme", ada, 0)
            await shop.set_status(order, shop.paid_status, shop_now(shop))
            await bridge.coins("acme", ada, 550)
        await bridge.quiet()
    last = bridge.desk.account("acme", ada)
    assert first is not None
    assert last is not None
    assert last.packages == first.packages
    assert [entry.kind for entry in last.entries] == ["grant", *["revoke", "reinstate"] * 5]
    assert await bridge.disagreements() == []


async def test_C14_flips_within_the_settle_time_come_to_what_the_order_is_at_the_end(
    shop: AnyShop, make_bridge: MakeBridge
) -> None:
    bridge = make_bridge(shop, settle_seconds=0.7)
    await bridge.prepare()
    ada = await shop.add_customer("ada@shop.example")
    order = await shop.place_paid_order(ada, [(BASE, 1)], at=shop_now(shop))
    async with bridge.running():
        await bridge.coins("acme", ada, 550)
        for status in (shop.canceled_status, shop.paid_status) * 5:
            await shop.set_status(order, status, shop_now(shop))
        await bridge.quiet()
    account = bridge.desk.account("acme", ada)
    assert account is not None
    assert [entry.kind for entry in account.entries] == ["grant"]
    assert await bridge.disagreements() == []


async def test_C14_a_refund_by_status_takes_what_is_left_and_a_new_payment_returns_it(
    shop: AnyShop, make_bridge: MakeBridge
) -> None:
    bridge = make_bridge(shop)
    await bridge.prepare()
    ada = await shop.add_customer("ada@shop.example")
    order = await shop.place_paid_order(ada, [(BASE, 1), (ESSENTIAL, 1)], at=shop_now(shop))
    async with bridge.running():
        await bridge.coins("acme", ada, 850)
        await shop.set_status(order, shop.refunded_status, shop_now(shop))
        await bridge.coins("acme", ada, 0)
        await shop.set_status(order, shop.paid_status, shop_now(shop))
        await bridge.coins("acme", ada, 850)
        await bridge.quiet()
    assert await bridge.disagreements() == []


async def test_C14_a_chargeback_that_only_staff_know_of_stands_until_they_say_that_it_is_over(
    shop: AnyShop, make_bridge: MakeBridge
) -> None:
    """The shop goes on saying that the order is paid, also anew; PrestaShop has no other word for it."""
    bridge = make_bridge(shop)
    await bridge.prepare()
    ada = await shop.add_customer("ada@shop.example")
    order = await shop.place_paid_order(ada, [(BASE, 1)], at=shop_now(shop))
    page = CoinPage(bridge, shop, ada)
    terms, owner = page.setup.terms(NOT_ASKED), Owner(OwnerKind.CUSTOMER, ada)
    said = {"reason": "The bank wrote", "by": "Anna"}
    async with bridge.running():
        await bridge.coins("acme", ada, 550)
        quote = page.offered(50)
        await page.sees(quote.id, "offered")
        assert await page.code(await page.approves(quote.id)) == "approved"
        page.staff(disputes.charge_back, terms, owner, order, key="bank-1", at=now(), **said)
        await page.sees(quote.id, "released")
        for status in (shop.canceled_status, shop.paid_status):
            await shop.set_status(order, status, shop_now(shop))
            await bridge.quiet()
        assert bridge.desk.coins("acme", ada) == 0
        shown = (await bridge.pages("acme")).shown(ada)
        assert (shown["frozen"], shown["posted"], shown["held"]) == (True, 0, 0)
        page.staff(disputes.charge_back_is_over, terms, owner, order, key="bank-2", at=now(), **said)
        await bridge.coins("acme", ada, 550)
        await bridge.quiet()
        assert (await bridge.pages("acme")).shown(ada)["frozen"], "only staff lift it"
    account = bridge.desk.account("acme", ada)
    assert account is not None
    assert [entry.kind for entry in account.entries] == ["grant", "hold", "void", "revoke", "reinstate"]
    assert await bridge.disagreements() == []


@pytest.mark.parametrize("returned", [False, True], ids=["refunded", "returned"])
async def test_C14_a_slip_that_refunds_or_returns_one_of_three_takes_one_unit(
    prestashop: PrestaShopShop, make_bridge: MakeBridge, *, returned: bool
) -> None:
    bridge = make_bridge(prestashop, settle_seconds=0.3)
    await bridge.prepare()
    ada = await prestashop.add_customer("ada@shop.example")
    order = await prestashop.place_paid_order(ada, [(BASE, 3)], at=shop_now(prestashop))
    async with bridge.running():
        await bridge.coins("acme", ada, 1650)
        await prestashop.refund_by_slip(order, BASE, 1, shop_now(prestashop), returned=returned)
        await bridge.coins("acme", ada, 1100)
        await bridge.quiet()
    account = bridge.desk.account("acme", ada)
    assert account is not None
    assert [one.unit for one in account.packages if one.revoked] == [3]
    assert await bridge.disagreements() == []


async def test_C14_a_slip_of_money_alone_takes_nothing_and_tells_staff(
    prestashop: PrestaShopShop, make_bridge: MakeBridge
) -> None:
    bridge = make_bridge(prestashop)
    await bridge.prepare()
    ada = await prestashop.add_customer("ada@shop.example")
    order = await prestashop.place_paid_order(ada, [(BASE, 1)], at=shop_now(prestashop))
    async with bridge.running():
        await bridge.coins("acme", ada, 550)
        await prestashop.amount_slip(order, Decimal(40), shop_now(prestashop))
        problem = await bridge.problem("acme", "amount_only_slip")
        await bridge.quiet()
    assert f"order {order}" in problem.summary
    assert bridge.desk.coins("acme", ada) == 550
    assert await bridge.disagreements() == []


async def test_C14_a_deleted_order_takes_nothing_from_the_account(shop: AnyShop, make_bridge: MakeBridge) -> None:
    bridge = make_bridge(shop)
    await bridge.prepare()
    ada = await shop.add_customer("ada@shop.example")
    order = await shop.place_paid_order(ada, [(BASE, 1)], at=shop_now(shop))
    async with bridge.running():
        await bridge.coins("acme", ada, 550)
        await shop.set_status(order, shop.paid_status, shop_now(shop))
        await shop.delete_order(order)
        await bridge.quiet()
    assert bridge.desk.coins("acme", ada) == 550
    assert await bridge.disagreements() == []


async def test_C1_a_changed_plan_size_leaves_old_packages_and_old_orders_alone(
    shop: AnyShop, make_bridge: MakeBridge
) -> None:
    bridge = make_bridge(shop)
    await bridge.prepare()
    ada, ben = await shop.add_customer("ada@shop.example"), await shop.add_customer("ben@shop.example")
    order = await shop.place_paid_order(ada, [(BASE, 1)], at=shop_now(shop))
    async with bridge.running():
        await bridge.coins("acme", ada, 550)
        bridge.change_store("acme", coins={**COINS, BASE: 600})
        await bridge.reload()
        await shop.place_paid_order(ben, [(BASE, 1)], at=shop_now(shop))
        await bridge.coins("acme", ben, 600)
        assert bridge.desk.coins("acme", ada) == 550
        await edit(shop, order, 2)  # what the order first granted at, it grants at for good
        await bridge.coins("acme", ada, 1100)
        await bridge.quiet()
    assert await bridge.disagreements() == []


async def test_C16_the_page_equals_the_ledger_when_one_customer_has_several_orders(
    shop: AnyShop, make_bridge: MakeBridge
) -> None:
    bridge = make_bridge(shop)
    await bridge.prepare()
    ada = await shop.add_customer("ada@shop.example")
    async with bridge.running():
        for code in COINS:
            await shop.place_paid_order(ada, [(code, 1)], at=shop_now(shop))
        await bridge.coins("acme", ada, 1750)
        await bridge.quiet()
    shown = (await bridge.pages("acme")).shown(ada)
    assert shown["posted"] == 1750
    assert {one["plan"] for one in shown["packages"]} == {"essential", "base", "professional"}
    assert await bridge.disagreements() == []


async def edit(shop: AnyShop, order: int, quantity: int) -> None:
    """Edit the order in the back office; where an edit leaves no trace, the status set afterwards does."""
    await shop.edit_order(order, [(BASE, quantity)], shop_now(shop))
    if isinstance(shop, PrestaShopShop):
        await shop.set_status(order, shop.delivered_status, shop_now(shop))
