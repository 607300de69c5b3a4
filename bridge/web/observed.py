"""What the private pages may look at, and one look at it.

A look is plain numbers and words: no customer, no order, no secret (rule D1). The desk is asked on its reading
connection and off the loop; a desk that can't be read makes the look say so instead of failing the page.
"""

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from bridge.contracts.clock import Clock
from bridge.contracts.stores import FirstSync
from bridge.desk import versions
from bridge.desk.counts import LedgerTotals, QueueTotals
from bridge.desk.desk import Desk
from bridge.desk.transaction import DeskTx
from bridge.desk.versions import DeskIdentity
from bridge.engine.health import StoreHealth, Work
from bridge.engine.store_runner import StoreRunner
from bridge.engine.watchdog import Watchdog
from bridge.errors import BridgeError, DeskError
from bridge.web.public_traffic import PublicTraffic
from bridge.web.queue_totals import KeptTotals, Totals


@dataclass(frozen=True, slots=True)
class StoreLook:
    """One enabled store at one moment."""

    health: StoreHealth
    paired: bool
    push_cause: str
    first_sync: FirstSync = FirstSync.PENDING
    pushes_waiting: int = 0
    problems: Mapping[str, int] = field(default_factory=dict)
    ledger: LedgerTotals | None = None
    queue: QueueTotals | None = None
    first_due_seconds: float | None = None
    """Until the first answer that is owed is due, below 0 since it was; None where none is."""


@dataclass(frozen=True, slots=True)
class Look:
    """Everything at one moment. `desk` is None where the desk can't be read; `desk_cause` says why then."""

    stores: Mapping[str, StoreLook]
    stuck: tuple[str, ...]
    loop_delay_seconds: float
    desk: DeskIdentity | None = None
    desk_cause: str = ""
    backup_age_seconds: float | None = None
    outbox_waiting: int | None = None
    messages_waiting: Mapping[str, int] | None = None
    """The plugins' messages that have not been delivered, by plugin."""
    receipts_waiting: Mapping[str, int] | None = None
    """What came from outside and has not been handled, by plugin."""
    traffic: PublicTraffic | None = None
    """Of the public pages; None where there are none."""

    @property
    def ok(self) -> bool:
        """Whether each enabled store is well, read by a daemon that is alive and can read its books."""
        return self.desk is not None and not self.stuck and all(one.health.ok for one in self.stores.values())


class _DeskCounts(NamedTuple):
    identity: DeskIdentity
    outbox_waiting: int
    messages_waiting: Mapping[str, int]
    receipts_waiting: Mapping[str, int]
    first_syncs: Mapping[str, FirstSync]
    pushes_waiting: Mapping[str, int]
    problems: Mapping[str, Mapping[str, int]]
    ledger: Mapping[str, LedgerTotals]


@dataclass(frozen=True, slots=True)
class Observed:
    """The live parts of the daemon. `runners` is the daemon's own dictionary: stores come and go in it.

    `traffic` is what the public pages count into, None where there are none.
    """

    desk: Desk
    runners: Mapping[str, StoreRunner]
    watchdog: Watchdog
    clock: Clock
    traffic: PublicTraffic | None = None
    queues: KeptTotals = field(default_factory=KeptTotals)

    def stuck(self) -> tuple[str, ...]:
        """The parts that show no life."""
        return tuple(self.watchdog.stuck(time.monotonic()))

    async def look(self, *, with_ledger: bool = False) -> Look:
        """Look once; the ledger's totals cost a pass over all accounts and are left out unless asked for."""
        counts: _DeskCounts | None = None
        queues: Totals = {}
        cause, now = "", self.clock.now()
        try:
            queues = await self.queues.look(self.desk, now)
            counts = await self.desk.read(_counted, with_ledger=with_ledger)
        except DeskError as error:
            cause = str(error)
        stores = {name: _store_look(name, runner, counts, queues, now) for name, runner in sorted(self.runners.items())}
        loop_delay = self.watchdog.loop_delay_seconds
        if counts is None:
            return Look(stores, self.stuck(), loop_delay, desk_cause=cause, traffic=self.traffic)
        backed_up = counts.identity.backed_up_at
        return Look(
            stores,
            self.stuck(),
            loop_delay,
            desk=counts.identity,
            backup_age_seconds=(now - backed_up).total_seconds() if backed_up else None,
            outbox_waiting=counts.outbox_waiting,
            messages_waiting=counts.messages_waiting,
            receipts_waiting=counts.receipts_waiting,
            traffic=self.traffic,
        )


def _counted(tx: DeskTx, *, with_ledger: bool) -> _DeskCounts:
    return _DeskCounts(
        versions.identity(tx.connection),
        tx.outbox.count(),
        tx.deliveries.waiting(),
        tx.receipts.waiting(),
        tx.counts.first_syncs(),
        tx.counts.waiting_pushes(),
        tx.counts.open_problems(),
        tx.counts.ledger() if with_ledger else {},
    )


def _store_look(name: str, runner: StoreRunner, counts: _DeskCounts | None, queues: Totals, now: datetime) -> StoreLook:
    paired, cause = _pairing(runner)
    failure = runner.health.failures.get(Work.PUSHING)
    cause = cause or (str(failure) if failure else "")
    if counts is None:
        return StoreLook(runner.health, paired, cause)
    queue = queues.get(name, QueueTotals())
    return StoreLook(
        runner.health,
        paired,
        cause,
        counts.first_syncs.get(name, FirstSync.PENDING),
        counts.pushes_waiting.get(name, 0),
        counts.problems.get(name, {}),
        counts.ledger.get(name, LedgerTotals()),
        queue,
        None if queue.first_due is None else (queue.first_due - now).total_seconds(),
    )


def _pairing(runner: StoreRunner) -> tuple[bool, str]:
    try:
        paired = runner.paired
    except BridgeError as error:
        return False, str(error)
    return paired, "" if paired else f"no key yet: bridge store pair {runner.setup.name}"
