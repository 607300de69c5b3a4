"""Which letter an event is written about, and to whom."""

from bridge.domain.events import Event
from bridge_mail.coin_letters import COIN_WRITERS
from bridge_mail.letter import Context, Letter, Writer
from bridge_mail.licence_letters import LICENCE_WRITERS
from bridge_mail.premium_letters import PREMIUM_WRITERS
from bridge_mail.premium_staff_letters import PREMIUM_STAFF_WRITERS
from bridge_mail.quote_letters import QUOTE_WRITERS
from bridge_mail.staff_letters import DESK_WRITERS
from bridge_mail.ticket_letters import TICKET_WRITERS

CUSTOMER_WRITERS: dict[type[Event], Writer] = {
    **COIN_WRITERS,
    **QUOTE_WRITERS,
    **TICKET_WRITERS,
    **LICENCE_WRITERS,
    **PREMIUM_WRITERS,
}
"""The events that a customer is written about."""
STAFF_WRITERS: dict[type[Event], Writer] = {**DESK_WRITERS, **PREMIUM_STAFF_WRITERS}
"""The events that staff are written about."""

__all__ = ["CUSTOMER_WRITERS", "STAFF_WRITERS", "letter_to_customer", "letter_to_staff"]


def letter_to_customer(event: Event, at: Context) -> Letter | None:
    """The letter to the customer about an event; None where none is to be sent."""
    return _written(CUSTOMER_WRITERS, event, at)


def letter_to_staff(event: Event, at: Context) -> Letter | None:
    """The letter to staff about an event; None where none is to be sent."""
    return _written(STAFF_WRITERS, event, at)


def _written(writers: dict[type[Event], Writer], event: Event, at: Context) -> Letter | None:
    write = writers.get(type(event))
    return write(event, at) if write is not None else None
