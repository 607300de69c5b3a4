"""The only place that wires: opens everything in order, and closes it in reverse.

settings → desk (under the daemon's lock) → plugins → listeners → READY → stores. The stores start after READY, so a
shop that is down never keeps the daemon from starting.
"""

import asyncio
import signal
from collections.abc import Callable, Coroutine
from contextlib import AsyncExitStack
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Self

import structlog

from bridge.contracts.clock import Clock, SystemClock
from bridge.contracts.shop import ShopAdapter
from bridge.contracts.shop_rows import SigningKey
from bridge.desk.desk import FILE_NAME, Desk
from bridge.desk.key_files import load_keys
from bridge.desk.lock import DaemonLock
from bridge.engine.housekeeping import Housekeeping
from bridge.engine.jobs import Jobs
from bridge.engine.outbox import OutboxDispatcher
from bridge.engine.setup import StoreSetup
from bridge.engine.store_runner import StoreRunner
from bridge.engine.systemd import Notifier
from bridge.engine.watchdog import Watchdog
from bridge.errors import BridgeError, SettingsError
from bridge.hooks.manager import Plugins
from bridge.settings import Settings, StoreSettings, compare, with_new_stores
from bridge.web.private import Observed, serve_private

log = structlog.get_logger()
STOP_BOUND_S = 9.0
"""Everything has ended that long after SIGTERM; what has not is abandoned, which loses nothing."""


class App:
    """The daemon. Use `async with App.open(...)`, then `await app.serve()`."""

    def __init__(self, settings: Settings, read_settings: Callable[[], Settings], clock: Clock) -> None:
        self.settings, self._read_settings, self.clock = settings, read_settings, clock
        self.stop = asyncio.Event()
        self.runners: dict[str, StoreRunner] = {}
        self.notifier = Notifier.from_environment()
        self._closing = AsyncExitStack()
        self._tasks: list[asyncio.Task[None]] = []

    async def __aenter__(self) -> Self:
        """Open desk, plugins and listeners. Raises `DeskError`, `PluginError`, `OSError` for a listener in use."""
        try:
            await self._open()
        except BaseException:
            await self._closing.aclose()
            raise
        return self

    async def __aexit__(self, *_: object) -> None:
        self.notifier.stopping()
        try:
            async with asyncio.timeout(STOP_BOUND_S):
                await self._closing.aclose()
        except TimeoutError:
            log.warning("stopping took too long; the rest is abandoned and will be taken up at the next start")

    async def serve(self) -> None:
        """Run until SIGTERM or SIGINT; SIGHUP reads the store files again."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self.stop.set)
        loop.add_signal_handler(signal.SIGHUP, lambda: self._spawn(self.reload()))
        self.start_stores()
        await self.stop.wait()
        log.info("stopping")

    def start_stores(self) -> None:
        """Start a task for each enabled store."""
        for store in self.settings.stores.values():
            if store.enabled:
                self._start(store)

    async def reload(self) -> None:
        """Read the store files again; keep the old ones if the new are wrong (the log says why)."""
        self.notifier.reloading()
        try:
            fresh = self._read_settings()
            changed = compare(self.settings, fresh)
            for line in changed.lines():
                log.info("settings", change=line)
            await self._apply(with_new_stores(self.settings, fresh))
        except SettingsError as error:
            for problem in error.problems:
                log.error("settings are wrong, the old ones stay in force", problem=str(problem))
        except BridgeError as error:
            log.error("settings can't be used, the old ones stay in force", problem=str(error))
        self.notifier.ready(self._status())

    async def _apply(self, fresh: Settings) -> None:
        wanted = {name: store for name, store in fresh.stores.items() if store.enabled}
        setups = {name: StoreSetup.of(store) for name, store in wanted.items()}
        for setup in setups.values():
            self.plugins.connect(setup.connection())
        for name in list(self.runners):
            if name not in wanted or self.settings.stores[name] != wanted[name]:
                await self.runners.pop(name).finish()
        self.settings = fresh
        for name, store in wanted.items():
            if name not in self.runners:
                self._start(store)

    async def _open(self) -> None:
        state_dir = self.settings.bridge.desk.state_dir
        lock = DaemonLock.take(state_dir, purpose="bridge run")
        self._closing.callback(lock.release)
        path = state_dir / FILE_NAME
        self.desk = open_desk(path, self.clock)
        self._closing.callback(self.desk.close)
        self.desk.start()
        self.plugins = Plugins.load(self.settings.bridge.plugins.enabled)
        self.outbox = OutboxDispatcher(self.desk, self.plugins, self.clock, self.stop)
        self.jobs = Jobs(self.desk, self.clock)
        warn_after = timedelta(hours=self.settings.bridge.backup.warn_after_hours)
        housekeeping = Housekeeping(self.desk, self.clock, wake_all=self._wake_all, warn_after=warn_after)
        self.plugins.add("housekeeping", housekeeping)
        self.plugins.manager.hook.bridge_schedule_jobs(scheduler=self.jobs)
        self.watchdog = Watchdog(
            {"writer": lambda: self.desk.last_beat, "scheduler": lambda: self.jobs.last_beat},
            self.notifier,
            self.stop,
        )
        for store in self.settings.stores.values():
            if store.enabled:
                self.plugins.connect(StoreSetup.of(store).connection())
        observed = Observed(self.desk, self.runners, self.watchdog, self.clock)
        self._closing.push_async_callback(await serve_private(observed, self.settings.bridge.private_web))
        await self.jobs.start()
        self._closing.callback(self.jobs.stop)
        self.desk.listen(self._wake_all)
        self._closing.push_async_callback(self._finish_tasks)
        self._spawn(self.outbox.run())
        self._spawn(self.watchdog.run())
        log.info("ready", stores=len(self.settings.stores), listen=self.settings.bridge.private_web.listen)
        self.notifier.ready(self._status())

    def _start(self, store: StoreSettings) -> None:
        setup = StoreSetup.of(store)
        runner = StoreRunner(
            setup,
            partial(self._connect, setup),
            self.desk,
            self.clock,
            keys=partial(self._keys_of, setup.name),
            on_booked=self.outbox.wake.set,
        )
        self.runners[setup.name] = runner
        runner.start()

    def _connect(self, setup: StoreSetup) -> ShopAdapter:
        return self.plugins.connect(setup.connection())

    def _keys_of(self, store: str) -> tuple[SigningKey, ...]:
        return load_keys(self.settings.bridge.desk.state_dir, store).signing_first

    def _wake_all(self) -> None:
        """Another process has committed, or a sweep is due: everybody looks."""
        self.outbox.wake.set()
        for runner in self.runners.values():
            runner.accounts_changed.set()

    def _spawn(self, work: Coroutine[None, None, None]) -> None:
        self._tasks.append(asyncio.create_task(work))

    async def _finish_tasks(self) -> None:
        self.stop.set()
        await asyncio.gather(*(runner.finish() for runner in self.runners.values()))
        _, late = await asyncio.wait(self._tasks, timeout=1.0) if self._tasks else (set(), set())
        for task in late:
            task.cancel()

    def _status(self) -> str:
        return f"{len(self.runners) or len(self.settings.stores)} stores"


def open_desk(path: Path, clock: Clock) -> Desk:
    """Open the desk, making or migrating it first if need be. Call under the daemon's lock."""
    if not path.exists() or needs_upgrade(path):
        from bridge.desk.upgrade import upgrade  # Alembic, only when there is something to do

        upgrade(path, now=clock.now())
    return Desk.open(path)


def needs_upgrade(path: Path) -> bool:
    """Whether the desk is older than this program."""
    from bridge.desk.connection import open_writer, translated
    from bridge.desk.versions import SCHEMA_VERSION, identity

    connection = open_writer(path)
    try:
        with translated(path):
            return identity(connection).schema_version < SCHEMA_VERSION
    finally:
        connection.close()


async def run(settings: Settings, read_settings: Callable[[], Settings]) -> None:
    """Run the daemon until it is told to stop. Raises `DeskError`, `PluginError`, `SettingsError`, `OSError`."""
    async with App(settings, read_settings, SystemClock()) as app:
        await app.serve()
