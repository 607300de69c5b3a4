"""The open transaction: the repositories over one connection."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any, Generic, TypeVar

from bridge.desk.accounts import SqlAccounts, SqlStores
from bridge.desk.agreements import SqlAgreements
from bridge.desk.answers import SqlAnswers
from bridge.desk.audit import SqlAudit
from bridge.desk.bills import SqlBills
from bridge.desk.chat_contacts import SqlChatContacts
from bridge.desk.connection import translated
from bridge.desk.contacts import SqlContacts
from bridge.desk.conversations import SqlConversations
from bridge.desk.counts import SqlCounts
from bridge.desk.deadlines import SqlDeadlines, SqlDowntimes, SqlNotices
from bridge.desk.deliveries import SqlDeliveries
from bridge.desk.disputes import SqlDisputes
from bridge.desk.files import SqlFiles
from bridge.desk.freezes import SqlFreezes
from bridge.desk.guests import SqlGuests
from bridge.desk.jobs import SqlJobs
from bridge.desk.lasting import Lasting
from bridge.desk.ledger import SqlLedger
from bridge.desk.licence_rows import SqlLicenceRows
from bridge.desk.licences import SqlLicences
from bridge.desk.order_payments import SqlOrderPayments
from bridge.desk.outbox import SqlOutbox
from bridge.desk.personal import SqlPersonalData
from bridge.desk.policies import SqlPolicies
from bridge.desk.problems import SqlProblems
from bridge.desk.purchases import SqlPurchases
from bridge.desk.push import SqlPush
from bridge.desk.quotes import SqlQuotes
from bridge.desk.receipts import SqlReceipts
from bridge.desk.rights import SqlPrices, SqlRedemptions
from bridge.desk.slices import SqlSlices
from bridge.desk.sync import SqlSync
from bridge.desk.threads import SqlThreads
from bridge.desk.tickets import SqlTickets
from bridge.desk.work_time import SqlWorkTime
from bridge.errors import DeskUnusable, DeskUnwritable

T = TypeVar("T")


class _Part(Generic[T]):
    """A part of the transaction that is made when it is first asked for, and stays.

    An action asks for ten of them once; `functools.cached_property` would take a lock for each.
    """

    def __init__(self, make: Callable[[Any], T]) -> None:
        self._make, self._name, self.__doc__ = make, make.__name__, make.__doc__

    def __get__(self, tx: Any, owner: type) -> T:
        made: T = self._make(tx)
        tx.__dict__[self._name] = made
        return made


def _part(make: Callable[[Any], T]) -> _Part[T]:
    return _Part(make)


class DeskTx:
    """Implements `bridge.contracts.desk.Tx`. Lives as long as its transaction: what it caches is true within it.

    What is `lasting` it takes over from the transactions before it.
    """

    def __init__(self, connection: sqlite3.Connection, lasting: Lasting | None = None) -> None:
        self.connection = connection
        self._lasting = Lasting() if lasting is None else lasting
        self.stores = SqlStores(connection, self._lasting)

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
            self._lasting.forget()
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

    @_part
    def _place(self) -> Path:
        return Path(self.connection.execute("PRAGMA database_list").fetchone()[2])

    @_part
    def accounts(self) -> SqlAccounts:
        return SqlAccounts(self.connection, self.stores)

    @_part
    def ledger(self) -> SqlLedger:
        return SqlLedger(self.connection, self.stores)

    @_part
    def purchases(self) -> SqlPurchases:
        return SqlPurchases(self.connection, self.stores)

    @_part
    def licences(self) -> SqlLicences:
        return SqlLicences(self.connection, self.stores)

    @_part
    def licence_rows(self) -> SqlLicenceRows:
        return SqlLicenceRows(self.connection, self.stores)

    @_part
    def sync(self) -> SqlSync:
        return SqlSync(self.connection, self.stores)

    @_part
    def slices(self) -> SqlSlices:
        return SqlSlices(self.connection, self.stores)

    @_part
    def problems(self) -> SqlProblems:
        return SqlProblems(self.connection, self.stores)

    @_part
    def outbox(self) -> SqlOutbox:
        return SqlOutbox(self.connection)

    @_part
    def deliveries(self) -> SqlDeliveries:
        return SqlDeliveries(self.connection, self.stores)

    @_part
    def push(self) -> SqlPush:
        return SqlPush(self.connection, self.stores)

    @_part
    def jobs(self) -> SqlJobs:
        return SqlJobs(self.connection)

    @_part
    def counts(self) -> SqlCounts:
        return SqlCounts(self.connection)

    @_part
    def tickets(self) -> SqlTickets:
        return SqlTickets(self.connection, self.stores)

    @_part
    def threads(self) -> SqlThreads:
        return SqlThreads(self.connection, self.stores)

    @_part
    def policies(self) -> SqlPolicies:
        return SqlPolicies(self.connection, self.stores, self._lasting)

    @_part
    def quotes(self) -> SqlQuotes:
        return SqlQuotes(self.connection, self.stores)

    @_part
    def answers(self) -> SqlAnswers:
        return SqlAnswers(self.connection, self.stores)

    @_part
    def deadlines(self) -> SqlDeadlines:
        return SqlDeadlines(self.connection, self.stores)

    @_part
    def notices(self) -> SqlNotices:
        return SqlNotices(self.connection, self.stores)

    @_part
    def downtimes(self) -> SqlDowntimes:
        return SqlDowntimes(self.connection)

    @_part
    def prices(self) -> SqlPrices:
        return SqlPrices(self.connection, self.stores)

    @_part
    def redemptions(self) -> SqlRedemptions:
        return SqlRedemptions(self.connection, self.stores)

    @_part
    def guests(self) -> SqlGuests:
        return SqlGuests(self.connection, self.stores)

    @_part
    def freezes(self) -> SqlFreezes:
        return SqlFreezes(self.connection)

    @_part
    def disputes(self) -> SqlDisputes:
        return SqlDisputes(self.connection, self.stores)

    @_part
    def personal(self) -> SqlPersonalData:
        return SqlPersonalData(self.connection, self.stores)

    @_part
    def chat_contacts(self) -> SqlChatContacts:
        return SqlChatContacts(self.connection, self.stores)

    @_part
    def conversations(self) -> SqlConversations:
        return SqlConversations(self.connection, self.stores)

    @_part
    def receipts(self) -> SqlReceipts:
        return SqlReceipts(self.connection)

    @_part
    def files(self) -> SqlFiles:
        return SqlFiles(self.connection, self.stores)

    @_part
    def contacts(self) -> SqlContacts:
        return SqlContacts(self.connection, self.stores)

    @_part
    def agreements(self) -> SqlAgreements:
        return SqlAgreements(self.connection, self.stores)

    @_part
    def work_time(self) -> SqlWorkTime:
        return SqlWorkTime(self.connection, self.stores)

    @_part
    def bills(self) -> SqlBills:
        return SqlBills(self.connection, self.stores)

    @_part
    def order_payments(self) -> SqlOrderPayments:
        return SqlOrderPayments(self.connection, self.stores)

    @_part
    def audit(self) -> SqlAudit:
        return SqlAudit(self.connection, self.stores)
