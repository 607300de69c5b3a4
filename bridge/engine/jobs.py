"""Recurring jobs: APScheduler rings the bell, the desk remembers the last run.

A job that was due while the daemon was off runs soon after the start instead of being forgotten; a late run is not
dropped, and two runs of one job never overlap.
"""

import time
from collections.abc import Awaitable, Callable
from datetime import timedelta

import structlog
from apscheduler.schedulers.asyncio import AsyncIOScheduler

from bridge.contracts.clock import Clock
from bridge.desk.desk import Desk
from bridge.desk.transaction import DeskTx
from bridge.errors import PluginError

log = structlog.get_logger()
BEAT_S = 5.0
"""How often the scheduler shows that it progresses, for the watchdog."""

Job = Callable[[], Awaitable[None]]


class Jobs:
    """Collects jobs at start (`JobRegistry`), then runs them."""

    def __init__(self, desk: Desk, clock: Clock) -> None:
        self._desk, self._clock = desk, clock
        self._jobs: dict[str, tuple[timedelta, Job]] = {}
        self._scheduler = AsyncIOScheduler(
            timezone="UTC",
            job_defaults={"misfire_grace_time": None, "coalesce": True, "max_instances": 1},
        )
        self.last_beat = time.monotonic()

    def every(self, name: str, interval: timedelta, job: Job) -> None:
        """Register a job. Raises `PluginError` for a name that is taken or an interval below a second."""
        if name in self._jobs:
            raise PluginError(f"two jobs are called {name}")
        if interval < timedelta(seconds=1):
            raise PluginError(f"job {name}: its interval must be at least a second, not {interval}")
        self._jobs[name] = (interval, job)

    async def start(self) -> None:
        """Schedule everything that has been registered; what is overdue runs at once."""
        last_runs = await self._desk.read(lambda tx: tx.jobs.last_runs())
        now = self._clock.now()
        for name, (interval, job) in self._jobs.items():
            last = last_runs.get(name)
            first = now + interval if last is None else max(last + interval, now)
            self._scheduler.add_job(
                self._run,
                "interval",
                seconds=interval.total_seconds(),
                args=(name, job),
                id=name,
                next_run_time=min(first, now + interval),
            )
        self._scheduler.add_job(self._beat, "interval", seconds=BEAT_S, id="scheduler beat")
        self._scheduler.start()

    def stop(self) -> None:
        """Ring no more bells."""
        if self._scheduler.running:
            self._scheduler.shutdown(wait=False)

    async def _run(self, name: str, job: Job) -> None:
        try:
            await job()
        except Exception:  # a job's fault must not end the scheduler; the next bell comes
            log.exception("job failed", job=name)
        else:
            await self._desk.transact("job ran", _ran, name, self._clock)

    async def _beat(self) -> None:
        self.last_beat = time.monotonic()


def _ran(tx: DeskTx, name: str, clock: Clock) -> None:
    tx.jobs.ran(name, clock.now())
