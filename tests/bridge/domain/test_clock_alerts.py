"""Warnings, breach and escalations: each once, the highest only, in whose hours (rule T7)."""

from datetime import timedelta

import pytest

from bridge.domain.clock_alerts import Step, StepKind, due_steps, next_moment, steps_of, still_worth_telling, when_for
from bridge.domain.policies import Policy
from bridge.domain.ticket_terms import HOUR, LICENCE, AlertTimes, Escalation, StaffHours
from bridge.domain.tickets import MessageKind
from tests.support.service_weeks import WORKDAYS, a_calendar
from tests.support.ticket_stories import BASE, POLICY, SERVICES, SOLVING, Story

OPENED, LATER = "2026-11-28 10:00", "2026-12-09 10:00"
WARNED, WARNED_AGAIN, DUE = "2026-11-28 22:00", "2026-11-29 05:12", "2026-11-29 10:00"
ESCALATED, ESCALATED_AGAIN = "2026-11-29 12:00", "2026-11-30 10:00"
OFFICE = a_calendar("Asia/Tehran", WORKDAYS, "09:00-17:00")


def steps(story: Story, now: str, policy: Policy = POLICY) -> list[tuple[str, str | None]]:
    return [(step.name, story.shown(step.at)) for step in steps_of(story.clock(now), policy)]


def told(story: Story, now: str) -> tuple[str | None, list[str]]:
    """What is told at a moment, and what is left out for it."""
    send, skipped = due_steps(story.clock(now), POLICY, story.history.alerts, story.at(now))
    return send.name if send else None, [step.name for step in skipped]


def upcoming(story: Story, now: str) -> str | None:
    return story.shown(next_moment(story.clocks(now), POLICY, story.history.alerts))


def test_T7_warnings_at_half_and_at_80_percent_the_breach_when_due_and_escalations_after_it() -> None:
    assert steps(Story(OPENED), OPENED) == [
        ("warning_50", WARNED),
        ("warning_80", WARNED_AGAIN),
        ("breach", DUE),
        ("escalation_1", ESCALATED),
        ("escalation_2", ESCALATED_AGAIN),
    ]


def test_T7_warnings_are_parts_of_service_time() -> None:
    # 6 h on Wednesday, two days off, then half of 24 h at six, 80 % (19 h 12 min) at 13:12.
    assert steps(Story("2026-11-25 18:00"), "2026-11-25 18:00")[:3] == [
        ("warning_50", "2026-11-28 06:00"),
        ("warning_80", "2026-11-28 13:12"),
        ("breach", "2026-11-28 18:00"),
    ]


def test_T7_escalations_count_hours_of_the_wall_and_name_who_is_told() -> None:
    first, second = steps_of(Story("2026-11-25 00:00").clock(LATER), POLICY)[-2:]
    story = Story(OPENED)
    assert (story.shown(first.at), first.to) == ("2026-11-26 02:00", ("Anna",))  # Thursday: no service, but the wall's
    assert (story.shown(second.at), second.to) == ("2026-11-27 00:00", ())


def test_T7_every_step_is_told_exactly_once_at_its_minute() -> None:
    story, found = Story(OPENED), []
    for minute in range(0, 72 * 60, 4):
        now = (story.ticket.opened_at + timedelta(minutes=minute)).isoformat()
        name, skipped = told(story, now)
        if name is not None:
            found.append((name, story.shown(story.at(now)), skipped))
            story.told(now, story.clock(now).key, name, *skipped)
    assert found == [
        ("warning_50", WARNED, []),
        ("warning_80", WARNED_AGAIN, []),
        ("breach", DUE, []),
        ("escalation_1", ESCALATED, []),
        ("escalation_2", ESCALATED_AGAIN, []),
    ]


@pytest.mark.parametrize(
    ("now", "send", "left_out"),
    [
        ("2026-11-28 21:59:59", None, []),
        (WARNED, "warning_50", []),
        (WARNED_AGAIN, "warning_80", ["warning_50"]),
        (DUE, "breach", ["warning_50", "warning_80"]),
        ("2026-11-29 11:59", "breach", ["warning_50", "warning_80"]),
        (ESCALATED, "escalation_1", ["warning_50", "warning_80", "breach"]),
        (LATER, "escalation_2", ["warning_50", "warning_80", "breach", "escalation_1"]),
    ],
)
def test_T7_of_several_that_are_due_at_once_only_the_highest_is_sent(
    now: str, send: str | None, left_out: list[str]
) -> None:
    assert told(Story(OPENED), now) == (send, left_out)


def test_T7_what_was_left_out_or_is_lower_than_what_was_told_is_never_sent() -> None:
    story = Story(OPENED).told(DUE, "first_answer", "breach", "warning_80")
    assert told(story, DUE) == (None, [])
    assert upcoming(story, DUE) == ESCALATED


def test_T7_a_clock_that_ended_tells_nothing_any_more_even_what_was_slept_through() -> None:
    story = Story(OPENED).answered("2026-11-29 11:00")
    assert (told(story, LATER), upcoming(story, LATER)) == ((None, []), None)


def test_T7_a_best_effort_warns_of_nothing() -> None:
    assert steps(Story(OPENED, LICENCE), LATER) == []


def test_T7_warnings_and_the_breach_stand_still_with_the_clock() -> None:
    story = Story(OPENED).says("2026-11-28 23:00", MessageKind.OFFERED, quote=1)
    assert steps(story, LATER) == [("warning_50", WARNED)]
    story.told(WARNED, "first_answer", "warning_50")
    assert upcoming(story, LATER) is None
    story.says("2026-11-29 23:00", MessageKind.DECLINED, quote=1)
    assert steps(story, LATER)[1:3] == [("warning_80", "2026-11-30 05:12"), ("breach", "2026-11-30 10:00")]


def test_T7_an_escalation_that_falls_into_a_wait_comes_after_it() -> None:
    story = Story(OPENED).says("2026-11-29 11:00", MessageKind.OFFERED, quote=1)
    assert [name for name, _ in steps(story, LATER)] == ["warning_50", "warning_80", "breach"]
    story.says("2026-11-29 20:00", MessageKind.DECLINED, quote=1)
    assert steps(story, LATER)[3:] == [("escalation_1", "2026-11-29 20:00"), ("escalation_2", ESCALATED_AGAIN)]


def test_T7_urgency_has_warnings_and_a_breach_of_its_own_and_taken_back_leaves_the_general_ones() -> None:
    story = Story(OPENED).confirmed("2026-11-28 11:00")
    urgent = story.clock("2026-11-28 11:00").key
    assert steps(story, "2026-11-28 11:00")[:3] == [
        ("warning_50", "2026-11-28 13:00"),
        ("warning_80", "2026-11-28 14:12"),
        ("breach", "2026-11-28 15:00"),
    ]
    story.told("2026-11-28 15:00", urgent, "breach", "warning_50", "warning_80").refused("2026-11-28 15:30")
    assert story.clock("2026-11-28 16:00").key != urgent
    assert told(story, DUE) == ("breach", ["warning_50", "warning_80"])


def test_T7_the_policy_of_now_says_which_steps_there_are() -> None:
    policy = Policy(SERVICES, warn_percents=(90, 25), escalation=(Escalation(HOUR, ("Omid",)),))
    assert [name for name, _ in steps(Story(OPENED), OPENED, policy)] == [
        "warning_25",
        "warning_90",
        "breach",
        "escalation_1",
    ]


def test_T7_the_next_moment_is_that_of_whichever_clock_has_something_to_tell_first() -> None:
    story = Story(OPENED, policies=SOLVING)
    assert upcoming(story, OPENED) == WARNED
    story.answered("2026-11-28 11:00", progress=True)
    assert upcoming(story, "2026-11-28 11:00") == "2026-11-29 10:00"  # half of the resolution's 48 h
    assert upcoming(Story(OPENED), LATER) == WARNED  # overdue: to be told at once


# --- in the recipient's hours


def a_step(at: str, kind: StepKind = StepKind.WARNING) -> Step:
    return Step("first_answer", kind, 50, Story(OPENED).at(at))


NIGHT = "2026-11-27 20:00"  # a Friday: the office opens on Monday
MORNING = "2026-11-30 09:00"


@pytest.mark.parametrize(
    ("alerts", "kind", "at"),
    [
        (AlertTimes.ALWAYS, StepKind.WARNING, NIGHT),
        (AlertTimes.ALWAYS, StepKind.BREACH, NIGHT),
        (AlertTimes.BREACH_AT_ONCE, StepKind.WARNING, MORNING),
        (AlertTimes.BREACH_AT_ONCE, StepKind.BREACH, NIGHT),
        (AlertTimes.BREACH_AT_ONCE, StepKind.ESCALATION, MORNING),
        (AlertTimes.IN_HOURS, StepKind.WARNING, MORNING),
        (AlertTimes.IN_HOURS, StepKind.BREACH, MORNING),
        (AlertTimes.IN_HOURS, StepKind.ESCALATION, MORNING),
    ],
)
def test_T7_a_step_reaches_its_recipient_in_his_hours_when_so_configured(
    alerts: AlertTimes, kind: StepKind, at: str
) -> None:
    story = Story(OPENED)
    step = a_step(NIGHT, kind)
    assert story.shown(when_for(step, StaffHours(OFFICE, alerts), step.at)) == at


def test_T7_within_his_hours_he_is_told_at_once_and_late_where_the_desk_was_off() -> None:
    hours, story = StaffHours(OFFICE, AlertTimes.IN_HOURS), Story(OPENED)
    step = a_step("2026-11-30 10:00")
    assert when_for(step, hours, step.at) == step.at
    assert story.shown(when_for(step, hours, story.at("2026-11-30 18:00"))) == "2026-12-01 09:00"


def test_T7_what_waited_for_his_hours_is_told_only_while_it_says_something() -> None:
    def worth(story: Story, name: str) -> bool:
        return still_worth_telling("first_answer", name, story.clocks(MORNING), story.history.alerts)

    story = Story("2026-11-29 20:00", BASE).told("2026-11-30 08:00", "first_answer", "warning_50")
    assert worth(story, "warning_50")
    assert not worth(story, "breach")  # it is not breached: it stood better again
    story.told("2026-11-30 08:30", "first_answer", "warning_80")
    assert not worth(story, "warning_50")
    assert worth(story, "warning_80")
    assert not worth(story.answered("2026-11-30 08:45"), "warning_80")
    assert not worth(Story(OPENED, LICENCE), "warning_50")
