"""What follows from a ticket's history as the desk has it."""

from bridge.contracts.desk import Tx
from bridge.domain.histories import History
from bridge.domain.ticket_history import history_of
from bridge.domain.tickets import Ticket


def read_history(tx: Tx, ticket: Ticket) -> History:
    """Read all that was said and done about a ticket; how it stands follows from that."""
    return history_of(ticket, tx.tickets.history(ticket.id))
