"""Agreements, timers and bills under random histories: staff, contacts, clocks, restarts and repeats (rules W5 to W8).

`BRIDGE_PREMIUM_EXAMPLES` and `BRIDGE_PREMIUM_STEPS` ask for more than the everyday run of 200 histories of 40 steps.
Faults put into the rules on purpose must be seen by it.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from bridge.domain import work_time
from bridge.domain.premium import STEP
from bridge.domain.work_time import Limit, Reading, Segment
from bridge.services import billing, closing_agreements, timers, timing
from tests.support.premium_machine import EXAMPLES, run_premium_machine

Patch = pytest.MonkeyPatch


@pytest.mark.timeout(300 + 2 * EXAMPLES)
def test_W6_no_second_is_charged_twice_or_beyond_what_was_agreed_after_any_step_of_a_random_history() -> None:
    run_premium_machine()


def time_goes_by_the_clock_alone(patch: Patch) -> None:
    for module in (work_time, timers, timing):
        patch.setattr(module, "between", lambda since, now: max(now.at - since.at, work_time.NO_TIME))


def a_timer_that_nobody_stops_runs_on(patch: Patch) -> None:
    def ended(segment: Segment, now: Reading, limit: Limit, ending: Any) -> Segment:
        return work_time.ended(segment, now, limit._replace(after=limit.after * 1000), ending)

    patch.setattr(timers, "ended", ended)


def time_by_hand_may_overlap(patch: Patch) -> None:
    patch.setattr(timing, "require_apart", lambda *_: None)


def what_is_left_of_the_cap_is_all_of_it(patch: Patch) -> None:
    for module in (timers, timing):
        patch.setattr(module, "left_of", lambda agreement, _: agreement.offer.cap)


def a_quarter_more_is_charged(patch: Patch) -> None:
    patch.setattr(closing_agreements, "billed_steps", lambda worked, **_: -(-worked // STEP) + 1)


def a_correction_may_charge_what_nobody_worked(patch: Patch) -> None:
    patch.setattr(billing, "require_correction", lambda *_: None)


def a_timer_needs_no_agreement(patch: Patch) -> None:
    patch.setattr(timing, "_require_binding", lambda _: None)


def going_on_begins_anew(patch: Patch) -> None:
    """What was measured before the wait is lost."""

    def begun_anew(tx: Any, _: Any, running: Segment, __: str, now: Reading) -> Segment:
        later = now.since_boot.total_seconds() * 1000
        tx.connection.execute("UPDATE time_segment SET counter_ms = ? WHERE id = ?", (later, running.id))
        return replace(running, waiting_since=None)

    patch.setattr(timing, "_go_on", begun_anew)


@pytest.mark.parametrize(
    "fault",
    [
        time_goes_by_the_clock_alone,
        a_timer_that_nobody_stops_runs_on,
        time_by_hand_may_overlap,
        what_is_left_of_the_cap_is_all_of_it,
        a_quarter_more_is_charged,
        a_correction_may_charge_what_nobody_worked,
        a_timer_needs_no_agreement,
        going_on_begins_anew,
    ],
)
def test_W6_a_fault_in_the_rules_is_seen(fault: Callable[[Patch], None], monkeypatch: Patch) -> None:
    fault(monkeypatch)
    with pytest.raises(AssertionError):
        run_premium_machine(examples=400, seeking=True)
