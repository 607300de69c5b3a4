"""Worked time goes by the counter, ends at its limit, and stands in one segment only (rule W6)."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bridge.domain.agreements import billed_steps
from bridge.domain.work_time import (
    Ending,
    Limit,
    Reading,
    Segment,
    between,
    ended,
    limit_of,
    require_apart,
    worked_in,
)
from bridge.errors import TimeRefused

NINE = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
SECOND, MINUTE, HOUR = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1)


def reading(minutes: float, *, set_by: timedelta = timedelta(0), boot: str = "b1") -> Reading:
    """So many minutes after nine, with a clock that was set meanwhile."""
    passed = minutes * MINUTE
    return Reading(NINE + passed + set_by, boot, passed)


def segment(**different: object) -> Segment:
    """A timer of Anna's that was started at nine."""
    facts: dict[str, object] = {"id": 1, "store": "acme", "agent": "Anna", "contact_id": 1, "agreement_id": 1}
    return Segment(**{**facts, "started": reading(0), **different})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("now", "passed"),
    [
        (reading(7), 7 * MINUTE),
        (reading(7, set_by=-3 * HOUR), 7 * MINUTE),
        (reading(7, set_by=3 * HOUR), 7 * MINUTE),
        (reading(7, boot="b2"), 7 * MINUTE),
        (reading(7, set_by=HOUR, boot="b2"), 67 * MINUTE),
        (reading(7, set_by=-HOUR, boot="b2"), timedelta(0)),
        (reading(7, boot=""), 7 * MINUTE),
    ],
)
def test_W6_the_clock_counts_only_where_the_machine_was_started_anew(now: Reading, passed: timedelta) -> None:
    assert between(reading(0), now) == passed


def test_W6_two_moments_of_which_only_the_clock_is_known_go_by_it() -> None:
    begun, now = (Reading(moment, "", timedelta(0)) for moment in (NINE, NINE + MINUTE))
    assert between(begun, now) == MINUTE


@pytest.mark.parametrize(
    ("waited_after", "left", "limit"),
    [
        (None, None, Limit(2 * HOUR, Ending.FORGOTTEN)),
        (None, 15 * MINUTE, Limit(15 * MINUTE, Ending.CAP)),
        (3, 15 * MINUTE, Limit(13 * MINUTE, Ending.WAITED)),
        (6, 15 * MINUTE, Limit(15 * MINUTE, Ending.CAP)),
        (115, None, Limit(2 * HOUR, Ending.FORGOTTEN)),
    ],
)
def test_W6_a_timer_ends_at_whichever_comes_first(
    waited_after: float | None, left: timedelta | None, limit: Limit
) -> None:
    waiting = segment(waiting_since=None if waited_after is None else reading(waited_after))
    assert limit_of(waiting, left=left, longest=2 * HOUR, waiting_counts=10 * MINUTE) == limit


def test_W6_whole_seconds_count_and_begun_ones_do_not() -> None:
    done = ended(segment(), reading(1.0333), Limit(HOUR, Ending.CAP), Ending.STOPPED)
    assert (done.worked, done.ended_at, done.ending) == (61 * SECOND, NINE + 61 * SECOND, Ending.STOPPED)


def test_W6_at_its_limit_it_ended_by_itself_whenever_anybody_looks() -> None:
    for minutes in (60, 61, 600):
        done = ended(segment(), reading(minutes), Limit(HOUR, Ending.CAP), Ending.STOPPED)
        assert (done.worked, done.ending, done.flagged) == (HOUR, Ending.CAP, True)


def test_W6_time_by_hand_touches_what_was_worked_and_never_overlaps_it() -> None:
    first = replace(segment(), worked=HOUR, ended_at=NINE + HOUR)
    running = segment(id=2, started=reading(180))
    for begin, end in ((60, 90), (120, 180), (-30, 0)):
        new = segment(id=3, started=reading(begin), ended_at=NINE + end * MINUTE)
        require_apart(new, [first, running])
    for begin, end in ((59, 90), (-1, 1), (-30, 90), (10, 20), (170, 181), (200, 210)):
        new = segment(id=3, started=reading(begin), ended_at=NINE + end * MINUTE)
        with pytest.raises(TimeRefused) as refusal:
            require_apart(new, [first, running])
        assert refusal.value.reason == "overlaps"


def test_W6_what_runs_is_not_worked_yet() -> None:
    assert worked_in([segment(), replace(segment(), worked=HOUR), replace(segment(), worked=MINUTE)]) == 61 * MINUTE


@pytest.mark.parametrize(
    ("worked", "cap", "steps"),
    [
        (timedelta(0), 4, 0),
        (SECOND, 4, 1),
        (15 * MINUTE, 4, 1),
        (15 * MINUTE + SECOND, 4, 2),
        (47 * MINUTE, 8, 4),
        (16 * MINUTE, 8, 2),
        (HOUR, 4, 4),
        (2 * HOUR, 4, 4),
    ],
)
def test_W6_started_quarters_are_charged_and_never_more_than_the_cap(worked: timedelta, cap: int, steps: int) -> None:
    assert billed_steps(worked, cap_steps=cap) == steps
