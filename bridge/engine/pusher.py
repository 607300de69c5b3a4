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
from bridge.contracts.shop_documents import DocumentRow, DocumentTable
from bridge.contracts.shop_rows import SignedRow, SigningKey, signed_row
from bridge.desk.desk import Desk
from bridge.desk.transaction import DeskTx
from bridge.engine.health import StoreHealth, Work
from bridge.engine.notes import NOTHING_DUE, DeskNotes
from bridge.engine.retrying import worked
from bridge.engine.setup import StoreSetup
from bridge.engine.waiting import first_of
from bridge.errors import ShopRefused
from bridge.services.account_pages import Batch, PageTerms, show_new_terms, waiting_batch
from bridge.services.documents import DocumentBatch, documents_pushed, waiting_documents
from bridge.services.prices import follow_settings
from bridge.services.restoring import (
    recover_answers,
    report_lost_entries,
    report_lost_quotes,
    report_lost_requests,
    take_over,
)

log = structlog.get_logger()
ACCOUNTS_PER_PUSH = 200
DOCUMENTS_PER_PUSH = 200
NUMBERS_AHEAD = 1_000
"""A lost desk's quotes and requests are looked for so far around the last number known: a desk numbers them over all
its stores."""
TABLES_AGAIN_S = 60.0
"""After the shop has refused documents, which it does where it lacks their table, those rest for so long."""
ANSWERS = frozenset({DocumentTable.ANSWER})
SHOWN = frozenset(DocumentTable) - ANSWERS
SWEEP_S = 120.0
"""However quiet the desk is, accounts left behind are looked for this often, even should the minute's bell not ring."""


_Report = Callable[..., list[DocumentRow]]


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
    ) -> None:
        self._setup, self._adapter, self._desk, self._clock = setup, adapter, desk, clock
        self._health, self._stop, self._keys, self._wake = health, stop, keys, wake
        self._notes = notes
        self._recent: dict[int, float] = {}
        self._told = False
        self._shown = False
        self._taken_over = self._taken_over_requests = False
        self._refused: dict[DocumentTable, _Refusal] = {}

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
            return 0
        if not self._shown:
            await self._desk.transact("show new terms", show_new_terms, self._terms(keys[0]))
            await self._desk.transact("follow the price list", follow_settings, self._setup.desk_terms)
            self._shown = True
        kept = timedelta(days=self._setup.settings.privacy.inbox_days)
        documents, problems = await self._desk.read(
            _waiting, self._terms(keys[0]), self._resting(), answered_since=self._clock.now() - kept
        )
        notes = self._notes.due(self._terms(keys[0]), problems) if self._notes else NOTHING_DUE
        batch: Batch = await self._desk.read(
            waiting_batch, self._terms(keys[0]), at=self._clock.now(), limit=ACCOUNTS_PER_PUSH, skip=skip
        )
        if batch.rows or documents or notes:
            await self._adapter.claim(self._claim(keys[0]), keys)
        await self._look_for_lost_answers(documents, keys)
        shown = await self._push_documents(documents, ANSWERS)
        if batch.rows:
            await self._push_accounts(batch, keys)
        shown += await self._push_documents(documents, SHOWN)
        if self._notes and notes:
            await self._notes.write(self._adapter, self._terms(keys[0]), notes)
        return shown + (len(batch.rows) or await self._take_over(keys))

    async def _push_accounts(self, batch: Batch, keys: tuple[SigningKey, ...]) -> None:
        await self._look_for_lost(batch, keys)
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
        pushed = 0
        for batch in batches:
            if batch.table not in tables:
                continue
            if batch.rows:
                try:
                    await self._adapter.push_documents(batch.table, batch.rows)
                except ShopRefused as error:
                    self._tell_refused(batch.table, error)
                    continue
                self._refused.pop(batch.table, None)
            await self._desk.transact("documents pushed", documents_pushed, self._setup.name, batch)
            log.info("documents pushed", store=self._setup.name, table=batch.table.value, rows=len(batch.rows))
            pushed += len(batch.numbers)
        return pushed

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

    async def _look_for_lost_answers(self, batches: Iterable[DocumentBatch], keys: tuple[SigningKey, ...]) -> None:
        """Before requests are first pushed in this epoch: do the shop's rows have more of staff's words?"""
        wanted = [row.key for batch in batches if batch.table is DocumentTable.REQUEST for row in batch.rows]
        if self._taken_over_requests or not wanted:
            return
        found = await self._adapter.documents(DocumentTable.REQUEST, wanted)
        older = [one for one in found if one.row.epoch < self._desk.identity.epoch]
        if older:
            recovered = await self._desk.transact("recover answers", recover_answers, self._setup.name, older, keys)
            if recovered:
                log.warning("answers of a lost desk are put back", store=self._setup.name, messages=recovered)

    async def _look_for_lost(self, batch: Batch, keys: tuple[SigningKey, ...]) -> None:
        """Before an account is pushed for the first time in this epoch: does the shop know more than we do?

        Only until everything of an earlier epoch has been replaced; after that there is nothing to know more.
        """
        if self._taken_over:
            return
        whole = [rows.account.customer_id for rows in batch.rows if rows.entries_before == 0]
        if whole:
            _, entries = await self._adapter.pushed(whole)
            older = [row for row in entries if row.epoch < self._desk.identity.epoch]
            if older:
                await self._desk.transact(
                    "report lost entries", report_lost_entries, self._setup.name, older, keys, at=self._clock.now()
                )

    async def _take_over(self, keys: tuple[SigningKey, ...]) -> int:
        """Once all has been pushed: does the shop still show accounts of a desk before a restore? Returns how many."""
        if self._taken_over:
            await self._take_over_requests(keys)
            return 0
        customers = await self._adapter.left_behind(self._desk.identity.epoch)
        if customers:
            log.warning("accounts of a lost desk are replaced", store=self._setup.name, accounts=len(customers))
            return await self._desk.transact("take over accounts", take_over, self._setup.name, customers)
        known = await self._desk.read(lambda tx: tx.quotes.last_known())
        await self._take_away(keys, DocumentTable.QUOTE, known, report_lost_quotes)
        self._taken_over = True
        return 0

    async def _take_over_requests(self, keys: tuple[SigningKey, ...]) -> None:
        """The same of requests, once what customers sent has been done again: those have their numbers back."""
        if self._taken_over_requests or not self._health.inbox_read:
            return
        known = await self._desk.read(lambda tx: tx.requests.last_known())
        await self._take_away(keys, DocumentTable.REQUEST, known, report_lost_requests)
        self._taken_over_requests = True

    async def _take_away(self, keys: tuple[SigningKey, ...], table: DocumentTable, known: int, report: _Report) -> None:
        """Take off the pages what only a lost desk knew: their numbers are about the last ones known."""
        terms = self._terms(keys[0])
        number, until = max(known - NUMBERS_AHEAD, 0), known + NUMBERS_AHEAD
        while number < until:
            page = range(number + 1, number + 1 + DOCUMENTS_PER_PUSH)
            found = await self._adapter.documents(table, page)
            if found:
                blank = await self._desk.transact(
                    f"report lost {table}s", report, terms, found, keys, at=self._clock.now()
                )
                if blank:
                    log.warning(
                        "documents of a lost desk are taken away",
                        store=self._setup.name,
                        table=table.value,
                        rows=len(blank),
                    )
                    await self._adapter.push_documents(table, blank)
                    until = page[-1] + NUMBERS_AHEAD
            number = page[-1]

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
) -> tuple[Sequence[DocumentBatch], int]:
    """The documents that wait, and how many problems do."""
    documents = waiting_documents(tx, terms, limit=DOCUMENTS_PER_PUSH, skip=skip, answered_since=answered_since)
    return documents, tx.problems.open_count(terms.store)
