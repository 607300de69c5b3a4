"""What a customer writes about a ticket of his own, on his page. It costs nothing (rule C12).

Everybody may go on writing, also on a frozen account (rule C15); nobody may write very much in an hour (rule T12).
"""

from datetime import datetime, timedelta

from bridge.contracts.desk import Tx
from bridge.domain.accounts import Account
from bridge.domain.desk_terms import DeskTerms
from bridge.domain.events import TicketReplied
from bridge.domain.tickets import Author, Message, MessageKind, Ticket
from bridge.errors import QuoteRefused

MESSAGES_PER_HOUR = 30
"""The most messages that a customer may write within an hour, in all his tickets (rule T12)."""
HOUR = timedelta(hours=1)
WRITING = ("ticket_open", "ticket_reply")
"""What customers do on their page to write."""


def reply(
    tx: Tx, terms: DeskTerms, account: Account, ticket_id: int, *, text: str, evidence: str, at: datetime
) -> Ticket:
    """Add what he wrote to the thread; staff are told. `evidence` is the UUID of the signed row.

    Raises `QuoteRefused` for a ticket that is not his, or of which nothing is left to write about (rule D4).
    """
    ticket = tx.tickets.get(terms.store, ticket_id)
    if ticket is None or ticket.account_id != account.id or not ticket.subject:
        raise QuoteRefused("unknown_ticket", f"{account.owner} has no ticket {ticket_id}")
    tx.tickets.say(ticket.id, Message(at, Author.CUSTOMER, MessageKind.TEXT, text))
    key = f"{terms.store}:ticket:{ticket.id}:reply:{evidence}"
    tx.outbox.add([TicketReplied(key=key, store=terms.store, at=at, owner=account.owner, ticket_id=ticket.id)])
    return ticket


def require_few_messages(tx: Tx, terms: DeskTerms, customer_id: int, *, at: datetime, posted_at: datetime) -> None:
    """Raises `QuoteRefused` where the customer has written as much within the hour as he may (rule T12).

    `posted_at` is when he sends it by the page's clock (see `Answers.pace`).
    """
    written = tx.answers.pace(terms.store, customer_id, HOUR, received_at=at, posted_at=posted_at, kinds=WRITING)
    if written >= MESSAGES_PER_HOUR:
        raise QuoteRefused("too_many_messages", f"customer:{customer_id} has written {written} messages in an hour")
