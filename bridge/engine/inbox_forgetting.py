"""Forgetting what was in one store's inbox: the shop first, the desk later, and files that nobody has (rule D4)."""

import random
import time
from datetime import timedelta

import structlog

from bridge.contracts.clock import Clock
from bridge.contracts.shop import ShopAdapter
from bridge.desk.desk import Desk
from bridge.engine.files import StoreFiles
from bridge.engine.setup import StoreSetup

log = structlog.get_logger()
REMEMBER_LONGER = timedelta(days=30)
"""The desk remembers longer than the shop what it has done: a row that is there must never be done twice."""
EVERY_S = 86_400.0
FIRST_S = 600.0
"""The first forgetting comes within this time of the start, by chance, so that many stores don't do it together."""


def remembered(setup: StoreSetup) -> timedelta:
    """For how long the desk knows what it has done with a row."""
    return timedelta(days=setup.settings.privacy.inbox_days) + REMEMBER_LONGER


class InboxForgetting:
    """What is forgotten of one store's inbox, and when."""

    def __init__(self, setup: StoreSetup, adapter: ShopAdapter, desk: Desk, clock: Clock, files: StoreFiles) -> None:
        self._setup, self._adapter, self._desk, self._clock, self._files = setup, adapter, desk, clock, files
        self._at = time.monotonic() + random.random() * FIRST_S  # noqa: S311  # no secret
        self._orphans_due = False

    async def when_due(self, *, all_known: bool) -> None:
        """Once a day the shop forgets old rows and their answers, and later so does the desk.

        Files that no message has wait until all that could name them is known: every row is read, else a ticket would
        be refused for want of its file, and after a restore staff's answers are back. Raises `ShopError`, `DeskError`.
        """
        await self._files.forget_refused()
        if time.monotonic() >= self._at:
            self._at = time.monotonic() + EVERY_S
            self._orphans_due = True
            await self._forget_rows()
        if self._orphans_due and all_known:
            await self._files.forget_orphans()
            self._orphans_due = False

    async def _forget_rows(self) -> None:
        store, before = self._setup.name, self._clock.now() - remembered(self._setup)
        rows = await self._adapter.forget_inbox(self._setup.settings.privacy.inbox_days)
        await self._desk.transact("forget answers", lambda tx: tx.answers.forget(store, before))
        if rows:
            log.info("old inbox rows forgotten", store=store, rows=rows)
