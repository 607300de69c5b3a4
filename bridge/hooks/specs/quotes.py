"""Event hooks about quotes."""

from bridge.domain.events import (
    CoinsDeducted,
    HoldOld,
    QuoteApproved,
    QuoteDeclined,
    QuoteLapsing,
    QuoteOffered,
    QuoteReleased,
)
from bridge.hooks.specs.marking import hookspec


class QuoteHooks:
    """Every hook here keeps the promise of `EventHooks`, and its own."""

    @hookspec
    async def bridge_quote_offered(self, event: QuoteOffered) -> None:
        """Staff offered a quote, or a new version of one (rules C7 and C8).

        When: after the offer is committed. Return: nothing. Example: plugins/mail tells the customer.
        """

    @hookspec
    async def bridge_quote_lapsing(self, event: QuoteLapsing) -> None:
        """A quote can be approved for a short while only (rule C8).

        When: before its end, once a version, and only while it is still open. Return: nothing.
        Example: plugins/mail reminds the customer.
        """

    @hookspec
    async def bridge_quote_approved(self, event: QuoteApproved) -> None:
        """The customer approved a quote, and its coins are held (rule C7).

        When: after the hold is committed, once however often the customer pressed. Return: nothing.
        Example: plugins/mail tells staff that the work can start.
        """

    @hookspec
    async def bridge_quote_declined(self, event: QuoteDeclined) -> None:
        """The customer declined a quote.

        When: after the decision is committed. Return: nothing. Example: plugins/mail tells staff.
        """

    @hookspec
    async def bridge_quote_released(self, event: QuoteReleased) -> None:
        """What was held for a quote was given back; `event.reason` says why in a stable word (rules C5, C7, C11).

        When: after the release is committed. Return: nothing. Example: plugins/mail tells the customer.
        """

    @hookspec
    async def bridge_coins_deducted(self, event: CoinsDeducted) -> None:
        """Coins were deducted for a ticket: `event.spent`, and `event.available` remain (rule C17).

        When: after the settlement is committed. Return: nothing. Example: plugins/mail tells the customer both numbers.
        """

    @hookspec
    async def bridge_hold_old(self, event: HoldOld) -> None:
        """Coins have been held for long without being settled or released (rule C7).

        When: once a hold. Return: nothing. Example: plugins/mail reminds staff.
        """
