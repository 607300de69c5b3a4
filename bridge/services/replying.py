"""What a customer writes about a ticket of his own, on his page. It costs nothing (rule C12).

Everybody may go on writing, also on a frozen account (rule C15); nobody may write very much in an hour (rule T12). A
message opens a resolved ticket again; one about a closed ticket is a new ticket, and both say so (rule T10). What is
written about that closed ticket later goes to the one that goes on with it.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import NamedTuple

from bridge.contracts.desk import Tx
from bridge.domain.accounts import Account
from bridge.domain.desk_terms import DeskTerms
from bridge.domain.entitlement import Entitlement
from bridge.domain.events import TicketReplied
from bridge.domain.tickets import Author, Message, MessageKind, Ticket, TicketState
from bridge.errors import QuoteRefused
from bridge.services.covering import covered_by_licence
from bridge.services.opening import Wish, open_ticket
from bridge.services.ticket_histories import read_history
from bridge.services.ticket_standing import tell

HOUR = timedelta(hours=1)
WRITING = ("ticket_open", "ticket_reply", "request_open", "request_reply")
"""What customers do on their page to write."""


class Written(NamedTuple):
    """The ticket that has what a customer wrote, and whether it was opened for that."""

    ticket: Ticket
    opened: bool = False


def reply(
    tx: Tx,
    terms: DeskTerms,
    account: Account,
    ticket_id: int,
    *,
    text: str,
    evidence: str,
    at: datetime,
    require_no_flood: Callable[[], None],
    language: str = "en",
    number: int | None = None,
    cover: Entitlement | None = None,
) -> Written:
    """Add what he wrote to the thread; staff are told. `evidence` is the UUID of the signed row.

    Returns the ticket that has it: where that one was merged into another, the other; where it is closed, the one that
    goes on with it, else a new one in his `language`. `number` is the ticket in which he was told that it is, before a
    restore: that has it again, also where silence has closed it since, or is opened under that number, with the `cover`
    of then. Raises
    `QuoteRefused` for a ticket that is not his, or of which nothing is left to write about (rule D4), and what
    `require_no_flood` does, which is asked before one is opened.
    """
    followed = goes_on(tx, terms.store, account.id, ticket_id)
    if followed is None:
        raise QuoteRefused("unknown_ticket", f"account:{account.id} has no ticket {ticket_id}")
    ticket, state = followed
    before = None if number is None else _his(tx, terms.store, account.id, number)
    if before is not None and read_history(tx, before).merged_into is None:
        ticket = before
    elif state is TicketState.CLOSED:
        require_no_flood()
        wish = Wish(ticket.kind, ticket.order_id, ticket.product, licence=covered_by_licence(tx, ticket))
        following = open_ticket(
            tx,
            terms,
            account,
            subject=ticket.subject,
            text=text,
            at=at,
            language=language,
            number=number,
            wish=wish,
            continues=ticket,
            cover=cover,
        )
        return Written(following, opened=True)
    tell(tx, terms, ticket.id, Message(at, Author.CUSTOMER, MessageKind.TEXT, text))
    tell_replied(tx, account, ticket, f"reply:{evidence}", at=at)
    return Written(ticket)


def tell_replied(tx: Tx, account: Account, ticket: Ticket, what: str, *, at: datetime) -> None:
    """Tell that a customer has written about a ticket: who has taken it, else everybody; `what` says by which words."""
    now = tx.tickets.now([ticket.id]).get(ticket.id)
    told = TicketReplied(
        key=f"{ticket.store}:ticket:{ticket.id}:{what}",
        store=ticket.store,
        at=at,
        owner=account.owner,
        ticket_id=ticket.id,
        to=(now.assignee,) if now is not None and now.assignee else (),
    )
    tx.outbox.add([told])


def require_few_messages(tx: Tx, terms: DeskTerms, customer_id: int, *, at: datetime, posted_at: datetime) -> None:
    """Raises `QuoteRefused` where the customer has written as much within the hour as he may (rule T12).

    `posted_at` is when he sends it by the page's clock (see `Answers.pace`).
    """
    written = tx.answers.pace(terms.store, customer_id, HOUR, received_at=at, posted_at=posted_at, kinds=WRITING)
    if written >= terms.tickets.messages_per_hour:
        raise QuoteRefused("too_many_messages", f"customer:{customer_id} has written {written} messages in an hour")


def goes_on(tx: Tx, store: str, account_id: int, ticket_id: int) -> tuple[Ticket, TicketState] | None:
    """The ticket that goes on with this one of an account today, and its state; None where it has no such ticket.

    That is the one that it was merged into, or that continues it since it was closed, and so on to the last.
    """
    last = _his(tx, store, account_id, ticket_id)
    if last is None:
        return None
    seen: set[int] = set()
    while True:
        seen.add(last.id)
        now = tx.tickets.now([last.id]).get(last.id)
        if now is not None and now.state is not TicketState.CLOSED:
            return last, now.state
        history = read_history(tx, last)
        following = history.merged_into or tx.tickets.continued_by(last.id)
        found = None if following is None or following in seen else _his(tx, store, account_id, following)
        if found is None:
            return last, history.state
        last = found


def _his(tx: Tx, store: str, account_id: int, ticket_id: int) -> Ticket | None:
    """A ticket of that account of which words are left."""
    ticket = tx.tickets.get(store, ticket_id)
    return ticket if ticket is not None and ticket.account_id == account_id and ticket.subject else None
