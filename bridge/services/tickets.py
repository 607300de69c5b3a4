"""What staff do in tickets: open one for a customer, answer it in words, write down a call.

All of it is free: no entry of the ledger can come from here (rules C12, P4). Words live in the thread alone; the audit
trail has numbers (rule D1).
"""

from datetime import datetime

from bridge.contracts.desk import Tx
from bridge.domain.accounts import Account, Owner, OwnerKind
from bridge.domain.desk_terms import DeskTerms
from bridge.domain.events import TicketAnswered
from bridge.domain.rights import RightKind
from bridge.domain.tickets import Author, Message, MessageKind, Ticket
from bridge.errors import UnknownAccount
from bridge.services.coin_moves import note
from bridge.services.opening import open_ticket
from bridge.services.quote_parts import ticket_of
from bridge.services.staff_words import require_staff, require_text
from bridge.services.standing import plan_of

MOST_SUBJECT = 200
MOST_TEXT = 4_000
"""Characters, as many as a customer's own page allows."""


def open_for(
    tx: Tx,
    terms: DeskTerms,
    owner: Owner,
    *,
    subject: str,
    text: str,
    by: str,
    at: datetime,
    price: str | None = None,
    in_shop: bool = False,
) -> Ticket:
    """Open a ticket in a customer's name, also for a frozen account (rule C15); a price's code makes a draft (C13).

    Everybody with a shop account can have tickets (rule T1): `in_shop` says that the shop knows him, so that his
    account is opened where he has none. Raises `UnknownAccount`, also for guests and former customers, who have no
    page to decide on; `ImpossibleAmount` for words that say nothing or too much, `QuoteRefused` for a code that is not
    on the price list.
    """
    if owner.kind is not OwnerKind.CUSTOMER:
        raise UnknownAccount(
            f"{terms.store}: {owner} has no account in the shop, so nobody could decide about an offer"
        )
    require_staff(by)
    require_text(subject, what="subject", longest=MOST_SUBJECT)
    if text:
        require_text(text, what="text", longest=MOST_TEXT)
    account = tx.accounts.of_owners(terms.store, [owner]).get(owner)
    if account is None and not in_shop:
        raise UnknownAccount(f"{terms.store}: {owner} has no account")
    account = account or tx.accounts.open(terms.store, [owner])[owner]
    ticket = open_ticket(tx, terms, account, subject=subject.strip(), text=text.strip(), at=at, by=by, price=price)
    note(tx, terms.store, by, "open", f"ticket:{ticket.id}", at, price=price or "")
    return ticket


def reply(tx: Tx, terms: DeskTerms, ticket_id: int, *, text: str, by: str, at: datetime) -> Ticket:
    """Answer in words, free of coins (rule C12); the customer is told that there is an answer.

    Raises `UnknownTicket`, `ImpossibleAmount` for the words.
    """
    ticket, account = ticket_of(tx, terms.store, ticket_id)
    _add(tx, terms, ticket, MessageKind.TEXT, text, by, at, action="reply")
    key = f"{terms.store}:ticket:{ticket.id}:answer:{at.timestamp():.3f}"
    tx.outbox.add([TicketAnswered(key=key, store=terms.store, at=at, owner=account.owner, ticket_id=ticket.id)])
    return ticket


def log_call(tx: Tx, terms: DeskTerms, ticket_id: int, *, text: str, by: str, at: datetime) -> bool:
    """Write down a telephone call for staff alone, free of coins; returns whether his plan has the telephone (rule P4).

    Raises `UnknownTicket`, `ImpossibleAmount` for the words.
    """
    ticket, account = ticket_of(tx, terms.store, ticket_id)
    _add(tx, terms, ticket, MessageKind.CALL, text, by, at, action="log-call")
    return has_telephone(tx, terms, account, at)


def has_telephone(tx: Tx, terms: DeskTerms, account: Account, at: datetime) -> bool:
    """Whether the plan in force carries the telephone (rules P1, P4)."""
    rights = terms.rights.of_plan(plan_of(tx, terms, account.id, at))
    return any(right.kind is RightKind.TELEPHONE for right in rights)


def _add(
    tx: Tx, terms: DeskTerms, ticket: Ticket, kind: MessageKind, text: str, by: str, at: datetime, *, action: str
) -> None:
    require_staff(by)
    require_text(text, what="text", longest=MOST_TEXT)
    tx.tickets.say(ticket.id, Message(at, Author.STAFF, kind, text.strip(), staff=by))
    note(tx, terms.store, by, action, f"ticket:{ticket.id}", at)
