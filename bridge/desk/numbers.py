"""The desk's own numbers that others hear of: they stand in events, letters and on pages, and are given out once.

SQLite counts on from the highest number that a table has. That is enough until a backup is restored: then the numbers
that the lost desk gave out after it would be given out again, to other things, under the keys by which receivers know
what they have had. So a restore leaves a gap, and the next number comes after it.
"""

import sqlite3
from collections.abc import Mapping, Sequence

from sqlalchemy import ColumnElement, Table, bindparam, func, select
from sqlalchemy.dialects.sqlite import insert as upsert

from bridge.desk.coin_tables import guest_claim, package, quote
from bridge.desk.licence_tables import licence
from bridge.desk.premium_tables import agreement, bill, contact, time_segment
from bridge.desk.statements import Statement
from bridge.desk.tables import left_out, problem
from bridge.desk.ticket_tables import ticket

GAP = 10_000
"""How many numbers of a kind a restore leaves out, beyond those that a desk to be replaced is seen to have given out.

A backup is meant to be a day old at most (staff are told after 26 hours), and no staff writes ten thousand quotes in a
day; nor in a month, if they write less than three hundred a day. It is still a number to be said on the telephone.
"""
NUMBERED: tuple[Table, ...] = (
    package, problem, ticket, quote, guest_claim, licence, contact, agreement, time_segment, bill,
)  # fmt: skip

OLDER_NAMES = {"ticket": ("request",)}
"""What tables were called in older desks."""


def _highest(table: Table) -> ColumnElement[int]:
    return select(func.coalesce(func.max(table.c.id), 0)).scalar_subquery()


def _until(table: Table) -> ColumnElement[int]:
    return func.coalesce(select(left_out.c.until).where(left_out.c.what == table.name).scalar_subquery(), 0)


_LAST = {table.name: Statement(select(func.max(_highest(table), _until(table)))) for table in NUMBERED}
_HIGHEST = {table.name: Statement(select(_highest(table))) for table in NUMBERED}
_THERE = {table.name: Statement(select(table.c.id).where(table.c.id == bindparam("wanted"))) for table in NUMBERED}
_GAP = Statement(select(left_out.c.known, left_out.c.until).where(left_out.c.what == bindparam("kind")))
_INSERT = upsert(left_out).values({column.name: bindparam(column.name) for column in left_out.c})
_LEAVE_OUT = Statement(
    _INSERT.on_conflict_do_update(
        index_elements=[left_out.c.what], set_={"known": _INSERT.excluded.known, "until": _INSERT.excluded.until}
    )
)


def next_number(connection: sqlite3.Connection, table: Table) -> int:
    """The number that is given out next."""
    return _last(connection, table) + 1


def last_known(connection: sqlite3.Connection, table: Table) -> int:
    """The last number that the restored backup has; without a restore, the last that there is, 0 for none."""
    gap = _GAP.one(connection, kind=table.name)
    return gap[0] if gap else _first(_HIGHEST[table.name].rows(connection))


def is_lost(connection: sqlite3.Connection, table: Table, number: int) -> bool:
    """Whether nothing has this number, and only a desk before a restore can have given it out."""
    gap = _GAP.one(connection, kind=table.name)
    return gap is not None and gap[0] < number <= gap[1] and _THERE[table.name].one(connection, wanted=number) is None


def last_numbers(connection: sqlite3.Connection) -> dict[str, int]:
    """The last number of each kind that may have been given out, by this desk or by one before a restore."""
    return {table.name: _last(connection, table) for table in NUMBERED}


def last_numbers_of_any(connection: sqlite3.Connection) -> dict[str, int]:
    """The same of a desk that an older program may have left, with tables that are not there yet or are called so."""
    found: dict[str, int] = {}
    for table in NUMBERED:
        for name in (table.name, *OLDER_NAMES.get(table.name, ())):
            for query in (f"SELECT max(id) FROM {name}", f"SELECT until FROM left_out WHERE what = '{name}'"):
                try:
                    row = connection.execute(query).fetchone()
                except sqlite3.OperationalError:
                    continue  # no such table
                found[table.name] = max(found.get(table.name, 0), (row and row[0]) or 0)
    return found


def leave_out(connection: sqlite3.Connection, lost: Mapping[str, int]) -> None:
    """Leave a gap after what this desk has, and after what the lost one is seen to have given out."""
    for what, known in last_numbers(connection).items():
        _LEAVE_OUT.run(connection, what=what, known=known, until=max(known, lost.get(what, 0)) + GAP)


def _last(connection: sqlite3.Connection, table: Table) -> int:
    return _first(_LAST[table.name].rows(connection))


def _first(rows: Sequence[Sequence[int]]) -> int:
    return rows[0][0]
