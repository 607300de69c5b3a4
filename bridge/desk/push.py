"""Which accounts the shop does not have in their newest state, and how much of each it has."""

import sqlite3
from collections.abc import Iterable, Mapping

from sqlalchemy import and_, bindparam, func, or_, select, text, update

from bridge.contracts.accounts import PushState
from bridge.desk.accounts import ACCOUNT_COLUMNS, SqlStores, account_from
from bridge.desk.agreements import SqlAgreements
from bridge.desk.answers import SqlAnswers
from bridge.desk.bills import SqlBills
from bridge.desk.files import SqlFiles
from bridge.desk.licences import SqlLicences
from bridge.desk.quotes import SqlQuotes
from bridge.desk.rights import SqlPrices
from bridge.desk.statements import Statement, any_of
from bridge.desk.tables import WAITS_FOR_PUSH, account
from bridge.desk.tickets import SqlTickets
from bridge.desk.values import from_ms, id_list
from bridge.domain.accounts import Account

_WAITS = and_(account.c.store_id == bindparam("store"), WAITS_FOR_PUSH)
_WAITING = Statement(
    select(*ACCOUNT_COLUMNS)
    .where(_WAITS, ~any_of(account.c.id, "skip"))
    .order_by(account.c.id)
    .limit(bindparam("most"))
)
_PUSHED = Statement(
    select(*ACCOUNT_COLUMNS)
    .where(
        account.c.store_id == bindparam("store"),
        account.c.owner_kind == text("'customer'"),
        account.c.pushed_number > text("0"),
        account.c.pushed_number == account.c.number,
    )
    .order_by(account.c.id.desc())
    .limit(bindparam("most"))
)
_COUNT = Statement(select(func.count()).select_from(account).where(_WAITS))
_STATES = Statement(
    select(account.c.id, account.c.pushed_number, account.c.pushed_entries, account.c.pushed_digest).where(
        any_of(account.c.id, "ids")
    )
)
_DONE = Statement(
    update(account)
    .where(
        account.c.id == bindparam("wanted"),
        account.c.pushed_number <= bindparam("pushed_number"),
        # Where the shop is to get everything anew, a push that was under way before does not count for it.
        or_(account.c.pushed_number > text("0"), account.c.number == bindparam("pushed_number")),
    )
    .values({name: bindparam(name) for name in ("pushed_number", "pushed_entries", "pushed_digest")})
)
_REFRESH = Statement(
    update(account)
    .where(account.c.store_id == bindparam("store"), account.c.number > text("0"))
    .values(number=account.c.number + 1)
)
_AGAIN = Statement(
    update(account)
    .where(account.c.store_id == bindparam("store"), account.c.number > text("0"))
    .values(number=account.c.number + 1, pushed_number=0, pushed_entries=0, pushed_digest="")
)
_AGAIN_FOR = Statement(
    update(account)
    .where(any_of(account.c.id, "ids"))
    .values(number=account.c.number + 1, pushed_number=0, pushed_entries=0, pushed_digest="")
)


class SqlPush:
    """Implements `bridge.contracts.desk.Push`."""

    def __init__(self, connection: sqlite3.Connection, stores: SqlStores) -> None:
        self._connection, self._stores = connection, stores

    def waiting(self, store: str, limit: int, *, skip: frozenset[int] = frozenset()) -> list[Account]:
        rows = _WAITING.rows(self._connection, store=self._stores.number(store), skip=id_list(skip), most=limit)
        return [account_from(row) for row in rows]

    def pushed(self, store: str, limit: int) -> list[Account]:
        """Customer accounts that the shop was given in their newest state, the youngest accounts first."""
        rows = _PUSHED.rows(self._connection, store=self._stores.number(store), most=limit)
        return [account_from(row) for row in rows]

    def count(self, store: str) -> int:
        row = _COUNT.one(self._connection, store=self._stores.number(store))
        return int(row[0]) if row else 0

    def states(self, account_ids: Iterable[int]) -> dict[int, PushState]:
        return {row[0]: PushState(*row[1:]) for row in _STATES.rows(self._connection, ids=id_list(account_ids))}

    def done(self, states: Mapping[int, PushState]) -> None:
        _DONE.run_many(
            self._connection,
            (
                {
                    "wanted": number,
                    "pushed_number": state.number,
                    "pushed_entries": state.entries,
                    "pushed_digest": state.digest,
                }
                for number, state in states.items()
            ),
        )

    def refresh(self, store: str) -> None:
        _REFRESH.run(self._connection, store=self._stores.number(store))

    def again(self, store: str) -> None:
        _AGAIN.run(self._connection, store=self._stores.number(store))
        SqlTickets(self._connection, self._stores).again(store)
        SqlQuotes(self._connection, self._stores).again(store)
        SqlLicences(self._connection, self._stores).again(store)
        SqlAgreements(self._connection, self._stores).again(store)
        SqlBills(self._connection, self._stores).again(store)
        SqlPrices(self._connection, self._stores).again(store)
        SqlAnswers(self._connection, self._stores).again(store, from_ms(0))
        SqlFiles(self._connection, self._stores).again(store)

    def again_for(self, account_ids: Iterable[int]) -> None:
        _AGAIN_FOR.run(self._connection, ids=id_list(account_ids))
