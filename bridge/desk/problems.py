"""Problems and the orders that wait because of them."""

import json
import sqlite3
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import and_, bindparam, delete, exists, func, or_, select, text, update
from sqlalchemy.dialects.sqlite import insert as upsert

from bridge.contracts.problems import Aside, AsideState, Problem, ProblemState
from bridge.desk.accounts import SqlStores
from bridge.desk.numbers import next_number
from bridge.desk.statements import Statement, any_of
from bridge.desk.sync_tables import set_aside
from bridge.desk.tables import problem, store
from bridge.desk.values import as_json, from_ms, id_list, to_ms

_COLUMNS = (
    problem.c.id,
    store.c.name,
    problem.c.key,
    problem.c.kind,
    problem.c.summary,
    problem.c.first_seen_ms,
    problem.c.last_seen_ms,
    problem.c.count,
    problem.c.state,
    problem.c.detail,
    problem.c.handled_by,
)
_ALL = select(*_COLUMNS).join(store, store.c.id == problem.c.store_id)
_BY_ID = Statement(_ALL.where(problem.c.id == bindparam("wanted")))
_OPEN = Statement(_ALL.where(problem.c.state == text("'open'")).order_by(problem.c.id))
_OPEN_BY_KEY = Statement(
    _ALL.where(
        problem.c.store_id == bindparam("store"),
        problem.c.key == bindparam("wanted"),
        problem.c.state == text("'open'"),
    )
)
_NEWEST_BY_KEY = Statement(
    _ALL.where(problem.c.store_id == bindparam("store"), problem.c.key == bindparam("wanted"))
    .order_by(problem.c.id.desc())
    .limit(1)
)
_OPEN_KEYS = Statement(
    select(problem.c.key).where(problem.c.store_id == bindparam("store"), problem.c.state == text("'open'"))
)
_OPEN_COUNT = Statement(
    select(func.count())
    .select_from(problem)
    .where(problem.c.store_id == bindparam("store"), problem.c.state == text("'open'"))
)
_KNOWN = Statement(select(problem.c.key).where(problem.c.store_id == bindparam("store"), any_of(problem.c.key, "keys")))
_TOLD = Statement(
    select(problem.c.key).where(
        problem.c.store_id == bindparam("store"),
        any_of(problem.c.key, "keys"),
        problem.c.state != text("'solved'"),
    )
)
_INSERT = upsert(problem).values(
    {column.name: bindparam(column.name) for column in problem.c if column.name not in {"handled_by", "handled_ms"}}
)
_REPORT = Statement(
    _INSERT.on_conflict_do_update(
        index_elements=[problem.c.store_id, problem.c.key],
        index_where=text("state = 'open'"),
        set_={
            "summary": _INSERT.excluded.summary,
            "detail": _INSERT.excluded.detail,
            "last_seen_ms": _INSERT.excluded.last_seen_ms,
            "count": problem.c.count + 1,
        },
    )
)
_CLOSE = Statement(
    update(problem)
    .where(problem.c.id == bindparam("wanted"))
    .values(state=bindparam("new_state"), handled_by=bindparam("by"), handled_ms=bindparam("at_ms"))
)
_LATER = problem.alias("later")
_SOLVE = Statement(
    update(problem)
    .where(
        problem.c.store_id == bindparam("store"),
        any_of(problem.c.key, "keys"),
        or_(
            problem.c.state == text("'open'"),
            and_(
                problem.c.state == text("'dismissed'"),
                ~exists().where(
                    _LATER.c.store_id == problem.c.store_id, _LATER.c.key == problem.c.key, _LATER.c.id > problem.c.id
                ),
            ),
        ),
    )
    .values(state=ProblemState.SOLVED.value, handled_ms=bindparam("at_ms"))
)
_INSERT_ASIDE = upsert(set_aside).values({column.name: bindparam(column.name) for column in set_aside.c})
_SET_ASIDE = Statement(
    _INSERT_ASIDE.on_conflict_do_update(
        index_elements=[set_aside.c.store_id, set_aside.c.order_id],
        set_={"problem_id": _INSERT_ASIDE.excluded.problem_id, "state": _INSERT_ASIDE.excluded.state},
    )
)
_ASIDE = Statement(
    select(set_aside.c.order_id, set_aside.c.state, problem.c.kind, set_aside.c.silent)
    .join(problem, problem.c.id == set_aside.c.problem_id)
    .where(set_aside.c.store_id == bindparam("store"), any_of(set_aside.c.order_id, "ids"))
)
_ASIDE_OF = Statement(
    select(set_aside.c.order_id).where(set_aside.c.problem_id == bindparam("wanted")).order_by(set_aside.c.order_id)
)
_SET_STATE = Statement(
    update(set_aside).where(set_aside.c.problem_id == bindparam("wanted")).values(state=bindparam("new_state"))
)
_FORGET = Statement(
    delete(set_aside).where(set_aside.c.store_id == bindparam("store"), any_of(set_aside.c.order_id, "ids"))
)


class SqlProblems:
    """Implements `bridge.contracts.problems.Problems`. `changed` says whether one was opened, counted or closed."""

    def __init__(self, connection: sqlite3.Connection, stores: SqlStores) -> None:
        self._connection, self._stores = connection, stores
        self.changed = False

    def report(
        self,
        store: str,
        *,
        key: str,
        kind: str,
        summary: str,
        at: datetime,
        detail: Mapping[str, Any] | None = None,
        unless_dismissed: bool = False,
    ) -> Problem:
        number = self._stores.number(store)
        if unless_dismissed:
            newest = self.newest(store, key)
            if newest and newest.state is ProblemState.DISMISSED and newest.summary == summary:
                return newest
        _REPORT.run(
            self._connection,
            id=next_number(self._connection, problem),
            store_id=number,
            key=key,
            kind=kind,
            summary=summary,
            detail=as_json(dict(detail or {})),
            state=ProblemState.OPEN.value,
            first_seen_ms=to_ms(at),
            last_seen_ms=to_ms(at),
            count=1,
        )
        self.changed = True
        row = _OPEN_BY_KEY.one(self._connection, store=number, wanted=key)
        assert row is not None
        return _problem(row)

    def solve(self, store: str, keys: Iterable[str], at: datetime) -> None:
        wanted = as_json(list(keys))
        solved = _SOLVE.run(self._connection, store=self._stores.number(store), keys=wanted, at_ms=to_ms(at))
        self.changed |= solved.rowcount > 0

    def get(self, problem_id: int) -> Problem | None:
        row = _BY_ID.one(self._connection, wanted=problem_id)
        return _problem(row) if row else None

    def open(self, store: str | None = None) -> list[Problem]:
        found = [_problem(row) for row in _OPEN.rows(self._connection)]
        return [one for one in found if store is None or one.store == store]

    def open_count(self, store: str) -> int:
        row = _OPEN_COUNT.one(self._connection, store=self._stores.number(store))
        return int(row[0]) if row else 0

    def open_under(self, store: str, key: str) -> Problem | None:
        row = _OPEN_BY_KEY.one(self._connection, store=self._stores.number(store), wanted=key)
        return _problem(row) if row else None

    def open_keys(self, store: str) -> frozenset[str]:
        rows = _OPEN_KEYS.rows(self._connection, store=self._stores.number(store))
        return frozenset(row[0] for row in rows)

    def known(self, store: str, keys: Iterable[str]) -> frozenset[str]:
        rows = _KNOWN.rows(self._connection, store=self._stores.number(store), keys=as_json(list(keys)))
        return frozenset(row[0] for row in rows)

    def newest(self, store: str, key: str) -> Problem | None:
        row = _NEWEST_BY_KEY.one(self._connection, store=self._stores.number(store), wanted=key)
        return _problem(row) if row else None

    def told(self, store: str, keys: Iterable[str]) -> frozenset[str]:
        rows = _TOLD.rows(self._connection, store=self._stores.number(store), keys=as_json(list(keys)))
        return frozenset(row[0] for row in rows)

    def close(self, problem_id: int, state: ProblemState, *, by: str, at: datetime) -> None:
        _CLOSE.run(self._connection, wanted=problem_id, new_state=state.value, by=by, at_ms=to_ms(at))
        self.changed = True

    def set_aside(self, store: str, problem_id: int, order_ids: Iterable[int], *, silent: bool = False) -> None:
        facts = {
            "store_id": self._stores.number(store),
            "problem_id": problem_id,
            "state": AsideState.WAITING.value,
            "silent": int(silent),
        }
        _SET_ASIDE.run_many(self._connection, ({**facts, "order_id": order_id} for order_id in order_ids))

    def aside(self, store: str, order_ids: Iterable[int]) -> dict[int, Aside]:
        rows = _ASIDE.rows(self._connection, store=self._stores.number(store), ids=id_list(order_ids))
        return {order_id: Aside(AsideState(state), kind, bool(silent)) for order_id, state, kind, silent in rows}

    def leave(self, problem_id: int) -> None:
        _SET_STATE.run(self._connection, wanted=problem_id, new_state=AsideState.LEFT.value)

    def waiting(self, problem_id: int) -> list[int]:
        return [row[0] for row in _ASIDE_OF.rows(self._connection, wanted=problem_id)]

    def release(self, problem_id: int) -> list[int]:
        _SET_STATE.run(self._connection, wanted=problem_id, new_state=AsideState.RELEASED.value)
        return self.waiting(problem_id)

    def forget_aside(self, store: str, order_ids: Iterable[int]) -> None:
        _FORGET.run(self._connection, store=self._stores.number(store), ids=id_list(order_ids))


def _problem(row: tuple[Any, ...]) -> Problem:
    number, store_name, key, kind, summary, first, last, count, state, detail, handled_by = row
    return Problem(
        id=number,
        store=store_name,
        key=key,
        kind=kind,
        summary=summary,
        first_seen=from_ms(first),
        last_seen=from_ms(last),
        count=count,
        state=ProblemState(state),
        detail=json.loads(detail),
        handled_by=handled_by,
    )
