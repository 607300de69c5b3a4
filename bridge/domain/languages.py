"""In which language somebody writes, as far as his letters tell (rule W2)."""

import unicodedata
from collections.abc import Sequence

_SCRIPTS = (("ARABIC", "fa"), ("CYRILLIC", "ru"), ("LATIN", "en"))
LOOKED_AT = 500
"""Characters that are enough."""


def language_of(text: str, languages: Sequence[str], *, known: str = "") -> str:
    """The language to answer a text in: by the letters that most of it is written in, else the one that is `known`.

    Of several that share their letters the known one counts, and the store's first where none is known. `languages`
    are those that the store speaks, its first one is for what can't be told.
    """
    counts = dict.fromkeys((name for name, _ in _SCRIPTS), 0)
    for sign in text[:LOOKED_AT]:
        if sign.isalpha():
            script = unicodedata.name(sign, "").partition(" ")[0]
            if script in counts:
                counts[script] += 1
    found = next((language for script, language in _SCRIPTS if counts[script] == max(counts.values())), "")
    if any(counts.values()) and found in languages:
        return found
    return known if known in languages else languages[0]
