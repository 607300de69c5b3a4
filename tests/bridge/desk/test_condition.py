"""The desk's condition is told at its changes alone, and is well again when what failed has worked."""

import pytest

from bridge.desk.condition import DeskCondition
from bridge.errors import DeskBusy, DeskDamaged, DeskError, DeskUnusable, DeskUnwritable

FULL = DeskUnwritable("the disk is full")


@pytest.fixture
def told() -> list[DeskUnusable | None]:
    return []


@pytest.fixture
def condition(told: list[DeskUnusable | None]) -> DeskCondition:
    return DeskCondition(told.append)


def test_it_is_over_when_everything_that_failed_has_worked(
    condition: DeskCondition, told: list[DeskUnusable | None]
) -> None:
    condition.well(["note"])
    condition.failed(FULL, ["book", "note"])
    condition.failed(DeskBusy("locked"), ["book"])
    condition.well(["note", "push"])
    condition.failed(FULL, ["push"])
    condition.well(["push"])
    assert told == [FULL]
    condition.well(["book"])
    condition.well(["book"])
    assert told == [FULL, None]


def test_what_nobody_tries_any_more_does_not_keep_it_from_being_over(
    condition: DeskCondition, told: list[DeskUnusable | None], monkeypatch: pytest.MonkeyPatch
) -> None:
    condition.failed(FULL, ["start cursors"])
    condition.well(["book"])
    assert told == [FULL]
    monkeypatch.setattr("bridge.desk.condition.FORGOTTEN_AFTER_S", 0.0)
    condition.well(["book"])
    assert told == [FULL, None]


def test_an_actions_own_fault_is_none_of_the_desks(condition: DeskCondition, told: list[DeskUnusable | None]) -> None:
    condition.failed(DeskError("no such table"), ["book"])
    condition.failed(ValueError("odd"), ["book"])
    assert told == []
    condition.require_sound()


def test_damage_is_told_once_and_is_never_over(condition: DeskCondition, told: list[DeskUnusable | None]) -> None:
    damage = DeskDamaged("a page is spoilt")
    condition.failed(damage, ["book"])
    condition.damaged(DeskDamaged("another page is spoilt"))
    condition.well(["book"])
    assert told == [damage]
    with pytest.raises(DeskDamaged, match=r"^a page is spoilt$"):
        condition.require_sound()


def test_nothing_is_well_again_after_damage_whatever_can_still_be_read(
    condition: DeskCondition, told: list[DeskUnusable | None]
) -> None:
    damage = DeskDamaged("a page is spoilt")
    condition.failed(FULL, ["book"])
    condition.damaged(damage)
    condition.well(["book"])
    assert told == [FULL, damage]
