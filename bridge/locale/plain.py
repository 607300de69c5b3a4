"""Somebody else's words where they could do harm: in a header, in a line of a table, between words of ours."""

import unicodedata

_JOINERS = "\N{ZERO WIDTH NON-JOINER}\N{ZERO WIDTH JOINER}"
"""Part of how Persian is spelt."""


def one_line(text: str, longest: int = 200) -> str:
    """Somebody else's text on one line: no control characters, no marks that turn the direction, not too long."""
    kept = "".join(" " if unicodedata.category(one) in {"Cc", "Zl", "Zp"} else one for one in text)
    kept = "".join(one for one in kept if one in _JOINERS or unicodedata.category(one) not in {"Cf", "Cs", "Co", "Cn"})
    words = " ".join(kept.split())
    return words if len(words) <= longest else words[: longest - 1].rstrip() + "…"
