"""The hooks a plugin can implement. Each is a promise: when, how often, what it returns, what happens if it raises."""

from collections.abc import Sequence

import pluggy

from bridge.contracts.scheduling import JobRegistry
from bridge.contracts.shop import Finding, ShopAdapter, StoreConnection
from bridge.domain.events import CoinsCorrected, CoinsGranted, CoinsReinstated, CoinsRevoked

hookspec = pluggy.HookspecMarker("bridge")
hookimpl = pluggy.HookimplMarker("bridge")


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

        When: each time `bridge check` runs.
        Return: findings, in the order to be shown.
        Raising: shown as one wrong finding that names the plugin.
        Example: a mail plugin says whether its server answered last time.
        """
        return ()


class EventHooks:
    """Called after the commit, from the outbox; written as `async def`.

    How often: at least once; `event.key` is the same each time. Each plugin is called alone: one that raises or takes
    longer than 30 s is logged and tried again later with growing pauses, up to a week; then staff get a problem. It
    neither undoes the event nor stops other plugins.
    """

    @hookspec
    async def bridge_coins_granted(self, event: CoinsGranted) -> None:
        """An account received coins.

        When: after the grant's entry is committed, usually within seconds of the payment in the shop. Not for a first
        sync (rule C2).
        Return: nothing.
        Example: a mail plugin tells the customer.
        """

    @hookspec
    async def bridge_coins_revoked(self, event: CoinsRevoked) -> None:
        """Coins were taken back because the order owes fewer units (rule C14). `event.coins` is what was taken.

        When: after the entry is committed. Return: nothing. Example: a mail plugin tells staff.
        """

    @hookspec
    async def bridge_coins_reinstated(self, event: CoinsReinstated) -> None:
        """Coins of an earlier revocation came back, with the package's old end (rule C14).

        When: after the entry is committed. Return: nothing. Example: a mail plugin tells the customer.
        """

    @hookspec
    async def bridge_coins_corrected(self, event: CoinsCorrected) -> None:
        """Staff corrected an account by `event.coins`, which may be negative (rule C15).

        When: after the entry is committed. Return: nothing. Example: a webhook keeps an accountant's copy.
        """
