"""What came of the day, store by store, and whether everything agrees."""

from collections import Counter
from collections.abc import Callable
from typing import NamedTuple

from rich.table import Table

from tests.demo.stage import Stage
from tests.support.bridges import COINS, CURSOR_TABLES, PLAN_OF, platform_of
from tests.support.owed import differences, units_owed
from tests.support.shop_pages import disagreements

COINS_OF_PLAN = {PLAN_OF[code]: coins for code, coins in COINS.items()}


class StoreSummary(NamedTuple):
    """One store. Coins are those moved by entries; `faults` says where orders, ledger and account rows differ."""

    store: str
    orders: int
    granted: int
    revoked: int
    reinstated: int
    deducted: int
    held: int
    pages: int
    problems: int
    faults: list[str]


async def summary(stage: Stage) -> list[StoreSummary]:
    """Look at every store: its ledger, its orders, and each row of its account pages."""
    return [await _of_store(stage, store) for store in stage.shops]


async def _of_store(stage: Stage, store: str) -> StoreSummary:
    accounts, shop, pages = stage.desk.accounts(store), stage.shops[store], await stage.pages(store)
    moved = sum((account.coins_by_kind() for account in accounts), Counter[str]())
    owed = await units_owed(shop, PLAN_OF, since=stage.since(store))
    return StoreSummary(
        store,
        orders=await _orders_seen(stage, store),
        granted=moved["grant"],
        revoked=moved["revoke"],
        reinstated=moved["reinstate"],
        deducted=moved["settle"],
        held=sum(account.held for account in accounts),
        pages=len(pages.accounts),
        problems=len(stage.desk.problems(store)),
        faults=disagreements(stage.desk, store, pages, stage.keys[store]) + differences(owed, accounts, COINS_OF_PLAN),
    )


async def _orders_seen(stage: Stage, store: str) -> int:
    shop, progress = stage.shops[store], stage.desk.progress(store)
    table, key = CURSOR_TABLES[platform_of(shop)]["order"]
    read_to = progress.cursors.get("order", 0) if progress else 0
    [(count,)] = await shop.fetch(f"SELECT COUNT(*) FROM {{{table}}} WHERE `{key}` <= %s", read_to)
    return int(count)


def table_of(stores: list[StoreSummary]) -> Table:
    """A column a store and a line a fact: names and headings stay whole on a narrow terminal."""
    table = Table(box=None, pad_edge=False, padding=(0, 3, 0, 0))
    table.add_column("Store", no_wrap=True)
    for one in stores:
        table.add_column(one.store, justify="right", no_wrap=True)
    facts: dict[str, Callable[[StoreSummary], object]] = {
        "Orders seen": lambda one: one.orders,
        "Coins granted": lambda one: one.granted,
        "Coins revoked": lambda one: one.revoked,
        "Coins reinstated": lambda one: one.reinstated,
        "Coins deducted": lambda one: one.deducted,
        "Coins still held": lambda one: one.held,
        "Account rows": lambda one: one.pages,
        "Equal to the ledger": lambda one: "NO" if one.faults else "yes",
        "Open problems": lambda one: one.problems,
    }
    for name, fact in facts.items():
        table.add_row(name, *(str(fact(one)) for one in stores))
    return table
