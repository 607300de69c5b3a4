"""Where a secret is kept, and how it is fetched at the moment it is used.

Believes: the settings are shown, copied and mailed around, so they hold only the place of a secret. A file
that every user of the machine can open keeps nothing secret. What goes wrong is told without a character of
the secret, and no frame that a traceback could show keeps it in the clear.
"""

import os
import re
import stat
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Self

from pydantic import AfterValidator, BeforeValidator, Field, SecretStr, model_validator

from bridge.errors import SettingProblem, SettingsError
from bridge.settings.base import AbsolutePath, Section, StoreContext, broken

LONGEST_SECRET_BYTES = 4_096

_CREDENTIAL = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]{0,127}")
_VARIABLE = re.compile(r"[A-Z_][A-Z0-9_]{0,127}")


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why there is no secret to be had, in words for the operator."""

    rule: str


def _credential(text: str) -> str:
    if not _CREDENTIAL.fullmatch(text):
        raise broken("must be the name of a credential: letters, digits, dot, - and _")
    return text


def _variable(text: str) -> str:
    if not _VARIABLE.fullmatch(text):
        raise broken("must be the name of an environment variable in capitals, such as ACME_DB_PASSWORD")
    return text


class SecretReference(Section):
    """The place of one secret: exactly one of a file, a systemd credential or an environment variable."""

    shown_as_one = True

    file: AbsolutePath | None = Field(
        default=None,
        description="A file that holds the secret alone; it must not be open to other users of the machine.",
    )
    credential: Annotated[str, AfterValidator(_credential)] | None = Field(
        default=None, description="The name of a systemd credential (LoadCredential= in the unit)."
    )
    env: Annotated[str, AfterValidator(_variable)] | None = Field(
        default=None, description="The name of an environment variable of the daemon."
    )

    @model_validator(mode="after")
    def _one_place(self) -> Self:
        if sum(place is not None for place in (self.file, self.credential, self.env)) != 1:
            raise broken("must name exactly one of file, credential and env", value="")
        return self

    def __str__(self) -> str:
        """The place, never the secret."""
        if self.file is not None:
            return f"file {self.file}"
        return f"credential {self.credential}" if self.credential is not None else f"variable {self.env}"

    def resolve(self, context: StoreContext, *, path: str) -> SecretStr:
        """Fetch the secret now. Raises SettingsError naming the store's file and `path`, never the secret."""
        found = self._fetch(context)
        if isinstance(found, Refusal):
            raise SettingsError((SettingProblem(context.file, path, found.rule),))
        return found

    def _fetch(self, context: StoreContext) -> SecretStr | Refusal:
        if self.file is not None:
            return read_secret_file(self.file)
        if self.credential is not None:
            return _read_credential(self.credential, context.credentials_dir)
        return _read_variable(self.env or "", context.environ)


def _no_plain_secret(value: object) -> object:
    if isinstance(value, str):
        raise broken(
            "a secret must not stand in this file: write it to a file of its own and name that file, "
            '{ file = "/etc/supportbridge/secrets/NAME" }',
            value="",
        )
    return value


Secret = Annotated[SecretReference, BeforeValidator(_no_plain_secret)]
"""A setting that says where a secret is kept; the secret itself is refused, and not repeated."""


def read_secret_file(path: Path) -> SecretStr | Refusal:
    """The one line the file holds. The rights that count are those of the file opened, links followed."""
    try:
        # Without O_NONBLOCK a named pipe put in the file's place would hold the caller up for ever.
        handle = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
        try:
            if refusal := _check_rights(path, os.fstat(handle)):
                return refusal
            return _one_line(os.read(handle, LONGEST_SECRET_BYTES + 1), f"the secret file {path}")
        finally:
            os.close(handle)
    except FileNotFoundError:
        return Refusal(f"the secret file {path} does not exist")
    except OSError as error:
        return Refusal(f"the secret file {path} cannot be read ({error.strerror})")


def _check_rights(path: Path, state: os.stat_result) -> Refusal | None:
    if not stat.S_ISREG(state.st_mode):
        return Refusal(f"the secret file {path} is not a regular file")
    if state.st_mode & 0o007:
        mode = stat.S_IMODE(state.st_mode)
        return Refusal(
            f"the secret file {path} is open to every user of this machine (mode {mode:04o}); close it with: "
            f"chmod o= {path}"
        )
    return None


def _one_line(content: bytes, place: str) -> SecretStr | Refusal:
    if len(content) > LONGEST_SECRET_BYTES:
        return Refusal(f"{place} is longer than {LONGEST_SECRET_BYTES:,} bytes")
    try:
        secret = SecretStr(content.decode("utf-8").removesuffix("\n").removesuffix("\r"))
    except UnicodeDecodeError:
        return Refusal(f"{place} is not UTF-8 text")
    if not secret.get_secret_value():
        return Refusal(f"{place} is empty")
    if any(character in secret.get_secret_value() for character in "\n\r\0"):
        return Refusal(f"{place} holds more than one line")
    return secret


def _read_credential(name: str, directory: Path | None) -> SecretStr | Refusal:
    if directory is None:
        return Refusal(
            f"there is no credential {name}: systemd passed none to this program (LoadCredential={name}:...)"
        )
    return read_secret_file(directory / name)


def _read_variable(name: str, environ: Mapping[str, str]) -> SecretStr | Refusal:
    if not environ.get(name):
        return Refusal(f"the environment variable {name} is not set or empty")
    return SecretStr(environ[name])
