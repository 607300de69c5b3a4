"""Files in the shop: what customers attach to their messages there, and what staff attach to theirs.

A file crosses in parts, each a signed row of its own: neither side ever has to hold more of it than one part, and no
statement is longer than a shop's server takes. The customer's parts are signed by the shop's page, staff's by the desk.
Nothing of a part is believed before its signature is (see `bridge.services.file_parts`).
"""

from collections.abc import Sequence
from typing import NamedTuple, Protocol

PART_BYTES = 262_144
"""How much of a file goes into one part, but for the last."""
MOST_PART_PAYLOAD = 400_000
"""No part's row has more characters: its bytes in base64, and what stands around them."""


class FilePart(NamedTuple):
    """One part as it stands in the shop. `part` counts from 0."""

    file: str
    part: int
    customer_id: int
    payload: str
    key_id: str
    mac: str


class FileShop(Protocol):
    """One shop's database, as far as files are concerned."""

    async def file_part(self, file: str, part: int) -> FilePart | None:
        """One part of a file; None where there is none, also in a shop without the table.

        A row of more than `MOST_PART_PAYLOAD` bytes comes with an empty payload.
        """
        ...

    async def push_file_part(self, part: FilePart) -> None:
        """Write one part of a file of the desk's; repeating changes nothing.

        Raises `ShopRefused` for a shop that has no such table yet: it must be prepared again.
        """
        ...

    async def forget_files(self, files: Sequence[str]) -> None:
        """Delete all parts of these files; none where there is no such table."""
        ...

    async def erase_files(self, customer_id: int) -> None:
        """Delete all files of a customer, his own and those for him (rule D2)."""
        ...

    async def old_files(self, *, hours: int, after: str, limit: int) -> Sequence[str]:
        """Files above `after` that are older by the server's clock, ascending; none without the table.

        Whether a message has them, only the desk knows: one that none has was left by a page that did not end.
        """
        ...
