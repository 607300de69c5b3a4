"""What is offered in a ticket, and what its lapse and the ticket's end make of each other (rules C7, C8, T10)."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest

from bridge.domain.events import QuoteLapsing
from bridge.domain.quotes import Quote, QuoteState
from bridge.domain.tickets import MessageKind, TicketState
from bridge.errors import QuoteRefused, TicketRefused
from bridge.services import firing, ticket_decisions, ticket_links
from tests.support.books import ACME
from tests.support.quoting import ANNA, CUSTOMER, CoinDesk
from tests.support.tickets import (
    DAY,
    TERMS,
    WEDNESDAY_6PM,
    a_desk_in_tehran,
    answers,
    opens,
    posts,
    state,
    stored_is_what_follows,
    time_passes,
)

A_SECOND = timedelta(seconds=1)


@pytest.fixture(name="coins")
def _coins() -> Iterator[CoinDesk]:
    with a_desk_in_tehran(WEDNESDAY_6PM) as desk:
        desk.terms = replace(desk.terms, tickets=replace(TERMS, waiting=30 * DAY))
        desk.granted(CUSTOMER, 550, plan="base")
        yield desk


def offered_in(coins: CoinDesk, ticket: int) -> Quote:
    return coins.offered(CUSTOMER, 50, ticket=coins.desk.look(lambda tx: tx.tickets.get(ACME, ticket)))


def said(coins: CoinDesk, ticket: int) -> list[MessageKind]:
    return [one.kind for one in coins.thread(ticket) if one.kind is not MessageKind.ALERTED]


def test_C8_T10_an_offer_that_lapses_is_staffs_turn_and_the_customer_reads_it(coins: CoinDesk) -> None:
    ticket = opens(coins)
    answers(coins, ticket)
    quote = offered_in(coins, ticket)
    time_passes(coins, quote.offer.valid_until)
    shown = coins.quote(quote.id).number
    assert (state(coins, ticket), len(coins.told(QuoteLapsing))) == ("waiting_approval", 1)
    time_passes(coins, quote.offer.valid_until + A_SECOND)
    last = coins.thread(ticket)[-1]
    assert (last.kind, last.detail, last.number) == (MessageKind.LAPSED, {"quote": quote.id, "version": 1}, 4)
    assert (state(coins, ticket), len(coins.told(QuoteLapsing))) == ("open", 1)
    assert coins.quote(quote.id).number > shown, "the offer's own history on his page says it too"
    assert time_passes(coins, coins.now + 60 * DAY) == [], "he has had his answer"
    stored_is_what_follows(coins)


def test_C8_T10_after_a_lapse_an_answer_waits_for_the_customer_not_for_his_approval(coins: CoinDesk) -> None:
    ticket = opens(coins)
    quote = offered_in(coins, ticket)
    time_passes(coins, quote.offer.valid_until + A_SECOND)
    posts(coins, "ticket_reply", ticket=ticket, text="I was away. Is it still possible?")
    coins.desk.run(ticket_decisions.no_answer_needed, coins.terms, ticket, by=ANNA, at=coins.later(seconds=1))
    assert state(coins, ticket) == "resolved"
    posts(coins, "ticket_reply", ticket=ticket, text="Hello?")
    answers(coins, ticket)
    assert state(coins, ticket) == "waiting_customer"
    stored_is_what_follows(coins)


def test_T10_a_ticket_whose_days_were_over_first_is_resolved_though_the_lapse_is_seen_first(coins: CoinDesk) -> None:
    coins.terms = replace(coins.terms, tickets=TERMS)
    ticket = opens(coins)
    quote = offered_in(coins, ticket)
    coins.now = quote.offer.valid_until + 2 * DAY
    coins.desk.run(lambda tx: tx.deadlines.clear(["ticket"], ticket))
    coins.desk.run(firing.fire_due, {ACME: coins.terms}, at=coins.now)
    assert said(coins, ticket)[-2:] == [MessageKind.STATE, MessageKind.LAPSED]
    assert state(coins, ticket) == "resolved"
    stored_is_what_follows(coins)


def test_C7_T10_staff_close_no_ticket_in_which_something_can_be_approved(coins: CoinDesk) -> None:
    ticket = opens(coins)
    quote = offered_in(coins, ticket)
    with pytest.raises(TicketRefused, match=f"withdraw quote {quote.id} first"):
        coins.desk.run(ticket_decisions.set_state, coins.terms, ticket, TicketState.CLOSED, by=ANNA, at=coins.now)
    with pytest.raises(TicketRefused, match=f"withdraw quote {quote.id} first"):
        answers(coins, ticket, state=TicketState.CLOSED)
    answers(coins, ticket, state=TicketState.RESOLVED)
    time_passes(coins, quote.offer.valid_until + A_SECOND)
    coins.desk.run(ticket_decisions.set_state, coins.terms, ticket, TicketState.CLOSED, by=ANNA, at=coins.now)
    assert state(coins, ticket) == "closed"


def test_C7_T10_what_is_offered_is_withdrawn_when_its_ticket_closes_by_itself(coins: CoinDesk) -> None:
    coins.terms = replace(coins.terms, valid_days=60)
    ticket = opens(coins, price="analytics")
    (draft,) = coins.quotes(CUSTOMER)
    quote = offered_in(coins, ticket)
    answers(coins, ticket, state=TicketState.RESOLVED)
    time_passes(coins, coins.now + 15 * DAY)
    assert (state(coins, ticket), said(coins, ticket)[-2:]) == ("closed", [MessageKind.WITHDRAWN, MessageKind.STATE])
    assert [coins.quote(one.id).state for one in (draft, quote)] == [QuoteState.WITHDRAWN] * 2
    with pytest.raises(QuoteRefused, match="withdrawn and can't be approved"):
        coins.approved(quote)
    assert time_passes(coins, coins.now + 60 * DAY) == []
    stored_is_what_follows(coins)


def test_C8_T10_a_ticket_whose_offer_has_lapsed_can_be_joined_to_another(coins: CoinDesk) -> None:
    ticket = opens(coins)
    quote = offered_in(coins, ticket)
    time_passes(coins, quote.offer.valid_until + A_SECOND)
    other = opens(coins)
    coins.desk.run(ticket_links.merge, coins.terms, ticket, into=other, by=ANNA, at=coins.later(seconds=1))
    assert state(coins, ticket) == "closed"
    stored_is_what_follows(coins)


def test_D4_words_about_an_offer_that_lapsed_long_ago_are_forgotten_with_the_others(coins: CoinDesk) -> None:
    ticket = opens(coins)
    quote = offered_in(coins, ticket)
    answers(coins, ticket, state=TicketState.RESOLVED)
    time_passes(coins, coins.now + 40 * DAY)
    assert coins.quote(quote.id).state is QuoteState.OFFERED
    until = quote.offer.valid_until
    assert coins.desk.run(lambda tx: tx.personal.forget_old_texts(ACME, until)) == 0
    assert coins.desk.run(lambda tx: tx.personal.forget_old_texts(ACME, until + DAY)) == 1
