"""`bridge quote ...`: offers to do work for coins, from the offer to the deduction (rules C7 to C11)."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from bridge.cli.acting import (
    MOST_LISTED,
    AlthoughLicensed,
    Number,
    TicketNumber,
    Words,
    coins_of,
    held_words,
    listed,
    name_of,
    on_quote,
    on_ticket,
    until_when,
)
from bridge.cli.call import ByOption, Call, EachStoreOption, StoreOption, command, group
from bridge.domain.quotes import Cause, QuoteState

if TYPE_CHECKING:
    from bridge.cli.desk_work import Outcome, Work
    from bridge.contracts.desk import Tx
    from bridge.domain.quotes import Quote

app = group("quote", "Quotes: work offered for coins, approved by the customer, settled by staff.")


@command(app, "list")
def list_quotes(
    call: Call,
    store: EachStoreOption = None,
    customer: Annotated[
        str | None,
        typer.Option(
            "--customer",
            metavar="CUSTOMER",
            help="All quotes of this customer, also those that are at an end.",
            show_default=False,
        ),
    ] = None,
) -> None:
    """List the quotes that are not at an end, newest first."""
    from bridge.cli.call import meant_stores
    from bridge.cli.customer import owner_of
    from bridge.cli.desk_work import view_of
    from bridge.cli.quotes_shown import quote_document, quotes_table
    from bridge.cli.screen import line
    from bridge.cli.session import CLOCK, the_desk
    from bridge.services.staff_coins import require_account

    settings, at = call.settings(), CLOCK.now()
    owner = owner_of(customer) if customer is not None else None
    stores = meant_stores(settings, store, only_one=bool(owner))

    def found(tx: "Tx") -> list[Any]:
        if owner is not None:
            quotes = tx.quotes.of_account(require_account(tx, stores[0].name, owner).id)[::-1]
            return [view_of(tx, stores[0], quote, at) for quote in quotes[:MOST_LISTED]]
        return [view_of(tx, one, quote, at) for one in stores for quote in tx.quotes.open(one.name, MOST_LISTED)]

    with the_desk(settings) as desk:
        views = desk.look(found)
    call.answer(
        {"quotes": [quote_document(view) for view in views]},
        lambda: (
            [
                quotes_table(views, ended=owner is not None),
                line(),
                line(f"{listed(len(views), 'quote')} More about one: bridge quote show QUOTE"),
            ]
            if views
            else [line("No quotes.")]
        ),
    )


@command(app, "show")
def show(call: Call, quote: Number, store: StoreOption = None) -> None:
    """Show one quote: its words, every version, the customer's decisions and what became of it."""
    from bridge.cli import quotes_shown as shown
    from bridge.cli.desk_work import QUOTE, Numbered, store_of, view_of
    from bridge.cli.screen import line
    from bridge.cli.session import CLOCK, the_desk
    from bridge.cli.threads_shown import thread_document, thread_parts

    settings, at = call.settings(), CLOCK.now()
    about = Numbered(QUOTE, quote)

    def read(tx: "Tx") -> tuple[Any, ...]:
        found = tx.quotes.get(chosen.name, quote)
        assert found is not None, "it was there a moment ago, and quotes are never deleted"
        offers = [tx.quotes.offer_of(quote, version) for version in range(1, found.offer.version + 1)]
        thread = [one for one in tx.tickets.about_quotes(found.ticket_id) if one.detail.get("quote") == quote]
        return view_of(tx, chosen, found, at), [one for one in offers if one], tx.quotes.decisions(quote), thread

    with the_desk(settings) as desk:
        chosen = store_of(settings, desk, about, store)
        view, offers, decisions, thread = desk.look(read)
    document = shown.quote_document(view) | {
        "versions": shown.offers_document(offers),
        "decisions": shown.decisions_document(decisions),
        "history": thread_document(thread),
    }
    call.answer(
        document,
        lambda: [
            *shown.quote_parts(view),
            *shown.offers_parts(offers),
            *(shown.decisions_parts(view, decisions) if decisions else []),
            line(),
            line("History"),
            *thread_parts(thread, chosen),
        ],
    )


@command(app, "offer")
def offer(
    call: Call,
    ticket: TicketNumber,
    coins: Annotated[int, typer.Option("--coins", metavar="COINS", help="How many coins the work costs at most.")],
    words: Words,
    right: Annotated[
        str | None,
        typer.Option(
            "--right",
            metavar="KEY",
            help="The kind of work among the store's rights that the customer's plan lists.",
            show_default=False,
        ),
    ] = None,
    possible: Annotated[
        bool, typer.Option("--possible", help="You have seen that it can be done: for work that no plan lists.")
    ] = False,
    although_licensed: AlthoughLicensed = False,
    by: ByOption = None,
    store: StoreOption = None,
) -> None:
    """Offer to do a ticket's work for a number of coins.

    Nothing is held before the customer approves on his page, and never more than this is deducted.
    """
    from bridge.services import offering

    def do(tx: "Tx", work: "Work") -> "Quote":
        return offering.offer(
            tx,
            work.terms,
            ticket,
            coins=coins,
            words=words,
            by=work.staff,
            at=work.at,
            right=right,
            possible=possible,
            although_licensed=although_licensed,
        )

    def told(done: "Outcome") -> str:
        return f"offered to do ticket {ticket} for {coins_of(done)}: {name_of(done)}{until_when(done)}"

    on_ticket(call, ticket, store, by, do, told)


@command(app, "revise")
def revise(
    call: Call,
    quote: Number,
    coins: Annotated[
        int | None,
        typer.Option(
            "--coins", metavar="COINS", help="Another number of coins. Default: as it is.", show_default=False
        ),
    ] = None,
    words: Annotated[
        str | None,
        typer.Option("--words", metavar="TEXT", help="Other words. Default: as they are.", show_default=False),
    ] = None,
    by: ByOption = None,
    store: StoreOption = None,
) -> None:
    """Offer a quote anew with other coins or other words.

    It becomes a new version: what was approved is void, what was held is released. A draft is sent.
    """
    from bridge.cli.call import unclear
    from bridge.services import offering
    from bridge.services.quote_parts import quote_of

    if coins is None and words is None:
        raise unclear("say what changes: --coins or --words", f"to send it as it is: bridge quote reissue {quote}")

    def do(tx: "Tx", work: "Work") -> "Quote":
        offer = quote_of(tx, work.store.name, quote)[0].offer
        return offering.revise(
            tx,
            work.terms,
            quote,
            coins=offer.coins if coins is None else coins,
            words=offer.words if words is None else words,
            by=work.staff,
            at=work.at,
        )

    on_quote(call, quote, store, by, do, lambda done: f"revised {name_of(done)}: {coins_of(done)}{until_when(done)}")


@command(app, "withdraw")
def withdraw(call: Call, quote: Number, by: ByOption = None, store: StoreOption = None) -> None:
    """Take back an offer that nobody has approved."""
    from bridge.services import offering

    def do(tx: "Tx", work: "Work") -> "Quote":
        return offering.withdraw(tx, work.terms, quote, by=work.staff, at=work.at)

    on_quote(call, quote, store, by, do, lambda done: f"withdrew {name_of(done)}; nothing was held for it.")


@command(app, "reissue")
def reissue(call: Call, quote: Number, by: ByOption = None, store: StoreOption = None) -> None:
    """Offer the same once more, valid from now; or send a draft.

    For a quote that has lapsed, or was declined, withdrawn or released.
    """
    from bridge.services import offering

    def do(tx: "Tx", work: "Work") -> "Quote":
        return offering.reissue(tx, work.terms, quote, by=work.staff, at=work.at)

    def told(done: "Outcome") -> str:
        again = "" if done.before is not None and done.before.state is QuoteState.DRAFT else " once more"
        return f"offered {name_of(done)}{again}: {coins_of(done)}{until_when(done)}"

    on_quote(call, quote, store, by, do, told)


@command(app, "start")
def start(call: Call, quote: Number, by: ByOption = None, store: StoreOption = None) -> None:
    """Mark the approved work as started: from now on it can't be cancelled or revised."""
    from bridge.services import working

    def do(tx: "Tx", work: "Work") -> "Quote":
        return working.start(tx, work.terms, quote, by=work.staff, at=work.at)

    on_quote(
        call, quote, store, by, do, lambda done: f"started the work of {name_of(done)}; {held_words(done)} held for it."
    )


@command(app, "settle")
def settle(
    call: Call,
    quote: Number,
    spent: Annotated[int, typer.Option("--spent", metavar="COINS", help="How many coins the work took.")],
    by: ByOption = None,
    store: StoreOption = None,
) -> None:
    """Deduct what the work took, at most what is held; the rest is released."""
    from bridge.services import working

    def do(tx: "Tx", work: "Work") -> "Quote":
        return working.settle(tx, work.terms, quote, spent=spent, by=work.staff, at=work.at)

    on_quote(call, quote, store, by, do, lambda done: f"settled {name_of(done)}.")


@command(app, "release")
def release(
    call: Call,
    quote: Number,
    reason: Annotated[str, typer.Option("--reason", metavar="TEXT", help="Why, in words the customer may read.")],
    vendor: Annotated[
        bool,
        typer.Option("--vendor", help="You caused it: coins that ended or were revoked while held are granted anew."),
    ] = False,
    by: ByOption = None,
    store: StoreOption = None,
) -> None:
    """Give back everything that is held: the work will not be done."""
    from bridge.services import working

    def do(tx: "Tx", work: "Work") -> "Quote":
        return working.release(tx, work.terms, quote, reason=reason, by=work.staff, at=work.at, vendor=vendor)

    on_quote(call, quote, store, by, do, lambda done: f"released {name_of(done)}.")


@command(app, "infeasible")
def infeasible(
    call: Call,
    quote: Number,
    cause: Annotated[
        Cause, typer.Option("--cause", help="What it fails on; vendor is your own fault, which costs nothing.")
    ],
    words: Annotated[
        str,
        typer.Option(
            "--words",
            metavar="TEXT",
            help="More about it, for the customer; required for --cause other.",
            show_default=False,
        ),
    ] = "",
    by: ByOption = None,
    store: StoreOption = None,
) -> None:
    """End an approved inspection, or approved work, because it can't be done.

    An inspection costs exactly its price then. Of work everything is released, but for the price of an inspection that
    was approved for the same ticket and not charged yet.
    """
    from bridge.services import working

    def do(tx: "Tx", work: "Work") -> "Quote":
        return working.infeasible(tx, work.terms, quote, cause=cause, by=work.staff, at=work.at, words=words)

    on_quote(call, quote, store, by, do, lambda done: f"ended {name_of(done)} as infeasible ({cause.value}).")
