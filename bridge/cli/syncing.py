"""One round of the daemon's own work, store after store, with an end.

The same intake, pusher and dispatcher do it, pass by pass; a store that fails does not keep the others from their turn.
"""

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from bridge.cli.session import CLOCK, enter, plugins_of, the_desk, the_shop
from bridge.contracts.shop import ShopAdapter
from bridge.contracts.stores import FirstSync
from bridge.desk.desk import Desk
from bridge.desk.key_files import load_keys
from bridge.desk.lock import DaemonLock
from bridge.desk.transaction import DeskTx
from bridge.engine.freshness import Sight
from bridge.engine.health import StoreHealth, StoreState
from bridge.engine.intake import Intake
from bridge.engine.licence_round import LicenceRound
from bridge.engine.outbox import OutboxDispatcher
from bridge.engine.pusher import Pusher
from bridge.engine.reconciler import Reconciler
from bridge.engine.setup import StoreSetup
from bridge.errors import BridgeError, ShopError, UsageError
from bridge.hooks.manager import Plugins
from bridge.services import syncing
from bridge.services.booked import Booked
from bridge.services.syncing import MOST_SETTLING, TOTAL_WAITS, confirm_first_sync
from bridge.settings import Settings, StoreSettings


@dataclass(frozen=True, slots=True)
class Total:
    """What a full read of one store would book."""

    store: str
    first_sync: FirstSync = FirstSync.PENDING
    fuse_units: int = 0
    booked: Booked | None = None
    error: BridgeError | None = None

    @property
    def well(self) -> bool:
        """Whether the shop could be read."""
        return self.error is None

    @property
    def next_step(self) -> str:
        """How to go on where the total must be confirmed."""
        if self.booked is None or self.first_sync is not FirstSync.PENDING or self.booked.units <= self.fuse_units:
            return ""
        units = self.booked.units
        return f"To book store {self.store}: bridge sync --once --store {self.store} --confirm {units}"

    def document(self) -> dict[str, Any]:
        """For programs."""
        if self.booked is None:
            return {"store": self.store, **_failure(self.error)}
        return {
            "store": self.store,
            "first_sync": self.first_sync.value,
            "orders": self.booked.orders,
            "units": self.booked.units,
            "granted": {"units": self.booked.granted_units, "coins": self.booked.granted_coins},
            "licences": {"issued": self.booked.issued_licences, "changed": self.booked.licences},
            "revoked": {"units": self.booked.revoked_units, "coins": self.booked.revoked_coins},
            "reinstated": {"units": self.booked.reinstated_units, "coins": self.booked.reinstated_coins},
            "set_aside": self.booked.set_aside,
            "needs_confirmation": bool(self.next_step),
        }


@dataclass(frozen=True, slots=True)
class Synced:
    """What one round did for one store, and how the store is now."""

    store: str
    first_sync: FirstSync = FirstSync.PENDING
    orders: int = 0
    pushed: int = 0
    waiting: int = 0
    problems: int = 0
    posted: int = 0
    paired: bool = True
    unfinished: bool = False
    paused: bool = False
    units_to_confirm: int | None = None
    error: BridgeError | None = None

    @property
    def well(self) -> bool:
        """Whether all there was to do is done."""
        waits = self.unfinished or self.paused or self.units_to_confirm is not None
        return self.error is None and self.paired and not waits

    @property
    def next_steps(self) -> list[str]:
        """What is left for a person to do."""
        steps = []
        if self.units_to_confirm is not None:
            steps.append(
                f"Store {self.store} waits: its first sync would book {self.units_to_confirm:,} units. To book them: "
                f"bridge sync --once --store {self.store} --confirm {self.units_to_confirm}"
            )
        if not self.paired:
            steps.append(f"Store {self.store} has no key, so nothing is pushed: bridge store pair {self.store}")
        if self.paused:
            steps.append(f"Store {self.store} is paused, nothing of it was booked: the shop's ids went back.")
        if self.unfinished:
            steps.append(f"Orders of store {self.store} keep changing; run bridge sync --once again for the rest.")
        if self.problems:
            steps.append(f"Store {self.store} has open problems: bridge problems list --store {self.store}")
        return steps

    def document(self) -> dict[str, Any]:
        """For programs."""
        if self.error is not None:
            return {"store": self.store, **_failure(self.error)}
        return {
            "store": self.store,
            "first_sync": self.first_sync.value,
            "orders_read": self.orders,
            "accounts_pushed": self.pushed,
            "accounts_waiting": self.waiting,
            "problems": self.problems,
            "posted": self.posted,
            "paired": self.paired,
            "unfinished": self.unfinished,
            "paused": self.paused,
            "units_to_confirm": self.units_to_confirm,
        }


async def dry_run(settings: Settings, stores: Sequence[StoreSettings]) -> list[Total]:
    """What full reads would book; nothing is written, and a daemon may run. Raises `DeskError`, `PluginError`."""
    with the_desk(settings) as desk:
        plugins = plugins_of(settings)
        return [await _total(desk, plugins, store) for store in stores]


async def once(settings: Settings, stores: Sequence[StoreSettings], confirm: int | None) -> list[Synced]:
    """One round for each store, in the daemon's place. Raises `DeskBusy` while it runs, `UsageError` for `confirm`."""
    with DaemonLock.take(enter(settings), purpose="bridge sync --once"), the_desk(settings, examined=True) as desk:
        desk.start()
        plugins = plugins_of(settings)
        done = [await _Round(desk, plugins, store).run(confirm) for store in stores]
        await _deliver(desk, plugins)
        return done


class _Round:
    """One store's round."""

    def __init__(self, desk: Desk, plugins: Plugins, store: StoreSettings) -> None:
        self._desk, self._plugins, self._store = desk, plugins, store
        self._setup = StoreSetup.of(store)
        self._health = StoreHealth(store.name, store.limits.stale_after_seconds)
        self._sight = Sight(desk, CLOCK, store.name)
        self._stop = asyncio.Event()

    async def run(self, confirm: int | None) -> Synced:
        """Confirm, read, compare, book and push. Raises what is not this store's alone."""
        try:
            async with the_shop(self._plugins, self._store) as shop:
                intake = _intake(self._setup, shop, self._desk, self._health, self._stop)
                if confirm is not None:
                    await self._confirm(intake, confirm)
                from_orders = self._setup.licence_table is None  # where licences come from, which the sight is of
                unfinished = await self._sight.watched(partial(self._read, intake), caught_up=lambda _: from_orders)
                await self._compare(shop)
                unfinished = await self._read(intake) or unfinished
                await self._sight.watched(partial(self._read_licences, shop), caught_up=bool)
                pushed = await self._push(shop)
        except ShopError as error:
            return Synced(self._store.name, error=error)
        return await self._desk.read(self._result, unfinished=unfinished, pushed=pushed)

    async def _confirm(self, intake: Intake, units: int) -> None:
        """Staff have seen the total; a shop at work may have moved on since by less than the fuse (rule C2)."""
        name = self._store.name
        state = await self._desk.read(lambda tx: tx.stores.get(name))
        if state.first_sync is FirstSync.DONE:
            raise UsageError(f"the first sync of store {name} is done: there is nothing to confirm")
        if state.first_sync is FirstSync.CONFIRMED:
            return
        total = (await intake.total()).units
        if abs(total - units) > self._store.coins.fuse_units:
            error = UsageError(f"store {name}: the total is {total:,} units now, not {units:,}; nothing was booked")
            error.hint = f"bridge sync --dry-run --store {name}"
            raise error
        await self._desk.transact("confirm first sync", confirm_first_sync, name, units=units, at=CLOCK.now())

    async def _read(self, intake: Intake) -> bool:
        """Pass after pass until nothing is due; True where a shop that keeps changing is left in the middle."""
        deadline: float | None = None
        while True:
            wait = await intake.one_pass()
            if wait is None or self._health.phase is StoreState.WAITING:
                return False
            if self._health.phase is StoreState.WELL:
                patience = (MOST_SETTLING + 1) * self._setup.sync.settle_seconds
                deadline = deadline or time.monotonic() + patience
                if time.monotonic() > deadline and wait > 0:
                    return True
            await asyncio.sleep(max(wait, 0))

    async def _compare(self, shop: ShopAdapter) -> None:
        """Find what no new row tells of; what is found is read like anything else."""
        found = asyncio.Event()
        await Reconciler(
            self._setup, shop, self._desk, CLOCK, self._health, self._stop, bell=asyncio.Event(), on_found=found
        ).whole_round()

    async def _read_licences(self, shop: ShopAdapter) -> bool:
        """Compare a vendor's own table of licences, where there is one; whether that was done."""
        if self._setup.licence_table is None or shop.licences_shop is None:
            return False
        side = LicenceRound(self._setup, shop, self._desk, CLOCK, self._health, self._stop, wake=asyncio.Event())
        return await side.whole_round()

    async def _push(self, shop: ShopAdapter) -> int:
        pusher = Pusher(
            self._setup, shop, self._desk, CLOCK, self._health, self._stop, keys=self._keys, wake=asyncio.Event()
        )
        pushed = 0
        while batch := await pusher.one_pass():
            pushed += batch
        return pushed

    def _keys(self) -> Any:
        return load_keys(self._desk.path.parent, self._store.name).signing_first

    def _result(self, tx: DeskTx, *, unfinished: bool, pushed: int) -> Synced:
        name = self._store.name
        waits = next((one for one in tx.problems.open(name) if one.kind == TOTAL_WAITS), None)
        totals = tx.counts.ledger().get(name)
        return Synced(
            store=name,
            first_sync=tx.stores.get(name).first_sync,
            orders=self._health.counters.orders,
            pushed=pushed,
            waiting=tx.push.count(name),
            problems=len(tx.problems.open(name)),
            posted=totals.posted if totals else 0,
            paired=bool(self._keys()),
            unfinished=unfinished,
            paused=syncing.plan(tx, name, at=CLOCK.now(), limit=1).paused,
            units_to_confirm=int(waits.detail["units"]) if waits else None,
        )


async def _total(desk: Desk, plugins: Plugins, store: StoreSettings) -> Total:
    setup = StoreSetup.of(store)
    health = StoreHealth(store.name, store.limits.stale_after_seconds)
    state = await desk.read(lambda tx: tx.stores.get(store.name))
    try:
        async with the_shop(plugins, store) as shop:
            booked = await _intake(setup, shop, desk, health, asyncio.Event()).total()
    except ShopError as error:
        return Total(store.name, error=error)
    return Total(store.name, state.first_sync, store.coins.fuse_units, booked)


def _intake(setup: StoreSetup, shop: ShopAdapter, desk: Desk, health: StoreHealth, stop: asyncio.Event) -> Intake:
    return Intake(setup, shop, desk, CLOCK, health, stop, _nobody_waits)


def _nobody_waits() -> None:
    """The push comes after the reading here; nobody sleeps meanwhile."""


async def _deliver(desk: Desk, plugins: Plugins) -> None:
    """Hand out every event that is due; what a plugin refuses stays for its next time."""
    outbox = OutboxDispatcher(desk, plugins, CLOCK, asyncio.Event())
    while await outbox.one_pass():
        pass


def _failure(error: BridgeError | None) -> dict[str, Any]:
    return {"error": error.code, "message": str(error)} if error is not None else {}
