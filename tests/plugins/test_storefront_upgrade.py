"""A shop that an earlier version has prepared: it goes on, is told what it lacks, and gets it by a newer extension."""

import json

import pytest

from bridge import VERSION
from bridge.contracts.shop_rows import SHOP_TO_DESK, canonical_json, mac_of
from tests.plugins.conftest import MakeShop
from tests.support.back_office import push_meta, status
from tests.support.customer_page import (
    Customer,
    agreement,
    answer,
    bill,
    licence,
    push_account,
    push_document,
    quote,
    ticket,
)
from tests.support.storefront import CUSTOMER, KEY, NOW, STORE, Storefront, account, package

TABLES = ("quote", "price", "inbox", "answer")
UUID = "0b3e7c1a-4f2d-4c55-9a1e-2f6d8c7b9a10"
PAGES = {"opencart": "index", "opencart30": "index", "prestashop": "getContent"}
LACKING = "Customers see their coins, but no offers, and cannot write tickets"
WELL = "Customers can see offers, decide on them and write tickets."


@pytest.fixture(params=["opencart", "opencart30", "prestashop"])
def shop(request: pytest.FixtureRequest, make_shop: MakeShop) -> Storefront:
    """As the version before this one has left it."""
    shop = make_shop(request.param)
    shop.make_tables()
    shop.pair()
    shop.push(account(package()))
    shop.run(*(f"DROP TABLE {{p}}{table}" for table in TABLES))
    return shop


def noted(shop: Storefront) -> list[tuple[str, ...]]:
    """What the extension has told the desk of itself."""
    return shop.run("SELECT payload, key_id, mac FROM {p}meta WHERE name = 'storefront:acme'")


def administration(shop: Storefront, *steps: str) -> str:
    """What the module's page says after these steps."""
    result = shop.administer(*steps, PAGES[shop.platform]).result
    return str(result["answers"][-1] if shop.platform == "prestashop" else result["output"])


def test_it_shows_coins_as_before_and_says_what_it_lacks(shop: Storefront) -> None:
    assert shop.open_page().shown["available"] == "550"
    assert Customer(shop).opens().parts == ["account", "packages", "buy"]
    assert "This is shown once the vendor’s desk has been updated." in Customer(shop).opens().text
    assert LACKING in administration(shop)


def test_a_newer_extension_makes_the_tables(shop: Storefront) -> None:
    assert WELL in administration(shop, "upgrade:0.3.0" if shop.platform == "prestashop" else "install")
    assert Customer(shop).opens("tickets").parts == ["tickets"]


def test_newer_files_in_the_place_of_older_ones_tell_the_desk_with_the_first_page_that_is_opened(
    shop: Storefront,
) -> None:
    """Neither an installation nor the module's own page is needed; and what is told is not written again."""
    shop.run("INSERT INTO {p}meta (name, payload, mac) VALUES ('storefront:acme', '{{\"version\":\"0.3.9\"}}', 'x')")
    shop.open_page()
    assert noted(shop) == [(f'{{"version":"{VERSION}"}}', "", "")]
    with shop.another_connection("LOCK TABLES {p}meta READ, {p}account READ, {p}entry READ"):
        assert Customer(shop).opens().parts == ["account", "packages", "buy"]
    shop.run("DELETE FROM {p}meta WHERE name = 'storefront:acme'")
    Customer(shop).opens("statement")
    assert noted(shop) == [(f'{{"version":"{VERSION}"}}', "", "")]


def test_a_page_that_can_t_tell_the_desk_its_version_is_shown_all_the_same(shop: Storefront) -> None:
    with shop.another_connection("LOCK TABLES {p}meta READ, {p}account READ"):
        page = shop.open_page()
    assert page.shown["available"] == "550"
    assert noted(shop) == []


def test_an_older_desks_offers_are_shown_and_its_answers_and_books_lead_to_the_ticket(shop: Storefront) -> None:
    """Desks before 0.5.0 called a ticket a request: in a quote, in an entry, and in what they answered."""
    shop.make_tables()
    hold = {"kind": "hold", "coins": 0, "held": 50, "quote": 12, "request": 5}
    push_account(shop, package(100, held=50), books=[{"coins": 100}, hold])
    older = {name: value for name, value in quote(12).items() if name != "ticket"}
    push_document(shop, "quote", 12, older | {"request": 5})
    push_document(shop, "answer", UUID, answer(UUID, data={"request": 5}))
    customer = Customer(shop)
    page = customer.opens("tickets")
    assert page.log == []
    assert "ticket 5" in page.within("quote-12")
    assert page.has_form("quote_approve", within="quote-12")
    assert "offer 12 · ticket 5" in customer.opens("statement").text
    assert "ticket=5" in customer.opens("answer", sent=UUID).html


def test_what_an_older_extension_has_sent_and_waits_is_named(shop: Storefront) -> None:
    shop.make_tables()
    for uuid, kind, data in (
        (UUID, "request_open", {"subject": "Google Analytics", "text": "Please", "price": None}),
        (UUID.replace("0b", "1b"), "request_reply", {"request": 5, "text": "Thanks"}),
    ):
        document = {
            "v": 1,
            "store": STORE,
            "customer": CUSTOMER,
            "uuid": uuid,
            "kind": kind,
            "at": NOW,
            "language": "en",
        }
        payload = canonical_json(document | {"data": data})
        shop.run(
            "INSERT INTO {p}inbox (store, uuid, customer_id, payload, key_id, mac) VALUES ("
            f"'{STORE}', '{uuid}', {CUSTOMER}, 0x{payload.encode().hex()}, '{KEY.id}', "
            f"'{mac_of(KEY, 'inbox', payload, direction=SHOP_TO_DESK)}')"
        )
    waiting = Customer(shop).opens("tickets").text
    assert "New ticket: Google Analytics" in waiting
    assert "Reply to ticket 5" in waiting


def test_from_0_4_0_the_newer_extension_makes_what_tickets_need_and_loses_nothing(shop: Storefront) -> None:
    """Tables are only added; what 0.4.0 kept of tickets in one of its own is the desk's to clear."""
    shop.make_tables()
    push_document(shop, "quote", 12, quote())
    shop.run(*(f"DROP TABLE {{p}}{table}" for table in ("ticket", "message", "file", "link")))
    shop.run("CREATE TABLE {p}request (request_id INT)", "INSERT INTO {p}request VALUES (5)")
    before = Customer(shop).opens("tickets")
    assert "Your tickets are listed here once the shop has been set up for it." in before.text
    assert before.has_form("quote_approve")
    administration(shop, "upgrade:0.5.0" if shop.platform == "prestashop" else "install")
    for table in ("ticket", "message", "file", "link"):
        assert shop.run(f"SELECT COUNT(*) FROM {{p}}{table}") == [(0,)]
    assert shop.run("SELECT request_id FROM {p}request") == [(5,)]
    assert Customer(shop).opens("tickets").has_form("quote_approve")
    assert noted(shop) == [(f'{{"version":"{VERSION}"}}', "", "")]


def test_from_0_5_0_the_newer_extension_makes_the_table_of_licences_and_loses_nothing(shop: Storefront) -> None:
    shop.make_tables()
    push_document(shop, "ticket", 5, ticket())
    shop.run("DROP TABLE {p}licence")
    before = Customer(shop).opens("thread", ticket=5)
    assert "Please set it up." in before.text
    assert "view=licences" not in before.html
    administration(shop, "upgrade:0.6.0" if shop.platform == "prestashop" else "install")
    push_document(shop, "licence", 7, licence())
    page = Customer(shop).opens("thread", ticket=5)
    assert "Please set it up." in page.text
    assert "view=licences" in page.html
    assert noted(shop) == [(f'{{"version":"{VERSION}"}}', "", "")]


def test_from_0_6_0_the_newer_extension_makes_the_tables_of_premium_time_and_loses_nothing(shop: Storefront) -> None:
    shop.make_tables()
    push_document(shop, "licence", 7, licence())
    shop.run("DROP TABLE {p}agreement", "DROP TABLE {p}bill")
    before = Customer(shop).opens("licences")
    assert "SEO extension" in before.text
    assert "view=premium" not in before.html
    administration(shop, "upgrade:0.7.0" if shop.platform == "prestashop" else "install")
    push_document(shop, "agreement", 3, agreement())
    push_document(shop, "bill", 4, bill())
    page = Customer(shop).opens("licences")
    assert "SEO extension" in page.text
    assert "view=premium" in page.html
    assert Customer(shop).opens("premium").has_form("agreement_accept")
    assert noted(shop) == [(f'{{"version":"{VERSION}"}}', "", "")]


def test_where_the_desk_is_older_nobody_writes_what_it_would_not_understand(shop: Storefront) -> None:
    shop.make_tables()
    push_document(shop, "quote", 12, quote())
    customer = Customer(shop)
    push_meta(shop, "status", status(version="0.4.0"))
    for view in ("tickets", "ticket"):
        page = customer.opens(view)
        assert "you can write to us, once the vendor’s desk has been updated" in page.text
        assert not page.has_form("ticket_open")
        assert "view=ticket&" not in page.html + "&"
    assert customer.opens("tickets").has_form("quote_approve")
    push_meta(shop, "status", status())
    assert customer.opens("ticket").has_form("ticket_open")


def test_prestashop_joins_the_style_sheets_anew(make_shop: MakeShop) -> None:
    """It tells a changed one only by its name, and would show the page with the sheet of the earlier version."""
    shop = make_shop("prestashop")
    for cleared, step in enumerate(("install", "upgrade:0.3.0"), start=1):
        assert shop.administer(step).result["cleared"] == cleared
    assert json.loads((shop.folder / "memory.json").read_text("utf-8"))["joined style sheets"] == 2
