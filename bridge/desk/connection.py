"""SQLite connections of the desk.

WAL with synchronous=FULL: a committed action survives a power cut. Writers of several processes queue on SQLite's own
lock; its busy handler starves behind a writer that reopens at once, so BEGIN IMMEDIATE is retried here every half
millisecond instead. What SQLite notes to take an action back stays in memory: in a file of the machine's temporary
folder it costs a fifth of the action, and fails where that folder is full.
"""

import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bridge.errors import DeskBusy, DeskDamaged, DeskError, DeskMissing, DeskUnwritable

RETRY_PAUSE_S = 0.0005
BEGIN_PATIENCE_S = 5.0
HEADER_BYTES = 100
"""SQLite's header: a file can't be a database with less."""

DAMAGE = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)
NO_DISK = {
    sqlite3.SQLITE_FULL: "make room on its disk; the daemon goes on by itself then",
    sqlite3.SQLITE_READONLY: "let its disk and its files be written to; the daemon goes on by itself then",
    sqlite3.SQLITE_IOERR: "look at the system's log for what its disk does; the daemon goes on by itself then",
    sqlite3.SQLITE_CANTOPEN: "let its owner make files in its folder; the daemon goes on by itself then",
}
"""What keeps a whole desk from being written, and what to do about each."""


def open_writer(path: Path) -> sqlite3.Connection:
    """A connection that may write. Raises `DeskMissing` where there is no file, `DeskDamaged` where it is no desk."""
    if not path.exists():
        raise DeskMissing(f"there is no desk at {path}")
    if 0 < path.stat().st_size < HEADER_BYTES:  # SQLite would take it for an empty one and write over it
        raise DeskDamaged(f"{path} is damaged or not a desk: it has {path.stat().st_size} bytes")
    with translated(path):
        # A process that closes the desk at this moment locks it for as long as it tidies up.
        connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False, timeout=BEGIN_PATIENCE_S)
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=FULL")
        connection.execute("PRAGMA foreign_keys=ON")
        connection.execute("PRAGMA cache_size=-8000")
        connection.execute("PRAGMA temp_store=MEMORY")
        connection.execute("SELECT COUNT(*) FROM sqlite_master").fetchone()
        connection.execute("PRAGMA busy_timeout=0")
        return connection


def open_reader(path: Path) -> sqlite3.Connection:
    """A connection that can't write. Raises as `open_writer` does."""
    if not path.exists():
        raise DeskMissing(f"there is no desk at {path}")
    with translated(path):
        uri = f"{path.absolute().as_uri()}?mode=ro"
        connection = sqlite3.connect(uri, uri=True, isolation_level=None, check_same_thread=False, timeout=5)
        connection.execute("PRAGMA query_only=ON")
        return connection


def begin(connection: sqlite3.Connection) -> None:
    """Open a writing transaction, waiting for other processes. Raises `DeskBusy` after 5 s."""
    deadline = time.monotonic() + BEGIN_PATIENCE_S
    while True:
        try:
            connection.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY:
                raise
            if time.monotonic() > deadline:
                raise DeskBusy("another process keeps writing to the desk") from error
            time.sleep(RETRY_PAUSE_S)
        else:
            return


def require_whole(connection: sqlite3.Connection, path: Path) -> None:
    """Look at every page of the desk (2 s for a gigabyte that is in memory). Raises `DeskDamaged`."""
    with translated(path):
        [(verdict,)] = connection.execute("PRAGMA quick_check(1)")
    if verdict != "ok":
        raise DeskDamaged(f"{path} is damaged: {verdict.splitlines()[-1]}")


@contextmanager
def translated(path: Path) -> Iterator[None]:
    """Turn SQLite's errors into the desk's, once."""
    try:
        yield
    except sqlite3.DatabaseError as error:
        code = getattr(error, "sqlite_errorcode", 0) & 0xFF
        if code in DAMAGE:
            raise DeskDamaged(f"{path} is damaged or not a desk: {error}") from error
        if code == sqlite3.SQLITE_BUSY:
            raise DeskBusy(f"{path} is locked by another process") from error
        if code in NO_DISK:
            unwritable = DeskUnwritable(f"{path}: {error}")
            unwritable.hint = NO_DISK[code]
            raise unwritable from error
        raise DeskError(f"{path}: {error}") from error
