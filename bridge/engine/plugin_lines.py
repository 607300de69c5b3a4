"""A line for each plugin: what the desk keeps for it is handed to it, one piece at a time, until the plugin is done.

No plugin waits for another. A piece that fails is handed over again with growing pauses for a week; then staff get a
problem. Which pieces are due, and what becomes of one, is the matter of each kind of line.
"""

import asyncio
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import ClassVar, Generic, TypeVar

from bridge.contracts.clock import Clock
from bridge.desk.desk import Desk
from bridge.engine.supervising import supervised, unless_cancelled
from bridge.engine.waiting import first_of
from bridge.hooks.manager import Plugins

PAGE = 50
FIRST_PAUSE = timedelta(seconds=5)
LONGEST_PAUSE = timedelta(hours=1)
GIVEN_UP_AFTER = timedelta(days=7)
FEWEST_ATTEMPTS = 12
"""However old a piece is: it may have waited, held back or for the daemon, and deserves some hours of attempts."""
TOLD_AFTER = timedelta(hours=1)
"""For how long nothing of a line gets through before staff are told."""
SWEEP_S = 30.0
PATIENCE_S = 60.0
"""How long a plugin may take over one piece."""


@dataclass(frozen=True, slots=True)
class Workplace:
    """What every line works with; `stores` names the enabled stores."""

    desk: Desk
    plugins: Plugins
    clock: Clock
    stop: asyncio.Event
    stores: Callable[[], Iterable[str]]
    patience_seconds: float = PATIENCE_S


class PluginLine(ABC):
    """One plugin's pieces of one kind."""

    HOOK: ClassVar[str]
    """What a piece is handed to."""
    PIECES: ClassVar[str]
    """What the line's task is called by."""

    def __init__(self, plugin: str, place: Workplace) -> None:
        self.plugin, self._desk, self._clock, self._stop = plugin, place.desk, place.clock, place.stop
        self._stores, self._patience = place.stores, place.patience_seconds
        self._hook = place.plugins.listeners(self.HOOK)[plugin]
        self.bell = asyncio.Event()

    async def run(self) -> None:
        """Hand over until stopped."""
        while not self._stop.is_set():
            self.bell.clear()
            if await self.one_pass() == 0:
                await first_of(await self.pause(), self._stop, self.bell)

    @abstractmethod
    async def one_pass(self) -> int:
        """Hand over a page of what is due; returns how many were tried."""

    @abstractmethod
    async def pause(self) -> float:
        """Seconds until something is to be done, at most the sweep's."""

    async def _hand(self, **piece: object) -> None:
        """Let the plugin have a piece. Raises what the plugin raises, and `TimeoutError`."""
        async with asyncio.timeout(self._patience):
            await unless_cancelled(self._hook(**piece))


Line = TypeVar("Line", bound=PluginLine)


class PluginLines(Generic[Line]):
    """The task that minds the lines of one kind; `wake` is called when there are new pieces."""

    def __init__(self, kind: type[Line], place: Workplace) -> None:
        self._stop = place.stop
        self.lines: Mapping[str, Line] = {name: kind(name, place) for name in place.plugins.listeners(kind.HOOK)}

    async def run(self) -> None:
        """Hand over until stopped."""
        async with asyncio.TaskGroup() as group:
            for name, line in self.lines.items():
                work = supervised(f"{line.PIECES} of {name}", line.run, self._stop)
                group.create_task(work, name=f"{line.PIECES} {name}")
            await first_of(None, self._stop)

    def wake(self) -> None:
        """Let every line look."""
        for line in self.lines.values():
            line.bell.set()


def seconds_until(due: datetime | None, now: datetime) -> float:
    """How long to wait for what is due next, None where there is nothing: at most the sweep's."""
    return SWEEP_S if due is None else min(max((due - now).total_seconds(), 0.0), SWEEP_S)


def pause_after(failures: int) -> timedelta:
    """How long to wait after a failure that had so many before it."""
    return min(FIRST_PAUSE * (1 << min(failures, 20)), LONGEST_PAUSE)


def due_again(attempts: int, *, since: datetime, at: datetime) -> datetime | None:
    """When a piece there is since then, that has failed now and so often before, is due again; None to give it up."""
    due = at + pause_after(attempts)
    return due if due - since <= GIVEN_UP_AFTER or attempts + 1 < FEWEST_ATTEMPTS else None
