"""Which program may use which desk.

A desk carries the version of its tables and the oldest program version that can still work with them. An older
program refuses a newer desk in words; a newer program migrates an older one, but only `bridge run` and
`bridge desk upgrade` do.
"""

import sqlite3
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, select, update

from bridge.desk.statements import Statement
from bridge.desk.tables import desk
from bridge.desk.values import from_ms, to_ms
from bridge.errors import DeskDamaged, DeskTooNew, DeskTooOld

SCHEMA_VERSION = 8
"""The version of the tables in this program."""
COMPATIBLE_VERSION = 8
"""The oldest program (by its `SCHEMA_VERSION`) that can use a desk written by this one."""
REVISION = "0008"
"""Alembic's name of the newest migration."""

_IDENTITY = Statement(
    select(
        desk.c.desk_id,
        desk.c.epoch,
        desk.c.schema_version,
        desk.c.compatible_version,
        desk.c.created_ms,
        desk.c.backed_up_ms,
    )
)
_NEW_EPOCH = Statement(update(desk).values(epoch=bindparam("new_epoch")))
_BACKED_UP = Statement(update(desk).values(backed_up_ms=bindparam("at_ms")))


@dataclass(frozen=True, slots=True)
class DeskIdentity:
    """Who this desk is. `epoch` grows with every restore, so that what a lost desk has pushed never wins."""

    desk_id: str
    epoch: int
    schema_version: int
    compatible_version: int
    created_at: datetime
    backed_up_at: datetime | None


def identity(connection: sqlite3.Connection) -> DeskIdentity:
    """Read the desk's identity. Raises `DeskDamaged` where there is none."""
    place = connection.execute("PRAGMA database_list").fetchone()[2]
    try:
        row = _IDENTITY.one(connection)
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode != sqlite3.SQLITE_ERROR:
            raise
        raise DeskDamaged(f"{place} is not a desk: {error}") from error
    if row is None:
        raise DeskDamaged(f"{place} is not a desk: it has no identity")
    desk_id, epoch, schema, compatible, created, backed_up = row
    return DeskIdentity(desk_id, epoch, schema, compatible, from_ms(created), from_ms(backed_up) if backed_up else None)


def require_not_newer(found: DeskIdentity) -> None:
    """Refuse what this program can't read. Raises `DeskTooNew` saying what to do."""
    if found.compatible_version > SCHEMA_VERSION:
        raise DeskTooNew(
            f"the desk has version {found.schema_version} and needs a program that knows version "
            f"{found.compatible_version} or later; this one knows {SCHEMA_VERSION}. Install the newer program"
        )


def require_usable(found: DeskIdentity) -> None:
    """Refuse what this program can't use. Raises `DeskTooNew` or `DeskTooOld`, each saying what to do."""
    require_not_newer(found)
    if found.schema_version < SCHEMA_VERSION:
        raise DeskTooOld(
            f"the desk has version {found.schema_version}, this program needs {SCHEMA_VERSION}; "
            "bridge run and bridge desk upgrade migrate it"
        )


def set_epoch(connection: sqlite3.Connection, epoch: int) -> None:
    """Start a new epoch."""
    _NEW_EPOCH.run(connection, new_epoch=epoch)


def note_backup(connection: sqlite3.Connection, at: datetime) -> None:
    """Remember when the last backup was made."""
    _BACKED_UP.run(connection, at_ms=to_ms(at))
