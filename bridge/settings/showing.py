"""What is in force, and where each value comes from.

Believes: an operator who reads a setting wants to change it next, so it is named and written as its file
would name and write it. Only the place of a secret is shown.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from pydantic_core import PydanticUndefined

from bridge.settings.base import Section, file_label
from bridge.settings.bridge_file import BridgeSettings
from bridge.settings.loading import BRIDGE_FILE, Settings
from bridge.settings.secret_reference import SecretReference
from bridge.settings.store_file import StoreSettings
from bridge.settings.tree import Leaf, fields, leaves
from bridge.settings.values import toml_text

FROM_DEFAULT = "default"
FROM_SHOP = "the shop"
MASK = "********"

_ASKED_OF_THE_SHOP = "coins.statuses."


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


def describe(settings: Settings) -> list[ShownSetting]:
    """Every setting in force with its origin: bridge.toml's by path, a store's as `stores.NAME.path`."""
    shown = [_shown(leaf, "", BRIDGE_FILE) for leaf in leaves(settings.bridge)]
    for name, store in settings.stores.items():
        shown += [_shown(leaf, f"stores.{name}.", file_label(store.source)) for leaf in leaves(store)]
    return shown


def reference() -> list[SettingHelp]:
    """Every setting there is, with its default and what it does, in the order of the files."""
    return [*_helps(BridgeSettings, BRIDGE_FILE), *_helps(StoreSettings, "stores/NAME.toml")]


def _shown(leaf: Leaf, prefix: str, file: str) -> ShownSetting:
    if leaf.value is None and leaf.path.startswith(_ASKED_OF_THE_SHOP):
        return ShownSetting(prefix + leaf.path, "the platform's own", FROM_SHOP)
    value_text = f"{MASK} ({leaf.value})" if isinstance(leaf.value, SecretReference) else toml_text(leaf.value)
    return ShownSetting(prefix + leaf.path, value_text, file if leaf.given else FROM_DEFAULT)


def _helps(root: type[Section], file: str) -> Iterator[SettingHelp]:
    for path, field in fields(root):
        if path.startswith(_ASKED_OF_THE_SHOP):
            default: str | None = FROM_SHOP
        else:
            default = None if field.default is PydanticUndefined else toml_text(field.default)
        yield SettingHelp(file, path, default, field.description or "")
