"""How a report about premium time is shown: for people, for programs and for spreadsheets."""

import csv
from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import Any, TextIO

from bridge.cli.premium_shown import money
from bridge.cli.reporting import Days, document
from bridge.cli.screen import line, table
from bridge.domain.premium_report import Dimension, PremiumReport, Sums
from bridge.locale.money_words import worked_text
from bridge.paper.spreadsheet import harmless
from bridge.settings import StoreSettings

Found = Sequence[tuple[StoreSettings, PremiumReport]]
NUMBERS = ("worked_seconds", "charged_seconds", "amount", "paid", "currency")
NEVER = "never charged"
HEADINGS = {
    Dimension.WORK: "Kind",
    Dimension.AGENT: "Agent",
    Dimension.CUSTOMER: "Customer",
    Dimension.MONTH: "Month",
}
MEANING = (
    "Worked is recorded time, charged what the bills charge, drafts among them.",
    "Where several agents worked for one agreement, they share it by recorded time.",
)


def premium_report_document(found: Found, days: Days) -> dict[str, Any]:
    """The report for programs: each row, and the same added up by each of its parts."""

    def told(_: StoreSettings, report: PremiumReport) -> dict[str, Any]:
        return {
            "totals": [_numbers(sums) for sums in report.totals()],
            **{
                f"by_{dimension.value}": [
                    {dimension.value: name} | _numbers(sums) for name, sums in report.by(dimension)
                ]
                for dimension in Dimension
            },
            "rows": [
                {dimension.value: key.of(dimension) for dimension in Dimension} | _numbers(sums)
                for key, sums in report.rows
            ],
        }

    return document(days, found, told)


def write_premium_report(file: TextIO, found: Found) -> None:
    """Write it as a table: a line a month, kind, agent and customer."""
    writer = csv.writer(file, lineterminator="\r\n")
    parts = (Dimension.MONTH, Dimension.WORK, Dimension.AGENT, Dimension.CUSTOMER)
    writer.writerow(("store", *(one.value for one in parts), *NUMBERS))
    for store, report in found:
        for key, sums in report.rows:
            words = [harmless(word) for word in (store.name, *(key.of(one) for one in parts))]
            writer.writerow([*words, *_numbers(sums).values()])  # an amount below zero is no formula


def premium_report_parts(found: Found, days: Days) -> list[Any]:
    """The report for people: a table for each thing that it is added up by."""
    parts: list[Any] = []
    for store, report in found:
        if parts:
            parts.append(line())
        parts.append(line(f"Store {store.name}: premium time from {days}, by the clock of {store.zone}"))
        if not report.rows:
            parts.append(line("Nothing was charged then, and no other time recorded."))
            continue
        for dimension in Dimension:
            parts += [line(), _table(report, dimension, store)]
    if any(report.rows for _, report in found):
        parts += [line(), *map(line, MEANING)]
    return parts


def _table(report: PremiumReport, dimension: Dimension, store: StoreSettings) -> Any:
    rows = [(_name(name, dimension, store), *_cells(sums)) for name, sums in report.by(dimension)]
    rows += [("Total", *_cells(sums)) for sums in report.totals()]
    right = ("Worked", "Charged", "Amount", "Paid")
    return table(HEADINGS[dimension], *right, rows=rows, right=right)


def _name(name: str, dimension: Dimension, store: StoreSettings) -> str:
    if dimension is Dimension.WORK:
        kind = store.premium.kinds.get(name)
        return (kind.name.get("en", name) if kind is not None else name) or NEVER
    return name or "nobody"


def _cells(sums: Sums) -> Iterator[str]:
    yield worked_text("en", sums.worked)
    yield worked_text("en", sums.charged)
    yield money(sums.amount)
    yield money(sums.paid)


def _numbers(sums: Sums) -> dict[str, int | str]:
    """For programs: money as a decimal number in text, so that nothing rounds it."""
    return {
        "worked_seconds": sums.worked // timedelta(seconds=1),
        "charged_seconds": sums.charged // timedelta(seconds=1),
        "amount": str(sums.amount.amount),
        "paid": str(sums.paid.amount),
        "currency": sums.amount.currency.code,
    }
