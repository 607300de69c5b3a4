"""`bridge report ...`: what the desk's histories tell about a time that has passed. Nothing is changed by it."""

import sys
from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import typer

from bridge.cli.call import Call, EachStoreOption, command, group
from bridge.cli.reporting import FirstOption, LastOption

if TYPE_CHECKING:
    from bridge.contracts.desk import Tx
    from bridge.domain.sla_report import SlaReport
    from bridge.settings import StoreSettings

app = group("report", "What became of promises, from the histories alone.")


@command(app, "sla")
def sla(
    call: Call,
    first: FirstOption,
    last: LastOption,
    store: EachStoreOption = None,
    as_csv: Annotated[
        bool, typer.Option("--csv", help="Print a table for spreadsheets: all hours, then each hour of the week.")
    ] = False,
) -> None:
    """Report how answers were owed and given: per plan, and by the hour of the week of the question."""
    from bridge.cli.report_shown import report_document, report_parts, write_report
    from bridge.cli.reporting import Days, of_each_store
    from bridge.cli.session import CLOCK
    from bridge.engine.setup import StoreSetup
    from bridge.services.sla_report import sla_report

    call.require_one_form(as_csv=as_csv)
    days, at = Days.named(first, last), CLOCK.now()

    def report(tx: "Tx", one: "StoreSettings", begin: datetime, end: datetime) -> "SlaReport":
        return sla_report(tx, StoreSetup.of(one).desk_terms, begin, end, at=at)

    found = of_each_store(call, store, days, report)
    if as_csv:
        write_report(sys.stdout, found)
        return
    call.answer(report_document(found, days), lambda: report_parts(found, days))
