"""Where the contents of files lie: beside the desk, a folder a store, each content once under its hash.

Believes: a content comes before the row that names it, so that a row never names what is not there; what no row names
is swept away once it is older than any transaction. No name that anybody gave is ever part of a path.
"""

import errno
import hashlib
import os
import re
import sqlite3
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import mkstemp
from threading import Lock

from bridge.desk.connection import NO_DISK
from bridge.errors import DeskError, DeskUnwritable

FOLDER = "files"
ALL_BYTES = 50 * 1024**3
"""What all stores' contents together may take, where the settings don't say."""
GRACE = timedelta(hours=1)
"""So long a content may wait for its row."""
FOLDER_MODE, FILE_MODE = 0o750, 0o640
NO_DISK_BY_ERRNO = {
    errno.ENOSPC: NO_DISK[sqlite3.SQLITE_FULL],
    errno.EDQUOT: NO_DISK[sqlite3.SQLITE_FULL],
    errno.EROFS: NO_DISK[sqlite3.SQLITE_READONLY],
    errno.EIO: NO_DISK[sqlite3.SQLITE_IOERR],
}
"""What to do about a disk is the same whichever of our files it fails."""
_DIGEST = re.compile(r"[0-9a-f]{64}")
_STORE = re.compile(r"[a-z0-9][a-z0-9-]{0,63}")
_PART = "part-"


def unwritable(path: Path, error: OSError) -> DeskUnwritable:
    """What keeps a file from being written or read, with what to do about it."""
    found = DeskUnwritable(f"{path}: {error.strerror}")
    found.hint = NO_DISK_BY_ERRNO.get(error.errno or 0, NO_DISK[sqlite3.SQLITE_CANTOPEN])
    return found


class NoRoom(DeskError):
    """All stores' files together have taken what they may."""


class FileStore:
    """The contents of all stores' files under `root`, at most `all_bytes` of them."""

    def __init__(self, root: Path, *, all_bytes: int = ALL_BYTES) -> None:
        self.root, self._all_bytes = root, all_bytes
        self._lock = Lock()
        self._taken: int | None = None

    def keep(self, store: str, content: bytes, *, at: datetime) -> str:
        """Keep a content; returns its hash. What is there already is kept once, and counts as new.

        Raises `NoRoom`, `DeskUnwritable`.
        """
        digest = hashlib.sha256(content).hexdigest()
        place = self._place(store, digest)
        try:
            if place.is_file() and place.stat().st_size == len(content):
                _date(place, at)
                return digest
            with self._lock:
                self._take(len(content))
                place.parent.mkdir(mode=FOLDER_MODE, parents=True, exist_ok=True)
                _write(place, content)
                _date(place, at)
        except OSError as error:
            raise unwritable(place, error) from error
        return digest

    def read(self, store: str, digest: str) -> bytes | None:
        """A content; None where it is not there, or not any more what its hash says."""
        try:
            content = self._place(store, digest).read_bytes()
        except FileNotFoundError:
            return None
        except OSError as error:
            raise unwritable(self.root, error) from error
        return content if hashlib.sha256(content).hexdigest() == digest else None

    def old(self, store: str, *, at: datetime, grace: timedelta = GRACE) -> list[str]:
        """The names of contents that have been there longer than `grace`, also what a crash has left half written."""
        before = (at - grace).timestamp()
        return [path.name for path in self._files(self._folder(store)) if path.stat().st_mtime <= before]

    def drop(self, store: str, names: Iterable[str], *, at: datetime, grace: timedelta = GRACE) -> int:
        """Delete those of these that nobody has kept anew meanwhile; how many."""
        wanted, before, dropped = frozenset(names), (at - grace).timestamp(), 0
        for path in self._files(self._folder(store)):
            if path.name in wanted and path.stat().st_mtime <= before:
                path.unlink(missing_ok=True)
                dropped += 1
        with self._lock:
            self._taken = None
        return dropped

    def _take(self, size: int) -> None:
        """Count what is kept now. What commands have kept beside is counted after the next drop, once a day."""
        if self._taken is None:
            self._taken = sum(path.stat().st_size for path in self._files(self.root))
        if self._taken + size > self._all_bytes:
            raise NoRoom(f"{self.root}: the files of all stores take more than {self._all_bytes} bytes")
        self._taken += size

    @staticmethod
    def _files(folder: Path) -> Iterator[Path]:
        for here, _, names in os.walk(folder):
            for name in names:
                path = Path(here) / name
                if path.is_file():
                    yield path

    def _folder(self, store: str) -> Path:
        if not _STORE.fullmatch(store):
            raise ValueError("not a store's name")
        return self.root / store

    def _place(self, store: str, digest: str) -> Path:
        if not _DIGEST.fullmatch(digest):
            raise ValueError("not a hash")
        return self._folder(store) / digest[:2] / digest


def beside(desk: Path, *, all_bytes: int = ALL_BYTES) -> FileStore:
    """The contents that belong to the desk at that path."""
    return FileStore(desk.parent / FOLDER, all_bytes=all_bytes)


def _write(place: Path, content: bytes) -> None:
    """All of it or nothing, also if the machine stops meanwhile."""
    handle, name = mkstemp(prefix=_PART, dir=place.parent)
    part = Path(name)
    try:
        with os.fdopen(handle, "wb") as out:
            out.write(content)
            out.flush()
            os.fchmod(out.fileno(), FILE_MODE)
            os.fsync(out.fileno())
        part.rename(place)
    except BaseException:
        part.unlink(missing_ok=True)
        raise
    folder = os.open(place.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _date(place: Path, at: datetime) -> None:
    os.utime(place, (at.timestamp(), at.timestamp()))
