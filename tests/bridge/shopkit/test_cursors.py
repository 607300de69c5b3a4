"""Rows that commit late: gaps are read again, as few ranges as possible, however large they are."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest

from bridge.domain.cursor import Cursor, Gap
from bridge.shopkit.cursors import CursorTable, newest_ids, touched_rows
from bridge.shopkit.database import ShopDatabase
from bridge.shopkit.named_sql import Statement
from bridge.testing.mariadb import PrivateMariaDB
from tests.support.adapters import STORE, database_access

NOW = datetime(2026, 3, 2, 9, 0, 0, tzinfo=UTC)
TABLES = {
    "history": CursorTable(
        "history",
        Statement("newest", "SELECT id FROM history ORDER BY id DESC LIMIT %(limit)s"),
        Statement(
            "between",
            "SELECT id, id * 10 FROM history WHERE id > %(after)s AND id <= %(until)s ORDER BY id LIMIT %(limit)s",
        ),
    )
}


@pytest.fixture
async def shop(mariadb: PrivateMariaDB, database: str) -> AsyncIterator[ShopDatabase]:
    mariadb.run("CREATE TABLE history (id BIGINT UNSIGNED PRIMARY KEY)", database=database)
    opened = ShopDatabase(STORE, database_access(mariadb.parameters(database), prefix=""))
    yield opened
    await opened.close()


async def insert(shop: ShopDatabase, *ids: int) -> None:
    await shop.write_many(Statement("insert", "INSERT INTO history (id) VALUES (%s)"), [(id_,) for id_ in ids])


async def touched(shop: ShopDatabase, cursor: Cursor, *, page: int = 50) -> list[int]:
    rows = (await touched_rows(shop, TABLES, {"history": cursor}, page=page))["history"]
    assert all(row.order_id == row.id * 10 for row in rows)
    return [row.id for row in rows]


async def test_at_most_a_page_of_new_rows_is_read_and_what_came_since_the_lowest_recent_gap(shop: ShopDatabase) -> None:
    await insert(shop, *range(1, 1001))
    assert await touched(shop, Cursor(500), page=50) == list(range(501, 551))
    assert await touched(shop, Cursor(500, (Gap(480, 481, NOW),)), page=50) == list(range(480, 551))


async def test_a_late_row_in_an_old_gap_is_found_and_its_seen_neighbours_are_not(shop: ShopDatabase) -> None:
    await insert(shop, *range(100, 120))
    cursor = Cursor(5000, (Gap(105, 105, NOW), Gap(110, 112, NOW)))
    assert await touched(shop, cursor) == [105, 110, 111, 112]


async def test_a_gap_beside_every_row_is_one_range(shop: ShopDatabase, mariadb: PrivateMariaDB) -> None:
    """A cluster's server gives out every second id."""
    await insert(shop, *range(2, 2001, 2), 777)
    gaps = tuple(Gap(odd, odd, NOW) for odd in range(1, 2000, 2))
    [(_, before)] = mariadb.run("SHOW GLOBAL STATUS LIKE 'Com_select'")
    assert await touched(shop, Cursor(10_000, gaps), page=500) == [777]
    [(_, after)] = mariadb.run("SHOW GLOBAL STATUS LIKE 'Com_select'")
    assert int(after) - int(before) <= 5


async def test_a_gap_of_a_milliard_ids_costs_no_more_than_its_rows(shop: ShopDatabase) -> None:
    await insert(shop, 1, 5, 500_000_000, 2_000_000_000)
    cursor = Cursor(2_000_000_000, (Gap(2, 1_999_999_999, NOW),))
    assert await touched(shop, cursor, page=2) == [5, 500_000_000, 2_000_000_000]


async def test_gaps_far_apart_are_read_apart(shop: ShopDatabase) -> None:
    await insert(shop, 10, 5_000, 900_000)
    cursor = Cursor(1_000_000, (Gap(10, 10, NOW), Gap(5_000, 5_000, NOW), Gap(900_000, 900_000, NOW)))
    assert await touched(shop, cursor) == [10, 5_000, 900_000]


async def test_the_newest_ids_start_a_cursor_that_knows_its_gaps(shop: ShopDatabase) -> None:
    await insert(shop, 1, 2, 4, 7)
    newest = (await newest_ids(shop, TABLES))["history"]
    cursor = Cursor.starting(newest, at=NOW)
    assert cursor.position == 7
    assert [(gap.first, gap.last) for gap in cursor.gaps] == [(3, 3), (5, 6)]
