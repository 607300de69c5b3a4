"""What the benches share: stores of the shipped kind over a private database, a table, and the last line.

A bench believes that nothing absolute holds on a shared machine. So every figure that has a goal is a ratio to
something bare that runs in the same run, in turns, and the median of several turns is what counts.
"""

import json
import logging
import os
import statistics
from collections.abc import Iterable, Sequence
from contextlib import AbstractAsyncContextManager
from pathlib import Path

import structlog

from bridge.contracts.shop import ShopAdapter
from bridge.engine.setup import StoreSetup
from bridge.settings import load_store
from bridge.testing.mariadb import ConnectionParameters
from bridge_opencart.adapter import OpenCartAdapter
from bridge_prestashop.adapter import PrestaShopAdapter
from tests.support.shops import OpenCartShop, PrestaShopShop

PLATFORMS = ("opencart", "prestashop")
PREFIXES = {"opencart": "oc_", "prestashop": "ps_"}
ADAPTERS = {"opencart": OpenCartAdapter, "prestashop": PrestaShopAdapter}

STORE = """\
platform = "{platform}"
zone = "Asia/Tehran"
shop_ids = {shop_ids}
languages = ["en", "ru", "fa"]

[database]
socket = "{socket}"
name = "{database}"
user = "{user}"
prefix = "{prefix}"

[coins]
start = 2026-01-01
fuse_units = {fuse_units}

[plans.essential]
coins = 300
product_codes = ["SUPPORT-ESSENTIAL"]
name = {{ en = "Essential", ru = "Необходимый", fa = "ضروری" }}

[plans.base]
coins = 550
product_codes = ["SUPPORT-BASE"]
name = {{ en = "Base", ru = "Базовый", fa = "پایه" }}

[plans.professional]
coins = 900
product_codes = ["SUPPORT-PROFESSIONAL"]
name = {{ en = "Professional", ru = "Профессиональный", fa = "حرفه‌ای" }}

[sync]
poll_seconds = {poll_seconds:g}
settle_seconds = {settle_seconds:g}

[[staff]]
name = "Anna"
email = "anna@example.com"
"""


def shop_of(
    platform: str, parameters: ConnectionParameters
) -> "AbstractAsyncContextManager[OpenCartShop | PrestaShopShop]":
    """A pretend shop over an empty database; `install` makes its tables."""
    return OpenCartShop(parameters) if platform == "opencart" else PrestaShopShop(parameters)


def write_store(
    folder: Path,
    name: str,
    platform: str,
    parameters: ConnectionParameters,
    *,
    poll_seconds: float = 5.0,
    settle_seconds: float = 3.0,
    fuse_units: int = 50,
    shop_ids: Sequence[int] = (),
    socket: Path | None = None,
    user: str = "root",
) -> Path:
    """Write a store's file as an operator would; returns its path. `socket` stands in for the server's own."""
    path = folder / "stores" / f"{name}.toml"
    path.parent.mkdir(parents=True, exist_ok=True)
    text = STORE.format(
        platform=platform,
        socket=socket or parameters.socket,
        shop_ids=list(shop_ids),
        database=parameters.database,
        user=user,
        prefix=PREFIXES[platform],
        poll_seconds=poll_seconds,
        settle_seconds=settle_seconds,
        fuse_units=fuse_units,
    )
    path.write_text(text, "utf-8")
    return path


def setup_from(path: Path) -> StoreSetup:
    """A store as the engine takes it, read from its file."""
    return StoreSetup.of(load_store(path))


def connected(setup: StoreSetup) -> ShopAdapter:
    """The store's own adapter."""
    return ADAPTERS[setup.settings.platform](setup.connection())


def only_warnings() -> None:
    """Let the daemon's parts tell nothing but what should not happen in a bench."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))


def quantile(values: Sequence[float], share: float) -> float:
    """The smallest value that at least `share` of all values do not exceed. Raises `IndexError` for no values."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, max(0, -int(-share * len(ordered) // 1) - 1))]


def median(values: Iterable[float]) -> float:
    return statistics.median(values)


def table(headings: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Print rows under headings, the first column to the left, the others to the right."""
    lines = [list(headings), *(list(row) for row in rows)]
    widths = [max(len(line[at]) for line in lines) for at in range(len(headings))]
    for number, line in enumerate(lines):
        cells = [
            line[0].ljust(widths[0]),
            *(cell.rjust(width) for cell, width in zip(line[1:], widths[1:], strict=True)),
        ]
        print("  ".join(cells).rstrip())
        if number == 0:
            print("  ".join("-" * width for width in widths))


def conclude(name: str, value: float, unit: str, *, goal: float | None = None, met: bool | None = None) -> None:
    """The last line: one JSON object that a program can read."""
    print(json.dumps({"name": name, "value": round(value, 3), "unit": unit, "goal": goal, "met": met}), flush=True)


def machine() -> str:
    """The machine's cores and load, so that a figure can be judged."""
    return f"{os.cpu_count()} cores, load {', '.join(f'{load:.2f}' for load in os.getloadavg())}"
