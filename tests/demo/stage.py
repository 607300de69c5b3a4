"""Where the day is played: a private database server, two shops, and a bridge set up by its own commands.

Everything lives in one temporary folder and goes with it. The settings are the shipped ones; what is written over them
is told.
"""

import re
import secrets
import tempfile
import tomllib
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, time
from pathlib import Path

from bridge.testing.mariadb import PrivateMariaDB
from tests.support.bridges import AnyShop, platform_of, stock
from tests.support.daemons import Daemon, bridge_command
from tests.support.desk_file import DeskFile
from tests.support.shop_pages import ShopPages, keys_in, read_pages
from tests.support.shops import OpenCartShop, PrestaShopShop
from tests.support.whatsapp_peer import APP_SECRET, TOKEN, VERIFY_TOKEN, Peer, a_whatsapp_peer

OPENCART, PRESTASHOP = "opencart-extensions", "prestashop-coins"
EXTENSION = "SEO-EXTENSION"
"""A product that the OpenCart store's shipped file gives licences for."""
ZONES = {OPENCART: "Asia/Kolkata", PRESTASHOP: "Asia/Tehran"}
"""The stores' zones in the shipped files; the shops' own clocks go by them."""

PACE = {"poll_seconds": "0.2", "settle_seconds": "0.4", "push_seconds": "0.2"}

ESCALATION = '[[tickets.escalation]]\nafter_hours = 2\nto = ["Support"]\n'
COMMENTED = "".join(f"# {line}\n" for line in ESCALATION.splitlines())
"""The shipped example of it."""

OFFICE, DEVELOPER = "106540352242922", "106540352242933"
"""What the provider calls the vendor's two numbers."""
PREMIUM_NUMBER = "+912255550199"
NUMBERS = f"""
[[premium.numbers]]
name = "office"
role = "official"
number = "+91 22 5555 0100"
channel_id = "{OFFICE}"

[[premium.numbers]]
name = "developer"
role = "premium"
number = "{PREMIUM_NUMBER}"
channel_id = "{DEVELOPER}"
agents = ["Developer"]
"""

Tell = Callable[[str], None]


class DemoBroken(Exception):
    """A command of the bridge failed; carries what it said."""


@dataclass(frozen=True, slots=True)
class Stage:
    """Two open shops by store name, a bridge ready to be started, and what stands in WhatsApp's place."""

    config: Path
    shops: Mapping[str, AnyShop]
    desk: DeskFile
    daemon: Daemon
    keys: Mapping[str, Mapping[str, bytes]]
    whatsapp: Peer

    def since(self, store: str) -> datetime:
        """The first moment whose orders count, on the shop's wall clock: coins.start in the store's file."""
        read = tomllib.loads((self.config / "stores" / f"{store}.toml").read_text("utf-8"))
        return datetime.combine(read["coins"]["start"], time.min)

    async def pages(self, store: str) -> ShopPages:
        """What the store's account pages show."""
        return await read_pages(self.shops[store], store)

    def command(self, *words: str) -> str:
        """What a command of the bridge prints. Raises `DemoBroken`."""
        return _command(self.config, *words)


@asynccontextmanager
async def set_stage(tell: Tell) -> AsyncIterator[Stage]:
    """Build everything; nothing of it is left after the block, however it ends."""
    async with AsyncExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="bridge-demo-")))
        tell("Starting a private MariaDB on a Unix socket in a temporary folder.")
        server = stack.enter_context(PrivateMariaDB())
        tell("Filling two small shops: OpenCart 4.1 and PrestaShop 8.")
        shops: dict[str, AnyShop] = {}
        for store, kind in ((OPENCART, OpenCartShop), (PRESTASHOP, PrestaShopShop)):
            database = server.create_database(kind.layout_name.partition("-")[0])
            shop = kind(server.parameters(database), timezone=ZONES[store])
            shops[store] = await stack.enter_async_context(shop)
            await shop.install()
            await stock(shop)
        await stock(shops[OPENCART], codes=[EXTENSION])
        config, state = folder / "config", folder / "state"
        state.mkdir(mode=0o700)
        whatsapp = await stack.enter_async_context(a_whatsapp_peer())
        whatsapp.numbers = {OFFICE, DEVELOPER}
        _write_settings(folder, server, tell)
        _write_whatsapp(folder, whatsapp, tell)
        keys = {store: _join(folder, server, store, shop) for store, shop in shops.items()}
        daemon = stack.enter_context(Daemon(config, folder / "daemon.log"))
        yield Stage(config, shops, DeskFile(state / "desk.sqlite3"), daemon, keys, whatsapp)


def _write_settings(folder: Path, server: PrivateMariaDB, tell: Tell) -> None:
    """The shipped settings with this folder in them."""
    config = folder / "config"
    _command(config, "init", str(config))
    tell("Settings are the shipped files (`bridge init`), with these lines replaced:")
    password = secrets.token_urlsafe(24)
    server.run(f"CREATE USER 'supportbridge'@'localhost' IDENTIFIED BY '{password}'")
    for store in ZONES:
        secret = config / "secrets" / f"{store}.password"
        secret.touch(mode=0o600)
        secret.write_text(password, "ascii")
        place = {"socket": f'"{server.socket}"', "password": f'{{ file = "{secret}" }}'}
        path = config / "stores" / f"{store}.toml"
        text = _without(path.read_text("utf-8"), "database", ("host", "port", "tls"))
        text = text.replace(COMMENTED, ESCALATION) if store == PRESTASHOP else text
        path.write_text(_replaced(_replaced(text, "database", place), "sync", PACE), "utf-8")
        tell(f"  stores/{path.name}: [database] socket, password; [sync] {', '.join(PACE)} (quicker)")
    tell(f"  stores/{PRESTASHOP}.toml: [[tickets.escalation]], whom to tell two hours after a breach")
    path = config / "bridge.toml"
    text = _replaced(path.read_text("utf-8"), "desk", {"state_dir": f'"{folder / "state"}"'})
    text = _replaced(text, "private_web", {"listen": '"127.0.0.1:0"'})
    path.write_text(_replaced(text, "log", {"level": '"debug"'}), "utf-8")
    tell("  bridge.toml: [desk] state_dir; [private_web] listen (any free port); [log] level (to show each push)")


def _write_whatsapp(folder: Path, peer: Peer, tell: Tell) -> None:
    """WhatsApp for the OpenCart store, with a peer of this process in the place of the provider's interface."""
    config = folder / "config"
    places = {}
    for name, secret in (("app_secret", APP_SECRET), ("verify_token", VERIFY_TOKEN), ("token", TOKEN)):
        file = config / "secrets" / f"whatsapp.{name}"
        file.touch(mode=0o600)
        file.write_text(secret, "ascii")
        places[name] = f'{{ file = "{file}" }}'
    path = config / "bridge.toml"
    text = _replaced(path.read_text("utf-8"), "public_web", {"listen": '"127.0.0.1:0"'})
    text = _replaced(text, "plugins", {"enabled": '["opencart", "prestashop", "whatsapp"]'})
    own = f'app_secret = {places["app_secret"]}\nverify_token = {places["verify_token"]}\napi = "{peer.base}"\n'
    text = text.replace("# account_url = ", "account_url = ")
    path.write_text(f"{text}\n[plugin.whatsapp]\n{own}", "utf-8")
    path = config / "stores" / f"{OPENCART}.toml"
    text = path.read_text("utf-8")
    text = text.replace("# account_url = ", "account_url = ")
    path.write_text(f"{text}\n[plugin.whatsapp]\ntoken = {places['token']}\n{NUMBERS}", "utf-8")
    tell("  bridge.toml: [public_web] listen; [plugins] and [plugin.whatsapp], with a peer in place of the provider")
    tell(f"  stores/{OPENCART}.toml: [[premium.numbers]], an official and a premium one; [plugin.whatsapp] token")


def _join(folder: Path, server: PrivateMariaDB, store: str, shop: AnyShop) -> dict[str, bytes]:
    """What an operator does once a shop: our tables and the exact rights, then the key; returns the shop's keys."""
    config = folder / "config"
    sql = _command(config, "store", "prepare", store, "--print")
    lines = [line for line in sql.splitlines() if not line.startswith("--")]
    server.run(*(part for part in "\n".join(lines).split(";\n") if part.strip(" ;\n")))
    key_file = folder / f"supportbridge-{platform_of(shop)}.php"
    _command(config, "store", "pair", store, "--out", str(key_file))
    return keys_in(key_file.read_text("ascii"))


def _command(config: Path, *words: str) -> str:
    done = bridge_command(config, *words)
    if done.returncode:
        raise DemoBroken(f"bridge {' '.join(words)} ended with {done.returncode}:\n{done.stdout}{done.stderr}")
    return done.stdout


def _replaced(text: str, section: str, values: Mapping[str, str]) -> str:
    """The text with settings of one section written anew; one that is not there yet comes first in it."""
    head, body, rest = _parted(text, section)
    for name, value in values.items():
        line = f"{name} = {value}\n"
        there = re.search(rf"^{name} = .*\n", body, flags=re.MULTILINE)
        body = body.replace(there[0], line) if there else line + body
    return head + body + rest


def _without(text: str, section: str, names: tuple[str, ...]) -> str:
    """The text without these settings of one section."""
    head, body, rest = _parted(text, section)
    return head + re.sub(rf"^(?:{'|'.join(names)}) = .*\n", "", body, flags=re.MULTILINE) + rest


def _parted(text: str, section: str) -> tuple[str, str, str]:
    head, mark, after = text.partition(f"[{section}]\n")
    body, following, rest = (
        re.split(r"(^\[)", after, maxsplit=1, flags=re.MULTILINE) if "\n[" in after else (after, "", "")
    )
    return head + mark, body, following + rest
