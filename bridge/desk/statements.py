"""Core statements, compiled once and run on the driver's cursor.

Building and executing through SQLAlchemy's connection costs more than the work itself at our sizes, so a statement is
written in Core (dialects, quoting, checked names), compiled when it first runs, and run with plain parameters.
"""

import sqlite3
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import chain
from operator import itemgetter
from typing import Any

from sqlalchemy import ClauseElement, Column, Select, Table, bindparam, func, insert, literal_column, select
from sqlalchemy.dialects import sqlite
from sqlalchemy.sql.elements import ColumnElement
from sqlalchemy.sql.selectable import ScalarSelect

from bridge.desk.values import as_json

ROWS_AT_ONCE = 100
_DIALECT = sqlite.dialect(paramstyle="qmark")


class Statement:
    """One statement. `sql` is its text, `names` are its parameters in the order the SQL has them.

    `values` puts a row of named parameters in that order and raises `KeyError` for a missing one. Constants that the
    statement itself holds keep their place among them and are filled in there.
    """

    __slots__ = ("_constants", "_core", "names", "sql", "values")
    _constants: Mapping[str, Any]
    names: tuple[str, ...]
    sql: str
    values: Callable[[Mapping[str, Any]], tuple[Any, ...]]

    def __init__(self, core: ClauseElement) -> None:
        self._core = core

    def __getattr__(self, name: str) -> Any:
        """Compile it when something of it is asked for first: a start would pay for hundreds that it never runs."""
        if name not in self.__slots__:
            raise AttributeError(name)
        compiled = self._core.compile(dialect=_DIALECT)
        names: tuple[str, ...] = tuple(compiled.positiontup or ())  # type: ignore[attr-defined]  # set by SQLCompiler
        given = {key: value for key, value in compiled.params.items() if value is not None}
        self.names, self._constants = names, {key: given[key] for key in names if key in given}
        self.values, self.sql = _in_order(names, self._constants), str(compiled)
        return getattr(self, name)

    def run(self, connection: sqlite3.Connection, **parameters: Any) -> sqlite3.Cursor:
        """Execute once with these parameters."""
        return connection.execute(self.sql, self.values(parameters))

    def run_many(self, connection: sqlite3.Connection, rows: Iterable[Mapping[str, Any]]) -> int:
        """Execute once per row; how many rows of the table it changed."""
        return connection.executemany(self.sql, map(self.values, rows)).rowcount

    def insert_rows(self, connection: sqlite3.Connection, rows: Sequence[tuple[Any, ...]]) -> None:
        """Insert rows whose values stand in the order of `names`, many with one statement.

        While SQLite works the interpreter is free for the loop; to get it back after each row costs more than the row.
        """
        assert not self._constants
        whole = len(rows) // ROWS_AT_ONCE * ROWS_AT_ONCE
        if whole:
            row = f"({', '.join('?' * len(self.names))})"
            many = self.sql.replace(f"VALUES {row}", f"VALUES {', '.join([row] * ROWS_AT_ONCE)}")
            for start in range(0, whole, ROWS_AT_ONCE):
                connection.execute(many, list(chain.from_iterable(rows[start : start + ROWS_AT_ONCE])))
        connection.executemany(self.sql, rows[whole:])

    def rows(self, connection: sqlite3.Connection, **parameters: Any) -> Sequence[Any]:
        """Execute and fetch everything."""
        return connection.execute(self.sql, self.values(parameters)).fetchall()

    def one(self, connection: sqlite3.Connection, **parameters: Any) -> Any | None:
        """Execute and fetch the first row, or None."""
        return connection.execute(self.sql, self.values(parameters)).fetchone()


def _in_order(names: tuple[str, ...], constants: Mapping[str, Any]) -> Callable[[Mapping[str, Any]], tuple[Any, ...]]:
    """What makes parameters of a row, as short as can be: it runs at every statement."""
    if len(names) > 1:
        pick: Callable[[Mapping[str, Any]], tuple[Any, ...]] = itemgetter(*names)
        return (lambda row: pick({**constants, **row})) if constants else pick
    if not names:
        return lambda _: ()
    (name,) = names
    return (lambda row: (row.get(name, constants[name]),)) if constants else (lambda row: (row[name],))


class LookUp:
    """Rows by the values of one column.

    A single value is compared by itself: opening the JSON list of `any_of` takes as long as finding the row.
    """

    __slots__ = ("_many", "_one")

    def __init__(self, core: Select[Any], column: Column[Any]) -> None:
        self._one = Statement(core.where(column == bindparam("wanted")))
        self._many = Statement(core.where(any_of(column, "wanted")))

    def rows(self, connection: sqlite3.Connection, values: Iterable[int | str], **parameters: Any) -> Sequence[Any]:
        """Execute and fetch everything that has one of these values."""
        wanted = list(values)
        if len(wanted) == 1:
            return self._one.rows(connection, wanted=wanted[0], **parameters)
        return self._many.rows(connection, wanted=as_json(wanted), **parameters)


def insert_row(table: Table, *, without: frozenset[str] = frozenset()) -> Statement:
    """An INSERT of all the table's columns, each a parameter of its name."""
    return Statement(insert(table).values({c.name: bindparam(c.name) for c in table.c if c.name not in without}))


def any_of(column: Column[Any], parameter: str) -> ColumnElement[bool]:
    """`column` is one of the JSON list in `parameter`: one compiled statement for any number of values."""
    return column.in_(_json_values(parameter))


def _json_values(parameter: str) -> ScalarSelect[Any]:
    each = func.json_each(bindparam(parameter)).table_valued("value")
    return select(literal_column("value")).select_from(each).scalar_subquery()
