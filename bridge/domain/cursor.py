"""Cursors: how far an insert-only table has been read, without losing rows that commit late.

Ids are given out before a transaction commits, so a higher id can be visible before a lower one. A cursor therefore
remembers every id it has not seen below its position (an open gap) until the id turns up or is older than the longest
transaction; and each read starts an overlap before the position, so that recent gaps close without a query of their
own.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

OVERLAP = 100
"""Ids re-read before the position at every poll."""


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
        """Read ids greater than this: the overlap is in it."""
        return max(self.position - OVERLAP, 0)

    @property
    def older_gaps(self) -> tuple[Gap, ...]:
        """The gaps that reading from `read_after` does not cover."""
        start = self.read_after
        return tuple(Gap(g.first, min(g.last, start), g.since) for g in self.gaps if g.first <= start)

    def unseen(self, ids: Iterable[int]) -> list[int]:
        """Those ids that have not been read before: above the position, or in an open gap; ascending."""
        return sorted(i for i in set(ids) if i > self.position or any(g.first <= i <= g.last for g in self.gaps))

    def advance(self, ids: Sequence[int], *, at: datetime, remember: timedelta) -> "Cursor":
        """The cursor after reading these ids; gaps older than `remember` are given up."""
        new = self.unseen(ids)
        gaps = [gap for gap in self.gaps if at - gap.since <= remember]
        for seen in new:
            if seen <= self.position:
                gaps = [part for gap in gaps for part in _without(gap, seen)]
        position = self.position
        for seen in new:
            if seen > position:
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


def _without(gap: Gap, seen: int) -> list[Gap]:
    if not gap.first <= seen <= gap.last:
        return [gap]
    parts = [Gap(gap.first, seen - 1, gap.since), Gap(seen + 1, gap.last, gap.since)]
    return [part for part in parts if part.first <= part.last]
