"""Worked time: segments that one agent works for one agreement, measured in raw seconds (rule W6).

A segment is measured by the machine's own counter of seconds since it was started, which no clock that is set and no
change to summer time moves; only across a restart of the machine do the two moments of the clock have to do. An agent
runs one timer at a time, and no second of his stands in two segments.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import NamedTuple

from bridge.errors import TimeRefused

NO_TIME = timedelta(0)


class Reading(NamedTuple):
    """One moment read off both clocks: UTC, and the time since the machine was started, which `boot` names.

    An empty `boot` is a moment of which only the clock is known.
    """

    at: datetime
    boot: str
    since_boot: timedelta


class Worker(NamedTuple):
    """Who works: a person over all stores, and by what name at this one. Either knows him again: an address changes."""

    person: str
    store: str
    agent: str


class SegmentSource(StrEnum):
    TIMER = "timer"
    MANUAL = "manual"


class Ending(StrEnum):
    """Why it ended: by its agent, after waiting, at the cap, after the longest time, for a ticket, by a restore."""

    STOPPED = "stopped"
    WAITED = "waited"
    CAP = "cap"
    FORGOTTEN = "forgotten"
    MOVED = "moved"
    RESTORED = "restored"


FLAGGED = frozenset({Ending.CAP, Ending.FORGOTTEN, Ending.RESTORED})
"""Ends that nobody chose: a person looks at them."""


@dataclass(frozen=True, slots=True)
class Segment:
    """Time that an agent works. Without an agreement it is never charged, whatever is pressed later (rule W5).

    `person` is who the agent is over all stores. `waiting_since` is when he marked that he waits; `worked` is None
    while it runs, whole seconds afterwards. `reason` is why it was entered by hand.
    """

    id: int
    store: str
    agent: str
    contact_id: int
    agreement_id: int | None
    started: Reading
    source: SegmentSource = SegmentSource.TIMER
    waiting_since: Reading | None = None
    ended_at: datetime | None = None
    worked: timedelta | None = None
    ending: Ending | None = None
    reason: str = ""
    person: str = ""

    @property
    def worker(self) -> Worker:
        """Who works."""
        return Worker(self.person, self.store, self.agent)

    @property
    def runs(self) -> bool:
        """Whether its timer still runs."""
        return self.worked is None

    @property
    def purpose(self) -> str:
        """What it is for, for staff: `agreement 12`."""
        return "time that is not charged" if self.agreement_id is None else f"agreement {self.agreement_id}"

    @property
    def flagged(self) -> bool:
        """Whether it ended without anybody's will."""
        return self.ending in FLAGGED


class Limit(NamedTuple):
    """When a running segment ends by itself: after so much time, and why."""

    after: timedelta
    ending: Ending


def between(since: Reading, now: Reading) -> timedelta:
    """Time from one reading to another, never below zero; by the clock only where the machine was started anew."""
    same = bool(since.boot) and now.boot == since.boot
    passed = now.since_boot - since.since_boot if same else now.at - since.at
    return max(passed, NO_TIME)


def limit_of(segment: Segment, *, left: timedelta | None, longest: timedelta, waiting_counts: timedelta) -> Limit:
    """When a running segment ends by itself: `left` of the agreement's cap at its start, None for time not charged."""
    limits = [Limit(longest, Ending.FORGOTTEN)]
    if segment.waiting_since is not None:
        limits.append(Limit(between(segment.started, segment.waiting_since) + waiting_counts, Ending.WAITED))
    if left is not None:
        limits.append(Limit(left, Ending.CAP))
    return min(limits, key=lambda limit: limit.after)


def ended(segment: Segment, now: Reading, limit: Limit, ending: Ending) -> Segment:
    """The segment once it has ended, at its limit where that has passed; whole seconds count, begun ones don't."""
    passed = between(segment.started, now)
    if passed >= limit.after:
        passed, ending = limit.after, limit.ending
    worked = timedelta(seconds=passed // timedelta(seconds=1))
    return replace(segment, worked=worked, ended_at=segment.started.at + worked, ending=ending)


def worked_in(segments: Iterable[Segment]) -> timedelta:
    """All time of the segments that have ended."""
    return sum((one.worked for one in segments if one.worked is not None), NO_TIME)


def require_apart(new: Segment, others: Iterable[Segment]) -> None:
    """Raises `TimeRefused` where time entered by hand overlaps other time of the same agent: no second counts twice."""
    assert new.ended_at is not None, "time entered by hand has an end"
    for one in others:
        is_over_before = one.ended_at is not None and one.ended_at <= new.started.at
        if not is_over_before and one.started.at < new.ended_at:
            raise TimeRefused("overlaps", f"{new.agent} has worked then already, for {one.purpose}: segment {one.id}")
