"""Licensed products and a vendor's own table of licences in a store's file (rules L1, L5, L8)."""

from pathlib import Path

import pytest

from bridge.domain.licences import LicenceTerms, Licensed, Term
from bridge.engine.setup import StoreSetup
from bridge.settings import StoreSettings
from tests.support.books import TEHRAN
from tests.support.settings_files import GOOD_STORE, load_plain, messages, with_section, write_config

PRODUCT = """\
[licences.products.seo]
name = { en = "SEO" }
product_codes = ["SEO-1", "SEO-5"]
renewals = { SEO-RENEW = 12, SEO-HALF = 6 }
"""
TABLE = """\
[licences.products.seo]
name = { en = "SEO" }
[licences.table]
table = "oc_keys"
id_column = "id"
key = { column = "code" }
product = { column = "extension" }
customer_id = { column = "customer_id" }
products = { "17" = "seo" }
"""


def loaded(tmp_path: Path, section: str = "") -> StoreSettings:
    return load_plain(write_config(tmp_path, stores={"acme.toml": with_section(section)})).stores["acme"]


def test_L8_a_mapped_table_says_of_each_thing_where_it_stands(tmp_path: Path) -> None:
    more = 'domains = { value = 3 }\nstatuses = { "1" = "active" }\nzero_dates = true\n'
    setup = StoreSetup.of(loaded(tmp_path, TABLE + more))
    table = setup.connection(with_password=False).licence_table
    assert table is not None
    assert (table.name, table.id_column, table.known) == ("oc_keys", "id", frozenset({"seo"}))
    assert table.columns == {"key": "code", "product": "extension", "customer_id": "customer_id"}
    assert table.values == {"domains": "3"}
    assert (table.products, table.statuses, table.zero_dates) == ({"17": "seo"}, {"1": "active"}, True)
    assert setup.licences.codes == frozenset(), "orders give nothing"
    assert StoreSetup.of(loaded(tmp_path, TABLE)).licence_table != table
    assert StoreSetup.of(loaded(tmp_path)).licence_table is None


def test_L1_without_products_a_store_sells_no_licences(tmp_path: Path) -> None:
    book = StoreSetup.of(loaded(tmp_path)).licences
    assert not book
    assert book.codes == frozenset()


def test_L1_what_is_left_out_is_a_year_of_updates_and_support_on_one_domain_for_good(tmp_path: Path) -> None:
    setup = StoreSetup.of(loaded(tmp_path, PRODUCT))
    assert setup.licences.products["seo"].terms == LicenceTerms("seo", TEHRAN, 0, 12, 12, 1, 0, Term.SUPPORT)
    book = setup.desk_terms.licences
    assert (book.expiring_days, book.offline_days, book.releases, book.release_days) == ((30, 7, 1), 14, 2, 365)


def test_L1_L5_a_code_is_a_products_or_a_renewals(tmp_path: Path) -> None:
    setup = StoreSetup.of(loaded(tmp_path, PRODUCT))
    book = setup.licences
    assert [book.licensed(code) for code in ("SEO-5", "SEO-HALF", "SUPPORT-BASE", "seo-5")] == [
        Licensed("seo"),
        Licensed("seo", 6),
        None,
        None,
    ]
    assert book.near_miss(" seo-5") == "SEO-5"
    looked_for = setup.connection(with_password=False).product_codes
    assert looked_for == {"SUPPORT-BASE", "SEO-1", "SEO-5", "SEO-RENEW", "SEO-HALF"}


def test_L6_a_product_has_days_of_grace_of_its_own_or_those_of_the_store(tmp_path: Path) -> None:
    general = "[licences]\ngrace_days = 3\nactive = 'licence'\n"
    book = StoreSetup.of(loaded(tmp_path, general + PRODUCT)).licences
    assert (book.products["seo"].terms.grace_days, book.products["seo"].terms.active) == (3, Term.LICENCE)
    book = StoreSetup.of(loaded(tmp_path, general + PRODUCT + "grace_days = 0\n")).licences
    assert book.products["seo"].terms.grace_days == 0


def test_L2_a_licence_may_cover_further_products(tmp_path: Path) -> None:
    book = StoreSetup.of(loaded(tmp_path, PRODUCT + 'covers = ["Old SEO"]\n')).licences
    assert book.covering("seo") == {"seo"}
    assert book.named("old  seo") == "Old SEO"
    assert book.covering("Old SEO") == {"seo"}


def test_L8_a_vendors_own_table_takes_the_place_of_orders(tmp_path: Path) -> None:
    table = loaded(tmp_path, TABLE).licences.table
    assert table is not None
    assert (table.table, table.key.column, dict(table.products)) == ("oc_keys", "code", {"17": "seo"})


BAD = {
    "a plan's code": (
        PRODUCT.replace('"SEO-5"', '"support-base"'),
        'licences.products.seo.product_codes[2]: must stand for one thing: "support-base" grants the plan base already',
    ),
    "a renewal that is a product": (
        PRODUCT.replace("SEO-HALF", '"seo-1"'),
        'licences.products.seo.renewals.seo-1: must stand for one thing: "seo-1" gives a licence of seo already',
    ),
    "a renewal of two products": (
        PRODUCT + '[licences.products.b]\nname = { en = "B" }\nproduct_codes = ["B"]\nrenewals = { SEO-RENEW = 1 }',
        'licences.products.b.renewals.SEO-RENEW: must stand for one thing: "SEO-RENEW" renews seo already',
    ),
    "no code": (
        '[licences.products.seo]\nname = { en = "SEO" }',
        (
            "licences.products.seo.product_codes: must name at least one product code, "
            "or no purchase can ever give a licence of it"
        ),
    ),
    "a code twice": (
        PRODUCT.replace('"SEO-5"', '"SEO-1"'),
        'licences.products.seo.product_codes[2]: must not be named twice, not "SEO-1"',
    ),
    "a key in capitals": (
        PRODUCT.replace("products.seo", "products.SEO"),
        (
            "licences.products.SEO: a product's key must be lower-case letters, digits, - and _, "
            "beginning with a letter, at most 32"
        ),
    ),
    "a renewal of nothing": (
        PRODUCT.replace("SEO-HALF = 6", "SEO-HALF = 0"),
        "licences.products.seo.renewals.SEO-HALF: must be a whole number of at least 1, not 0",
    ),
    "months below 0": (
        PRODUCT + "support_months = -1",
        "licences.products.seo.support_months: must be a whole number of at least 0, not -1",
    ),
    "a date that there is not": (
        '[licences]\nactive = "help"',
        'licences.active: must be "licence", "updates" or "support", not "help"',
    ),
    "no name": (
        '[licences.products.seo]\nproduct_codes = ["SEO"]',
        'licences.products.seo.name: must be set, for example { en = "SEO extension" }',
    ),
    "a name that is no table": (
        '[licences.products.seo]\nname = "SEO"\nproduct_codes = ["SEO"]',
        'licences.products.seo.name: must be a table, for example { en = "SEO extension" }, not "SEO"',
    ),
    "a column without its braces": (
        TABLE + 'support_until = "valid_until"',
        (
            'licences.table.support_until: must be { column = "name" }, or { value = "what holds for every row" }, '
            'not "valid_until"'
        ),
    ),
    "orders and a table": (
        TABLE.replace('"SEO" }', '"SEO" }\nproduct_codes = ["SEO"]'),
        (
            "licences.products.seo.product_codes: must be left out: with [licences.table] licences come from that "
            "table and not from orders"
        ),
    ),
    "a product of the table that there is not": (
        TABLE.replace('"17" = "seo"', '"17" = "other"'),
        'licences.table.products.17: must be the key of a product of this file (seo), not "other"',
    ),
    "SQL for a column": (
        TABLE.replace('"code"', '"code` --"'),
        (
            "licences.table.key.column: must be the name of a table or a column: letters, digits and _, at most 64, "
            'not "code` --"'
        ),
    ),
    "both a column and a value": (
        TABLE.replace('column = "code"', 'column = "code", value = "x"'),
        "licences.table.key: must name exactly one of column and value",
    ),
    "one key for all": (
        TABLE.replace('column = "code"', 'value = "x"'),
        "licences.table.key: must be a column: no two licences have one key",
    ),
    "nobody's": (
        TABLE.replace('customer_id = { column = "customer_id" }\n', ""),
        "licences.table: must name exactly one of customer_id and email",
    ),
    "a status that means nothing": (
        TABLE + 'statuses = { "1" = "fine" }',
        'licences.table.statuses.1: must be "active", "expired" or "suspended", not "fine"',
    ),
    "a date without a year": (
        TABLE + 'date_format = "%d.%m."',
        (
            'licences.table.date_format: must be "sql", "unix", or a pattern with %Y and %m such as "%d.%m.%Y", '
            'not "%d.%m."'
        ),
    ),
    "an unknown word": (
        PRODUCT + "suport_months = 1",
        "licences.products.seo.suport_months: is not a known setting; did you mean support_months?",
    ),
}


@pytest.mark.parametrize(("section", "told"), BAD.values(), ids=BAD.keys())
def test_what_is_wrong_is_told_with_place_rule_and_value(tmp_path: Path, section: str, told: str) -> None:
    text = GOOD_STORE + "\n" + section
    assert messages(write_config(tmp_path, stores={"acme.toml": text})) == [f"stores/acme.toml: {told}"]
