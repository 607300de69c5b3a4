"""The comparisons that the other stories end with do find what is wrong."""

import sqlite3
from collections.abc import Callable
from contextlib import closing

import pytest

from tests.scenarios.conftest import MakeBridge
from tests.support.bridges import BASE, COINS, PLAN_OF, AnyShop, Bridge, shop_now
from tests.support.owed import differences, units_owed

COINS_OF_PLAN = {PLAN_OF[code]: coins for code, coins in COINS.items()}

DAMAGES = {
    "a balance made up in the shop": (
        "UPDATE {account} SET payload = REPLACE(payload, '\"posted\":1100', '\"posted\":9900')",
        "does not verify",
    ),
    "an entry made up in the shop": ("UPDATE {entry} SET payload = REPLACE(payload, '550', '950')", "does not verify"),
    "an entry that is missing": ("DELETE FROM {entry} WHERE number = 1", "the shop shows entries"),
    "a page that is missing": ("DELETE FROM {account}", "shows no account"),
    "a page of nobody": ("UPDATE {account} SET customer_id = 4711", "an account that the desk does not have"),
    "an older version": ("UPDATE {account} SET number = number - 1", "the shop has version"),
}


async def a_quiet_bridge(shop: AnyShop, make_bridge: MakeBridge) -> tuple[Bridge, int]:
    """A bridge that has booked and pushed one order of two units, and the order."""
    bridge = make_bridge(shop)
    await bridge.prepare()
    ada = await shop.add_customer("ada@shop.example")
    order = await shop.place_paid_order(ada, [(BASE, 2)], at=shop_now(shop))
    async with bridge.running():
        await bridge.quiet()
    assert await bridge.disagreements() == []
    return bridge, order


@pytest.mark.parametrize("damage", DAMAGES)
async def test_C16_a_row_in_the_shop_that_is_not_the_ledgers_is_found(
    opencart: AnyShop, make_bridge: MakeBridge, damage: str
) -> None:
    bridge, _ = await a_quiet_bridge(opencart, make_bridge)
    statement, words = DAMAGES[damage]
    tables = {name: f"`{opencart.prefix}supportbridge_{name}`" for name in ("account", "entry")}
    assert await opencart.execute(statement.format_map(tables).replace("{", "{{").replace("}", "}}"))
    assert any(words in line for line in await bridge.disagreements())


BOOKS: dict[str, tuple[str, Callable[[str], bool]]] = {
    "an account that is not its entries' sum": (
        "UPDATE account SET posted = 9900",
        lambda line: "its entries say" in line,
    ),
    "a package that is not its entries' sum": ("UPDATE package SET posted = 1", lambda line: "its entries say" in line),
    "an entry that is gone": (
        "DROP TRIGGER entry_is_never_deleted; DELETE FROM entry WHERE number = 1",
        lambda line: "not numbered" in line,
    ),
}


@pytest.mark.parametrize("damage", BOOKS)
async def test_C16_books_that_contradict_themselves_are_found(
    opencart: AnyShop, make_bridge: MakeBridge, damage: str
) -> None:
    bridge, _ = await a_quiet_bridge(opencart, make_bridge)
    statements, found = BOOKS[damage]
    with closing(sqlite3.connect(bridge.desk.path)) as desk:
        desk.executescript(statements)
    assert any(map(found, await bridge.disagreements()))


async def test_C2_a_ledger_that_is_not_what_the_orders_owe_is_found(shop: AnyShop, make_bridge: MakeBridge) -> None:
    bridge, order = await a_quiet_bridge(shop, make_bridge)
    accounts = bridge.desk.accounts("acme")
    assert differences(await units_owed(shop, PLAN_OF), accounts, COINS_OF_PLAN) == []
    await shop.edit_order(order, [(BASE, 3)], shop_now(shop))  # which the stopped bridge can't know
    found = differences(await units_owed(shop, PLAN_OF), accounts, COINS_OF_PLAN)
    assert found[0].endswith("3 of base, the ledger has 2")
