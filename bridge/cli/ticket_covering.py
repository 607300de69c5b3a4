"""`bridge ticket cover`: staff say what a ticket is about, and so whether help in it is free (rules L2, L3, L4)."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from bridge.cli.acting import TicketNumber
from bridge.cli.call import ByOption, Call, StoreOption, command, unclear
from bridge.cli.problems import HIGHEST_NUMBER
from bridge.cli.ticket_acting import Deed, on_ticket

if TYPE_CHECKING:
    from bridge.cli.desk_work import Work
    from bridge.contracts.desk import Tx

app = typer.Typer(rich_markup_mode=None)


@command(app, "cover")
def cover(
    call: Call,
    ticket: TicketNumber,
    licence: Annotated[
        int | None,
        typer.Option(
            "--licence",
            metavar="LICENCE",
            help="It is about this licence of the customer's.",
            min=1,
            max=HIGHEST_NUMBER,
            show_default=False,
        ),
    ] = None,
    product: Annotated[
        str | None,
        typer.Option(
            "--product", metavar="KEY", help="It is about this product of [licences.products].", show_default=False
        ),
    ] = None,
    again: Annotated[
        bool, typer.Option("--again", help="Decide once more, by the licences as they are now, say after a renewal.")
    ] = False,
    by: ByOption = None,
    store: StoreOption = None,
) -> None:
    """Say what a ticket is about, or have it decided anew whether help in it is free.

    With --licence and --product the licences count as they stood when the ticket was opened. The customer sees the
    decision on his page.
    """
    from bridge.locale.entitlement_words import staff_text
    from bridge.services import covering

    given = [name for name, it in (("--licence", licence), ("--product", product), ("--again", again)) if it]
    if len(given) != 1:
        raise unclear(
            "what is it about? Nothing is said" if not given else f"{given[0]} and {given[1]} can't both be had",
            "one of: --licence LICENCE, --product KEY, --again",
        )

    def do(tx: "Tx", work: "Work") -> Any:
        return covering.decide_anew(tx, work.terms, ticket, licence=licence, product=product, by=work.staff, at=work.at)

    def told(found: Any) -> str:
        return f"had it decided anew who pays for help in ticket {ticket}: {staff_text(found)}."

    def also(found: Any) -> dict[str, Any]:
        return {"cover": {**found.detail, "text": staff_text(found)}}

    on_ticket(call, ticket, store, by, Deed(do, told, also=also))
