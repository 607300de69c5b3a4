"""The end of quotes with their ticket, and of both when nobody is left whose they are (rules T10, D2).

It is said in their histories as every other end is, so that how they stand still follows from these alone (rule T9).
Nobody is told of it besides.
"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from typing import Any

from bridge.contracts.deadlines import DeadlineKind
from bridge.contracts.desk import Tx
from bridge.domain.quotes import HOLDING, Quote, QuoteState
from bridge.domain.ticket_history import history_of
from bridge.domain.tickets import Author, Message, MessageKind, Ticket, TicketState
from bridge.services import expiring
from bridge.services.coin_moves import spendable
from bridge.services.native_parts import STATUS_OF
from bridge.services.quote_parts import said_of

ERASED = "erased"
"""Why: its customer was."""


def close_for_good(tx: Tx, tickets: Iterable[Ticket], quotes: Iterable[Quote], *, at: datetime) -> None:
    """End these quotes, which hold nothing, and then these tickets: they wait in no queue, and no clock of theirs runs.

    Nobody is left to decide about an offer, or to wait for work that a chargeback has left without coins.
    """
    for quote in quotes:
        if quote.state in HOLDING:
            expiring.disarm_quote(tx, quote)
            tx.quotes.save(replace(quote, state=QuoteState.RELEASED))
            left = spendable(tx, quote.account_id, at)
            nothing: dict[str, Any] = {"coins": 0, "lost": 0, "reason": ERASED, "cause": None}
            said = said_of(quote, MessageKind.RELEASED, at, available=left, **nothing)
            tx.tickets.say(quote.ticket_id, said)
        else:
            _withdraw(tx, quote, at)
    for ticket in tickets:
        _close(tx, ticket, at)


def withdraw_open(tx: Tx, quotes: Iterable[Quote], *, at: datetime) -> None:
    """Take back what of these quotes could still be approved, and drafts; what has lapsed needs no taking back."""
    for quote in quotes:
        if not quote.lapsed(at):
            _withdraw(tx, quote, at)


def _withdraw(tx: Tx, quote: Quote, at: datetime) -> None:
    if quote.state not in (QuoteState.DRAFT, QuoteState.OFFERED):
        return
    expiring.disarm_quote(tx, quote)
    tx.quotes.save(replace(quote, state=QuoteState.WITHDRAWN))
    if quote.state is QuoteState.OFFERED:  # of a draft the history has nothing either
        tx.tickets.say(quote.ticket_id, said_of(quote, MessageKind.WITHDRAWN, at))


def _close(tx: Tx, ticket: Ticket, at: datetime) -> None:
    messages = tx.tickets.history(ticket.id)
    if history_of(ticket, messages).state is not TicketState.CLOSED:
        detail = {"state": TicketState.CLOSED.value, "because": ERASED}
        messages.append(tx.tickets.say(ticket.id, Message(at, Author.BRIDGE, MessageKind.STATE, detail=detail)))
    tx.threads.want(ticket.id, STATUS_OF[TicketState.CLOSED])
    tx.deadlines.clear([DeadlineKind.TICKET], ticket.id)
    if (now := tx.tickets.now([ticket.id]).get(ticket.id)) is not None:
        history = history_of(ticket, messages)
        tx.tickets.save_now(
            ticket.id, replace(now, state=history.state, since=history.since, due=None, guaranteed=False)
        )
