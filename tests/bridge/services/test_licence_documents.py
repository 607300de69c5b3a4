"""Licences as the shop's page shows them: signed, with a version, and nothing in them that changes by itself."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from bridge.contracts.licences import KeyedEvent
from bridge.contracts.shop_documents import DocumentRow, DocumentTable
from bridge.contracts.shop_rows import verifies
from bridge.domain.accounts import Owner, OwnerKind
from bridge.domain.licence_history import KeptLicence
from bridge.domain.licences import LicenceBook, LicenceEvent, LicenceEventKind, Product
from bridge.domain.moments import to_ms
from bridge.services import comparing_accounts, guests, personal_export, privacy, purchases
from bridge.services.account_pages import show_new_terms
from bridge.services.document_comparison import compare_document_rows, expected_documents
from bridge.services.verify import verify
from tests.support.books import ACME, CHARGED_BACK, PAID, REFUNDED, TEHRAN, an_order, customer, guest
from tests.support.licence_pages import CUSTOMER, KEY, LicenceDesk, a_licence_desk, page_terms
from tests.support.licences import MENU, MENU_TERMS, PRODUCTS, SEO, a_licence_store
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


def test_L6_a_domain_in_letters_of_its_own_language_stands_so_beside_its_name(desk: LicenceDesk) -> None:
    desk.used_on(desk.bought(), "xn--mgbtj4c7ad63e.xn--mgba3a4f16a")
    (row,) = desk.waiting()
    [domain] = said(row)["domains"]
    assert (domain["domain"], domain["name"]) == ("xn--mgbtj4c7ad63e.xn--mgba3a4f16a", "فروشگاه.ایران")


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


def test_C3_the_days_that_are_shown_are_the_shops_own_and_days_of_grace_put_no_reminder_off(desk: LicenceDesk) -> None:
    """In New York the last second is a moment of the next day where moments are kept."""
    west = ZoneInfo("America/New_York")
    book = LicenceBook([Product(MENU_TERMS._replace(zone=west, grace_days=7), (MENU,))])
    desk.desk.run(purchases.book_orders, a_licence_store(licences=book), [an_order(1042, (MENU, 1))], at=desk.now)
    last_second = datetime(2027, 11, 20, 23, 59, 59, tzinfo=west)
    told = {"licence": None, "updates": None, "support": to_ms(last_second), "domains": 1, "suspended": None}
    event = LicenceEvent(desk.now, LicenceEventKind.DATES, told)
    desk.desk.run(lambda tx: tx.licences.record([KeyedEvent(1, "told", event)]))
    desk.pages = page_terms(licences=book)
    (row,) = desk.waiting()
    shown = said(row)
    assert shown["support_until"]["text"]["en"] == "20 November 2027"
    end = shown["support_until"]["at"]
    assert (shown["until"], shown["expiring_from"]) == (end + 7 * 86_400, end - 30 * 86_400)


@pytest.mark.parametrize(("most", "told"), [(2, 2), (1, 1), (0, 0)])
def test_L6_of_releases_the_row_tells_as_many_as_count(desk: LicenceDesk, most: int, told: int) -> None:
    one = desk.bought()
    days = [desk.now + timedelta(days=at) for at in range(3)]
    detail = {"domain": "shop.example", "by": "customer"}
    released = [LicenceEvent(at, LicenceEventKind.RELEASED, detail) for at in days]
    events = [KeyedEvent(one.licence.id, f"released:{event.at}", event) for event in released]
    desk.desk.run(lambda tx: tx.licences.record(events))
    desk.pages = page_terms(licences=LicenceBook(list(PRODUCTS.products.values()), releases=most))
    (row,) = desk.waiting()
    used = [int(at.timestamp()) for at in days]
    assert said(row)["releases"] == {"most": most, "days": 365, "used": used[len(used) - told :]}


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


def test_L8_C19_a_licence_that_is_its_first_holders_again_goes_off_the_page_of_who_had_it_meanwhile(
    desk: LicenceDesk,
) -> None:
    def assign(one: KeptLicence, account: int) -> None:
        event = LicenceEvent(desk.now, LicenceEventKind.ASSIGNED, {"account": account})
        key = f"assigned:{desk.again(one).number}"
        desk.desk.run(lambda tx: tx.licences.record([KeyedEvent(one.licence.id, key, event)]))

    one = desk.bought(1050, buyer=guest(1050), customer_id=None)
    (heir,) = desk.desk.run(lambda tx: tx.accounts.open(ACME, [CUSTOMER])).values()
    assert desk.push() == []
    assign(one, heir.id)
    (row,) = desk.push()
    assert (row.row.customer_id, said(row)["key"]) == (77, one.licence.key)
    assign(one, one.licence.account_id)
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


def test_D3_the_erasure_of_who_has_nothing_but_a_licence_is_proposed_and_his_orders_are_looked_for(
    desk: LicenceDesk,
) -> None:
    one = desk.bought()
    account = desk.again(one).now.account_id
    assert desk.desk.look(comparing_accounts.orders_of, account) == [1042]
    desk.desk.run(lambda tx: tx.accounts.miss([account], desk.now))
    later = desk.later(days=90)
    assert [found.id for found in desk.desk.look(privacy.to_propose, ACME, later)] == [account]
    desk.desk.run(privacy.erase, ACME, CUSTOMER, by=ANNA, at=later)
    assert desk.desk.look(privacy.to_propose, ACME, desk.later(days=200)) == []


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


def test_C16_what_another_version_of_the_program_has_shown_is_shown_anew_once(desk: LicenceDesk) -> None:
    one = desk.bought()
    desk.desk.run(show_new_terms, replace(desk.pages, program="0.6.0"))
    desk.push()
    newer = replace(desk.pages, program="0.7.0")
    assert desk.desk.run(show_new_terms, newer), "it may say the same in another way"
    assert [row.key for row in desk.push()] == [one.licence.id]
    assert not desk.desk.run(show_new_terms, newer)


def test_C16_a_licence_that_is_not_as_pushed_is_told_to_the_field(desk: LicenceDesk) -> None:
    desk.bought()
    desk.bought(1043)
    assert desk.desk.look(expected_documents, desk.pages, LICENCE, after=0, limit=9) == ([], None), (
        "what waits is not expected"
    )
    first, second = desk.push()
    expected, last = desk.desk.look(expected_documents, desk.pages, LICENCE, after=0, limit=1)
    assert (expected, last) == ([first], first.key)
    assert desk.desk.look(expected_documents, desk.pages, LICENCE, after=first.id, limit=1) == ([second], second.key)
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
