"""The built-in plugin: the daemon's own recurring jobs, registered through the same hook as anybody's."""

from collections.abc import Awaitable, Callable, Iterable
from datetime import datetime, timedelta

import structlog

from bridge.contracts.clock import Clock
from bridge.contracts.scheduling import JobRegistry
from bridge.desk import versions
from bridge.desk.desk import Desk
from bridge.domain.events import BackupLate
from bridge.hooks import hookimpl
from bridge.services import problem_news

log = structlog.get_logger()
KEEP_DELIVERED = timedelta(days=30)
REMIND_OF_BACKUP = KEEP_DELIVERED
"""As long as the event before it is known by its key: a shorter pause would do, a longer one would repeat that key."""


class Housekeeping:
    """Sweeps behind what normally happens at once, news of problems, and a reminder about backups.

    `stores` names the enabled stores; `on_news` is called when plugins are to be told of something.
    """

    def __init__(
        self,
        desk: Desk,
        clock: Clock,
        *,
        wake_all: Callable[[], None],
        compare_all: Callable[[], None],
        fire_deadlines: Callable[[], Awaitable[object]],
        warn_after: timedelta,
        stores: Callable[[], Iterable[str]] = lambda: (),
        on_news: Callable[[], None] = lambda: None,
    ) -> None:
        self._desk, self._clock, self._warn_after = desk, clock, warn_after
        self._stores, self._on_news = stores, on_news
        self._wake_all, self._compare_all, self._fire_deadlines = wake_all, compare_all, fire_deadlines

    @hookimpl
    def bridge_schedule_jobs(self, scheduler: JobRegistry) -> None:
        """Register the sweep, the comparing, the news, the pruning and the reminder."""
        scheduler.every("sweep pushes", timedelta(minutes=1), self.sweep)
        scheduler.every("compare orders", timedelta(minutes=1), self.compare)
        scheduler.every("sweep deadlines", timedelta(hours=1), self.sweep_deadlines)
        scheduler.every("tell of new problems", timedelta(minutes=1), self.tell_of_problems)
        scheduler.every("prune delivered events", timedelta(days=1), self.prune)
        scheduler.every("look at the last backup", timedelta(hours=1), self.look_at_backup)

    async def sweep(self) -> None:
        """Let every store look for accounts that were left behind."""
        self._wake_all()

    async def compare(self) -> None:
        """Ring for every store: a minute's share of comparing is due."""
        self._compare_all()

    async def tell_of_problems(self) -> None:
        """Let plugins know of problems that have come up since the last time."""
        at, stores = self._clock.now(), tuple(self._stores())
        if await self._desk.read(problem_news.untold, stores, at):
            await self._desk.transact("tell of new problems", problem_news.tell, stores, at)
            self._on_news()

    async def sweep_deadlines(self) -> None:
        """Fire what is due, should the one whose work this is have been kept from it."""
        await self._fire_deadlines()

    async def prune(self) -> None:
        """Forget events of more than 30 days ago that are delivered."""
        before = self._clock.now() - KEEP_DELIVERED
        await self._desk.transact("prune delivered events", lambda tx: tx.outbox.prune(before))

    async def look_at_backup(self) -> None:
        """Warn in the log when the last backup is too old, and let plugins know: at once, then every 30 days."""
        identity = await self._desk.read(lambda tx: versions.identity(tx.connection))
        last = identity.backed_up_at
        if last is None or self._clock.now() - last > self._warn_after:
            log.warning(
                "the last backup is too old",
                last=last.isoformat() if last else "never",
                next="bridge desk backup FILE",
            )
            await self._tell_of_backup(last, since=last or identity.created_at)

    async def _tell_of_backup(self, last: datetime | None, *, since: datetime) -> None:
        """A desk that has never been backed up is late from its making on.

        The key names the day on which these 30 days began, so that a later reminder, which says other hours, is
        another event and not a repetition under the same Message-ID (rule C17).
        """
        at = self._clock.now()
        if at - since <= self._warn_after:
            return
        day = since + (at - since) // REMIND_OF_BACKUP * REMIND_OF_BACKUP
        which = f"{f'{last:%Y%m%dT%H%M%SZ}' if last else 'never'}:{day:%Y%m%d}"
        hours = int((at - since) / timedelta(hours=1))
        events = [
            BackupLate(key=f"{store}:backup-late:{which}", store=store, at=at, hours=hours) for store in self._stores()
        ]
        await self._desk.transact("tell of late backup", lambda tx: tx.outbox.add(events))
        self._on_news()
