"""`bridge report ...`: what the desk's histories tell about a time that has passed. Nothing is changed by it."""

import sys
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Annotated
from zoneinfo import ZoneInfo

import typer

from bridge.cli.call import Call, EachStoreOption, command, group

if TYPE_CHECKING:
    from bridge.contracts.desk import Tx
    from bridge.domain.sla_report import SlaReport
    from bridge.settings import StoreSettings

app = group("report", "What became of promises, from the histories alone.")


@command(app, "sla")
def sla(
    call: Call,
    first: Annotated[str, typer.Option("--from", metavar="YYYY-MM-DD", help="The first day, in the store's zone.")],
    last: Annotated[str, typer.Option("--to", metavar="YYYY-MM-DD", help="The last day; the whole of it counts.")],
    store: EachStoreOption = None,
    as_csv: Annotated[
        bool, typer.Option("--csv", help="Print a table for spreadsheets: all hours, then each hour of the week.")
    ] = False,
) -> None:
    """Report how answers were owed and given: per plan, and by the hour of the week of the question."""
    from bridge.cli.call import one_store
    from bridge.cli.report_shown import report_document, report_parts, write_report
    from bridge.cli.session import CLOCK, the_desk
    from bridge.engine.setup import StoreSetup
    from bridge.errors import UsageError
    from bridge.services.sla_report import sla_report

    if as_csv and call.as_json:
        raise UsageError("--csv and --json can't both be had")
    begin, end = day_of("--from", first), day_of("--to", last)
    if end < begin:
        raise UsageError(f"--to must not be before --from, but {end} is before {begin}")
    settings, at = call.settings(), CLOCK.now()
    stores = [one_store(settings, store)] if store else list(settings.stores.values())

    def reported(tx: "Tx", one: "StoreSettings") -> "SlaReport":
        moments = midnight(begin, one.zone_info), midnight(end + timedelta(days=1), one.zone_info)
        return sla_report(tx, StoreSetup.of(one).desk_terms, *moments, at=at)

    with the_desk(settings) as desk:
        found = [(one, desk.look(reported, one)) for one in stores]
    if as_csv:
        write_report(sys.stdout, found)
        return
    call.answer(report_document(found, begin, end), lambda: report_parts(found, begin, end))


def day_of(option: str, text: str) -> date:
    """The day that an option names. Raises `UsageError`."""
    from bridge.errors import UsageError

    try:
        day = date.fromisoformat(text)
    except ValueError:
        day = date.max
    if not date.min < day < date.max - timedelta(days=1):
        raise UsageError(f"{option} must be a day written YYYY-MM-DD, not {text}")
    return day


def midnight(day: date, zone: ZoneInfo) -> datetime:
    """The first moment of a day."""
    return datetime.combine(day, time(), zone)
