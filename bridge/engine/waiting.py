"""Waiting that a stop ends at once."""

import asyncio
from contextlib import suppress


async def first_of(seconds: float | None, *events: asyncio.Event) -> None:
    """Return when one of the events is set or `seconds` have passed; None waits for the events alone."""
    if any(event.is_set() for event in events):
        return
    waiting = [asyncio.ensure_future(event.wait()) for event in events]
    try:
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in waiting:
            task.cancel()
