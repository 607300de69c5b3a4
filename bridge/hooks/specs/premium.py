"""Event hooks about premium time: agreements, timers, bills."""

from bridge.domain.events import (
    AgreementDeclined,
    AgreementOffered,
    AgreementReached,
    BillChanged,
    BillSent,
    TimerEnded,
    TimerWarning,
)
from bridge.hooks.specs.marking import hookspec


class PremiumHooks:
    """Every hook here keeps the promise of `EventHooks`, and its own."""

    @hookspec
    async def bridge_agreement_offered(self, event: AgreementOffered) -> None:
        """Staff offered premium time to a contact, or a new version of an offer (rule W5).

        When: after it is committed, once a version. Return: nothing. Example: plugins/mail tells a customer that there
        is something to decide on his page. Note: the words are no part of the event; whoever shows them asks the desk.
        """

    @hookspec
    async def bridge_agreement_reached(self, event: AgreementReached) -> None:
        """A contact accepted premium time (rule W5).

        When: after it is committed, once an agreement. Return: nothing. Example: plugins/mail tells the customer and
        staff.
        """

    @hookspec
    async def bridge_agreement_declined(self, event: AgreementDeclined) -> None:
        """A contact declined premium time (rule W5).

        When: after it is committed, once a version. Return: nothing. Example: plugins/mail tells staff.
        """

    @hookspec
    async def bridge_timer_warning(self, event: TimerWarning) -> None:
        """A running timer is about to end by itself (rule W6).

        When: some minutes before, once a segment. Return: nothing. Example: plugins/mail tells the agent.
        """

    @hookspec
    async def bridge_timer_ended(self, event: TimerEnded) -> None:
        """A running timer has ended by itself (rule W6).

        When: when it ends, once a segment. Return: nothing. Example: plugins/mail tells the agent where nobody had
        chosen it.
        """

    @hookspec
    async def bridge_bill_sent(self, event: BillSent) -> None:
        """The final statement of a bill is the customer's to read (rule W8).

        When: after it is committed, whenever it is sent. Return: nothing. Example: plugins/mail tells the customer.
        """

    @hookspec
    async def bridge_bill_changed(self, event: BillChanged) -> None:
        """A bill stands otherwise than before, or a line corrects it (rule W8).

        When: after it is committed, once a change. Return: nothing. Example: plugins/mail tells the customer that it is
        due, paid or corrected.
        """
