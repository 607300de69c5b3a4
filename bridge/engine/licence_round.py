"""Reading a vendor's own table of licences: its end at every look, all of it round after round (rule L8).

The story of a look: the digests of the last rows are compared with what was read, so that new licences are there within
seconds; then a page of the round under way, which finds what changed or went anywhere. What differs is read and booked,
some rows a transaction. A crash between any two of these repeats work and loses none.
"""

import asyncio
import time
from collections.abc import Callable, Sequence
from functools import partial

import structlog

from bridge.contracts.clock import Clock
from bridge.contracts.shop import ShopAdapter
from bridge.contracts.shop_licences import LicenceShop
from bridge.contracts.stores import FirstSync
from bridge.desk.desk import Desk
from bridge.desk.transaction import DeskTx
from bridge.domain.mapped_licences import LicenceTable, MappedRow, RowField
from bridge.engine.freshness import Sight
from bridge.engine.health import StoreHealth, Work
from bridge.engine.retrying import worked
from bridge.engine.setup import StoreSetup
from bridge.engine.waiting import first_of, next_due
from bridge.errors import ShopError, ShopRefused
from bridge.services import comparing_accounts, licence_faults, mapped_licences
from bridge.services.licence_suggestions import Suggestion, report_suggestions, suggestions
from bridge.services.syncing import IDS_WENT_BACK

log = structlog.get_logger()
PAGE = 2_000
"""Rows whose digests one question asks for."""
AT_THE_END = 100
"""Rows at the end of the table that every look compares, beside those that are new."""
ROWS_A_TRANSACTION = 250
ACCOUNTS_A_PAGE = 500
BEGINNING, NO_END = -(2**63), 2**63 - 1


class LicenceRound:
    """The licences of one store. `wake` is set when the shop hints at a change; `on_booked` is called after one."""

    def __init__(
        self,
        setup: StoreSetup,
        adapter: ShopAdapter,
        desk: Desk,
        clock: Clock,
        health: StoreHealth,
        stop: asyncio.Event,
        *,
        wake: asyncio.Event,
        on_booked: Callable[[], None] = lambda: None,
        sight: Sight | None = None,
        phase: float = 0.0,
    ) -> None:
        assert setup.licence_table is not None
        assert adapter.licences_shop is not None
        self._table: LicenceTable = setup.licence_table
        self._shop: LicenceShop = adapter.licences_shop
        self._setup, self._adapter, self._desk, self._clock = setup, adapter, desk, clock
        self._health, self._stop, self._wake, self._on_booked = health, stop, wake, on_booked
        self._terms = setup.desk_terms
        self._look = self._look_now
        if sight is not None:
            self._look = partial(sight.watched, self._look_now, caught_up=lambda _: self._knows_all)
        self._due = phase * setup.sync.poll_seconds
        self._begun = self._known = False
        self._after: int | None = BEGINNING
        """How far the round under way has come; None between two rounds."""
        self._next_round = 0.0
        self._missed = False
        """Whether the table could not be read since the round under way, or the last one, had read something."""
        self._ended = self._waiting = 0

    async def run(self) -> None:
        """Look until stopped. Raises what is not the shop's fault."""
        while not self._stop.is_set():
            self._wake.clear()
            if await worked(Work.LICENCES, self._health, self._stop, self.one_pass):
                await asyncio.sleep(0)
            else:
                self._due = next_due(self._due, every=self._setup.sync.poll_seconds, moment=time.monotonic())
                await first_of(self._due - time.monotonic(), self._stop, self._wake)

    async def whole_round(self) -> bool:
        """Compare all of the table at once; whether that could be done. Raises `ShopError`, `DeskError`."""
        self._after, self._missed = BEGINNING, False
        more = True
        while more and await self._may_look():
            more = await self._go_on()
        return not more

    async def one_pass(self) -> bool:
        """One look; whether there is more to be done at once. Raises `ShopError`, `DeskError`."""
        return await self._look() if await self._may_look() else False

    @property
    def _knows_all(self) -> bool:
        """Whether every row has been compared since the table could last not be read."""
        return self._after is None and not self._missed

    async def _look_now(self) -> bool:
        try:
            return await self._compare_some()
        except ShopError:
            self._missed = self._missed or self._after != BEGINNING
            raise

    async def _compare_some(self) -> bool:
        if self._after is None and (self._missed or time.monotonic() >= self._next_round):
            self._after, self._missed = BEGINNING, False
        if self._known:
            after = await self._desk.read(lambda tx: tx.licence_rows.near_the_end(self._setup.name, AT_THE_END))
            await self._compare(after)
        if self._after is not None:
            await self._go_on()
        return not self._known

    async def _may_look(self) -> bool:
        """Not before the orders were read, nor while staff are to look at a shop that was put back."""
        name = self._setup.name

        def may(tx: DeskTx) -> bool:
            paused = tx.problems.open_under(name, IDS_WENT_BACK) is not None
            return tx.stores.get(name).first_sync is FirstSync.DONE and not paused

        if not await self._desk.read(may):
            return False
        if not self._begun:
            state = await self._desk.transact("begin licences", mapped_licences.begin, name, self._table)
            self._begun, self._known = True, state.read_at is not None
        return True

    async def _go_on(self) -> bool:
        """Compare the next page of the round; at its end, wait for the next. Whether there is more of it."""
        assert self._after is not None
        self._after = await self._compare(self._after)
        if self._after is not None:
            return True
        name, waiting = self._setup.name, self._waiting

        def over(tx: DeskTx) -> None:
            mapped_licences.all_read(tx, name, at=self._clock.now())
            licence_faults.fuse_over(tx, name, waiting, at=self._clock.now())

        await self._desk.transact("licences compared", over)
        await self._suggest()
        if not self._known:
            log.info("licences read", store=name, table=self._table.name)
        self._known = True
        if not self._health.licences_read:
            self._health.licences_read = True
            self._on_booked()  # what waited for it need not wait for news
        self._ended = self._waiting = 0
        self._next_round = time.monotonic() + 60 * self._setup.sync.reconcile_minutes
        return False

    async def _suggest(self) -> None:
        """Look whether a customer who has an account here has the address of a licence that is nobody's yet."""
        if RowField.EMAIL not in {*self._table.columns, *self._table.values}:
            return
        name = self._setup.name
        unlinked = await self._desk.read(lambda tx: tx.licence_rows.unlinked(name))
        found: list[Suggestion] = []
        after: int | None = 0 if unlinked else None
        while after is not None and not self._stop.is_set():
            accounts, after = await self._desk.read(comparing_accounts.customers, name, after, limit=ACCOUNTS_A_PAGE)
            try:
                contacts = await self._adapter.contacts([account.owner.ref for account in accounts])
            except ShopRefused:  # who may not read addresses gets no suggestions; bridge check says so
                return
            found += suggestions(unlinked, contacts.values())
        if not self._stop.is_set():
            await self._desk.transact("suggest links", report_suggestions, name, found, at=self._clock.now())

    async def _compare(self, after: int) -> int | None:
        """Compare a page and book what differs; how far it went, None at the end of the table."""
        page = await self._shop.licence_digests(after=after, limit=PAGE)
        until = page[-1].id if len(page) == PAGE else None
        digests = {one.id: one.digest for one in page}
        found = await self._desk.read(
            mapped_licences.differing,
            self._setup.name,
            digests,
            after=after,
            until=NO_END if until is None else until,
        )
        rows = await self._shop.licence_rows(found.read) if found.read else ()
        gone: Sequence[int] = found.gone
        for start in range(0, max(len(rows), 1), ROWS_A_TRANSACTION):
            part = rows[start : start + ROWS_A_TRANSACTION]
            if part or gone:
                await self._take(part, gone)
            gone = ()
        return until

    async def _take(self, rows: Sequence[MappedRow], gone: Sequence[int]) -> None:
        customers = sorted(mapped_licences.customers_of(rows, self._table))
        taken = await self._desk.transact(
            "take licences",
            mapped_licences.take,
            self._terms,
            self._table,
            rows,
            gone=gone,
            present=await self._adapter.customers(customers) if customers else {},
            fuse_units=self._setup.settings.coins.fuse_units,
            ended_before=self._ended,
            at=self._clock.now(),
        )
        self._ended += taken.ended
        self._waiting += taken.waiting
        if taken.issued or taken.changed:
            log.info("licences booked", store=self._setup.name, issued=taken.issued, changed=taken.changed)
            self._on_booked()
