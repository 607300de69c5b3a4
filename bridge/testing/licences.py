"""A vendor's own table of licences in memory: a `LicenceShop` without a database.

Example::

    shop = FakeShop(licences=True)
    shop.licences_shop.write(17, key="VENDOR-1", product="seo", customer_id="77", support_until="2026-12-31")
    shop.fail("licence_rows", ShopUnavailable("acme: gone"), times=1)
"""

from collections.abc import Awaitable, Callable, Sequence
from zlib import crc32

from bridge.contracts.shop_licences import RowDigest
from bridge.domain.mapped_licences import MappedRow, RowField


class FakeLicences:
    """Rows by id, as their texts."""

    def __init__(self, called: Callable[[str], Awaitable[None]]) -> None:
        self._called = called
        self.licences: dict[int, dict[RowField, str]] = {}

    def write(self, row: int, **said: str) -> None:
        """Add a row, or change what is named of one that is there."""
        known = self.licences.setdefault(row, {})
        known |= {RowField(name): text for name, text in said.items()}

    def delete(self, row: int) -> None:
        """Delete a row."""
        del self.licences[row]

    async def licence_digests(self, *, after: int, limit: int) -> Sequence[RowDigest]:
        await self._called("licence_digests")
        return [RowDigest(row, self._digest(row)) for row in sorted(self.licences) if row > after][:limit]

    async def licence_rows(self, row_ids: Sequence[int]) -> Sequence[MappedRow]:
        await self._called("licence_rows")
        return [self._row(row) for row in sorted(set(row_ids)) if row in self.licences]

    async def newest_licences(self, limit: int) -> Sequence[MappedRow]:
        await self._called("newest_licences")
        return [self._row(row) for row in sorted(self.licences, reverse=True)[:limit]]

    def _row(self, row: int) -> MappedRow:
        return MappedRow(row, self._digest(row), dict(self.licences[row]))

    def _digest(self, row: int) -> int:
        return crc32(repr(sorted(self.licences[row].items())).encode())
