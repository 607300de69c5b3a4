"""A table of balances is read strictly: each bad line is named with its number, column, rule and value (rule C15)."""

from datetime import date

import pytest

from bridge.domain.importing import MOST_LINES, ImportLine, read_table
from bridge.errors import WrongLine

PLANS = ["essential", "base"]


def read(*rows: list[str]) -> tuple[list[ImportLine], list[WrongLine]]:
    return read_table(enumerate(rows, 1), plans=PLANS)


def only_error(*rows: list[str]) -> str:
    lines, [wrong] = read(*rows)
    assert not lines or rows[0] == []
    return str(wrong)


def test_C15_lines_are_read_by_the_names_of_their_columns() -> None:
    rows = (
        [" Coins ", "CUSTOMER", "note", "expiry", "plan", "key"],
        ["300", "77", "from the notebook", "2027-11-30", "base", "n-1"],
        ["", "", "", "", "", ""],
        ["5", "ada@shop.example", "", "", "", ""],
        ["7", "78"],
    )
    lines, wrong = read(*rows)
    assert wrong == []
    assert lines == [
        ImportLine(2, "77", 300, date(2027, 11, 30), "from the notebook", "base", "n-1"),
        ImportLine(4, "ada@shop.example", 5),
        ImportLine(5, "78", 7),
    ]
    assert [one.reason for one in lines] == ["from the notebook", "imported", "imported"]


@pytest.mark.parametrize(
    ("row", "error"),
    [
        (["77", "0"], "line 2: coins: must be a whole number of coins from 1 to 1000000, not '0'"),
        (["77", "-5"], "line 2: coins: must be a whole number of coins from 1 to 1000000, not '-5'"),
        (["77", "1.5"], "line 2: coins: must be a whole number of coins from 1 to 1000000, not '1.5'"),
        (["77", "1000001"], "line 2: coins: must be a whole number of coins from 1 to 1000000, not '1000001'"),
        (["77", "9" * 40], f"line 2: coins: must be a whole number of coins from 1 to 1000000, not '{'9' * 40}'"),
        (["77", ""], "line 2: coins: must be there"),
        (["", "5"], "line 2: customer: must be there"),
        (["Ada", "5"], "line 2: customer: must be the shop's customer id or an e-mail address, not 'Ada'"),
        (["0", "5"], "line 2: customer: must be the shop's customer id or an e-mail address, not '0'"),
        (["77", "5", "30.11.2027"], "line 2: expiry: must be a day such as 2027-11-30, not '30.11.2027'"),
        (["77", "5", "2027-02-30"], "line 2: expiry: must be a day such as 2027-11-30, not '2027-02-30'"),
        (["77", "5", "20271130"], "line 2: expiry: must be a day such as 2027-11-30, not '20271130'"),
        (["77", "5", "", "two\nlines"], "line 2: note: must be one line without control characters, not 'two\\nlines'"),
        (["77", "5", "", "", "gold"], "line 2: plan: must be a plan of the store (essential, base), not 'gold'"),
        (["77", "5", "", "", "", "", "more"], "line 2: must have 6 cells as the heading has, not 7"),
    ],
)
def test_C15_a_bad_line_is_named_with_its_column_rule_and_value(row: list[str], error: str) -> None:
    assert only_error(["customer", "coins", "expiry", "note", "plan", "key"], row) == error


@pytest.mark.parametrize(
    ("heading", "error"),
    [
        (["customer", "amount"], "line 1: amount: is no column of an import; there are customer, coins, expiry,"),
        (["customer"], "line 1: coins: this column must be there"),
        (["customer", "coins", "coins"], "line 1: coins: stands twice"),
    ],
)
def test_C15_a_bad_heading_is_named(heading: list[str], error: str) -> None:
    _, wrong = read(heading, ["77", "5"])
    assert str(wrong[0]).startswith(error)


def test_C15_every_bad_line_is_named_at_once() -> None:
    _, wrong = read(["customer", "coins"], ["77", "x"], ["78", "5"], ["", "y"])
    assert [(one.line, one.column) for one in wrong] == [(2, "coins"), (4, "coins"), (4, "customer")]


def test_C15_an_empty_file_and_too_long_a_one_are_refused() -> None:
    assert str(read()[1][0]) == "line 1: the file is empty: its first line must name the columns"
    assert str(read(["customer", "coins"])[1][0]) == "line 1: no line follows the heading"
    rows = [["customer", "coins"], *([["77", "5"]] * (MOST_LINES + 1))]
    assert str(read(*rows)[1][0]) == "line 100002: a file may have at most 100,000 lines; part it"


def test_C15_a_line_is_known_by_what_it_says_or_by_its_key() -> None:
    line = ImportLine(2, "ada@shop.example", 5, note="x")
    assert line.known_by(77) == line._replace(line=9, customer="77").known_by(77)
    assert line.known_by(77) != line.known_by(78)
    assert line.known_by(77) != line._replace(coins=6).known_by(77)
    assert line._replace(key="n-1").known_by(77) == "key:n-1"
