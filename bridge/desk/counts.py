"""Numbers about the desk for the health page and the metrics: sums and counts, never a customer.

Each is one pass over an index or over the accounts; no statement reads the entries, of which there may be millions.
"""

import sqlite3
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import bindparam, case, func, select, text

from bridge.contracts.problems import ProblemState
from bridge.contracts.stores import FirstSync
from bridge.desk.statements import Statement
from bridge.desk.tables import WAITS_FOR_PUSH, account, problem, store
from bridge.desk.ticket_tables import IS_QUEUED, NEVER_DUE, ticket
from bridge.desk.values import from_ms, to_ms

_FIRST_SYNCS = Statement(select(store.c.name, store.c.first_sync))
_PROBLEMS = Statement(
    select(store.c.name, problem.c.kind, func.count())
    .join(store, store.c.id == problem.c.store_id)
    .where(problem.c.state == text(f"'{ProblemState.OPEN.value}'"))
    .group_by(store.c.name, problem.c.kind)
)
_WAITING = Statement(
    select(store.c.name, func.count())
    .select_from(account)
    .join(store, store.c.id == account.c.store_id)
    .where(WAITS_FOR_PUSH)
    .group_by(store.c.name)
)
_LEDGER = Statement(
    select(
        store.c.name,
        func.count(),
        func.sum(account.c.entries),
        func.sum(account.c.posted),
        func.sum(account.c.held),
        func.sum(case((account.c.frozen_ms.is_(None), text("0")), else_=text("1"))),
    )
    .select_from(account)
    .join(store, store.c.id == account.c.store_id)
    .group_by(store.c.name)
)
_IS_LATE = ticket.c.due_sort_ms <= bindparam("now_ms")
_QUEUED = Statement(
    select(
        store.c.name,
        func.count(),
        func.sum(case((_IS_LATE, text("1")), else_=text("0"))),
        func.sum(case((_IS_LATE, ticket.c.guaranteed), else_=text("0"))),
        func.nullif(func.min(ticket.c.due_sort_ms), NEVER_DUE),
    )
    .select_from(ticket)
    .join(store, store.c.id == ticket.c.store_id)
    .where(IS_QUEUED)
    .group_by(store.c.name)
)


class LedgerTotals(NamedTuple):
    """One store's books: how many accounts (and how many of them frozen) and entries, and their coins."""

    accounts: int = 0
    entries: int = 0
    posted: int = 0
    held: int = 0
    frozen: int = 0


class QueueTotals(NamedTuple):
    """One store's tickets that wait for staff: how many, of how many the answer is late, and was guaranteed besides.

    `first_due` is when the first answer is due, or was; None where none has a due time.
    """

    waiting: int = 0
    late: int = 0
    breached: int = 0
    first_due: datetime | None = None


class SqlCounts:
    """All by store name; a store with nothing to count is left out."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def first_syncs(self) -> dict[str, FirstSync]:
        """How far each known store's first sync is."""
        return {name: FirstSync(value) for name, value in _FIRST_SYNCS.rows(self._connection)}

    def open_problems(self) -> dict[str, dict[str, int]]:
        """Open problems by kind."""
        found: dict[str, dict[str, int]] = {}
        for name, kind, count in _PROBLEMS.rows(self._connection):
            found.setdefault(name, {})[kind] = count
        return found

    def waiting_pushes(self) -> dict[str, int]:
        """Accounts that the shop does not have in their newest state."""
        return dict(_WAITING.rows(self._connection))

    def ledger(self) -> dict[str, LedgerTotals]:
        """The totals of the books: one pass over all accounts, so ask for them no more often than they are shown."""
        return {name: LedgerTotals(*totals) for name, *totals in _LEDGER.rows(self._connection)}

    def queue(self, at: datetime) -> dict[str, QueueTotals]:
        """The tickets that wait for staff at a moment: one pass over these alone."""
        return {
            name: QueueTotals(waiting, late, breached, None if due is None else from_ms(due))
            for name, waiting, late, breached, due in _QUEUED.rows(self._connection, now_ms=to_ms(at))
        }
