"""Values out of JSON that somebody else wrote: of the type that was asked for, or empty; never an error.

Believes: the API grows fields and types without notice, and what customers write may be anything that a phone can type.
Texts lose what no table can hold (a NUL, half of a character) and nothing else.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

Json = Mapping[str, Any]
LONGEST_ID = 191
LONGEST_NAME = 200
LONGEST_TEXT = 65_536
"""What a phone lets a customer write."""
MOST_DIGITS = 18
"""Of a whole number that any table can hold."""
_UNKEEPABLE = re.compile("[\x00\ud800-\udfff]")
_SECONDS = re.compile(r"[0-9]{1,11}")
_PHONE = re.compile(r"\+?([0-9]{5,15})")


def table(value: object, name: str) -> Json:
    """The object of that name; an empty one where there is none."""
    found = value.get(name) if isinstance(value, Mapping) else None
    return found if isinstance(found, Mapping) else {}


def rows(value: object, name: str) -> Iterator[Json]:
    """The objects of the list of that name; what is no object is left out."""
    found = value.get(name) if isinstance(value, Mapping) else None
    if isinstance(found, Sequence) and not isinstance(found, str):
        yield from (one for one in found if isinstance(one, Mapping))


def text(value: object, name: str, *, longest: int = LONGEST_TEXT) -> str:
    """The text of that name, at most so many characters of it; numbers are taken as written."""
    found = value.get(name) if isinstance(value, Mapping) else None
    if isinstance(found, int | float) and not isinstance(found, bool):
        found = str(found)
    return _UNKEEPABLE.sub("\ufffd", found[:longest]) if isinstance(found, str) else ""


def whole(value: object, name: str) -> int:
    """The whole number of that name, also where it is written as a text; 0 where there is none that can be kept."""
    found = text(value, name, longest=MOST_DIGITS + 1)
    return int(found) if found.isascii() and found.isdigit() and len(found) <= MOST_DIGITS else 0


def identifier(value: object, name: str) -> str:
    """An id of that name; one that is too long for a column goes by its digest, here and wherever it is named again."""
    found = text(value, name).strip()
    return found if len(found) <= LONGEST_ID else f"sha256:{sha256(found.encode()).hexdigest()}"


def moment(value: object, name: str, otherwise: datetime) -> datetime:
    """Seconds since 1970 as a moment in UTC; `otherwise` where there are none."""
    found = text(value, name, longest=12)
    return datetime.fromtimestamp(int(found), UTC) if _SECONDS.fullmatch(found) else otherwise


def phone(written: str) -> str:
    """A telephone number as E.164; empty for what is none: the field may hold a user's id for this business."""
    found = _PHONE.fullmatch(written)
    return f"+{found[1]}" if found else ""
