"""What a live test has to know about a running shop, read from a TOML file that an environment variable names.

    kind = "opencart-4.1"                  # opencart-3.0, opencart-4.0, opencart-4.1, prestashop-8, -9 or thirtybees
    name = "OpenCart 4.1.0.4"
    address = "http://127.0.0.1:8101/"
    zone = "Europe/Moscow"                 # the shop's own
    product = "SUPPORT-BASE"               # code of a product without shipping that can be paid by bank transfer
    paid_status = 5                        # the status that means paid
    extension = "SUPPORT-ESSENTIAL"        # two more such products: as licences are tried, this one is an extension
    renewal = "SUPPORT-PROFESSIONAL"       # and this one renews it; as premium time is tried, it pays a bill
    refunded_status = 11                   # the status that means that the money went back
    key_folder = "/srv/shop/storage"       # where this shop's extension looks for its key file
    languages = { en = "en-gb", ru = "ru-ru", fa = "fa-ir" }    # PrestaShop: the numbers of its languages
    [admin]
    address = "http://127.0.0.1:8101/admin/"
    user = "admin"
    password = "..."
    [customer]
    user = "customer@shop.example"         # with an address, so that he can check out
    password = "..."
    [database]                             # a user that may make tables, users and grants
    host = "127.0.0.1"
    port = 3306
    user = "root"
    password = "..."
    name = "opencart"
    prefix = "oc_"

It believes that the shop is there to be tried, and takes orders without an account: an extension is installed in it,
orders are placed, a database user is made. Nothing of that is taken back.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import pymysql


@dataclass(frozen=True, slots=True)
class Login:
    """A user and his password; the address where he logs in, where that is a page of its own."""

    user: str
    password: str
    address: str = ""


@dataclass(frozen=True, slots=True)
class Database:
    """How the shop's database is reached."""

    host: str
    port: int
    user: str
    password: str
    name: str
    prefix: str

    def ask(self, statement: str, *values: object) -> list[tuple[Any, ...]]:
        """Run a statement; `{p}` stands for the prefix of the shop's tables."""
        connection = pymysql.connect(
            host=self.host,
            port=self.port,
            user=self.user,
            password=self.password,
            database=self.name,
            autocommit=True,
        )
        with connection, connection.cursor() as cursor:
            cursor.execute(statement.replace("{p}", self.prefix), values or None)
            return list(cursor.fetchall())

    def run(self, script: str) -> None:
        """Run the statements of a script, one after the other."""
        connection = pymysql.connect(
            host=self.host,
            port=self.port,
            user=self.user,
            password=self.password,
            database=self.name,
            autocommit=True,
        )
        lines = [line for line in script.splitlines() if not line.startswith("--")]
        with connection, connection.cursor() as cursor:
            for statement in "\n".join(lines).split(";\n"):
                if statement.strip():
                    cursor.execute(statement)


@dataclass(frozen=True, slots=True)
class ShopFile:
    """One running shop."""

    kind: str
    name: str
    address: str
    zone: str
    product: str
    paid_status: int
    extension: str
    renewal: str
    refunded_status: int
    key_folder: Path
    languages: Mapping[str, str]
    admin: Login
    customer: Login
    database: Database

    @classmethod
    def read(cls, path: Path) -> Self:
        """Read the file; a name that is missing or too much is an error."""
        told = tomllib.loads(path.read_text("utf-8"))
        return cls(
            **{
                **told,
                "key_folder": Path(told["key_folder"]),
                "languages": {code: str(shops) for code, shops in told["languages"].items()},
                "admin": Login(**told["admin"]),
                "customer": Login(**told["customer"]),
                "database": Database(**told["database"]),
            }
        )

    @property
    def platform(self) -> str:
        """The plugin that reads it."""
        return "opencart" if self.kind.startswith("opencart") else "prestashop"
