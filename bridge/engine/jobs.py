"""Recurring jobs: APScheduler rings the bell, the desk remembers the last run.

A job that was due while the daemon was off runs soon after the start instead of being forgotten; a late run is not
dropped, and two runs of one job never overlap. A machine's clock that is put back does not make every job wait until
that time has come again.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta

import structlog
from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.base import BaseTrigger

from bridge.contracts.clock import Clock
from bridge.desk.desk import Desk
from bridge.desk.transaction import DeskTx
from bridge.engine.supervising import finished, unless_cancelled
from bridge.errors import DeskUnusable, PluginError

log = structlog.get_logger()
SHORTEST = timedelta(seconds=1)
"""Between two runs of a job."""
BEAT_S = 5.0
"""How often the scheduler shows that it progresses, for the watchdog."""
CLOCK_LOOK_S = 1.0
CLOCK_STEP = timedelta(seconds=1)
"""Smaller steps of the machine's clock are left alone."""
STOP_GRACE_S = 1.0
ABANDON_S = 0.5

Job = Callable[[], Awaitable[None]]


class Jobs:
    """Collects jobs at start (`JobRegistry`), then runs them."""

    def __init__(self, desk: Desk, clock: Clock) -> None:
        self._desk, self._clock = desk, clock
        self._jobs: dict[str, tuple[timedelta, Job]] = {}
        self._scheduler = AsyncIOScheduler(
            timezone=UTC,
            job_defaults={"misfire_grace_time": None, "coalesce": True, "max_instances": 1},
        )
        self._running: set[asyncio.Task[None]] = set()
        self._clock_watch: asyncio.Task[None] | None = None
        self.last_beat = time.monotonic()

    def every(self, name: str, interval: timedelta, job: Job) -> None:
        """Register a job. Raises `PluginError` for a taken name, an interval below a second, or after the start."""
        if self._scheduler.running:
            raise PluginError(f"job {name}: the jobs run already; register it in bridge_schedule_jobs")
        if name in self._jobs:
            raise PluginError(f"two jobs are called {name}")
        if interval < SHORTEST:
            raise PluginError(f"job {name}: its interval must be at least a second, not {interval}")
        self._jobs[name] = (interval, job)

    async def start(self) -> None:
        """Schedule what has been registered; what is overdue runs at once, what is new after its interval."""
        last_runs = await self._desk.read(lambda tx: tx.jobs.last_runs())
        new = [name for name in self._jobs if name not in last_runs]
        now = self._clock.now()
        if new:
            await self._desk.transact("jobs begin", _note_runs, new, now)
        for name, (interval, job) in self._jobs.items():
            wait = min(max(last_runs.get(name, now) + interval - now, timedelta(0)), interval)
            self._scheduler.add_job(
                self._run, _Every(interval), args=(name, job), name=name, next_run_time=datetime.now(UTC) + wait
            )
        self._scheduler.add_job(self._beat, _Every(timedelta(seconds=BEAT_S)), name="beat")
        self._scheduler.start()
        self.last_beat = time.monotonic()
        self._clock_watch = asyncio.create_task(self._watch_clock(), name="clock watch")

    async def stop(self) -> None:
        """Ring no more bells; a job under way may end within a second, then it is abandoned until the next start."""
        if not self._scheduler.running:
            return
        self._scheduler.pause()
        watching = [self._clock_watch] if self._clock_watch else []
        for task in watching:
            task.cancel()
        await finished([*watching, *self._running], grace_seconds=STOP_GRACE_S, patience_seconds=ABANDON_S)
        self._scheduler.shutdown(wait=False)
        await asyncio.sleep(0)  # the scheduler shuts down in the loop's next turn

    def bring_bells_near(self) -> None:
        """No bell is further away than its interval; one that is was set before the machine's clock was put back."""
        now = datetime.now(UTC)
        for bell in self._scheduler.get_jobs():
            latest = now + bell.trigger.interval
            if bell.next_run_time is not None and bell.next_run_time > latest + CLOCK_STEP:
                log.warning("the machine's clock was put back", job=bell.name)
                bell.modify(next_run_time=latest)

    async def _watch_clock(self) -> None:
        while True:
            await asyncio.sleep(CLOCK_LOOK_S)
            self.bring_bells_near()

    async def _run(self, name: str, job: Job) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._running.add(task)
        try:
            await unless_cancelled(job())
            await self._desk.transact("job ran", _note_runs, [name], self._clock.now())
        except DeskUnusable:  # told once for everybody who works at the desk; the next bell comes
            pass
        except Exception:  # a job's fault must not end the scheduler; the next bell comes
            log.exception("job failed", job=name)
        finally:
            self._running.discard(task)

    async def _beat(self) -> None:
        self.last_beat = time.monotonic()


class _Every(BaseTrigger):  # type: ignore[misc]  # the library ships no types
    """The next bell is an interval from now: after a long sleep one run is due, not a thousand missed ones."""

    def __init__(self, interval: timedelta) -> None:
        self.interval = interval

    def get_next_fire_time(self, previous: datetime | None, now: datetime) -> datetime:
        del previous
        return now + self.interval


def _note_runs(tx: DeskTx, names: list[str], at: datetime) -> None:
    for name in names:
        tx.jobs.ran(name, at)
