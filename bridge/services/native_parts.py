"""What a message of the shop's own customer service is in a ticket: who said it, for whom, and what stands beside it.

Whoever wrote it, it is unverified: a contact form takes any address (rule T11). What the back office writes for itself,
and that it sent a thread to somebody outside, is for staff alone.
"""

from collections.abc import Mapping
from typing import Any, NamedTuple

from bridge.contracts.shop_threads import NativeMessage, NativeStatus
from bridge.domain.accounts import Owner, OwnerKind
from bridge.domain.ticket_terms import TicketTerms
from bridge.domain.tickets import Author, MessageKind, TicketState

STATUS_OF: Mapping[TicketState, NativeStatus] = {
    TicketState.OPEN: NativeStatus.OPEN,
    TicketState.IN_WORK: NativeStatus.OPEN,
    TicketState.WAITING_CUSTOMER: NativeStatus.PENDING1,
    TicketState.WAITING_APPROVAL: NativeStatus.PENDING2,
    TicketState.RESOLVED: NativeStatus.CLOSED,
    TicketState.CLOSED: NativeStatus.CLOSED,
}
"""How the back office is shown a ticket's state (rule T10)."""
STATE_OF: Mapping[NativeStatus, TicketState] = {
    NativeStatus.OPEN: TicketState.OPEN,
    NativeStatus.PENDING1: TicketState.WAITING_CUSTOMER,
    NativeStatus.PENDING2: TicketState.WAITING_APPROVAL,
    NativeStatus.CLOSED: TicketState.RESOLVED,
}
"""What a status that somebody gave a thread in the back office makes of its ticket (rule T10)."""


class Speaker(NamedTuple):
    """Who wrote a message, and what it is."""

    author: Author
    kind: MessageKind
    staff: str | None


_CUSTOMER = Speaker(Author.CUSTOMER, MessageKind.TEXT, None)


def staff_by_employee(terms: TicketTerms) -> dict[int, str]:
    """The staff's names by their numbers in the back office."""
    return {number: name for name, numbers in terms.employees.items() for number in numbers}


def speaker_of(message: NativeMessage, staff: Mapping[int, str]) -> Speaker:
    """Who wrote it: the customer, or one of the staff, by number where the settings don't name him."""
    if not message.employee_id:
        return _CUSTOMER
    kind = MessageKind.NOTE if message.private or message.forwarded else MessageKind.TEXT
    return Speaker(Author.STAFF, kind, staff.get(message.employee_id, f"employee:{message.employee_id}"))


def words_of(message: NativeMessage) -> str:
    """Its text; a file that is attached in the shop is named, and stays there."""
    if not message.file_name:
        return message.text
    return f"{message.text}\n[{message.file_name}]".strip()


def detail_of(message: NativeMessage, *, received: bool) -> dict[str, Any]:
    """Where it comes from; of one that came in just now also when the shop says it was written."""
    detail: dict[str, Any] = {"thread": message.thread_id}
    if received and message.at is not None:
        detail["written"] = int(message.at.timestamp())
    return detail


def owner_of(thread_id: int, customer_id: int) -> Owner:
    """Whose tickets a thread's are: the customer's whom the shop names, else a visitor's."""
    return Owner(OwnerKind.CUSTOMER, customer_id) if customer_id else Owner(OwnerKind.VISITOR, thread_id)
