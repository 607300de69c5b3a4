"""A platform that exists for one test: a plugin package written to a folder and found by its entry point alone."""

import itertools
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from bridge.settings import Settings, load
from bridge.testing.shop import FakeShop

SHOPS: dict[str, FakeShop] = {}
"""The shops behind the platform `fake`, by store; a test puts its own in, the fixture takes them out again."""

PLATFORM = """\
from bridge.hooks import hookimpl
from tests.support.fake_platform import SHOPS

@hookimpl
def bridge_connect_store(store):
    return SHOPS[store.store]
"""
_numbers = itertools.count(1)


def install_plugin(
    monkeypatch: pytest.MonkeyPatch, folder: Path, name: str, source: str, *, distribution: str = ""
) -> str:
    """Install a package with one module as the plugin `name`, as pip would leave it. Returns the module's name."""
    module = f"{name}_for_tests_{next(_numbers)}"
    distribution = distribution or module
    site = folder / f"site-{module}"
    info = site / f"{distribution}-1.0.dist-info"
    info.mkdir(parents=True)
    (site / f"{module}.py").write_text(source, encoding="utf-8")
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {distribution}\nVersion: 1.0\n", encoding="utf-8")
    (info / "entry_points.txt").write_text(f"[bridge]\n{name} = {module}\n", encoding="utf-8")
    monkeypatch.syspath_prepend(str(site))
    return module


@pytest.fixture
def fake_platform(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[dict[str, FakeShop]]:
    """The platform `fake`, installed; returns the shops to be filled by store name."""
    module = install_plugin(monkeypatch, tmp_path, "fake", PLATFORM)
    yield SHOPS
    SHOPS.clear()
    sys.modules.pop(module, None)


def write_store(config: Path, name: str, **different: str) -> None:
    """Write the file of a store of the platform `fake`; `different` replaces values as they stand in the file."""
    values = {
        "enabled": "true",
        "poll_seconds": "0.05",
        "settle_seconds": "0.0",
        "hint_seconds": "1.0",
        "stale_after_seconds": "60",
        "coins": "550",
        "fuse_units": "50",
        "password": "",
        "page_orders": "500",
        "first_sync_page_orders": "1000",
        "reminder_days": "[30, 7, 1]",
    }
    values |= different
    password = f"password = {values['password']}" if values["password"] else ""
    (config / "stores").mkdir(parents=True, exist_ok=True)
    (config / "stores" / f"{name}.toml").write_text(
        f"""\
enabled = {values["enabled"]}
platform = "fake"
zone = "Asia/Tehran"
[database]
socket = "/nowhere/fake.sock"
name = "shop-{name}"
user = "bridge"
prefix = "x_"
{password}
[coins]
start = 2026-01-01
fuse_units = {values["fuse_units"]}
[sync]
poll_seconds = {values["poll_seconds"]}
settle_seconds = {values["settle_seconds"]}
hint_seconds = {values["hint_seconds"]}
push_seconds = 0.0
page_orders = {values["page_orders"]}
first_sync_page_orders = {values["first_sync_page_orders"]}
[limits]
stale_after_seconds = {values["stale_after_seconds"]}
[reminders]
days = {values["reminder_days"]}
[plans.base]
coins = {values["coins"]}
product_codes = ["BASE"]
name = {{ en = "Base" }}
[[staff]]
name = "Anna"
email = "anna@shop.example"
""",
        encoding="utf-8",
    )


def write_bridge(
    folder: Path, *, plugins: str = '["fake"]', listen: str = "127.0.0.1:0", stores: Mapping[str, Mapping[str, str]]
) -> Path:
    """Write a configuration directory with a state directory beside it, and its stores. Returns the directory."""
    config, state = folder / "config", folder / "state"
    state.mkdir(exist_ok=True)
    config.mkdir(exist_ok=True)
    (config / "bridge.toml").write_text(
        f'[desk]\nstate_dir = "{state}"\n[private_web]\nlisten = "{listen}"\n[plugins]\nenabled = {plugins}\n',
        encoding="utf-8",
    )
    for name, different in stores.items():
        write_store(config, name, **different)
    return config


def read_settings(config: Path) -> Settings:
    """The settings of a directory, with nothing from this process's environment."""
    return load(config, environ={}, credentials_dir=None)
