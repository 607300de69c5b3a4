"""The statement as a PDF: every script is in it with its font, and what makes it is bounded and reaches nothing."""

import socket
import sys
from contextlib import closing
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from pypdf import PdfReader

from bridge.errors import PaperFailed
from bridge.paper import pdf
from bridge.paper.page import statement_page
from bridge.paper.pdf import pdf_of
from tests.support.bill_papers import LINES, a_statement


def read(content: bytes) -> PdfReader:
    return PdfReader(BytesIO(content))


def embedded(reader: Any) -> dict[str, bool]:
    """The fonts by name, and whether each is in the file."""
    fonts = [font.get_object() for page in reader.pages for font in page["/Resources"]["/Font"].values()]
    below = [font["/DescendantFonts"][0].get_object() for font in fonts]
    return {str(one["/BaseFont"]): "/FontFile2" in one["/FontDescriptor"] for one in below}


@pytest.mark.parametrize(
    ("language", "words"),
    [("en", "Technical support"), ("ru", "Техническая поддержка"), ("fa", "۲۰٫۰۰")],
)
def test_every_script_is_readable_and_brings_its_font(language: str, words: str) -> None:
    found = read(pdf_of(statement_page(a_statement(customer="Сара سارا Sara 😀"), language)))
    assert words in "".join(page.extract_text() for page in found.pages)
    fonts = embedded(found)
    assert fonts
    assert all(fonts.values())
    assert any("DejaVu-Sans" in name for name in fonts)
    assert str(found.root_object["/Lang"]) == language


def test_a_long_statement_has_its_heading_on_every_page() -> None:
    lines = [line._replace(position=at) for at, line in enumerate(LINES[:2] * 20, 1)]
    found = read(pdf_of(statement_page(a_statement(*lines), "en")))
    assert len(found.pages) > 1
    assert all("Rate an" in page.extract_text() for page in found.pages[:-1])


def test_no_words_push_an_amount_off_the_page() -> None:
    endless = LINES[2]._replace(reason="W" * 300, work="X" * 200)
    found = read(pdf_of(statement_page(a_statement(LINES[0], endless, vendor="V" * 200), "en")))
    starts: dict[str, float] = {}

    def visit(text: str, _current: Any, matrix: list[float], *_font: Any) -> None:
        starts[text.strip()] = matrix[4]

    for page in found.pages:
        page.extract_text(visitor_text=visit)
    amounts = [at for text, at in starts.items() if text.endswith("USD")]
    assert len(amounts) > 2
    assert max(amounts) < float(found.pages[0].mediabox.width) - 60


def test_nothing_is_fetched_whatever_the_page_asks_for(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("do not carry out")
    with closing(socket.create_server(("127.0.0.1", 0))) as listening:
        listening.settimeout(0)
        there = f"http://127.0.0.1:{listening.getsockname()[1]}"
        found = read(
            pdf_of(
                f'<link rel="attachment" href="{secret.as_uri()}"><link rel="stylesheet" href="{there}/a.css">'
                f'<style>@import "{there}/b.css"; @font-face {{ font-family: x; src: url({there}/f) }}'
                f' body {{ font-family: "DejaVu Sans"; background: url({there}/c.png) }}</style>'
                f'<img src="{there}/d.png"><iframe src="{secret.as_uri()}"></iframe><p>text</p>'
            )
        )
        with pytest.raises(BlockingIOError):
            listening.accept()
    assert not list(found.attachments)
    assert "carry" not in "".join(page.extract_text() for page in found.pages)


def test_what_takes_too_long_is_ended_and_said() -> None:
    with pytest.raises(PaperFailed) as failed:
        pdf_of(statement_page(a_statement(), "en"), patience=timedelta(milliseconds=20))
    assert "longer than 0.02 s" in str(failed.value)


def test_what_needs_too_much_memory_is_ended_and_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pdf, "MOST_BYTES", 100 * 1024**2)
    with pytest.raises(PaperFailed):
        pdf_of(statement_page(a_statement(), "en"))


def test_a_page_that_the_font_did_not_set_is_refused_with_what_to_install() -> None:
    with pytest.raises(PaperFailed) as failed:
        pdf_of("<p></p>")
    assert "fonts-dejavu-core" in str(failed.value)
    assert "apt" not in str(failed.value)
    assert "fonts-dejavu-core" in failed.value.hint


def test_a_program_that_breaks_down_without_a_word_is_said_to_need_a_font(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", "/bin/false")
    with pytest.raises(PaperFailed, match="broke down, as it does where no font is installed"):
        pdf_of("<p>text</p>")
