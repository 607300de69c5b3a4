"""However often and in whatever order a channel delivers, the books say the same, and nobody is answered twice."""

from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from bridge.contracts.chats import Incoming
from bridge.domain.chats import ChatKind
from tests.support.chatting import DEVELOPER, IVAN, MARYAM, OFFICE, ChatDesk, a_chat_desk

COUNT = 6


def written(desk: ChatDesk) -> list[Incoming]:
    """Messages of two contacts on two numbers, in the order in which they were written."""
    return [
        desk.incoming(
            f"message {number}",
            to=(OFFICE, DEVELOPER)[number % 2].channel_id,
            by=(MARYAM, IVAN)[number // 3],
            sent_at=desk.now + timedelta(minutes=number),
        )
        for number in range(COUNT)
    ]


@settings(max_examples=25, deadline=None)
@given(st.permutations([*range(COUNT), *range(COUNT)]))
def test_W2_any_order_of_repeated_deliveries_comes_to_the_same(order: list[int]) -> None:
    with a_chat_desk() as desk:
        messages = written(desk)
        desk.later(hours=1)
        new = [desk.take(messages[number]) for number in order]
        assert sum(new) == COUNT
        for by in (MARYAM, IVAN):
            threads = [desk.thread(by, key) for key in (OFFICE.key, DEVELOPER.key)]
            texts = [[one.text for one in thread if one.kind is ChatKind.TEXT] for thread in threads]
            his = [one for one in messages if one.sender == by]
            assert texts == [[one.text for one in his if one.number == number] for number in ("100", "200")]
            assert desk.kinds(by) == [ChatKind.AUTOREPLY]
            assert desk.kinds(by, DEVELOPER.key) == []
            chats = [desk.chat(by, key) for key in (OFFICE.key, DEVELOPER.key)]
            assert [one.last_in_at for one in chats] == [
                max(one.sent_at for one in his if one.number == number) for number in ("100", "200")
            ]
        assert len(desk.waits()) == 4
