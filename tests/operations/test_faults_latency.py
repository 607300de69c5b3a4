"""Shops 50 ms away: a look at a shop where nothing is new asks few questions, and what is new comes through soon."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from itertools import count
from pathlib import Path

from bridge.app import App
from bridge.desk.key_files import load_keys
from bridge.testing.mariadb import PrivateMariaDB
from tests.faults.proxy import Fault, Kind
from tests.faults.story import Stage, running, stage
from tests.support.bridges import BASE, shop_now
from tests.support.crashing import SETTLE_S, faults
from tests.support.waiting import until

THERE_AND_BACK_S = 0.05
POLL_S = 0.5
"""Far longer than a pass takes: the orders and the inbox have one turn each, also on a busy machine."""
MOST_ROUND_TRIPS = 6
PASSES, PASSES_BEFORE = 3, 2
ATTEMPTS = 8
"""What a machine that pauses spoils is measured again: a pass that took long has more of what is asked by the clock."""
LONGEST_S = 2 * POLL_S + SETTLE_S + 30 * THERE_AND_BACK_S + 1.0
"""From payment to account page: the next look, the one after the order's rest, thirty questions, a busy machine."""


async def test_an_idle_pass_over_a_shop_50_ms_away_is_under_six_round_trips(
    mariadb: PrivateMariaDB, tmp_path: Path
) -> None:
    async with stage(tmp_path, mariadb) as on:
        for name, proxy in on.proxies.items():
            on.bridge.change_store(name, poll_seconds=POLL_S)
            await somebody_has_clicked(on, name)
            proxy.strike(Fault(Kind.SLOW, seconds=THERE_AND_BACK_S / 2))
        async with running(on) as app:
            await on.bridge.quiet()
            for name, questions in zip(
                on.proxies, await asyncio.gather(*(idle(on, app, name) for name in on.proxies)), strict=True
            ):
                assert questions < MOST_ROUND_TRIPS, f"{name}: {questions} round trips a pass"
            for name, seconds in zip(
                on.proxies, await asyncio.gather(*(paid(on, name) for name in on.proxies)), strict=True
            ):
                assert seconds < LONGEST_S, f"{name}: {seconds} s"
        assert await faults(on.bridge) == []


async def somebody_has_clicked(on: Stage, name: str) -> None:
    """There is a row in the inbox: one that is empty is the smaller part of a shop's life."""
    [key, *_] = load_keys(on.bridge.state, name).signing_first
    await on.bridge.stores[name].shop.customer_posts(key, 1, "quote_cancel", {"quote": 1, "version": 1}, store=name)


async def idle(on: Stage, app: App, name: str) -> float:
    """Round trips a pass, over some passes in which nothing is new and what a start asks once has been asked."""
    counters, traffic = app.runners[name].health.counters, on.proxies[name].traffic

    async def passes(number: int) -> int:
        before = counters.reads
        await until(lambda: counters.reads >= before + number, f"{number} idle passes over {name}")
        return counters.reads - before

    async def measured() -> float:
        asked = traffic.round_trips
        counted = await passes(PASSES)
        return (traffic.round_trips - asked) / counted

    await passes(PASSES_BEFORE)
    return await fewest(measured, MOST_ROUND_TRIPS)


async def paid(on: Stage, name: str) -> float:
    """Seconds from a payment until the customer's account page shows its coins."""
    shop, customers = on.bridge.stores[name].shop, count(1)

    async def measured() -> float:
        buyer = await shop.add_customer(f"far{next(customers)}@shop.example")
        began = time.monotonic()
        await shop.place_paid_order(buyer, [(BASE, 1)], at=shop_now(shop))
        await on.bridge.coins(name, buyer, 550)
        await on.bridge.quiet(name)
        return time.monotonic() - began

    return await fewest(measured, LONGEST_S)


async def fewest(measured: Callable[[], Awaitable[float]], enough: float) -> float:
    """The least of some measurements; the first that is below `enough` ends it."""
    found = [await measured()]
    while found[-1] >= enough and len(found) < ATTEMPTS:
        found.append(await measured())
    return min(found)
