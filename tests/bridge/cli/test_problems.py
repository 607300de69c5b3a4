"""What waits for staff is listed, explained, let through or left."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from bridge.contracts.problems import Problem, ProblemState
from bridge.contracts.stores import FirstSync
from bridge.desk.desk import Desk
from bridge.services.syncing import IDS_WENT_BACK, TOTAL_WAITS
from tests.support.commands import Workplace

SEEN = datetime(2026, 11, 20, 8, 0, tzinfo=UTC)


@pytest.fixture
def problem(desk: Desk) -> Problem:
    """An order with a product code that a stranger has chosen."""
    return desk.run(
        lambda tx: tx.problems.report(
            "acme",
            key="order:7:unknown_code",
            kind="unknown_code",
            summary="order 7: product code \x1b[31m[red] stands for no plan",
            at=SEEN,
            detail={"orders": [7]},
        )
    )


def test_open_problems_are_listed_in_the_stores_own_time(workplace: Workplace, problem: Problem) -> None:
    answer = workplace.cli("problems", "list")
    assert answer.code == 0
    row = answer.lines()[2]
    assert "2026-11-20 11:30:00 +03:30" in row
    assert "order 7: product code \\x1b[31m[red] stands for no plan" in row
    [document] = workplace.cli("problems", "list", "--json").document["problems"]
    assert (document["problem"], document["last_seen"]) == (problem.id, "2026-11-20T08:00:00Z")


@pytest.mark.usefixtures("desk")
def test_no_problems_is_said_in_words(workplace: Workplace) -> None:
    answer = workplace.cli("problems", "list")
    assert (answer.code, answer.out) == (0, "No open problems.\n")
    assert workplace.cli("problems", "list", "--json").document == {"problems": []}


def test_one_problem_is_shown_whole_with_the_ways_on(workplace: Workplace, problem: Problem) -> None:
    shown = workplace.cli("problems", "show", str(problem.id)).out
    assert "unknown_code" in shown
    assert f"bridge problems retry {problem.id} --by NAME" in shown
    assert f"bridge problems dismiss {problem.id} --by NAME" in shown


def test_a_problem_that_only_tells_of_something_offers_no_retry(workplace: Workplace, desk: Desk) -> None:
    told = desk.run(
        lambda tx: tx.problems.report("acme", key="k", kind="after_backup", summary="book it by hand", at=SEEN)
    )
    shown = workplace.cli("problems", "show", str(told.id)).out
    assert f"When that is done: bridge problems dismiss {told.id} --by NAME" in shown
    assert "retry" not in shown


@pytest.mark.parametrize(
    ("kind", "retry", "dismiss"),
    [
        ("owner_changed", "reads the order again: this ends if", "moves no coins: what the order had granted stays"),
        (
            "order_deleted",
            "looks for the order again: if it is back",
            "takes no coins: what the order had granted stays",
        ),
    ],
)
def test_where_nothing_waits_each_way_on_says_what_becomes_of_the_coins(
    workplace: Workplace, desk: Desk, kind: str, retry: str, dismiss: str
) -> None:
    one = desk.run(
        lambda tx: tx.problems.report("acme", key="k", kind=kind, summary="s", at=SEEN, detail={"orders": [7]})
    )
    shown = workplace.cli("problems", "show", str(one.id)).out
    assert f"bridge problems retry {one.id} --by NAME {retry}" in shown
    assert f"bridge problems dismiss {one.id} --by NAME {dismiss}" in shown


def test_retry_has_the_orders_read_again(workplace: Workplace, desk: Desk, problem: Problem) -> None:
    answer = workplace.cli("problems", "retry", str(problem.id), "--by", "anna")
    assert (answer.code, answer.out) == (
        0,
        f"Problem {problem.id} of store acme is retried by Anna: 1 order will be read again.\n",
    )
    assert desk.look(lambda tx: list(tx.sync.waiting("acme", [7]))) == [7]
    handled = desk.look(lambda tx: tx.problems.get(problem.id))
    assert handled is not None
    assert (handled.state, handled.handled_by) == (ProblemState.RETRIED, "Anna")


def test_dismiss_leaves_things_as_they_are(workplace: Workplace, desk: Desk, problem: Problem) -> None:
    document = workplace.cli("problems", "dismiss", str(problem.id), "--by", "Anna", "--json").document
    assert document == {"problem": problem.id, "store": "acme", "state": "dismissed", "by": "Anna"}
    assert desk.look(lambda tx: tx.sync.waiting("acme", [7])) == {}
    again = workplace.cli("problems", "dismiss", str(problem.id), "--by", "Anna")
    assert again.code == 2
    assert again.err.splitlines() == [
        f"Error: problem {problem.id} is dismissed already",
        "Try: bridge problems list",
    ]


def test_C2_retry_confirms_the_total_of_a_first_sync(workplace: Workplace, desk: Desk) -> None:
    waiting = desk.run(
        lambda tx: tx.problems.report(
            "acme", key=TOTAL_WAITS, kind=TOTAL_WAITS, summary="412", at=SEEN, detail={"units": 412, "coins": 1}
        )
    )
    assert workplace.cli("problems", "retry", str(waiting.id), "--by", "Anna").code == 0
    state = desk.look(lambda tx: tx.stores.get("acme"))
    assert (state.first_sync, state.confirmed_units) == (FirstSync.CONFIRMED, 412)


def test_a_retry_stands_when_the_shop_cannot_be_asked_for_its_numbers(workplace: Workplace, desk: Desk) -> None:
    paused = desk.run(
        lambda tx: tx.problems.report("acme", key=IDS_WENT_BACK, kind=IDS_WENT_BACK, summary="put back", at=SEEN)
    )
    assert "Look first:     bridge check --store acme" in workplace.cli("problems", "show", str(paused.id)).out
    answer = workplace.cli("problems", "retry", str(paused.id), "--by", "Anna")
    assert answer.code == 0
    assert "booking goes on" in answer.lines()[0]
    assert answer.lines()[1].startswith("Whether the shop gives old numbers again could not be asked (acme: ")
    assert desk.look(lambda tx: tx.problems.open("acme")) == []


@pytest.mark.parametrize(
    ("words", "error", "hint"),
    [
        (("retry", "99", "--by", "Anna"), "there is no problem 99", "bridge problems list"),
        (("show", "99"), "there is no problem 99", "bridge problems list"),
        (("retry", "1"), "who does it? Nobody is named", "--by NAME, one of: Anna"),
        (("dismiss", "1", "--by", "Eve"), "Eve is not of the staff of store acme", "--by NAME, one of: Anna"),
    ],
)
@pytest.mark.usefixtures("problem")
def test_what_cannot_be_meant_is_refused(workplace: Workplace, words: tuple[str, ...], error: str, hint: str) -> None:
    answer = workplace.cli("problems", *words)
    assert (answer.code, answer.err.splitlines()) == (2, [f"Error: {error}", f"Try: {hint}"])


@pytest.mark.parametrize("command", ["show", "retry", "dismiss"])
@pytest.mark.usefixtures("problem")
def test_a_number_beyond_any_problems_is_wrong_usage(workplace: Workplace, command: str) -> None:
    answer = workplace.cli("problems", command, str(2**63))
    assert answer.code == 2
    assert len(answer.err.splitlines()) == 2


def test_a_problem_of_a_store_without_a_file_can_be_seen_but_not_handled(
    workplace: Workplace, problem: Problem
) -> None:
    store = Path(workplace.config / "stores" / "acme.toml")
    store.rename(store.with_name("ruby.toml"))
    assert workplace.cli("problems", "list", "--json").document["problems"][0]["store"] == "acme"
    answer = workplace.cli("problems", "retry", str(problem.id), "--by", "Anna")
    assert (answer.code, answer.err.splitlines()[0]) == (2, "Error: there is no store acme")
