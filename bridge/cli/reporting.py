"""What every report shares: the days it is about, of each store by its own clock, and how programs are told so."""

from collections.abc import Callable, Iterable
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Annotated, Any, NamedTuple, Protocol, TypeVar
from zoneinfo import ZoneInfo

import typer

from bridge.cli.call import Call, meant_stores
from bridge.errors import UsageError

if TYPE_CHECKING:
    from bridge.contracts.desk import Tx
    from bridge.settings import StoreSettings

FirstOption = Annotated[str, typer.Option("--from", metavar="YYYY-MM-DD", help="The first day, in the store's zone.")]
LastOption = Annotated[str, typer.Option("--to", metavar="YYYY-MM-DD", help="The last day; the whole of it counts.")]


class Days(NamedTuple):
    """The first and the last day."""

    first: date
    last: date

    @classmethod
    def named(cls, first: str, last: str) -> "Days":
        """The days that `--from` and `--to` name. Raises `UsageError`."""
        begin, end = _day("--from", first), _day("--to", last)
        if end < begin:
            raise UsageError(f"--to must not be before --from, but {end} is before {begin}")
        return cls(begin, end)

    def __str__(self) -> str:
        return f"{self.first} to {self.last}"

    def moments(self, zone: ZoneInfo) -> tuple[datetime, datetime]:
        """Their first moment in a zone, and the first that is after them."""
        return datetime.combine(self.first, time(), zone), datetime.combine(self.last + timedelta(days=1), time(), zone)


class Report(Protocol):
    """The report of one store over a time."""

    @property
    def zone(self) -> ZoneInfo: ...
    @property
    def begin(self) -> datetime: ...
    @property
    def end(self) -> datetime: ...


R = TypeVar("R", bound=Report)


def of_each_store(
    call: Call, store: str | None, days: Days, report: "Callable[[Tx, StoreSettings, datetime, datetime], R]"
) -> "list[tuple[StoreSettings, R]]":
    """What is reported of the named store, or of each, from the desk as it is now. Raises `UsageError`, `DeskError`."""
    from bridge.cli.session import the_desk

    settings = call.settings()
    stores = meant_stores(settings, store)
    with the_desk(settings) as desk:
        return [(one, desk.look(report, one, *days.moments(one.zone_info))) for one in stores]


def document(
    days: Days, found: "Iterable[tuple[StoreSettings, R]]", told: "Callable[[StoreSettings, R], dict[str, Any]]"
) -> dict[str, Any]:
    """The reports for programs: of each store the time that was looked at, and what is `told` of it."""
    from bridge.cli.screen import utc

    return {
        "from": days.first.isoformat(),
        "to": days.last.isoformat(),
        "stores": [
            {"store": store.name, "zone": report.zone.key, "begin": utc(report.begin), "end": utc(report.end)}
            | told(store, report)
            for store, report in found
        ],
    }


def _day(option: str, text: str) -> date:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        day = date.max
    if not date.min < day < date.max - timedelta(days=1):
        raise UsageError(f"{option} must be a day written YYYY-MM-DD, not {text}")
    return day
