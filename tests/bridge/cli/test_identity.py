"""Who a command is: started as root it opens the operator's files, then goes on as the state directory's owner.

As root these tests use a state directory of another user; otherwise they see that a command stays who it is.
"""

import os
import pwd
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from bridge.cli.failures import NOT_RUNNING, WELL
from bridge.cli.identity import user_name
from bridge.desk.desk import FILE_NAME
from tests.support.commands import CHECKOUT, bridge, everybodys_python, python_path
from tests.support.settings_files import write_config

IS_ROOT = os.geteuid() == 0
NOBODY = pwd.getpwnam("nobody")
OWNER = NOBODY.pw_uid if IS_ROOT else os.geteuid()


@pytest.fixture
def state(folder: Path) -> Path:
    made = folder / "state"
    made.mkdir(mode=0o700)
    folder.chmod(0o711)
    if IS_ROOT:
        shutil.chown(made, NOBODY.pw_uid, NOBODY.pw_gid)
    return made


@pytest.fixture
def config(folder: Path, state: Path) -> Path:
    return write_config(
        folder / "config", bridge=f'[desk]\nstate_dir = "{state}"\n[private_web]\nlisten = "unix:{folder}/p.sock"\n'
    )


@pytest.fixture
def private(folder: Path) -> Iterator[Path]:
    """A folder that only the operator may use."""
    made = folder / "operator"
    made.mkdir(mode=0o700)
    yield made
    shutil.rmtree(made)


def run(config: Path, *words: str, code: int = WELL) -> str:
    done = bridge("--config", str(config), *words, python=everybodys_python())
    assert done.returncode == code, done.stderr
    return done.stdout


def owners(folder: Path) -> dict[str, int]:
    return {path.name: path.stat().st_uid for path in [folder, *folder.rglob("*")]}


def test_every_file_in_the_state_directory_belongs_to_its_owner(config: Path, state: Path) -> None:
    run(config, "desk", "upgrade")
    run(config, "store", "pair", "acme")
    run(config, "coins", "grant", "77", "5", "--reason", "x", "--by", "Anna")
    run(config, "status", "--json", code=NOT_RUNNING)
    found = owners(state)
    assert {FILE_NAME, "acme.json", "supportbridge-acme.php", "keys"} <= set(found)
    assert set(found.values()) == {OWNER}


def test_files_that_the_operator_names_are_the_operators(config: Path, state: Path, private: Path) -> None:
    run(config, "desk", "upgrade")
    run(config, "store", "pair", "acme", "--out", str(private / "key.php"))
    run(config, "desk", "backup", str(private / "today.desk"))
    run(config, "desk", "restore", str(private / "today.desk"))
    assert {path.name: path.stat().st_uid for path in private.iterdir()} == {
        "key.php": os.geteuid(),
        "today.desk": os.geteuid(),
    }
    assert set(owners(state).values()) == {OWNER}


def test_a_command_that_fails_leaves_nothing_in_the_operators_folder(config: Path, private: Path) -> None:
    done = bridge("--config", str(config), "desk", "backup", str(private / "today.desk"), python=everybodys_python())
    assert (done.returncode, done.stderr.splitlines()[1]) == (1, "Try: bridge desk upgrade")
    assert list(private.iterdir()) == []


def test_the_command_has_left_root_for_good(state: Path) -> None:
    """What a command can still do after it has entered the state directory, tried from within its process."""
    program = (
        "import os\n"
        "from pathlib import Path\n"
        "from bridge.cli.identity import enter_state_dir\n"
        f"enter_state_dir(Path({str(state)!r}))\n"
        "print(os.getresuid(), os.getresgid(), sorted(os.getgroups()))\n"
    )
    told = subprocess.run(
        [everybodys_python(), "-c", program],
        env={"PYTHONPATH": python_path()},
        cwd="/",
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    if IS_ROOT:
        user, group = NOBODY.pw_uid, NOBODY.pw_gid
        groups = sorted(os.getgrouplist(NOBODY.pw_name, group))
    else:
        user, group, groups = os.geteuid(), os.getegid(), sorted(os.getgroups())
    assert told == f"{(user,) * 3} {(group,) * 3} {groups}\n"


def test_a_user_who_may_not_use_the_state_directory_is_told_what_to_do(config: Path, state: Path) -> None:
    state.chmod(0o500)
    owners = bridge("--config", str(config), "status", python=everybodys_python())
    assert owners.returncode == 1
    assert owners.stderr.splitlines() == [
        f"Error: {user_name(OWNER)} may not use the state directory {state}: its mode is 0500",
        f"Try: chmod u+rwx {state}",
    ]
    if IS_ROOT:
        others = bridge("--config", str(config), "status", python=everybodys_python(), user="games")
        assert others.returncode == 1
        assert others.stderr.splitlines() == [
            f"Error: games may not use the state directory {state}: it belongs to nobody",
            "Try: run the command as root (sudo) or as the directory's owner",
        ]


def test_a_program_that_the_owner_may_not_read_is_told(config: Path, folder: Path) -> None:
    hidden = folder / "program"
    hidden.mkdir(mode=0o700)
    shutil.copytree(CHECKOUT / "bridge", hidden / "bridge", ignore=shutil.ignore_patterns("__pycache__"))
    path = f"{hidden}:{python_path()}"
    done = bridge(
        "--config",
        str(config),
        "desk",
        "upgrade",
        python=everybodys_python(),
        environment={"PYTHONPATH": path},
        cwd=folder,
    )
    if IS_ROOT:
        error, hint = done.stderr.splitlines()
        assert error.startswith(f"Error: nobody may not read {hidden}/bridge/cli/identity.py")
        assert hint == "Try: install it, with the system's Python, where every user may read it: docs/install.md"
    else:
        assert done.returncode == 0, done.stderr
