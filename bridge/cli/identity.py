"""Who a command is.

An operator types `sudo bridge ...`; the desk, its keys and the shops belong to the user the daemon runs as. A command
started as root opens what the operator named while it is still root, then becomes that user for good: no file of the
state directory ever ends up as root's, and nothing read from a shop is handled with root's rights.
"""

import os
import pwd
import stat
import sys
from pathlib import Path

from bridge.errors import BridgeError, DeskError, DeskUnwritable

ROOT = 0


class StateDirectoryMissing(DeskError):
    """The directory that the desk is kept in is not there."""

    code = "state_dir_missing"


class StateDirectoryClosed(DeskError):
    """This user may not work in the state directory."""

    code = "state_dir_closed"


class ProgramClosed(BridgeError):
    """The user the command has become may not read the program, so it could go no further."""

    code = "program_closed"
    hint = "install it, with the system's Python, where every user may read it: docs/install.md"


def enter_state_dir(state_dir: Path) -> Path:
    """Become the state directory's owner if this is root, and see that it can be worked in; returns the directory.

    Raises `StateDirectoryMissing`, `StateDirectoryClosed`, `DeskUnwritable`, `ProgramClosed`.
    """
    try:
        owner = state_dir.stat()
    except FileNotFoundError as error:
        raise _missing(state_dir) from error
    except OSError as error:
        raise _closed(state_dir, error.strerror or "not accessible") from error
    if os.geteuid() == ROOT:
        become(owner.st_uid, owner.st_gid)
        _require_program()
    if os.statvfs(state_dir).f_flag & os.ST_RDONLY:
        raise _read_only(state_dir)
    if not os.access(state_dir, os.R_OK | os.W_OK | os.X_OK):
        raise _not_ours(state_dir, owner) if owner.st_uid != os.geteuid() else _shut(state_dir, owner)
    return state_dir


def become(user: int, group: int) -> None:
    """Go on as this user for good, with the user's own groups; `group` is for a user the system has no entry of."""
    if user == ROOT:
        return
    import encodings.idna  # noqa: F401  # asked for by name when a host is looked up, when it may be unreadable

    try:
        entry = pwd.getpwuid(user)
    except KeyError:
        os.setgroups([group])
    else:
        group = entry.pw_gid
        os.initgroups(entry.pw_name, group)
    os.setresgid(group, group, group)
    os.setresuid(user, user, user)


def user_name(user: int) -> str:
    """The user's name, or the number where there is none."""
    try:
        return pwd.getpwuid(user).pw_name
    except KeyError:
        return f"user {user}"


def _require_program() -> None:
    """Parts are imported when they are needed, which may be only now."""
    for path in (Path(os.__file__), Path(__file__), Path(sys.prefix)):
        if not os.access(path, os.R_OK):
            raise ProgramClosed(f"{user_name(os.geteuid())} may not read {path}, a part of the program")


def _missing(state_dir: Path) -> StateDirectoryMissing:
    error = StateDirectoryMissing(f"the state directory {state_dir} does not exist")
    owner = "-o supportbridge -g supportbridge " if os.geteuid() == ROOT else ""
    error.hint = f"install -d -m 0700 {owner}{state_dir}"
    return error


def _read_only(state_dir: Path) -> DeskUnwritable:
    error = DeskUnwritable(f"the state directory {state_dir} is on a file system that is mounted read-only")
    error.hint = "mount it for writing; if it was until now, the system's log (dmesg) says what its disk did"
    return error


def _not_ours(state_dir: Path, owner: os.stat_result) -> StateDirectoryClosed:
    return _closed(state_dir, f"it belongs to {user_name(owner.st_uid)}")


def _shut(state_dir: Path, owner: os.stat_result) -> StateDirectoryClosed:
    error = _closed(state_dir, f"its mode is {stat.S_IMODE(owner.st_mode):04o}")
    error.hint = f"chmod u+rwx {state_dir}"
    return error


def _closed(state_dir: Path, why: str) -> StateDirectoryClosed:
    error = StateDirectoryClosed(f"{user_name(os.geteuid())} may not use the state directory {state_dir}: {why}")
    error.hint = "run the command as root (sudo) or as the directory's owner"
    return error
