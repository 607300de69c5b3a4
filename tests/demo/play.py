"""Plays the day: in the terminal at a person's pace until Ctrl-C, or with --once without waiting."""

import argparse
import asyncio
import signal
import time

from rich.console import Console

from bridge.errors import BridgeError
from tests.demo.day import Day
from tests.demo.stage import PRESTASHOP, DemoBroken, Stage, set_stage
from tests.demo.summary import summary, table_of
from tests.demo.telling import Telling
from tests.demo.week import play_week
from tests.support.bridges import caught_up, newest_ids
from tests.support.daemons import fetched
from tests.support.waiting import until

PAUSE_S = 2.5
"""Between two steps, so that a person can follow."""
LISTEN_EVERY_S = 0.1
A_MOMENT_S = 0.05
DISAGREES, INTERRUPTED = 1, 130


async def play(telling: Telling, console: Console, *, once: bool) -> int:
    """The whole demonstration; the exit code."""
    began = time.monotonic()
    async with set_stage(lambda words: telling.say("stage", words)) as stage:
        day = Day(stage, telling)
        await day.before()
        telling.people("The daemon starts: bridge run")
        stage.daemon.start()
        address = await stage.daemon.ready()
        listening = asyncio.create_task(listen(stage, telling))
        try:
            await all_quiet(stage, telling)
            for step in day.steps():
                await asyncio.sleep(0 if once else PAUSE_S)
                telling.people(step.words)
                await step.deed()
                await all_quiet(stage, telling)
            telling.people(
                "Answers are owed too. Of promises that take days a desk of its own tells, by a clock set by hand."
            )
            late = play_week(stage.config, PRESTASHOP, telling)
            status, _ = await asyncio.to_thread(fetched, address, "/health")
            stores = await summary(stage)
            console.print()
            console.print(table_of(stores))
            telling.say("stage", f"{address}/health answers {status}; the day took {time.monotonic() - began:.0f} s.")
            assert day.counter is not None, "the day has been played"
            assert day.holder is not None, "the day has been played"
            for line in day.counter.summary():
                telling.say("desk", line)
            wrong = [*telling.wrong, *(f"{one.store}: {fault}" for one in stores for fault in one.faults)]
            wrong += day.counter.faults() + day.holder.faults() + day.caller.faults() + late
            for line in wrong:
                telling.say("wrong", line)
            if not once:
                telling.people("The day is over, the shops stay open, and the daemon goes on. Ctrl-C ends it all.")
                await asyncio.Event().wait()
        finally:
            listening.cancel()
            stage.daemon.stop()
            telling.hear(stage.daemon)
    return DISAGREES if wrong or status != 200 else 0


async def all_quiet(stage: Stage, telling: Telling) -> None:
    """Wait until what is in the shops now has been booked and pushed, and told."""
    for store, shop in stage.shops.items():
        ends = await newest_ids(shop)

        def done(store: str = store, ends: dict[str, int] = ends) -> bool:
            progress = stage.desk.progress(store)
            return progress is not None and caught_up(progress, ends)

        await until(done, f"{store} is quiet")
    telling.hear(stage.daemon)


async def listen(stage: Stage, telling: Telling) -> None:
    """Tell what the daemon logs, as it happens."""
    while True:
        telling.hear(stage.daemon)
        await asyncio.sleep(LISTEN_EVERY_S)


async def interruptible(telling: Telling, console: Console, *, once: bool) -> int:
    """`play`, ended by SIGTERM and a closed terminal as by Ctrl-C."""
    task = asyncio.ensure_future(play(telling, console, once=once))
    stopped = asyncio.Event()

    def stop() -> None:
        stopped.set()
        task.cancel()

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        asyncio.get_running_loop().add_signal_handler(number, stop)
    try:
        return await task
    except (asyncio.CancelledError, BridgeError, DemoBroken):
        await asyncio.sleep(A_MOMENT_S)  # a program that we had started may have heard the signal before us
        if not stopped.is_set():
            raise
        return INTERRUPTED if once else 0


def main() -> int:
    parser = argparse.ArgumentParser(prog="./script/demo", description=__doc__, allow_abbrev=False)
    parser.add_argument(
        "--once", action="store_true", help="play without waiting, print a summary, exit 0 if all agrees"
    )
    asked = parser.parse_args()
    console = Console(highlight=False)
    telling = Telling(console)
    try:
        return asyncio.run(interruptible(telling, console, once=asked.once))
    except (BridgeError, DemoBroken, AssertionError) as error:
        telling.say("wrong", str(error))
        return DISAGREES
