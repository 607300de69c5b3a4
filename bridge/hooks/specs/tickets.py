"""Event hooks about tickets and their clocks."""

from bridge.domain.events import (
    ClockBreached,
    ClockEscalated,
    ClockWarning,
    TicketAnswered,
    TicketAssigned,
    TicketOpened,
    TicketReplied,
    TicketStateChanged,
    UrgencyDecided,
)
from bridge.hooks.specs.marking import hookspec


class TicketHooks:
    """Every hook here keeps the promise of `EventHooks`, and its own."""

    @hookspec
    async def bridge_ticket_opened(self, event: TicketOpened) -> None:
        """A customer opened a ticket; its words are not part of the event (rule D1), what he was promised is (T8).

        When: after it is committed. Return: nothing. Example: plugins/mail tells staff, and the customer until when he
        has an answer.
        """

    @hookspec
    async def bridge_ticket_replied(self, event: TicketReplied) -> None:
        """A customer wrote about one of his tickets; his words are not part of the event (rule D1).

        When: after it is committed, once a message. Return: nothing. Example: plugins/mail tells staff.
        """

    @hookspec
    async def bridge_ticket_assigned(self, event: TicketAssigned) -> None:
        """A ticket was given to somebody of the staff by somebody else; who takes one himself is told nothing.

        When: after it is committed, once each time. Return: nothing. Example: plugins/mail tells who is named in
        `event.to`.
        """

    @hookspec
    async def bridge_ticket_answered(self, event: TicketAnswered) -> None:
        """Staff wrote to a customer about one of his tickets; their words are not part of the event (rule D1).

        When: after it is committed, once a message. Return: nothing. Example: plugins/mail sends the customer to his
        page, where he reads them.
        """

    @hookspec
    async def bridge_ticket_state_changed(self, event: TicketStateChanged) -> None:
        """A ticket stands otherwise than before: it is whose turn `event.state` says (rule T10).

        When: after it is committed, once a change. Return: nothing. Example: a webhook keeps a board of tickets.
        """

    @hookspec
    async def bridge_urgency_decided(self, event: UrgencyDecided) -> None:
        """Staff decided about a ticket's urgency (rule T3); their reason is not part of the event (rule D1).

        When: after it is committed. Return: nothing. Example: plugins/mail sends the customer of a ticket that is not
        urgent to his page, where he reads why.
        """

    @hookspec
    async def bridge_clock_warning(self, event: ClockWarning) -> None:
        """A part of the time for an answer has passed, and there is none (rule T7).

        When: after it is committed, at that moment or, for people who are told in their own hours alone, when these
        begin. Each person is named in `event.to` once a step. Return: nothing. Example: plugins/mail tells them.
        """

    @hookspec
    async def bridge_clock_breached(self, event: ClockBreached) -> None:
        """What was guaranteed was not kept (rule T7).

        When, return, example: as with `bridge_clock_warning`.
        """

    @hookspec
    async def bridge_clock_escalated(self, event: ClockEscalated) -> None:
        """A promise has been broken for `event.hours` hours, and those are told who can help (rule T7).

        When, return, example: as with `bridge_clock_warning`.
        """
