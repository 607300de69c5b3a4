"""Contents lie once each under their hash, survive a stop at any moment, and go when no row has them."""

import errno
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bridge.desk.file_store import FILE_MODE, FileStore, NoRoom, unwritable
from bridge.errors import DeskUnwritable

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
LATER = NOW + timedelta(hours=2)


def files_in(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file())


def test_a_content_is_kept_once_however_often_it_comes_and_is_read_back(tmp_path: Path) -> None:
    contents = FileStore(tmp_path)
    digest = contents.keep("acme", b"content", at=NOW)
    assert contents.keep("acme", b"content", at=LATER) == digest
    [path] = files_in(tmp_path)
    assert path == tmp_path / "acme" / digest[:2] / digest
    assert path.stat().st_mode & 0o777 == FILE_MODE
    assert contents.read("acme", digest) == b"content"
    assert contents.read("other", digest) is None


def test_a_content_that_the_disk_has_spoilt_is_none_and_is_kept_anew(tmp_path: Path) -> None:
    contents = FileStore(tmp_path)
    digest = contents.keep("acme", b"content", at=NOW)
    [path] = files_in(tmp_path)
    path.write_bytes(b"cont")
    assert contents.read("acme", digest) is None
    contents.keep("acme", b"content", at=NOW)
    assert contents.read("acme", digest) == b"content"


def test_no_more_is_kept_than_all_stores_may_take_together(tmp_path: Path) -> None:
    contents = FileStore(tmp_path, all_bytes=20)
    contents.keep("acme", b"x" * 15, at=NOW)
    contents.keep("acme", b"x" * 15, at=NOW)
    with pytest.raises(NoRoom):
        contents.keep("other", b"y" * 6, at=NOW)
    digest = contents.keep("other", b"y" * 5, at=NOW)
    with pytest.raises(NoRoom):
        contents.keep("other", b"z", at=NOW)
    contents.drop("other", [digest], at=LATER)
    contents.keep("other", b"z" * 5, at=NOW)


def test_what_keeps_a_file_from_being_written_comes_with_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "acme").write_bytes(b"")
    with pytest.raises(DeskUnwritable) as blocked:
        FileStore(tmp_path).keep("acme", b"content", at=NOW)
    assert "its owner" in blocked.value.hint
    full = unwritable(tmp_path, OSError(errno.ENOSPC, os.strerror(errno.ENOSPC)))
    assert (str(full), full.hint[:22]) == (f"{tmp_path}: No space left on device", "make room on its disk;")


def test_what_no_row_has_goes_after_a_grace_and_what_is_kept_anew_stays(tmp_path: Path) -> None:
    contents = FileStore(tmp_path)
    used, orphan, again = (contents.keep("acme", text, at=NOW) for text in (b"used", b"orphan", b"again"))
    left = tmp_path / "acme" / "ab" / "part-of-a-crash"
    left.parent.mkdir(exist_ok=True)
    left.write_bytes(b"half")
    os.utime(left, (NOW.timestamp(), NOW.timestamp()))
    assert contents.old("acme", at=NOW) == []
    old = contents.old("acme", at=LATER)
    assert sorted(old) == sorted([used, orphan, again, left.name])
    contents.keep("acme", b"again", at=LATER)
    assert contents.drop("acme", set(old) - {used}, at=LATER) == 2
    assert [path.name for path in files_in(tmp_path)] == sorted([used, again])


@pytest.mark.parametrize(("store", "digest"), [("../acme", "0" * 64), ("acme", "../desk.sqlite3"), ("acme", "AB" * 32)])
def test_nothing_but_a_store_and_a_hash_becomes_a_path(tmp_path: Path, store: str, digest: str) -> None:
    with pytest.raises(ValueError, match="not a"):
        FileStore(tmp_path).read(store, digest)
