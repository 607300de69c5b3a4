"""Hooks that are called while the daemon or a command starts."""

from collections.abc import Sequence

from bridge.contracts.office import Office, PluginTables
from bridge.contracts.public_routes import PublicRoute
from bridge.contracts.scheduling import JobRegistry
from bridge.contracts.shop import Finding, ShopAdapter, StoreConnection
from bridge.hooks.specs.marking import hookspec


class RegistrationHooks:
    """Called while the daemon or a command starts; they return quickly and do no I/O."""

    @hookspec(firstresult=True)
    def bridge_connect_store(self, store: StoreConnection) -> ShopAdapter | None:
        """Return the adapter for a store of your platform.

        When: for each enabled store at start, when its settings change, and each time the store is taken up. Only the
        plugin whose entry-point name is the store's `platform` is asked, so that no other sees its password.
        Return: an adapter that has not connected yet; None refuses the store.
        Raising: stops the start, naming the plugin and the cause; a reload leaves the old settings in force.
        Example: plugins/opencart returns its `OpenCartAdapter`.
        """

    @hookspec
    def bridge_settings(self) -> PluginTables | None:
        """Name the settings you read: pydantic models for your tables `[plugin.NAME]`.

        When: at start, when the settings are read again, and when a command shows or checks them; before `bridge_open`.
        Return: the models. What they refuse is told like any other wrong setting, with file, path and rule. A plugin
        without this hook has no settings, and a table of its name is refused.
        Raising: stops the start, naming the plugin.
        Example: plugins/mail returns `PluginTables(bridge=MailSettings, store=StoreMailSettings)`.
        """

    @hookspec
    def bridge_open(self, office: Office) -> None:
        """Keep your office: your settings, whom to write to, a queue that survives a crash, staff's attention.

        When: once at start, after your settings were found good and before the first event; also when `bridge check`
        runs, with an office that queues nothing.
        Return: nothing.
        Raising: stops the start, naming the plugin; `SettingsError` is shown as any wrong setting.
        Example: plugins/webhook keeps it and asks it for a store's address at each event.
        """

    @hookspec
    def bridge_schedule_jobs(self, scheduler: JobRegistry) -> None:
        """Register recurring jobs.

        When: once at start, after the desk is open.
        Return: nothing; call `scheduler.every(...)`.
        Raising: stops the start.
        Example: the built-in plugin registers the sweep that re-pushes accounts left behind.
        """

    @hookspec
    def bridge_health_checks(self) -> Sequence[Finding]:
        """Add lines to `bridge check`.

        When: each time `bridge check` runs, after `bridge_open`.
        Return: findings, in the order to be shown.
        Raising: shown as one wrong finding that names the plugin.
        Example: plugins/mail says whether its server answers.
        """
        return ()

    @hookspec
    def bridge_public_routes(self) -> Sequence[PublicRoute]:
        """Serve addresses of your own on the public listener.

        When: once at start, after `bridge_open`, and only where the settings say where the public pages listen.
        Return: the routes; each path begins with `/` and your plugin's name.
        Raising: stops the start, naming the plugin; so does a path that is not yours.
        Example: plugins/whatsapp takes the deliveries of its channel.
        """
        return ()
