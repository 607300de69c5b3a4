"""The settings as a tree of names: sections, what is below them, and how a place in it is written.

Believes: a section holds plain values, other sections, sections by key ([plans.KEY]) or a list of sections
([[staff]]); nothing nests deeper than that in one field.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from inspect import isclass
from typing import get_args, get_origin

from pydantic.fields import FieldInfo

from bridge.settings.base import Section

_BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")


@dataclass(frozen=True, slots=True)
class Leaf:
    """One value in force. `given` tells whether its file sets it."""

    path: str
    value: object
    given: bool


def written_path(parts: tuple[str | int, ...]) -> str:
    """`plans.base.coins`, `staff[2].name`: keys as TOML writes them, places in a list counted from 1."""
    text = ""
    for part in parts:
        if isinstance(part, int):
            text += f"[{part + 1}]"
        else:
            key = part if _BARE_KEY.fullmatch(part) else '"' + part.replace('"', '\\"') + '"'
            text += f".{key}" if text else key
    return text


def section_of(annotation: object) -> type[Section] | None:
    """The section a field's annotation holds, itself or as a list or table of them; None for plain values."""
    if isclass(annotation) and issubclass(annotation, Section):
        return annotation
    return next((found for part in get_args(annotation) if (found := section_of(part))), None)


def section_at(root: type[Section], parts: tuple[str | int, ...]) -> type[Section] | None:
    """The section at a place in the tree; None where the place is inside a plain value."""
    current: type[Section] | None = root
    among_many = False  # the next part is the key or the number of one section among many
    for part in parts:
        if current is None:
            return None
        if among_many:
            among_many = False
            continue
        field = current.model_fields.get(str(part))
        if field is None:
            return None
        current, among_many = section_of(field.annotation), _holds_many(field)
    return current


def _holds_many(field: FieldInfo) -> bool:
    return get_origin(field.annotation) in {Mapping, tuple}


def fields(root: type[Section], above: str = "") -> Iterator[tuple[str, FieldInfo]]:
    """Every plain setting below a section with its path: `plans.KEY.coins`, `staff[].name`."""
    for name, field in root.model_fields.items():
        path = f"{above}.{name}" if above else name
        below = section_of(field.annotation)
        if below is None or below.shown_as_one:
            yield path, field
        elif not _holds_many(field):
            yield from fields(below, path)
        else:
            yield from fields(below, path + ("[]" if get_origin(field.annotation) is tuple else ".KEY"))


def leaves(section: Section, above: tuple[str | int, ...] = ()) -> Iterator[Leaf]:
    """Every value in force below a section, in the order of the fields; a section that was left out has none."""
    for name, field in type(section).model_fields.items():
        is_given = name in section.model_fields_set
        value = getattr(section, name)
        below = section_of(field.annotation)
        if value is not None or below is None or below.shown_as_one:
            yield from _leaves_of(value, (*above, name), given=is_given)


def _leaves_of(value: object, path: tuple[str | int, ...], *, given: bool) -> Iterator[Leaf]:
    if isinstance(value, Section) and not value.shown_as_one:
        yield from leaves(value, path)
    elif isinstance(value, Mapping):
        for key, item in value.items():
            yield from _leaves_of(item, (*path, key), given=given)
    elif isinstance(value, tuple) and any(isinstance(item, Section) for item in value):
        for at, item in enumerate(value):
            yield from _leaves_of(item, (*path, at), given=given)
    else:
        yield Leaf(written_path(path), value, given)
