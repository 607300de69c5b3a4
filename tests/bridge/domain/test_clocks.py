"""What is owed and until when, as of any moment of a ticket's story (rules T3, T4, T6)."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from bridge.domain.clocks import Clock, clocks_of, owed, running_clocks
from bridge.domain.histories import Wait
from bridge.domain.policies import ClockKind, Policies, Policy, PolicyVersion, Targets
from bridge.domain.ticket_terms import HOUR, LICENCE, NONE, PACKAGE
from bridge.domain.tickets import Author, Message, MessageKind
from tests.support.ticket_stories import BASE, ESSENTIAL, POLICY, SERVICES, SINCE, SOLVING, Story, hours

FIRST, NEXT, RESOLUTION = ClockKind.FIRST_ANSWER, ClockKind.NEXT_ANSWER, ClockKind.RESOLUTION
WEDNESDAY, THURSDAY, FRIDAY = "2026-11-25 18:00", "2026-11-26 10:00", "2026-11-27 10:00"
SATURDAY, SUNDAY, MONDAY = "2026-11-28 18:00", "2026-11-29 10:00", "2026-11-30 10:00"
LATER = "2026-12-09 10:00"


def kinds(clocks: tuple[Clock, ...]) -> list[ClockKind]:
    return [clock.kind for clock in clocks]


# --- the first answer


@pytest.mark.parametrize(
    ("opened", "standing", "due"),
    [
        ("2026-11-25 18:00", ESSENTIAL, "2026-11-28 18:00"),
        ("2026-11-26 10:00", ESSENTIAL, "2026-11-29 00:00"),
        ("2026-11-26 10:00", BASE, "2026-11-27 10:00"),
    ],
)
def test_T4_the_first_answer_is_due_as_published(opened: str, standing: str, due: str) -> None:
    story = Story(opened, standing)
    clock = story.clock(opened)
    assert (clock.kind, story.shown(clock.due), clock.guaranteed, clock.running) == (FIRST, due, True, True)


def test_T4_an_essential_ticket_can_not_be_breached_on_a_thursday_or_friday() -> None:
    story = Story("2026-11-21 00:00")
    for minute in range(0, 7 * 24 * 60, 7):
        opened = story.ticket.opened_at + timedelta(minutes=minute)
        one = Story(opened.astimezone(story.zone).strftime("%Y-%m-%d %H:%M"))
        due = one.clock(LATER).due
        assert due is not None
        # Midnight is the end of Wednesday: what is due there was due on a day of service.
        assert (due - timedelta(microseconds=1)).astimezone(story.zone).weekday() not in {3, 4}


def test_T3_a_guarantee_is_breached_at_its_due_moment_and_not_before() -> None:
    story = Story(WEDNESDAY)
    assert not story.clock("2026-11-28 17:59:59.999").breached
    assert story.clock("2026-11-28 18:00").breached
    assert story.clock("2026-11-28 18:00").running


def test_T7_what_comes_at_the_due_moment_is_in_time_and_a_met_clock_is_never_breached() -> None:
    in_time = Story(WEDNESDAY).answered("2026-11-28 18:00").clock(LATER)
    assert (in_time.breached, in_time.running, in_time.met_at) == (False, False, Story(WEDNESDAY).at(SATURDAY))
    late = Story(WEDNESDAY).answered("2026-11-28 18:00:00.001").clock(LATER)
    assert late.breached


@pytest.mark.parametrize(
    ("kind", "author", "detail"),
    [
        (MessageKind.NOTE, Author.STAFF, {}),
        (MessageKind.CALL, Author.STAFF, {}),
        (MessageKind.TEXT, Author.STAFF, {"automatic": True}),
        (MessageKind.TEXT, Author.BRIDGE, {}),
        (MessageKind.ASSIGNED, Author.STAFF, {"to": "Anna"}),
        (MessageKind.URGENT_ASKED, Author.CUSTOMER, {}),
        (MessageKind.OFFERED, Author.STAFF, {"quote": 1}),
        (MessageKind.STATE, Author.STAFF, {"state": "in_work"}),
    ],
)
def test_T6_only_a_public_text_of_staff_answers(kind: MessageKind, author: Author, detail: dict[str, object]) -> None:
    story = Story(WEDNESDAY)
    story.add("2026-11-25 19:00", author, kind, **detail)
    assert story.clock("2026-11-25 20:00").running


def test_T6_progress_answers_too() -> None:
    story = Story(WEDNESDAY).state("2026-11-25 18:30", "in_work").answered("2026-11-25 19:00", progress=True)
    assert story.clock("2026-11-25 20:00").met_at == story.at("2026-11-25 19:00")


def test_T3_a_licence_alone_has_the_stores_hours_and_is_never_breached_but_reported_late() -> None:
    story = Story("2026-11-25 16:00", LICENCE)
    assert story.due("2026-11-25 16:00") == "2026-11-30 16:00"  # Wednesday 1 h, Thursday, Friday, Monday 7 h
    late = story.clock(LATER)
    assert (late.guaranteed, late.late, late.breached) == (False, True, False)


def test_T3_without_plan_or_licence_there_is_no_clock() -> None:
    assert Story(WEDNESDAY, NONE).asks(THURSDAY).clocks(LATER) == ()


def test_T2_a_plan_that_has_left_the_settings_is_served_as_a_package_without_one() -> None:
    assert Story(THURSDAY, "gold").due(THURSDAY) == Story(THURSDAY, PACKAGE).due(THURSDAY) == FRIDAY


def test_T6_a_ticket_that_staff_opened_owes_nothing_until_the_customer_writes() -> None:
    story = Story(WEDNESDAY, by=Author.STAFF)
    assert story.clocks(LATER) == ()
    assert kinds(story.asks(SUNDAY).clocks(LATER)) == [NEXT]


# --- urgent


def test_T3_urgent_runs_from_the_confirmation() -> None:
    story = Story("2026-11-28 10:00").says("2026-11-28 10:00", MessageKind.URGENT_ASKED)
    assert story.due("2026-11-28 11:00") == "2026-11-29 10:00"
    assert story.confirmed("2026-11-28 11:00").due("2026-11-28 11:00") == "2026-11-28 15:00"


def test_T3_urgent_is_never_later_than_the_general_due_time() -> None:
    story = Story("2026-11-28 10:00").confirmed("2026-11-29 09:00")
    clock = story.clock("2026-11-29 09:00")
    assert (story.shown(clock.due), clock.promise.urgent_since) == ("2026-11-29 10:00", None)


def test_T4_urgent_counts_the_plans_hours() -> None:
    assert Story("2026-11-25 21:00").confirmed("2026-11-25 22:00").due("2026-11-25 22:00") == "2026-11-28 02:00"


def test_T3_urgency_that_is_taken_back_leaves_the_general_due_time() -> None:
    story = Story("2026-11-28 10:00").confirmed("2026-11-28 11:00")
    assert story.clock("2026-11-28 16:00").breached
    story.refused("2026-11-28 16:00")
    assert (story.due("2026-11-28 17:00"), story.clock("2026-11-28 17:00").breached) == ("2026-11-29 10:00", False)


def test_T3_urgency_that_was_taken_back_and_is_confirmed_again_puts_off_nothing() -> None:
    story = Story("2026-11-28 10:00").confirmed("2026-11-28 11:00").refused("2026-11-28 12:00")
    assert story.confirmed("2026-11-28 13:00").due("2026-11-28 13:00") == "2026-11-28 15:00"


def test_T3_urgency_that_was_taken_back_before_the_question_says_nothing_of_it() -> None:
    story = Story("2026-11-28 10:00").confirmed("2026-11-28 10:10").refused("2026-11-28 10:20")
    story.answered("2026-11-28 10:30").asks("2026-11-28 11:00").confirmed("2026-11-28 13:00")
    assert story.due("2026-11-28 13:00") == "2026-11-28 17:00"


def test_T3_urgency_taken_back_after_the_question_and_confirmed_again_runs_from_the_question() -> None:
    story = Story("2026-11-28 10:00").confirmed("2026-11-28 10:10").answered("2026-11-28 10:30")
    story.asks("2026-11-28 11:00").refused("2026-11-28 12:00").confirmed("2026-11-28 13:00")
    assert story.due("2026-11-28 13:00") == "2026-11-28 15:00"


def test_T3_to_ask_again_for_what_is_confirmed_or_to_confirm_it_twice_changes_nothing() -> None:
    story = Story("2026-11-28 10:00").confirmed("2026-11-28 11:00")
    story.says("2026-11-28 12:00", MessageKind.URGENT_ASKED).confirmed("2026-11-28 13:00")
    assert story.due("2026-11-28 13:00") == "2026-11-28 15:00"


def test_T3_the_next_answer_of_an_urgent_ticket_is_urgent_from_its_question() -> None:
    story = Story("2026-11-28 10:00").confirmed("2026-11-28 11:00").answered("2026-11-28 12:00")
    assert story.asks("2026-11-29 10:00").due("2026-11-29 10:00") == "2026-11-29 14:00"


def test_T3_what_was_decided_after_an_answer_does_not_judge_it() -> None:
    story = Story("2026-11-28 10:00").answered("2026-11-28 20:00").confirmed("2026-11-28 21:00")
    assert story.due(LATER) == "2026-11-29 10:00"


def test_T3_urgency_promises_no_sooner_resolution() -> None:
    story = Story("2026-11-28 10:00", policies=SOLVING).confirmed("2026-11-28 11:00")
    resolution, _ = story.clocks("2026-11-28 11:00")
    assert story.shown(resolution.due) == "2026-11-30 10:00"


# --- the next answer


def test_T6_the_next_answer_counts_from_the_first_message_that_nobody_has_answered() -> None:
    story = Story("2026-11-28 10:00").answered("2026-11-28 12:00")
    story.asks("2026-11-29 09:00").asks("2026-11-29 20:00")
    assert kinds(story.clocks("2026-11-29 20:00")) == [FIRST, NEXT]
    assert story.due("2026-11-29 20:00") == "2026-11-30 09:00"


def test_T6_what_is_written_before_the_first_answer_starts_no_clock_of_its_own() -> None:
    assert kinds(Story("2026-11-28 10:00").asks("2026-11-28 11:00").clocks(LATER)) == [FIRST]


def test_T6_in_one_moment_what_was_written_first_comes_first() -> None:
    story = Story("2026-11-28 10:00").answered("2026-11-28 10:00").asks("2026-11-28 10:00")
    first, following = story.clocks("2026-11-28 11:00")
    assert (first.running, following.kind, following.running) == (False, NEXT, True)


def test_T6_a_reopening_starts_a_clock_for_the_next_answer() -> None:
    story = Story("2026-11-28 10:00").answered("2026-11-28 11:00", state="resolved")
    story.asks("2026-11-29 09:00")
    assert (story.clock(LATER).kind, story.due(LATER)) == (NEXT, "2026-11-30 09:00")


def test_T6_so_does_a_reopening_by_staff_unless_it_is_the_customers_turn() -> None:
    resolved = Story("2026-11-28 10:00").answered("2026-11-28 11:00", state="resolved")
    assert kinds(resolved.state("2026-11-29 09:00", "waiting_customer").clocks(LATER)) == [FIRST]
    opened = Story("2026-11-28 10:00").answered("2026-11-28 11:00", state="resolved").state("2026-11-29 09:00", "open")
    assert kinds(opened.clocks(LATER)) == [FIRST, NEXT]


def test_T6_what_was_resolved_unanswered_and_opened_again_by_staff_has_been_owed_all_the_time() -> None:
    story = Story("2026-11-28 10:00").state("2026-11-29 09:00", "resolved").state("2026-11-29 09:01", "open")
    assert (kinds(story.clocks(LATER)), story.due(LATER)) == ([FIRST], "2026-11-29 10:00")
    answered = story.answered("2026-11-29 09:30").state("2026-11-30 09:00", "closed").state("2026-11-30 10:00", "open")
    assert (kinds(answered.clocks(LATER)), answered.due(LATER)) == ([FIRST, NEXT], "2026-12-01 10:00")


def test_T6_what_needed_no_answer_needs_none_when_staff_open_the_ticket_again() -> None:
    story = Story("2026-11-28 10:00").says("2026-11-28 11:00", MessageKind.NO_ANSWER_NEEDED)
    assert story.state("2026-11-30 10:00", "open").due(LATER) == "2026-12-01 10:00"


def test_T10_a_thanks_that_needs_no_answer_withdraws_its_clock() -> None:
    story = Story("2026-11-28 10:00").answered("2026-11-28 11:00", state="resolved").asks("2026-11-28 12:00")
    story.says("2026-11-28 13:00", MessageKind.NO_ANSWER_NEEDED)
    clock = story.clock(LATER)
    assert (clock.running, clock.withdrawn_at, clock.late) == (False, story.at("2026-11-28 13:00"), False)


def test_T6_a_ticket_that_ends_unanswered_owes_no_answer_any_more_but_a_breach_stays_one() -> None:
    ended = Story("2026-11-28 10:00").state("2026-11-29 09:00", "resolved").clock(LATER)
    assert (ended.withdrawn_at is not None, ended.breached) == (True, False)
    too_late = Story("2026-11-28 10:00").state("2026-11-29 11:00", "resolved").clock(LATER)
    assert (too_late.withdrawn_at is not None, too_late.breached) == (True, True)


def test_T6_a_ticket_that_was_merged_owes_nothing_any_more() -> None:
    story = Story("2026-11-28 10:00", policies=SOLVING).says("2026-11-28 11:00", MessageKind.MERGED, into=7)
    assert [clock.withdrawn_at for clock in story.clocks(LATER)] == [story.at("2026-11-28 11:00")] * 2


# --- waits


def test_T6_a_clock_stands_still_while_an_approval_is_awaited() -> None:
    story = Story("2026-11-28 10:00").says("2026-11-28 16:00", MessageKind.OFFERED, quote=1)
    still = story.clock(LATER)
    assert (still.still, still.due, still.breached, still.promise.left) == (True, None, False, hours(18))
    story.says("2026-11-30 08:00", MessageKind.APPROVED, quote=1)
    assert story.due(LATER) == "2026-12-01 02:00"


def test_T6_a_wait_is_measured_in_service_time() -> None:
    story = Story("2026-11-25 18:00").says("2026-11-25 20:00", MessageKind.OFFERED, quote=1)
    story.says("2026-11-28 06:00", MessageKind.DECLINED, quote=1)  # 10 h of service passed, and two days off
    assert story.due(LATER) == "2026-11-29 04:00"


def test_T6_what_has_been_breached_is_not_mended_by_waiting() -> None:
    story = Story("2026-11-28 10:00").says("2026-11-29 11:00", MessageKind.OFFERED, quote=1)
    assert (story.due(LATER), story.clock(LATER).breached) == ("2026-11-29 10:00", True)


def test_T6_a_wait_that_begins_at_the_due_moment_comes_too_late() -> None:
    story = Story("2026-11-28 10:00").says("2026-11-29 10:00", MessageKind.OFFERED, quote=1)
    assert story.clock(LATER).breached


def test_T6_several_waits_add_up() -> None:
    story = Story("2026-11-28 00:00")
    for day in (28, 29, 30):
        story.says(f"2026-11-{day} 06:00", MessageKind.OFFERED, quote=day)
        story.says(f"2026-11-{day} 18:00", MessageKind.DECLINED, quote=day)
    assert story.due(LATER) == "2026-11-30 00:00"  # 6 + 12 + 6 h, before the third
    assert len(story.clock(LATER).waits) == 3


def test_T6_answered_while_it_stood_still_a_clock_is_met() -> None:
    story = Story("2026-11-28 10:00").says("2026-11-28 16:00", MessageKind.OFFERED, quote=1)
    clock = story.answered("2026-12-01 10:00").clock(LATER)
    assert (clock.running, clock.breached, clock.used) == (False, False, hours(6))


# --- the resolution


def test_T6_a_resolution_is_promised_only_where_the_store_says_so() -> None:
    assert kinds(Story("2026-11-28 10:00").clocks(LATER)) == [FIRST]
    assert kinds(Story("2026-11-28 10:00", policies=SOLVING).clocks(LATER)) == [RESOLUTION, FIRST]


def test_T6_a_resolution_is_met_when_the_ticket_is_resolved_and_rests_while_the_customer_is_asked() -> None:
    story = Story("2026-11-28 10:00", policies=SOLVING).answered("2026-11-28 22:00")
    story.asks("2026-11-30 10:00").answered("2026-12-01 10:00", state="resolved")
    resolution = story.clocks(LATER)[0]
    assert (story.shown(resolution.met_at), resolution.used) == ("2026-12-01 10:00", hours(36))
    assert not resolution.breached


def test_T6_a_reopened_ticket_has_to_be_resolved_again() -> None:
    story = Story("2026-11-28 10:00", policies=SOLVING).answered("2026-11-28 22:00", state="resolved")
    assert kinds(story.asks("2026-11-29 10:00").clocks(LATER)) == [RESOLUTION, FIRST, NEXT, RESOLUTION]


# --- plans and policies that change


def test_T6_a_better_plan_helps_a_clock_that_runs() -> None:
    story = Story(THURSDAY).runs_under("2026-11-26 12:00", BASE)
    assert (story.due("2026-11-26 11:00"), story.due("2026-11-26 12:00")) == ("2026-11-29 00:00", FRIDAY)


def test_T6_a_plan_that_ends_hurts_no_ticket_that_was_opened_under_it() -> None:
    story = Story(THURSDAY, BASE).runs_under("2026-11-26 12:00", NONE)
    assert (story.due("2026-11-26 12:00"), story.clock("2026-11-26 12:00").guaranteed) == (FRIDAY, True)
    assert story.answered("2026-11-26 13:00").asks("2026-12-03 10:00").due(LATER) == "2026-12-04 10:00"


def test_T6_a_plan_that_ends_hurts_no_clock_that_was_started_under_it() -> None:
    story = Story(THURSDAY, NONE).runs_under("2026-11-26 12:00", BASE).answered("2026-11-26 13:00")
    story.asks("2026-12-03 10:00").runs_under("2026-12-03 12:00", NONE)
    assert story.due("2026-12-03 12:00") == "2026-12-04 10:00"


def test_T6_a_plan_that_came_after_the_answer_does_not_judge_it() -> None:
    story = Story("2026-11-25 18:00").answered("2026-11-28 10:00").runs_under("2026-11-28 11:00", BASE)
    clock = story.clock(LATER)
    assert (clock.promise.standing, clock.breached) == (ESSENTIAL, False)


def test_T6_what_a_better_plan_would_have_owed_before_it_was_bought_counts_from_the_purchase() -> None:
    story = Story("2026-11-25 18:00").runs_under("2026-11-27 10:00", BASE)
    clock = story.clock("2026-11-27 10:00")
    assert (story.shown(clock.due), clock.breached) == ("2026-11-28 10:00", False)


def test_T6_a_guarantee_is_better_than_a_best_effort_that_is_due_sooner() -> None:
    story = Story("2026-11-24 10:00", LICENCE).runs_under("2026-11-26 18:00", ESSENTIAL)
    clock = story.clock("2026-11-26 18:00")
    assert (clock.guaranteed, story.shown(clock.due)) == (True, "2026-11-29 00:00")


def test_T6_a_package_bought_for_a_ticket_without_a_clock_starts_one() -> None:
    story = Story("2026-11-24 10:00", NONE).runs_under("2026-11-29 10:00", BASE)
    assert story.due("2026-11-29 10:00") == "2026-11-30 10:00"


def changed(targets: Targets, since: str = "2026-11-28 12:00") -> Policies:
    at = Story("2026-11-28 10:00").at(since)
    return Policies([PolicyVersion(1, SINCE, POLICY), PolicyVersion(2, at, Policy(SERVICES, targets))])


def test_T6_a_policy_that_promises_less_leaves_open_clocks_as_they_were_promised() -> None:
    story = Story("2026-11-28 10:00", policies=changed(Targets(first_answer=48 * HOUR)))
    assert story.due("2026-11-28 13:00") == "2026-11-29 10:00"
    after = Story("2026-11-28 13:00", policies=changed(Targets(first_answer=48 * HOUR)))
    assert after.due("2026-11-28 13:00") == "2026-11-30 13:00"


def test_T6_a_policy_that_promises_more_holds_for_open_clocks_and_breaks_none_by_itself() -> None:
    more = changed(Targets(first_answer=8 * HOUR))
    story = Story("2026-11-28 10:00", policies=more)
    assert story.due("2026-11-28 11:00") == "2026-11-29 10:00"
    assert story.due("2026-11-28 12:00") == "2026-11-28 18:00"
    assert Story("2026-11-28 01:00", policies=more).due("2026-11-28 12:00") == "2026-11-28 20:00"


def test_T9_what_was_promised_before_the_first_policy_was_known_is_broken_by_nobody() -> None:
    first = Policies([PolicyVersion(1, Story(SUNDAY).at(SUNDAY), POLICY)])
    clock = Story("2026-11-20 10:00", BASE, policies=first).clock(SUNDAY)
    assert (Story(SUNDAY).shown(clock.due), clock.breached) == (MONDAY, False)


def test_T9_policies_are_versions_one_after_another() -> None:
    one, other = PolicyVersion(1, SINCE, POLICY), PolicyVersion(2, SINCE - HOUR, POLICY)
    for wrong in ([], [one, one], [one, other]):
        with pytest.raises(ValueError, match="one or more versions"):
            Policies(wrong)


# --- of one ticket, and again


class Looked(tuple[Wait, ...]):
    """Waits that count how often one of them is looked at."""

    __slots__ = ()
    looks = 0

    def __getitem__(self, place: Any) -> Any:
        Looked.looks += 1
        return super().__getitem__(place)

    def __iter__(self) -> Iterator[Wait]:
        return (self[place] for place in range(len(self)))


def test_T9_the_clocks_of_an_endless_ticket_look_at_their_own_waits_alone() -> None:
    story = Story("2026-11-28 10:00")
    for minute in range(1, 1_000):
        at = story.ticket.opened_at + minute * HOUR / 60
        author = Author.STAFF if minute % 2 else Author.CUSTOMER
        story.messages.append(Message(at, author, MessageKind.TEXT, id=minute + 10))
    story.asks("2026-11-30 10:00")
    history = replace(story.history, waits=Looked(story.history.waits))
    Looked.looks = 0
    clocks = clocks_of(story.ticket, history, story.policies, story.at(LATER))
    assert len(clocks) == 501
    assert Looked.looks < 501 * 15
    Looked.looks = 0
    running = running_clocks(story.ticket, history, story.policies, story.at(LATER))
    assert running == clocks[-1:]
    assert Looked.looks < 15


def test_T6_a_clock_stands_still_from_the_very_moment_at_which_something_is_awaited() -> None:
    story = Story("2026-11-28 10:00").says("2026-11-28 16:00", MessageKind.OFFERED, quote=1)
    assert (story.due("2026-11-28 16:00"), story.clock("2026-11-28 16:00").promise.left) == (None, hours(18))


def test_T2_of_several_clocks_the_one_that_is_due_first_is_owed() -> None:
    story = Story("2026-11-28 10:00", policies=SOLVING)
    first = owed(story.clocks("2026-11-28 11:00"))
    assert first is not None
    assert first.kind is FIRST
    assert owed(story.answered("2026-11-28 12:00", state="resolved").clocks(LATER)) is None


def test_T6_messages_from_before_a_split_start_and_meet_nothing() -> None:
    story = Story("2026-11-28 10:00")
    story.asks("2026-11-20 10:00").answered("2026-11-21 10:00")
    assert (kinds(story.clocks("2026-11-28 11:00")), story.due("2026-11-28 11:00")) == ([FIRST], "2026-11-29 10:00")


def test_T9_the_key_of_a_clock_stays_whatever_comes_later() -> None:
    story = Story("2026-11-28 10:00").answered("2026-11-28 11:00").asks("2026-11-28 12:00")
    before = [clock.key for clock in story.clocks("2026-11-28 12:00")]
    story.answered("2026-11-28 13:00").asks("2026-11-29 10:00").runs_under("2026-11-29 11:00", BASE)
    after = [clock.key for clock in story.clocks(LATER)]
    assert (after[: len(before)], len(set(after))) == (before, 3)


def test_T7_clocks_that_began_in_one_millisecond_are_told_apart() -> None:
    """A machine's clock that was put back lets a whole exchange happen at one moment."""
    story = Story(WEDNESDAY).answered(SATURDAY).asks(SATURDAY)
    keys = [clock.key for clock in story.clocks(SATURDAY)]
    story.answered(SATURDAY).asks(SATURDAY).confirmed(SATURDAY)
    first, second, third = story.clocks(LATER)
    assert (first.kind, second.kind, third.kind) == (FIRST, NEXT, NEXT)
    assert [first.key, second.general_key] == keys
    assert third.general_key == f"{keys[1]}/2"
    assert [one.key for one in running_clocks(story.ticket, story.history, story.policies, story.at(LATER))] == [
        third.key
    ]
