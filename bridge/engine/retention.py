"""What has an end by itself: texts, messages that were sent, and what deleted customers left (rules D3, D4).

A built-in plugin like the housekeeping, a store at a time. What customers sent is forgotten where it is read, by the
store's inbox.
"""

import asyncio
from collections.abc import Callable, Iterable
from datetime import timedelta

import structlog

from bridge.contracts.clock import Clock
from bridge.contracts.scheduling import JobRegistry
from bridge.desk.desk import Desk
from bridge.desk.file_store import FileStore, beside
from bridge.desk.transaction import DeskTx
from bridge.hooks import hookimpl
from bridge.services import chat_personal, files, privacy
from bridge.settings import StoreSettings

log = structlog.get_logger()


class Retention:
    """Forgets once a day what the stores' settings no longer want kept; `stores` gives the enabled ones."""

    def __init__(
        self,
        desk: Desk,
        clock: Clock,
        *,
        stores: Callable[[], Iterable[StoreSettings]],
        contents: FileStore | None = None,
    ) -> None:
        self._desk, self._clock, self._stores = desk, clock, stores
        self._contents = contents or beside(desk.path)

    @hookimpl
    def bridge_schedule_jobs(self, scheduler: JobRegistry) -> None:
        """Register the daily look."""
        scheduler.every("forget personal data", timedelta(days=1), self.forget)

    async def forget(self) -> None:
        """Forget what has had its time, and propose what staff decide about."""
        stores = list(self._stores())
        for store in stores:
            await self._forget(store)
            await self._sweep(store.name)
        if stores:
            await self._forget_receipts(timedelta(days=max(store.privacy.receipt_days for store in stores)))

    async def _forget(self, store: StoreSettings) -> None:
        at, kept = self._clock.now(), store.privacy
        before = at - timedelta(days=kept.deleted_days)

        def work(tx: DeskTx) -> tuple[int, int, int]:
            texts = 0
            if kept.messages_days:
                texts = tx.personal.forget_old_texts(store.name, at - timedelta(days=kept.messages_days))
            if kept.files_days:
                tx.files.forget_old(store.name, at - timedelta(days=kept.files_days))
            if kept.chat_days:
                tx.conversations.forget_old(store.name, at - timedelta(days=kept.chat_days))
                chat_personal.forget_strangers(tx, store.name, at - timedelta(days=kept.chat_days))
            sent = tx.personal.forget_sent(store.name, at - timedelta(days=kept.deliveries_days))
            gone = privacy.to_propose(tx, store.name, before)
            return texts, sent, privacy.propose(tx, store.name, gone, after=timedelta(days=kept.deleted_days), at=at)

        texts, sent, proposed = await self._desk.transact("forget personal data", work)
        if texts or sent or proposed:
            log.info("personal data forgotten", store=store.name, tickets=texts, messages=sent, proposed=proposed)

    async def _forget_receipts(self, kept: timedelta) -> None:
        """Forget what came from outside for plugins, and what became of none of our messages."""
        before = self._clock.now() - kept

        def work(tx: DeskTx) -> None:
            tx.receipts.prune(before)
            tx.conversations.prune_early(before)
            tx.chat_contacts.prune(before)

        await self._desk.transact("forget receipts", work)

    async def _sweep(self, store: str) -> None:
        """Delete the contents of files that no row has: erased ones, and what was on its way when the daemon ended."""
        at = self._clock.now()
        old = await asyncio.to_thread(self._contents.old, store, at=at)
        used = await self._desk.read(files.contents_in_use, store, old)
        dropped = await asyncio.to_thread(self._contents.drop, store, frozenset(old) - used, at=at)
        if dropped:
            log.info("contents of files deleted", store=store, files=dropped)
