"""Licences on the command line: found, shown, checked, changed by hand and exported (rules L1, L5, L6)."""

import csv
import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from bridge.cli.session import CLOCK
from bridge.desk.desk import FILE_NAME, Desk
from bridge.domain.accounts import Owner, OwnerKind
from bridge.domain.licence_answers import LicenceQuestion
from bridge.domain.mapped_licences import LicenceTable, MappedRow, RowField
from bridge.engine.setup import StoreSetup
from bridge.services import licence_checks, mapped_licences, purchases
from bridge.testing.desks import a_desk
from tests.bridge.cli.conftest import BY, COUNTER_STORE, CounterPlace, ShopPlace
from tests.support.books import STATUSES, an_order
from tests.support.commands import a_workplace
from tests.support.settings_files import load_plain

PRODUCTS = """
[licences.products.seo]
name = { en = "SEO pack" }
product_codes = ["SEO-1"]
renewals = { SEO-RENEW = 12 }
[licences.products.menu]
name = { en = "Mega menu" }
product_codes = ["MENU-1"]
licence_months = 0
support_months = 0
updates_months = 0
domains = 0
"""
HERE = "shop.ir"
OWN_TABLE = """
[licences.products.seo]
name = { en = "SEO pack" }
[licences.table]
table = "my_licences"
id_column = "id"
key = { column = "key" }
product = { column = "product" }
customer_id = { column = "customer_id" }
"""


@pytest.fixture(name="seller")
def _seller(folder: Path, capsys: pytest.CaptureFixture[str]) -> Iterator[CounterPlace]:
    """Customer 77 has bought one of each product today, and 78 a renewal of what he does not have."""
    place = a_workplace(folder / "seller", capsys, stores={"acme.toml": COUNTER_STORE + PRODUCTS})
    with a_desk(place.state) as desk:
        counter = CounterPlace(place, desk)
        terms, now = setup(counter).terms(STATUSES), CLOCK.now()
        wall = (now.astimezone(terms.zone) - timedelta(hours=1)).replace(tzinfo=None)
        orders = [
            an_order(1042, ("SEO-1", 1), ("MENU-1", 1), ordered_at=wall, granting_at=wall),
            an_order(
                2000,
                ("SEO-RENEW", 1),
                ordered_at=wall,
                granting_at=wall,
                buyer=Owner(OwnerKind.CUSTOMER, 78),
                customer_id=78,
            ),
        ]
        desk.run(purchases.book_orders, terms, orders, at=now, tell=True)
        yield counter


def setup(counter: CounterPlace) -> StoreSetup:
    return StoreSetup.of(load_plain(counter.place.config).stores["acme"])


def sold_once_more(counter: CounterPlace) -> None:
    terms = setup(counter).terms(STATUSES)
    wall = CLOCK.now().astimezone(terms.zone).replace(tzinfo=None)
    order = an_order(2001, ("SEO-1", 1), ordered_at=wall, granting_at=wall)
    counter.desk.run(purchases.book_orders, terms, [order], at=CLOCK.now(), tell=True)


def key_of(counter: CounterPlace, licence: str = "1") -> str:
    return str(counter.document("licence", "show", licence, "--with-key")["key"])


def used_on(counter: CounterPlace, domain: str = HERE) -> None:
    terms = licence_checks.CheckTerms("acme", setup(counter).licences)
    question = LicenceQuestion("acme", key_of(counter), domain, takes_place=True, product="seo")
    counter.desk.run(licence_checks.activate, terms, question, token="t", at=CLOCK.now())


def test_L1_licences_are_listed_with_the_end_of_their_key(seller: CounterPlace) -> None:
    listed = seller.document("licence", "list")["licences"]
    assert [(one["licence"], one["product"], one["status"], one["order"]) for one in listed] == [
        (2, "menu", "active", 1042),
        (1, "seo", "active", 1042),
    ]
    assert all(re.fullmatch(r"…-[2-9A-Z]{5}", one["key"]) for one in listed)
    out = seller.well("licence", "list", "--customer", "77", "--product", "menu", "--status", "active").out
    assert "for good" in out
    assert "0 of any number" in out
    assert "1 licence. More about one: bridge licence show LICENCE" in out
    assert seller.well("licence", "list", "--status", "expired").out == "No licences.\n"


@pytest.mark.parametrize("words", ["list", "export"])
def test_a_product_that_was_mistyped_is_not_taken_for_one_without_licences(seller: CounterPlace, words: str) -> None:
    wrong = seller.place.cli("licence", words, "--product", "sea")
    assert (wrong.code, wrong.err.splitlines()[0]) == (2, "Error: there is no product sea; there are menu, seo")
    sold = PRODUCTS.split("[licences.products.menu]", maxsplit=1)[0]
    (seller.place.config / "stores" / "acme.toml").write_text(COUNTER_STORE + sold, "utf-8")
    assert seller.place.cli("licence", words, "--product", "menu").code == 0, "one that has left the settings is known"


def test_L1_an_account_is_shown_with_its_licences(seller: CounterPlace) -> None:
    shown = seller.document("account", "show", "77")
    assert [(one["licence"], one["product"]) for one in shown["licences"]] == [(2, "menu"), (1, "seo")]
    assert re.search(r"^ +1 +acme +77 +seo ", seller.well("account", "show", "77").out, re.MULTILINE)


def test_L1_a_licence_is_shown_with_its_dates_domains_and_history_and_no_token(seller: CounterPlace) -> None:
    used_on(seller)
    shown = seller.document("licence", "show", "1")
    assert shown["domains"][0]["domain"] == HERE
    assert [one["kind"] for one in shown["history"]] == ["issued", "activated"]
    assert "hash" not in str(shown)
    out = seller.well("licence", "show", "1").out
    assert re.search(r"^Support until\s+\S+ 23:59:59 \S+ \(decides\)$", out, re.MULTILINE)
    assert re.search(rf"^{HERE}\s+20", out, re.MULTILINE)
    assert re.search(rf"activated +domain {HERE}$", out, re.MULTILINE)
    assert key_of(seller) not in out
    assert key_of(seller) in seller.well("licence", "show", "1", "--with-key").out


def test_L6_a_key_is_checked_as_it_was_read_out_and_a_mistyped_group_is_named(seller: CounterPlace) -> None:
    key = key_of(seller)
    told = seller.well("licence", "check", key.lower().replace("-", " ")).lines()
    assert told[0] == "An extension is told: active."
    wrong = seller.place.cli("licence", "check", key[:6] + key[7] + key[6] + key[8:])
    if key[6] != key[7]:
        assert (wrong.code, wrong.out) == (1, "No licence has this key. As a key of ours it is mistyped: group 2.\n")
    other = seller.place.cli("licence", "check", key, "--product", "menu", "--json")
    assert (other.code, other.document["status"], other.document["reason"]) == (1, "inactive", "wrong_product")
    nowhere = seller.place.cli("licence", "check", key, "--domain", "8.8.8.8")
    assert nowhere.err.startswith("Error: an address is no domain name\n")
    none = seller.place.cli("licence", "check", "K" * 300, "--json")
    assert (none.code, none.document) == (
        1,
        {"status": "unknown", "reason": "unknown", "mistyped_groups": [1, 2, 3, 4, 5], "licence": None},
    )


def test_L8_a_licence_of_the_vendors_own_table_says_where_it_comes_from_and_is_found_by_its_key_as_it_stands_there(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    place = a_workplace(folder / "seller", capsys, stores={"acme.toml": COUNTER_STORE + OWN_TABLE})
    said = {RowField.KEY: "Own-1042", RowField.PRODUCT: "seo", RowField.CUSTOMER_ID: "77"}
    with a_desk(place.state) as desk:
        seller = CounterPlace(place, desk)
        terms, zone = setup(seller).desk_terms, setup(seller).terms(STATUSES).zone
        rows = LicenceTable("my_licences", "id", {one: str(one) for one in said}, frozenset({"seo"}), zone)
        row = MappedRow(1, 1, said)
        desk.run(mapped_licences.take, terms, rows, [row], present={77: 7}, fuse_units=50, at=CLOCK.now())
        shown = seller.well("licence", "check", "Own-1042").out
        assert re.search(r"^Comes from +your own table, first read 20\S+ \S+ \S+$", shown, re.MULTILINE)
        assert re.search(r"^Key +…42$", shown, re.MULTILINE)
        other = place.cli("licence", "check", "own-1042")
        assert other.code == 1
        assert other.out.endswith(
            "all of it. One of your own table is looked for as it stands there, small and large letters too.\n"
        )


def test_L5_a_licence_is_suspended_with_a_reason_and_reinstated(seller: CounterPlace) -> None:
    said = seller.well("licence", "suspend", "1", "--reason", "misuse", *BY).lines()
    assert said[0] == "Anna suspended licence 1 (seo) of customer 77: misuse."
    assert seller.document("licence", "show", "1")["status"] == "suspended"
    again = seller.document("licence", "suspend", "1", "--reason", "misuse", *BY)
    assert (again["changed"], again["by"]) == (False, "Anna")
    assert seller.document("licence", "reinstate", "1", *BY)["status"] == "active"
    said = seller.well("licence", "reinstate", "1", *BY).lines()
    assert said[0] == "It is so already; nothing of licence 1 (seo) of customer 77 was changed."
    assert re.search(r"licence_suspend\s+licence:1\s+reason misuse", seller.well("audit").out)
    wrong = seller.place.cli("licence", "suspend", "1", "--reason", "he shouted", *BY)
    assert (wrong.code, wrong.err.splitlines()[0]) == (
        2,
        "Error: --reason must be one of refunded, unpaid, misuse, leaked, other, not he shouted",
    )


def test_L5_a_licence_is_renewed_by_hand_and_by_what_was_bought(seller: CounterPlace) -> None:
    first = seller.document("licence", "renew", "1", "--months", "6", "--key", "a", *BY)
    again = seller.document("licence", "renew", "1", "--months", "6", "--key", "a", *BY)
    assert (first["changed"], again["changed"], again["support_until"]) == (True, False, first["support_until"])
    said = seller.well("licence", "renew", "1", "--order", "2000", *BY)
    assert said.lines()[0] == "Anna renewed licence 1 (seo) of customer 77 by the renewal of order 2000."
    assert re.search(r"^order 2000 \(SEO-RENEW\)\s+12 ", said.out, re.MULTILINE)
    assert re.search(r"^by hand \(key a\)\s+6 ", said.out, re.MULTILINE)
    assert seller.refused("licence", "renew", "2", "--order", "2000", *BY) == [
        "Error: licence 2 is for good: there is nothing to prolong",
        "Try: see how it stands: bridge licence show 2",
    ]
    for words in (("--months", "6", "--order", "2000"), (), ("--months", "6", "--unit", "2")):
        assert seller.place.cli("licence", "renew", "1", *words, *BY).code == 2


def test_L5_a_key_of_staffs_own_renews_one_licence_alone(seller: CounterPlace) -> None:
    sold_once_more(seller)
    seller.well("licence", "renew", "1", "--months", "6", "--key", "a", *BY)
    assert seller.refused("licence", "renew", "3", "--months", "6", "--key", "a", *BY) == [
        "Error: entry a is already recorded as a renewal of another licence; refused to record it as one of licence 3",
        "Try: look at it (bridge coins statement CUSTOMER, bridge licence show LICENCE), or choose another --key",
    ]
    assert seller.document("licence", "show", "3")["renewals"] == []


def test_what_happened_to_a_licence_is_told_by_orders_and_customers_of_the_shop(seller: CounterPlace) -> None:
    sold_once_more(seller)
    for words in (
        ("suspend", "1", "--reason", "unpaid"),
        ("reinstate", "1"),
        ("renew", "1", "--months", "1"),
        ("renew", "1", "--order", "2000"),
        ("renew", "3", "--order", "2000"),
        ("assign", "1", "78"),
    ):
        seller.well("licence", *words, *BY)
    told = seller.well("licence", "show", "1").out
    for what in (
        r"issued +1 unit$",
        r"suspended +Anna +by staff: unpaid$",
        r"reinstated +Anna +by staff$",
        r"renewed +Anna +1 month, by hand, from 20\S+ \S+ \S+$",
        r"renewed +Anna +12 months, order 2000 \(SEO-RENEW\), from 20\S+ \S+ \S+$",
        r"renewal moved +Anna +that of order 2000 \(SEO-RENEW\), to licence 3$",
        r"assigned +Anna +to customer 78$",
    ):
        assert re.search(what, told, re.MULTILINE), what
    assert seller.document("licence", "show", "1")["history"][-1]["detail"] == {"owner": {"kind": "customer", "id": 78}}


def test_L6_a_domain_is_released(seller: CounterPlace) -> None:
    used_on(seller)
    said = seller.well("licence", "release-domain", "1", "www.Shop.ir", *BY).lines()
    assert said[0] == "Anna released www.Shop.ir of licence 1 (seo) of customer 77."
    assert seller.refused("licence", "release-domain", "1", HERE, *BY)[0] == ("Error: licence 1 is not used on shop.ir")


def test_L6_a_licence_goes_to_a_customer_whom_the_desk_knows(seller: CounterPlace) -> None:
    said = seller.well("licence", "assign", "1", "78", *BY).lines()
    assert said[0] == "Anna assigned licence 1 (seo) to customer 78."
    assert [one["licence"] for one in seller.document("licence", "list", "--customer", "78")["licences"]] == [1]
    assert seller.refused("licence", "show", "99") == [
        "Error: there is no licence 99 in store acme",
        "Try: bridge licence list",
    ]


async def test_L6_a_customer_whom_the_desk_does_not_know_is_looked_up_in_the_shop(acme: ShopPlace) -> None:
    acme.change_store(sections=PRODUCTS)
    await acme.join()
    with Desk.open(acme.place.state / FILE_NAME) as desk:
        terms = StoreSetup.of(load_plain(acme.place.config).stores["acme"]).terms(STATUSES)
        wall = (CLOCK.now().astimezone(terms.zone) - timedelta(hours=1)).replace(tzinfo=None)
        order = an_order(1042, ("SEO-1", 1), ordered_at=wall, granting_at=wall)
        desk.run(purchases.book_orders, terms, [order], at=CLOCK.now(), tell=True)
    nobody = await acme.cli("licence", "assign", "1", "4711", *BY)
    assert nobody.err.splitlines()[0] == "Error: acme: the shop has no customer 4711"
    customer = await acme.shop.add_customer("heir@shop.example")
    assert (await acme.cli("licence", "assign", "1", str(customer), *BY)).code == 0


def test_licences_are_exported_for_a_spreadsheet_and_for_programs(seller: CounterPlace) -> None:
    used_on(seller)
    out = seller.well("licence", "export").out
    first, second = csv.DictReader(out.lstrip("\ufeff").splitlines())
    assert (first["licence"], first["product"], first["places"], first["support_until"]) == ("2", "menu", "", "")
    assert (second["customer"], second["order"], second["used_on"]) == ("77", "1042", HERE)
    assert key_of(seller) not in out
    assert key_of(seller) in seller.well("licence", "export", "--product", "seo", "--with-key").out
    document = seller.document("licence", "export", "--status", "active")
    assert (document["store"], len(document["licences"])) == ("acme", 2)
