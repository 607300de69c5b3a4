"""What a quote allows in each state, to whom and when; that it has lapsed follows from the moment handed in."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from bridge.domain import quotes
from bridge.domain.accounts import Account
from bridge.domain.holds import Part
from bridge.domain.quotes import ENDED, HOLDING, Offer, Quote, QuoteKind, QuoteState
from bridge.errors import ImpossibleAmount, QuoteRefused
from tests.support.books import MONDAY_9AM, customer

DEADLINE = MONDAY_9AM + timedelta(days=14)
HASHES = {"en": "a" * 64, "ru": "b" * 64, "fa": "c" * 64}


def a_quote(**different: Any) -> Quote:
    """Quote 7 of account 1 for 50 coins, offered on Monday in its second version."""
    texts = dict.fromkeys(HASHES, "text")
    facts: dict[str, Any] = {
        "id": 7,
        "store": "acme",
        "ticket_id": 3,
        "account_id": 1,
        "kind": QuoteKind.WORK,
        "state": QuoteState.OFFERED,
        "offer": Offer(2, 50, "The work.", texts, HASHES, MONDAY_9AM, DEADLINE, "Anna"),
    }
    return Quote(**{**facts, **different})


def refusal(quote: Quote, **different: Any) -> str:
    """Why an approval is refused, empty where it is not."""
    facts: dict[str, Any] = {"account_id": 1, "version": 2, "text_hash": HASHES["fa"], "at": MONDAY_9AM}
    try:
        quotes.require_approvable(quote, **{**facts, **different})
    except QuoteRefused as error:
        return error.reason
    return ""


def test_C8_an_offer_is_valid_14_days_to_its_last_second() -> None:
    assert quotes.first_deadline(MONDAY_9AM.replace(microsecond=7), days=14) == DEADLINE
    assert not a_quote().lapsed(DEADLINE + timedelta(milliseconds=999))
    assert a_quote().lapsed(DEADLINE + timedelta(seconds=1))


@pytest.mark.parametrize("state", [state for state in QuoteState if state is not QuoteState.OFFERED])
def test_C8_only_what_is_offered_can_lapse(state: QuoteState) -> None:
    assert not a_quote(state=state).lapsed(DEADLINE + timedelta(days=100))


@pytest.mark.parametrize("language", HASHES)
def test_C9_the_words_of_any_language_that_was_shown_can_be_approved(language: str) -> None:
    assert refusal(a_quote(), text_hash=HASHES[language], at=DEADLINE) == ""


@pytest.mark.parametrize(
    ("different", "reason"),
    [
        ({"account_id": 2}, "unknown_quote"),
        ({"version": 1}, "quote_changed"),
        ({"version": 3}, "quote_changed"),
        ({"text_hash": "d" * 64}, "text_differs"),
        ({"text_hash": ""}, "text_differs"),
        ({"at": DEADLINE + timedelta(seconds=1)}, "quote_lapsed"),
        ({"account_id": 2, "version": 1, "text_hash": "", "at": DEADLINE + timedelta(days=9)}, "unknown_quote"),
    ],
)
def test_C8_C9_an_approval_of_anything_else_is_refused_and_a_stranger_learns_nothing(
    different: dict[str, Any], reason: str
) -> None:
    assert refusal(a_quote(), **different) == reason


@pytest.mark.parametrize("state", [state for state in QuoteState if state is not QuoteState.OFFERED])
def test_C8_what_is_not_offered_can_not_be_approved(state: QuoteState) -> None:
    assert refusal(a_quote(state=state)) == ("unknown_quote" if state is QuoteState.DRAFT else "quote_closed")


def test_C15_a_frozen_account_is_refused() -> None:
    account = Account(1, customer(77))
    quotes.require_unfrozen(account)
    with pytest.raises(QuoteRefused) as refused:
        quotes.require_unfrozen(replace(account, frozen_at=MONDAY_9AM))
    assert refused.value.reason == "account_frozen"


@pytest.mark.parametrize("coins", [1, 15, 2000])
def test_C7_a_quote_asks_for_whole_coins_up_to_the_limit(coins: int) -> None:
    assert quotes.require_amount(coins, most=2000) == coins


@pytest.mark.parametrize("coins", [0, -1, 2001, 1.5, "50", True, None])
def test_C7_and_for_nothing_else(coins: Any) -> None:
    with pytest.raises(ImpossibleAmount):
        quotes.require_amount(coins, most=2000)


def test_C7_a_state_that_does_not_allow_it_is_named_with_those_that_do() -> None:
    quotes.require_state(a_quote(), QuoteState.OFFERED, doing="this")
    with pytest.raises(QuoteRefused, match="quote 7 is offered: settling needs one that is approved or started"):
        quotes.require_state(a_quote(), *sorted(HOLDING), doing="settling")


def test_C7_an_approved_quote_knows_what_it_holds_and_since_when() -> None:
    approved = quotes.approved(a_quote(), (Part(1, 30), Part(2, 20)), at=MONDAY_9AM)
    assert (approved.state, approved.held, approved.approved_at) == (QuoteState.APPROVED, 50, MONDAY_9AM)
    assert a_quote().held == 0


def test_C8_each_version_has_a_key_of_its_own() -> None:
    first = a_quote()
    second = replace(first, offer=first.offer._replace(version=3))
    assert (first.key, second.key) == ("acme:quote:7:v2", "acme:quote:7:v3")


@pytest.mark.parametrize(("held", "price", "costs"), [(15, 15, 15), (50, 15, 15), (9, 15, 9), (0, 15, 0)])
def test_C11_an_infeasible_ticket_costs_the_inspection_and_never_more_than_is_held(
    held: int, price: int, costs: int
) -> None:
    assert quotes.inspection_charge(held, price) == costs


def test_every_state_holds_or_has_ended_or_waits_to_be_approved() -> None:
    assert not HOLDING & ENDED
    assert set(QuoteState) - HOLDING - ENDED == {QuoteState.DRAFT, QuoteState.OFFERED}


def test_C5_a_moved_deadline_is_the_one_that_counts() -> None:
    later: datetime = DEADLINE + timedelta(days=3)
    moved = a_quote(offer=a_quote().offer._replace(valid_until=later))
    assert refusal(moved, at=later) == ""
