"""Packages: one bought plan each, with its own coins and its own end.

A package is usable for whole calendar months from payment, to the last second of that day in the store's zone
(rule C3). The clock decides about it, not a job: past its end it counts for nothing, whatever has been booked
(rule C5). A new package neither extends nor revives an old one (rule C6).
"""

import calendar
from collections.abc import Iterable
from datetime import UTC, date, datetime, time
from functools import lru_cache
from typing import NamedTuple
from zoneinfo import ZoneInfo

from bridge.domain.plans import PlanBook

LAST_SECOND = time(23, 59, 59)


class Unit(NamedTuple):
    """What an order owes one package for: its order, plan and number, counted from 1 (rule C2)."""

    order_id: int
    plan: str
    number: int


class Package(NamedTuple):
    """One package. `coins` is its size when granted; `posted` and `held` are what is there now, in coins.

    `taken` is what the last revocation took, to be given back by a reinstatement; `revocations` is the number of that
    revocation among its order's (0 for none): each has a key of its own, and the last is undone first (rule C14).
    `extended_to` says where `usable_until` was moved because the desk was down across it (rule C5).
    """

    id: int
    account_id: int
    plan: str | None
    coins: int
    granted_at: datetime
    usable_until: datetime
    unit: Unit | None = None
    posted: int = 0
    held: int = 0
    revoked: bool = False
    taken: int = 0
    revocations: int = 0
    extended_to: datetime | None = None

    @property
    def unheld(self) -> int:
        """Coins that no hold has reserved."""
        return self.posted - self.held

    @property
    def used(self) -> int:
        """Coins spent or promised out of this package, by which rule C2 chooses the least used one."""
        return self.coins - self.taken * self.revoked - self.unheld

    def usable(self, at: datetime) -> bool:
        """Whether the package still counts at that moment; its last second counts whole (rules C3, C5)."""
        return at <= self.usable_until or at.replace(microsecond=0) <= self.usable_until


def available(packages: Iterable[Package], at: datetime) -> int:
    """Coins that can be spent at that moment: posted − held of the packages still usable (rule C5)."""
    return sum(package.unheld for package in packages if package.usable(at))


def burn_down_order(packages: Iterable[Package]) -> list[Package]:
    """The order in which packages pay: earliest end, then oldest, then lowest id (rule C4)."""
    return sorted(packages, key=lambda package: (package.usable_until, package.granted_at, package.id))


def plan_in_force(packages: Iterable[Package], plans: PlanBook, at: datetime) -> str | None:
    """The customer's plan: the best of his unexpired, unrevoked packages, also when its coins are used up (rule C6)."""
    mine = [p.plan for p in packages if p.plan is not None and not p.revoked and p.usable(at)]
    return max(mine, key=plans.rank, default=None)


def instant(wall_clock: datetime, zone: ZoneInfo) -> datetime:
    """A shop's wall-clock time as a moment; of two readings in the hour that comes twice, the earlier (rule C3)."""
    return wall_clock.replace(tzinfo=zone, fold=0).astimezone(UTC)


def usable_until(paid_at: datetime, *, months: int, zone: ZoneInfo) -> datetime:
    """The last second of a package: the same calendar day `months` later, 23:59:59 in the store's zone (rule C3).

    A day that month does not have becomes its last day: 29 February ends on 28 February.
    """
    return _end_of_term(paid_at.astimezone(zone).date(), months, zone)


@lru_cache(maxsize=4096)
def _end_of_term(first_day: date, months: int, zone: ZoneInfo) -> datetime:
    return end_of_day(months_later(first_day, months), zone)


def end_of_day(day: date, zone: ZoneInfo) -> datetime:
    """23:59:59 of that day in the zone, as a moment; where a clock change repeats or drops it, that day's end."""
    return datetime.combine(day, LAST_SECOND.replace(fold=1), tzinfo=zone).astimezone(UTC)


def months_later(day: date, months: int) -> date:
    """The same day of the month, `months` later; clipped to that month's last day."""
    years, month = divmod(day.month - 1 + months, 12)
    year, month = day.year + years, month + 1
    return date(year, month, min(day.day, calendar.monthrange(year, month)[1]))
