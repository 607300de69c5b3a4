"""How a report about promises is shown: for people, for programs and for spreadsheets."""

import csv
from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import Any, TextIO

from bridge.cli.reporting import Days, document
from bridge.cli.screen import count, line, table
from bridge.domain.policies import ClockKind
from bridge.domain.sla_report import HOURS_A_DAY, HOURS_A_WEEK, MEDIAN, NINETIETH, Kept, ReportKey, SlaReport
from bridge.domain.ticket_terms import LICENCE, PACKAGE
from bridge.paper.spreadsheet import harmless
from bridge.settings import StoreSettings

Found = Sequence[tuple[StoreSettings, SlaReport]]
DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
CLOCKS = {ClockKind.FIRST_ANSWER: "first", ClockKind.NEXT_ANSWER: "next", ClockKind.RESOLUTION: "resolution"}
NUMBERS = ("owed", "met", "breached", "late", "open", "withdrawn", "answered", "median_seconds", "p90_seconds")


def report_document(found: Found, days: Days) -> dict[str, Any]:
    """The report for programs: of each store all hours together, then each hour of the week in which one began."""

    def told(store: StoreSettings, report: SlaReport) -> dict[str, Any]:
        return {
            "totals": [_document(key, kept) for key, kept in report.totals(_standings(store))],
            "hours": [
                _document(key, kept) | {"weekday": WEEKDAYS[hour // HOURS_A_DAY], "hour": hour % HOURS_A_DAY}
                for key, hour, kept in report.hours(_standings(store))
            ],
        }

    return document(days, found, told)


def write_report(file: TextIO, found: Found) -> None:
    """Write it as a table: of each store lines without an hour, for all of them, then a line an hour."""
    writer = csv.writer(file, lineterminator="\r\n")
    writer.writerow(("store", "standing", "clock", "weekday", "hour", *NUMBERS))
    for store, report in found:
        for key, kept in report.totals(_standings(store)):
            writer.writerow(_csv_line(store, key, kept, "", ""))
        for key, hour, kept in report.hours(_standings(store)):
            writer.writerow(_csv_line(store, key, kept, WEEKDAYS[hour // HOURS_A_DAY], hour % HOURS_A_DAY))


def report_parts(found: Found, days: Days) -> list[Any]:
    """The report for people."""
    parts: list[Any] = []
    for store, report in found:
        if parts:
            parts.append(line())
        parts.append(line(f"Store {store.name}: answers asked for from {days}, by the clock of {store.zone}"))
        totals = list(report.totals(_standings(store)))
        if not totals:
            parts.append(line("No answer was owed that began then."))
            continue
        parts += [line(), _totals_table(totals), line(), *_hours_parts(report, store)]
    if any(report.begun for _, report in found):
        parts += [line(), *map(line, MEANING)]
    return parts


MEANING = (
    "Median, p90: half of the answers, nine of ten, came within so much service",
    "time (hours:minutes). Late: after a best effort, which can't be breached.",
    "Open: still owed, in time or standing still.",
)


def _totals_table(totals: Sequence[tuple[ReportKey, Kept]]) -> Any:
    numbers = ("Owed", "In time", "Breached", "Late", "Open", "Median", "p90")
    rows = [
        (
            key.standing,
            CLOCKS[key.kind],
            kept.owed,
            kept.met,
            kept.breached,
            kept.late,
            kept.open,
            *(_hours(took) for took in kept.within(MEDIAN, NINETIETH)),
        )
        for key, kept in totals
    ]
    return table("Plan", "Answer", *numbers, rows=rows, right=numbers)


def _hours_parts(report: SlaReport, store: StoreSettings) -> Iterator[Any]:
    """When in the week answers were asked for: of all plans, with those that came too late in parentheses."""
    week: dict[int, tuple[int, int]] = {}
    for _, hour, kept in report.hours(_standings(store)):
        owed, missed = week.get(hour, (0, 0))
        week[hour] = owed + kept.owed, missed + kept.breached + kept.late
    rows = [
        (f"{hour:02}:00", *(_cell(*week.get(day + hour, (0, 0))) for day in range(0, HOURS_A_WEEK, HOURS_A_DAY)))
        for hour in range(HOURS_A_DAY)
        if any(week.get(day + hour, (0, 0))[0] for day in range(0, HOURS_A_WEEK, HOURS_A_DAY))
    ]
    yield line(f"When they were asked for: {count(sum(owed for owed, _ in week.values()), 'answer')} of all plans")
    yield line("by the hour of the week, in parentheses those that were breached or late.")
    yield line()
    yield table("Hour", *DAYS, rows=rows, right=DAYS)


def _cell(owed: int, missed: int) -> str:
    return (f"{owed:,} ({missed:,})" if missed else f"{owed:,}") if owed else ""


def _hours(took: timedelta | None) -> str:
    if took is None:
        return ""
    minutes = int(took.total_seconds()) // 60
    return f"{minutes // 60:,}:{minutes % 60:02}"


def _document(key: ReportKey, kept: Kept) -> dict[str, Any]:
    return {"standing": key.standing, "clock": key.kind.value} | dict(zip(NUMBERS, _numbers(kept), strict=True))


def _csv_line(store: StoreSettings, key: ReportKey, kept: Kept, day: str, hour: int | str) -> list[Any]:
    words = (store.name, key.standing, key.kind.value, day, hour)
    return [harmless(value) for value in (*words, *_numbers(kept))]


def _numbers(kept: Kept) -> tuple[int | None, ...]:
    took = (None if one is None else int(one.total_seconds()) for one in kept.within(MEDIAN, NINETIETH))
    return kept.owed, kept.met, kept.breached, kept.late, kept.open, kept.withdrawn, len(kept.answers), *took


def _standings(store: StoreSettings) -> list[str]:
    """The best plan first, as in the queue."""
    return [*reversed(list(store.plans)), PACKAGE, LICENCE]
