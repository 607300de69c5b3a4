"""After a restore: what a lost desk has left in one store's shop is looked at before it is replaced.

Every account, ticket and quote is looked up before its first push of this epoch: the shop may know more of it than
this desk. What only the lost desk knew is replaced, and staff are told. Once nothing older is left that could be
replaced, nothing is looked up any more.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import timedelta

import structlog

from bridge.contracts.clock import Clock
from bridge.contracts.shop import ShopAdapter
from bridge.contracts.shop_documents import DocumentRow, DocumentTable
from bridge.contracts.shop_rows import SigningKey
from bridge.desk.desk import Desk
from bridge.desk.transaction import DeskTx
from bridge.engine.health import StoreHealth
from bridge.engine.setup import StoreSetup
from bridge.services.account_pages import Batch
from bridge.services.documents import DocumentBatch
from bridge.services.restoring import (
    keep_erased_back,
    recover_answers,
    report_lost_entries,
    report_lost_quotes,
    report_lost_tickets,
    take_over,
)

log = structlog.get_logger()
NUMBERS_AHEAD = 1_000
"""A lost desk's quotes and tickets are looked for so far around the last number known: a desk numbers them over all
its stores."""

_Report = Callable[..., list[DocumentRow]]


class LostDesk:
    """What was in the shop before this epoch, as far as it is still there. Without a restore there is nothing."""

    def __init__(self, setup: StoreSetup, adapter: ShopAdapter, desk: Desk, clock: Clock, health: StoreHealth) -> None:
        self._setup, self._adapter, self._desk, self._clock, self._health = setup, adapter, desk, clock, health
        self._accounts_replaced = self._tickets_taken_away = self._all_replaced = False

    async def before_documents(
        self, batches: Sequence[DocumentBatch], keys: Sequence[SigningKey]
    ) -> tuple[Sequence[DocumentBatch], int]:
        """Of what is about to be pushed what may be, and how many documents are not to be pushed as they are.

        Those have more in them by now, and come in the next batch, or are kept back.
        """
        if self._all_replaced:
            return batches, 0
        looked = {DocumentTable.TICKET, DocumentTable.QUOTE}
        left = [await self._looked_up(one, keys) if one.table in looked else one for one in batches]
        left_out = sum(len(one.numbers) for one in batches) - sum(len(one.numbers) for one in left)
        return [one for one in left if one.numbers], left_out

    async def before_accounts(self, batch: Batch, keys: Sequence[SigningKey]) -> None:
        """Before an account is pushed for the first time in this epoch: does the shop know more than we do?

        Only until everything of an earlier epoch has been replaced; after that there is nothing to know more.
        """
        if self._accounts_replaced:
            return
        whole = [rows.account.customer_id for rows in batch.rows if rows.entries_before == 0]
        if whole:
            _, entries = await self._adapter.pushed(whole)
            older = [row for row in entries if row.epoch < self._desk.identity.epoch]
            if older:
                await self._desk.transact(
                    "report lost entries", report_lost_entries, self._setup.name, older, keys, at=self._clock.now()
                )

    async def take_over(self, keys: Sequence[SigningKey]) -> int:
        """Once all has been pushed: does the shop still show accounts of a desk before a restore? Returns how many."""
        if self._accounts_replaced:
            await self._take_over_tickets(keys)
            return 0
        customers = await self._adapter.left_behind(self._desk.identity.epoch)
        if customers:
            log.warning("accounts of a lost desk are replaced", store=self._setup.name, accounts=len(customers))
            return await self._desk.transact("take over accounts", take_over, self._setup.name, customers)
        known = await self._desk.read(lambda tx: tx.quotes.last_known())
        await self._take_away(keys, DocumentTable.QUOTE, known, report_lost_quotes)
        self._accounts_replaced = True
        return 0

    async def _looked_up(self, batch: DocumentBatch, keys: Sequence[SigningKey]) -> DocumentBatch:
        """The batch without what is not to be pushed as it is: the shop's rows have more of staff's words, or none.

        Also what has no row yet is looked up: it may have had one after the backup.
        """
        first = await self._desk.read(_not_shown, batch.table, batch.numbers)
        if not first:
            return batch
        wanted: list[int | str] = [*sorted(first)]
        found = await self._adapter.documents(batch.table, wanted)
        older = [one for one in found if one.row.epoch < self._desk.identity.epoch]
        if not older:
            return batch
        left_out = await self._desk.transact(f"look at older {batch.table}s", self._look, batch.table, older, keys)
        return replace(
            batch,
            rows=tuple(row for row in batch.rows if row.key not in left_out),
            numbers={key: number for key, number in batch.numbers.items() if key not in left_out},
        )

    def _look(
        self, tx: DeskTx, table: DocumentTable, older: Sequence[DocumentRow], keys: Sequence[SigningKey]
    ) -> frozenset[int]:
        store, at, kept_days = self._setup.name, self._clock.now(), self._setup.settings.privacy.messages_days
        since = at - timedelta(days=kept_days) if kept_days else None
        kept_back = keep_erased_back(tx, store, table, older, keys, words_since=since, at=at)
        if kept_back:
            log.warning(
                "what was erased after the backup is not shown", store=store, table=table.value, rows=len(kept_back)
            )
        if table is not DocumentTable.TICKET:
            return frozenset(kept_back)
        recovered = recover_answers(tx, store, older, keys, at=at)
        if recovered:
            log.warning("answers of a lost desk are put back", store=store, messages=len(recovered))
        return frozenset(kept_back) | frozenset(recovered)

    async def _take_over_tickets(self, keys: Sequence[SigningKey]) -> None:
        """The same of tickets, once what customers sent has been done again: those have their numbers back.

        What is opened after that has a number that no lost desk gave out; so once nothing waits to be pushed any more,
        whatever could be replaced has been looked up and is.
        """
        if self._all_replaced or not self._health.inbox_read:
            return
        if not self._tickets_taken_away:
            known = await self._desk.read(lambda tx: tx.tickets.last_known())
            await self._take_away(keys, DocumentTable.TICKET, known, report_lost_tickets)
            self._tickets_taken_away = True
        self._all_replaced = await self._desk.read(_all_pushed, self._setup.name)

    async def _take_away(self, keys: Sequence[SigningKey], table: DocumentTable, known: int, report: _Report) -> None:
        """Take off the pages what only a lost desk knew: their numbers are about the last ones known."""
        terms = self._setup.page_terms(keys[0], self._desk.identity.epoch)
        number, until = max(known - NUMBERS_AHEAD, 0), known + NUMBERS_AHEAD
        while found := await self._adapter.documents_left_behind(table, epoch=terms.epoch, after=number, until=until):
            number = found[-1].id
            blank = await self._desk.transact(f"report lost {table}s", report, terms, found, keys, at=self._clock.now())
            if blank:
                log.warning(
                    "documents of a lost desk are taken away",
                    store=self._setup.name,
                    table=table.value,
                    rows=len(blank),
                )
                await self._adapter.push_documents(table, blank)
                until = max(until, number + NUMBERS_AHEAD)


def _not_shown(tx: DeskTx, table: DocumentTable, numbers: Iterable[int]) -> frozenset[int]:
    """Those of these tickets or quotes that have not been pushed in this epoch."""
    return (tx.tickets if table is DocumentTable.TICKET else tx.quotes).not_shown(numbers)


def _all_pushed(tx: DeskTx, store: str) -> bool:
    """Whether no ticket and no quote waits to be pushed."""
    return not tx.tickets.waiting(store, 1) and not tx.quotes.waiting(store, 1)
