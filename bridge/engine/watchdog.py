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
        self._fed = 0.0

    async def run(self) -> None:
        """Watch until stopped."""
        while not self._stop.is_set():
            asleep = time.monotonic()
            await first_of(LOOK_EVERY_S, self._stop)
            self.loop_delay_seconds = max(time.monotonic() - asleep - LOOK_EVERY_S, 0.0)
            self.look(time.monotonic())

    def look(self, now: float) -> None:
        """Feed the watchdog if everything progresses; `now` is on the monotonic clock."""
        stuck = self.stuck(now)
        if stuck:
            log.error("not alive", stuck=stuck)
            return
        every = (self._notifier.watchdog_seconds or 0) / 3
        if self._notifier.watchdog_seconds is not None and now - self._fed >= every:
            self._fed = now
            self._notifier.alive()

    def stuck(self, now: float) -> list[str]:
        """The parts that have shown no life for 20 s."""
        return [name for name, last in self._beats.items() if now - last() > STUCK_AFTER_S]
