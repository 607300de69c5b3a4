"""Cursors and touched orders: what has been read of each shop, and what is to be read again."""

import json
import sqlite3
from collections.abc import Iterable, Mapping
from datetime import datetime

from sqlalchemy import bindparam, delete, func, literal_column, select
from sqlalchemy.dialects.sqlite import insert as upsert

from bridge.contracts.sync import Touched
from bridge.desk.accounts import SqlStores
from bridge.desk.statements import Statement, any_of
from bridge.desk.sync_tables import cursor, touched
from bridge.desk.values import as_json, from_ms, id_list, to_ms
from bridge.domain.cursor import Cursor, Gap

CLOCK_STEP_MS = 1000
"""An order touched that much in the future was touched before the machine's clock was put back."""

INBOX, MESSAGE = "inbox", "message"
"""Cursors that are not over orders' tables: they begin at the table's beginning and not at its end."""

_OF_STORE = select(cursor.c.name, cursor.c.position, cursor.c.gaps).where(cursor.c.store_id == bindparam("store"))
_CURSORS = Statement(_OF_STORE.where(cursor.c.name.not_in([literal_column(f"'{name}'") for name in (INBOX, MESSAGE)])))
_ONE_CURSOR = Statement(_OF_STORE.where(cursor.c.name == bindparam("wanted")))
_INSERT_CURSOR = upsert(cursor).values({column.name: bindparam(column.name) for column in cursor.c})
_SAVE_CURSOR = Statement(
    _INSERT_CURSOR.on_conflict_do_update(
        index_elements=[cursor.c.store_id, cursor.c.name],
        set_={"position": _INSERT_CURSOR.excluded.position, "gaps": _INSERT_CURSOR.excluded.gaps},
    )
)
_TOUCHED_COLUMNS = (touched.c.order_id, touched.c.seen_ms, touched.c.touched_ms, touched.c.due_ms)
_INSERT_TOUCHED = upsert(touched).values({column.name: bindparam(column.name) for column in touched.c})
_TOUCH = Statement(
    _INSERT_TOUCHED.on_conflict_do_update(
        index_elements=[touched.c.store_id, touched.c.order_id],
        set_={
            # Later than before whatever the clock says: settling must notice that it was touched again.
            "touched_ms": func.max(touched.c.touched_ms + literal_column("1"), _INSERT_TOUCHED.excluded.touched_ms),
            "due_ms": func.max(touched.c.due_ms, _INSERT_TOUCHED.excluded.due_ms),
        },
    )
)
_WAITING = Statement(
    select(*_TOUCHED_COLUMNS).where(touched.c.store_id == bindparam("store"), any_of(touched.c.order_id, "ids"))
)
_DUE = Statement(
    select(*_TOUCHED_COLUMNS)
    .where(touched.c.store_id == bindparam("store"), touched.c.due_ms <= bindparam("at_ms"))
    .order_by(touched.c.due_ms)
    .limit(bindparam("most"))
)
_PUT_BACK = Statement(
    select(*_TOUCHED_COLUMNS)
    .where(
        touched.c.store_id == bindparam("store"),
        touched.c.due_ms > bindparam("at_ms"),
        touched.c.touched_ms > bindparam("future_ms"),
    )
    .order_by(touched.c.due_ms)
    .limit(bindparam("most"))
)
_NEXT_DUE = Statement(select(func.min(touched.c.due_ms)).where(touched.c.store_id == bindparam("store")))
_COUNT = Statement(select(func.count()).select_from(touched).where(touched.c.store_id == bindparam("store")))
_FORGET_CURSORS = Statement(delete(cursor).where(cursor.c.store_id == bindparam("store")))
_SETTLE = Statement(
    delete(touched).where(
        touched.c.store_id == bindparam("store"),
        touched.c.order_id == bindparam("order"),
        touched.c.touched_ms <= bindparam("as_of_ms"),
    )
)


class SqlSync:
    """Implements `bridge.contracts.desk.Sync`. `changed` says whether something was written through it."""

    def __init__(self, connection: sqlite3.Connection, stores: SqlStores) -> None:
        self._connection, self._stores = connection, stores
        self.changed = False

    def cursors(self, store: str) -> dict[str, Cursor]:
        rows = _CURSORS.rows(self._connection, store=self._stores.number(store))
        return {name: _cursor(position, gaps) for name, position, gaps in rows}

    def inbox_cursor(self, store: str) -> Cursor:
        return read_cursor(self._connection, self._stores.number(store), INBOX)

    def save_inbox_cursor(self, store: str, cursor: Cursor) -> None:
        self.save_cursors(store, {INBOX: cursor})

    def save_cursors(self, store: str, cursors: Mapping[str, Cursor]) -> None:
        number = self._stores.number(store)
        for name, one in cursors.items():
            save_cursor(self._connection, number, name, one)
            self.changed = True

    def note_touched(self, store: str, touched: Iterable[Touched]) -> None:
        number = self._stores.number(store)
        noted = _TOUCH.run_many(
            self._connection,
            (
                {
                    "store_id": number,
                    "order_id": one.order_id,
                    "seen_ms": to_ms(one.seen_at),
                    "touched_ms": to_ms(one.touched_at),
                    "due_ms": to_ms(one.due_at),
                }
                for one in touched
            ),
        )
        self.changed |= noted > 0

    def waiting(self, store: str, order_ids: Iterable[int]) -> dict[int, Touched]:
        rows = _WAITING.rows(self._connection, store=self._stores.number(store), ids=id_list(order_ids))
        return {row[0]: _touched(row) for row in rows}

    def due(self, store: str, at: datetime, limit: int) -> list[Touched]:
        number, at_ms = self._stores.number(store), to_ms(at)
        rows = list(_DUE.rows(self._connection, store=number, at_ms=at_ms, most=limit))
        if len(rows) < limit:
            future_ms, most = at_ms + CLOCK_STEP_MS, limit - len(rows)
            rows += _PUT_BACK.rows(self._connection, store=number, at_ms=at_ms, future_ms=future_ms, most=most)
        return [_touched(row) for row in rows]

    def next_due(self, store: str) -> datetime | None:
        row = _NEXT_DUE.one(self._connection, store=self._stores.number(store))
        return from_ms(row[0]) if row is not None and row[0] is not None else None

    def settle(self, store: str, orders: Iterable[Touched]) -> None:
        number = self._stores.number(store)
        settled = _SETTLE.run_many(
            self._connection,
            ({"store": number, "order": one.order_id, "as_of_ms": to_ms(one.touched_at)} for one in orders),
        )
        self.changed |= settled > 0

    def waiting_count(self, store: str) -> int:
        row = _COUNT.one(self._connection, store=self._stores.number(store))
        return int(row[0]) if row is not None else 0

    def forget_cursors(self, store: str) -> None:
        _FORGET_CURSORS.run(self._connection, store=self._stores.number(store))
        self.changed = True


def read_cursor(connection: sqlite3.Connection, store: int, name: str) -> Cursor:
    """The cursor of that name; one at the beginning where there is none."""
    row = _ONE_CURSOR.one(connection, store=store, wanted=name)
    return Cursor() if row is None else _cursor(row[1], row[2])


def save_cursor(connection: sqlite3.Connection, store: int, name: str, one: Cursor) -> None:
    """Keep how far a table was read."""
    gaps = as_json([(gap.first, gap.last, to_ms(gap.since)) for gap in one.gaps])
    _SAVE_CURSOR.run(connection, store_id=store, name=name, position=one.position, gaps=gaps)


def _cursor(position: int, gaps: str) -> Cursor:
    return Cursor(position, tuple(Gap(a, b, from_ms(since)) for a, b, since in json.loads(gaps)))


def _touched(row: tuple[int, int, int, int]) -> Touched:
    order_id, seen, last, due = row
    return Touched(order_id, from_ms(seen), from_ms(last), from_ms(due))
