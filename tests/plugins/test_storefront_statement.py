"""The statement a customer sees and takes home: every entry, its balance, and what is held apart (rule C18)."""

import csv
import io
import re
from typing import Any

import pytest

from tests.plugins.conftest import LAYOUTS, MakeShop
from tests.support.customer_page import Customer, push_account
from tests.support.storefront import DAY, NOW, Storefront, account, package

BOOKS: list[dict[str, Any]] = [
    {"kind": "grant", "coins": 1300, "order": 1042},
    {"kind": "hold", "coins": 0, "held": 50, "quote": 12, "ticket": 5},
    {"kind": "settle", "coins": -45, "held": -50, "quote": 12, "ticket": 5},
    {"kind": "correct", "coins": 10, "reason": "=cmd|'/c calc'!A1"},
    {"kind": "revoke", "coins": -5, "reason": "order 1042 has status 11 and owes fewer units"},
    {"kind": "barter", "coins": 1},
]


@pytest.fixture
def shop(make_shop: MakeShop) -> Storefront:
    return with_books(make_shop("opencart"))


@pytest.fixture(params=LAYOUTS)
def each_shop(request: pytest.FixtureRequest, make_shop: MakeShop) -> Storefront:
    return with_books(make_shop(request.param))


def with_books(shop: Storefront) -> Storefront:
    shop.make_tables()
    shop.pair()
    push_account(shop, package(1300), books=BOOKS)
    return shop


def rows(page_html: str) -> list[list[str]]:
    """The table's rows as a reader sees them."""
    found = re.findall(r"<tr data-supportbridge=[^>]*>(.*?)</tr>", page_html, re.DOTALL)
    return [
        [" ".join(re.sub(r"<[^>]+>", " ", cell).split()) for cell in re.findall(r"<td[^>]*>(.*?)</td>", row, re.DOTALL)]
        for row in found
    ]


def downloaded(shop: Storefront, language: str = "en", **orders: Any) -> tuple[bytes, list[list[str]]]:
    """The file's bytes, and its cells."""
    customer = Customer(shop, language, **orders)
    if shop.platform == "prestashop":
        played = shop.play({"what": "support", **customer.orders, "query": {"view": "csv"}})
        assert played.complaints == []
        content = played.printed
    else:
        content = customer.opens("csv").html
    separator = "," if language == "en" else ";"
    return content.encode(), list(csv.reader(io.StringIO(content.removeprefix("\ufeff")), delimiter=separator))


# --- on the page ------------------------------------------------------------------------------------------


def test_C18_the_page_shows_each_entry_with_its_balance_and_what_is_held_apart(each_shop: Storefront) -> None:
    page = Customer(each_shop, zone="Asia/Tehran").opens("statement")
    assert rows(page.html)[::-1][:4] == [
        ["14 January 2027, 11:30", "Granted order 1042", "+1,300", "0", "1,300", "0", "No. 1 Base: +1,300"],
        ["14 January 2027, 11:30", "Held for an offer offer 12 · ticket 5", "0", "+50", "1,300", "50",
         "No. 1 Base: held +50"],
        ["14 January 2027, 11:30", "Deducted offer 12 · ticket 5", "−45", "−50", "1,255", "0",
         "No. 1 Base: −45, held −50"],
        ["14 January 2027, 11:30", "Correction =cmd|&#039;/c calc&#039;!A1", "+10", "0", "1,265", "0",
         "No. 1 Base: +10"],
    ]  # fmt: skip
    assert page.log == []


def test_the_programs_own_reasons_are_not_shown_and_an_unknown_kind_is_a_booking(shop: Storefront) -> None:
    page = Customer(shop).opens("statement")
    assert "owes fewer" not in page.html
    assert rows(page.html)[0][1] == "Booking"


def test_of_reasons_only_those_that_staff_wrote_are_shown(shop: Storefront) -> None:
    """The program's are English, whatever the reader speaks; the entry's kind says as much in his language."""
    books: list[dict[str, Any]] = [
        {"kind": "grant", "coins": 10, "reason": "A present"},
        {"kind": "grant", "coins": 10, "quote": 5, "reason": "had ended while held for quote 5"},
        {"kind": "extend", "coins": 0, "reason": "the desk was down when the package ended"},
        {"kind": "transfer", "coins": 0, "reason": "moved"},
    ]
    push_account(shop, package(20), books=books)
    shown = [row[1] for row in rows(Customer(shop).opens("statement").html)]
    assert shown == ["Transferred", "Extended", "Granted offer 5", "Granted A present"]


def test_a_long_statement_comes_in_pages(shop: Storefront) -> None:
    push_account(shop, package(120), entries=120)
    customer = Customer(shop)
    first = customer.opens("statement")
    assert len(rows(first.html)) == 50
    assert "view=statement&amp;before=71" in first.html
    last = customer.opens("statement", before="21")
    assert [row[4] for row in rows(last.html)] == [str(number) for number in range(20, 0, -1)]
    assert "before=" not in last.html


@pytest.mark.parametrize("view", ["statement", "csv"])
def test_a_statement_that_is_too_long_for_a_page_says_how_to_get_it(shop: Storefront, view: str) -> None:
    shop.push(account(package(1300), entries={"count": 20_001, "digest": ""}))
    page = Customer(shop).opens(view)
    assert "Please write to us, and you get all of it as a file." in page.text
    assert page.log == []


def test_a_customer_without_entries_or_account_is_told_so(shop: Storefront) -> None:
    push_account(shop, package(0))
    assert "There are no entries here." in Customer(shop).opens("statement").text
    for view in ("statement", "csv"):
        assert "There are no support coins on this account yet." in Customer(shop, customer=78).opens(view).text


def test_a_statement_can_be_narrowed_to_what_is_asked_for_and_keeps_its_balances(each_shop: Storefront) -> None:
    books: list[dict[str, Any]] = [
        {"kind": "grant", "coins": 100},
        {"kind": "hold", "coins": 0, "held": 60},
        {"kind": "settle", "coins": -40, "held": -40},
        {"kind": "release", "coins": 0, "held": -20},
        {"kind": "correct", "coins": 5},
        {"kind": "correct", "coins": -5},
        {"kind": "forfeit", "coins": -10},
        {"kind": "revoke", "coins": -50},
        {"kind": "reinstate", "coins": 50},
        {"kind": "barter", "coins": 1},
    ]
    push_account(each_shop, package(100), books=books)
    customer = Customer(each_shop)
    shown = {
        kind: [(row[1], row[4]) for row in rows(customer.opens("statement", kind=kind).html)]
        for kind in ("all", "granted", "spent", "held", "expired", "x", "")
    }
    assert shown["granted"] == [("Reinstated", "50"), ("Correction", "65"), ("Granted", "100")]
    assert shown["spent"] == [("Correction", "60"), ("Deducted", "60")]
    assert shown["held"] == [("Hold released", "60"), ("Held for an offer", "100")]
    assert shown["expired"] == [("Revoked", "0"), ("Expired", "50")]
    assert len(shown["all"]) == len(shown["x"]) == len(shown[""]) == 10
    marked = customer.opens("statement", kind="spent").html
    assert re.findall(r'class="supportbridge-choice" aria-current="true">(.*?)<', marked) == ["Deducted"]
    empty = customer.opens("statement", kind="spent", package=7)
    assert "There are no entries here." in empty.text


def test_a_statement_can_be_narrowed_to_a_package(shop: Storefront) -> None:
    books: list[dict[str, Any]] = [
        {"coins": 10, "packages": [{"id": 1, "coins": 10, "held": 0}]},
        {"coins": 20, "packages": [{"id": 2, "coins": 20, "held": 0}]},
        {
            "kind": "settle",
            "coins": -12,
            "packages": [{"id": 1, "coins": -10, "held": 0}, {"id": 2, "coins": -2, "held": 0}],
        },
    ]
    push_account(shop, package(18), books=books)
    customer = Customer(shop)
    assert [row[2] for row in rows(customer.opens("statement", package=1).html)] == ["−12", "+10"]
    assert [row[2] for row in rows(customer.opens("statement", package=2, kind="granted").html)] == ["+20"]
    page = customer.opens("statement", package=2, kind="granted")
    assert re.findall(r'aria-current="true">(.*?)<', page.html) == ["Granted", "No. 2"]
    assert "kind=spent&amp;package=2" in page.html
    for odd in ("x", "-1", "1 OR 1", "9" * 30):
        assert len(rows(customer.opens("statement", package=odd).html)) == 3


def test_a_narrowed_statement_comes_in_pages_too(shop: Storefront) -> None:
    books = [{"kind": "grant", "coins": 2}, {"kind": "settle", "coins": -1}] * 60
    push_account(shop, package(60), books=books)
    customer = Customer(shop)
    first = customer.opens("statement", kind="spent")
    assert len(rows(first.html)) == 50
    assert "view=statement&amp;before=22&amp;kind=spent" in first.html
    assert len(rows(customer.opens("statement", kind="spent", before=22).html)) == 10


def test_a_file_has_everything_whatever_the_page_shows(shop: Storefront) -> None:
    assert len(downloaded(shop)[1]) == len(BOOKS) + 1
    narrowed = Customer(shop).opens("csv", kind="spent", package=9).html
    assert len(narrowed.splitlines()) == len(BOOKS) + 1


def test_a_statement_too_long_for_a_page_says_so(shop: Storefront) -> None:
    shop.push(account(package(300), entries={"count": 20_001, "digest": ""}))
    for view in ("statement", "csv"):
        page = Customer(shop).opens(view)
        assert "Your statement has become too long for this page." in page.text
        assert page.log == []


@pytest.mark.parametrize(
    "damage",
    [
        "DELETE FROM {p}entry WHERE number = 2",
        "DELETE FROM {p}entry WHERE number = 6",
        "UPDATE {p}entry SET payload = REPLACE(payload, '-45', '-40') WHERE number = 3",
        "UPDATE {p}entry SET number = number + 100 WHERE number = 6",
        "UPDATE {p}entry SET mac = REPEAT('0', 64) WHERE number = 1",
    ],
)
def test_C16_a_statement_that_is_not_the_one_the_account_signs_is_not_shown(shop: Storefront, damage: str) -> None:
    shop.run(damage)
    for view in ("statement", "csv"):
        page = Customer(shop).opens(view)
        assert "Your support coins cannot be shown at the moment." in page.text
        assert "supportbridge-nav" in page.html, "the other views are as good as before"
        assert len(page.log) == 1


def test_a_forged_entry_beyond_the_last_one_changes_nothing(shop: Storefront) -> None:
    shop.run(
        "INSERT INTO {p}entry SELECT store, customer_id, 7, epoch, payload, key_id, mac FROM {p}entry WHERE number = 1"
    )
    assert len(rows(Customer(shop).opens("statement").html)) == 6


# --- the file ---------------------------------------------------------------------------------------------


def test_C18_the_file_has_columns_for_a_reader_and_for_a_machine(each_shop: Storefront) -> None:
    content, lines = downloaded(each_shop, zone="Asia/Tehran")
    assert content.startswith(b"\xef\xbb\xbf")
    assert content.endswith(b"\r\n")
    assert lines[0] == [
        "No.", "number", "Date", "time_iso", "What", "kind", "Coins", "coins", "Held", "held", "Balance", "balance",
        "Of it held", "balance_held", "order", "quote", "ticket", "For", "Reason", "Packages",
    ]  # fmt: skip
    assert lines[1] == [
        "1", "1", "14 January 2027, 11:30", "2027-01-14T11:30:00+03:30", "Granted", "grant", "1,300", "1300", "0", "0",
        "1,300", "1300", "0", "0", "1042", "", "", "order 1042", "", "No. 1 Base: +1,300",
    ]  # fmt: skip
    assert lines[3][6:14] == ["−45", "-45", "−50", "-50", "1,255", "1255", "0", "0"]
    assert len(lines) == 7


def test_C18_a_persian_file_has_persian_digits_and_days(shop: Storefront) -> None:
    _, lines = downloaded(shop, "fa", zone="Asia/Tehran")
    assert lines[1][:4] == ["۱", "1", "۲۴ دی ۱۴۰۵، ۱۱:۳۰", "2027-01-14T11:30:00+03:30"]
    assert lines[3][6:8] == ["\N{LEFT-TO-RIGHT MARK}−۴۵", "-45"]


def test_C18_a_russian_file_is_parted_by_semicolons(shop: Storefront) -> None:
    _, lines = downloaded(shop, "ru")
    assert lines[0][6:8] == ["Монет", "coins"]
    assert lines[1][2] == "14 января 2027 г., 08:00"
    assert lines[1][6:8] == ["1\N{NO-BREAK SPACE}300", "1300"]


def test_a_reason_that_begins_like_a_formula_is_made_harmless(shop: Storefront) -> None:
    reasons = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\N{FULLWIDTH EQUALS SIGN}1+1"]
    push_account(shop, package(10), books=[{"kind": "correct", "reason": reason} for reason in reasons])
    _, lines = downloaded(shop)
    assert [line[18] for line in lines[1:]] == ["'" + reason for reason in reasons]
    assert all(not re.match(r"[=+@\t\r]", cell) for line in lines for cell in line)


def test_quotes_and_separators_stay_in_their_cell(shop: Storefront) -> None:
    reason = 'a "b", c; d\nsecond line'
    push_account(shop, package(10), books=[{"kind": "correct", "coins": 10, "reason": reason}])
    for language in ("en", "ru"):
        assert downloaded(shop, language)[1][1][18] == reason


def test_the_file_is_named_and_kept_by_nobody_in_between(make_shop: MakeShop) -> None:
    headers = Customer(with_books(make_shop("opencart30")), zone="Asia/Tehran").opens("csv").played.result["headers"]
    assert 'Content-Disposition: attachment; filename="coins-acme-2027-01-15.csv"' in headers
    assert "Content-Type: text/csv; charset=utf-8" in headers
    assert "Cache-Control: no-store, private" in headers


def test_the_day_of_an_entry_is_that_of_the_shops_zone(shop: Storefront) -> None:
    push_account(shop, package(1), books=[{"at": NOW - DAY + 13 * 3600}])
    assert downloaded(shop, zone="UTC")[1][1][2] == "14 January 2027, 21:00"
    assert downloaded(shop, zone="Asia/Tehran")[1][1][2] == "15 January 2027, 00:30"
