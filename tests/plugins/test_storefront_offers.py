"""Offers on the customer's page: their exact words, what can be done in each state, and what became of them."""

from typing import Any

import pytest

from tests.plugins.conftest import MakeShop, paired
from tests.support.customer_page import Customer, answer, hashes, in_three, push_account, push_document, quote, right
from tests.support.storefront import DAY, NOW, Storefront, package

UUID = "0b3e7c1a-4f2d-4c55-9a1e-2f6d8c7b9a10"


@pytest.fixture
def shop(make_shop: MakeShop) -> Storefront:
    """What the shared classes do is tried in one layout."""
    return paired(make_shop("opencart"))


def test_C9_the_exact_words_are_shown_escaped_and_their_hash_goes_with_the_approval(shop: Storefront) -> None:
    words = 'Line one\n  <b>"two"</b> & \N{GRINNING FACE}'
    push_account(shop, package(300))
    push_document(shop, "quote", 12, quote(text={"en": words}))
    page = Customer(shop).opens("tickets")
    assert "Line one\n  &lt;b&gt;&quot;two&quot;&lt;/b&gt; &amp; \N{GRINNING FACE}" in page.within("quote-12")
    form = page.form("quote_approve")
    assert form["supportbridge_text_hash"] == hashes({"en": words})["en"]
    assert (form["supportbridge_quote"], form["supportbridge_version"]) == ("12", "2")


def test_C9_the_hash_is_that_of_the_language_that_is_shown(shop: Storefront) -> None:
    texts = in_three("Work")
    push_document(shop, "quote", 12, quote(text=texts))
    push_document(shop, "quote", 13, quote(13, text={"en": "Only English"}))
    page = Customer(shop, "ru").opens("tickets")
    assert page.form("quote_approve", within="quote-12")["supportbridge_text_hash"] == hashes(texts)["ru"]
    only = hashes({"en": "Only English"})["en"]
    assert page.form("quote_approve", within="quote-13")["supportbridge_text_hash"] == only
    assert '<div class="supportbridge-words" lang="en"' in page.within("quote-13")


def test_C9_words_that_are_not_those_of_the_signed_hash_are_not_shown(shop: Storefront) -> None:
    damaged: list[Any] = [{}, {"en": "0" * 64}, {"ru": "x"}, "none"]
    for text_hash in damaged:
        push_document(shop, "quote", 12, quote(text={"en": "Other words"}, text_hash=text_hash))
        page = Customer(shop).opens("tickets")
        assert "offers" not in page.parts, text_hash
        assert '"text_hash"' in page.log[0]


def test_C8_the_clock_decides_about_an_offer(shop: Storefront) -> None:
    push_account(shop, package(300))
    push_document(shop, "quote", 12, quote(valid_until=NOW))
    in_time = Customer(shop).opens("tickets", now=NOW)
    assert in_time.has_form("quote_approve")
    assert in_time.has_form("quote_decline")
    late = Customer(shop).opens("tickets", now=NOW + 1)
    assert not late.has_form("quote_approve")
    assert not late.has_form("quote_decline")
    assert late.fact("state", within="quote-12") == "Lapsed"
    assert "Our staff can issue it anew" in late.text


def test_C10_an_offer_beyond_the_balance_says_how_many_coins_are_missing(shop: Storefront) -> None:
    push_account(shop, package(40, held=10))
    push_document(shop, "quote", 12, quote(coins=50))
    push_document(shop, "quote", 13, quote(13, coins=30))
    page = Customer(shop).opens("tickets")
    assert "Coins missing for this offer: 20." in page.within("quote-12")
    assert page.has_form("quote_approve", within="quote-12")
    assert "Coins missing" not in page.within("quote-13")


def test_C10_a_customer_without_an_account_misses_all_of_them(shop: Storefront) -> None:
    push_document(shop, "quote", 12, quote(coins=50))
    assert "Coins missing for this offer: 50." in Customer(shop).opens("tickets").text


@pytest.mark.parametrize(
    ("state", "forms", "shown"),
    [
        ("offered", {"quote_approve", "quote_decline"}, "Waiting for your decision"),
        ("approved", {"quote_cancel"}, "Approved, work has not begun"),
        ("started", set(), "Work has begun"),
        ("settled", set(), "Done"),
        ("released", set(), "Ended, hold released"),
        ("declined", set(), "Declined"),
        ("withdrawn", set(), "Withdrawn"),
    ],
)
def test_C7_each_state_offers_what_can_be_done_in_it(shop: Storefront, state: str, forms: set[str], shown: str) -> None:
    push_document(shop, "quote", 12, quote(state=state, held=50 if state in {"approved", "started"} else 0))
    page = Customer(shop).opens("tickets")
    assert {kind for kind in ("quote_approve", "quote_decline", "quote_cancel") if page.has_form(kind)} == forms
    assert page.fact("state", within="quote-12") == shown
    assert (page.fact("held", within="quote-12") == "50") == (state in {"approved", "started"})


def test_C13_a_draft_is_not_shown(shop: Storefront) -> None:
    push_document(shop, "quote", 12, quote(state="draft"))
    page = Customer(shop).opens("tickets")
    assert "offers" not in page.parts
    assert page.log == []


def test_what_a_settled_offer_cost_is_shown(shop: Storefront) -> None:
    push_document(shop, "quote", 12, quote(state="settled", spent=45))
    assert Customer(shop).opens("tickets").fact("spent", within="quote-12") == "45"


def test_C11_an_inspection_is_called_one(shop: Storefront) -> None:
    push_document(shop, "quote", 12, quote(kind="inspection", coins=15))
    assert Customer(shop).opens("tickets").fact("kind", within="quote-12") == "Inspection"


def test_what_has_happened_is_told_in_order_and_in_local_time(shop: Storefront) -> None:
    events = [{"at": NOW - DAY, "text": {"en": "Offered <60>"}}, {"at": NOW, "text": {"en": "Offered anew"}}]
    push_document(shop, "quote", 12, quote(history=events))
    page = Customer(shop, zone="Asia/Tehran").opens("tickets")
    assert "Offered &lt;60&gt;" in page.html
    assert "14 January 2027, 11:30" in page.html
    assert page.html.index("Offered &lt;60&gt;") < page.html.index("Offered anew")


def test_C15_a_frozen_account_can_decline_but_not_approve(shop: Storefront) -> None:
    push_account(shop, package(300), frozen=True, rights=[right("font", kind="once")])
    push_document(shop, "quote", 12, quote())
    page = Customer(shop).opens("tickets")
    assert not page.has_form("quote_approve")
    assert not page.has_form("right_redeem")
    assert page.has_form("quote_decline")
    assert "nothing can be approved or redeemed" in page.text


def test_offers_that_have_ended_stand_apart(shop: Storefront) -> None:
    push_document(shop, "quote", 11, quote(11, state="settled", spent=45))
    push_document(shop, "quote", 12, quote())
    page = Customer(shop).opens("tickets")
    assert "Earlier offers (1)" in page.text
    assert page.html.index("quote-12") < page.html.index("<summary>Earlier offers") < page.html.index("quote-11")


def test_D2_what_was_erased_leaves_numbers_and_no_empty_places(shop: Storefront) -> None:
    push_document(shop, "quote", 12, quote(subject="", text={}, state="settled", spent=45))
    push_document(shop, "quote", 13, quote(13, subject="", text={}))
    push_document(shop, "answer", UUID, answer(UUID, text={}))
    page = Customer(shop).opens("tickets")
    assert page.fact("spent", within="quote-12") == "45"
    assert "<h3" not in page.html
    assert not page.has_form("quote_approve")
    told = Customer(shop).opens("answer", sent=UUID)
    assert "Done" in told.text
    assert "supportbridge-words" not in page.html + told.html
    assert page.log + told.log == []
