"""Two pretend shops as a browser has them: their pages under PHP's web server, one real daemon, and staff's commands.

It believes: a browser that takes the name shop.example for our server sees what customers see. The machine's clock is
set, for the daemon, the commands and the pages alike, so that every run happens on the same morning and pictures of it
stay the same. What the shops' own code writes is written by the pretend shops.
"""

import asyncio
import io
import json
import logging
import os
import re
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Callable, Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

import structlog

from bridge.cli.application import execute
from bridge.contracts.clock import SystemClock
from bridge.desk.key_files import load_keys
from bridge.desk.statement_keys import new_statement_key
from bridge.testing.mariadb import PrivateMariaDB
from bridge.testing.ports import free_port
from tests.browser.bridge_at import set_clock
from tests.support.bridges import COINS, PLAN_OF, AnyShop, Bridge, StoreFile, stock
from tests.support.daemons import Daemon
from tests.support.php_program import php_command
from tests.support.shops import OpenCartShop, PrestaShopShop
from tests.support.storefront import PHP, Storefront, unpacked
from tests.support.waiting import wait_until

T = TypeVar("T")

BROWSER = Path(__file__).parents[1] / "browser"
MORNING = datetime(2026, 12, 1, 7, 0, tzinfo=UTC)
"""When every run begins: 10:30 in the shops' zone."""
ZONE = "Asia/Tehran"
STORES: dict[str, tuple[str, type[AnyShop]]] = {
    "opencart": ("acme", OpenCartShop),
    "prestashop": ("bazaar", PrestaShopShop),
}
"""The store and the pretend shop of each platform."""
PAGES = {
    "opencart": "index.php?route=extension/supportbridge/account/support",
    "prestashop": "index.php?fc=module&module=supportbridge&controller=support",
}
ACCOUNTS = {
    "opencart": "index.php?route=account/account",
    "prestashop": "index.php?controller=my-account",
}
SITE = "http://shop.example/"
PLAN_NAMES = {
    "essential": {"en": "Essential", "ru": "Начальный", "fa": "ضروری"},
    "base": {"en": "Base", "ru": "Базовый", "fa": "پایه"},
    "professional": {"en": "Professional", "ru": "Профессиональный", "fa": "حرفه‌ای"},
}
SECTIONS = """
[quotes]
actions_per_minute = 60
[rights.tickets]
name = { en = "Tickets online, 24 hours, 7 days a week", ru = "Обращения онлайн круглосуточно, 7 дней в неделю", \
fa = "درخواست آنلاین، ۲۴ ساعته و ۷ روز هفته" }
kind = "standing"
plans = ["essential", "base", "professional"]
[rights.font]
name = { en = "Gift: the IRANSans font, a legal copy", ru = "Подарок: шрифт IRANSans, законная копия", \
fa = "هدیه: قلم ایران‌سنس، نسخهٔ قانونی" }
kind = "once"
plans = ["essential", "base", "professional"]
[prices.google-analytics]
coins = 50
name = { en = "Set up Google Analytics", ru = "Настройка Google Analytics", fa = "راه‌اندازی گوگل آنالیتیکس" }
about = { en = "In the usual case, for one shop.", ru = "В обычном случае, для одного магазина.", \
fa = "در حالت معمول، برای یک فروشگاه." }
[licences.products.checkout]
name = { en = "Quick Checkout", ru = "Быстрое оформление заказа", fa = "افزونهٔ خرید سریع" }
product_codes = ["CHECKOUT"]
domains = 2
renewals = { "CHECKOUT-12" = 12 }
renew_url = "http://shop.example/index.php?buy=checkout"
"""
EXTENSION = "CHECKOUT"
"""What is sold with a licence."""


class TranslatedStore(StoreFile):
    """A store's file that speaks the three languages, and says where its plans are sold and when they are served."""

    def text(self) -> str:
        text = StoreFile.text(self)
        for plan, names in PLAN_NAMES.items():
            said = ", ".join(f'{language} = "{name}"' for language, name in names.items())
            days = '"saturday", "sunday", "monday", "tuesday", "wednesday"'
            service = f"service_days = [{days}]\n" if plan == "essential" else ""
            more = f'name = {{ {said} }}\n{service}buy_url = "{SITE}index.php?buy={plan}"'
            text = text.replace(f'name = {{ en = "{names["en"]}" }}', more)
        return text.replace("shop_ids =", 'languages = ["en", "ru", "fa"]\ntitle = "Example Shop"\nshop_ids =', 1)


@dataclass(slots=True)
class PretendWeb:
    """The shops, their server and the bridge. `customers` are the ids by platform and name."""

    bridge: Bridge
    daemon: Daemon
    offset_s: int
    port: int
    log: Path
    shops: dict[str, AnyShop]
    customers: dict[tuple[str, str], int] = field(default_factory=dict)

    def staff(self, platform: str, *words: str) -> dict[str, Any]:
        """What staff type in a shell beside the daemon, as JSON; it must succeed."""
        store = ("--store", STORES[platform][0])
        by = () if words[1] in ("list", "show") else ("--by", "Anna")
        code, out, err = _apart_call(
            lambda: _typed(["--config", str(self.bridge.config), *words, *store, *by, "--json"], self.offset_s)
        )
        assert code == 0, out + err
        answered: dict[str, Any] = json.loads(out)
        return answered

    def buys(self, platform: str, customer: int, plan: str) -> int:
        """A package ordered and paid in the shop, and its coins on the account; the order's number."""
        [code] = [code for code, name in PLAN_OF.items() if name == plan]
        before = self.posted(platform, customer)
        number = self.orders(platform, customer, code)
        wait_until(
            lambda: self.posted(platform, customer) == before + COINS[code], f"{plan} is on the account of {customer}"
        )
        return number

    def posted(self, platform: str, customer: int) -> int:
        """The coins that the account row in the shop has, whatever the clock says of them."""

        async def read(shop: AnyShop) -> int:
            rows = await shop.fetch(
                f"SELECT payload FROM `{shop.prefix}supportbridge_account` WHERE customer_id = {customer}"
            )
            return int(json.loads(rows[0][0])["posted"]) if rows else 0

        return self.in_shop(platform, read)

    def in_shop(self, platform: str, work: Callable[[AnyShop], Coroutine[Any, Any, T]]) -> T:
        """Let the shop's own code do something, on a connection of its own."""
        shop = self.shops[platform]

        async def connected() -> T:
            async with type(shop)(shop.parameters, timezone=ZONE) as other:
                return await work(other)

        return _apart(connected())

    def complaints(self) -> list[str]:
        """What PHP had to complain of, or the extension wrote into the shop's log."""
        said = re.findall(r"PRETEND SHOP: (.*)|(PHP (?:Fatal|Parse|Warning|Notice).*)", self.log.read_text("utf-8"))
        return [one or other for one, other in said if "web root" not in one]

    def agreed(self) -> list[str]:
        """In what desk and pages differ; nothing once all is pushed."""
        return list(_apart(self._disagreements()))

    def orders(self, platform: str, customer: int, code: str) -> int:
        """An order of one piece, paid in the shop; its number."""

        async def order(shop: AnyShop) -> int:
            return await shop.place_paid_order(customer, [(code, 1)], at=self.shop_now())

        return self.in_shop(platform, order)

    def refunds(self, platform: str, order: int) -> None:
        """The whole order is paid back in the shop."""

        async def refund(shop: AnyShop) -> None:
            await shop.set_status(order, shop.refunded_status, self.shop_now())

        self.in_shop(platform, refund)

    def shop_now(self) -> datetime:
        """This moment on the shops' own wall clock."""
        return datetime.now(ZoneInfo(ZONE)).replace(tzinfo=None, microsecond=0) + timedelta(seconds=self.offset_s)

    def extension(self, what: str, platform: str, key: str, domain: str) -> dict[str, Any]:
        """What an extension in somebody's shop asks the licence API."""
        question = {"store": STORES[platform][0], "key": key, "domain": domain, "product": "checkout"}
        address = self.bridge.settings().bridge.public_web.listen
        request = urllib.request.Request(
            f"http://{address}/api/v1/licences/{what}",
            json.dumps(question).encode(),
            {"Content-Type": "application/json"},
        )
        with urllib.request.urlopen(request, timeout=60) as answer:  # noqa: S310  # our own, on loopback
            document: dict[str, Any] = json.load(answer)
        return document

    async def _disagreements(self) -> list[str]:
        found = []
        for platform, (store, _) in STORES.items():
            shop = self.shops[platform]
            async with type(shop)(shop.parameters, timezone=ZONE) as other:
                self.bridge.stores[store] = TranslatedStore(other, sections=SECTIONS)
                found += await self.bridge.disagreements(store)
        return found


@contextmanager
def pretend_web(server: PrivateMariaDB, database: str, folder: Path) -> Iterator[PretendWeb]:
    """Both shops in one database, on their first morning, with the daemon and the web server running."""
    offset_s = int((MORNING - datetime.now(UTC)).total_seconds())
    shops: dict[str, AnyShop] = {
        platform: kind(server.parameters(database), timezone=ZONE) for platform, (_, kind) in STORES.items()
    }
    start = MORNING.date() - timedelta(days=30)
    files = {
        store: TranslatedStore(shops[platform], sections=SECTIONS, start=start)
        for platform, (store, _) in STORES.items()
    }
    bridge = Bridge(folder, files)
    with (bridge.config / "bridge.toml").open("a") as file:
        file.write(f'[public_web]\nlisten = "127.0.0.1:{free_port()}"\n')
    _apart(_prepare(bridge, shops))
    new_statement_key(bridge.state)
    daemon = Daemon(
        bridge.config, folder / "daemon.log", program=(sys.executable, str(BROWSER / "bridge_at.py"), str(offset_s))
    )
    places = unpacked(folder / "zips")
    setting = {"offset": offset_s, "support": str(PHP)}
    for platform, (store, _) in STORES.items():
        pages = Storefront(platform, server, database, places[platform], folder / platform)
        pages.write_key_file(load_keys(bridge.state, store).php(()), f"supportbridge-{store}.php")
        setting[platform] = pages.setting() | {"zone": ZONE}
    (folder / "shops.json").write_text(json.dumps(setting), "utf-8")
    log = folder / "web.log"
    with daemon, _php(folder / "shops.json", log) as port:
        daemon.start()
        daemon.wait_ready()
        yield PretendWeb(bridge, daemon, offset_s, port, log, shops)


async def _prepare(bridge: Bridge, shops: dict[str, AnyShop]) -> None:
    for shop in shops.values():
        async with shop:
            await shop.install()
            await stock(shop, codes=[*COINS, EXTENSION])
    await bridge.prepare()


def add_customer(web: PretendWeb, platform: str, name: str) -> int:
    """Somebody who has registered at the shop."""

    async def register(shop: AnyShop) -> int:
        return await shop.add_customer(f"{name}@shop.example", firstname=name.title())

    number = int(web.in_shop(platform, register))
    web.customers[platform, name] = number
    return number


@contextmanager
def _php(setting: Path, log: Path) -> Iterator[int]:
    """PHP's own web server at a free port, two requests at a time."""
    port = free_port()
    command = [*php_command({}), "-S", f"127.0.0.1:{port}", str(BROWSER / "pages.php")]
    environment = os.environ | {"PRETEND_SHOPS": str(setting), "PHP_CLI_SERVER_WORKERS": "2"}
    with log.open("wb") as sink:
        process = subprocess.Popen(command, stdout=sink, stderr=sink, env=environment, start_new_session=True)
    try:
        wait_until(lambda: _listens(port), "PHP's web server listens")
        yield port
    finally:
        os.killpg(process.pid, 15)
        process.wait(60)


def _listens(port: int) -> bool:
    with socket.socket() as attempt:
        return attempt.connect_ex(("127.0.0.1", port)) == 0


def _typed(words: list[str], offset_s: int) -> tuple[int, str, str]:
    """One command in this process, by the clock that is set; its exit code and what it said."""
    root, right = logging.getLogger(), SystemClock.now
    handlers, level, logs = root.handlers[:], root.level, structlog.get_config()
    out, err = io.StringIO(), io.StringIO()
    try:
        set_clock(timedelta(seconds=offset_s))
        with redirect_stdout(out), redirect_stderr(err):
            code = execute(words)
    finally:  # what a command sets up for its process must not outlive its call here
        SystemClock.now = right  # type: ignore[method-assign]  # the machine's own clock again
        root.handlers[:] = handlers
        root.setLevel(level)
        structlog.configure(**logs)
    return code, out.getvalue(), err.getvalue()


def _apart_call(work: Callable[[], T]) -> T:
    """Do it in a thread of its own: the browser's library has a loop in this one."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(work).result()


def _apart(work: Coroutine[Any, Any, T]) -> T:
    """Run it in a loop of its own."""
    return _apart_call(lambda: asyncio.run(work))
