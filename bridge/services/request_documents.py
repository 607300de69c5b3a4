"""A request as its customer reads it: what he wants, and the end of the thread about it.

People's own words stand as they were typed, in no language; what the bridge tells of quotes is said in all of them. Who
of staff wrote is not said, and notes and calls are theirs alone (rule P4). A request that staff have written down for
themselves is theirs too, its subject with it, until something in it is for the customer.
"""

from collections.abc import Sequence
from typing import Any

from bridge.contracts.desk import Tx
from bridge.contracts.shop_documents import DocumentRow, DocumentTable
from bridge.contracts.shop_rows import canonical_json
from bridge.domain.accounts import OwnerKind
from bridge.domain.requests import Author, Message, MessageKind, Request
from bridge.locale.history_words import history_text
from bridge.services.account_pages import PageTerms
from bridge.services.document_parts import document_row, head, taken_away, unix

MOST_MESSAGES = 50
"""How many messages are shown, the last ones."""
MOST_BYTES = 200_000
"""About as much as a row may have: of very long messages fewer are shown. The newest always is."""
AS_TYPED = ""
"""The language of people's own words."""


def request_document(tx: Tx, terms: PageTerms, request: Request, customer_id: int) -> dict[str, Any]:
    """What a request's row says; `earlier` is how many older messages it leaves out."""
    last, earlier = tx.requests.last_shown(request.id, MOST_MESSAGES)
    told = [_message(one) for one in last]
    shown = _that_fit(told)
    return {
        **head(terms, customer_id, request.number),
        "request": request.id,
        "subject": request.subject,
        "opened_at": unix(request.opened_at),
        "price": request.price,
        "quotes": [quote.id for quote in tx.quotes.of_request(request.id) if quote.was_offered],
        "earlier": earlier + len(told) - len(shown),
        "messages": shown,
    }


def request_rows(tx: Tx, terms: PageTerms, requests: Sequence[Request]) -> list[DocumentRow]:
    """The rows of these requests; those of guests have none, nor have those that are staff's alone."""
    accounts = tx.accounts.by_ids({request.account_id for request in requests})
    rows = []
    for request in requests:
        owner = accounts[request.account_id].owner
        match owner.kind:
            case OwnerKind.CUSTOMER if request.subject:
                if not _is_for_customer(tx, request):
                    continue
                document = request_document(tx, terms, request, owner.ref)
                rows.append(document_row(terms, DocumentTable.REQUEST, request.id, document, owner.ref, request.number))
            case OwnerKind.CUSTOMER | OwnerKind.FORMER:  # erased, or somebody else has the number now
                rows.append(taken_away(terms, DocumentTable.REQUEST, request.id, request.number))
            case OwnerKind.GUEST:
                pass
    return rows


def _is_for_customer(tx: Tx, request: Request) -> bool:
    """Whether he opened it himself, or something stands in it that he is shown: a message or an offer."""
    if request.opened_by is Author.CUSTOMER or tx.requests.last_shown(request.id, 1)[0]:
        return True
    return any(quote.was_offered for quote in tx.quotes.of_request(request.id))


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
