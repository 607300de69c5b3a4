"""Whether what staff write reaches its reader: only extensions since 0.5.0 show tickets, in a shop with their tables.

The extension notes its version in the shop; extensions before 0.4.0 noted nothing. The note is not signed and decides
nothing but this: a letter that leads to an answer waits until the answer can be there. One of another shape is as good
as none.
"""

import json
import re
from datetime import datetime

from bridge.contracts.desk import Tx
from bridge.contracts.problems import ProblemState
from bridge.contracts.shop_documents import Note

SHOWS_THREADS = (0, 5, 0)
"""The first version of the extensions whose page shows what staff write."""
UNREAD = "answers_unread"
"""The problem, one a store, that stands while customers can't read what staff write."""
DISMISSED = (
    "customers can't read what staff write in tickets; you have dismissed the problem that says why: bridge check"
)
_VERSION = re.compile(r"[0-9]{1,4}(\.[0-9]{1,4}){2}")


def said_version(note: Note) -> str | None:
    """The version that an extension's note says, None where it can't be read."""
    try:
        document = json.loads(note.payload)
    except (ValueError, RecursionError):
        return None
    version = document.get("version") if isinstance(document, dict) else None
    return version if isinstance(version, str) and _VERSION.fullmatch(version) else None


def version_number(version: str) -> tuple[int, ...]:
    """A version for comparing it with others."""
    return tuple(int(part) for part in version.split("."))


def why_unseen(note: Note | None) -> str:
    """Why the page of an extension that left this note shows no threads; empty where it does."""
    version = said_version(note) if note else None
    if version is None:
        return "the shop's extension says no version: it is not installed, has no key file, or is from before 0.4.0"
    return "" if version_number(version) >= SHOWS_THREADS else f"the shop's extension is still {version}"


def tell_unread(tx: Tx, store: str, why: str, remedy: str, *, at: datetime) -> None:
    """Tell staff that answers are not read, and why; solved where there is nothing to say. Said once, until it changes.

    Dismissed, just this reason is not told again.
    """
    told = tx.problems.open_under(store, UNREAD)
    if not why:
        if told or _is_dismissed(tx, store):
            tx.problems.solve(store, [UNREAD], at)
        return
    summary = f"customers can't read what staff write in tickets: {why}. Letters about it wait. {remedy}"
    if told is None or told.summary != summary:
        tx.problems.report(store, key=UNREAD, kind=UNREAD, summary=summary, at=at, unless_dismissed=True)


def told_unread(tx: Tx, store: str) -> str:
    """Why customers of the store can't read what staff write, as the problem says it, also where staff dismissed it.

    Empty where none was told; that does not say that they can read it, because it is looked at once an answer waits.
    """
    told = tx.problems.open_under(store, UNREAD)
    if told is None:
        return DISMISSED if _is_dismissed(tx, store) else ""
    return told.summary


def _is_dismissed(tx: Tx, store: str) -> bool:
    newest = tx.problems.newest(store, UNREAD)
    return newest is not None and newest.state is ProblemState.DISMISSED
