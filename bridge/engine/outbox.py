"""Delivering events to plugins: after the commit, at least once, each plugin alone.

A plugin that raises is tried again with growing pauses, up to a week; then the event becomes a problem for staff. It
neither undoes the event nor holds up other plugins or later events.
"""

import asyncio
from datetime import datetime
from typing import NamedTuple

import structlog

from bridge.contracts.clock import Clock
from bridge.desk.desk import Desk
from bridge.desk.outbox import LONGEST_PAUSE, Delivery
from bridge.desk.transaction import DeskTx
from bridge.engine.plugin_lines import FIRST_PAUSE, seconds_until
from bridge.engine.supervising import unless_cancelled
from bridge.engine.telling import told
from bridge.engine.waiting import first_of
from bridge.hooks.dispatch import deliver, listeners
from bridge.hooks.manager import Plugins

log = structlog.get_logger()
PAGE = 100
MOST_ATTEMPTS = 40
PATIENCE_S = 30.0
"""How long one plugin may take over one event."""


class _Outcome(NamedTuple):
    """Who has the event now; when it is tried again, or who goes without it for good."""

    had: frozenset[str]
    retry_at: datetime | None = None
    missed: tuple[str, ...] = ()


class OutboxDispatcher:
    """The one task that hands events to plugins."""

    def __init__(
        self,
        desk: Desk,
        plugins: Plugins,
        clock: Clock,
        stop: asyncio.Event,
        *,
        patience_seconds: float = PATIENCE_S,
    ) -> None:
        self._desk, self._plugins, self._clock, self._stop = desk, plugins, clock, stop
        self._patience = patience_seconds
        self.wake = asyncio.Event()

    async def run(self) -> None:
        """Deliver until stopped."""
        while not self._stop.is_set():
            self.wake.clear()
            if await self.one_pass() == 0:
                await first_of(await self._pause(), self._stop, self.wake)

    async def one_pass(self) -> int:
        """Deliver what is due, oldest first; returns how many events were handled.

        A plugin that did not answer in time is left out for the rest of the pass and tried again later, so that it
        holds up the others once and not with every event.
        """
        due = await self._desk.read(lambda tx: tx.outbox.due(self._clock.now(), PAGE))
        silent: set[str] = set()
        for delivery in due:
            outcome = await self._deliver(delivery, silent)
            await self._desk.transact("event delivered", _note, delivery, outcome, at=self._clock.now())
            if self._stop.is_set():
                break
        return len(due)

    async def _pause(self) -> float:
        """Seconds until the next retry is due, at most the sweep's."""
        due = await self._desk.read(lambda tx: tx.outbox.next_due())
        return seconds_until(due, self._clock.now())

    async def _deliver(self, delivery: Delivery, silent: set[str]) -> _Outcome:
        wanted = [name for name in listeners(self._plugins, delivery.hook) if name not in delivery.delivered_to]
        answers = await asyncio.gather(*(self._hand(delivery, name, silent) for name in wanted))
        had = delivery.delivered_to | {name for name, answer in zip(wanted, answers, strict=True) if answer}
        if all(answers):
            return _Outcome(had)
        if delivery.attempts + 1 >= MOST_ATTEMPTS:
            return _Outcome(had, missed=tuple(sorted(set(wanted) - had)))
        pause = min(FIRST_PAUSE * 2 ** min(delivery.attempts, 20), LONGEST_PAUSE)
        return _Outcome(had, retry_at=self._clock.now() + pause)

    async def _hand(self, delivery: Delivery, name: str, silent: set[str]) -> bool:
        """Hand the event to one plugin; whether it took it."""
        if name in silent:
            return False
        patience = asyncio.timeout(self._patience)
        try:
            async with patience:
                await unless_cancelled(deliver(self._plugins, delivery.hook, delivery.event, name))
        except Exception as error:  # a plugin may raise anything; the others must not suffer
            if patience.expired():
                silent.add(name)
            log.warning(
                "plugin failed on an event",
                plugin=name,
                hook=delivery.hook,
                key=delivery.event.key,
                attempt=delivery.attempts + 1,
                **told(error),
            )
            return False
        return True


def _note(tx: DeskTx, delivery: Delivery, outcome: _Outcome, *, at: datetime) -> None:
    tx.outbox.delivered(delivery, outcome.had, retry_at=outcome.retry_at)
    if outcome.missed:
        tx.problems.report(
            delivery.event.store,
            key=f"event:{delivery.event.key}",
            kind="event_undelivered",
            summary=f"{delivery.hook} for {delivery.event.key} was given up after {MOST_ATTEMPTS} attempts; "
            f"without it: {', '.join(outcome.missed)}",
            at=at,
        )
