"""One store's own customer service, both ways: what is written there becomes tickets, answers of staff go back.

The story of a pass: answers and statuses that wait are written → messages that are new are read and taken, the cursor
with them → a part of all threads is looked at for statuses that changed. A crash between any two repeats work: what was
written is known by its link, what was taken by its id. What was there before all that is `old_threads`' business.
"""

import asyncio
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta

import structlog

from bridge.contracts.clock import Clock
from bridge.contracts.shop import ShopAdapter
from bridge.contracts.shop_threads import NativeMessage, NativeStatus, NativeThread, ThreadShop
from bridge.contracts.stores import FirstSync
from bridge.contracts.threads import GONE, Phase, ThreadSync, WaitingReply
from bridge.desk.desk import Desk
from bridge.desk.transaction import DeskTx
from bridge.domain.cursor import Cursor
from bridge.engine.health import StoreHealth, Work
from bridge.engine.old_threads import NO_END, THREADS_A_PASS, OldThreads, written_by_us
from bridge.engine.retrying import worked
from bridge.engine.setup import StoreSetup
from bridge.engine.waiting import first_of, next_due
from bridge.errors import DeskError, EmployeeGone, ShopError, ShopRefused, ThreadGone
from bridge.services import threads
from bridge.services.syncing import IDS_WENT_BACK

log = structlog.get_logger()
REPLIES_A_PASS = 100
TRY_AGAIN_S = 60.0
"""An answer in whose employee's name nothing can be written, or a status that somebody changed, rests for so long."""


class NativeThreads:
    """The customer service of one store. `wake` is set when something may wait to be written or read."""

    def __init__(
        self,
        setup: StoreSetup,
        adapter: ShopAdapter,
        desk: Desk,
        clock: Clock,
        health: StoreHealth,
        stop: asyncio.Event,
        *,
        shop: ThreadShop,
        wake: asyncio.Event,
        on_taken: Callable[[], None] = lambda: None,
        phase: float = 0.0,
    ) -> None:
        self._setup, self._shop, self._desk, self._clock = setup, shop, desk, clock
        self._health, self._stop, self._wake = health, stop, wake
        self._on_taken, self._terms = on_taken, setup.desk_terms
        self._old = OldThreads(setup, adapter, shop, desk, clock, health)
        self._due = phase * setup.sync.poll_seconds
        self._refused, self._rest_until = "", 0.0
        self._compared = 0
        """The last thread whose status was looked at in the round that is under way."""
        self._doubtful: dict[int, NativeStatus] = {}
        """Statuses that may come with an answer which is not read yet: seen so before messages are read again."""
        self._rests = True
        """Whether nothing happened at the last look."""
        self._resting: dict[int, float] = {}
        """Threads in which no answer is written for a while, and until when."""
        self._changed: dict[int, float] = {}
        """Threads whose status somebody changed meanwhile, and until when it is not written."""

    async def run(self) -> None:
        """Read and write until stopped. Raises what is not the shop's fault."""
        while not self._stop.is_set():
            self._wake.clear()
            more = await worked(Work.THREADS, self._health, self._stop, self._served)
            if more:
                await asyncio.sleep(0)
            else:
                await first_of(self._pause(), self._stop, self._wake)

    async def _served(self) -> bool:
        """One pass. A shop that refuses it, because rights or our table are missing, goes on with all else."""
        try:
            more = await self.one_pass()
        except ShopRefused as error:
            if str(error) != self._refused:
                self._refused = str(error)
                log.warning(
                    "the shop's customer service is out of reach",
                    store=self._setup.name,
                    cause=str(error),
                    next=error.hint or f"bridge store prepare {self._setup.name} --print",
                )
            self._rest_until = time.monotonic() + TRY_AGAIN_S
            return False
        self._refused = ""
        return more

    async def one_pass(self) -> bool:
        """One pass; returns whether there may be more at once. Raises `ShopError`, `DeskError`."""
        may_read, sync = await self._desk.read(_where, self._setup.name)
        if not may_read:
            return False
        if sync is None or sync.phase is not Phase.DONE:
            await self._old.go_on(sync)
            return True
        written = await self._write_replies()
        await self._write_statuses()
        more = await self._read_new()
        if self._doubtful and not more:
            await self._follow_doubtful()
        self._rests = not (more or written or self._rests or self._compared)
        if not self._rests:  # where nothing happens, at every second look
            await self._compare()
        return more or written or bool(self._doubtful)

    # --- what the desk writes ---

    async def _write_replies(self) -> bool:
        """Write the answers that wait, of each thread in their order; returns whether there may be more."""
        self._rest_is_over()
        name, resting = self._setup.name, list(self._resting)
        replies = await self._desk.read(lambda tx: tx.threads.replies(name, REPLIES_A_PASS, skip=resting))
        for reply in replies:
            if reply.thread_id not in self._resting:
                await self._write(reply)
        return len(replies) == REPLIES_A_PASS

    async def _write(self, reply: WaitingReply) -> None:
        name, at = self._setup.name, self._clock.now()
        try:
            native_id = await self._shop.write_reply(
                reply.uuid, thread_id=reply.thread_id, employee_id=await self._employee(reply), text=reply.text
            )
        except EmployeeGone as error:
            self._resting[reply.thread_id] = time.monotonic() + TRY_AGAIN_S
            await self._desk.transact("reply waits", threads.reply_waits, name, reply, str(error), at=at)
        except ThreadGone:
            await self._desk.transact("reply has no thread", threads.reply_has_no_thread, self._terms, reply, at=at)
        else:
            await self._desk.transact("reply written", threads.reply_written, name, reply, native_id, at=at)
            self._health.counters.replies += 1
            log.info("answer written into the shop", store=name, ticket=reply.ticket_id, message=native_id)

    async def _employee(self, reply: WaitingReply) -> int:
        """In whose name an answer is written: the writer's own, or the one for all. Raises `EmployeeGone`."""
        tickets = self._terms.tickets
        own = tickets.employees.get(reply.staff, ())
        candidates = [*own, *([tickets.reply_employee] if tickets.reply_employee else [])]
        active = await self._shop.employees(candidates)
        found = next((one for one in candidates if active.get(one)), None)
        if found is not None:
            return found
        named = ", ".join(map(str, candidates))
        why = f"of the shop's employees {named} none is active" if named else "he has no number of an employee there"
        error = EmployeeGone(f"{self._setup.name}: {reply.staff or 'nobody'}: {why}")
        error.hint = "correct shop_employees of the staff, or tickets.reply_employee, in the store's file"
        raise error

    async def _write_statuses(self) -> None:
        name = self._setup.name
        wanted = await self._desk.read(lambda tx: tx.threads.wanted(name, REPLIES_A_PASS, skip=list(self._changed)))
        for one in wanted:
            expected = NativeStatus(one.seen or NativeStatus.OPEN)
            await self._desk.transact("status intended", threads.status_intended, name, one)
            if await self._shop.set_status(one.thread_id, one.status, expected=expected):
                await self._desk.transact("status written", threads.status_written, name, one)
            else:  # somebody changed it meanwhile, which comparing finds
                self._changed[one.thread_id] = time.monotonic() + TRY_AGAIN_S

    # --- what others write ---

    async def _read_new(self) -> bool:
        cursor = await self._desk.read(lambda tx: tx.threads.cursor(self._setup.name))
        found = await self._shop.messages(cursor)
        at = self._clock.now()
        after = cursor.advance(
            [one.id for one in found], at=at, remember=timedelta(minutes=self._setup.sync.gap_minutes)
        )
        if not found:
            if after != cursor:
                await self._desk.transact("move message cursor", _save_cursor, self._setup.name, after)
            return False
        there = await self._shop.threads({one.thread_id for one in found if one.thread_id})
        taken = await self._take(found, there, await written_by_us(self._shop, found), after)
        self._health.counters.messages += taken
        if taken:
            self._on_taken()
        return True

    async def _take(
        self,
        found: Sequence[NativeMessage],
        there: Mapping[int, NativeThread],
        written: Mapping[int, str],
        cursor: Cursor,
    ) -> int:
        """Take a page; where that fails, each message by itself, so that one that can't be taken holds up no other."""
        try:
            return await self._desk.transact(
                "take messages",
                threads.take,
                self._terms,
                found,
                there,
                written,
                cursor=cursor,
                at=self._clock.now(),
            )
        except (ShopError, DeskError):
            raise
        except Exception:  # whatever it is, one message must not keep the others of its page waiting
            log.exception("a page of messages failed, taking them one by one", store=self._setup.name)
        taken = 0
        for message in found:
            at = self._clock.now()
            try:
                taken += await self._desk.transact(
                    "take message", threads.take, self._terms, [message], there, written, cursor=None, at=at
                )
            except (ShopError, DeskError):
                raise
            except Exception:  # staff are told; what is behind it is in the log alone (rule D1)
                log.exception("message can't be taken", store=self._setup.name, message=message.id)
                await self._desk.transact("give up message", threads.give_up, self._terms, message, at=at)
        await self._desk.transact("move message cursor", _save_cursor, self._setup.name, cursor)
        return taken

    async def _compare(self) -> None:
        """Look at the statuses of the next threads."""
        name, after = self._setup.name, self._compared
        statuses = await self._shop.thread_statuses(after=after, page=THREADS_A_PASS)
        until = statuses[-1].id if len(statuses) == THREADS_A_PASS else NO_END
        known = await self._desk.read(lambda tx: tx.threads.page(name, after=after, until=until, limit=NO_END))
        seen = {one.id: one.status.value for one in statuses}
        if any(one.status != seen.get(one.id, GONE) for one in known):
            changes, doubtful = await self._desk.transact(
                "follow statuses",
                threads.note_statuses,
                self._terms,
                statuses,
                after=after,
                until=until,
                at=self._clock.now(),
            )
            self._health.counters.statuses += changes
            self._doubtful |= doubtful
        self._compared = 0 if until == NO_END else until

    async def _follow_doubtful(self) -> None:
        """All that was written when these statuses were seen has been read."""
        self._health.counters.statuses += await self._desk.transact(
            "follow doubtful statuses", threads.note_doubtful, self._terms, self._doubtful, at=self._clock.now()
        )
        self._doubtful = {}

    # --- inside ---

    def _rest_is_over(self) -> None:
        moment = time.monotonic()
        self._resting = {number: until for number, until in self._resting.items() if until > moment}
        self._changed = {number: until for number, until in self._changed.items() if until > moment}

    def _pause(self) -> float:
        """Seconds to the next look of the row that `phase` has begun, so that many stores do not look in step."""
        moment, poll = time.monotonic(), self._setup.sync.poll_seconds
        if moment < self._rest_until:
            return self._rest_until - moment
        self._due = next_due(self._due, every=poll, moment=moment)
        return self._due - moment


def _where(tx: DeskTx, store: str) -> tuple[bool, ThreadSync | None]:
    """Whether the customer service may be read: after the orders, and not while staff are to look; and how far it is.

    What a ticket runs under follows from what was bought.
    """
    done = tx.stores.get(store).first_sync is FirstSync.DONE
    paused = tx.problems.open_under(store, IDS_WENT_BACK) is not None
    return done and not paused, tx.threads.sync(store)


def _save_cursor(tx: DeskTx, store: str, cursor: Cursor) -> None:
    tx.threads.save_cursor(store, cursor)
