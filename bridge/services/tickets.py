"""What staff say in tickets: open one for a customer, answer it in words, write down a note or a call.

All of it is free: no entry of the ledger can come from here (rules C12, P4). Words live in the thread alone; the audit
trail has numbers (rule D1). A premium number that staff write is left out (rule W2).
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from types import MappingProxyType
from typing import Any

from bridge.contracts.desk import Tx
from bridge.domain.accounts import Account, Owner, OwnerKind
from bridge.domain.desk_terms import DeskTerms
from bridge.domain.events import TicketAnswered
from bridge.domain.files import NamedFile
from bridge.domain.rights import RightKind
from bridge.domain.tickets import Author, Message, MessageKind, Ticket, TicketState
from bridge.errors import TicketRefused, UnknownAccount
from bridge.services.chat_answering import answer_in_chat
from bridge.services.coin_moves import note
from bridge.services.covering import require_licence_of
from bridge.services.files import attach
from bridge.services.opening import NOTHING_SPECIAL, Wish, open_ticket
from bridge.services.quote_parts import ticket_of
from bridge.services.staff_words import require_staff, require_text
from bridge.services.standing import plan_of
from bridge.services.threads import answer_in_shop
from bridge.services.ticket_decisions import require_not_closed, require_settable, state_of
from bridge.services.ticket_standing import tell

MOST_SUBJECT = 200
MOST_TEXT = 4_000
"""Characters, as many as a customer's own page allows."""
NO_DETAIL: Mapping[str, Any] = MappingProxyType({})


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
    wish: Wish = NOTHING_SPECIAL,
) -> Ticket:
    """Open a ticket in a customer's name, also for a frozen account (rule C15); a price's code makes a draft (C13).

    Everybody with a shop account can have tickets (rule T1): `in_shop` says that the shop knows him, so that his
    account is opened where he has none. Raises `UnknownAccount`, also for guests and former customers, who have no
    page to decide on; `ImpossibleAmount` for words that say nothing or too much, `QuoteRefused` for a code that is not
    on the price list, `TicketRefused` for a licence that is not his.
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
    if wish.licence is not None:
        require_licence_of(tx, terms, account, wish.licence)
    ticket = open_ticket(
        tx,
        terms,
        account,
        subject=terms.premium.hide_numbers(subject).strip(),
        text=terms.premium.hide_numbers(text).strip(),
        at=at,
        by=by,
        price=price,
        language=terms.languages[0],
        wish=wish,
    )
    note(tx, terms.store, by, "open", f"ticket:{ticket.id}", at, price=price or "")
    return ticket


def reply(
    tx: Tx,
    terms: DeskTerms,
    ticket_id: int,
    *,
    text: str,
    by: str,
    at: datetime,
    progress: bool = False,
    state: TicketState | None = None,
    files: Sequence[tuple[NamedFile, str]] = (),
) -> Ticket:
    """Answer in words, free of coins (rule C12); the customer is told that there is an answer.

    `files` go with it, with their types; their contents are kept already.

    Then it is his turn, but where it is only told how the work goes on (`progress`), or a `state` is named. What is
    added to a resolved ticket leaves it resolved. Raises `UnknownTicket`, `ImpossibleAmount` for the words,
    `TicketRefused` for a closed ticket and for a state that no answer leads to, `QuoteRefused` for too many files.
    """
    ticket, account = ticket_of(tx, terms.store, ticket_id)
    before = state_of(tx, ticket)
    require_not_closed(ticket, before)
    if state is not None:
        require_settable(tx, ticket, state, at=at)
    elif before is TicketState.RESOLVED and not progress:
        state = TicketState.RESOLVED
    if state is not None and progress:
        raise TicketRefused("progress_and_state", "progress leaves the ticket as it is: name a state, or progress")
    detail: dict[str, Any] = {"progress": True} if progress else {}
    if state is not None:
        detail["state"] = state.value
    said = _add(tx, terms, ticket, MessageKind.TEXT, text, by, at, action="reply", detail=detail)
    attach(tx, terms, account, ticket.id, files, at=at)
    answer_in_shop(tx, terms.store, ticket.id, said)
    answer_in_chat(tx, terms, ticket.id, said, files, by=by, at=at)
    key = f"{terms.store}:ticket:{ticket.id}:answer:{at.timestamp():.3f}"
    tx.outbox.add([TicketAnswered(key=key, store=terms.store, at=said.at, owner=account.owner, ticket_id=ticket.id)])
    return ticket


def write_note(tx: Tx, terms: DeskTerms, ticket_id: int, *, text: str, by: str, at: datetime) -> Ticket:
    """Write down something for staff alone: it answers nothing (rule T6). Raises as `log_call`."""
    ticket, _ = ticket_of(tx, terms.store, ticket_id)
    _add(tx, terms, ticket, MessageKind.NOTE, text, by, at, action="note")
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
    tx: Tx,
    terms: DeskTerms,
    ticket: Ticket,
    kind: MessageKind,
    text: str,
    by: str,
    at: datetime,
    *,
    action: str,
    detail: Mapping[str, Any] = NO_DETAIL,
) -> Message:
    require_staff(by)
    require_text(text, what="text", longest=MOST_TEXT)
    said = tell(tx, terms, ticket.id, Message(at, Author.STAFF, kind, text.strip(), detail, staff=by))
    note(tx, terms.store, by, action, f"ticket:{ticket.id}", at, **detail)
    return said
