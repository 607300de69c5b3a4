"""The stores that run: each with a task of its own, started after READY, replaced where its settings have changed.

They know nothing of each other. What concerns all of them is rung for here: a commit of another process, a sweep, a
comparison that is due.
"""

import asyncio
from collections.abc import Callable, Collection, Mapping

from bridge.contracts.shop import ShopAdapter, StoreConnection
from bridge.domain.desk_terms import DeskTerms
from bridge.engine.bells import ring_in_turn
from bridge.engine.in_force import InForce
from bridge.engine.setup import StoreSetup
from bridge.engine.store_runner import StoreRunner


class Stores:
    """`make` makes a store's runner, `connect` its adapter."""

    def __init__(
        self, make: Callable[[StoreSetup], StoreRunner], connect: Callable[[StoreConnection], ShopAdapter]
    ) -> None:
        self._make, self._connect = make, connect
        self.runners: dict[str, StoreRunner] = {}
        self.terms: dict[str, DeskTerms] = {}
        """What the settings of each running store say of quotes, rights and reminders."""
        self._connections: Mapping[str, StoreConnection] = {}

    async def prove(self, new: InForce) -> None:
        """See that each of these has an adapter. Raises `PluginError`."""
        for connection in new.connections.values():
            await self._connect(connection).close()

    def start(self, in_force: InForce) -> None:
        """Start those that don't run yet."""
        self._connections = in_force.connections
        for name, setup in in_force.setups.items():
            if name not in self.runners:
                self.runners[name] = self._make(setup)
                self.terms[name] = setup.desk_terms
                self.runners[name].start()

    async def end_all_but(self, new: InForce) -> None:
        """End those that are not among these, or not as they are there, side by side."""
        ending = [
            name
            for name, runner in self.runners.items()
            if name not in new.setups
            or new.setups[name].settings != runner.setup.settings
            or new.connections[name] != self._connections[name]
        ]
        await asyncio.gather(*(self.runners[name].finish() for name in ending))
        for name in ending:
            del self.runners[name], self.terms[name]

    def ask_to_stop(self) -> None:
        """Stop each after what it is doing."""
        for runner in self.runners.values():
            runner.stop.set()

    async def finish(self) -> None:
        """Wait until all have ended."""
        await asyncio.gather(*(runner.finish() for runner in self.runners.values()))

    def adapter_of(self, store: str) -> ShopAdapter | None:
        """What a running store reads its shop with."""
        return self.runners[store].adapter if store in self.runners else None

    def wake(self, names: Collection[str] | None = None) -> None:
        """Let these, or all, look for what is to be pushed."""
        for name, runner in self.runners.items():
            if names is None or name in names:
                runner.accounts_changed.set()
                runner.threads_changed.set()

    def sweep(self) -> None:
        """Let all look for what is to be pushed, one after another."""
        ring_in_turn([runner.accounts_changed for runner in self.runners.values()])

    def compare(self) -> None:
        """Let each have a minute's share of comparing its orders, one after another."""
        ring_in_turn([runner.compare for runner in self.runners.values()])
