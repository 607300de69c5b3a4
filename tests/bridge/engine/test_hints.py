"""Hints bring a pass forward, and never more than that: the shop is read at its pace whatever they say or miss."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from bridge.contracts.clock import SystemClock
from bridge.desk.desk import Desk
from bridge.domain.accounts import Owner, OwnerKind
from bridge.engine.health import StoreHealth
from bridge.engine.intake import Intake
from bridge.engine.setup import StoreSetup
from bridge.errors import ShopRefused, ShopUnavailable
from bridge.testing.desks import a_desk
from bridge.testing.shop import FakeShop
from tests.support.fake_platform import read_settings, write_bridge
from tests.support.waiting import PATIENCE_S, until

OFTEN = "0.05"
NEVER = "0.0"
PACE_S = 0.06


class Reading:
    """A store that is read once an hour, its first passes done and its first hint known."""

    def __init__(self, desk: Desk, folder: Path, *, hint_seconds: str, poll_seconds: str) -> None:
        pace = {"poll_seconds": poll_seconds, "hint_seconds": hint_seconds, "stale_after_seconds": "7200"}
        config = write_bridge(folder, stores={"acme": pace})
        self.shop, self.desk, self.health = FakeShop(), desk, StoreHealth("acme", 60)
        self.stop, self.wake = asyncio.Event(), asyncio.Event()
        self.intake = Intake(
            StoreSetup.of(read_settings(config).stores["acme"]),
            self.shop,
            desk,
            SystemClock(),
            self.health,
            self.stop,
            lambda: None,
            wake=self.wake,
        )

    @property
    def passes(self) -> int:
        return self.shop.calls["touched"]

    @property
    def asked(self) -> int:
        return self.shop.calls["hint"]

    async def asked_again(self, times: int) -> None:
        """Wait until the shop was asked for its hint some times more."""
        before = self.asked
        await until(lambda: self.asked >= before + times, f"a hint was asked for {times} times more")
        await asyncio.sleep(0)  # the last question has been counted, now it reaches the shop

    async def passes_more(self, times: int) -> None:
        """Wait for some passes more, and see that no other follows."""
        before = self.passes
        await until(lambda: self.passes >= before + times, f"{times} more passes")
        await self.asked_again(3)
        assert self.passes == before + times

    async def posted(self, customer: int) -> int:
        owner = Owner(OwnerKind.CUSTOMER, customer)
        accounts = await self.desk.read(lambda tx: tx.accounts.of_owners("acme", [owner]))
        return accounts[owner].posted if owner in accounts else 0


Running = Callable[..., AbstractAsyncContextManager[Reading]]


@pytest.fixture
async def running(tmp_path: Path) -> AsyncIterator[Running]:
    """Runs a store's reading side until the block ends."""
    with a_desk(tmp_path) as desk:
        desk.start()

        @asynccontextmanager
        async def run(*, hint_seconds: str = OFTEN, poll_seconds: str = "3600") -> AsyncIterator[Reading]:
            reading = Reading(desk, tmp_path, hint_seconds=hint_seconds, poll_seconds=poll_seconds)
            task = asyncio.create_task(reading.intake.run())
            await until(lambda: reading.passes, "the first passes are done")
            if hint_seconds == OFTEN and poll_seconds == "3600":
                await reading.asked_again(2)
            yield reading
            reading.stop.set()
            await asyncio.wait_for(task, PATIENCE_S)

        yield run


async def test_a_changed_hint_brings_the_pass_forward_and_one_more_look_follows(running: Running) -> None:
    async with running() as reading:
        reading.shop.add_order(customer=7, lines={"BASE": 1})
        await reading.asked_again(3)
        assert await reading.posted(7) == 0, "the next pass is an hour away"
        before = reading.passes
        reading.shop.hints = "1"
        await until(lambda: reading.passes >= before + 2, "a pass and a look more")
        assert await reading.posted(7) == 550


async def test_a_hint_that_stays_as_it_is_wakes_nobody(running: Running) -> None:
    async with running() as reading:
        before = reading.passes
        await reading.asked_again(10)
        assert reading.passes == before
        reading.shop.hints = "1"
        await reading.passes_more(2)
        reading.shop.hints = "0"
        await reading.passes_more(2)


async def test_a_hint_that_came_before_its_row_was_committed_is_not_lost(running: Running) -> None:
    async with running() as reading:
        shop = reading.shop
        shop.hold("hint")
        await reading.asked_again(1)
        shop.add_order(customer=7, lines={"BASE": 1})
        shop.hidden.add(len(shop.history))
        shop.hints = "1"
        passes, asked = reading.passes, reading.asked
        shop.let_go("hint")
        shop.hold("hint")
        await until(lambda: reading.passes > passes and reading.asked > asked, "the hint has woken the reader")
        assert await reading.posted(7) == 0
        shop.hidden.clear()
        shop.let_go("hint")
        await until(lambda: reading.health.counters.orders, "the order is booked by the look that follows")
        assert await reading.posted(7) == 550


@pytest.mark.parametrize("error", [ShopUnavailable("acme: no answer"), ShopRefused("acme: no right")])
async def test_a_hint_that_fails_is_silent_and_the_next_one_counts(
    running: Running, error: ShopUnavailable | ShopRefused
) -> None:
    async with running() as reading:
        with capture_logs() as lines:
            reading.shop.fail("hint", error)
            passes = reading.passes
            await reading.asked_again(5)
        assert lines == []
        assert not reading.health.failures
        assert reading.passes == passes
        reading.shop.recover("hint")
        await reading.asked_again(3)
        assert reading.passes == passes, "that it answers again is no change"
        reading.shop.fail("hint", error)
        reading.shop.hints = "1"
        await reading.asked_again(2)
        reading.shop.recover("hint")
        await reading.passes_more(2)


@pytest.mark.parametrize("hint_seconds", [NEVER, "10"])
async def test_a_store_that_is_read_more_often_or_wants_no_hints_is_never_asked(
    running: Running, hint_seconds: str
) -> None:
    async with running(hint_seconds=hint_seconds, poll_seconds="0.05") as reading:
        await until(lambda: reading.passes >= 4, "four passes")
        assert reading.asked == 0


async def test_a_shop_whose_hint_changes_at_every_question_is_read_at_the_pace_of_the_questions(
    running: Running,
) -> None:
    async with running(hint_seconds=str(PACE_S)) as reading:
        shop = reading.shop
        hint, began = shop.hint, time.monotonic()

        async def always_another() -> str:
            shop.hints += "x"
            return await hint()

        shop.hint = always_another  # type: ignore[method-assign]  # this shop is never quiet
        before = reading.passes
        await until(lambda: reading.asked >= 6, "six questions")
        assert reading.passes - before <= reading.asked
        assert time.monotonic() - began >= 5 * PACE_S


async def test_waiting_for_hints_is_no_busy_loop(running: Running) -> None:
    async with running(hint_seconds=str(PACE_S)) as reading:
        began = time.monotonic()
        await until(lambda: reading.asked >= 5, "five questions")
        assert time.monotonic() - began >= 4 * PACE_S
        assert reading.passes <= 2, "reading once is enough where nothing changes"


@pytest.mark.parametrize("hint_seconds", [NEVER, OFTEN])
async def test_a_find_by_comparing_brings_the_pass_forward_once(running: Running, hint_seconds: str) -> None:
    async with running(hint_seconds=hint_seconds) as reading:
        before = reading.passes
        reading.wake.set()
        await until(lambda: reading.passes == before + 1, "one pass more")
        await until(lambda: not reading.wake.is_set(), "it has been heard")


async def test_a_stop_ends_the_waiting_at_once(running: Running) -> None:
    async with running(hint_seconds="60") as reading:
        await until(lambda: reading.health.counters.reads >= 2, "it waits for the next pass")
    assert reading.asked == 0, "leaving the block waits five seconds for its end at most"
