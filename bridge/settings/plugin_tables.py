"""The tables `[plugin.NAME]`, which belong to the plugins: read with each plugin's own models.

Believes: the bridge knows of such a table only that it is one; what may stand in it, only its plugin knows. Wrong
settings of a plugin are told in the words of all others.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from pydantic import SecretStr, ValidationError

from bridge.contracts.office import PluginTables
from bridge.errors import SettingProblem, SettingsError
from bridge.settings.base import Section, StoreContext
from bridge.settings.loading import BRIDGE_FILE, Settings
from bridge.settings.problems import problems_of
from bridge.settings.secret_reference import SecretReference
from bridge.settings.tree import leaves, written_path


@dataclass(frozen=True, slots=True)
class PluginSettings:
    """What the plugins' tables say: of bridge.toml by plugin, of the stores' files by store and plugin."""

    bridge: Mapping[str, Section] = field(default_factory=dict)
    stores: Mapping[str, Mapping[str, Section]] = field(default_factory=dict)

    def of(self, plugin: str, store: str = "") -> Section | None:
        """A plugin's table in a store's file, or in bridge.toml; None where it has none."""
        return (self.stores.get(store, {}) if store else self.bridge).get(plugin)


def read_plugin_tables(settings: Settings, tables: Mapping[str, PluginTables]) -> PluginSettings:
    """Read every plugin's tables with its models. Raises `SettingsError` with all that is wrong in any of them."""
    problems: list[SettingProblem] = []
    bridge = {}
    for plugin, models in tables.items():
        written = settings.bridge.plugin.get(plugin)
        read = _read(plugin, models.bridge, {} if written is None and models.bridge else written, BRIDGE_FILE, problems)
        if read is not None:
            bridge[plugin] = read
    stores = {}
    for name, store in settings.stores.items():
        found = {
            plugin: _read(plugin, models.store, store.plugin.get(plugin), store.context.file, problems)
            for plugin, models in tables.items()
        }
        stores[name] = MappingProxyType({plugin: read for plugin, read in found.items() if read is not None})
    if problems:
        raise SettingsError(tuple(problems))
    return PluginSettings(MappingProxyType(bridge), MappingProxyType(stores))


def fetch_secret(settings: Settings, read: PluginSettings, plugin: str, path: str, store: str = "") -> SecretStr:
    """The secret that a plugin's setting refers to. Raises `SettingsError`, `KeyError` where it is not set."""
    section = read.of(plugin, store)
    for leaf in leaves(section) if section is not None else ():
        if leaf.path == path and isinstance(leaf.value, SecretReference):
            return leaf.value.resolve(_context(settings, store), path=_below(plugin, path))
    raise KeyError(path)


def proven_plugin_tables(settings: Settings, tables: Mapping[str, PluginTables]) -> PluginSettings:
    """Read every plugin's tables and fetch each secret in them once. Raises `SettingsError` with all that is wrong."""
    read = read_plugin_tables(settings, tables)
    problems: list[SettingProblem] = []
    for plugin, store, path in _secrets(read):
        try:
            fetch_secret(settings, read, plugin, path, store)
        except SettingsError as error:
            problems += error.problems
    if problems:
        raise SettingsError(tuple(problems))
    return read


def _secrets(read: PluginSettings) -> Iterator[tuple[str, str, str]]:
    for store, sections in [("", read.bridge), *read.stores.items()]:
        for plugin, section in sections.items():
            yield from (
                (plugin, store, leaf.path) for leaf in leaves(section) if isinstance(leaf.value, SecretReference)
            )


def _context(settings: Settings, store: str) -> StoreContext:
    return settings.stores[store].context if store else settings.context


def _read(
    plugin: str,
    model: type[Any] | None,
    written: Mapping[str, Any] | None,
    file: str,
    problems: list[SettingProblem],
) -> Section | None:
    if written is None:
        return None
    if model is None:
        problems.append(SettingProblem(file, _below(plugin), f"plugin {plugin} reads no such table from this file"))
        return None
    try:
        section: Section = model.model_validate(written)
    except ValidationError as error:
        found = problems_of(error.errors(include_url=False), model, file)
        problems += [SettingProblem(one.file, _below(plugin, one.path), one.rule, one.value) for one in found]
        return None
    return section


def _below(plugin: str, path: str = "") -> str:
    above = written_path(("plugin", plugin))
    return f"{above}.{path}" if path else above
