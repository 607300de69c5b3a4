"""A page of the desk that is not what was written: a disk forgets, a cable lies, somebody edits the wrong file."""

import sqlite3
from contextlib import closing
from pathlib import Path
from random import Random

HEADER_BYTES = 12
"""What a page says of itself comes first: spoil that, and SQLite can tell that it is spoilt."""


def spoil(path: Path, table: str, *, seed: int = 1) -> int:
    """Flip bytes at the beginning of the table's first page, beside whoever has the desk open; the page's number."""
    with closing(sqlite3.connect(path, isolation_level=None)) as desk:
        [(root,)] = desk.execute("SELECT rootpage FROM sqlite_master WHERE name = ?", (table,))
        [(size,)] = desk.execute("PRAGMA page_size")
        [(busy, _, _)] = desk.execute("PRAGMA wal_checkpoint(TRUNCATE)")  # the page itself, not a newer one in the log
        assert not busy, "somebody reads the desk at this moment"
    random = Random(seed)  # noqa: S311 - to be repeatable, not secret
    with path.open("r+b") as file:
        file.seek((root - 1) * size)
        before = file.read(HEADER_BYTES)
        file.seek((root - 1) * size)
        file.write(bytes(byte ^ random.randrange(1, 256) for byte in before))
    return int(root)


def make_it_look(path: Path) -> None:
    """Commit something harmless, as a command does: who has the desk open reads its pages anew then."""
    with closing(sqlite3.connect(path, isolation_level=None)) as desk:
        desk.execute("UPDATE desk SET epoch = epoch")
