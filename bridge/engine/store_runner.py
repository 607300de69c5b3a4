"""One supervised store: its adapter, its reading, answering, pushing and comparing, started and stopped together.

Whatever goes wrong in one store stays there: an unexpected error is logged with its trace and the store starts again
after a pause, while every other store goes on.
"""

import asyncio
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Protocol

import structlog

from bridge.contracts.clock import Clock
from bridge.contracts.shop import ShopAdapter
from bridge.contracts.shop_rows import SigningKey
from bridge.desk.desk import Desk
from bridge.desk.file_store import FileStore, beside
from bridge.engine.bells import Bell
from bridge.engine.freshness import Sight
from bridge.engine.health import StoreHealth, Work
from bridge.engine.inbox import Inbox
from bridge.engine.intake import Intake
from bridge.engine.licence_round import LicenceRound
from bridge.engine.native_threads import NativeThreads
from bridge.engine.notes import DeskNotes
from bridge.engine.pusher import Pusher
from bridge.engine.reconciler import Reconciler
from bridge.engine.setup import StoreSetup
from bridge.engine.supervising import finished, supervised, unless_cancelled
from bridge.engine.waiting import first_of, nothing
from bridge.errors import BridgeError, DeskUnusable, ShopError

log = structlog.get_logger()
PAUSE_AFTER_CRASH_S = 5.0
STOP_GRACE_S = 4.0
"""How long a store may finish its pass when told to stop; then it is cancelled, which loses nothing."""
APART = 0.5
"""How far apart the reading and the answering side have their turns, as a share of the time between two of them."""
ABANDON_S = 1.5
"""How long a cancelled store may take to close its connections."""


class Side(Protocol):
    """One side of a store's work."""

    async def run(self) -> None: ...


class StoreRunner:
    """Runs one store until stopped. `phase` says when it has its turn among others, as a share of the time between."""

    def __init__(
        self,
        setup: StoreSetup,
        connect: Callable[[], ShopAdapter],
        desk: Desk,
        clock: Clock,
        *,
        keys: Callable[[], tuple[SigningKey, ...]],
        on_booked: Callable[[], None] = lambda: None,
        after_silence: Callable[[], Awaitable[None]] = nothing,
        contents: FileStore | None = None,
        phase: float = 0.0,
        sight: Sight | None = None,
    ) -> None:
        self.setup, self._connect, self._desk, self._clock = setup, connect, desk, clock
        self._keys, self._on_booked, self._after_silence, self._phase = keys, on_booked, after_silence, phase
        self._contents, self._sight = contents or beside(desk.path), sight
        self.health = StoreHealth(setup.name, setup.settings.limits.stale_after_seconds)
        self._notes = DeskNotes(clock, self.health)
        self.stop = Bell()
        self.accounts_changed = Bell()
        self.compare = Bell()
        self._touched = Bell()
        self._posted = Bell()
        self.threads_changed = Bell()
        self.licences_changed = Bell()
        self._task: asyncio.Task[None] | None = None
        self.adapter: ShopAdapter | None = None
        """The store's own adapter, while it runs."""

    @property
    def paired(self) -> bool:
        """Whether the store has a key; without one nothing can be pushed."""
        return bool(self._keys())

    def start(self) -> None:
        """Start the store's task."""
        name = f"store {self.setup.name}"
        self._task = asyncio.create_task(supervised(name, self._attend, self.stop), name=name)

    async def finish(self) -> None:
        """Stop after the pass under way, or abandon it after a grace; never raises."""
        self.stop.set()
        if self._task is not None:
            await finished([self._task], grace_seconds=STOP_GRACE_S, patience_seconds=ABANDON_S)

    async def _attend(self) -> None:
        adapter = await self._connected()
        if adapter is None:
            return
        self.adapter = adapter
        try:
            async with asyncio.TaskGroup() as sides:
                for work, side in self._sides(adapter).items():
                    name = f"{work} {self.setup.name}"
                    sides.create_task(self._keep(work, partial(side, adapter)), name=name)
        finally:
            self.adapter = None
            await adapter.close()

    def _sides(self, adapter: ShopAdapter) -> dict[Work, Callable[[ShopAdapter], Side]]:
        serves = adapter.threads_shop is not None and self.setup.settings.tickets.shop_service
        threads: dict[Work, Callable[[ShopAdapter], Side]] = {Work.THREADS: self._threads} if serves else {}
        mapped = self.setup.licence_table is not None and adapter.licences_shop is not None
        licences: dict[Work, Callable[[ShopAdapter], Side]] = {Work.LICENCES: self._licences} if mapped else {}
        return (
            threads
            | licences
            | {
                Work.READING: self._intake,
                Work.ANSWERING: self._inbox,
                Work.PUSHING: self._pusher,
                Work.COMPARING: self._reconciler,
            }
        )

    async def _connected(self) -> ShopAdapter | None:
        """The store's adapter, asked for until there is one; None when told to stop before."""
        while not self.stop.is_set():
            try:
                return self._connect()
            except Exception as error:  # a plugin or a password that has gone since the start: told, tried again
                await self._crashed(Work.READING, error)
        return None

    async def _keep(self, work: Work, side: Callable[[], Side]) -> None:
        """Run one side until stopped; what is not the shop's fault begins it anew and leaves the others alone."""
        while not self.stop.is_set():
            try:
                await unless_cancelled(side().run())
            except Exception as error:  # the boundary of a store: nothing of it reaches another
                if not (isinstance(error, ShopError) and self.stop.is_set()):
                    await self._crashed(work, error)

    async def _crashed(self, work: Work, error: Exception) -> None:
        """Tell it, with its trace the first time; its words may be a customer's, so the health page gets its kind."""
        unexpected = BridgeError(f"unexpected {type(error).__name__}, its trace is in the log")
        known = error if isinstance(error, BridgeError) else unexpected
        fresh = self.health.failed(work, known)
        if not isinstance(error, DeskUnusable):  # which is told once for all stores
            log.error(
                "store failed, starting it again",
                store=self.setup.name,
                work=work.value,
                cause=str(known),
                exc_info=fresh,
            )
        await first_of(PAUSE_AFTER_CRASH_S, self.stop)

    def _common(self, adapter: ShopAdapter) -> tuple[StoreSetup, ShopAdapter, Desk, Clock, StoreHealth, asyncio.Event]:
        """What every side is made from, in the order in which it takes it."""
        return self.setup, adapter, self._desk, self._clock, self.health, self.stop

    def _intake(self, adapter: ShopAdapter) -> Intake:
        return Intake(
            *self._common(adapter),
            on_booked=self._booked,
            wake=self._touched,
            on_hint=self._hinted,
            phase=self._phase,
            sight=self._sight if self.setup.licence_table is None else None,
        )

    def _inbox(self, adapter: ShopAdapter) -> Inbox:
        return Inbox(
            *self._common(adapter),
            keys=self._keys,
            wake=self._posted,
            on_handled=self._booked,
            after_silence=self._after_silence,
            contents=self._contents,
            phase=self._phase + APART,
        )

    def _reconciler(self, adapter: ShopAdapter) -> Reconciler:
        return Reconciler(
            *self._common(adapter),
            bell=self.compare,
            on_found=self._touched,
            on_changed=self.accounts_changed.set,
        )

    def _pusher(self, adapter: ShopAdapter) -> Pusher:
        return Pusher(
            *self._common(adapter),
            keys=self._keys,
            wake=self.accounts_changed,
            notes=self._notes,
            contents=self._contents,
        )

    def _licences(self, adapter: ShopAdapter) -> LicenceRound:
        return LicenceRound(
            *self._common(adapter),
            wake=self.licences_changed,
            on_booked=self._booked,
            sight=self._sight,
            phase=self._phase,
        )

    def _threads(self, adapter: ShopAdapter) -> NativeThreads:
        assert adapter.threads_shop is not None
        return NativeThreads(
            *self._common(adapter),
            shop=adapter.threads_shop,
            wake=self.threads_changed,
            on_taken=self._booked,
            phase=self._phase,
        )

    def _hinted(self) -> None:
        self._posted.set()
        self.threads_changed.set()
        self.licences_changed.set()

    def _booked(self) -> None:
        self.accounts_changed.set()
        self._on_booked()
