"""The plugins' messages on their way: kept until their receivers have taken them.

A message holds ids and numbers only (rule D1); whom it goes to is looked up when it is sent.
"""

import json
import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, NamedTuple

from sqlalchemy import and_, bindparam, delete, func, literal_column, null, or_, select, text, update
from sqlalchemy.dialects.sqlite import insert as upsert

from bridge.contracts.office import Delivery
from bridge.desk.accounts import SqlStores
from bridge.desk.outbox_tables import delivery
from bridge.desk.statements import Statement, any_of
from bridge.desk.tables import store
from bridge.desk.values import as_json, from_ms, to_ms
from bridge.domain.accounts import Owner, OwnerKind

LONGEST_WAIT = timedelta(days=8)
"""No delivery is due further ahead; one that is was set before the machine's clock was put back, and is due."""


class DeliveryState(StrEnum):
    WAITING = "waiting"
    DONE = "done"
    REFUSED = "refused"
    HELD = "held"


class Lanes(NamedTuple):
    """The stores whose messages may be tried: those to customers, and all others (to staff, to another program)."""

    customers: Sequence[str]
    others: Sequence[str]

    @classmethod
    def all(cls, *stores: str) -> "Lanes":
        """Both lanes of these stores."""
        return cls(stores, stores)


@dataclass(frozen=True, slots=True)
class Queued:
    """A delivery in the queue."""

    id: int
    delivery: Delivery
    created_at: datetime


_IS_WAITING = delivery.c.state == text("'waiting'")
_IN_LANES = or_(
    and_(delivery.c.owner_kind.is_not(None), any_of(store.c.name, "customers")),
    and_(delivery.c.owner_kind.is_(None), any_of(store.c.name, "others")),
)
_INSERT = upsert(delivery).values({column.name: bindparam(column.name) for column in delivery.c if column.name != "id"})
_ADD = Statement(_INSERT.on_conflict_do_nothing(index_elements=[delivery.c.plugin, delivery.c.key]))
_QUEUED = select(
    delivery.c.id,
    delivery.c.key,
    store.c.name,
    delivery.c.kind,
    delivery.c.document,
    delivery.c.owner_kind,
    delivery.c.owner_ref,
    delivery.c.about,
    delivery.c.attempts,
    delivery.c.created_ms,
).join(store, store.c.id == delivery.c.store_id)
_DUE = Statement(
    _QUEUED.where(
        _IS_WAITING,
        delivery.c.plugin == bindparam("wanted"),
        or_(delivery.c.due_ms <= bindparam("at_ms"), delivery.c.due_ms > bindparam("impossible_ms")),
        _IN_LANES,
    )
    .order_by(delivery.c.due_ms, delivery.c.id)
    .limit(bindparam("most"))
)
_THIS = delivery.alias("this")
_WAITING_BEFORE = Statement(
    _QUEUED.join(_THIS, and_(_THIS.c.plugin == delivery.c.plugin, _THIS.c.store_id == delivery.c.store_id))
    .where(
        _THIS.c.plugin == bindparam("wanted"),
        _THIS.c.key == bindparam("key"),
        delivery.c.owner_kind.is_not_distinct_from(_THIS.c.owner_kind),
        delivery.c.owner_ref.is_not_distinct_from(_THIS.c.owner_ref),
        delivery.c.about == _THIS.c.about,
        delivery.c.done_ms.is_(None),  # as waiting, and in the index
        delivery.c.id < _THIS.c.id,
        _IS_WAITING,
    )
    .order_by(delivery.c.id)
)
_NEXT = Statement(
    select(func.min(delivery.c.due_ms))
    .join(store, store.c.id == delivery.c.store_id)
    .where(_IS_WAITING, delivery.c.plugin == bindparam("wanted"), _IN_LANES)
)
_SAVE = Statement(
    update(delivery)
    .where(delivery.c.id == bindparam("wanted"))
    .values({name: bindparam(name) for name in ("due_ms", "attempts", "state", "done_ms")})
)
_DELIVERED_SINCE = Statement(
    select(func.count()).where(
        delivery.c.plugin == bindparam("wanted"),
        delivery.c.store_id == bindparam("store"),
        delivery.c.owner_kind == bindparam("owner_kind"),
        delivery.c.owner_ref == bindparam("owner_ref"),
        delivery.c.done_ms >= bindparam("since_ms"),
        delivery.c.done_ms <= bindparam("at_ms"),
        delivery.c.state == text("'done'"),
    )
)
_TURN = Statement(
    update(delivery)
    .where(delivery.c.store_id == bindparam("store"), delivery.c.state == bindparam("was"))
    .values(state=bindparam("becomes"), done_ms=null())
)
_FOLLOW = Statement(
    update(delivery)
    .where(
        delivery.c.store_id == bindparam("store"),
        delivery.c.owner_kind == bindparam("was_kind"),
        delivery.c.owner_ref == bindparam("was_ref"),
        or_(_IS_WAITING, delivery.c.state == text("'held'")),
    )
    .values(owner_kind=bindparam("now_kind"), owner_ref=bindparam("now_ref"))
)
_HELD = Statement(
    select(func.count()).where(delivery.c.store_id == bindparam("store"), delivery.c.state == text("'held'"))
)
_WAITING = Statement(select(delivery.c.plugin, func.count()).where(_IS_WAITING).group_by(delivery.c.plugin))
_PRUNE = Statement(
    delete(delivery).where(
        delivery.c.state.in_([literal_column("'done'"), literal_column("'refused'")]),
        delivery.c.created_ms < bindparam("before_ms"),
    )
)


class SqlDeliveries:
    """The queue behind `bridge.contracts.office.Office.queue`."""

    def __init__(self, connection: sqlite3.Connection, stores: SqlStores) -> None:
        self._connection, self._stores = connection, stores

    def add(self, plugin: str, deliveries: Iterable[Delivery], at: datetime) -> int:
        """Queue a plugin's messages; one whose key it has used is left alone. Returns how many are new."""
        rows = [
            {
                "plugin": plugin,
                "key": one.key,
                "store_id": self._stores.number(one.store),
                "owner_kind": one.to.kind.value if one.to else None,
                "owner_ref": one.to.ref if one.to else None,
                "about": one.about,
                "kind": one.kind,
                "document": as_json(dict(one.document)),
                "created_ms": to_ms(at),
                "due_ms": to_ms(at),
                "attempts": 0,
                "state": DeliveryState.WAITING.value,
                "done_ms": None,
            }
            for one in deliveries
        ]
        before = self._connection.total_changes
        _ADD.run_many(self._connection, rows)
        return self._connection.total_changes - before

    def due(self, plugin: str, lanes: Lanes, at: datetime, limit: int) -> list[Queued]:
        """A plugin's messages in these lanes to be delivered now, oldest first."""
        rows = _DUE.rows(
            self._connection,
            wanted=plugin,
            at_ms=to_ms(at),
            impossible_ms=to_ms(at + LONGEST_WAIT),
            customers=as_json(list(lanes.customers)),
            others=as_json(list(lanes.others)),
            most=limit,
        )
        return [_queued(row) for row in rows]

    def waiting_before(self, plugin: str, key: str) -> list[Delivery]:
        """A plugin's messages to the receiver of that one that were queued before it and still wait, in their order."""
        rows = _WAITING_BEFORE.rows(self._connection, wanted=plugin, key=key)
        return [_queued(row).delivery for row in rows]

    def next_due(self, plugin: str, lanes: Lanes) -> datetime | None:
        """When a plugin's next message in these lanes is due, None when none waits."""
        customers, others = as_json(list(lanes.customers)), as_json(list(lanes.others))
        row = _NEXT.one(self._connection, wanted=plugin, customers=customers, others=others)
        return from_ms(row[0]) if row is not None and row[0] is not None else None

    def later(self, queued: Queued, due: datetime, *, failed: bool) -> None:
        """Try it again at `due`."""
        attempts = queued.delivery.attempts + int(failed)
        self._save(queued.id, due_ms=to_ms(due), attempts=attempts, state=DeliveryState.WAITING, done_ms=None)

    def done(self, queued: Queued, at: datetime, *, state: DeliveryState = DeliveryState.DONE) -> None:
        """It has been delivered, or never will be."""
        attempts = queued.delivery.attempts + 1
        self._save(queued.id, due_ms=to_ms(at), attempts=attempts, state=state, done_ms=to_ms(at))

    def delivered_since(self, plugin: str, store_name: str, owner: Owner, since: datetime, at: datetime) -> int:
        """How many of a plugin's messages to somebody have been delivered since, up to now (`at`).

        What was delivered before the machine's clock was put back lies ahead, and counts for no day until it has come.
        """
        row = _DELIVERED_SINCE.one(
            self._connection,
            wanted=plugin,
            store=self._stores.number(store_name),
            owner_kind=owner.kind.value,
            owner_ref=owner.ref,
            since_ms=to_ms(since),
            at_ms=to_ms(at),
        )
        return int(row[0]) if row else 0

    def follow(self, store_name: str, was: Owner, now: Owner) -> None:
        _FOLLOW.run(
            self._connection,
            store=self._stores.number(store_name),
            was_kind=was.kind.value,
            was_ref=was.ref,
            now_kind=now.kind.value,
            now_ref=now.ref,
        )

    def hold(self, store_name: str) -> int:
        """Keep a store's waiting messages back until staff decide. Returns how many."""
        return self._turn(store_name, DeliveryState.WAITING, DeliveryState.HELD)

    def held(self, store_name: str) -> int:
        """How many of a store's messages are kept back."""
        row = _HELD.one(self._connection, store=self._stores.number(store_name))
        return int(row[0]) if row else 0

    def release(self, store_name: str) -> int:
        """Deliver what was held. Returns how many."""
        return self._turn(store_name, DeliveryState.HELD, DeliveryState.WAITING)

    def drop(self, store_name: str) -> int:
        """Never deliver what was held. Returns how many."""
        return self._turn(store_name, DeliveryState.HELD, DeliveryState.REFUSED)

    def waiting(self) -> dict[str, int]:
        """How many messages wait, by plugin."""
        return dict(_WAITING.rows(self._connection))

    def prune(self, before: datetime) -> None:
        """Forget messages queued before a moment that have been delivered or refused."""
        _PRUNE.run(self._connection, before_ms=to_ms(before))

    def _turn(self, store_name: str, was: DeliveryState, becomes: DeliveryState) -> int:
        number = self._stores.number(store_name)
        return _TURN.run(self._connection, store=number, was=was.value, becomes=becomes.value).rowcount

    def _save(self, number: int, *, due_ms: int, attempts: int, state: DeliveryState, done_ms: int | None) -> None:
        _SAVE.run(self._connection, wanted=number, due_ms=due_ms, attempts=attempts, state=state.value, done_ms=done_ms)


def _queued(row: tuple[Any, ...]) -> Queued:
    number, key, store_name, kind, document, owner_kind, owner_ref, about, attempts, created_ms = row
    to = Owner(OwnerKind(owner_kind), owner_ref) if owner_kind is not None else None
    one = Delivery(key, store_name, kind, json.loads(document), to=to, about=about, attempts=attempts)
    return Queued(number, one, from_ms(created_ms))
