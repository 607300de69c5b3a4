"""One daemon a desk. The lock is the operating system's, so it goes with the process that held it."""

import fcntl
import os
from pathlib import Path
from typing import Self

from bridge.errors import DeskBusy

FILE_NAME = "desk.lock"


class DaemonLock:
    """Held by the daemon, and by commands that must not run beside it."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor

    @classmethod
    def take(cls, state_dir: Path, *, purpose: str) -> Self:
        """Take the lock. Raises `DeskBusy` naming the process that has it."""
        descriptor = os.open(state_dir / FILE_NAME, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            holder = os.pread(descriptor, 200, 0).decode("utf-8", "replace").strip() or "another process"
            os.close(descriptor)
            raise DeskBusy(f"the desk in {state_dir} is in use by {holder}") from error
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, f"{purpose} (process {os.getpid()})\n".encode(), 0)
        return cls(descriptor)

    def release(self) -> None:
        """Let it go."""
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.release()
