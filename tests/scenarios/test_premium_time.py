"""Premium time from the offer to its last second, by the vendor's published policy (rules W1, W4 to W7)."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial

import pytest

from bridge.desk.transaction import DeskTx
from bridge.domain.agreements import AgreementChannel, AgreementState
from bridge.domain.events import AgreementOffered, AgreementReached, TimerEnded, TimerWarning
from bridge.domain.work_time import Ending
from bridge.errors import AgreementRefused, ImpossibleAmount, QuoteRefused, TicketRefused, TimeRefused
from bridge.services import accepting, agreements, billing, closing_agreements, ticket_links, timing
from bridge.services.accepting import Decider
from bridge.services.premium_parts import contact_for
from tests.support.books import BERLIN
from tests.support.premium_time import (
    BORIS,
    CARLA,
    HOUR,
    MINUTE,
    NUMBERS,
    PremiumDesk,
    a_premium_desk,
    dollars,
    premium_terms,
    refused,
)
from tests.support.quoting import ANNA, CUSTOMER, CoinDesk


@pytest.fixture
def desk() -> Iterator[PremiumDesk]:
    with a_premium_desk() as made:
        yield made


def execute(tx: DeskTx, sql: str) -> None:
    """Past all of our own code."""
    tx.connection.execute(sql)


# --- W4, W5: nothing is charged before an agreement --------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "steps", "says"),
    [
        ("consultation", 4, "Consultation: 15.00\u00a0USD an hour."),
        ("technical", 8, "At most 2 h of it, that is at most 40.00\u00a0USD."),
        ("urgent", 2, "At most 0.5 h of it, that is at most 15.00\u00a0USD."),
    ],
)
def test_W5_an_offer_says_rate_and_cap_in_hours_and_money(desk: PremiumDesk, kind: str, steps: int, says: str) -> None:
    offer = desk.offered(kind, steps).offer
    assert says in offer.texts["en"]
    assert set(offer.texts) == set(offer.hashes) == {"en", "ru", "fa"}


def test_W5_before_the_agreement_no_minute_can_be_charged_whatever_is_pressed(desk: PremiumDesk) -> None:
    agreement = desk.offered()
    refused(TimeRefused, "no_agreement", desk.start, agreement)
    refused(TimeRefused, "no_agreement", desk.add, agreement, desk.now - HOUR, desk.now)
    refused(AgreementRefused, "agreement_state", desk.close, agreement)
    unbilled = desk.do(timing.start_unbilled, agreement.contact_id, agent=ANNA, now=desk.clock.reading())
    desk.later(minutes=30)
    desk.stop()
    desk.accepted(agreement)
    refused(TimeRefused, "before_agreement", desk.add, agreement, desk.now - MINUTE, desk.now, BORIS)
    closed, bill = desk.close(agreement)
    assert (unbilled.agreement_id, closed.billed_steps, bill) == (None, 0, None)


def test_W5_an_acceptance_names_the_version_and_the_very_words_that_were_shown(desk: PremiumDesk) -> None:
    old = desk.offered(steps=4)
    new = desk.do(agreements.offer_anew, old.id, kind="urgent", cap_steps=4, by=ANNA, at=desk.now)
    refused(AgreementRefused, "agreement_changed", desk.accepted, old)
    refused(AgreementRefused, "text_differs", desk.accepted, new, text_hash=old.offer.hashes["en"])
    bound = desk.accepted(new, text_hash=new.offer.hashes["fa"])
    assert bound.state is AgreementState.ACCEPTED
    evidence = desk.agreement(new).acceptance
    assert evidence is not None
    assert (evidence.version, evidence.language, evidence.channel) == (2, "fa", AgreementChannel.CHAT)
    assert (evidence.evidence, evidence.text_hash) == ("wamid.1", new.offer.hashes["fa"])
    assert desk.accepted(new) == desk.agreement(new)
    assert len(desk.told(AgreementReached)) == 1
    assert len(desk.told(AgreementOffered)) == 2


def test_W5_an_offer_lapses_after_two_weeks_and_its_last_second_counts_whole(desk: PremiumDesk) -> None:
    first, second = desk.offered(), desk.offered()
    desk.later(days=14, milliseconds=999)
    desk.accepted(first)
    desk.later(milliseconds=1)
    refused(AgreementRefused, "agreement_lapsed", desk.accepted, second)


def test_W5_what_binds_is_not_offered_anew_withdrawn_or_declined(desk: PremiumDesk) -> None:
    agreement = desk.agreed()
    anew = {"kind": "urgent", "cap_steps": 8, "by": ANNA, "at": desk.now}
    refused(AgreementRefused, "agreement_state", desk.do, agreements.offer_anew, agreement.id, **anew)
    refused(AgreementRefused, "agreement_state", desk.do, agreements.withdraw, agreement.id, by=ANNA, at=desk.now)
    who = desk.decider(agreement)
    refused(AgreementRefused, "agreement_state", desk.do, accepting.decline, agreement.id, who, version=1, at=desk.now)


def test_W5_only_the_contact_himself_his_linked_customer_or_staff_with_evidence_accept(desk: PremiumDesk) -> None:
    agreement, stranger = desk.offered(), desk.stranger()
    refused(
        AgreementRefused,
        "unknown_agreement",
        desk.accepted,
        agreement,
        Decider(AgreementChannel.CHAT, "wamid.2", contact_id=stranger.id),
    )
    somebody = desk.contact(78)
    refused(
        AgreementRefused,
        "unknown_agreement",
        desk.accepted,
        agreement,
        Decider(AgreementChannel.PAGE, "uuid", account_id=somebody.account_id),
    )
    declines = {"version": 1, "at": desk.now}
    for who in (
        Decider(AgreementChannel.CHAT, "wamid.2", contact_id=stranger.id),
        Decider(AgreementChannel.PAGE, "uuid", account_id=somebody.account_id),
    ):
        refused(AgreementRefused, "unknown_agreement", desk.do, accepting.decline, agreement.id, who, **declines)
    with pytest.raises(ImpossibleAmount):
        desk.accepted(agreement, Decider(AgreementChannel.STAFF, staff=ANNA))
    bound = desk.accepted(agreement, Decider(AgreementChannel.STAFF, staff=ANNA, words="He said yes on the telephone."))
    assert bound.acceptance is not None
    assert (bound.acceptance.staff, bound.acceptance.words) == (ANNA, "He said yes on the telephone.")


@pytest.mark.parametrize("steps", [0, -1, 33])
def test_W5_a_cap_is_whole_steps_up_to_what_the_store_allows(desk: PremiumDesk, steps: int) -> None:
    refused(AgreementRefused, "cap", desk.offered, "technical", steps)


def test_W5_the_cap_ends_the_timer_and_more_time_needs_another_agreement(desk: PremiumDesk) -> None:
    agreement = desk.agreed(steps=1)
    desk.start(agreement)
    desk.later(minutes=16)
    desk.fire()
    [segment] = desk.segments(agreement)
    assert (segment.worked, segment.ending) == (15 * MINUTE, Ending.CAP)
    refused(TimeRefused, "cap_reached", desk.start, agreement)
    [ended] = desk.told(TimerEnded)
    assert (ended.flagged, ended.seconds, ended.agent) == (True, 900, ANNA)
    _, bill = desk.close(agreement)
    assert bill is not None
    assert bill.total == dollars("5.00")


# --- W1, W6: timers -----------------------------------------------------------------------------------------


def test_W1_only_who_is_listed_for_a_premium_number_runs_a_timer(desk: PremiumDesk) -> None:
    agreement = desk.agreed()
    refused(TimeRefused, "not_listed", desk.start, agreement, CARLA)
    refused(TimeRefused, "not_listed", desk.add, agreement, desk.now - MINUTE, desk.now, CARLA)
    unbilled = {"agent": CARLA, "now": desk.clock.reading()}
    refused(TimeRefused, "not_listed", desk.do, timing.start_unbilled, desk.contact().id, **unbilled)


@pytest.mark.parametrize(
    ("kind", "minutes", "total"),
    [("technical", 47, "20.00"), ("urgent", 16, "15.00"), ("technical", 60, "20.00"), ("consultation", 1, "3.75")],
)
def test_W6_an_agreement_is_rounded_up_once_at_its_end(desk: PremiumDesk, kind: str, minutes: int, total: str) -> None:
    bill = desk.billed_time(kind, minutes=minutes)
    assert bill.total == dollars(total)
    [line] = bill.lines
    assert line.worked == minutes * MINUTE
    assert line.rate.for_duration(line.duration) == line.amount == bill.total


def test_W6_many_short_segments_are_rounded_together_not_each(desk: PremiumDesk) -> None:
    agreement = desk.agreed()
    for _ in range(3):
        desk.worked(agreement, minutes=5)
        desk.later(minutes=1)
    _, bill = desk.close(agreement)
    assert bill is not None
    assert bill.total == dollars("5.00")


def test_W6_an_agent_runs_one_timer_and_an_agreement_has_one(desk: PremiumDesk) -> None:
    one, other = desk.agreed(), desk.agreed("urgent")
    first = desk.start(one)
    assert desk.start(one) == first
    refused(TimeRefused, "timer_runs", desk.start, other)
    refused(TimeRefused, "timer_runs", desk.start, one, BORIS)
    refused(TimeRefused, "timer_runs", desk.close, one)
    desk.start(other, BORIS)
    desk.later(minutes=5)
    desk.stop()
    desk.stop(BORIS)
    refused(TimeRefused, "no_timer", desk.stop)


def test_W6_an_agent_of_two_stores_runs_one_timer_over_both(desk: PremiumDesk) -> None:
    people = {ANNA: "anna@example.com", BORIS: "boris@example.com"}
    theirs = (NUMBERS[1]._replace(agents=frozenset({"Ann"})),)
    umbrella = replace(
        desk.terms, store="umbrella", premium=premium_terms(people={"Ann": people[ANNA]}, numbers=theirs)
    )
    desk.coins.terms = replace(desk.terms, premium=premium_terms(people=people))
    desk.start(desk.agreed())
    there = desk.coins.desk.run(contact_for, "umbrella", 5, at=desk.now, in_shop=True)
    elsewhere = PremiumDesk(CoinDesk(desk.coins.desk, umbrella), desk.clock)
    start = partial(elsewhere.do, timing.start_unbilled, there.id, agent="Ann", now=desk.clock.reading())
    refused(TimeRefused, "timer_runs", start)
    refused(TimeRefused, "another_store", elsewhere.stop, "Ann")
    desk.stop()
    assert start().runs


def test_W6_who_has_another_address_since_is_the_same_person() -> None:
    """No second of his counts twice, neither of the timer that runs nor of what he worked before."""
    with a_premium_desk(people={ANNA: "anna@old.example"}) as desk:
        first, second = desk.agreed(), desk.agreed()
        begun = desk.start(first)
        new_terms = premium_terms(people={ANNA: "anna@new.example"})
        desk.coins.terms = replace(desk.terms, premium=new_terms)
        desk.later(minutes=10)
        refused(TimeRefused, "timer_runs", desk.start, second)
        stopped = desk.stop()
        assert (stopped.id, stopped.worked) == (begun.id, 10 * MINUTE)
        refused(TimeRefused, "overlaps", desk.add, second, desk.now - 5 * MINUTE, desk.now)


def test_W6_ten_minutes_after_waiting_was_marked_the_segment_ends(desk: PremiumDesk) -> None:
    agreement = desk.agreed()
    desk.start(agreement)
    desk.later(minutes=7)
    desk.wait()
    desk.later(minutes=4)
    desk.start(agreement)  # he is back
    desk.later(minutes=20)
    desk.wait()
    desk.later(minutes=5)
    desk.wait()  # once more changes nothing
    desk.later(minutes=25)
    desk.fire()
    [segment] = desk.segments(agreement)
    assert (segment.worked, segment.ending, segment.flagged) == (41 * MINUTE, Ending.WAITED, False)


def test_W6_who_has_said_himself_that_he_waits_is_not_warned_of_the_end(desk: PremiumDesk) -> None:
    desk.coins.terms = replace(desk.terms, premium=premium_terms(warn_before=5 * MINUTE))
    desk.start(desk.agreed())
    desk.wait()
    desk.later(minutes=6)
    desk.fire()
    assert not desk.told(TimerWarning)


def test_W6_a_forgotten_timer_is_warned_of_once_and_stops_after_two_hours(desk: PremiumDesk) -> None:
    agreement = desk.agreed(steps=32)
    desk.start(agreement)
    desk.later(minutes=109)
    desk.fire()
    assert not desk.told(TimerWarning)
    desk.later(minutes=1)
    for _ in range(3):
        desk.fire()
    [warning] = desk.told(TimerWarning)
    assert (warning.minutes, warning.agent, warning.ending) == (10, ANNA, "forgotten")
    desk.later(hours=5)
    desk.fire()
    [segment] = desk.segments(agreement)
    assert (segment.worked, segment.ending, segment.flagged) == (2 * HOUR, Ending.FORGOTTEN, True)


def test_W5_a_timer_that_runs_is_warned_of_earlier_once_others_have_used_up_a_part_of_its_cap(
    desk: PremiumDesk,
) -> None:
    agreement, accepted = desk.agreed(steps=4), desk.now
    desk.later(minutes=30)
    desk.start(agreement)
    desk.add(agreement, accepted, desk.now, BORIS)
    desk.later(minutes=20)
    desk.fire()
    assert [(one.minutes, one.ending) for one in desk.told(TimerWarning)] == [(10, "cap")]


def test_W6_a_stop_that_comes_late_counts_no_more_than_the_limit(desk: PremiumDesk) -> None:
    agreement = desk.agreed(steps=32)
    desk.start(agreement)
    desk.later(hours=3)
    assert desk.stop().worked == 2 * HOUR


@pytest.mark.parametrize("hours", [-30, -1, 1, 30])
def test_W6_a_clock_that_is_set_changes_no_worked_second(desk: PremiumDesk, hours: int) -> None:
    agreement = desk.agreed(steps=32)
    desk.start(agreement)
    desk.later(minutes=5)
    desk.clock.set_hands(timedelta(hours=hours))
    desk.beat()
    desk.fire()
    desk.later(minutes=6)
    assert desk.stop().worked == 11 * MINUTE
    desk.start(agreement)
    desk.clock.set_hands(timedelta(hours=-hours))
    desk.beat()
    desk.later(hours=2)
    desk.fire()
    assert [one.worked for one in desk.segments(agreement) if one.ending is Ending.FORGOTTEN] == [2 * HOUR]


def test_W6_across_a_restart_of_the_machine_the_clock_counts(desk: PremiumDesk) -> None:
    agreement = desk.agreed()
    desk.start(agreement)
    desk.later(minutes=5)
    desk.clock.restart(after=2 * MINUTE)
    desk.later(minutes=4)
    assert desk.stop().worked == 11 * MINUTE


def test_W6_time_by_hand_lies_between_acceptance_and_now_apart_from_all_else(desk: PremiumDesk) -> None:
    agreement = desk.agreed(steps=4)
    accepted = desk.now
    desk.later(hours=6)
    early = accepted - MINUTE
    refused(TimeRefused, "before_agreement", desk.add, agreement, early, accepted + MINUTE)
    refused(TimeRefused, "future", desk.add, agreement, desk.now, desk.now + MINUTE)
    refused(TimeRefused, "no_time", desk.add, agreement, desk.now, desk.now)
    refused(TimeRefused, "cap", desk.add, agreement, accepted, accepted + HOUR + MINUTE)
    desk.add(agreement, accepted, accepted + 20 * MINUTE)
    refused(TimeRefused, "overlaps", desk.add, agreement, accepted + 19 * MINUTE, accepted + 30 * MINUTE)
    desk.add(agreement, accepted + 20 * MINUTE, accepted + 30 * MINUTE)
    desk.add(agreement, accepted, accepted + 10 * MINUTE, BORIS)  # his minutes are his own
    desk.start(agreement)
    desk.later(minutes=15)
    refused(TimeRefused, "overlaps", desk.add, agreement, desk.now - MINUTE, desk.now)
    refused(TimeRefused, "cap", desk.add, agreement, accepted + HOUR, accepted + HOUR + 6 * MINUTE, BORIS)
    desk.later(minutes=30)
    desk.fire()
    assert sum((one.worked or timedelta(0) for one in desk.segments(agreement)), timedelta(0)) == HOUR


def test_W6_a_night_that_is_an_hour_longer_changes_no_second(desk: PremiumDesk) -> None:
    desk.coins.terms = replace(desk.terms, zone=BERLIN)
    desk.clock.moment = datetime(2026, 10, 25, 0, 30, tzinfo=UTC)  # 02:30 in Berlin, which comes twice that night
    assert desk.billed_time(minutes=47).lines[0].worked == 47 * MINUTE
    agreement = desk.agreed()
    desk.later(hours=1)
    added = desk.add(agreement, desk.now - HOUR, desk.now)
    assert added.worked == HOUR


# --- W7: never twice ----------------------------------------------------------------------------------------


def test_W7_the_same_work_is_never_charged_as_coins_and_as_premium_time(desk: PremiumDesk) -> None:
    coins = desk.coins
    coins.granted(CUSTOMER, 100)
    ticket = coins.ticket(CUSTOMER)
    quote = coins.approved(coins.offered(CUSTOMER, 20, ticket=ticket))
    second = coins.offered(CUSTOMER, 30, ticket=ticket)
    agreement = desk.agreed(ticket_id=ticket.id)
    refused(TimeRefused, "coins_held", desk.start, agreement)
    refused(TimeRefused, "coins_held", desk.add, agreement, desk.now - MINUTE, desk.now)
    refused(QuoteRefused, "premium_time", coins.started, quote)
    refused(QuoteRefused, "premium_time", coins.approved, second)
    coins.released(quote)
    desk.worked(agreement, minutes=10)
    refused(QuoteRefused, "premium_time", coins.approved, second)
    desk.close(agreement)
    assert coins.approved(second).held == 30


def test_W7_minutes_that_were_paid_in_coins_are_not_entered_by_hand_either(desk: PremiumDesk) -> None:
    coins = desk.coins
    coins.granted(CUSTOMER, 100)
    ticket = coins.ticket(CUSTOMER)
    quote = coins.started(coins.approved(coins.offered(CUSTOMER, 20, ticket=ticket)))
    agreement = desk.agreed(ticket_id=ticket.id)
    desk.later(minutes=30)
    coins.settled(quote, 20)
    desk.later(minutes=10)
    settled, now = desk.now - 10 * MINUTE, desk.now
    refused(TimeRefused, "coins_paid", desk.add, agreement, settled - 20 * MINUTE, settled)
    refused(TimeRefused, "coins_paid", desk.add, agreement, settled - MINUTE, now)
    assert desk.add(agreement, settled, now).worked == 10 * MINUTE


def test_W7_a_ticket_is_not_joined_to_another_while_an_agreement_is_about_it(desk: PremiumDesk) -> None:
    ticket, other = desk.coins.ticket(CUSTOMER), desk.coins.ticket(CUSTOMER)
    agreement = desk.offered(ticket_id=ticket.id)
    merge = partial(desk.do, ticket_links.merge, ticket.id, into=other.id, by=ANNA, at=desk.now)
    refused(TicketRefused, "agreement_open", merge)
    desk.accepted(agreement)
    refused(TicketRefused, "agreement_open", merge)
    desk.close(agreement)
    assert merge().id == other.id
    refused(AgreementRefused, "merged", desk.offered, ticket_id=ticket.id)


def test_W7_an_agreement_is_about_a_ticket_of_the_same_customer_only(desk: PremiumDesk) -> None:
    ticket = desk.coins.ticket(CUSTOMER)
    refused(AgreementRefused, "another_customer", desk.offered, contact=desk.contact(78), ticket_id=ticket.id)


def test_W7_a_licence_gives_no_discount_and_is_never_asked(desk: PremiumDesk) -> None:
    for module in (agreements, accepting, timing, closing_agreements, billing):
        names = vars(module)
        assert not [name for name in names if "licen" in name.casefold()], module.__name__
    assert desk.billed_time(minutes=47).total == dollars("20.00")
