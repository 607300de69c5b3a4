"""After a restore: what a lost desk has left in one store's shop is looked at before it is replaced.

Every account, ticket, quote, licence, agreement and bill is looked up before its first push of this epoch: the shop may
know more of it than this desk. What only the lost desk knew is replaced, and staff are told. Once nothing older is left
that could be replaced, nothing is looked up any more.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

import structlog

from bridge.contracts.clock import Clock
from bridge.contracts.shop import ShopAdapter
from bridge.contracts.shop_documents import DocumentRow, DocumentTable
from bridge.contracts.shop_rows import SigningKey
from bridge.contracts.tickets import MessageKey
from bridge.desk.desk import Desk
from bridge.desk.transaction import DeskTx
from bridge.engine.files import StoreFiles
from bridge.engine.health import StoreHealth
from bridge.engine.lost_answers import LostAnswers
from bridge.engine.setup import StoreSetup
from bridge.engine.unproven import Unproven
from bridge.services.account_pages import Batch
from bridge.services.document_parts import shown_part
from bridge.services.documents import DocumentBatch
from bridge.services.lost_licences import (
    all_booked,
    leave_pages,
    recover_domains,
    report_lost_deeds,
    report_lost_licences,
    settle_differing,
)
from bridge.services.lost_premium import report_lost_agreements, report_lost_bills
from bridge.services.lost_premium import report_lost_deeds as report_lost_premium_deeds
from bridge.services.restoring import (
    keep_erased_back,
    report_lost_entries,
    report_lost_quotes,
    report_lost_tickets,
    take_over,
    taken_away_messages,
)
from bridge.services.unproven import settle

log = structlog.get_logger()
NUMBERS_AHEAD = 1_000
"""What a lost desk numbered is looked for so far around the last number known: a desk numbers over all its stores."""
PREMIUM = (DocumentTable.AGREEMENT, DocumentTable.BILL)

_REPORTS: Mapping[DocumentTable, Callable[..., list[DocumentRow]]] = {
    DocumentTable.QUOTE: report_lost_quotes,
    DocumentTable.TICKET: report_lost_tickets,
    DocumentTable.LICENCE: report_lost_licences,
    DocumentTable.AGREEMENT: report_lost_agreements,
    DocumentTable.BILL: report_lost_bills,
}
"""How staff are told of what only a lost desk had numbered, and what takes its place."""


class LostDesk:
    """What was in the shop before this epoch, as far as it is still there. Without a restore there is nothing."""

    def __init__(
        self,
        setup: StoreSetup,
        adapter: ShopAdapter,
        desk: Desk,
        clock: Clock,
        health: StoreHealth,
        files: StoreFiles,
    ) -> None:
        self._setup, self._adapter, self._desk, self._clock, self._health = setup, adapter, desk, clock, health
        self._answers = LostAnswers(setup, adapter, desk, clock, health, files)
        self._accounts_replaced = self._all_booked = False
        self._to_take_away = [DocumentTable.TICKET]
        if setup.licences:  # who sells none is not asked for what is left of any
            self._to_take_away.append(DocumentTable.LICENCE)
        if setup.premium.kinds:  # nor who sells no premium time
            self._to_take_away += PREMIUM
        self._unproven = Unproven(setup.name, desk, clock)

    async def before_documents(
        self, batches: Sequence[DocumentBatch], keys: Sequence[SigningKey]
    ) -> tuple[Sequence[DocumentBatch], int]:
        """Of what is about to be pushed what may be, and how many documents are not to be pushed as they are.

        Those have more in them by now, and come in the next batch, or are kept back.
        """
        if self._health.all_replaced:
            return batches, 0
        await self._unproven.know(keys)
        taken_up = await self._answers.take_up() + await self._take_up_licences()
        tickets = await self._tickets_to_leave_out(batches, keys)
        quotes = await self._quotes_to_leave_out(batches, keys)
        unwanted = {
            DocumentTable.TICKET: tickets,
            DocumentTable.MESSAGE: tickets,
            DocumentTable.QUOTE: quotes,
            DocumentTable.LICENCE: await self._licences_to_leave_out(batches, keys),
            **{table: await self._premium_to_leave_out(table, batches, keys) for table in PREMIUM},
        }
        left = [_without(one, unwanted[one.table]) if unwanted.get(one.table) else one for one in batches]
        left_out = sum(len(one.numbers) for one in batches) - sum(len(one.numbers) for one in left)
        return [one for one in left if one.numbers], left_out + taken_up

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
        if await self._unproven.holds_up():
            return 0
        if self._accounts_replaced:
            await self._take_over_others(keys)
            return 0
        customers = await self._adapter.left_behind(self._desk.identity.epoch)
        if customers:
            log.warning("accounts of a lost desk are replaced", store=self._setup.name, accounts=len(customers))
            return await self._desk.transact("take over accounts", take_over, self._setup.name, customers)
        self._accounts_replaced = await self._take_away(keys, DocumentTable.QUOTE)
        if self._accounts_replaced:
            await self._take_over_others(keys)  # now: nobody may wake the pusher for long
        return 0

    async def _tickets_to_leave_out(
        self, batches: Sequence[DocumentBatch], keys: Sequence[SigningKey]
    ) -> frozenset[int]:
        """Tickets that are not to be pushed as they are: the shop has more of staff's words in them, or none at all.

        Also one that has no row yet is looked up: it may have had one after the backup. So is one that only a message
        of is about to be pushed, which would take the place of a lost one.
        """
        older, left_out = await self._look_up(DocumentTable.TICKET, _tickets_in(batches), keys)
        return left_out | await self._answers.look_at(older, keys) if older else left_out

    async def _quotes_to_leave_out(
        self, batches: Sequence[DocumentBatch], keys: Sequence[SigningKey]
    ) -> frozenset[int]:
        """Quotes that are not to be pushed as they are: the shop has them without words."""
        _, left_out = await self._look_up(DocumentTable.QUOTE, _numbers_of(DocumentTable.QUOTE, batches), keys)
        return left_out

    async def _take_up_licences(self) -> int:
        """Once all that was paid has been booked: take up the licences that waited for that; how many."""
        if self._all_booked or not await self._is_all_booked():
            return 0
        self._all_booked = True
        if not await self._desk.read(lambda tx: tx.licences.any_held_up(self._setup.name)):
            return 0
        return await self._desk.transact("look at licences again", lambda tx: tx.licences.take_up(self._setup.name))

    async def _is_all_booked(self) -> bool:
        """Whether all was read that orders, customers and the vendor's own table say, and nothing of it waits."""
        if self._health.last_good_read is None or not self._health.inbox_read:
            return False
        if self._setup.licence_table is not None and not self._health.licences_read:
            return False
        return await self._desk.read(all_booked, self._setup.name)

    async def _licences_to_leave_out(
        self, batches: Sequence[DocumentBatch], keys: Sequence[SigningKey]
    ) -> frozenset[int]:
        """Licences that are not to be pushed as they are: the shop has them on more domains, or on nobody's page."""
        older, left_out = await self._look_up(DocumentTable.LICENCE, _numbers_of(DocumentTable.LICENCE, batches), keys)
        if not older:
            return left_out
        name, at = self._setup.name, self._clock.now()
        for what, settle_some in (("report lost deeds", report_lost_deeds), ("compare licences", settle_differing)):
            left_out |= await self._desk.transact(what, settle_some, name, older, keys, is_all=self._all_booked, at=at)
        back = await self._desk.transact("put domains back", recover_domains, name, older, keys)
        if back:
            log.warning("domains of licences are put back", store=name, licences=len(back))
        terms = self._setup.page_terms(keys[0], self._desk.identity.epoch)
        blank = await self._desk.read(leave_pages, terms, older, but=left_out)
        if blank:
            await self._adapter.push_documents(DocumentTable.LICENCE, blank)
        return left_out | frozenset(back)

    async def _premium_to_leave_out(
        self, table: DocumentTable, batches: Sequence[DocumentBatch], keys: Sequence[SigningKey]
    ) -> frozenset[int]:
        """Agreements, or bills, that are not to be pushed as they are: the shop has them on nobody's page."""
        older, left_out = await self._look_up(table, _numbers_of(table, batches), keys)
        if older:
            name, at = self._setup.name, self._clock.now()
            await self._desk.transact("report lost deeds", report_lost_premium_deeds, name, table, older, keys, at=at)
        return left_out

    async def _look_up(
        self, table: DocumentTable, numbers: Collection[int], keys: Sequence[SigningKey]
    ) -> tuple[Sequence[DocumentRow], frozenset[int]]:
        """What an earlier epoch has left in the shop of those of these that were not pushed in this one.

        And those of it that are not to be pushed over: nobody can check them, or they were erased after the backup.
        """
        first = await self._desk.read(_not_shown, table, numbers) if numbers else frozenset()
        found = await self._adapter.documents(table, sorted(first)) if first else ()
        older = [one for one in found if one.row.epoch < self._desk.identity.epoch]
        if not older:
            return older, frozenset()
        unproven = await self._unproven.among(table, older, keys)
        return older, unproven | await self._kept_back(table, older, keys)

    async def _kept_back(
        self, table: DocumentTable, older: Sequence[DocumentRow], keys: Sequence[SigningKey]
    ) -> frozenset[int]:
        """Those of these that were erased after the backup."""
        store, at, kept_days = self._setup.name, self._clock.now(), self._setup.settings.privacy.messages_days
        since = at - timedelta(days=kept_days) if kept_days else None
        kept_back = await self._desk.transact(
            f"look for erased {table}s", keep_erased_back, store, table, older, keys, words_since=since, at=at
        )
        if kept_back:
            log.warning(
                "what was erased after the backup is not shown", store=store, table=table.value, rows=len(kept_back)
            )
        return frozenset(kept_back)

    async def _take_over_others(self, keys: Sequence[SigningKey]) -> None:
        """The same of all else, once what customers sent has been done again: tickets have their numbers back then.

        Licences wait until all that was paid has been booked. What is opened after that has a number that no lost desk
        gave out; so once nothing waits to be pushed any more, whatever could be replaced has been looked up and is.
        """
        if self._health.all_replaced or not self._health.inbox_read:
            return
        for table in list(self._to_take_away):
            waits = table is DocumentTable.LICENCE and not self._all_booked
            if not waits and await self._take_away(keys, table):
                self._to_take_away.remove(table)
        if not self._to_take_away and await self._desk.read(_all_pushed, self._setup.name):
            await self._take_away_messages(keys)
            await self._desk.transact("all replaced", settle, self._setup.name, at=self._clock.now())
            self._health.all_replaced = True

    async def _take_away_messages(self, keys: Sequence[SigningKey]) -> None:
        """Take away all messages of earlier epochs: none of them is one of this desk's any more."""
        terms, last, taken = self._setup.page_terms(keys[0], self._desk.identity.epoch), MessageKey(0, 0), 0
        while found := await self._adapter.messages_left_behind(epoch=terms.epoch, after=last):
            await self._adapter.push_documents(DocumentTable.MESSAGE, taken_away_messages(terms, found))
            last, taken = found[-1].message, taken + len(found)
        if taken:
            log.warning("messages of a lost desk are taken away", store=self._setup.name, rows=taken)

    async def _take_away(self, keys: Sequence[SigningKey], table: DocumentTable) -> bool:
        """Take off the pages what only a lost desk knew: their numbers are about the last ones known.

        Whether that is all: what nobody can check stays where it is, and is not shown by a page with another key.
        """
        is_all, report = True, _REPORTS[table]
        known = await self._desk.read(_last_known, table)
        terms = self._setup.page_terms(keys[0], self._desk.identity.epoch)
        number, until = max(known - NUMBERS_AHEAD, 0), known + NUMBERS_AHEAD
        while found := await self._adapter.documents_left_behind(table, epoch=terms.epoch, after=number, until=until):
            number = found[-1].id
            if held_up := await self._unproven.among(table, found, keys):
                found, is_all = [one for one in found if one.id not in held_up], False
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
        return is_all


def _tickets_in(batches: Sequence[DocumentBatch]) -> frozenset[int]:
    """The tickets that something of is about to be pushed."""
    found = set[int]()
    for one in batches:
        if one.table is DocumentTable.TICKET:
            found |= one.numbers.keys()
        elif one.table is DocumentTable.MESSAGE:
            found |= {key.ticket for key in one.numbers}
    return frozenset(found)


def _numbers_of(table: DocumentTable, batches: Sequence[DocumentBatch]) -> frozenset[int]:
    """What of a table is about to be pushed."""
    return frozenset(number for one in batches if one.table is table for number in one.numbers)


def _without(batch: DocumentBatch, numbers: frozenset[int]) -> DocumentBatch:
    """The batch without what is of these tickets, or quotes."""

    def stays(key: Any) -> bool:
        return (key.ticket if isinstance(key, MessageKey) else key) not in numbers

    return replace(
        batch,
        rows=tuple(row for row in batch.rows if stays(row.key)),
        numbers={key: number for key, number in batch.numbers.items() if stays(key)},
    )


def _not_shown(tx: DeskTx, table: DocumentTable, numbers: Iterable[int]) -> frozenset[int]:
    """Those of these numbered documents that have not been pushed in this epoch."""
    return shown_part(tx, table).not_shown(numbers)


def _last_known(tx: DeskTx, table: DocumentTable) -> int:
    return shown_part(tx, table).last_known()


def _all_pushed(tx: DeskTx, store: str) -> bool:
    """Whether nothing numbered waits to be pushed, or is held up."""
    parts = (tx.tickets, tx.quotes, tx.licences, tx.agreements, tx.bills)
    return not any(part.waiting(store, 1) or part.any_held_up(store) for part in parts)
