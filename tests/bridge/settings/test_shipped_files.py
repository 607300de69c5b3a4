"""The files the bridge ships: both vendors' policies, ready to use, with every setting explained in place."""

import re
from pathlib import Path

import pytest

from bridge.hooks.manager import Plugins
from bridge.settings import Settings, reference
from tests.support.settings_files import load_plain

CONFIG = Path(__file__).parents[3] / "config"
STORES = ("opencart-extensions", "prestashop-coins")
SHIPPED_PLUGINS = ("opencart", "prestashop", "mail", "webhook", "whatsapp")


@pytest.fixture(name="shipped")
def _shipped() -> Settings:
    return load_plain(CONFIG)


def test_the_shipped_files_load(shipped: Settings) -> None:
    assert tuple(shipped.stores) == STORES


@pytest.mark.parametrize("name", STORES)
def test_C1_both_vendors_sell_the_three_published_plans(shipped: Settings, name: str) -> None:
    plans = shipped.stores[name].plans
    assert [(key, plan.coins, plan.product_codes) for key, plan in plans.items()] == [
        ("essential", 300, ("SUPPORT-ESSENTIAL",)),
        ("base", 550, ("SUPPORT-BASE",)),
        ("professional", 900, ("SUPPORT-PROFESSIONAL",)),
    ]
    assert [plan.name["fa"] for plan in plans.values()] == ["ضروری", "پایه", "حرفه‌ای"]
    assert all(set(plan.name) == {"en", "ru", "fa"} for plan in plans.values())


@pytest.mark.parametrize("name", STORES)
def test_C3_a_package_lasts_the_published_year(shipped: Settings, name: str) -> None:
    assert {plan.valid_months for plan in shipped.stores[name].plans.values()} == {12}


@pytest.mark.parametrize("name", STORES)
def test_P1_T4_essential_is_served_saturday_to_wednesday_and_the_others_every_day(shipped: Settings, name: str) -> None:
    plans = shipped.stores[name].plans
    assert plans["essential"].service_days == ("saturday", "sunday", "monday", "tuesday", "wednesday")
    assert [len(plans[key].service_days) for key in ("base", "professional")] == [7, 7]


def test_P1_the_published_table_of_rights_is_there(shipped: Settings) -> None:
    rights = shipped.stores["prestashop-coins"].rights
    every = ("essential", "base", "professional")
    assert [(key, right.kind, right.plans) for key, right in rights.items()] == [
        ("tickets", "standing", every),
        ("five-days", "standing", ("essential",)),
        ("seven-days", "standing", ("base", "professional")),
        ("functions", "work", every),
        ("looks", "work", every),
        ("seo", "work", every),
        ("font", "once", every),
        ("telephone", "telephone", ("professional",)),
    ]
    assert all(set(right.name) == {"en", "ru", "fa"} for right in rights.values())


@pytest.mark.parametrize("name", STORES)
def test_C8_C11_C13_the_published_terms_of_quotes_are_there(shipped: Settings, name: str) -> None:
    store = shipped.stores[name]
    assert {code: price.coins for code, price in store.prices.items()} == {"google-analytics": 50}
    assert (store.quotes.valid_days, store.quotes.inspection_coins, store.quotes.hold_days) == (14, 15, 60)
    assert (store.reminders.days, store.reminders.low_percent) == ((30, 7, 1), 20)


@pytest.mark.parametrize("name", STORES)
def test_C14_the_statuses_are_left_to_the_shop(shipped: Settings, name: str) -> None:
    statuses = shipped.stores[name].coins.statuses
    assert (statuses.granting, statuses.revoking, statuses.chargeback) == (None, None, None)


def test_each_vendor_has_his_platform_zone_and_languages(shipped: Settings) -> None:
    opencart, prestashop = shipped.stores.values()
    assert (opencart.platform, opencart.zone, opencart.languages) == (
        "opencart",
        "Asia/Kolkata",
        ("en", "ru"),
    )
    assert (prestashop.platform, prestashop.zone) == ("prestashop", "Asia/Tehran")
    assert prestashop.languages == ("fa", "en", "ru")


@pytest.mark.parametrize("name", STORES)
def test_passwords_are_kept_outside_the_shipped_files(shipped: Settings, name: str) -> None:
    password = shipped.stores[name].database.password
    assert password is not None
    assert password.file == Path(f"/etc/supportbridge/secrets/{name}.password")


@pytest.mark.parametrize("name", STORES)
def test_the_operator_is_told_what_to_set(name: str) -> None:
    text = (CONFIG / "stores" / f"{name}.toml").read_text()
    marked = "".join(re.findall(r"^# .*SET THIS(?:.*\n)*?(?=\n)", text, re.MULTILINE))
    for setting in ("zone", "name", "user", "prefix", "start", "[[staff]]"):
        assert setting in marked


@pytest.mark.parametrize("file", ["bridge.toml", *(f"stores/{name}.toml" for name in STORES)])
def test_every_setting_stands_in_the_shipped_file(file: str) -> None:
    lines = (CONFIG / file).read_text().splitlines()
    written = {match[1] for line in lines if (match := re.match(r"(?:# )?([a-z_]+) = ", line))}
    kind = file if file == "bridge.toml" else "stores/NAME.toml"
    tables = Plugins.load(SHIPPED_PLUGINS).tables()
    known = {setting.name.rpartition(".")[2] for setting in reference(tables) if setting.file == kind}
    assert written == known


@pytest.mark.parametrize("file", ["bridge.toml", *(f"stores/{name}.toml" for name in STORES)])
def test_every_group_of_settings_is_explained_above_it(file: str) -> None:
    unexplained = []
    above = ""
    for line in (CONFIG / file).read_text().splitlines():
        is_setting = re.match(r"(?:# )?[a-z_]+ = ", line) is not None
        # Inside a plan and a person, the table above the first one explains them all.
        if is_setting and above in {"", "["} and line.split(" ")[0] not in {"coins", "name"}:
            unexplained.append(line)
        above = "[" if line.startswith("[") else line
    assert unexplained == []


def test_every_setting_has_help() -> None:
    tables = Plugins.load(SHIPPED_PLUGINS).tables()
    assert [setting.name for setting in reference(tables) if len(setting.help) < 20] == []


@pytest.mark.parametrize(("store", "plugin"), [("opencart-extensions", "opencart"), ("prestashop-coins", "prestashop")])
def test_the_address_in_a_shipped_file_is_that_of_the_customers_own_page(store: str, plugin: str) -> None:
    written = (CONFIG / f"stores/{store}.toml").read_text("utf-8")
    shown = re.search(r'^# account_url = "https://shop\.example\.com/(.+)"$', written, re.MULTILINE)
    assert shown
    page = (CONFIG.parent / f"plugins/{plugin}/README.md").read_text("utf-8")
    assert f"Its address is `{shown[1]}`" in page
