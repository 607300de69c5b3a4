"""Licences as the shop's page shows them: signed, with a version, and nothing in them that changes by itself."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from bridge.contracts.licences import KeyedEvent
from bridge.contracts.shop_documents import DocumentRow, DocumentTable
from bridge.contracts.shop_rows import verifies
from bridge.domain.accounts import Owner, OwnerKind
from bridge.domain.licences import LicenceBook, LicenceEvent, LicenceEventKind, Product
from bridge.services import comparing_accounts, guests, personal_export, privacy, purchases
from bridge.services.account_pages import show_new_terms
from bridge.services.document_comparison import compare_document_rows, expected_licences
from bridge.services.verify import verify
from tests.support.books import ACME, CHARGED_BACK, PAID, REFUNDED, TEHRAN, an_order, customer, guest
from tests.support.licence_pages import CUSTOMER, KEY, LicenceDesk, a_licence_desk, page_terms
from tests.support.licences import MENU, MENU_TERMS, SEO, a_licence_store
from tests.support.quoting import ANNA

LICENCE = DocumentTable.LICENCE
LAST_SECOND = int(datetime(2027, 11, 20, 23, 59, 59, tzinfo=TEHRAN).timestamp())


@pytest.fixture
def desk() -> Iterator[LicenceDesk]:
    with a_licence_desk() as one:
        yield one


def said(row: DocumentRow) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(row.row.payload)
    return document


def test_L1_a_licences_row_says_its_key_its_product_its_three_dates_and_its_domains(desk: LicenceDesk) -> None:
    one = desk.used_on(desk.bought(), "shop.example")
    (row,) = desk.waiting()
    assert verifies([KEY], LICENCE, row.row.payload, row.row.key_id, row.row.mac)
    assert (row.key, row.row.customer_id, row.row.number) == (one.licence.id, 77, 2)
    texts = {"en": "20 November 2027", "ru": "20 ноября 2027 г.", "fa": "۲۹ آبان ۱۴۰۶"}
    end = {"at": LAST_SECOND, "text": texts}
    assert said(row) == {
        "v": 1,
        "store": ACME,
        "customer": 77,
        "epoch": 1,
        "number": 2,
        "licence": one.licence.id,
        "key": one.licence.key,
        "product": "menu",
        "name": {"en": "menu"},
        "order": 1042,
        "suspended": None,
        "until": LAST_SECOND,
        "expiring_from": LAST_SECOND - 30 * 86_400,
        "licence_until": None,
        "updates_until": end,
        "support_until": end,
        "units": 1,
        "places": 3,
        "domains": [{"domain": "shop.example", "since": int(desk.now.timestamp())}],
        "renew_url": "",
        "releases": {"most": 2, "days": 365, "used": []},
    }


def test_a_licence_on_any_number_of_domains_and_for_good_says_so(desk: LicenceDesk) -> None:
    for_good = MENU_TERMS._replace(domains=0, updates_months=0, support_months=0, licence_months=0)
    book = LicenceBook([Product(for_good, (MENU,), names={"fa": "منو", "en": "Menu"}, renew_url="https://a.example/r")])
    store = a_licence_store(licences=book)
    desk.desk.run(purchases.book_orders, store, [an_order(1042, (MENU, 1))], at=desk.now)
    desk.pages = page_terms(licences=book)
    (row,) = desk.waiting()
    shown = said(row)
    unlimited = ("until", "expiring_from", "licence_until", "updates_until", "support_until", "places")
    assert [shown[name] for name in unlimited] == [None] * 6
    assert (shown["name"], shown["renew_url"]) == ({"fa": "منو", "en": "Menu"}, "https://a.example/r")


@pytest.mark.parametrize("status", [REFUNDED, CHARGED_BACK])
def test_L5_a_licence_whose_money_went_back_says_refunded_and_nothing_once_it_is_paid_again(
    desk: LicenceDesk, status: int
) -> None:
    one = desk.bought()
    desk.push()
    desk.bought(status=status)
    (row,) = desk.push()
    assert said(row)["suspended"] == "refunded"
    if status == REFUNDED:
        desk.bought(status=PAID)
        (row,) = desk.push()
        assert (said(row)["suspended"], said(row)["key"]) == (None, one.licence.key)


def test_a_licence_that_the_shop_has_waits_no_more_until_it_changes(desk: LicenceDesk) -> None:
    one = desk.bought()
    desk.push()
    assert desk.waiting() == []
    desk.used_on(one, "shop.example")
    assert [row.row.number for row in desk.waiting()] == [2]


def test_a_guests_licence_has_no_row_until_his_order_is_linked(desk: LicenceDesk) -> None:
    desk.bought(1050, buyer=guest(1050), customer_id=None)
    assert desk.push() == []
    desk.desk.run(guests.link, ACME, 1050, CUSTOMER, by=ANNA, at=desk.now)
    (row,) = desk.push()
    assert (row.row.customer_id, said(row)["order"]) == (77, 1050)


def test_a_licence_that_is_nobodys_with_a_page_any_more_goes_off_the_page(desk: LicenceDesk) -> None:
    one = desk.bought()
    desk.push()
    (account,) = desk.desk.run(lambda tx: tx.accounts.open(ACME, [Owner(OwnerKind.HOLDER, 5)])).values()
    event = LicenceEvent(desk.now, LicenceEventKind.ASSIGNED, {"account": account.id})
    desk.desk.run(lambda tx: tx.licences.record([KeyedEvent(one.licence.id, "k", event)]))
    (row,) = desk.push()
    assert (row.row.customer_id, "key" in said(row)) == (0, False)


def test_D2_an_erased_customers_licence_leaves_nothing_but_its_number_in_the_shop(desk: LicenceDesk) -> None:
    one = desk.used_on(desk.bought(), "shop.example")
    desk.push()
    kept = desk.desk.look(personal_export.export, ACME, CUSTOMER)["licences"]
    assert [(each["key"], each["domains"][0]["domain"]) for each in kept] == [(one.licence.key, "shop.example")]
    assert [each["kind"] for each in kept[0]["history"]] == ["issued", "activated"]
    assert "token" not in json.dumps(kept)
    desk.desk.run(privacy.erase, ACME, CUSTOMER, by=ANNA, at=desk.now)
    (row,) = desk.push()
    number = row.row.number
    assert said(row) == {"v": 1, "store": ACME, "customer": 0, "epoch": 1, "number": number, "licence": one.licence.id}
    assert row.row.customer_id == 0


def test_D3_a_licence_goes_off_the_page_of_who_has_its_customers_number_next(desk: LicenceDesk) -> None:
    desk.bought()
    desk.push()
    desk.desk.run(comparing_accounts.set_lost_apart, ACME, 70, at=desk.now)
    (row,) = desk.push()
    assert (row.row.customer_id, "key" in said(row)) == (0, False)


def test_a_product_that_is_called_otherwise_is_shown_so_on_every_licence(desk: LicenceDesk) -> None:
    desk.bought(code=SEO)
    desk.push()
    assert not desk.desk.run(show_new_terms, desk.pages), "a desk's first look is no change"
    assert not desk.desk.run(show_new_terms, desk.pages)
    products = desk.pages.licences.products
    renamed = replace(products["seo"], names={"en": "Search"}, renew_url="https://shop.example/renew")
    desk.pages = page_terms(licences=LicenceBook([renamed, products["menu"]]))
    assert desk.desk.run(show_new_terms, desk.pages)
    (row,) = desk.push()
    assert (said(row)["name"], said(row)["renew_url"]) == ({"en": "Search"}, "https://shop.example/renew")


def test_C16_a_licence_that_is_not_as_pushed_is_told_to_the_field(desk: LicenceDesk) -> None:
    desk.bought()
    desk.bought(1043)
    assert desk.desk.look(expected_licences, desk.pages, after=0, limit=9) == ([], None), "what waits is not expected"
    first, second = desk.push()
    expected, last = desk.desk.look(expected_licences, desk.pages, after=0, limit=1)
    assert (expected, last) == ([first], first.key)
    assert desk.desk.look(expected_licences, desk.pages, after=first.id, limit=1) == ([second], second.key)
    assert compare_document_rows([KEY], LICENCE, [first], [first]) == []
    (missing,) = compare_document_rows([KEY], LICENCE, [first], [])
    assert (missing.where, missing.found) == (f"licence {first.key}: row", "no row")
    assert not desk.desk.look(verify, ACME).differences


def test_until_which_second_a_licence_counts_is_told_with_its_days_of_grace(desk: LicenceDesk) -> None:
    gracious = MENU_TERMS._replace(grace_days=5)
    store = a_licence_store(licences=LicenceBook([Product(gracious, (MENU,))]))
    desk.desk.run(purchases.book_orders, store, [an_order(1042, (MENU, 1))], at=desk.now)
    shown = said(desk.waiting()[0])
    assert shown["support_until"]["at"] == LAST_SECOND
    assert datetime.fromtimestamp(shown["until"], UTC) == datetime(2027, 11, 25, 23, 59, 59, tzinfo=TEHRAN)


def test_a_licence_of_another_customer_is_on_his_page_alone(desk: LicenceDesk) -> None:
    desk.bought()
    desk.bought(1043, buyer=customer(78), customer_id=78)
    assert [row.row.customer_id for row in desk.waiting()] == [77, 78]
