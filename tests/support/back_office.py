"""The back office of a shop as its staff have it: the panels beside orders and customers, and the status page.

It believes what was seen on real shops: OpenCart gives an event the page and what it was made of, in 3.0 without the
customer's number; PrestaShop gives a hook the order's or the customer's number and prints what it returns.
"""

import html
import json
import re
from dataclasses import dataclass
from typing import Any

from bridge import VERSION
from bridge.contracts.shop_rows import SigningKey, signed_row
from tests.support.storefront import CUSTOMER, KEY, NOW, STORE, Played, Storefront

ORDER = 1042
PLATFORMS = ("opencart", "opencart30", "prestashop")
LANGUAGES = {
    "opencart": {"en": "en-gb", "ru": "ru-ru", "fa": "fa-ir"},
    "opencart30": {"en": "en-gb", "ru": "ru-ru", "fa": "fa-ir"},
    "prestashop": {"en": "en", "ru": "ru", "fa": "fa"},
}
PAGE = """<!DOCTYPE html><html><body><header></header>
<div id="content">
  <div class="page-header">
    <div class="container-fluid"><h1>Orders</h1></div>
  </div>
  <div class="container-fluid"><div class="card">the shop's own</div></div>
</div></body></html>"""
PAGE_WITH_HOOK = PAGE.replace('<div class="card">', '{hook}<div class="card">')
WIDE = '<div class="col-lg-12 col">'
"""What PrestaShop's customer page, which lays out columns, needs around a panel."""
EVENTS = "CREATE TABLE IF NOT EXISTS oc_event (code VARCHAR(128), status TINYINT)"
ORDERS = {
    "opencart": "CREATE TABLE IF NOT EXISTS oc_order (order_id INT, customer_id INT, store_id INT)",
    "prestashop": "CREATE TABLE IF NOT EXISTS ps_orders (id_order INT, id_customer INT, id_shop INT)",
}


@dataclass(frozen=True, slots=True)
class Panels:
    """A page of the back office with what we have put into it."""

    played: Played

    @property
    def html(self) -> str:
        """What is ours."""
        return "".join(re.findall(r"<section .*?</section>", str(self.played.result), re.DOTALL))

    @property
    def count(self) -> int:
        return str(self.played.result).count("<section ")

    @property
    def text(self) -> str:
        """What a reader reads, blanks joined."""
        return " ".join(html.unescape(re.sub(r"<[^>]*>", " ", self.html)).split())

    @property
    def facts(self) -> dict[str, str]:
        """The values by name: coins, plan, and how many offers and tickets there are."""
        values = re.findall(r'data-supportbridge="([a-z]+)">(.*?)</(?:dd|td|span)>', self.html, re.DOTALL)
        return {name: html.unescape(re.sub(r"<[^>]+>", "", value)) for name, value in values}

    @property
    def log(self) -> list[str]:
        return self.played.log

    @property
    def leaves_the_page_alone(self) -> bool:
        """Whether everything but our part is as the shop made it."""
        rest = re.sub(r"<section .*?</section>", "", str(self.played.result), flags=re.DOTALL)
        return _without_blanks(rest).replace(_without_blanks(WIDE + "</div>"), "") == _without_blanks(PAGE)


def _without_blanks(text: str) -> str:
    return re.sub(r"\s+", "", text)


class BackOffice:
    """What staff open in a shop's back office."""

    def __init__(self, shop: Storefront, language: str = "en", **orders: Any) -> None:
        self.shop = shop
        self._orders = {"language": LANGUAGES[shop.platform][language], **orders}

    def order(self, *, customer: int = CUSTOMER, store: int | None = None, **orders: Any) -> Panels:
        """The page of an order of this customer in this shop of the database."""
        of_shop = store if store is not None else 1 if self.shop.platform == "prestashop" else 0
        if self.shop.platform != "opencart":
            columns = ORDERS["opencart" if self.shop.platform == "opencart30" else "prestashop"]
            table = columns.split("EXISTS ")[1].split(" (")[0]
            self.shop.run(
                columns, f"DELETE FROM {table}", f"INSERT INTO {table} VALUES ({ORDER}, {customer}, {of_shop})"
            )
        given: dict[str, Any] = {"order_id": ORDER}
        if self.shop.platform == "opencart":
            given |= {"customer_id": str(customer), "store_id": str(of_shop)}
        return self._play("order", given, **orders)

    def customer(self, customer: int = CUSTOMER, **orders: Any) -> Panels:
        """The page of a customer."""
        return self._play("customer", {"customer_id": customer}, **orders)

    def _play(self, beside: str, given: dict[str, Any], **orders: Any) -> Panels:
        if self.shop.platform == "prestashop":
            older = {**self._orders, **orders}.get("version", "8").startswith("1.6")
            of_order = "displayAdminOrderRight" if older else "displayAdminOrderSide"
            orders = {
                "hook": of_order if beside == "order" else "displayAdminCustomers",
                "page": PAGE_WITH_HOOK,
                **orders,
            }
            given = {f"id_{beside}": given[f"{beside}_id"]}
        played = self.shop.play(
            {"what": "back office", "page": PAGE, "beside": beside, "data": given, **self._orders, **orders}
        )
        assert played.complaints == [], "PHP must have nothing to complain of"
        assert played.printed == "", "nothing may reach the browser before the page"
        return Panels(played)

    def status(self, *steps: str, **orders: Any) -> str:
        """What the module's own page says, blanks joined, after these steps."""
        if self.shop.platform != "prestashop":
            self.shop.run(EVENTS)
        page = "getContent" if self.shop.platform == "prestashop" else "index"
        result = self.shop.administer(*steps, page, **{**self._orders, **orders}).result
        output = result["answers"][-1] if self.shop.platform == "prestashop" else result["output"]
        return " ".join(html.unescape(re.sub(r"<[^>]*>", " ", str(output))).split())


def push_meta(shop: Storefront, name: str, document: dict[str, Any], *, signer: SigningKey = KEY) -> None:
    """A signed row of what the desk says to the whole shop."""
    row = signed_row(signer, "meta", document, customer_id=0, epoch=1, number=0)
    shop.run(
        f"REPLACE INTO {{p}}meta (name, payload, key_id, mac) VALUES ('{name}:{STORE}', 0x{row.payload.encode().hex()},"
        f" '{row.key_id}', '{row.mac}')"
    )


def status(**changes: Any) -> dict[str, Any]:
    """What a desk of our version that is well reports."""
    document = {
        "v": 1,
        "store": STORE,
        "epoch": 1,
        "number": 0,
        "customer": 0,
        "at": NOW - 10,
        "version": VERSION,
        "state": "well",
        "problems": 0,
        "last_order_read": NOW - 20,
    }
    return {**document, **changes}


def told_version(shop: Storefront) -> str | None:
    """The version that the extension has left for the desk."""
    rows = shop.run(f"SELECT payload FROM {{p}}meta WHERE name = 'storefront:{STORE}'")
    return str(json.loads(rows[0][0])["version"]) if rows else None
