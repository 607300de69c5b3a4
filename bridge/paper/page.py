"""A statement as one HTML page: it stands alone, loads nothing, and can be printed (rule W8).

Believes: names and reasons were written by anybody, so every value is escaped. What keeps figures and foreign words in
order are marks in the text, no elements: the program that sets the PDF orders whole pieces of text only.
"""

from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from bridge.domain.bill_statements import BillStatement
from bridge.paper.shown import shown


def statement_page(statement: BillStatement, language: str) -> str:
    """The whole page. `KeyError` for a language we don't speak."""
    return _environment().get_template("statement.html.j2").render(paper=shown(statement, language))


@cache
def _environment() -> Environment:
    return Environment(
        loader=FileSystemLoader(Path(__file__).parent / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
