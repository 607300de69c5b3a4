"""What files for spreadsheets have in common.

Spreadsheets take a file for UTF-8 by its mark, expect a semicolon where a comma is the decimal mark, and run a cell
that begins like a formula.
"""

from collections.abc import Mapping
from decimal import Decimal

MARK = "\N{ZERO WIDTH NO-BREAK SPACE}"
SEPARATORS: Mapping[str, str] = {"en": ",", "ru": ";", "fa": ";"}
WIDE = "\N{FULLWIDTH EQUALS SIGN}\N{FULLWIDTH PLUS SIGN}\N{FULLWIDTH HYPHEN-MINUS}\N{FULLWIDTH COMMERCIAL AT}"
"""Some spreadsheets take these for the narrow ones."""
LIKE_A_FORMULA = frozenset("=+-@\t\r\n" + WIDE)


Cell = str | int | Decimal | None


def harmless(value: Cell) -> Cell:
    """Text that a spreadsheet would run as a formula is kept as text; a number is no formula."""
    return f"'{value}" if isinstance(value, str) and value[:1] in LIKE_A_FORMULA else value
