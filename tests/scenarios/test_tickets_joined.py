"""What is joined or split keeps what was promised, how urgent it is and what was told of it (rules T3, T6, T7, T10)."""

from collections.abc import Iterator

import pytest

from bridge.domain.events import ClockBreached, ClockEscalated, ClockWarning
from bridge.domain.quotes import QuoteState
from bridge.domain.ticket_terms import AlertTimes
from bridge.domain.tickets import MessageKind, TicketState
from bridge.errors import QuoteRefused, TicketRefused
from bridge.services import offering, ticket_decisions, ticket_links, tickets
from tests.support.books import customer
from tests.support.quoting import ANNA, CUSTOMER, CoinDesk, a_coin_desk
from tests.support.tickets import (
    BORIS,
    DAY,
    HOUR,
    PUBLISHED,
    THURSDAY_10AM,
    a_desk_in_tehran,
    answers,
    in_office_hours,
    now_of,
    opens,
    posts,
    state,
    stored_is_what_follows,
    time_passes,
)


@pytest.fixture(name="coins")
def _coins() -> Iterator[CoinDesk]:
    with a_desk_in_tehran(THURSDAY_10AM) as desk:
        desk.granted(CUSTOMER, 550, plan="base")
        yield desk


def joins(coins: CoinDesk, ticket: int, into: int) -> None:
    coins.desk.run(ticket_links.merge, coins.terms, ticket, into=into, by=ANNA, at=coins.later(seconds=1))


def confirms_urgent(coins: CoinDesk, ticket: int) -> None:
    coins.desk.run(ticket_decisions.confirm_urgent, coins.terms, ticket, by=ANNA, at=coins.later(minutes=1))


def splits_last(coins: CoinDesk, ticket: int) -> int:
    """The number of the part that begins with what was said last in a ticket."""
    last = [one for one in coins.thread(ticket) if one.text][-1].id
    at = coins.later(seconds=1)
    return coins.desk.run(ticket_links.split, coins.terms, ticket, from_message=last, subject="Down", by=ANNA, at=at).id


def test_T10_a_joined_ticket_is_closed_and_the_other_owes_what_was_asked_in_it(coins: CoinDesk) -> None:
    first = opens(coins)
    answers(coins, first)
    coins.later(hours=1)
    second = opens(coins, text="And the footer?")
    asked_at = coins.now
    coins.later(hours=1)
    coins.desk.run(ticket_links.merge, coins.terms, second, into=first, by=ANNA, at=coins.now)
    assert (state(coins, first), now_of(coins, first).due) == ("open", asked_at + DAY)
    assert (state(coins, second), now_of(coins, second).due) == ("closed", None)
    assert posts(coins, "ticket_reply", ticket=second, text="Any news?").document["data"] == {"ticket": first}
    assert [one.text for one in coins.thread(first) if one.text] == ["It does not slide.", "Look now.", "Any news?"]
    with pytest.raises(TicketRefused, match=f"was merged into ticket {first}"):
        coins.desk.run(ticket_decisions.set_state, coins.terms, second, TicketState.OPEN, by=ANNA, at=coins.now)
    stored_is_what_follows(coins)


def test_T10_what_would_lose_something_is_not_joined(coins: CoinDesk) -> None:
    coins.granted(customer(78), 550, plan="base")
    first, theirs = opens(coins), opens(coins, 78)
    coins.later(hours=1)
    second, closed = opens(coins), opens(coins)
    coins.desk.run(ticket_decisions.set_state, coins.terms, closed, TicketState.CLOSED, by=ANNA, at=coins.now)
    with_quote = coins.offered(CUSTOMER, 50).ticket_id
    for one, into, why in (
        (first, first, "can't be joined to itself"),
        (theirs, first, "is customer 77's, not that of customer 78"),
        (first, second, f"ticket {first} is due earlier than ticket {second}"),
        (closed, first, f"ticket {closed} is closed"),
        (first, closed, f"ticket {closed} is closed"),
        (with_quote, first, "has the open quote"),
    ):
        with pytest.raises(TicketRefused, match=why):
            coins.desk.run(ticket_links.merge, coins.terms, one, into=into, by=ANNA, at=coins.now)
    coins.desk.run(ticket_links.merge, coins.terms, second, into=first, by=ANNA, at=coins.now)
    assert now_of(coins, first).due == THURSDAY_10AM + DAY


def test_T10_a_part_goes_on_by_itself_with_the_promise_of_then(coins: CoinDesk) -> None:
    ticket = opens(coins)
    answers(coins, ticket)
    posts(coins, "ticket_reply", ticket=ticket, text="Another thing: the invoice is wrong.")
    asked_at = coins.now
    coins.desk.run(tickets.write_note, coins.terms, ticket, text="Tax rate?", by=ANNA, at=coins.later(minutes=1))
    wanted = next(one.id for one in coins.thread(ticket) if one.text.startswith("Another"))
    coins.later(hours=1)
    split = ticket_links.split
    part = coins.desk.run(split, coins.terms, ticket, from_message=wanted, subject="Invoice", by=ANNA, at=coins.now)
    assert [(one.kind, one.text) for one in coins.thread(part.id)] == [
        (MessageKind.TEXT, "Another thing: the invoice is wrong."),
        (MessageKind.NOTE, "Tax rate?"),
        (MessageKind.SPLIT, ""),
    ]
    assert (state(coins, part.id), now_of(coins, part.id).due) == ("open", asked_at + DAY)
    assert (state(coins, ticket), now_of(coins, ticket).due) == ("waiting_customer", None)
    assert [one.text for one in coins.thread(ticket) if one.kind is MessageKind.TEXT][-1].startswith("Another")
    stored_is_what_follows(coins)
    begins = coins.thread(ticket)[0].id
    for message, why in ((begins, "begins ticket"), (10_000, "has no message 10000")):
        with pytest.raises(TicketRefused, match=why):
            coins.desk.run(split, coins.terms, ticket, from_message=message, subject="Part", by=ANNA, at=coins.now)


def test_T6_a_ticket_waits_for_no_customer_who_waits_for_an_answer(coins: CoinDesk) -> None:
    ticket = opens(coins)
    wait = TicketState.WAITING_CUSTOMER
    with pytest.raises(TicketRefused, match="the customer waits for an answer; reply, or say that none is needed"):
        coins.desk.run(ticket_decisions.set_state, coins.terms, ticket, wait, by=ANNA, at=coins.later(seconds=1))
    answers(coins, ticket, state=TicketState.RESOLVED)
    coins.desk.run(ticket_decisions.set_state, coins.terms, ticket, wait, by=ANNA, at=coins.later(seconds=1))
    assert state(coins, ticket) == "waiting_customer"


@pytest.mark.parametrize("after", [TicketState.WAITING_CUSTOMER, TicketState.RESOLVED])
def test_T10_an_older_ticket_that_is_joined_to_a_newer_one_is_still_owed_in_time(
    coins: CoinDesk, after: TicketState
) -> None:
    older = opens(coins)
    due = now_of(coins, older).due
    coins.later(hours=2)
    newer = opens(coins)
    coins.later(hours=1)
    answers(coins, newer, state=after)
    coins.later(hours=17)
    joins(coins, older, newer)
    assert (state(coins, newer), now_of(coins, newer).due) == ("open", due)
    told = time_passes(coins, coins.now + 2 * DAY)
    assert [type(one) for one in told] == [ClockWarning, ClockBreached, ClockEscalated]
    stored_is_what_follows(coins)


def test_T6_a_promise_that_the_other_ticket_would_keep_later_is_not_joined_to_it(coins: CoinDesk) -> None:
    older = opens(coins)
    coins.now += 2 * DAY
    newer = opens(coins)
    answers(coins, newer)
    with pytest.raises(TicketRefused, match="is due earlier"):
        joins(coins, older, newer)
    assert (state(coins, older), state(coins, newer)) == ("open", "waiting_customer")
    joins(coins, newer, older)


def test_T6_a_promise_is_not_lost_in_a_ticket_that_stood_still(coins: CoinDesk) -> None:
    waiting = opens(coins)
    coins.offered(CUSTOMER, 50, ticket=coins.desk.look(lambda tx: tx.tickets.get("acme", waiting)))
    coins.later(minutes=1)
    other = opens(coins)
    due = now_of(coins, other).due
    coins.later(hours=23)
    joins(coins, other, waiting)
    kept = now_of(coins, waiting).due
    assert due is not None
    assert kept is not None
    assert kept <= due
    stored_is_what_follows(coins)


def test_T3_what_is_joined_to_another_ticket_is_as_urgent_there(coins: CoinDesk) -> None:
    first = opens(coins)
    answers(coins, first)
    coins.later(hours=1)
    urgent = opens(coins, urgent=True)
    confirms_urgent(coins, urgent)
    due = now_of(coins, urgent).due
    coins.later(hours=3)
    joins(coins, urgent, first)
    assert (now_of(coins, first).due, now_of(coins, first).urgency) == (due, "confirmed")
    stored_is_what_follows(coins)


def test_T3_what_was_joined_as_urgent_judges_no_answer_of_before(coins: CoinDesk) -> None:
    first, urgent = opens(coins), opens(coins)
    confirms_urgent(coins, urgent)
    coins.later(hours=6)
    answers(coins, first)
    joins(coins, urgent, first)
    stored_is_what_follows(coins)
    told = time_passes(coins, coins.now + HOUR)
    assert [(type(one), one.ticket_id) for one in told] == [(ClockEscalated, first)]


def test_T3_a_part_of_an_urgent_ticket_is_as_urgent(coins: CoinDesk) -> None:
    ticket = opens(coins)
    answers(coins, ticket)
    posts(coins, "ticket_reply", ticket=ticket, text="The shop is down!")
    confirms_urgent(coins, ticket)
    due = now_of(coins, ticket).due
    coins.later(hours=3)
    part = splits_last(coins, ticket)
    assert (now_of(coins, part).due, now_of(coins, part).urgency) == (due, "confirmed")
    assert now_of(coins, ticket).due is None
    stored_is_what_follows(coins)


def test_T7_what_was_told_of_a_promise_is_not_told_again_after_it_was_joined(coins: CoinDesk) -> None:
    first = opens(coins)
    answers(coins, first)
    coins.later(hours=1)
    late = opens(coins)
    assert len(time_passes(coins, coins.now + DAY + 3 * HOUR)) == 4
    joins(coins, late, first)
    assert time_passes(coins, coins.now + DAY) == []


def test_T7_what_was_told_of_a_promise_is_not_told_again_of_a_part(coins: CoinDesk) -> None:
    ticket = opens(coins)
    answers(coins, ticket)
    posts(coins, "ticket_reply", ticket=ticket, text="And?")
    confirms_urgent(coins, ticket)
    assert len(time_passes(coins, coins.now + 7 * HOUR)) == 4
    splits_last(coins, ticket)
    assert time_passes(coins, coins.now + 5 * HOUR) == []


def test_T7_whoever_was_to_hear_of_a_breach_in_his_hours_hears_of_it_after_the_join() -> None:
    with a_coin_desk(plans=PUBLISHED, tickets=in_office_hours(AlertTimes.IN_HOURS)) as coins:
        coins.now = THURSDAY_10AM - 16 * HOUR
        coins.granted(CUSTOMER, 550, plan="base")
        first = opens(coins)
        answers(coins, first)
        late = opens(coins)
        time_passes(coins, coins.now + DAY + HOUR)
        joins(coins, late, first)
        told = time_passes(coins, coins.now + 2 * DAY)
        assert [(type(one), one.ticket_id, one.to) for one in told] == [(ClockBreached, first, (BORIS,))]


def test_C7_T10_nothing_is_offered_in_a_ticket_that_was_merged_into_another(coins: CoinDesk) -> None:
    merged, other = opens(coins), opens(coins)
    quote = coins.offered(CUSTOMER, 50, ticket=coins.desk.look(lambda tx: tx.tickets.get("acme", merged)))
    coins.declined(quote)
    answers(coins, merged)
    joins(coins, merged, other)
    with pytest.raises(QuoteRefused, match=f"was merged into ticket {other}: offer it there"):
        coins.desk.run(offering.reissue, coins.terms, quote.id, by=ANNA, at=coins.later(seconds=1))
    with pytest.raises(QuoteRefused, match=f"was merged into ticket {other}: offer it there"):
        coins.offered(CUSTOMER, 50, ticket=coins.desk.look(lambda tx: tx.tickets.get("acme", merged)))
    assert (state(coins, merged), coins.quote(quote.id).state) == ("closed", QuoteState.DECLINED)


def test_T10_a_ticket_that_is_joined_to_another_takes_none_itself(coins: CoinDesk) -> None:
    merged, other = opens(coins), opens(coins)
    answers(coins, merged)
    joins(coins, merged, other)
    answers(coins, other)
    with pytest.raises(TicketRefused, match=f"ticket {merged} is closed"):
        joins(coins, other, merged)
