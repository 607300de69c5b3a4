"""What people see: plain tables that survive a pipe, a narrow terminal and text written by strangers.

On a terminal a long cell is folded, never cut, and a table that is still too wide shows its sentences below its rows.
In a pipe a row is one line, without colours and trailing blanks, so that grep and awk find what they look for. Times
are the store's own, with their offset.
"""

import io
import re
import sys
from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from rich import box
from rich.cells import cell_len
from rich.console import Console, ConsoleOptions, RenderableType, RenderResult
from rich.measure import Measurement
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from bridge.cli.failures import shown
from bridge.domain.moments import iso_text
from bridge.locale.statement_words import LEFT_TO_RIGHT

PIPE_WIDTH = 10_000
NARROWEST_WORDS = 24
"""Columns of sentences are not folded below this width, however narrow the terminal."""
ERASED = "(erased)"
GAP, BELOW = 2, 5
"""Blanks between two columns, and before what stands below a line or row of ours."""
WHOLE = re.compile(r"\d\d:\d\d:\d\d [+-]\d\d:\d\d|\S+")
"""What is never taken apart: a number, a word, a time with its offset."""
NAMES = frozenset(
    {"account", "claim", "customer", "licence", "line", "no.", "order", "package", "problem", "quote", "ticket"}
    | {"version"}
)
"""What is called by a number: that is shown as commands take it, 10042 and not 10,042."""
STYLES = {"ok": "green", "warning": "yellow", "wrong": "bold red", "quiet": "dim"}


def show(*parts: RenderableType) -> None:
    """Write to stdout: with colours and folded on a terminal, plain and unfolded elsewhere."""
    if sys.stdout.isatty():
        console = Console(file=sys.stdout, highlight=False, emoji=False, markup=False)
        # A terminal that is too narrow even so breaks lines itself; numbers and names are never taken apart. Each part
        # has its own width: an address in one message must not unfold all the others.
        columns, unbound = console.width, console.options.update(max_width=PIPE_WIDTH)
        for part in parts:
            console.width = max(columns, Measurement.get(console, unbound, part).minimum)
            console.print(part, crop=False)
        return
    plain = io.StringIO()
    console = Console(file=plain, width=PIPE_WIDTH, color_system=None, highlight=False, emoji=False, markup=False)
    console.print(*parts, sep="\n")
    sys.stdout.write("\n".join(line.rstrip() for line in plain.getvalue().split("\n")))


def table(
    *columns: str, rows: Sequence[Sequence[object]], right: Sequence[str] = (), words: Sequence[str] = ()
) -> "Sheet":
    """A table with a heading; those in `words` are sentences that may be folded, those in `right` numbers that are not.

    A number is shown with its unit in one piece: `1 h 30 min`, `20.00 USD`.
    """
    cells = [[cell(written(*one)) for one in zip(columns, row, strict=True)] for row in rows]
    return Sheet(columns, cells, right, words)


def written(name: str, value: object) -> object:
    """What stands under that name or heading: yes and no and numbers as text, anything else as it is."""
    if isinstance(value, bool) or not isinstance(value, int):
        return ("no", "yes")[value] if isinstance(value, bool) else value
    return str(value) if name.lower().replace("_", " ").split(" ")[-1] in NAMES else f"{value:,}"


class Sheet:
    """A table as wide as its terminal allows.

    What is too wide loses the columns in which nothing stands, then folds at its blanks: sentences first, times last.
    Where that is not enough, the sentences stand below their rows instead of beside them, and after them, with their
    names, those of the last columns that still find no place.
    """

    def __init__(
        self, columns: Sequence[str], rows: Sequence[Sequence[Text]], right: Sequence[str], words: Sequence[str]
    ) -> None:
        self._columns, self._rows, self._right = columns, rows, right
        self._all: Sequence[int] = range(len(columns))
        self._filled = [number for number in self._all if not rows or any(row[number].plain for row in rows)]
        self._words = [number for number in self._all if columns[number] in words]
        self._natural = [max(cell_len(text) for text in self._texts(number)) for number in self._all]
        self._narrowest = [self._narrowed(number) for number in self._all]

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        fits = _total(self._natural, self._all) <= options.max_width
        columns = self._all if fits else self._filled
        if _total(self._narrowest, columns) <= options.max_width or not self._words:
            yield self._built(columns, self._rows, options.max_width, heading=True)
            return
        facts, below = self._filled_facts(), list[int]()
        while len(facts) > 1 and _total(self._narrowest, facts) > options.max_width:
            below.insert(0, facts.pop())
        for number, row in enumerate(self._rows):
            yield self._built(facts, [row], options.max_width, heading=number == 0)
            named = (Text.assemble(f"{self._columns[column]}: ", row[column]) for column in below if row[column])
            for sentence in filter(None, (*(row[column] for column in self._words), Text("; ").join(named))):
                yield Padding(sentence, (0, 0, 0, BELOW), expand=False)

    def __rich_measure__(self, console: Console, options: ConsoleOptions) -> Measurement:
        facts = self._filled_facts()
        narrowest = max((self._narrowest[one] for one in facts), default=0) if self._words else 0
        return Measurement(narrowest or _total(self._narrowest, facts), _total(self._natural, self._all))

    def _filled_facts(self) -> list[int]:
        return [number for number in self._filled if number not in self._words]

    def _built(self, columns: Sequence[int], rows: Sequence[Sequence[Text]], width: int, *, heading: bool) -> Table:
        built = Table(
            box=box.SIMPLE_HEAD if _draws_lines() else box.ASCII2,
            show_edge=False,
            show_header=heading,
            pad_edge=False,
            padding=(0, GAP - 1, 0, 0),
        )
        for number, fitting in self._widths(columns, width).items():
            name = self._columns[number]
            built.add_column(name, justify="right" if name in self._right else "left", overflow="fold", width=fitting)
        for row in rows:
            built.add_row(*(row[number] for number in columns))
        return built

    def _widths(self, columns: Sequence[int], available: int) -> dict[int, int]:
        """The width of each column; what the table has too much is taken where it hurts least."""
        widths = {number: self._natural[number] for number in columns}
        slack = {number: self._natural[number] - self._narrowest[number] for number in columns}
        over = _total(self._natural, columns) - available
        for number in sorted(columns, key=lambda one: (one not in self._words, slack[one])):
            given = max(min(over, slack[number]), 0)
            widths[number] -= given
            over -= given
        return widths

    def _narrowed(self, number: int) -> int:
        """How narrow a column can be: a sentence a few words wide, anything else as wide as what stays whole."""
        if number in self._words:
            return min(self._natural[number], NARROWEST_WORDS)
        heading, *cells = self._texts(number)
        numbers = self._columns[number] in self._right
        parts = cells if numbers else [part for text in cells for part in WHOLE.findall(text)]
        return max(map(cell_len, (*WHOLE.findall(heading), *parts)), default=0)

    def _texts(self, number: int) -> list[str]:
        return [self._columns[number], *(row[number].plain for row in self._rows)]


class Whole:
    """Our own text that is copied from the screen: it is not folded, what is longer than a line the terminal breaks."""

    def __init__(self, text: Text) -> None:
        self._text = text

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        for one in self._text.split(allow_blank=True):
            yield _in_one_piece(one)


class Words:
    """A line of a person's words, folded and indented; a web address is not taken apart, and has lines of its own.

    The terminal breaks that one, at its edge, where our lines begin: so it is one without blanks and other letters than
    an address has, and nothing else is as long as it.
    """

    def __init__(self, text: Text, indent: int) -> None:
        self._text, self._indent = text, indent

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        width = max(options.max_width - self._indent, 1)
        for number, piece in enumerate(re.split(rf"([!-~]{{{width + 1},}})", self._text.plain)):
            is_address = number % 2 == 1
            words = Text(piece.lstrip() if number else piece)
            if words.plain.strip() or not self._text.plain.strip():
                for one in [words] if is_address else words.wrap(console, width):
                    yield _in_one_piece(Text(" " * self._indent).append_text(one))


def _in_one_piece(text: Text) -> Text:
    text.rstrip()
    text.no_wrap, text.overflow = True, "ignore"
    return text


def _total(widths: Sequence[int], columns: Sequence[int]) -> int:
    return sum(widths[number] for number in columns) + GAP * (len(columns) - 1)


def grid(rows: Sequence[Sequence[object]], *, indent: int = 0, second: int | None = None) -> Table:
    """Rows of cells without a heading: names and values. The second column is folded beyond `second`."""
    built = Table.grid(padding=(0, 2))
    for number in range(max((len(row) for row in rows), default=0)):
        built.add_column(overflow="fold", no_wrap=number == 0, max_width=second if number == 1 else None)
    for row in rows:
        first, *rest = row
        facts = (cell(written(str(first), value)) for value in rest)
        built.add_row(Text(" " * indent).append_text(cell(first)), *facts)
    return built


def cell(value: object) -> Text:
    """One value as text; what could steer a terminal is escaped."""
    if isinstance(value, Text):
        return value
    read = written("", value)
    return Text(shown("" if read is None else str(read)))


def styled(text: str, style: str) -> Text:
    """Text in one of our styles."""
    return Text(shown(text), style=STYLES[style])


def one_line(text: str) -> str:
    """Text of a stranger for a place that has one line: its line breaks are shown as escapes too."""
    return shown(text).replace("\n", "\\n")


def line(text: str = "", style: str = "") -> Text:
    """One line of words."""
    return Text(shown(text), style=STYLES[style] if style else "")


def to_paste(text: str) -> RenderableType:
    """Our own words as somebody copies them: unfolded, with the marks that keep a number's direction in Persian."""
    return Whole(_marked(text))


def _marked(text: str) -> Text:
    """Text with the marks that keep an amount's direction in Persian: on a line of its own they turn nothing round."""
    return Text(LEFT_TO_RIGHT.join(shown(part) for part in text.split(LEFT_TO_RIGHT)))


def words_parts(words: str) -> list[RenderableType]:
    """Words of a person, each line indented, so that no line of theirs looks like one of ours."""
    return [Words(_marked(one), BELOW) for one in (words or ERASED).split("\n")]


def local(moment: datetime | None, zone: ZoneInfo) -> str:
    """A moment as the store's clock shows it: `2026-11-22 14:05:09 +03:30`; empty for none."""
    if moment is None:
        return ""
    here = moment.astimezone(zone)
    offset = f"{here:%z}"
    return f"{here:%Y-%m-%d %H:%M:%S} {offset[:3]}:{offset[3:5]}"


def utc(moment: datetime | None) -> str | None:
    """A moment for programs: `2026-11-22T10:35:09Z`; None for none."""
    return iso_text(moment)


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
