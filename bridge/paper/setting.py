"""The program that sets a PDF: `python -m bridge.paper.setting BYTES`, HTML on its input, PDF on its output.

`BYTES` is how much memory it may take. It fetches nothing, neither files nor addresses, and the system ends it where it
takes too much time or memory. What is wrong stands on the last line of its error output.
"""

import resource
import sys
import warnings
from typing import NoReturn

from bridge.paper.pdf import REFUSED

SECONDS, MOST_HTML = 60, 16 * 1024**2
FONT = "DejaVu Sans"


def main() -> None:
    """Set the page."""
    most = int(sys.argv[1])
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_AS, (most, most))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    html = sys.stdin.buffer.read(MOST_HTML + 1)
    if len(html) > MOST_HTML:
        _fail(f"a page of more than {MOST_HTML:,} bytes is not set")
    try:
        sys.stdout.buffer.write(_set(html.decode()))
    except MemoryError:
        _fail(f"it needs more than {most:,} bytes of memory")


def _set(html: str) -> bytes:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            from weasyprint import HTML, Document
            from weasyprint.urls import URLFetcher
        except (ImportError, OSError):
            _fail("a library that sets text is missing: libpango-1.0-0, libpangoft2-1.0-0, libharfbuzz-subset0")
    families: set[str] = set()

    def look(document: Document, _pdf: object) -> None:
        families.update(font.family for font in document.fonts.values())

    found = HTML(string=html, url_fetcher=URLFetcher(allowed_protocols=())).write_pdf(finisher=look)
    if FONT not in families:
        _fail(f"the font {FONT} is missing: fonts-dejavu-core")
    assert isinstance(found, bytes)
    return found


def _fail(reason: str) -> NoReturn:
    sys.stderr.write(f"{reason}\n")
    sys.exit(REFUSED)


if __name__ == "__main__":
    main()
