"""The course of a ticket: what its clocks go by, in the order it happened (rules T6, T10)."""

import pytest

from bridge.domain.entitlement import Entitlement, Reason, Way
from bridge.domain.histories import Turn
from bridge.domain.moments import to_ms
from bridge.domain.ticket_history import history_of
from bridge.domain.tickets import Author, MessageKind, Urgency
from tests.support.ticket_stories import Story

OPENED = "2026-11-28 10:00"


def course(story: Story) -> list[Turn]:
    return [mark.turn for mark in story.history.course]


def test_T6_the_course_tells_questions_answers_waits_ends_and_reopenings_in_order() -> None:
    story = Story(OPENED, by=Author.STAFF)
    story.asks("2026-11-28 11:00").answered("2026-11-28 12:00").asks("2026-11-28 13:00")
    story.state("2026-11-28 14:00", "resolved").asks("2026-11-28 15:00")
    story.says("2026-11-28 16:00", MessageKind.NO_ANSWER_NEEDED)
    assert course(story) == [
        *(Turn.ANSWERED, Turn.WAITING),
        *(Turn.ASKED, Turn.RESUMED, Turn.ANSWERED, Turn.WAITING, Turn.ASKED, Turn.RESUMED),
        *(Turn.ENDED, Turn.ASKED, Turn.REOPENED, Turn.DISMISSED, Turn.ENDED),
    ]


def test_T9_facts_of_one_moment_keep_the_order_in_which_they_were_written() -> None:
    story = Story(OPENED)
    story.answered(OPENED).asks(OPENED).answered(OPENED)
    turns = [turn for turn in course(story) if turn in {Turn.ASKED, Turn.ANSWERED}]
    assert turns == [Turn.ASKED, Turn.ASKED, Turn.ANSWERED, Turn.ASKED, Turn.ANSWERED]
    shuffled = history_of(story.ticket, reversed(story.messages))
    assert shuffled == story.history


def test_T10_whatever_makes_an_ended_ticket_go_on_has_reopened_it() -> None:
    story = Story(OPENED).answered("2026-11-28 12:00", state="resolved")
    story.says("2026-11-28 13:00", MessageKind.OFFERED, quote=1)
    assert (story.history.state, story.history.reopened) == ("waiting_approval", 1)
    assert course(story)[-2:] == [Turn.WAITING, Turn.REOPENED]


def test_T10_the_customers_days_begin_with_what_he_was_asked_or_offered_last() -> None:
    story = Story(OPENED).answered("2026-11-28 12:00").answered("2026-12-11 12:00")
    assert (story.history.state, story.history.since) == ("waiting_customer", story.at("2026-12-11 12:00"))
    story.says("2026-12-12 12:00", MessageKind.OFFERED, quote=1).says("2026-12-20 12:00", MessageKind.OFFERED, quote=1)
    assert (story.history.state, story.history.since) == ("waiting_approval", story.at("2026-12-20 12:00"))
    assert len(story.history.waits) == 1


def test_T3_to_ask_again_for_urgency_that_is_confirmed_takes_nothing_back() -> None:
    story = Story(OPENED).confirmed("2026-11-28 11:00").says("2026-11-28 12:00", MessageKind.URGENT_ASKED)
    assert story.history.urgency is Urgency.CONFIRMED


def test_T6_a_question_asked_during_the_work_outlives_its_settlement() -> None:
    story = Story(OPENED).answered("2026-11-28 10:30")
    story.says("2026-11-28 11:00", MessageKind.OFFERED, quote=1).says("2026-11-28 11:30", MessageKind.APPROVED, quote=1)
    story.says("2026-11-28 12:00", MessageKind.STARTED, quote=1).asks("2026-11-28 13:00")
    due = story.due("2026-11-28 13:00")
    story.says("2026-11-28 14:00", MessageKind.DEDUCTED, quote=1)
    assert (story.history.state, story.due("2026-11-28 14:00")) == ("open", due)
    assert story.answered("2026-11-28 15:00").history.state == "waiting_customer"


@pytest.mark.parametrize("end", [MessageKind.INFEASIBLE, MessageKind.RELEASED, MessageKind.DEDUCTED])
def test_T6_no_end_of_a_quote_rests_the_clock_of_an_open_question(end: MessageKind) -> None:
    story = Story(OPENED).says("2026-11-28 11:00", MessageKind.OFFERED, quote=1)
    story.says("2026-11-28 11:30", MessageKind.APPROVED, quote=1).says("2026-11-28 12:00", MessageKind.STARTED, quote=1)
    story.says("2026-11-28 12:30", MessageKind.OFFERED, quote=2).asks("2026-11-28 13:00")
    story.says("2026-11-28 14:00", end, quote=1)
    assert story.history.state == "open"
    assert story.due("2026-11-28 14:00") is not None


def test_T10_work_that_was_offered_and_settled_without_a_question_is_resolved() -> None:
    story = Story(OPENED).says("2026-11-28 11:00", MessageKind.OFFERED, quote=1)
    story.says("2026-11-28 11:30", MessageKind.APPROVED, quote=1).says("2026-11-28 12:00", MessageKind.STARTED, quote=1)
    assert story.says("2026-11-28 14:00", MessageKind.DEDUCTED, quote=1).history.state == "resolved"


@pytest.mark.parametrize("state", ["waiting_customer", "resolved", "in_work"])
def test_T10_progress_leaves_the_ticket_as_it_is(state: str) -> None:
    story = Story(OPENED).answered("2026-11-28 12:00", state=state)
    story.answered("2026-11-28 13:00", progress=True)
    assert (story.history.state, story.history.reopened) == (state, 0)
    assert not [clock for clock in story.clocks("2026-12-28 13:00") if clock.running]


def test_T10_progress_told_while_an_approval_is_awaited_ends_no_wait() -> None:
    story = Story(OPENED).says("2026-11-28 11:00", MessageKind.OFFERED, quote=1)
    story.answered("2026-11-28 13:00", progress=True)
    assert story.history.state == "waiting_approval"


def test_C5_T10_an_offer_that_can_be_approved_for_longer_gives_the_customer_his_days_anew() -> None:
    story = Story(OPENED).says("2026-11-28 11:00", MessageKind.OFFERED, quote=1)
    story.says("2026-12-12 09:00", MessageKind.EXTENDED, quote=1)
    assert (story.history.state, story.history.since) == ("waiting_approval", story.at("2026-12-12 09:00"))
    story.asks("2026-12-12 10:00").says("2026-12-12 11:00", MessageKind.EXTENDED, quote=1)
    assert (story.history.state, story.history.since) == ("open", story.at("2026-12-12 10:00"))


def test_C5_T10_an_offer_that_can_be_approved_for_longer_wakes_a_ticket_that_silence_has_ended() -> None:
    """Else the ticket closed at the next look, and took back what the customer has a day more for."""
    story = Story(OPENED).says("2026-11-28 11:00", MessageKind.OFFERED, quote=1)
    story.state("2026-12-12 11:00", "resolved").says("2027-01-02 11:00", MessageKind.EXTENDED, quote=1)
    assert (story.history.state, story.history.since) == ("waiting_approval", story.at("2027-01-02 11:00"))
    story.says("2027-01-03 11:00", MessageKind.LAPSED, quote=1).state("2027-01-03 12:00", "closed")
    assert story.says("2027-01-04 11:00", MessageKind.EXTENDED, quote=1).history.state == "closed"


def test_C5_T10_an_offer_that_had_lapsed_before_the_clock_was_put_back_waits_for_approval_again() -> None:
    """Its end lies in the downtime then, and a day more is given from where it had been said to be over."""

    def lapsed() -> Story:
        story = Story(OPENED).says("2026-11-28 11:00", MessageKind.OFFERED, quote=1)
        return story.says("2026-12-12 11:00", MessageKind.LAPSED, quote=1)

    extended = "2027-01-02 11:00"
    story = lapsed().says(extended, MessageKind.EXTENDED, quote=1)
    assert (story.history.state, story.history.since) == ("waiting_approval", story.at(extended))
    story = lapsed().state("2026-12-12 11:00", "resolved").says(extended, MessageKind.EXTENDED, quote=1)
    assert (story.history.state, story.history.since) == ("waiting_approval", story.at(extended))
    assert lapsed().asks("2026-12-13 11:00").says(extended, MessageKind.EXTENDED, quote=1).history.state == "open"
    held = lapsed().says("2026-12-13 11:00", MessageKind.APPROVED, quote=2)
    assert held.says(extended, MessageKind.EXTENDED, quote=1).history.state == "open", "staff are to begin the other"
    story = Story(OPENED).says("2026-11-28 11:00", MessageKind.OFFERED, quote=1)
    story.says("2026-11-29 11:00", MessageKind.APPROVED, quote=1).says(extended, MessageKind.EXTENDED, quote=1)
    assert story.history.state == "open", "what was approved by a clock that was put back is offered no more"


def test_T10_silence_ends_nothing_where_something_was_said_meanwhile() -> None:
    """After a restore what falls due is fired first; what was said before that is said again later, as of then."""

    def ended_by_silence() -> Story:
        story = Story(OPENED).says("2026-11-28 11:00", MessageKind.OFFERED, quote=1)
        silence = {"state": "resolved", "because": "silence", "since": to_ms(story.at("2026-11-28 11:00"))}
        return story.says("2026-12-12 11:00", MessageKind.STATE, **silence)

    assert ended_by_silence().history.state == "resolved"
    asked = ended_by_silence().asks("2026-12-08 11:00")
    assert (asked.history.state, asked.due("2026-12-13 11:00") is not None) == ("open", True)
    approved = ended_by_silence().says("2026-12-08 11:00", MessageKind.APPROVED, quote=1)
    assert approved.history.state == "open", "coins are held in it (rule C7)"


def test_C8_T10_nobody_waits_for_the_approval_of_an_offer_that_has_lapsed() -> None:
    story = Story(OPENED).says("2026-11-28 11:00", MessageKind.OFFERED, quote=1)
    story.says("2026-12-05 11:00", MessageKind.OFFERED, quote=2)
    story.says("2026-12-12 11:00", MessageKind.LAPSED, quote=1)
    assert (story.history.state, story.history.since) == ("waiting_approval", story.at("2026-12-05 11:00"))
    assert story.says("2026-12-19 11:00", MessageKind.LAPSED, quote=2).history.state == "open"
    assert story.asks("2026-12-20 11:00").answered("2026-12-20 12:00").history.state == "waiting_customer"


@pytest.mark.parametrize("state", ["in_work", "resolved", "waiting_customer"])
def test_T10_a_lapse_changes_nothing_where_no_approval_is_waited_for(state: str) -> None:
    story = Story(OPENED).says("2026-11-28 11:00", MessageKind.OFFERED, quote=1)
    story.state("2026-11-28 12:00", state).says("2026-12-12 11:00", MessageKind.LAPSED, quote=1)
    assert (story.history.state, story.history.since) == (state, story.at("2026-11-28 12:00"))


def test_C8_what_was_approved_in_time_does_not_lapse() -> None:
    story = Story(OPENED).says("2026-11-28 11:00", MessageKind.OFFERED, quote=1)
    story.says("2026-11-28 12:00", MessageKind.APPROVED, quote=1)
    story.says("2026-12-12 11:00", MessageKind.LAPSED, quote=1).answered("2026-12-12 12:00")
    assert story.history.state == "open", "staff are to begin"


def test_L3_a_ticket_runs_under_a_licence_from_the_decision_on_and_a_package_comes_before_it() -> None:
    story = Story(OPENED).says("2026-11-28 11:00", MessageKind.COVERED, way="licence", reason="active", licence=3)
    story.says("2026-12-28 11:00", MessageKind.COVERED, way="no_clock", reason="refunded", licence=3)
    standings = [
        story.history.standing_at(story.at(when), "none")
        for when in ("2026-11-28 10:59", "2026-11-28 11:00", "2026-12-28 10:59", "2026-12-28 11:00")
    ]
    assert standings == ["none", "licence", "licence", "none"]
    assert story.history.standing_at(story.at("2026-12-01 10:00"), "base") == "base"
    assert story.history.cover == Entitlement(Way.NO_CLOCK, Reason.REFUNDED, 3)
    assert Story(OPENED).history.cover is None
