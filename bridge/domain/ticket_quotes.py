"""Whose turn a ticket's quotes make it (rule T10)."""

from dataclasses import dataclass, field

from bridge.domain.tickets import TicketState


@dataclass(slots=True)
class TicketQuotes:
    """Which of the ticket's quotes wait for the customer, for staff to begin and to end; and which have lapsed."""

    offered: set[int] = field(default_factory=set)
    approved: set[int] = field(default_factory=set)
    started: set[int] = field(default_factory=set)
    lapsed: set[int] = field(default_factory=set)

    def move(self, quote: int, to: set[int] | None = None) -> None:
        """It is one of those in `to` from now on, of none where that is None."""
        for one in (self.offered, self.approved, self.started, self.lapsed):
            one.discard(quote)
        if to is not None:
            to.add(quote)

    def state(self, otherwise: TicketState) -> TicketState:
        """Whose turn the quotes make it; `otherwise` where they don't say."""
        if self.started:
            return TicketState.IN_WORK
        if self.approved:
            return TicketState.OPEN
        return TicketState.WAITING_APPROVAL if self.offered else otherwise
