"""Tasks that go on: a crash is told and begun anew, and a stop ends them in bounded time."""

import asyncio
import time

import pytest
import structlog

from bridge.engine import supervising
from bridge.engine.supervising import CancelledInside, finished, supervised, unless_cancelled
from tests.support.waiting import PATIENCE_S


@pytest.fixture(autouse=True)
def _short_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(supervising, "PAUSE_AFTER_CRASH_S", 0.01)


@pytest.mark.parametrize("fault", [ValueError("odd"), asyncio.CancelledError(), None])
async def test_work_that_ends_before_its_time_is_told_and_begun_anew(fault: BaseException | None) -> None:
    stop, runs = asyncio.Event(), 0

    async def work() -> None:
        nonlocal runs
        runs += 1
        if runs == 3:
            stop.set()
        elif fault is not None:
            raise fault

    with structlog.testing.capture_logs() as lines:
        await supervised("outbox", work, stop)
    assert runs == 3
    assert [line["task"] for line in lines] == ["outbox", "outbox"]


async def test_cancelling_the_task_itself_ends_it() -> None:
    stop = asyncio.Event()
    task = asyncio.create_task(supervised("outbox", asyncio.Event().wait, stop))  # type: ignore[arg-type]  # its answer does not matter
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


async def test_a_cancellation_that_nobody_asked_for_is_an_error() -> None:
    inner = asyncio.get_running_loop().create_future()
    inner.cancel()
    with pytest.raises(CancelledInside):
        await unless_cancelled(inner)


async def test_a_task_that_does_not_end_is_cancelled_after_its_grace() -> None:
    task: asyncio.Task[None] = asyncio.create_task(asyncio.sleep(3600))
    began = time.monotonic()
    await finished([task], grace_seconds=0.05, patience_seconds=PATIENCE_S)
    assert task.cancelled()
    assert time.monotonic() - began < PATIENCE_S


async def test_cancelling_the_wait_cancels_the_tasks_at_once() -> None:
    task: asyncio.Task[None] = asyncio.create_task(asyncio.sleep(3600))
    waiting = asyncio.create_task(finished([task], grace_seconds=3600, patience_seconds=PATIENCE_S))
    await asyncio.sleep(0)
    waiting.cancel()
    await asyncio.wait([task, waiting], timeout=PATIENCE_S)
    assert task.cancelled()
