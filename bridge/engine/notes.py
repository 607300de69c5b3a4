"""When the desk's notes are written into a store's shop: seldom, and never because nothing happens.

What is on sale is written once, and again now and then in case the shop's tables were put back. How the desk is doing
is written at most every five minutes, and at once when the state or the number of problems has changed.
"""

import random
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from bridge import VERSION
from bridge.contracts.clock import Clock
from bridge.contracts.shop import ShopAdapter
from bridge.contracts.shop_documents import Note
from bridge.engine.health import StoreHealth, StoreState
from bridge.services.account_pages import PageTerms
from bridge.services.notes import page_document, page_name, signed_note, status_document, status_name

STATUS_EVERY_S = 300.0
PAGE_AGAIN_S = 3_600.0
STATES: Mapping[StoreState, str] = {
    StoreState.FIRST_SYNC: "waiting",
    StoreState.WAITING: "waiting",
    StoreState.WELL: "well",
    StoreState.PAUSED: "paused",
    StoreState.REFUSED: "paused",
}
"""How a store's state is told in its shop. While it starts, or its shop is down, nothing new is told."""


@dataclass(frozen=True, slots=True)
class DueNotes:
    """What is to be written: what is on sale, and how the desk is, with what of it would be news."""

    page: Note | None
    status: Note | None
    news: tuple[str, int] | None

    def __bool__(self) -> bool:
        return self.page is not None or self.status is not None


NOTHING_DUE = DueNotes(None, None, None)


class DeskNotes:
    """The notes of one store, as far as they have been written since the start."""

    def __init__(self, clock: Clock, health: StoreHealth) -> None:
        self._clock, self._health = clock, health
        self._key = ""
        self._told: tuple[str, int] | None = None
        self._page_at = self._status_until = 0.0

    def due(self, terms: PageTerms, problems: int) -> DueNotes:
        """What is to be written now; `problems` wait for staff. It is due until `write` has written it."""
        another_key = self._key != terms.key.id
        state, read_age = STATES.get(self._health.state), self._health.read_age_seconds
        if state is None or read_age is None:
            return DueNotes(self._page(terms), None, None) if another_key else NOTHING_DUE
        news = (state, problems)
        if not another_key and news == self._told and time.monotonic() < self._status_until:
            return NOTHING_DUE
        at = self._clock.now()
        read = at - timedelta(seconds=read_age)
        document = status_document(terms, version=VERSION, state=state, problems=problems, last_order_read=read, at=at)
        old = another_key or time.monotonic() > self._page_at + PAGE_AGAIN_S
        return DueNotes(self._page(terms) if old else None, signed_note(terms, document), news)

    async def write(self, adapter: ShopAdapter, terms: PageTerms, due: DueNotes) -> None:
        """Write what is due. Raises `ShopError`."""
        moment = time.monotonic()
        if due.page is not None:
            await adapter.push_note(page_name(terms.store), due.page)
            self._key, self._page_at = terms.key.id, moment
        if due.status is not None:
            await adapter.push_note(status_name(terms.store), due.status)
            # The first is followed by a longer pause, by chance, so that stores that began together write apart.
            late = random.random() * STATUS_EVERY_S if self._told is None else 0.0  # noqa: S311  # no secret
            self._status_until = moment + STATUS_EVERY_S + late
            self._told = due.news

    def _page(self, terms: PageTerms) -> Note:
        return signed_note(terms, page_document(terms))
