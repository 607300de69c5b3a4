"""What customers own, however it came to them: rules C1, C5, C6, C15 and C17 over the life of a package."""

import json
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from bridge.domain.accounts import Owner, OwnerKind
from bridge.domain.packages import plan_in_force
from bridge.errors import QuoteRefused
from bridge.services import accounts_by_staff, staff_coins, working
from tests.scenarios.conftest import MakeBridge, MakeCommands
from tests.scenarios.test_inbox import a_customer
from tests.scenarios.test_quotes import approved
from tests.support.bridges import BASE, COINS, ESSENTIAL, PROFESSIONAL, AnyShop, shop_now
from tests.support.coin_page import CoinPage
from tests.support.shops import OpenCartShop, PrestaShopShop
from tests.support.story import A_DAY, A_MINUTE, A_SECOND, ANNA, Story, a_story


def given(page: CoinPage, coins: int, *, plan: str | None = None, last_day: date | None = None) -> None:
    """Staff give a customer coins."""
    page.staff(
        staff_coins.grant,
        "acme",
        Owner(OwnerKind.CUSTOMER, page.customer),
        coins=coins,
        reason="For the wait",
        staff=ANNA,
        key=f"{coins}-{plan}",
        zone=page.setup.settings.zone_info,
        at=page.at(),
        last_day=last_day,
        plan=plan,
    )


async def plan_of(story: Story, customer: int) -> str | None:
    """The plan whose rights the customer has at the story's moment."""
    owner, at = Owner(OwnerKind.CUSTOMER, customer), story.clock.now()
    found = await story.app.desk.read(staff_coins.balance, "acme", owner, at=at)
    return plan_in_force(found.packages, story.terms.plans, at)


async def test_C1_what_a_code_stood_for_when_an_order_first_granted_is_what_it_grants_for_good(
    opencart: OpenCartShop, make_bridge: MakeBridge
) -> None:
    bridge = make_bridge(opencart)
    await bridge.prepare()
    ada, ben = [await opencart.add_customer(f"{name}@shop.example") for name in ("ada", "ben")]
    await opencart.add_product("T-SHIRT", "No coins")
    async with bridge.running():
        lines = [(ESSENTIAL, 1), (BASE, 1), (PROFESSIONAL, 1), ("T-SHIRT", 5)]
        order = await opencart.place_paid_order(ada, lines, at=shop_now(opencart))
        await bridge.coins("acme", ada, 300 + 550 + 900)
        gold = f'[plans.gold]\ncoins = 70\nvalid_months = 1\nproduct_codes = ["{BASE}"]\nname = {{ en = "Gold" }}'
        bridge.change_store("acme", coins={code: COINS[code] for code in (ESSENTIAL, PROFESSIONAL)}, sections=gold)
        await bridge.reload()
        await opencart.place_paid_order(ben, [(BASE, 1)], at=shop_now(opencart))
        await bridge.coins("acme", ben, 70)
        await opencart.edit_order(order, [(BASE, 2)], shop_now(opencart))
        await bridge.coins("acme", ada, 2 * 550)
        await bridge.quiet()
    account = bridge.desk.account("acme", ada)
    assert account is not None
    bought = [one for one in account.packages if not one.revoked]
    assert [(one.plan, one.coins) for one in bought] == [("base", 550)] * 2
    assert len({one.usable_until_ms for one in bought}) == 1, "the terms are those of then too: a year"
    assert await bridge.disagreements() == []


async def test_C1_a_combination_counts_by_its_own_reference(
    prestashop: PrestaShopShop, make_bridge: MakeBridge
) -> None:
    bridge = make_bridge(prestashop)
    await bridge.prepare()
    ada = await prestashop.add_customer("ada@shop.example")
    shirt = await prestashop.add_product("PACKAGES", "Choose a size")
    large = '[plans.large]\ncoins = 900\nproduct_codes = ["SIZE-L"]\nname = { en = "Large" }'
    bridge.change_store("acme", coins={}, sections=large)
    await prestashop.add_combination(shirt, "SIZE-L")
    async with bridge.running():
        await prestashop.place_paid_order(ada, [("SIZE-L", 1)], at=shop_now(prestashop))
        await bridge.coins("acme", ada, 900)


async def test_C5_what_returns_too_late_is_gone_unless_the_vendor_caused_it(
    opencart: OpenCartShop, make_bridge: MakeBridge
) -> None:
    story, ada = await a_story(make_bridge(opencart), opencart, ESSENTIAL)
    async with story.running():
        await story.bridge.quiet()
        end, page = (await story.package(ada)).usable_until, story.page(ada)
        await story.lives_until(end - A_DAY)
        ours, his = await story.approved(ada, 40), await story.approved(ada, 50)
        await story.lives_until(end + A_SECOND)
        await story.page_has(ada, 90)
        page.does_to(working.release, his.id, reason="He needs it no more.")
        await story.page_has(ada, 40)
        page.does_to(working.release, ours.id, reason="We can't.", vendor=True)
        await page.account(posted=40, held=0)
        assert (await story.entries(ada))[-6:] == [
            ("forfeit", -210),
            ("release", 0),
            ("forfeit", -50),
            ("release", 0),
            ("forfeit", -40),
            ("grant", 40),
        ]
        assert await story.available(ada) == 40
        (again,) = (one for one in (await story.shown(ada))["packages"] if one["posted"])
        assert again["usable_until"] - story.clock.now().timestamp() >= 30 * 86400
        await story.lives_until(story.clock.now() + 31 * A_DAY)
        await story.page_has(ada, 0)


async def test_C5_what_returns_to_a_revoked_package_is_revoked(shop: AnyShop, make_bridge: MakeBridge) -> None:
    bridge = make_bridge(shop)
    await bridge.prepare()
    async with bridge.running():
        page = await a_customer(bridge, shop)
        quote = await approved(page, 50)
        ((order,),) = await shop.fetch(f"SELECT MAX({shop.columns.order_id}) FROM {{{shop.columns.orders}}}")
        await shop.set_status(order, shop.refunded_status, shop_now(shop))
        await page.account(posted=50, held=50)
        page.does_to(working.settle, quote.id, spent=45)
        await page.account(posted=0, held=0)
        await shop.set_status(order, shop.paid_status, shop_now(shop))
        await page.account(posted=255, held=0)  # what the revocation took, and the 5 that came back to it
        await bridge.quiet()
        assert await bridge.disagreements() == []


async def test_C5_an_offer_that_lapsed_while_the_desk_was_down_can_be_approved_for_a_day(
    opencart: OpenCartShop, make_bridge: MakeBridge
) -> None:
    story, ada = await a_story(make_bridge(opencart), opencart, ESSENTIAL)
    async with story.running():
        await story.bridge.quiet()
        page = story.page(ada)
        first, second = page.offered(50), page.offered(60)
        await page.sees(second.id, "offered")
        end = second.offer.valid_until
        await story.lives_until(end - A_MINUTE)
    story.clock.moment = end + timedelta(hours=7)
    async with story.running():
        assert (await page.sees(first.id, "offered"))["version"] == 1
        await story.lives_until(end + timedelta(hours=30))
        assert await page.code(await page.approves(first.id)) == "approved"
        await story.lives_until(end + timedelta(hours=31) + A_MINUTE)
        assert await page.code(await page.approves(second.id)) == "quote_lapsed"


async def test_C6_each_package_has_its_own_end_and_the_best_plan_counts(
    opencart: OpenCartShop, make_bridge: MakeBridge
) -> None:
    story, ada = await a_story(make_bridge(opencart), opencart, BASE)
    async with story.running():
        await story.bridge.quiet()
        page, begun = story.page(ada), story.clock.now()
        given(page, 40, plan="professional", last_day=begun.date() + timedelta(days=9))
        await page.account(posted=590)
        assert await plan_of(story, ada) == "professional"
        ends = {one["id"]: one["usable_until"] for one in (await story.shown(ada))["packages"]}
        work = await story.approved(ada, 40)
        page.does_to(working.settle, work.id, spent=40)
        await page.account(posted=550, held=0)
        assert await plan_of(story, ada) == "professional", "also when its coins are used up"
        assert {"professional"} <= {one["plan"] for one in (await story.shown(ada))["packages"]}
        await story.lives_until(begun + 11 * A_DAY)
        assert await plan_of(story, ada) == "base"
        given(page, 70, plan="professional")
        shown = await page.account(posted=620)
        assert await plan_of(story, ada) == "professional"
        kept = {one["id"]: one["usable_until"] for one in shown["packages"]}
        assert kept[1] == ends[1], "a new package does not prolong an old one"
        assert await story.available(ada) == 620, "nor brings one back"


async def test_C15_what_staff_give_has_a_reason_a_name_and_an_end_and_nothing_is_ever_changed(
    opencart: OpenCartShop, make_bridge: MakeBridge, make_commands: MakeCommands, tmp_path: Path
) -> None:
    bridge = make_bridge(opencart)
    await bridge.prepare()
    cli, by = make_commands(bridge), ("--by", "Anna")
    file = tmp_path / "balances.csv"
    async with bridge.running():
        page = await a_customer(bridge, opencart)
        eve = await opencart.add_customer("eve@shop.example")
        bought = bridge.desk.account("acme", page.customer)
        assert bought is not None
        me = str(page.customer)
        await cli("coins", "grant", me, "25", "--reason", "For the wait", *by)
        await cli("coins", "correct", me, "--take", "5", "--reason", "Counted twice", *by)
        file.write_text(f"customer,coins,expiry,note\n{me},30,2027-05-31,notebook\neve@shop.example,7,,\n")
        await cli("coins", "import", str(file), *by)
        assert bridge.desk.account("acme", eve) is None, "a dry run books nothing"
        await cli("coins", "import", str(file), *by, "--write")
        await page.account(posted=350)
        booked = bridge.desk.account("acme", page.customer)
        assert booked is not None
        assert booked.entries[: len(bought.entries)] == bought.entries
        made = bridge.desk.ask("SELECT kind, posted, reason, staff FROM entry WHERE staff IS NOT NULL ORDER BY id")
        assert made == [
            ("grant", 25, "For the wait", "Anna"),
            ("correct", -5, "Counted twice", "Anna"),
            ("grant", 30, "notebook", "Anna"),
            ("grant", 7, "imported", "Anna"),
        ]
        granted, imported = booked.packages[1:]
        assert (granted.plan, imported.plan) == (None, None)
        assert granted.usable_until_ms == bought.packages[0].usable_until_ms, "a year, as what is bought today"
        assert imported.usable_until_ms < granted.usable_until_ms
        told = [json.loads(row[0]) for row in bridge.desk.ask("SELECT event FROM outbox")]
        assert told, "grants and corrections are told"
        assert not [one for one in told if one.get("owner") == ["customer", eve]], "an import tells no customer"
        for change in ("UPDATE entry SET posted = 1", "DELETE FROM entry"):
            with pytest.raises(Exception, match="never"):
                page.staff(lambda tx, statement=change: tx.connection.execute(statement))
        await bridge.quiet()
        assert await bridge.disagreements() == []


async def test_C15_a_frozen_account_spends_nothing_and_all_else_goes_on(
    opencart: OpenCartShop, make_bridge: MakeBridge
) -> None:
    gift = '[rights.font]\nname = { en = "Font" }\nkind = "once"\nplans = ["essential", "base"]\n'
    story, ada = await a_story(make_bridge(opencart, sections=gift, settle_seconds=0.0), opencart, ESSENTIAL)
    async with story.running():
        await story.bridge.quiet()
        page, me = story.page(ada), Owner(OwnerKind.CUSTOMER, ada)
        quote = page.offered(50)
        await page.sees(quote.id, "offered")
        page.staff(accounts_by_staff.freeze, "acme", me, reason="Dispute", by=ANNA, at=page.at())
        await page.account(posted=300, frozen=True)
        with pytest.raises(QuoteRefused):
            page.offered(20)
        assert await page.code(await page.approves(quote.id)) == "account_frozen"
        wish = {"right": "font", "domain": "my-shop.example.com"}
        assert await page.code(await page.does("right_redeem", wish)) == "account_frozen"
        opened = await page.does("ticket_open", {"subject": "Why?", "text": "Why?", "price": None})
        assert await page.code(opened) == "ticket_opened"
        given(page, 25)
        order = await opencart.place_paid_order(ada, [(BASE, 1)], at=shop_now(opencart))
        await page.account(posted=875, held=0)
        await opencart.set_status(order, opencart.refunded_status, shop_now(opencart))
        await page.account(posted=325, held=0)
        await opencart.set_status(order, opencart.paid_status, shop_now(opencart))
        await page.account(posted=875, frozen=True)  # only staff lift it
        page.staff(accounts_by_staff.unfreeze, "acme", me, reason="Settled", by=ANNA, at=page.at())
        assert await page.code(await page.approves(quote.id)) == "approved"
        end = (await story.shown(ada))["packages"][0]["usable_until"]
        page.staff(accounts_by_staff.freeze, "acme", me, reason="Once more", by=ANNA, at=page.at())
        await story.lives_until(story.clock.now() + 367 * A_DAY)
        await story.page_has(ada, 50)  # what is held; the rest has ended
        assert end < story.clock.now().timestamp()


async def test_C17_the_customer_is_told_of_each_thing_once_with_its_numbers(
    opencart: OpenCartShop, make_bridge: MakeBridge
) -> None:
    story = Story(make_bridge(opencart, settle_seconds=0.0))
    await story.bridge.prepare()
    ada, eve = [await opencart.add_customer(f"{name}@shop.example") for name in ("ada", "eve")]
    async with story.running():
        await story.bridge.quiet()  # what a first sync grants is told to nobody
        for customer in (ada, eve):
            await opencart.place_paid_order(customer, [(ESSENTIAL, 1)], at=shop_now(opencart))
            await story.bridge.coins("acme", customer, 300)
        page, end = story.page(ada), (await story.package(ada)).usable_until
        work = await story.approved(ada, 250)
        page.does_to(working.settle, work.id, spent=245)
        await page.account(posted=55, held=0)
        empty = await story.approved(eve, 300)
        story.page(eve).does_to(working.settle, empty.id, spent=300)
        for days in (30, 7, 1):
            await story.lives_until(end - days * A_DAY)
            await story.reminded(ada, [(one, []) for one in (30, 7, 1) if one >= days])
        await story.lives_until(end + A_SECOND)
        await story.page_has(ada, 0)
        facts: dict[str, dict[str, Any]] = {
            "coins_granted": {"coins": 300, "plan": "essential"},
            "quote_offered": {"quote_id": work.id, "coins": 250, "available": 300},
            "coins_deducted": {"spent": 245, "ticket_id": work.ticket_id, "available": 55},
            "balance_low": {"available": 50, "of": 300},
            "package_expired": {"coins": 55, "available": 0},
        }
        for kind, wanted in facts.items():
            told = await story.told(ada, kind)
            assert [{name: one[name] for name in wanted} for one in told] == [wanted], kind
        assert await story.told(eve, "package_expiring") == await story.told(eve, "package_expired") == []
        before = await told_keys(story)
        assert len(before) == len(set(before))
    async with story.running():
        await story.bridge.quiet()
        await story.told_so_often(ada, "package_expired", 1)
        assert set(await told_keys(story)) <= set(before), "nothing comes again"


async def told_keys(story: Story) -> list[str]:
    """The keys of every event about a customer that is kept; old ones that were delivered are forgotten."""
    rows = await story.app.desk.read(
        lambda tx: tx.connection.execute("SELECT key, event FROM outbox ORDER BY id").fetchall()
    )
    return [key for key, event in rows if "owner" in json.loads(event)]
