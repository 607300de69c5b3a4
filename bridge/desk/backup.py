"""Backups that are known to open, and restores that can't be mistaken for the desk they replace."""

import os
import shutil
import sqlite3
from collections.abc import Mapping
from datetime import datetime
from itertools import chain, count
from pathlib import Path
from types import MappingProxyType
from typing import BinaryIO, NamedTuple

from bridge.contracts.deadlines import DeadlineKind
from bridge.contracts.office import MAIL_HELD
from bridge.desk import versions
from bridge.desk.connection import HEADER_BYTES, begin, open_reader, open_writer, translated
from bridge.desk.desk import Desk
from bridge.desk.numbers import last_numbers_of_any, leave_out
from bridge.desk.restored_timers import end_timers
from bridge.desk.transaction import DeskTx
from bridge.desk.upgrade import upgrade
from bridge.desk.values import to_ms
from bridge.desk.versions import DeskIdentity
from bridge.domain.downtime import AFTER_RESTORE
from bridge.errors import DeskDamaged, DeskError, DeskMissing

COPY_BYTES = 1024 * 1024
SQLITE = b"SQLite format 3\0"
LARGEST_PAGE_BYTES = 65_536
"""Which the two bytes of the header that say a page's size can't hold, and write as 1."""


def backup(desk: Desk, target: Path, *, at: datetime) -> int:
    """Copy the desk to `target` while it is in use, then check the copy by opening it. Returns its size in bytes.

    Raises `DeskError` where the target exists or can't be written, `DeskDamaged` where the copy is not whole.
    """
    if target.exists():
        raise DeskError(f"{target} exists already; a backup never overwrites one")
    part = target.with_name(target.name + ".part")
    try:
        copy(desk, part)
        _synchronise(part)
        part.rename(target)
        _synchronise(target.parent)
    except BaseException:
        part.unlink(missing_ok=True)
        raise
    desk.run(note_backup, at)
    return target.stat().st_size


def backup_to(desk: Desk, out: BinaryIO) -> int:
    """Write a backup to a file that is open already, for a caller who may not make files there any more.

    It is copied and checked beside the desk first. Raises as `backup` does. Returns its size in bytes.
    """
    part = desk.path.with_name(f"{desk.path.name}.backup-{os.getpid()}")
    try:
        copy(desk, part)
        with part.open("rb") as whole:
            shutil.copyfileobj(whole, out, COPY_BYTES)
        return part.stat().st_size
    except OSError as error:
        raise DeskError(f"the backup can't be written: {error.strerror}") from error
    finally:
        part.unlink(missing_ok=True)


def copy(desk: Desk, part: Path) -> None:
    """A copy of the desk as of now, readable by its owner alone, whole and known to open. Raises `DeskError`."""
    part.unlink(missing_ok=True)
    try:
        os.close(os.open(part, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    except OSError as error:
        raise DeskError(f"{part}: {error.strerror}") from error
    with translated(part):
        target = sqlite3.connect(part, isolation_level=None)
        try:
            desk.look(lambda tx: tx.connection.backup(target))
            target.execute("PRAGMA journal_mode=DELETE")
        finally:
            target.close()
    try:
        examine(part)
    except DeskDamaged as error:  # page by page the same
        raise DeskDamaged(str(error).replace(str(part), str(desk.path))) from error


def note_backup(tx: DeskTx, at: datetime) -> None:
    """Remember that a backup was made."""
    versions.note_backup(tx.connection, at)


def examine(path: Path) -> DeskIdentity:
    """Open a backup, changing nothing of it, and check all of it: it may be an older program's.

    Raises `DeskDamaged`, `DeskTooNew`, `DeskMissing`.
    """
    _require_whole(path)
    connection = open_reader(path)
    try:
        with translated(path):
            verdict = connection.execute("PRAGMA integrity_check").fetchone()[0]
            if verdict != "ok":
                raise DeskDamaged(f"{path} is damaged: {verdict}")
            found = versions.identity(connection)
    finally:
        connection.close()
    versions.require_not_newer(found)
    return found


def _require_whole(path: Path) -> None:
    """SQLite reads what is missing at a file's end as zeros; the file's own count of pages tells a short copy."""
    if not path.exists():
        raise DeskMissing(f"there is no desk at {path}")
    with path.open("rb") as file:
        header = file.read(HEADER_BYTES)
    if len(header) < HEADER_BYTES or not header.startswith(SQLITE):
        raise DeskDamaged(f"{path} is damaged or not a desk: it does not begin like one")
    page_bytes, pages = int.from_bytes(header[16:18], "big"), int.from_bytes(header[28:32], "big")
    expected = pages * (LARGEST_PAGE_BYTES if page_bytes == 1 else page_bytes)
    size = path.stat().st_size
    if size < expected:
        raise DeskDamaged(f"{path} is truncated: it has {size:,} of {expected:,} bytes")


def restore(source: Path, desk_path: Path, *, at: datetime) -> tuple[DeskIdentity, Path | None]:
    """Put a backup in the desk's place, with a new epoch, new numbers and every account waiting to be pushed whole.

    What plugins had not been told and had not delivered when the backup was made may have gone out since: staff decide.
    Nothing falls due about a ticket for a while: what was said in it since may only come back (rule T7). Timers that
    ran end: nobody here knows for how long they went on (rule W6).
    One of an older program is brought to this program's version. Call under the daemon's lock. The desk that was there
    is kept beside it; returns the identity now and that file.
    Raises as `examine` does; the desk in place is untouched then.
    """
    examine(source)
    fresh = desk_path.with_name(desk_path.name + ".restoring")
    fresh.unlink(missing_ok=True)
    with translated(source):
        origin = sqlite3.connect(f"{source.absolute().as_uri()}?mode=ro", uri=True)
        fresh.touch(mode=0o600)
        copy = sqlite3.connect(fresh, isolation_level=None)
        try:
            origin.backup(copy)
        finally:
            origin.close()
            copy.close()
    upgrade(fresh, now=at)  # a backup may have been made by an older program
    now = _renew(fresh, at, lost=_lost(desk_path))
    _synchronise(fresh)
    kept = _keep(desk_path, at)
    fresh.rename(desk_path)
    _synchronise(desk_path.parent)
    return now, kept


class _Lost(NamedTuple):
    """What the desk that is to be replaced had come to, as far as it can be read: its epoch, and numbers given out."""

    epoch: int = 0
    numbers: Mapping[str, int] = MappingProxyType({})


def _renew(path: Path, at: datetime, *, lost: _Lost) -> DeskIdentity:
    connection = open_writer(path)
    try:
        with translated(path):
            begin(connection)
            old = versions.identity(connection)
            versions.set_epoch(connection, max(old.epoch, lost.epoch, to_ms(at) // 1000) + 1)
            leave_out(connection, lost.numbers)
            tx = DeskTx(connection)
            for (name,) in connection.execute("SELECT name FROM store").fetchall():
                tx.push.again(name)
                _hold_messages(tx, name, at)
                end_timers(tx, name, at)
            tx.deadlines.put_off(DeadlineKind.TICKET, at + AFTER_RESTORE)
            connection.execute("COMMIT")
            connection.execute("PRAGMA journal_mode=DELETE")
            return versions.identity(connection)
    finally:
        connection.close()


def _hold_messages(tx: DeskTx, store: str, at: datetime) -> None:
    held = tx.outbox.hold(store)
    if tx.connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'delivery'").fetchone():  # not in older desks
        held += tx.deliveries.hold(store)
    if held:
        tx.problems.report(
            store,
            key=MAIL_HELD,
            kind=MAIL_HELD,
            summary=f"{held} message{'s' * (held != 1)} waited to be sent when the restored backup was made; they may "
            "have been sent since, so they are held: a retry sends them, dismissing drops them",
            at=at,
        )


def _lost(path: Path) -> _Lost:
    """What can be read of the desk in place, which may be spoilt, or too old to have all of it."""
    lost = _Lost()
    try:
        connection = open_writer(path)
        try:
            with translated(path):
                lost = _Lost(versions.identity(connection).epoch)
                lost = lost._replace(numbers=last_numbers_of_any(connection))
        finally:
            connection.close()
    except DeskError:
        pass
    return lost


def _keep(desk_path: Path, at: datetime) -> Path | None:
    """A second name for the desk that is to be replaced, and for its log; the first name stays until it is taken over.

    The log itself goes: it would be read as the new desk's.
    """
    if not desk_path.exists():
        return None
    kept = _free_name(desk_path.with_name(f"{desk_path.name}.before-restore-{at:%Y%m%dT%H%M%SZ}"))
    log = desk_path.with_name(desk_path.name + "-wal")
    try:
        os.link(desk_path, kept)
        if log.exists():
            os.link(log, kept.with_name(kept.name + "-wal"))
    except OSError as error:
        raise DeskError(f"{kept}: {error.strerror}") from error
    for suffix in ("-wal", "-shm"):
        desk_path.with_name(desk_path.name + suffix).unlink(missing_ok=True)
    return kept


def _free_name(wanted: Path) -> Path:
    numbered = (wanted.with_name(f"{wanted.name}-{number}") for number in count(2))
    return next(path for path in chain([wanted], numbered) if not path.exists())


def _synchronise(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
