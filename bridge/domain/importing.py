"""Balances kept by hand until now, as lines of a table: read strictly, every bad one named (rule C15).

A line grants one package. Nothing of a table is believed in part: one bad line, and none of it is booked. What a line
is known by is made of what it says, so that a table that is read twice grants once.
"""

import hashlib
from collections.abc import Iterable, Sequence
from datetime import date
from typing import NamedTuple

from bridge.domain.coins import MAX_COINS
from bridge.errors import WrongLine

NEEDED = ("customer", "coins")
COLUMNS = (*NEEDED, "expiry", "note", "plan", "key")
MOST_LINES = 100_000
LONGEST_NOTE, LONGEST_KEY, LONGEST_CELL = 500, 100, 1_000
IMPORTED = "imported"
"""The reason of a line without a note."""


class ImportLine(NamedTuple):
    """One line: coins for a customer, named by number or e-mail address, to be used up to and with `expiry`.

    `expiry` is None for a year from now, `key` empty where the line is known by what it says.
    """

    line: int
    customer: str
    coins: int
    expiry: date | None = None
    note: str = ""
    plan: str | None = None
    key: str = ""

    @property
    def reason(self) -> str:
        """Why, as the entry says it."""
        return self.note or IMPORTED

    def known_by(self, customer_id: int) -> str:
        """What the line is known by, for the customer whom the shop has under its name."""
        if self.key:
            return f"key:{self.key}"
        said = (str(customer_id), str(self.coins), str(self.expiry or ""), self.note, self.plan or "")
        return hashlib.sha256("\n".join(said).encode()).hexdigest()[:40]


def read_table(
    rows: Iterable[tuple[int, Sequence[str]]], *, plans: Sequence[str]
) -> tuple[list[ImportLine], list[WrongLine]]:
    """The lines of a table whose rows come with their numbers, and what is wrong; the first row names the columns.

    `plans` are the store's plans by key.
    """
    numbered = iter(rows)
    first = next(numbered, None)
    if first is None:
        return [], [WrongLine(1, "", "the file is empty: its first line must name the columns")]
    columns = [name.strip().casefold() for name in first[1]]
    wrong = _wrong_heading(first[0], columns)
    if wrong:
        return [], wrong
    lines: list[ImportLine] = []
    for number, cells in numbered:
        if not any(cell.strip() for cell in cells):
            continue
        if len(lines) + len(wrong) >= MOST_LINES:
            return [], [WrongLine(number, "", f"a file may have at most {MOST_LINES:,} lines; part it")]
        found = _line(number, columns, cells, plans)
        if isinstance(found, ImportLine):
            lines.append(found)
        else:
            wrong += found
    if not lines and not wrong:
        wrong = [WrongLine(first[0], "", "no line follows the heading")]
    return lines, wrong


def _wrong_heading(number: int, columns: Sequence[str]) -> list[WrongLine]:
    known = ", ".join(COLUMNS)
    wrong = [
        WrongLine(number, name, f"is no column of an import; there are {known}")
        for name in columns
        if name not in COLUMNS
    ]
    wrong += [WrongLine(number, name, "stands twice") for name in dict.fromkeys(columns) if columns.count(name) > 1]
    wrong += [WrongLine(number, name, "this column must be there") for name in NEEDED if name not in columns]
    return wrong


def _line(
    number: int, columns: Sequence[str], cells: Sequence[str], plans: Sequence[str]
) -> ImportLine | list[WrongLine]:
    if len(cells) > len(columns):
        return [WrongLine(number, "", f"must have {len(columns)} cells as the heading has, not {len(cells)}")]
    said = dict(zip(columns, (cell.strip() for cell in cells), strict=False))
    wrong = [
        WrongLine(number, name, rule, value) for name, value in said.items() if (rule := _unfit(name, value, plans))
    ]
    wrong += [WrongLine(number, name, "must be there") for name in NEEDED if not said.get(name)]
    if wrong:
        return wrong
    return ImportLine(
        line=number,
        customer=said["customer"],
        coins=int(said["coins"]),
        expiry=date.fromisoformat(said["expiry"]) if said.get("expiry") else None,
        note=said.get("note", ""),
        plan=said.get("plan") or None,
        key=said.get("key", ""),
    )


def _unfit(column: str, value: str, plans: Sequence[str]) -> str:
    """The rule that a cell breaks, empty where it breaks none. An empty cell says nothing."""
    if not value:
        return ""
    if any(ord(sign) < 0x20 or 0x7F <= ord(sign) < 0xA0 for sign in value):
        return "must be one line without control characters"
    match column:
        case "customer":
            fits = "@" in value or (_is_number(value) and 1 <= int(value) < 2**63)
            return "" if fits and len(value) <= LONGEST_CELL else "must be the shop's customer id or an e-mail address"
        case "coins":
            fits = _is_number(value) and 1 <= int(value) <= MAX_COINS
            return "" if fits else f"must be a whole number of coins from 1 to {MAX_COINS}"
        case "expiry":
            return "" if _is_day(value) else "must be a day such as 2027-11-30"
        case "note":
            return "" if len(value) <= LONGEST_NOTE else f"must have at most {LONGEST_NOTE} characters"
        case "plan":
            return "" if value in plans else f"must be a plan of the store ({', '.join(plans)})"
        case _:
            return "" if len(value) <= LONGEST_KEY else f"must have at most {LONGEST_KEY} characters"


def _is_number(value: str) -> bool:
    return value.isascii() and value.isdigit() and len(value) <= 19


def _is_day(value: str) -> bool:
    try:
        return len(value) == len("2027-11-30") and bool(date.fromisoformat(value))
    except ValueError:
        return False
