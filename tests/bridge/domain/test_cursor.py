"""Reading a table by its ids while others commit out of order: every row once, none lost (design: the cursor)."""

import time
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.domain.cursor import OVERLAP, Cursor, Gap

T0 = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
POLL = timedelta(seconds=5)
WINDOW = timedelta(minutes=15)


def read(cursor: Cursor, table: set[int]) -> list[int]:
    """What an adapter reads: the rows after `read_after`, and those in the older gaps."""
    late = {i for gap in cursor.older_gaps for i in table if gap.first <= i <= gap.last}
    return sorted(late | {i for i in table if i > cursor.read_after})


def test_an_empty_table_leaves_the_cursor_where_it_is() -> None:
    assert Cursor().advance([], at=T0, remember=WINDOW) == Cursor()
    assert Cursor.starting([], at=T0) == Cursor()


def test_a_late_row_is_returned_once_when_it_turns_up() -> None:
    cursor = Cursor().advance([1, 2, 5], at=T0, remember=WINDOW)
    assert cursor == Cursor(5, (Gap(3, 4, T0),))
    assert cursor.unseen([1, 2, 3, 5]) == [3]
    cursor = cursor.advance([1, 2, 3, 5], at=T0 + POLL, remember=WINDOW)
    assert cursor == Cursor(5, (Gap(4, 4, T0),))
    assert cursor.unseen([1, 2, 3, 5]) == []


def test_a_row_in_the_middle_of_a_gap_splits_it_and_keeps_its_age() -> None:
    cursor = Cursor(10, (Gap(3, 7, T0),)).advance([5], at=T0 + POLL, remember=WINDOW)
    assert cursor.gaps == (Gap(3, 4, T0), Gap(6, 7, T0))


def test_a_gap_is_given_up_after_the_longest_transaction() -> None:
    cursor = Cursor(5, (Gap(3, 4, T0),))
    assert cursor.advance([], at=T0 + WINDOW, remember=WINDOW).gaps == cursor.gaps
    assert cursor.advance([], at=T0 + WINDOW + POLL, remember=WINDOW).gaps == ()


def test_a_clock_that_jumps_back_gives_no_gap_up() -> None:
    cursor = Cursor(5, (Gap(3, 4, T0),))
    assert cursor.advance([6], at=T0 - timedelta(days=1), remember=WINDOW).gaps == cursor.gaps


@pytest.mark.parametrize(
    ("gap", "after", "older"),
    [
        (Gap(10, 20, T0), 1000, [Gap(10, 20, T0)]),
        (Gap(950, 960, T0), 949, []),
        (Gap(890, 920, T0), 900, [Gap(890, 900, T0)]),
    ],
)
def test_recent_gaps_are_read_with_what_is_new_and_older_ones_apart(gap: Gap, after: int, older: list[Gap]) -> None:
    cursor = Cursor(900 + OVERLAP, (gap,))
    assert cursor.read_after == after
    assert list(cursor.older_gaps) == older


def test_where_nothing_is_missing_nothing_is_read_again() -> None:
    assert Cursor(1000).read_after == 1000


def test_a_start_at_the_end_of_a_table_still_waits_for_the_rows_missing_among_the_last() -> None:
    cursor = Cursor.starting([100, 97, 98], at=T0)
    assert cursor == Cursor(100, (Gap(99, 99, T0),))
    assert cursor.unseen([96, 97, 98, 99, 100, 101]) == [99, 101]


def test_several_late_rows_of_one_gap_leave_only_what_is_still_missing() -> None:
    cursor = Cursor(20, (Gap(3, 9, T0), Gap(12, 12, T0), Gap(15, 16, T0))).advance(
        [3, 5, 6, 12, 13, 22], at=T0 + POLL, remember=WINDOW
    )
    assert cursor == Cursor(22, (Gap(4, 4, T0), Gap(7, 9, T0), Gap(15, 16, T0), Gap(21, 21, T0 + POLL)))


def test_a_gap_beside_every_row_of_a_long_backlog_is_found_in_no_time() -> None:
    """A cluster's server gives out every third id: as many gaps as rows, and each row asks whether it is in one."""
    rows = range(4, 90_000, 3)
    began = time.process_time()
    cursor = Cursor(1).advance(rows, at=T0, remember=WINDOW)
    assert len(cursor.gaps) == len(rows)
    assert cursor.unseen(range(2, 90_000)) == [i for i in range(2, 89_998) if i % 3 != 1] + [89_999]
    assert cursor.advance(range(2, 89_998), at=T0, remember=WINDOW).gaps == ()
    assert time.process_time() - began < 5


@given(st.data())
def test_no_row_that_commits_within_the_window_is_lost_or_returned_twice(data: st.DataObject) -> None:
    """Transactions take ids in order and commit after a random delay, or never; polls come at random times."""
    count = data.draw(st.integers(1, 150))
    delays = data.draw(st.lists(st.one_of(st.none(), st.just(0), st.integers(0, 170)), min_size=count, max_size=count))
    burst = data.draw(st.sampled_from([1, 3, 40]))
    commits = {i: i // burst + delay for i, delay in enumerate(delays, 1) if delay is not None}
    polls = sorted({*data.draw(st.lists(st.integers(0, count + 180), max_size=30)), count + 180})
    cursor, returned = Cursor(), []
    for step in polls:
        table = {i for i, at in commits.items() if at <= step}
        seen = read(cursor, table)
        returned += cursor.unseen(seen)
        cursor = cursor.advance(seen, at=T0 + step * POLL, remember=WINDOW)
        assert all(low.last < high.first for low, high in zip(cursor.gaps, cursor.gaps[1:], strict=False))
        assert all(gap.first <= gap.last < cursor.position for gap in cursor.gaps)
    assert sorted(returned) == sorted(set(returned)), "a row came twice"
    assert set(returned) == set(commits), "a row was lost"


@given(st.data())
def test_pages_that_stop_at_a_limit_lose_nothing_either(data: st.DataObject) -> None:
    rows = data.draw(st.sets(st.integers(1, 400), min_size=1))
    page = data.draw(st.integers(1, 50))
    cursor, returned = Cursor(), []
    for _ in range(len(rows) + 2):
        seen = read(cursor, rows)
        new = [i for i in seen if i > cursor.position][:page]
        seen = [i for i in seen if i <= cursor.position] + new
        returned += cursor.unseen(seen)
        cursor = cursor.advance(seen, at=T0, remember=WINDOW)
    assert sorted(returned) == sorted(rows)
