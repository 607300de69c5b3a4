"""A statement written to files: opened as who the operator is, before the command becomes the desk's owner."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from bridge.cli.files import OutputFile

if TYPE_CHECKING:
    from bridge.domain.bill_statements import BillStatement


@dataclass(frozen=True, slots=True)
class Papers:
    """The files that are to be written; none where the operator named none."""

    html: OutputFile | None = None
    pdf: OutputFile | None = None

    def write(self, statement: "BillStatement", language: str) -> list[Path]:
        """Write them whole. Returns where they are. Raises `PaperFailed`, `UsageError`."""
        from bridge.paper.page import statement_page

        if self.html is None and self.pdf is None:
            return []
        page = statement_page(statement, language)
        written = []
        if self.pdf is not None:
            from bridge.paper.pdf import pdf_of

            written.append(_finish(self.pdf, pdf_of(page)))
        if self.html is not None:
            written.append(_finish(self.html, page.encode()))
        return written


@contextmanager
def opened(html: Path | None, pdf: Path | None) -> Iterator[Papers]:
    """Open what was named; nothing is left behind of what is not finished. Raises `UsageError`."""
    with ExitStack() as stack:
        files = [stack.enter_context(OutputFile(path)) if path is not None else None for path in (html, pdf)]
        yield Papers(*files)


def _finish(file: OutputFile, content: bytes) -> Path:
    file.file.write(content)
    file.publish()
    return file.target
