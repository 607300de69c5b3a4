"""Event hooks about licences."""

from bridge.domain.events import LicenceChanged, LicenceExpired, LicenceExpiring
from bridge.hooks.specs.marking import hookspec


class LicenceHooks:
    """Every hook here keeps the promise of `EventHooks`, and its own."""

    @hookspec
    async def bridge_licence_changed(self, event: LicenceChanged) -> None:
        """A licence was issued, suspended, reinstated, renewed, assigned or released: `event.change` (rules L1, L5).

        When: after it is committed, usually within seconds of the change in the shop. Not for a first sync (rule C2).
        Return: nothing. Example: plugins/mail tells the customer, without the key.
        """

    @hookspec
    async def bridge_licence_expiring(self, event: LicenceExpiring) -> None:
        """A licence ends in `event.days` days (rule L6).

        When: so many days before its end, once for each of `licences.expiring_days`; not while it is suspended.
        Return: nothing. Example: plugins/mail sends the customer the way to a renewal.
        """

    @hookspec
    async def bridge_licence_expired(self, event: LicenceExpired) -> None:
        """A licence has ended, its days of grace included (rule L6).

        When: after its last second, once for each end. Return: nothing.
        Example: plugins/mail sends the customer the way to a renewal.
        """
