"""Chargebacks that staff have recorded or taken back. Rows are only added; their reasons can be erased."""

import sqlite3
from collections.abc import Iterable
from typing import Any

from sqlalchemy import bindparam, select

from bridge.contracts.disputes import Dispute
from bridge.desk.accounts import SqlStores
from bridge.desk.coin_tables import dispute
from bridge.desk.statements import Statement, any_of, insert_row
from bridge.desk.values import from_ms, id_list, to_ms

_NEW = insert_row(dispute, without=frozenset({"id"}))
_FOUND = select(
    dispute.c.order_id, dispute.c.key, dispute.c.over, dispute.c.at_ms, dispute.c.staff, dispute.c.reason
).where(dispute.c.store_id == bindparam("store"))
_UNDER = Statement(_FOUND.where(dispute.c.key == bindparam("wanted")))
_OF_ORDERS = Statement(_FOUND.where(any_of(dispute.c.order_id, "orders")).order_by(dispute.c.id))


class SqlDisputes:
    """Implements `bridge.contracts.disputes.Disputes`."""

    def __init__(self, connection: sqlite3.Connection, stores: SqlStores) -> None:
        self._connection, self._stores = connection, stores

    def add(self, store: str, dispute: Dispute) -> None:
        _NEW.run(
            self._connection,
            store_id=self._stores.number(store),
            order_id=dispute.order_id,
            key=dispute.key,
            over=int(dispute.over),
            at_ms=to_ms(dispute.at),
            staff=dispute.staff,
            reason=dispute.reason,
        )

    def under(self, store: str, key: str) -> Dispute | None:
        row = _UNDER.one(self._connection, store=self._stores.number(store), wanted=key)
        return None if row is None else _dispute_from(row)

    def of_orders(self, store: str, order_ids: Iterable[int]) -> list[Dispute]:
        rows = _OF_ORDERS.rows(self._connection, store=self._stores.number(store), orders=id_list(order_ids))
        return [_dispute_from(row) for row in rows]


def _dispute_from(row: tuple[Any, ...]) -> Dispute:
    order_id, key, over, at_ms, staff, reason = row
    return Dispute(order_id, key, bool(over), from_ms(at_ms), staff, reason)
