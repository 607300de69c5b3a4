"""Bells: what is waited for costs no task, and what is due for everybody is not due at one moment."""

import asyncio
import time

import pytest

from bridge.engine.bells import WITHIN_S, Bell, ring_in_turn
from bridge.engine.waiting import first_of
from tests.support.waiting import PATIENCE_S


async def test_a_bell_ends_every_wait_for_it_and_no_wait_needs_a_task() -> None:
    bell, other = Bell(), Bell()
    waits = [asyncio.create_task(first_of(None, bell, other)) for _ in range(3)]
    await asyncio.sleep(0)
    assert len(asyncio.all_tasks()) == 1 + len(waits)
    bell.set()
    await asyncio.wait_for(asyncio.gather(*waits), PATIENCE_S)


async def test_a_bell_that_rings_again_ends_the_next_wait_too() -> None:
    bell = Bell()
    for _ in range(2):
        wait = asyncio.create_task(first_of(None, bell))
        await asyncio.sleep(0)
        bell.set()
        await asyncio.wait_for(wait, PATIENCE_S)
        bell.clear()


async def test_bells_ring_one_after_another_and_in_their_order() -> None:
    rung: list[list[bool]] = []

    class Noted(Bell):
        def set(self) -> None:
            super().set()
            rung.append([one.is_set() for one in bells])

    bells = [Noted() for _ in range(3)]
    ring_in_turn(bells)
    began = time.monotonic()
    await asyncio.wait_for(bells[-1].wait(), PATIENCE_S)
    assert rung == [[True, False, False], [True, True, False], [True, True, True]]
    assert time.monotonic() - began < WITHIN_S / 10, "a few stores are done at once"


async def test_a_thousand_bells_are_spread_over_the_minute(monkeypatch: pytest.MonkeyPatch) -> None:
    loop, bells = asyncio.get_running_loop(), [Bell() for _ in range(1000)]
    moments: list[float] = []
    with monkeypatch.context() as patch:
        patch.setattr(loop, "call_later", lambda delay, *_: moments.append(delay))
        ring_in_turn(bells)
    assert len({int(moment) for moment in moments}) == WITHIN_S
    assert max(moments) < WITHIN_S


async def test_nobody_to_ring_for_is_fine() -> None:
    ring_in_turn([])
