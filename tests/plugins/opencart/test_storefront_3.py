"""The extension for OpenCart 3: its own page, its own administration, and a database connection of three-byte utf8."""

import pytest

from tests.plugins.conftest import MakeShop
from tests.support.storefront import CUSTOMER, PAGES, Storefront, account, package

DRIVERS = ("mysqli", "pdo")
ORDER_EVENTS = [
    "catalog/model/checkout/order/addOrderHistory/after",
    "catalog/model/checkout/order/deleteOrder/after",
]
STAFF_EVENTS = [
    "admin/view/sale/order_info/after",
    "admin/view/customer/customer_form/after",
]


@pytest.fixture
def shop(make_shop: MakeShop) -> Storefront:
    shop = make_shop("opencart30")
    shop.make_tables()
    shop.pair()
    shop.push(account(package(1550, held=50)))
    shop.run("CREATE TABLE oc_order (order_id INT PRIMARY KEY, store_id INT)", "INSERT INTO oc_order VALUES (1042, 0)")
    return shop


# --- the account page -------------------------------------------------------------------------------------


def test_the_block_stands_at_the_head_of_the_content_below_what_is_on_top(shop: Storefront) -> None:
    page = shop.open_page()
    assert page.shown == {"available": "1,500", "held": "50", "plan": "Base", "next-expiry": "14 February 2027"}
    assert page.result.index("on top") < page.result.index("<section") < page.result.index("My Account")
    assert 'href="catalog/view/theme/default/stylesheet/supportbridge.css"' in page.result
    assert page.log == []


def test_a_theme_may_have_a_heading_or_no_content_at_all(shop: Storefront) -> None:
    page = shop.open_page(page='<div id="content"><h1>My account</h1><ul></ul></div>').result
    assert page.index("</h1>") < page.index("<section") < page.index("<ul>")
    page = shop.open_page(page="<body>my links<footer>the shop</footer></body>").result
    assert page.index("my links") < page.index("<section") < page.index("<footer>")


def test_a_persian_reader_sees_persian_over_a_connection_of_three_byte_utf8(shop: Storefront) -> None:
    """The rows hold ASCII alone, so nothing of them is lost, and the signature fits."""
    text = "۲۵ بهمن \N{GRINNING FACE}"
    shop.push(account(package(1550, held=50, until_text={"en": "x", "fa": text})))
    for driver in DRIVERS:
        page = shop.open_page(language="fa-ir", driver=driver)
        assert page.shown == {"available": "۱٬۵۰۰", "held": "۵۰", "plan": "پایه", "next-expiry": text}
        assert 'lang="fa" dir="rtl"' in page.result
        assert "سکه‌های پشتیبانی" in page.result


def test_the_shops_own_code_of_a_language_need_not_be_ours(shop: Storefront) -> None:
    assert "Доступно монет" in shop.open_page(language="ru").result
    assert "Coins available" in shop.open_page(language="de-de").result


def test_a_block_switched_off_a_visitor_and_a_direct_call_change_nothing(shop: Storefront) -> None:
    assert shop.open_page(settings={"module_supportbridge_status": "0"}).result == PAGES["opencart30"]
    assert shop.open_page(customer=0).result == PAGES["opencart30"]
    assert shop.open_page(directly=True).result.count("<section") == 1


def test_a_missing_table_leaves_the_page_alone_and_prints_no_warning(shop: Storefront) -> None:
    """The shop's driver warns of a failed statement, and the shop prints warnings into its page."""
    shop.run("DROP TABLE {p}account")
    for driver in DRIVERS:
        page = shop.open_page(driver=driver)
        assert page.result == PAGES["opencart30"]
        assert len(page.log) == 1
        assert "the tables are missing" in page.log[0]
        assert str(CUSTOMER) not in page.log[0]


def test_a_half_removed_extension_leaves_page_and_order_alone(shop: Storefront) -> None:
    shared = shop.extensions / "upload/system/library/supportbridge/shared/all.php"
    kept = shared.read_bytes()
    shared.unlink()
    try:
        page = shop.open_page()
        assert shop.change_orders(1042).log == []
    finally:
        shared.write_bytes(kept)
    assert page.result == PAGES["opencart30"]
    assert page.log[0].startswith(
        "Support Bridge: the account block is not shown: RuntimeException in supportbridge.php"
    )


def test_a_storage_folder_inside_the_web_root_is_warned_of_once(shop: Storefront) -> None:
    inside = {"document_root": "", "shop_root": str(shop.folder)}
    assert "web root" in shop.open_page(**inside).log[0]
    assert shop.open_page(**inside).log == []


# --- the hint ---------------------------------------------------------------------------------------------


def test_a_changed_order_raises_the_counter(shop: Storefront) -> None:
    for told, driver in enumerate(DRIVERS, start=1):
        assert shop.change_orders(1042, 1042, driver=driver).log == []
        assert shop.hints() == {"acme": told}
    shop.change_orders(directly=True)
    assert shop.hints() == {"acme": 2}


def test_a_shop_without_the_counter_is_left_alone(shop: Storefront) -> None:
    shop.run("DROP TABLE {p}hint", "DROP TABLE oc_order")
    changed = shop.change_orders(1042)
    assert (changed.log, changed.result) == ([], [])


# --- the administration -----------------------------------------------------------------------------------


def test_installing_makes_the_tables_registers_the_events_and_switches_the_block_on(make_shop: MakeShop) -> None:
    shop = make_shop("opencart30")
    installed = shop.administer("install")
    assert [event["trigger"] for event in installed.result["events"]] == [
        "catalog/view/account/account/after",
        *ORDER_EVENTS,
        *STAFF_EVENTS,
    ]
    assert [event["action"] for event in installed.result["events"]] == [
        "extension/module/supportbridge/accountAfter",
        "extension/module/supportbridge/orderChanged",
        "extension/module/supportbridge/orderChanged",
        "extension/module/supportbridge/besideOrder",
        "extension/module/supportbridge/besideCustomer",
    ]
    assert installed.result["settings"]["module_supportbridge_status"] == "1"
    assert installed.log == []
    assert shop.run("SELECT payload FROM {p}meta WHERE name = 'schema'") == [("1",)]
    assert shop.run("SELECT COUNT(*) FROM {p}hint") == [(0,)]
    removed = shop.administer("install", "uninstall")
    assert removed.result["events"] == []
    assert "module_supportbridge_status" not in removed.result["settings"]
    assert removed.log == ["Support Bridge: removed; the tables oc_supportbridge_* were left in place"]


def test_a_shop_user_who_may_not_make_tables_can_still_install(make_shop: MakeShop) -> None:
    shop = make_shop("opencart30")
    shop.run("CREATE TABLE other (id INT)")
    shop.server.create_user("reader", "secret", [f"SELECT ON `{shop.database}`.`other`"])
    installed = shop.administer("install", user="reader", password="secret")
    assert len(installed.result["events"]) == 5
    assert installed.log == ['Support Bridge: the tables could not be made; run "bridge store prepare" instead']


def test_the_page_says_what_is_in_place_and_what_is_missing(make_shop: MakeShop) -> None:
    shop = make_shop("opencart30")
    page = shop.administer("index").result["output"]
    assert "The tables cannot be used: the tables are missing" in page
    assert "There is no key file in the storage folder yet" in page
    assert "the table supportbridge_hint is missing" in page
    shop.pair()
    page = shop.administer("install", "index", language="fa-ir").result["output"]
    assert "جدول‌ها آماده‌اند." in page
    assert "فایل کلید فروشگاه acme" in page
    assert "web root" not in page


def test_saving_keeps_the_choice_and_registers_the_events_once(shop: Storefront) -> None:
    saved = shop.administer("install", "index", method="POST", post={"module_supportbridge_status": "0"})
    assert saved.result["settings"]["module_supportbridge_status"] == "0"
    assert saved.result["session"]["success"] == "The setting has been saved."
    assert [event["trigger"] for event in saved.result["events"]][1:] == [*ORDER_EVENTS, *STAFF_EVENTS]
