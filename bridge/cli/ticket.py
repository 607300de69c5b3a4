"""`bridge ticket ...`: what customers want, and the thread about it. Nothing here costs a coin (rules C12, P4)."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from bridge.cli.acting import MOST_LISTED, TicketNumber, listed
from bridge.cli.call import ByOption, Call, EachStoreOption, StoreOption, command, group
from bridge.cli.customer import Customer

if TYPE_CHECKING:
    from bridge.cli.desk_work import Work
    from bridge.contracts.desk import Tx
    from bridge.domain.accounts import Owner
    from bridge.domain.tickets import Ticket
    from bridge.settings import Settings, StoreSettings

app = group("ticket", "Tickets: what customers want, and what was said about it.")

Text = Annotated[str, typer.Option("--text", metavar="TEXT", help="What is said.")]


@command(app, "list")
def list_tickets(
    call: Call,
    store: EachStoreOption = None,
    customer: Annotated[
        str | None,
        typer.Option("--customer", metavar="CUSTOMER", help="Only those of this customer.", show_default=False),
    ] = None,
) -> None:
    """List tickets, newest first."""
    from bridge.cli.call import one_store
    from bridge.cli.customer import owner_of
    from bridge.cli.screen import line
    from bridge.cli.session import the_desk
    from bridge.cli.tickets_shown import ticket_document, tickets_table
    from bridge.services.staff_coins import require_account

    settings = call.settings()
    owner = owner_of(customer) if customer is not None else None
    stores = [one_store(settings, store)] if store or owner else list(settings.stores.values())

    def found(tx: "Tx") -> list[Any]:
        if owner is not None:
            mine = tx.tickets.of_account(require_account(tx, stores[0].name, owner).id)[::-1]
            return [_row(tx, stores[0], one) for one in mine[:MOST_LISTED]]
        return [_row(tx, one, ticket) for one in stores for ticket in tx.tickets.latest(one.name, MOST_LISTED)]

    with the_desk(settings) as desk:
        rows = desk.look(found)
    call.answer(
        {"tickets": [ticket_document(row) for row in rows]},
        lambda: (
            [
                tickets_table(rows),
                line(),
                line(f"{listed(len(rows), 'ticket')} More about one: bridge ticket show TICKET"),
            ]
            if rows
            else [line("No tickets.")]
        ),
    )


@command(app, "show")
def show(call: Call, ticket: TicketNumber, store: StoreOption = None) -> None:
    """Show a ticket and everything that was said and done about it."""
    from bridge.cli.desk_work import TICKET, Numbered, store_of
    from bridge.cli.screen import line
    from bridge.cli.session import the_desk
    from bridge.cli.tickets_shown import thread_document, thread_parts, ticket_document, ticket_parts

    settings = call.settings()

    def read(tx: "Tx") -> tuple[Any, Any]:
        found = tx.tickets.get(chosen.name, ticket)
        assert found is not None, "it was there a moment ago, and tickets are never deleted"
        return _row(tx, chosen, found), tx.tickets.thread(ticket)

    with the_desk(settings) as desk:
        chosen = store_of(settings, desk, Numbered(TICKET, ticket), store)
        row, thread = desk.look(read)
    call.answer(
        ticket_document(row) | {"thread": thread_document(thread)},
        lambda: [*ticket_parts(row), line(), *thread_parts(thread, chosen.zone_info)],
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
    by: ByOption = None,
    store: StoreOption = None,
) -> None:
    """Open a ticket in a customer's name, free of coins.

    A customer whom the desk does not know yet is looked up in the shop.
    """
    from bridge.cli.call import one_store, staff_name
    from bridge.cli.customer import owner_of
    from bridge.cli.desk_work import ways_on
    from bridge.cli.screen import line
    from bridge.cli.session import CLOCK, the_desk
    from bridge.cli.tickets_shown import ticket_document, ticket_parts
    from bridge.engine.setup import StoreSetup
    from bridge.services import tickets

    settings = call.settings()
    chosen, owner, at = one_store(settings, store), owner_of(customer), CLOCK.now()
    who, terms = staff_name(chosen, by), StoreSetup.of(chosen).desk_terms

    def opened(tx: "Tx") -> Any:
        made = tickets.open_for(
            tx, terms, owner, subject=subject, text=text, by=who, at=at, price=price, in_shop=in_shop
        )
        return _row(tx, chosen, made)

    with the_desk(settings) as desk, ways_on(chosen.name, owner):
        known = bool(desk.look(lambda tx: tx.accounts.of_owners(chosen.name, [owner])))
        in_shop = not known and _in_shop(settings, chosen, owner)
        row = desk.run(opened)
    _, made, _, quotes = row
    words = [f"{who} opened ticket {made.id} for {owner} of store {chosen.name}."]
    words += [f"Draft {one.id} waits: bridge quote reissue {one.id} sends it as it is." for one in quotes]
    call.answer(
        ticket_document(row) | {"by": who},
        lambda: [line(" ".join(words)), line(), *ticket_parts(row)],
    )


@command(app, "reply")
def reply(call: Call, ticket: TicketNumber, text: Text, by: ByOption = None, store: StoreOption = None) -> None:
    """Answer a ticket in words, free of coins.

    The customer reads them on his page, and gets a mail that says so. Where his page can't show them yet, the mail
    waits, and the answer says why.
    """
    from bridge.services import tickets
    from bridge.services.threads_shown import told_unread

    def do(tx: "Tx", work: "Work") -> str:
        tickets.reply(tx, work.terms, ticket, text=text, by=work.staff, at=work.at)
        return told_unread(tx, work.store.name)

    def words(who: str, unread: object) -> str:
        reads = f"Warning: {unread}" if unread else "The customer reads it on his page."
        return f"{who} replied to ticket {ticket}; no coin was moved. {reads}"

    _say(call, ticket, store, by, do, words, also=lambda unread: {"warning": unread} if unread else {})


@command(app, "log-call")
def log_call(call: Call, ticket: TicketNumber, text: Text, by: ByOption = None, store: StoreOption = None) -> None:
    """Write down a telephone call about a ticket, for staff alone and free of coins."""
    from bridge.services import tickets

    def do(tx: "Tx", work: "Work") -> bool:
        return tickets.log_call(tx, work.terms, ticket, text=text, by=work.staff, at=work.at)

    def words(who: str, in_plan: object) -> str:
        plan = "" if in_plan else " The customer's plan has no telephone support: offer it as premium time (rule P4)."
        return f"{who} logged a call on ticket {ticket}; no coin was moved.{plan}"

    _say(call, ticket, store, by, do, words)


def _say(
    call: Call, number: int, store: str | None, by: str | None, do: Any, words: Any, also: Any = lambda _: {}
) -> None:
    """Add to a thread and show it; `also` is what programs are told besides."""
    from bridge.cli.desk_work import TICKET, Numbered, work_on
    from bridge.cli.screen import line
    from bridge.cli.tickets_shown import thread_document, thread_parts, ticket_document, ticket_parts

    def action(tx: "Tx") -> tuple[object, Any, Any]:
        said = do(tx, work)
        found = tx.tickets.get(work.store.name, number)
        assert found is not None, "something was just said in it"
        return said, _row(tx, work.store, found), tx.tickets.thread(number)

    with work_on(call.settings(), Numbered(TICKET, number), store, by) as (desk, work):
        said, row, thread = desk.run(action)
    call.answer(
        ticket_document(row) | {"by": work.staff, "said": thread_document(thread[-1:])[0]} | also(said),
        lambda: [
            line(words(work.staff, said)),
            line(),
            *ticket_parts(row),
            line(),
            *thread_parts(thread, work.store.zone_info),
        ],
    )


def _row(tx: "Tx", store: "StoreSettings", ticket: "Ticket") -> Any:
    from bridge.services.coin_moves import account_by_id

    return store, ticket, account_by_id(tx, ticket.account_id), tx.quotes.of_ticket(ticket.id)


def _in_shop(settings: "Settings", store: "StoreSettings", owner: "Owner") -> bool:
    """Whether the shop has that customer. Raises `ShopError` where it can't be asked."""
    import asyncio

    from bridge.cli.session import plugins_of, the_shop
    from bridge.domain.accounts import OwnerKind

    async def ask() -> bool:
        async with the_shop(plugins_of(settings), store) as shop:
            return owner.ref in await shop.customers([owner.ref])

    return owner.kind is OwnerKind.CUSTOMER and asyncio.run(ask())
