"""`bridge ticket assign|take|urgent|state|kind|merge|split`: what staff decide about tickets (rules T2, T3, T10)."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from bridge.cli.acting import TicketNumber
from bridge.cli.call import ByOption, Call, StoreOption, command, unclear
from bridge.cli.problems import HIGHEST_NUMBER
from bridge.cli.ticket_acting import Deed, on_ticket

if TYPE_CHECKING:
    from bridge.cli.desk_work import Work
    from bridge.contracts.desk import Tx
    from bridge.domain.tickets import TicketKind, TicketState

app = typer.Typer(rich_markup_mode=None)

STATE_WORDS = {
    "open": "open",
    "in-work": "in_work",
    "waiting": "waiting_customer",
    "resolved": "resolved",
    "closed": "closed",
}
KIND_WORDS = {"pre-sales": "pre_sales", "support": "support", "work": "work"}


def state_named(word: str) -> "TicketState":
    """The state that a command names. Raises `UsageError`."""
    from bridge.domain.tickets import TicketState

    return TicketState(_named(word, STATE_WORDS, "state"))


def kind_named(word: str) -> "TicketKind":
    """The kind that a command names. Raises `UsageError`."""
    from bridge.domain.tickets import TicketKind

    return TicketKind(_named(word, KIND_WORDS, "kind"))


@command(app, "assign")
def assign(
    call: Call,
    ticket: TicketNumber,
    to: Annotated[
        str, typer.Argument(metavar="NAME", help="One of the store's [[staff]], or nobody.", show_default=False)
    ],
    by: ByOption = None,
    store: StoreOption = None,
) -> None:
    """Give a ticket to somebody, or let nobody have it. Its warnings go to whoever has it."""
    from bridge.services import ticket_decisions

    wanted = to.strip()

    def do(tx: "Tx", work: "Work") -> Any:
        known = {member.name.casefold(): member.name for member in work.store.staff}
        nobody = wanted.casefold() == "nobody" and "nobody" not in known
        name = None if nobody else known.get(wanted.casefold(), wanted)
        ticket_decisions.assign(tx, work.terms, ticket, to=name, by=work.staff, at=work.at)
        return name

    on_ticket(call, ticket, store, by, Deed(do, lambda name: f"gave ticket {ticket} to {name or 'nobody'}."))


@command(app, "take")
def take(call: Call, ticket: TicketNumber, by: ByOption = None, store: StoreOption = None) -> None:
    """Take a ticket: its warnings go to you."""
    from bridge.services import ticket_decisions

    def do(tx: "Tx", work: "Work") -> Any:
        return ticket_decisions.assign(tx, work.terms, ticket, to=work.staff, by=work.staff, at=work.at)

    on_ticket(call, ticket, store, by, Deed(do, f"took ticket {ticket}."))


@command(app, "urgent")
def urgent(
    call: Call,
    ticket: TicketNumber,
    refuse: Annotated[
        str | None,
        typer.Option(
            "--refuse",
            metavar="REASON",
            help="It is not urgent, or not any more: why, in words the customer reads.",
            show_default=False,
        ),
    ] = None,
    by: ByOption = None,
    store: StoreOption = None,
) -> None:
    """Confirm that a ticket is urgent, or refuse it with a reason.

    The urgent target counts from now on, and is never later than the general one. The price stays what it is.
    """
    from bridge.services import ticket_decisions

    def do(tx: "Tx", work: "Work") -> Any:
        if refuse is None:
            return ticket_decisions.confirm_urgent(tx, work.terms, ticket, by=work.staff, at=work.at)
        return ticket_decisions.refuse_urgent(tx, work.terms, ticket, reason=refuse, by=work.staff, at=work.at)

    words = f"confirmed that ticket {ticket} is urgent. The customer is told."
    if refuse is not None:
        words = f"refused that ticket {ticket} is urgent. The customer is told, with the reason."
    on_ticket(call, ticket, store, by, Deed(do, words))


@command(app, "state")
def state(
    call: Call,
    ticket: TicketNumber,
    to: Annotated[
        str, typer.Argument(metavar="STATE", help="open, in-work, waiting, resolved or closed.", show_default=False)
    ],
    by: ByOption = None,
    store: StoreOption = None,
) -> None:
    """Say how a ticket stands: whose turn it is, or that it is at an end. The customer sees it on his page."""
    from bridge.services import ticket_decisions

    wanted = state_named(to)

    def do(tx: "Tx", work: "Work") -> Any:
        return ticket_decisions.set_state(tx, work.terms, ticket, wanted, by=work.staff, at=work.at)

    on_ticket(call, ticket, store, by, Deed(do, f"says that ticket {ticket} is {to}."))


@command(app, "kind")
def kind(
    call: Call,
    ticket: TicketNumber,
    to: Annotated[str, typer.Argument(metavar="KIND", help="pre-sales, support or work.", show_default=False)],
    by: ByOption = None,
    store: StoreOption = None,
) -> None:
    """Say what a ticket is about. It changes neither its clock nor a price."""
    from bridge.services import ticket_decisions

    wanted = kind_named(to)

    def do(tx: "Tx", work: "Work") -> Any:
        return ticket_decisions.set_kind(tx, work.terms, ticket, wanted, by=work.staff, at=work.at)

    on_ticket(call, ticket, store, by, Deed(do, f"says that ticket {ticket} is about {to}."))


@command(app, "merge")
def merge(
    call: Call,
    ticket: TicketNumber,
    into: Annotated[
        int,
        typer.Argument(
            metavar="INTO", help="The ticket that goes on, of the same customer.", min=1, max=HIGHEST_NUMBER
        ),
    ],
    by: ByOption = None,
    store: StoreOption = None,
) -> None:
    """Join a ticket to another of the same customer, which owes the answers from then on.

    It is closed, and its messages stay where they are; both say so. It can't be undone.
    """
    from bridge.services import ticket_links

    def do(tx: "Tx", work: "Work") -> Any:
        return ticket_links.merge(tx, work.terms, ticket, into=into, by=work.staff, at=work.at)

    words = f"joined ticket {ticket} to ticket {into}, which goes on; ticket {ticket} is closed."
    on_ticket(call, ticket, store, by, Deed(do, words, also=lambda _: {"merged": ticket}, shown=lambda one: one.id))


@command(app, "split")
def split(
    call: Call,
    ticket: TicketNumber,
    message: Annotated[
        int,
        typer.Option(
            "--from",
            metavar="MESSAGE",
            help="The first message of the new ticket: its number in `bridge ticket show`.",
            min=1,
            max=HIGHEST_NUMBER,
        ),
    ],
    subject: Annotated[
        str, typer.Option("--subject", metavar="TEXT", help="What the new one is about, in a line the customer reads.")
    ],
    by: ByOption = None,
    store: StoreOption = None,
) -> None:
    """Let what was said from a message on go on in a ticket of its own.

    That one has copies, with their times and so with their promises; the first ticket keeps everything.
    """
    from bridge.services import ticket_links

    def do(tx: "Tx", work: "Work") -> Any:
        return ticket_links.split(
            tx, work.terms, ticket, from_message=message, subject=subject, by=work.staff, at=work.at
        )

    def words(part: Any) -> str:
        return f"split ticket {ticket}: what was said from message {message} on goes on in ticket {part.id}."

    on_ticket(
        call,
        ticket,
        store,
        by,
        Deed(do, words, also=lambda _: {"split": ticket}, shown=lambda part: part.id),
        thread=True,
    )


def _named(word: str, words: dict[str, str], what: str) -> str:
    known = word.strip().casefold().replace("_", "-")
    if known not in words:
        raise unclear(f"{word} is no {what}", f"one of: {', '.join(words)}")
    return words[known]
