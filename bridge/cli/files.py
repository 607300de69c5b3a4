"""Files an operator names on the command line: opened as who the operator is, before the command becomes anybody else.

An output file appears under its name only when it is whole. A command that was root and has become the desk's owner
could not rename a file in root's folder any more, so a small process stays root for just that: it waits for one word,
then renames or removes the one file it was made for, and ends.
"""

import os
import shutil
import signal
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Self

from bridge.errors import UsageError

_PUBLISH, _DONE = b"p", b"d"


class OutputFile:
    """A new file, readable by its owner alone. Use with `with`; without `publish` nothing is left behind.

    Raises `UsageError` where it exists already or can't be made.
    """

    def __init__(self, target: Path) -> None:
        self.target = target.absolute()
        self._part = self.target.with_name(self.target.name + ".part")
        if self.target.exists() or self.target.is_symlink():
            raise _refused(f"{target} exists already and is never overwritten", "name another file")
        try:
            self._part.unlink(missing_ok=True)
            descriptor = os.open(self._part, os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise _refused(
                f"{target} can't be written: {error.strerror}", _remedy(error, self.target.parent)
            ) from error
        self.file: BinaryIO = os.fdopen(descriptor, "wb")
        self._keeper = _Keeper(self._part, self.target) if os.geteuid() == 0 else None
        self._published = False

    def publish(self) -> None:
        """What was written is whole: give it its name. Raises `UsageError` where that fails."""
        self.file.flush()
        os.fsync(self.file.fileno())
        self._published = self._keeper.publish() if self._keeper else _publish(self._part, self.target)
        if not self._published:
            raise UsageError(f"{self.target} can't be given its name: look at its folder")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.file.close()
        if self._keeper is not None:
            self._keeper.release()
        elif not self._published:
            self._part.unlink(missing_ok=True)


def _remedy(error: OSError, folder: Path) -> str:
    return f"make the folder: mkdir -p {folder}" if isinstance(error, FileNotFoundError) else "name another file"


def _refused(message: str, hint: str) -> UsageError:
    error = UsageError(message)
    error.hint = hint
    return error


def open_input(path: Path) -> BinaryIO:
    """A file to read, opened now. Raises `UsageError`."""
    try:
        if not path.is_file():
            raise UsageError(f"there is no file {path}")
        return path.open("rb")
    except OSError as error:
        raise UsageError(f"{path} can't be read: {error.strerror}") from error


def copy_in(source: BinaryIO, target: Path) -> None:
    """Copy an open file into a new one readable by its owner alone; one that was left behind is replaced."""
    target.unlink(missing_ok=True)
    descriptor = os.open(target, os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_CLOEXEC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        shutil.copyfileobj(source, file, 1024 * 1024)


class _Keeper:
    """The process that stays root to rename, or to clean up after us however we end."""

    def __init__(self, part: Path, target: Path) -> None:
        orders, self._send = os.pipe()
        self._receive, answers = os.pipe()
        self._child = os.fork()
        if self._child == 0:
            os.close(self._send)
            os.close(self._receive)
            _keep(part, target, orders, answers)
        os.close(orders)
        os.close(answers)

    def publish(self) -> bool:
        os.write(self._send, _PUBLISH)
        return os.read(self._receive, 1) == _DONE

    def release(self) -> None:
        os.close(self._send)
        os.close(self._receive)
        os.waitpid(self._child, 0)


def _keep(part: Path, target: Path, orders: int, answers: int) -> None:
    """The child's whole life. It ends by `_exit`: nothing of the parent's may run a second time here."""
    done = False
    try:
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches us too; the end of our parent is our sign
        done = os.read(orders, 1) == _PUBLISH and _publish(part, target)
        if done:
            os.write(answers, _DONE)
        else:
            part.unlink(missing_ok=True)
    finally:
        os._exit(0 if done else 1)


def _publish(part: Path, target: Path) -> bool:
    """Give the file its name unless somebody else has taken it meanwhile, and have the folder remember."""
    try:
        _rename_to_new(part, target)
        folder = os.open(target.parent, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
    except OSError:
        return False
    return True


def _rename_to_new(part: Path, target: Path) -> None:
    """A rename that replaces nothing, where the file system can do that. Raises `OSError`."""
    try:
        os.link(part, target)
    except FileExistsError:
        raise
    except OSError:  # no hard links here
        part.rename(target)
    else:
        part.unlink()
