"""Desks for tests: real ones, in a folder of the test's own.

The migrations make the tables once a process; every desk begins with a copy of them and gets an identity of its own.
"""

from contextlib import closing
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from bridge.desk.connection import open_writer
from bridge.desk.desk import FILE_NAME, Desk
from bridge.desk.upgrade import identify, upgrade

CREATED = datetime(2026, 1, 1, tzinfo=UTC)


def a_desk(folder: Path, *, created: datetime = CREATED) -> Desk:
    """A new, empty, open desk in `folder`. Raises `FileExistsError` where there is one."""
    path = folder / FILE_NAME
    path.touch(mode=0o600, exist_ok=False)
    path.write_bytes(_tables())
    with closing(open_writer(path)) as connection:
        connection.execute("PRAGMA synchronous=OFF")  # nobody waits for the disk before there is anything to lose
        identify(connection, created)
    return Desk.open(path)


@cache
def _tables() -> bytes:
    """A desk's file as the migrations make it, which is nobody's yet."""
    with TemporaryDirectory(prefix="bridge-desk-") as folder:
        path = Path(folder) / FILE_NAME
        upgrade(path, now=CREATED)
        with closing(open_writer(path)) as connection:
            connection.execute("DELETE FROM desk")
        return path.read_bytes()  # whole: the last connection that closes leaves nothing beside it
