"""A bridge beside a running shop: settings, a database user with the rights that are printed, keys, and the daemon.

It believes: the tests may write the shop's key file, and whoever owns its folder must be able to read it.
"""

import json
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from bridge.desk.key_files import load_keys
from bridge.storefront import build
from tests.live.shop_file import ShopFile
from tests.support.daemons import Daemon, bridge_command

STORE = "live"
COINS = 550
LOOKS = ("list", "show", "explain", "bills", "timers")
"""What is no deed of anybody's."""
QUOTE_DAYS = 7
"""An offer lapses before a customer's silence resolves its ticket."""


@dataclass(frozen=True, slots=True)
class Beside:
    """The bridge of one running shop."""

    shop: ShopFile
    config: Path
    folder: Path

    def staff(self, *words: str) -> dict[str, Any]:
        """What staff type, as JSON; it must succeed."""
        acts = words[0] in ("quote", "ticket", "premium") and words[1] not in LOOKS
        done = bridge_command(self.config, *words, "--store", STORE, *(("--by", "Olga") if acts else ()), "--json")
        assert done.returncode == 0, done.stdout + done.stderr
        answered: dict[str, Any] = json.loads(done.stdout)
        return answered

    def refused(self, *words: str) -> str:
        """What staff are told where what they type must be refused."""
        done = bridge_command(self.config, *words, "--store", STORE, "--by", "Olga")
        assert done.returncode == 1, done.stdout + done.stderr
        return done.stderr

    def signs(self) -> dict[str, str]:
        """Make the key that signs statements about licences; its public part, as an extension carries it."""
        done = bridge_command(self.config, "licence", "keys", "new", "--json")
        assert done.returncode == 0, done.stdout + done.stderr
        made = json.loads(done.stdout)
        return {made["key"]: made["public"]}

    def tables(self) -> None:
        """Run the SQL that is printed for the shop's owner: tables, and the rights of a user of the bridge's own."""
        printed = bridge_command(
            self.config, "store", "prepare", STORE, "--print", "--user", f"{user_of(self.shop)}@127.0.0.1"
        )
        assert printed.returncode == 0, printed.stderr
        self.shop.database.run(printed.stdout)

    def pair(self) -> None:
        """Make the key and put its file where the shop's extension looks for it."""
        paired = bridge_command(self.config, "store", "pair", STORE)
        assert paired.returncode == 0, paired.stderr
        for old in self.shop.key_folder.glob("supportbridge-*.php"):
            old.unlink()
        place = self.shop.key_folder / f"supportbridge-{STORE}.php"
        place.write_text(load_keys(self.folder / "state", STORE).php(()), "utf-8")
        owner = self.shop.key_folder.stat()
        os.chown(place, owner.st_uid, owner.st_gid)
        place.chmod(0o400)


@contextmanager
def beside(
    shop: ShopFile,
    folder: Path,
    *,
    page: str,
    clicks_a_minute: int = 10,
    mail_port: int = 0,
    sells_extensions: bool = False,
    sells_hours: bool = False,
) -> Iterator[tuple[Beside, Daemon]]:
    """Settings for the shop; the daemon is started by the block. With a port, letters go to the server there.

    Who sells extensions lets them ask how their licences stand, on any port; who sells hours has two numbers.
    """
    config = folder / "config"
    (config / "stores").mkdir(parents=True)
    (folder / "state").mkdir(mode=0o700)
    password = secrets.token_hex(16)
    (folder / "password").write_text(password + "\n", "utf-8")
    (folder / "password").chmod(0o600)
    settings = f'[desk]\nstate_dir = "{folder}/state"\n[private_web]\nlisten = "127.0.0.1:0"\n'
    if mail_port:
        settings += MAIL.format(platform=shop.platform, port=mail_port)
    store = _store(shop, folder, page, clicks_a_minute)
    if sells_extensions:
        settings += '[public_web]\nlisten = "127.0.0.1:0"\n'
        store += EXTENSION.format(extension=shop.extension, renewal=shop.renewal, address=shop.address)
    if sells_hours:
        store += PREMIUM.format(product=shop.renewal, pays=PAYS)
    (config / "bridge.toml").write_text(settings, "utf-8")
    (config / "stores" / f"{STORE}.toml").write_text(store, "utf-8")
    shop.database.ask(f"DROP USER IF EXISTS '{user_of(shop)}'@'127.0.0.1'")
    shop.database.ask(f"CREATE USER '{user_of(shop)}'@'127.0.0.1' IDENTIFIED BY '{password}'")
    with Daemon(config, folder / "daemon.log") as daemon:
        yield Beside(shop, config, folder), daemon


def zips(folder: Path) -> dict[str, Path]:
    """What `bridge storefront build` makes, by name."""
    return {path.name: path for path in build(folder)}


def user_of(shop: ShopFile) -> str:
    """The bridge's own user: one a shop, so that several can be tried side by side."""
    return f"bridge_{shop.database.name}"[:32]


def _store(shop: ShopFile, folder: Path, page: str, clicks_a_minute: int) -> str:
    start = datetime.now(UTC).date() - timedelta(days=1)
    plans = "\n".join(
        f'[plans.{key}]\ncoins = {coins}\nproduct_codes = ["{code}"]\nname = {names}\n{more}'
        for key, coins, code, names, more in (
            ("essential", 300, "LIVE-ESSENTIAL", '{ en = "Essential", ru = "Начальный", fa = "ضروری" }', SERVICE),
            (
                "base",
                COINS,
                shop.product,
                '{ en = "Base", ru = "Базовый", fa = "پایه" }',
                f'buy_url = "{shop.address}"\n',
            ),
        )
    )
    return f"""\
platform = "{shop.platform}"
zone = "{shop.zone}"
languages = ["en", "ru", "fa"]
title = "Live shop"
account_url = "{page.partition("&customer_token")[0]}"
[database]
host = "127.0.0.1"
port = {shop.database.port}
tls = "off"
name = "{shop.database.name}"
user = "{user_of(shop)}"
password = {{ file = "{folder}/password" }}
prefix = "{shop.database.prefix}"
[coins]
start = {start.isoformat()}
{plans}
[rights.font]
name = {{ en = "Gift: the IRANSans font, a legal copy", ru = "Подарок: шрифт IRANSans, законная копия", \
fa = "هدیه: قلم ایران‌سنس، نسخهٔ قانونی" }}
kind = "once"
plans = ["essential", "base"]
[prices.google-analytics]
coins = 50
name = {{ en = "Set up Google Analytics", ru = "Настройка Google Analytics", fa = "راه‌اندازی گوگل آنالیتیکس" }}
[quotes]
actions_per_minute = {clicks_a_minute}
valid_days = {QUOTE_DAYS}
[[staff]]
name = "Olga"
email = "olga@shop.example"
{"" if shop.platform == "opencart" else "shop_employees = [1]"}
"""


EXTENSION = """\
[licences]
official_contact = "+98 21 0000 0000"
[licences.products.checkout]
name = {{ en = "Quick checkout", ru = "Быстрый заказ", fa = "خرید سریع" }}
product_codes = ["{extension}"]
domains = 2
renewals = {{ {renewal} = 12 }}
renew_url = "{address}"
"""
OFFICIAL_NUMBER, PREMIUM_NUMBER = "+98 21 5555 0100", "+98 21 5555 0199"
PAYS = "3.75"
"""What one bought unit of the product pays that stands for money."""
PREMIUM = f"""\
[premium]
payments = {{{{ {{product}} = "{{pays}}" }}}}
[premium.kinds.consultation]
name = {{{{ en = "Consultation", ru = "Консультация", fa = "مشاوره" }}}}
rate = "15.00"
[premium.kinds.technical]
name = {{{{ en = "Technical support", ru = "Техническая поддержка", fa = "پشتیبانی فنی" }}}}
rate = "20.00"
[[premium.numbers]]
name = "office"
role = "official"
number = "{OFFICIAL_NUMBER}"
channel_id = "100000000000001"
[[premium.numbers]]
name = "developer"
role = "premium"
number = "{PREMIUM_NUMBER}"
channel_id = "100000000000002"
agents = ["Olga"]
"""
MAIL = """\
[plugins]
enabled = ["{platform}", "mail"]
[plugin.mail]
host = "127.0.0.1"
port = {port}
tls = "off"
from_address = "no-reply@shop.example"
"""
SERVICE = 'service_days = ["saturday", "sunday", "monday", "tuesday", "wednesday"]\n'
