"""When the packages of paid orders end, worked out from the shop's rows alone (rule C3).

It shares no code with the bridge.
A wall clock is read by trying every offset that its zone has around that day and keeping the moments at which the
zone's clock really shows it: none where the hands skip the hour, two where they go over it twice.
"""

from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, time, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from tests.support.bridges import platform_of
from tests.support.owed import OPENCART_PAID
from tests.support.shops import AnyShop

FIRST_YEAR = 2000
HOUR = timedelta(hours=1)

_OPENCART = "SELECT order_id, order_status_id, date_added FROM {order_history} ORDER BY order_history_id"
_PRESTASHOP = (
    "SELECT h.id_order, s.paid, h.date_add FROM {order_history} h"
    " JOIN {order_state} s ON s.id_order_state = h.id_order_state ORDER BY h.id_order_history"
)


class Term(NamedTuple):
    """From when to when an order's packages can be used."""

    paid: datetime
    until: datetime


async def terms_owed(shop: AnyShop, zone: str, seen: Mapping[int, datetime]) -> dict[int, Term]:
    """The term of each order in `seen`, which says when it was first seen paid."""
    first: dict[int, object] = {}
    opencart = platform_of(shop) == "opencart"
    for order, status, at in await shop.fetch(_OPENCART if opencart else _PRESTASHOP):
        if status in OPENCART_PAID if opencart else status:
            first.setdefault(int(order), at)
    return {order: _term(first[order], ZoneInfo(zone), moment) for order, moment in seen.items()}


def _term(written: object, zone: ZoneInfo, seen: datetime) -> Term:
    paid = seen
    if isinstance(written, datetime) and FIRST_YEAR <= written.year <= seen.year + 1:
        paid = min(earlier(written, zone), seen)
    day = paid.astimezone(zone).date()
    return Term(paid, max(readings(datetime.combine(a_year_later(day), time(23, 59, 59)), zone)))


def readings(wall: datetime, zone: ZoneInfo) -> list[datetime]:
    """The moments at which a clock of that zone shows `wall`, in order."""
    found = {moment for moment in _tried(wall, zone) if moment.astimezone(zone).replace(tzinfo=None) == wall}
    return sorted(found)


def earlier(wall: datetime, zone: ZoneInfo) -> datetime:
    """The earlier reading; where there is none, as if the hands had not been moved."""
    day_before = (wall.replace(tzinfo=UTC) - 24 * HOUR).astimezone(zone).utcoffset()
    assert day_before is not None
    return (readings(wall, zone) or [wall.replace(tzinfo=UTC) - day_before])[0]


def a_year_later(day: date) -> date:
    """The same date next year; 29 February becomes 28 February."""
    return day.replace(year=day.year + 1, day=28 if (day.month, day.day) == (2, 29) else day.day)


def _tried(wall: datetime, zone: ZoneInfo) -> Iterable[datetime]:
    unzoned = wall.replace(tzinfo=UTC)
    for hours in range(-26, 27):
        offset = (unzoned + hours * HOUR).astimezone(zone).utcoffset()
        assert offset is not None
        yield unzoned - offset
