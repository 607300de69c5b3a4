"""A statement as a file for a spreadsheet, in one of the customers' languages (rule W8).

Beside each column for a reader stands one for a machine. A line a line of the bill: the amounts add up to its total.
"""

import csv
from collections.abc import Iterator
from typing import TextIO

from bridge.domain.bill_statements import BillStatement
from bridge.domain.bills import BillLine, LineKind
from bridge.locale.bill_words import column_name
from bridge.locale.money_words import hours, hours_number, money_text, worked_text
from bridge.locale.plain import one_line
from bridge.locale.statement_words import moment_text, plain_number
from bridge.paper.shown import LONGEST, work_text
from bridge.paper.spreadsheet import MARK, SEPARATORS, Cell, harmless

MACHINE = {
    "line": "line",
    "date": "time_iso",
    "work": "kind",
    "worked": "worked_seconds",
    "hours": "hours",
    "rate": "rate",
    "amount": "amount",
}
"""The machine's column beside each that goes by a reader's name."""
NUMBERS = ("currency", "bill", "state", "agreement", "ticket", "work")
REASON = "reason"


def write_statement_table(file: TextIO, statement: BillStatement, language: str) -> None:
    """Write every line of the bill. `KeyError` for a language we don't speak."""
    file.write(MARK)
    writer = csv.writer(file, delimiter=SEPARATORS[language], lineterminator="\r\n")
    writer.writerow(list(_heading(language)))
    for line in statement.bill.lines:
        writer.writerow([harmless(value) for value in _line(line, statement, language)])


def _heading(language: str) -> Iterator[str]:
    for column, machine in MACHINE.items():
        yield column_name(language, column)
        yield machine
    yield from NUMBERS
    yield column_name(language, REASON)


def _line(line: BillLine, statement: BillStatement, language: str) -> Iterator[Cell]:
    zone, bill = statement.zone, statement.bill
    yield plain_number(language, line.position)
    yield line.position
    yield moment_text(language, line.at, zone)
    yield line.at.astimezone(zone).isoformat(timespec="seconds")
    yield work_text(line, statement, language)
    yield line.kind.value
    yield worked_text(language, line.worked) if line.kind is LineKind.TIME else ""
    yield int(line.worked.total_seconds())
    yield hours_number(language, line.duration)
    yield hours(line.duration)
    for money in (line.rate.money, line.amount):
        yield money_text(language, money)
        yield money.amount
    yield bill.currency.code
    yield bill.id
    yield bill.state.value
    yield line.agreement_id
    yield statement.tickets.get(line.agreement_id)
    yield line.work
    yield one_line(line.reason, LONGEST)
