"""What customers do on one store's pages: from the rows they leave to what the desk has done and answered.

The story of a pass: which rows are new → each is done in an action of its own, in order, so that one that fails holds
up no other → the cursor moves in the transaction of the last. A crash between any two repeats rows, and a row that was
done is known by its UUID. While customers are active the inbox is looked at twice a second.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

import structlog

from bridge.contracts.clock import Clock
from bridge.contracts.shop import ShopAdapter
from bridge.contracts.shop_documents import DocumentTable, InboxRow
from bridge.contracts.shop_rows import SigningKey
from bridge.desk.desk import Desk
from bridge.desk.file_store import FileStore, beside
from bridge.desk.transaction import DeskTx
from bridge.domain.cursor import Cursor
from bridge.engine.files import StoreFiles
from bridge.engine.health import StoreHealth, Work
from bridge.engine.inbox_forgetting import InboxForgetting, remembered
from bridge.engine.inbox_handling import InboxHandling
from bridge.engine.retrying import worked
from bridge.engine.setup import StoreSetup
from bridge.engine.waiting import first_of, next_due, nothing
from bridge.services import inbox
from bridge.services.inbox import Outcome
from bridge.services.inbox_rows import Doubt, Posted, read_row
from bridge.services.told_before import Told, orders_caught_up, told_before

log = structlog.get_logger()
FAST_S = 0.5
"""How often the inbox is looked at while customers are active."""
ACTIVE_S = 180.0
"""A customer who has just done something will look at the answer, and perhaps do more, for so long."""
PATIENCE_S = 1.0
"""How long to wait for orders that have not caught up after a restore before looking again."""
STALE_EARLIER = timedelta(days=1)
"""So long before what was done with a row is forgotten, it is too old to be new: clocks differ, and it had to wait."""


@dataclass(frozen=True, slots=True)
class _Page:
    """Rows that are new to the desk, in order; what an earlier desk told about them; the cursor once they are done.

    `doubted` are rows that are not our pages'. `waits` says that there are more, which have to wait for orders to catch
    up.
    """

    rows: Sequence[InboxRow]
    doubted: Sequence[tuple[InboxRow, Doubt]]
    told: Mapping[str, Told]
    cursor: Cursor
    waits: bool = False


class Inbox:
    """The answering side of one store. `wake` is set when the shop hints at something in its inbox.

    `phase` says when, as a share of the time between two looks, it has its turn. `after_silence` is awaited before
    anything is decided by the clock: a machine that slept may have a down-time to make good (rule C5).
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
        keys: Callable[[], tuple[SigningKey, ...]],
        wake: asyncio.Event,
        on_handled: Callable[[], None] = lambda: None,
        after_silence: Callable[[], Awaitable[None]] = nothing,
        contents: FileStore | None = None,
        phase: float = 0.0,
    ) -> None:
        self._setup, self._adapter, self._desk, self._clock = setup, adapter, desk, clock
        self._health, self._stop, self._keys, self._wake = health, stop, keys, wake
        self._after_silence = after_silence
        self._on_handled, self._terms = on_handled, setup.desk_terms
        self._files = StoreFiles(setup, adapter, desk, clock, contents or beside(desk.path))
        self._handling = InboxHandling(setup, desk, clock, self._files)
        self._forgetting = InboxForgetting(setup, adapter, desk, clock, self._files)
        self._cursor: Cursor | None = None
        self._due = phase * setup.sync.poll_seconds
        self._active_until = 0.0
        self._waits = False
        self._all_read = False

    async def run(self) -> None:
        """Answer until stopped. Raises what is not the shop's fault."""
        while not self._stop.is_set():
            self._wake.clear()
            more = await worked(Work.ANSWERING, self._health, self._stop, self.one_pass)
            if not more:
                await first_of(self._pause(), self._stop, self._wake)

    async def one_pass(self) -> bool:
        """Handle one page; returns whether there may be more at once. Raises `ShopError`, `DeskError`.

        What is old is forgotten last: a daemon that was off for long has to read it first.
        """
        more = await self._look()
        if not more:
            await self._forgetting.when_due(all_known=self._all_read and self._health.all_replaced)
        return more

    async def _look(self) -> bool:
        self._all_read = False
        before = self._cursor
        if before is None:
            before = self._cursor = await self._desk.read(lambda tx: tx.sync.inbox_cursor(self._setup.name))
        found = await self._adapter.inbox(before)
        if not found and not before.gaps:
            self._all_read = self._health.inbox_read = True
            return False
        keys = self._keys() if found else ()
        if found and not keys:
            return False  # nothing can be believed before the store is paired; the pusher tells it
        page = await self._page(before, found, keys)
        self._waits = page.waits
        if page.doubted:
            await self._doubt(page.doubted)
        if page.rows:
            await self._after_silence()
            await self._handle(page, keys)
        elif page.cursor != before:
            await self._desk.transact("move inbox cursor", _save_cursor, self._setup.name, page.cursor)
        self._cursor = page.cursor
        more = bool(page.rows) or page.cursor.position != before.position
        self._all_read = not more and not page.waits
        self._health.inbox_read |= self._all_read
        return more and not page.waits

    async def _page(self, before: Cursor, found: Sequence[InboxRow], keys: Sequence[SigningKey]) -> _Page:
        ids = [row.id for row in found]
        anew = bool(ids) and max(ids) < before.position
        unseen = frozenset(before.unseen(ids))
        candidates = [row for row in found if anew or row.id in unseen]
        read = [(row, read_row(row, self._setup.name, keys)) for row in candidates]
        doubted = [(row, why) for row, why in read if isinstance(why, Doubt)]
        rows = await self._unknown([row for row, why in read if not isinstance(why, Doubt)])
        stale = self._stale(rows, dict(read))
        doubted += [(row, Doubt.STALE) for row in rows if row in stale]
        rows = [row for row in rows if row not in stale]
        told = await self._told(rows, keys)
        cut = len(rows)
        if any(one.accepted for one in told.values()) and not await self._caught_up():
            cut = next(at for at, row in enumerate(rows) if row.uuid in told and told[row.uuid].accepted)
        waits = cut < len(rows)
        if waits:
            ids = [number for number in ids if number < rows[cut].id]
            doubted = [(row, why) for row, why in doubted if row.id < rows[cut].id]
        # Where ids have begun anew below it, the cursor reads from the beginning: what is done is known by its UUID.
        remember = timedelta(minutes=self._setup.sync.gap_minutes)
        after = Cursor() if anew and not waits else before.advance(ids, at=self._clock.now(), remember=remember)
        return _Page(rows[:cut], doubted, told, after, waits)

    async def _doubt(self, rows: Sequence[tuple[InboxRow, Doubt]]) -> None:
        """Tell of rows that nobody of ours has written: a page of them at once, for there may be very many."""
        newest, why = rows[-1]
        self._health.counters.doubted += len(rows)
        await self._desk.transact(
            "doubt inbox rows", inbox.report_doubted, self._terms, newest, why, at=self._clock.now()
        )
        log.warning("inbox row is not ours", store=self._setup.name, row=newest.id, rows=len(rows), cause=why.value)

    async def _unknown(self, rows: Sequence[InboxRow]) -> list[InboxRow]:
        """Those of these rows that the desk has not answered yet."""
        if not rows:
            return []
        uuids = [row.uuid for row in rows]
        known = await self._desk.read(lambda tx: tx.answers.known(self._setup.name, uuids))
        return [row for row in rows if row.uuid not in known]

    def _stale(self, rows: Sequence[InboxRow], read: Mapping[InboxRow, Posted | Doubt]) -> frozenset[InboxRow]:
        """Those that are older than what the desk remembers: somebody may have kept one and put it back.

        A row that was done is known by its UUID for longer than the shop keeps it, but not for ever.
        """
        since = self._clock.now() - remembered(self._setup) + STALE_EARLIER
        posted = {row: read[row] for row in rows}
        return frozenset(
            row
            for row, one in posted.items()
            if isinstance(one, Posted) and one.posted_at is not None and one.posted_at < since
        )

    async def _told(self, rows: Sequence[InboxRow], keys: Sequence[SigningKey]) -> Mapping[str, Told]:
        """What the shop says has been answered already, though this desk knows nothing of it: it was restored."""
        if not rows:
            return {}
        answers = await self._adapter.documents(DocumentTable.ANSWER, [row.uuid for row in rows])
        return told_before(answers, self._setup.name, keys)

    async def _caught_up(self) -> bool:
        """Whether orders have been read since the start, and all of them are booked."""
        if self._health.last_good_read is None:
            return False
        return await self._desk.read(orders_caught_up, self._setup.name)

    async def _handle(self, page: _Page, keys: tuple[SigningKey, ...]) -> None:
        outcomes = await self._handling.handle(page.rows, page.told, keys, cursor=page.cursor)
        for row, outcome in zip(page.rows, outcomes, strict=True):
            self._count(row, outcome)
        self._on_handled()

    def _count(self, row: InboxRow, outcome: Outcome) -> None:
        counters = self._health.counters
        if outcome is not Outcome.KNOWN:
            counters.actions += 1
            counters.refused += outcome is Outcome.REFUSED
            self._active_until = time.monotonic() + ACTIVE_S
        log.info(
            "inbox row handled", store=self._setup.name, row=row.id, customer=row.customer_id, outcome=outcome.value
        )

    def _pause(self) -> float:
        """Seconds to the next look of the row that `phase` has begun, so that many stores do not look in step."""
        moment, poll = time.monotonic(), self._setup.sync.poll_seconds
        if self._waits:
            return min(PATIENCE_S, poll)
        if moment < self._active_until:
            return min(FAST_S, poll)
        self._due = next_due(self._due, every=poll, moment=moment)
        return self._due - moment


def _save_cursor(tx: DeskTx, store: str, cursor: Cursor) -> None:
    tx.sync.save_inbox_cursor(store, cursor)
