"""Telling the desk which shops can't be read, and since when (rule L7); only a change is written.

A shop that can be read again is behind until all is read that happened meanwhile: a renewal may be among it.
"""

from collections.abc import Awaitable, Callable
from typing import TypeVar

from bridge.contracts.clock import Clock
from bridge.desk.desk import Desk
from bridge.errors import DeskError, ShopError
from bridge.services import licence_freshness

R = TypeVar("R")


class Sight:
    """One store as the side sees it that reads what its licences come from."""

    def __init__(self, desk: Desk, clock: Clock, store: str) -> None:
        self._desk, self._clock, self._store = desk, clock, store
        self._lost: bool | None = None

    async def watched(self, one_pass: Callable[[], Awaitable[R]], *, caught_up: Callable[[R], bool]) -> R:
        """Run a pass and keep whether the shop could be read, and by what the pass returns all of what it has now.

        Raises what the pass raises, and `DeskError`.
        """
        try:
            result = await one_pass()
        except ShopError:
            await self._is_lost()
            raise
        if self._lost is not False and caught_up(result):
            await self._desk.transact("shop found", licence_freshness.shop_found, self._store)
            self._lost = False
        return result

    async def _is_lost(self) -> None:
        """Where the desk fails too, the shop's failure is what is told; this is noted at the next."""
        if self._lost:
            return
        try:
            await self._desk.transact("shop lost", licence_freshness.shop_lost, self._store, at=self._clock.now())
        except DeskError:
            return
        self._lost = True
