"""A store's health tells its story once, and ages by the monotonic clock."""

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
