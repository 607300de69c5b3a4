"""Deadlines, what has been told once, and the desk's own heartbeat."""

import sqlite3
from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import bindparam, delete, func, select, update
from sqlalchemy.dialects.sqlite import insert as upsert

from bridge.contracts.deadlines import Deadline
from bridge.desk.accounts import SqlStores
from bridge.desk.statements import Statement, any_of, insert_row
from bridge.desk.tables import deadline, desk, downtime, notice, store
from bridge.desk.values import as_json, from_ms, to_ms
from bridge.domain.downtime import Gap

_INSERT = upsert(deadline).values({column.name: bindparam(column.name) for column in deadline.c})
_SET = Statement(
    _INSERT.on_conflict_do_update(
        index_elements=[deadline.c.kind, deadline.c.ref], set_={"due_ms": _INSERT.excluded["due_ms"]}
    )
)
_COLUMNS = (deadline.c.kind, deadline.c.ref, store.c.name, deadline.c.due_ms)
_FOUND = select(*_COLUMNS).join(store, store.c.id == deadline.c.store_id)
_DUE = Statement(
    _FOUND.where(deadline.c.store_id == bindparam("store"), deadline.c.due_ms <= bindparam("at_ms"))
    .order_by(deadline.c.due_ms)
    .limit(bindparam("most"))
)
_OF = Statement(_FOUND.where(any_of(deadline.c.kind, "kinds"), deadline.c.ref == bindparam("wanted")))
_PAGE = Statement(
    _FOUND.where(
        deadline.c.store_id == bindparam("store"),
        deadline.c.kind == bindparam("wanted"),
        deadline.c.ref > bindparam("after"),
    )
    .order_by(deadline.c.ref)
    .limit(bindparam("most"))
)
_EARLIEST = select(func.min(deadline.c.due_ms)).where(deadline.c.store_id == store.c.id).scalar_subquery()
_FIRST = Statement(select(store.c.name, _EARLIEST).where(any_of(store.c.name, "names")))
_CLEAR = Statement(delete(deadline).where(deadline.c.kind == bindparam("kind"), deadline.c.ref == bindparam("wanted")))
_PUT_OFF = Statement(
    update(deadline)
    .where(deadline.c.kind == bindparam("wanted"), deadline.c.due_ms < bindparam("until_ms"))
    .values(due_ms=bindparam("until_ms"))
)
_NOTICE = Statement(
    upsert(notice)
    .values({column.name: bindparam(column.name) for column in notice.c})
    .on_conflict_do_nothing(index_elements=[notice.c.store_id, notice.c.key])
)
_TOLD = Statement(select(notice.c.key).where(notice.c.store_id == bindparam("store"), any_of(notice.c.key, "keys")))
_LAST_BEAT = Statement(select(desk.c.last_beat_ms))
_BEAT = Statement(update(desk).values(last_beat_ms=bindparam("at_ms")))
_NEW_GAP = insert_row(downtime, without=frozenset({"id"}))
_GAPS = Statement(select(downtime.c.since_ms, downtime.c.until_ms).order_by(downtime.c.id))


class SqlDeadlines:
    """Implements `bridge.contracts.coin_desk.Deadlines`. `earliest` is the first moment set in this transaction."""

    def __init__(self, connection: sqlite3.Connection, stores: SqlStores) -> None:
        self._connection, self._stores = connection, stores
        self.earliest: datetime | None = None

    def set(self, deadlines: Iterable[Deadline]) -> None:
        wanted = list(deadlines)
        if not wanted:
            return
        first = min(one.due_at for one in wanted)
        self.earliest = first if self.earliest is None else min(first, self.earliest)
        _SET.run_many(
            self._connection,
            (
                {
                    "kind": str(one.kind),
                    "ref": one.ref,
                    "store_id": self._stores.number(one.store),
                    "due_ms": to_ms(one.due_at),
                }
                for one in wanted
            ),
        )

    def due(self, store: str, at: datetime, limit: int) -> list[Deadline]:
        number = self._stores.number(store)
        rows = _DUE.rows(self._connection, store=number, at_ms=to_ms(at), most=limit)
        return [Deadline(kind, ref, name, from_ms(due)) for kind, ref, name, due in rows]

    def of(self, kinds: Iterable[str], ref: int) -> list[Deadline]:
        rows = _OF.rows(self._connection, kinds=as_json([str(kind) for kind in kinds]), wanted=ref)
        return [Deadline(kind, number, name, from_ms(due)) for kind, number, name, due in rows]

    def page(self, store: str, kind: str, *, after: int, limit: int) -> list[Deadline]:
        number = self._stores.number(store)
        rows = _PAGE.rows(self._connection, store=number, wanted=str(kind), after=after, most=limit)
        return [Deadline(found, ref, name, from_ms(due)) for found, ref, name, due in rows]

    def first_due(self, stores: Iterable[str]) -> dict[str, datetime]:
        rows = _FIRST.rows(self._connection, names=as_json(list(stores)))
        return {name: from_ms(due) for name, due in rows if due is not None}

    def clear(self, kinds: Iterable[str], ref: int) -> None:
        _CLEAR.run_many(self._connection, ({"kind": str(kind), "wanted": ref} for kind in kinds))

    def put_off(self, kind: str, until: datetime) -> None:
        """Let no deadline of a kind, at any store, fall due before that."""
        _PUT_OFF.run(self._connection, wanted=str(kind), until_ms=to_ms(until))


class SqlNotices:
    """Implements `bridge.contracts.coin_desk.Notices`."""

    def __init__(self, connection: sqlite3.Connection, stores: SqlStores) -> None:
        self._connection, self._stores = connection, stores

    def first(self, store: str, key: str, at: datetime) -> bool:
        cursor = _NOTICE.run(self._connection, store_id=self._stores.number(store), key=key, at_ms=to_ms(at))
        return cursor.rowcount > 0

    def known(self, store: str, keys: Iterable[str]) -> frozenset[str]:
        rows = _TOLD.rows(self._connection, store=self._stores.number(store), keys=as_json(list(keys)))
        return frozenset(row[0] for row in rows)


class SqlDowntimes:
    """Implements `bridge.contracts.coin_desk.Downtimes`."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def last_beat(self) -> datetime | None:
        row = _LAST_BEAT.one(self._connection)
        return None if row is None or row[0] is None else from_ms(row[0])

    def beat(self, at: datetime) -> None:
        _BEAT.run(self._connection, at_ms=to_ms(at))

    def add(self, gap: Gap) -> None:
        _NEW_GAP.run(self._connection, since_ms=to_ms(gap.since), until_ms=to_ms(gap.until))

    def all(self) -> list[Gap]:
        return [Gap(from_ms(since), from_ms(until)) for since, until in _GAPS.rows(self._connection)]
