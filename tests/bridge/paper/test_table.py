"""The statement for a spreadsheet: a column for a machine beside each for a reader."""

import csv
from decimal import Decimal
from io import StringIO

import pytest

from bridge.domain.bills import BillLine, LineKind
from bridge.locale.dates import LANGUAGES
from bridge.paper.spreadsheet import MARK, SEPARATORS
from bridge.paper.table import write_statement_table
from tests.support.bill_papers import BEGUN, LINES, a_rate, a_statement


def rows(language: str, *lines: BillLine) -> list[dict[str, str]]:
    file = StringIO()
    write_statement_table(file, a_statement(*lines), language)
    text = file.getvalue()
    assert text.startswith(MARK)
    return list(csv.DictReader(StringIO(text.removeprefix(MARK)), delimiter=SEPARATORS[language]))


@pytest.mark.parametrize("language", LANGUAGES)
def test_W8_machines_read_the_same_figures_in_every_language(language: str) -> None:
    found = rows(language)
    assert [(one["kind"], one["worked_seconds"], one["hours"], one["rate"], one["amount"]) for one in found] == [
        ("time", "2820", "1", "20.00", "20.00"),
        ("time", "960", "0.5", "30.00", "15.00"),
        ("correction", "0", "-0.25", "20.00", "-5.00"),
    ]
    assert {(one["currency"], one["bill"], one["state"]) for one in found} == {("USD", "31", "sent")}
    assert [one["ticket"] for one in found] == ["", "815", ""]
    assert found[0]["time_iso"] == "2026-11-21T10:30:00+03:30"
    assert sum(Decimal(one["amount"]) for one in found) == a_statement().bill.total.amount


def test_readers_read_their_own_dates_and_digits() -> None:
    first = rows("fa")[0]
    assert first["تاریخ"] == "۳۰ آبان ۱۴۰۵، ۱۰:۳۰"
    assert first["مبلغ"] == "\u200e۲۰٫۰۰\u00a0USD"


@pytest.mark.parametrize("words", ["=1+1", "+1", "-1", "@SUM(A1)", "\uff1d1+1", "\t=1", "\u2068=1"])
def test_nobodys_words_are_run_as_a_formula(words: str) -> None:
    correction = LINES[2]._replace(reason=words)
    assert rows("en", LINES[0], correction)[1]["Reason"].startswith("'")


def test_a_reason_of_several_lines_stands_on_one() -> None:
    line = BillLine(1, LineKind.CORRECTION, 7, "technical", a_rate(20), -1, BEGUN, reason="one\r\ntwo\u202e")
    assert rows("en", line)[0]["Reason"] == "one two"
