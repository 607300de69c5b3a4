"""Words that staff write: they must say something, and be text that the books and a page can keep."""

from bridge.errors import ImpossibleAmount


def require_staff(by: str) -> None:
    """Raises `ImpossibleAmount` where nobody is named (rule C15)."""
    if not by.strip():
        raise ImpossibleAmount("staff: must name who does it (rule C15)")


def require_text(words: str, *, what: str, longest: int) -> None:
    """Raises `ImpossibleAmount` for words that say nothing, are too long, or are bytes that are no text."""
    if not words.strip():
        raise ImpossibleAmount(f"{what}: must say something, in words the customer may read")
    if len(words) > longest:
        raise ImpossibleAmount(f"{what}: must have at most {longest} characters, not {len(words)}")
    require_utf8(words, what=what)


def require_utf8(words: str, *, what: str) -> None:
    """Raises `ImpossibleAmount` for a terminal's stray bytes, which arrive as halves of characters."""
    try:
        words.encode()
    except UnicodeEncodeError:
        raise ImpossibleAmount(f"{what}: must be text, not bytes that are no UTF-8") from None
