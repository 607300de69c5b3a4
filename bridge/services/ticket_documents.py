"""A ticket as its customer reads it: what he wants, and the end of the thread about it.

People's own words stand as they were typed, in no language; what the bridge tells of quotes is said in all of them. Who
of staff wrote is not said, and notes and calls are theirs alone (rule P4). A ticket that staff have written down for
themselves is theirs too, its subject with it, until something in it is for the customer.
"""

from collections.abc import Sequence
from typing import Any

from bridge.contracts.desk import Tx
from bridge.contracts.shop_documents import DocumentRow, DocumentTable
from bridge.contracts.shop_rows import canonical_json
from bridge.domain.accounts import OwnerKind
from bridge.domain.tickets import Author, Message, MessageKind, Ticket
from bridge.locale.history_words import history_text
from bridge.services.account_pages import PageTerms
from bridge.services.document_parts import document_row, head, taken_away, unix

MOST_MESSAGES = 50
"""How many messages are shown, the last ones."""
MOST_BYTES = 200_000
"""About as much as a row may have: of very long messages fewer are shown. The newest always is."""
AS_TYPED = ""
"""The language of people's own words."""


def ticket_document(tx: Tx, terms: PageTerms, ticket: Ticket, customer_id: int) -> dict[str, Any]:
    """What a ticket's row says; `earlier` is how many older messages it leaves out."""
    last, earlier = tx.tickets.last_shown(ticket.id, MOST_MESSAGES)
    told = [_message(one) for one in last]
    shown = _that_fit(told)
    return {
        **head(terms, customer_id, ticket.number),
        "ticket": ticket.id,
        "subject": ticket.subject,
        "opened_at": unix(ticket.opened_at),
        "price": ticket.price,
        "quotes": [quote.id for quote in tx.quotes.of_ticket(ticket.id) if quote.was_offered],
        "earlier": earlier + len(told) - len(shown),
        "messages": shown,
    }


def ticket_rows(tx: Tx, terms: PageTerms, tickets: Sequence[Ticket]) -> list[DocumentRow]:
    """The rows of these tickets; those of guests have none, nor have those that are staff's alone."""
    accounts = tx.accounts.by_ids({ticket.account_id for ticket in tickets})
    rows = []
    for ticket in tickets:
        owner = accounts[ticket.account_id].owner
        match owner.kind:
            case OwnerKind.CUSTOMER if ticket.subject:
                if not _is_for_customer(tx, ticket):
                    continue
                document = ticket_document(tx, terms, ticket, owner.ref)
                rows.append(document_row(terms, DocumentTable.TICKET, ticket.id, document, owner.ref, ticket.number))
            case OwnerKind.CUSTOMER | OwnerKind.FORMER:  # erased, or somebody else has the number now
                rows.append(taken_away(terms, DocumentTable.TICKET, ticket.id, ticket.number))
            case OwnerKind.GUEST:
                pass
    return rows


def _is_for_customer(tx: Tx, ticket: Ticket) -> bool:
    """Whether he opened it himself, or something stands in it that he is shown: a message or an offer."""
    if ticket.opened_by is Author.CUSTOMER or tx.tickets.last_shown(ticket.id, 1)[0]:
        return True
    return any(quote.was_offered for quote in tx.quotes.of_ticket(ticket.id))


def _message(message: Message) -> dict[str, Any]:
    typed = message.kind is MessageKind.TEXT
    return {
        "at": unix(message.at),
        "by": (message.author if typed else Author.BRIDGE).value,
        "quote": message.detail.get("quote"),
        "verified": message.verified,
        "text": {AS_TYPED: message.text} if typed else _told(message),
    }


def _told(message: Message) -> dict[str, str]:
    """The bridge's sentence, and staff's own words with it. A redeemed right's domain stands in the subject."""
    words = "" if message.kind is MessageKind.REDEEMED else message.text
    return history_text(message.kind, message.detail, words)


def _that_fit(messages: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """The newest of them, as many as may stand in a row."""
    room, first = MOST_BYTES, len(messages)
    for message in reversed(messages):
        room -= len(canonical_json(message))
        if room < 0 and first < len(messages):
            break
        first -= 1
    return list(messages[first:])
