"""Who of the staff froze which account, and why. Rows are only added; their reasons can be erased."""

import sqlite3

from sqlalchemy import bindparam, select

from bridge.contracts.freezes import Freeze
from bridge.desk.coin_tables import freeze
from bridge.desk.statements import Statement, insert_row
from bridge.desk.values import from_ms, to_ms

_NEW = insert_row(freeze, without=frozenset({"id"}))
_OF_ACCOUNT = Statement(
    select(freeze.c.account_id, freeze.c.frozen, freeze.c.at_ms, freeze.c.staff, freeze.c.reason)
    .where(freeze.c.account_id == bindparam("account"))
    .order_by(freeze.c.id)
)


class SqlFreezes:
    """Implements `bridge.contracts.freezes.Freezes`."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def add(self, freeze: Freeze) -> None:
        _NEW.run(
            self._connection,
            account_id=freeze.account_id,
            frozen=int(freeze.frozen),
            at_ms=to_ms(freeze.at),
            staff=freeze.staff,
            reason=freeze.reason,
        )

    def of_account(self, account_id: int) -> list[Freeze]:
        rows = _OF_ACCOUNT.rows(self._connection, account=account_id)
        return [
            Freeze(account, bool(frozen), from_ms(at), staff, reason) for account, frozen, at, staff, reason in rows
        ]
