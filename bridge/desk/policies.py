"""Which policies each store has had: a row a version, written once."""

import sqlite3
from datetime import datetime

from sqlalchemy import bindparam, select

from bridge.contracts.tickets import StoredPolicy
from bridge.desk.accounts import SqlStores
from bridge.desk.lasting import Lasting
from bridge.desk.statements import Statement, insert_row
from bridge.desk.ticket_tables import policy
from bridge.desk.values import from_ms, to_ms

_OF_STORE = select(policy.c.version, policy.c.at_ms, policy.c.document).where(policy.c.store_id == bindparam("store"))
_LATER = Statement(_OF_STORE.where(policy.c.version > bindparam("known")).order_by(policy.c.version))
_CURRENT = Statement(_OF_STORE.order_by(policy.c.version.desc()).limit(1))
_NEW = insert_row(policy)


class SqlPolicies:
    """Implements `bridge.contracts.tickets.Policies`."""

    def __init__(self, connection: sqlite3.Connection, stores: SqlStores, lasting: Lasting) -> None:
        self._connection, self._stores, self._known = connection, stores, lasting.policies

    def current(self, store: str) -> StoredPolicy | None:
        row = _CURRENT.one(self._connection, store=self._stores.number(store))
        return None if row is None else _policy_from(*row)

    def add(self, store: str, document: str, *, at: datetime) -> StoredPolicy:
        last = self.current(store)
        version = last.version + 1 if last else 1
        _NEW.run(
            self._connection, store_id=self._stores.number(store), version=version, at_ms=to_ms(at), document=document
        )
        return _policy_from(version, to_ms(at), document)

    def all(self, store: str) -> list[StoredPolicy]:
        number = self._stores.number(store)
        known = self._known.setdefault(number, [])
        last = known[-1].version if known else 0
        known += [_policy_from(*row) for row in _LATER.rows(self._connection, store=number, known=last)]
        return known.copy()


def _policy_from(version: int, at_ms: int, document: str) -> StoredPolicy:
    return StoredPolicy(version, from_ms(at_ms), document)
