"""Waiting that ends at the first of several things."""

import asyncio
import time

import pytest

from bridge.engine.waiting import first_of


async def test_an_event_that_is_set_already_ends_it_at_once() -> None:
    stop = asyncio.Event()
    stop.set()
    await asyncio.wait_for(first_of(None, asyncio.Event(), stop), 1)


@pytest.mark.parametrize("seconds", [-1.0, 0.0, 0.05])
async def test_time_that_has_passed_ends_it(seconds: float) -> None:
    await asyncio.wait_for(first_of(seconds, asyncio.Event()), 1)


async def test_any_of_the_events_ends_it() -> None:
    stop, wake = asyncio.Event(), asyncio.Event()
    waiting = asyncio.create_task(first_of(3600, stop, wake))
    await asyncio.sleep(0)
    wake.set()
    await asyncio.wait_for(waiting, 1)


async def test_cancelling_it_leaves_no_task_behind() -> None:
    waiting = asyncio.create_task(first_of(None, asyncio.Event()))
    await asyncio.sleep(0)
    waiting.cancel()
    began = time.monotonic()
    await asyncio.wait([waiting])
    await asyncio.sleep(0)
    assert asyncio.all_tasks() == {asyncio.current_task()}
    assert time.monotonic() - began < 1
