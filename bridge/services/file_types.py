"""What a file is, by its content: whether a name promises the truth.

Believes: a maintained table of signatures knows more formats than we would, and a format that it finds in a text's
place is not the text that its name promises. But some of its rows are weak (half of a beginning, bytes spelt out as
text, a mark somewhere inside), so a content must also begin to the byte as its type does. Nothing is unpacked or
played, so nothing can blow up here.
"""

from puremagic import PureError, magic_string

from bridge.domain.files import TYPES, begins_as, is_text, promised_type

_CARRIED = frozenset(TYPES.values()) - {"text/plain", "text/csv"}
"""Types that a signature shows."""


def type_of(name: str, content: bytes) -> str | None:
    """The type of a content that is what its name says; None where it is not, or is of no type that is taken."""
    promised = promised_type(name)
    if promised is None or not content:
        return None
    found = _signatures(content)
    if promised in _CARRIED:
        return promised if promised in found and begins_as(promised, content) else None
    return promised if is_text(content) and not found & _CARRIED else None


def _signatures(content: bytes) -> frozenset[str]:
    """The types whose signatures the content has."""
    try:
        return frozenset(match.mime_type for match in magic_string(content))
    except PureError:
        return frozenset()
