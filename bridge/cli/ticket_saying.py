"""`bridge ticket reply|note|call`: what staff say in tickets. All of it is free of coins (rules C12, P4)."""

from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from bridge.cli.acting import TicketNumber
from bridge.cli.call import ByOption, Call, StoreOption, command
from bridge.cli.ticket_acting import Deed, on_ticket

if TYPE_CHECKING:
    from bridge.cli.desk_work import Work
    from bridge.contracts.desk import Tx

app = typer.Typer(rich_markup_mode=None)

Text = Annotated[str, typer.Option("--text", metavar="TEXT", help="What is said.")]


@command(app, "reply")
def reply(
    call: Call,
    ticket: TicketNumber,
    text: Annotated[
        str | None, typer.Option("--text", metavar="TEXT", help="What is said.", show_default=False)
    ] = None,
    macro: Annotated[
        str | None,
        typer.Option(
            "--macro",
            metavar="KEY",
            help="A canned answer instead, in the customer's language: bridge ticket macros.",
            show_default=False,
        ),
    ] = None,
    file: Annotated[
        list[Path] | None,
        typer.Option("--file", metavar="PATH", help="A file to attach; several, each with --file.", show_default=False),
    ] = None,
    progress: Annotated[
        bool, typer.Option("--progress", help="Only tell how the work goes on: the ticket stays as it is.")
    ] = False,
    state: Annotated[
        str | None,
        typer.Option(
            "--state",
            metavar="STATE",
            help="What the ticket is then: open, in-work, waiting, resolved or closed. Default: waiting.",
            show_default=False,
        ),
    ] = None,
    no_answer_needed: Annotated[
        bool, typer.Option("--no-answer-needed", help="Instead of any words: nothing was asked, as with thanks.")
    ] = False,
    by: ByOption = None,
    store: StoreOption = None,
) -> None:
    """Answer a ticket in words, free of coins. Then it is the customer's turn.

    The customer reads them on his page, and gets a mail that says so. Where his page can't show them yet, the mail
    waits, and the answer says why.
    """
    from bridge.cli.call import unclear
    from bridge.cli.files import open_input
    from bridge.cli.ticket_deciding import state_named
    from bridge.cli.ticket_files import Given, keep_given
    from bridge.domain.files import NamedFile
    from bridge.locale.clock_words import STATES
    from bridge.services import macros, ticket_decisions, tickets
    from bridge.services.threads_shown import told_unread

    said = [
        name
        for name, given in (("--text", text), ("--macro", macro), ("--no-answer-needed", no_answer_needed))
        if given is not None and given is not False
    ]
    if len(said) != 1:
        raise unclear(
            "what is said? Nothing is" if not said else f"{said[0]} and {said[1]} can't both be had",
            "one of: --text TEXT, --macro KEY, --no-answer-needed",
        )
    if no_answer_needed and (file or progress or state):
        raise unclear("--no-answer-needed goes with nothing else", f"bridge ticket reply {ticket} --no-answer-needed")
    named, settings = state_named(state) if state is not None else None, call.settings()
    kept: list[tuple[NamedFile, str]] = []

    def dismiss(tx: "Tx", work: "Work") -> Any:
        return ticket_decisions.no_answer_needed(tx, work.terms, ticket, by=work.staff, at=work.at)

    def answer(tx: "Tx", work: "Work") -> Any:
        words = text if macro is None else macros.macro_text(tx, work.terms, ticket, macro, at=work.at)
        tickets.reply(
            tx,
            work.terms,
            ticket,
            text=words or "",
            by=work.staff,
            at=work.at,
            progress=progress,
            state=named,
            files=kept,
        )
        return told_unread(tx, work.store.name)

    def words(unread: Any) -> str:
        if no_answer_needed:
            return f"says that ticket {ticket} needs no answer: it is {STATES[unread]}. Nobody was told."
        reads = f"Warning: {unread}" if unread else "The customer reads it once it is on his page."
        return f"replied to ticket {ticket}; no coin was moved. {reads}"

    with ExitStack() as opened:
        given = [Given(path.name, opened.enter_context(open_input(path))) for path in file or ()]
        deed = Deed(
            dismiss if no_answer_needed else answer,
            words,
            also=lambda unread: {"warning": unread} if unread and not no_answer_needed else {},
            before=lambda desk, work: kept.extend(keep_given(settings, desk, work, given)),
        )
        on_ticket(call, ticket, store, by, deed, thread=True)


@command(app, "note")
def note(call: Call, ticket: TicketNumber, text: Text, by: ByOption = None, store: StoreOption = None) -> None:
    """Write down something for staff alone. It answers nothing: the clock runs on."""
    from bridge.services import tickets

    def do(tx: "Tx", work: "Work") -> Any:
        return tickets.write_note(tx, work.terms, ticket, text=text, by=work.staff, at=work.at)

    on_ticket(call, ticket, store, by, Deed(do, f"wrote a note on ticket {ticket}, for staff alone."), thread=True)


@command(app, "call")
def log_call(call: Call, ticket: TicketNumber, text: Text, by: ByOption = None, store: StoreOption = None) -> None:
    """Write down a telephone call about a ticket, for staff alone and free of coins."""
    from bridge.services import tickets

    def do(tx: "Tx", work: "Work") -> Any:
        return tickets.log_call(tx, work.terms, ticket, text=text, by=work.staff, at=work.at)

    def words(in_plan: Any) -> str:
        plan = "" if in_plan else " The customer's plan has no telephone support: offer it as premium time (rule P4)."
        return f"logged a call on ticket {ticket}; no coin was moved.{plan}"

    on_ticket(call, ticket, store, by, Deed(do, words), thread=True)
