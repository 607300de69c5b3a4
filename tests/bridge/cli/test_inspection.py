"""Inspections: announced, approved, and charged at exactly their price where it can't be done (rule C11)."""

import pytest

from tests.bridge.cli.conftest import BY, CounterPlace


def test_C11_an_infeasible_inspected_ticket_costs_exactly_15(counter: CounterPlace) -> None:
    counter.granted(300)
    quote = counter.approved(counter.inspection())
    assert counter.coins() == (300, 15, 285)
    lines = counter.well("quote", "infeasible", quote, "--cause", "host", *BY).lines()
    assert lines[0] == f"Anna ended quote {quote} as infeasible (host). 15 coins were deducted."
    assert counter.coins() == (285, 0, 285)


def test_C11_a_feasible_one_costs_nothing_and_the_work_gets_its_own_quote(counter: CounterPlace) -> None:
    counter.granted(300)
    ticket = counter.ticket()
    quote = counter.approved(counter.inspection(ticket))
    lines = counter.well("inspection", "feasible", quote, *BY).lines()
    assert lines[0] == f"Anna ended inspection {quote}: it can be done. 15 coins were released."
    assert counter.coins() == (300, 0, 300)
    work = counter.approved(counter.offered(50, ticket))
    assert counter.coins() == (300, 50, 250)
    assert counter.refused("inspection", "feasible", work, *BY) == [
        f"Error: quote {work} is an offer of work, not of inspection",
        f"Try: bridge quote show {work}",
    ]


def test_C11_the_vendors_own_fault_costs_nothing(counter: CounterPlace) -> None:
    counter.granted(300)
    quote = counter.approved(counter.inspection())
    document = counter.document("quote", "infeasible", quote, "--cause", "vendor", *BY)
    assert (document["state"], document["moved"]["released"], document["moved"]["deducted"]) == ("released", 15, 0)


def test_C11_work_after_an_approved_inspection_costs_its_15_and_says_whose_approval_that_was(
    counter: CounterPlace,
) -> None:
    counter.granted(300)
    ticket = counter.ticket()
    looked = counter.approved(counter.inspection(ticket))
    counter.well("inspection", "feasible", looked, *BY)
    work = counter.approved(counter.offered(50, ticket))
    lines = counter.well("quote", "infeasible", work, "--cause", "module", *BY).lines()
    assert lines[0].endswith("15 coins were deducted. 35 coins were released.")
    assert f"15 coins charged, as approved in quote {looked}" in counter.well("ticket", "show", ticket).out


def test_C11_with_fewer_than_15_coins_there_is_no_inspection(counter: CounterPlace) -> None:
    counter.granted(14)
    assert counter.refused("inspection", "offer", counter.ticket(), "--words", "We look.", *BY) == [
        "Error: account of customer 77 has 14 coins available, 15 needed",
        "Try: see what there is: bridge coins balance 77 --store acme",
    ]
    assert counter.document("quote", "list")["quotes"] == []


@pytest.mark.parametrize(
    ("words", "error"),
    [
        ((), "missing option '--cause'. Choose from: host, theme, module, platform, other, vendor"),
        (("--cause", "weather"), "invalid value for '--cause': 'weather' is not one of 'host', 'theme', "),
    ],
)
def test_the_cause_is_one_of_a_list(counter: CounterPlace, words: tuple[str, ...], error: str) -> None:
    counter.granted(300)
    quote = counter.approved(counter.inspection())
    answer = counter.place.cli("quote", "infeasible", quote, *words, *BY)
    assert (answer.code, counter.coins()) == (2, (300, 15, 285))
    first, second = answer.err.splitlines()
    assert first.startswith(f"Error: {error}")
    assert second == "Try: bridge quote infeasible --help"
