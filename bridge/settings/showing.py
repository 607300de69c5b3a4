"""What is in force, and where each value comes from.

Believes: an operator who reads a setting wants to change it next, so it is named and written as its file
would name and write it. Only the place of a secret is shown.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from pydantic import SecretStr

from bridge.contracts.office import PluginTables
from bridge.settings.base import Section, file_label
from bridge.settings.bridge_file import BridgeSettings
from bridge.settings.loading import BRIDGE_FILE, Settings
from bridge.settings.plugin_tables import PluginSettings
from bridge.settings.secret_reference import SecretReference
from bridge.settings.store_file import StoreSettings
from bridge.settings.tree import Leaf, fields, leaves
from bridge.settings.values import toml_text

FROM_DEFAULT = "default"
FROM_SHOP = "the shop"
MASK = "********"

_ASKED_OF_THE_SHOP = "coins.statuses."
_PLUGINS = "plugin"
_STORE_FILE = "stores/NAME.toml"


@dataclass(frozen=True, slots=True)
class ShownSetting:
    """One setting in force. `origin` is the file that sets it, "default", or "the shop"."""

    name: str
    value_text: str
    origin: str


@dataclass(frozen=True, slots=True)
class SettingHelp:
    """One setting there is. `default_text` is None where it must be set.

    In the name, KEY stands for any plan's key and [] for any person.
    """

    file: str
    name: str
    default_text: str | None
    help: str


def describe(settings: Settings, plugins: PluginSettings | None = None) -> list[ShownSetting]:
    """Every setting in force with its origin: bridge.toml's by path, a store's as `stores.NAME.path`.

    Those of plugins are shown as their plugins read them, and not at all where nobody has.
    """
    read = plugins or PluginSettings()
    shown = list(_file(settings.bridge, read.bridge, "", BRIDGE_FILE))
    for name, store in settings.stores.items():
        shown += _file(store, read.stores.get(name, {}), f"stores.{name}.", file_label(store.source))
    return shown


def reference(plugins: Mapping[str, PluginTables] | None = None) -> list[SettingHelp]:
    """Every setting there is, with its default and what it does, in the order of the files."""
    tables = plugins or {}
    found = [*_helps(BridgeSettings, BRIDGE_FILE)]
    for name, models in tables.items():
        found += _helps(models.bridge, BRIDGE_FILE, f"{_PLUGINS}.{name}") if models.bridge else ()
    found += _helps(StoreSettings, _STORE_FILE)
    for name, models in tables.items():
        found += _helps(models.store, _STORE_FILE, f"{_PLUGINS}.{name}") if models.store else ()
    return found


def _file(section: Section, plugins: Mapping[str, Section], prefix: str, file: str) -> Iterator[ShownSetting]:
    for leaf in leaves(section):
        if leaf.path.partition(".")[0] != _PLUGINS:
            yield _shown(leaf, prefix, file)
    for name, read in plugins.items():
        for leaf in leaves(read):
            yield _shown(leaf, f"{prefix}{_PLUGINS}.{name}.", file)


def _shown(leaf: Leaf, prefix: str, file: str) -> ShownSetting:
    if leaf.value is None and leaf.path.startswith(_ASKED_OF_THE_SHOP):
        return ShownSetting(prefix + leaf.path, "the platform's own", FROM_SHOP)
    return ShownSetting(prefix + leaf.path, _value_text(leaf.value), file if leaf.given else FROM_DEFAULT)


def _value_text(value: object) -> str:
    match value:
        case SecretReference():
            return f"{MASK} ({value})"
        case SecretStr():
            return MASK
        case _:
            return toml_text(value)


def _helps(root: type[Section], file: str, above: str = "") -> Iterator[SettingHelp]:
    for path, field in fields(root, above):
        if path == _PLUGINS:
            continue  # the plugins' own models say what it holds
        if path.startswith(_ASKED_OF_THE_SHOP):
            default: str | None = FROM_SHOP
        else:
            default = None if field.is_required() else toml_text(field.get_default(call_default_factory=True))
        yield SettingHelp(file, path, default, field.description or "")
