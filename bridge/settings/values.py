"""Values as people read them: as their file writes them, short and on one line.

Believes: whoever reads a value wants to find it in a TOML file, or to write it into one.
"""

import datetime
import json
from collections.abc import Mapping

_LONGEST_VALUE = 60


def toml_text(value: object) -> str:
    """A value as a TOML file writes it; "none" for nothing."""
    match value:
        case None:
            return "none"
        case bool():
            return "true" if value else "false"
        case float():
            return f"{value:.15g}"
        case datetime.date() | datetime.time():
            return str(value)
        case tuple() | list():
            return "[" + ", ".join(toml_text(item) for item in value) + "]"
        case Mapping():
            return "{" + ", ".join(f"{key} = {toml_text(item)}" for key, item in value.items()) + "}"
        case str():
            return json.dumps(value, ensure_ascii=False)
        case _:
            return json.dumps(str(value), ensure_ascii=False) if not isinstance(value, int) else str(value)


def shown_value(value: object) -> str:
    """A wrong value for the end of a message: short, on one line, never a whole table."""
    match value:
        case Mapping():
            return "a table"
        case float():
            return repr(value)  # "5.0" where a whole number belongs must not be shown as "5"
        case tuple() | list() if any(isinstance(item, Mapping) for item in value):
            return "a list of tables"
        case _:
            text = toml_text(value)
            return text if len(text) <= _LONGEST_VALUE else text[:_LONGEST_VALUE] + "..."
