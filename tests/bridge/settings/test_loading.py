"""Reading a configuration directory: which files count, what is told about them, and what comes out."""

from datetime import date
from pathlib import Path

import pytest
from pydantic import ValidationError

from bridge.errors import SettingsError
from bridge.settings import load_store
from tests.support.settings_files import GOOD_STORE, changed, load_plain, messages, of_database, write_config


@pytest.mark.parametrize(
    "name", ["Acme.toml", "my shop.toml", "-acme.toml", "acme_2.toml", "магазин.toml", f"{'a' * 65}.toml"]
)
def test_a_store_s_name_is_plain(tmp_path: Path, name: str) -> None:
    assert messages(write_config(tmp_path, stores={name: GOOD_STORE})) == [
        f"stores/{name}: the file's name is the store's name and must be NAME.toml, NAME being lower-case "
        f'letters, digits and -, at most 64, not "{name[:59]}' + ('"' if len(name) < 60 else "...")
    ]


def test_all_problems_of_all_files_are_told_at_once(tmp_path: Path) -> None:
    wrong_coins = changed("coins = 550", "coins = -5", changed('zone = "Asia/Tehran"', 'zone = "Mars/Base"'))
    directory = write_config(
        tmp_path,
        bridge='[log]\nlevel = "loud"\n[desk]\nplace = "/x"',
        stores={"acme.toml": wrong_coins, "zebra.toml": "platform = ", "good.toml": GOOD_STORE},
    )
    assert messages(directory) == [
        "bridge.toml: desk.place: is not a known setting",
        'bridge.toml: log.level: must be "debug", "info", "warning" or "error", not "loud"',
        'stores/acme.toml: zone: must be the name of a time zone such as Asia/Tehran, not "Mars/Base"',
        "stores/acme.toml: plans.base.coins: must be a whole number of at least 1, not -5",
        "stores/zebra.toml: end of the file: is not valid TOML (Invalid value)",
    ]


def test_a_directory_that_is_not_there_is_told(tmp_path: Path) -> None:
    assert messages(tmp_path / "none") == [f"{tmp_path}/none: there is no such directory; `bridge init DIR` makes one"]


def test_an_empty_directory_lacks_both_kinds_of_files(tmp_path: Path) -> None:
    assert messages(tmp_path) == [
        f"bridge.toml: does not exist in {tmp_path}; `bridge init DIR` writes one",
        "stores: must hold at least one store's file, stores/NAME.toml",
    ]


def test_a_configuration_without_stores_is_refused(tmp_path: Path) -> None:
    left_behind = {"acme.toml.bak": GOOD_STORE, "acme.toml~": GOOD_STORE, ".acme.toml": GOOD_STORE}
    assert messages(write_config(tmp_path, stores=left_behind)) == [
        "stores: must hold at least one store's file, stores/NAME.toml"
    ]


def test_a_file_in_another_encoding_is_told_with_its_line(tmp_path: Path) -> None:
    latin = GOOD_STORE.replace('"Anna"', '"Zoë"').encode("latin-1")
    line = GOOD_STORE.splitlines().index('name = "Anna"') + 1
    assert messages(write_config(tmp_path, stores={"acme.toml": latin})) == [
        f"stores/acme.toml: line {line}: is not UTF-8 text"
    ]


def test_a_file_that_is_a_directory_is_told(tmp_path: Path) -> None:
    directory = write_config(tmp_path)
    (directory / "stores" / "folder.toml").mkdir()
    assert messages(directory) == ["stores/folder.toml: cannot be read (Is a directory)"]


def test_a_disabled_store_may_name_a_platform_whose_plugin_is_not_enabled(tmp_path: Path) -> None:
    text = "enabled = false\n" + changed('platform = "opencart"', 'platform = "magento"')
    assert messages(write_config(tmp_path, stores={"acme.toml": text})) == []


def test_a_store_knows_its_name_and_its_file(tmp_path: Path) -> None:
    store = load_plain(write_config(tmp_path)).stores["acme"]
    assert (store.name, store.source) == ("acme", tmp_path / "stores" / "acme.toml")


def test_stores_come_in_alphabetical_order(tmp_path: Path) -> None:
    files = {f"{name}.toml": of_database(name) for name in ("zebra", "acme", "b2")}
    assert list(load_plain(write_config(tmp_path, stores=files)).stores) == ["acme", "b2", "zebra"]


def test_C1_plans_rank_in_file_order_best_last(tmp_path: Path) -> None:
    small = '[plans.{0}]\ncoins = 1\nproduct_codes = ["{0}"]\nname = {{ en = "{0}" }}\n'
    text = GOOD_STORE + small.format("zinc") + small.format("gold")
    assert list(load_plain(write_config(tmp_path, stores={"acme.toml": text})).stores["acme"].plans) == [
        "base",
        "zinc",
        "gold",
    ]


def test_what_a_store_file_leaves_out_has_its_default(tmp_path: Path) -> None:
    store = load_plain(write_config(tmp_path)).stores["acme"]
    assert store.coins.start == date(2026, 1, 1)
    assert store.plans["base"].valid_months == 12
    assert store.coins.statuses.granting is None
    assert (store.sync.poll_seconds, store.sync.settle_seconds, store.limits.units_per_order) == (
        5.0,
        3.0,
        100,
    )


def test_a_byte_order_mark_and_windows_line_ends_are_no_problem(tmp_path: Path) -> None:
    text = b"\xef\xbb\xbf" + GOOD_STORE.replace("\n", "\r\n").encode()
    assert messages(write_config(tmp_path, stores={"acme.toml": text})) == []


def test_loaded_settings_cannot_be_changed(tmp_path: Path) -> None:
    store = load_plain(write_config(tmp_path)).stores["acme"]
    with pytest.raises(ValidationError):
        store.sync.poll_seconds = 1.0
    with pytest.raises(TypeError):
        store.plans["gold"] = store.plans["base"]  # type: ignore[index]  # likewise


def test_one_store_file_can_be_read_alone(tmp_path: Path) -> None:
    write_config(tmp_path)
    assert load_store(tmp_path / "stores" / "acme.toml").name == "acme"


def test_one_store_file_read_alone_tells_all_its_problems(tmp_path: Path) -> None:
    wrong = changed("coins = 550", "coins = -5")
    write_config(tmp_path, stores={"Acme.toml": wrong})
    with pytest.raises(SettingsError) as refusal:
        load_store(tmp_path / "stores" / "Acme.toml")
    assert [problem.path for problem in refusal.value.problems] == ["", "plans.base.coins"]
