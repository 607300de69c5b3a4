"""The whole way: the shop's own PHP pages on one side, a running desk on the other, and only the database between."""

import asyncio
import csv
import io
import re
import time
from pathlib import Path
from typing import Any

from bridge.desk.key_files import load_keys
from bridge.services import working
from bridge.testing.mariadb import PrivateMariaDB
from tests.scenarios.conftest import MakeBridge, MakeCommands
from tests.scenarios.test_inbox import a_customer
from tests.scenarios.test_quotes import approved
from tests.support.bridges import ESSENTIAL, AnyShop, Bridge, now, shop_now, stock
from tests.support.coin_page import CoinPage, eventually
from tests.support.customer_page import Customer, CustomerPage
from tests.support.storefront import Storefront, unpacked

SECTIONS = (
    '[prices.google-analytics]\ncoins = 50\nname = { en = "Set up Google Analytics", fa = "راه‌اندازی آنالیتیکس" }\n'
)
LICENSED = """
[licences.products.seo]
name = { en = "SEO pack" }
product_codes = ["SEO-EXTENSION"]
renewals = { SEO-RENEWAL = 12 }
renew_url = "https://shop.example/renew"
"""


class Browser:
    """The same customer at the shop's real pages, by the clock of now."""

    def __init__(self, customer: Customer) -> None:
        self._customer = customer

    async def opens(self, view: str = "", **query: Any) -> CustomerPage:
        return await asyncio.to_thread(self._customer.opens, view, now=int(time.time()), **query)

    async def downloads(self, language: str, zone: str) -> list[list[str]]:
        """The cells of the statement's file."""
        reader = Customer(self._customer.shop, language, customer=self._customer.orders["customer"], zone=zone)
        page = await Browser(reader).opens("csv")
        return cells(page.played.printed or page.html, language)

    async def sends(self, form: dict[str, str], **typed: str) -> CustomerPage:
        """Send a form, and wait on the page it leads to until the answer stands there."""
        filled = form | {f"supportbridge_{name}": text for name, text in typed.items()}
        sent = await asyncio.to_thread(self._customer.sends, filled, now=int(time.time()))
        assert sent.led_to["view"] == "answer", sent.text

        async def answered() -> CustomerPage | None:
            page = await self.opens("answer", sent=sent.led_to["sent"])
            return None if "Being processed" in page.text else page

        return await eventually(answered, "the answer stands on the page")

    async def sees(self, text: str, view: str = "", **query: Any) -> CustomerPage:
        async def shown() -> CustomerPage | None:
            page = await self.opens(view, **query)
            return page if text in page.text else None

        return await eventually(shown, f"the page shows {text!r}")


def cells(file: str, language: str) -> list[list[str]]:
    """A file for spreadsheets as one reads it."""
    separator = "," if language == "en" else ";"
    return list(csv.reader(io.StringIO(file.removeprefix("\ufeff"), newline=""), delimiter=separator))


def browser(
    bridge: Bridge, shop: AnyShop, customer: int, server: PrivateMariaDB, database: str, folder: Path
) -> Browser:
    """The extension as it is shipped, unpacked beside the shop's database, with the key that pairing has made."""
    platform = "opencart" if "opencart" in type(shop).__name__.lower() else "prestashop"
    pages = Storefront(platform, server, database, unpacked(folder / "zips")[platform], folder)
    pages.prefix = shop.prefix
    pages.write_key_file(load_keys(bridge.state, "acme").php(()))
    return Browser(Customer(pages, customer=customer))


async def test_C7_C13_from_the_price_list_to_the_statement_by_the_shops_own_pages(
    shop: AnyShop, make_bridge: MakeBridge, mariadb: PrivateMariaDB, database: str, tmp_path: Path
) -> None:
    bridge = make_bridge(shop, sections=SECTIONS)
    await bridge.prepare()
    async with bridge.running():
        customer = await shop.add_customer("ada@shop.example")
        await shop.place_paid_order(customer, [(ESSENTIAL, 1)], at=shop_now(shop))
        await bridge.coins("acme", customer, 300)
        desk = CoinPage(bridge, shop, customer)
        page = browser(bridge, shop, customer, mariadb, database, tmp_path / "pages")

        listed = await page.sees("Set up Google Analytics", "tickets")
        assert "price-google-analytics" in listed.html
        asked = await page.sends(
            (await page.opens("ticket", price="google-analytics")).form("ticket_open"), text="For my shop, please."
        )
        assert "Your ticket has been sent" in asked.text
        quote = desk.offered(50, subject="Google Analytics")
        thread: dict[str, Any] = {"view": "thread", "ticket": quote.ticket_id}
        offer = await page.sees("Waiting for your decision", **thread)
        assert "offers waiting for your decision: 1" in (await page.opens()).text
        approved = await page.sends(offer.form("quote_approve", within=f"quote-{quote.id}"))
        assert "Approved: 50 coins are reserved for this work." in approved.text

        held = await page.sees("Approved, work has not begun", **thread)
        assert held.fact("held", within=f"quote-{quote.id}") == "50"
        overview = await page.sees("Left: 250 of 300; held: 50")
        assert (overview.fact("available", within="account"), overview.fact("held", within="account")) == ("250", "50")
        cancelled = await page.sends(held.form("quote_cancel"))
        assert "You have taken your approval back." in cancelled.text
        freed = await page.sees("Hold released", "statement")
        assert f"offer {quote.id} · ticket {quote.ticket_id}" in freed.text
        assert freed.log == []
        await bridge.quiet()
        assert await bridge.disagreements() == []
    (first, *_) = desk.staff(lambda tx: tx.quotes.decisions(quote.id))
    assert abs((first.at - now()).total_seconds()) < 3600


async def test_C10_too_few_coins_are_said_by_the_page_before_and_by_the_desk_after(
    opencart: AnyShop, make_bridge: MakeBridge, mariadb: PrivateMariaDB, database: str, tmp_path: Path
) -> None:
    bridge = make_bridge(opencart)
    await bridge.prepare()
    async with bridge.running():
        customer = await opencart.add_customer("ada@shop.example")
        await opencart.place_paid_order(customer, [(ESSENTIAL, 1)], at=shop_now(opencart))
        await bridge.coins("acme", customer, 300)
        desk = CoinPage(bridge, opencart, customer)
        page = browser(bridge, opencart, customer, mariadb, database, tmp_path / "pages")
        thread: dict[str, Any] = {"view": "thread", "ticket": desk.offered(700).ticket_id}
        offer = await page.sees("Coins missing for this offer: 400.", **thread)
        refused = await page.sends(offer.form("quote_approve"))
        assert "That was not possible" in refused.text
        assert "400 coins are missing, so nothing was reserved. The offer stays open." in refused.text
        assert (await page.opens(**thread)).has_form("quote_approve")


async def test_T1_a_customer_and_staff_write_to_each_other(
    shop: AnyShop,
    make_bridge: MakeBridge,
    make_commands: MakeCommands,
    mariadb: PrivateMariaDB,
    database: str,
    tmp_path: Path,
) -> None:
    bridge = make_bridge(shop)
    await bridge.prepare()
    commands = make_commands(bridge)
    async with bridge.running():
        customer = await shop.add_customer("ada@shop.example")
        await bridge.quiet()
        page = browser(bridge, shop, customer, mariadb, database, tmp_path / "pages")
        form = (await page.opens("ticket")).form("ticket_open")
        opened = await page.sends(form, subject="My <shop>", text="It's slow.")
        [number] = re.findall(r"view=thread&amp;ticket=([0-9]+)", opened.html)
        thread: dict[str, Any] = {"view": "thread", "ticket": number}
        await page.sees("It's slow.", **thread)
        await commands("ticket", "reply", number, "--text", "We look.", "--by", "Anna")
        answered = await page.sees("We look.", **thread)
        assert "Anna" not in answered.html
        await page.sends(answered.form("ticket_reply"), text="Thank you.")
        assert "Waiting for our answer" in (await page.sees("My <shop>", "tickets")).text
        assert "Thank you." in (await commands("ticket", "show", number)).out
        stranger = await shop.add_customer("eve@shop.example")
        hers = browser(bridge, shop, stranger, mariadb, database, tmp_path / "others")
        assert "There is no such ticket on your account" in (await hers.opens(**thread)).text
        await bridge.quiet()
        assert await bridge.disagreements() == []


async def test_C18_customer_and_staff_read_the_same_statement_in_any_language(
    opencart: AnyShop,
    make_bridge: MakeBridge,
    make_commands: MakeCommands,
    mariadb: PrivateMariaDB,
    database: str,
    tmp_path: Path,
) -> None:
    bridge = make_bridge(opencart)
    await bridge.prepare()
    commands = make_commands(bridge)
    async with bridge.running():
        desk = await a_customer(bridge, opencart)
        page = browser(bridge, opencart, desk.customer, mariadb, database, tmp_path / "pages")
        await commands("coins", "grant", str(desk.customer), "25", "--reason", "For the wait", "--by", "Anna")
        quote = await approved(desk, 310)
        desk.does_to(working.settle, quote.id, spent=305)
        await desk.account(posted=20, held=0)
        for language in ("en", "ru", "fa"):
            for_staff = await commands("coins", "statement", str(desk.customer), "--csv", "--language", language)
            heading, *lines = cells(for_staff.out, language)
            for_him = await page.downloads(language, opencart.timezone)
            # The program's own reasons, in English, are for staff alone; so is who of them it was.
            assert [line[:18] + line[19:-1] for line in (heading, *lines)] == [
                line[:18] + line[19:] for line in for_him
            ]
            assert for_him[2][18] == "For the wait"
            books = [dict(zip(heading, line, strict=True)) for line in lines]
            assert [
                (one["kind"], one["coins"], one["held"], one["balance"], one["balance_held"], one["staff"])
                for one in books
            ] == [
                ("grant", "300", "0", "300", "0", ""),
                ("grant", "25", "0", "325", "0", "Anna"),
                ("hold", "0", "310", "325", "310", ""),
                ("settle", "-305", "-305", "20", "5", "Anna"),
                ("release", "0", "-5", "20", "0", "Anna"),
            ]
            assert [(one["quote"], one["ticket"]) for one in books[2:]] == [(str(quote.id), str(quote.ticket_id))] * 3
        shown = await page.sees("Deducted", "statement")
        assert "No. 1 Essential: −300, held −300; No. 2: −5, held −5" in shown.text


async def test_C19_a_guests_coins_come_to_the_account_by_the_code_that_was_mailed(
    shop: AnyShop, make_bridge: MakeBridge, mariadb: PrivateMariaDB, database: str, tmp_path: Path
) -> None:
    bridge = make_bridge(shop)
    await bridge.prepare()
    async with bridge.running():
        customer = await shop.add_customer("ada@shop.example")
        order = await shop.place_paid_order(None, [(ESSENTIAL, 1)], at=shop_now(shop), guest="ada@shop.example")
        desk = CoinPage(bridge, shop, customer)
        page = browser(bridge, shop, customer, mariadb, database, tmp_path / "pages")
        await page.sees("There are no support coins on this account yet.")
        await bridge.quiet()
        asked = await page.sends((await page.opens("claim")).form("guest_claim"), order=str(order))
        claim = desk.staff(lambda tx: tx.guests.open_claim("acme", order, customer))
        wrong = f"{(int(claim.code) + 1) % 10 ** len(claim.code):0{len(claim.code)}}"
        refused = await page.sends(asked.form("guest_code"), code=wrong)
        assert "That is not the code that was sent." in refused.text
        claimed = await page.sends((await page.opens("claim")).form("guest_code"), order=str(order), code=claim.code)
        assert f"Order {order} now belongs to your account." in claimed.text
        await desk.account(posted=300)
        assert (await page.opens()).fact("available", within="account") == "300"
        await bridge.quiet()
        assert await bridge.disagreements() == []


async def test_L2_L4_a_licence_bought_in_the_shop_makes_help_free_and_its_refund_leads_on(
    shop: AnyShop, make_bridge: MakeBridge, mariadb: PrivateMariaDB, database: str, tmp_path: Path
) -> None:
    await stock(shop, codes=["SEO-EXTENSION"])
    bridge = make_bridge(shop, sections=LICENSED)
    await bridge.prepare()
    async with bridge.running():
        customer = await shop.add_customer("ada@shop.example")
        order = await shop.place_paid_order(customer, [("SEO-EXTENSION", 1)], at=shop_now(shop))
        page = browser(bridge, shop, customer, mariadb, database, tmp_path / "pages")
        await page.sees("SEO pack", "licences")
        form = (await page.opens("ticket")).form("ticket_open")
        (licence,) = re.findall(r'<option value="([0-9]+)">[^<]*SEO pack', (await page.opens("ticket")).html)
        asked = await page.sends(form, subject="Installation", text="Please install it.", licence=licence)
        assert "Your ticket has been sent" in asked.text
        await page.sees("Your licence of SEO pack is active.", "thread", ticket=1)

        other = (await page.opens("ticket")).form("ticket_open")
        await page.sends(other, subject="And then?", text="It stops.")
        chosen = await page.sends(
            (await page.sees("Say which product", "thread", ticket=2)).form("ticket_cover"), licence=licence
        )
        assert "Help in ticket 2 is free" in chosen.text

        await shop.set_status(order, shop.refunded_status, shop_now(shop))
        await page.sees("Suspended: the payment was returned", "licences")
        late = (await page.opens("ticket")).form("ticket_open")
        await page.sends(late, subject="Again", text="It stops again.", licence=licence)
        shown = await page.sees("was given back", "thread", ticket=3)
        assert "https://shop.example/renew" in shown.html
        assert "Your licence of SEO pack is active." in (await page.opens("thread", ticket=1)).text, "L3: it stays free"
        await bridge.quiet()
        assert await bridge.disagreements() == []
    assert {one.kind for one in bridge.desk.problems("acme")} == {"licence_refunded_mid_ticket"}
