"""Cursors: how far an insert-only table has been read, without losing rows that commit late.

Ids are given out before a transaction commits, so a higher id can be visible before a lower one. A cursor therefore
remembers every id it has not seen below its position (an open gap) until the id turns up or is older than the longest
transaction. A read starts at the lowest recent gap, so that it closes without a query of its own; where nothing is
missing there is nothing to read again.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from operator import attrgetter
from typing import NamedTuple

OVERLAP = 100
"""Ids before the position that a read goes back at most, to the lowest gap among them."""


class Gap(NamedTuple):
    """Ids `first`..`last` (both included) that were missing when they were first passed, at `since`."""

    first: int
    last: int
    since: datetime


@dataclass(frozen=True, slots=True)
class Cursor:
    """`position` is the highest id seen; `gaps` are the ids below it still missing, lowest first."""

    position: int = 0
    gaps: tuple[Gap, ...] = ()

    @property
    def read_after(self) -> int:
        """Read ids greater than this: those above the position, and from the lowest gap in the overlap on."""
        start = self._overlap_start
        recent = bisect_right(self.gaps, start, key=attrgetter("last"))
        return max(self.gaps[recent].first - 1, start) if recent < len(self.gaps) else self.position

    @property
    def older_gaps(self) -> tuple[Gap, ...]:
        """The gaps that reading from `read_after` does not cover."""
        start = self._overlap_start
        return tuple(Gap(g.first, min(g.last, start), g.since) for g in self.gaps if g.first <= start)

    @property
    def _overlap_start(self) -> int:
        return max(self.position - OVERLAP, 0)

    def unseen(self, ids: Iterable[int]) -> list[int]:
        """Those ids that have not been read before: above the position, or in an open gap; ascending."""
        return sorted(i for i in set(ids) if i > self.position or in_a_gap(i, self.gaps))

    def advance(self, ids: Sequence[int], *, at: datetime, remember: timedelta) -> "Cursor":
        """The cursor after reading these ids; gaps older than `remember` are given up."""
        new = self.unseen(ids)
        late = new[: bisect_right(new, self.position)]
        gaps = [part for gap in self.gaps if at - gap.since <= remember for part in _without(gap, late)]
        position = self.position
        for seen in new[len(late) :]:
            if seen > position + 1:
                gaps.append(Gap(position + 1, seen - 1, at))
            position = seen
        return Cursor(position, tuple(sorted(gaps)))

    @classmethod
    def starting(cls, recent_ids: Sequence[int], *, at: datetime) -> "Cursor":
        """A cursor at the end of a table, given its most recent ids: what is missing among them may still commit."""
        if not recent_ids:
            return cls()
        ordered = sorted(recent_ids)
        return cls(ordered[0]).advance(ordered, at=at, remember=timedelta.max)


def in_a_gap(number: int, gaps: Sequence[Gap]) -> bool:
    """Whether one of the gaps, lowest first, holds that id.

    Asked for every row: a server that gives out every second id makes as many gaps as there are rows.
    """
    place = bisect_right(gaps, number, key=attrgetter("first"))
    return place > 0 and number <= gaps[place - 1].last


def _without(gap: Gap, seen: Sequence[int]) -> list[Gap]:
    """What is left of a gap once these ids, ascending, have turned up."""
    parts, first = [], gap.first
    for number in seen[bisect_left(seen, gap.first) : bisect_right(seen, gap.last)]:
        parts.append(Gap(first, number - 1, gap.since))
        first = number + 1
    parts.append(Gap(first, gap.last, gap.since))
    return [part for part in parts if part.first <= part.last]
