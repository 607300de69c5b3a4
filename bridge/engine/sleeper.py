"""The sleeper: waits for the earliest deadline, fires what is due, and beats the desk's heart meanwhile.

Deadlines live in an indexed table, so a million of them cost one task that sleeps. It looks up at least twice a minute,
because a machine's clock can be changed; and it is woken by whoever sets a deadline that is nearer than its sleep is
long, a command of another process included. It always beats before it fires: what a down-time has moved is not over.
"""

import asyncio
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog

from bridge.contracts.clock import Clock
from bridge.contracts.tickets import BehindKey
from bridge.desk.desk import Desk
from bridge.desk.transaction import DeskTx
from bridge.domain.desk_terms import DeskTerms
from bridge.domain.downtime import Gap
from bridge.domain.work_time import Reading
from bridge.engine.bells import Bell
from bridge.engine.waiting import first_of
from bridge.errors import DeskDamaged, DeskUnusable
from bridge.services import firing, heartbeat, licence_freshness
from bridge.services.firing import Fired
from bridge.services.ticket_standing import catch_up
from bridge.services.timers import arm_all

log = structlog.get_logger()
BEAT_S = 30.0
LONGEST_SLEEP = timedelta(seconds=BEAT_S)


@dataclass(slots=True)
class _Following:
    """How far the tickets of a store have been worked out by its settings."""

    terms: DeskTerms
    after: BehindKey | None = None
    done: bool = False


class Sleeper:
    """The one task that fires deadlines. `terms` are those of the enabled stores.

    `on_fired` is called with the stores that something may have happened at; `wake` has it look at once.
    """

    def __init__(
        self,
        desk: Desk,
        clock: Clock,
        stop: asyncio.Event,
        *,
        terms: Callable[[], Mapping[str, DeskTerms]],
        on_fired: Callable[[Collection[str]], None] = lambda _: None,
    ) -> None:
        self._desk, self._clock, self._stop = desk, clock, stop
        self._terms, self._on_fired = terms, on_fired
        self._beaten = -BEAT_S
        self._asleep_until: datetime | None = None
        self._following: dict[str, _Following] = {}
        self.wake = Bell()

    async def start(self, selling_licences: Sequence[str] = ()) -> None:
        """Beat for the first time, before anybody acts on what may have ended while the desk was down.

        Before that the shops of the stores that sell licences count as lost: what the desk has missed counts too (L7).
        A desk that can't be written keeps nobody: nothing can be booked then, and the beat comes first once it can.
        Raises `DeskDamaged`.
        """
        self._desk.listen_deadlines(self.deadline_set)
        try:
            await self._desk.transact("shops lost", licence_freshness.begin, selling_licences)
            await self._beat()
        except DeskDamaged:
            raise
        except DeskUnusable:  # told once for everybody who works at the desk
            pass

    async def run(self) -> None:
        """Beat and fire until stopped."""
        while not self._stop.is_set():
            self.wake.clear()
            self._asleep_until = None
            pause = await self.one_pass()
            self._asleep_until = self._clock.now() + timedelta(seconds=pause)
            await first_of(pause, self._stop, self.wake)

    async def one_pass(self) -> float:
        """Fire everything that is due, and follow new settings; returns seconds until there is something to do."""
        while not self._stop.is_set():
            if time.monotonic() - self._beaten >= BEAT_S:
                await self._beat()
            terms = self._terms()
            more = await self._catch_up(terms)
            found = await self._desk.read(_first_due, tuple(terms))
            earliest, now = min(found.values(), default=None), self._clock.reading()
            if earliest is not None and earliest <= now.at:
                await self._fire(terms, now)
            elif not more:
                return self._pause(earliest, now.at)
        return 0.0

    async def _catch_up(self, terms: Mapping[str, DeskTerms]) -> bool:
        """Work out a page of tickets of each store whose settings are new; returns whether there are more.

        A page at a time, because what is due waits meanwhile. It fires by the new settings also where its ticket's turn
        has not come yet.
        """
        more = False
        for store, mine in terms.items():
            following = self._following.get(store)
            if following is None or following.terms is not mine:
                following = self._following[store] = _Following(mine)
            if not following.done:
                await self._follow(store, following)
                more |= not following.done
        return more

    async def _follow(self, store: str, following: _Following) -> None:
        done = await self._desk.transact(
            "follow the settings of tickets", catch_up, following.terms, at=self._clock.now(), after=following.after
        )
        for ticket, error in done.failures:
            log.error("a ticket can't be worked out", store=store, ticket=ticket, exc_info=error)
        following.after, following.done = done.last, done.last is None
        if done.count:
            self._on_fired((store,))

    async def after_silence(self) -> None:
        """Make a gap good that only the clock shows yet: a machine that slept wakes between two beats (rule C5).

        For whoever is about to decide something by the clock; where the heart has beaten it costs one look.
        """
        if await self._desk.read(heartbeat.is_silent, self._clock.now()):
            await self._beat()

    def deadline_set(self, earliest: datetime) -> None:
        """A deadline was set: look again if it is nearer than the end of the sleep."""
        if earliest < (self._asleep_until or self._clock.now() + LONGEST_SLEEP):
            self.wake.set()

    def _pause(self, earliest: datetime | None, now: datetime) -> float:
        to_beat = max(self._beaten + BEAT_S - time.monotonic(), 0.0)
        return to_beat if earliest is None else min(to_beat, (earliest - now).total_seconds())

    async def _beat(self) -> None:
        gap = await self._desk.transact("heartbeat", _beat, self._terms(), self._clock.reading())
        self._beat_done(gap)

    async def _fire(self, terms: Mapping[str, DeskTerms], now: Reading) -> None:
        gap, fired = await self._desk.transact("fire deadlines", _beat_and_fire, terms, now)
        self._beat_done(gap)
        for deadline, error in fired.failures:
            log.error(
                "a deadline can't be fired, it is tried again in an hour",
                store=deadline.store,
                kind=str(deadline.kind),
                ref=deadline.ref,
                exc_info=error,
            )
        self._on_fired(fired.stores)

    def _beat_done(self, gap: Gap | None) -> None:
        self._beaten = time.monotonic()
        if gap is not None:
            log.warning(
                "the desk was down; what ended meanwhile ends a day from now",
                since=gap.since.isoformat(),
                until=gap.until.isoformat(),
            )
            if stores := tuple(self._terms()):  # none has started yet when the daemon does
                self._on_fired(stores)


def _first_due(tx: DeskTx, stores: tuple[str, ...]) -> dict[str, datetime]:
    return tx.deadlines.first_due(stores)


def _beat(tx: DeskTx, terms: Mapping[str, DeskTerms], now: Reading) -> Gap | None:
    """Timers go by a counter, their deadlines by the clock: where that was set, a beat puts these right."""
    gap = heartbeat.beat(tx, now.at)
    arm_all(tx, terms, now)
    return gap


def _beat_and_fire(tx: DeskTx, terms: Mapping[str, DeskTerms], now: Reading) -> tuple[Gap | None, Fired]:
    """A machine that slept has no gap in its own reckoning: the clock's is found before anything ends by it."""
    return heartbeat.beat(tx, now.at), firing.fire_due(tx, terms, at=now.at, now=now)
