"""The settings that the daemon goes by, made ready at once: they come into force whole, or not at all."""

from collections.abc import Mapping
from dataclasses import dataclass

from bridge.contracts.office import PluginTables
from bridge.contracts.shop import StoreConnection
from bridge.domain.licences import LicenceBook
from bridge.engine.setup import StoreSetup
from bridge.settings import Settings, StoreSettings, with_new_stores
from bridge.settings.plugin_tables import PluginSettings, proven_plugin_tables, read_plugin_tables


@dataclass(frozen=True, slots=True)
class InForce:
    """What the files say: for plugins, and of each enabled store the setup and how its shop is reached."""

    settings: Settings
    plugins: PluginSettings
    setups: Mapping[str, StoreSetup]
    connections: Mapping[str, StoreConnection]

    @classmethod
    def of(cls, settings: Settings, tables: Mapping[str, PluginTables]) -> "InForce":
        """Make them ready, every secret at hand. `tables` name what plugins read. Raises `SettingsError`."""
        plugins = proven_plugin_tables(settings, tables)
        setups = {name: StoreSetup.of(store) for name, store in settings.stores.items() if store.enabled}
        return cls(settings, plugins, setups, {name: setup.connection() for name, setup in setups.items()})

    def after_reading(self, read: Settings, tables: Mapping[str, PluginTables]) -> "InForce":
        """What is in force once these are: their stores, under the bridge.toml of the start. Raises `SettingsError`."""
        merged = with_new_stores(self.settings, read)
        # A wrong line for a plugin is told now, not at the next start with nobody looking.
        enabled = read.bridge.plugins.enabled
        read_plugin_tables(read, {name: models for name, models in tables.items() if name in enabled})
        return InForce.of(merged, tables)

    @property
    def stores(self) -> list[StoreSettings]:
        """The enabled stores' settings."""
        return [setup.settings for setup in self.setups.values()]

    @property
    def selling_licences(self) -> list[str]:
        """The enabled stores that sell licences, by name."""
        return [name for name, setup in self.setups.items() if setup.licences]

    def licences_of(self, store: str) -> LicenceBook | None:
        """What an enabled store sells; None for any other name."""
        setup = self.setups.get(store)
        return setup.licences if setup is not None else None
