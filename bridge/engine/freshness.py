"""Which shops can't be read, and since when: in the desk for after a restart, here for who asks often (rule L7)."""

from collections.abc import Awaitable, Callable, Iterable
from datetime import datetime
from typing import TypeVar

from bridge.contracts.clock import Clock
from bridge.desk.desk import Desk
from bridge.errors import DeskError, ShopError
from bridge.services import licence_freshness

R = TypeVar("R")


class Freshness:
    """All stores that sell licences. One that is not known to be lost is fresh."""

    def __init__(self, desk: Desk, clock: Clock) -> None:
        self._desk, self._clock = desk, clock
        self._lost: dict[str, datetime] = {}

    async def begin(self, stores: Iterable[str]) -> None:
        """Before anything beats or reads: what was lost before, and what the desk itself has missed."""
        self._lost = await self._desk.transact("shops lost", licence_freshness.begin, list(stores))

    def is_fresh(self, store: str) -> bool:
        """Whether what the store's shop last said still serves."""
        return licence_freshness.serves(self._lost.get(store), self._clock.now())

    def of(self, store: str) -> "Sight":
        """What one store's reading side tells."""
        return Sight(self, store)

    async def note(self, store: str, *, lost: bool) -> None:
        """A pass has failed, or gone well. Raises `DeskError`."""
        if lost:
            at = self._clock.now()
            self._lost[store] = await self._desk.transact("shop lost", licence_freshness.shop_lost, store, at=at)
        else:
            await self._desk.transact("shop found", licence_freshness.shop_found, store)
            self._lost.pop(store, None)


class Sight:
    """One store as its reading side sees it; only a change is written."""

    def __init__(self, freshness: Freshness, store: str) -> None:
        self._freshness, self._store = freshness, store
        self._lost: bool | None = None

    async def watched(self, one_pass: Callable[[], Awaitable[R]]) -> R:
        """Run a pass and keep whether the shop could be read. Raises what the pass raises, and `DeskError`."""
        try:
            result = await one_pass()
        except ShopError:
            await self._note(lost=True)
            raise
        await self._note(lost=False)
        return result

    async def _note(self, *, lost: bool) -> None:
        if lost is self._lost:
            return
        try:
            await self._freshness.note(self._store, lost=lost)
        except DeskError:
            if not lost:
                raise
            return  # the shop's own failure is what is told; this is noted at the next
        self._lost = lost
