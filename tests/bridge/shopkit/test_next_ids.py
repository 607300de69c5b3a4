"""The id that a table gives out next: the one number that goes back when a shop is put back to an older state."""

from collections.abc import AsyncIterator, Awaitable, Callable

import pytest

from bridge.shopkit.database import ShopDatabase
from bridge.shopkit.driver import ShopConnection
from bridge.shopkit.table_facts import next_ids, our_names
from bridge.testing.connection import ConnectionParameters
from bridge.testing.mariadb import PrivateMariaDB
from tests.support.adapters import STORE, database_access

TABLES = {"history": "order_history", "order": "order"}
AskedBy = Callable[..., Awaitable[dict[str, int]]]


@pytest.fixture
def shop(mariadb: PrivateMariaDB, database: str) -> str:
    """A shop's database with two orders, three history rows, and a cart that nobody may read."""
    mariadb.run(
        "CREATE TABLE oc_order (id INT PRIMARY KEY AUTO_INCREMENT, status INT, password INT) ENGINE=InnoDB",
        "CREATE TABLE oc_order_history (id INT PRIMARY KEY AUTO_INCREMENT, order_id INT) ENGINE=MyISAM",
        "INSERT INTO oc_order (status) VALUES (1), (1)",
        "INSERT INTO oc_order_history (order_id) VALUES (1), (2), (2)",
        database=database,
    )
    return database


@pytest.fixture
async def asked_by(mariadb: PrivateMariaDB, shop: str) -> AsyncIterator[AskedBy]:
    """Asks as the database's owner, or as another user."""
    opened: list[ShopDatabase] = []

    async def ask(user: ConnectionParameters | None = None, *, prefix: str = "oc_") -> dict[str, int]:
        access = database_access(user or mariadb.parameters(shop), prefix=prefix)
        opened.append(ShopDatabase(STORE, access))
        return await next_ids(opened[-1], TABLES)

    yield ask
    for one in opened:
        await one.close()


async def test_each_cursors_table_says_its_next_id_on_either_engine(asked_by: AskedBy) -> None:
    assert await asked_by() == {"history": 4, "order": 3}


async def test_a_deletion_takes_no_id_back_but_a_table_that_is_emptied_does(
    asked_by: AskedBy, mariadb: PrivateMariaDB, shop: str
) -> None:
    mariadb.run("DELETE FROM oc_order WHERE id = 2", "TRUNCATE oc_order_history", database=shop)
    assert await asked_by() == {"history": 1, "order": 3}


async def test_a_dump_that_is_put_back_takes_ids_back(asked_by: AskedBy, mariadb: PrivateMariaDB, shop: str) -> None:
    mariadb.run(
        "CREATE TABLE dump LIKE oc_order",
        "INSERT INTO dump SELECT * FROM oc_order",
        "INSERT INTO oc_order (status) VALUES (1), (1)",
        database=shop,
    )
    assert (await asked_by())["order"] == 5
    mariadb.run("DROP TABLE oc_order", "RENAME TABLE dump TO oc_order", database=shop)
    assert (await asked_by())["order"] == 3


async def test_the_right_to_some_columns_is_enough(asked_by: AskedBy, mariadb: PrivateMariaDB, shop: str) -> None:
    grants = [f"SELECT (id, status) ON `{shop}`.oc_order", f"SELECT (id) ON `{shop}`.oc_order_history"]
    assert await asked_by(mariadb.create_user("some_columns", "x", grants, database=shop)) == {"history": 4, "order": 3}


async def test_a_table_that_may_not_be_read_is_left_out_and_is_no_error(
    asked_by: AskedBy, mariadb: PrivateMariaDB, shop: str
) -> None:
    grants = [f"SELECT (id) ON `{shop}`.oc_order_history"]
    assert await asked_by(mariadb.create_user("one_table", "x", grants, database=shop)) == {"history": 4}


@pytest.mark.parametrize(
    "instead",
    [
        ["ALTER TABLE oc_order MODIFY id INT NOT NULL"],
        ["DROP TABLE oc_order"],
        ["DROP TABLE oc_order", "CREATE VIEW oc_order AS SELECT * FROM oc_order_history"],
    ],
)
async def test_what_gives_out_no_ids_is_left_out(
    asked_by: AskedBy, mariadb: PrivateMariaDB, shop: str, instead: list[str]
) -> None:
    mariadb.run(*instead, database=shop)
    assert await asked_by() == {"history": 4}


async def test_tables_of_another_shop_or_another_database_are_not_taken_for_ours(
    asked_by: AskedBy, mariadb: PrivateMariaDB, shop: str
) -> None:
    other = mariadb.create_database()
    for database, table in ((other, "oc_order"), (shop, "order"), (shop, "xoc_order")):
        mariadb.run(f"CREATE TABLE `{table}` (id INT PRIMARY KEY AUTO_INCREMENT) AUTO_INCREMENT=77", database=database)
    assert await asked_by() == {"history": 4, "order": 3}
    assert await asked_by(prefix="") == {"order": 77}
    mariadb.drop_database(other)


async def test_a_server_that_says_names_in_small_letters_is_understood(
    asked_by: AskedBy, mariadb: PrivateMariaDB, shop: str
) -> None:
    """As on Windows. This server tells large letters from small ones, but not when it is asked for tables by name."""
    assert await asked_by(prefix="OC_") == {"history": 4, "order": 3}
    mariadb.run("CREATE TABLE OC_order (id INT PRIMARY KEY AUTO_INCREMENT) AUTO_INCREMENT=77", database=shop)
    assert (await asked_by(prefix="OC_"))["order"] == 77
    assert (await asked_by())["order"] == 3


def test_a_table_is_known_by_its_own_name_before_one_that_differs_by_case_alone() -> None:
    assert our_names("OC_", ["order", "product"], ["OC_order", "oc_order", "oc_product", "oc_other"]) == {
        "OC_order": "order",
        "oc_product": "product",
    }


async def test_mysql_is_told_not_to_answer_with_yesterdays_number(mariadb: PrivateMariaDB, shop: str) -> None:
    """From version 8 on it keeps these answers for a day: a shop that has sold since would look as if put back.

    The same answer has the times of the tables' changes. MariaDB knows no such setting, and reads over it.
    """
    connection = ShopConnection(database_access(mariadb.parameters(shop), prefix="oc_"))
    assert "/*!80003 , information_schema_stats_expiry=0 */" in connection.init_command
    await connection.open()
    await connection.say_goodbye()
