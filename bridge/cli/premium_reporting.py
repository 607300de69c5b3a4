"""`bridge premium report`: what premium time brought, from the bills and the recorded time alone."""

import sys
from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import typer

from bridge.cli.call import Call, EachStoreOption, command
from bridge.cli.reporting import FirstOption, LastOption

if TYPE_CHECKING:
    from bridge.contracts.desk import Tx
    from bridge.domain.premium_report import PremiumReport
    from bridge.settings import StoreSettings

app = typer.Typer(rich_markup_mode=None)


@command(app, "report")
def report(
    call: Call,
    first: FirstOption,
    last: LastOption,
    store: EachStoreOption = None,
    as_csv: Annotated[
        bool, typer.Option("--csv", help="Print a table for spreadsheets: a line a month, kind, agent and customer.")
    ] = False,
) -> None:
    """Report hours and money of premium time: by kind of work, agent, customer and month."""
    from bridge.cli.premium_report_shown import premium_report_document, premium_report_parts, write_premium_report
    from bridge.cli.reporting import Days, of_each_store
    from bridge.engine.setup import StoreSetup
    from bridge.services.premium_report import premium_report

    call.require_one_form(as_csv=as_csv)
    days = Days.named(first, last)

    def report(tx: "Tx", one: "StoreSettings", begin: datetime, end: datetime) -> "PremiumReport":
        return premium_report(tx, StoreSetup.of(one).desk_terms, begin, end)

    found = of_each_store(call, store, days, report)
    if as_csv:
        write_premium_report(sys.stdout, found)
        return
    call.answer(premium_report_document(found, days), lambda: premium_report_parts(found, days))
