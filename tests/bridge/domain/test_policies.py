"""What is promised at a ticket's opening, and to whom (rules T2, T3, T8, T9)."""

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest

from bridge.domain.desk_terms import DeskTerms
from bridge.domain.plans import Plan, PlanBook
from bridge.domain.policies import Policy, PolicyVersion, Service, Targets, policy_of, promise_at_opening
from bridge.domain.ticket_terms import HOUR, LICENCE, NONE, PACKAGE, Escalation, TicketTerms
from tests.support.service_weeks import SATURDAY_TO_WEDNESDAY, WORKDAYS, a_calendar, days
from tests.support.ticket_stories import BASE, ESSENTIAL, POLICY, PUBLISHED, SERVICES, Story

STORE_HOURS = a_calendar("Asia/Tehran", WORKDAYS, "09:00-13:00", "14:00-18:00", off=days("2026-12-25"))
ESSENTIAL_PLAN = Plan("essential", 1, 300, 12, ("E",), service=a_calendar("Asia/Tehran", SATURDAY_TO_WEDNESDAY))


def promised(opened: str, standing: str, policy: Policy = POLICY) -> tuple[str | None, str | None]:
    story = Story(opened)
    promise = promise_at_opening(policy, standing, story.at(opened))
    return story.shown(promise.guaranteed), story.shown(promise.best_effort)


@pytest.mark.parametrize(
    ("opened", "standing", "guaranteed", "best_effort"),
    [
        ("2026-11-25 18:00", ESSENTIAL, "2026-11-28 18:00", "2026-11-26 18:00"),
        ("2026-11-26 10:00", ESSENTIAL, "2026-11-29 00:00", "2026-11-27 10:00"),
        ("2026-11-26 10:00", BASE, "2026-11-27 10:00", "2026-11-27 10:00"),
        ("2026-11-25 16:00", LICENCE, None, "2026-11-30 16:00"),
        ("2026-11-25 16:00", NONE, None, None),
    ],
)
def test_T8_the_guaranteed_and_the_best_effort_time_are_told_apart(
    opened: str, standing: str, guaranteed: str | None, best_effort: str | None
) -> None:
    assert promised(opened, standing) == (guaranteed, best_effort)


def test_T8_a_best_effort_is_never_later_than_the_guarantee() -> None:
    quick = Policy(SERVICES, Targets(first_answer=2 * HOUR))
    assert promised("2026-11-28 10:00", ESSENTIAL, quick) == ("2026-11-28 12:00", "2026-11-28 12:00")


def test_T8_the_guarantee_is_what_the_clock_goes_by() -> None:
    for opened in ("2026-11-25 18:00", "2026-11-26 10:00"):
        assert promised(opened, ESSENTIAL)[0] == Story(opened, ESSENTIAL, policies=PUBLISHED).due(opened)


def test_T3_the_settings_make_a_policy_of_plans_packages_and_licences() -> None:
    tickets = TicketTerms(first_answer=8 * HOUR, resolution=48 * HOUR, escalation=(Escalation(HOUR, ("Anna",)),))
    terms = DeskTerms("acme", ZoneInfo("Asia/Tehran"), PlanBook([ESSENTIAL_PLAN]), service=STORE_HOURS, tickets=tickets)
    policy = policy_of(terms)
    assert policy.service("essential") == Service(ESSENTIAL_PLAN.service, guaranteed=True)
    assert policy.service(PACKAGE) == policy.service("a plan of last year") == Service(STORE_HOURS, guaranteed=True)
    assert policy.service(LICENCE) == Service(STORE_HOURS, guaranteed=False)
    assert policy.service(NONE) is None
    assert (policy.targets.first_answer, policy.targets.resolution) == (8 * HOUR, 48 * HOUR)
    assert (policy.warn_percents, policy.escalation) == ((50, 80), tickets.escalation)


def test_T9_the_policy_in_force_at_a_moment_is_known() -> None:
    second = PolicyVersion(2, PUBLISHED.current.since + timedelta(days=1), POLICY)
    policies = type(PUBLISHED)([PUBLISHED.current, second])
    assert policies.at(second.since) is policies.current is second
    assert policies.at(second.since - timedelta(microseconds=1)) is PUBLISHED.current
    assert policies.at(PUBLISHED.current.since - timedelta(days=900)) is PUBLISHED.current
