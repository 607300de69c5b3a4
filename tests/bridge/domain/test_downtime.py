"""Gaps in the desk's heartbeat, and the deadlines that fell into them."""

from datetime import timedelta

import pytest

from bridge.domain.downtime import MOST_SILENCE, Gap, gap_between
from tests.support.books import MONDAY_9AM

AN_HOUR, A_SECOND = timedelta(hours=1), timedelta(seconds=1)


def test_C5_a_desk_that_has_never_run_has_no_gap() -> None:
    assert gap_between(None, MONDAY_9AM) is None


@pytest.mark.parametrize("silence", [timedelta(0), timedelta(seconds=30), MOST_SILENCE])
def test_C5_a_late_beat_is_no_gap(silence: timedelta) -> None:
    assert gap_between(MONDAY_9AM, MONDAY_9AM + silence) is None


def test_C5_longer_silence_is_one_from_the_last_beat_to_the_return() -> None:
    back = MONDAY_9AM + MOST_SILENCE + A_SECOND
    assert gap_between(MONDAY_9AM, back) == Gap(MONDAY_9AM, back)


def test_C5_a_clock_that_was_put_back_is_no_gap() -> None:
    assert gap_between(MONDAY_9AM, MONDAY_9AM - timedelta(days=30)) is None


def test_C5_what_the_desk_was_down_across_ends_24_hours_after_its_return_on_a_whole_second() -> None:
    gap = Gap(MONDAY_9AM, MONDAY_9AM + AN_HOUR + timedelta(milliseconds=7))
    assert gap.extended_to == MONDAY_9AM + AN_HOUR + timedelta(days=1)
