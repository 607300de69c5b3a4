"""Making and migrating a desk. The only module that imports Alembic, and only when there is something to do."""

import secrets
import sqlite3
import uuid
from datetime import datetime
from pathlib import Path

from bridge.desk import versions
from bridge.desk.connection import begin, open_writer, translated
from bridge.desk.statements import insert_row
from bridge.desk.tables import desk
from bridge.desk.values import to_ms

MAKING = ".making"
_NEW_DESK = insert_row(desk, without=frozenset({"backed_up_ms"}))


def upgrade(path: Path, *, now: datetime) -> bool:
    """Bring the desk at `path` to this program's version, making it where there is none.

    Returns whether anything was done. Call under the daemon's lock. Raises `DeskTooNew`, `DeskDamaged`, `DeskError`.
    """
    if path.exists() and path.stat().st_size:
        connection = open_writer(path)
        try:
            with translated(path):
                found = versions.identity(connection)
        finally:
            connection.close()
        if found.schema_version >= versions.SCHEMA_VERSION:
            versions.require_usable(found)
            return False
        _bring_up(path, now)
        return True
    # Made beside its place and moved there whole: a start that is killed meanwhile leaves no half of a desk.
    fresh = path.with_name(path.name + MAKING)
    for suffix in ("", "-wal", "-shm", "-journal"):
        fresh.with_name(fresh.name + suffix).unlink(missing_ok=True)
    fresh.touch(mode=0o600)
    _bring_up(fresh, now)
    fresh.rename(path)
    return True


def _bring_up(path: Path, now: datetime) -> None:
    """Run Alembic to the newest revision and note the version.

    In one transaction: an upgrade that is killed leaves the desk as it was, and the next one begins anew.
    """
    from alembic import command
    from alembic.config import Config
    from sqlalchemy import create_engine

    config = Config()
    config.set_main_option("script_location", "bridge.desk:migrations")
    with translated(path):
        desk_file = open_writer(path)
        engine = create_engine("sqlite://", creator=lambda: desk_file)
        try:
            with engine.connect() as connection, connection.begin():
                begin(desk_file)  # SQLAlchemy leaves that to the driver, which was told to leave it to us
                config.attributes["connection"] = connection
                command.upgrade(config, "head")
                identify(desk_file, now)
        finally:
            engine.dispose()
            desk_file.close()


def identify(connection: sqlite3.Connection, now: datetime) -> None:
    """A new desk gets its id and a secret; its first epoch is the Unix time, so that it outranks a lost one."""
    if connection.execute("SELECT 1 FROM desk").fetchone() is None:
        _NEW_DESK.run(
            connection,
            id=1,
            desk_id=str(uuid.uuid4()),
            epoch=to_ms(now) // 1000,
            schema_version=versions.SCHEMA_VERSION,
            compatible_version=versions.COMPATIBLE_VERSION,
            created_ms=to_ms(now),
            last_beat_ms=None,
            key_seed=secrets.token_hex(32),
        )
    else:
        connection.execute(
            "UPDATE desk SET schema_version = ?, compatible_version = ?, key_seed = iif(key_seed = '', ?, key_seed)",
            (versions.SCHEMA_VERSION, versions.COMPATIBLE_VERSION, secrets.token_hex(32)),
        )
