"""What every section of the settings is: a frozen table that refuses unknown keys and never guesses a type.

Believes: a value arrives as TOML gave it (lists already turned into tuples), so `"5"` is never a number and
`5.0` is never a whole one. A rule that pydantic has no word for is told by `broken`, in the operator's
words; `problems.py` turns all of them into `SettingProblem`s.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated, ClassVar

from pydantic import BaseModel, BeforeValidator, ConfigDict
from pydantic_core import PydanticCustomError

_WEB_ADDRESS = re.compile(r"https?://[^/?#@\s<>\"']+([/?#][^\s<>\"']*)?")
LONGEST_ADDRESS = 500
RULE_ERROR = "bridge_rule"
"""The pydantic error type of our own rules; its context holds the `Broken` rules under "broken"."""


class Section(BaseModel):
    """One table of a settings file. Errors never carry the input: it could be a secret."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True, hide_input_in_errors=True, allow_inf_nan=False)

    shown_as_one: ClassVar[bool] = False
    """Whether people see it as one value (a secret's place) and not as a table of settings."""


@dataclass(frozen=True, slots=True)
class Broken:
    """One rule broken, at `path` below the place that checks it.

    `value` is what the message ends with (", not <value>"); empty shows nothing, None what was written there.
    """

    rule: str
    path: tuple[str | int, ...] = ()
    value: str | None = None


@dataclass(frozen=True, slots=True)
class StoreContext:
    """What a file's settings need to know beside their own text; of bridge.toml, `name` is empty.

    `environ` may hold secrets, so it is neither shown nor compared.
    """

    name: str
    source: Path
    environ: Mapping[str, str]
    credentials_dir: Path | None

    def __repr__(self) -> str:
        return f"StoreContext(name={self.name!r}, source={self.source!r})"

    @property
    def file(self) -> str:
        """How messages call the store's file: `stores/acme.toml`."""
        return file_label(self.source)


def file_label(path: Path) -> str:
    """`stores/acme.toml` for a store's file, the bare name for any other."""
    return f"stores/{path.name}" if path.parent.name == "stores" else path.name


def broken(rule: str, *, value: str | None = None) -> PydanticCustomError:
    """The error for one broken rule at the place that raises it."""
    return all_broken([Broken(rule, value=value)])


def all_broken(found: Iterable[Broken]) -> PydanticCustomError:
    """The error for several broken rules of one section."""
    return PydanticCustomError(RULE_ERROR, "a rule of the settings is broken", {"broken": tuple(found)})


def check_web_address(text: str) -> str:
    """A web address that a page or a letter can lead to, or nothing."""
    if text and not (
        _WEB_ADDRESS.fullmatch(text) and len(text) <= LONGEST_ADDRESS and not has_control_characters(text)
    ):
        raise broken("must be a web address, beginning with https://", value="" if "@" in text else None)
    return text


def has_control_characters(text: str) -> bool:
    """Whether the text holds a line break, a NUL or another character that no name contains."""
    return any(ord(character) < 0x20 or 0x7F <= ord(character) < 0xA0 for character in text)


def check_label(text: str, *, longest: int) -> str:
    """A name that people read: not empty, no blanks at its ends, no control characters, not too long."""
    if not text.strip():
        raise broken("must not be empty", value="")
    if text != text.strip():
        raise broken("must not begin or end with a blank")
    if has_control_characters(text):
        raise broken("must not contain control characters")
    if len(text) > longest:
        raise broken(f"must have at most {longest} characters")
    return text


def suggestion(wrong: str, known: Iterable[str]) -> str:
    """`; did you mean X?` for the nearest known word, or nothing."""
    near = get_close_matches(wrong, list(known), n=1, cutoff=0.7)
    return f"; did you mean {near[0]}?" if near else ""


def _absolute_path(value: object) -> Path:
    if not isinstance(value, str):
        raise broken("must be a text in quotes")
    path = Path(value)
    if not path.is_absolute() or has_control_characters(value):
        raise broken("must be an absolute path, beginning with /")
    return path


AbsolutePath = Annotated[Path, BeforeValidator(_absolute_path)]
"""A path that means the same from every working directory."""
