"""Event hooks about coins, their packages, and guests' orders that somebody claims."""

from bridge.domain.events import (
    BalanceLow,
    CoinsCorrected,
    CoinsGranted,
    CoinsReinstated,
    CoinsRevoked,
    GuestClaimed,
    PackageExpired,
    PackageExpiring,
)
from bridge.hooks.specs.marking import hookspec


class CoinHooks:
    """Every hook here keeps the promise of `EventHooks`, and its own."""

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
        """Coins were taken back (rule C14). `event.coins` is what was taken, `event.reason` a stable word for why.

        `revoked`: the order owes fewer units. `chargeback`: the bank took its payment back; the account is frozen too.
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

    @hookspec
    async def bridge_package_expiring(self, event: PackageExpiring) -> None:
        """A package with coins left ends in `event.days` days (rule C17).

        When: at each of the store's reminders, each once; of several that fell due while the bridge was off, only the
        last is told, and `instead_of` names the others. Not for an empty package. Return: nothing.
        Example: plugins/mail reminds the customer.
        """

    @hookspec
    async def bridge_package_expired(self, event: PackageExpired) -> None:
        """A package has ended, and `event.coins` of it were forfeited (rules C5 and C17).

        When: after the forfeiting entry is committed. Not for an empty package. Return: nothing.
        Example: plugins/mail tells the customer.
        """

    @hookspec
    async def bridge_balance_low(self, event: BalanceLow) -> None:
        """Less than a fifth of the newest package is available (rule C17).

        When: after the entry that brought it there is committed, once a package. Return: nothing.
        Example: plugins/mail tells the customer.
        """

    @hookspec
    async def bridge_guest_claimed(self, event: GuestClaimed) -> None:
        """Somebody claims a guest's order: its one-time code must reach the order's address (rule C19).

        When: after the claim is committed. Return: nothing. Whoever delivers the code asks `Office.code` for it.
        Example: plugins/mail sends it to the order's address.
        """
