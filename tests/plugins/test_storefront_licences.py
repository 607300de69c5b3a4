"""The customer's licences on his page: key, product, dates, domains, and what he can release (rules L1, L5, L6)."""

from typing import Any

import pytest

from bridge.contracts.shop_rows import SigningKey
from tests.plugins.conftest import MakeShop, paired
from tests.support.customer_page import Customer, CustomerPage, answer, in_three, inbox, licence, push_document
from tests.support.storefront import CUSTOMER, DAY, NOW, OTHER_KEY, Storefront

KEY = "7K3QX-M2R9D-W8HPA-V5TNC-4JEGB"


@pytest.fixture
def shop(make_shop: MakeShop) -> Storefront:
    """What the shared classes do is tried in one layout."""
    return paired(make_shop("opencart"))


def push(shop: Storefront, number: int = 7, **changes: Any) -> None:
    push_document(shop, "licence", number, licence(number, **changes))


def ends(at: int) -> dict[str, Any]:
    return {"at": at, "text": in_three("one day")}


def opened(shop: Storefront, language: str = "en", **orders: Any) -> CustomerPage:
    page = Customer(shop, language).opens("licences", **orders)
    assert page.log == []
    return page


def state(shop: Storefront, **changes: Any) -> str:
    push(shop, **changes)
    return opened(shop).fact("state", within="licence-7")


def test_L1_a_licence_shows_its_key_its_product_its_dates_and_its_domains(each_shop: Storefront) -> None:
    push(each_shop)
    page = opened(each_shop)
    assert page.parts == ["licences"]
    assert "SEO extension" in page.within("licence-7")
    assert KEY in page.within("licence-7")
    assert "Order 1042" in page.text
    dates = [page.fact(f"{term}-until", within="licence-7") for term in ("licence", "updates", "support")]
    assert dates == ["No end", "15 April 2027", "15 April 2027"]
    assert "Domains in use: 1 of 3" in page.text
    assert "shop.example" in page.text
    assert 'href="https://shop.example/renew"' in page.html
    assert "left now: 2" in page.text
    assert "view=licences" in Customer(each_shop).opens().html, "there is a way to it from every view"


def test_a_persian_reader_has_his_words_digits_and_days_and_the_key_as_it_is_typed(shop: Storefront) -> None:
    push(shop)
    page = opened(shop, "fa")
    assert 'dir="rtl"' in page.html
    assert f'<code class="supportbridge-key" dir="ltr">{KEY}</code>' in page.html
    assert '<bdi dir="ltr">shop.example</bdi>' in page.html
    assert "دامنه‌های در حال استفاده: ۱ از ۳" in page.text
    assert "سفارش ۱۰۴۲" in page.text
    assert page.fact("support-until", within="licence-7") == "۲۶ فروردین ۱۴۰۶"
    assert "افزونهٔ سئو" in page.text
    assert "Помощь по обращениям до" in opened(shop, "ru").text


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({}, "Active"),
        ({"until": None, "expiring_from": None}, "Active"),
        ({"expiring_from": NOW}, "Active, help ends soon"),
        ({"expiring_from": NOW - DAY, "until": NOW}, "Active, help ends soon"),
        ({"expiring_from": NOW - DAY, "until": NOW - 1}, "Help has ended"),
        ({"expiring_from": NOW, "until": NOW + 1, "licence_until": ends(NOW + 1)}, "Active, ends soon"),
        ({"until": NOW - 1, "licence_until": ends(NOW - DAY)}, "Ended"),
        ({"until": NOW - 1, "licence_until": ends(NOW)}, "Help has ended"),
        ({"suspended": "suspended"}, "Suspended"),
        ({"suspended": "refunded", "until": NOW - 1}, "Suspended: the payment was returned"),
    ],
)
def test_L5_L6_how_it_stands_the_pages_own_clock_says(shop: Storefront, changes: dict[str, Any], words: str) -> None:
    assert state(shop, **changes) == words


def test_what_was_paid_back_is_not_offered_for_renewal(shop: Storefront) -> None:
    push(shop, suspended="refunded")
    assert "renew" not in opened(shop).html
    push(shop, renew_url="javascript:alert(1)")
    assert "javascript" not in opened(shop).html


def test_any_number_of_domains_and_none_in_use_are_said_so(shop: Storefront) -> None:
    push(shop, places=None, domains=[])
    page = opened(shop)
    assert "Domains in use: 0; any number is possible" in page.text
    assert not page.has_form("licence_release")
    assert "left now" not in page.text


def test_L6_a_domain_is_released_by_a_row_that_names_licence_and_domain(each_shop: Storefront) -> None:
    push(each_shop)
    customer = Customer(each_shop)
    sent = customer.sends(opened(each_shop).form("licence_release"))
    (row,) = inbox(each_shop)
    assert (row.kind, row.data) == ("licence_release", {"licence": 7, "domain": "shop.example"})
    assert sent.led_to["view"] == "answer"
    waiting = opened(each_shop)
    assert not waiting.has_form("licence_release"), "nobody sends it twice"
    assert "Release of shop.example" in waiting.text
    push_document(each_shop, "answer", row.uuid, answer(row.uuid, text=in_three("It has been released.")))
    answered = customer.opens("answer", sent=row.uuid)
    assert "It has been released." in answered.text
    assert "view=licences" in answered.html.split('data-supportbridge="answer"')[1]


def test_L6_how_often_is_said_and_nothing_can_be_released_beyond_it(shop: Storefront) -> None:
    used = {"most": 2, "days": 365, "used": [NOW - 366 * DAY, NOW - 2 * DAY]}
    push(shop, releases=used)
    fields = opened(shop).form("licence_release")
    assert "left now: 1" in opened(shop).text
    push(shop, releases=used | {"used": [NOW - 2 * DAY, NOW - DAY]})
    page = opened(shop)
    assert not page.has_form("licence_release")
    assert "Please write to us, and we release one for you." in page.text
    refused = Customer(shop).sends(fields)
    assert "You have released domains as often as you can yourself: 2 times within 365 days" in refused.text
    assert refused.parts == ["licences"]
    assert inbox(shop) == []
    push(shop, releases=used | {"most": 1, "used": [NOW - 2 * DAY, NOW - DAY]})
    assert Customer(shop).sends(fields).parts == ["licences"], "nor where he may less often than he has by now"
    assert inbox(shop) == []
    push(shop, releases=used | {"used": [NOW - 365 * DAY, NOW - 365 * DAY + 1]})
    assert "left now: 1" in opened(shop).text


def test_where_nothing_can_be_sent_no_release_is_offered(shop: Storefront) -> None:
    push(shop)
    shop.run("DROP TABLE {p}inbox")
    page = Customer(shop).opens("licences")
    assert "Domains in use: 1 of 3" in page.text
    assert not page.has_form("licence_release")


@pytest.mark.parametrize("typed", [{"licence": "8"}, {"domain": "other.example"}, {"licence": "x"}, {"domain": "a b"}])
def test_L6_what_is_not_his_or_not_in_use_is_not_sent(shop: Storefront, typed: dict[str, str]) -> None:
    push(shop)
    push_document(shop, "licence", 8, licence(8, customer=CUSTOMER + 1), customer=CUSTOMER + 1)
    fields = opened(shop).form("licence_release") | {f"supportbridge_{name}": text for name, text in typed.items()}
    refused = Customer(shop).sends(fields)
    assert refused.led_to == {}
    assert inbox(shop) == []


@pytest.mark.parametrize(
    "forged",
    [
        {"signer": OTHER_KEY},
        {"signer": SigningKey("k1", b"7" * 32)},
        {"signed_as": "ticket"},
        {"number": 2},
        {"epoch": 2},
    ],
)
def test_a_row_that_does_not_verify_is_not_shown(shop: Storefront, forged: dict[str, Any]) -> None:
    push_document(shop, "licence", 7, licence(7), **forged)
    page = Customer(shop).opens("licences")
    assert KEY not in page.html
    assert "Some licences cannot be shown at the moment." in page.text
    assert len(page.log) == 1


def test_somebody_elses_licence_copied_under_this_customer_is_not_shown(shop: Storefront) -> None:
    push_document(shop, "licence", 7, licence(7, customer=CUSTOMER + 1))
    assert KEY not in Customer(shop).opens("licences").html


def test_a_row_that_was_copied_under_another_number_is_not_shown(shop: Storefront) -> None:
    push_document(shop, "licence", 8, licence(7))
    assert KEY not in Customer(shop).opens("licences").html


def test_what_a_lost_desk_left_is_not_shown(shop: Storefront) -> None:
    push_document(shop, "licence", 7, licence(7))
    push_document(shop, "licence", 8, licence(8, epoch=2, key="AAAAA"))
    page = Customer(shop).opens("licences")
    assert "AAAAA" in page.html
    assert KEY not in page.html


def test_L6_a_domain_is_shown_in_its_own_letters_and_released_by_its_name(shop: Storefront) -> None:
    push(shop, domains=[{"domain": "xn--80aairftm.xn--p1ai", "since": NOW, "name": "магазин.рф"}])
    page = opened(shop)
    assert "магазин.рф" in page.text
    assert "xn--80aairftm" not in page.text
    assert 'title="xn--80aairftm.xn--p1ai"' in page.html, "letters of two languages can look alike"
    assert 'value="xn--80aairftm.xn--p1ai"' in page.html


def test_names_and_domains_turn_no_direction_and_are_no_html(shop: Storefront) -> None:
    domains = [{"domain": "<b>\u202eshop.example", "since": NOW, "name": "<b>\u202e"}]
    push(shop, name={"en": "<script>\u202e SEO"}, domains=domains, key='"><img src=x>')
    page = opened(shop)
    assert "<script>" not in page.html.replace("<script src", "")
    assert "<img" not in page.html
    assert "<b>" not in page.html
    assert "\u202e" not in page.html.replace('value="&lt;b&gt;\u202eshop.example"', "")


def test_the_way_to_licences_is_there_for_who_has_some(shop: Storefront) -> None:
    assert "view=licences" not in Customer(shop).opens().html
    assert "There are no licences on this account yet." in opened(shop).text
    shop.run("DROP TABLE {p}licence")
    assert "There are no licences on this account yet." in opened(shop).text


def test_very_many_licences_come_a_page_at_a_time_the_newest_first(shop: Storefront) -> None:
    for number in range(1, 21):
        push(shop, number, key=f"KEY-{number}")
    assert "Older licences" not in opened(shop).text
    push(shop, 21, key="KEY-21")
    first = opened(shop)
    assert "Older licences" in first.text
    assert "KEY-21" in first.html
    assert "KEY-2<" in first.html
    assert "KEY-1<" not in first.html
    second = opened(shop, page=2)
    assert "KEY-1<" in second.html
    assert "Newer licences" in second.text
