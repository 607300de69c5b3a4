"""What the shop's pages show, signed and with a version: tickets, quotes, licences, premium time, prices, answers.

As with accounts, what is written twice or late changes nothing. A quote's history is made of its ticket's thread, so
that it says what the thread says (rule C7).
"""

import json
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import Any

from bridge.contracts.answers import Answer
from bridge.contracts.desk import Tx
from bridge.contracts.rights import PriceRow
from bridge.contracts.shop_documents import DocumentRow, DocumentTable
from bridge.contracts.tickets import WaitingMessage
from bridge.domain.accounts import OwnerKind
from bridge.domain.quotes import Quote
from bridge.locale.dates import LANGUAGES, date_text
from bridge.locale.history_words import history_text
from bridge.services.account_pages import PageTerms
from bridge.services.document_parts import NOBODY, OLDER_NAME, document_row, head, shown_part, taken_away, unix
from bridge.services.licence_documents import licence_rows
from bridge.services.premium_documents import agreement_rows, bill_rows
from bridge.services.ticket_documents import message_rows, ticket_rows

THREADS = frozenset({DocumentTable.TICKET, DocumentTable.MESSAGE})
"""A page counts a ticket's messages by the ticket: neither goes without the other."""
FOR_EVER = datetime.min.replace(tzinfo=UTC)
TICKETS_AT_ONCE = 50
MOST_BYTES = 200_000
"""About as much as the messages of a batch may have: whoever asks the desk next waits until they are written."""


@dataclass(frozen=True, slots=True)
class DocumentBatch:
    """Rows of one table to be pushed, and the numbers that the shop will have then, by key.

    What has a number here and no row belongs to nobody who has a page, or nobody was told of it, or it was long ago.
    """

    table: DocumentTable
    rows: tuple[DocumentRow, ...]
    numbers: Mapping[Any, int]


def waiting_documents(
    tx: Tx,
    terms: PageTerms,
    *,
    limit: int,
    skip: Collection[DocumentTable] = (),
    answered_since: datetime = FOR_EVER,
) -> tuple[DocumentBatch, ...]:
    """What the shop does not have in its newest state, at most `limit` a table: answers first, nothing of `skip`.

    Answers from before `answered_since` are not written any more: the shop has forgotten them with the rows that they
    answer, and would keep what a restored desk writes there anew for ever (rule D4).
    """
    kinds: dict[frozenset[DocumentTable], Callable[[Tx, PageTerms, int], Sequence[DocumentBatch]]] = {
        frozenset({DocumentTable.ANSWER}): partial(_answers, since=answered_since),
        frozenset({DocumentTable.QUOTE}): partial(_numbered, table=DocumentTable.QUOTE),
        THREADS: _threads,
        frozenset({DocumentTable.LICENCE}): partial(_numbered, table=DocumentTable.LICENCE),
        frozenset({DocumentTable.AGREEMENT}): partial(_numbered, table=DocumentTable.AGREEMENT),
        frozenset({DocumentTable.BILL}): partial(_numbered, table=DocumentTable.BILL),
        frozenset({DocumentTable.PRICE}): _prices,
    }
    wanted = (waiting for tables, waiting in kinds.items() if not tables & set(skip))
    return tuple(batch for waiting in wanted for batch in waiting(tx, terms, limit) if batch.numbers)


def documents_pushed(tx: Tx, store: str, batch: DocumentBatch) -> None:
    """The shop has these documents."""
    match batch.table:
        case DocumentTable.ANSWER:
            tx.answers.pushed(store, batch.numbers)
        case DocumentTable.MESSAGE:
            tx.tickets.messages_pushed(batch.numbers)
        case DocumentTable.PRICE:
            tx.prices.pushed(store, batch.numbers)
        case numbered:
            shown_part(tx, numbered).pushed(batch.numbers)


def quote_document(tx: Tx, terms: PageTerms, quote: Quote, customer_id: int) -> dict[str, Any]:
    """What a quote's row says.

    Its ticket's number stands in it twice: extensions before 0.5.0 ask for `request`, and leave out an offer without
    it. Nobody could approve then until the vendor has replaced the files in the shop.
    """
    ticket = tx.tickets.get(quote.store, quote.ticket_id)
    offer = quote.offer
    last_day = offer.valid_until.astimezone(terms.zone).date()
    return {
        **head(terms, customer_id, quote.number),
        "quote": quote.id,
        "ticket": quote.ticket_id,
        OLDER_NAME: quote.ticket_id,
        "subject": ticket.subject if ticket else "",
        "kind": quote.kind.value,
        "state": quote.state.value,
        "version": offer.version,
        "coins": offer.coins,
        "text": dict(offer.texts),
        "text_hash": dict(offer.hashes),
        "offered_at": unix(offer.offered_at),
        "valid_until": unix(offer.valid_until),
        "valid_until_text": {language: date_text(last_day, language) for language in LANGUAGES},
        "held": quote.held,
        "spent": quote.spent,
        "history": _history(tx, quote),
    }


def price_document(terms: PageTerms, price: PriceRow) -> dict[str, Any]:
    """What a price's row says."""
    head = {"v": 1, "store": terms.store, "epoch": terms.epoch, "number": price.number}
    return {**json.loads(price.terms), **head, "code": price.code, "listed": price.listed}


def answer_document(terms: PageTerms, answer: Answer) -> dict[str, Any]:
    """What an answer's row says; `document` has its text by language and its data."""
    data = answer.document.get("data", {})
    return {
        **head(terms, answer.customer_id, answer.number),
        "uuid": answer.uuid,
        "received": unix(answer.received_at),
        "outcome": answer.outcome,
        "code": answer.code,
        "text": answer.document.get("text", {}),
        "data": data | ({OLDER_NAME: data["ticket"]} if "ticket" in data else {}),
    }


def _answers(tx: Tx, terms: PageTerms, limit: int, since: datetime) -> list[DocumentBatch]:
    waiting = tx.answers.waiting(terms.store, limit)
    rows = answer_rows(terms, [one for one in waiting if one.received_at >= since])
    return [DocumentBatch(DocumentTable.ANSWER, tuple(rows), {one.uuid: one.number for one in waiting})]


def answer_rows(terms: PageTerms, answers: Sequence[Answer]) -> list[DocumentRow]:
    """The rows of these answers."""
    return [
        document_row(terms, DocumentTable.ANSWER, one.uuid, answer_document(terms, one), one.customer_id, one.number)
        for one in answers
    ]


def quote_rows(tx: Tx, terms: PageTerms, quotes: Sequence[Quote]) -> list[DocumentRow]:
    """The rows of these quotes; those of guests have none, nor have drafts that came to nothing."""
    accounts = tx.accounts.by_ids({quote.account_id for quote in quotes})
    rows = []
    for quote in quotes:
        if not quote.was_offered:
            continue
        owner = accounts[quote.account_id].owner
        match owner.kind:
            case OwnerKind.CUSTOMER if quote.offer.texts:
                document = quote_document(tx, terms, quote, owner.ref)
                rows.append(document_row(terms, DocumentTable.QUOTE, quote.id, document, owner.ref, quote.number))
            case OwnerKind.CUSTOMER | OwnerKind.FORMER:  # erased, or somebody else has the number now
                rows.append(taken_away(terms, DocumentTable.QUOTE, quote.id, quote.number))
            case OwnerKind.GUEST | OwnerKind.VISITOR | OwnerKind.HOLDER:
                pass
    return rows


def price_rows(terms: PageTerms, prices: Sequence[PriceRow]) -> list[DocumentRow]:
    """The rows of these prices."""
    return [
        document_row(terms, DocumentTable.PRICE, one.code, price_document(terms, one), NOBODY, one.number)
        for one in prices
    ]


def numbered_rows(tx: Tx, terms: PageTerms, table: DocumentTable, found: Sequence[Any]) -> list[DocumentRow]:
    """The rows of what stands in a numbered table."""
    return list(_ROWS[table](tx, terms, found))


def _numbered(tx: Tx, terms: PageTerms, limit: int, *, table: DocumentTable) -> list[DocumentBatch]:
    waiting = shown_part(tx, table).waiting(terms.store, limit)
    rows = numbered_rows(tx, terms, table, waiting)
    return [DocumentBatch(table, tuple(rows), {one.id: one.number for one in waiting})]


def _threads(tx: Tx, terms: PageTerms, limit: int) -> list[DocumentBatch]:
    """Messages, and after them the tickets all of whose messages the shop has then."""
    tickets = tx.tickets.waiting(terms.store, min(limit, TICKETS_AT_ONCE))
    if not tickets:
        return []
    messages = tx.tickets.messages_waiting((ticket.id for ticket in tickets), limit)
    rows, taken = _that_fit(message_rows(tx, terms, tickets, messages), messages)
    if taken < len(messages) or taken == limit:  # of the last one there may be more
        unfinished = messages[min(taken, len(messages) - 1)].ticket
        tickets = [ticket for ticket in tickets if ticket.id < unfinished]
    told = {one.key: one.message.version for one in messages[:taken]}
    shown = {ticket.id: ticket.number for ticket in tickets}
    return [
        DocumentBatch(DocumentTable.MESSAGE, rows, told),
        DocumentBatch(DocumentTable.TICKET, tuple(ticket_rows(tx, terms, tickets)), shown),
    ]


def _that_fit(rows: Sequence[DocumentRow], messages: Sequence[WaitingMessage]) -> tuple[tuple[DocumentRow, ...], int]:
    """The first of these rows, as many as may be written at once, and with how many messages that is done."""
    size = 0
    for place, row in enumerate(rows):
        size += len(row.row.payload)
        if place and size > MOST_BYTES:
            done = next(i for i, one in enumerate(messages) if one.key == row.key)
            return tuple(rows[:place]), done
    return tuple(rows), len(messages)


def _prices(tx: Tx, terms: PageTerms, limit: int) -> list[DocumentBatch]:
    waiting = tx.prices.waiting(terms.store, limit)
    rows = price_rows(terms, waiting)
    return [DocumentBatch(DocumentTable.PRICE, tuple(rows), {one.code: one.number for one in waiting})]


def _history(tx: Tx, quote: Quote) -> list[dict[str, Any]]:
    events = []
    for message in tx.tickets.about_quotes(quote.ticket_id):
        if message.detail.get("quote") != quote.id:
            continue
        if text := history_text(message.kind, message.detail, message.text):
            events.append({"at": unix(message.at), "text": text})
    return events


_ROWS: Mapping[DocumentTable, Callable[[Tx, PageTerms, Sequence[Any]], Sequence[DocumentRow]]] = {
    DocumentTable.QUOTE: quote_rows,
    DocumentTable.TICKET: ticket_rows,
    DocumentTable.LICENCE: licence_rows,
    DocumentTable.AGREEMENT: agreement_rows,
    DocumentTable.BILL: bill_rows,
}
"""What makes the rows of each numbered table."""
