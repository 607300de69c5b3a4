"""The first view of the customer's page: packages, plan, service and where to buy; and what a desk of another version
leaves out."""

import re
from typing import Any

import pytest

from tests.plugins.conftest import MakeShop, paired
from tests.support.customer_page import Customer, a_plan, push_account, push_document, push_page, quote
from tests.support.storefront import DAY, NOW, OTHER_KEY, Storefront, package

OLDER = "This is shown once the vendor’s desk has been updated."
NEWER = "It is shown once the shop’s extension has been updated."


@pytest.fixture
def shop(make_shop: MakeShop) -> Storefront:
    """What the shared classes do is tried in one layout."""
    return paired(make_shop("opencart"))


def numbered(number: int, made: dict[str, Any]) -> dict[str, Any]:
    return {**made, "id": number}


# --- packages ---------------------------------------------------------------------------------------------


def test_C4_each_package_shows_what_is_left_held_and_until_when(shop: Storefront) -> None:
    push_account(
        shop,
        numbered(1, package(300, posted=0, plan="essential", until=NOW + 5 * DAY)),
        numbered(2, package(550, posted=320, held=50, until=NOW + 9 * DAY)),
        numbered(3, package(100, plan=None, until=NOW)),
    )
    page = Customer(shop).opens(now=NOW)
    assert re.findall(r'data-supportbridge="package-(\d)"', page.html) == ["3", "1", "2"]
    shown = page.within("package-2")
    assert "Left: 270 of 550; held: 50" in shown
    assert "Usable until \u206814 February 2027\u2069" in shown
    assert 'role="img" aria-label="Left: 270 of 550; held: 50"' in shown
    assert re.findall(r'<rect class="supportbridge-bar__(\w+)" x="(\d+)" width="(\d+)"', shown) == [
        ("left", "0", "490"),
        ("held", "490", "90"),
    ]
    assert "style=" not in page.html, "a shop's content security policy may forbid it"
    assert "Used up; its plan lasts until" in page.within("package-1")
    assert "<rect" not in page.within("package-1")
    assert "Left: 100 of 100" in page.within("package-3")


def test_C5_an_ended_package_is_shown_as_long_as_coins_of_it_are_held(shop: Storefront) -> None:
    push_account(
        shop,
        numbered(1, package(300, posted=40, until=NOW)),
        numbered(2, package(300, posted=40, held=40, until=NOW)),
        numbered(3, package(300, posted=30, held=30, revoked=True)),
        numbered(4, package(300, posted=0, revoked=True)),
    )
    in_time, late = Customer(shop).opens(now=NOW), Customer(shop).opens(now=NOW + 1)
    assert re.findall(r'"package-(\d)"', in_time.html) == ["1", "2", "3"]
    assert re.findall(r'"package-(\d)"', late.html) == ["3", "2"]
    assert "Left: 0 of 300; held: 40" in late.within("package-2")
    assert "Ended on" in late.within("package-2")
    assert "Revoked" in late.within("package-3")


def test_a_package_that_got_more_than_it_was_granted_has_a_whole_bar(shop: Storefront) -> None:
    push_account(shop, package(0, posted=25), numbered(2, package(100, posted=150)))
    page = Customer(shop).opens()
    assert "Left: 25 of 25" in page.within("package-1")
    assert re.findall(r'width="(\d+)"', page.within("package-2")) == ["1000"]


def test_a_persian_page_counts_its_packages_in_persian(shop: Storefront) -> None:
    push_account(shop, package(1550, held=50))
    assert "مانده: ۱٬۵۰۰ از ۱٬۵۵۰؛ رزروشده: ۵۰" in Customer(shop, "fa").opens().within("package-1")


def test_a_package_that_makes_no_sense_is_not_shown(shop: Storefront) -> None:
    for changes in ({"held": 400}, {"coins": -1}, {"plan": "gold"}, {"revoked": 0}, {"usable_until": "x"}):
        push_account(shop, {**package(300), **changes})
        page = Customer(shop).opens()
        assert "packages" not in page.parts
        assert "This part cannot be shown at the moment." in page.text
        assert len(page.log) == 1


# --- the plan, and where to buy ---------------------------------------------------------------------------


def test_P1_the_plan_in_force_says_when_it_is_served(shop: Storefront) -> None:
    weekdays = {"en": "Saturday to Wednesday", "ru": "суббота–среда", "fa": "شنبه تا چهارشنبه"}
    push_page(shop, a_plan("essential", rank=1, service=weekdays), a_plan("base"))
    push_account(shop, package(300, until=NOW), package(300, plan="essential"))
    assert Customer(shop, "ru").opens(now=NOW).fact("service", within="account") == "7 дней в неделю"
    later = Customer(shop, "fa").opens(now=NOW + 1)
    assert later.fact("service", within="account") == "شنبه تا چهارشنبه"


def test_plans_that_can_be_bought_lead_there(each_shop: Storefront) -> None:
    push_page(each_shop, a_plan("essential", coins=1300, buy=""), a_plan(buy="https://shop.example/p?a=1&b=2"))
    page = Customer(each_shop).opens()
    assert page.parts == ["account", "buy"], "also who has no coins yet can buy some"
    assert "Coins: 1,300" in page.within("plan-essential")
    assert "<a" not in page.within("plan-essential")
    assert 'href="https://shop.example/p?a=1&amp;b=2"' in page.within("plan-base")
    assert "Buy \u2068Base\u2069" in page.within("plan-base")


def test_an_address_that_a_browser_would_not_simply_open_is_none(shop: Storefront) -> None:
    for address in ("javascript:alert(1)", "//evil.example", "https://a b", "data:text/html,x", "https://a\n", "/p"):
        push_page(shop, a_plan(buy=address))
        assert "<a" not in Customer(shop).opens().within("plan-base"), address


def test_T11_what_is_on_sale_is_believed_from_the_desk_alone(shop: Storefront) -> None:
    push_account(shop, package(300))
    cases: list[dict[str, Any]] = [
        {"mac": "0" * 64},
        {"signer": OTHER_KEY},
        {"store": "umbrella"},
        {"plans": [7]},
        {"plans": None},
        {"plans": [{**a_plan(), "coins": "many"}]},
    ]
    for forged in cases:
        push_page(shop, **forged)
        page = Customer(shop).opens()
        assert page.parts == ["account", "packages"], forged
        assert "This part cannot be shown at the moment." in page.text
        assert len(page.log) == 1


def test_another_note_of_the_desk_under_that_name_is_not_taken_for_it(shop: Storefront) -> None:
    push_page(shop, plans=None, at=NOW, state="well", problems=0)
    assert "buy" not in Customer(shop).opens().parts


def test_what_a_desk_that_was_put_back_has_not_said_is_not_shown(shop: Storefront) -> None:
    push_page(shop)
    push_account(shop, package(300), epoch=2)
    assert OLDER in Customer(shop).opens().within("buy")
    push_page(shop, epoch=2)
    assert OLDER not in Customer(shop).opens().text


# --- other versions ---------------------------------------------------------------------------------------


def test_with_an_older_desk_the_page_says_what_is_missing(shop: Storefront) -> None:
    push_account(shop, package(300))
    page = Customer(shop).opens()
    assert OLDER in page.within("buy")
    assert page.fact("service", within="account") == ""
    assert page.log == []


@pytest.mark.parametrize("language", ["en", "ru", "fa"])
def test_an_account_of_a_newer_version_is_said_in_words(shop: Storefront, language: str) -> None:
    said = {"en": NEWER, "ru": "когда расширение магазина будет обновлено", "fa": "پس از به‌روزرسانی افزونهٔ فروشگاه"}
    push_account(shop, package(300), v=2)
    push_page(shop)
    customer = Customer(shop, language)
    for view, parts in (("", ["buy"]), ("statement", []), ("csv", [])):
        page = customer.opens(view)
        assert said[language] in page.text
        assert page.parts == parts
        assert "270" not in page.text
    push_account(shop, package(300))
    push_page(shop, v=2)
    page = customer.opens()
    assert said[language] in page.text
    assert page.parts == ["account", "packages"]


def test_a_newer_entry_is_said_in_words(shop: Storefront) -> None:
    push_account(shop, package(300), books=[{"v": 2}])
    page = Customer(shop).opens("statement")
    assert NEWER in page.text
    assert len(page.log) == 1


def test_a_page_that_nobody_may_read_is_said(shop: Storefront) -> None:
    push_account(shop, package(300))
    shop.run("ALTER TABLE {p}meta MODIFY name VARCHAR(64) NOT NULL", "ALTER TABLE {p}meta DROP COLUMN mac")
    page = Customer(shop).opens()
    assert page.parts == ["account", "packages"]
    assert "a column is missing" in page.log[0]


def test_nothing_of_another_customer_is_on_the_page(each_shop: Storefront) -> None:
    push_account(each_shop, package(300))
    push_document(each_shop, "quote", 12, quote(subject="Private"))
    push_page(each_shop)
    page = Customer(each_shop, customer=78).opens()
    assert page.parts == ["account", "buy"]
    assert "Private" not in page.html
    assert "offers waiting" not in page.text
