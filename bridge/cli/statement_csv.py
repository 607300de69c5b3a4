"""A statement as a file for a spreadsheet, in one of the customers' languages (rule C18).

Beside each column for a reader stands one for a machine. The customer's own page writes the same columns; staff see
besides who made an entry.
"""

import csv
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import TextIO
from zoneinfo import ZoneInfo

from bridge.contracts.ledger import NumberedEntry
from bridge.locale.statement_words import (
    COMMAS,
    amount,
    column_name,
    kind_name,
    moment_text,
    package_moved,
    plain_number,
    purpose,
)
from bridge.paper.spreadsheet import MARK, SEPARATORS, harmless

MACHINE = {"number": "number", "date": "time_iso", "what": "kind"}
"""Names of the machine's columns beside those that go by the reader's name of the same thing."""
PAIRS = ("number", "date", "what", "coins", "held", "balance", "balance_held")
NUMBERS = ("order", "quote", "ticket")
WORDS = ("for", "reason", "packages")
STAFF = "staff"
PackageNames = Mapping[int, Mapping[str, str]]
"""Names of packages' plans, by package and language."""


def write_statement(
    file: TextIO,
    entries: Iterable[NumberedEntry],
    names: Mapping[int, Mapping[str, str]],
    zone: ZoneInfo,
    language: str,
) -> None:
    """Write every entry; `names` are the names of packages' plans by package and language."""
    file.write(MARK)
    writer = csv.writer(file, delimiter=SEPARATORS[language], lineterminator="\r\n")
    writer.writerow(list(_heading(language)))
    for one in entries:
        writer.writerow([harmless(value) for value in _line(one, names, zone, language)])


def _heading(language: str) -> Iterator[str]:
    for column in PAIRS:
        yield column_name(language, column)
        yield MACHINE.get(column, column)
    yield from NUMBERS
    for column in WORDS:
        yield column_name(language, column)
    yield STAFF


def _line(one: NumberedEntry, names: PackageNames, zone: ZoneInfo, language: str) -> Iterator[str | int | None]:
    entry = one.entry
    yield plain_number(language, one.number)
    yield one.number
    yield moment_text(language, entry.at, zone)
    yield _iso(entry.at, zone)
    yield kind_name(language, entry.kind)
    yield entry.kind.value
    for coins in (entry.posted, entry.held, one.posted_after, one.held_after):
        yield amount(language, coins)
        yield coins
    numbers = {"order": entry.order_id, "quote": entry.quote_id, "ticket": entry.ticket_id}
    yield from numbers.values()
    yield purpose(language, numbers)
    yield entry.reason
    yield COMMAS[language][1].join(
        package_moved(language, part.package_id, _name(names, part.package_id, language), part.posted, part.held)
        for part in entry.postings
    )
    yield entry.staff


def _name(names: PackageNames, package: int, language: str) -> str:
    mine = names.get(package, {})
    return mine.get(language, mine.get("en", ""))


def _iso(moment: datetime, zone: ZoneInfo) -> str:
    return moment.astimezone(zone).isoformat(timespec="seconds")
