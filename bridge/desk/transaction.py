"""The open transaction: the repositories over one connection."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from functools import cached_property
from pathlib import Path

from bridge.desk.accounts import SqlAccounts, SqlStores
from bridge.desk.answers import SqlAnswers
from bridge.desk.audit import SqlAudit
from bridge.desk.connection import translated
from bridge.desk.counts import SqlCounts
from bridge.desk.deadlines import SqlDeadlines, SqlDowntimes, SqlNotices
from bridge.desk.deliveries import SqlDeliveries
from bridge.desk.disputes import SqlDisputes
from bridge.desk.files import SqlFiles
from bridge.desk.freezes import SqlFreezes
from bridge.desk.guests import SqlGuests
from bridge.desk.jobs import SqlJobs
from bridge.desk.ledger import SqlLedger
from bridge.desk.licences import SqlLicences
from bridge.desk.outbox import SqlOutbox
from bridge.desk.personal import SqlPersonalData
from bridge.desk.policies import SqlPolicies
from bridge.desk.problems import SqlProblems
from bridge.desk.purchases import SqlPurchases
from bridge.desk.push import SqlPush
from bridge.desk.quotes import SqlQuotes
from bridge.desk.rights import SqlPrices, SqlRedemptions
from bridge.desk.slices import SqlSlices
from bridge.desk.sync import SqlSync
from bridge.desk.threads import SqlThreads
from bridge.desk.tickets import SqlTickets
from bridge.errors import DeskUnusable, DeskUnwritable


class DeskTx:
    """Implements `bridge.contracts.desk.Tx`. Lives as long as its transaction: what it caches is true within it."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self.connection = connection
        self.stores = SqlStores(connection)

    @contextmanager
    def attempt(self) -> Iterator[None]:
        """Implements `bridge.contracts.desk.Tx.attempt`."""
        self.connection.execute("SAVEPOINT attempt")
        try:
            with translated(self._place):
                yield
        except DeskUnusable:
            raise
        except BaseException as error:
            if not self.connection.in_transaction:  # SQLite has taken all of it back
                raise DeskUnwritable(f"{self._place}: {error}") from error
            self.connection.execute("ROLLBACK TO attempt")
            self.connection.execute("RELEASE attempt")
            self.stores.forget()
            self.quotes.forget()
            raise
        self.connection.execute("RELEASE attempt")

    @property
    def earliest_deadline(self) -> datetime | None:
        """The first moment that a deadline was set for in this transaction, None where none was."""
        return self.deadlines.earliest if "deadlines" in self.__dict__ else None

    @property
    def sync_changed(self) -> bool:
        """Whether something was written that the reading of a shop goes by: states, cursors, orders, problems."""
        return self.stores.changed or any(
            part in self.__dict__ and self.__dict__[part].changed for part in ("sync", "problems")
        )

    @cached_property
    def _place(self) -> Path:
        return Path(self.connection.execute("PRAGMA database_list").fetchone()[2])

    @cached_property
    def accounts(self) -> SqlAccounts:
        return SqlAccounts(self.connection, self.stores)

    @cached_property
    def ledger(self) -> SqlLedger:
        return SqlLedger(self.connection, self.stores)

    @cached_property
    def purchases(self) -> SqlPurchases:
        return SqlPurchases(self.connection, self.stores)

    @cached_property
    def licences(self) -> SqlLicences:
        return SqlLicences(self.connection, self.stores)

    @cached_property
    def sync(self) -> SqlSync:
        return SqlSync(self.connection, self.stores)

    @cached_property
    def slices(self) -> SqlSlices:
        return SqlSlices(self.connection, self.stores)

    @cached_property
    def problems(self) -> SqlProblems:
        return SqlProblems(self.connection, self.stores)

    @cached_property
    def outbox(self) -> SqlOutbox:
        return SqlOutbox(self.connection)

    @cached_property
    def deliveries(self) -> SqlDeliveries:
        return SqlDeliveries(self.connection, self.stores)

    @cached_property
    def push(self) -> SqlPush:
        return SqlPush(self.connection, self.stores)

    @cached_property
    def jobs(self) -> SqlJobs:
        return SqlJobs(self.connection)

    @cached_property
    def counts(self) -> SqlCounts:
        return SqlCounts(self.connection)

    @cached_property
    def tickets(self) -> SqlTickets:
        return SqlTickets(self.connection, self.stores)

    @cached_property
    def threads(self) -> SqlThreads:
        return SqlThreads(self.connection, self.stores)

    @cached_property
    def policies(self) -> SqlPolicies:
        return SqlPolicies(self.connection, self.stores)

    @cached_property
    def quotes(self) -> SqlQuotes:
        return SqlQuotes(self.connection, self.stores)

    @cached_property
    def answers(self) -> SqlAnswers:
        return SqlAnswers(self.connection, self.stores)

    @cached_property
    def deadlines(self) -> SqlDeadlines:
        return SqlDeadlines(self.connection, self.stores)

    @cached_property
    def notices(self) -> SqlNotices:
        return SqlNotices(self.connection, self.stores)

    @cached_property
    def downtimes(self) -> SqlDowntimes:
        return SqlDowntimes(self.connection)

    @cached_property
    def prices(self) -> SqlPrices:
        return SqlPrices(self.connection, self.stores)

    @cached_property
    def redemptions(self) -> SqlRedemptions:
        return SqlRedemptions(self.connection, self.stores)

    @cached_property
    def guests(self) -> SqlGuests:
        return SqlGuests(self.connection, self.stores)

    @cached_property
    def freezes(self) -> SqlFreezes:
        return SqlFreezes(self.connection)

    @cached_property
    def disputes(self) -> SqlDisputes:
        return SqlDisputes(self.connection, self.stores)

    @cached_property
    def personal(self) -> SqlPersonalData:
        return SqlPersonalData(self.connection, self.stores)

    @cached_property
    def files(self) -> SqlFiles:
        return SqlFiles(self.connection, self.stores)

    @cached_property
    def audit(self) -> SqlAudit:
        return SqlAudit(self.connection, self.stores)
