"""What the customer's own page shows: rights, prices and answers, and never what does not verify."""

import html
import re
from typing import Any

import pytest

from bridge.contracts.shop_rows import SHOP_TO_DESK, canonical_json, mac_of
from tests.plugins.conftest import LAYOUTS, MakeShop, paired
from tests.support.customer_page import (
    TURNING,
    Customer,
    a_plan,
    answer,
    in_three,
    inbox,
    message,
    price,
    push_account,
    push_document,
    push_page,
    push_prices,
    quote,
    right,
    ticket,
)
from tests.support.storefront import CUSTOMER, DAY, KEY, NOW, OTHER_KEY, Storefront, package

UUID = "0b3e7c1a-4f2d-4c55-9a1e-2f6d8c7b9a10"
VERSIONS = {"prestashop": ["1.6.1.999", "8.1.2", "9.1.4"]}


@pytest.fixture
def shop(make_shop: MakeShop) -> Storefront:
    """What the shared classes do is tried in one layout."""
    return paired(make_shop("opencart"))


# --- the whole page ---------------------------------------------------------------------------------------


def test_the_page_shows_all_that_a_customer_has(each_shop: Storefront) -> None:
    push_account(each_shop, package(300, held=30), rights=[right("font", kind="once")])
    push_document(each_shop, "quote", 12, quote())
    push_document(each_shop, "price", "analytics", price())
    push_page(each_shop)
    overview = Customer(each_shop).opens()
    assert overview.parts == ["account", "packages", "rights", "buy"]
    assert overview.fact("available", within="account") == "270"
    assert overview.fact("held", within="account") == "30"
    tickets = Customer(each_shop).opens("tickets")
    assert tickets.parts == ["offers", "tickets", "prices"]
    assert overview.log + tickets.log == []


def test_a_customer_without_coins_can_write_and_claim(each_shop: Storefront) -> None:
    page = Customer(each_shop).opens()
    assert page.parts == ["account", "buy"]
    assert "There are no support coins on this account yet." in page.text
    assert "view=claim" in page.html
    assert "view=ticket" in Customer(each_shop).opens("tickets").html


@pytest.mark.parametrize("platform", ["opencart", "opencart30"])
def test_a_visitor_is_sent_to_the_login_and_comes_back(make_shop: MakeShop, platform: str) -> None:
    page = Customer(make_shop(platform)).opens("answer", sent=UUID, customer=0)
    assert page.led_to["route"] == "account/login"
    assert f"sent={UUID}" in page.played.result["session"]["redirect"]


@pytest.mark.parametrize("version", VERSIONS["prestashop"])
def test_prestashop_brings_a_visitor_back_after_the_login_too(make_shop: MakeShop, version: str) -> None:
    page = Customer(make_shop("prestashop"), version=version).opens("answer", sent=UUID, customer=0)
    assert page.led_to["controller"] == "authentication"
    assert "controller=support" in page.led_to["back"]
    assert f"sent={UUID}" in page.led_to["back"]


def test_prestashop_1_6_on_an_unusual_port_leads_to_the_account_page(make_shop: MakeShop) -> None:
    page = Customer(make_shop("prestashop"), version="1.6.1.999", host="shop.example:8105").opens(customer=0)
    assert page.led_to == {"controller": "authentication", "back": "my-account"}


@pytest.mark.parametrize("language", ["ru", "fa"])
def test_the_page_is_in_the_readers_language(each_shop: Storefront, language: str) -> None:
    push_account(each_shop, package(1550))
    push_document(each_shop, "quote", 12, quote(coins=1200))
    page = Customer(each_shop, language).opens("tickets")
    direction = {"ru": "ltr", "fa": "rtl"}[language]
    assert f'<div class="supportbridge-page" lang="{language}" dir="{direction}">' in page.html
    assert page.fact("coins", within="quote-12") == {"ru": "1\N{NO-BREAK SPACE}200", "fa": "۱٬۲۰۰"}[language]
    assert page.fact("valid-until", within="quote-12") == {"ru": "16 января 2027 г.", "fa": "۲۶ دی ۱۴۰۵"}[language]


def test_any_other_language_gets_english(shop: Storefront) -> None:
    assert 'lang="en" dir="ltr"' in Customer(shop, language="de-de").opens("tickets").html


@pytest.mark.parametrize("version", VERSIONS["prestashop"])
def test_each_prestashop_gets_its_own_template_and_the_style_sheet(make_shop: MakeShop, version: str) -> None:
    shop = paired(make_shop("prestashop"))
    played = Customer(shop, version=version).opens().played.result
    old = version.startswith("1.6")
    assert played["template"] == (
        "support-1.6.tpl" if old else "module:supportbridge/views/templates/front/support.tpl"
    )
    [sheet] = played["sheets"]
    assert sheet.endswith("modules/supportbridge/views/css/account.css")
    [script] = played["scripts"]
    assert script.endswith("modules/supportbridge/views/js/supportbridge.js")
    assert (shop.extensions / "supportbridge/views/js/supportbridge.js").is_file()


@pytest.mark.parametrize("platform", ["opencart", "opencart30"])
def test_the_page_stands_in_the_shops_frame(make_shop: MakeShop, platform: str) -> None:
    page = Customer(paired(make_shop(platform))).opens()
    assert "<!-- common/header -->" in page.html
    assert "<h1>Support coins</h1>" in page.html
    assert page.played.result["headers"] == ["Cache-Control: no-store, private", "X-Frame-Options: DENY"]
    [script] = page.played.result["scripts"]
    assert script.endswith("javascript/supportbridge.js")


@pytest.mark.parametrize("platform", ["opencart", "opencart30"])
def test_the_page_can_be_switched_off(make_shop: MakeShop, platform: str) -> None:
    page = Customer(paired(make_shop(platform))).opens(settings={"module_supportbridge_status": "0"})
    assert page.led_to["route"] == "account/account"


# --- what is missing --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("table", "absent"),
    [("quote", {"offers"}), ("price", {"prices"}), ("inbox", set()), ("answer", set()), ("ticket", set())],
)
def test_a_part_whose_table_is_missing_is_simply_absent(each_shop: Storefront, table: str, absent: set[str]) -> None:
    push_account(each_shop, package(300))
    push_document(each_shop, "quote", 12, quote())
    push_document(each_shop, "price", "analytics", price())
    each_shop.run(f"DROP TABLE {{p}}{table}")
    page = Customer(each_shop).opens("tickets")
    assert set(page.parts) == {"offers", "tickets", "prices"} - absent
    assert page.log == []
    if table in {"inbox", "answer"}:
        assert "<form" not in page.html
        assert not re.search(r"view=ticket\b", page.html)


@pytest.mark.parametrize("platform", LAYOUTS)
def test_a_shop_without_key_or_tables_says_that_nothing_can_be_shown(make_shop: MakeShop, platform: str) -> None:
    page = Customer(make_shop(platform)).opens("tickets")
    assert "Your support coins cannot be shown at the moment." in page.text
    assert len(page.log) == 1
    assert "the support page is not shown: there is no key file for shop" in page.log[0]


def test_an_account_that_does_not_verify_keeps_nothing_else_back(shop: Storefront) -> None:
    push_account(shop, package(300))
    shop.run("UPDATE {p}account SET mac = REPEAT('0', 64)")
    push_document(shop, "quote", 12, quote())
    page = Customer(shop).opens()
    assert page.parts == ["buy"]
    assert "This part cannot be shown at the moment." in page.text
    assert "signature of the account row does not verify" in page.log[0]
    offers = Customer(shop).opens("tickets")
    assert offers.parts == ["offers", "tickets"]
    assert "Coins missing" not in offers.text
    assert offers.has_form("quote_approve")


def test_a_table_locked_by_others_costs_its_part_and_not_the_page(shop: Storefront) -> None:
    push_account(shop, package(300))
    with shop.another_connection("LOCK TABLES {p}quote WRITE"):
        page = Customer(shop).opens("tickets")
        overview = Customer(shop).opens()
        seconds = page.played.seconds
        for _ in range(8):  # a machine that is busy may have held it up
            seconds = min(seconds, Customer(shop).opens("tickets").played.seconds) if seconds >= 2 else seconds
    assert page.parts == ["tickets"]
    assert "This part cannot be shown at the moment." in page.text
    assert "the database did not answer within a second" in page.log[0]
    assert seconds < 2, "what could not be read is not tried again"
    assert overview.parts == ["account", "packages", "buy"]


# --- rows that are not what they seem ---------------------------------------------------------------------


def test_an_offer_that_waits_is_shown_however_many_newer_ones_have_ended(shop: Storefront) -> None:
    push_account(shop, package(300))
    for number in range(1, 203):
        push_document(shop, "quote", number, quote(number, state="offered" if number == 1 else "declined"))
    page = Customer(shop).opens("tickets")
    assert page.has_form("quote_approve", within="quote-1")
    assert 'data-supportbridge="quote-3"' not in page.html
    assert 'data-supportbridge="quote-4"' in page.html


def test_T11_a_quote_that_is_not_what_its_row_says_is_not_shown(shop: Storefront) -> None:
    cases: list[tuple[dict[str, Any], str]] = [
        ({"mac": "0" * 64}, "does not verify"),
        ({"key_id": "k9"}, "does not verify"),
        ({"signed_as": "price"}, "does not verify"),
        ({"signer": OTHER_KEY}, "does not verify"),
        ({"key": 13}, 'differ in "quote"'),
        ({"epoch": 2}, 'differ in "epoch"'),
        ({"number": 2}, 'differ in "number"'),
    ]
    for row, because in cases:
        shop.run("DELETE FROM {p}quote")
        push_document(shop, "quote", row.pop("key", 12), quote(), **row)
        page = Customer(shop).opens("tickets")
        assert "offers" not in page.parts, because
        assert len(page.log) == 1
        assert because in page.log[0]
        assert str(CUSTOMER) not in page.log[0]
        assert KEY.secret.hex() not in page.log[0]


def test_T11_what_is_signed_for_the_other_direction_is_not_shown(shop: Storefront) -> None:
    mac = mac_of(KEY, "quote", canonical_json(quote()), direction=SHOP_TO_DESK)
    push_document(shop, "quote", 12, quote(), mac=mac)
    page = Customer(shop).opens("tickets")
    assert "offers" not in page.parts
    assert "does not verify" in page.log[0]


def test_another_customers_quote_is_not_shown(shop: Storefront) -> None:
    push_document(shop, "quote", 12, quote(customer=78))
    push_document(shop, "quote", 13, quote(13, customer=78), customer=78)
    page = Customer(shop).opens("tickets")
    assert "offers" not in page.parts
    assert "belongs to another customer" in page.log[0]


def test_another_stores_quote_is_not_shown(shop: Storefront) -> None:
    push_document(shop, "quote", 12, quote(store="umbrella"))
    push_document(shop, "quote", 13, quote(13, store="umbrella"), store="umbrella")
    page = Customer(shop).opens("tickets")
    assert "offers" not in page.parts
    assert "belongs to another store" in page.log[0]


def test_a_signed_quote_that_makes_no_sense_is_not_shown_and_keeps_no_other_back(shop: Storefront) -> None:
    push_document(shop, "quote", 13, quote(13))
    cases: list[tuple[dict[str, Any], str]] = [
        ({"coins": "50"}, "coins"),
        ({"coins": -1}, "coins"),
        ({"state": "approved by me"}, "state"),
        ({"kind": None}, "kind"),
        ({"text": 7, "text_hash": {}}, "text"),
        ({"history": [7]}, "history"),
        ({"valid_until": 1.5}, "valid_until"),
        ({"version": None}, "version"),
    ]
    for changes, field in cases:
        push_document(shop, "quote", 12, quote(**changes))
        page = Customer(shop).opens("tickets")
        assert "quote-12" not in page.html, field
        assert "quote-13" in page.html
        assert [f'the quote document has no usable "{field}"' in line for line in page.log] == [True]


def test_what_a_desk_that_was_put_back_does_not_know_is_not_shown(shop: Storefront) -> None:
    """It writes all of its documents anew, so those of a lower epoch are of what it has lost."""
    push_account(shop, package(300), epoch=2)
    push_document(shop, "quote", 12, quote(epoch=2))
    push_document(shop, "quote", 13, quote(13, epoch=1, state="approved", held=20))
    push_document(shop, "price", "a", price("a", epoch=1))
    push_document(shop, "price", "b", price("b", epoch=2))
    page = Customer(shop).opens("tickets")
    assert "quote-12" in page.html
    assert "quote-13" not in page.html
    assert re.findall(r'"price-(\w)"', page.html) == ["b"]
    assert page.log == []


def test_an_offer_of_a_desk_that_was_put_back_since_cannot_be_approved(shop: Storefront) -> None:
    push_account(shop, package(300))
    push_document(shop, "quote", 12, quote())
    customer = Customer(shop)
    form = customer.opens("tickets").form("quote_approve")
    push_account(shop, package(300), epoch=2)
    assert "This offer has changed in the meantime." in customer.sends(form).text
    assert inbox(shop) == []


def test_both_of_two_keys_sign_documents(shop: Storefront) -> None:
    shop.pair(KEY, OTHER_KEY)
    push_document(shop, "quote", 12, quote(), signer=KEY)
    push_document(shop, "quote", 13, quote(13), signer=OTHER_KEY)
    page = Customer(shop).opens("tickets")
    assert "quote-12" in page.html
    assert "quote-13" in page.html


def test_script_in_a_document_is_shown_as_text(shop: Storefront) -> None:
    evil = """<script>alert("1")</script>'&<img src=x>"""
    push_account(shop, package(300), rights=[{**right("font"), "name": {"en": evil}}])
    push_document(shop, "quote", 12, quote(subject=evil, text={"en": evil}, valid_until_text={'"><i>': evil}))
    push_document(shop, "price", evil, price(evil, name={"en": evil}, about={"en": evil}))
    push_document(shop, "answer", UUID, answer(UUID, text={"en": evil}))
    push_page(shop, a_plan(name={"en": evil}, service={"en": evil}, buy=f"https://shop.example/{evil}"))
    push_document(shop, "ticket", 6, ticket(6, subject=evil, messages=[message(evil), message({"en": evil})]))
    customer = Customer(shop)
    pages = [customer.opens(), customer.opens("tickets"), customer.opens("thread", ticket=6)]
    for page in [*pages, customer.opens("answer", sent=UUID)]:
        assert page.log == []
        assert evil in page.text or "&lt;script&gt;" in page.html
        assert "<script" not in page.html
        assert "<img" not in page.html
        assert "<i>" not in page.html


@pytest.mark.parametrize("language", ["en", "fa"])
def test_marks_of_direction_in_somebodys_words_turn_nothing_else_on_the_page(shop: Storefront, language: str) -> None:
    """A subject that ends its own element and turns the rest of the line; an offer's exact words keep theirs (C9)."""
    turned = f"a{TURNING}b"
    words = in_three(turned)
    push_account(shop, package(300), books=[{"kind": "grant", "coins": 300, "reason": turned}])
    push_document(
        shop, "quote", 12, quote(subject=turned, text=words, history=[{"at": NOW - DAY, "text": in_three(turned)}])
    )
    customer = Customer(shop, language)
    page = customer.opens("tickets").html
    [exact] = re.findall(r'<div class="supportbridge-words"[^>]*>(.*?)</div>', page, re.DOTALL)
    assert html.unescape(exact) == words[language]
    assert "<bdi>ab</bdi>" in page
    for shown in (page.replace(exact, ""), customer.opens("statement").html):
        assert not set(shown) & set(TURNING)
    assert 'dir="auto">ab</div>' in customer.opens("statement").html


# --- rights -----------------------------------------------------------------------------------------------


def test_P1_only_the_rights_of_the_plan_in_force_are_shown(shop: Storefront) -> None:
    rights = [right("all", plans=["essential", "base"]), right("best"), right("small", plans=["essential"])]
    soon = package(300, plan="base", until=NOW)
    push_account(shop, soon, package(300, plan="essential"), rights=rights)
    now = Customer(shop).opens(now=NOW)
    assert re.findall(r"right-(\w+)\"", now.html) == ["all", "best"]
    later = Customer(shop).opens(now=NOW + 1)
    assert re.findall(r"right-(\w+)\"", later.html) == ["all", "small"]
    nothing_left = Customer(shop).opens(now=NOW + 31 * DAY)
    assert "rights" not in nothing_left.parts


def test_P2_a_one_time_right_is_redeemed_for_a_domain(shop: Storefront) -> None:
    day = {"en": "3 January 2027"}
    done = right("done", kind="once", redeemed={"domain": "shop.example", "at_text": day})
    push_account(shop, package(300), rights=[right("font", kind="once"), done, right("all")])
    page = Customer(shop).opens()
    assert page.form("right_redeem", within="right-font")["supportbridge_right"] == "font"
    assert not page.has_form("right_redeem", within="right-all")
    assert "Redeemed for \u2068shop.example\u2069 on 3 January 2027" in page.within("right-done")
    assert "Redeem for another shop" in page.within("right-done")


def test_P4_the_telephone_number_is_shown_with_the_right_to_it(shop: Storefront) -> None:
    number = "+98 21 555 0100"
    push_account(shop, package(300), rights=[right("tel", kind="telephone", value=number)])
    page = Customer(shop, "fa").opens()
    assert f'<a href="tel:+98215550100" dir="ltr" class="supportbridge-link">{number}</a>' in page.html
    push_account(shop, package(300), rights=[right("tel", kind="telephone", value=number, plans=["essential"])])
    assert number not in Customer(shop).opens().html


def test_an_account_of_an_earlier_desk_has_no_rights(shop: Storefront) -> None:
    push_account(shop, package(300))
    assert "rights" not in Customer(shop).opens().parts


# --- prices -----------------------------------------------------------------------------------------------


def test_C13_the_price_list_stands_in_its_order_without_what_is_not_listed(shop: Storefront) -> None:
    push_document(shop, "price", "a", price("a", rank=3, coins=1200))
    push_document(shop, "price", "b", price("b", rank=1, about=in_three("With a report")))
    push_document(shop, "price", "c", price("c", rank=2, listed=False))
    page = Customer(shop).opens("tickets")
    assert re.findall(r'"price-(\w)"', page.html) == ["b", "a"]
    assert "Coins: 1,200" in page.text
    assert "With a report" in page.within("price-b")
    assert "<p" not in page.within("price-a")


def test_C13_prices_that_are_off_the_list_take_no_room_from_those_on_it(shop: Storefront) -> None:
    push_prices(shop, [price(f"a-{number:03}", listed=False) for number in range(500)])
    push_document(shop, "price", "b", price("b", name=in_three('A "listed":false title')))
    push_document(shop, "price", "z", price("z", rank=1))
    page = Customer(shop).opens("tickets")
    assert re.findall(r'"price-(\w)"', page.html) == ["b", "z"]
    assert page.log == []


def test_C13_prices_of_a_desk_that_was_put_back_take_no_room_from_those_of_now(shop: Storefront) -> None:
    push_prices(shop, [price(f"a-{number:03}") for number in range(500)])
    push_document(shop, "price", "z", price("z", epoch=2))
    assert re.findall(r'"price-(\w)"', Customer(shop).opens("tickets").html) == ["z"]


def test_C13_a_ticket_from_the_price_list_begins_with_its_name(shop: Storefront) -> None:
    push_document(shop, "price", "analytics", price())
    customer = Customer(shop)
    assert "view=ticket&amp;price=analytics" in customer.opens("tickets").within("price-analytics")
    form = customer.opens("ticket", price="analytics").form("ticket_open")
    assert form["supportbridge_subject"] == "Google Analytics"
    assert form["supportbridge_price"] == "analytics"
    plain = customer.opens("ticket").form("ticket_open")
    assert plain["supportbridge_subject"] == ""
    assert "supportbridge_price" not in plain


def test_T11_a_price_that_does_not_verify_is_not_shown(shop: Storefront) -> None:
    push_document(shop, "price", "cheap", price(coins=1))
    page = Customer(shop).opens("tickets")
    assert "prices" not in page.parts
    assert 'differ in "code"' in page.log[0]


# --- answers ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("outcome", "heading"), [("accepted", "Done"), ("refused", "That was not possible")])
def test_an_answer_is_shown_in_the_readers_language(each_shop: Storefront, outcome: str, heading: str) -> None:
    push_document(each_shop, "answer", UUID, answer(UUID, outcome=outcome))
    page = Customer(each_shop).opens("answer", sent=UUID)
    assert heading in page.text
    assert "50 coins are held." in page.text
    assert "50 coins are held. به فارسی" in Customer(each_shop, "fa").opens("answer", sent=UUID).text


def test_T11_an_answer_that_is_not_what_its_row_says_is_not_shown(shop: Storefront) -> None:
    rows: list[dict[str, Any]] = [
        {"mac": "0" * 64},
        {"signed_as": "quote"},
        {"key": UUID.replace("0b3e", "1b3e")},
        {"epoch": 2},
        {"customer": 78},
    ]
    for row in rows:
        shop.run("DELETE FROM {p}answer")
        key = row.pop("key", UUID)
        push_document(shop, "answer", key, answer(UUID), **row)
        page = Customer(shop).opens("answer", sent=key)
        assert "Nothing found" in page.text, row
        assert "50 coins" not in page.text


def test_an_address_that_nobody_has_sent_to_shows_nothing(shop: Storefront) -> None:
    for sent in ("", "x", UUID, UUID.upper(), "' OR 1=1 -- ", "1" * 300):
        page = Customer(shop).opens("answer", sent=sent)
        assert "There is nothing under this address" in page.text, sent
        assert page.log == []
    assert inbox(shop) == []


def test_parameters_of_the_address_that_are_lists_are_no_fault(each_shop: Storefront) -> None:
    page = Customer(each_shop).opens(view=["x"], sent=["y"], price={"z": "1"})
    assert page.parts == ["account", "buy"]
    for view in ("tickets", "thread", "statement"):
        assert Customer(each_shop).opens(view, ticket=["1"], page={"a": "b"}, kind=["x"], package=["1"]).log == []
