"""Messages both ways about a ticket: the customer's by his signed page, staff's by command (rules C12, C15, T11)."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from bridge.contracts.answers import Answer
from bridge.contracts.shop_documents import InboxRow
from bridge.contracts.shop_rows import SigningKey
from bridge.domain.events import TicketAnswered, TicketReplied
from bridge.domain.tickets import Author, MessageKind, TicketState
from bridge.errors import UnknownTicket
from bridge.services import firing, inbox, ticket_decisions, tickets
from bridge.services.told_before import Told
from bridge.testing.coin_desk import posted_row
from tests.support.books import ACME, customer
from tests.support.quoting import ANNA, CUSTOMER, CoinDesk, a_coin_desk

KEY = SigningKey("k1", bytes(32))


@pytest.fixture
def coins() -> Iterator[CoinDesk]:
    with a_coin_desk(actions_per_minute=1_000) as one:
        one.granted(CUSTOMER, 300, plan="essential")
        yield one
        assert one.right()


def writes(
    coins: CoinDesk, ticket: int, text: str = "Any news?", *, who: int = 77, uuid: str = "", told: Told | None = None
) -> Answer:
    """What a customer is answered to what he wrote."""
    data: dict[str, Any] = {"ticket": ticket, "text": text}
    posted = posted_row(KEY, store=ACME, customer=who, kind="ticket_reply", data=data, uuid=uuid)
    row = InboxRow(1, posted.customer_id, posted.uuid, posted.payload, posted.key_id, posted.mac)
    coins.later(seconds=1)
    coins.desk.run(inbox.handle, coins.terms, row, [KEY], at=coins.now, told=told)
    answer = coins.desk.look(lambda tx: tx.answers.get(ACME, posted.uuid))
    assert answer is not None
    return answer


def test_C12_what_a_customer_writes_is_in_the_thread_and_costs_nothing(coins: CoinDesk) -> None:
    ticket = coins.ticket(CUSTOMER).id
    answer = writes(coins, ticket, "  Any news?\n")
    assert (answer.outcome, answer.code, answer.document["data"]) == ("accepted", "replied", {"ticket": ticket})
    assert answer.document["text"] == {
        "en": "Your message has been sent.",
        "ru": "Ваше сообщение отправлено.",
        "fa": "پیام شما فرستاده شد.",
    }
    (said,) = coins.thread(ticket)
    assert (said.author, said.kind, said.text, said.verified) == (
        Author.CUSTOMER,
        MessageKind.TEXT,
        "Any news?",
        True,
    )
    assert said.at == coins.now
    assert coins.coins(CUSTOMER) == (300, 0, 300)


def test_staff_are_told_of_each_message_once_and_of_no_word_of_it(coins: CoinDesk) -> None:
    ticket = coins.ticket(CUSTOMER).id
    for uuid in ("0b0f2c5e-6a53-4d3b-9f0e-2f1f1b0c7a11", "0b0f2c5e-6a53-4d3b-9f0e-2f1f1b0c7a12"):
        for _ in range(2):
            writes(coins, ticket, "My secret", uuid=uuid)
    told = coins.told(TicketReplied)
    assert [event.key for event in told] == [
        f"acme:ticket:{ticket}:reply:0b0f2c5e-6a53-4d3b-9f0e-2f1f1b0c7a11",
        f"acme:ticket:{ticket}:reply:0b0f2c5e-6a53-4d3b-9f0e-2f1f1b0c7a12",
    ]
    assert "secret" not in repr(told)
    assert len(coins.thread(ticket)) == 2


def test_T11_nobody_writes_about_another_ones_ticket(coins: CoinDesk) -> None:
    """Nor is he told whether there is one."""
    theirs = coins.ticket(customer(78)).id
    answers = [
        writes(coins, theirs),
        writes(coins, 4_000),
        writes(coins, theirs, who=79),
    ]
    assert {(one.outcome, one.code) for one in answers} == {("refused", "unknown_ticket")}
    assert coins.thread(theirs) == []
    assert coins.told(TicketReplied) == []


def test_C15_who_is_frozen_can_still_write(coins: CoinDesk) -> None:
    ticket = coins.ticket(CUSTOMER).id
    coins.desk.run(lambda tx: tx.accounts.freeze(coins.account_id(CUSTOMER), coins.now))
    assert writes(coins, ticket).code == "replied"


def test_D4_about_a_ticket_whose_words_are_gone_nothing_is_written_any_more(coins: CoinDesk) -> None:
    ticket = coins.ticket(CUSTOMER).id
    coins.desk.run(
        ticket_decisions.set_state, coins.terms, ticket, TicketState.RESOLVED, by=ANNA, at=coins.later(seconds=1)
    )
    coins.desk.run(lambda tx: tx.personal.forget_old_texts(ACME, coins.now + timedelta(days=1)))
    assert writes(coins, ticket).code == "unknown_ticket"


def test_T12_thirty_messages_an_hour_are_enough_in_all_his_tickets_together(coins: CoinDesk) -> None:
    both = [coins.ticket(CUSTOMER).id, coins.ticket(CUSTOMER).id]
    codes = [writes(coins, both[turn % 2]).code for turn in range(31)]
    assert codes == ["replied"] * 30 + ["too_many_messages"]
    assert writes(coins, coins.ticket(customer(78)).id, who=78).code == "replied"
    coins.later(hours=1)
    assert writes(coins, both[0]).code == "replied"


def closed(coins: CoinDesk, ticket: int) -> None:
    coins.desk.run(
        ticket_decisions.set_state, coins.terms, ticket, TicketState.CLOSED, by=ANNA, at=coins.later(seconds=1)
    )


def test_T10_what_is_written_about_a_closed_ticket_goes_to_the_one_that_goes_on_with_it(coins: CoinDesk) -> None:
    """Also from a page that was open before, and also where that one has been gone on with itself."""
    first = coins.ticket(CUSTOMER).id
    closed(coins, first)
    answers = [writes(coins, first, text) for text in ("It came back.", "It came back.", "And it is slow.")]
    assert [(one.code, one.document["data"]["ticket"]) for one in answers] == [
        ("continued", first + 1),
        ("replied", first + 1),
        ("replied", first + 1),
    ]
    assert len(coins.thread(first + 1)) == 3
    closed(coins, first + 1)
    again = writes(coins, first, "Once more.")
    assert (again.code, again.document["data"]) == ("continued", {"ticket": first + 2, "continues": first + 1})
    assert writes(coins, first + 1).document["data"] == {"ticket": first + 2}


def test_T12_what_goes_on_with_a_closed_ticket_counts_as_a_ticket_opened(coins: CoinDesk) -> None:
    ended = [coins.ticket(CUSTOMER).id for _ in range(6)]
    for ticket in ended:
        closed(coins, ticket)
    codes = [writes(coins, ticket).code for ticket in ended]
    assert codes == ["continued"] * 5 + ["too_many_tickets"]
    assert writes(coins, ended[0]).code == "replied", "no other ticket comes of it"
    coins.later(hours=1)
    assert writes(coins, ended[5]).code == "continued"


def test_T12_messages_of_before_the_clock_was_put_back_count_for_nothing(coins: CoinDesk) -> None:
    ticket = coins.ticket(CUSTOMER).id
    for _ in range(30):
        writes(coins, ticket)
    coins.later(days=-1)
    assert writes(coins, ticket).code == "replied"


def test_after_a_restore_what_was_written_is_in_the_thread_again_whatever_its_pace(coins: CoinDesk) -> None:
    ticket = coins.ticket(CUSTOMER).id
    for _ in range(30):
        writes(coins, ticket)
    before = Told("accepted", "replied", {}, {"ticket": ticket}, coins.now - timedelta(minutes=3))
    answer = writes(coins, ticket, "Once more", told=before)
    assert (answer.code, answer.received_at) == ("replied", before.received_at)
    said = coins.thread(ticket)
    assert [one.at for one in said if one.text == "Once more"] == [before.received_at]
    assert [one.at for one in said] == sorted(one.at for one in said)


@pytest.mark.parametrize("ended", [TicketState.WAITING_CUSTOMER, TicketState.RESOLVED])
def test_T6_T10_what_was_written_after_the_backup_is_owed_an_answer_though_silence_came_first(
    coins: CoinDesk, ended: TicketState
) -> None:
    """What falls due at the restart is fired before the inbox is read; nobody had been silent."""
    ticket = coins.ticket(CUSTOMER).id
    coins.desk.run(tickets.reply, coins.terms, ticket, text="Look now.", by=ANNA, at=coins.now, state=ended)
    written = coins.now + timedelta(days=10)
    coins.later(days=15)
    coins.desk.run(firing.fire_due, {ACME: coins.terms}, at=coins.now)
    answer = writes(coins, ticket, "Not yet.", told=Told("accepted", "replied", {}, {"ticket": ticket}, written))
    assert (answer.code, answer.document["data"]) == ("replied", {"ticket": ticket})
    now = coins.desk.look(lambda tx: tx.tickets.now([ticket]))[ticket]
    assert (now.state, now.since, now.due) == (TicketState.OPEN, written, written + timedelta(days=1))


def test_a_reply_that_can_t_be_repeated_after_a_restore_is_told_to_staff(coins: CoinDesk) -> None:
    before = Told("accepted", "replied", {}, {"ticket": 9}, coins.now)
    assert writes(coins, 9, told=before).outcome == "accepted", "an acceptance is never taken back"
    (problem,) = coins.desk.look(lambda tx: tx.problems.open(ACME))
    assert (problem.kind, "replied (ticket 9)" in problem.summary) == ("after_backup", True)


def test_a_customer_is_told_that_staff_have_answered_and_no_word_of_it(coins: CoinDesk) -> None:
    ticket = coins.ticket(CUSTOMER).id
    for text in ("A secret", "Another one"):
        coins.later(seconds=1)
        coins.desk.run(tickets.reply, coins.terms, ticket, text=text, by=ANNA, at=coins.now)
    told = coins.told(TicketAnswered)
    assert [(event.owner, event.ticket_id) for event in told if isinstance(event, TicketAnswered)] == [
        (CUSTOMER, ticket)
    ] * 2
    assert len({event.key for event in told}) == 2
    assert "secret" not in repr(told)
    assert ANNA not in repr(told)


def test_P4_a_call_is_no_answer(coins: CoinDesk) -> None:
    ticket = coins.ticket(CUSTOMER).id
    coins.desk.run(tickets.log_call, coins.terms, ticket, text="He called.", by=ANNA, at=coins.now)
    assert coins.told(TicketAnswered) == []


def test_an_answer_to_a_ticket_that_is_not_there_tells_nobody(coins: CoinDesk) -> None:
    with pytest.raises(UnknownTicket):
        coins.desk.run(tickets.reply, coins.terms, 9, text="Hello", by=ANNA, at=coins.now)
    assert coins.told(TicketAnswered) == []
