"""What staff decide about a ticket: whose it is, whether it is urgent, whose turn it is (rules T3, T6, T10).

Each is a message of its history with the staff member's name, and a line of the audit trail. None costs coins (C12).
"""

from datetime import datetime
from typing import Any

from bridge.contracts.desk import Tx
from bridge.domain.accounts import Owner
from bridge.domain.desk_terms import DeskTerms
from bridge.domain.events import TicketAssigned, UrgencyDecided
from bridge.domain.quotes import HOLDING, QuoteState
from bridge.domain.ticket_course import asked_since
from bridge.domain.tickets import ENDED, Author, Message, MessageKind, Ticket, TicketKind, TicketState, Urgency
from bridge.errors import TicketRefused
from bridge.services.coin_moves import note
from bridge.services.quote_parts import ticket_of
from bridge.services.staff_words import require_staff, require_text
from bridge.services.ticket_histories import read_history
from bridge.services.ticket_standing import tell

LONGEST_REASON = 500
"""Characters."""


def set_state(tx: Tx, terms: DeskTerms, ticket_id: int, state: TicketState, *, by: str, at: datetime) -> Ticket:
    """Say whose turn it is: resolve, close, reopen, take into work, wait for the customer (rule T10).

    Reopened, it owes what it owed before it ended, since then (rule T6). Raises `UnknownTicket`, `TicketRefused` where
    it is so already, for one that was merged into another, for one that is to wait for the customer while he waits for
    an answer, and as `require_settable`.
    """
    ticket, _ = ticket_of(tx, terms.store, ticket_id)
    require_staff(by)
    history = read_history(tx, ticket)
    if history.merged_into is not None:
        raise TicketRefused("merged", f"ticket {ticket.id} was merged into ticket {history.merged_into}")
    if history.state is state:
        raise TicketRefused("same_state", f"ticket {ticket.id} is {state.value.replace('_', ' ')} already")
    require_settable(tx, ticket, state, at=at)
    if state is TicketState.WAITING_CUSTOMER and asked_since(ticket, history) is not None:
        raise TicketRefused(
            "answer_owed", f"ticket {ticket.id}: the customer waits for an answer; reply, or say that none is needed"
        )
    _say(tx, terms, ticket, MessageKind.STATE, by, at, action="state", state=state.value)
    return ticket


def no_answer_needed(tx: Tx, terms: DeskTerms, ticket_id: int, *, by: str, at: datetime) -> TicketState:
    """What the customer wrote last asks for nothing, such as thanks: nobody owes an answer (rules T6, T10).

    Returns what the ticket is then: what its quotes make it, else resolved. Raises `UnknownTicket`, `TicketRefused`
    where nobody waits for an answer.
    """
    ticket, _ = ticket_of(tx, terms.store, ticket_id)
    require_staff(by)
    if state_of(tx, ticket) not in (TicketState.OPEN, TicketState.IN_WORK):
        raise TicketRefused("nothing_asked", f"ticket {ticket.id}: nobody waits for an answer")
    state = _by_quotes(tx, ticket, at)
    _say(tx, terms, ticket, MessageKind.NO_ANSWER_NEEDED, by, at, action="no-answer-needed", state=state.value)
    return state


def assign(tx: Tx, terms: DeskTerms, ticket_id: int, *, to: str | None, by: str, at: datetime) -> Ticket:
    """Give a ticket to somebody, take it (`to` is `by`), hand it over, or let nobody have it (`to` is None).

    Whoever is given it by somebody else is told so. Raises `UnknownTicket`, `TicketRefused` for somebody who is no
    staff of the store, and where he has it already.
    """
    ticket, account = ticket_of(tx, terms.store, ticket_id)
    require_staff(by)
    if to is not None and to not in terms.tickets.staff:
        known = ", ".join(terms.tickets.staff) or "nobody"
        raise TicketRefused("unknown_staff", f"{to} is none of the store's staff ({known})")
    if read_history(tx, ticket).assignee == to:
        raise TicketRefused("same_assignee", f"ticket {ticket.id} is {f'{to}’s' if to else 'nobody’s'} already")
    said = _say(tx, terms, ticket, MessageKind.ASSIGNED, by, at, action="assign", to=to)
    if to is not None and to != by:
        key, owner = f"{terms.store}:ticket:{ticket.id}:assigned:{said.id}", account.owner
        event = TicketAssigned(
            key=key, store=terms.store, at=said.at, owner=owner, ticket_id=ticket.id, to=(to,), by=by
        )
        tx.outbox.add([event])
    return ticket


def confirm_urgent(tx: Tx, terms: DeskTerms, ticket_id: int, *, by: str, at: datetime) -> Ticket:
    """It is urgent: the shortest time runs from now on, never past what was promised already (rule T3).

    Also where nobody asked on the page: a customer can say so on the telephone. Raises `UnknownTicket`,
    `TicketRefused` where it is urgent already, or at an end.
    """
    ticket, account = ticket_of(tx, terms.store, ticket_id)
    require_staff(by)
    history = read_history(tx, ticket)
    if history.state in ENDED:
        raise TicketRefused("at_an_end", f"ticket {ticket.id} is {history.state}: nothing about it is urgent")
    if history.urgency is Urgency.CONFIRMED:
        raise TicketRefused("urgent_already", f"ticket {ticket.id} is urgent already")
    _say(tx, terms, ticket, MessageKind.URGENT_CONFIRMED, by, at, action="urgent")
    _tell_urgency(tx, terms, ticket, account.owner, at, urgent=True)
    return ticket


def refuse_urgent(tx: Tx, terms: DeskTerms, ticket_id: int, *, reason: str, by: str, at: datetime) -> Ticket:
    """It is not urgent, or no longer; the customer reads the reason (rule T3). The price stays what it is.

    Raises `UnknownTicket`, `ImpossibleAmount` for the reason, `TicketRefused` where nobody says that it is urgent.
    """
    ticket, account = ticket_of(tx, terms.store, ticket_id)
    require_staff(by)
    require_text(reason, what="reason", longest=LONGEST_REASON)
    if read_history(tx, ticket).urgency not in (Urgency.ASKED, Urgency.CONFIRMED):
        raise TicketRefused("not_urgent", f"ticket {ticket.id} is not urgent, and nobody has asked for it")
    _say(tx, terms, ticket, MessageKind.URGENT_REFUSED, by, at, action="not-urgent", text=reason.strip())
    _tell_urgency(tx, terms, ticket, account.owner, at, urgent=False)
    return ticket


def set_kind(tx: Tx, terms: DeskTerms, ticket_id: int, kind: TicketKind, *, by: str, at: datetime) -> Ticket:
    """Say what a ticket is about (rule T1). Raises `UnknownTicket`, `TicketRefused` where it is that already."""
    ticket, _ = ticket_of(tx, terms.store, ticket_id)
    require_staff(by)
    if read_history(tx, ticket).kind is kind:
        raise TicketRefused("same_kind", f"ticket {ticket.id} is of that kind already")
    _say(tx, terms, ticket, MessageKind.KIND, by, at, action="kind", kind=kind.value)
    return ticket


def state_of(tx: Tx, ticket: Ticket) -> TicketState:
    """How a ticket stands."""
    now = tx.tickets.now([ticket.id]).get(ticket.id)
    return now.state if now else read_history(tx, ticket).state


def require_not_closed(ticket: Ticket, state: TicketState) -> None:
    """Raises `TicketRefused` for a closed ticket."""
    if state is TicketState.CLOSED:
        raise TicketRefused("closed", f"ticket {ticket.id} is closed: reopen it first, or open another")


def require_settable(tx: Tx, ticket: Ticket, state: TicketState, *, at: datetime) -> None:
    """Raises `TicketRefused` for a state that staff can't name.

    Waiting for approval follows from an offer; no ticket ends while coins are held for it (rule C7), and none is closed
    while something is offered in it: an approval would hold coins in a closed ticket.
    """
    if state is TicketState.WAITING_APPROVAL:
        raise TicketRefused("needs_offer", f"ticket {ticket.id} waits for approval once something is offered in it")
    if state not in ENDED:
        return
    quotes = tx.quotes.of_ticket(ticket.id)
    held = next((quote.id for quote in quotes if quote.state in HOLDING), None)
    if held is not None:
        raise TicketRefused(
            "coins_held", f"ticket {ticket.id} can't end while quote {held} holds coins: settle or release it"
        )
    offered = next((quote.id for quote in quotes if quote.state is QuoteState.OFFERED and not quote.lapsed(at)), None)
    if state is TicketState.CLOSED and offered is not None:
        raise TicketRefused(
            "quote_open", f"ticket {ticket.id}: quote {offered} can still be approved; withdraw quote {offered} first"
        )


def _by_quotes(tx: Tx, ticket: Ticket, at: datetime) -> TicketState:
    """What a ticket's quotes make it where nobody waits for an answer."""
    states = {quote.state for quote in tx.quotes.of_ticket(ticket.id) if not quote.lapsed(at)}
    if QuoteState.STARTED in states:
        return TicketState.IN_WORK
    if QuoteState.APPROVED in states:
        return TicketState.OPEN
    return TicketState.WAITING_APPROVAL if QuoteState.OFFERED in states else TicketState.RESOLVED


def _say(
    tx: Tx,
    terms: DeskTerms,
    ticket: Ticket,
    what: MessageKind,
    by: str,
    at: datetime,
    /,
    *,
    action: str,
    text: str = "",
    **detail: Any,
) -> Message:
    said = tell(tx, terms, ticket.id, Message(at, Author.STAFF, what, text, detail, by))
    note(tx, terms.store, by, action, f"ticket:{ticket.id}", at, **detail)
    return said


def _tell_urgency(tx: Tx, terms: DeskTerms, ticket: Ticket, owner: Owner, at: datetime, *, urgent: bool) -> None:
    key = f"{terms.store}:ticket:{ticket.id}:urgent:{at.timestamp():.3f}"
    event = UrgencyDecided(key=key, store=terms.store, at=at, owner=owner, ticket_id=ticket.id, urgent=urgent)
    tx.outbox.add([event])
