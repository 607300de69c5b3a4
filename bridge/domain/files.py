"""Files of messages: which there can be, what of their names is shown, and how many are too many.

A file's name is its sender's and so hostile: it is shown, cleaned, and never leads anywhere. What a file is, its
content decides; a name that promises another type is refused, because the next who opens it would believe the name.
Nothing is ever unpacked.
"""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType

from bridge.domain.tickets import Author

MEBIBYTE = 1_048_576
LONGEST_NAME = 100
UNNAMED = "file"
TYPES: Mapping[str, str] = MappingProxyType(
    {
        "png": "image/png",
        "jpg": "image/jpeg",
        "jpeg": "image/jpeg",
        "gif": "image/gif",
        "webp": "image/webp",
        "pdf": "application/pdf",
        "zip": "application/zip",
        "txt": "text/plain",
        "log": "text/plain",
        "csv": "text/csv",
    }
)
"""The only types that are taken, by the ending of a name."""
_BEGINNINGS: Mapping[str, re.Pattern[bytes]] = MappingProxyType(
    {
        "image/png": re.compile(rb"\x89PNG\r\n\x1a\n"),
        "image/jpeg": re.compile(rb"\xff\xd8\xff"),
        "image/gif": re.compile(rb"GIF8[79]a"),
        "image/webp": re.compile(rb"RIFF.{4}WEBP", re.DOTALL),
        "application/pdf": re.compile(rb"%PDF-"),
        "application/zip": re.compile(rb"PK(\x03\x04|\x05\x06)"),
    }
)
"""What has none of them is text or nothing; the customer's page decides by the same, so that it takes what we take."""
JOINERS = "\u200c\u200d"
"""Marks without a shape that Persian words need."""
_UNSEEN = frozenset({"Cc", "Cf", "Co", "Cs", "Zl", "Zp"})
_ENDING = re.compile(r"\.[A-Za-z0-9]{1,10}\Z")


class FileState(StrEnum):
    """What is the case with a file: its contents are in the desk, wait for the shop too, are lost, are erased.

    Of one whose words are erased the shop may still have its parts until it is `erased` there too.
    """

    KEPT = "kept"
    WAITING = "waiting"
    LOST = "lost"
    ERASING = "erasing"
    ERASED = "erased"


@dataclass(frozen=True, slots=True)
class FileTerms:
    """How much is taken: bytes a file, files a message, bytes a customer and a store in all."""

    file_bytes: int = 5 * MEBIBYTE
    message_files: int = 5
    customer_bytes: int = 100 * MEBIBYTE
    store_bytes: int = 10_240 * MEBIBYTE


@dataclass(frozen=True, slots=True)
class NamedFile:
    """A file as a message names it: `file` is its UUID, `size` in bytes, `sha256` of its content in hex digits."""

    file: str
    name: str
    size: int
    sha256: str
    parts: int


@dataclass(frozen=True, slots=True)
class TicketFile:
    """A file of a message in the desk. `message` is the message's id; name and hash are empty once it is erased."""

    file: str
    ticket_id: int
    message: int
    author: Author
    name: str
    size: int
    sha256: str
    type: str
    parts: int
    state: FileState
    at: datetime


def shown_name(typed: str) -> str:
    """The last part of a name, without what is not seen: never empty, a path, or one that a system hides."""
    name = typed.replace("\\", "/").rpartition("/")[2]
    name = "".join(sign for sign in name if sign in JOINERS or unicodedata.category(sign) not in _UNSEEN)
    name = re.sub(r"\A[\s.]+|[\s.]+\Z", "", re.sub(r"\s+", " ", name))
    if len(name) > LONGEST_NAME:
        ending = _ENDING.search(name)
        kept = ending[0] if ending else ""
        name = name[: LONGEST_NAME - len(kept)] + kept
    return name or UNNAMED


def promised_type(name: str) -> str | None:
    """The type that a name promises; None for one that is not taken."""
    _, dot, ending = name.rpartition(".")
    return TYPES.get(ending.lower()) if dot else None


def type_of(name: str, content: bytes) -> str | None:
    """The type of a content that is what its name says; None where it is not, or is of no type that is taken.

    Only the beginning is looked at, to the byte, but a text is one throughout: nothing is unpacked or played, so
    nothing can blow up here.
    """
    promised = promised_type(name)
    if promised is None or not content:
        return None
    begun = next((kind for kind, beginning in _BEGINNINGS.items() if beginning.match(content)), None)
    if promised in _BEGINNINGS:
        return promised if begun == promised else None
    return promised if begun is None and _is_text(content) else None


def _is_text(content: bytes) -> bool:
    """Whether it can be read as text: whole characters of UTF-8, and none that ends a text."""
    if b"\0" in content:
        return False
    try:
        content.decode()
    except UnicodeDecodeError:
        return False
    return True
