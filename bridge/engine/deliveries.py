"""Delivering what plugins have queued: each plugin's messages one after another, until they are delivered.

A message that fails is tried again with growing pauses for a week; then staff get a problem. While a plugin fails for a
store, the store's other messages rest too, so that a server that is down is not asked once for every message. No plugin
waits for another, and what one store's receiver does holds up another's for one attempt at most. Messages to a store's
customers and all its others rest apart: while the shop is down nobody knows a customer's address, and staff must hear.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import NamedTuple

import structlog

from bridge.contracts.office import Delivery
from bridge.desk.deliveries import DeliveryState, Lanes, Queued
from bridge.desk.transaction import DeskTx
from bridge.engine.plugin_lines import (
    FIRST_PAUSE,
    GIVEN_UP_AFTER,
    PAGE,
    TOLD_AFTER,
    PluginLine,
    Workplace,
    due_again,
    pause_after,
    seconds_until,
)
from bridge.engine.telling import reason_of, told
from bridge.errors import DeliverLater, DeliveryNeedless, DeliveryRefused
from bridge.hooks.manager import DELIVER

log = structlog.get_logger()
LONGEST_REST_S = 300.0


class Lane(NamedTuple):
    """A store's messages to customers, or all its others."""

    store: str
    to_customers: bool

    @classmethod
    def of(cls, delivery: Delivery) -> "Lane":
        return cls(delivery.store, delivery.to is not None)


@dataclass(slots=True)
class _Trouble:
    """A lane in which a plugin fails: how often in a row, since when, and until when its messages rest."""

    since: datetime
    failures: int = 0
    rests_until: float = 0.0


class DeliveryLine(PluginLine):
    """One plugin's messages, one at a time. Those of a store that is switched off wait until it is on again."""

    HOOK, PIECES = DELIVER, "deliveries"

    def __init__(self, plugin: str, place: Workplace) -> None:
        super().__init__(plugin, place)
        self._troubles: dict[Lane, _Trouble] = {}

    async def one_pass(self) -> int:
        now = self._clock.now()
        due = await self._desk.read(lambda tx: tx.deliveries.due(self.plugin, self._at_work(), now, PAGE))
        tried = 0
        for queued in due:
            if self._stop.is_set():
                break
            if Lane.of(queued.delivery) not in self._resting():
                tried += 1
                await self._try(queued)
        return tried

    async def pause(self) -> float:
        due = await self._desk.read(lambda tx: tx.deliveries.next_due(self.plugin, self._at_work()))
        resting = self._resting()
        waits = [one.rests_until - time.monotonic() for lane, one in self._troubles.items() if lane in resting]
        return min([seconds_until(due, self._clock.now()), *(max(one, 0.0) for one in waits)])

    @property
    def failing(self) -> frozenset[str]:
        """The stores for which nothing can be delivered at the moment."""
        return frozenset(lane.store for lane in self._troubles)

    def _at_work(self) -> Lanes:
        """The lanes of the enabled stores but for those that rest."""
        resting, stores = self._resting(), list(self._stores())
        return Lanes(
            customers=[store for store in stores if Lane(store, to_customers=True) not in resting],
            others=[store for store in stores if Lane(store, to_customers=False) not in resting],
        )

    def _resting(self) -> frozenset[Lane]:
        moment = time.monotonic()
        return frozenset(lane for lane, trouble in self._troubles.items() if trouble.rests_until > moment)

    async def _try(self, queued: Queued) -> None:
        delivery = queued.delivery
        try:
            await self._hand(delivery=delivery)
        except DeliverLater as wish:
            now = self._clock.now()
            until = min(max(wish.until, now + FIRST_PAUSE), now + GIVEN_UP_AFTER)
            await self._note(lambda tx, _: tx.deliveries.later(queued, until, failed=False))
        except DeliveryNeedless:  # which proves nothing about the receiver
            await self._note(lambda tx, at: tx.deliveries.done(queued, at, state=DeliveryState.REFUSED))
        except DeliveryRefused as error:
            log.warning("delivery refused", plugin=self.plugin, key=delivery.key, reason=str(error))
            await self._note(partial(_refused, plugin=self.plugin, queued=queued, error=error))
        except Exception as error:  # a plugin may raise anything; it is tried again
            await self._failed(queued, error)
        else:
            self._troubles.pop(Lane.of(delivery), None)
            await self._note(partial(_delivered, plugin=self.plugin, queued=queued))

    async def _failed(self, queued: Queued, error: Exception) -> None:
        now = self._clock.now()
        trouble = self._troubles.setdefault(Lane.of(queued.delivery), _Trouble(now))
        rest = min(pause_after(trouble.failures).total_seconds(), LONGEST_REST_S)
        trouble.failures += 1
        trouble.rests_until = time.monotonic() + rest
        words = {"plugin": self.plugin, "key": queued.delivery.key, "attempt": queued.delivery.attempts + 1}
        log.warning("delivery failed", **words, **told(error))
        stuck_since = trouble.since if now - trouble.since >= TOLD_AFTER else None
        reason = reason_of(error)
        await self._note(partial(_postponed, plugin=self.plugin, queued=queued, reason=reason, stuck_since=stuck_since))

    async def _note(self, note: Callable[[DeskTx, datetime], None]) -> None:
        await self._desk.transact("note delivery", note, self._clock.now())


def _delivered(tx: DeskTx, at: datetime, *, plugin: str, queued: Queued) -> None:
    tx.deliveries.done(queued, at)
    store = queued.delivery.store
    over = [
        key
        for key in (_refusal_key(plugin, queued.delivery), _stuck_key(plugin, Lane.of(queued.delivery)))
        if tx.problems.open_under(store, key)
    ]
    if over:
        tx.problems.solve(store, over, at)


def _refused(tx: DeskTx, at: datetime, *, plugin: str, queued: Queued, error: DeliveryRefused) -> None:
    delivery = queued.delivery
    tx.deliveries.done(queued, at, state=DeliveryState.REFUSED)
    tx.problems.report(
        delivery.store,
        key=_refusal_key(plugin, delivery),
        kind="delivery_refused",
        summary=f"plugin {plugin}: {delivery.kind} for {delivery.receiver} can't be delivered: {error}",
        at=at,
    )


def _postponed(
    tx: DeskTx, at: datetime, *, plugin: str, queued: Queued, reason: str, stuck_since: datetime | None
) -> None:
    delivery = queued.delivery
    due = due_again(delivery.attempts, since=queued.created_at, at=at)
    if due is not None:
        tx.deliveries.later(queued, due, failed=True)
    else:
        tx.deliveries.done(queued, at, state=DeliveryState.REFUSED)
        _report_given_up(tx, at, plugin, delivery, reason)
    if stuck_since is not None:
        tx.problems.report(
            delivery.store,
            key=_stuck_key(plugin, Lane.of(delivery)),
            kind="deliveries_stuck",
            summary=f"plugin {plugin} has delivered nothing{' to customers' * (delivery.to is not None)} since "
            f"{stuck_since:%Y-%m-%d %H:%M} UTC: {reason}; what waits is delivered once that is mended",
            at=at,
        )


def _report_given_up(tx: DeskTx, at: datetime, plugin: str, delivery: Delivery, reason: str) -> None:
    """One problem a store and plugin, however many messages there are."""
    key = f"given-up:{plugin}"
    before = tx.problems.open_under(delivery.store, key)
    count = before.count + 1 if before else 1
    tx.problems.report(
        delivery.store,
        key=key,
        kind="delivery_given_up",
        summary=f"plugin {plugin}: {count} message{'s' * (count != 1)} could not be delivered for a week and "
        f"{'are' if count != 1 else 'is'} given up; last {delivery.kind} for {delivery.receiver}: {reason}",
        at=at,
    )


def _refusal_key(plugin: str, delivery: Delivery) -> str:
    return f"delivery:{plugin}:{delivery.receiver}"[:191]


def _stuck_key(plugin: str, lane: Lane) -> str:
    return f"deliveries:{plugin}:{'customers' if lane.to_customers else 'others'}"
