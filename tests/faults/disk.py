"""A file system that runs full, or turns read-only, under the desk.

A small file system of its own where this process may mount one; elsewhere the kernel's limit on how large a process may
make its files, which a write meets in the same place with another number.
"""

import errno
import resource
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

BALLAST = "ballast"
BLOCK = b"\0" * 4096


class SmallDisk:
    """A file system of a few megabytes at `folder`, mounted inside the block of `mounted`."""

    words = "database or disk is full"
    read_only_words = "is on a file system that is mounted read-only"

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @classmethod
    @contextmanager
    def mounted(cls, folder: Path, *, megabytes: int) -> Iterator["SmallDisk | None"]:
        """Mount it over an empty folder; None where this process may not."""
        command = ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m,mode=0755", "tmpfs", str(folder)]
        done = subprocess.run(command, capture_output=True, check=False)
        if done.returncode != 0:
            yield None
            return
        try:
            yield cls(folder)
        finally:
            subprocess.run(["umount", "--lazy", str(folder)], check=True)

    def run_full(self, process: int) -> None:
        """Leave no room for anybody."""
        del process
        with (self.folder / BALLAST).open("ab", buffering=0) as ballast:
            try:
                while True:
                    ballast.write(BLOCK)
            except OSError as error:
                if error.errno != errno.ENOSPC:
                    raise

    def make_room(self, process: int) -> None:
        """Somebody has tidied up."""
        del process
        (self.folder / BALLAST).unlink()

    def turn_read_only(self) -> None:
        """As a kernel does that no longer trusts a disk; only while nobody has a file open for writing."""
        subprocess.run(["mount", "-o", "remount,ro", str(self.folder)], check=True)


class FileLimit:
    """The same by a limit on a process: its files in `folder` may not grow."""

    words = "disk I/O error"
    read_only_words = "may not use the state directory"

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def run_full(self, process: int) -> None:
        """Leave the process no room."""
        _, most = resource.prlimit(process, resource.RLIMIT_FSIZE)
        resource.prlimit(process, resource.RLIMIT_FSIZE, (0, most))

    def make_room(self, process: int) -> None:
        """Somebody has tidied up."""
        _, most = resource.prlimit(process, resource.RLIMIT_FSIZE)
        resource.prlimit(process, resource.RLIMIT_FSIZE, (most, most))

    def turn_read_only(self) -> None:
        """As far as its owner can be told so: whoever mounts no file system is no root, who may write all the same."""
        for path in self.folder.iterdir():
            path.chmod(0o400)
        self.folder.chmod(0o500)
