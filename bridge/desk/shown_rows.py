"""Which rows of a numbered table the shop has in their newest state, which wait for it, and which are kept back.

`number` counts a row's changes, `pushed_number` is the one that the shop has. It is 0 where nothing was shown yet in
this epoch, and below that where nothing is to be shown (`KEPT_BACK`, `HELD_UP`).
"""

import sqlite3
from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, ClassVar, Generic, TypeVar

from sqlalchemy import (
    ColumnClause,
    ColumnElement,
    Select,
    Table,
    TextClause,
    and_,
    bindparam,
    func,
    literal_column,
    select,
    text,
    update,
)

from bridge.desk.accounts import SqlStores
from bridge.desk.numbers import last_known
from bridge.desk.statements import Statement, any_of
from bridge.desk.tables import HELD_UP, KEPT_BACK
from bridge.desk.values import id_list

T = TypeVar("T")
ZERO: ColumnClause[Any] = literal_column("0")


class ShownStatements:
    """The statements of one table. `found` selects its rows as they are read, `waits` those whose state is newer.

    `shows` is what besides holds of rows that are on a page.
    """

    def __init__(
        self, table: Table, found: Select[Any], waits: TextClause, *shows: ColumnElement[bool] | TextClause
    ) -> None:
        columns = table.c
        self.table = table
        upwards = found.order_by(columns.id).limit(bindparam("most"))
        self.waiting = Statement(
            upwards.where(columns.store_id == bindparam("store"), waits, columns.pushed_number >= ZERO)
        )
        # Hidden from the indexes: by one of the store all its rows would be sorted for each page.
        of_store: ColumnClause[int] = literal_column(f"+{table.name}.store_id")
        self.shown = Statement(
            upwards.where(
                of_store == bindparam("store"),
                columns.id > bindparam("after"),
                columns.pushed_number == columns.number,
                *shows,
            )
        )
        next_one = columns.number + literal_column("1")
        mine = any_of(columns.id, "ids")
        held_up = and_(columns.store_id == bindparam("store"), columns.pushed_number == literal_column(HELD_UP))
        self.pushed = Statement(
            update(table)
            .where(columns.id == bindparam("wanted"), columns.pushed_number < bindparam("shown"))
            .values(pushed_number=bindparam("shown"))
        )
        self.touch = Statement(update(table).where(mine).values(number=next_one))
        self.again = Statement(
            update(table)
            .where(columns.store_id == bindparam("store"))
            .values(number=next_one, pushed_number=func.min(columns.pushed_number, ZERO))  # not what is kept back
        )
        self.not_shown = Statement(select(columns.id).where(mine, columns.pushed_number == text("0")))
        self.keep_back = Statement(update(table).where(mine).values(pushed_number=text(KEPT_BACK)))
        self.hold_up = Statement(update(table).where(mine).values(pushed_number=text(HELD_UP)))
        self.take_up = Statement(update(table).where(held_up).values(pushed_number=text("0")))
        self.any_held_up = Statement(select(columns.id).where(held_up).limit(1))


class SqlShownRows(ABC, Generic[T]):
    """Implements `bridge.contracts.shown_rows.ShownRows`, for a part that names the statements of its table."""

    _shows: ClassVar[ShownStatements]

    def __init__(self, connection: sqlite3.Connection, stores: SqlStores) -> None:
        self._connection, self._stores = connection, stores

    def waiting(self, store: str, limit: int) -> list[T]:
        return self._read(self._shows.waiting.rows(self._connection, store=self._stores.number(store), most=limit))

    def shown(self, store: str, *, after: int, limit: int) -> list[T]:
        number = self._stores.number(store)
        return self._read(self._shows.shown.rows(self._connection, store=number, after=after, most=limit))

    def pushed(self, numbers: Mapping[int, int]) -> None:
        rows = ({"wanted": one, "shown": number} for one, number in numbers.items())
        self._shows.pushed.run_many(self._connection, rows)

    def touch(self, ids: Iterable[int]) -> None:
        self._shows.touch.run(self._connection, ids=id_list(ids))

    def again(self, store: str) -> None:
        self._shows.again.run(self._connection, store=self._stores.number(store))

    def not_shown(self, ids: Iterable[int]) -> frozenset[int]:
        return frozenset(row[0] for row in self._shows.not_shown.rows(self._connection, ids=id_list(ids)))

    def keep_back(self, ids: Iterable[int]) -> None:
        self._shows.keep_back.run(self._connection, ids=id_list(ids))

    def hold_up(self, ids: Iterable[int]) -> None:
        self._shows.hold_up.run(self._connection, ids=id_list(ids))

    def take_up(self, store: str) -> int:
        return self._shows.take_up.run(self._connection, store=self._stores.number(store)).rowcount

    def any_held_up(self, store: str) -> bool:
        return self._shows.any_held_up.one(self._connection, store=self._stores.number(store)) is not None

    def last_known(self) -> int:
        return last_known(self._connection, self._shows.table)

    @abstractmethod
    def _read(self, rows: Sequence[Any]) -> list[T]:
        """Make values of the rows that these statements find."""
