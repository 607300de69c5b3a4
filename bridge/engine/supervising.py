"""Keeping a task alive: whatever ends it before its time is told and the task starts again.

A task that dies without a word is worse than one that fails loudly: the daemon looks well and does nothing.
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

import structlog

from bridge.engine.waiting import first_of
from bridge.errors import BridgeError, DeskUnusable

R = TypeVar("R")
log = structlog.get_logger()
PAUSE_AFTER_CRASH_S = 5.0


class CancelledInside(BridgeError):
    """Work was cancelled, and not by anybody who may end it."""

    code = "cancelled_inside"


async def unless_cancelled(work: Awaitable[R]) -> R:
    """Await `work`; a cancellation that nobody asked of this task is an error like any other.

    A library may leak the cancellation of something of its own. It would end this task as if it had been told to.
    Raises `CancelledInside` then, `CancelledError` where this task is really being cancelled.
    """
    try:
        return await work
    except asyncio.CancelledError as error:
        task = asyncio.current_task()
        if task is None or task.cancelling():
            raise
        raise CancelledInside("something cancelled the work from inside") from error


async def supervised(name: str, work: Callable[[], Awaitable[None]], stop: asyncio.Event) -> None:
    """Run `work` until `stop` is set; what ends it before is logged with its trace, and it begins anew."""
    while not stop.is_set():
        try:
            await unless_cancelled(work())
        except DeskUnusable:  # told once for everybody who works at the desk
            pass
        except Exception:  # the boundary of a task: its fault is told and must not end it
            log.exception("task failed, starting it again", task=name)
        else:
            if stop.is_set():
                return
            log.error("task ended by itself, starting it again", task=name)
        await first_of(PAUSE_AFTER_CRASH_S, stop)


async def finished(tasks: list[asyncio.Task[None]], *, grace_seconds: float, patience_seconds: float) -> None:
    """Wait for tasks that have been told to stop; cancel those that go on after the grace, and wait for them too.

    Cancelling the caller cancels them at once.
    """
    if not tasks:
        return
    try:
        await asyncio.wait(tasks, timeout=grace_seconds)
    finally:
        for task in tasks:
            task.cancel()
    await asyncio.wait(tasks, timeout=patience_seconds)
