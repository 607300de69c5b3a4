"""Waiting for something to become true, as long as it takes and no longer.

A test never sleeps for a time it hopes is enough: it names what it waits for, and fails with those words.
"""

import asyncio
import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")

PATIENCE_S = 60.0
"""Far beyond what anything here takes on a slow machine; only a failure waits that long."""
LOOK_EVERY_S = 0.02


async def until(condition: Callable[[], T | None], what: str, *, within: float = PATIENCE_S) -> T:
    """What `condition` answers as soon as that is true; fails with `what` after `within` seconds."""
    deadline = time.monotonic() + within
    while True:
        if value := condition():
            return value
        assert time.monotonic() < deadline, f"not within {within:g} s: {what}"
        await asyncio.sleep(LOOK_EVERY_S)


def wait_until(condition: Callable[[], T | None], what: str, *, within: float = PATIENCE_S) -> T:
    """The same where there is no loop."""
    deadline = time.monotonic() + within
    while not (value := condition()):
        assert time.monotonic() < deadline, f"not within {within:g} s: {what}"
        time.sleep(LOOK_EVERY_S)
    return value
