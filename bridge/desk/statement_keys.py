"""Where the keys of statements are kept: one PEM file each beside the stores' keys, readable by the owner alone."""

import os
import time
from collections.abc import Sequence
from pathlib import Path

from bridge.contracts.statement_keys import ID, MOST_KEYS, StatementKey
from bridge.desk.key_files import FOLDER
from bridge.errors import DeskError, UsageError

_BEFORE, _AFTER = "statement-", ".pem"
STEP_S = 0.1
"""A folder's time has steps of some milliseconds: a second change within one leaves it as it is."""


def load_statement_keys(state_dir: Path) -> tuple[StatementKey, ...]:
    """The valid keys, the one that signs first; none before the first was made.

    Raises `DeskError` for a file that is none, or that others can read.
    """
    paths = (state_dir / FOLDER).glob(f"{_BEFORE}*{_AFTER}")
    return tuple(sorted((_load(path) for path in paths), key=lambda key: key.number))


class StatementKeys:
    """The key that signs now, for a daemon: the files are read again when one has come or gone."""

    def __init__(self, state_dir: Path) -> None:
        self._state_dir, self._folder = state_dir, str(state_dir / FOLDER)
        self._seen_ns = -1
        self._settles: float | None = None
        """Until when a second change may hide behind the first, on the monotonic clock; None after that."""
        self._keys: tuple[StatementKey, ...] = ()

    def signing(self) -> StatementKey:
        """The key that signs. Raises `UsageError` where there is none, and as `load_statement_keys` does."""
        try:
            changed_ns = os.stat(self._folder).st_mtime_ns  # noqa: PTH116  # at every question: a path costs ten times that
        except FileNotFoundError:
            changed_ns = 0
        if changed_ns != self._seen_ns:
            self._seen_ns, self._settles = changed_ns, time.monotonic() + STEP_S
        if self._settles is not None:
            settled = time.monotonic() > self._settles
            self._keys = load_statement_keys(self._state_dir)
            self._settles = None if settled else self._settles
        if not self._keys:
            raise _refused("there is no key to sign statements about licences with", "new")
        return self._keys[0]


def new_statement_key(state_dir: Path) -> StatementKey:
    """Make one more key; the first signs at once, the second from when the first is retired.

    Raises `UsageError` where two are valid already, and as `load_statement_keys` does.
    """
    keys = load_statement_keys(state_dir)
    if len(keys) >= MOST_KEYS:
        raise _refused(f"{_ids(keys)} are valid, and no more than {MOST_KEYS} are at once", "retire", keys[0].id)
    key = StatementKey.new(max((one.number for one in keys), default=0) + 1)
    _write(_path(state_dir, key.id), key.private_pem)
    return key


def retire_statement_key(state_dir: Path, key_id: str) -> tuple[StatementKey, ...]:
    """Forget a key for good; what it has signed is not believed by extensions that only know the others.

    Gives the keys that stay. Raises `UsageError` for one that there is not, and for the last one.
    """
    keys = load_statement_keys(state_dir)
    if key_id not in {key.id for key in keys}:
        raise UsageError(f"there is no key {key_id[:40]}" + (f"; there are {_ids(keys)}" if keys else ""))
    if len(keys) == 1:
        raise _refused(f"{key_id} is the only key: without one nothing can be signed", "new")
    _path(state_dir, key_id).unlink()
    return tuple(key for key in keys if key.id != key_id)


def _load(path: Path) -> StatementKey:
    try:
        with path.open("rb") as file:
            if os.fstat(file.fileno()).st_mode & 0o077:
                raise DeskError(f"{path}: others can read it; only its owner may (chmod 600)")
            return StatementKey.from_pem(path.name.removeprefix(_BEFORE).removesuffix(_AFTER), file.read())
    except (OSError, ValueError) as error:
        raise DeskError(f"{path}: is not a key file ({type(error).__name__})") from error


def _path(state_dir: Path, key_id: str) -> Path:
    assert ID.fullmatch(key_id), "it becomes part of a path"
    return state_dir / FOLDER / f"{_BEFORE}{key_id}{_AFTER}"


def _write(path: Path, content: bytes) -> None:
    """Write a file so that a crash leaves none, or a whole one."""
    path.parent.mkdir(mode=0o700, exist_ok=True)
    part = path.with_suffix(".part")
    part.unlink(missing_ok=True)
    with os.fdopen(os.open(part, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    part.rename(path)


def _ids(keys: Sequence[StatementKey]) -> str:
    return " and ".join(key.id for key in keys)


def _refused(message: str, *command: str) -> UsageError:
    refusal = UsageError(message)
    refusal.hint = " ".join(("bridge licence keys", *command))
    return refusal
