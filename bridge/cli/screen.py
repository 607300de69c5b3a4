"""What people see: plain tables that survive a pipe, a narrow terminal and text written by strangers.

On a terminal a long cell is folded, never cut. In a pipe a row is one line, without colours and trailing blanks, so
that grep and awk find what they look for. Times are the store's own, with their offset.
"""

import io
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from rich import box
from rich.cells import cell_len
from rich.console import Console, RenderableType
from rich.measure import Measurement
from rich.table import Table
from rich.text import Text

from bridge.cli.failures import shown

PIPE_WIDTH = 10_000
NARROWEST_WORDS = 24
"""Columns of sentences are not folded below this width, however narrow the terminal."""
STYLES = {"ok": "green", "warning": "yellow", "wrong": "bold red", "quiet": "dim"}


def show(*parts: RenderableType) -> None:
    """Write to stdout: with colours and folded on a terminal, plain and unfolded elsewhere."""
    if sys.stdout.isatty():
        console = Console(file=sys.stdout, highlight=False, emoji=False, markup=False)
        # A terminal that is too narrow breaks lines itself; numbers and times are never taken apart.
        unbound = console.options.update(max_width=PIPE_WIDTH)
        console.width = max(console.width, *(Measurement.get(console, unbound, part).minimum for part in parts))
        console.print(*parts, sep="\n")
        return
    plain = io.StringIO()
    console = Console(file=plain, width=PIPE_WIDTH, color_system=None, highlight=False, emoji=False, markup=False)
    console.print(*parts, sep="\n")
    sys.stdout.write("\n".join(line.rstrip() for line in plain.getvalue().split("\n")))


def table(
    *columns: str, rows: Sequence[Sequence[object]], right: Sequence[str] = (), words: Sequence[str] = ()
) -> Table:
    """A table with a heading; the columns in `right` hold numbers, those in `words` sentences that may be folded."""
    cells = [[cell(value) for value in row] for row in rows]
    built = Table(
        box=box.SIMPLE_HEAD if _draws_lines() else box.ASCII2, show_edge=False, pad_edge=False, padding=(0, 1, 0, 0)
    )
    for number, column in enumerate(columns):
        width = max([cell_len(column), *(row[number].cell_len for row in cells)])
        built.add_column(
            column,
            justify="right" if column in right else "left",
            overflow="fold",
            no_wrap=column not in words,
            min_width=min(width, NARROWEST_WORDS) if column in words else width,
        )
    for row in cells:
        built.add_row(*row)
    return built


def grid(rows: Sequence[Sequence[object]], *, indent: int = 0) -> Table:
    """Rows of cells without a heading: names and values."""
    built = Table.grid(padding=(0, 2))
    for number in range(max((len(row) for row in rows), default=0)):
        built.add_column(overflow="fold", no_wrap=number == 0)
    for row in rows:
        first, *rest = row
        built.add_row(Text(" " * indent).append_text(cell(first)), *(cell(value) for value in rest))
    return built


def cell(value: object) -> Text:
    """One value as text; what could steer a terminal is escaped."""
    if isinstance(value, Text):
        return value
    if isinstance(value, bool):
        return Text("yes" if value else "no")
    if isinstance(value, int):
        return Text(f"{value:,}")
    return Text(shown("" if value is None else str(value)))


def styled(text: str, style: str) -> Text:
    """Text in one of our styles."""
    return Text(shown(text), style=STYLES[style])


def line(text: str = "", style: str = "") -> Text:
    """One line of words."""
    return Text(shown(text), style=STYLES[style] if style else "")


def local(moment: datetime | None, zone: ZoneInfo) -> str:
    """A moment as the store's clock shows it: `2026-11-22 14:05:09 +03:30`; empty for none."""
    if moment is None:
        return ""
    here = moment.astimezone(zone)
    offset = f"{here:%z}"
    return f"{here:%Y-%m-%d %H:%M:%S} {offset[:3]}:{offset[3:5]}"


def utc(moment: datetime | None) -> str | None:
    """A moment for programs: `2026-11-22T10:35:09Z`; None for none."""
    return None if moment is None else f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


def age(seconds: float | None) -> str:
    """How long ago, roughly: `4 s`, `12 min`, `3 h`, `2 d`."""
    if seconds is None:
        return "never"
    for size, unit in ((86_400, "d"), (3_600, "h"), (60, "min")):
        if seconds >= 2 * size:
            return f"{seconds / size:.0f} {unit}"
    return f"{max(seconds, 0):.0f} s"


def count(number: int, thing: str, things: str = "") -> str:
    """`1 store`, `2 stores`."""
    return f"{number:,} {thing if number == 1 else things or thing + 's'}"


def _draws_lines() -> bool:
    return (sys.stdout.encoding or "").lower().startswith("utf")
