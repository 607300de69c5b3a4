"""Tickets from their opening to their end: who may write, whose turn it is, and that none of it costs coins."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from bridge.domain.events import TicketAssigned, TicketStateChanged
from bridge.domain.policies import OpeningPromise
from bridge.domain.ticket_terms import TicketTerms
from bridge.domain.tickets import TicketKind, TicketState
from bridge.errors import TicketRefused
from bridge.services import ticket_decisions, tickets
from bridge.services.macros import macro_text
from bridge.services.promises import Promise, promise_of
from tests.support.books import ACME, customer
from tests.support.quoting import ANNA, CUSTOMER, CoinDesk, a_coin_desk
from tests.support.tickets import (
    BORIS,
    DAY,
    PUBLISHED,
    WEDNESDAY_6PM,
    a_desk_in_tehran,
    answers,
    now_of,
    opens,
    posts,
    state,
    stored_is_what_follows,
    time_passes,
)


@pytest.fixture(name="coins")
def _coins() -> Iterator[CoinDesk]:
    with a_desk_in_tehran(WEDNESDAY_6PM) as desk:
        yield desk


def test_T1_anybody_with_a_shop_account_can_ask_before_he_buys_and_nothing_is_promised(coins: CoinDesk) -> None:
    ticket = opens(coins, owner=901, kind="pre_sales", subject="Does it work with 9?")
    found = coins.desk.look(lambda tx: tx.tickets.get(ACME, ticket))
    assert found is not None
    assert (found.kind, found.language, found.channel) == (TicketKind.PRE_SALES, "en", "page")
    assert now_of(coins, ticket).due is None
    assert coins.desk.look(promise_of, found) == Promise(OpeningPromise(), None)
    answers(coins, ticket)
    assert [one.text for one in coins.thread(ticket)] == ["It does not slide.", "Look now."]
    assert coins.coins(customer(901)) == (0, 0, 0)


def test_T1_what_the_customer_says_that_it_is_about_is_kept_as_his_words(coins: CoinDesk) -> None:
    ticket = opens(coins, order=1042, product="Slider Pro", kind="work")
    found = coins.desk.look(lambda tx: tx.tickets.get(ACME, ticket))
    assert found is not None
    assert (found.order_id, found.product, found.kind) == (1042, "Slider Pro", TicketKind.WORK)


@pytest.mark.parametrize(
    "wrong",
    [
        {"kind": "gift"},
        {"order": 0},
        {"product": "two\nlines"},
        {"urgent": "yes"},
        {"unknown": 1},
        {"product": "x" * 201},
    ],
)
def test_a_form_that_is_not_as_agreed_on_opens_nothing(coins: CoinDesk, wrong: dict[str, Any]) -> None:
    data = {"subject": "Slider", "text": "Help.", "price": None, **wrong}
    answer = posts(coins, "ticket_open", **data)
    assert (answer.outcome, answer.code) == ("refused", "invalid")
    assert coins.desk.look(lambda tx: tx.tickets.latest(ACME, 10)) == []


def test_pages_of_the_version_before_go_on_opening_and_writing(coins: CoinDesk) -> None:
    opened = posts(coins, "request_open", subject="Slider", text="Help.", price=None)
    ticket = opened.document["data"]["ticket"]
    written = posts(coins, "request_reply", request=ticket, text="Please.")
    assert (opened.code, written.code) == ("ticket_opened", "replied")
    assert [one.text for one in coins.thread(ticket)] == ["Help.", "Please."]


def test_T12_five_tickets_an_hour_and_thirty_messages_are_taken_and_no_more(coins: CoinDesk) -> None:
    data = {"subject": "Slider", "text": "Help.", "price": None}
    codes = [posts(coins, "ticket_open", **data).code for _ in range(6)]
    assert codes == ["ticket_opened"] * 5 + ["too_many_tickets"]
    written = [posts(coins, "ticket_reply", ticket=1, text="And this.").code for _ in range(26)]
    assert written == ["replied"] * 25 + ["too_many_messages"]
    coins.later(hours=1)
    assert posts(coins, "ticket_open", **data).code == "ticket_opened"


def test_T12_the_numbers_are_the_stores() -> None:
    with a_coin_desk(tickets=TicketTerms(tickets_per_hour=1, messages_per_hour=2)) as few:
        assert opens(few) == 1
        assert posts(few, "ticket_open", subject="Slider", text="Help.", price=None).code == "too_many_tickets"
        codes = [posts(few, "ticket_reply", ticket=1, text="And this.").code for _ in range(2)]
        assert codes == ["replied", "too_many_messages"]


def test_T10_a_tickets_way_from_open_to_closed_and_on_in_a_new_one(coins: CoinDesk) -> None:
    coins.granted(CUSTOMER, 550, plan="base")
    ticket = opens(coins)
    answers(coins, ticket)
    assert state(coins, ticket) == "waiting_customer"
    assert posts(coins, "ticket_reply", ticket=ticket, text="Still not.").code == "replied"
    assert state(coins, ticket) == "open"
    answers(coins, ticket, state=TicketState.RESOLVED)
    assert state(coins, ticket) == "resolved"
    assert posts(coins, "ticket_reply", ticket=ticket, text="It came back.").code == "replied"
    assert state(coins, ticket) == "open", "a reply reopens"
    answers(coins, ticket)
    time_passes(coins, coins.now + 14 * DAY)
    assert state(coins, ticket) == "resolved"
    time_passes(coins, coins.now + 14 * DAY)
    assert state(coins, ticket) == "closed"
    answer = posts(coins, "ticket_reply", ticket=ticket, text="And again.")
    assert (answer.code, answer.document["data"]) == ("continued", {"ticket": ticket + 1, "continues": ticket})
    assert answer.document["text"]["en"] == (
        f"Ticket {ticket} is closed, so your message has been sent as a new ticket; its number is {ticket + 1}."
    )
    following = coins.desk.look(lambda tx: tx.tickets.get(ACME, ticket + 1))
    assert following is not None
    assert (following.continues, following.subject) == (ticket, "Slider")
    assert coins.thread(ticket)[-1].detail == {"continued_by": ticket + 1}
    assert state(coins, ticket) == "closed"
    changes = [(one.was, one.state) for one in coins.told(TicketStateChanged) if isinstance(one, TicketStateChanged)]
    assert changes == [
        ("open", "waiting_customer"),
        ("waiting_customer", "open"),
        ("open", "resolved"),
        ("resolved", "open"),
        ("open", "waiting_customer"),
        ("waiting_customer", "resolved"),
        ("resolved", "closed"),
    ]
    stored_is_what_follows(coins)


def test_T10_offers_and_work_say_whose_turn_it_is(coins: CoinDesk) -> None:
    coins.granted(CUSTOMER, 550, plan="base")
    ticket = opens(coins)
    found = coins.desk.look(lambda tx: tx.tickets.get(ACME, ticket))
    quote = coins.offered(CUSTOMER, 50, ticket=found)
    assert state(coins, ticket) == "waiting_approval"
    coins.approved(quote, at=coins.later(seconds=1))
    assert state(coins, ticket) == "open"
    coins.later(seconds=1)
    coins.started(quote)
    assert state(coins, ticket) == "in_work"
    answers(coins, ticket, progress=True)
    assert posts(coins, "ticket_reply", ticket=ticket, text="Good.").code == "replied"
    assert state(coins, ticket) == "in_work"
    coins.desk.run(ticket_decisions.no_answer_needed, coins.terms, ticket, by=ANNA, at=coins.later(seconds=1))
    assert state(coins, ticket) == "in_work"
    coins.later(seconds=1)
    coins.settled(quote, 45)
    assert state(coins, ticket) == "resolved"
    stored_is_what_follows(coins)


def test_T10_thanks_need_no_answer(coins: CoinDesk) -> None:
    coins.granted(CUSTOMER, 550, plan="base")
    ticket = opens(coins)
    answers(coins, ticket, state=TicketState.RESOLVED)
    posts(coins, "ticket_reply", ticket=ticket, text="Thank you!")
    assert (state(coins, ticket), now_of(coins, ticket).due) == ("open", coins.now + DAY)
    coins.desk.run(ticket_decisions.no_answer_needed, coins.terms, ticket, by=ANNA, at=coins.later(minutes=5))
    assert (state(coins, ticket), now_of(coins, ticket).due) == ("resolved", None)
    assert time_passes(coins, coins.now + 3 * DAY) == []
    with pytest.raises(TicketRefused, match="nobody waits for an answer"):
        coins.desk.run(ticket_decisions.no_answer_needed, coins.terms, ticket, by=ANNA, at=coins.now)


def test_T10_staff_name_a_state_and_a_closed_ticket_takes_no_answer(coins: CoinDesk) -> None:
    ticket = opens(coins)
    answers(coins, ticket, progress=True)
    for new in (TicketState.IN_WORK, TicketState.WAITING_CUSTOMER, TicketState.CLOSED):
        coins.desk.run(ticket_decisions.set_state, coins.terms, ticket, new, by=ANNA, at=coins.later(minutes=1))
        assert state(coins, ticket) == str(new)
    with pytest.raises(TicketRefused, match="is closed: reopen it first"):
        answers(coins, ticket)
    with pytest.raises(TicketRefused, match="is closed already"):
        coins.desk.run(ticket_decisions.set_state, coins.terms, ticket, TicketState.CLOSED, by=ANNA, at=coins.now)
    with pytest.raises(TicketRefused, match="waits for approval once something is offered"):
        coins.desk.run(
            ticket_decisions.set_state, coins.terms, ticket, TicketState.WAITING_APPROVAL, by=ANNA, at=coins.now
        )
    coins.desk.run(ticket_decisions.set_state, coins.terms, ticket, TicketState.OPEN, by=ANNA, at=coins.now)
    assert state(coins, ticket) == "open"


def test_C7_T10_no_ticket_ends_while_coins_are_held_for_it(coins: CoinDesk) -> None:
    coins.granted(CUSTOMER, 550, plan="base")
    ticket = opens(coins)
    quote = coins.offered(CUSTOMER, 50, ticket=coins.desk.look(lambda tx: tx.tickets.get(ACME, ticket)))
    coins.approved(quote, at=coins.later(seconds=1))
    with pytest.raises(TicketRefused, match=f"quote {quote.id} holds coins"):
        coins.desk.run(ticket_decisions.set_state, coins.terms, ticket, TicketState.RESOLVED, by=ANNA, at=coins.now)
    answers(coins, ticket, state=TicketState.WAITING_CUSTOMER)
    time_passes(coins, coins.now + 20 * DAY)
    assert state(coins, ticket) == "waiting_customer", "coins can't be forgotten in a ticket that is over"
    coins.released(quote)
    time_passes(coins, coins.now + 2 * DAY)
    assert state(coins, ticket) == "resolved"


def test_a_ticket_is_taken_handed_over_and_given_back_and_the_audit_says_by_whom(coins: CoinDesk) -> None:
    ticket = opens(coins)
    for to in (ANNA, BORIS, None):
        coins.desk.run(ticket_decisions.assign, coins.terms, ticket, to=to, by=ANNA, at=coins.later(minutes=1))
        assert now_of(coins, ticket).assignee == to
    for to, why in (("Mallory", r"none of the store's staff \(Anna, Boris\)"), (None, "is nobody’s already")):
        with pytest.raises(TicketRefused, match=why):
            coins.desk.run(ticket_decisions.assign, coins.terms, ticket, to=to, by=ANNA, at=coins.now)
    lines = coins.desk.look(lambda tx: tx.audit.lines(store=ACME, subject=f"ticket:{ticket}"))
    assert [(one.staff, one.action, one.detail) for one in lines][::-1] == [
        (ANNA, "assign", {"to": ANNA}),
        (ANNA, "assign", {"to": BORIS}),
        (ANNA, "assign", {"to": None}),
    ]


def test_whoever_is_given_a_ticket_by_somebody_else_is_told_so(coins: CoinDesk) -> None:
    ticket = opens(coins)
    for to, by in ((ANNA, ANNA), (BORIS, ANNA), (None, BORIS), (ANNA, BORIS)):
        coins.desk.run(ticket_decisions.assign, coins.terms, ticket, to=to, by=by, at=coins.later(minutes=1))
    told = [one for one in coins.told(TicketAssigned) if isinstance(one, TicketAssigned)]
    assert [(one.ticket_id, one.to, one.by) for one in told] == [(ticket, (BORIS,), ANNA), (ticket, (ANNA,), BORIS)]
    assert len({one.key for one in told}) == 2


def test_C12_nothing_that_is_done_with_a_ticket_books_anything(coins: CoinDesk) -> None:
    coins.granted(CUSTOMER, 550, plan="base")
    before = coins.entries(CUSTOMER)
    ticket, other = opens(coins, urgent=True), opens(coins)
    decisions: list[tuple[Callable[..., object], dict[str, Any]]] = [
        (ticket_decisions.confirm_urgent, {}),
        (ticket_decisions.assign, {"to": ANNA}),
        (ticket_decisions.set_kind, {"kind": TicketKind.WORK}),
        (tickets.write_note, {"text": "Hm."}),
        (tickets.log_call, {"text": "He called."}),
        (tickets.reply, {"text": "Done."}),
    ]
    for decide, how in decisions:
        coins.desk.run(decide, coins.terms, ticket, by=ANNA, at=coins.later(minutes=1), **how)
    coins.desk.run(ticket_decisions.set_state, coins.terms, other, TicketState.CLOSED, by=ANNA, at=coins.now)
    assert coins.entries(CUSTOMER) == before


def test_a_canned_answer_names_what_it_is_about_in_the_customers_language() -> None:
    texts = {
        "en": "{store}: ticket {ticket} ({subject}) is answered {due}; you have {coins} coins. {{}}",
        "fa": "{ticket}: {coins}",
    }
    with a_coin_desk(plans=PUBLISHED, title="Acme", tickets=TicketTerms(macros={"seen": texts})) as coins:
        coins.now = WEDNESDAY_6PM
        coins.granted(CUSTOMER, 1550, plan="base")
        ticket = opens(coins, subject="Slider {coins}")
        text = coins.desk.look(macro_text, coins.terms, ticket, "seen", at=coins.now)
        assert text == (
            f"Acme: ticket {ticket} (Slider {{coins}}) is answered Thursday, 26 November 2026, 18:00 (Tehran time); "
            "you have 1,550 coins. {}"
        )
        assert coins.desk.look(macro_text, coins.terms, ticket, "seen", at=coins.now, language="fa") == "۱: ۱٬۵۵۰"
        assert coins.desk.look(macro_text, coins.terms, ticket, "seen", at=coins.now, language="ru") == text
        answers(coins, ticket)
        assert "answered as soon as we can;" in coins.desk.look(macro_text, coins.terms, ticket, "seen", at=coins.now)
        with pytest.raises(TicketRefused, match=r"has no canned answer bye \(there are: seen\)"):
            coins.desk.look(macro_text, coins.terms, ticket, "bye", at=coins.now)
