"""Looking whether a store's customers can read what staff write to them, and telling staff where they can't.

Looked at where something of staff's waits to be shown, and then each minute until it is: what an extension was once, it
seldom ceases to be.
"""

import time
from datetime import datetime
from functools import partial

from bridge.contracts.clock import Clock
from bridge.contracts.shop import ShopAdapter
from bridge.desk.desk import Desk
from bridge.desk.transaction import DeskTx
from bridge.engine.setup import StoreSetup
from bridge.services.notes import storefront_name
from bridge.services.threads_shown import tell_unread, told_unread, why_unseen

AGAIN_S = 60.0


def concerned(tx: DeskTx, store: str) -> bool:
    """Whether there is something to look at: an answer that waits, or staff have been told and it may be over."""
    return tx.tickets.answers_wait(store) or bool(told_unread(tx, store))


class ThreadsWatch:
    """What one store's customers can read, as far as it has been looked at."""

    def __init__(self, setup: StoreSetup, desk: Desk, clock: Clock) -> None:
        self._store, self._platform = setup.name, setup.settings.platform
        self._desk, self._clock = desk, clock
        self._again, self._refused = 0.0, ""

    async def look(self, adapter: ShopAdapter, refused: str) -> None:
        """Look, unless that was a moment ago. `refused` is why the shop takes no threads. Raises `ShopError`.

        Before they are pushed: afterwards no answer would wait any more, should the shop go down in between.
        """
        if time.monotonic() < self._again and refused == self._refused:
            return
        self._refused = refused
        if refused:
            await self._tell(refused, f"Run: bridge store prepare {self._store}")
            return
        why = why_unseen(await adapter.note(storefront_name(self._store)))
        build = f"Run: bridge storefront build {self._platform}, install what it makes in the shop"
        await self._tell(why, f"{build}, and open any of its pages there once")

    async def tell_unpaired(self) -> None:
        """The store has no key, so nothing at all is shown."""
        if time.monotonic() < self._again:
            return
        if await self._desk.read(concerned, self._store):
            await self._tell("the store has no key", f"Run: bridge store pair {self._store}")

    async def _tell(self, why: str, remedy: str) -> None:
        at: datetime = self._clock.now()
        await self._desk.transact("tell of threads", partial(tell_unread, at=at), self._store, why, remedy)
        self._again = time.monotonic() + AGAIN_S
