"""Files in a shop, for tests: parts as the shop's page or the desk signs them, and a shop in memory that keeps them.

Example::

    parts = file_parts(KEY, store="acme", customer=77, content=b"...")
    shop.put_parts(*parts)
"""

import base64
import hashlib
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from uuid import uuid4

from bridge.contracts.shop_files import MOST_PART_PAYLOAD, PART_BYTES, FilePart
from bridge.contracts.shop_rows import SHOP_TO_DESK, SigningKey, canonical_json, mac_of
from bridge.errors import ShopRefused

FILE = "file"


class _Kept(NamedTuple):
    row: FilePart
    created: datetime


def file_parts(
    key: SigningKey,
    *,
    store: str,
    customer: int,
    content: bytes,
    file: str = "",
    direction: str = SHOP_TO_DESK,
    **changes: Any,
) -> list[FilePart]:
    """A file's parts as they are signed; `changes` replace fields of their documents before that."""
    file = file or str(uuid4())
    pieces = [content[at : at + PART_BYTES] for at in range(0, len(content), PART_BYTES)] or [b""]
    parts = []
    for number, piece in enumerate(pieces):
        document = {
            "v": 1,
            "store": store,
            "file": file,
            "part": number,
            "parts": len(pieces),
            "customer": customer,
            "size": len(content),
            "sha256": hashlib.sha256(content).hexdigest(),
            "data": base64.b64encode(piece).decode(),
            **changes,
        }
        payload = canonical_json(document)
        mac = mac_of(key, FILE, payload, direction=direction)
        parts.append(FilePart(file, number, customer, payload, key.id, mac))
    return parts


def note_of(parts: Sequence[FilePart], content: bytes, name: str) -> dict[str, Any]:
    """What a message says of a file that it has."""
    digest = hashlib.sha256(content).hexdigest()
    return {"file": parts[0].file, "name": name, "size": len(content), "sha256": digest, "parts": len(parts)}


class FakeFiles:
    """The files of a shop in memory: `FakeShop` has them. Without `has_files` it was prepared before there were any."""

    store: str
    clock: datetime

    def __init__(self) -> None:
        self.has_files = True
        self.files: dict[tuple[str, int], _Kept] = {}

    def put_parts(self, *parts: FilePart, created: datetime | None = None) -> None:
        """Write parts as a page of ours does."""
        for part in parts:
            self.files[part.file, part.part] = _Kept(part, created or self.clock)

    async def file_part(self, file: str, part: int) -> FilePart | None:
        await self._called("file_part")
        kept = self.files.get((file, part)) if self.has_files else None
        if kept is None:
            return None
        return kept.row if len(kept.row.payload) <= MOST_PART_PAYLOAD else kept.row._replace(payload="")

    async def push_file_part(self, part: FilePart) -> None:
        await self._called("push_file_part")
        if not self.has_files:
            error = ShopRefused(f"{self.store}: a table is missing: supportbridge_file")
            error.hint = f"run: bridge store prepare {self.store}"
            raise error
        self.put_parts(part)

    async def forget_files(self, files: Sequence[str]) -> None:
        await self._called("forget_files")
        self.files = {place: kept for place, kept in self.files.items() if place[0] not in files}

    async def erase_files(self, customer_id: int) -> None:
        await self._called("erase_files")
        self.files = {place: kept for place, kept in self.files.items() if kept.row.customer_id != customer_id}

    async def old_files(self, *, hours: int, after: str, limit: int) -> Sequence[str]:
        await self._called("old_files")
        before = self.clock - timedelta(hours=hours)
        old = {file for (file, part), kept in self.files.items() if part == 0 and kept.created < before}
        return sorted(file for file in old if file > after)[:limit]

    async def _called(self, call: str) -> None:
        raise NotImplementedError
