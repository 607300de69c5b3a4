"""Recurring jobs: overdue ones run at the start, none overlaps itself, and a fault ends nothing."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import structlog

from bridge.desk.desk import Desk
from bridge.engine.jobs import Jobs
from bridge.errors import PluginError
from bridge.testing.clock import FixedClock
from bridge.testing.desks import a_desk
from tests.support.waiting import PATIENCE_S, until

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
DAY = timedelta(days=1)
A_MOMENT = timedelta(milliseconds=50)


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    with a_desk(tmp_path) as opened:
        opened.start()
        yield opened


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(NOON)


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Jobs may be due after a moment, for which no test has to wait a second."""
    monkeypatch.setattr("bridge.engine.jobs.SHORTEST", A_MOMENT)


class Counted:
    """A job that counts its runs and how many were under way at once."""

    def __init__(self, work: Callable[[], Awaitable[object]] | None = None) -> None:
        self.runs = self.at_once = self.most_at_once = 0
        self._work = work

    async def __call__(self) -> None:
        self.runs += 1
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        try:
            if self._work is not None:
                await self._work()
        finally:
            self.at_once -= 1


async def noted(desk: Desk) -> dict[str, datetime]:
    return await desk.read(lambda tx: tx.jobs.last_runs())


async def test_a_job_that_was_due_while_the_daemon_was_off_runs_at_the_start(desk: Desk, clock: FixedClock) -> None:
    await desk.transact("ran", lambda tx: tx.jobs.ran("daily", NOON - DAY * 2))
    job, jobs = Counted(), Jobs(desk, clock)
    jobs.every("daily", DAY, job)
    await jobs.start()
    await until(lambda: job.runs == 1, "the job has run")
    await until(lambda: not job.at_once, "the job has ended")
    await jobs.stop()
    assert (await noted(desk))["daily"] == NOON


@pytest.mark.usefixtures("quick")
async def test_a_job_that_is_not_due_waits(desk: Desk, clock: FixedClock) -> None:
    await desk.transact("ran", lambda tx: tx.jobs.ran("daily", NOON - timedelta(hours=1)))
    waiting, due, jobs = Counted(), Counted(), Jobs(desk, clock)
    jobs.every("daily", DAY, waiting)
    jobs.every("each moment", A_MOMENT, due)
    await jobs.start()
    await until(lambda: due.runs, "the other job has run")
    await jobs.stop()
    assert waiting.runs == 0


async def test_a_new_jobs_interval_counts_from_its_first_start_however_often_the_daemon_restarts(
    desk: Desk, clock: FixedClock
) -> None:
    job = Counted()
    for _ in range(3):
        jobs = Jobs(desk, clock)
        jobs.every("daily", DAY, job)
        await jobs.start()
        await jobs.stop()
        clock.advance(timedelta(hours=9))
    assert job.runs == 0
    jobs = Jobs(desk, clock)  # 27 hours after the first start, never up for a day
    jobs.every("daily", DAY, job)
    await jobs.start()
    await until(lambda: job.runs == 1, "the job has run")
    await jobs.stop()


@pytest.mark.usefixtures("quick")
async def test_a_last_run_in_the_future_does_not_delay_beyond_one_interval(desk: Desk, clock: FixedClock) -> None:
    await desk.transact("ran", lambda tx: tx.jobs.ran("each moment", NOON + DAY * 400))
    job, jobs = Counted(), Jobs(desk, clock)
    jobs.every("each moment", A_MOMENT, job)
    await jobs.start()
    await until(lambda: job.runs, "the job has run")
    await jobs.stop()


@pytest.mark.usefixtures("quick")
async def test_two_runs_of_one_job_never_overlap(desk: Desk, clock: FixedClock) -> None:
    go_on = asyncio.Event()
    slow, quick, jobs = Counted(go_on.wait), Counted(), Jobs(desk, clock)
    jobs.every("slow", A_MOMENT, slow)
    jobs.every("quick", A_MOMENT, quick)
    await jobs.start()
    await until(lambda: quick.runs >= 3, "other jobs go on")
    assert slow.runs == 1
    go_on.set()
    await until(lambda: slow.runs >= 2, "the slow job runs again")
    await jobs.stop()
    assert slow.most_at_once == 1


@pytest.mark.usefixtures("quick")
async def test_a_job_that_raises_is_told_and_runs_again_and_is_not_noted_as_run(desk: Desk, clock: FixedClock) -> None:
    async def broken() -> None:
        raise RuntimeError("no disk")

    await desk.transact("ran", lambda tx: tx.jobs.ran("broken", NOON - DAY))
    job, jobs = Counted(broken), Jobs(desk, clock)
    jobs.every("broken", A_MOMENT, job)
    with structlog.testing.capture_logs() as lines:
        await jobs.start()
        await until(lambda: job.runs >= 2, "it was tried again")
        await jobs.stop()
    assert {line["job"] for line in lines if line["event"] == "job failed"} == {"broken"}
    assert (await noted(desk))["broken"] == NOON - DAY


async def test_stopping_lets_a_job_end_within_its_grace_and_abandons_one_that_hangs(
    desk: Desk, clock: FixedClock
) -> None:
    go_on = asyncio.Event()
    hanging, ending, jobs = Counted(asyncio.Event().wait), Counted(go_on.wait), Jobs(desk, clock)
    for name, job in (("hanging", hanging), ("ending", ending)):
        await desk.transact("ran", lambda tx: tx.jobs.ran(name, NOON - DAY))  # noqa: B023
        jobs.every(name, timedelta(hours=1), job)
    await jobs.start()
    await until(lambda: hanging.at_once and ending.at_once, "both are under way")
    go_on.set()
    async with asyncio.timeout(PATIENCE_S):
        await jobs.stop()
    assert hanging.at_once == 0
    assert await noted(desk) == {"hanging": NOON - DAY, "ending": NOON}


@pytest.mark.usefixtures("quick")
async def test_a_clock_that_is_put_back_does_not_silence_the_bells(desk: Desk, clock: FixedClock) -> None:
    job, jobs = Counted(), Jobs(desk, clock)
    jobs.every("each moment", A_MOMENT, job)
    await jobs.start()
    for bell in jobs._scheduler.get_jobs():
        bell.modify(next_run_time=datetime.now(UTC) + DAY)  # where a bell stands after the clock went back a day
    with structlog.testing.capture_logs() as lines:
        jobs.bring_bells_near()
        await until(lambda: job.runs, "the job has run")
    await jobs.stop()
    assert {line["event"] for line in lines} == {"the machine's clock was put back"}


async def test_the_scheduler_shows_that_it_progresses(desk: Desk, clock: FixedClock) -> None:
    jobs = Jobs(desk, clock)
    await jobs.start()
    before = jobs.last_beat
    for bell in jobs._scheduler.get_jobs():
        bell.modify(next_run_time=datetime.now(UTC))
    await until(lambda: jobs.last_beat > before, "it has beaten")
    await jobs.stop()


async def test_a_name_that_is_taken_an_interval_too_short_and_a_late_registration_are_refused(
    desk: Desk, clock: FixedClock
) -> None:
    jobs = Jobs(desk, clock)
    jobs.every("sweep", DAY, Counted())
    with pytest.raises(PluginError, match="two jobs are called sweep"):
        jobs.every("sweep", DAY, Counted())
    with pytest.raises(PluginError, match=r"job quick: its interval must be at least a second, not 0:00:00\.5"):
        jobs.every("quick", timedelta(milliseconds=500), Counted())
    await jobs.start()
    with pytest.raises(PluginError, match="job late: the jobs run already"):
        jobs.every("late", DAY, Counted())
    await jobs.stop()


async def test_a_job_may_have_any_name(desk: Desk, clock: FixedClock) -> None:
    jobs = Jobs(desk, clock)
    jobs.every("beat", DAY, Counted())
    jobs.every("scheduler beat", DAY, Counted())
    await jobs.start()
    await jobs.stop()
