"""Opening the desk as the daemon does: made or migrated first if need be, and every page looked at."""

from pathlib import Path

from bridge.contracts.clock import Clock
from bridge.desk.connection import open_writer, translated
from bridge.desk.desk import Desk
from bridge.desk.versions import SCHEMA_VERSION, identity


def open_desk(path: Path, clock: Clock) -> Desk:
    """Open the desk and look at every page of it, making or migrating it first if need be.

    Call under the daemon's lock. Raises `DeskError`.
    """
    if not path.exists() or needs_upgrade(path):
        from bridge.desk.upgrade import upgrade  # Alembic, only when there is something to do

        upgrade(path, now=clock.now())
    return Desk.open(path, examined=True)


def needs_upgrade(path: Path) -> bool:
    """Whether the desk is older than this program."""
    connection = open_writer(path)
    try:
        with translated(path):
            return identity(connection).schema_version < SCHEMA_VERSION
    finally:
        connection.close()
