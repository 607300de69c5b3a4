"""The built-in plugin: the daemon's own recurring jobs, registered through the same hook as anybody's."""

from collections.abc import Callable
from datetime import timedelta

import structlog

from bridge.contracts.clock import Clock
from bridge.contracts.scheduling import JobRegistry
from bridge.desk import versions
from bridge.desk.desk import Desk
from bridge.hooks import hookimpl

log = structlog.get_logger()
KEEP_DELIVERED = timedelta(days=30)


class Housekeeping:
    """Sweeps behind what normally happens at once, and a reminder about backups."""

    def __init__(
        self,
        desk: Desk,
        clock: Clock,
        *,
        wake_all: Callable[[], None],
        compare_all: Callable[[], None],
        warn_after: timedelta,
    ) -> None:
        self._desk, self._clock, self._warn_after = desk, clock, warn_after
        self._wake_all, self._compare_all = wake_all, compare_all

    @hookimpl
    def bridge_schedule_jobs(self, scheduler: JobRegistry) -> None:
        """Register the sweep, the comparing, the pruning and the reminder."""
        scheduler.every("sweep pushes", timedelta(minutes=1), self.sweep)
        scheduler.every("compare orders", timedelta(minutes=1), self.compare)
        scheduler.every("prune delivered events", timedelta(days=1), self.prune)
        scheduler.every("look at the last backup", timedelta(hours=1), self.look_at_backup)

    async def sweep(self) -> None:
        """Let every store look for accounts that were left behind."""
        self._wake_all()

    async def compare(self) -> None:
        """Ring for every store: a minute's share of comparing is due."""
        self._compare_all()

    async def prune(self) -> None:
        """Forget events delivered more than 30 days ago."""
        before = self._clock.now() - KEEP_DELIVERED
        await self._desk.transact("prune delivered events", lambda tx: tx.outbox.prune(before))

    async def look_at_backup(self) -> None:
        """Warn in the log when the last backup is too old."""
        identity = await self._desk.read(lambda tx: versions.identity(tx.connection))
        last = identity.backed_up_at
        if last is None or self._clock.now() - last > self._warn_after:
            log.warning(
                "the last backup is too old",
                last=last.isoformat() if last else "never",
                next="bridge desk backup FILE",
            )
