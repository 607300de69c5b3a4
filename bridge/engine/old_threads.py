"""The first reading of one store's own customer service: all that was there before, page after page, and silently.

The story: where its messages end today is remembered → they are read up to there and taken, the cursor with them → each
thread is brought to where the shop says it stands. A crash between any two goes on at the page that was under way.
"""

from collections.abc import Mapping, Sequence
from datetime import timedelta

import structlog

from bridge.contracts.clock import Clock
from bridge.contracts.shop import ShopAdapter
from bridge.contracts.shop_threads import MESSAGE_IDS, NativeMessage, NativeThread, ThreadShop
from bridge.contracts.threads import Phase, ThreadSync
from bridge.desk.desk import Desk
from bridge.desk.transaction import DeskTx
from bridge.domain.cursor import Cursor
from bridge.engine.health import StoreHealth
from bridge.engine.setup import StoreSetup
from bridge.services import old_threads

log = structlog.get_logger()
THREADS_A_PASS = 2_000
"""How many threads' statuses are looked at in one pass; the next pass goes on after them."""
NO_END = 2**62
MOST_MET = 50_000
"""So many threads are remembered, so that they need not be asked for again."""
AT_ONCE, CHARACTERS = 4_000, 4_000_000
"""So many messages are taken at once, or so much text: who acts meanwhile waits for some 60 ms, at most."""
RECENT = 1_000
"""Ids before the last one to be read among which one that is missing may still be committed."""


class OldThreads:
    """What there was of one store's customer service, as far as it has been read."""

    def __init__(
        self, setup: StoreSetup, adapter: ShopAdapter, shop: ThreadShop, desk: Desk, clock: Clock, health: StoreHealth
    ) -> None:
        self._setup, self._adapter, self._shop, self._desk, self._clock = setup, adapter, shop, desk, clock
        self._health, self._terms = health, setup.desk_terms
        self._met: dict[int, NativeThread] = {}

    async def go_on(self, sync: ThreadSync | None) -> None:
        """One step of it; `sync` says how far it is. Raises `ShopError`, `DeskError`."""
        if sync is None:
            await self._begin()
        elif sync.phase is Phase.MESSAGES:
            await self._read(sync)
        else:
            await self._bring_to_today(sync)

    async def _begin(self) -> None:
        next_id = (await self._adapter.next_ids()).get(MESSAGE_IDS)
        await self._save(ThreadSync(Phase.MESSAGES, NO_END if next_id is None else next_id - 1))

    async def _read(self, sync: ThreadSync) -> None:
        """Take some pages of what was there before; where nothing of it is left, go on with how threads stand."""
        cursor = await self._desk.read(lambda tx: tx.threads.cursor(self._setup.name))
        found = await self._messages(cursor.position, sync.until)
        if not found:
            self._met.clear()
            await self._save(sync._replace(phase=Phase.STATUSES))
            return
        if len(self._met) > MOST_MET:
            self._met.clear()
        missing = {one.thread_id for one in found if one.thread_id} - self._met.keys()
        self._met |= await self._shop.threads(missing)
        written = await written_by_us(self._shop, found)
        after = cursor.advance([one.id for one in found], at=self._clock.now(), remember=timedelta.max)
        recent = tuple(gap for gap in after.gaps if gap.last > sync.until - RECENT)
        new = await self._desk.transact(
            "take old messages",
            old_threads.take_old,
            self._terms,
            found,
            self._met,
            written,
            cursor=Cursor(after.position, recent),
            at=self._clock.now(),
        )
        self._health.counters.messages += new

    async def _messages(self, after: int, until: int) -> list[NativeMessage]:
        """Messages above `after`, up to and with `until`: as many as are taken at once."""
        found: list[NativeMessage] = []
        characters = 0
        while len(found) < AT_ONCE and characters < CHARACTERS:
            page = [one for one in await self._shop.messages(Cursor(after)) if one.id <= until]
            if not page:
                break
            found += page
            characters += sum(len(one.text) for one in page)
            after = page[-1].id
        return found

    async def _bring_to_today(self, sync: ThreadSync) -> None:
        statuses = await self._shop.thread_statuses(after=sync.compared, page=THREADS_A_PASS)
        until = statuses[-1].id if len(statuses) == THREADS_A_PASS else NO_END
        name, at = self._setup.name, self._clock.now()

        def bring(tx: DeskTx) -> bool:
            known = tx.threads.page(name, after=sync.compared, until=until, limit=THREADS_A_PASS)
            seen = {one.id: one.status for one in statuses}
            old_threads.bring_to_today(tx, self._terms, known, seen, at=at)
            if len(known) == THREADS_A_PASS:
                tx.threads.save_sync(name, sync._replace(compared=known[-1].id))
            elif until != NO_END:
                tx.threads.save_sync(name, sync._replace(compared=until))
            else:
                tx.threads.save_sync(name, ThreadSync(Phase.DONE, sync.until))
                return True
            return False

        if await self._desk.transact("bring threads to today", bring):
            log.info("customer service read", store=name, messages=self._health.counters.messages)

    async def _save(self, sync: ThreadSync) -> None:
        await self._desk.transact("save thread sync", lambda tx: tx.threads.save_sync(self._setup.name, sync))


async def written_by_us(shop: ThreadShop, found: Sequence[NativeMessage]) -> Mapping[int, str]:
    """Which of these messages the desk wrote, with their UUIDs: only an employee's can be."""
    ids = [one.id for one in found if one.employee_id and one.thread_id]
    return await shop.written(ids) if ids else {}
