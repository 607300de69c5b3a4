"""What staff do about problems: look again, release, dismiss (rule C2)."""

from datetime import timedelta
from decimal import Decimal

import pytest

from bridge.contracts.problems import Aside, AsideState, ProblemState
from bridge.contracts.stores import FirstSync
from bridge.domain.orders import UnreadableOrder
from bridge.errors import UsageError
from bridge.services import problems, syncing
from bridge.services.booked import Booked
from bridge.services.telling import set_unreadable_aside
from tests.bridge.services.conftest import Keeper
from tests.support.books import ACME, MONDAY_9AM, an_order

LATER = MONDAY_9AM + timedelta(hours=1)


def a_problem(keeper: Keeper) -> int:
    keeper.desk.run(set_unreadable_aside, ACME, [UnreadableOrder(1042, "NULL quantity")], at=MONDAY_9AM)
    (problem,) = keeper.problems()
    return problem.id


def test_a_retry_has_the_order_read_again_at_once(keeper: Keeper) -> None:
    number = a_problem(keeper)
    problem, orders = keeper.desk.run(problems.retry, number, by="Anna", at=LATER)
    assert (problem.kind, orders) == ("unreadable_order", [1042])
    (due,) = keeper.desk.look(syncing.plan, ACME, at=LATER, limit=10).due
    assert due.order_id == 1042
    after = keeper.desk.look(problems.require, number)
    assert (after.state, after.handled_by) == (ProblemState.RETRIED, "Anna")


def test_what_is_still_wrong_after_a_retry_is_a_new_problem(keeper: Keeper) -> None:
    first = a_problem(keeper)
    keeper.desk.run(problems.retry, first, by="Anna", at=LATER)
    assert a_problem(keeper) != first


def test_a_dismissed_problem_is_closed_and_reads_nothing(keeper: Keeper) -> None:
    number = a_problem(keeper)
    keeper.desk.run(problems.dismiss, number, by="Anna", at=LATER)
    assert keeper.problems() == []
    assert keeper.desk.look(syncing.plan, ACME, at=LATER, limit=10).due == ()
    assert keeper.desk.look(problems.require, number).state is ProblemState.DISMISSED


def test_a_dismissed_problem_can_be_taken_up_again(keeper: Keeper) -> None:
    number = a_problem(keeper)
    keeper.desk.run(problems.dismiss, number, by="Anna", at=LATER)
    _, orders = keeper.desk.run(problems.retry, number, by="Ben", at=LATER)
    assert orders == [1042]


@pytest.mark.parametrize("act", [problems.retry, problems.dismiss])
def test_a_problem_that_is_closed_for_good_is_refused(keeper: Keeper, act: object) -> None:
    number = a_problem(keeper)
    keeper.desk.run(problems.retry, number, by="Anna", at=LATER)
    with pytest.raises(UsageError, match=f"^problem {number} is retried already$"):
        keeper.desk.run(act, number, by="Anna", at=LATER)  # type: ignore[arg-type]  # one of two alike functions


def test_a_problem_that_solved_itself_says_so(keeper: Keeper) -> None:
    number = a_problem(keeper)
    keeper.book(an_order())
    with pytest.raises(UsageError, match=f"^problem {number} is solved already$"):
        keeper.desk.run(problems.retry, number, by="Anna", at=LATER)


def test_what_only_tells_of_something_is_not_retried_and_stays_open(keeper: Keeper) -> None:
    """A retry that could change nothing must not look as if it had booked something."""
    lost = keeper.desk.run(
        lambda tx: tx.problems.report(ACME, key="k", kind="after_backup", summary="book it by hand", at=MONDAY_9AM)
    )
    with pytest.raises(UsageError, match=f"^nothing waits because of problem {lost.id}, so") as refusal:
        keeper.desk.run(problems.retry, lost.id, by="Anna", at=LATER)
    assert refusal.value.hint == f"do what it says, then: bridge problems dismiss {lost.id}"
    assert [problem.id for problem in keeper.problems()] == [lost.id]


def test_C2_a_problem_names_the_orders_that_wait_because_of_it(keeper: Keeper) -> None:
    """Staff look at some of them in the shop before they release the fuse."""
    keeper.book(*(an_order(number) for number in range(1, 52)))
    (problem,) = keeper.problems()
    assert keeper.desk.look(problems.require, problem.id).detail["orders"] == list(range(1, 52))


def test_a_number_that_is_no_problem_is_refused(keeper: Keeper) -> None:
    for act in (problems.retry, problems.dismiss):
        with pytest.raises(UsageError, match=r"^there is no problem 99$"):
            keeper.desk.run(act, 99, by="Anna", at=LATER)


def test_C2_a_release_is_kept_until_the_order_is_booked(keeper: Keeper) -> None:
    """A daemon that was down in between still finds it."""
    keeper.book(an_order(total=Decimal(0)))
    (problem,) = keeper.problems()
    keeper.desk.run(problems.retry, problem.id, by="Anna", at=LATER)
    assert keeper.desk.look(lambda tx: tx.problems.aside(ACME, [1042])) == {
        1042: Aside(AsideState.RELEASED, "zero_total")
    }
    assert keeper.book(an_order(total=Decimal(0))).granted_units == 1
    assert keeper.desk.look(lambda tx: tx.problems.aside(ACME, [1042])) == {}


def test_C2_retrying_the_total_of_a_first_sync_confirms_it(keeper: Keeper) -> None:
    total = Booked(orders=90, granted_units=80, granted_coins=44_000)
    assert keeper.desk.run(syncing.ask_for_confirmation, keeper.store, total, at=MONDAY_9AM)
    (problem,) = keeper.problems()
    keeper.desk.run(problems.retry, problem.id, by="Anna", at=LATER)
    state = keeper.desk.look(syncing.plan, ACME, at=LATER, limit=1).state
    assert (state.first_sync, state.confirmed_units) == (FirstSync.CONFIRMED, 80)
    assert keeper.problems() == []


def test_C2_the_total_of_a_first_sync_cannot_be_dismissed(keeper: Keeper) -> None:
    keeper.desk.run(syncing.ask_for_confirmation, keeper.store, Booked(granted_units=80), at=MONDAY_9AM)
    (problem,) = keeper.problems()
    with pytest.raises(UsageError, match="ends when the total is confirmed or the store disabled"):
        keeper.desk.run(problems.dismiss, problem.id, by="Anna", at=LATER)
    assert len(keeper.problems()) == 1


class Looker:
    """Looks at the same thing again and again, and tells what it sees unless staff have dismissed it."""

    def __init__(self, keeper: Keeper) -> None:
        self._keeper = keeper

    def sees(self, words: str) -> list[str]:
        """What is open after a look that finds this wrong."""
        self._keeper.desk.run(
            lambda tx: tx.problems.report(
                ACME, key="zone", kind="zone", summary=words, at=MONDAY_9AM, unless_dismissed=True
            )
        )
        return [problem.summary for problem in self._keeper.problems()]

    def sees_nothing_wrong(self) -> None:
        self._keeper.desk.run(lambda tx: tx.problems.solve(ACME, ["zone", "another"], LATER))

    def dismiss(self) -> None:
        (problem,) = self._keeper.problems()
        self._keeper.desk.run(problems.dismiss, problem.id, by="Anna", at=LATER)


def test_what_staff_have_dismissed_and_is_as_it_was_is_not_told_again(keeper: Keeper) -> None:
    looker = Looker(keeper)
    assert looker.sees("an hour off") == ["an hour off"]
    looker.dismiss()
    assert looker.sees("an hour off") == []
    assert looker.sees("two hours off") == ["two hours off"]
    assert looker.sees("an hour off") == ["an hour off"], "one that is open shows what holds now"
    looker.dismiss()
    assert looker.sees("an hour off") == []


def test_what_was_dismissed_is_told_again_once_it_was_over_in_between(keeper: Keeper) -> None:
    looker = Looker(keeper)
    looker.sees("an hour off")
    looker.dismiss()
    looker.sees_nothing_wrong()
    assert looker.sees("an hour off") == ["an hour off"]
    looker.sees_nothing_wrong()
    assert keeper.problems() == []
    states = [keeper.desk.look(problems.require, number) for number in (1, 2)]
    assert [one.state for one in states] == [ProblemState.SOLVED, ProblemState.SOLVED]
    assert [one.handled_by for one in states] == ["Anna", None]


def test_the_end_of_a_problem_says_nothing_of_older_ones_that_were_dismissed(keeper: Keeper) -> None:
    looker = Looker(keeper)
    looker.sees("an hour off")
    looker.dismiss()
    looker.sees("two hours off")
    looker.sees_nothing_wrong()
    older, newer = (keeper.desk.look(problems.require, number) for number in (1, 2))
    assert (older.state, newer.state) == (ProblemState.DISMISSED, ProblemState.SOLVED)
