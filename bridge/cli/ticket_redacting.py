"""`bridge ticket redact`: one message is taken out of a ticket for good (rules D1, D2)."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from bridge.cli.acting import TicketNumber
from bridge.cli.call import ByOption, Call, StoreOption, command
from bridge.cli.problems import HIGHEST_NUMBER
from bridge.cli.ticket_acting import Deed, on_ticket

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bridge.cli.desk_work import Work
    from bridge.contracts.desk import Tx
    from bridge.services.redacting import Redacted

app = typer.Typer(rich_markup_mode=None)


@command(app, "redact")
def redact(
    call: Call,
    ticket: TicketNumber,
    message: Annotated[
        int,
        typer.Argument(
            metavar="MESSAGE", help="The message's number in `bridge ticket show`.", min=1, max=HIGHEST_NUMBER
        ),
    ],
    because: Annotated[
        str, typer.Option("--because", metavar="TEXT", help="Why, for staff alone and without what is taken out.")
    ],
    by: ByOption = None,
    store: StoreOption = None,
) -> None:
    """Take one message out of a ticket for good: its words, its files and their names.

    Its customer reads in its place that it was taken out. What is owed stays what it was. It can't be undone.
    """
    from bridge.services import redacting

    def do(tx: "Tx", work: "Work") -> Any:
        return redacting.redact(tx, work.terms, ticket, message, because=because, by=work.staff, at=work.at)

    def words(done: "Redacted") -> str:
        return " ".join([f"took message {message} out of ticket {ticket}.", *_besides(done)])

    def also(done: "Redacted") -> "Mapping[str, Any]":
        return {
            "redacted": message,
            "files_erased": done.files,
            "copies_in": list(done.tickets[1:]),
            "left_in_customer_service": done.in_thread,
            "left_in_inbox": done.in_inbox,
        }

    on_ticket(call, ticket, store, by, Deed(do, words, also=also), thread=True)


def _besides(done: "Redacted") -> list[str]:
    """What went with it, and where its words still are."""
    from bridge.cli.screen import count

    told = []
    if done.files:
        told.append(f"{count(done.files, 'file')} went with it.")
    if len(done.tickets) > 1:
        told.append(f"Its copy went too, in ticket {', '.join(map(str, done.tickets[1:]))}.")
    if done.in_thread:
        told.append("The shop's own customer service still has it: take it out there by hand.")
    if done.in_inbox:
        told.append("The row that brought it stays in the shop until privacy.inbox_days are over.")
    return [*told, "Backups made before keep it."]
