"""Comparing whole stretches of a shop's orders, a few slices of ids a question (see `bridge.domain.slices`).

The server works the digests out: XOR of CRC32 over an MD5 of each row. CRC32 alone would not do, being linear: of two
rows that change in the same way the differences cancel, and a bulk edit in a back office is just that.

Not every line belongs to an order of ours: there are carts that were never ordered, other shops, and lines whose order
somebody deleted by hand. To ask that of each line is dear, and the answer changes only with the lines or the orders of
a slice: while both have the sums that they had when it was asked, it is remembered.
"""

from collections.abc import Mapping
from typing import NamedTuple

from bridge.contracts.shop import SlicePage
from bridge.domain.slices import LAST_SLICE, SLICE_IDS, SliceSum, slice_of
from bridge.shopkit.database import ShopDatabase
from bridge.shopkit.named_sql import Statement

SLICES_A_QUESTION = 5
"""As many as `slice_sums` is written for: few enough that a shop on MyISAM, whose tables are locked by a reader, waits
for some hundredths of a second."""


class _Stretch(NamedTuple):
    """A slice as it stands in the tables: our orders, their digests, and those of all lines under its ids."""

    orders: int
    digest: int
    lines: int


class _Lines(NamedTuple):
    """The digests of those lines of a slice that belong to our orders, and how the slice was then."""

    then: _Stretch
    of_ours: int


class SliceReader:
    """Reads sums and digests by a platform's statements `order_after`, `slice_sums`, `slice_lines`, `slice_digests`."""

    def __init__(self, database: ShopDatabase, sql: Mapping[str, Statement], shops: Mapping[str, object]) -> None:
        self._database, self._sql, self._shops = database, sql, shops
        self._lines: dict[int, _Lines] = {}

    async def slices(self, *, after: int) -> SlicePage:
        """The next slices that have orders; stretches without any are leapt over."""
        rows = await self._database.rows(self._sql["order_after"], after=(after + 1) * SLICE_IDS - 1)
        if not rows:
            return SlicePage({}, LAST_SLICE, more=False)
        first = slice_of(rows[0][0])
        last = first + SLICES_A_QUESTION - 1
        found = {number: one.then for number, one in (await self._sums("slice_sums", first, last)).items()}
        if any(number not in self._lines or self._lines[number].then != one for number, one in found.items()):
            now = await self._sums("slice_lines", first, last)
            self._lines |= now
            found = {number: one.then for number, one in now.items()}
        sums = {number: SliceSum(one.orders, one.digest ^ self._lines[number].of_ours) for number, one in found.items()}
        return SlicePage(sums, last, more=True)

    async def digests(self, number: int) -> dict[int, int]:
        """The digests of one slice's orders."""
        found = await self._database.rows(
            self._sql["slice_digests"], limit=2 * SLICE_IDS, **_ids(number, number), **self._shops
        )
        digests: dict[int, int] = {}
        for order_id, digest in found:
            digests[int(order_id)] = digests.get(int(order_id), 0) ^ int(digest)
        return digests

    async def _sums(self, statement: str, first: int, last: int) -> dict[int, _Lines]:
        """What a statement says of the slices that have orders; each of its rows knows one thing, and 0 of the rest."""
        rows = await self._database.rows(
            self._sql[statement], slice=first, limit=3 * SLICES_A_QUESTION, **_ids(first, last), **self._shops
        )
        sums: dict[int, list[int]] = {}
        for number, *values in rows:
            before = sums.get(int(number), [0] * len(values))
            sums[int(number)] = [one | int(other) for one, other in zip(before, values, strict=True)]
        return {
            number: _Lines(_Stretch(orders, digest, lines), of_ours)
            for number, (orders, digest, lines, of_ours) in sums.items()
            if orders
        }


def _ids(first: int, last: int) -> dict[str, object]:
    return {"after": first * SLICE_IDS - 1, "until": (last + 1) * SLICE_IDS - 1}
