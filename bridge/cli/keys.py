"""Staff's own name for something they record: the same key again changes nothing, so a script may repeat itself."""

import uuid
from typing import Annotated

import typer

from bridge.errors import UsageError

LONGEST_KEY = 100
"""The store's name and a few words stand before it, and the desk keeps 191 characters."""

KeyOption = Annotated[
    str | None,
    typer.Option(
        "--key",
        metavar="KEY",
        help="Your own name for this entry: the same key again changes nothing, so a script may repeat itself.",
        show_default=False,
    ),
]


def chosen_key(key: str) -> str:
    """What somebody called an entry himself; empty where `own_key` made the name."""
    try:
        uuid.UUID(key)
    except ValueError:
        return key
    return ""


def own_key(key: str | None) -> str:
    """The caller's key, or one that nobody else has. Raises `UsageError`."""
    if key is None:
        return str(uuid.uuid4())
    if not 1 <= len(key) <= LONGEST_KEY or not key.isprintable():
        raise UsageError(f"--key must be 1 to {LONGEST_KEY} printable characters")
    return key
