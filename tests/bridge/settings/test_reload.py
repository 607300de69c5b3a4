"""What a re-reading changes: stores at once, bridge.toml only after a restart."""

from pathlib import Path

import pytest

from bridge.errors import SettingsError
from bridge.settings import ReloadReport, Settings, compare, with_new_stores
from tests.support.settings_files import GOOD_STORE, changed, load_plain, of_database, with_section, write_config

GOLD = '[plans.gold]\ncoins = 900\nproduct_codes = ["SUPPORT-GOLD"]\nname = { en = "Gold" }'


def settings(directory: Path, *, bridge: str = "", **stores: str) -> Settings:
    files = {f"{name}.toml": text for name, text in (stores or {"acme": GOOD_STORE}).items()}
    return load_plain(write_config(directory, bridge=bridge, stores=files))


def test_the_same_files_are_no_change(tmp_path: Path) -> None:
    report = compare(settings(tmp_path / "old"), settings(tmp_path / "new"))
    assert report == ReloadReport((), (), {}, ())
    assert report.nothing
    assert report.lines() == ("nothing changed",)


def test_stores_that_came_went_and_changed_are_named_with_their_settings(tmp_path: Path) -> None:
    came, gone, same = of_database("came"), of_database("gone"), of_database("same")
    old = settings(tmp_path / "old", acme=GOOD_STORE, gone=gone, same=same)
    faster = with_section("[sync]\npoll_seconds = 2", changed("coins = 550", "coins = 600"))
    new = settings(tmp_path / "new", acme=faster, came=came, same=same)
    report = compare(old, new)
    assert report == ReloadReport(("came",), ("gone",), {"acme": ("plans.base.coins", "sync.poll_seconds")}, ())
    assert report.lines() == (
        "store came: added",
        "store gone: removed",
        "store acme: changed plans.base.coins, sync.poll_seconds",
    )


def test_changes_of_bridge_toml_are_named_as_needing_a_restart(tmp_path: Path) -> None:
    old = settings(tmp_path / "old")
    new = settings(tmp_path / "new", bridge='[log]\nlevel = "debug"\n[backup]\nwarn_after_hours = 50')
    report = compare(old, new)
    assert report == ReloadReport((), (), {}, ("log.level", "backup.warn_after_hours"))
    assert report.lines() == ("bridge.toml: changed log.level, backup.warn_after_hours; takes effect after a restart",)


def test_a_default_written_out_is_no_change(tmp_path: Path) -> None:
    new = settings(tmp_path / "new", acme=with_section("[sync]\npoll_seconds = 5"))
    assert compare(settings(tmp_path / "old"), new).nothing


def test_C6_another_order_of_plans_is_a_change_of_their_rank(tmp_path: Path) -> None:
    before, plan, after = GOOD_STORE.partition("[plans.base]")
    old = settings(tmp_path / "old", acme=with_section(GOLD))
    new = settings(tmp_path / "new", acme=f"{before}{GOLD}\n\n{plan}{after}")
    assert compare(old, new).stores_changed == {"acme": ("plans (their order)",)}


def test_a_new_plan_and_a_removed_person_are_named(tmp_path: Path) -> None:
    second = '[[staff]]\nname = "Boris"\nemail = "boris@example.com"'
    old = settings(tmp_path / "old", acme=with_section(second))
    new = settings(tmp_path / "new", acme=with_section(GOLD))
    assert compare(old, new).stores_changed == {
        "acme": (
            "staff[2].name",
            "staff[2].email",
            "staff[2].days",
            "staff[2].hours",
            "staff[2].zone",
            "staff[2].alerts",
            "staff[2].shop_employees",
            "plans.gold.coins",
            "plans.gold.product_codes",
            "plans.gold.name.en",
            "plans.gold.valid_months",
            "plans.gold.service_days",
            "plans.gold.service_hours",
            "plans.gold.service_zone",
            "plans.gold.holidays.country",
            "plans.gold.holidays.region",
            "plans.gold.holidays.dates",
            "plans.gold.holidays.worked",
            "plans.gold.buy_url",
        )
    }


def test_another_place_of_the_password_is_named_without_it(tmp_path: Path) -> None:
    line = 'user = "supportbridge"'
    new = settings(tmp_path / "new", acme=changed(line, line + '\npassword = { env = "ACME_PASSWORD" }'))
    assert compare(settings(tmp_path / "old"), new).stores_changed == {"acme": ("database.password",)}


def test_new_stores_take_effect_under_the_old_bridge_file(tmp_path: Path) -> None:
    running = settings(tmp_path / "old")
    read = settings(tmp_path / "new", bridge='[log]\nlevel = "debug"', came=GOOD_STORE)
    merged = with_new_stores(running, read)
    assert merged.bridge == running.bridge
    assert merged.stores == read.stores


def test_a_new_store_whose_plugin_is_not_loaded_yet_is_refused(tmp_path: Path) -> None:
    running = settings(tmp_path / "old")
    read = settings(
        tmp_path / "new",
        bridge='[plugins]\nenabled = ["opencart", "prestashop", "magento"]',
        came=changed('platform = "opencart"', 'platform = "magento"'),
    )
    with pytest.raises(SettingsError) as refusal:
        with_new_stores(running, read)
    assert [problem.path for problem in refusal.value.problems] == ["platform"]
