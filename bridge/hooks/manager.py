"""Finding plugins by entry point, and loading only those that are enabled, each alone.

A plugin that fails to import stops the start with its name and cause: a store without its platform is worse than a
daemon that says why it does not start.
"""

import inspect
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from importlib.metadata import EntryPoint, entry_points
from typing import Any

import pluggy

from bridge.contracts.office import Office, PluginTables
from bridge.contracts.public_routes import PublicRoute
from bridge.contracts.scheduling import JobRegistry
from bridge.contracts.shop import Finding, Level, ShopAdapter, StoreConnection
from bridge.errors import PluginError, SettingsError
from bridge.hooks.specs import DeliveryHooks, EventHooks, ReceiptHooks, RegistrationHooks

GROUP = "bridge"
DELIVER, HANDLE = "bridge_deliver", "bridge_handle"
SPECS = (RegistrationHooks, ReceiptHooks, DeliveryHooks, EventHooks)
HOOKS = tuple(name for spec in SPECS for name in dir(spec) if name.startswith("bridge_"))
REGISTRATION_HOOKS = frozenset(HOOKS).intersection(dir(RegistrationHooks))
"""These answer when they are called; all others are awaited."""


class Plugins:
    """The plugins of this process."""

    def __init__(self) -> None:
        self.manager = pluggy.PluginManager("bridge")
        for spec in SPECS:
            self.manager.add_hookspecs(spec)

    @classmethod
    def load(cls, enabled: Iterable[str], *, offered: Iterable[EntryPoint] | None = None) -> "Plugins":
        """Load the enabled plugins out of those `offered`: unless given, whatever is installed.

        Raises `PluginError` naming one that is not installed, is offered by two packages, or fails to load.
        """
        plugins = cls()
        points = tuple(entry_points(group=GROUP) if offered is None else offered)  # asked once: it reads every package
        installed = {point.name: point for point in points}
        for name in enabled:
            if name not in installed:
                known = ", ".join(sorted(installed)) or "none"
                raise PluginError(f"plugin {name} is enabled and not installed (installed: {known})")
            _refuse_ambiguous(name, points)
            try:
                plugin = installed[name].load()
            except Exception as error:  # whatever a plugin's import raises must name the plugin
                raise PluginError(f"plugin {name} can't be loaded: {type(error).__name__}: {error}") from error
            plugins.add(name, plugin)
        return plugins

    def add(self, name: str, plugin: object) -> None:
        """Register one plugin. Raises `PluginError` for a hook that does not exist or is written in another way."""
        try:
            self.manager.register(plugin, name)
            self.manager.check_pending()
        except (pluggy.PluginValidationError, ValueError) as error:
            raise PluginError(f"plugin {name} can't be loaded: {error}") from error
        for hook in HOOKS:
            implementation = self._implementations(hook).get(name)
            if implementation is not None:
                _refuse_unfit(name, hook, implementation)

    @property
    def names(self) -> list[str]:
        """The loaded plugins' names."""
        return [name for name, _ in self.manager.list_name_plugin()]

    def connect(self, store: StoreConnection) -> ShopAdapter:
        """Ask the one plugin that the store's platform names for its adapter; no other sees the password.

        Raises `PluginError` where there is none, it has no adapter, or it raises.
        """
        if self.manager.get_plugin(store.platform) is None:
            raise PluginError(
                f"store {store.store}: no enabled plugin is called {store.platform}; enable it in plugins.enabled"
            )
        try:
            adapter: ShopAdapter | None = self._ask(store.platform, "bridge_connect_store", store=store)
        except Exception as error:  # a plugin may raise anything; it is named
            raise PluginError(f"plugin {store.platform} can't connect store {store.store}: {error}") from error
        if adapter is None:
            raise PluginError(f"plugin {store.platform} has no adapter for store {store.store}")
        return adapter

    def tables(self) -> dict[str, PluginTables]:
        """What each plugin reads from the settings, by plugin. Raises `PluginError` naming one that can't say."""
        found = {}
        for name in self.names:
            try:
                found[name] = self._ask(name, "bridge_settings") or PluginTables()
            except Exception as error:  # a plugin may raise anything; it is named
                raise PluginError(f"plugin {name} can't name its settings: {error}") from error
        return found

    def open(self, office_of: Callable[[str], Office]) -> None:
        """Give every plugin its office. Raises `SettingsError`, `PluginError` naming one that can't take it."""
        for name in self.names:
            if name not in self._implementations("bridge_open"):
                continue
            try:
                self._ask(name, "bridge_open", office=office_of(name))
            except SettingsError:
                raise
            except Exception as error:  # a plugin may raise anything; it is named
                raise PluginError(f"plugin {name} can't open: {type(error).__name__}: {error}") from error

    def schedule_jobs(self, registry: JobRegistry) -> None:
        """Let every plugin register its jobs. Raises `PluginError` naming one that can't."""
        for name in self.names:
            try:
                self._ask(name, "bridge_schedule_jobs", scheduler=registry)
            except Exception as error:  # a plugin may raise anything; it is named
                raise PluginError(f"plugin {name} can't register its jobs: {error}") from error

    def public_routes(self) -> dict[str, Sequence[PublicRoute]]:
        """What plugins serve on the public listener, by plugin.

        Raises `PluginError` naming one that can't say, or that wants an address that is not its own.
        """
        found: dict[str, Sequence[PublicRoute]] = {}
        for name in self.names:
            try:
                routes: Sequence[PublicRoute] = list(self._ask(name, "bridge_public_routes") or ())
            except Exception as error:  # a plugin may raise anything; it is named
                raise PluginError(f"plugin {name} can't name its public addresses: {error}") from error
            for route in routes:
                if not f"{route.path}/".startswith(f"/{name}/"):
                    raise PluginError(f"plugin {name} can't serve {route.path}: its addresses begin with /{name}")
            if routes:
                found[name] = routes
        return found

    def listeners(self, hook: str) -> dict[str, Callable[..., Any]]:
        """The plugins that implement an async hook, each with what is to be called: in their own order, by name."""
        return {name: partial(_call, implementation) for name, implementation in self._implementations(hook).items()}

    def findings(self) -> Sequence[Finding]:
        """What plugins add to `bridge check`, one plugin at a time."""
        findings: list[Finding] = []
        for name in self.names:
            try:
                findings += self._ask(name, "bridge_health_checks") or ()
            except Exception as error:  # shown instead of hiding the other plugins' lines
                text = f"{type(error).__name__}: {error}"
                findings.append(Finding(f"plugin {name}", Level.WRONG, text, "look at the plugin's documentation"))
        return findings

    def _ask(self, name: str, hook: str, **arguments: Any) -> Any:
        """What one plugin answers, None where it does not implement the hook; no other is called."""
        implementation = self._implementations(hook).get(name)
        return None if implementation is None else _call(implementation, **arguments)

    def _implementations(self, hook: str) -> dict[str, pluggy.HookImpl]:
        caller: pluggy.HookCaller = getattr(self.manager.hook, hook)
        return {implementation.plugin_name: implementation for implementation in caller.get_hookimpls()}


def _call(implementation: pluggy.HookImpl, **arguments: Any) -> Any:
    """Call with those arguments that the implementation names: it may leave out what it does not need."""
    return implementation.function(**{name: arguments[name] for name in implementation.argnames})


def _refuse_unfit(name: str, hook: str, implementation: pluggy.HookImpl) -> None:
    if implementation.wrapper or implementation.hookwrapper:
        raise PluginError(f"plugin {name} can't be loaded: {hook} can't be wrapped, each plugin is called alone")
    # Called and only then found not to be awaitable, it would have done its work and be called again as failed.
    if inspect.iscoroutinefunction(implementation.function) is (hook in REGISTRATION_HOOKS):
        form = "def" if hook in REGISTRATION_HOOKS else "async def"
        raise PluginError(f"plugin {name} can't be loaded: {hook} must be written as: {form}")


def _refuse_ambiguous(name: str, offered: Iterable[EntryPoint]) -> None:
    """A second package that offers a platform's name would be handed its stores' passwords."""
    offers = {point.dist.name if point.dist else "?" for point in offered if point.name == name}
    if len(offers) > 1:
        raise PluginError(f"plugin {name} is offered by several packages ({', '.join(sorted(offers))}); keep one")
