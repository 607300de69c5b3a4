"""`bridge premium report`: what premium time brought, from the bills and the recorded time alone."""

import sys
from datetime import timedelta
from typing import TYPE_CHECKING, Annotated

import typer

from bridge.cli.call import Call, EachStoreOption, command

if TYPE_CHECKING:
    from bridge.contracts.desk import Tx
    from bridge.domain.premium_report import PremiumReport
    from bridge.settings import StoreSettings

app = typer.Typer(rich_markup_mode=None)


@command(app, "report")
def report(
    call: Call,
    first: Annotated[str, typer.Option("--from", metavar="YYYY-MM-DD", help="The first day, in the store's zone.")],
    last: Annotated[str, typer.Option("--to", metavar="YYYY-MM-DD", help="The last day; the whole of it counts.")],
    store: EachStoreOption = None,
    as_csv: Annotated[
        bool, typer.Option("--csv", help="Print a table for spreadsheets: a line a month, kind, agent and customer.")
    ] = False,
) -> None:
    """Report hours and money of premium time: by kind of work, agent, customer and month."""
    from bridge.cli.call import one_store
    from bridge.cli.premium_report_shown import premium_report_document, premium_report_parts, write_premium_report
    from bridge.cli.report import day_of, midnight
    from bridge.cli.session import the_desk
    from bridge.engine.setup import StoreSetup
    from bridge.errors import UsageError
    from bridge.services.premium_report import premium_report

    if as_csv and call.as_json:
        raise UsageError("--csv and --json can't both be had")
    begin, end = day_of("--from", first), day_of("--to", last)
    if end < begin:
        raise UsageError(f"--to must not be before --from, but {end} is before {begin}")
    settings = call.settings()
    stores = [one_store(settings, store)] if store else list(settings.stores.values())

    def reported(tx: "Tx", one: "StoreSettings") -> "PremiumReport":
        moments = midnight(begin, one.zone_info), midnight(end + timedelta(days=1), one.zone_info)
        return premium_report(tx, StoreSetup.of(one).desk_terms, *moments)

    with the_desk(settings) as desk:
        found = [(one, desk.look(reported, one)) for one in stores]
    if as_csv:
        write_premium_report(sys.stdout, found)
        return
    call.answer(premium_report_document(found, begin, end), lambda: premium_report_parts(found, begin, end))
