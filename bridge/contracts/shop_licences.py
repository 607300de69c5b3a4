"""A vendor's own table of licences in the shop's database, which is read and never written (rule L8)."""

from collections.abc import Sequence
from typing import NamedTuple, Protocol

from bridge.domain.mapped_licences import MappedRow


class RowDigest(NamedTuple):
    """A row's id, and a number below 2³³ that is another when what is mapped of the row is."""

    id: int
    digest: int


class LicenceShop(Protocol):
    """The table that the store's connection names. Every method raises `ShopUnavailable` or `ShopRefused`."""

    async def licence_digests(self, *, after: int, limit: int) -> Sequence[RowDigest]:
        """The rows with an id above `after`, ascending, at most `limit`."""
        ...

    async def licence_rows(self, row_ids: Sequence[int]) -> Sequence[MappedRow]:
        """Those of these rows that are there, ascending, each with the digest that `licence_digests` gives it."""
        ...

    async def newest_licences(self, limit: int) -> Sequence[MappedRow]:
        """The rows with the highest ids, descending."""
        ...
