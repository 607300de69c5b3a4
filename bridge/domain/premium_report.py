"""What premium time brought in a period: hours and money by kind of work, agent, customer and month.

A line of a bill belongs to the month in which it was made, by the store's zone. Where several agents worked for one
agreement, what it charges is shared by their recorded seconds, so that the shares add up to the line exactly. Time that
is never charged is counted too, without money.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import NamedTuple
from zoneinfo import ZoneInfo

from bridge.domain.bills import Bill, BillLine, BillState, LineKind
from bridge.domain.money import Currency, Money
from bridge.domain.work_time import Segment

NO_TIME, SECOND = timedelta(0), timedelta(seconds=1)


class Dimension(StrEnum):
    """By what the report adds up."""

    WORK = "kind"
    AGENT = "agent"
    CUSTOMER = "customer"
    MONTH = "month"


class ReportKey(NamedTuple):
    """Of what a row tells; an empty `work` is time that is never charged, an empty `agent` nobody's.

    `customer` says whom it was for by number: `customer 77`, or `contact 3` for one who is linked to nobody.
    """

    month: date
    work: str
    agent: str
    customer: str
    currency: Currency

    def of(self, dimension: Dimension) -> str:
        """What the report is added up by, as text that sorts."""
        match dimension:
            case Dimension.WORK:
                return self.work
            case Dimension.AGENT:
                return self.agent
            case Dimension.CUSTOMER:
                return self.customer
            case Dimension.MONTH:
                return f"{self.month:%Y-%m}"


@dataclass(frozen=True, slots=True)
class Sums:
    """Recorded time, charged time, what that costs, and what of it is paid."""

    worked: timedelta
    charged: timedelta
    amount: Money
    paid: Money

    def __add__(self, other: "Sums") -> "Sums":
        return Sums(
            self.worked + other.worked, self.charged + other.charged, self.amount + other.amount, self.paid + other.paid
        )


class PremiumReport:
    """The lines of one store from `begin` to before `end`."""

    def __init__(self, zone: ZoneInfo, begin: datetime, end: datetime) -> None:
        self.zone, self.begin, self.end = zone, begin, end
        self._sums: dict[ReportKey, Sums] = {}

    def take(self, bill: Bill, line: BillLine, customer: str, worked: Mapping[str, timedelta]) -> None:
        """Count a line; `worked` is the recorded time of its agreement by agent."""
        agents = sorted(worked) or [""]
        weights = [worked.get(agent, NO_TIME) // SECOND for agent in agents]
        smallest = bill.currency.smallest
        amounts = shared(int(line.amount.amount / smallest), weights)
        seconds = shared(line.duration // SECOND, weights)
        month = _month(line.at, self.zone)
        for agent, amount, charged in zip(agents, amounts, seconds, strict=True):
            money = Money(amount * smallest, bill.currency)
            sums = Sums(
                worked.get(agent, NO_TIME) if line.kind is LineKind.TIME else NO_TIME,
                timedelta(seconds=charged),
                money,
                money if bill.state is BillState.PAID else Money(Decimal(0), bill.currency),
            )
            self._add(ReportKey(month, line.work, agent, customer, bill.currency), sums)

    def take_uncharged(self, segment: Segment, customer: str, currency: Currency) -> None:
        """Count time that is never charged."""
        assert segment.worked is not None, "time that still runs belongs to no report"
        nothing = Money(Decimal(0), currency)
        key = ReportKey(
            _month(segment.ended_at or segment.started.at, self.zone), "", segment.agent, customer, currency
        )
        self._add(key, Sums(segment.worked, NO_TIME, nothing, nothing))

    @property
    def rows(self) -> list[tuple[ReportKey, Sums]]:
        """Every row, by month, kind, agent and customer."""
        return sorted(self._sums.items(), key=lambda row: _place(row[0]))

    def by(self, dimension: Dimension) -> list[tuple[str, Sums]]:
        """Added up by one thing, each currency apart."""
        found: dict[tuple[str, str], Sums] = {}
        for key, sums in self.rows:
            place = (key.of(dimension), key.currency.code)
            found[place] = found[place] + sums if place in found else sums
        places = sorted(found, key=lambda place: (_counted(place[0]), place[1]))
        return [(place[0], found[place]) for place in places]

    def totals(self) -> list[Sums]:
        """All of it, each currency apart."""
        found: dict[str, Sums] = {}
        for key, sums in self.rows:
            code = key.currency.code
            found[code] = found[code] + sums if code in found else sums
        return [sums for _, sums in sorted(found.items())]

    def _add(self, key: ReportKey, sums: Sums) -> None:
        self._sums[key] = self._sums[key] + sums if key in self._sums else sums


def shared(whole: int, weights: Iterable[int]) -> list[int]:
    """A whole number in parts by weight that add up to it; what is left over goes to the largest remainders first.

    Without any weight the parts are as equal as they can be. A number below zero is shared like its opposite.
    """
    parts = list(weights)
    if not any(parts):
        parts = [1] * len(parts)
    size, total = abs(whole), sum(parts)
    found = [size * part // total for part in parts]
    order = sorted(range(len(parts)), key=lambda at: (-(size * parts[at] % total), at))
    for at in order[: size - sum(found)]:
        found[at] += 1
    return found if whole >= 0 else [-part for part in found]


def _place(key: ReportKey) -> tuple[object, ...]:
    return key.month, key.work, key.agent, _counted(key.customer), key.currency.code


def _counted(name: str) -> tuple[str, int]:
    """Names that end in a number go by that, so that customer 9 comes before customer 10."""
    words, _, number = name.rpartition(" ")
    return (words, int(number)) if words and number.isdecimal() else (name, 0)


def _month(moment: datetime, zone: ZoneInfo) -> date:
    return moment.astimezone(zone).date().replace(day=1)
