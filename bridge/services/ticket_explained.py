"""Why a ticket is due when it is, read from the desk (rule T9). Nothing is written for it."""

from datetime import datetime

from bridge.contracts.desk import Tx
from bridge.domain.desk_terms import DeskTerms
from bridge.domain.explaining import Explanation, explain
from bridge.domain.ticket_history import history_of
from bridge.domain.tickets import Ticket
from bridge.services.policies import policies_known
from bridge.services.ticket_standing import unsaid_standings


def explain_ticket(tx: Tx, terms: DeskTerms, ticket: Ticket, *, at: datetime) -> Explanation:
    """Explain every due time of a ticket as of a moment, or of its newest message where that is later.

    What the daemon has yet to write down, that its plan is another now, is taken as said. May raise `NeverServed`.
    """
    messages = tx.tickets.history(ticket.id)
    at = max([at, *(one.at for one in messages[-1:])])
    messages += unsaid_standings(tx, terms, ticket, history_of(ticket, messages), at)
    return explain(ticket, history_of(ticket, messages), policies_known(tx, terms, at=at), at)
