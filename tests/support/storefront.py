"""One shop's account page, played by PHP from the command line.

It believes: what is tested is what is shipped, so the extension is unpacked from its zip; around it stand small
stand-ins of our own for the platform's classes (`tests/support/php`), with the real template engines and a real
database. The clock is handed in.
"""

import html
import json
import re
import subprocess
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pymysql

from bridge.contracts.shop_rows import SignedRow, SigningKey, signed_row
from bridge.storefront import SCHEMA, build
from bridge.testing.mariadb import PrivateMariaDB
from tests.support.php_program import php_command

PHP = Path(__file__).parent / "php"
PREFIXES = {"opencart": "oc_", "opencart30": "oc_", "prestashop": "ps_"}

OF_OPENCART = (
    (
        "CREATE TABLE oc_order (order_id INT PRIMARY KEY, customer_id INT, store_id INT, order_status_id INT,"
        " date_added VARCHAR(19))"
    ),
    "CREATE TABLE oc_order_product (order_product_id INT AUTO_INCREMENT PRIMARY KEY, order_id INT, name VARCHAR(255))",
)
ORDER_TABLES = {
    "opencart": OF_OPENCART,
    "opencart30": OF_OPENCART,
    "prestashop": (
        (
            "CREATE TABLE ps_orders (id_order INT PRIMARY KEY, reference VARCHAR(9), id_customer INT, id_shop INT,"
            " date_add VARCHAR(19))"
        ),
        (
            "CREATE TABLE ps_order_detail (id_order_detail INT AUTO_INCREMENT PRIMARY KEY, id_order INT,"
            " product_name VARCHAR(255))"
        ),
    ),
}

STORE = "acme"
SOON_S = 10.0
"""A page that gives up after a second is made by then on any machine; one that waits for a lock takes 20 s and more."""
CUSTOMER = 77
NOW = 1_800_000_000
"""15 January 2027, 08:00 UTC."""
DAY = 86_400
KEY = SigningKey("k1", bytes(range(32)))
OTHER_KEY = SigningKey("k2", bytes(range(32, 64)))

PAGE = """<!DOCTYPE html><html><body>
<div id="content" class="col"><h1>My account</h1><ul><li>Orders</li></ul>{hook}</div>
<footer>the shop</footer></body></html>"""
PAGE_OF_3 = """<!DOCTYPE html><html><body>
<div id="content" class="col-sm-9"><div>a module on top</div>
<h2>My Account</h2><ul><li>Orders</li></ul></div>
<footer>the shop</footer></body></html>"""
PAGES = {"opencart": PAGE.replace("{hook}", ""), "opencart30": PAGE_OF_3, "prestashop": PAGE}


@dataclass(frozen=True, slots=True)
class Played:
    """What PHP did: its result, what it printed, what it wrote into the shop's log, and what PHP complained about."""

    result: Any
    printed: str
    log: list[str]
    complaints: list[str]
    seconds: float

    @property
    def shown(self) -> dict[str, str]:
        """The block's values as a reader sees them, by name; empty where there is no block."""
        values = re.findall(r'<dd data-supportbridge="([a-z-]+)">(.*?)</dd>', str(self.result), re.DOTALL)
        return {name: html.unescape(re.sub(r"<[^>]+>", "", value)) for name, value in values}


def account(*packages: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """An account document with the given packages; `changes` replace whole fields."""
    document = {
        "v": 1,
        "store": STORE,
        "customer": CUSTOMER,
        "epoch": 1,
        "number": 1,
        "frozen": False,
        "posted": sum(package["posted"] for package in packages),
        "held": sum(package["held"] for package in packages),
        "plans": {
            "essential": {"rank": 1, "name": {"en": "Essential", "ru": "Начальный", "fa": "ضروری"}},
            "base": {"rank": 2, "name": {"en": "Base", "ru": "Базовый", "fa": "پایه"}},
        },
        "packages": list(packages),
        "entries": {"count": 0, "digest": ""},
    }
    return {**document, **changes}


def package(
    coins: int = 550,
    *,
    posted: int | None = None,
    held: int = 0,
    plan: str | None = "base",
    until: int = NOW + 30 * DAY,
    until_text: dict[str, str] | None = None,
    revoked: bool = False,
) -> dict[str, Any]:
    """One package of an account document."""
    return {
        "id": 1,
        "plan": plan,
        "coins": coins,
        "posted": coins if posted is None else posted,
        "held": held,
        "revoked": revoked,
        "usable_until": until,
        "usable_until_text": until_text or {"en": "14 February 2027", "ru": "14 февраля 2027 г.", "fa": "۲۵ بهمن ۱۴۰۵"},
    }


def unpacked(folder: Path) -> dict[str, Path]:
    """The extensions as shops unpack them, by platform: in each folder `supportbridge/`, for OpenCart 3 `upload/`."""
    insides = {"opencart": "supportbridge", "opencart30": "", "prestashop": ""}
    places = {}
    for (platform, inside), zipped in zip(insides.items(), build(folder / "zips"), strict=True):
        places[platform] = folder / platform
        with zipfile.ZipFile(zipped) as archive:
            archive.extractall(places[platform] / inside)
    return places


class Storefront:
    """A shop of one platform: a database, a folder for key files, and the unpacked extension."""

    def __init__(self, platform: str, server: PrivateMariaDB, database: str, extensions: Path, folder: Path) -> None:
        self.platform = platform
        self.prefix = PREFIXES[platform]
        self.server = server
        self.database = database
        self.extensions = extensions
        self.folder = folder
        self.root = folder / "shop"
        # OpenCart's storage can lie outside the web root; PrestaShop's config folder can't.
        self.key_folder = self.root / "config" if platform == "prestashop" else folder / "storage"
        self.key_folder.mkdir(parents=True)
        self.php_settings: dict[str, str] = {}
        self.root.mkdir(exist_ok=True)

    def run(self, *statements: str) -> list[tuple[Any, ...]]:
        """Run SQL in the shop's database; `{p}` stands for our tables' prefix."""
        return self.server.run(
            *(statement.replace("{p}", f"{self.prefix}supportbridge_") for statement in statements),
            database=self.database,
        )

    @contextmanager
    def another_connection(self, *statements: str) -> Iterator[None]:
        """Somebody else's statements, in force until the block ends."""
        connection = pymysql.connect(
            unix_socket=str(self.server.socket),
            user="root",
            database=self.database,
            autocommit=False,
            ssl_disabled=True,
        )
        with connection, connection.cursor() as cursor:
            for statement in statements:
                cursor.execute(statement.replace("{p}", f"{self.prefix}supportbridge_"))
            yield

    def make_tables(self) -> None:
        statements = SCHEMA.read_text("utf-8").replace("{prefix}", self.prefix).split(";\n")
        self.run(*(statement for statement in statements if statement.strip()))

    def make_order_tables(self) -> None:
        """The shop's own tables that a customer's orders are chosen from, with nothing in them."""
        self.run(*ORDER_TABLES[self.platform])

    def place_order(self, number: int, *products: str, customer: int = CUSTOMER, shop_id: int | None = None) -> None:
        """An order of the customer's in these tables, on 14 January 2027; its reference ends with its number."""
        of_shop = shop_id if shop_id is not None else 1 if self.platform == "prestashop" else 0
        placed = "2027-01-14 10:00:00"
        if self.platform == "prestashop":
            rows = f"INSERT INTO ps_orders VALUES ({number}, 'XKBK{number}', {customer}, {of_shop}, '{placed}')"
            into = "INSERT INTO ps_order_detail (id_order, product_name)"
        else:
            rows = f"INSERT INTO oc_order VALUES ({number}, {customer}, {of_shop}, 5, '{placed}')"
            into = "INSERT INTO oc_order_product (order_id, name)"
        self.run(rows, *(f"{into} VALUES ({number}, 0x{name.encode().hex()})" for name in products))

    def pair(
        self,
        *keys: SigningKey,
        store: str = STORE,
        shop_ids: tuple[int, ...] = (),
        name: str | None = None,
        version: int = 1,
    ) -> Path:
        """Put a key file into the shop."""
        lines = ", ".join(f"'{key.id}' => '{key.secret.hex()}'" for key in keys or (KEY,))
        content = (
            f"<?php return ['version' => {version}, 'store' => '{store}', "
            f"'shop_ids' => {list(shop_ids)}, 'keys' => [{lines}]];\n"
        )
        return self.write_key_file(content, name or f"supportbridge-{store}.php")

    def write_key_file(self, content: str, name: str = f"supportbridge-{STORE}.php") -> Path:
        path = self.key_folder / name
        path.write_text(content, "utf-8")
        return path

    def push(
        self,
        document: dict[str, Any],
        *,
        key: SigningKey = KEY,
        table: str = "account",
        store: str = STORE,
        customer: int = CUSTOMER,
    ) -> SignedRow:
        """Sign a document as one of `table` and store it as the account row of `customer`."""
        epoch, number = document.get("epoch", 1), document.get("number", 1)
        row = signed_row(key, table, document, customer_id=customer, epoch=epoch, number=number)
        self.store_row(row, store=store)
        return row

    def store_row(self, row: SignedRow, *, store: str = STORE) -> None:
        """Store a row as it is, right or wrong."""
        payload = row.payload.replace("\\", "\\\\").replace("'", "\\'")
        self.run(
            f"REPLACE INTO {{p}}account VALUES ('{store}', {row.customer_id}, {row.epoch}, {row.number}, "
            f"'{payload}', '{row.key_id}', '{row.mac}')"
        )

    def open_page(self, **orders: Any) -> Played:
        """The account page as one request gets it."""
        page = self.play({"what": "page", "page": PAGES[self.platform], **orders})
        assert page.printed == "", "nothing may reach the browser before the page"
        assert page.complaints == [], "PHP must have nothing to complain of"
        return page

    def administer(self, *steps: str, **orders: Any) -> Played:
        """Call methods of the extension's administration side, in order."""
        played = self.play({"what": "steps", "steps": steps, **orders})
        assert played.complaints == []
        return played

    def change_orders(self, *order_ids: int, **orders: Any) -> Played:
        """Let the shop fire its event for changed orders, all in one request."""
        played = self.play({"what": "order", "orders": order_ids, **orders})
        assert played.printed == "", "nothing may reach the browser"
        assert played.complaints == [], "no warning may reach the shop"
        return played

    def hints(self) -> dict[str, int]:
        """The counters by store; empty where no order has changed."""
        return dict(self.run("SELECT store, number FROM {p}hint WHERE kind = 'order'"))

    def setting(self) -> dict[str, Any]:
        """What a request of the shop finds, unless something else is said."""
        return {
            "socket": str(self.server.socket),
            "database": self.database,
            "user": "root",
            "password": "",
            "prefix": self.prefix,
            "extensions": str(self.extensions),
            "key_folder": str(self.key_folder),
            "shop_root": str(self.root),
            "document_root": str(self.root),
            "memory": str(self.folder / "memory.json"),
            "compiled": str(self.folder / "compiled"),
            "customer": CUSTOMER,
            "shop_id": 1 if self.platform == "prestashop" else 0,
            "language": "en" if self.platform == "prestashop" else "en-gb",
            "settings": {},
            "now": NOW,
            "times": 1,
            "driver": "mysqli",
            "directly": False,
            "content_top": "<div>a module on top</div>\n",
            "footer": "<footer>the shop</footer>",
            "driver_throws": True,
            "log_broken": False,
            "method": "GET",
            "post": {},
            "query": {},
            "session": "a session of the customer's",
        }

    def play(self, orders: dict[str, Any]) -> Played:
        """Let PHP play one request of the shop; `orders` say which, and replace what is usual."""
        given = self.setting() | orders
        done = subprocess.run(
            [*php_command(self.php_settings), str(PHP / f"{self.platform}.php")],
            input=json.dumps(given),
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return Played(**json.loads(done.stdout))
