"""The watchdog feeds the service manager only while everything progresses."""

import asyncio
import time

import pytest
import structlog

from bridge.engine.systemd import Notifier
from bridge.engine.watchdog import STUCK_AFTER_S, Watchdog
from tests.support.waiting import PATIENCE_S, until


class Heard(Notifier):
    """A notifier that counts signs of life instead of sending them."""

    def __init__(self, watchdog_seconds: float | None) -> None:
        super().__init__("/nowhere", watchdog_seconds)
        self.alive_at: list[float] = []
        self.now = 0.0

    def alive(self) -> None:
        self.alive_at.append(self.now)


def looks(watchdog: Watchdog, notifier: Heard, *moments: float) -> None:
    for moment in moments:
        notifier.now = moment
        watchdog.look(moment)


def test_a_third_of_the_service_managers_patience_passes_between_signs_of_life() -> None:
    notifier = Heard(30.0)
    watchdog = Watchdog({}, notifier, asyncio.Event())
    looks(watchdog, notifier, *(float(second) for second in range(25)))
    assert notifier.alive_at == [0.0, 10.0, 20.0]


def test_without_a_waiting_service_manager_nothing_is_sent() -> None:
    notifier = Heard(None)
    looks(Watchdog({}, notifier, asyncio.Event()), notifier, 0.0, 100.0)
    assert notifier.alive_at == []


def test_a_stuck_part_stops_the_feeding_until_it_moves_again() -> None:
    notifier, beats = Heard(3.0), {"writer": 0.0, "scheduler": 0.0}
    watchdog = Watchdog(
        {"writer": lambda: beats["writer"], "scheduler": lambda: beats["scheduler"]}, notifier, asyncio.Event()
    )
    late = STUCK_AFTER_S + 1
    beats["scheduler"] = late
    assert watchdog.stuck(late) == ["writer"]
    looks(watchdog, notifier, 1.0, late)
    assert notifier.alive_at == [1.0]
    beats["writer"] = late
    looks(watchdog, notifier, late + 1)
    assert notifier.alive_at == [1.0, late + 1]


def test_being_stuck_is_told_once_and_so_is_its_end() -> None:
    beats = {"writer": 0.0}
    watchdog = Watchdog({"writer": lambda: beats["writer"]}, Notifier(None), asyncio.Event())
    with structlog.testing.capture_logs() as lines:
        for moment in (1.0, 30.0, 31.0, 32.0):
            watchdog.look(moment)
        beats["writer"] = 33.0
        watchdog.look(33.0)
        watchdog.look(34.0)
    assert [line["event"] for line in lines] == ["not alive", "alive again"]
    assert lines[0]["stuck"] == ["writer"]


async def test_a_loop_that_was_held_up_shows_as_delay() -> None:
    stop = asyncio.Event()
    watchdog = Watchdog({}, Notifier(None), stop)
    watching = asyncio.create_task(watchdog.run())
    await asyncio.sleep(0)
    time.sleep(1.2)  # noqa: ASYNC251  # holding the loop up is what this test does
    await until(lambda: watchdog.loop_delay_seconds > 0.1, "the delay is seen")
    stop.set()
    await watching


async def test_it_ends_at_once_when_told_to_stop(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bridge.engine.watchdog.LOOK_EVERY_S", 3600.0)
    stop = asyncio.Event()
    watching = asyncio.create_task(Watchdog({}, Notifier(None), stop).run())
    await asyncio.sleep(0)
    stop.set()
    async with asyncio.timeout(PATIENCE_S):
        await watching
