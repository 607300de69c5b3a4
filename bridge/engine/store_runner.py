"""One supervised store: its adapter, its reading and its pushing, started and stopped together.

Whatever goes wrong in one store stays there: an unexpected error is logged with its trace and the store starts again
after a pause, while every other store goes on.
"""

import asyncio
from collections.abc import Callable

import structlog

from bridge.contracts.clock import Clock
from bridge.contracts.shop import ShopAdapter
from bridge.contracts.shop_rows import SigningKey
from bridge.desk.desk import Desk
from bridge.engine.health import StoreHealth, Work
from bridge.engine.intake import Intake
from bridge.engine.pusher import Pusher
from bridge.engine.setup import StoreSetup
from bridge.engine.waiting import first_of
from bridge.errors import BridgeError, ShopError

log = structlog.get_logger()
PAUSE_AFTER_CRASH_S = 5.0
STOP_GRACE_S = 5.0
"""How long a store may finish its pass when told to stop; then it is cancelled, which loses nothing."""


class StoreRunner:
    """Runs one store until stopped."""

    def __init__(
        self,
        setup: StoreSetup,
        connect: Callable[[], ShopAdapter],
        desk: Desk,
        clock: Clock,
        *,
        keys: Callable[[], tuple[SigningKey, ...]],
        on_booked: Callable[[], None] = lambda: None,
    ) -> None:
        self.setup, self._connect, self._desk, self._clock = setup, connect, desk, clock
        self._keys, self._on_booked = keys, on_booked
        self.health = StoreHealth(setup.name, setup.settings.limits.stale_after_seconds)
        self.stop = asyncio.Event()
        self.accounts_changed = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    @property
    def paired(self) -> bool:
        """Whether the store has a key; without one nothing can be pushed."""
        return bool(self._keys())

    def start(self) -> None:
        """Start the store's task."""
        self._task = asyncio.create_task(self._supervise(), name=f"store {self.setup.name}")

    async def finish(self) -> None:
        """Stop after the pass under way, or abandon it after a grace; never raises."""
        self.stop.set()
        if self._task is not None:
            done, _ = await asyncio.wait([self._task], timeout=STOP_GRACE_S)
            if not done:
                self._task.cancel()
                await asyncio.wait([self._task], timeout=STOP_GRACE_S)

    async def _supervise(self) -> None:
        while not self.stop.is_set():
            adapter = self._connect()
            try:
                await self._run(adapter)
            except Exception as error:  # the boundary of a store: nothing of it reaches another
                cause = _first_cause(error)
                if isinstance(cause, ShopError) and self.stop.is_set():
                    return
                log.exception("store failed, starting it again", store=self.setup.name)
                known = cause if isinstance(cause, BridgeError) else BridgeError(f"{type(cause).__name__}: {cause}")
                self.health.failed(Work.READING, known)
                await first_of(PAUSE_AFTER_CRASH_S, self.stop)
            finally:
                await adapter.close()

    async def _run(self, adapter: ShopAdapter) -> None:
        intake = Intake(self.setup, adapter, self._desk, self._clock, self.health, self.stop, self._booked)
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(intake.run(), name=f"read {self.setup.name}")
            pusher = Pusher(
                self.setup,
                adapter,
                self._desk,
                self._clock,
                self.health,
                self.stop,
                keys=self._keys,
                wake=self.accounts_changed,
            )
            tasks.create_task(pusher.run(), name=f"push {self.setup.name}")

    def _booked(self) -> None:
        self.accounts_changed.set()
        self._on_booked()


def _first_cause(error: BaseException) -> BaseException:
    """The first error inside a task group's error."""
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return error
