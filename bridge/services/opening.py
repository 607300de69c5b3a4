"""Opening a ticket: what a customer wants, in his words, which from then on live in its thread alone (rule D1)."""

from datetime import datetime, timedelta

from bridge.contracts.desk import Tx
from bridge.domain.accounts import Account
from bridge.domain.desk_terms import DeskTerms
from bridge.domain.events import TicketOpened
from bridge.domain.tickets import Author, Message, MessageKind, Ticket
from bridge.errors import QuoteRefused
from bridge.services.offering import draft_from_price

TICKETS_PER_HOUR = 5
"""The most tickets that a customer may open within an hour (rule T12)."""
HOUR = timedelta(hours=1)
OPENING = ("ticket_open", "right_redeem")
"""What customers do on their page to open a ticket."""


def open_ticket(
    tx: Tx,
    terms: DeskTerms,
    account: Account,
    *,
    subject: str,
    text: str,
    at: datetime,
    by: str | None = None,
    price: str | None = None,
    language: str = "en",
    number: int | None = None,
) -> Ticket:
    """Open a ticket; with a price's code, a draft of its quote is made for staff to send (rule C13).

    `by` is the staff member who writes it down, None where it is the customer himself: then staff are told. A frozen
    account can open tickets too (rule C15). The draft names the work in `language`, the customer's. `number` is the
    one that a desk which was lost had given it. Raises `QuoteRefused` for a code that is not on the price list.
    """
    author = Author.CUSTOMER if by is None else Author.STAFF
    ticket = tx.tickets.open(
        terms.store, account.id, subject=subject, at=at, by=author, staff=by, price=price, number=number
    )
    if text:
        tx.tickets.say(ticket.id, Message(at, author, MessageKind.TEXT, text, staff=by))
    if price is not None:
        draft_from_price(tx, terms, ticket, price, at=at, language=language)
    if by is None:
        key = f"{terms.store}:ticket:{ticket.id}:opened"
        opened = TicketOpened(key=key, store=terms.store, at=at, owner=account.owner, ticket_id=ticket.id, price=price)
        tx.outbox.add([opened])
    return ticket


def require_no_flood(tx: Tx, terms: DeskTerms, customer_id: int, *, at: datetime, posted_at: datetime) -> None:
    """Raises `QuoteRefused` where the customer has opened as many tickets within the hour as he may (rule T12).

    `posted_at` is when he asks by the page's clock (see `Answers.pace`).
    """
    opened = tx.answers.pace(terms.store, customer_id, HOUR, received_at=at, posted_at=posted_at, kinds=OPENING)
    if opened >= TICKETS_PER_HOUR:
        raise QuoteRefused("too_many_tickets", f"customer:{customer_id} has opened {opened} tickets in an hour")
