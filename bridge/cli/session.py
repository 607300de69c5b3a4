"""What a command opens: the desk as its owner, its plugins, a shop.

Believes: only the daemon and `bridge desk upgrade` make or migrate a desk; every other command works with what is
there. Commands run beside the daemon; SQLite's lock orders their transactions.
"""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

from bridge.cli.identity import enter_state_dir
from bridge.contracts.clock import SystemClock
from bridge.contracts.shop import ShopAdapter
from bridge.desk.desk import FILE_NAME, Desk
from bridge.engine.office import PluginOffice, Surroundings
from bridge.engine.setup import StoreSetup
from bridge.errors import DeskMissing
from bridge.hooks.manager import Plugins
from bridge.settings import Settings, StoreSettings
from bridge.settings.plugin_tables import PluginSettings, proven_plugin_tables

CLOCK = SystemClock()


def enter(settings: Settings) -> Path:
    """Become who the desk belongs to; returns the state directory. Raises `DeskError`."""
    return enter_state_dir(settings.bridge.desk.state_dir)


@contextmanager
def the_desk(settings: Settings, *, examined: bool = False) -> Iterator[Desk]:
    """The open desk, every page of it looked at if `examined`. Raises `DeskMissing` and the desk's other errors."""
    path = enter(settings) / FILE_NAME
    if not path.exists():
        raise DeskMissing(f"there is no desk yet at {path}")
    with Desk.open(path, examined=examined) as desk:
        yield desk


def plugins_of(settings: Settings) -> Plugins:
    """The enabled plugins. Raises `PluginError`."""
    return Plugins.load(settings.bridge.plugins.enabled)


def look_into(plugins: Plugins, settings: Settings) -> PluginSettings:
    """What the plugins read of the settings, each with an office that queues nothing. Raises `SettingsError`."""
    read = proven_plugin_tables(settings, plugins.tables())
    around = Surroundings(lambda: settings, lambda: read, adapter_of=lambda _: None, wake=lambda: None)
    plugins.open(lambda name: PluginOffice(name, None, CLOCK, around))
    return read


@asynccontextmanager
async def the_shop(plugins: Plugins, store: StoreSettings) -> AsyncIterator[ShopAdapter]:
    """A store's adapter; it connects when first used. Raises `SettingsError` for its password, `PluginError`."""
    adapter = plugins.connect(StoreSetup.of(store).connection())
    try:
        yield adapter
    finally:
        await adapter.close()
