"""The process of the daemon: its loop, its collector, and its end whatever hangs."""

import asyncio
from collections.abc import Callable

from bridge.app import App
from bridge.contracts.clock import SystemClock
from bridge.engine.backstop import Backstop
from bridge.engine.collector import collect_seldom
from bridge.settings import Settings


def be_the_daemon(settings: Settings, read_settings: Callable[[], Settings]) -> None:
    """Run until told to stop; the process ends within 10 s then.

    Raises `DeskError`, `PluginError`, `SettingsError`, `ListenerError` where it can't start, else as `App.serve` does.
    """
    backstop = Backstop()
    try:
        asyncio.run(_run(settings, read_settings, on_stopping=backstop.arm))
    finally:
        backstop.disarm()


async def _run(settings: Settings, read_settings: Callable[[], Settings], *, on_stopping: Callable[[], None]) -> None:
    async with App(settings, read_settings, SystemClock(), on_stopping=on_stopping) as app:
        collect_seldom()
        await app.serve()
