"""Pushing one store's accounts and documents: from the desk to the rows that the shop's pages show.

Always the whole of it with its version, never a delta, so a push that is repeated or comes late changes nothing. At
most one push per customer waits, and a customer's account is pushed at most once every `push_seconds`. Answers go
first: somebody waits for them. A shop that lacks a table of documents goes on with what it has. Beside the documents
stand the desk's notes.
"""

import asyncio
import time
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import NamedTuple

import structlog

from bridge.contracts.clock import Clock
from bridge.contracts.shop import ShopAdapter
from bridge.contracts.shop_documents import DocumentTable
from bridge.contracts.shop_rows import SignedRow, SigningKey, signed_row
from bridge.desk.desk import Desk
from bridge.desk.file_store import FileStore, beside
from bridge.desk.transaction import DeskTx
from bridge.engine.files import StoreFiles
from bridge.engine.health import StoreHealth, Work
from bridge.engine.lost_desk import LostDesk
from bridge.engine.notes import NOTHING_DUE, DeskNotes
from bridge.engine.retrying import worked
from bridge.engine.setup import StoreSetup
from bridge.engine.threads_shown import ThreadsWatch, concerned
from bridge.engine.waiting import first_of
from bridge.errors import ShopRefused
from bridge.services.account_pages import Batch, PageTerms, has_new_terms, show_new_terms, waiting_batch
from bridge.services.documents import DocumentBatch, documents_pushed, waiting_documents
from bridge.services.prices import follow_settings
from bridge.services.reminder_days import REMINDED_OF, arm_again

log = structlog.get_logger()
ACCOUNTS_PER_PUSH = 200
DOCUMENTS_PER_PUSH = 200
ARMED_AT_ONCE = 500
TABLES_AGAIN_S = 60.0
"""After the shop has refused documents, which it does where it lacks their table, those rest for so long."""
ANSWERS = frozenset({DocumentTable.ANSWER})
SHOWN = frozenset(DocumentTable) - ANSWERS
SWEEP_S = 120.0
"""However quiet the desk is, accounts left behind are looked for this often, even should the minute's bell not ring."""


class _Refusal(NamedTuple):
    """Why a table's documents were refused, and until when they rest."""

    cause: str
    until: float


class Pusher:
    """The writing side of one store. `wake` is set when accounts may have changed; without `notes` none are written."""

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
        notes: DeskNotes | None = None,
        contents: FileStore | None = None,
    ) -> None:
        self._setup, self._adapter, self._desk, self._clock = setup, adapter, desk, clock
        self._health, self._stop, self._keys, self._wake = health, stop, keys, wake
        self._notes = notes
        self._recent: dict[int, float] = {}
        self._told = False
        self._shown = False
        self._files = StoreFiles(setup, adapter, desk, clock, contents or beside(desk.path))
        self._lost = LostDesk(setup, adapter, desk, clock, health, self._files)
        self._refused: dict[DocumentTable, _Refusal] = {}
        self._files_rest_until = 0.0
        self._threads = ThreadsWatch(setup, desk, clock)

    async def run(self) -> None:
        """Push until stopped. Raises what is not the shop's fault."""
        while not self._stop.is_set():
            self._wake.clear()
            skip = self._just_pushed()
            pushed = await worked(Work.PUSHING, self._health, self._stop, partial(self.one_pass, skip))
            if pushed == 0:
                await first_of(self._pause(), self._stop, self._wake)

    async def one_pass(self, skip: frozenset[int] = frozenset()) -> int:
        """Push one batch; returns how many accounts and documents. Raises `ForeignDesk`, `ShopError`, `DeskError`.

        The keys are read anew, so that a store paired a moment ago is pushed without a restart.
        """
        keys = self._keys()
        if not keys:
            self._tell_unpaired()
            await self._threads.tell_unpaired()
            return 0
        if not self._shown:
            if await self._desk.read(has_new_terms, self._terms(keys[0])):
                await self._arm_again()
            await self._desk.transact("show new terms", show_new_terms, self._terms(keys[0]))
            await self._desk.transact("follow the price list", follow_settings, self._setup.desk_terms)
            self._shown = True
        kept = timedelta(days=self._setup.settings.privacy.inbox_days)
        documents, problems, answered = await self._desk.read(
            _waiting, self._terms(keys[0]), self._resting(), answered_since=self._clock.now() - kept
        )
        notes = self._notes.due(self._terms(keys[0]), problems) if self._notes else NOTHING_DUE
        batch: Batch = await self._desk.read(
            waiting_batch, self._terms(keys[0]), at=self._clock.now(), limit=ACCOUNTS_PER_PUSH, skip=skip
        )
        if batch.rows or documents or notes:
            await self._adapter.claim(self._claim(keys[0]), keys)
        documents, shown = await self._lost.before_documents(documents, keys)
        shown += await self._push_documents(documents, ANSWERS)
        if batch.rows:
            await self._push_accounts(batch, keys)
        if answered:
            refusal = self._refused.get(DocumentTable.TICKET) or self._refused.get(DocumentTable.MESSAGE)
            await self._threads.look(self._adapter, refusal.cause if refusal else "")
        shown += await self._push_files(keys)  # before the messages that name them
        shown += await self._push_documents(documents, SHOWN)
        if self._notes and notes:
            await self._notes.write(self._adapter, self._terms(keys[0]), notes)
        return shown + (len(batch.rows) or await self._lost.take_over(keys))

    async def _arm_again(self) -> None:
        """Let packages and licences there are already be reminded of on the days that the settings name now.

        Before what has changed counts as known: after a crash it is done once more, which changes nothing.
        """
        for kind in REMINDED_OF:
            after: int | None = 0
            while after is not None:
                after = await self._desk.transact(
                    f"arm {kind}s again",
                    arm_again,
                    self._setup.desk_terms,
                    kind,
                    after=after,
                    at=self._clock.now(),
                    limit=ARMED_AT_ONCE,
                )

    async def _push_accounts(self, batch: Batch, keys: tuple[SigningKey, ...]) -> None:
        await self._lost.before_accounts(batch, keys)
        await self._adapter.push(batch.rows)
        await self._desk.transact("accounts pushed", lambda tx: tx.push.done(batch.states))
        self._health.counters.pushes += len(batch.rows)
        moment = time.monotonic()
        self._recent |= dict.fromkeys(batch.states, moment)
        for rows in batch.rows:
            log.debug(
                "account pushed",
                store=self._setup.name,
                customer=rows.account.customer_id,
                number=rows.account.number,
                entries=len(rows.entries),
            )
        log.info("accounts pushed", store=self._setup.name, accounts=len(batch.rows))

    def _resting(self) -> frozenset[DocumentTable]:
        """The tables of which the shop has refused documents a short while ago."""
        moment = time.monotonic()
        return frozenset(table for table, refusal in self._refused.items() if moment < refusal.until)

    async def _push_documents(self, batches: Iterable[DocumentBatch], tables: frozenset[DocumentTable]) -> int:
        """Push the batches of these tables; returns how many documents. A shop without a table is told of once."""
        pushed, missing = 0, set[DocumentTable]()
        for batch in batches:
            if batch.table not in tables or (batch.table is DocumentTable.TICKET and DocumentTable.MESSAGE in missing):
                continue
            if batch.rows:
                try:
                    await self._adapter.push_documents(batch.table, batch.rows)
                except ShopRefused as error:
                    self._tell_refused(batch.table, error)
                    missing.add(batch.table)
                    continue
                self._refused.pop(batch.table, None)
            await self._desk.transact("documents pushed", documents_pushed, self._setup.name, batch)
            log.info("documents pushed", store=self._setup.name, table=batch.table.value, rows=len(batch.rows))
            pushed += len(batch.numbers)
        return pushed

    async def _push_files(self, keys: Sequence[SigningKey]) -> int:
        """Staff's files, and none for a while where the shop has no place for them."""
        if time.monotonic() < self._files_rest_until:
            return 0
        try:
            return await self._files.push(keys)
        except ShopRefused as error:
            self._files_rest_until = time.monotonic() + TABLES_AGAIN_S
            log.warning("shop takes no files", store=self._setup.name, cause=str(error), next=error.hint)
            return 0

    def _tell_refused(self, table: DocumentTable, error: ShopRefused) -> None:
        before = self._refused.get(table)
        self._refused[table] = _Refusal(str(error), time.monotonic() + TABLES_AGAIN_S)
        if before is None or before.cause != str(error):
            log.warning(
                "shop takes no documents of a kind",
                store=self._setup.name,
                table=table.value,
                cause=str(error),
                next=error.hint,
            )

    def _terms(self, key: SigningKey) -> PageTerms:
        return self._setup.page_terms(key, self._desk.identity.epoch)

    def _tell_unpaired(self) -> None:
        if not self._told:
            self._told = True
            name = self._setup.name
            log.warning(
                "store has no key, so no balance is shown in the shop", store=name, next=f"bridge store pair {name}"
            )

    def _claim(self, key: SigningKey) -> SignedRow:
        identity = self._desk.identity
        document = {"v": 1, "store": self._setup.name, "desk": identity.desk_id, "epoch": identity.epoch}
        return signed_row(key, "meta", document, customer_id=0, epoch=identity.epoch, number=0)

    def _just_pushed(self) -> frozenset[int]:
        """Accounts that must rest a moment more; forgets those that have."""
        moment = time.monotonic() - self._setup.sync.push_seconds
        self._recent = {number: at for number, at in self._recent.items() if at > moment}
        return frozenset(self._recent)

    def _pause(self) -> float:
        """Seconds to wait when there was nothing to push: until the first resting account may go again."""
        if not self._recent:
            return SWEEP_S
        return max(min(self._recent.values()) + self._setup.sync.push_seconds - time.monotonic(), 0.01)


def _waiting(
    tx: DeskTx, terms: PageTerms, skip: frozenset[DocumentTable], *, answered_since: datetime
) -> tuple[Sequence[DocumentBatch], int, bool]:
    """The documents that wait, how many problems do, and whether an answer of staff's waits or is told to be unread."""
    documents = waiting_documents(tx, terms, limit=DOCUMENTS_PER_PUSH, skip=skip, answered_since=answered_since)
    return documents, tx.problems.open_count(terms.store), concerned(tx, terms.store)
