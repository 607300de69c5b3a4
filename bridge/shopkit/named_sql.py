"""Shop SQL that has a name and a home: `.sql` files whose statements begin with `-- name: the_name`.

A part that several statements share begins with `-- part: its_name` and is put in where they say `[[its_name]]`.
A table is written `{order_history}` and becomes the prefixed, quoted name at load; values are always parameters. The
prefix is checked once, here, because it is the only text of the settings that ever becomes part of a statement.
A list is written `IN (%(order_ids)s)` and gets a parameter an item; ids, being numbers, are put in as they are, and so
are pairs of them.
"""

import re
from collections.abc import Collection, Mapping
from functools import cache
from importlib import resources
from typing import NamedTuple

from bridge.errors import SettingProblem, SettingsError

PREFIX_RULE = "must be at most 32 letters, digits and underscores"

_PREFIX = re.compile(r"[A-Za-z0-9_]{0,32}")
_NAME = re.compile(r"-- (name|part): ([a-z][a-z0-9_]*)\s*")
_PART = re.compile(r"\[\[([a-z][a-z0-9_]*)\]\]")
_TABLE = re.compile(r"\{([a-z_]+)\}")


class Statement(NamedTuple):
    """One statement, ready for the driver; `name` is what errors and logs call it."""

    name: str
    text: str

    def bound(self, values: Mapping[str, object]) -> tuple[str, Mapping[str, object] | None]:
        """The text and the parameters for the driver, lists spread out. Raises `ValueError` for an empty list."""
        text = self.text
        single: dict[str, object] = {}
        for name, value in values.items():
            if isinstance(value, list | tuple | set | frozenset):
                text = text.replace(f"%({name})s", _spread(name, value, single))
            else:
                single[name] = value
        return text, single or None


def load_sql(package: str, file: str, prefix: str) -> Mapping[str, Statement]:
    """The statements of `package`/sql/`file` by name, with the tables of one shop put in.

    Raises `SettingsError` for a prefix that is no plain word.
    """
    checked_prefix(prefix)
    return {
        name: Statement(name, _TABLE.sub(lambda table: f"`{prefix}{table[1]}`", text))
        for name, text in _statements(package, file).items()
    }


def checked_prefix(prefix: str) -> str:
    """The prefix itself. Raises `SettingsError` if it could be anything but part of a table's name."""
    if not _PREFIX.fullmatch(prefix):
        raise SettingsError((SettingProblem("the store's file", "database.prefix", PREFIX_RULE, repr(prefix)),))
    return prefix


def _spread(name: str, items: Collection[object], single: dict[str, object]) -> str:
    if not items:
        raise ValueError(f"the list {name} is empty: no statement is needed")
    if all(type(item) is int for item in items):
        return ",".join(map(str, items))
    if all(isinstance(item, tuple) and all(type(part) is int for part in item) for item in items):
        return ",".join(f"({','.join(map(str, item))})" for item in items if isinstance(item, tuple))
    marks = []
    for number, item in enumerate(items):
        single[f"{name}_{number}"] = item
        marks.append(f"%({name}_{number})s")
    return ",".join(marks)


@cache
def _statements(package: str, file: str) -> dict[str, str]:
    found: dict[tuple[str, str], list[str]] = {}
    lines: list[str] = []
    for line in (resources.files(package) / "sql" / file).read_text("utf-8").splitlines():
        heading = _NAME.fullmatch(line)
        if heading is not None:
            what = (heading[1], heading[2])
            if what in found:
                raise ValueError(f"{package}/sql/{file}: two {what[0]}s are called {what[1]}")
            lines = found.setdefault(what, [])
        elif not line.lstrip().startswith("--"):
            lines.append(line)
    texts = {what: "\n".join(text).strip().removesuffix(";") for what, text in found.items()}
    parts = {name: text for (kind, name), text in texts.items() if kind == "part"}

    def whole(name: str, text: str) -> str:
        for part in _PART.findall(text):
            if part not in parts:
                raise ValueError(f"{package}/sql/{file}: {name} names the part {part}, which is not there")
        return _PART.sub(lambda part: whole(name, parts[part[1]]), text)

    return {name: whole(name, text) for (kind, name), text in texts.items() if kind == "name"}
