"""The status page of the extension: what it tells a shop's owner about both sides of the bridge, on every platform."""

import re
from datetime import UTC, datetime
from typing import Any

import pytest

from bridge import VERSION
from bridge.resources import resource
from bridge.services.account_pages import PageTerms
from bridge.services.notes import signed_note, status_document, status_name
from tests.plugins.conftest import MakeShop
from tests.support.back_office import EVENTS, PLATFORMS, BackOffice, push_meta, status, told_version
from tests.support.books import ACME, PLANS, TEHRAN
from tests.support.storefront import DAY, KEY, NOW, OTHER_KEY, Storefront

ON_ONE = pytest.mark.parametrize("empty_shop", ["opencart"], indirect=True)
"""What the platform has no part in."""
SHARED = resource("bridge/shopkit/storefront")
OPENCART = resource("plugins/opencart/storefront/admin/language")
PRESTASHOP = resource("plugins/prestashop/storefront")

REPORTS: list[tuple[dict[str, Any], str]] = [
    (
        {"at": NOW - 2 * 3600},
        "The desk last reported 2 hours ago (15 January 2027, 06:00), and should every few minutes",
    ),
    ({"at": NOW - 3 * DAY}, "The desk last reported 3 days ago"),
    ({"at": NOW + 3600}, "at a moment that lies ahead (15 January 2027, 09:00)"),
    ({"state": "waiting"}, "bridge status says for what"),
    ({"state": "paused"}, "The desk has paused this store"),
    ({"state": "<b>odd"}, "a state that this extension does not know: <b>odd."),
    ({"problems": 3}, "Problems waiting for staff: 3."),
    ({"last_order_read": None}, "Orders have not been read yet."),
    ({"last_order_read": NOW - 7200}, "Orders were last read 2 hours ago."),
    ({"version": "0.2.9"}, f"The desk is of version 0.2.9, older than this extension ({VERSION})"),
    ({"version": "9.0.0"}, f"The desk is of version 9.0.0, newer than this extension ({VERSION})"),
    ({"version": f"{VERSION}1"}, f"The desk is of version {VERSION}1 and fits this extension."),
    ({"v": 2}, "of a version that this extension does not know; update it"),
    ({"at": "now"}, "The report of the desk cannot be used: the meta document has no usable"),
    ({"store": "other"}, "belongs to another store"),
]


@pytest.fixture(params=PLATFORMS)
def empty_shop(request: pytest.FixtureRequest, make_shop: MakeShop) -> Storefront:
    return make_shop(request.param)


def test_a_desk_that_is_well_is_said_to_be(shop: Storefront) -> None:
    push_meta(shop, "status", status())
    if shop.platform != "prestashop":
        shop.run(EVENTS, "INSERT INTO oc_event (code, status) VALUES ('supportbridge_panel', 1)")
    page = BackOffice(shop).status("install")
    assert "The tables are of version 1, which this extension reads." in page
    assert f"This extension is of version {VERSION}." in page
    assert "The desk of store acme The desk last reported just now (15 January 2027, 07:59)." in page
    assert "The desk is well. No problem waits for staff. Orders were last read just now." in page
    assert f"The desk is of version {VERSION} and fits this extension." in page
    assert "Staff see" in page
    assert "Staff do not see" not in page


def test_the_owner_reads_it_in_his_own_language(shop: Storefront) -> None:
    push_meta(shop, "status", status(at=NOW - 600))
    for language, said in (
        ("ru", "Служба поддержки сообщила о себе 10 мин назад"),
        ("fa", "میز پشتیبانی آخرین بار ۱۰ دقیقه پیش گزارش داده است"),
    ):
        page = BackOffice(shop, language).status()
        assert said in page
        assert not re.search(
            r"(status|contact|state|problems|orders|versions|tables)_[a-z]", page.replace("bridge_", "")
        )


@ON_ONE
def test_each_state_of_the_desk_is_put_into_words(shop: Storefront) -> None:
    for changes, said in REPORTS:
        push_meta(shop, "status", status(**changes))
        assert said in BackOffice(shop).status(), changes


@ON_ONE
def test_a_silent_desk_is_not_said_to_be_well(shop: Storefront) -> None:
    push_meta(shop, "status", status(at=NOW - DAY))
    page = BackOffice(shop).status()
    assert "and should every few minutes" in page
    assert "The desk is well." not in page


@ON_ONE
def test_what_the_desk_writes_is_what_the_page_reads(shop: Storefront) -> None:
    at = datetime.fromtimestamp(NOW - 180, UTC)
    terms = PageTerms(ACME, TEHRAN, PLANS, KEY, epoch=3)
    facts: dict[str, Any] = {"state": "paused", "problems": 2, "last_order_read": at, "at": at}
    note = signed_note(terms, status_document(terms, version=VERSION, **facts))
    shop.run(
        f"INSERT INTO {{p}}meta (name, payload, key_id, mac) VALUES ('{status_name(ACME)}',"
        f" 0x{note.payload.encode().hex()}, '{note.key_id}', '{note.mac}')"
    )
    page = BackOffice(shop).status()
    assert "The desk last reported 3 minutes ago" in page
    assert "The desk has paused this store" in page
    assert "Problems waiting for staff: 2." in page
    assert "and fits this extension." in page


@ON_ONE
def test_a_report_signed_by_another_key_is_not_believed(shop: Storefront) -> None:
    push_meta(shop, "status", status(), signer=OTHER_KEY)
    page = BackOffice(shop).status()
    assert "The report of the desk cannot be used: the signature of a row of meta does not verify" in page
    assert "The desk is well." not in page


@ON_ONE
def test_a_desk_that_never_wrote_and_one_that_does_not_report_are_told_apart(shop: Storefront) -> None:
    assert "The desk has not written into this shop yet" in BackOffice(shop).status()
    shop.run("INSERT INTO {p}meta (name, payload) VALUES ('desk:acme', '{{}}')")
    assert f"its program is older than {VERSION}, or has not run since it was updated" in BackOffice(shop).status()


def test_a_shop_without_tables_and_key_still_has_its_page(empty_shop: Storefront) -> None:
    page = BackOffice(empty_shop).status()
    assert "The tables are missing: run bridge store prepare" in page
    assert "There is no key file" in page
    assert "Staff do not see the coins beside orders and customers" in page


@ON_ONE
def test_tables_that_are_missing_are_named(shop: Storefront) -> None:
    shop.run("DROP TABLE {p}ticket", "DROP TABLE {p}hint", "UPDATE {p}meta SET payload = '2' WHERE name = 'schema'")
    page = BackOffice(shop).status()
    assert "what belongs there: supportbridge_hint, supportbridge_ticket." in page
    assert "The tables are of version 2, this extension reads 1" in page


# --- the extension's own version ----------------------------------------------------------------------------


def test_installing_tells_the_desk_the_version_and_removing_takes_it_back(shop: Storefront) -> None:
    assert told_version(shop) is None
    shop.administer("install")
    assert told_version(shop) == VERSION
    shop.administer("install", "uninstall")
    assert told_version(shop) is None


def test_a_key_that_comes_after_the_installation_is_noticed_by_the_status_page(empty_shop: Storefront) -> None:
    empty_shop.administer("install")
    assert told_version(empty_shop) is None
    empty_shop.pair()
    empty_shop.run("INSERT INTO {p}meta (name, payload) VALUES ('storefront:acme', '{{\"version\": \"0.1.0\"}}')")
    BackOffice(empty_shop).status()
    assert told_version(empty_shop) == VERSION


def test_the_version_is_the_programs() -> None:
    assert f"const VERSION = '{VERSION}';" in (SHARED / "Extension.php").read_text("utf-8")


def test_a_newer_prestashop_module_takes_its_new_places_and_tells_its_version(make_shop: MakeShop) -> None:
    shop = make_shop("prestashop")
    shop.make_tables()
    shop.pair()
    upgraded = shop.administer("upgrade:0.7.0").result
    assert upgraded["answers"] == [True]
    assert {"displayAdminOrderSide", "displayAdminCustomers"} <= set(upgraded["hooks"])
    assert told_version(shop) == VERSION


# --- the words ------------------------------------------------------------------------------------------------


def opencart_words(folder: str) -> dict[str, str]:
    source = (OPENCART / folder / "back_office.php").read_text("utf-8")
    return dict(re.findall(r"^\$_\['([a-z_]+)'\] = '(.*)';$", source, re.MULTILINE))


def test_both_platforms_say_the_same_in_every_language() -> None:
    english = opencart_words("en-gb")
    source = (PRESTASHOP / "classes/SupportbridgeWords.php").read_text("utf-8")
    assert dict(re.findall(r"'([a-z_]+)' => \$module->l\('([^']+)', self::SOURCE\)", source)) == english
    for language, folder in (("ru", "ru-ru"), ("fa", "fa-ir")):
        translated = opencart_words(folder)
        translations = (PRESTASHOP / f"translations/{language}.php").read_text("utf-8")
        lines = re.findall(
            r"^// (.*)\n\$_MODULE\['[^']*>supportbridgewords_[0-9a-f]+'\] = '(.*)';$", translations, re.MULTILINE
        )
        assert {name: dict(lines)[text] for name, text in english.items()} == translated
        for name, text in english.items():
            assert sorted(re.findall(r"{[a-z]+}", translated[name])) == sorted(re.findall(r"{[a-z]+}", text)), name


def test_every_word_that_is_said_exists_and_none_is_left_over() -> None:
    files = ("AdminPanel.php", "PanelLists.php", "AdminWords.php", "StatusPage.php")
    source = "".join((SHARED / file).read_text("utf-8") for file in files)
    composed = {f"panel_{fact}" for fact in ("available", "held", "plan", "expiry")}
    composed |= {f"state_{state}" for state in ("well", "waiting", "paused")}
    composed |= {f"panel_kind_{kind}" for kind in ("pre_sales", "support", "work")}
    composed |= {f"panel_state_{state}" for state in ("open", "waiting_customer", "waiting_approval", "in_work")}
    composed |= {f"panel_urgent_{urgency}" for urgency in ("asked", "confirmed")}
    standing = ("active", "expiring", "expired", "suspended", "refunded")
    composed |= {f"panel_licence_{state}" for state in standing}
    begun = {"panel_kind_", "panel_state_", "panel_urgent_", "panel_licence_"}
    said = set(
        re.findall(r"'((?:panel|age|status|tables|extension|contact|state|problems|orders|versions)_[a-z_]+)'", source)
    )
    at_rest = {"state_lapsed", "state_settled", "state_released", "state_declined", "state_withdrawn"}
    assert (said - at_rest - begun) | composed == set(opencart_words("en-gb"))
