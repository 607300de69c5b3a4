"""After a restore: what a lost desk has left in one store's shop is looked at before it is replaced.

Every account, ticket, quote and licence is looked up before its first push of this epoch: the shop may know more of it
than this desk. What only the lost desk knew is replaced, and staff are told. Once nothing older is left that could be
replaced, nothing is looked up any more.
"""

from collections.abc import Callable, Collection, Iterable, Sequence
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
from bridge.services.account_pages import Batch
from bridge.services.documents import DocumentBatch
from bridge.services.lost_licences import (
    all_booked,
    recover_domains,
    report_lost_deeds,
    report_lost_licences,
    settle_differing,
)
from bridge.services.restoring import (
    keep_erased_back,
    report_lost_entries,
    report_lost_quotes,
    report_lost_tickets,
    shown_part,
    take_over,
    taken_away_messages,
)
from bridge.services.unproven import has_let_go, hold_unproven_up, look_again, settle

log = structlog.get_logger()
NUMBERS_AHEAD = 1_000
"""A lost desk's quotes, tickets and licences are looked for so far around the last number known: a desk numbers them
over all its stores."""

_Report = Callable[..., list[DocumentRow]]


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
        self._accounts_replaced = self._tickets_taken_away = False
        self._licences_taken_away = not setup.licences  # who sells none is not asked for what is left of any
        self._all_booked = False
        self._key_ids: frozenset[str] = frozenset()
        self._is_held_up = False

    async def before_documents(
        self, batches: Sequence[DocumentBatch], keys: Sequence[SigningKey]
    ) -> tuple[Sequence[DocumentBatch], int]:
        """Of what is about to be pushed what may be, and how many documents are not to be pushed as they are.

        Those have more in them by now, and come in the next batch, or are kept back.
        """
        if self._health.all_replaced:
            return batches, 0
        if (ids := frozenset(key.id for key in keys)) != self._key_ids:
            self._key_ids, self._is_held_up = ids, False
            await self._desk.transact("look again with these keys", look_again, self._setup.name)
        taken_up = await self._answers.take_up() + await self._take_up_licences()
        tickets = await self._tickets_to_leave_out(batches, keys)
        quotes = await self._quotes_to_leave_out(batches, keys)
        unwanted = {
            DocumentTable.TICKET: tickets,
            DocumentTable.MESSAGE: tickets,
            DocumentTable.QUOTE: quotes,
            DocumentTable.LICENCE: await self._licences_to_leave_out(batches, keys),
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
        if self._is_held_up:  # until there are other keys, or staff let go
            self._is_held_up = not await self._desk.read(has_let_go, self._setup.name, self._desk.identity.epoch)
            if self._is_held_up:
                return 0
        if self._accounts_replaced:
            await self._take_over_tickets(keys)
            return 0
        customers = await self._adapter.left_behind(self._desk.identity.epoch)
        if customers:
            log.warning("accounts of a lost desk are replaced", store=self._setup.name, accounts=len(customers))
            return await self._desk.transact("take over accounts", take_over, self._setup.name, customers)
        known = await self._desk.read(lambda tx: tx.quotes.last_known())
        self._accounts_replaced = await self._take_away(keys, DocumentTable.QUOTE, known, report_lost_quotes)
        if self._accounts_replaced:
            await self._take_over_tickets(keys)  # now: nobody may wake the pusher for long
        return 0

    async def _tickets_to_leave_out(
        self, batches: Sequence[DocumentBatch], keys: Sequence[SigningKey]
    ) -> frozenset[int]:
        """Tickets that are not to be pushed as they are: the shop has more of staff's words in them, or none at all.

        Also one that has no row yet is looked up: it may have had one after the backup. So is one that only a message
        of is about to be pushed, which would take the place of a lost one.
        """
        older = await self._older(DocumentTable.TICKET, _tickets_in(batches))
        if not older:
            return frozenset()
        kept_back = await self._unproven(DocumentTable.TICKET, older, keys)
        kept_back |= await self._kept_back(DocumentTable.TICKET, older, keys)
        return kept_back | await self._answers.look_at(older, keys)

    async def _quotes_to_leave_out(
        self, batches: Sequence[DocumentBatch], keys: Sequence[SigningKey]
    ) -> frozenset[int]:
        """Quotes that are not to be pushed as they are: the shop has them without words."""
        older = await self._older(DocumentTable.QUOTE, _numbers_of(DocumentTable.QUOTE, batches))
        if not older:
            return frozenset()
        unproven = await self._unproven(DocumentTable.QUOTE, older, keys)
        return unproven | await self._kept_back(DocumentTable.QUOTE, older, keys)

    async def _take_up_licences(self) -> int:
        """Once all that was paid has been booked: take up the licences that waited for that; how many."""
        if self._all_booked or not await self._is_all_booked():
            return 0
        self._all_booked = True
        if not await self._desk.read(lambda tx: tx.licences.any_held_up(self._setup.name)):
            return 0
        return await self._desk.transact("look at licences again", lambda tx: tx.licences.take_up(self._setup.name))

    async def _is_all_booked(self) -> bool:
        """Whether since the start the orders and the vendor's own table were read, and nothing of them waits."""
        if not self._setup.licences or self._health.last_good_read is None:
            return False
        if self._setup.licence_table is not None and not self._health.licences_read:
            return False
        return await self._desk.read(all_booked, self._setup.name)

    async def _licences_to_leave_out(
        self, batches: Sequence[DocumentBatch], keys: Sequence[SigningKey]
    ) -> frozenset[int]:
        """Licences that are not to be pushed as they are: the shop has them on more domains, or on nobody's page."""
        older = await self._older(DocumentTable.LICENCE, _numbers_of(DocumentTable.LICENCE, batches))
        if not older:
            return frozenset()
        unproven = await self._unproven(DocumentTable.LICENCE, older, keys)
        kept_back = await self._kept_back(DocumentTable.LICENCE, older, keys)
        name, at = self._setup.name, self._clock.now()
        await self._desk.transact("report lost deeds", report_lost_deeds, name, older, keys, at=at)
        kept_back |= await self._desk.transact(
            "settle differing licences", settle_differing, name, older, keys, is_all=self._all_booked, at=at
        )
        back = await self._desk.transact("put domains back", recover_domains, name, older, keys)
        if back:
            log.warning("domains of licences are put back", store=name, licences=len(back))
        return unproven | kept_back | frozenset(back)

    async def _older(self, table: DocumentTable, numbers: Collection[int]) -> Sequence[DocumentRow]:
        """What an earlier epoch has left in the shop of those of these that were not pushed in this one."""
        first = await self._desk.read(_not_shown, table, numbers) if numbers else frozenset()
        found = await self._adapter.documents(table, sorted(first)) if first else ()
        return [one for one in found if one.row.epoch < self._desk.identity.epoch]

    async def _unproven(
        self,
        table: DocumentTable,
        older: Sequence[DocumentRow],
        keys: Sequence[SigningKey],
    ) -> frozenset[int]:
        """Those of these that nobody can check, because they are signed with a key that is not here."""
        ids = {key.id for key in keys}
        if all(one.row.key_id in ids for one in older):
            return frozenset()
        name, epoch, at = self._setup.name, self._desk.identity.epoch, self._clock.now()
        found = await self._desk.transact(
            f"hold up unproven {table}s", hold_unproven_up, name, table, older, keys, epoch=epoch, at=at
        )
        self._is_held_up |= bool(found)
        return found

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

    async def _take_over_tickets(self, keys: Sequence[SigningKey]) -> None:
        """The same of tickets, once what customers sent has been done again: those have their numbers back.

        What is opened after that has a number that no lost desk gave out; so once nothing waits to be pushed any more,
        whatever could be replaced has been looked up and is.
        """
        if self._health.all_replaced or not self._health.inbox_read:
            return
        if not self._tickets_taken_away:
            known = await self._desk.read(lambda tx: tx.tickets.last_known())
            self._tickets_taken_away = await self._take_away(keys, DocumentTable.TICKET, known, report_lost_tickets)
        if not self._licences_taken_away and self._all_booked:
            known = await self._desk.read(lambda tx: tx.licences.last_known())
            self._licences_taken_away = await self._take_away(keys, DocumentTable.LICENCE, known, report_lost_licences)
        if (
            self._tickets_taken_away
            and self._licences_taken_away
            and await self._desk.read(_all_pushed, self._setup.name)
        ):
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

    async def _take_away(self, keys: Sequence[SigningKey], table: DocumentTable, known: int, report: _Report) -> bool:
        """Take off the pages what only a lost desk knew: their numbers are about the last ones known.

        Whether that is all: what nobody can check stays where it is, and is not shown by a page with another key.
        """
        is_all = True
        terms = self._setup.page_terms(keys[0], self._desk.identity.epoch)
        number, until = max(known - NUMBERS_AHEAD, 0), known + NUMBERS_AHEAD
        while found := await self._adapter.documents_left_behind(table, epoch=terms.epoch, after=number, until=until):
            number = found[-1].id
            if held_up := await self._unproven(table, found, keys):
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
    """Those of these tickets, quotes or licences that have not been pushed in this epoch."""
    return shown_part(tx, table).not_shown(numbers)


def _all_pushed(tx: DeskTx, store: str) -> bool:
    """Whether no ticket, quote or licence waits to be pushed, or is held up."""
    parts = (tx.tickets, tx.quotes, tx.licences)
    return not any(part.waiting(store, 1) or part.any_held_up(store) for part in parts)
