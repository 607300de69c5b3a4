"""Quotes from the offer to the deduction: what is held, what is spent, what comes back, and what is refused."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest

from bridge.contracts.desk import Tx
from bridge.contracts.quotes import Channel
from bridge.domain.events import BalanceLow, CoinsDeducted, CoinsGranted, QuoteApproved, QuoteOffered, QuoteReleased
from bridge.domain.quotes import Cause, Quote, QuoteKind, QuoteState
from bridge.domain.tickets import Author, Message, MessageKind
from bridge.errors import ImpossibleAmount, LedgerError, NotEnoughCoins, QuoteRefused, UnknownTicket
from bridge.locale.history_words import history_text
from bridge.services import offering, working
from bridge.services.purchases import book_orders
from tests.support.books import ACME, CHARGED_BACK, REFUNDED, a_store, an_order, customer
from tests.support.quoting import ANNA, CUSTOMER, CoinDesk, a_coin_desk

SOON, LATER = date(2026, 12, 31), date(2027, 6, 30)


@pytest.fixture
def coins() -> Iterator[CoinDesk]:
    with a_coin_desk() as one:
        yield one
        assert one.right()


def infeasible(coins: CoinDesk, quote: Quote, cause: Cause = Cause.HOST, words: str = "") -> Quote:
    return coins.desk.run(working.infeasible, coins.terms, quote.id, cause=cause, by=ANNA, at=coins.now, words=words)


# --- the published examples ---------------------------------------------------------------------------------------


def test_C7_50_coins_for_google_analytics_out_of_300_leave_250(coins: CoinDesk) -> None:
    coins.granted(CUSTOMER, 300)
    quote = coins.approved(coins.offered(CUSTOMER, 50))
    assert coins.coins(CUSTOMER) == (300, 50, 250)
    coins.started(quote)
    coins.settled(quote, 50)
    assert coins.coins(CUSTOMER) == (250, 0, 250)
    (told,) = coins.told(CoinsDeducted)
    assert isinstance(told, CoinsDeducted)
    assert (told.spent, told.ticket_id, told.available) == (50, quote.ticket_id, 250)


def test_C11_an_infeasible_inspected_ticket_costs_exactly_15(coins: CoinDesk) -> None:
    coins.granted(CUSTOMER, 300)
    looked_at = coins.approved(coins.inspection(coins.ticket(CUSTOMER)))
    assert coins.coins(CUSTOMER) == (300, 15, 285)
    ended = infeasible(coins, looked_at)
    assert (ended.state, ended.spent) == (QuoteState.SETTLED, 15)
    assert coins.coins(CUSTOMER) == (285, 0, 285)


# --- holding and spending -----------------------------------------------------------------------------------------


def test_C4_a_hold_reserves_in_burn_down_order_and_settling_takes_in_that_order(coins: CoinDesk) -> None:
    coins.granted(CUSTOMER, 100, last_day=LATER)
    coins.granted(CUSTOMER, 30, last_day=SOON)
    quote = coins.approved(coins.offered(CUSTOMER, 50))
    assert coins.split(CUSTOMER) == [(30, 30), (100, 20)]
    coins.settled(quote, 35)
    assert coins.split(CUSTOMER) == [(0, 0), (95, 0)]
    assert coins.entries(CUSTOMER)[2:] == [("hold", 0, 50), ("settle", -35, -35), ("release", 0, -15)]


def test_C4_two_holds_never_reserve_the_same_coin(coins: CoinDesk) -> None:
    coins.granted(CUSTOMER, 60)
    coins.approved(coins.offered(CUSTOMER, 40))
    with pytest.raises(NotEnoughCoins) as refused:
        coins.approved(coins.offered(CUSTOMER, 30))
    assert (refused.value.needed, refused.value.available) == (30, 20)
    assert coins.coins(CUSTOMER) == (60, 40, 20)


def test_C8_approving_twice_on_two_channels_holds_once(coins: CoinDesk) -> None:
    coins.granted(CUSTOMER, 300)
    quote = coins.offered(CUSTOMER, 50)
    first = coins.approved(quote, channel=Channel.PAGE, evidence="a")
    again = coins.approved(quote, channel=Channel.STAFF, evidence="b")
    assert first == again
    assert coins.coins(CUSTOMER) == (300, 50, 250)
    assert len(coins.told(QuoteApproved)) == 1


def test_C9_the_evidence_names_who_how_what_and_when(coins: CoinDesk) -> None:
    coins.granted(CUSTOMER, 300)
    quote = coins.offered(CUSTOMER, 50)
    coins.approved(quote, text_hash=quote.offer.hashes["fa"], evidence="0b5e")
    (kept,) = coins.desk.look(lambda tx: tx.quotes.decisions(quote.id))
    assert (kept.what, kept.version, kept.coins, kept.channel) == ("approve", 1, 50, Channel.PAGE)
    assert (kept.text_hash, kept.language, kept.evidence) == (quote.offer.hashes["fa"], "fa", "0b5e")
    assert (kept.at, kept.account_id) == (coins.now, quote.account_id)


def test_C10_without_enough_coins_nothing_is_held_and_the_quote_stays_open(coins: CoinDesk) -> None:
    coins.granted(CUSTOMER, 20)
    quote = coins.offered(CUSTOMER, 50)
    with pytest.raises(NotEnoughCoins):
        coins.approved(quote)
    assert coins.quote(quote.id).state is QuoteState.OFFERED
    coins.granted(CUSTOMER, 30)
    assert coins.approved(quote).held == 50


def test_C7_each_step_is_a_message_of_the_thread_with_its_numbers(coins: CoinDesk) -> None:
    coins.granted(CUSTOMER, 300)
    quote = coins.approved(coins.offered(CUSTOMER, 50))
    coins.started(quote)
    coins.settled(quote, 45)
    said = [(one.kind, one.detail.get("coins"), one.detail.get("available")) for one in coins.thread(quote.ticket_id)]
    assert said == [
        (MessageKind.OFFERED, 50, None),
        (MessageKind.APPROVED, 50, 250),
        (MessageKind.STARTED, None, None),
        (MessageKind.DEDUCTED, 45, 255),
    ]


def test_what_became_of_a_quote_is_found_without_reading_all_that_was_written(coins: CoinDesk) -> None:
    coins.granted(CUSTOMER, 300)
    ticket = coins.ticket(CUSTOMER)
    quote = coins.approved(coins.offered(CUSTOMER, 50, ticket=ticket))

    def write(tx: Tx) -> None:
        for kind in (MessageKind.TEXT, MessageKind.NOTE, MessageKind.CALL) * 100:
            tx.tickets.say(ticket.id, Message(coins.now, Author.STAFF, kind, "much to say", staff=ANNA))

    coins.desk.run(write)
    infeasible(coins, quote)
    thread, told = coins.thread(ticket.id), coins.desk.look(lambda tx: tx.tickets.about_quotes(ticket.id))
    assert told == [one for one in thread if one.detail.get("quote") == quote.id]
    assert (len(thread), len(told)) == (304, 4)


def test_C17_a_low_balance_is_told_once_for_the_newest_package(coins: CoinDesk) -> None:
    coins.granted(CUSTOMER, 100)
    coins.approved(coins.offered(CUSTOMER, 80))
    assert coins.told(BalanceLow) == []
    coins.approved(coins.offered(CUSTOMER, 1))
    coins.approved(coins.offered(CUSTOMER, 1))
    (told,) = coins.told(BalanceLow)
    assert isinstance(told, BalanceLow)
    assert (told.available, told.of) == (19, 100)


# --- refused ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("amount", [0, -5, 2001, True])
def test_C7_a_quote_asks_for_a_whole_number_within_the_limit(coins: CoinDesk, amount: int) -> None:
    ticket = coins.ticket(CUSTOMER)
    with pytest.raises(ImpossibleAmount):
        coins.offered(CUSTOMER, amount, ticket=ticket)
    assert coins.quotes(CUSTOMER) == []


def test_C15_a_frozen_account_gets_no_quote_and_approves_none(coins: CoinDesk) -> None:
    coins.granted(CUSTOMER, 300)
    quote, ticket = coins.offered(CUSTOMER, 50), coins.ticket(CUSTOMER)
    coins.desk.run(lambda tx: tx.accounts.freeze(quote.account_id, coins.now))
    with pytest.raises(QuoteRefused) as approving:
        coins.approved(quote)
    with pytest.raises(QuoteRefused) as offering_more:
        coins.offered(CUSTOMER, 5, ticket=ticket)
    assert approving.value.reason == offering_more.value.reason == "account_frozen"
    assert coins.coins(CUSTOMER) == (300, 0, 300)


def test_C7_an_unknown_ticket_can_not_be_quoted(coins: CoinDesk) -> None:
    with pytest.raises(UnknownTicket, match="there is no ticket 9"):
        coins.desk.run(offering.offer, coins.terms, 9, coins=5, words="x", by=ANNA, at=coins.now, possible=True)


@pytest.mark.parametrize(
    ("different", "reason"),
    [
        ({"version": 2}, "quote_changed"),
        ({"text_hash": "0" * 64}, "text_differs"),
    ],
)
def test_C9_an_approval_of_anything_else_than_what_is_offered_holds_nothing(
    coins: CoinDesk, different: dict[str, object], reason: str
) -> None:
    coins.granted(CUSTOMER, 300)
    with pytest.raises(QuoteRefused) as refused:
        coins.approved(coins.offered(CUSTOMER, 50), **different)
    assert refused.value.reason == reason
    assert coins.coins(CUSTOMER) == (300, 0, 300)


def test_C9_nobody_approves_another_customers_quote(coins: CoinDesk) -> None:
    coins.granted(CUSTOMER, 300)
    coins.granted(customer(8), 300)
    quote = coins.offered(CUSTOMER, 50)
    stranger = coins.account_id(customer(8))
    from bridge.services import deciding

    with pytest.raises(QuoteRefused) as refused:
        coins.desk.run(
            deciding.approve,
            coins.terms,
            stranger,
            quote.id,
            version=1,
            text_hash=quote.offer.hashes["en"],
            at=coins.now,
        )
    assert refused.value.reason == "unknown_quote"
    assert coins.coins(CUSTOMER) == coins.coins(customer(8)) == (300, 0, 300)


def test_C8_after_14_days_an_approval_is_refused_and_the_quote_can_be_issued_anew_in_one_step(coins: CoinDesk) -> None:
    coins.granted(CUSTOMER, 300)
    quote = coins.offered(CUSTOMER, 50)
    coins.later(days=14)
    assert not quote.lapsed(coins.now)
    coins.later(seconds=1)
    with pytest.raises(QuoteRefused) as refused:
        coins.approved(quote)
    assert refused.value.reason == "quote_lapsed"
    anew = coins.desk.run(offering.reissue, coins.terms, quote.id, by=ANNA, at=coins.now)
    assert (anew.offer.version, anew.offer.coins) == (2, 50)
    assert coins.approved(anew).held == 50


def test_C7_more_than_is_held_can_not_be_settled_nor_twice_nor_after_a_release(coins: CoinDesk) -> None:
    coins.granted(CUSTOMER, 300)
    first, second = coins.approved(coins.offered(CUSTOMER, 50)), coins.approved(coins.offered(CUSTOMER, 20))
    for spent in (51, 0, -1):
        with pytest.raises(ImpossibleAmount):
            coins.settled(first, spent)
    coins.settled(first, 50)
    coins.released(second)
    for ended in (first, second):
        with pytest.raises(QuoteRefused) as refused:
            coins.settled(ended, 1)
        assert refused.value.reason == "quote_state"
    assert coins.coins(CUSTOMER) == (250, 0, 250)


def test_C7_nothing_is_settled_without_an_approval(coins: CoinDesk) -> None:
    coins.granted(CUSTOMER, 300)
    with pytest.raises(QuoteRefused):
        coins.settled(coins.offered(CUSTOMER, 50), 50)


# --- changing one's mind ------------------------------------------------------------------------------------------


def test_C7_the_customer_may_cancel_until_the_work_is_started(coins: CoinDesk) -> None:
    coins.granted(CUSTOMER, 300)
    first, second = coins.approved(coins.offered(CUSTOMER, 50)), coins.approved(coins.offered(CUSTOMER, 20))
    assert coins.cancelled(first) == coins.cancelled(first)
    coins.started(second)
    with pytest.raises(QuoteRefused) as refused:
        coins.cancelled(second)
    assert refused.value.reason == "already_started"
    assert coins.coins(CUSTOMER) == (300, 20, 280)
    assert len(coins.told(QuoteReleased)) == 1


def test_C8_a_revision_voids_the_approval_and_releases_its_hold(coins: CoinDesk) -> None:
    coins.granted(CUSTOMER, 300)
    quote = coins.approved(coins.offered(CUSTOMER, 50))
    anew = coins.desk.run(offering.revise, coins.terms, quote.id, coins=80, words="More of it.", by=ANNA, at=coins.now)
    assert (anew.state, anew.offer.version, anew.held) == (QuoteState.OFFERED, 2, 0)
    assert coins.coins(CUSTOMER) == (300, 0, 300)
    with pytest.raises(QuoteRefused):
        coins.approved(quote)
    assert coins.approved(anew).held == 80
    assert replaced(coins) == [False, True]


def test_C7_declining_twice_is_declining_once_and_it_can_be_offered_anew(coins: CoinDesk) -> None:
    coins.granted(CUSTOMER, 300)
    quote = coins.offered(CUSTOMER, 50)
    assert coins.declined(quote) == coins.declined(quote)
    with pytest.raises(QuoteRefused):
        coins.approved(quote)
    anew = coins.desk.run(offering.reissue, coins.terms, quote.id, by=ANNA, at=coins.now)
    assert coins.approved(anew).held == 50


def test_C7_an_offer_that_was_withdrawn_can_not_be_approved(coins: CoinDesk) -> None:
    coins.granted(CUSTOMER, 300)
    quote = coins.offered(CUSTOMER, 50)
    coins.desk.run(offering.withdraw, coins.terms, quote.id, by=ANNA, at=coins.now)
    with pytest.raises(QuoteRefused):
        coins.approved(quote)


# --- inspections --------------------------------------------------------------------------------------------------


def test_C11_fewer_than_15_coins_are_no_inspection(coins: CoinDesk) -> None:
    coins.granted(CUSTOMER, 14)
    with pytest.raises(NotEnoughCoins):
        coins.inspection(coins.ticket(CUSTOMER))


def test_C11_the_vendors_own_fault_costs_nothing(coins: CoinDesk) -> None:
    coins.granted(CUSTOMER, 300)
    ended = infeasible(coins, coins.approved(coins.inspection(coins.ticket(CUSTOMER))), Cause.VENDOR)
    assert (ended.state, ended.spent) == (QuoteState.RELEASED, None)
    assert coins.coins(CUSTOMER) == (300, 0, 300)


def test_C11_an_inspection_that_is_offered_anew_must_be_covered_too(coins: CoinDesk) -> None:
    coins.granted(CUSTOMER, 20)
    looked_at = coins.approved(coins.inspection(coins.ticket(CUSTOMER)))
    before = coins.quote(looked_at.id)

    def revised(price: int) -> Quote:
        return coins.desk.run(
            offering.revise, coins.terms, looked_at.id, coins=price, words="Anew.", by=ANNA, at=coins.now
        )

    with pytest.raises(NotEnoughCoins):
        revised(21)
    assert coins.quote(looked_at.id) == before, "nothing is half done"
    assert revised(20).offer.coins == 20


def test_C11_another_cause_must_be_stated(coins: CoinDesk) -> None:
    coins.granted(CUSTOMER, 300)
    quote = coins.approved(coins.inspection(coins.ticket(CUSTOMER)))
    with pytest.raises(ImpossibleAmount):
        infeasible(coins, quote, Cause.OTHER)
    assert infeasible(coins, quote, Cause.OTHER, "the shop was sold").spent == 15


def test_C11_infeasible_work_without_an_inspection_costs_nothing(coins: CoinDesk) -> None:
    coins.granted(CUSTOMER, 300)
    infeasible(coins, coins.approved(coins.offered(CUSTOMER, 50)))
    assert coins.coins(CUSTOMER) == (300, 0, 300)


def test_C11_infeasible_work_after_an_approved_inspection_costs_15_citing_it_and_once(coins: CoinDesk) -> None:
    coins.granted(CUSTOMER, 300)
    ticket = coins.ticket(CUSTOMER)
    looked_at = coins.approved(coins.inspection(ticket))
    coins.desk.run(working.feasible, coins.terms, looked_at.id, by=ANNA, at=coins.now)
    assert coins.coins(CUSTOMER) == (300, 0, 300)
    work = coins.approved(coins.offered(CUSTOMER, 50, ticket=ticket))
    infeasible(coins, work, Cause.THEME)
    assert coins.coins(CUSTOMER) == (285, 0, 285)
    (settled,) = [
        one.entry
        for one in coins.desk.look(lambda tx: tx.ledger.entries_of(work.account_id))
        if one.entry.kind == "settle"
    ]
    assert f"quote {looked_at.id}" in settled.reason
    again = coins.approved(coins.offered(CUSTOMER, 50, ticket=ticket))
    infeasible(coins, again, Cause.THEME)
    assert coins.coins(CUSTOMER) == (285, 0, 285)


def test_C11_an_inspection_whose_approval_does_not_stand_is_not_charged_for_infeasible_work(coins: CoinDesk) -> None:
    coins.granted(CUSTOMER, 300)

    def taken_back(looked_at: Quote) -> None:
        coins.cancelled(looked_at)

    def replaced(looked_at: Quote) -> None:
        coins.desk.run(offering.revise, coins.terms, looked_at.id, coins=15, words="Anew.", by=ANNA, at=coins.now)

    def our_own_fault(looked_at: Quote) -> None:
        infeasible(coins, looked_at, Cause.VENDOR)

    def given_up_by_us(looked_at: Quote) -> None:
        coins.released(looked_at, vendor=True)

    for ended in (taken_back, replaced, our_own_fault, given_up_by_us):
        ticket = coins.ticket(CUSTOMER)
        ended(coins.approved(coins.inspection(ticket)))
        infeasible(coins, coins.approved(coins.offered(CUSTOMER, 50, ticket=ticket)), Cause.THEME)
        assert coins.coins(CUSTOMER) == (300, 0, 300), ended.__name__


# --- ends, revocations, chargebacks -------------------------------------------------------------------------------


def test_C5_held_coins_outlive_the_end_and_are_forfeited_when_released(coins: CoinDesk) -> None:
    coins.granted(CUSTOMER, 100, last_day=SOON)
    quote = coins.approved(coins.offered(CUSTOMER, 40))
    coins.later(days=60)
    assert coins.coins(CUSTOMER)[1:] == (40, 0)
    coins.settled(quote, 30)
    assert coins.entries(CUSTOMER)[-2:] == [("release", 0, -10), ("forfeit", -10, 0)]


def test_C5_a_cancellation_by_the_vendor_gives_back_for_30_days_what_had_ended(coins: CoinDesk) -> None:
    coins.granted(CUSTOMER, 100, last_day=SOON)
    quote = coins.approved(coins.offered(CUSTOMER, 40))
    coins.later(days=60)
    coins.released(quote, vendor=True)
    assert coins.coins(CUSTOMER)[2] == 40
    newest = max(coins.packages(CUSTOMER), key=lambda package: package.id)
    assert (newest.plan, newest.coins) == (None, 40)
    assert newest.usable_until == coins.now + timedelta(days=30)
    *_, told = coins.told(CoinsGranted)
    assert isinstance(told, CoinsGranted)
    assert (told.coins, told.order_id, told.usable_until) == (40, None, newest.usable_until), "C17: and he is told"
    *_, anew = coins.desk.look(lambda tx: tx.ledger.entries_of(quote.account_id))
    assert (anew.entry.kind, anew.entry.quote_id, anew.entry.ticket_id) == ("grant", quote.id, quote.ticket_id), "C18"


def test_C5_a_cancellation_by_the_vendor_gives_back_for_30_days_what_had_been_revoked(coins: CoinDesk) -> None:
    """The customer was owed that work after the refund too; when he pays again he does not get these coins twice."""
    store = a_store()
    coins.desk.run(book_orders, store, [an_order(1)], at=coins.now)
    quote = coins.approved(coins.offered(CUSTOMER, 50))
    coins.desk.run(book_orders, store, [an_order(1, status=REFUNDED)], at=coins.now)
    assert coins.coins(CUSTOMER) == (50, 50, 0)
    coins.released(quote, vendor=True)
    assert coins.coins(CUSTOMER) == (50, 0, 50)
    newest = max(coins.packages(CUSTOMER), key=lambda package: package.id)
    assert (newest.plan, newest.coins, newest.usable_until) == (None, 50, coins.now + timedelta(days=30))
    message = coins.thread(quote.ticket_id)[-1]
    assert history_text(message.kind, message.detail)["en"] == (
        "50 coins were returned. You have 50 coins left to spend."
    )
    coins.desk.run(book_orders, store, [an_order(1)], at=coins.now)
    assert coins.coins(CUSTOMER) == (550, 0, 550)


def test_C5_what_the_customer_takes_back_himself_is_not_given_anew_out_of_a_revoked_package(coins: CoinDesk) -> None:
    store = a_store()
    coins.desk.run(book_orders, store, [an_order(1)], at=coins.now)
    quotes = [coins.approved(coins.offered(CUSTOMER, 50)) for _ in range(2)]
    coins.desk.run(book_orders, store, [an_order(1, status=REFUNDED)], at=coins.now)
    coins.cancelled(quotes[0])
    coins.released(quotes[1])
    assert coins.coins(CUSTOMER) == (0, 0, 0)


def test_C5_C14_what_a_chargeback_dropped_is_not_given_anew(coins: CoinDesk) -> None:
    store = a_store()
    coins.granted(CUSTOMER, 10, last_day=SOON)
    coins.desk.run(book_orders, store, [an_order(1)], at=coins.now)
    quote = coins.started(coins.approved(coins.offered(CUSTOMER, 50)))
    coins.desk.run(book_orders, store, [an_order(1, status=CHARGED_BACK)], at=coins.now)
    coins.released(quote, vendor=True)
    assert coins.coins(CUSTOMER) == (10, 0, 10)


def test_C5_a_revision_does_not_cost_the_coins_that_had_ended_while_they_were_held(coins: CoinDesk) -> None:
    coins.granted(CUSTOMER, 40, last_day=SOON)
    quote = coins.approved(coins.offered(CUSTOMER, 40))
    coins.later(days=60)
    anew = coins.desk.run(offering.revise, coins.terms, quote.id, coins=40, words="Anew.", by=ANNA, at=coins.now)
    assert coins.coins(CUSTOMER) == (40, 0, 40)
    assert coins.approved(anew).held == 40


def test_C17_the_history_says_which_coins_that_came_back_were_gone_at_once(coins: CoinDesk) -> None:
    def told(quote: Quote) -> str:
        message = coins.thread(quote.ticket_id)[-1]
        return history_text(message.kind, message.detail)["en"]

    coins.granted(CUSTOMER, 100, last_day=SOON)
    coins.granted(CUSTOMER, 50)
    cancelled, settled = (coins.approved(coins.offered(CUSTOMER, 40)) for _ in range(2))
    mixed, ours = coins.approved(coins.offered(CUSTOMER, 30)), coins.approved(coins.offered(CUSTOMER, 30))
    coins.later(days=60)
    coins.cancelled(cancelled)
    gone = "Of these {} coins are gone: their package has ended or was revoked meanwhile."
    assert told(cancelled) == (
        f"You took your approval back. 40 coins were returned. {gone.format(40)} You have 10 coins left to spend."
    )
    coins.settled(settled, 35)
    assert told(settled) == (
        f"Done: 35 coins were deducted. 5 coins were returned. {gone.format(5)} You have 10 coins left to spend."
    )
    coins.released(mixed)
    assert told(mixed) == f"30 coins were returned. {gone.format(20)} You have 20 coins left to spend."
    coins.released(ours, vendor=True)
    assert told(ours) == "30 coins were returned. You have 50 coins left to spend."


def test_C17_events_say_what_came_free_and_which_of_it_was_gone_at_once(coins: CoinDesk) -> None:
    coins.granted(CUSTOMER, 100, last_day=SOON)
    settled, released = (coins.approved(coins.offered(CUSTOMER, 40)) for _ in range(2))
    coins.later(days=40)
    coins.settled(settled, 10)
    coins.released(released)
    (deducted, given_back) = coins.told(CoinsDeducted, QuoteReleased)
    assert isinstance(deducted, CoinsDeducted)
    assert (deducted.spent, deducted.released, deducted.lost, deducted.available) == (10, 30, 30, 0)
    assert isinstance(given_back, QuoteReleased)
    assert (given_back.coins, given_back.lost, given_back.available) == (40, 40, 0)


def test_C11_what_an_infeasible_ticket_costs_is_not_called_done(coins: CoinDesk) -> None:
    coins.granted(CUSTOMER, 300)
    quote = coins.approved(coins.inspection(coins.ticket(CUSTOMER)))
    infeasible(coins, quote)
    message = coins.thread(quote.ticket_id)[-1]
    assert history_text(message.kind, message.detail)["en"] == (
        "15 coins were deducted. You have 285 coins left to spend."
    )


def test_D1_why_staff_released_it_stands_in_the_thread_and_not_in_the_books(coins: CoinDesk) -> None:
    coins.granted(CUSTOMER, 100)
    quote = coins.approved(coins.offered(CUSTOMER, 40))
    coins.desk.run(working.release, coins.terms, quote.id, reason="Mr Smith is ill", by=ANNA, at=coins.now)
    assert coins.thread(quote.ticket_id)[-1].text == "Mr Smith is ill"
    entries = coins.desk.look(lambda tx: tx.ledger.entries_of(quote.account_id))
    assert [one.entry.reason for one in entries if one.entry.kind == "release"] == ["released"]


def test_C14_a_chargeback_voids_what_was_not_started_and_drops_the_part_of_what_was(coins: CoinDesk) -> None:
    store = a_store()
    coins.desk.run(book_orders, store, [an_order(1)], at=coins.now)
    coins.granted(CUSTOMER, 100, last_day=SOON)
    started = coins.started(coins.approved(coins.offered(CUSTOMER, 120)))
    waiting = coins.approved(coins.offered(CUSTOMER, 60))
    assert coins.split(CUSTOMER) == [(100, 100), (550, 80)]
    coins.desk.run(book_orders, store, [an_order(1, status=CHARGED_BACK)], at=coins.now)
    assert coins.split(CUSTOMER) == [(100, 100), (0, 0)]
    assert (coins.quote(started.id).held, coins.quote(waiting.id).state) == (100, QuoteState.RELEASED)
    assert coins.desk.look(lambda tx: tx.accounts.by_ids([started.account_id]))[started.account_id].frozen
    with pytest.raises(ImpossibleAmount):
        coins.settled(started, 101)
    coins.settled(started, 100)
    assert coins.coins(CUSTOMER) == (0, 0, 0)


def test_C14_a_refund_leaves_held_coins_and_takes_them_when_they_are_released(coins: CoinDesk) -> None:
    store = a_store()
    coins.desk.run(book_orders, store, [an_order(1)], at=coins.now)
    quote = coins.approved(coins.offered(CUSTOMER, 50))
    coins.desk.run(book_orders, store, [an_order(1, status=11)], at=coins.now)
    assert coins.coins(CUSTOMER) == (50, 50, 0)
    coins.settled(quote, 20)
    assert coins.coins(CUSTOMER) == (0, 0, 0)
    coins.desk.run(book_orders, store, [an_order(1)], at=coins.now)
    assert coins.coins(CUSTOMER) == (530, 0, 530)


def test_C14_a_chargeback_after_a_refund_drops_what_the_refund_had_left_held(coins: CoinDesk) -> None:
    store = a_store()
    coins.desk.run(book_orders, store, [an_order(1)], at=coins.now)
    waiting = coins.approved(coins.offered(CUSTOMER, 50))
    started = coins.started(coins.approved(coins.offered(CUSTOMER, 20)))
    coins.desk.run(book_orders, store, [an_order(1, status=11)], at=coins.now)
    assert coins.coins(CUSTOMER) == (70, 70, 0)
    for _ in range(2):
        coins.desk.run(book_orders, store, [an_order(1, status=CHARGED_BACK)], at=coins.now)
        assert coins.coins(CUSTOMER) == (0, 0, 0)
    assert (coins.quote(waiting.id).state, coins.quote(started.id).held) == (QuoteState.RELEASED, 0)
    assert coins.right()


def test_C11_an_inspection_under_way_that_a_chargeback_took_coins_from_was_approved_all_the_same(
    coins: CoinDesk,
) -> None:
    store = a_store()
    coins.desk.run(book_orders, store, [an_order(1)], at=coins.now)
    ticket = coins.ticket(CUSTOMER)
    looked_at = coins.started(coins.approved(coins.inspection(ticket)))
    coins.desk.run(book_orders, store, [an_order(1, status=CHARGED_BACK)], at=coins.now)
    coins.desk.run(working.feasible, coins.terms, looked_at.id, by=ANNA, at=coins.now)
    coins.granted(CUSTOMER, 300)
    coins.desk.run(lambda tx: tx.accounts.unfreeze(looked_at.account_id))
    infeasible(coins, coins.approved(coins.offered(CUSTOMER, 50, ticket=ticket)), Cause.THEME)
    assert coins.coins(CUSTOMER) == (285, 0, 285)


def test_C11_an_inspection_that_a_chargeback_emptied_and_we_gave_back_is_not_charged_later(coins: CoinDesk) -> None:
    store = a_store()
    coins.desk.run(book_orders, store, [an_order(1)], at=coins.now)
    ticket = coins.ticket(CUSTOMER)
    looked_at = coins.started(coins.approved(coins.inspection(ticket)))
    coins.desk.run(book_orders, store, [an_order(1, status=CHARGED_BACK)], at=coins.now)
    coins.desk.run(working.release, coins.terms, looked_at.id, reason="Ours.", by=ANNA, at=coins.now, vendor=True)
    coins.granted(CUSTOMER, 300)
    coins.desk.run(lambda tx: tx.accounts.unfreeze(looked_at.account_id))
    infeasible(coins, coins.approved(coins.offered(CUSTOMER, 50, ticket=ticket)), Cause.THEME)
    assert coins.coins(CUSTOMER) == (300, 0, 300)


def test_C17_a_refund_that_leaves_little_is_told_as_a_low_balance(coins: CoinDesk) -> None:
    store = a_store()
    coins.desk.run(book_orders, store, [an_order(1)], at=coins.now)
    coins.later(days=1)
    coins.granted(CUSTOMER, 100, last_day=coins.now.date() + timedelta(days=10))
    coins.settled(coins.approved(coins.offered(CUSTOMER, 95)), 95)
    assert (coins.coins(CUSTOMER), coins.told(BalanceLow)) == ((555, 0, 555), [])
    for _ in range(2):
        coins.desk.run(book_orders, store, [an_order(1, status=REFUNDED)], at=coins.now)
        assert coins.coins(CUSTOMER) == (5, 0, 5)
        (low,) = coins.told(BalanceLow)
        assert isinstance(low, BalanceLow)
        assert (low.available, low.of) == (5, 100)


# --- the price list and the plan's rights -------------------------------------------------------------------------


def test_C13_a_ticket_from_the_price_list_makes_a_draft_that_staff_send(coins: CoinDesk) -> None:
    coins.granted(CUSTOMER, 300)
    ticket = coins.ticket(CUSTOMER)
    draft = coins.desk.run(offering.draft_from_price, coins.terms, ticket, "analytics", at=coins.now)
    assert (draft.state, draft.offer.coins) == (QuoteState.DRAFT, 50)
    with pytest.raises(QuoteRefused) as refused:
        coins.approved(draft)
    assert refused.value.reason == "unknown_quote"
    sent = coins.desk.run(
        offering.revise, coins.terms, draft.id, coins=50, words="Google Analytics", by=ANNA, at=coins.now
    )
    assert coins.approved(sent).held == 50
    assert replaced(coins) == [False]


def test_C13_a_draft_that_staff_took_back_and_send_after_all_replaces_nothing(coins: CoinDesk) -> None:
    coins.granted(CUSTOMER, 300)
    draft = coins.desk.run(offering.draft_from_price, coins.terms, coins.ticket(CUSTOMER), "analytics", at=coins.now)
    coins.desk.run(offering.withdraw, coins.terms, draft.id, by=ANNA, at=coins.now)
    for again in (False, True):
        coins.desk.run(offering.reissue, coins.terms, draft.id, by=ANNA, at=coins.now)
        assert replaced(coins)[-1] is again
        coins.desk.run(offering.withdraw, coins.terms, draft.id, by=ANNA, at=coins.now)


def replaced(coins: CoinDesk) -> list[bool]:
    """Of each offer that was told, whether it replaced one that the customer had been told of."""
    return [one.replaces for one in coins.told(QuoteOffered) if isinstance(one, QuoteOffered)]


def test_P3_work_that_the_plan_lists_can_be_quoted_other_work_only_when_confirmed(coins: CoinDesk) -> None:
    coins.granted(CUSTOMER, 300, plan="essential")
    ticket = coins.ticket(CUSTOMER)

    def quote(**how: Any) -> Quote:
        return coins.desk.run(offering.offer, coins.terms, ticket.id, coins=5, words="x", by=ANNA, at=coins.now, **how)

    for how in ({}, {"right": "seo"}, {"right": "font"}, {"right": "no-such"}):
        with pytest.raises(QuoteRefused):
            quote(**how)
    coins.granted(CUSTOMER, 10, plan="base")
    assert quote(right="seo").state is QuoteState.OFFERED
    assert quote(possible=True).kind is QuoteKind.WORK


def test_P3_that_staff_confirmed_other_work_to_be_possible_stands_in_the_audit_trail(coins: CoinDesk) -> None:
    coins.granted(CUSTOMER, 300, plan="base")
    ticket = coins.ticket(CUSTOMER)
    confirmed: tuple[dict[str, Any], ...] = ({"right": "seo"}, {"possible": True}, {"right": "seo", "possible": True})
    for how in confirmed:
        coins.desk.run(offering.offer, coins.terms, ticket.id, coins=5, words="x", by=ANNA, at=coins.now, **how)
    coins.inspection(ticket)
    lines = coins.desk.look(lambda tx: tx.audit.lines(store=ACME))
    assert [(one.detail["work"], one.detail.get("possible")) for one in reversed(lines) if one.action == "offer"] == [
        ("seo", None),
        ("", True),
        ("seo", True),
        ("", None),
    ]


def test_every_change_by_staff_names_who_made_it(coins: CoinDesk) -> None:
    coins.granted(CUSTOMER, 300)
    quote = coins.approved(coins.offered(CUSTOMER, 50))
    coins.started(quote)
    coins.settled(quote, 45)
    lines = coins.desk.look(lambda tx: tx.audit.lines(store=ACME, subject=f"quote:{quote.id}"))
    assert [(line.staff, line.action) for line in reversed(lines)] == [
        (ANNA, "offer"),
        (ANNA, "start"),
        (ANNA, "settle"),
    ]


def test_nobody_unnamed_changes_anything(coins: CoinDesk) -> None:
    coins.granted(CUSTOMER, 300)
    quote = coins.approved(coins.offered(CUSTOMER, 50))
    with pytest.raises(LedgerError, match="must name who does it"):
        coins.desk.run(working.settle, coins.terms, quote.id, spent=1, by=" ", at=coins.now)


def keys(coins: CoinDesk) -> list[str]:
    return [one.key for one in coins.told(QuoteOffered, QuoteApproved, CoinsDeducted, QuoteReleased)]


def test_C17_what_comes_again_after_a_restore_has_its_old_key_and_what_is_something_else_another() -> None:
    """Versions are given out again then: whoever knows the lost desk's key would take the new offer for the old."""
    with a_coin_desk() as lost, a_coin_desk() as same, a_coin_desk() as other:
        told = []
        for coins, amount, spent in ((lost, 40, 30), (same, 40, 30), (other, 40, 25)):
            coins.granted(CUSTOMER, 100)
            quote = coins.offered(CUSTOMER, 20)
            revised = coins.desk.run(
                offering.revise, coins.terms, quote.id, coins=amount, words="More.", by=ANNA, at=coins.now
            )
            coins.settled(coins.started(coins.approved(revised)), spent)
            told.append(keys(coins))
        assert told[0] == told[1]
        assert [mine == theirs for mine, theirs in zip(told[0], told[2], strict=True)] == [True, True, True, False]
    with a_coin_desk() as lost, a_coin_desk() as other:
        for coins, amount in ((lost, 40), (other, 41)):
            coins.granted(CUSTOMER, 100)
            quote = coins.approved(coins.offered(CUSTOMER, amount))
            coins.released(quote, vendor=True)
        assert not {*keys(lost)} & {*keys(other)}
