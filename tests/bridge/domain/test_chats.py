"""The window, the automatic reply that is owed, and how far a message is, as values (rules W2, W10)."""

from datetime import UTC, datetime, timedelta
from itertools import permutations

import pytest

from bridge.domain.chats import Conversation, SendState, furthest, owes_autoreply, window_open
from bridge.domain.premium import NumberRole

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
DAY = timedelta(hours=24)
SECOND = timedelta(seconds=1)
SENT, FAILED, DELIVERED, READ = SendState.SENT, SendState.FAILED, SendState.DELIVERED, SendState.READ


def a_chat(last_in: datetime | None = None, replied: datetime | None = None) -> Conversation:
    return Conversation(1, "acme", 1, "office", last_in_at=last_in, replied_at=replied)


@pytest.mark.parametrize(("ago", "is_open"), [(timedelta(0), True), (DAY - SECOND, True), (DAY, False), (-DAY, True)])
def test_W10_the_window_is_24_hours_from_his_last_message(ago: timedelta, *, is_open: bool) -> None:
    assert window_open(a_chat(NOON - ago), NOON, window=DAY) is is_open


def test_W10_who_never_wrote_has_no_window() -> None:
    assert not window_open(a_chat(), NOON, window=DAY)


@pytest.mark.parametrize(("ago", "owed"), [(None, True), (DAY - SECOND, False), (DAY, True)])
def test_W2_a_reply_is_owed_once_in_so_long_on_an_official_number(ago: timedelta | None, *, owed: bool) -> None:
    chat = a_chat(NOON, None if ago is None else NOON - ago)
    assert owes_autoreply(chat, NumberRole.OFFICIAL, NOON, again=DAY) is owed
    assert not owes_autoreply(chat, NumberRole.PREMIUM, NOON, again=DAY)


def test_what_is_said_of_a_message_comes_to_the_same_in_any_order() -> None:
    for told in permutations([SENT, DELIVERED, READ, FAILED]):
        state = SendState.SENDING
        for one in told:
            state = furthest(state, one)
        assert state is READ
