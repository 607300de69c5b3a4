"""Who pays for the help in a ticket, on the customer's page: the words, the ways on, the choice (rules L2, L4)."""

from typing import Any

import pytest

from tests.plugins.conftest import MakeShop, paired
from tests.support.customer_page import Customer, CustomerPage, cover, in_three, inbox, licence, push_document, ticket
from tests.support.storefront import CUSTOMER, NOW, Storefront

WAYS = [
    {"code": "renew", "text": in_three("Renew"), "url": "https://shop.example/renew?a=1&b=2"},
    {"code": "contact", "text": in_three("Contact us: +98 21 0000"), "url": ""},
]


@pytest.fixture
def shop(make_shop: MakeShop) -> Storefront:
    """What the shared classes do is tried in one layout."""
    return paired(make_shop("opencart"))


def opened(shop: Storefront, language: str = "en", **changes: Any) -> CustomerPage:
    push_document(shop, "ticket", 5, ticket(5, **changes))
    page = Customer(shop, language).opens("thread", ticket=5)
    assert page.log == []
    return page


def test_L2_a_ticket_says_that_help_in_it_is_free(each_shop: Storefront) -> None:
    page = opened(each_shop, cover=cover())
    assert "Help is free." in page.within("cover")
    assert not page.has_form("ticket_cover")


def test_L4_the_ways_on_are_links_where_they_have_an_address(shop: Storefront) -> None:
    page = opened(shop, cover=cover("no_clock", "Your licence has ended.", ways=WAYS))
    assert 'href="https://shop.example/renew?a=1&amp;b=2"' in page.html
    assert "Contact us: +98 21 0000" in page.text
    fa = opened(shop, "fa", cover=cover("coins", "Ended.", ways=WAYS))
    assert "Ended. به فارسی" in fa.text
    assert 'dir="rtl"' in fa.html


def test_L4_an_address_that_no_browser_would_simply_open_is_none(shop: Storefront) -> None:
    bad = {"code": "renew", "text": in_three("<b>Renew</b>"), "url": "javascript:alert(1)"}
    page = opened(shop, cover=cover("no_clock", "<script>", ways=[bad]))
    assert "javascript:" not in page.html
    assert "<script>" not in page.within("cover")
    assert "&lt;b&gt;Renew" in page.html


@pytest.mark.parametrize("code", ["choose", "verify"])
def test_L2_a_licence_is_chosen_beside_the_ticket_and_goes_to_the_desk(shop: Storefront, code: str) -> None:
    push_document(shop, "licence", 7, licence(7))
    push_document(shop, "licence", 8, licence(8, until=NOW - 1))
    page = opened(shop, cover=cover(code, "Please choose."))
    form = page.form("ticket_cover")
    assert form["supportbridge_licence"] == "", "none is chosen for him"
    assert "Active" in page.within("cover")
    assert "Help has ended" in page.within("cover")
    customer = Customer(shop)
    assert "Please choose a licence." in customer.sends(form).text
    led = customer.sends({**form, "supportbridge_licence": "7"})
    assert led.led_to["view"] == "answer"
    (row,) = inbox(shop)
    assert (row.kind, row.data) == ("ticket_cover", {"ticket": 5, "licence": 7})
    again = Customer(shop).opens("thread", ticket=5)
    assert not again.has_form("ticket_cover"), "what he chose is on its way"
    assert "Licence chosen for ticket 5" in again.text


def test_L2_nobody_chooses_a_licence_or_a_ticket_of_somebody_else(shop: Storefront) -> None:
    push_document(shop, "licence", 7, licence(7))
    other = CUSTOMER + 1
    push_document(shop, "licence", 9, licence(9, customer=other), customer=other)
    form = opened(shop, cover=cover("choose", "Please choose.")).form("ticket_cover")
    assert "There is no such licence" in Customer(shop).sends({**form, "supportbridge_licence": "9"}).text
    wrong = {**form, "supportbridge_licence": "7", "supportbridge_ticket": "6"}
    assert "There is no such ticket" in Customer(shop).sends(wrong).text
    assert inbox(shop) == []


def test_L2_a_new_ticket_names_a_licence_of_his_where_he_has_any(each_shop: Storefront) -> None:
    assert "supportbridge_licence" not in Customer(each_shop).opens("ticket").form("ticket_open")
    push_document(each_shop, "licence", 7, licence(7))
    page = Customer(each_shop).opens("ticket")
    form = page.form("ticket_open")
    assert form["supportbridge_licence"] == ""
    assert "With an active licence help with its product is free." in page.text
    filled = {
        **form,
        "supportbridge_subject": "Slider",
        "supportbridge_text": "It stops.",
        "supportbridge_licence": "7",
    }
    Customer(each_shop).sends(filled)
    (row,) = inbox(each_shop)
    assert row.data["licence"] == 7


def test_what_a_desk_of_before_does_not_know_is_not_sent_to_it(shop: Storefront) -> None:
    form = Customer(shop).opens("ticket").form("ticket_open")
    Customer(shop).sends({**form, "supportbridge_subject": "Slider", "supportbridge_text": "It stops."})
    (row,) = inbox(shop)
    assert "licence" not in row.data


def test_a_ticket_that_has_ended_or_that_nothing_was_decided_for_says_nothing_of_it(shop: Storefront) -> None:
    assert "cover" not in opened(shop).parts
    assert "cover" not in opened(shop, state="closed", cover=cover()).parts
