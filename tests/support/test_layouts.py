"""A database built from a layout has the columns, keys, engine and collation that the layout names."""

import pytest

from bridge.testing.mariadb import PrivateMariaDB
from tests.support.layouts import FOLDER, Layout, layout

LAYOUTS = sorted(path.stem for path in FOLDER.glob("*.json"))


def build(server: PrivateMariaDB, database: str, chosen: Layout, **options: str) -> None:
    server.run(*chosen.statements(**options), database=database)


@pytest.mark.parametrize("name", LAYOUTS)
def test_a_database_is_what_its_layout_says(mariadb: PrivateMariaDB, database: str, name: str) -> None:
    chosen = layout(name)
    build(mariadb, database, chosen)
    columns = mariadb.run(
        "SELECT TABLE_NAME, COLUMN_NAME, COLUMN_TYPE, IS_NULLABLE, COLUMN_DEFAULT, EXTRA "
        f"FROM information_schema.COLUMNS WHERE TABLE_SCHEMA = '{database}'"
    )
    assert set(columns) == {
        (
            chosen.prefix + table.name,
            column.name,
            column.type,
            "YES" if column.nullable else "NO",
            column.default,
            "auto_increment" if column.auto_increment else "",
        )
        for table in chosen.tables.values()
        for column in table.columns
    }
    tables = mariadb.run(
        f"SELECT TABLE_NAME, ENGINE, TABLE_COLLATION FROM information_schema.TABLES WHERE TABLE_SCHEMA = '{database}'"
    )
    assert set(tables) == {(chosen.prefix + t.name, t.engine, t.collation) for t in chosen.tables.values()}
    keys = mariadb.run(
        "SELECT TABLE_NAME, INDEX_NAME, NON_UNIQUE = 0, GROUP_CONCAT(COLUMN_NAME ORDER BY SEQ_IN_INDEX) "
        f"FROM information_schema.STATISTICS WHERE TABLE_SCHEMA = '{database}' GROUP BY 1, 2, 3"
    )
    assert set(keys) == {
        (chosen.prefix + table.name, key, int(unique), ",".join(names))
        for table in chosen.tables.values()
        for key, (unique, names) in table.keys.items()
    }


def test_prefix_engine_and_collation_can_be_others(mariadb: PrivateMariaDB, database: str) -> None:
    build(
        mariadb,
        database,
        layout("opencart-4.1.0.4"),
        prefix="x9_",
        engine="MyISAM",
        collation="utf8mb3_general_ci",
    )
    [found] = mariadb.run(
        "SELECT ENGINE, TABLE_COLLATION FROM information_schema.TABLES "
        f"WHERE TABLE_SCHEMA = '{database}' AND TABLE_NAME = 'x9_order'"
    )
    assert found == ("MyISAM", "utf8mb3_general_ci")
