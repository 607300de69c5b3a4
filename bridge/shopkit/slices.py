"""Comparing whole stretches of a shop's orders, a few slices of ids a question (see `bridge.domain.slices`).

The server works the digests out: XOR of CRC32 over an MD5 of each row. CRC32 alone would not do, being linear: of two
rows that change in the same way the differences cancel, and a bulk edit in a back office is just that.
"""

from collections.abc import Mapping

from bridge.contracts.shop import SlicePage
from bridge.domain.slices import SLICE_IDS, SliceSum, slice_of
from bridge.shopkit.cursors import LAST_ID
from bridge.shopkit.database import ShopDatabase
from bridge.shopkit.named_sql import Statement

SLICES_A_QUESTION = 5
"""Few enough that a shop on MyISAM, whose tables are locked by a reader, waits for some hundredths of a second."""

LAST_SLICE = slice_of(LAST_ID)


class SliceReader:
    """Reads sums and digests by the statements `order_after`, `slice_sums` and `slice_digests` of a platform."""

    def __init__(self, database: ShopDatabase, sql: Mapping[str, Statement], shops: Mapping[str, object]) -> None:
        self._database, self._sql, self._shops = database, sql, shops

    async def slices(self, *, after: int) -> SlicePage:
        """The next slices that have orders; stretches without any are leapt over."""
        rows = await self._database.rows(self._sql["order_after"], after=(after + 1) * SLICE_IDS - 1)
        if not rows:
            return SlicePage({}, LAST_SLICE, more=False)
        first = slice_of(rows[0][0])
        last = first + SLICES_A_QUESTION - 1
        found = await self._database.rows(
            self._sql["slice_sums"], limit=2 * SLICES_A_QUESTION, **_ids(first, last), **self._shops
        )
        sums: dict[int, SliceSum] = {}
        for (
            number,
            orders,
            digest,
        ) in found:  # a slice has a row of its orders and, if they have any, one of their lines
            before = sums.get(int(number), SliceSum(0, 0))
            sums[int(number)] = SliceSum(before.orders + int(orders), before.digest ^ int(digest))
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


def _ids(first: int, last: int) -> dict[str, object]:
    return {"after": first * SLICE_IDS - 1, "until": (last + 1) * SLICE_IDS - 1}
