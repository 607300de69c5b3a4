"""The parts in which files cross between shop and desk, signed and read (see `bridge.contracts.shop_files`).

A part says whose it is, of which file and content, and which of how many: copied to another customer, another file or
another place it is none, and neither is one of two contents mixed.
"""

import base64
import binascii
import hashlib
from collections.abc import Iterator, Sequence
from typing import Any

from bridge.contracts.shop_files import PART_BYTES, FilePart
from bridge.contracts.shop_rows import DESK_TO_SHOP, SHOP_TO_DESK, SigningKey, canonical_json, mac_of, verifies
from bridge.domain.files import NamedFile
from bridge.services.inbox_rows import decoded

FILE = "file"


def read_part(
    row: FilePart,
    store: str,
    keys: Sequence[SigningKey],
    file: NamedFile,
    customer_id: int,
    *,
    direction: str = SHOP_TO_DESK,
) -> bytes | None:
    """A part's bytes, once it is proven to be that part of that file of that customer's; None where it is not."""
    document = _believed(row, keys, direction)
    expected = _head(store, file, row.part, customer_id)
    if document is None or document.keys() != {*expected, "data"}:
        return None
    if any(type(document[name]) is not type(value) or document[name] != value for name, value in expected.items()):
        return None
    try:
        data = base64.b64decode(document["data"], validate=True)
    except (TypeError, ValueError, binascii.Error):
        return None
    return data if len(data) <= PART_BYTES else None


def described_by_part(
    row: FilePart, store: str, keys: Sequence[SigningKey], *, file: str, name: str, size: int
) -> NamedFile | None:
    """What a part of the desk's own says of its file, whose name and size are known; None where it is none of it."""
    document = _believed(row, keys, DESK_TO_SHOP)
    if document is None or (document.get("store"), document.get("file"), document.get("size")) != (store, file, size):
        return None
    return NamedFile(file, name, size, str(document.get("sha256")), parts_of(size))


def is_whole(file: NamedFile, content: bytes) -> bool:
    """Whether a content is what the message says of its file."""
    return len(content) == file.size and hashlib.sha256(content).hexdigest() == file.sha256


def parts_of(size: int) -> int:
    """In how many parts a content of so many bytes crosses; at least one."""
    return max(1, -(-size // PART_BYTES))


def signed_parts(
    content: bytes, file: NamedFile, *, store: str, customer_id: int, key: SigningKey
) -> Iterator[FilePart]:
    """The desk's parts of a file for a customer, one after the other."""
    for part in range(file.parts):
        data = content[part * PART_BYTES : (part + 1) * PART_BYTES]
        document = {**_head(store, file, part, customer_id), "data": base64.b64encode(data).decode()}
        payload = canonical_json(document)
        yield FilePart(file.file, part, customer_id, payload, key.id, mac_of(key, FILE, payload))


def _believed(row: FilePart, keys: Sequence[SigningKey], direction: str) -> dict[str, Any] | None:
    """What a part says, where it is signed for that direction."""
    if not row.payload or not verifies(keys, FILE, row.payload, row.key_id, row.mac, direction=direction):
        return None
    return decoded(row.payload)


def _head(store: str, file: NamedFile, part: int, customer_id: int) -> dict[str, object]:
    return {
        "v": 1,
        "store": store,
        "file": file.file,
        "part": part,
        "parts": file.parts,
        "customer": customer_id,
        "size": file.size,
        "sha256": file.sha256,
    }
