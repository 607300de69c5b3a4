"""Reading one shop: from its rows to booked orders.

The story of a pass: which rows are new → the orders they are about are noted and the cursors move (one transaction) →
orders that have been quiet for their settle time are read as they are now → they are booked and forgotten (one
transaction). A crash between any two of these repeats work and loses none.
"""

import asyncio
import random
import time
from collections.abc import Callable, Sequence
from datetime import timedelta
from functools import partial
from typing import Concatenate, ParamSpec, TypeVar

import structlog

from bridge.contracts.clock import Clock
from bridge.contracts.shop import ShopAdapter, ShopFacts
from bridge.contracts.stores import FirstSync
from bridge.desk.desk import Desk
from bridge.desk.transaction import DeskTx
from bridge.domain.orders import Order, UnreadableOrder
from bridge.domain.purchases import StoreTerms
from bridge.engine.freshness import Sight
from bridge.engine.health import StoreHealth, StoreState, Work
from bridge.engine.odd_orders import book_but_the_odd
from bridge.engine.retrying import went_well, worked
from bridge.engine.setup import StoreSetup
from bridge.engine.waiting import first_of, next_due
from bridge.errors import ShopError
from bridge.services import purchases, shop_facts, syncing
from bridge.services.booked import Booked
from bridge.services.syncing import SyncPlan

P = ParamSpec("P")
R = TypeVar("R")
log = structlog.get_logger()
PROBE_AGAIN_S = 300.0
"""By then the shop is asked again which statuses mean paid and refunded; each store after a share of it of its own, so
that many do not ask in step."""
PATIENCE_BETWEEN_LOOKS_S = 1.0
"""How long the intake of a store that waits for staff sleeps between looks at the desk, at most."""


class Intake:
    """The reading side of one store. `phase` says when, as a share of the time between two passes, it has its turn.

    `sight` is told whether the shop can be read, where somebody goes by that.
    """

    def __init__(
        self,
        setup: StoreSetup,
        adapter: ShopAdapter,
        desk: Desk,
        clock: Clock,
        health: StoreHealth,
        stop: asyncio.Event,
        on_booked: Callable[[], None],
        *,
        wake: asyncio.Event | None = None,
        on_hint: Callable[[], None] = lambda: None,
        phase: float = 0.0,
        sight: Sight | None = None,
    ) -> None:
        self._setup, self._adapter, self._desk, self._clock = setup, adapter, desk, clock
        self._health, self._stop, self._on_booked, self._wake = health, stop, on_booked, wake or asyncio.Event()
        self._on_hint = on_hint
        self._look = (
            partial(sight.watched, self.one_pass, caught_up=_is_no_more) if sight is not None else self.one_pass
        )
        self._hint: str | None = None
        self._state: StoreState | None = None
        self._echo = False
        self._counted = False
        self._due = phase * setup.sync.poll_seconds
        self._terms: StoreTerms | None = None
        self._news: ShopFacts | None = None
        self._probed, self._share = 0.0, random.uniform(0.5, 1.0)  # noqa: S311  # no secret
        self._units_in_a_row = 0
        self._idle_plan: SyncPlan | None = None
        """What the last pass went by, if nothing was left to do: it stands until somebody commits something."""
        self._idle_since = 0

    async def run(self) -> None:
        """Read until stopped. Raises what is not the shop's fault; the supervisor starts the store again then."""
        while not self._stop.is_set():
            wait = await worked(Work.READING, self._health, self._stop, self._look)
            self._tell_state()
            if wait is None:
                wait = self._until_due()
            if wait > 0:
                await self._rest(wait)
            else:
                await asyncio.sleep(0)

    def _tell_state(self) -> None:
        """Wake whoever tells the shop how the desk is, where that has changed."""
        if self._health.state is not self._state:
            self._state = self._health.state
            self._on_booked()

    async def _rest(self, seconds: float) -> None:
        """Wait for the next pass; a hint that the shop has changed, or a find by comparing, brings it forward."""
        until, every = time.monotonic() + seconds, self._setup.sync.hint_seconds
        while (left := until - time.monotonic()) > 0:
            hints = 0 < every < left
            await first_of(every if hints else left, self._stop, self._wake)
            if self._stop.is_set() or self._wake.is_set() or (hints and await self._hinted()):
                break
        self._wake.clear()

    async def _hinted(self) -> bool:
        """Whether the shop hints at a change since the last question, or did so at that one.

        A hint can come before its row is committed, so one look more follows. A shop that fails is the next pass's
        affair.
        """
        before, echo = self._hint, self._echo
        try:
            self._hint = await self._adapter.hint()
        except ShopError:
            return False
        self._echo = before is not None and before != self._hint
        if self._echo or echo:
            self._on_hint()
        return self._echo or echo

    def _until_due(self) -> float:
        """Seconds to the next pass of the row that `phase` has begun, so that many stores do not look in step."""
        moment = time.monotonic()
        self._due = next_due(self._due, every=self._setup.sync.poll_seconds, moment=moment)
        return self._due - moment

    async def one_pass(self) -> float | None:
        """One pass; returns seconds until the next, None for the usual pace. Raises `ShopError`, `DeskError`."""
        terms = await self.terms()
        await self._note_news()
        changes = self._desk.sync_changes
        plan = self._idle_plan if self._idle_plan and changes == self._idle_since else await self._plan()
        if plan.state.first_sync is not FirstSync.DONE:
            return await self._first_sync(terms, plan)
        if not plan.cursors:
            plan = await self._start_cursors()
        self._health.phase = StoreState.PAUSED if plan.paused else StoreState.WELL
        new, plan = await self._note_touched(plan)
        if plan.due:
            plan = await self._book_due(terms, plan)
        if new >= self._setup.sync.page_orders or plan.due:
            return 0.0
        if plan.next_due is None:
            self._idle_plan, self._idle_since = plan, changes
            return None
        return min((plan.next_due - self._clock.now()).total_seconds(), self._setup.sync.poll_seconds)

    async def terms(self) -> StoreTerms:
        """The store's terms, with the statuses its shop uses now and then asked anew. Raises `ShopError`."""
        if self._terms is None or time.monotonic() - self._probed > self._share * PROBE_AGAIN_S:
            facts: ShopFacts = await self._adapter.probe()
            if self._health.recognised(facts.layout, facts.server):
                log.info("shop recognised", store=self._setup.name, layout=facts.layout, server=facts.server)
            self._news = facts
            self._terms, self._probed = self._setup.terms(facts.statuses), time.monotonic()
        return self._terms

    async def _note_news(self) -> None:
        """Tell staff what the shop says of itself now, if it has just been asked."""
        if self._news is None:
            return
        facts, setup, at = self._news, self._setup, self._clock.now()

        def note(tx: DeskTx) -> None:
            shop_facts.note_statuses(tx, setup.name, facts.statuses, at=at)
            shop_facts.note_licence_codes(tx, setup.name, setup.licences.codes, at=at)
            shop_facts.report_zone(tx, setup.name, setup.settings.zone_info, facts.zone, at=at)

        await self._desk.transact("note what the shop says", note)
        self._news = None

    async def total(self) -> Booked:
        """What a first sync would book; nothing is written (rule C2). Told to stop, it is a part of that."""
        terms = await self.terms()
        total = Booked()
        async for page in self._adapter.all_orders(after=0, page=self._setup.sync.first_sync_page_orders):
            counted = await self._desk.read(purchases.totals, terms, page.orders, at=self._clock.now())
            total = total.plus(counted)
            went_well(Work.READING, self._health)
            if self._stop.is_set():
                break
        return total

    async def _plan(self) -> SyncPlan:
        return await self._desk.read(
            syncing.plan, self._setup.name, at=self._clock.now(), limit=self._setup.sync.page_orders
        )

    async def _and_plan(
        self, name: str, service: Callable[Concatenate[DeskTx, P], R], *args: P.args, **kwargs: P.kwargs
    ) -> tuple[R, SyncPlan]:
        """Run a service and, in the same transaction, look at what comes next."""

        def both(tx: DeskTx) -> tuple[R, SyncPlan]:
            done = service(tx, *args, **kwargs)
            at, limit = self._clock.now(), self._setup.sync.page_orders
            return done, syncing.plan(tx, self._setup.name, at=at, limit=limit)

        return await self._desk.transact(name, both)

    async def _start_cursors(self) -> SyncPlan:
        """Read from the tables' ends on; what is there already is the first sync's, or comparing's."""
        newest = await self._adapter.newest()
        _, plan = await self._and_plan(
            "start cursors", syncing.start_cursors, self._setup.name, newest, at=self._clock.now()
        )
        return plan

    async def _note_touched(self, plan: SyncPlan) -> tuple[int, SyncPlan]:
        rows = await self._adapter.touched(plan.cursors)
        unseen = sum(len(plan.cursors[name].unseen(row.id for row in read)) for name, read in rows.items())
        gaps = any(cursor.gaps for cursor in plan.cursors.values())
        if not unseen and not gaps:
            return 0, plan
        self._health.counters.rows += unseen
        return await self._and_plan(
            "note touched orders",
            syncing.note_touched,
            self._setup.name,
            rows,
            at=self._clock.now(),
            settle=timedelta(seconds=self._setup.sync.settle_seconds),
            remember_gaps=timedelta(minutes=self._setup.sync.gap_minutes),
        )

    async def _book_due(self, terms: StoreTerms, plan: SyncPlan) -> SyncPlan:
        orders, unreadable = await self._adapter.read_orders([one.order_id for one in plan.due])

        async def book(good: Sequence[Order], odd: Sequence[UnreadableOrder]) -> tuple[Booked, SyncPlan]:
            return await self._and_plan(
                "book orders",
                syncing.book_touched,
                terms,
                plan.due,
                good,
                odd,
                at=self._clock.now(),
                units_before=self._units_in_a_row,
            )

        booked, after = await book_but_the_odd(self._desk, terms, orders, unreadable, book, at=self._clock.now())
        self._units_in_a_row = self._units_in_a_row + booked.fused_units if after.due else 0
        self._tell(booked)
        self._health.lag_seconds = (self._clock.now() - plan.due[0].due_at).total_seconds()
        return after

    async def _first_sync(self, terms: StoreTerms, plan: SyncPlan) -> float | None:
        name = self._setup.name
        self._health.phase = StoreState.FIRST_SYNC
        if not plan.cursors:
            await self._start_cursors()
        if plan.state.first_sync is FirstSync.PENDING:
            if not self._counted:
                total = await self.total()
                if self._stop.is_set():
                    return 0.0  # counted only in part: nothing may be confirmed by it
                self._counted = True
                asked = await self._desk.transact(
                    "ask for confirmation", syncing.ask_for_confirmation, terms, total, at=self._clock.now()
                )
                if asked:
                    log.warning(
                        "first sync waits for staff",
                        store=name,
                        packages=total.granted_units,
                        coins=total.granted_coins,
                        next="bridge problems list",
                    )
            plan = await self._plan()
            if plan.state.first_sync is FirstSync.PENDING:
                await self._adapter.newest()  # the shop is still there: that is what "read" means while waiting
                self._health.phase = StoreState.WAITING
                return min(self._setup.sync.poll_seconds, PATIENCE_BETWEEN_LOOKS_S)
        await self._book_all(terms, after=plan.state.synced_to)
        return 0.0

    async def _book_all(self, terms: StoreTerms, *, after: int) -> None:
        total = Booked()
        async for page in self._adapter.all_orders(after=after, page=self._setup.sync.first_sync_page_orders):

            async def book(
                good: Sequence[Order], odd: Sequence[UnreadableOrder], last_id: int = page.last_id
            ) -> Booked:
                return await self._desk.transact(
                    "book first orders", syncing.book_first, terms, good, odd, last_id=last_id, at=self._clock.now()
                )

            booked = await book_but_the_odd(self._desk, terms, page.orders, page.unreadable, book, at=self._clock.now())
            total = total.plus(booked)
            self._health.counters.orders += booked.orders
            went_well(Work.READING, self._health)
            self._on_booked()
            if self._stop.is_set():
                return
        await self._desk.transact("finish first sync", syncing.finish_first_sync, terms.name, at=self._clock.now())
        log.info(
            "first sync done",
            store=terms.name,
            orders=total.orders,
            packages=total.granted_units,
            coins=total.granted_coins,
            set_aside=total.set_aside,
        )

    def _tell(self, booked: Booked) -> None:
        self._health.counters.orders += booked.orders
        for event in booked.events:
            log.info(
                type(event).__name__,
                store=event.store,
                owner=str(event.owner),
                order=event.order_id,
                plan=event.plan,
                coins=event.coins,
            )
        if booked.set_aside:
            log.warning("orders wait for staff", store=self._setup.name, orders=booked.set_aside)
        if booked.units or booked.payments or booked.set_aside:
            self._on_booked()


def _is_no_more(wait: float | None) -> bool:
    """Whether a pass that returned this has left nothing to be read at once."""
    return wait != 0
