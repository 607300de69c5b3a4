"""The only place that wires: opens everything in order, and closes it in reverse.

settings → desk (under the daemon's lock) → plugins → listeners → READY → stores. The stores start after READY, so a
shop that is down never keeps the daemon from starting.
"""

import asyncio
import signal
from collections.abc import Awaitable, Callable, Collection, Mapping
from contextlib import AsyncExitStack
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Self

import structlog

from bridge.contracts.clock import Clock
from bridge.contracts.shop import ShopAdapter, StoreConnection
from bridge.contracts.shop_rows import SigningKey
from bridge.desk.desk import FILE_NAME
from bridge.desk.file_store import beside
from bridge.desk.key_files import load_keys
from bridge.desk.lock import DaemonLock
from bridge.desk.opening import open_desk
from bridge.domain.licences import LicenceBook
from bridge.engine.deliveries import DeliveryLine
from bridge.engine.freshness import Sight
from bridge.engine.housekeeping import Housekeeping
from bridge.engine.in_force import InForce
from bridge.engine.jobs import Jobs
from bridge.engine.office import PluginOffice, Surroundings
from bridge.engine.outbox import OutboxDispatcher
from bridge.engine.plugin_lines import PluginLines, Workplace
from bridge.engine.receipts import ReceiptLine
from bridge.engine.retention import Retention
from bridge.engine.setup import StoreSetup
from bridge.engine.sleeper import Sleeper
from bridge.engine.store_runner import StoreRunner
from bridge.engine.stores import Stores
from bridge.engine.supervising import finished, supervised
from bridge.engine.systemd import Notifier
from bridge.engine.waiting import first_of, spread
from bridge.engine.watchdog import Watchdog
from bridge.errors import BridgeError, DeskDamaged, DeskUnusable, SettingsError
from bridge.hooks.manager import Plugins
from bridge.settings import Settings, compare
from bridge.settings.listening import PublicWebSettings
from bridge.web.private import Observed, serve_private
from bridge.web.public_traffic import PublicTraffic

if TYPE_CHECKING:
    from bridge.web.open_pages import OpenPages

log = structlog.get_logger()
STOP_BOUND_S = 8.5
"""Everything has ended that long after SIGTERM; what has not is abandoned, which loses nothing."""
TASK_GRACE_S = 0.5


class App:
    """The daemon. Use `async with App(...) as app`, then `await app.serve()`.

    `on_stopping` is called once when it begins to stop.
    """

    def __init__(
        self,
        settings: Settings,
        read_settings: Callable[[], Settings],
        clock: Clock,
        *,
        on_stopping: Callable[[], None] = lambda: None,
    ) -> None:
        self._at_start, self._read_settings, self.clock = settings, read_settings, clock
        self.stop = asyncio.Event()
        self.stores = Stores(self._runner_of, self._adapter_to)
        self._phases = spread()
        self.notifier = Notifier.from_environment()
        self._on_stopping = on_stopping
        self._closing = AsyncExitStack()
        self._closing_bound: asyncio.Timeout | None = None
        self._at_once = False
        self._reload_asked = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []
        self._damage: DeskDamaged | None = None
        self.public_pages: OpenPages | None = None

    async def __aenter__(self) -> Self:
        """Open desk, plugins and listeners. Raises `DeskError`, `PluginError`, `SettingsError`, `ListenerError`."""
        try:
            await self._open()
        except BaseException:
            await self._closing.aclose()
            raise
        return self

    async def __aexit__(self, *_: object) -> None:
        self._on_stopping()
        self.notifier.stopping()
        try:
            async with asyncio.timeout(0.0 if self._at_once else STOP_BOUND_S) as self._closing_bound:
                await self._closing.aclose()
        except TimeoutError:
            log.warning("what was under way is abandoned and will be taken up at the next start")
        finally:
            self._closing_bound = None
        log.info("stopped")

    async def serve(self) -> None:
        """Run until SIGTERM or SIGINT (a second one abandons what is under way); SIGHUP reads the store files again.

        Raises `DeskDamaged` where the desk turns out to be: a book with a spoilt page is not written in.
        """
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self.ask_to_stop)
        loop.add_signal_handler(signal.SIGHUP, self._reload_asked.set)
        log.info("ready", stores=len(self.in_force.setups), listen=self.pages.address)
        self.notifier.ready(self._status())
        self.start_stores()
        await self.stop.wait()
        log.info("stopping")
        if self._damage is not None:
            raise self._damage

    def ask_to_stop(self) -> None:
        """Stop after what is under way; asked again, abandon it, which loses nothing."""
        if not self.stop.is_set():
            self.stop.set()
            return
        self._at_once = True
        if self._closing_bound is not None and not self._closing_bound.expired():
            self._closing_bound.reschedule(asyncio.get_running_loop().time())

    @property
    def settings(self) -> Settings:
        """Those in force."""
        return self.in_force.settings

    @property
    def runners(self) -> Mapping[str, StoreRunner]:
        """The stores that run, by name."""
        return self.stores.runners

    def start_stores(self) -> None:
        """Start a task for each enabled store."""
        self.stores.start(self.in_force)
        self.sleeper.wake.set()

    async def reload(self) -> None:
        """Read the store files again; keep the old ones if the new are wrong (the log says why)."""
        self.notifier.reloading()
        try:
            fresh = self._read_settings()
            changes = compare(self.settings, fresh).lines()
            await self._take_into_force(self.in_force.after_reading(fresh, self.plugins.tables()))
        except SettingsError as error:
            for problem in error.problems:
                log.error("settings are wrong, the old ones stay in force", problem=str(problem))
        except BridgeError as error:
            log.error("settings can't be used, the old ones stay in force", problem=str(error))
        except Exception:  # a plugin or a file system may raise anything; the daemon goes on as it was
            log.exception("settings can't be used, the old ones stay in force")
        else:
            for line in changes:
                log.info("settings", change=line)
        finally:
            self.notifier.ready(self._status())

    async def _take_into_force(self, new: InForce) -> None:
        """All that can fail comes first, so that settings are taken whole or not at all."""
        await self.stores.prove(new)
        await self.stores.end_all_but(new)
        self.in_force = new
        self.start_stores()

    async def _open(self) -> None:
        """Open everything in its order, each part closed by what is pushed on `_closing` when it is open."""
        self._open_desk()
        self.plugins = Plugins.load(self._at_start.bridge.plugins.enabled)
        self.in_force = InForce.of(self._at_start, self.plugins.tables())
        self.sleeper = Sleeper(
            self.desk, self.clock, self.stop, terms=lambda: self.stores.terms, on_fired=self._wake_stores
        )
        await self.sleeper.start(self.in_force.selling_licences)
        self._open_plugins()
        self.jobs = Jobs(self.desk, self.clock)
        self._register_jobs()
        await self.stores.prove(self.in_force)
        await self._open_pages()
        await self._begin()

    def _open_desk(self) -> None:
        settings = self._at_start.bridge
        lock = DaemonLock.take(settings.desk.state_dir, purpose="bridge run")
        self._closing.callback(lock.release)
        self.desk = open_desk(settings.desk.state_dir / FILE_NAME, self.clock)
        self._contents = beside(self.desk.path, all_bytes=settings.files.all_bytes)
        self._closing.callback(self.desk.close)
        self.desk.listen_condition(self._desk_changed)
        self.desk.start()

    def _open_plugins(self) -> None:
        place = Workplace(self.desk, self.plugins, self.clock, self.stop, self._store_names)
        self.deliveries, self.receipts = PluginLines(DeliveryLine, place), PluginLines(ReceiptLine, place)
        self.plugins.open(self._office)
        self.outbox = OutboxDispatcher(self.desk, self.plugins, self.clock, self.stop)

    async def _open_pages(self) -> None:
        settings = self.settings.bridge
        beats = {"writer": lambda: self.desk.last_beat, "scheduler": lambda: self.jobs.last_beat}
        self.watchdog = Watchdog(beats, self.notifier, self.stop)
        traffic = PublicTraffic() if settings.public_web.listen else None
        observed = Observed(self.desk, self.stores.runners, self.watchdog, self.clock, traffic)
        self.pages = await serve_private(observed, settings.private_web)
        self._closing.push_async_callback(self.pages.close)
        if traffic is not None:
            await self._open_public(settings.public_web, traffic)

    async def _begin(self) -> None:
        """Everybody works from here on, but for the stores: they start after READY."""
        await self.jobs.start()
        self._closing.push_async_callback(self.jobs.stop)
        self.desk.listen(self._wake_all)
        self._closing.push_async_callback(self._finish_tasks)
        self._spawn("outbox", self.outbox.run)
        self._spawn("deliveries", self.deliveries.run)
        self._spawn("receipts", self.receipts.run)
        self._spawn("sleeper", self.sleeper.run)
        self._spawn("watchdog", self.watchdog.run)
        self._spawn("reload", self._reload_when_asked)

    async def _open_public(self, settings: PublicWebSettings, traffic: PublicTraffic) -> None:
        """Let extensions in the field ask. They may as soon as it listens, before any shop was read."""
        from bridge.web.open_pages import serve_pages  # only who has switched it on waits for what it needs

        state_dir = self.settings.bridge.desk.state_dir
        of_plugins = [route for routes in self.plugins.public_routes().values() for route in routes]
        self.public_pages = await serve_pages(
            settings,
            self.desk,
            state_dir,
            self.clock,
            traffic,
            book_of=self._licences_of,
            on_changed=self._wake_stores,
            of_plugins=of_plugins,
        )
        self._closing.push_async_callback(self.public_pages.close)
        log.info("public pages are open", licences=settings.licence_api, listen=self.public_pages.address)

    def _licences_of(self, store: str) -> LicenceBook | None:
        return self.in_force.licences_of(store)

    def _office(self, plugin: str) -> PluginOffice:
        around = Surroundings(
            settings=lambda: self.settings,
            plugins=lambda: self.in_force.plugins,
            adapter_of=self.stores.adapter_of,
            wake=self._wake_plugins,
            on_told=self._wake_stores,
            contents=self._contents,
        )
        return PluginOffice(plugin, self.desk, self.clock, around)

    def _register_jobs(self) -> None:
        housekeeping = Housekeeping(
            self.desk,
            self.clock,
            wake_all=self._sweep,
            compare_all=self.stores.compare,
            fire_deadlines=self.sleeper.one_pass,
            warn_after=timedelta(hours=self.settings.bridge.backup.warn_after_hours),
            stores=self._store_names,
            on_news=self.outbox.wake.set,
        )
        self.plugins.add("housekeeping", housekeeping)
        self.plugins.add(
            "retention", Retention(self.desk, self.clock, contents=self._contents, stores=lambda: self.in_force.stores)
        )
        self.plugins.schedule_jobs(self.jobs)

    def _store_names(self) -> list[str]:
        return list(self.in_force.setups)

    def _runner_of(self, setup: StoreSetup) -> StoreRunner:
        return StoreRunner(
            setup,
            partial(self._connect, setup),
            self.desk,
            self.clock,
            keys=partial(self._keys_of, setup.name),
            on_booked=self.outbox.wake.set,
            after_silence=self.sleeper.after_silence,
            contents=self._contents,
            phase=next(self._phases),
            sight=Sight(self.desk, self.clock, setup.name) if setup.licences else None,
        )

    def _connect(self, setup: StoreSetup) -> ShopAdapter:
        return self._adapter_to(setup.connection())

    def _adapter_to(self, connection: StoreConnection) -> ShopAdapter:
        return self.plugins.connect(connection)

    def _keys_of(self, store: str) -> tuple[SigningKey, ...]:
        return load_keys(self.settings.bridge.desk.state_dir, store).signing_first

    def _desk_changed(self, failure: DeskUnusable | None) -> None:
        """Tell once what everybody who works at the desk meets; nothing is booked meanwhile."""
        if failure is None:
            log.info("desk well again")
        elif isinstance(failure, DeskDamaged):
            log.error("desk is damaged, nothing more is booked", cause=str(failure))
            self._damage = failure
            self.stop.set()
        else:
            log.error("desk can't be written", cause=str(failure), next=failure.hint)

    def _wake_all(self) -> None:
        """Another process has committed: everybody looks."""
        self.sleeper.wake.set()
        self.outbox.wake.set()
        self._wake_plugins()
        self.stores.wake()

    def _wake_plugins(self) -> None:
        """Something was queued for a receiver, or kept for a plugin."""
        self.deliveries.wake()
        self.receipts.wake()

    def _wake_stores(self, stores: Collection[str]) -> None:
        """Deadlines have fired, or moved, or extensions have acted: there is something to tell, and pages to push."""
        self.outbox.wake.set()
        self.stores.wake(stores)

    def _sweep(self) -> None:
        """A sweep is due: everybody looks, the stores one after another."""
        self.outbox.wake.set()
        self.stores.sweep()

    def _spawn(self, name: str, work: Callable[[], Awaitable[None]]) -> None:
        self._tasks.append(asyncio.create_task(supervised(name, work, self.stop), name=name))

    async def _reload_when_asked(self) -> None:
        """One reload at a time; asked several times meanwhile, once more."""
        while not self.stop.is_set():
            await first_of(None, self.stop, self._reload_asked)
            if self._reload_asked.is_set() and not self.stop.is_set():
                self._reload_asked.clear()
                await self.reload()

    async def _finish_tasks(self) -> None:
        """Stop what starts stores first, then the stores, side by side."""
        self.stop.set()
        self.stores.ask_to_stop()
        await finished(self._tasks, grace_seconds=TASK_GRACE_S, patience_seconds=TASK_GRACE_S)
        await self.stores.finish()

    def _status(self) -> str:
        return f"{len(self.in_force.setups)} stores"
