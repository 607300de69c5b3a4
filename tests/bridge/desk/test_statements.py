"""Statements are compiled once; what they hold themselves keeps its place among the parameters."""

import sqlite3
from collections.abc import Iterable, Iterator

import pytest
from sqlalchemy import Column, Integer, MetaData, String, Table, bindparam, select, update
from sqlalchemy.dialects.sqlite import insert as upsert

from bridge.desk.statements import ROWS_AT_ONCE, LookUp, Statement, any_of, insert_row

TABLE = Table(
    "thing", MetaData(), Column("id", Integer, primary_key=True), Column("name", String), Column("count", Integer)
)


@pytest.fixture
def connection() -> Iterator[sqlite3.Connection]:
    """A table with three rows."""
    one = sqlite3.connect(":memory:", isolation_level=None)
    one.execute("CREATE TABLE thing (id INTEGER PRIMARY KEY, name TEXT, count INTEGER)")
    insert_row(TABLE).run_many(one, ({"id": n, "name": f"n{n}", "count": n * 10} for n in (1, 2, 3)))
    yield one
    one.close()


def test_parameters_are_given_by_name_and_bound_in_the_statements_order(connection: sqlite3.Connection) -> None:
    statement = Statement(
        select(TABLE.c.id).where(TABLE.c.count >= bindparam("least"), TABLE.c.name != bindparam("other"))
    )
    assert statement.rows(connection, other="n3", least=20) == [(2,)]
    assert statement.one(connection, other="x", least=999) is None


@pytest.mark.parametrize("constant", [0, 7, "", "seven", False, 2.5])
def test_constants_stay_where_the_statement_has_them(connection: sqlite3.Connection, constant: object) -> None:
    statement = Statement(
        update(TABLE)
        .where(TABLE.c.id == bindparam("wanted"), TABLE.c.count > 5)
        .values(name=constant, count=bindparam("total"))
    )
    statement.run(connection, wanted=2, total=99)
    assert connection.execute("SELECT name, count FROM thing WHERE id = 2").fetchone()[1] == 99
    assert connection.execute("SELECT CAST(name AS TEXT) FROM thing WHERE id = 2").fetchone()[0] in {
        str(constant),
        str(int(constant)) if isinstance(constant, bool) else "",
    }


def test_a_statement_with_constants_alone_needs_no_parameters(connection: sqlite3.Connection) -> None:
    Statement(update(TABLE).values(count=0)).run(connection)
    assert connection.execute("SELECT SUM(count) FROM thing").fetchone() == (0,)


def test_a_missing_parameter_is_an_error_not_a_null(connection: sqlite3.Connection) -> None:
    statement = Statement(update(TABLE).where(TABLE.c.id == bindparam("wanted")).values(count=bindparam("total")))
    with pytest.raises(KeyError, match="total"):
        statement.run(connection, wanted=1)


@pytest.mark.parametrize(("ids", "found"), [("[]", []), ("[2]", [2]), ("[3,1,9,1]", [1, 3])])
def test_a_list_of_any_length_is_one_statement(connection: sqlite3.Connection, ids: str, found: list[int]) -> None:
    statement = Statement(select(TABLE.c.id).where(any_of(TABLE.c.id, "ids")).order_by(TABLE.c.id))
    assert [row[0] for row in statement.rows(connection, ids=ids)] == found
    assert statement.sql.count("?") == 1


@pytest.mark.parametrize(
    ("values", "found"), [([], []), (["n2"], [2]), ({"n9"}, []), (["n3", "n1", "n9", "n1"], [3, 1])]
)
def test_rows_are_looked_up_by_one_value_and_by_many_in_the_same_order(
    connection: sqlite3.Connection, values: Iterable[str], found: list[int]
) -> None:
    statement = LookUp(select(TABLE.c.id).order_by(TABLE.c.id.desc()), TABLE.c.name)
    assert [row[0] for row in statement.rows(connection, values)] == found


@pytest.mark.parametrize("count", [0, 1, ROWS_AT_ONCE - 1, ROWS_AT_ONCE, 2 * ROWS_AT_ONCE + 7])
def test_rows_are_inserted_once_each_however_many_there_are(connection: sqlite3.Connection, count: int) -> None:
    connection.execute("DELETE FROM thing")
    put = upsert(TABLE).values({column.name: bindparam(column.name) for column in TABLE.c})
    statement = Statement(put.on_conflict_do_update(index_elements=[TABLE.c.id], set_={"count": put.excluded["count"]}))
    assert statement.names == ("id", "name", "count")
    for total in (1, 2):
        statement.insert_rows(connection, [(number, f"n{number}", total) for number in range(count)])
    assert connection.execute("SELECT * FROM thing ORDER BY id").fetchall() == [
        (number, f"n{number}", 2) for number in range(count)
    ]
