"""Shops 50 ms away: a look at a shop where nothing is new asks few questions, and what is new comes through soon."""

import asyncio
import time
from pathlib import Path

from bridge.app import App
from bridge.testing.mariadb import PrivateMariaDB
from tests.faults.proxy import Fault, Kind
from tests.faults.story import Stage, running, stage
from tests.support.bridges import BASE, shop_now
from tests.support.crashing import SETTLE_S, faults
from tests.support.waiting import until

THERE_AND_BACK_S = 0.05
MOST_ROUND_TRIPS = 6
PASSES = 5
LONGEST_S = SETTLE_S + 30 * THERE_AND_BACK_S + 1.0
"""From the payment to the account page: the order's rest, thirty questions, and a busy machine."""


async def test_an_idle_pass_over_a_shop_50_ms_away_is_under_six_round_trips(
    mariadb: PrivateMariaDB, tmp_path: Path
) -> None:
    async with stage(tmp_path, mariadb) as on:
        for proxy in on.proxies.values():
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


async def idle(on: Stage, app: App, name: str) -> float:
    """Round trips a pass, over some passes in which nothing is new."""
    counters, traffic = app.runners[name].health.counters, on.proxies[name].traffic
    passes, asked = counters.reads, traffic.round_trips
    await until(lambda: counters.reads >= passes + PASSES, f"{PASSES} idle passes over {name}")
    return (traffic.round_trips - asked) / (counters.reads - passes)


async def paid(on: Stage, name: str) -> float:
    """Seconds from a payment until the customer's account page shows its coins."""
    shop = on.bridge.stores[name].shop
    buyer = await shop.add_customer("far@shop.example")
    began = time.monotonic()
    await shop.place_paid_order(buyer, [(BASE, 1)], at=shop_now(shop))
    await on.bridge.coins(name, buyer, 550)
    await on.bridge.quiet(name)
    return time.monotonic() - began
