"""Delivering events to plugins: after the commit, at least once, each plugin alone.

A plugin that raises is tried again with growing pauses, up to a week; then the event becomes a problem for staff. It
neither undoes the event nor holds up other plugins or later events.
"""

import asyncio
from datetime import datetime, timedelta

import structlog

from bridge.contracts.clock import Clock
from bridge.desk.desk import Desk
from bridge.desk.outbox import Delivery
from bridge.desk.transaction import DeskTx
from bridge.engine.waiting import first_of
from bridge.hooks.dispatch import deliver, listeners
from bridge.hooks.manager import Plugins

log = structlog.get_logger()
PAGE = 100
FIRST_PAUSE = timedelta(seconds=5)
LONGEST_PAUSE = timedelta(hours=6)
MOST_ATTEMPTS = 40
SWEEP_S = 30.0
PATIENCE_S = 30.0
"""How long one plugin may take over one event."""


class OutboxDispatcher:
    """The one task that hands events to plugins."""

    def __init__(self, desk: Desk, plugins: Plugins, clock: Clock, stop: asyncio.Event) -> None:
        self._desk, self._plugins, self._clock, self._stop = desk, plugins, clock, stop
        self.wake = asyncio.Event()

    async def run(self) -> None:
        """Deliver until stopped."""
        while not self._stop.is_set():
            self.wake.clear()
            if await self.one_pass() == 0:
                await first_of(SWEEP_S, self._stop, self.wake)

    async def one_pass(self) -> int:
        """Deliver what is due; returns how many events were handled."""
        due = await self._desk.read(lambda tx: tx.outbox.due(self._clock.now(), PAGE))
        for delivery in due:
            had, retry_at = await self._deliver(delivery)
            await self._desk.transact("event delivered", _note, delivery, had, retry_at, at=self._clock.now())
            if self._stop.is_set():
                break
        return len(due)

    async def _deliver(self, delivery: Delivery) -> tuple[frozenset[str], datetime | None]:
        had = set(delivery.delivered_to)
        failed = False
        for name in listeners(self._plugins, delivery.hook):
            if name in had:
                continue
            try:
                async with asyncio.timeout(PATIENCE_S):
                    await deliver(self._plugins, delivery.hook, delivery.event, name)
            except Exception as error:  # a plugin may raise anything; the others must not suffer
                failed = True
                log.warning(
                    "plugin failed on an event",
                    plugin=name,
                    hook=delivery.hook,
                    key=delivery.event.key,
                    attempt=delivery.attempts + 1,
                    error=f"{type(error).__name__}: {error}",
                )
            else:
                had.add(name)
        if not failed or delivery.attempts + 1 >= MOST_ATTEMPTS:
            return frozenset(had), None
        pause = min(FIRST_PAUSE * 2 ** min(delivery.attempts, 20), LONGEST_PAUSE)
        return frozenset(had), self._clock.now() + pause


def _note(tx: DeskTx, delivery: Delivery, had: frozenset[str], retry_at: datetime | None, *, at: datetime) -> None:
    tx.outbox.delivered(delivery, had, retry_at=retry_at)
    if retry_at is None and delivery.attempts + 1 >= MOST_ATTEMPTS:
        tx.problems.report(
            delivery.event.store,
            key=f"event:{delivery.event.key}",
            kind="event_undelivered",
            summary=f"{delivery.hook} for {delivery.event.key} was given up after {MOST_ATTEMPTS} attempts",
            at=at,
        )
