"""Hints: what of a server is asked, and that it moves when the shop changes."""

from collections.abc import AsyncIterator

import pytest

from bridge.errors import ShopRefused
from bridge.shopkit.database import ShopDatabase
from bridge.shopkit.hints import ShopHints
from bridge.shopkit.named_sql import Statement
from bridge.shopkit.writer import table_statements
from bridge.testing.mariadb import PrivateMariaDB
from tests.support.adapters import STORE, database_access
from tests.support.waiting import until

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
    assert (await words(hints))[0] == "oc_supportbridge_hint rows (no event counted yet)"
    before = await hints.read()
    mariadb.run("INSERT INTO oc_supportbridge_hint VALUES ('other', 'order', 1)", database=database)
    assert await hints.read() == before
    mariadb.run(f"INSERT INTO oc_supportbridge_hint VALUES ('{STORE}', 'order', 1)", database=database)
    assert await hints.read() != before


async def test_a_row_that_counts_up_is_seen_at_once_whatever_the_tables_times_say(
    hints: ShopHints, mariadb: PrivateMariaDB, database: str
) -> None:
    """A table's time has seconds, a shop has several orders in one; the counter is bumped as the extension does it."""
    mariadb.run(*table_statements("oc_"), database=database)
    bump = (
        f"INSERT INTO oc_supportbridge_hint (store, kind, number) VALUES ('{STORE}', 'order', 1)"
        " ON DUPLICATE KEY UPDATE number = number + 1"
    )
    seen = [await hints.read()]
    for _ in range(3):
        mariadb.run(bump, database=database)
        seen.append(await hints.read())
    assert len(set(seen)) == len(seen)


async def test_a_table_that_was_written_in_another_second_has_another_time(
    hints: ShopHints, mariadb: PrivateMariaDB, database: str
) -> None:
    mariadb.run("INSERT INTO oc_order VALUES (1)", database=database)
    before = await hints.read()

    def written_again() -> bool:
        mariadb.run("UPDATE oc_order SET order_id = order_id + 1", database=database)
        [(written,)] = mariadb.run(
            "SELECT update_time FROM information_schema.tables WHERE table_name = 'oc_order'"
            " AND table_schema = DATABASE()",
            database=database,
        )
        return str(written) not in before

    await until(written_again, "the server's clock shows another second")
    assert await hints.read() != before


async def test_a_table_that_is_none_of_an_orders_wakes_nobody(
    hints: ShopHints, mariadb: PrivateMariaDB, database: str
) -> None:
    before = await hints.read()
    mariadb.run(
        "CREATE TABLE oc_session (id INT)",
        "INSERT INTO oc_session VALUES (1)",
        "CREATE TABLE x_order (id INT)",
        "INSERT INTO x_order VALUES (1)",
        database=database,
    )
    assert await hints.read() == before


async def test_what_may_not_be_read_is_not_asked_for(hints: ShopHints, mariadb: PrivateMariaDB, database: str) -> None:
    """A shop prepared by 0.1.0 gave no right to the hint rows; the times need but the right to one column."""
    mariadb.run(*table_statements("oc_"), "INSERT INTO oc_order VALUES (1)", database=database)
    assert await words(hints) == ["oc_supportbridge_hint rows (no event counted yet)", WRITTEN]
    grants = [f"SELECT (order_id) ON `{database}`.oc_order"]
    least = mariadb.create_user("no_hints", "x", grants, database=database)
    shop = ShopDatabase(STORE, database_access(least, prefix="oc_"))
    least_hints = ShopHints(shop, ["order"])
    assert await words(least_hints) == [WRITTEN]
    assert await least_hints.read()
    mariadb.create_user("no_hints", "x", [*grants, f"SELECT ON `{database}`.oc_supportbridge_hint"], database=database)
    assert await words(least_hints) == [WRITTEN], "the answer is kept"
    await shop.close()
    again = ShopDatabase(STORE, database_access(least, prefix="oc_"))
    least_hints = ShopHints(again, ["order"])
    assert await words(least_hints) == ["oc_supportbridge_hint rows (no event counted yet)", WRITTEN]
    await again.close()


async def test_a_table_that_goes_away_is_found_out_at_once_and_the_other_sources_are_asked(
    hints: ShopHints, mariadb: PrivateMariaDB, database: str
) -> None:
    mariadb.run(*table_statements("oc_"), "INSERT INTO oc_order VALUES (1)", database=database)
    assert "oc_supportbridge_hint rows (no event counted yet)" in await words(hints)
    mariadb.run("DROP TABLE oc_supportbridge_hint", database=database)
    assert await hints.read()
    assert await words(hints) == [WRITTEN]


async def test_the_position_of_the_binlog_is_asked_for_neither_beside_the_tables_times_nor_without_a_binlog(
    hints: ShopHints, mariadb: PrivateMariaDB, database: str
) -> None:
    [(position,)] = mariadb.run("SELECT @@gtid_binlog_pos")
    assert position == "", "this server writes none"
    assert await words(hints) == [f"{WRITTEN} once one is written"]
    mariadb.run("INSERT INTO oc_order VALUES (1)", database=database)
    hints.look_again()
    assert await words(hints) == [WRITTEN]


async def test_one_question_asks_for_all_there_is(hints: ShopHints, mariadb: PrivateMariaDB, database: str) -> None:
    mariadb.run(*table_statements("oc_"), "INSERT INTO oc_order VALUES (1)", database=database)
    await hints.read()
    [(_, before)] = mariadb.run("SHOW GLOBAL STATUS LIKE 'Com_select'")
    await hints.read()
    [(_, after)] = mariadb.run("SHOW GLOBAL STATUS LIKE 'Com_select'")
    assert int(after) - int(before) == 1


async def test_a_variable_that_only_another_kind_of_server_has_is_refused_and_not_asked_for_again(
    mariadb: PrivateMariaDB, database: str
) -> None:
    """So MySQL answers the question for MariaDB's position."""
    shop = ShopDatabase(STORE, database_access(mariadb.parameters(database), prefix="oc_"))
    with pytest.raises(ShopRefused, match="the server has no such setting: Unknown system variable"):
        await shop.rows(Statement("hints", "SELECT @@gtid_executed_of_mysql"))
    await shop.close()
