"""What happens to a ticket when its deadline falls due: alerts, and the end of a ticket that waits (rules T7, T10).

A promise is one to the customer: that the desk was down while it was broken neither extends it nor keeps it from being
told. Of what fell due meanwhile only the highest step of each clock is told, late.
"""

from datetime import datetime, timedelta

from bridge.contracts.coin_desk import Deadline, DeadlineKind
from bridge.contracts.desk import Tx
from bridge.domain.desk_terms import DeskTerms
from bridge.domain.quotes import HOLDING
from bridge.domain.tickets import Author, Message, MessageKind, TicketState
from bridge.services.coin_moves import account_by_id
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
        _end(tx, terms, ticket_id, course.history.state, at)
        return
    owner = account_by_id(tx, ticket.account_id).owner
    policy = course.policies.current.policy
    alert(tx, terms, ticket, owner, policy, course.clocks, course.history, course.messages, at=at)
    settle(tx, terms, ticket_id, at=at)


def _end(tx: Tx, terms: DeskTerms, ticket_id: int, state: TicketState, at: datetime) -> None:
    """Resolve what has waited, close what was resolved; not while coins are held for it: staff are to end that first.

    Of such a ticket the reminder of old holds tells (rule C7).
    """
    if any(quote.state in HOLDING for quote in tx.quotes.of_ticket(ticket_id)):
        settle(tx, terms, ticket_id, at=at)
        tx.deadlines.set([Deadline(DeadlineKind.TICKET, ticket_id, terms.store, at + LOOK_AGAIN)])
        return
    new = TicketState.CLOSED if state is TicketState.RESOLVED else TicketState.RESOLVED
    detail = {"state": new.value, "because": "silence"}
    tell(tx, terms, ticket_id, Message(at, Author.BRIDGE, MessageKind.STATE, detail=detail))
