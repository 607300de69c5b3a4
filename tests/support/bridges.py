"""A bridge of a test's own: settings, keys, tables and the real program, for pretend shops on a private server."""

import asyncio
import json
from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from bridge.app import App
from bridge.contracts.clock import SystemClock
from bridge.desk.desk import FILE_NAME
from bridge.desk.key_files import KeyRing, load_keys, save_keys
from bridge.engine.setup import StoreSetup
from bridge.hooks.manager import Plugins
from bridge.services import problems
from bridge.settings import Settings, load
from bridge.testing.desks import a_desk
from tests.support import shops
from tests.support.desk_file import DeskFile, OpenProblem, Progress
from tests.support.shop_pages import ShopPages, disagreements, keys_in, read_pages
from tests.support.waiting import until

AnyShop = shops.AnyShop

ESSENTIAL, BASE, PROFESSIONAL = "SUPPORT-ESSENTIAL", "SUPPORT-BASE", "SUPPORT-PROFESSIONAL"
COINS = {ESSENTIAL: 300, BASE: 550, PROFESSIONAL: 900}
PLAN_OF = {ESSENTIAL: "essential", BASE: "base", PROFESSIONAL: "professional"}

CURSOR_TABLES = {
    "opencart": {"history": ("order_history", "order_history_id"), "order": ("order", "order_id")},
    "prestashop": {
        "history": ("order_history", "id_order_history"),
        "slip": ("order_slip", "id_order_slip"),
        "order": ("orders", "id_order"),
    },
}
"""Where each cursor reads, by platform: table and primary key."""


def platform_of(shop: AnyShop) -> str:
    """The plugin that reads the shop."""
    return shop.platform


def shop_now(shop: AnyShop) -> datetime:
    """This moment on the shop's own wall clock, to the second, without a zone."""
    return datetime.now(ZoneInfo(shop.timezone)).replace(tzinfo=None, microsecond=0)


def now() -> datetime:
    """This moment as the desk writes it."""
    return SystemClock().now()


@dataclass(frozen=True, slots=True)
class StoreFile:
    """What a store's file says about a shop. Fast by default; change one thing with `dataclasses.replace`."""

    shop: AnyShop
    user: str = "root"
    password_file: Path | None = None
    socket: Path | None = None
    shop_ids: tuple[int, ...] = ()
    start: date = field(default_factory=lambda: now().date() - timedelta(days=30))
    fuse_units: int = 50
    coins: Mapping[str, int] = field(default_factory=lambda: COINS)
    poll_seconds: float = 0.05
    settle_seconds: float = 0.1
    push_seconds: float = 0.0
    statement_timeout_seconds: float = 10.0
    hint_seconds: float = 1.0
    reconcile_minutes: float = 5.0
    reconcile_budget_seconds: float = 1.0
    units_per_order: int = 100
    stale_after_seconds: float = 60.0
    enabled: bool = True
    telephone: str = ""
    sections: str = ""
    """Further sections as they stand in the file: rights, prices, quotes."""

    def text(self) -> str:
        """The file's text."""
        access = self.shop.parameters
        password = f'password = {{ file = "{self.password_file}" }}' if self.password_file else ""
        plans = "\n".join(
            f"[plans.{PLAN_OF[code]}]\ncoins = {coins}\nproduct_codes = {json.dumps([code])}\n"
            f'name = {{ en = "{PLAN_OF[code].title()}" }}'
            for code, coins in self.coins.items()
        )
        return f"""\
enabled = {str(self.enabled).lower()}
platform = "{platform_of(self.shop)}"
zone = "{self.shop.timezone}"
shop_ids = {list(self.shop_ids)}
telephone = "{self.telephone}"
[database]
socket = "{self.socket or access.socket}"
name = "{access.database}"
user = "{self.user}"
prefix = "{self.shop.prefix}"
statement_timeout_seconds = {self.statement_timeout_seconds}
{password}
[coins]
start = {self.start.isoformat()}
fuse_units = {self.fuse_units}
[sync]
poll_seconds = {self.poll_seconds}
settle_seconds = {self.settle_seconds}
push_seconds = {self.push_seconds}
hint_seconds = {self.hint_seconds}
reconcile_minutes = {self.reconcile_minutes}
reconcile_budget_seconds = {self.reconcile_budget_seconds}
[limits]
units_per_order = {self.units_per_order}
stale_after_seconds = {self.stale_after_seconds}
{plans}
{self.sections}
[[staff]]
name = "Anna"
email = "anna@shop.example"
"""


class Bridge:
    """Settings and a desk in `folder` for the stores given by name."""

    def __init__(self, folder: Path, stores: Mapping[str, StoreFile]) -> None:
        self.config, self.state = folder / "config", folder / "state"
        self.stores: dict[str, StoreFile] = {}
        (self.config / "stores").mkdir(parents=True)
        self.state.mkdir()
        self.write_bridge_file()
        for name, store in stores.items():
            self.write_store(name, store)
        self.desk = DeskFile(self.state / FILE_NAME)
        self._app: App | None = None

    # --- settings ---

    def write_bridge_file(self, *, level: str = "info") -> None:
        """Write bridge.toml: this folder's desk, any free port."""
        text = f'[desk]\nstate_dir = "{self.state}"\n[private_web]\nlisten = "127.0.0.1:0"\n[log]\nlevel = "{level}"\n'
        (self.config / "bridge.toml").write_text(text, encoding="utf-8")

    def write_store(self, name: str, store: StoreFile) -> None:
        """Write a store's file, or write it anew."""
        self.stores[name] = store
        self.store_path(name).write_text(store.text(), encoding="utf-8")

    def change_store(self, name: str, **different: Any) -> None:
        """Write a store's file with some things changed."""
        self.write_store(name, replace(self.stores[name], **different))

    def store_path(self, name: str) -> Path:
        return self.config / "stores" / f"{name}.toml"

    def settings(self) -> Settings:
        return load(self.config, environ={}, credentials_dir=None)

    # --- what an operator does before the first start ---

    async def prepare(self) -> None:
        """Make the desk, each store's key and its tables in the shop."""
        if not self.desk.path.exists():
            a_desk(self.state, created=now()).close()
        settings = self.settings()
        plugins = Plugins.load(settings.bridge.plugins.enabled)
        for name, store in settings.stores.items():
            save_keys(self.state, KeyRing(name).with_new_key())
            adapter = plugins.connect(StoreSetup.of(store).connection())
            try:
                await adapter.prepare()
            finally:
                await adapter.close()

    # --- the program, in this process ---

    @asynccontextmanager
    async def running(self) -> AsyncIterator[App]:
        """The daemon's own App, its stores started, until the block ends."""
        async with App(self.settings(), self.settings, SystemClock()) as app:
            self._app = app
            try:
                app.start_stores()
                yield app
            finally:
                self._app = None

    async def reload(self) -> None:
        """Read the store files again, as SIGHUP makes the daemon do."""
        assert self._app is not None, "not running"
        await self._app.reload()

    async def retry(self, problem: OpenProblem) -> None:
        """What `bridge problems retry` does."""
        assert self._app is not None, "not running"
        await self._app.desk.transact("retry", problems.retry, problem.id, by="Anna", at=now())

    # --- looking ---

    async def quiet(self, *names: str) -> None:
        """Wait until everything that is in these shops now (all stores unless named) is booked and pushed."""
        for name in names or self.stores:
            shop = self.stores[name].shop
            ends = await newest_ids(shop)
            await until(lambda: self._caught_up(name, ends), f"store {name} has caught up with {ends}")  # noqa: B023

    async def problem(self, name: str, kind: str) -> OpenProblem:
        """Wait for an open problem of that kind."""
        return await until(
            lambda: next((one for one in self.desk.problems(name) if one.kind == kind), None),
            f"store {name} has a problem of kind {kind}",
        )

    async def coins(self, name: str, customer: int, expected: int) -> None:
        """Wait until a customer has that many coins."""
        await until(
            lambda: self.desk.path.exists() and self.desk.coins(name, customer) == expected,
            f"customer {customer} of {name} has {expected} coins",
        )

    async def pages(self, name: str) -> ShopPages:
        return await read_pages(self.stores[name].shop, name)

    async def disagreements(self, *names: str) -> list[str]:
        """In what desk and account pages differ, over these stores (all unless named); see `shop_pages`."""
        found = []
        for name in names or self.stores:
            lines = disagreements(self.desk, name, await self.pages(name), self.keys(name))
            found += [f"{name}: {line}" for line in lines]
        return found

    def keys(self, name: str) -> dict[str, bytes]:
        """The store's keys, from the PHP file that goes into the shop."""
        return keys_in(load_keys(self.state, name).php(()))

    def _caught_up(self, name: str, ends: Mapping[str, int]) -> bool:
        progress = self.desk.progress(name)
        return progress is not None and caught_up(progress, ends)


def caught_up(progress: Progress, ends: Mapping[str, int]) -> bool:
    """Whether a store has read up to these ids, booked all of it and pushed what came of it."""
    return (
        progress.first_sync == "done"
        and all(progress.cursors.get(name, -1) >= end for name, end in ends.items())
        and progress.touched == progress.unpushed == 0
    )


async def newest_ids(shop: AnyShop) -> dict[str, int]:
    """The highest id of each table that a cursor reads."""
    ends = {}
    for cursor, (table, key) in CURSOR_TABLES[platform_of(shop)].items():
        [(highest,)] = await shop.fetch(f"SELECT COALESCE(MAX(`{key}`), 0) FROM {{{table}}}")
        ends[cursor] = int(highest)
    return ends


async def stock(*shops: AnyShop, codes: Iterable[str] = COINS) -> None:
    """Put the coin packages on sale."""
    await asyncio.gather(*(_stock(shop, list(codes)) for shop in shops))


async def _stock(shop: AnyShop, codes: Iterable[str]) -> None:
    for code in codes:
        await shop.add_product(code, code.title())
