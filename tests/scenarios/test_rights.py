"""Rights that plans carry, seen from the customer's page."""

from typing import Any

import pytest

from bridge.domain.tickets import MessageKind
from bridge.errors import QuoteRefused
from bridge.services import offering
from tests.scenarios.conftest import MakeBridge, MakeCommands
from tests.scenarios.test_inbox import a_customer
from tests.support.bridges import COINS, ESSENTIAL, PROFESSIONAL, AnyShop, now, shop_now
from tests.support.coin_page import CoinPage, eventually
from tests.support.shops import OpenCartShop

RIGHTS = """
[rights.tickets]
name = { en = "Tickets online", fa = "تیکت آنلاین" }
kind = "standing"
plans = ["essential", "base", "professional"]
[rights.seo]
name = { en = "SEO review" }
kind = "work"
plans = ["base", "professional"]
[rights.font]
name = { en = "IRANSans font" }
kind = "once"
plans = ["essential", "base", "professional"]
[rights.phone]
name = { en = "Telephone support" }
kind = "telephone"
plans = ["professional"]
"""
NUMBER = "+98 21 5555 0100"


async def rights(page: CoinPage, posted: int) -> dict[str, dict[str, object]]:
    document = await page.account(posted=posted)
    return {right["key"]: right for right in document.get("rights", [])}


async def test_P1_P4_the_page_names_the_rights_of_the_plan_and_the_telephone_only_to_whom_it_is_due(
    shop: AnyShop, make_bridge: MakeBridge
) -> None:
    bridge = make_bridge(shop, sections=RIGHTS, telephone=NUMBER)
    await bridge.prepare()
    async with bridge.running():
        page = await a_customer(bridge, shop)
        first = await rights(page, 300)
        assert list(first) == ["tickets", "font"]
        assert first["tickets"]["name"] == {"en": "Tickets online", "fa": "تیکت آنلاین"}
        await shop.place_paid_order(page.customer, [(PROFESSIONAL, 1)], at=shop_now(shop))
        better = await rights(page, 1200)
        assert list(better) == ["tickets", "seo", "font", "phone"]
        assert (better["phone"]["value"], better["seo"]["value"]) == (NUMBER, None)
        assert NUMBER not in str(first)


async def test_P2_a_gift_is_had_once_for_a_shop_however_many_packages_are_bought(
    shop: AnyShop, make_bridge: MakeBridge
) -> None:
    bridge = make_bridge(shop, sections=RIGHTS, telephone=NUMBER)
    await bridge.prepare()
    async with bridge.running():
        page = await a_customer(bridge, shop)
        wish = {"right": "font", "domain": "https://www.My-Shop.example.com/"}
        answer = await page.answer(await page.does("right_redeem", wish))
        assert (answer["outcome"], answer["code"]) == ("accepted", "redeemed")
        ticket = page.staff(lambda tx: tx.tickets.get("acme", answer["data"]["ticket"]))
        assert ticket.subject == "IRANSans font: my-shop.example.com"

        async def redeemed() -> Any:
            return (await rights(page, 300))["font"]["redeemed"]

        assert (await eventually(redeemed, "the page says that it was redeemed"))["domain"] == "my-shop.example.com"
        await shop.place_paid_order(page.customer, [(ESSENTIAL, 1)], at=shop_now(shop))
        await page.account(posted=600)
        again = await page.answer(await page.does("right_redeem", {"right": "font", "domain": "my-shop.example.com"}))
        assert (again["outcome"], again["code"]) == ("refused", "already_redeemed")


async def test_P3_work_that_the_plan_lists_is_quoted_and_other_work_once_staff_say_it_can_be_done(
    opencart: AnyShop, make_bridge: MakeBridge
) -> None:
    bridge = make_bridge(opencart, sections=RIGHTS, telephone=NUMBER)
    await bridge.prepare()
    async with bridge.running():
        page = await a_customer(bridge, opencart)
        opened = await page.answer(await page.does("ticket_open", {"subject": "SEO", "text": "Please.", "price": None}))
        facts = {"coins": 40, "words": "SEO review.", "by": "Anna", "at": now(), "right": "seo"}
        ticket, terms = opened["data"]["ticket"], page.setup.desk_terms
        with pytest.raises(QuoteRefused) as refused:
            page.staff(offering.offer, terms, ticket, **facts)
        assert refused.value.reason == "not_listed"
        confirmed = page.staff(offering.offer, terms, ticket, possible=True, **facts)
        await page.sees(confirmed.id, "offered")
        await opencart.place_paid_order(page.customer, [(PROFESSIONAL, 1)], at=shop_now(opencart))
        await page.account(posted=1200)
        listed = page.staff(offering.offer, terms, ticket, **facts)
        await page.sees(listed.id, "offered")


async def test_P4_staff_find_the_caller_and_log_the_call_free_of_coins(
    opencart: OpenCartShop, make_bridge: MakeBridge, make_commands: MakeCommands
) -> None:
    bridge = make_bridge(opencart, sections=RIGHTS, telephone=NUMBER)
    await bridge.prepare()
    commands = make_commands(bridge)
    async with bridge.running():
        for email, phone, code in (
            ("ada@shop.example", "+98 912 345 6789", PROFESSIONAL),
            ("eve@shop.example", "+98 912 000 0011", ESSENTIAL),
        ):
            customer = await opencart.add_customer(email, phone=phone)
            await opencart.place_paid_order(customer, [(code, 1)], at=shop_now(opencart))
            await bridge.coins("acme", customer, COINS[code])
            found = (await commands("account", "find", phone.removeprefix("+98 "), "--json")).document["customers"]
            assert [(one["customer"], one["available"]) for one in found] == [(customer, COINS[code])]
            opened = await commands("ticket", "open", str(customer), "--subject", "A call", "--by", "Anna", "--json")
            logged = await commands(
                "ticket", "call", str(opened.document["ticket"]), "--text", "He asked how.", "--by", "Anna"
            )
            assert ("has no telephone support" in logged.out) == (code == ESSENTIAL), logged.out
            await bridge.coins("acme", customer, COINS[code])
            account = bridge.desk.account("acme", customer)
            assert account is not None
            assert [entry.kind for entry in account.entries] == ["grant"]
            page = CoinPage(bridge, opencart, customer)
            thread = page.said_in(opened.document["ticket"])
            assert [one.kind for one in thread] == [MessageKind.CALL]
            assert (NUMBER in str(await rights(page, COINS[code]))) == (code == PROFESSIONAL)


async def test_rights_that_change_in_the_settings_are_shown_after_a_reload(
    opencart: AnyShop, make_bridge: MakeBridge
) -> None:
    bridge = make_bridge(opencart)
    await bridge.prepare()
    async with bridge.running():
        page = await a_customer(bridge, opencart)
        assert "rights" not in await page.account(posted=300)
        before = (await page.account())["number"]
        bridge.change_store("acme", sections=RIGHTS, telephone=NUMBER)
        await bridge.reload()
        after = await page.account(number=before + 1)
        assert [right["key"] for right in after["rights"]] == ["tickets", "font"]
