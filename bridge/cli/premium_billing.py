"""Statements and bills: what staff do with them by `bridge premium statement`, `bill`, `paid` ... (rules W6 to W8)."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bridge.cli.call import ByOption, Call, StoreOption, command, unclear
from bridge.cli.premium_arguments import (
    BillNumber,
    ContactOption,
    CustomerOption,
    EvidenceOption,
    LanguageOption,
    month_of,
    one_party,
    steps_of,
)
from bridge.cli.problems import HIGHEST_NUMBER

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from bridge.cli.desk_work import Work
    from bridge.cli.premium_bills_shown import BillView
    from bridge.contracts.desk import Tx
    from bridge.domain.bill_statements import BillStatement
    from bridge.domain.bills import Bill, BillDecision

app = typer.Typer(rich_markup_mode=None)


@command(app, "statement")
def statement(
    call: Call,
    bill: BillNumber,
    send: Annotated[
        bool, typer.Option("--send", help="Show it to the customer; from then on its lines are frozen.")
    ] = False,
    html: Annotated[
        Path | None, typer.Option("--html", metavar="FILE", help="Write it as a page.", show_default=False)
    ] = None,
    pdf: Annotated[
        Path | None, typer.Option("--pdf", metavar="FILE", help="Write it as a PDF.", show_default=False)
    ] = None,
    as_csv: Annotated[bool, typer.Option("--csv", help="Print it as a table for spreadsheets.")] = False,
    language: LanguageOption = None,
    by: ByOption = None,
    store: StoreOption = None,
) -> None:
    """Show the statement of a bill, write it as a page, PDF or table, or send it to the customer.

    The customer has it before the bill; what is corrected afterwards are lines of their own.
    """
    way = f"bridge premium statement {bill} --send"
    if not send:
        _show(call, bill, store, html, pdf, language, as_csv=as_csv)
    elif html or pdf or as_csv:
        raise unclear("sending and writing are two steps; nothing was done", way)
    elif language:
        raise unclear(
            "--language is for what you write: a statement is sent in its reader's own; nothing was done", way
        )
    else:
        _send(call, bill, by, store)


@command(app, "gather")
def gather(
    call: Call,
    month: Annotated[str, typer.Option("--month", metavar="YYYY-MM", help="In which the agreements were closed.")],
    customer: CustomerOption = None,
    contact: ContactOption = None,
    by: ByOption = None,
    store: StoreOption = None,
) -> None:
    """Gather the drafts of a month, of a customer or a contact, into one bill: its statement is of the whole month."""
    from bridge.cli.call import one_store
    from bridge.cli.desk_work import Work
    from bridge.cli.premium_bills_shown import bill_document, bill_parts
    from bridge.cli.premium_looking import bill_view, contacts_of
    from bridge.cli.screen import line
    from bridge.cli.session import the_desk
    from bridge.services import billing

    one_party(customer, contact)
    first = month_of(month)
    settings = call.settings()
    work = Work.of(one_store(settings, store), by)

    def do(tx: "Tx") -> "list[BillView]":
        who = contacts_of(tx, work.store.name, customer, contact)
        gathered = billing.gather(tx, work.terms, who, month=first, by=work.staff, at=work.at)
        return [bill_view(tx, work.store, one) for one in gathered]

    with the_desk(settings) as desk:
        views = desk.run(do)
    call.answer(
        {"by": work.staff, "bills": [bill_document(view) for view in views]},
        lambda: [
            part
            for view in views
            for part in (line(f"{work.staff} gathered bill {view.bill.id} of {month}."), line(), *bill_parts(view))
        ],
    )


@command(app, "agree")
def agree(
    call: Call, bill: BillNumber, evidence: EvidenceOption, by: ByOption = None, store: StoreOption = None
) -> None:
    """Record that the customer agrees to a statement that was sent."""
    from bridge.domain.agreements import AgreementChannel
    from bridge.services import accepting, billing
    from bridge.services.premium_parts import bill_of

    def do(tx: "Tx", work: "Work") -> "Bill":
        who = accepting.Decider(AgreementChannel.STAFF, staff=work.staff, words=evidence)
        shown = bill_of(tx, work.store.name, bill).hash
        return billing.accept(tx, work.terms, bill, who, text_hash=shown, at=work.at)

    _act(call, bill, store, by, do, f"recorded that the statement of bill {bill} is agreed to.")


@command(app, "dispute")
def dispute(
    call: Call, bill: BillNumber, evidence: EvidenceOption, by: ByOption = None, store: StoreOption = None
) -> None:
    """Record that the customer does not agree: nothing is billed before a correction or his word."""
    from bridge.domain.agreements import AgreementChannel
    from bridge.services import accepting, billing

    def do(tx: "Tx", work: "Work") -> "Bill":
        who = accepting.Decider(AgreementChannel.STAFF, staff=work.staff, words=evidence)
        return billing.dispute(tx, work.terms, bill, who, words=evidence, at=work.at)

    _act(call, bill, store, by, do, f"recorded that bill {bill} is disputed.")


@command(app, "correct")
def correct(
    call: Call,
    bill: BillNumber,
    agreement: Annotated[
        int,
        typer.Option("--agreement", metavar="AGREEMENT", help="Whose time is corrected.", min=1, max=HIGHEST_NUMBER),
    ],
    minutes: Annotated[
        int, typer.Option("--minutes", metavar="MINUTES", help="-15 takes a quarter of an hour off, 15 puts it back.")
    ],
    reason: Annotated[str, typer.Option("--reason", metavar="TEXT", help="Why; the customer reads it.")],
    by: ByOption = None,
    store: StoreOption = None,
) -> None:
    """Correct a bill by a line of its own; never more than was worked, never less than nothing."""
    from bridge.services import billing

    steps = steps_of(minutes, "--minutes")

    def do(tx: "Tx", work: "Work") -> "Bill":
        return billing.correct(
            tx, work.terms, bill, agreement_id=agreement, steps=steps, reason=reason, by=work.staff, at=work.at
        )

    _act(call, bill, store, by, do, f"corrected bill {bill}.", shows=True)


@command(app, "bill")
def make_due(call: Call, bill: BillNumber, by: ByOption = None, store: StoreOption = None) -> None:
    """Bill what a statement says. The customer must have had it, and not dispute it."""
    from bridge.services import billing

    def do(tx: "Tx", work: "Work") -> "Bill":
        return billing.make_due(tx, work.terms, bill, by=work.staff, at=work.at)

    _act(call, bill, store, by, do, f"billed bill {bill}.", shows=True)


@command(app, "paid")
def paid(
    call: Call,
    bill: BillNumber,
    how: Annotated[str, typer.Option("--how", metavar="TEXT", help="How it was paid, such as a bank's reference.")],
    by: ByOption = None,
    store: StoreOption = None,
) -> None:
    """Record that a bill was paid. One that an order of the shop pays is found by itself."""
    from bridge.services import billing

    def do(tx: "Tx", work: "Work") -> "Bill":
        return billing.paid(tx, work.terms, bill, how=how, by=work.staff, at=work.at)

    _act(call, bill, store, by, do, f"recorded that bill {bill} was paid.")


def _send(call: Call, bill: int, by: str | None, store: str | None) -> None:
    from bridge.services import billing

    def do(tx: "Tx", work: "Work") -> "Bill":
        return billing.send(tx, work.terms, bill, by=work.staff, at=work.at)

    _act(call, bill, store, by, do, f"sent the statement of bill {bill}.", shows=True)


def _show(
    call: Call,
    number: int,
    store: str | None,
    html: Path | None,
    pdf: Path | None,
    language: str | None,
    *,
    as_csv: bool,
) -> None:
    from bridge.cli.call import language_of
    from bridge.cli.desk_work import BILL, Numbered, store_of
    from bridge.cli.premium_bills_shown import bill_document, bill_parts
    from bridge.cli.premium_looking import bill_view
    from bridge.cli.premium_paper import opened
    from bridge.cli.screen import line
    from bridge.cli.session import the_desk
    from bridge.engine.setup import StoreSetup
    from bridge.services.premium_parts import bill_of
    from bridge.services.premium_statements import statement_of

    call.require_one_form(as_csv=as_csv)
    settings = call.settings()

    def read(tx: "Tx") -> "tuple[BillView, Sequence[BillDecision], BillStatement]":
        found = bill_of(tx, chosen.name, number)
        said = tx.bills.decisions(number)
        return bill_view(tx, chosen, found), said, statement_of(tx, StoreSetup.of(chosen).desk_terms, found)

    with opened(html, pdf) as papers:
        with the_desk(settings) as desk:
            chosen = store_of(settings, desk, Numbered(BILL, number), store)
            spoken = language_of(language, chosen)
            view, decisions, paper = desk.look(read)
        written = papers.write(paper, spoken)
    if as_csv:
        from bridge.paper.table import write_statement_table

        write_statement_table(sys.stdout, paper, spoken)
    elif written:
        files = [str(path) for path in written]
        call.answer({**bill_document(view), "files": files}, lambda: [line(f"Written: {', '.join(files)}")])
    else:
        call.answer(bill_document(view), lambda: bill_parts(view, decisions))


def _act(
    call: Call,
    number: int,
    store: str | None,
    by: str | None,
    do: "Callable[[Tx, Work], Bill]",
    words: str,
    *,
    shows: bool = False,
) -> None:
    """Do it and show the bill; what `shows` it to the customer says where it did not reach him."""
    from bridge.cli.desk_work import BILL, Numbered, work_on
    from bridge.cli.premium_bills_shown import bill_document, bill_parts
    from bridge.cli.premium_looking import bill_view
    from bridge.cli.screen import line

    with work_on(call.settings(), Numbered(BILL, number), store, by) as (desk, work):
        view = desk.run(lambda tx: bill_view(tx, work.store, do(tx, work), shown=work if shows else None))
    call.answer(
        {**bill_document(view), "by": work.staff},
        lambda: [line(f"{work.staff} {words}"), line(), *bill_parts(view)],
    )
