"""Hints: what of a server is asked, and that it moves when the shop changes."""

from collections.abc import AsyncIterator

import pytest

from bridge.errors import ShopRefused
from bridge.shopkit.database import ShopDatabase
from bridge.shopkit.hints import ShopHints
from bridge.shopkit.named_sql import Statement
from bridge.testing.mariadb import PrivateMariaDB
from tests.support.adapters import STORE, database_access

WRITTEN = "UPDATE_TIME of the tables"


@pytest.fixture
async def hints(mariadb: PrivateMariaDB, database: str) -> AsyncIterator[ShopHints]:
    """Of a shop with one table that nobody has written to, and none of ours."""
    mariadb.run("CREATE TABLE oc_order (order_id INT PRIMARY KEY) ENGINE=InnoDB", database=database)
    shop = ShopDatabase(STORE, database_access(mariadb.parameters(database), prefix="oc_"))
    yield ShopHints(shop, ["order"])
    await shop.close()


async def words(hints: ShopHints) -> list[str]:
    return [source.words for source in await hints.sources()]


async def test_a_table_that_was_not_written_since_the_servers_start_wakes_with_its_first_row(
    hints: ShopHints, mariadb: PrivateMariaDB, database: str
) -> None:
    assert await words(hints) == [f"{WRITTEN} once one is written"]
    before = await hints.read()
    assert await hints.read() == before
    mariadb.run("INSERT INTO oc_order VALUES (1)", database=database)
    assert await hints.read() != before
    hints.look_again()
    assert await words(hints) == [WRITTEN]


async def test_the_shops_own_rows_come_first_and_only_this_stores_count(
    hints: ShopHints, mariadb: PrivateMariaDB, database: str
) -> None:
    mariadb.run(
        "CREATE TABLE oc_supportbridge_hint (store VARCHAR(64), kind VARCHAR(32), number BIGINT UNSIGNED,"
        " PRIMARY KEY (store, kind))",
        database=database,
    )
    assert (await words(hints))[0] == "oc_supportbridge_hint rows"
    before = await hints.read()
    mariadb.run("INSERT INTO oc_supportbridge_hint VALUES ('other', 'order', 1)", database=database)
    assert await hints.read() == before
    mariadb.run(f"INSERT INTO oc_supportbridge_hint VALUES ('{STORE}', 'order', 1)", database=database)
    assert await hints.read() != before


async def test_a_variable_that_only_another_kind_of_server_has_is_refused_and_not_asked_for_again(
    mariadb: PrivateMariaDB, database: str
) -> None:
    """So MySQL answers the question for MariaDB's position."""
    shop = ShopDatabase(STORE, database_access(mariadb.parameters(database), prefix="oc_"))
    with pytest.raises(ShopRefused, match="the server has no such setting: Unknown system variable"):
        await shop.rows(Statement("hints", "SELECT @@gtid_executed_of_mysql"))
    await shop.close()
