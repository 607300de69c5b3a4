"""The desk's file: made only on request, backed up while in use, restored as a new epoch."""

import os
import sqlite3
from pathlib import Path

import pytest

from bridge.desk.desk import FILE_NAME, Desk
from bridge.desk.lock import DaemonLock
from tests.support.commands import Workplace

BY_ANNA = ("--reason", "x", "--by", "Anna")


@pytest.mark.parametrize(
    "words",
    [
        ("status",),
        ("problems", "list"),
        ("problems", "retry", "1", "--by", "Anna"),
        ("coins", "balance", "77"),
        ("coins", "grant", "77", "5", *BY_ANNA),
        ("sync", "--dry-run"),
        ("sync", "--once"),
        ("ledger", "verify"),
        ("desk", "backup", "{folder}/b"),
    ],
    ids=" ".join,
)
def test_no_other_command_makes_a_desk(workplace: Workplace, folder: Path, words: tuple[str, ...]) -> None:
    answer = workplace.cli(*(word.format(folder=folder) for word in words))
    path = workplace.state / FILE_NAME
    assert (answer.code, answer.out) == (1, "")
    assert answer.err.splitlines() == [f"Error: there is no desk yet at {path}", "Try: bridge desk upgrade"]
    assert not path.exists()
    assert not (folder / "b").exists()


def test_a_desk_is_made_once(workplace: Workplace) -> None:
    made, again = workplace.cli("desk", "upgrade", "--json"), workplace.cli("desk", "upgrade", "--json")
    assert (made.code, made.document["done"], again.document["done"]) == (0, "made", "unchanged")
    assert made.document["epoch"] == again.document["epoch"]
    assert (workplace.state / FILE_NAME).stat().st_mode & 0o777 == 0o600


def test_the_desk_of_a_running_daemon_is_left_alone(workplace: Workplace, folder: Path) -> None:
    workplace.cli("desk", "upgrade")
    workplace.cli("desk", "backup", str(folder / "b"))
    with DaemonLock.take(workplace.state, purpose="bridge run"):
        for words in (("desk", "upgrade"), ("desk", "restore", str(folder / "b")), ("sync", "--once")):
            answer = workplace.cli(*words)
            error, hint = answer.err.splitlines()
            assert answer.code == 1
            assert error == f"Error: the desk in {workplace.state} is in use by bridge run (process {os.getpid()})"
            assert hint.startswith("Try: wait for the other process, or stop the daemon")


def test_a_desk_of_a_newer_program_is_refused_in_words(workplace: Workplace) -> None:
    workplace.cli("desk", "upgrade")
    with sqlite3.connect(workplace.state / FILE_NAME) as connection:
        connection.execute("UPDATE desk SET schema_version = 9, compatible_version = 9")
    connection.close()
    for words in (("status",), ("desk", "upgrade")):
        answer = workplace.cli(*words)
        assert answer.code == 1
        assert answer.err.startswith("Error: the desk has version 9 and needs a program that knows version 9 or later")
        assert answer.err.endswith("Try: install the newer program\n")


def test_a_damaged_desk_is_told_and_how_to_go_on(workplace: Workplace) -> None:
    (workplace.state / FILE_NAME).write_bytes(b"this is no database" * 100)
    answer = workplace.cli("status")
    assert answer.code == 1
    assert "is damaged or not a desk" in answer.err
    assert answer.err.endswith("Try: put a backup in its place: bridge desk restore FILE\n")


def test_a_backup_is_whole_private_and_remembered(workplace: Workplace, desk: Desk, folder: Path) -> None:
    workplace.cli("coins", "grant", "77", "25", *BY_ANNA)
    file = folder / "today.desk"
    answer = workplace.cli("desk", "backup", str(file), "--json")
    assert answer.code == 0
    assert answer.document["bytes"] == file.stat().st_size
    assert file.stat().st_mode & 0o777 == 0o600
    assert answer.document["desk"] == desk.identity.desk_id
    assert workplace.cli("status", "--json").document["desk"]["backup_age_seconds"] < 60
    left = sorted(path.name for path in [*folder.iterdir(), *workplace.state.iterdir()])
    assert not [name for name in left if "part" in name or "backup-" in name]


@pytest.mark.parametrize("target", ["there.desk", "nowhere/today.desk"])
def test_a_backup_that_cannot_be_written_leaves_nothing(
    workplace: Workplace, desk: Desk, folder: Path, target: str
) -> None:
    (folder / "there.desk").write_text("something else")
    answer = workplace.cli("desk", "backup", str(folder / target))
    assert answer.code == 2
    assert len(answer.err.splitlines()) == 2
    assert (folder / "there.desk").read_text() == "something else"
    assert desk.look(lambda tx: tx.connection.execute("SELECT backed_up_ms FROM desk").fetchone()) == (0,)


def test_a_restore_brings_back_the_books_with_a_new_epoch(workplace: Workplace, folder: Path) -> None:
    workplace.cli("desk", "upgrade")
    workplace.cli("coins", "grant", "77", "25", *BY_ANNA)
    file = folder / "today.desk"
    workplace.cli("desk", "backup", str(file))
    content = file.read_bytes()
    workplace.cli("coins", "grant", "77", "5", *BY_ANNA)
    before = workplace.cli("status", "--json").document["desk"]["epoch"]
    answer = workplace.cli("desk", "restore", str(file), "--json")
    assert answer.code == 0
    assert answer.document["epoch"] > before
    assert workplace.cli("coins", "balance", "77", "--json").document["available"] == 25
    assert Path(answer.document["kept"]).exists()
    assert file.read_bytes() == content, "the backup itself stays as it was"
    assert "The desk that was there is kept as" in workplace.cli("desk", "restore", str(file)).out


def test_a_restore_says_how_many_messages_it_holds_back(workplace: Workplace, folder: Path) -> None:
    """They may have been sent since the backup was made; here nobody was there to send them."""
    workplace.cli("desk", "upgrade")
    empty, busy = folder / "empty.desk", folder / "busy.desk"
    workplace.cli("desk", "backup", str(empty))
    for _ in range(2):
        workplace.cli("coins", "grant", "77", "25", *BY_ANNA)
    workplace.cli("desk", "backup", str(busy))
    assert "No message waited to be sent when the backup was made." in workplace.cli("desk", "restore", str(empty)).out
    out = workplace.cli("desk", "restore", str(busy)).out
    [problem] = workplace.cli("problems", "list", "--json").document["problems"]
    number = problem["problem"]
    assert (
        "Store acme: 2 messages that waited then are held back, because they may have been sent since. "
        f"Send them: bridge problems retry {number}. Drop them: bridge problems dismiss {number}."
    ) in " ".join(out.split())
    again = workplace.cli("desk", "restore", str(busy), "--json").document
    assert again["held_messages"] == {"acme": 2}


@pytest.mark.parametrize("keep", [0, 100, 5000, -1])
def test_a_truncated_backup_is_refused_and_the_desk_stays(workplace: Workplace, folder: Path, keep: int) -> None:
    workplace.cli("desk", "upgrade")
    workplace.cli("coins", "grant", "77", "25", *BY_ANNA)
    file = folder / "today.desk"
    workplace.cli("desk", "backup", str(file))
    file.write_bytes(file.read_bytes()[:keep])
    answer = workplace.cli("desk", "restore", str(file))
    error, hint = answer.err.splitlines()
    assert answer.code == 1
    assert str(file) in error
    assert hint == "Try: use another backup; the desk in place was not touched"
    assert workplace.cli("coins", "balance", "77", "--json").document["available"] == 25
    assert not [path for path in workplace.state.iterdir() if "given" in path.name or "restoring" in path.name]


def test_a_backup_that_is_not_there_is_wrong_use(workplace: Workplace, folder: Path) -> None:
    answer = workplace.cli("desk", "restore", str(folder / "nothing"))
    assert (answer.code, answer.err.splitlines()[0]) == (2, f"Error: there is no file {folder / 'nothing'}")


def test_without_a_state_directory_the_way_to_make_it_is_told(workplace: Workplace) -> None:
    workplace.state.rmdir()
    answer = workplace.cli("desk", "upgrade")
    error, hint = answer.err.splitlines()
    assert (answer.code, error) == (1, f"Error: the state directory {workplace.state} does not exist")
    assert hint.startswith("Try: install -d -m 0700 ")
