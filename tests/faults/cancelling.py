"""Pooled work that is cancelled at random: some before it begins, some waiting for a place, some in the middle.

Each piece of work asks for a number of its own, so that an answer handed on to the wrong one shows.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from random import Random

Ask = Callable[[int, bool], Awaitable[int]]
"""Asks for a number, slowly or not, and returns what was answered."""

AT_A_TIME = 8
SHARE_CANCELLED = 0.6
SHARE_SLOW = 0.3
LATEST_S = 0.003
"""A cancellation comes at most so long after the work began; a slow answer takes about as long."""
HUNG_AFTER_S = 2.0
"""Work that takes a few milliseconds and has not ended by then never will."""


@dataclass(slots=True)
class Found:
    """What came of it. `hung` are pieces of work that never ended."""

    asked: int = 0
    cancelled: int = 0
    answered: int = 0
    hung: int = 0
    wrong: list[str] = field(default_factory=list)


async def cancelled_at_random(ask: Ask, *, seed: int, cancellations: int, hung_after: float = HUNG_AFTER_S) -> Found:
    """Let 8 at a time ask and cancel most of them, until so many have been cancelled or something hangs."""
    random, found = Random(seed), Found()  # noqa: S311 - to be repeatable, not secret
    loop = asyncio.get_running_loop()
    while found.cancelled < cancellations and not found.hung:
        tasks: dict[asyncio.Task[int], int] = {}
        for _ in range(AT_A_TIME):
            number, found.asked = found.asked, found.asked + 1
            task = asyncio.create_task(_asked(ask, number, slowly=random.random() < SHARE_SLOW))
            tasks[task] = number
            if random.random() < SHARE_CANCELLED:
                loop.call_later(random.uniform(0.0, LATEST_S), task.cancel)
        _, pending = await asyncio.wait(tasks, timeout=hung_after)
        found.hung = len(pending)
        for task in pending:
            task.cancel()
        if pending:
            await asyncio.wait(pending, timeout=hung_after)
        for task, number in tasks.items():
            if task not in pending:
                _note(found, task, number)
    return found


async def _asked(ask: Ask, number: int, *, slowly: bool) -> int:
    return await ask(number, slowly)


def _note(found: Found, task: asyncio.Task[int], number: int) -> None:
    if task.cancelled():
        found.cancelled += 1
    elif (error := task.exception()) is not None:
        found.wrong.append(f"{number} ended with {type(error).__name__}: {error}")
    elif task.result() != number:
        found.wrong.append(f"{number} was answered {task.result()}")
    else:
        found.answered += 1
