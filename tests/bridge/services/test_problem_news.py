"""Plugins are told of new problems, each once, and of very many by one event that stands for all."""

from datetime import datetime, timedelta

from bridge.desk.transaction import DeskTx
from bridge.domain.events import SEVERAL, ProblemOpened
from bridge.services import problem_news
from bridge.services.problem_news import MOST_AN_HOUR
from tests.bridge.services.conftest import Keeper
from tests.support.books import ACME, MONDAY_9AM

SOON = MONDAY_9AM + timedelta(minutes=1)


def open_problems(keeper: Keeper, *numbers: int, kind: str = "odd_order", at: datetime = MONDAY_9AM) -> None:
    def report(tx: DeskTx) -> None:
        for number in numbers:
            key, summary = f"order:{number}:{kind}", f"order {number} is odd"
            tx.problems.report(ACME, key=key, kind=kind, summary=summary, at=at)

    keeper.desk.run(report)


def told(keeper: Keeper, at: datetime = SOON) -> list[ProblemOpened]:
    """What is told now; it is put into the outbox, so the next call tells what has come since."""
    events = keeper.desk.look(problem_news.untold, [ACME], at)
    assert keeper.desk.run(problem_news.tell, [ACME], at) == len(events)
    return events


def test_a_new_problem_is_told_once(keeper: Keeper) -> None:
    open_problems(keeper, 1042)
    (event,) = told(keeper)
    (problem,) = keeper.problems()
    assert event == ProblemOpened(
        key=f"acme:problem:{problem.id}",
        store=ACME,
        at=SOON,
        problem_id=problem.id,
        kind="odd_order",
        summary="order 1042 is odd",
    )
    assert told(keeper) == []


def test_a_problem_that_is_seen_again_while_open_is_not_told_again(keeper: Keeper) -> None:
    open_problems(keeper, 1042)
    told(keeper)
    open_problems(keeper, 1042)
    assert told(keeper, SOON + timedelta(hours=2)) == []


def test_a_problem_that_ended_before_anybody_looked_is_not_told(keeper: Keeper) -> None:
    open_problems(keeper, 1042)
    keeper.desk.run(lambda tx: tx.problems.solve(ACME, ["order:1042:odd_order"], SOON))
    assert told(keeper) == []


def test_a_problem_that_comes_back_is_told_anew(keeper: Keeper) -> None:
    open_problems(keeper, 1042)
    told(keeper)
    keeper.desk.run(lambda tx: tx.problems.solve(ACME, ["order:1042:odd_order"], SOON))
    open_problems(keeper, 1042)
    assert len(told(keeper, SOON + timedelta(minutes=1))) == 1


def test_hundreds_at_once_are_a_few_events_and_the_last_stands_for_all(keeper: Keeper) -> None:
    open_problems(keeper, *range(1, 201))
    open_problems(keeper, 1, 2, kind="customer_gone")
    events = told(keeper)
    assert len(events) == MOST_AN_HOUR
    assert [event.kind for event in events] == ["odd_order"] * (MOST_AN_HOUR - 1) + [SEVERAL]
    assert events[-1].summary == ("197 problems came together: odd_order (195), customer_gone (2)")
    assert told(keeper) == []


def test_what_comes_in_the_same_hour_waits_and_is_told_in_the_next(keeper: Keeper) -> None:
    open_problems(keeper, *range(1, 8))
    told(keeper)
    open_problems(keeper, 8, 9)
    assert told(keeper, SOON + timedelta(minutes=30)) == []
    assert [event.summary for event in told(keeper, SOON + timedelta(hours=1))] == [
        "order 8 is odd",
        "order 9 is odd",
    ]


def test_a_clock_that_was_put_back_keeps_no_news_until_it_has_caught_up(keeper: Keeper) -> None:
    open_problems(keeper, *range(1, 8), at=MONDAY_9AM + timedelta(days=20))
    told(keeper, SOON + timedelta(days=20))
    open_problems(keeper, 8)
    assert [event.summary for event in told(keeper)] == ["order 8 is odd"]


def test_another_store_has_its_own_few(keeper: Keeper) -> None:
    open_problems(keeper, *range(1, 20))
    told(keeper)
    keeper.desk.run(
        lambda tx: tx.problems.report("other", key="k", kind="odd_order", summary="order 1 is odd", at=MONDAY_9AM)
    )
    assert [event.store for event in keeper.desk.look(problem_news.untold, [ACME, "other"], SOON)] == ["other"]
    assert keeper.desk.look(problem_news.untold, [ACME], SOON) == []


def test_problems_of_long_ago_are_not_told_when_their_events_have_been_forgotten(keeper: Keeper) -> None:
    open_problems(keeper, 1042)
    told(keeper)
    later = SOON + timedelta(days=40)
    keeper.desk.run(lambda tx: tx.connection.execute("DELETE FROM outbox"))
    assert told(keeper, later) == []
