"""`bridge ticket ...`: what customers want, and the thread about it. Nothing here costs a coin (rules C12, P4).

Here are the commands that look, and the one that opens; what is said and decided is beside, in modules of their own.
"""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from bridge.cli import ticket_covering, ticket_deciding, ticket_redacting, ticket_saying
from bridge.cli.acting import MOST_LISTED, TicketNumber, listed
from bridge.cli.call import ByOption, Call, EachStoreOption, StoreOption, command, group
from bridge.cli.customer import Customer
from bridge.cli.problems import HIGHEST_NUMBER

if TYPE_CHECKING:
    from bridge.cli.tickets_shown import TicketView
    from bridge.contracts.desk import Tx

app = group("ticket", "Tickets: what customers want, and what was said about it.")


@command(app, "list")
def list_tickets(
    call: Call,
    store: EachStoreOption = None,
    customer: Annotated[
        str | None,
        typer.Option("--customer", metavar="CUSTOMER", help="Only those of this customer.", show_default=False),
    ] = None,
) -> None:
    """List tickets, newest first. What waits for staff, in the order in which it is to be answered: bridge queue."""
    from bridge.cli.call import meant_stores
    from bridge.cli.customer import owner_of
    from bridge.cli.screen import line
    from bridge.cli.session import CLOCK, the_desk
    from bridge.cli.tickets_shown import ticket_document, tickets_table, views_of_tickets
    from bridge.services.staff_coins import require_account

    settings, at = call.settings(), CLOCK.now()
    owner = owner_of(customer) if customer is not None else None
    stores = meant_stores(settings, store, only_one=bool(owner))

    def found(tx: "Tx") -> "list[TicketView]":
        if owner is not None:
            mine = tx.tickets.of_account(require_account(tx, stores[0].name, owner).id)[::-1]
            return views_of_tickets(tx, stores[0], mine[:MOST_LISTED], at)
        return [
            view for one in stores for view in views_of_tickets(tx, one, tx.tickets.latest(one.name, MOST_LISTED), at)
        ]

    with the_desk(settings) as desk:
        views = desk.look(found)
    call.answer(
        {"tickets": [ticket_document(view) for view in views]},
        lambda: (
            [
                tickets_table(views),
                line(),
                line(f"{listed(len(views), 'ticket')} More about one: bridge ticket show TICKET"),
            ]
            if views
            else [line("No tickets.")]
        ),
    )


@command(app, "show")
def show(call: Call, ticket: TicketNumber, store: StoreOption = None) -> None:
    """Show a ticket and everything that was said and done about it, and who pays for the help.

    What people wrote has its number in parentheses.
    """
    from bridge.cli.cover_shown import cover_document, cover_parts, view_of_cover
    from bridge.cli.desk_work import TICKET, Numbered, store_of
    from bridge.cli.screen import line
    from bridge.cli.session import CLOCK, the_desk
    from bridge.cli.threads_shown import thread_document, thread_parts
    from bridge.cli.tickets_shown import ticket_document, ticket_parts, view_of_ticket

    settings, at = call.settings(), CLOCK.now()

    def read(tx: "Tx") -> tuple[Any, Any, Any, Any]:
        found = tx.tickets.get(chosen.name, ticket)
        assert found is not None, "it was there a moment ago, and tickets are never deleted"
        help_in_it = view_of_cover(tx, chosen, found, at)
        return view_of_ticket(tx, chosen, found, at), help_in_it, tx.tickets.thread(ticket), tx.files.of_ticket(ticket)

    with the_desk(settings) as desk:
        chosen = store_of(settings, desk, Numbered(TICKET, ticket), store)
        view, covered, thread, files = desk.look(read)
    call.answer(
        ticket_document(view) | cover_document(covered) | {"thread": thread_document(thread, files)},
        lambda: [*ticket_parts(view), *cover_parts(covered), line(), *thread_parts(thread, chosen, files)],
    )


@command(app, "open")
def open_ticket(
    call: Call,
    customer: Customer,
    subject: Annotated[
        str, typer.Option("--subject", metavar="TEXT", help="What it is about, in a line the customer reads.")
    ],
    text: Annotated[
        str, typer.Option("--text", metavar="TEXT", help="What the customer wants, in more words.", show_default=False)
    ] = "",
    price: Annotated[
        str | None,
        typer.Option(
            "--price",
            metavar="CODE",
            help="A price of the list: makes a draft of its quote, which you send.",
            show_default=False,
        ),
    ] = None,
    kind: Annotated[
        str, typer.Option("--kind", metavar="KIND", help="What it is about: pre-sales, support or work.")
    ] = "support",
    licence: Annotated[
        int | None,
        typer.Option(
            "--licence",
            metavar="LICENCE",
            help="The licence of the customer's that it is about: help is free if it is active.",
            min=1,
            max=HIGHEST_NUMBER,
            show_default=False,
        ),
    ] = None,
    by: ByOption = None,
    store: StoreOption = None,
) -> None:
    """Open a ticket in a customer's name, free of coins.

    A customer whom the desk does not know yet is looked up in the shop.
    """
    from bridge.cli.call import one_store, staff_name
    from bridge.cli.customer import owner_of
    from bridge.cli.desk_work import ways_on
    from bridge.cli.in_shop import is_new_in_shop
    from bridge.cli.screen import line
    from bridge.cli.session import CLOCK, the_desk
    from bridge.cli.ticket_deciding import kind_named
    from bridge.cli.tickets_shown import ticket_document, ticket_parts, view_of_ticket
    from bridge.engine.setup import StoreSetup
    from bridge.services import tickets
    from bridge.services.opening import Wish

    settings = call.settings()
    chosen, owner, at = one_store(settings, store), owner_of(customer), CLOCK.now()
    who, terms, wish = staff_name(chosen, by), StoreSetup.of(chosen).desk_terms, Wish(kind_named(kind), licence=licence)

    def opened(tx: "Tx") -> "TicketView":
        made = tickets.open_for(
            tx, terms, owner, subject=subject, text=text, by=who, at=at, price=price, in_shop=in_shop, wish=wish
        )
        return view_of_ticket(tx, chosen, made, at)

    with the_desk(settings) as desk, ways_on(chosen.name, owner):
        in_shop = is_new_in_shop(settings, desk, chosen, owner)
        view = desk.run(opened)
    words = [f"{who} opened ticket {view.ticket.id} for {owner} of store {chosen.name}."]
    words += [f"Draft {one.id} waits: bridge quote reissue {one.id} sends it as it is." for one in view.quotes]
    call.answer(
        ticket_document(view) | {"by": who},
        lambda: [line(" ".join(words)), line(), *ticket_parts(view)],
    )


@command(app, "explain")
def explain(call: Call, ticket: TicketNumber, store: StoreOption = None) -> None:
    """Explain why an answer is due when it is: what was promised, every stretch, what happens next (rule T9)."""
    from bridge.cli.desk_work import TICKET, Numbered, store_of
    from bridge.cli.screen import line
    from bridge.cli.session import CLOCK, the_desk
    from bridge.domain.explanation_document import explanation_document
    from bridge.engine.setup import StoreSetup
    from bridge.locale.clock_words import explanation_lines
    from bridge.services.ticket_explained import explain_ticket

    settings, at = call.settings(), CLOCK.now()

    def read(tx: "Tx") -> Any:
        found = tx.tickets.get(chosen.name, ticket)
        assert found is not None, "it was there a moment ago, and tickets are never deleted"
        return explain_ticket(tx, StoreSetup.of(chosen).desk_terms, found, at=at)

    with the_desk(settings) as desk:
        chosen = store_of(settings, desk, Numbered(TICKET, ticket), store)
        found = desk.look(read)
    call.answer(
        explanation_document(found),
        lambda: [line(one) for one in explanation_lines(found, chosen.zone_info, chosen.plan_names)],
    )


@command(app, "file")
def file(
    call: Call,
    ticket: TicketNumber,
    number: Annotated[
        int, typer.Argument(metavar="FILE", help="The file's number in `bridge ticket show`.", min=1, max=100_000)
    ],
    to: Annotated[
        Path, typer.Option("--to", metavar="PATH", help="Where to save it: a new file, readable by you alone.")
    ],
    store: StoreOption = None,
) -> None:
    """Save a file of a ticket. Its name and content are its sender's: open it with care."""
    from bridge.cli.desk_work import TICKET, Numbered, store_of
    from bridge.cli.files import OutputFile
    from bridge.cli.screen import count, line, one_line
    from bridge.cli.session import the_desk
    from bridge.cli.ticket_files import content_of, file_of

    settings = call.settings()
    with OutputFile(to) as out, the_desk(settings) as desk:
        chosen = store_of(settings, desk, Numbered(TICKET, ticket), store)
        found = file_of(desk, ticket, number)
        out.file.write(content_of(desk, chosen.name, found))
        out.publish()
    call.answer(
        {"file": found.file, "name": found.name, "type": found.type, "size": found.size, "to": str(out.target)},
        lambda: [line(f"{one_line(found.name)} ({found.type}, {count(found.size, 'byte')}) is now {out.target}.")],
    )


@command(app, "macros")
def macros(call: Call, store: EachStoreOption = None) -> None:
    """List the canned answers. One is sent with: bridge ticket reply TICKET --macro KEY"""
    from bridge.cli.call import meant_stores
    from bridge.cli.screen import line, one_line, table

    settings = call.settings()
    stores = meant_stores(settings, store)
    found = [(one, key, dict(macro.text)) for one in stores for key, macro in one.macros.items()]
    rows = [(one.name, key, language, one_line(text)) for one, key, texts in found for language, text in texts.items()]
    call.answer(
        {"macros": [{"store": one.name, "macro": key, "text": texts} for one, key, texts in found]},
        lambda: (
            [table("Store", "Macro", "Language", "Text", rows=rows, words=("Text",))]
            if rows
            else [line("No canned answers: [macros.KEY] in a store's file has them.")]
        ),
    )


app.add_typer(ticket_saying.app)
app.add_typer(ticket_deciding.app)
app.add_typer(ticket_covering.app)
app.add_typer(ticket_redacting.app)
