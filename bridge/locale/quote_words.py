"""What a quote says, word for word, in every language: this text is what a customer approves (rule C9)."""

import hashlib
from collections.abc import Mapping

from bridge.domain.quotes import QuoteKind
from bridge.locale.dates import LANGUAGES
from bridge.locale.say import say, say_n

WORK = (
    "Work on your ticket: {count} coin.",
    "Work on your ticket: {count} coins.",
)
WORK_TERMS = (
    "If you approve, it is reserved on your account. When the work is done, no more than that is deducted.",
    (
        "If you approve, they are reserved on your account. When the work is done, at most that many are deducted "
        "and the rest is returned."
    ),
)
INSPECTION = (
    "An inspection whether your request can be done: {count} coin.",
    "An inspection whether your request can be done: {count} coins.",
)
INSPECTION_TERMS = (
    "If it can't be done because of your hosting, theme, module or platform, this amount is deducted. "
    "If it can be done, or if the fault is ours, it is returned."
)


def quote_texts(kind: QuoteKind, *, coins: int, words: str) -> dict[str, str]:
    """The exact text of an offer by language; `words` are staff's own and stand in all of them as they were written."""
    return {language: "\n\n".join(filter(None, _parts(language, kind, coins, words))) for language in LANGUAGES}


def text_hashes(texts: Mapping[str, str]) -> dict[str, str]:
    """The SHA-256 of each text's UTF-8 bytes, in lower-case hex."""
    return {language: hashlib.sha256(text.encode()).hexdigest() for language, text in texts.items()}


def _parts(language: str, kind: QuoteKind, coins: int, words: str) -> tuple[str, str, str]:
    if kind is QuoteKind.INSPECTION:
        return say_n(language, *INSPECTION, coins), words.strip(), say(language, INSPECTION_TERMS)
    return say_n(language, *WORK, coins), words.strip(), say_n(language, *WORK_TERMS, coins)
