"""Files an operator names appear whole or not at all."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from bridge.cli.files import OutputFile, copy_in, open_input
from bridge.errors import UsageError
from tests.support.commands import python_path
from tests.support.waiting import wait_until


def test_a_published_file_is_there_under_its_name_alone(tmp_path: Path) -> None:
    with OutputFile(tmp_path / "out") as output:
        output.file.write(b"whole")
        assert not (tmp_path / "out").exists()
        output.publish()
    assert [(path.name, path.read_bytes()) for path in tmp_path.iterdir()] == [("out", b"whole")]
    assert (tmp_path / "out").stat().st_mode & 0o777 == 0o600


def test_without_publishing_nothing_stays(tmp_path: Path) -> None:
    with OutputFile(tmp_path / "out") as output:
        output.file.write(b"half")
    assert list(tmp_path.iterdir()) == []


def test_a_name_taken_meanwhile_is_not_taken_away(tmp_path: Path) -> None:
    with OutputFile(tmp_path / "out") as output:
        (tmp_path / "out").write_text("theirs")
        with pytest.raises(UsageError, match="can't be given its name"):
            output.publish()
    assert [(path.name, path.read_text()) for path in tmp_path.iterdir()] == [("out", "theirs")]


def test_a_folder_that_is_missing_is_to_be_made(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="No such file") as refused:
        OutputFile(tmp_path / "none" / "out")
    assert refused.value.hint == f"make the folder: mkdir -p {tmp_path / 'none'}"


def test_a_link_in_the_files_place_is_refused(tmp_path: Path) -> None:
    (tmp_path / "out").symlink_to("elsewhere")
    with pytest.raises(UsageError, match="exists already"):
        OutputFile(tmp_path / "out")


def test_a_process_that_is_killed_leaves_no_name_behind(tmp_path: Path) -> None:
    program = (
        "import os, signal\n"
        "from pathlib import Path\n"
        "from bridge.cli.files import OutputFile\n"
        f"with OutputFile(Path({str(tmp_path / 'out')!r})) as output:\n"
        "    output.file.write(b'half')\n"
        "    os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    killed = subprocess.run([sys.executable, "-c", program], env={"PYTHONPATH": python_path()}, check=False)
    assert killed.returncode == -9
    assert not (tmp_path / "out").exists()
    if os.geteuid() == 0:  # somebody has stayed to clean up
        wait_until(lambda: not list(tmp_path.iterdir()), "the half file is gone")


def test_what_is_no_file_is_not_opened(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="there is no file"):
        open_input(tmp_path)


def test_a_copy_is_private_and_replaces_what_was_left_behind(tmp_path: Path) -> None:
    (tmp_path / "in").write_bytes(b"content")
    (tmp_path / "copy").write_text("left behind")
    with open_input(tmp_path / "in") as source:
        copy_in(source, tmp_path / "copy")
    assert (tmp_path / "copy").read_bytes() == b"content"
    assert (tmp_path / "copy").stat().st_mode & 0o777 == 0o600
