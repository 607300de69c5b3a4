"""How a shop's endless threads become tickets."""

from datetime import datetime, timedelta

import pytest

from bridge.domain.threads import LONGEST_SUBJECT, digest_of, is_over, placed, subject_of
from tests.support.books import MONDAY_9AM

HOUR = timedelta(hours=1)


@pytest.mark.parametrize(
    ("said", "after", "where"),
    [
        (MONDAY_9AM - HOUR, None, MONDAY_9AM - HOUR),
        (None, None, MONDAY_9AM),
        (None, MONDAY_9AM - HOUR, MONDAY_9AM - HOUR),
        (MONDAY_9AM - 2 * HOUR, MONDAY_9AM - HOUR, MONDAY_9AM - HOUR),
        (MONDAY_9AM + HOUR, None, MONDAY_9AM),
        (MONDAY_9AM + HOUR, MONDAY_9AM - HOUR, MONDAY_9AM),
        (MONDAY_9AM, MONDAY_9AM + HOUR, MONDAY_9AM + HOUR),
    ],
)
def test_a_shops_date_is_believed_between_what_came_before_and_now(
    said: datetime | None, after: datetime | None, where: datetime
) -> None:
    assert placed(said, after=after, now=MONDAY_9AM) == where


def test_T10_silence_closes_at_its_very_end() -> None:
    silence = timedelta(days=28)
    assert is_over(MONDAY_9AM, MONDAY_9AM + silence, silence)
    assert not is_over(MONDAY_9AM, MONDAY_9AM + silence - timedelta(seconds=1), silence)


@pytest.mark.parametrize(
    ("text", "subject"),
    [
        ("\n  It does not print \nSince Monday", "It does not print"),
        ("", "…"),
        (" \n\t", "…"),
        ("word " * 30, "word " * 14 + "word…"),
        ("x" * 200, "x" * (LONGEST_SUBJECT - 1) + "…"),
    ],
)
def test_a_ticket_without_a_subject_is_called_by_its_first_line(text: str, subject: str) -> None:
    assert subject_of(text) == subject
    assert len(subject) <= LONGEST_SUBJECT


def test_a_message_is_told_from_another_that_gets_its_id_but_not_from_itself_in_another_zone() -> None:
    mine = digest_of(5, 0, MONDAY_9AM)
    assert digest_of(5, 0, MONDAY_9AM + timedelta(hours=3, minutes=30)) == mine
    assert len({mine, digest_of(6, 0, MONDAY_9AM), digest_of(5, 2, MONDAY_9AM), digest_of(5, 0, None)}) == 4
    assert digest_of(5, 0, MONDAY_9AM + timedelta(seconds=1)) != mine
