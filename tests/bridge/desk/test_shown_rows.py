"""What the shop shows, kind by kind: the statements behind it cost as much as they find, however much there is."""

import sqlite3
from contextlib import closing
from typing import Any

import pytest

from bridge.desk.agreements import SqlAgreements
from bridge.desk.bills import SqlBills
from bridge.desk.desk import Desk
from bridge.desk.licences import SqlLicences
from bridge.desk.quotes import SqlQuotes
from bridge.desk.shown_rows import SqlShownRows
from bridge.desk.statements import Statement
from bridge.desk.tickets import SqlTickets
from tests.support.books import a_quick_desk

PARTS = (SqlTickets, SqlQuotes, SqlLicences, SqlAgreements, SqlBills)


def plan_of(desk: Desk, statement: Statement, **values: object) -> str:
    with closing(sqlite3.connect(desk.path)) as connection:
        rows = connection.execute(f"EXPLAIN QUERY PLAN {statement.sql}", statement.values(values)).fetchall()
    return "\n".join(row[3] for row in rows)


@pytest.mark.parametrize("part", PARTS)
def test_pages_are_read_in_order_and_nothing_is_sorted_for_them(part: type[SqlShownRows[Any]]) -> None:
    table = part._shows.table.name
    with a_quick_desk() as desk:
        shown = plan_of(desk, part._shows.shown, store=1, after=5, most=50)
        waiting = plan_of(desk, part._shows.waiting, store=1, most=50)
    assert f"SEARCH {table} USING INTEGER PRIMARY KEY (rowid>?)" in shown
    assert f"SEARCH {table} USING INDEX ix_{table}_waiting (store_id=?)" in waiting
    assert "TEMP B-TREE" not in shown + waiting
