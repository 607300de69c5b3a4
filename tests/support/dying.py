"""A daemon that dies now and then, before or after anything that it waits for, and begins anew with what it has kept.

It believes: whatever a daemon only remembers is lost with it; what its shop and its desk were asked for before it died
may have been done or not.
"""

import random
from abc import ABC, abstractmethod
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from inspect import iscoroutinefunction
from pathlib import Path
from typing import Any

from bridge.desk.desk import Desk
from bridge.domain.tickets import TicketState
from bridge.engine.setup import StoreSetup
from bridge.errors import TicketRefused
from bridge.services import tickets
from bridge.services.ticket_decisions import set_state
from bridge.testing.clock import FixedClock
from tests.support.fake_platform import read_settings, write_bridge

MONDAY = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
BREAKS = 0.08
"""How often a step of the daemon ends with the daemon: half of them before what it waits for, half after."""


class Crashed(BaseException):
    """The daemon was killed here: no `except Exception` of its own outlives that."""


@dataclass
class Life:
    """Whether a daemon is dead: whatever else it was about to ask for is not asked for any more."""

    over: bool = False


class Breaking:
    """Something whose every answer may be the last: the daemon dies before or after it."""

    def __init__(self, real: Any, dice: random.Random, life: Life) -> None:
        self._real, self._dice, self._life, self.breaks = real, dice, life, BREAKS

    def __getattr__(self, name: str) -> Any:
        real = getattr(self._real, name)
        if not iscoroutinefunction(real):
            return real

        async def call(*args: Any, **kwargs: Any) -> Any:
            dice = self._dice.random()
            self._life.over |= dice < self.breaks / 2
            if self._life.over:
                raise Crashed(name)
            result = await real(*args, **kwargs)
            self._life.over |= dice > 1 - self.breaks / 2
            if self._life.over:
                raise Crashed(name)
            return result

        return call


class DyingDaemon(ABC):
    """A part of a daemon for the store "acme" between `parts` of its shop and a desk, and staff at the desk."""

    def __init__(self, parts: Sequence[Any], desk: Desk, folder: Path) -> None:
        self.settings = read_settings(write_bridge(folder, stores={"acme": {}})).stores["acme"]
        self.setup, self.desk, self.staff = StoreSetup.of(self.settings), desk, self.settings.staff[0].name
        self.clock, self.dice, self.crashes = FixedClock(MONDAY), random.Random(8), 0  # noqa: S311 - always the same
        self.life = Life()
        self.broken = [Breaking(one, self.dice, self.life) for one in (*parts, desk)]

    @abstractmethod
    def begin(self) -> None:
        """Start the daemon anew."""

    @abstractmethod
    async def one_pass(self) -> bool:
        """One pass of the daemon; returns whether there may be more at once."""

    async def passes(self, most: int = 3) -> None:
        """A few passes; one that breaks off is the last of its daemon."""
        self.clock.advance(timedelta(seconds=5))
        try:
            for _ in range(most):
                if not await self.one_pass():
                    return
        except Crashed:
            self.crashes, self.life.over = self.crashes + 1, False
            self.begin()

    async def quiet(self) -> None:
        """Go on without another crash until nothing is left to be done."""
        for one in self.broken:
            one.breaks = 0.0
        for _ in range(3):
            self.begin()
            while await self.one_pass():
                pass

    async def answer(self, ticket: int, text: str) -> int:
        """Let staff answer; returns how many answers that makes: none in a closed ticket."""
        terms, at = self.setup.desk_terms, self.clock.now()
        try:
            await self.desk.transact("reply", tickets.reply, terms, ticket, text=text, by=self.staff, at=at)
        except TicketRefused:
            return 0
        return 1

    async def close(self, ticket: int) -> None:
        """Let staff close a ticket, where it is not."""
        terms, at = self.setup.desk_terms, self.clock.now()
        with suppress(TicketRefused):
            await self.desk.transact("close", set_state, terms, ticket, TicketState.CLOSED, by=self.staff, at=at)
