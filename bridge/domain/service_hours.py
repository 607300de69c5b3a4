"""The hours in which a promise runs: sums of service time, exact to the microsecond (rules T4, T5).

Believes: service is given at a moment exactly if the zone's clock then shows a service hour of a day that is not off.
So an hour that a change of the clocks leaves out is never counted, one that comes twice is counted twice, and two
intervals never overlap. Moments come in aware and go out as UTC.

Time is cut into UTC days, which all have 24 hours and one order, whatever a zone does. Blocks of them are summed up
when they are first asked for; from then on a sum costs a look-up at both its ends, and an addition a block between.
"""

from bisect import bisect_left
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from itertools import accumulate
from typing import NamedTuple, TypeAlias
from zoneinfo import ZoneInfo

from bridge.errors import NeverServed

DAYS_A_WEEK = 7
DAY_SECONDS = 86_400
BLOCK_DAYS = 64
"""UTC days that are summed up in one go."""
EMPTY_BLOCKS = 28 * 366 // BLOCK_DAYS
"""So many without service in a row, and there will be none: weekdays, dates and leap years have all met."""

Hours: TypeAlias = tuple[tuple[int, int], ...]
"""Begin and end of each interval of a local day: seconds from its midnight, as a clock shows them."""
Week: TypeAlias = tuple[Hours, Hours, Hours, Hours, Hours, Hours, Hours]
"""The hours of each day of the week, Monday first."""
DaysOff: TypeAlias = frozenset[date] | Callable[[date], bool]
"""Local days without service. A callable says the same of a day whenever it is asked."""

WHOLE_DAY: Hours = ((0, DAY_SECONDS),)
WHOLE_WEEK: Week = (WHOLE_DAY, WHOLE_DAY, WHOLE_DAY, WHOLE_DAY, WHOLE_DAY, WHOLE_DAY, WHOLE_DAY)
NO_DAYS: frozenset[date] = frozenset()

_MICROSECOND = timedelta(microseconds=1)
_SECOND = 1_000_000
_DAY = DAY_SECONDS * _SECOND
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_EPOCH_ORDINAL = _EPOCH.toordinal()


class Stretch(NamedTuple):
    """A time of unbroken service, up to but not including `end`."""

    begin: datetime
    end: datetime

    @property
    def length(self) -> timedelta:
        """How long it lasts."""
        return self.end - self.begin


class _Block(NamedTuple):
    """The service of `BLOCK_DAYS` UTC days: each day's intervals in microseconds since 1970, and the sums before each.

    The last sum, one more than there are days, is that of the whole block.
    """

    days: list[list[tuple[int, int]]]
    sums: list[int]


@dataclass(frozen=True)
class ServiceCalendar:
    """The service hours of every week in a zone, but for the days off.

    Raises `ValueError` for a week without service, and for intervals of a day that are not in order, overlap or leave
    the day.
    """

    zone: ZoneInfo
    week: Week = WHOLE_WEEK
    days_off: DaysOff = NO_DAYS
    _blocks: dict[int, _Block] = field(default_factory=dict, init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        if len(self.week) != DAYS_A_WEEK or not any(self.week):
            raise ValueError("a week has seven days, and service on at least one of them")
        for hours in self.week:
            bounds = [0, *(bound for interval in hours for bound in interval), DAY_SECONDS]
            if bounds != sorted(bounds) or any(begin == end for begin, end in hours):
                raise ValueError(f"the intervals of a day must follow one another within it, not {hours}")

    def add(self, start: datetime, duration: timedelta) -> datetime:
        """The earliest moment by which service of this duration has passed since `start`.

        What ends with a day of service has passed at its end, not when the next one begins (rule T4). Raises
        `ValueError` if the duration is negative, `NeverServed` if so much service never comes.
        """
        left = duration // _MICROSECOND
        if left < 0:
            raise ValueError(f"service passes forwards only, not for {duration}")
        if left == 0:
            return start.astimezone(UTC)
        at = _micros(start)
        number = at // _DAY // BLOCK_DAYS
        left += self._passed(number, at)
        empty = 0
        while left > (block := self._block(number)).sums[-1]:
            empty = 0 if block.sums[-1] else empty + 1
            if empty == EMPTY_BLOCKS:
                raise NeverServed(start, duration)
            left -= block.sums[-1]
            number += 1
        day = bisect_left(block.sums, left) - 1
        left -= block.sums[day]
        for begin, end in block.days[day]:
            if left <= end - begin:
                return _moment(begin + left)
            left -= end - begin
        raise AssertionError("a day's sum is that of its intervals")

    def between(self, a: datetime, b: datetime) -> timedelta:
        """How much service there is from `a` to `b`; negative if `b` is the earlier one."""
        if b < a:
            return -self.between(b, a)
        first, last = _micros(a), _micros(b)
        number, until = first // _DAY // BLOCK_DAYS, last // _DAY // BLOCK_DAYS
        whole = sum(self._block(one).sums[-1] for one in range(number, until))
        return (whole + self._passed(until, last) - self._passed(number, first)) * _MICROSECOND

    def stretches(self, a: datetime, b: datetime) -> Iterator[Stretch]:
        """The times of unbroken service from `a` to `b`, in order; together they last as long as `between` says."""
        held: tuple[int, int] | None = None
        for begin, end in self._intervals(_micros(a), _micros(b)):
            if held is not None and held[1] == begin:
                held = held[0], end
                continue
            if held is not None:
                yield Stretch(_moment(held[0]), _moment(held[1]))
            held = begin, end
        if held is not None:
            yield Stretch(_moment(held[0]), _moment(held[1]))

    def next_open(self, at: datetime) -> datetime:
        """The earliest moment of service from `at` on: `at` itself while service is given. May raise `NeverServed`."""
        return self.add(at, _MICROSECOND) - _MICROSECOND

    def is_open(self, at: datetime) -> bool:
        """Whether service is given at a moment."""
        local = at.astimezone(self.zone)
        second = local.hour * 3_600 + local.minute * 60 + local.second
        return any(begin <= second < end for begin, end in self._hours(local.date()))

    def serves_on(self, day: date) -> bool:
        """Whether service is given on a local day at all."""
        return bool(self._hours(day))

    def _hours(self, day: date) -> Hours:
        off = self.days_off
        is_off = day in off if isinstance(off, frozenset) else off(day)
        return () if is_off else self.week[day.weekday()]

    def _intervals(self, first: int, last: int) -> Iterator[tuple[int, int]]:
        """What of the intervals lies within; one that crosses a UTC midnight comes as two that touch."""
        for day in range(first // _DAY, -(-last // _DAY)):
            number, index = divmod(day, BLOCK_DAYS)
            for begin, end in self._block(number).days[index]:
                within = max(begin, first), min(end, last)
                if within[0] < within[1]:
                    yield within

    def _passed(self, number: int, at: int) -> int:
        """The service from the begin of a block to a moment in it."""
        block, index = self._block(number), at // _DAY - number * BLOCK_DAYS
        return block.sums[index] + sum(min(end, at) - begin for begin, end in block.days[index] if begin < at)

    def _block(self, number: int) -> _Block:
        found = self._blocks.get(number)
        if found is None:
            # Two threads may both make it, and make the same.
            found = self._blocks[number] = self._made(number)
        return found

    def _made(self, number: int) -> _Block:
        first = number * BLOCK_DAYS
        offsets = [self._offset(day * DAY_SECONDS) for day in range(first, first + BLOCK_DAYS + 1)]
        days = [self._day(first + at, *offsets[at : at + 2]) for at in range(BLOCK_DAYS)]
        lengths = (sum(end - begin for begin, end in day) for day in days)
        return _Block(days, list(accumulate(lengths, initial=0)))

    def _day(self, day: int, offset: int, offset_after: int) -> list[tuple[int, int]]:
        """The intervals of a UTC day; `offset` is the zone's at its begin, `offset_after` that at its end."""
        found: list[tuple[int, int]] = []
        begin, end = day * DAY_SECONDS, (day + 1) * DAY_SECONDS
        while offset != offset_after:
            change = self._change(begin, end, offset)
            found += self._same_offset(begin, change, offset)
            begin, offset = change, self._offset(change)
        return [*found, *self._same_offset(begin, end, offset)]

    def _same_offset(self, begin: int, end: int, offset: int) -> Iterator[tuple[int, int]]:
        """The intervals between two seconds while the zone's offset stays: its days are those of UTC, but shifted."""
        for day in range((begin + offset) // DAY_SECONDS, (end + offset - 1) // DAY_SECONDS + 1):
            midnight = day * DAY_SECONDS - offset
            for opens, closes in self._hours(date.fromordinal(_EPOCH_ORDINAL + day)):
                of_day = max(midnight + opens, begin), min(midnight + closes, end)
                if of_day[0] < of_day[1]:
                    yield of_day[0] * _SECOND, of_day[1] * _SECOND

    def _change(self, begin: int, end: int, offset: int) -> int:
        """The second within which the clocks are changed: the first at which the zone has another offset."""
        before, after = begin, end
        while after - before > 1:
            middle = (before + after) // 2
            if self._offset(middle) == offset:
                before = middle
            else:
                after = middle
        return after

    def _offset(self, second: int) -> int:
        offset = datetime.fromtimestamp(second, self.zone).utcoffset()
        return 0 if offset is None else offset // timedelta(seconds=1)


ALWAYS = ServiceCalendar(ZoneInfo("UTC"))
"""Every day, all day: the same in every zone."""


def _micros(at: datetime) -> int:
    return (at - _EPOCH) // _MICROSECOND


def _moment(micros: int) -> datetime:
    return _EPOCH + timedelta(microseconds=micros)
