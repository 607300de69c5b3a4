"""`bridge queue`: what waits for staff, in the order in which it is to be answered (rule T2)."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from bridge.cli.call import Call, EachStoreOption, command

if TYPE_CHECKING:
    from bridge.contracts.desk import Tx
    from bridge.settings import StoreSettings

MOST_ROWS = 1_000


def register(app: typer.Typer) -> None:
    """Add the command."""
    command(app, "queue")(queue)


def queue(
    call: Call,
    store: EachStoreOption = None,
    limit: Annotated[
        int, typer.Option("--limit", metavar="TICKETS", help="How many of each store at most.", min=1, max=MOST_ROWS)
    ] = 20,
    after: Annotated[
        str | None,
        typer.Option(
            "--after", metavar="PLACE", help="Go on after a page: its last line says how.", show_default=False
        ),
    ] = None,
) -> None:
    """Show the tickets that wait for staff, in the order in which they are to be answered, and why.

    Who has a plan that is served today comes first, then the other plans, licences alone, and all others; among these
    what is confirmed as urgent, then what is due first, then what waits longest.
    """
    from bridge.cli.call import meant_stores
    from bridge.cli.queue_shown import QueuePage, cursor_of, page_document, page_parts
    from bridge.cli.screen import line
    from bridge.cli.session import CLOCK, the_desk
    from bridge.engine.setup import StoreSetup
    from bridge.services.coin_moves import account_by_id
    from bridge.services.queue import queue_page

    settings, at = call.settings(), CLOCK.now()
    stores = meant_stores(settings, store, only_one=bool(after))
    cursor = cursor_of(after) if after is not None else None

    def page(tx: "Tx", one: "StoreSettings") -> Any:
        rows, following = queue_page(tx, StoreSetup.of(one).desk_terms, at=at, after=cursor, limit=limit)
        owners = [account_by_id(tx, row.ticket.account_id).owner for row in rows]
        return QueuePage(one, at, rows, owners, following)

    with the_desk(settings) as desk:
        pages = [desk.look(page, one) for one in stores]
    call.answer(
        {"stores": [page_document(one) for one in pages]},
        lambda: [
            part
            for number, one in enumerate(pages)
            for part in (*([line()] if number else []), *page_parts(one, limit))
        ],
    )
