"""An account's statement as a customer reads it: names of columns and entries, amounts and moments in his language.

The customer's own page writes the same words (rule C18); a sign is a minus and no hyphen, so that no spreadsheet takes
an amount for a formula.
"""

from collections.abc import Mapping
from datetime import datetime
from zoneinfo import ZoneInfo

from bridge.domain.ledger import EntryKind
from bridge.locale.dates import date_text
from bridge.locale.numbers import grouped, in_digits
from bridge.locale.say import say

COLUMNS: Mapping[str, str] = {
    "number": "No.",
    "date": "Date",
    "what": "What",
    "coins": "Coins",
    "held": "Held",
    "balance": "Balance",
    "balance_held": "Of it held",
    "for": "For",
    "reason": "Reason",
    "packages": "Packages",
}
KINDS: Mapping[EntryKind, str] = {
    EntryKind.GRANT: "Granted",
    EntryKind.REVOKE: "Revoked",
    EntryKind.REINSTATE: "Reinstated",
    EntryKind.CORRECT: "Correction",
    EntryKind.HOLD: "Held for an offer",
    EntryKind.SETTLE: "Deducted",
    EntryKind.RELEASE: "Hold released",
    EntryKind.VOID: "Hold voided",
    EntryKind.FORFEIT: "Expired",
    EntryKind.EXTEND: "Extended",
    EntryKind.TRANSFER: "Transferred",
}
PURPOSES: Mapping[str, str] = {"order": "order {number}", "quote": "offer {number}", "ticket": "ticket {number}"}
PACKAGE = "No. {number}"
HELD = "held {coins}"
COMMAS: Mapping[str, tuple[str, str]] = {"en": (", ", "; "), "ru": (", ", "; "), "fa": ("، ", "؛ ")}
"""Between parts, and between packages."""
MINUS, LEFT_TO_RIGHT = "\N{MINUS SIGN}", "\N{LEFT-TO-RIGHT MARK}"


def column_name(language: str, column: str) -> str:
    """The heading of a column."""
    return say(language, COLUMNS[column])


def kind_name(language: str, kind: EntryKind) -> str:
    """What an entry of that kind did."""
    return say(language, KINDS[kind])


def purpose(language: str, numbers: Mapping[str, int | None]) -> str:
    """What an entry was for: its `order`, `quote` and `ticket`, as far as it has them."""
    named = (say(language, PURPOSES[what], number=number) for what, number in numbers.items() if number is not None)
    return " · ".join(named)


def package_moved(language: str, number: int, name: str, coins: int, held: int) -> str:
    """What an entry moved in one package."""
    moved = [change(language, coins)] if coins else []
    if held:
        moved.append(say(language, HELD, coins=change(language, held)))
    named = f"{say(language, PACKAGE, number=number)} {name}".strip()
    return f"{named}: {COMMAS[language][0].join(moved)}" if moved else named


def amount(language: str, number: int) -> str:
    """A number of coins, which may be below 0."""
    return _signed(language, MINUS, -number) if number < 0 else grouped(language, number)


def change(language: str, number: int) -> str:
    """Coins that were added or taken, with their sign."""
    return _signed(language, "+", number) if number > 0 else amount(language, number)


def plain_number(language: str, number: int) -> str:
    """A number that is a name, such as an order's: without marks between its digits."""
    return in_digits(language, str(number))


def moment_text(language: str, moment: datetime, zone: ZoneInfo) -> str:
    """A moment by the store's clock: `21 November 2027, 23:59`."""
    here = moment.astimezone(zone)
    return f"{date_text(here.date(), language)}{COMMAS[language][0]}{in_digits(language, f'{here:%H:%M}')}"


def _signed(language: str, sign: str, number: int) -> str:
    """In Persian too the sign stands to the left of its digits, which takes a mark of direction."""
    return f"{LEFT_TO_RIGHT if language == 'fa' else ''}{sign}{grouped(language, number)}"
