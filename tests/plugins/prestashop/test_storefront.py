"""The PrestaShop module: its hooks, its texts, how it is installed and removed."""

import hashlib
import itertools
import json
import re
import subprocess

import pytest

from bridge import VERSION
from bridge.resources import resource
from tests.plugins.conftest import MakeShop
from tests.support.storefront import PAGES, Storefront, account, package

SOURCES = resource("plugins/prestashop/storefront")
VERSIONS = ["1.6.1.999", "8.1.2", "9.1.4"]
"""thirty bees calls itself 1.6.1.999 to its modules."""


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


@pytest.mark.parametrize("version", VERSIONS)
def test_the_style_sheet_is_asked_for_on_the_account_page_as_each_version_wants_it(
    shop: Storefront, version: str
) -> None:
    asked = shop.administer("hookActionFrontControllerSetMedia", version=version).result["sheets"]
    by_address = "/shop/" if version == "1.6.1.999" else ""
    assert asked == [f"{by_address}modules/supportbridge/views/css/account.css"]
    assert (shop.extensions / "supportbridge/views/css/account.css").is_file()
    elsewhere = shop.administer("hookActionFrontControllerSetMedia", version=version, page_name="history")
    assert elsewhere.result["sheets"] == []


@pytest.mark.parametrize(("version", "element"), [("1.6.1.999", "li"), ("8.1.2", "div"), ("9.1.4", "div")])
def test_the_block_is_what_each_versions_account_page_is_made_of(shop: Storefront, version: str, element: str) -> None:
    page = shop.open_page(version=version)
    assert page.shown == {"available": "550", "held": "0", "plan": "Base", "next-expiry": "14 February 2027"}
    assert f'<{element} class="supportbridge-account-row' in page.result
    assert page.result.count("<li") == page.result.count("</li>")
    assert page.result.count("<div") == page.result.count("</div>")


@pytest.mark.parametrize("version", VERSIONS)
def test_each_version_shows_the_block_from_right_to_left(shop: Storefront, version: str) -> None:
    page = shop.open_page(version=version, language="fa")
    assert 'lang="fa" dir="rtl"' in page.result
    assert page.shown["available"] == "۵۵۰"


@pytest.mark.parametrize("version", VERSIONS)
def test_no_version_loses_its_page_to_missing_tables(shop: Storefront, version: str) -> None:
    shop.run("DROP TABLE {p}account")
    page = shop.open_page(version=version)
    assert page.result == PAGES["prestashop"].replace("{hook}", "")
    assert len(page.log) == 1


def test_a_menu_that_repeats_the_account_pages_links_elsewhere_stays_as_it_was(shop: Storefront) -> None:
    page = shop.open_page(version="9.1.4", page_name="history")
    assert page.result == PAGES["prestashop"].replace("{hook}", "")


def test_a_menu_beside_the_account_page_hides_the_block_that_the_page_shows(shop: Storefront) -> None:
    """Hummingbird asks twice, first for its menu; the two can't be told apart but by the menu's class."""
    page = shop.open_page(version="9.1.4", times=2)
    assert page.result.count("<section") == 2
    assert " id=" not in page.result.split("<section", 1)[1].split("</section>", 1)[0]
    style = (shop.extensions / "supportbridge/views/css/account.css").read_text("utf-8")
    menu = ".account-menu:not(.account-menu--main)"  # 1.x calls only its menu so, 2.x the page's links too
    assert f"{menu} .supportbridge-account-row {{\n  display: none;" in style


# --- orders that changed ----------------------------------------------------------------------------------

ORDER_HOOKS = [
    "hookActionOrderStatusPostUpdate",
    "hookActionOrderSlipAdd",
    "hookActionObjectOrderUpdateAfter",
    "hookActionObjectOrderDeleteAfter",
    "hookActionObjectOrderDetailAddAfter",
    "hookActionObjectOrderDetailUpdateAfter",
    "hookActionObjectOrderDetailDeleteAfter",
]


def hints(shop: Storefront) -> dict[str, int]:
    return dict(shop.run("SELECT store, number FROM {p}hint WHERE kind = 'order'"))


@pytest.mark.parametrize("version", VERSIONS)
def test_a_ticket_that_changes_orders_raises_the_counter_once(shop: Storefront, version: str) -> None:
    for count in (1, 2):
        changed = shop.administer(*ORDER_HOOKS, version=version)
        assert changed.result["answers"] == [None] * len(ORDER_HOOKS)
        assert (changed.printed, changed.log) == ("", [])
        assert hints(shop) == {"acme": count}


def test_each_kind_of_change_raises_the_counter(shop: Storefront) -> None:
    for count, hook in enumerate(ORDER_HOOKS, start=1):
        shop.administer(hook)
        assert hints(shop) == {"acme": count}, hook


def test_only_the_stores_of_the_orders_shop_are_told(shop: Storefront) -> None:
    """The order says its shop; an employee may work on it from another."""
    shop.pair(store="second", shop_ids=(2,))
    shop.pair(store="third", shop_ids=(3,))
    shop.administer("hookActionObjectOrderUpdateAfter:2", shop_id=3)
    assert hints(shop) == {"acme": 1, "second": 1}
    shop.administer("hookActionOrderStatusPostUpdate", shop_id=3)
    assert hints(shop) == {"acme": 2, "second": 1, "third": 1}


@pytest.mark.parametrize("driver_throws", [True, False])
@pytest.mark.parametrize(
    ("damage", "told"),
    [("DROP TABLE {p}hint", 0), ("ALTER TABLE {p}hint DROP COLUMN number", 1)],
)
def test_a_counter_that_cannot_be_raised_leaves_the_order_alone(
    shop: Storefront, damage: str, told: int, *, driver_throws: bool
) -> None:
    shop.run(damage)
    changed = shop.administer(*ORDER_HOOKS, driver_throws=driver_throws)
    assert changed.result["answers"] == [None] * len(ORDER_HOOKS)
    assert changed.printed == ""
    assert changed.log == ["Support Bridge: the desk was not told of a changed order (database error 1054)"] * told


def test_a_shop_without_a_key_file_changes_its_orders_in_peace(make_shop: MakeShop) -> None:
    changed = make_shop("prestashop").administer(*ORDER_HOOKS)
    assert (changed.printed, changed.log) == ("", [])


# --- installing, upgrading, removing ----------------------------------------------------------------------


def test_installing_makes_the_tables_and_takes_its_hooks(make_shop: MakeShop) -> None:
    shop = make_shop("prestashop")
    installed = shop.administer("install").result
    assert installed["answers"] == [True]
    assert installed["hooks"] == [
        "displayCustomerAccount",
        "actionFrontControllerSetMedia",
        "displayAdminOrderSide",
        "displayAdminCustomers",
        "actionOrderStatusPostUpdate",
        "actionOrderSlipAdd",
        "actionObjectOrderUpdateAfter",
        "actionObjectOrderDeleteAfter",
        "actionObjectOrderDetailAddAfter",
        "actionObjectOrderDetailUpdateAfter",
        "actionObjectOrderDetailDeleteAfter",
    ]
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


def a_shop_of_the_first_version(shop: Storefront) -> None:
    """No table of hints, and only the hooks of the account page."""
    shop.run("DROP TABLE {p}hint")
    taken = ["displayCustomerAccount", "actionFrontControllerSetMedia"]
    (shop.folder / "memory.json").write_text(json.dumps({"the hooks taken": taken}), "utf-8")


def test_upgrading_the_first_version_brings_the_hooks_and_the_table(shop: Storefront) -> None:
    a_shop_of_the_first_version(shop)
    upgraded = shop.administer("upgrade:0.2.0").result
    assert upgraded["answers"] == [True]
    assert len(upgraded["hooks"]) == 4 + len(ORDER_HOOKS)
    shop.administer("hookActionOrderStatusPostUpdate")
    assert hints(shop) == {"acme": 1}


def test_an_upgrade_that_may_not_make_the_table_keeps_the_module_in_service(shop: Storefront) -> None:
    """The shop disables a module whose upgrade fails, and its customers would lose the block."""
    a_shop_of_the_first_version(shop)
    shop.server.create_user("reader", "secret", [f"SELECT ON `{shop.database}`.*"])
    upgraded = shop.administer("upgrade:0.2.0", user="reader", password="secret")
    assert upgraded.result["answers"] == [True]
    assert upgraded.log == ["Support Bridge: the tables could not be made (database error 1142)"]
    assert shop.open_page(user="reader", password="secret").shown["available"] == "550"


def test_every_upgrade_script_has_the_function_that_the_shop_calls() -> None:
    scripts = sorted((SOURCES / "upgrade").glob("upgrade-*.php"))
    assert scripts
    for script in scripts:
        version = script.stem.removeprefix("upgrade-").replace(".", "_")
        assert f"function upgrade_module_{version}($module)" in script.read_text("utf-8")


def test_removing_keeps_the_tables_and_says_so(shop: Storefront) -> None:
    removed = shop.administer("uninstall")
    assert removed.result["answers"] == [True]
    assert removed.log == ["Support Bridge: removed; the tables ps_supportbridge_* were left in place"]
    assert shop.run("SELECT COUNT(*) FROM {p}account") == [(1,)]


def test_the_back_offices_page_says_what_is_in_place(shop: Storefront) -> None:
    page = shop.administer("install", "getContent").result["answers"][1]
    assert "The tables are in place." in page
    assert "Key file of store acme" in page
    assert "The config folder lies inside the web root" in page
    assert "A changed order is told to the desk at once." in page


def test_the_back_offices_page_says_what_is_missing(make_shop: MakeShop) -> None:
    page = make_shop("prestashop").administer("getContent").result["answers"][0]
    assert "The tables cannot be used: the tables are missing" in page
    assert "There is no key file in the config folder yet" in page
    assert "The desk is not told of changed orders and looks at its own pace: reset this module once." in page


def test_the_back_offices_page_says_that_the_table_of_hints_is_missing(shop: Storefront) -> None:
    shop.administer("install")
    shop.run("DROP TABLE {p}hint")
    page = shop.administer("getContent").result["answers"][0]
    assert "looks at its own pace: run bridge store prepare" in page


def test_every_text_is_translated_and_no_translation_is_left_over() -> None:
    texts, wanted = set(), set()
    for source, path in (
        ("supportbridge", "supportbridge.php"),
        ("supportbridgewords", "classes/SupportbridgeWords.php"),
        ("supportbridgefindings", "classes/SupportbridgeFindings.php"),
    ):
        found = set(re.findall(r"->l\('([^']+)'(?:, self::SOURCE)?\)", (SOURCES / path).read_text("utf-8")))
        texts |= found
        wanted |= {
            f"<{{supportbridge}}prestashop>{source}_{hashlib.md5(text.encode()).hexdigest()}"  # noqa: S324
            for text in found
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


def test_an_old_php_can_read_the_file_that_the_shop_reads_before_it_installs_anything() -> None:
    """1.6 runs on PHP from 5.4 up, and a main file that can't be parsed breaks its whole list of modules."""
    tokens = php_tokens("supportbridge.php")
    newer = {"T_COALESCE", "T_COALESCE_EQUAL", "T_FN", "T_SPACESHIP", "T_MATCH", "T_USE", "T_DECLARE", "T_NAMESPACE"}
    assert [text for name, text in tokens if name in newer] == []
    for (name, text), (following, word) in itertools.pairwise(tokens):
        assert not (name in {"T_PRIVATE", "T_PUBLIC", "T_PROTECTED"} and following == "T_CONST"), word
        assert not (text == ")" and word == ":"), "a declared result"
        assert not (text == "?" and following in {"T_STRING", "T_ARRAY"}), word
        assert not (name == "T_STRING" and following == "T_VARIABLE"), f"{text} {word}"


def php_tokens(file: str) -> list[tuple[str, str]]:
    """The tokens of a source file as PHP sees them, by name and text, without blanks and comments."""
    program = """$code = file_get_contents($argv[1]);
        $tokens = array_filter(PhpToken::tokenize($code), fn ($token) => !$token->isIgnorable());
        echo json_encode(array_map(fn ($token) => [$token->getTokenName(), $token->text], array_values($tokens)));"""
    done = subprocess.run(
        ["php", "-r", program, str(SOURCES / file)], capture_output=True, text=True, check=True, timeout=60
    )
    return [(name, text) for name, text in json.loads(done.stdout)]
