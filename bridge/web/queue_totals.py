"""How many tickets wait for staff, for pages that are asked for every few seconds.

To count is a pass over all that wait: of a few thousand it takes less than the rest of a page, of a million a fifth of
a second, in which nobody else could read the desk. Such numbers are kept for a moment, and counted apart from the page.
"""

import asyncio
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import datetime

from bridge.desk.counts import QueueTotals
from bridge.desk.desk import Desk
from bridge.desk.transaction import DeskTx
from bridge.errors import DeskError

Totals = Mapping[str, QueueTotals]
MANY = 10_000
"""So many tickets that wait are no longer counted at each look."""
FRESH_S, OLDEST_S = 10.0, 60.0
"""Kept numbers are counted anew when somebody looks after so long, and are not shown when they are so old."""


class KeptTotals:
    """The numbers as they were last counted; `moment` is seconds of a clock that never jumps."""

    def __init__(self, moment: Callable[[], float] = time.monotonic) -> None:
        self._moment, self._at = moment, -OLDEST_S
        self._totals: Totals = {}
        self._counting: asyncio.Task[None] | None = None

    async def look(self, desk: Desk, now: datetime) -> Totals:
        """Every store's numbers: those of now, or where very many tickets wait of a moment ago.

        Raises `DeskError`.
        """
        if sum(one.waiting for one in self._totals.values()) < MANY:
            self._keep(await desk.read(_counted, now))
        elif (age := self._moment() - self._at) >= OLDEST_S:
            self._keep(await desk.read_apart(_counted, now))
        elif age >= FRESH_S and (self._counting is None or self._counting.done()):
            self._counting = asyncio.create_task(self._count(desk, now), name="count the queue")
        return self._totals

    async def _count(self, desk: Desk, now: datetime) -> None:
        with suppress(DeskError):  # a desk that can't be read is told by the page's own reading of it
            self._keep(await desk.read_apart(_counted, now))

    def _keep(self, totals: Totals) -> None:
        self._totals, self._at = totals, self._moment()


def _counted(tx: DeskTx, now: datetime) -> Totals:
    return tx.counts.queue(now)
