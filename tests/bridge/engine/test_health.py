"""A store's health tells its story once, and ages by the monotonic clock."""

import itertools
import time

import pytest

from bridge.engine.health import StoreHealth, StoreState, Work
from bridge.errors import DeskDamaged, DeskUnwritable, ForeignDesk, ShopError, ShopRefused, ShopUnavailable


def test_a_failure_is_told_once_until_it_changes() -> None:
    health = StoreHealth("acme", 60)
    told = [health.failed(Work.READING, ShopUnavailable(words)) for words in ("no answer", "no answer", "still none")]
    assert told == [True, False, False]
    assert health.failed(Work.READING, ShopRefused("wrong password"))
    assert health.counters.retries == 4


def test_recovery_is_told_once() -> None:
    health = StoreHealth("acme", 60)
    assert not health.well(Work.READING)
    health.failed(Work.READING, ShopUnavailable("no answer"))
    assert health.well(Work.READING)
    assert not health.well(Work.READING)
    assert health.counters.reads == 3


def test_each_side_fails_alone() -> None:
    health = StoreHealth("acme", 60, phase=StoreState.WELL)
    health.failed(Work.PUSHING, ForeignDesk("another desk"))
    assert health.state is StoreState.WELL
    assert health.cause == "another desk"
    assert not health.well(Work.READING)
    assert health.well(Work.PUSHING)
    assert health.cause == ""


def test_one_cause_of_both_sides_failures_is_told_once() -> None:
    health = StoreHealth("acme", 60, phase=StoreState.WELL)
    health.failed(Work.READING, ShopUnavailable("no answer"))
    health.failed(Work.PUSHING, ShopUnavailable("no answer"))
    assert health.cause == "no answer"


def test_the_desks_own_failures_are_not_told_as_the_stores_and_hide_none_of_its() -> None:
    health = StoreHealth("acme", 60)
    assert not health.failed(Work.READING, DeskUnwritable("the disk is full"))
    assert health.cause == "the disk is full"
    assert not health.well(Work.READING)
    assert health.failed(Work.READING, ShopUnavailable("no answer"))
    assert not health.failed(Work.READING, DeskUnwritable("the disk is full"))
    assert health.well(Work.READING)


def test_a_store_that_is_refused_after_it_was_down_is_not_said_to_be_well_because_another_side_is() -> None:
    health = StoreHealth("acme", 60)
    assert health.failed(Work.READING, ShopUnavailable("no answer"))
    assert health.failed(Work.READING, ShopRefused("wrong password"))
    assert not health.well(Work.PUSHING)
    assert health.well(Work.READING)


UNREACHABLE, REFUSED = ShopUnavailable("no answer"), ShopRefused("no right to write")
READING, PUSHING, COMPARING = Work.READING, Work.PUSHING, Work.COMPARING
Step = tuple[Work, ShopError | None]


def story(*steps: Step) -> list[str]:
    """What is told while sides fail (with an error) and work (with none)."""
    health = StoreHealth("acme", 60)
    told = []
    for work, error in steps:
        if error is None:
            told += ["well"] if health.well(work) else []
        elif health.failed(work, error):
            told.append(error.code)
    return told


def test_a_shop_that_goes_and_comes_back_is_told_once_each_however_many_sides_meet_it() -> None:
    down: list[Step] = [(work, UNREACHABLE) for work in [*Work, *Work]]
    for back in itertools.permutations(Work):
        up: list[Step] = [(work, None) for work in [*back, *back]]
        assert story(*down, *up) == ["shop_unavailable", "well"], back
        assert story(*down, *up, *down, *up) == ["shop_unavailable", "well"] * 2, back


def test_a_side_that_did_not_meet_it_says_nothing_of_its_end() -> None:
    assert story((READING, UNREACHABLE), (PUSHING, None), (COMPARING, None), (READING, None)) == [
        "shop_unavailable",
        "well",
    ]


def test_the_last_side_that_meets_it_tells_of_its_end() -> None:
    up = [(READING, UNREACHABLE), (COMPARING, UNREACHABLE), (READING, None), (READING, None), (COMPARING, None)]
    assert story(*up) == ["shop_unavailable", "well"]


def test_a_side_that_is_refused_for_good_does_not_swallow_anothers_recovery() -> None:
    refused: list[Step] = [(PUSHING, REFUSED), (READING, None), (PUSHING, REFUSED), (COMPARING, None)]
    assert story(*refused) == ["shop_refused"]
    outage: list[Step] = [(READING, UNREACHABLE), (COMPARING, UNREACHABLE), (READING, None), (COMPARING, None)]
    assert story(*refused, *outage) == ["shop_refused", "shop_unavailable", "well"]


def test_a_side_that_is_refused_before_and_after_an_outage_is_told_once() -> None:
    """It meets the outage too, and may be the first or the last to see its end."""
    outage: list[Step] = [(work, UNREACHABLE) for work in Work]
    told = ["shop_refused", "shop_unavailable", "well"]
    for back in itertools.permutations(Work):
        after: list[Step] = [(work, REFUSED if work is PUSHING else None) for work in [*back, *back]]
        assert story((PUSHING, REFUSED), *outage, *after) == told, back
        assert story((PUSHING, REFUSED), *outage, *after, (PUSHING, None)) == [*told, "well"], back


def test_a_side_that_meets_one_cause_after_the_other_tells_of_both_once_and_of_one_end() -> None:
    to_and_fro: list[Step] = [(READING, UNREACHABLE), (READING, REFUSED)] * 3
    assert story(*to_and_fro, (READING, None)) == ["shop_unavailable", "shop_refused", "well"]


def test_a_question_sent_before_an_outage_that_hangs_until_after_it_is_no_second_one() -> None:
    health = StoreHealth("acme", 60)
    sent = time.monotonic()
    assert health.failed(READING, UNREACHABLE, began=time.monotonic())
    assert health.well(READING)
    assert not health.failed(COMPARING, UNREACHABLE, began=sent)
    assert health.cause == "no answer"
    assert not health.well(COMPARING), "nor is its end one"
    assert health.failed(COMPARING, REFUSED, began=sent), "another cause is another story"
    assert health.failed(COMPARING, UNREACHABLE, began=time.monotonic())


def test_long_work_that_was_well_in_between_tells_of_a_second_outage() -> None:
    """A first sync is one pass of many pages, and notes each."""
    health = StoreHealth("acme", 60)
    began = time.monotonic()
    assert health.failed(READING, UNREACHABLE, began=began)
    assert health.well(READING)
    assert health.failed(READING, UNREACHABLE, began=began)
    assert health.well(READING)


def test_what_a_shop_was_recognised_as_is_told_again_only_when_it_is_something_else() -> None:
    health = StoreHealth("acme", 60)
    seen = [("opencart-4.0", "10.11.6"), ("opencart-4.0", "10.11.6"), ("opencart-4.1", "10.11.6")]
    assert [health.recognised(*one) for one in seen] == [True, False, True]


@pytest.mark.parametrize(
    ("error", "state"),
    [
        (ShopUnavailable("x"), StoreState.DOWN),
        (ShopRefused("x"), StoreState.REFUSED),
        (ShopError("x"), StoreState.DOWN),
        (DeskDamaged("x"), StoreState.DOWN),
    ],
)
def test_failing_to_read_comes_before_every_phase(error: ShopError, state: StoreState) -> None:
    health = StoreHealth("acme", 60, phase=StoreState.FIRST_SYNC)
    health.failed(Work.READING, error)
    assert health.state is state


def test_it_is_fresh_within_its_limit_and_stale_beyond() -> None:
    health = StoreHealth("acme", 60)
    assert health.fresh
    assert health.read_age_seconds is None
    health.well(Work.READING)
    health.last_good_read = time.monotonic() - 59
    assert health.fresh
    health.last_good_read -= 2
    assert not health.fresh
