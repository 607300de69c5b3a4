"""Whatever happens to a ticket, what is explained adds up to what is owed (rules T6, T9)."""

import json
from datetime import timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.domain.explaining import ExplainedClock, PartKind, Result
from bridge.domain.explanation_document import explanation_document
from bridge.domain.policies import Policies, Policy, PolicyVersion, Targets
from bridge.domain.ticket_terms import HOUR, LICENCE, NONE
from bridge.domain.tickets import Author, MessageKind
from tests.support.clock_vectors import VECTORS
from tests.support.ticket_stories import BASE, ESCALATION, ESSENTIAL, POLICY, SERVICES, SINCE, SOLVING, Story

OPENED, LATER = "2026-11-28 10:00", "2026-12-09 10:00"


# --- any story


STEPS = {
    "asks": lambda story, at: story.asks(at),
    "answers": lambda story, at: story.answered(at),
    "progress": lambda story, at: story.answered(at, progress=True),
    "resolves": lambda story, at: story.answered(at, state="resolved"),
    "closes": lambda story, at: story.state(at, "closed"),
    "works": lambda story, at: story.state(at, "in_work"),
    "offers": lambda story, at: story.says(at, MessageKind.OFFERED, quote=1),
    "approves": lambda story, at: story.says(at, MessageKind.APPROVED, quote=1),
    "declines": lambda story, at: story.says(at, MessageKind.DECLINED, quote=1),
    "deducts": lambda story, at: story.says(at, MessageKind.DEDUCTED, quote=1),
    "needs no answer": lambda story, at: story.says(at, MessageKind.NO_ANSWER_NEEDED),
    "confirms": lambda story, at: story.confirmed(at),
    "refuses": lambda story, at: story.refused(at),
    "upgrades": lambda story, at: story.runs_under(at, BASE),
    "downgrades": lambda story, at: story.runs_under(at, ESSENTIAL),
    "has a licence": lambda story, at: story.runs_under(at, LICENCE),
    "loses all": lambda story, at: story.runs_under(at, NONE),
    "merges": lambda story, at: story.says(at, MessageKind.MERGED, into=7),
}
WITH_EVERYTHING = Policies(
    [
        PolicyVersion(1, SINCE, Policy(SERVICES, Targets(resolution=48 * HOUR), escalation=ESCALATION)),
        PolicyVersion(2, Story("2026-12-01 10:00").ticket.opened_at, POLICY),
    ]
)


@st.composite
def stories(draw: st.DrawFn) -> tuple[Story, str]:
    """Any course of events over some days, several of them perhaps in one moment, and a moment after it."""
    author = draw(st.sampled_from([Author.CUSTOMER, Author.STAFF]))
    story = Story(OPENED, draw(st.sampled_from([ESSENTIAL, BASE, LICENCE, NONE])), by=author, policies=WITH_EVERYTHING)
    at = story.ticket.opened_at
    for name in draw(st.lists(st.sampled_from(sorted(STEPS)), max_size=12)):
        at += timedelta(minutes=draw(st.sampled_from([0, 1, 59, 600, 1_500, 5_000])))
        STEPS[name](story, at.isoformat())
    return story, (at + timedelta(minutes=draw(st.integers(0, 5_000)))).isoformat()


def check(one: ExplainedClock) -> None:
    clock = one.clock
    assert one.counted == clock.promise.target - clock.promise.left
    assert clock.due is None or clock.promise.left == timedelta()
    edges = [clock.promise.begins, *(part.end for part in one.parts)]
    assert [part.begin for part in one.parts] == edges[:-1]
    assert all(begin < end for begin, end in pairwise(edges))
    assert edges[-1] == (clock.due or max(clock.until, clock.promise.begins))
    assert clock.running == (clock.met_at is None and clock.withdrawn_at is None)
    assert not clock.breached or clock.guaranteed
    assert not clock.late or clock.used >= clock.promise.target
    assert all(other.due is None or other.guaranteed <= clock.guaranteed for other in clock.promises)


@given(stories())
def test_T9_in_any_story_the_stretches_count_up_to_the_target_of_every_due_clock(told: tuple[Story, str]) -> None:
    story, now = told
    explanation = story.explained(now)
    for one in explanation.clocks:
        check(one)
    keys = [one.clock.key for one in explanation.clocks]
    assert len(set(keys)) == len(keys) or has_moments_twice(story)
    json.dumps(explanation_document(explanation))


def has_moments_twice(story: Story) -> bool:
    """Within one millisecond a customer may write, be answered and write again: nobody is warned of such clocks."""
    moments = [message.at for message in story.messages]
    return len(set(moments)) < len(moments)


@given(stories(), st.randoms(use_true_random=False))
def test_T9_the_same_history_gives_the_same_explanation_in_whatever_order_it_is_read(
    told: tuple[Story, str], random: object
) -> None:
    story, now = told
    before = explanation_document(story.explained(now))
    random.shuffle(story.messages)  # type: ignore[attr-defined]  # hypothesis hands out a `Random`
    assert explanation_document(story.explained(now)) == before


@given(stories())
def test_T7_what_has_ended_stays_as_it_ended(told: tuple[Story, str]) -> None:
    story, now = told
    much_later = (story.at(now) + timedelta(days=400)).isoformat()
    before = [clock for clock in story.clocks(now) if not clock.running]
    after = [clock for clock in story.clocks(much_later) if not clock.running]
    assert before == after


# --- results


@pytest.mark.parametrize(
    ("story", "now", "result"),
    [
        (Story(OPENED), OPENED, Result.RUNNING),
        (Story(OPENED), LATER, Result.BREACHED),
        (Story(OPENED, LICENCE), LATER, Result.OVERDUE),
        (Story(OPENED).says(OPENED, MessageKind.OFFERED, quote=1), LATER, Result.STILL),
        (Story(OPENED).answered("2026-11-28 11:00"), LATER, Result.MET),
        (Story(OPENED).answered("2026-12-03 11:00"), LATER, Result.MET_LATE),
        (Story(OPENED).state("2026-11-28 11:00", "closed"), LATER, Result.WITHDRAWN),
        (Story(OPENED).state("2026-12-03 11:00", "closed"), LATER, Result.WITHDRAWN_LATE),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_T9_how_a_clock_stands_has_a_word(story: Story, now: str, result: Result) -> None:
    assert [one.result for one in story.explained(now).clocks] == [result]


def test_T9_an_explanation_as_a_document_has_what_the_words_have() -> None:
    story = Story("2026-11-25 18:00").runs_under("2026-11-26 12:00", BASE)
    story.says("2026-11-26 13:00", MessageKind.OFFERED, quote=1).says("2026-11-26 14:00", MessageKind.DECLINED, quote=1)
    document = explanation_document(story.explained("2026-11-26 15:00"))
    clock = document["clocks"][0]
    assert (document["ticket"], document["state"], document["standing"]) == (12, "open", "base")
    assert (clock["clock"], clock["result"], clock["due"]) == ("first_answer", "running", "2026-11-26T15:30:00+00:00")
    assert [(part["kind"], part["service"]) for part in clock["parts"]] == [
        ("counted", 19 * 3_600),
        ("waited", 3_600),
        ("counted", 5 * 3_600),
    ]
    assert (clock["used"], clock["promise"]["target"]) == (20 * 3_600, 86_400)
    assert clock["promise"]["calendar"]["zone"] == "Asia/Tehran"
    assert [other["standing"] for other in clock["others"]] == ["essential"]
    assert clock["next"] == {"step": "warning_80", "at": "2026-11-26T10:42:00+00:00", "to": []}


def test_T9_a_promised_resolution_is_explained_beside_the_answer() -> None:
    kinds = [one.clock.kind for one in Story(OPENED, policies=SOLVING).explained(OPENED).clocks]
    assert kinds == ["resolution", "first_answer"]


def test_T9_time_without_service_is_told_of_as_such() -> None:
    parts = Story("2026-11-26 10:00").explained("2026-11-26 10:00").clocks[0].parts
    assert [part.kind for part in parts] == [PartKind.CLOSED, PartKind.COUNTED]


def test_T9_the_holidays_that_a_clock_has_met_are_named() -> None:
    clock = VECTORS["days off at Nowruz"].story.explained("2027-03-20 12:00").clocks[0]
    assert [day.day for day in clock.days_off] == [21, 22, 23, 24]
    document = explanation_document(VECTORS["days off at Nowruz"].story.explained("2027-03-20 12:00"))
    assert document["clocks"][0]["promise"]["calendar"]["off"] == [f"2027-03-{day}" for day in (21, 22, 23, 24)]
