"""Tickets, and the clocks of what was promised in them."""

from dataclasses import dataclass
from datetime import datetime

from bridge.domain.events.event import CustomerEvent


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketOpened(CustomerEvent):
    """A customer opened a ticket. `urgent` says that he asks for it to be urgent (rule T3).

    `guaranteed_until` is when it is answered by what he was promised, `best_effort_until` when that is meant to be
    (rule T8); None where nothing is. `continues` is the closed ticket that it goes on with (rule T10). `cover` says who
    pays for help in it and `reason` why, as `bridge.domain.entitlement` has it, by which licence and for which product
    where there are any; empty in a store without licences (rules L2, L4).
    """

    ticket_id: int
    price: str | None = None
    kind: str = "support"
    urgent: bool = False
    continues: int | None = None
    guaranteed_until: datetime | None = None
    best_effort_until: datetime | None = None
    cover: str = ""
    reason: str = ""
    licence_id: int | None = None
    product: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketReplied(CustomerEvent):
    """A customer wrote about one of his tickets: for staff; `to` names who has taken it, nobody means everybody."""

    ticket_id: int
    to: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketAssigned(CustomerEvent):
    """Staff gave one of his tickets to a colleague: for that one, who is named in `to`; `by` is who gave it."""

    ticket_id: int
    to: tuple[str, ...]
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketAnswered(CustomerEvent):
    """Staff wrote to the customer about one of his tickets."""

    ticket_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketStateChanged(CustomerEvent):
    """A ticket's `state` is another than it `was`, whoever or whatever has changed it (rule T10)."""

    ticket_id: int
    state: str
    was: str


@dataclass(frozen=True, slots=True, kw_only=True)
class UrgencyDecided(CustomerEvent):
    """Staff decided whether a ticket is `urgent`, now or no longer (rule T3). Their reason stands in the ticket."""

    ticket_id: int
    urgent: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockEvent(CustomerEvent):
    """Something about a ticket's clock (`first_answer`, `next_answer`, `resolution`), which is `due` then: for staff.

    `to` are the names of those who are to be told now. `instead_of` are earlier steps that fell due meanwhile, which
    nobody is told of (rule T7).
    """

    ticket_id: int
    clock: str
    due: datetime
    to: tuple[str, ...]
    instead_of: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockWarning(ClockEvent):
    """`percent` of the time for it have passed."""

    percent: int


class ClockBreached(ClockEvent):
    """The time is over: what was guaranteed was not kept."""

    __slots__ = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockEscalated(ClockEvent):
    """It has been broken for `hours` hours by the clock on the wall, and those who can help are told."""

    hours: float
