"""What a re-reading of the files changes while the daemon runs (SIGHUP).

Believes: stores can come, go and change under a running daemon; what stands in bridge.toml (listener, log,
plugins, desk) was built into the running process and stays until it is started again.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from bridge.errors import SettingsError
from bridge.settings.base import Section
from bridge.settings.loading import BRIDGE_FILE, Settings, check_platforms, check_plugin_names
from bridge.settings.store_file import StoreSettings
from bridge.settings.tree import leaves


@dataclass(frozen=True, slots=True)
class ReloadReport:
    """How the settings just read differ from those in force; changed settings are named by path."""

    stores_added: tuple[str, ...]
    stores_removed: tuple[str, ...]
    stores_changed: Mapping[str, tuple[str, ...]]
    bridge_changed: tuple[str, ...]

    @property
    def nothing(self) -> bool:
        """Whether both are the same."""
        return not (self.stores_added or self.stores_removed or self.stores_changed or self.bridge_changed)

    def lines(self) -> tuple[str, ...]:
        """The report in words, one line a store, and a last one for what needs a restart."""
        words = [f"store {name}: added" for name in self.stores_added]
        words += [f"store {name}: removed" for name in self.stores_removed]
        words += [f"store {name}: changed {', '.join(paths)}" for name, paths in self.stores_changed.items()]
        if self.bridge_changed:
            words.append(f"{BRIDGE_FILE}: changed {', '.join(self.bridge_changed)}; takes effect after a restart")
        return tuple(words) or ("nothing changed",)


def compare(old: Settings, new: Settings) -> ReloadReport:
    """What differs between two settings. A default written out is no change, another order of plans is."""
    both = [name for name in new.stores if name in old.stores]
    changed = {name: _store_changes(old.stores[name], new.stores[name]) for name in both}
    return ReloadReport(
        stores_added=tuple(name for name in new.stores if name not in old.stores),
        stores_removed=tuple(name for name in old.stores if name not in new.stores),
        stores_changed={name: paths for name, paths in changed.items() if paths},
        bridge_changed=_changes(old.bridge, new.bridge),
    )


def with_new_stores(running: Settings, read: Settings) -> Settings:
    """What is in force after a reload: the stores just read, under the bridge.toml of the start.

    Raises SettingsError if a store just read names a platform, or has a table of a plugin, that is not loaded.
    """
    merged = replace(read, bridge=running.bridge)
    if problems := check_platforms(merged) + check_plugin_names(merged):
        raise SettingsError(problems)
    return merged


def _changes(old: Section, new: Section) -> tuple[str, ...]:
    before = {leaf.path: leaf.value for leaf in leaves(old)}
    after = {leaf.path: leaf.value for leaf in leaves(new)}
    return tuple(
        path
        for path in dict.fromkeys((*before, *after))
        if path not in before or path not in after or before[path] != after[path]
    )


def _store_changes(old: StoreSettings, new: StoreSettings) -> tuple[str, ...]:
    changed = _changes(old, new)
    common = [key for key in new.plans if key in old.plans]
    if common != [key for key in old.plans if key in new.plans]:
        changed += ("plans (their order)",)
    return changed
