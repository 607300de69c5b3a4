"""How a ticket is shown to staff: how it stands, until when an answer is owed, what belongs to it.

What customers wrote is a stranger's text and can't steer the terminal.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from bridge.cli.customer import named, owner_document
from bridge.cli.quotes_shown import subject_of
from bridge.cli.screen import age, count, grid, local, one_line, styled, table, utc
from bridge.contracts.desk import Tx
from bridge.domain.accounts import Account
from bridge.domain.histories import History
from bridge.domain.quotes import Quote
from bridge.domain.tickets import Channel, Ticket, TicketKind, TicketNow, TicketState, Urgency
from bridge.locale.clock_words import STATES
from bridge.services.coin_moves import account_by_id
from bridge.services.ticket_histories import read_history
from bridge.settings import StoreSettings

KINDS = {TicketKind.PRE_SALES: "pre-sales", TicketKind.SUPPORT: "support", TicketKind.WORK: "work"}
CHANNELS = {
    Channel.PAGE: "on the page",
    Channel.SHOP: "in the shop's own customer service",
    Channel.STAFF: "by staff",
    Channel.CHAT: "in a chat",
}
URGENCIES = {Urgency.ASKED: "asked for, not decided", Urgency.CONFIRMED: "yes", Urgency.REFUSED: "refused"}
SHORT_STATES = {TicketState.WAITING_CUSTOMER: "waiting", TicketState.WAITING_APPROVAL: "approval"}
"""States as a narrow table has them."""


@dataclass(frozen=True, slots=True)
class TicketView:
    """A ticket of a store with what belongs to it, as it stands at a moment."""

    store: StoreSettings
    at: datetime
    ticket: Ticket
    now: TicketNow
    account: Account
    quotes: Sequence[Quote]
    continued_by: int | None = None
    merged_into: int | None = None


def view_of_ticket(tx: Tx, store: StoreSettings, ticket: Ticket, at: datetime) -> TicketView:
    """A ticket with all that belongs to it."""
    history = read_history(tx, ticket)
    now = tx.tickets.now([ticket.id]).get(ticket.id) or _now(history)
    account, quotes = account_by_id(tx, ticket.account_id), tx.quotes.of_ticket(ticket.id)
    continued = tx.tickets.continued_by(ticket.id)
    return TicketView(store, at, ticket, now, account, quotes, continued, history.merged_into)


def views_of_tickets(tx: Tx, store: StoreSettings, tickets: Sequence[Ticket], at: datetime) -> list[TicketView]:
    """Several for a list, without what only one is looked at for."""
    stand = tx.tickets.now(one.id for one in tickets)
    return [
        TicketView(
            store,
            at,
            one,
            stand.get(one.id) or _now(read_history(tx, one)),
            account_by_id(tx, one.account_id),
            tx.quotes.of_ticket(one.id),
        )
        for one in tickets
    ]


def ticket_document(view: TicketView) -> dict[str, Any]:
    """A ticket for programs."""
    ticket, now = view.ticket, view.now
    return {
        "ticket": ticket.id,
        "store": ticket.store,
        "owner": owner_document(view.account.owner),
        "subject": ticket.subject,
        "kind": now.kind.value,
        "channel": ticket.channel.value,
        "language": ticket.language,
        "opened_at": utc(ticket.opened_at),
        "opened_by": ticket.staff or ticket.opened_by.value,
        "state": now.state.value,
        "since": utc(now.since),
        "urgency": now.urgency.value,
        "assignee": now.assignee,
        "standing": now.standing or None,
        "due": utc(now.due),
        "guaranteed": now.guaranteed,
        "order": ticket.order_id,
        "product": ticket.product,
        "price": ticket.price,
        "continues": ticket.continues,
        "continued_by": view.continued_by,
        "merged_into": view.merged_into,
        "quotes": [
            {"quote": one.id, "kind": one.kind.value, "state": one.state.value, "coins": one.offer.coins}
            for one in view.quotes
        ],
    }


def tickets_table(views: Sequence[TicketView]) -> Any:
    """Tickets, a row each."""
    columns = ("Ticket", "Store", "Customer", "State", "Urgent", "Due", "Whose", "Opened", "Price", "Quotes", "Subject")
    cells = [
        (
            view.ticket.id,
            view.ticket.store,
            named(view.account.owner),
            state_word(view.now.state),
            urgent_word(view.now.urgency),
            minute(view.now.due, view.store.zone_info),
            view.now.assignee or "",
            minute(view.ticket.opened_at, view.store.zone_info),
            view.ticket.price or "",
            ", ".join(f"{one.id} {one.state}" for one in view.quotes),
            subject_of(view.ticket),
        )
        for view in views
    ]
    return table(*columns, rows=cells, right=("Ticket",), words=("Subject",))


def ticket_parts(view: TicketView) -> list[Any]:
    """A ticket's facts, for people."""
    store, ticket, now = view.store, view.ticket, view.now
    opened = f"{local(ticket.opened_at, store.zone_info)} by {ticket.staff or ticket.opened_by.value}"
    if ticket.staff is None:
        opened += f" {CHANNELS[ticket.channel]}"
    facts: list[Sequence[object]] = [
        ("Ticket", f"{ticket.id}: {subject_of(ticket)}"),
        ("Customer", f"{view.account.owner} of store {store.name}"),
        ("Opened", opened),
        ("State", f"{STATES[now.state]} since {local(now.since, store.zone_info)}"),
    ]
    if now.urgency is not Urgency.NONE:
        facts.append(("Urgent", styled(URGENCIES[now.urgency], "warning")))
    if now.due is not None:
        facts.append(("Due", _due_words(view)))
    facts.append(("Whose", now.assignee or "nobody's"))
    facts.append(("About", _about(view)))
    facts += [(name, f"ticket {number}") for name, number in _links(view) if number is not None]
    if ticket.price:
        facts.append(("Price", ticket.price))
    if view.account.frozen:
        facts.append(("Frozen", styled(f"since {local(view.account.frozen_at, store.zone_info)}", "wrong")))
    facts += [(f"Quote {one.id}", _quote_words(one)) for one in view.quotes]
    return [grid(facts)]


def state_word(state: TicketState) -> str:
    """A state in one or two words."""
    return SHORT_STATES.get(state) or STATES[state]


def urgent_word(urgency: Urgency) -> str:
    """What a table says of urgency: only what is to be done about it."""
    return {Urgency.CONFIRMED: "yes", Urgency.ASKED: "asked"}.get(urgency, "")


def minute(moment: datetime | None, zone: ZoneInfo) -> str:
    """A moment to the minute as the store's clock shows it; empty for none."""
    return "" if moment is None else f"{moment.astimezone(zone):%Y-%m-%d %H:%M}"


def left_words(due: datetime, at: datetime) -> str:
    """What is left until then: `3 h left`, `2 h late`; by the clock on the wall."""
    left = due - at
    return f"{age(left.total_seconds())} left" if left > timedelta() else f"{age(-left.total_seconds())} late"


def _due_words(view: TicketView) -> Any:
    due, at = view.now.due, view.at
    assert due is not None
    kind = "guaranteed" if view.now.guaranteed else "best effort"
    words = f"{local(due, view.store.zone_info)}, {left_words(due, at)}, {kind}"
    return styled(words, "wrong") if due <= at and view.now.guaranteed else words


def _about(view: TicketView) -> str:
    """Kind, and order and product as the customer names them: nobody has checked these."""
    order = f"order {view.ticket.order_id}" if view.ticket.order_id is not None else ""
    return ", ".join(filter(None, (KINDS[view.now.kind], order, one_line(view.ticket.product))))


def _links(view: TicketView) -> Sequence[tuple[str, int | None]]:
    return (
        ("Goes on with", view.ticket.continues),
        ("Goes on in", view.continued_by),
        ("Joined to", view.merged_into),
    )


def _now(history: History) -> TicketNow:
    """How a ticket stands that was never worked out: what its history says by itself."""
    return TicketNow(history.state, history.since, history.kind, history.urgency, history.assignee)


def _quote_words(quote: Quote) -> str:
    words = f"{quote.kind}, {quote.state}, {count(quote.offer.coins, 'coin')}"
    if quote.held:
        words += f", {quote.held:,} held"
    return words if quote.spent is None else f"{words}, {quote.spent:,} deducted"
