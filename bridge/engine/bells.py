"""Bells: how one part of the daemon tells another that there is something to do.

A thousand stores wait all the time, each for several bells. A wait for bells costs a future and no task; and what is
due for every store each minute is rung for one after another, so that no moment belongs to all of them.
"""

import asyncio
from collections.abc import Sequence

APART_S = 0.1
WITHIN_S = 50.0
"""All have been rung by then: before the minute is over, and the next one rings."""


class Bell(asyncio.Event):
    """An event that can be waited for together with others without a task for each (`first_of`)."""

    def __init__(self) -> None:
        super().__init__()
        self._listening: set[asyncio.Future[None]] = set()

    def set(self) -> None:
        super().set()
        for future in self._listening:
            resolve(future)

    def listen(self, future: "asyncio.Future[None]") -> None:
        """Resolve the future when the bell rings, until it is forgotten."""
        self._listening.add(future)

    def forget(self, future: "asyncio.Future[None]") -> None:
        self._listening.discard(future)


def resolve(future: "asyncio.Future[None]") -> None:
    """End the wait for a future, if nothing has ended it before."""
    if not future.done():
        future.set_result(None)


def ring_in_turn(bells: Sequence[asyncio.Event]) -> None:
    """Ring one bell after another: the first at once, the last within 50 s. Needs a running loop."""
    loop = asyncio.get_running_loop()
    for number, bell in enumerate(bells):
        loop.call_later(number * min(APART_S, WITHIN_S / len(bells)), bell.set)
