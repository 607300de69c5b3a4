"""Comparing one shop with what the desk has read of it: the side of a store that finds what no new row tells of.

A bell rings each minute. At each, the ids are looked at (a shop that was put back to an older state must not be
booked), then the newest orders, then as many slices of the round as the minute's budget allows; a round that is over
waits its time. What differs is touched, so the reading side reads and books it like anything else.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta
from typing import TypeVar

import structlog

from bridge.contracts.clock import Clock
from bridge.contracts.shop import ShopAdapter
from bridge.contracts.stores import FirstSync
from bridge.contracts.sync import Comparison
from bridge.desk.desk import Desk
from bridge.domain.slices import LAST_SLICE
from bridge.engine.account_round import AccountRound
from bridge.engine.health import StoreHealth, Work
from bridge.engine.retrying import worked
from bridge.engine.setup import StoreSetup
from bridge.engine.waiting import first_of
from bridge.services import reconciling
from bridge.services.reconciling import BACKLOG, Start

R = TypeVar("R")
log = structlog.get_logger()
NEWEST_SLICES = 1
"""Slices before the newest one that are compared at each bell: most of what changes, changes there."""


class Reconciler:
    """The comparing side of one store.

    `bell` is set when a minute has passed, `on_found` after a find; `on_changed` is called when accounts are to be
    pushed.
    """

    def __init__(
        self,
        setup: StoreSetup,
        adapter: ShopAdapter,
        desk: Desk,
        clock: Clock,
        health: StoreHealth,
        stop: asyncio.Event,
        *,
        bell: asyncio.Event,
        on_found: asyncio.Event,
        on_changed: Callable[[], None] = lambda: None,
        stopwatch: Callable[[], float] = time.monotonic,
    ) -> None:
        self._setup, self._adapter, self._desk, self._clock = setup, adapter, desk, clock
        self._health, self._stop, self._bell, self._on_found = health, stop, bell, on_found
        self._stopwatch, self._spent = stopwatch, 0.0
        self._accounts = AccountRound(setup, adapter, desk, clock, ask=self._timed, on_changed=on_changed)

    async def run(self) -> None:
        """Compare at each bell until stopped. Raises what is not the shop's fault."""
        while not self._stop.is_set():
            await first_of(None, self._stop, self._bell)
            self._bell.clear()
            if not self._stop.is_set():
                self._spent = 0.0
                await worked(Work.COMPARING, self._health, self._stop, self._share)

    async def at_the_bell(self) -> None:
        """One minute's share of comparing. Raises `ShopError`, `DeskError`."""
        self._spent = 0.0
        await self._share()

    async def _share(self) -> None:
        """What is left of one minute's share; tried again after a failure it has only what the failure left."""
        name = self._setup.name
        start: Start = await self._desk.read(reconciling.start, name)
        if start.first_sync is not FirstSync.DONE or not await self._ids_went_on(start) or start.paused:
            return
        if start.newest >= 0:
            await self._compare_page(max(start.newest - NEWEST_SLICES - 1, -1))
        if start.touched < BACKLOG and self._round_is_due(start.comparison):
            budget = self._setup.sync.reconcile_budget_seconds
            await self._round(start.comparison, may_go_on=lambda found: found < BACKLOG and self._spent < budget)

    async def whole_round(self) -> None:
        """Compare everything that is due at once, whatever it costs. Raises `ShopError`, `DeskError`."""
        start: Start = await self._desk.read(reconciling.start, self._setup.name)
        if start.first_sync is not FirstSync.DONE or not await self._ids_went_on(start) or start.paused:
            return
        if self._round_is_due(start.comparison):
            await self._round(start.comparison, may_go_on=lambda _: True)

    async def _round(self, comparison: Comparison, *, may_go_on: Callable[[int], bool]) -> None:
        """Go on with the round while it may, but however slow the shop is a little.

        `may_go_on` is asked with the number of orders found. A round that somebody has begun anew meanwhile is left.
        """
        name, found = self._setup.name, 0
        while comparison.slice < LAST_SLICE:
            position, differing = await self._compare_page(comparison.slice)
            found += differing
            after = replace(comparison, slice=position)
            if not await self._desk.transact("compared orders", reconciling.move_on, name, comparison, after):
                return
            comparison = after
            if self._stop.is_set() or not may_go_on(found):
                return
        if await self._accounts.go_on(lambda: not self._stop.is_set() and may_go_on(found)):
            over = Comparison(finished_at=self._clock.now())
            if await self._desk.transact("finish comparing", reconciling.move_on, name, comparison, over):
                self._health.round_over()

    async def _compare_page(self, after: int) -> tuple[int, int]:
        """Compare the next few slices; how far that was, `LAST_SLICE` at the end, and how many orders differ."""
        name = self._setup.name
        page = await self._timed(self._adapter.slices(after=after))
        until, found = page.until if page.more else LAST_SLICE, 0
        for number in await self._desk.read(reconciling.differing_slices, name, page, after=after):
            digests = await self._timed(self._adapter.order_digests(number))
            orders = await self._desk.transact(
                "touch differing orders",
                reconciling.touch_differing,
                name,
                number,
                digests,
                at=self._clock.now(),
                settle=timedelta(seconds=self._setup.sync.settle_seconds),
            )
            found += len(orders)
            if found >= BACKLOG:
                until = number
                break
        if found:
            self._health.counters.differences += found
            log.info("orders differ from what was read", store=name, orders=found)
            self._on_found.set()
        return until, found

    async def _ids_went_on(self, start: Start) -> bool:
        """Whether the shop's ids have only grown; if not, nothing is booked until staff have looked."""
        name = self._setup.name
        next_ids = await self._timed(self._adapter.next_ids())
        back = reconciling.ids_gone_back(start.positions, next_ids)
        if not back:
            return True
        at, customer, tables = self._clock.now(), next_ids.get("customer"), self._adapter.tables()
        new = await self._desk.transact(
            "report ids", reconciling.report_ids_gone_back, name, back, tables=tables, next_customer=customer, at=at
        )
        if new:
            log.error(
                "the shop's ids went back, nothing of it is booked until staff have looked",
                store=name,
                ids={tables.get(one, one): f"{read} read, {number} next" for one, (read, number) in back.items()},
                next="bridge problems list",
            )
        return False

    def _round_is_due(self, comparison: Comparison) -> bool:
        if comparison.slice >= 0 or comparison.finished_at is None:
            return True
        since = self._clock.now() - comparison.finished_at
        return not timedelta(0) <= since < timedelta(minutes=self._setup.sync.reconcile_minutes)

    async def _timed(self, question: Awaitable[R]) -> R:
        """Ask the shop, at the expense of the budget: how long we wait is at least what its server worked."""
        began = self._stopwatch()
        try:
            return await question
        finally:
            self._spent += self._stopwatch() - began
