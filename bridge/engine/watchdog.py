"""Is the daemon alive? Only if its loop, its writer thread and its scheduler all progress.

systemd's watchdog is fed only then, so a hang of any of them ends in a restart, which loses nothing.
"""

import asyncio
import time
from collections.abc import Callable

import structlog

from bridge.engine.systemd import Notifier
from bridge.engine.waiting import first_of

log = structlog.get_logger()
STUCK_AFTER_S = 20.0
LOOK_EVERY_S = 1.0


class Watchdog:
    """Looks every second. `loop_delay_seconds` is how late the loop was at the last look."""

    def __init__(self, beats: dict[str, Callable[[], float]], notifier: Notifier, stop: asyncio.Event) -> None:
        self._beats, self._notifier, self._stop = beats, notifier, stop
        self.loop_delay_seconds = 0.0
        self._fed: float | None = None
        self._told: list[str] = []

    async def run(self) -> None:
        """Watch until stopped."""
        pause = min(LOOK_EVERY_S, self._feed_every or LOOK_EVERY_S)
        while not self._stop.is_set():
            asleep = time.monotonic()
            await first_of(pause, self._stop)
            self.loop_delay_seconds = max(time.monotonic() - asleep - pause, 0.0)
            self.look(time.monotonic())

    def look(self, now: float) -> None:
        """Feed the watchdog if everything progresses; `now` is on the monotonic clock."""
        stuck = self.stuck(now)
        if stuck != self._told:
            self._told = stuck
            if stuck:
                log.error("not alive", stuck=stuck)
            else:
                log.info("alive again")
        if not stuck and self._feed_every and (self._fed is None or now - self._fed >= self._feed_every):
            self._fed = now
            self._notifier.alive()

    @property
    def _feed_every(self) -> float:
        """A third of what the service manager waits, in seconds; 0 where it does not wait for us."""
        return (self._notifier.watchdog_seconds or 0.0) / 3

    def stuck(self, now: float) -> list[str]:
        """The parts that have shown no life for 20 s."""
        return [name for name, last in self._beats.items() if now - last() > STUCK_AFTER_S]
