"""How a ticket and its thread are shown to staff.

What customers wrote is a stranger's text: it is indented, line by line, below a line of ours, and can't steer the
terminal. Everything else is told in staff's words, with its exact numbers.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any
from zoneinfo import ZoneInfo

from bridge.cli.customer import named
from bridge.cli.quotes_shown import owner_document, subject_of, words_parts
from bridge.cli.screen import count, grid, line, local, styled, table, utc
from bridge.domain.accounts import Account
from bridge.domain.quotes import Quote
from bridge.domain.tickets import Author, Message, MessageKind, Ticket
from bridge.settings import StoreSettings

Row = tuple[StoreSettings, Ticket, Account, Sequence[Quote]]
"""A ticket of a store, whose it is, and its quotes."""


def ticket_document(row: Row) -> dict[str, Any]:
    """A ticket for programs."""
    _, ticket, account, quotes = row
    return {
        "ticket": ticket.id,
        "store": ticket.store,
        "owner": owner_document(account.owner),
        "subject": ticket.subject,
        "opened_at": utc(ticket.opened_at),
        "opened_by": ticket.staff or ticket.opened_by.value,
        "price": ticket.price,
        "quotes": [
            {"quote": one.id, "kind": one.kind.value, "state": one.state.value, "coins": one.offer.coins}
            for one in quotes
        ],
    }


def tickets_table(rows: Sequence[Row]) -> Any:
    """Tickets, a row each."""
    columns = ("Ticket", "Store", "Customer", "Opened", "By", "Price", "Quotes", "Subject")
    cells = [
        (
            ticket.id,
            ticket.store,
            named(account.owner),
            local(ticket.opened_at, store.zone_info),
            ticket.staff or ticket.opened_by.value,
            ticket.price or "",
            ", ".join(f"{one.id} {one.state}" for one in quotes),
            subject_of(ticket),
        )
        for store, ticket, account, quotes in rows
    ]
    return table(*columns, rows=cells, right=("Ticket",), words=("Subject",))


def ticket_parts(row: Row) -> list[Any]:
    """A ticket's facts, for people."""
    store, ticket, account, quotes = row
    opened = f"{local(ticket.opened_at, store.zone_info)} by {ticket.staff or ticket.opened_by.value}"
    facts: list[Sequence[object]] = [
        ("Ticket", f"{ticket.id}: {subject_of(ticket)}"),
        ("Customer", f"{account.owner} of store {store.name}"),
        ("Opened", opened),
    ]
    if ticket.price:
        facts.append(("Price", ticket.price))
    if account.frozen:
        facts.append(("Frozen", styled(f"since {local(account.frozen_at, store.zone_info)}", "wrong")))
    facts += [(f"Quote {one.id}", _quote_words(one)) for one in quotes]
    return [grid(facts)]


def thread_document(thread: Sequence[Message]) -> list[dict[str, Any]]:
    """A thread for programs."""
    return [
        {
            "at": utc(one.at),
            "author": one.author.value,
            "kind": one.kind.value,
            "staff": one.staff,
            "verified": one.verified,
            "text": one.text,
            "detail": dict(one.detail),
        }
        for one in thread
    ]


def thread_parts(thread: Sequence[Message], zone: ZoneInfo) -> list[Any]:
    """A thread for people: when, who and what; words below."""
    parts: list[Any] = []
    for one in thread:
        parts.append(line(f"{local(one.at, zone)}  {_who(one)}: {_what(one)}"))
        if one.text or one.kind in _PLAIN:
            parts += words_parts(one.text)
    return parts or [line("Nothing yet.")]


def _quote_words(quote: Quote) -> str:
    words = f"{quote.kind}, {quote.state}, {count(quote.offer.coins, 'coin')}"
    if quote.held:
        words += f", {quote.held:,} held"
    return words if quote.spent is None else f"{words}, {quote.spent:,} deducted"


def _who(message: Message) -> str:
    if message.author is Author.CUSTOMER:
        return "customer" if message.verified else "customer (unverified)"
    return message.staff or "bridge"


def _what(message: Message) -> str:
    told = _EVENTS.get(message.kind)
    if told is None:
        return _PLAIN.get(message.kind, str(message.kind))
    quote, version = message.detail.get("quote"), message.detail.get("version")
    about = "" if quote is None else f"quote {quote}" + (f", version {version}, " if version else " ")
    return f"{about}{told(message.detail)}"


def _coins(detail: Mapping[str, Any], name: str = "coins") -> str:
    return count(int(detail.get(name) or 0), "coin")


def _left(detail: Mapping[str, Any]) -> str:
    return f"; {int(detail['available']):,} left to spend" if detail.get("available") is not None else ""


def _deducted(detail: Mapping[str, Any]) -> str:
    return f"settled: {_coins(detail)} deducted, {int(detail.get('released') or 0):,} released{_left(detail)}"


def _released(detail: Mapping[str, Any]) -> str:
    return f"{detail.get('reason') or 'released'}: {_coins(detail)} released{_left(detail)}"


def _infeasible(detail: Mapping[str, Any]) -> str:
    cited = f", as approved in quote {detail['cited']}" if detail.get("cited") else ""
    return f"infeasible ({detail.get('cause')}): {_coins(detail, 'charged')} charged{cited}"


def _voided(detail: Mapping[str, Any]) -> str:
    return f"payment taken back: {_coins(detail)} not held any more, {int(detail.get('held') or 0):,} still held"


def _always(words: str) -> Callable[[Mapping[str, Any]], str]:
    return lambda _: words


_PLAIN: Mapping[MessageKind, str] = {
    MessageKind.TEXT: "wrote",
    MessageKind.NOTE: "note, for staff alone",
    MessageKind.CALL: "telephone call, for staff alone",
}
_EVENTS: Mapping[MessageKind, Callable[[Mapping[str, Any]], str]] = {
    MessageKind.OFFERED: lambda detail: f"offered for {_coins(detail)}",
    MessageKind.WITHDRAWN: _always("withdrawn"),
    MessageKind.APPROVED: lambda detail: f"approved: {_coins(detail)} held{_left(detail)}",
    MessageKind.DECLINED: _always("declined"),
    MessageKind.CANCELLED: _always("approval taken back"),
    MessageKind.STARTED: _always("work started"),
    MessageKind.DEDUCTED: _deducted,
    MessageKind.RELEASED: _released,
    MessageKind.INFEASIBLE: _infeasible,
    MessageKind.VOIDED: _voided,
    MessageKind.EXTENDED: _always("can be approved for longer, because the desk was down"),
    MessageKind.REDEEMED: lambda detail: f"redeemed {detail.get('right')} for",
}
