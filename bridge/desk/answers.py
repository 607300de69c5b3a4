"""What was done with what customers sent, each row by its UUID once, and the answer the shop's page shows."""

import json
import sqlite3
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, delete, func, literal_column, or_, select, update

from bridge.contracts.answers import Answer
from bridge.desk.accounts import SqlStores
from bridge.desk.statements import Statement, any_of, insert_row
from bridge.desk.sync_tables import ANSWER_WAITS, handled
from bridge.desk.values import as_json, from_ms, to_ms

_THIS_STORE = handled.c.store_id == bindparam("store")
ANSWER_COLUMNS = [column for column in handled.c if column.name not in {"store_id", "pushed_number"}]
_NEW = insert_row(handled, without=frozenset({"pushed_number"}))
_KNOWN = Statement(select(handled.c.uuid).where(_THIS_STORE, any_of(handled.c.uuid, "uuids")))
_GET = Statement(select(*ANSWER_COLUMNS).where(_THIS_STORE, handled.c.uuid == bindparam("wanted")))
_IN_WINDOW = (
    select(func.count())
    .select_from(handled)
    .where(
        _THIS_STORE,
        handled.c.customer_id == bindparam("customer"),
        handled.c.received_ms > bindparam("received_ms") - bindparam("window_ms"),
        handled.c.received_ms <= bindparam("received_ms"),
        handled.c.posted_ms > bindparam("posted_ms") - bindparam("window_ms"),
        handled.c.posted_ms <= bindparam("posted_ms"),
    )
)
_PACE = Statement(_IN_WINDOW)
_ACCEPTED = Statement(
    _IN_WINDOW.where(
        handled.c.outcome == literal_column("'accepted'"),
        or_(any_of(handled.c.kind, "kinds"), any_of(handled.c.code, "codes")),
    )
)
_WAITING = Statement(
    select(*ANSWER_COLUMNS).where(_THIS_STORE, ANSWER_WAITS).order_by(handled.c.received_ms).limit(bindparam("most"))
)
_SHOWN = Statement(
    select(*ANSWER_COLUMNS)
    .where(
        _THIS_STORE,
        handled.c.uuid > bindparam("after"),
        handled.c.pushed_number == handled.c.number,
        handled.c.received_ms >= bindparam("since_ms"),
    )
    .order_by(handled.c.uuid)
    .limit(bindparam("most"))
)
_PUSHED = Statement(
    update(handled).where(_THIS_STORE, handled.c.uuid == bindparam("wanted")).values(pushed_number=bindparam("shown"))
)
_AGAIN = Statement(
    update(handled)
    .where(_THIS_STORE, handled.c.received_ms >= bindparam("since_ms"))
    .values(number=handled.c.number + literal_column("1"))
)
_FORGET = Statement(delete(handled).where(_THIS_STORE, handled.c.received_ms < bindparam("before_ms")))


class SqlAnswers:
    """Implements `bridge.contracts.coin_desk.Answers`."""

    def __init__(self, connection: sqlite3.Connection, stores: SqlStores) -> None:
        self._connection, self._stores = connection, stores

    def known(self, store: str, uuids: Iterable[str]) -> frozenset[str]:
        rows = _KNOWN.rows(self._connection, store=self._stores.number(store), uuids=as_json(list(uuids)))
        return frozenset(row[0] for row in rows)

    def add(self, store: str, answer: Answer) -> None:
        _NEW.run(
            self._connection,
            store_id=self._stores.number(store),
            uuid=answer.uuid,
            customer_id=answer.customer_id,
            received_ms=to_ms(answer.received_at),
            kind=answer.kind,
            outcome=answer.outcome,
            code=answer.code,
            answer=as_json(dict(answer.document)),
            number=answer.number,
            posted_ms=to_ms(answer.posted_at or answer.received_at),
        )

    def get(self, store: str, uuid: str) -> Answer | None:
        row = _GET.one(self._connection, store=self._stores.number(store), wanted=uuid)
        return None if row is None else answer_from(row)

    def pace(
        self,
        store: str,
        customer_id: int,
        window: timedelta,
        *,
        received_at: datetime,
        posted_at: datetime,
        kinds: Collection[str] = (),
        codes: Collection[str] = (),
    ) -> int:
        window_of = {
            "store": self._stores.number(store),
            "customer": customer_id,
            "received_ms": to_ms(received_at),
            "posted_ms": to_ms(posted_at),
            "window_ms": window // timedelta(milliseconds=1),
        }
        if kinds or codes:
            named = {"kinds": as_json(list(kinds)), "codes": as_json(list(codes))}
            row = _ACCEPTED.one(self._connection, **window_of, **named)
        else:
            row = _PACE.one(self._connection, **window_of)
        return int(row[0]) if row else 0

    def waiting(self, store: str, limit: int) -> list[Answer]:
        rows = _WAITING.rows(self._connection, store=self._stores.number(store), most=limit)
        return [answer_from(row) for row in rows]

    def shown(self, store: str, since: datetime, *, after: str, limit: int) -> list[Answer]:
        number = self._stores.number(store)
        rows = _SHOWN.rows(self._connection, store=number, since_ms=to_ms(since), after=after, most=limit)
        return [answer_from(row) for row in rows]

    def pushed(self, store: str, numbers: Mapping[str, int]) -> None:
        number = self._stores.number(store)
        _PUSHED.run_many(
            self._connection, ({"store": number, "wanted": one, "shown": shown} for one, shown in numbers.items())
        )

    def again(self, store: str, since: datetime) -> None:
        _AGAIN.run(self._connection, store=self._stores.number(store), since_ms=to_ms(since))

    def forget(self, store: str, before: datetime) -> int:
        return _FORGET.run(self._connection, store=self._stores.number(store), before_ms=to_ms(before)).rowcount


def answer_from(row: Sequence[Any]) -> Answer:
    """An answer of a row of `ANSWER_COLUMNS`."""
    uuid, customer, received, kind, outcome, code, document, number, posted = row
    return Answer(uuid, customer, from_ms(received), kind, outcome, code, json.loads(document), number, from_ms(posted))
