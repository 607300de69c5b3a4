"""The PrestaShop module: its hooks, its texts, how it is installed and removed."""

import hashlib
import re

import pytest

from bridge import VERSION
from bridge.resources import resource
from tests.plugins.conftest import MakeShop
from tests.support.storefront import PAGES, Storefront, account, package

SOURCES = resource("plugins/prestashop/storefront")


@pytest.fixture
def shop(make_shop: MakeShop) -> Storefront:
    shop = make_shop("prestashop")
    shop.make_tables()
    shop.pair()
    shop.push(account(package()))
    return shop


def test_a_driver_that_returns_false_instead_of_throwing_is_understood(shop: Storefront) -> None:
    shop.run("DROP TABLE {p}account")
    page = shop.open_page(driver_throws=False)
    assert page.result == PAGES["prestashop"].replace("{hook}", "")
    assert len(page.log) == 1
    assert "the account block is not shown: the tables are missing" in page.log[0]


def test_a_log_that_cannot_be_written_leaves_the_page_alone(shop: Storefront) -> None:
    shop.run("DROP TABLE {p}account")
    page = shop.open_page(log_broken=True)
    assert page.result == PAGES["prestashop"].replace("{hook}", "")


def test_the_style_sheet_is_asked_for_on_the_account_page(shop: Storefront) -> None:
    asked = shop.administer("hookActionFrontControllerSetMedia").result["sheets"]
    assert asked == ["modules/supportbridge/views/css/account.css"]
    assert (shop.extensions / asked[0].removeprefix("modules/")).is_file()


def test_installing_makes_the_tables_and_takes_its_hooks(make_shop: MakeShop) -> None:
    shop = make_shop("prestashop")
    installed = shop.administer("install").result
    assert installed["answers"] == [True]
    assert installed["hooks"] == ["displayCustomerAccount", "actionFrontControllerSetMedia"]
    assert shop.run("SELECT payload FROM {p}meta WHERE name = 'schema'") == [("1",)]


@pytest.mark.parametrize("driver_throws", [True, False])
def test_tables_that_cannot_be_made_stop_the_installation_with_a_reason(
    make_shop: MakeShop, *, driver_throws: bool
) -> None:
    shop = make_shop("prestashop")
    shop.server.run(f"CREATE TABLE `{shop.database}`.other (id INT)")
    shop.server.create_user("reader", "secret", [f"SELECT ON `{shop.database}`.`other`"])
    tried = shop.administer("install", user="reader", password="secret", driver_throws=driver_throws)
    assert tried.result["answers"] == [False]
    assert tried.result["installed"] is False
    assert tried.result["errors"] == ["The tables could not be made. The error number of the database is in the log."]
    assert tried.log == ["Support Bridge: the tables could not be made (database error 1142)"]


def test_removing_keeps_the_tables_and_says_so(shop: Storefront) -> None:
    removed = shop.administer("uninstall")
    assert removed.result["answers"] == [True]
    assert removed.log == ["Support Bridge: removed; the tables ps_supportbridge_* were left in place"]
    assert shop.run("SELECT COUNT(*) FROM {p}account") == [(1,)]


def test_the_back_offices_page_says_what_is_in_place(shop: Storefront) -> None:
    page = shop.administer("getContent").result["answers"][0]
    assert "The tables are in place." in page
    assert "Key file of store acme" in page
    assert "The config folder lies inside the web root" in page


def test_the_back_offices_page_says_what_is_missing(make_shop: MakeShop) -> None:
    page = make_shop("prestashop").administer("getContent").result["answers"][0]
    assert "The tables cannot be used: the tables are missing" in page
    assert "There is no key file in the config folder yet" in page


def test_every_text_is_translated_and_no_translation_is_left_over() -> None:
    texts = set(re.findall(r"\$this->l\('([^']+)'\)", (SOURCES / "supportbridge.php").read_text("utf-8")))
    wanted = {
        f"<{{supportbridge}}prestashop>supportbridge_{hashlib.md5(text.encode()).hexdigest()}"  # noqa: S324
        for text in texts
    }
    for language in ("ru", "fa"):
        content = (SOURCES / f"translations/{language}.php").read_text("utf-8")
        assert set(re.findall(r"\$_MODULE\['([^']+)'\]", content)) == wanted
    # The shop escapes such characters in looked-up texts, and the template would do it again.
    assert not [text for text in texts if re.search(r"[<>&\"]", text)]


def test_every_folder_sends_visitors_away() -> None:
    folders = [SOURCES, *(path for path in SOURCES.rglob("*") if path.is_dir())]
    assert [folder for folder in folders if not (folder / "index.php").is_file()] == []


def test_the_module_states_the_programs_version() -> None:
    assert f"$this->version = '{VERSION}';" in (SOURCES / "supportbridge.php").read_text("utf-8")
