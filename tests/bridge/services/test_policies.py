"""How a store's policy is written down, and read again as it was (rule T9)."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bridge.domain.policies import Policy, Service, Targets
from bridge.domain.ticket_terms import HOUR, LICENCE, Escalation
from bridge.services.policies import read, written
from tests.support.service_weeks import SATURDAY_TO_WEDNESDAY, WORKDAYS, a_calendar, days
from tests.support.ticket_stories import BASE, ESSENTIAL, POLICY, SERVICES

STORE_HOURS = a_calendar("Asia/Tehran", WORKDAYS, "09:00-13:00", "14:00-18:00", off=days("2026-12-25"))
POLICIES = {
    "the published one": POLICY,
    "with holidays, odd hours and a resolution": Policy(
        {ESSENTIAL: Service(STORE_HOURS), LICENCE: Service(STORE_HOURS, guaranteed=False)},
        Targets(timedelta(hours=0.1), None, None, 72 * HOUR, timedelta(minutes=90)),
        (),
        (Escalation(timedelta(minutes=30)), Escalation(HOUR, ("Anna", "امید"))),
    ),
}


@pytest.mark.parametrize("policy", POLICIES.values(), ids=POLICIES)
def test_T9_a_policy_outlives_its_settings_as_a_document(policy: Policy) -> None:
    again = read(written(policy))
    assert again == policy
    assert written(again) == written(policy)


def test_T9_every_change_of_what_is_promised_changes_the_document() -> None:
    essential = Service(a_calendar("Asia/Tehran", SATURDAY_TO_WEDNESDAY, off=days("2026-12-21")))
    changed = [
        replace(POLICY, services={**SERVICES, ESSENTIAL: essential}),
        replace(POLICY, services={**SERVICES, LICENCE: Service(SERVICES[LICENCE].calendar)}),
        replace(POLICY, targets=Targets(urgent=2 * HOUR)),
        replace(POLICY, warn_percents=(50,)),
        replace(POLICY, escalation=()),
    ]
    assert len({written(one) for one in (POLICY, *changed)}) == 1 + len(changed)


def test_T9_days_off_that_can_not_be_written_down_are_refused() -> None:
    told_by_a_function = a_calendar("Asia/Tehran", off=lambda day: day.day == 13)
    with pytest.raises(TypeError, match="days off"):
        written(Policy({BASE: Service(told_by_a_function)}))
