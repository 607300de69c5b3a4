"""Desks for tests: real ones, in a folder of the test's own."""

from datetime import UTC, datetime
from pathlib import Path

from bridge.desk.desk import FILE_NAME, Desk
from bridge.desk.upgrade import upgrade

CREATED = datetime(2026, 1, 1, tzinfo=UTC)


def a_desk(folder: Path, *, created: datetime = CREATED) -> Desk:
    """A new, empty, open desk in `folder`."""
    path = folder / FILE_NAME
    upgrade(path, now=created)
    return Desk.open(path)
