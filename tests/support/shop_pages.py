"""What a shop's account pages would show, and whether it is what the desk says.

The rows are believed as little as the PHP in the shop believes them: signature and digest chain are worked out here
from the format's own words (HMAC-SHA-256 over version, direction, table, key id and the exact bytes), not by the code
that made them.
"""

import hashlib
import hmac
import json
import re
import time
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

import pymysql

from tests.support.desk_file import BookedAccount, DeskFile


class ReadableShop(Protocol):
    prefix: str

    async def fetch(self, statement: str, *values: Any) -> list[tuple[Any, ...]]: ...


@dataclass(frozen=True, slots=True)
class PageRow:
    """One stored row: its version and bytes as they stand in the shop."""

    customer: int
    epoch: int
    number: int
    payload: str
    key_id: str
    mac: str

    @property
    def document(self) -> dict[str, Any]:
        read: dict[str, Any] = json.loads(self.payload)
        return read


@dataclass(frozen=True, slots=True)
class ShopPages:
    """Every account and entry row of one store, and its quotes, prices and answers, as the shop has them."""

    accounts: Mapping[int, PageRow]
    entries: Mapping[int, list[PageRow]]
    documents: Mapping[str, list[PageRow]] = field(default_factory=dict)

    def shown(self, customer: int) -> dict[str, Any]:
        """The account document of a customer."""
        return self.accounts[customer].document


DOCUMENTS = {
    "quote": "customer_id",
    "price": "0",
    "answer": "customer_id",
    "ticket": "customer_id",
    "licence": "customer_id",
}
"""Tables of documents, and whose each row is."""


async def read_pages(shop: ReadableShop, store: str) -> ShopPages:
    """Read the store's rows."""
    columns = "customer_id, epoch, number, payload, key_id, mac"
    table = f"`{shop.prefix}supportbridge_"
    accounts = await shop.fetch(f"SELECT {columns} FROM {table}account` WHERE store = %s", store)
    rows = await shop.fetch(f"SELECT {columns} FROM {table}entry` WHERE store = %s ORDER BY customer_id, number", store)
    entries: dict[int, list[PageRow]] = {}
    for row in rows:
        entries.setdefault(row[0], []).append(PageRow(*row))
    documents = {}
    for name, customer in DOCUMENTS.items():
        if not await shop.fetch(f"SHOW TABLES LIKE '{shop.prefix}supportbridge_{name}'"):
            continue  # a shop that was prepared before there was a coin desk
        own = f"{customer}, epoch, number, payload, key_id, mac"
        try:
            found = await shop.fetch(f"SELECT {own} FROM {table}{name}` WHERE store = %s", store)
        except pymysql.err.ProgrammingError:  # a shop that was prepared before there was a coin desk
            continue
        documents[name] = [PageRow(*row) for row in found]
    return ShopPages({row[0]: PageRow(*row) for row in accounts}, entries, documents)


def keys_in(php: str) -> dict[str, bytes]:
    """The keys in the PHP file that goes into a shop."""
    return {key: bytes.fromhex(secret) for key, secret in re.findall(r"'(\w+)' => '([0-9a-f]{64})'", php)}


def disagreements(desk: DeskFile, store: str, pages: ShopPages, keys: Mapping[str, bytes]) -> list[str]:
    """Everything in which the desk contradicts itself or the shop's rows contradict the desk (rule C16); best empty."""
    accounts = desk.accounts(store)
    found = [line for account in accounts for line in _own_contradictions(account)]
    found += _repeated_keys(accounts)
    customers = {account.ref: account for account in accounts if account.kind == "customer" and account.number}
    for number in sorted(customers.keys() | pages.accounts.keys() | pages.entries.keys()):
        if number not in customers:
            found.append(f"customer {number}: the shop shows an account that the desk does not have")
        elif number not in pages.accounts:
            found.append(f"customer {number}: the shop shows no account")
        else:
            found += _page_faults(customers[number], pages, keys, epoch=desk.epoch())
    return [*found, *_document_faults(pages, store, keys)]


def _own_contradictions(account: BookedAccount) -> Iterable[str]:
    who = f"{account.kind} {account.ref}"
    if [entry.number for entry in account.entries] != list(range(1, len(account.entries) + 1)):
        yield f"{who}: the entries are not numbered 1..{len(account.entries)}"
    posted = held = 0
    by_package: dict[int, list[int]] = defaultdict(lambda: [0, 0])
    for entry in account.entries:
        posted, held = posted + entry.posted, held + entry.held
        if (posted, held) != (entry.posted_after, entry.held_after) or not 0 <= held <= posted:
            yield f"{who}: after entry {entry.number} the account stands at {posted} posted, {held} held"
        if (entry.posted, entry.held) != tuple(sum(part[at] for part in entry.postings) for at in (1, 2)):
            yield f"{who}: entry {entry.number} is not the sum of its postings"
        for number, part, part_held in entry.postings:
            by_package[number][0] += part
            by_package[number][1] += part_held
    booked = {package.id: [package.posted, package.held] for package in account.packages}
    for number in sorted(booked.keys() | by_package.keys()):
        now = booked.get(number, [0, 0])  # of a package that went to another account nothing may be left
        if by_package[number] != now:
            yield f"{who}: package {number} has {now[0]} coins, its entries say {by_package[number]}"
    if (posted, held) != (account.posted, account.held):
        yield f"{who}: the account has {account.posted} coins, its entries say {posted}"


def _repeated_keys(accounts: Iterable[BookedAccount]) -> Iterable[str]:
    seen: set[str] = set()
    for entry in (entry for account in accounts for entry in account.entries):
        if entry.key in seen:
            yield f"the key {entry.key} is booked twice"
        seen.add(entry.key)


def _page_faults(account: BookedAccount, pages: ShopPages, keys: Mapping[str, bytes], *, epoch: int) -> Iterable[str]:
    who = f"customer {account.ref}"
    row, rows = pages.accounts[account.ref], pages.entries.get(account.ref, [])
    for table, one in [("account", row), *(("entry", entry) for entry in rows)]:
        if not _signed(one, table, keys):
            yield f"{who}: the {table} row {one.number} does not verify"
    if (row.epoch, row.number) != (epoch, account.number):
        yield f"{who}: the shop has version {row.epoch}.{row.number}, the desk {epoch}.{account.number}"
    shown = row.document
    expected = {
        "posted": account.posted,
        "held": account.held,
        "frozen": account.frozen,
        "entries": {"count": len(account.entries), "digest": _digest(rows)},
    }
    for name, value in expected.items():
        if shown[name] != value:
            yield f"{who}: the shop shows {name} = {shown[name]}, the desk has {value}"
    packages = {(one.id, one.plan, one.coins, one.posted, one.held, one.revoked) for one in account.packages}
    names = ("id", "plan", "coins", "posted", "held", "revoked")
    on_page = {tuple(one[name] for name in names) for one in shown["packages"]}
    now = time.time() * 1000
    left_out = {one.id for one in account.packages if one.posted == 0 and one.usable_until_ms < now}
    if not on_page <= packages or any(one[0] not in left_out for one in packages - on_page):
        yield f"{who}: the shop shows the packages {shown['packages']}, the desk has {sorted(packages)}"
    yield from _entry_faults(account, rows)


def _entry_faults(account: BookedAccount, rows: Iterable[PageRow]) -> Iterable[str]:
    said = [_said(row.document) for row in rows]
    booked = [
        (e.number, e.kind, e.posted, e.held, e.order_id, e.posted_after, e.held_after, e.at_ms // 1000)
        for e in account.entries
    ]
    if said != booked:
        yield f"customer {account.ref}: the shop shows the entries {said}, the desk has {booked}"


def _document_faults(pages: ShopPages, store: str, keys: Mapping[str, bytes]) -> Iterable[str]:
    """Documents that a page would not show, and coins that are held for no quote (rule C16)."""
    for table, rows in pages.documents.items():
        for row in rows:
            shown = row.document
            head = (shown["store"], shown["epoch"], shown["number"], shown.get("customer", 0))
            if head != (store, row.epoch, row.number, row.customer):
                yield f"the shop has a {table} row of {row.epoch}.{row.number} that says of itself {head}"
            if not _signed(row, table, keys):
                yield f"the {table} row {row.number} of customer {row.customer} does not verify"
    quotes = pages.documents.get("quote", [])
    for customer, page in pages.accounts.items():
        # A desk that was put back writes all it has anew: what is left of a lower epoch is not shown.
        own = [row.document for row in quotes if (row.customer, row.epoch) == (customer, page.epoch)]
        shown_held, for_quotes = page.document["held"], sum(document["held"] for document in own)
        if shown_held != for_quotes:
            yield f"customer {customer}: the shop shows {shown_held} coins held, {for_quotes} of them for quotes"


def _said(document: Mapping[str, Any]) -> tuple[Any, ...]:
    names = ("number", "kind", "coins", "held", "order", "posted_after", "held_after", "at")
    return tuple(document[name] for name in names)


def _signed(row: PageRow, table: str, keys: Mapping[str, bytes]) -> bool:
    head = f"supportbridge:1\ndesk-to-shop\n{table}\n{row.key_id}\n".encode("ascii")
    secret = keys.get(row.key_id, b"")
    return bool(secret) and hmac.new(secret, head + row.payload.encode("ascii"), hashlib.sha256).hexdigest() == row.mac


def _digest(rows: Iterable[PageRow]) -> str:
    digest = ""
    for row in rows:
        digest = hashlib.sha256(f"{digest}\n{row.payload}".encode("ascii")).hexdigest()
    return digest
