"""What a shop's administrator changes of its statuses and its zone is told, because both decide about coins."""

from datetime import timedelta

import pytest

from bridge.contracts.sync import Comparison
from bridge.domain.orders import StatusSets
from bridge.services import problems
from bridge.services.shop_facts import note_statuses, report_zone
from tests.bridge.services.conftest import Keeper
from tests.support.books import ACME, BERLIN, MONDAY_9AM, TEHRAN

BEFORE = StatusSets.of([5, 3], [7, 11], [13])


def changed(keeper: Keeper, now: StatusSets) -> str:
    """Staff's words for a change of statuses."""
    assert not keeper.desk.run(note_statuses, ACME, BEFORE, at=keeper.now), "the first are no change"
    assert keeper.desk.run(note_statuses, ACME, now, at=keeper.now)
    assert not keeper.desk.run(note_statuses, ACME, now, at=keeper.now)
    (problem,) = keeper.problems()
    assert problem.kind == "statuses_changed"
    return problem.summary


@pytest.mark.parametrize(
    ("now", "words"),
    [
        (StatusSets.of([5], [7, 11], [13]), "granting 5 (before 3, 5)"),
        (StatusSets.of([5, 3, 15], [11], [13]), "granting 3, 5, 15 (before 3, 5), revoking 11 (before 7, 11)"),
        (StatusSets.of([5, 3], [7, 11], []), "chargeback none (before 13)"),
    ],
)
def test_C14_statuses_that_mean_something_else_are_told_with_what_they_were(
    keeper: Keeper, now: StatusSets, words: str
) -> None:
    assert changed(keeper, now) == (
        f"the shop's statuses mean something else now: {words}; every order is read again by that"
    )


def test_C14_every_order_is_compared_anew_when_the_statuses_have_changed(keeper: Keeper) -> None:
    keeper.desk.run(lambda tx: tx.slices.note(ACME, {1: 11, 2_001: 22}))
    keeper.desk.run(lambda tx: tx.slices.note("umbrella", {1: 11}))
    keeper.desk.run(lambda tx: tx.slices.save_comparison(ACME, Comparison(4, MONDAY_9AM)))
    changed(keeper, StatusSets.of([5], [7, 11], [13]))
    assert keeper.desk.look(lambda tx: tx.slices.digests(ACME, 1)) == {2_001: 0}, "it differs, also if it is gone"
    assert keeper.desk.look(lambda tx: tx.slices.comparison(ACME)) == Comparison(), "a round is due at once"
    assert keeper.desk.look(lambda tx: tx.slices.newest("umbrella")) == 0, "another store's orders are as they were"


def test_C3_a_clock_in_another_zone_is_told_with_both_names_until_they_agree(keeper: Keeper) -> None:
    assert report_zone_of(keeper, "Europe/Berlin")
    (problem,) = keeper.problems()
    assert problem.kind == "zone_differs"
    assert problem.summary.startswith("the shop's time zone is Europe/Berlin, the store's file says Asia/Tehran:")
    assert report_zone_of(keeper, "Europe/Berlin")
    assert [problem.count for problem in keeper.problems()] == [2]
    assert not report_zone_of(keeper, "Iran"), "another name of the same zone"
    assert keeper.problems() == []


@pytest.mark.parametrize("name", ["Europe", "", "Mars/Olympus", "../../etc/passwd", "x" * 300])
def test_C3_a_zone_that_does_not_exist_is_another_one(keeper: Keeper, name: str) -> None:
    assert report_zone_of(keeper, name)
    assert keeper.problem_kinds() == ["zone_differs"]


def test_C3_a_shop_that_says_no_zone_is_taken_at_its_files_word(keeper: Keeper) -> None:
    report_zone_of(keeper, "Europe/Berlin")
    assert not report_zone_of(keeper, None)
    assert keeper.problems() == []


def test_C3_zones_that_agree_only_in_winter_are_told_in_winter(keeper: Keeper) -> None:
    december = MONDAY_9AM + timedelta(days=20)
    assert keeper.desk.run(report_zone, ACME, BERLIN, "Africa/Lagos", at=december)


def test_C3_a_difference_that_staff_have_dismissed_is_told_again_only_when_it_is_another(keeper: Keeper) -> None:
    """The shop is asked every five minutes."""
    report_zone_of(keeper, "Europe/Berlin")
    (problem,) = keeper.problems()
    keeper.desk.run(problems.dismiss, problem.id, by="Anna", at=keeper.now)
    assert report_zone_of(keeper, "Europe/Berlin")
    assert keeper.problems() == []
    assert report_zone_of(keeper, "Asia/Tokyo")
    assert keeper.problem_kinds() == ["zone_differs"]


def report_zone_of(keeper: Keeper, theirs: str | None) -> bool:
    return keeper.desk.run(report_zone, ACME, TEHRAN, theirs, at=keeper.now)
