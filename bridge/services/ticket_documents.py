"""A ticket as its customer reads it: what he wants and how it stands, and what was said in it, a message a row.

People's own words stand as they were typed, in no language; what the bridge tells of quotes is said in all of them. Who
of staff wrote is not said, and notes and calls are theirs alone (rule P4). A ticket that staff have written down for
themselves is theirs too, its subject with it, until something in it is for the customer.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from bridge.contracts.desk import Tx
from bridge.contracts.shop_documents import DocumentRow, DocumentTable
from bridge.contracts.threads import KnownReply
from bridge.contracts.tickets import WaitingMessage
from bridge.domain.accounts import Owner, OwnerKind
from bridge.domain.entitlement import Entitlement, Reason, Way
from bridge.domain.files import TicketFile
from bridge.domain.histories import History
from bridge.domain.tickets import Author, Message, MessageKind, Ticket, TicketNow
from bridge.locale.entitlement_words import entitlement_text, ways_on
from bridge.locale.history_words import history_text, redacted_text
from bridge.locale.promise_words import best_effort_text, guaranteed_text
from bridge.services.account_pages import PageTerms
from bridge.services.document_parts import (
    document_row,
    head,
    message_head,
    message_row,
    message_taken_away,
    taken_away,
    unix,
)
from bridge.services.promises import promise_of
from bridge.services.ticket_histories import read_history

AS_TYPED = ""
"""The language of people's own words."""
LEADS_TO = ("progress", "state")
"""What an answer's detail, and its row, say of how the ticket stands after it."""
IN_SHOP = "in_shop"
"""Where an answer's row says in which thread of the shop's own it stands too, and the UUID of one that the desk wrote.

The page has no use for these; they are for a desk that was restored.
"""


def ticket_document(tx: Tx, terms: PageTerms, ticket: Ticket, customer_id: int, messages: int) -> dict[str, Any]:
    """What a ticket's row says; `messages` is how many rows of messages belong to it."""
    now = _now(tx, ticket)
    return {
        **head(terms, customer_id, ticket.number),
        "ticket": ticket.id,
        "subject": ticket.subject,
        "kind": now.kind.value,
        "channel": ticket.channel.value,
        "state": now.state.value,
        "urgency": now.urgency.value,
        "opened_at": unix(ticket.opened_at),
        "price": ticket.price,
        "order": ticket.order_id,
        "product": ticket.product,
        "quotes": [quote.id for quote in tx.quotes.of_ticket(ticket.id) if quote.was_offered],
        "continues": ticket.continues,
        "continued_by": tx.tickets.continued_by(ticket.id),
        "messages": messages,
        "promise": _promise(tx, terms, ticket),
    } | _cover(tx, terms, ticket)


def ticket_rows(tx: Tx, terms: PageTerms, tickets: Sequence[Ticket]) -> list[DocumentRow]:
    """The rows of these tickets; those of guests have none, nor have those that are staff's alone."""
    owners, counts = owners_of(tx, tickets), tx.tickets.counts(ticket.id for ticket in tickets)
    rows = []
    for ticket in tickets:
        owner = owners[ticket.id]
        match owner.kind:
            case OwnerKind.CUSTOMER if ticket.subject:
                messages = counts[ticket.id]
                if not messages and not _is_for_customer(tx, ticket):
                    continue
                document = ticket_document(tx, terms, ticket, owner.ref, messages)
                rows.append(document_row(terms, DocumentTable.TICKET, ticket.id, document, owner.ref, ticket.number))
            case OwnerKind.CUSTOMER | OwnerKind.FORMER:  # erased, or somebody else has the number now
                rows.append(taken_away(terms, DocumentTable.TICKET, ticket.id, ticket.number))
            case OwnerKind.GUEST | OwnerKind.VISITOR | OwnerKind.HOLDER:
                pass
    return rows


def message_rows(
    tx: Tx, terms: PageTerms, tickets: Collection[Ticket], messages: Sequence[WaitingMessage]
) -> list[DocumentRow]:
    """The rows of these messages of those tickets. Of what is on nobody's page any more nothing is left."""
    owners, subjects = owners_of(tx, tickets), {ticket.id: ticket.subject for ticket in tickets}
    files, redacted = _files_of(tx, {one.ticket for one in messages}), _redacted(tx, messages)
    replies = tx.threads.replies_of(one.message.id for one in messages if is_answer(one.message))
    rows = []
    for one in messages:
        owner = owners[one.ticket]
        match owner.kind:
            case OwnerKind.CUSTOMER if subjects[one.ticket]:
                said = {**_message(one.message), "files": files.get(one.message.id, [])}
                if is_answer(one.message):
                    said |= _for_a_restored_desk(one.message, replies.get(one.message.id))
                if one.message.id in redacted:
                    said["text"] = redacted_text()
                document = {**message_head(terms, one.key, owner.ref, one.message.version), **said}
                rows.append(message_row(terms, one.key, document))
            case OwnerKind.CUSTOMER | OwnerKind.FORMER:
                rows.append(message_taken_away(terms, one.key, one.message.version))
            case OwnerKind.GUEST | OwnerKind.VISITOR | OwnerKind.HOLDER:
                pass
    return rows


def owners_of(tx: Tx, tickets: Collection[Ticket]) -> dict[int, Owner]:
    """Whose each of these tickets is."""
    accounts = tx.accounts.by_ids({ticket.account_id for ticket in tickets})
    return {ticket.id: accounts[ticket.account_id].owner for ticket in tickets}


def _now(tx: Tx, ticket: Ticket) -> TicketNow | History:
    """How it stands; of a ticket for which that is not kept yet, by its history."""
    now = tx.tickets.now([ticket.id]).get(ticket.id)
    return now if now and now.policy else read_history(tx, ticket)


def _promise(tx: Tx, terms: PageTerms, ticket: Ticket) -> dict[str, Any]:
    """What was promised at the opening, guarantee and best effort apart, and when an answer is due now (rule T8)."""
    promise = promise_of(tx, ticket)
    opening = promise.opening
    return {
        "guaranteed": _moment(opening.guaranteed, guaranteed_text(opening, terms.zone)),
        "best_effort": _moment(opening.best_effort, best_effort_text(opening, terms.zone)),
        "due": None if promise.due is None else unix(promise.due),
    }


def _cover(tx: Tx, terms: PageTerms, ticket: Ticket) -> dict[str, Any]:
    """How help in it is covered, and where it is not free the ways on (rules L2, L4); nothing if never decided."""
    said = tx.tickets.last_cover(ticket.id)
    if said is None:
        return {}
    cover = Entitlement.of(said.detail)
    facts = {
        "code": cover.way.value,
        "reason": cover.reason.value,
        "licence": cover.licence_id,
        "product": cover.product,
        "text": entitlement_text(cover, terms.licences.names(cover.product or "")),
        "ways": [
            {"code": way.code, "text": dict(way.text), "url": way.url}
            for way in ways_on(cover, terms.licences, terms.plans.buy_url)
        ],
    }
    return {"cover": facts}


def cover_said(document: Mapping[str, Any]) -> Entitlement | None:
    """How help is covered by what a ticket's row says; None where it says nothing of it."""
    facts = document.get("cover")
    if facts is None:
        return None
    return Entitlement(Way(facts["code"]), Reason(facts["reason"]), facts["licence"], facts["product"])


def _moment(at: datetime | None, text: Mapping[str, str]) -> dict[str, Any] | None:
    return None if at is None else {"at": unix(at), "text": dict(text)}


def _is_for_customer(tx: Tx, ticket: Ticket) -> bool:
    """Whether he opened it himself, or he has been offered something in it, though nothing was said."""
    if ticket.opened_by is Author.CUSTOMER:
        return True
    return any(quote.was_offered for quote in tx.quotes.of_ticket(ticket.id))


def _files_of(tx: Tx, tickets: Collection[int]) -> Mapping[int, list[dict[str, Any]]]:
    """The files of these tickets' messages, by the message's id."""
    found: dict[int, list[dict[str, Any]]] = {}
    for ticket in tickets:
        for file in tx.files.of_ticket(ticket):
            found.setdefault(file.message, []).append(_file(file))
    return found


def _redacted(tx: Tx, messages: Sequence[WaitingMessage]) -> Collection[int]:
    """Those of these messages that staff have taken out: their places say so."""
    return tx.tickets.redacted({one.ticket for one in messages if _is_emptied(one.message)})


def _is_emptied(message: Message) -> bool:
    """Whether what somebody wrote may have been taken out: it has no words, and was shown before."""
    return message.kind is MessageKind.TEXT and message.version > 1 and not message.text


def _file(file: TicketFile) -> dict[str, Any]:
    return {"file": file.file, "name": file.name, "size": file.size, "type": file.type}


def _message(message: Message) -> dict[str, Any]:
    typed = message.kind is MessageKind.TEXT
    return {
        "at": unix(message.at),
        "ms": message.at.microsecond // 1_000,
        "by": (message.author if typed else Author.BRIDGE).value,
        "quote": message.detail.get("quote"),
        "verified": message.verified,
        "text": {AS_TYPED: message.text} if typed else _told(message),
    }


def is_answer(message: Message) -> bool:
    """Whether it is what staff wrote to the customer."""
    return message.kind is MessageKind.TEXT and message.author is Author.STAFF


def _for_a_restored_desk(message: Message, reply: KnownReply | None) -> dict[str, Any]:
    said = {name: message.detail[name] for name in LEADS_TO if name in message.detail}
    if reply is not None:
        return said | {IN_SHOP: {"thread": reply.thread_id, "reply": reply.uuid}}
    return said | ({IN_SHOP: {"thread": message.detail["thread"]}} if "thread" in message.detail else {})


def _told(message: Message) -> dict[str, str]:
    """The bridge's sentence, and staff's own words with it. A redeemed right's domain stands in the subject."""
    words = "" if message.kind is MessageKind.REDEEMED else message.text
    return history_text(message.kind, message.detail, words)
