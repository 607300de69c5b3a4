"""Waiting that ends at the first of several things."""

import asyncio
import time
from itertools import islice, pairwise

import pytest

from bridge.engine.bells import Bell
from bridge.engine.waiting import first_of, next_due, spread
from tests.support.waiting import PATIENCE_S

KINDS = pytest.mark.parametrize("kind", [asyncio.Event, Bell])


@KINDS
async def test_an_event_that_is_set_already_ends_it_at_once(kind: type[asyncio.Event]) -> None:
    stop = kind()
    stop.set()
    await asyncio.wait_for(first_of(None, kind(), stop), PATIENCE_S)


@KINDS
@pytest.mark.parametrize("seconds", [-1.0, 0.0, 0.05])
async def test_time_that_has_passed_ends_it(kind: type[asyncio.Event], seconds: float) -> None:
    await asyncio.wait_for(first_of(seconds, kind()), PATIENCE_S)


@KINDS
async def test_any_of_the_events_ends_it(kind: type[asyncio.Event]) -> None:
    stop, wake = asyncio.Event(), kind()
    waiting = asyncio.create_task(first_of(3600, stop, wake))
    await asyncio.sleep(0)
    wake.set()
    await asyncio.wait_for(waiting, PATIENCE_S)


@KINDS
async def test_cancelling_it_leaves_no_task_behind(kind: type[asyncio.Event]) -> None:
    waiting = asyncio.create_task(first_of(None, kind()))
    await asyncio.sleep(0)
    waiting.cancel()
    began = time.monotonic()
    await asyncio.wait([waiting])
    await asyncio.sleep(0)
    assert asyncio.all_tasks() == {asyncio.current_task()}
    assert time.monotonic() - began < PATIENCE_S


@pytest.mark.parametrize(
    ("moment", "next_one"),
    [(9.0, 10.0), (10.0, 15.0), (10.1, 15.0), (14.9, 15.0), (15.0, 20.0), (33.0, 35.0), (0.0, 10.0)],
    ids=["early", "in time", "late", "very late", "one missed", "several missed", "very early"],
)
def test_a_row_of_moments_keeps_its_times_however_late_one_of_them_was(moment: float, next_one: float) -> None:
    assert next_due(10.0, every=5.0, moment=moment) == next_one


@pytest.mark.parametrize("stores", [2, 7, 100, 1000])
def test_turns_are_spread_over_the_time_however_many_there_are(stores: int) -> None:
    turns = sorted(islice(spread(), stores))
    gaps = [after - before for before, after in pairwise([*turns, turns[0] + 1])]
    assert 0.3 < min(gaps) * stores <= max(gaps) * stores < 2
