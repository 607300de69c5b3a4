"""Finding plugins by entry point, and loading only those that are enabled, each alone.

A plugin that fails to import stops the start with its name and cause: a store without its platform is worse than a
daemon that says why it does not start.
"""

from collections.abc import Iterable, Mapping, Sequence
from importlib.metadata import EntryPoint, entry_points
from typing import Any

import pluggy

from bridge.contracts.shop import Finding, Level, ShopAdapter, StoreConnection
from bridge.errors import PluginError
from bridge.hooks.specs import EventHooks, RegistrationHooks

GROUP = "bridge"


class Plugins:
    """The plugins of this process."""

    def __init__(self) -> None:
        self.manager = pluggy.PluginManager("bridge")
        self.manager.add_hookspecs(RegistrationHooks)
        self.manager.add_hookspecs(EventHooks)

    @classmethod
    def load(cls, enabled: Iterable[str], *, found: Mapping[str, EntryPoint] | None = None) -> "Plugins":
        """Load the enabled plugins. Raises `PluginError` naming one that is not installed or fails to load."""
        plugins = cls()
        installed = found if found is not None else installed_plugins()
        for name in enabled:
            if name not in installed:
                known = ", ".join(sorted(installed)) or "none"
                raise PluginError(f"plugin {name} is enabled and not installed (installed: {known})")
            try:
                plugins.add(name, installed[name].load())
            except PluginError:
                raise
            except Exception as error:  # whatever a plugin's import raises must name the plugin
                raise PluginError(
                    f"plugin {name} can't be loaded: {type(error).__name__}: {error}"
                ) from error
        return plugins

    def add(self, name: str, plugin: object) -> None:
        """Register one plugin. Raises `PluginError` for a hook that does not exist or takes other arguments."""
        try:
            self.manager.register(plugin, name)
            self.manager.check_pending()
        except (pluggy.PluginValidationError, ValueError) as error:
            raise PluginError(f"plugin {name} can't be loaded: {error}") from error

    @property
    def names(self) -> list[str]:
        """The loaded plugins' names."""
        return [name for name, _ in self.manager.list_name_plugin()]

    def connect(self, store: StoreConnection) -> ShopAdapter:
        """Ask the one plugin that the store's platform names for its adapter; no other sees the password.

        Raises `PluginError` where there is none, it has no adapter, or it raises.
        """
        others = [plugin for name, plugin in self.manager.list_name_plugin() if name != store.platform]
        if self.manager.get_plugin(store.platform) is None:
            raise PluginError(
                f"store {store.store}: no enabled plugin is called {store.platform}; enable it in plugins.enabled"
            )
        asked = self.manager.subset_hook_caller("bridge_connect_store", others)
        try:
            adapter: ShopAdapter | None = asked(store=store)
        except Exception as error:  # a plugin may raise anything; it is named
            raise PluginError(
                f"plugin {store.platform} can't connect store {store.store}: {error}"
            ) from error
        if adapter is None:
            raise PluginError(f"plugin {store.platform} has no adapter for store {store.store}")
        return adapter

    def findings(self) -> Sequence[Finding]:
        """What plugins add to `bridge check`, one plugin at a time."""
        findings: list[Finding] = []
        for name, plugin in self.manager.list_name_plugin():
            check: Any = getattr(plugin, "bridge_health_checks", None)
            if check is None:
                continue
            try:
                findings += check()
            except Exception as error:  # shown instead of hiding the other plugins' lines
                text = f"{type(error).__name__}: {error}"
                findings.append(
                    Finding(f"plugin {name}", Level.WRONG, text, "look at the plugin's documentation")
                )
        return findings


def installed_plugins() -> dict[str, EntryPoint]:
    """Everything that is installed under the entry-point group `bridge`, by name."""
    return {point.name: point for point in entry_points(group=GROUP)}
