"""Who did what: every change of the coin desk names its staff member, and only ids and numbers are kept."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from bridge.cli.session import CLOCK
from tests.bridge.cli.conftest import BY, CounterPlace


@contextmanager
def one_line_more(counter: CounterPlace, action: str, subject: str) -> Iterator[None]:
    """What is done in the block leaves one line, of that action on that subject, in Anna's name."""
    before = counter.document("audit")["lines"]
    yield
    after = counter.document("audit")["lines"]
    assert after[1:] == before
    assert (after[0]["by"], after[0]["action"], after[0]["subject"], after[0]["store"]) == (
        "Anna",
        action,
        subject,
        "acme",
    )


def test_P3_a_line_says_that_other_work_was_confirmed_to_be_possible(counter: CounterPlace) -> None:
    counter.granted(900)
    quote = counter.offered(50)
    told = " ".join(counter.well("audit", "--subject", f"quote:{quote}").out.split())
    assert "version 1, coins 50, possible yes" in told


def test_every_change_by_staff_leaves_one_line(counter: CounterPlace) -> None:
    counter.granted(900)
    with one_line_more(counter, "open", "ticket:1"):
        ticket = counter.ticket()
    with one_line_more(counter, "offer", "quote:1"):
        quote = counter.offered(50, ticket)
    with one_line_more(counter, "revise", "quote:1"):
        counter.well("quote", "revise", quote, "--coins", "60", *BY)
    with one_line_more(counter, "withdraw", "quote:1"):
        counter.well("quote", "withdraw", quote, *BY)
    with one_line_more(counter, "reissue", "quote:1"):
        counter.well("quote", "reissue", quote, *BY)
    counter.approved(quote)
    with one_line_more(counter, "start", "quote:1"):
        counter.well("quote", "start", quote, *BY)
    with one_line_more(counter, "settle", "quote:1"):
        counter.well("quote", "settle", quote, "--spent", "45", *BY)
    released = counter.approved(counter.offered(50, ticket))
    with one_line_more(counter, "release", "quote:2"):
        counter.well("quote", "release", released, "--reason", "Not needed", *BY)
    with one_line_more(counter, "offer", "quote:3"):
        looked = counter.inspection(ticket)
    counter.approved(looked)
    with one_line_more(counter, "feasible", "quote:3"):
        counter.well("inspection", "feasible", looked, *BY)
    failed = counter.approved(counter.inspection(ticket))
    with one_line_more(counter, "infeasible", "quote:4"):
        counter.well("quote", "infeasible", failed, "--cause", "host", *BY)
    with one_line_more(counter, "reply", "ticket:1"):
        counter.well("ticket", "reply", ticket, "--text", "Done", *BY)
    with one_line_more(counter, "log-call", "ticket:1"):
        counter.well("ticket", "call", ticket, "--text", "He called", *BY)


def test_C15_coins_given_and_corrected_by_hand_leave_one_line_each(counter: CounterPlace) -> None:
    counter.granted(300)
    with one_line_more(counter, "grant", "account:1"):
        counter.well("coins", "grant", "77", "5", "--reason", "A secret", "--key", "once", *BY)
    with one_line_more(counter, "correct", "account:1"):
        counter.well("coins", "correct", "77", "--add", "5", "--reason", "Test", *BY)
    with one_line_more(counter, "correct", "account:1"):
        counter.well("coins", "correct", "77", "--take", "5", "--reason", "Test", *BY)
    before = counter.document("audit")
    counter.well("coins", "grant", "77", "5", "--reason", "A secret", "--key", "once", *BY)
    assert counter.document("audit") == before, "a repeat changes nothing"
    assert "secret" not in counter.well("audit", "--json").out


def test_what_becomes_of_a_problem_leaves_one_line(counter: CounterPlace) -> None:
    def report(key: str) -> str:
        facts: dict[str, Any] = {
            "key": key,
            "kind": "odd_order",
            "summary": "odd",
            "at": CLOCK.now(),
            "detail": {"orders": [7]},
        }
        return str(counter.desk.run(lambda tx: tx.problems.report("acme", **facts)).id)

    first, second = report("one"), report("two")
    with one_line_more(counter, "retry", f"problem:{first}"):
        counter.well("problems", "retry", first, *BY)
    with one_line_more(counter, "dismiss", f"problem:{second}"):
        counter.well("problems", "dismiss", second, *BY)


def test_a_refused_change_leaves_none(counter: CounterPlace) -> None:
    counter.granted(300)
    quote = counter.offered()
    before = counter.document("audit")
    counter.refused("quote", "settle", quote, "--spent", "5", *BY)
    counter.refused("quote", "revise", quote, "--coins", "0", *BY)
    assert counter.document("audit") == before


def test_lines_say_the_numbers_in_the_stores_time(counter: CounterPlace) -> None:
    counter.granted(300)
    quote = counter.approved(counter.offered(50))
    counter.well("quote", "settle", quote, "--spent", "45", *BY)
    newest = counter.well("audit").lines()[2]
    assert newest.split()[2:7] == ["+03:30", "acme", "Anna", "settle", f"quote:{quote}"]
    assert newest.endswith("coins 45, released 5")


def test_lines_are_found_by_subject_by_name_and_by_store(counter: CounterPlace) -> None:
    counter.granted(300)
    first, second = counter.offered(), counter.offered()
    counter.well("quote", "withdraw", second, *BY)
    assert [one["action"] for one in counter.document("audit", "--subject", f"quote:{first}")["lines"]] == ["offer"]
    assert len(counter.document("audit", "--by", "anna")["lines"]) == 6
    assert counter.well("audit", "--by", "Eve").out == "No lines.\n"
    assert len(counter.document("audit", "--store", "acme", "--limit", "2")["lines"]) == 2
    assert counter.well("audit", "--limit", "2").lines()[-1] == "2 lines. There may be more: --limit 20"


@pytest.mark.parametrize("words", [("--store", "ruby"), ("--limit", "0")])
def test_words_that_do_not_fit_are_refused(counter: CounterPlace, words: tuple[str, ...]) -> None:
    assert counter.place.cli("audit", *words).code == 2
