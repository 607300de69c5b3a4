"""What the commands for quotes, inspections and tickets share: arguments, acting, and saying what was moved."""

from typing import TYPE_CHECKING, Annotated

import typer

from bridge.cli.call import Call
from bridge.cli.problems import HIGHEST_NUMBER

if TYPE_CHECKING:
    from collections.abc import Callable

    from bridge.cli.desk_work import Outcome, Work
    from bridge.contracts.desk import Tx
    from bridge.domain.quotes import Quote

MOST_LISTED = 200
"""Quotes or tickets of one store in a list."""

Number = Annotated[
    int, typer.Argument(metavar="QUOTE", help="The quote's number in `bridge quote list`.", min=1, max=HIGHEST_NUMBER)
]
TicketNumber = Annotated[
    int,
    typer.Argument(metavar="TICKET", help="The ticket's number in `bridge ticket list`.", min=1, max=HIGHEST_NUMBER),
]
AlthoughLicensed = Annotated[
    bool,
    typer.Option(
        "--although-licensed", help="Help in the ticket is, or may be, free by a licence, and this goes beyond it."
    ),
]
Words = Annotated[
    str,
    typer.Option("--words", metavar="TEXT", help="What is offered, in words the customer reads before he approves."),
]


def on_quote(
    call: Call,
    number: int,
    store: str | None,
    by: str | None,
    do: "Callable[[Tx, Work], Quote]",
    words: "Callable[[Outcome], str]",
) -> None:
    """Do something to a quote and tell what it moved; `words` say what was done, after the name of who did it."""
    from bridge.cli.desk_work import QUOTE

    _act(call, QUOTE, number, store, by, do, words)


def on_ticket(
    call: Call,
    number: int,
    store: str | None,
    by: str | None,
    do: "Callable[[Tx, Work], Quote]",
    words: "Callable[[Outcome], str]",
) -> None:
    """The same for what makes a quote of a ticket."""
    from bridge.cli.desk_work import TICKET

    _act(call, TICKET, number, store, by, do, words)


def listed(found: int, thing: str) -> str:
    """How many are shown, and whether that is all there is."""
    from bridge.cli.screen import count

    return f"{count(found, thing)}{', the newest of each store' if found >= MOST_LISTED else ''}."


def until_when(done: "Outcome") -> str:
    """Until when it can be approved, and what that would take."""
    from bridge.cli.screen import count, local

    view = done.view
    coins, left = view.quote.offer.coins, view.available
    until = local(view.quote.offer.valid_until, view.store.zone_info)
    owner = str(view.account.owner)
    words = f". {owner[0].upper()}{owner[1:]} of store {view.store.name} can approve it until {until}."
    if left < coins:
        words += f" {count(coins - left, 'coin is', 'coins are')} missing for that: {count(left, 'coin')} can be spent."
    return words


def name_of(done: "Outcome") -> str:
    """What the quote goes by."""
    return f"quote {done.view.quote.id}"


def coins_of(done: "Outcome") -> str:
    """How many coins it asks for."""
    from bridge.cli.screen import count

    return count(done.view.quote.offer.coins, "coin")


def held_words(done: "Outcome") -> str:
    """How many coins are held for it, with the verb."""
    from bridge.cli.screen import count

    return count(done.view.quote.held, "coin is", "coins are")


def _act(
    call: Call,
    what: str,
    number: int,
    store: str | None,
    by: str | None,
    do: "Callable[[Tx, Work], Quote]",
    words: "Callable[[Outcome], str]",
) -> None:
    from bridge.cli.desk_work import Numbered, change_quote, work_on
    from bridge.cli.quotes_shown import outcome_document, outcome_parts

    about = Numbered(what, number)
    with work_on(call.settings(), about, store, by) as (desk, work):
        done = change_quote(desk, work, about, do)
    call.answer(outcome_document(done), lambda: outcome_parts(done, f"{work.staff} {words(done)}"))
