"""The OpenCart extension: where the block stands, how it is installed and removed."""

import json
import re
from pathlib import Path

import pytest

from bridge import VERSION
from bridge.resources import resource
from tests.plugins.conftest import MakeShop
from tests.support.storefront import PAGES, Storefront, account, package

SOURCES = resource("plugins/opencart/storefront")
LANGUAGES = ("en-gb", "ru-ru", "fa-ir")


@pytest.fixture
def shop(make_shop: MakeShop) -> Storefront:
    shop = make_shop("opencart")
    shop.make_tables()
    shop.pair()
    shop.push(account(package()))
    return shop


def test_the_block_stands_below_the_pages_heading(shop: Storefront) -> None:
    page = shop.open_page().result
    assert page.index("</h1>") < page.index("<section") < page.index("<ul>")
    assert re.sub(r"<link.*</section>\n", "", page, flags=re.DOTALL) == PAGES["opencart"]


def test_a_page_without_a_heading_gets_the_block_below_what_is_on_top_of_its_content(shop: Storefront) -> None:
    """As 4.0's own page, whose groups of links have headings but the page has none."""
    top = "<div>a module on top</div>"
    page = f'<div id="content" class="col">{top}<h2>My Account</h2></div><footer>the shop</footer>'
    shown = shop.open_page(page=page, content_top=top + "\n").result
    assert shown.index("on top") < shown.index("<section") < shown.index("My Account")


def test_a_theme_without_a_content_gets_the_block_before_its_footer(shop: Storefront) -> None:
    page = shop.open_page(page="<body>my links<footer>the shop</footer></body>").result
    assert page.index("my links") < page.index("<section") < page.index("<footer>")


def test_a_theme_with_neither_keeps_its_page_and_the_log_says_why(shop: Storefront) -> None:
    page = shop.open_page(page="<body>my links</body>", footer="")
    assert page.result == "<body>my links</body>"
    assert len(page.log) == 1
    assert "the theme's account page has neither a content nor a footer to go by" in page.log[0]


def test_the_block_can_be_switched_off(shop: Storefront) -> None:
    page = shop.open_page(settings={"module_supportbridge_status": "0"})
    assert (page.shown, page.log) == ({}, [])
    assert shop.open_page(settings={"module_supportbridge_status": "1"}).shown["available"] == "550"


def test_opening_the_events_address_directly_does_nothing(shop: Storefront) -> None:
    assert shop.open_page(directly=True).result.count("<section") == 1


def test_the_log_is_as_plain_with_the_shops_other_database_driver(shop: Storefront) -> None:
    shop.run("DROP TABLE {p}account")
    page = shop.open_page(driver="pdo")
    assert len(page.log) == 1
    assert "the tables are missing" in page.log[0]


def test_a_half_removed_extension_leaves_the_page_alone(shop: Storefront) -> None:
    shared = shop.extensions / "supportbridge/system/library/shared/all.php"
    kept = shared.read_bytes()
    shared.unlink()
    try:
        page = shop.open_page()
    finally:
        shared.write_bytes(kept)
    assert page.result == PAGES["opencart"]
    assert len(page.log) == 1
    assert "RuntimeException in account.php" in page.log[0]


def test_installing_makes_the_tables_registers_the_event_and_switches_the_block_on(
    make_shop: MakeShop,
) -> None:
    shop = make_shop("opencart")
    installed = shop.administer("install", "install")
    assert installed.log == []
    events = [(event["trigger"], event["action"], event["status"]) for event in installed.result["events"]]
    assert [event[:2] for event in events[-2:]] == [
        ("admin/view/sale/order_info/after", "extension/supportbridge/event/panel.order"),
        ("admin/view/customer/customer_form/after", "extension/supportbridge/event/panel.customer"),
    ]
    assert events[0] == ("catalog/view/account/account/after", "extension/supportbridge/event/account.after", True)
    assert installed.result["settings"]["module_supportbridge_status"] == "1"
    assert shop.run("SELECT payload FROM {p}meta WHERE name = 'schema'") == [("1",)]
    shop.pair()
    shop.push(account(package()))
    assert shop.open_page().shown["available"] == "550"


def test_removing_keeps_the_tables_and_says_so(shop: Storefront) -> None:
    removed = shop.administer("install", "uninstall")
    assert removed.result["events"] == []
    assert "module_supportbridge_status" not in removed.result["settings"]
    assert removed.log == ["Support Bridge: removed; the tables oc_supportbridge_* were left in place"]
    assert shop.run("SELECT COUNT(*) FROM {p}account") == [(1,)]


def test_a_shop_user_who_may_not_make_tables_can_still_install(make_shop: MakeShop) -> None:
    shop = make_shop("opencart")
    shop.server.run(f"CREATE TABLE `{shop.database}`.other (id INT)")
    shop.server.create_user("reader", "secret", [f"SELECT ON `{shop.database}`.`other`"])
    installed = shop.administer("install", user="reader", password="secret")
    assert installed.result["events"]
    assert installed.log == ['Support Bridge: the tables could not be made; run "bridge store prepare" instead']


def test_the_administrations_page_says_what_is_in_place(shop: Storefront) -> None:
    shop.write_key_file("<?php return [", "supportbridge-second.php")
    page = shop.administer("index").result["output"]
    assert "The tables are in place." in page
    assert "Key file of store acme" in page
    assert "A key file cannot be used: the key file supportbridge-second.php is not valid PHP" in page
    assert "web root" not in page


def test_the_administrations_page_says_what_is_missing(make_shop: MakeShop) -> None:
    shop = make_shop("opencart")
    page = shop.administer("index").result["output"]
    assert "The tables cannot be used: the tables are missing" in page
    assert "There is no key file in the storage folder yet" in page


def test_the_setting_is_saved(shop: Storefront) -> None:
    saved = shop.administer("save")
    assert saved.result["settings"]["module_supportbridge_status"] == "0"
    assert json.loads(saved.result["output"]) == {"success": "The setting has been saved."}


@pytest.mark.parametrize("place", ["catalog/language/{}/account.php", "admin/language/{}/module/supportbridge.php"])
def test_every_language_has_the_same_texts(place: str) -> None:
    keys = [_keys(SOURCES / place.format(language)) for language in LANGUAGES]
    assert keys[0] == keys[1] == keys[2]
    assert keys[0]


def _keys(file: Path) -> list[str]:
    return re.findall(r"^\$_\['(\w+)'\] = '.+';$", file.read_text("utf-8"), flags=re.MULTILINE)


def test_the_extension_states_the_programs_version() -> None:
    assert json.loads((SOURCES / "install.json").read_text("utf-8"))["version"] == VERSION


def test_the_installer_of_4_0_finds_all_it_asks_for() -> None:
    """It refuses a zip whose name, version, author or link is empty; 4.1 lets a link be."""
    stated = json.loads((SOURCES / "install.json").read_text("utf-8"))
    assert all(3 <= len(stated[name]) <= 128 for name in ("name", "version", "author", "link"))
