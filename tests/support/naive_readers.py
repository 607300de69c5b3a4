"""The ways of following a shop that look right and lose orders: what the bridge is compared with.

Each is what a plain script would do. They read the same shop at the same moments as the bridge; a test that shows the
bridge to lose nothing shows with them that there was something to lose.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime
from typing import Any, Protocol
from zoneinfo import ZoneInfo

from tests.support.bridges import platform_of
from tests.support.dated_orders import NAMES
from tests.support.shop_database import Value
from tests.support.shops import AnyShop

Belief = tuple[int, tuple[tuple[str, int], ...]]
"""An order's status and its lines."""


class NaiveReader(Protocol):
    """Follows a shop; `beliefs` is what it last saw of each order."""

    beliefs: dict[int, Belief]

    async def look(self) -> None:
        """Read what is new by its own lights."""


class ByDate:
    """`date_modified > last`: two changes in one second, an hour that comes twice, and no date at all are too much."""

    def __init__(self, shop: AnyShop) -> None:
        self._shop, self._names = shop, NAMES[platform_of(shop)]
        self._last: Value = datetime(2000, 1, 1)  # noqa: DTZ001 - a shop's wall clock
        self.beliefs: dict[int, Belief] = {}

    async def look(self) -> None:
        names = self._names
        rows = await self._shop.fetch(
            f"SELECT {names.order}, {names.changed} FROM {{{names.orders}}} WHERE {names.changed} > %s"
            f" ORDER BY {names.changed}",
            self._last,
        )
        if rows:
            self._last = rows[-1][1]
            self.beliefs |= await orders_now(self._shop, (row[0] for row in rows))


class ByDateAndId:
    """The same with the id as a second key: a lower id that changes in a second already read is passed."""

    def __init__(self, shop: AnyShop) -> None:
        self._shop, self._names = shop, NAMES[platform_of(shop)]
        self._last: tuple[Value, int] = (datetime(2000, 1, 1), 0)  # noqa: DTZ001 - a shop's wall clock
        self.beliefs: dict[int, Belief] = {}

    async def look(self) -> None:
        names = self._names
        changed, order = names.changed, names.order
        at, number = self._last
        rows = await self._shop.fetch(
            f"SELECT {order}, {changed} FROM {{{names.orders}}}"
            f" WHERE {changed} >= %s AND ({changed} > %s OR {order} > %s) ORDER BY {changed}, {order}",
            *(at, at, number),
        )
        if rows:
            self._last = rows[-1][1], rows[-1][0]
            self.beliefs |= await orders_now(self._shop, (row[0] for row in rows))


class ById:
    """`id > last` over the history: a row that commits after one with a higher id is never seen."""

    def __init__(self, shop: AnyShop) -> None:
        self._shop, self._names = shop, NAMES[platform_of(shop)]
        self.last = 0
        self.beliefs: dict[int, Belief] = {}

    async def look(self) -> None:
        key = self._names.history_row
        rows = await self._shop.fetch(
            f"SELECT {key}, {self._names.order} FROM {{order_history}} WHERE {key} > %s ORDER BY {key}", self.last
        )
        if rows:
            self.last = int(rows[-1][0])
            self.beliefs |= await orders_now(self._shop, (row[1] for row in rows))


async def orders_now(shop: AnyShop, numbers: Iterable[Any] | None = None) -> dict[int, Belief]:
    """The orders as they are now, all of them unless numbers are given."""
    names = NAMES[platform_of(shop)]
    wanted = ", ".join(str(int(number)) for number in numbers) if numbers is not None else ""
    rows = await shop.fetch(
        f"SELECT o.{names.order}, o.{names.status}, l.{names.code}, l.{names.quantity} FROM {{{names.orders}}} o"
        f" LEFT JOIN {{{names.lines}}} l ON l.{names.order} = o.{names.order}"
        f" {f'WHERE o.{names.order} IN ({wanted})' if wanted else ''} ORDER BY o.{names.order}, l.{names.code}"
    )
    statuses: dict[int, int] = {}
    lines: dict[int, list[tuple[str, int]]] = {}
    for number, status, code, quantity in rows:
        statuses[int(number)] = int(status)
        lines.setdefault(int(number), []).append((str(code), int(quantity or 0)))
    return {number: (status, tuple(lines[number])) for number, status in statuses.items()}


async def statuses_by_converted_date(shop: AnyShop, zone: str) -> dict[int, int]:
    """Each order's status by the latest date of its history, the hour that comes twice always read as its first coming.

    What was cancelled in the second coming seems to have been cancelled before it was paid.
    """
    names, clock = NAMES[platform_of(shop)], ZoneInfo(zone)
    rows = await shop.fetch(f"SELECT {names.order}, {names.history_status}, {names.dated} FROM {{order_history}}")
    latest: dict[int, tuple[datetime, int]] = {}
    for number, status, at in rows:
        if isinstance(at, datetime):
            moment = at.replace(tzinfo=clock).astimezone(UTC)
            if int(number) not in latest or moment >= latest[int(number)][0]:
                latest[int(number)] = moment, int(status)
    return {number: status for number, (_, status) in latest.items()}


def day_by_one_offset(paid: datetime, zone: str, *, set_up: datetime) -> date:
    """The day of a payment in a zone that is taken for the one offset it had when the script was set up."""
    offset = set_up.astimezone(ZoneInfo(zone)).utcoffset()
    assert offset is not None
    return (paid.replace(tzinfo=None) + offset).date()


async def coins_by_day(shop: AnyShop, paid_status: int, coins_of: Mapping[str, int]) -> Counter[int]:
    """Coins of each customer from a dictionary keyed by customer and day: who buys twice a day pays for one of them."""
    names = NAMES[platform_of(shop)]
    days: dict[tuple[int, object], int] = {}
    orders = await orders_now(shop)
    for number, customer, at in await shop.fetch(
        f"SELECT {names.order}, {names.customer}, {names.placed} FROM {{{names.orders}}}"
    ):
        status, lines = orders[int(number)]
        if status == paid_status:
            day = at.date() if isinstance(at, datetime) else None
            days[int(customer), day] = sum(coins_of[code] * quantity for code, quantity in lines)
    booked: Counter[int] = Counter()
    for (customer, _), coins in days.items():
        booked[customer] += coins
    return booked
