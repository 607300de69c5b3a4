"""The keys of statements in the desk's folder: two at once, the older signs, and nobody else reads them."""

import os
import stat
import time
from pathlib import Path

import pytest

from bridge.desk import statement_keys
from bridge.desk.key_files import FOLDER
from bridge.desk.statement_keys import StatementKeys, load_statement_keys, new_statement_key, retire_statement_key
from bridge.errors import DeskError, UsageError


def test_the_first_key_signs_at_once_and_a_second_from_when_the_first_is_retired(tmp_path: Path) -> None:
    assert load_statement_keys(tmp_path) == ()
    first = new_statement_key(tmp_path)
    second = new_statement_key(tmp_path)
    assert [key.id for key in load_statement_keys(tmp_path)] == [first.id, second.id]
    assert [key.id for key in retire_statement_key(tmp_path, first.id)] == [second.id]
    third = new_statement_key(tmp_path)
    assert (second.number, third.number) == (2, 3)
    assert [key.public_base64 for key in load_statement_keys(tmp_path)] == [second.public_base64, third.public_base64]


def test_no_more_than_two_are_valid(tmp_path: Path) -> None:
    first, second = new_statement_key(tmp_path), new_statement_key(tmp_path)
    with pytest.raises(UsageError, match=f"{first.id} and {second.id} are valid") as refused:
        new_statement_key(tmp_path)
    assert refused.value.hint == f"bridge licence keys retire {first.id}"


def test_the_last_key_and_one_that_there_is_not_are_not_retired(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="there is no key s1-00000000"):
        retire_statement_key(tmp_path, "s1-00000000")
    only = new_statement_key(tmp_path)
    with pytest.raises(UsageError, match="is the only key"):
        retire_statement_key(tmp_path, only.id)
    with pytest.raises(UsageError, match=f"there is no key ../../etc; there are {only.id}"):
        retire_statement_key(tmp_path, "../../etc")
    assert len(load_statement_keys(tmp_path)) == 1


def test_a_key_is_its_owners_alone(tmp_path: Path) -> None:
    key = new_statement_key(tmp_path)
    path = tmp_path / FOLDER / f"statement-{key.id}.pem"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    path.chmod(0o640)
    with pytest.raises(DeskError, match="others can read it; only its owner may"):
        load_statement_keys(tmp_path)


@pytest.mark.parametrize("content", [b"", b"-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"])
def test_a_file_that_is_no_key_is_named(tmp_path: Path, content: bytes) -> None:
    key = new_statement_key(tmp_path)
    path = tmp_path / FOLDER / f"statement-{key.id}.pem"
    path.write_bytes(content)
    with pytest.raises(DeskError, match=f"{path}: is not a key file"):
        load_statement_keys(tmp_path)
    path.rename(path.with_name("statement-s0.pem"))
    with pytest.raises(DeskError, match=r"statement-s0\.pem: is not a key file"):
        load_statement_keys(tmp_path)


def test_a_daemon_signs_with_what_is_there_now(tmp_path: Path) -> None:
    keys = StatementKeys(tmp_path)
    with pytest.raises(UsageError, match="there is no key to sign") as refused:
        keys.signing()
    assert refused.value.hint == "bridge licence keys new"
    first = new_statement_key(tmp_path)
    assert keys.signing().id == first.id
    second = new_statement_key(tmp_path)
    assert keys.signing().id == first.id
    retire_statement_key(tmp_path, first.id)
    assert keys.signing().id == second.id


def test_a_change_is_seen_though_the_folder_has_the_same_time_as_before_it(tmp_path: Path) -> None:
    """A file system's time has steps, and two changes fit into one."""
    first, second = new_statement_key(tmp_path), new_statement_key(tmp_path)
    keys, folder = StatementKeys(tmp_path), tmp_path / FOLDER
    just_now = time.time_ns()
    os.utime(folder, ns=(just_now, just_now))
    assert keys.signing().id == first.id
    retire_statement_key(tmp_path, first.id)
    os.utime(folder, ns=(just_now, just_now))
    assert keys.signing().id == second.id


def test_keys_that_have_not_changed_for_a_while_are_not_read_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(statement_keys, "STEP_S", -1.0)
    first, second = new_statement_key(tmp_path), new_statement_key(tmp_path)
    keys, folder = StatementKeys(tmp_path), tmp_path / FOLDER
    os.utime(folder, ns=(1, 1))
    assert keys.signing().id == first.id
    (folder / f"statement-{first.id}.pem").write_bytes(b"")
    os.utime(folder, ns=(1, 1))
    assert keys.signing().id == first.id
    assert second.number == 2
