"""What goes out to contacts: once, and as far as the channel says, in whatever order it says it (rule W10)."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from bridge.contracts.conversations import EarlyStatus
from bridge.desk.transaction import DeskTx
from bridge.domain.chats import ChatMessage, SendState
from bridge.domain.events import ChatMessageReady
from bridge.errors import ChatRefused
from bridge.services import chat_sending
from tests.support.books import ACME
from tests.support.chatting import CHANNEL, ChatDesk, a_chat_desk
from tests.support.quoting import ANNA

SENT, DELIVERED, READ, FAILED = SendState.SENT, SendState.DELIVERED, SendState.READ, SendState.FAILED


@pytest.fixture
def desk() -> Iterator[ChatDesk]:
    with a_chat_desk() as opened:
        opened.writes("Hello")
        yield opened


@pytest.fixture
def said(desk: ChatDesk) -> ChatMessage:
    """An answer of staff's that can go out."""
    done: ChatMessage = desk.premium.do(chat_sending.send, desk.chat().id, text="Yes.", by=ANNA, at=desk.now)
    return done


def status(desk: ChatDesk, external: str, state: SendState, *, reason: str = "", reference: str = "") -> bool:
    """The channel says something of a message."""

    def work(tx: DeskTx) -> bool:
        told = EarlyStatus(state, reason)
        known = chat_sending.status(tx, ACME, external, told, at=desk.now, reference=reference)
        if not known:
            tx.conversations.note_early(CHANNEL, external, told, desk.now)
        return known

    return desk.run(work)


def told(desk: ChatDesk) -> str:
    """What staff read of the only problem."""
    (problem,) = desk.look(lambda tx: tx.problems.open(ACME))
    return problem.summary


def test_a_message_is_told_once_and_handed_out_once(desk: ChatDesk, said: ChatMessage) -> None:
    keys = [one.key for one in desk.premium.told(ChatMessageReady) if one.message_id == said.id]
    assert keys == [f"acme:chat-message:{said.id}:1"]
    assert desk.sends(said).text == "Yes."
    assert desk.hand(said) is None
    assert desk.state(said) is SENT


def test_what_was_being_sent_when_all_broke_off_is_unsure_and_not_sent_again(desk: ChatDesk, said: ChatMessage) -> None:
    assert desk.hand(said) is not None
    assert desk.hand(said) is None
    assert desk.hand(said) is None
    assert desk.state(said) is SendState.UNSURE
    assert desk.problems() == ["chat_unsure"]
    assert told(desk).endswith(f"If the telephone does not have it: bridge chat resend {said.id} --by NAME")
    assert status(desk, "wamid.late", DELIVERED, reference=desk.message(said).reference)
    assert desk.state(said) is DELIVERED
    assert desk.problems() == []
    assert status(desk, "wamid.late", READ), "its id is known from then on"


def test_what_certainly_did_not_go_out_is_tried_again(desk: ChatDesk, said: ChatMessage) -> None:
    for _ in range(3):
        assert desk.hand(said) is not None
        desk.run(lambda tx: chat_sending.not_sent(tx, desk.message(said)))
    assert desk.sends(said).text == "Yes."


@pytest.mark.parametrize(
    ("told", "ends"),
    [
        ([SENT, DELIVERED, READ], READ),
        ([READ, DELIVERED, SENT], READ),
        ([DELIVERED, DELIVERED, SENT], DELIVERED),
        ([FAILED, SENT], FAILED),
        ([DELIVERED, FAILED], DELIVERED),
        ([FAILED, READ], READ),
    ],
)
def test_statuses_never_go_backwards(desk: ChatDesk, said: ChatMessage, told: list[SendState], ends: SendState) -> None:
    desk.sends(said)
    for one in told:
        assert status(desk, f"wamid.out.{said.id}", one)
    assert desk.state(said) is ends


@pytest.mark.parametrize("told", [[READ, SENT], [SENT, READ], [DELIVERED, READ, FAILED]])
def test_a_status_that_comes_before_its_message_was_noted_counts(
    desk: ChatDesk, said: ChatMessage, told: list[SendState]
) -> None:
    assert desk.hand(said) is not None
    assert not any(status(desk, "wamid.1000", one) for one in told)
    desk.took(said, "wamid.1000")
    assert desk.state(said) is READ
    desk.took(said, "wamid.1000")
    assert desk.state(said) is READ


def test_a_refused_message_says_why_and_staff_are_told(desk: ChatDesk, said: ChatMessage) -> None:
    desk.hand(said)
    why = "the contact has no WhatsApp"
    desk.run(lambda tx: chat_sending.failed(tx, ACME, desk.message(said), why, at=desk.now))
    assert (desk.state(said), desk.message(said).error) == (FAILED, "the contact has no WhatsApp")
    assert desk.problems() == ["chat_not_sent"]
    assert f"{why}. Once that is mended: bridge chat resend {said.id}" in told(desk)
    assert desk.hand(said) is None


def test_what_the_channel_is_known_to_have_is_neither_failed_nor_sent_again_by_a_late_word(
    desk: ChatDesk, said: ChatMessage
) -> None:
    desk.sends(said)
    desk.run(lambda tx: chat_sending.failed(tx, ACME, desk.message(said), "too late", at=desk.now))
    desk.run(lambda tx: chat_sending.not_sent(tx, desk.message(said)))
    assert (desk.state(said), desk.problems()) == (SENT, [])


def test_a_store_follows_no_message_of_another(desk: ChatDesk, said: ChatMessage) -> None:
    desk.hand(said)
    read, reference = EarlyStatus(READ, ""), desk.message(said).reference
    assert not desk.run(lambda tx: chat_sending.status(tx, "beta", "wamid.1", read, at=desk.now, reference=reference))
    assert desk.state(said) is SendState.SENDING


def test_W10_what_the_channel_refuses_for_the_window_waits_with_a_reason(desk: ChatDesk, said: ChatMessage) -> None:
    desk.hand(said)
    why = "the window is closed"
    desk.run(lambda tx: chat_sending.failed(tx, ACME, desk.message(said), why, at=desk.now, wait=True))
    assert (desk.state(said), desk.message(said).error) == (SendState.WAITING, "the window is closed")
    desk.writes("Hm?")
    assert (desk.state(said), desk.message(said).error) == (SendState.QUEUED, "")
    assert [one.key[-1] for one in desk.premium.told(ChatMessageReady) if one.message_id == said.id] == ["1", "2"]


def test_staff_send_once_more_what_failed_or_is_unsure_and_nothing_else(desk: ChatDesk, said: ChatMessage) -> None:
    desk.sends(said)
    with pytest.raises(ChatRefused, match="only one that has not gone out"):
        desk.run(lambda tx: chat_sending.release(tx, desk.chat(), desk.message(said), desk.now))
    status(desk, f"wamid.out.{said.id}", FAILED, reason="too many")
    desk.run(lambda tx: chat_sending.release(tx, desk.chat(), desk.message(said), desk.now))
    assert desk.hand(said) is not None
    desk.took(said, "wamid.second")
    assert (desk.state(said), desk.message(said).external_id) == (SENT, "wamid.second")


def test_a_problem_is_over_when_the_last_message_of_its_kind_is(desk: ChatDesk, said: ChatMessage) -> None:
    other = desk.premium.do(chat_sending.send, desk.chat().id, text="And this.", by=ANNA, at=desk.now)
    for one in (said, other):
        desk.hand(one)
        desk.hand(one)
    assert desk.problems() == ["chat_unsure"]
    status(desk, "wamid.1x", SENT, reference=desk.message(said).reference)
    assert desk.problems() == ["chat_unsure"], "of the other nobody knows yet"
    status(desk, "wamid.2x", FAILED, reason="too many", reference=desk.message(other).reference)
    assert desk.problems() == ["chat_not_sent"]
    desk.run(lambda tx: chat_sending.release(tx, desk.chat(), desk.message(other), desk.now))
    assert desk.problems() == []


def test_what_was_given_up_before_it_was_handed_over_can_be_sent_again(desk: ChatDesk, said: ChatMessage) -> None:
    """Its delivery ended, with a week of a revoked token or without an account."""
    with pytest.raises(ChatRefused, match="is queued"):
        desk.run(lambda tx: chat_sending.release(tx, desk.chat(), desk.message(said), desk.now))
    desk.later(hours=1)
    desk.run(lambda tx: chat_sending.release(tx, desk.chat(), desk.message(said), desk.now))
    assert desk.message(said).readied == 2
    assert desk.sends(said).text == "Yes."
    assert desk.hand(said) is None


def test_a_status_says_nothing_of_what_a_contact_wrote(desk: ChatDesk) -> None:
    wrote = desk.writes("Hello again")
    status(desk, wrote.external_id, FAILED, reason="strange")
    assert desk.thread()[-1].state is not FAILED
    assert desk.problems() == []


def test_to_nobody_nothing_is_sent(desk: ChatDesk, said: ChatMessage) -> None:
    desk.run(lambda tx: tx.chat_contacts.forget([desk.contact().id]))
    assert desk.hand(said) is None
    assert desk.look(lambda tx: tx.conversations.message(said.id)).message.state is FAILED  # type: ignore[union-attr]


def test_to_who_is_blocked_meanwhile_nothing_is_sent(desk: ChatDesk, said: ChatMessage) -> None:
    desk.run(lambda tx: tx.contacts.save(replace(desk.contact(), blocked=True)))
    assert desk.hand(said) is None
    assert desk.state(said) is FAILED


@pytest.mark.parametrize("text", ["", "  ", "x" * 4_001])
def test_a_text_must_say_something_and_not_too_much(desk: ChatDesk, text: str) -> None:
    with pytest.raises(Exception, match=r"text: must (say something|have at most)"):
        desk.premium.do(chat_sending.send, desk.chat().id, text=text, by=ANNA, at=desk.now)
