"""Events on their way to plugins: written with their cause, delivered after the commit, at least once."""

import json
import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache

from pydantic import TypeAdapter
from sqlalchemy import bindparam, delete, func, or_, select, text, update
from sqlalchemy.dialects.sqlite import insert as upsert

from bridge.desk.outbox_tables import outbox
from bridge.desk.statements import Statement
from bridge.desk.values import as_json, from_ms, to_ms
from bridge.domain.accounts import Owner
from bridge.domain.events import EVENTS, Event

LONGEST_PAUSE = timedelta(hours=6)
"""No retry is further away; one that is was set before the machine's clock was put back, and is due."""

_NAMES = {kind: name for name, kind in EVENTS.items()}
_INSERT = upsert(outbox).values({column.name: bindparam(column.name) for column in outbox.c if column.name != "id"})
_ADD = Statement(_INSERT.on_conflict_do_nothing(index_elements=[outbox.c.key]))
_DUE = Statement(
    select(outbox.c.id, outbox.c.kind, outbox.c.event, outbox.c.attempts, outbox.c.delivered_to)
    .where(
        outbox.c.done == text("0"),
        or_(outbox.c.due_ms <= bindparam("at_ms"), outbox.c.due_ms > bindparam("impossible_ms")),
    )
    .order_by(outbox.c.due_ms, outbox.c.id)
    .limit(bindparam("most"))
)
_NEXT = Statement(select(func.min(outbox.c.due_ms)).where(outbox.c.done == text("0")))
_COUNT = Statement(select(func.count()).where(outbox.c.done == text("0")))
_SAVE = Statement(
    update(outbox)
    .where(outbox.c.id == bindparam("wanted"))
    .values({name: bindparam(name) for name in ("due_ms", "attempts", "delivered_to", "done")})
)
_PRUNE = Statement(delete(outbox).where(outbox.c.done == text("1"), outbox.c.created_ms < bindparam("before_ms")))
_TURN = Statement(
    update(outbox)
    .where(
        outbox.c.done == bindparam("was"), func.json_extract(outbox.c.event, text("'$.store'")) == bindparam("store")
    )
    .values(done=bindparam("becomes"), due_ms=text("0"))
)
_WAITS, _DONE, _HELD = 0, 1, 2
_HELD_OF = Statement(
    select(func.count()).where(
        outbox.c.done == text("2"), func.json_extract(outbox.c.event, text("'$.store'")) == bindparam("store")
    )
)
_FOLLOW = Statement(
    update(outbox)
    .where(
        outbox.c.done != text("1"),
        func.json_extract(outbox.c.event, text("'$.store'")) == bindparam("store"),
        func.json_extract(outbox.c.event, text("'$.owner[0]'")) == bindparam("was_kind"),
        func.json_extract(outbox.c.event, text("'$.owner[1]'")) == bindparam("was_ref"),
    )
    .values(
        event=func.json_set(
            outbox.c.event, text("'$.owner'"), func.json_array(bindparam("now_kind"), bindparam("now_ref"))
        )
    )
)
_UNDER = Statement(
    select(outbox.c.key, outbox.c.created_ms).where(
        outbox.c.key >= bindparam("first"), outbox.c.key < bindparam("beyond")
    )
)


@dataclass(frozen=True, slots=True)
class Delivery:
    """One event and who has had it."""

    id: int
    hook: str
    event: Event
    attempts: int
    delivered_to: frozenset[str]


class SqlOutbox:
    """Implements `bridge.contracts.desk.Outbox`, and what the dispatcher needs besides."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def add(self, events: Iterable[Event]) -> None:
        _ADD.run_many(
            self._connection,
            (
                {
                    "kind": _NAMES[type(event)],
                    "key": event.key,
                    "event": _adapter(_NAMES[type(event)]).dump_json(event).decode(),
                    "created_ms": to_ms(event.at),
                    "due_ms": 0,
                    "attempts": 0,
                    "delivered_to": "[]",
                    "done": 0,
                }
                for event in events
            ),
        )

    def due(self, at: datetime, limit: int) -> list[Delivery]:
        """Events to be delivered now, oldest first."""
        rows = _DUE.rows(self._connection, at_ms=to_ms(at), impossible_ms=to_ms(at + LONGEST_PAUSE), most=limit)
        return [
            Delivery(number, f"bridge_{kind}", _adapter(kind).validate_json(body), attempts, frozenset(json.loads(had)))
            for number, kind, body, attempts, had in rows
        ]

    def next_due(self) -> datetime | None:
        """When the next event is to be delivered, None when none waits."""
        row = _NEXT.one(self._connection)
        return from_ms(row[0]) if row is not None and row[0] is not None else None

    def count(self) -> int:
        """Events that wait."""
        row = _COUNT.one(self._connection)
        return int(row[0]) if row else 0

    def delivered(self, delivery: Delivery, to: frozenset[str], *, retry_at: datetime | None) -> None:
        """Note who has it now; `retry_at` when somebody still has not, None when it is done."""
        _SAVE.run(
            self._connection,
            wanted=delivery.id,
            due_ms=to_ms(retry_at) if retry_at else 0,
            attempts=delivery.attempts + 1,
            delivered_to=as_json(sorted(to)),
            done=int(retry_at is None),
        )

    def hold(self, store: str) -> int:
        """Keep a store's undelivered events back until staff decide. Returns how many."""
        return self._turn(store, _WAITS, _HELD)

    def held(self, store: str) -> int:
        """How many events of a store are kept back."""
        row = _HELD_OF.one(self._connection, store=store)
        return int(row[0]) if row else 0

    def release(self, store: str) -> int:
        return self._turn(store, _HELD, _WAITS)

    def drop(self, store: str) -> int:
        return self._turn(store, _HELD, _DONE)

    def follow(self, store: str, was: Owner, now: Owner) -> None:
        _FOLLOW.run(
            self._connection,
            store=store,
            was_kind=was.kind.value,
            was_ref=was.ref,
            now_kind=now.kind.value,
            now_ref=now.ref,
        )

    def told_under(self, prefix: str) -> dict[str, datetime]:
        beyond = prefix[:-1] + chr(ord(prefix[-1]) + 1)
        return {key: from_ms(at_ms) for key, at_ms in _UNDER.rows(self._connection, first=prefix, beyond=beyond)}

    def _turn(self, store: str, was: int, becomes: int) -> int:
        return _TURN.run(self._connection, was=was, store=store, becomes=becomes).rowcount

    def prune(self, before: datetime) -> None:
        """Drop delivered events older than `before`."""
        _PRUNE.run(self._connection, before_ms=to_ms(before))


@cache
def _adapter(kind: str) -> TypeAdapter[Event]:
    return TypeAdapter(EVENTS[kind])
