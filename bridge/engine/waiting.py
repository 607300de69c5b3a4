"""Waiting that a stop ends at once, and the moments that are waited for."""

import asyncio
import itertools
import math
from collections.abc import Iterator

from bridge.engine.bells import Bell, resolve


async def nothing() -> None:
    """Where there is nothing to wait for."""


async def first_of(seconds: float | None, *events: asyncio.Event) -> None:
    """Return when one of the events is set or `seconds` have passed; None waits for the events alone.

    An event that is no bell costs a task.
    """
    if any(event.is_set() for event in events):
        return
    loop = asyncio.get_running_loop()
    over: asyncio.Future[None] = loop.create_future()
    bells = [event for event in events if isinstance(event, Bell)]
    tasks = [asyncio.ensure_future(event.wait()) for event in events if not isinstance(event, Bell)]
    timer = None if seconds is None else loop.call_later(seconds, resolve, over)
    for bell in bells:
        bell.listen(over)
    for task in tasks:
        task.add_done_callback(lambda _: resolve(over))
    try:
        await over
    finally:
        for bell in bells:
            bell.forget(over)
        for task in tasks:
            task.cancel()
        if timer is not None:
            timer.cancel()


def spread() -> Iterator[float]:
    """Shares of one for as many as come, each in one of the largest gaps that those before it have left.

    Multiples of the golden ratio do that. Shares by chance would leave some of a thousand stores close behind others,
    who then wait for them at every look.
    """
    golden = (math.sqrt(5) - 1) / 2
    return (number * golden % 1 for number in itertools.count(1))


def next_due(due: float, *, every: float, moment: float) -> float:
    """The first moment after this one in the row that `due` is one of; those that were missed are left out.

    A row keeps its times. One that went on from when it was late would, after something has held up many of them
    together, be in step with all the others for ever.
    """
    return due + every * max(0, math.floor((moment - due) / every) + 1)
