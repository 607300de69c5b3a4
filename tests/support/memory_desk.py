"""A desk in memory for tests of tens of thousands of steps: the real repositories over a copy of a migrated file.

There is no file and no disk to wait for; whole images of it can be compared.
"""

import sqlite3
from collections.abc import Callable, Iterable
from contextlib import closing
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Concatenate, ParamSpec, TypeVar

from bridge.desk.desk import FILE_NAME
from bridge.desk.transaction import DeskTx
from bridge.testing.desks import a_desk

P = ParamSpec("P")
R = TypeVar("R")
Dump = dict[str, list[tuple[Any, ...]]]

_OF_THE_FILE = (slice(24, 28), slice(92, 96))
"""Bytes of the header that count changes of the file, not what is in it."""


class MemoryDesk:
    """One desk, run and looked at like `bridge.desk.desk.Desk` without a loop."""

    def __init__(self) -> None:
        self.connection = sqlite3.connect(":memory:", isolation_level=None)
        self.connection.deserialize(_migrated())
        self.connection.execute("PRAGMA foreign_keys=ON")

    def run(self, service: Callable[Concatenate[DeskTx, P], R], *args: P.args, **kwargs: P.kwargs) -> R:
        """Run a service in one transaction; nothing of it is kept where it raises."""
        self.connection.execute("BEGIN")
        try:
            result = service(DeskTx(self.connection), *args, **kwargs)
            self.connection.execute("COMMIT")
        except BaseException:
            self.connection.execute("ROLLBACK")
            raise
        return result

    def look(self, service: Callable[Concatenate[DeskTx, P], R], *args: P.args, **kwargs: P.kwargs) -> R:
        """Run a service that only reads."""
        return service(DeskTx(self.connection), *args, **kwargs)

    def rows(self, sql: str, parameters: Iterable[Any] = ()) -> list[tuple[Any, ...]]:
        """Read the tables as they are, past all of our own code."""
        return self.connection.execute(sql, tuple(parameters)).fetchall()

    def image(self) -> bytes:
        """The whole desk; equal images have equal content."""
        image = bytearray(self.connection.serialize())
        for place in _OF_THE_FILE:
            image[place] = bytes(4)
        return bytes(image)

    def differs(self, before: bytes, *, without: Iterable[str] = ()) -> dict[str, tuple[Any, Any]]:
        """The tables that are not as they were in that image: what each had, and has. Some tables may be left out."""
        if self.image() == before:
            return {}
        old = sqlite3.connect(":memory:")
        try:
            old.deserialize(before)
            had, has = _dump(old), _dump(self.connection)
        finally:
            old.close()
        return {name: (had[name], has[name]) for name in has if had[name] != has[name] and name not in set(without)}

    def close(self) -> None:
        self.connection.close()


def _dump(connection: sqlite3.Connection) -> Dump:
    names = [row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY 1")]
    return {name: sorted(connection.execute(f"SELECT * FROM {name}").fetchall(), key=repr) for name in names}


@cache
def _migrated() -> bytes:
    with TemporaryDirectory(prefix="bridge-desk-") as folder:
        a_desk(Path(folder)).close()
        with closing(sqlite3.connect(Path(folder) / FILE_NAME, isolation_level=None)) as desk:
            desk.execute("PRAGMA journal_mode=DELETE")  # a journal of its own is what a desk in memory can't have
            desk.execute("PRAGMA page_size=512")  # most tables stay empty, and yet fill a page of every image
            desk.execute("VACUUM")
        return (Path(folder) / FILE_NAME).read_bytes()
