"""The open transaction: the repositories over one connection."""

import sqlite3
from functools import cached_property

from bridge.desk.accounts import SqlAccounts, SqlStores
from bridge.desk.counts import SqlCounts
from bridge.desk.jobs import SqlJobs
from bridge.desk.ledger import SqlLedger
from bridge.desk.outbox import SqlOutbox
from bridge.desk.problems import SqlProblems
from bridge.desk.purchases import SqlPurchases
from bridge.desk.push import SqlPush
from bridge.desk.slices import SqlSlices
from bridge.desk.sync import SqlSync


class DeskTx:
    """Implements `bridge.contracts.desk.Tx`. Lives as long as its transaction: what it caches is true within it."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self.connection = connection
        self.stores = SqlStores(connection)

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
    def push(self) -> SqlPush:
        return SqlPush(self.connection, self.stores)

    @cached_property
    def jobs(self) -> SqlJobs:
        return SqlJobs(self.connection)

    @cached_property
    def counts(self) -> SqlCounts:
        return SqlCounts(self.connection)
