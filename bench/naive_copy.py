"""The bare copy that a first sync is compared with: rows of a shop into SQLite, as they are.

Orders, their lines and their history; or the threads and messages of the shop's own customer service.

No rules, no books, nothing decided: the least that any program must do that reads a shop into a file of its own and is
not to lose what it has read. Named columns, pages by primary key, one `executemany` and one durable commit a page.
"""

import sqlite3
from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import aiomysql

from bridge.testing.mariadb import ConnectionParameters

PAGE_ROWS = 1000
TABLES = {
    "opencart": {
        "order": ("order_id", "store_id", "customer_id", "order_status_id", "total", "date_added"),
        "order_product": ("order_product_id", "order_id", "model", "quantity"),
        "order_history": ("order_history_id", "order_id", "order_status_id", "date_added"),
    },
    "prestashop": {
        "orders": ("id_order", "id_shop", "id_customer", "current_state", "total_paid", "date_add"),
        "order_detail": (
            "id_order_detail",
            "id_order",
            "product_reference",
            "product_quantity",
            "product_quantity_refunded",
            "product_quantity_return",
        ),
        "order_history": ("id_order_history", "id_order", "id_order_state", "date_add"),
    },
}
"""The columns that the bridge reads too; the first one is the primary key."""
SERVICE_TABLES = {
    "customer_thread": (
        "id_customer_thread",
        "id_shop",
        "id_customer",
        "email",
        "id_lang",
        "id_order",
        "id_product",
        "status",
    ),
    "customer_message": (
        "id_customer_message",
        "id_customer_thread",
        "id_employee",
        "message",
        "file_name",
        "private",
        "date_add",
    ),
}
"""The same of PrestaShop's customer service."""


async def copy(
    tables: Mapping[str, Sequence[str]], shop: ConnectionParameters, prefix: str, target: Path
) -> dict[str, int]:
    """Copy these columns of these tables into a new SQLite file; the number of rows of each."""
    desk = sqlite3.connect(target, isolation_level=None)
    desk.execute("PRAGMA journal_mode=WAL")
    desk.execute("PRAGMA synchronous=FULL")
    connection = await aiomysql.connect(**shop.for_driver())
    try:
        return {table: await _copy_table(connection, desk, prefix, table, names) for table, names in tables.items()}
    finally:
        connection.close()
        desk.close()


async def _copy_table(
    connection: Any, desk: sqlite3.Connection, prefix: str, table: str, columns: Sequence[str]
) -> int:
    key, named = columns[0], ", ".join(columns)
    desk.execute(f'CREATE TABLE "{table}" ({key} INTEGER PRIMARY KEY, {", ".join(columns[1:])})')
    select = f"SELECT {named} FROM `{prefix}{table}` WHERE {key} > %s ORDER BY {key} LIMIT {PAGE_ROWS}"
    insert = f'INSERT INTO "{table}" ({named}) VALUES ({", ".join("?" * len(columns))})'
    copied = after = 0
    async with connection.cursor() as cursor:
        while True:
            await cursor.execute(select, (after,))
            page = await cursor.fetchall()
            if not page:
                return copied
            desk.execute("BEGIN IMMEDIATE")
            desk.executemany(insert, [tuple(map(_plain, row)) for row in page])
            desk.execute("COMMIT")
            copied, after = copied + len(page), page[-1][0]


def _plain(value: object) -> object:
    """What SQLite can keep: it has neither decimals nor dates."""
    return str(value) if isinstance(value, Decimal | datetime) else value
