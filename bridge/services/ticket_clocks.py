"""What falls due about a ticket: alerts, the lapse of what was offered in it, the end of one that waits (T7, C8, T10).

A promise is one to the customer: that the desk was down while it was broken neither extends it nor keeps it from being
told. Of what fell due meanwhile only the highest step of each clock is told, late.
"""

from datetime import datetime, timedelta

from bridge.contracts.deadlines import Deadline, DeadlineKind
from bridge.contracts.desk import Tx
from bridge.domain.desk_terms import DeskTerms
from bridge.domain.histories import History
from bridge.domain.moments import to_ms
from bridge.domain.quotes import HOLDING, Quote
from bridge.domain.tickets import Author, Message, MessageKind, TicketState
from bridge.services.closing import withdraw_open
from bridge.services.coin_moves import account_by_id
from bridge.services.expiring import lapse_of
from bridge.services.quote_parts import said_of
from bridge.services.ticket_alerts import alert
from bridge.services.ticket_standing import ending_at, read_course, settle, tell

LOOK_AGAIN = timedelta(days=1)
"""When a ticket that can't be ended yet is looked at again."""


def ticket_due(tx: Tx, terms: DeskTerms, ticket_id: int, *, at: datetime) -> None:
    """Do what is due about a ticket, and remember what is next. One that is not there any more is forgotten."""
    ticket = tx.tickets.get(terms.store, ticket_id)
    if ticket is None:
        tx.deadlines.clear([DeadlineKind.TICKET], ticket_id)
        return
    course = read_course(tx, terms, ticket, at=at)
    ending = ending_at(terms, course)
    if ending is not None and ending <= at:
        _end(tx, terms, ticket_id, course.history, at)
        return
    owner = account_by_id(tx, ticket.account_id).owner
    policy = course.policies.current.policy
    alert(tx, terms, ticket, owner, policy, course.clocks, course.history, course.messages, at=at)
    settle(tx, terms, ticket_id, at=at)


def offer_lapsed(tx: Tx, terms: DeskTerms, quote: Quote, *, at: datetime) -> None:
    """Say that an offer can't be approved any more, if that is so: nobody waits for its approval then (rules C8, T10).

    Where the customer's days to answer were over no later, the ticket is resolved by that first, however late it is.
    """
    ticket = tx.tickets.get(terms.store, quote.ticket_id)
    if ticket is None or not quote.lapsed(at):
        return
    course = read_course(tx, terms, ticket, at=at)
    ending = ending_at(terms, course)
    if ending is not None and ending <= lapse_of(quote):
        _end(tx, terms, ticket.id, course.history, at)
    tell(tx, terms, ticket.id, said_of(quote, MessageKind.LAPSED, at))
    tx.quotes.touch([quote.id])


def _end(tx: Tx, terms: DeskTerms, ticket_id: int, history: History, at: datetime) -> None:
    """Resolve what has waited, close what was resolved; not while coins are held for it: staff are to end that first.

    Of such a ticket the reminder of old holds tells (rule C7). What is offered in a ticket that is closed is withdrawn:
    an approval would hold coins in it. Since when nobody has said anything is said with it: after a restore what was
    said meanwhile may come only later.
    """
    quotes = tx.quotes.of_ticket(ticket_id)
    if any(quote.state in HOLDING for quote in quotes):
        settle(tx, terms, ticket_id, at=at)
        tx.deadlines.set([Deadline(DeadlineKind.TICKET, ticket_id, terms.store, at + LOOK_AGAIN)])
        return
    new = TicketState.CLOSED if history.state is TicketState.RESOLVED else TicketState.RESOLVED
    if new is TicketState.CLOSED:
        withdraw_open(tx, quotes, at=at)
    detail = {"state": new.value, "because": "silence", "since": to_ms(history.since)}
    tell(tx, terms, ticket_id, Message(at, Author.BRIDGE, MessageKind.STATE, detail=detail))
