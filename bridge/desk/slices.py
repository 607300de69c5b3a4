"""What the desk has last read of each store's orders, packed by slices of ids.

A slice is one row: ids as their distance from the slice's first, digests beside them. A million orders take 6 MB; an
order that is read anew costs one row of at most 12 KB.
"""

import sqlite3
import struct
from collections.abc import Iterable, Mapping

from sqlalchemy import bindparam, delete, func, select
from sqlalchemy.dialects.sqlite import insert as upsert

from bridge.contracts.sync import Comparison
from bridge.desk.accounts import SqlStores
from bridge.desk.statements import Statement
from bridge.desk.sync_tables import comparison, order_slice
from bridge.desk.values import from_ms, to_ms
from bridge.domain.slices import SLICE_IDS, SliceSum, by_slice, sum_of

BYTES_AN_ORDER = 6
UNLIKE_ANY = 0
"""The digest of an order of which only is known that it was there."""

_THIS_STORE = order_slice.c.store_id == bindparam("store")
_SUMS = Statement(
    select(order_slice.c.number, order_slice.c.orders, order_slice.c.digest).where(
        _THIS_STORE, order_slice.c.number > bindparam("after"), order_slice.c.number <= bindparam("until")
    )
)
_ONE = Statement(select(order_slice.c.digests).where(_THIS_STORE, order_slice.c.number == bindparam("number")))
_NEWEST = Statement(select(func.max(order_slice.c.number)).where(_THIS_STORE))
_INSERT = upsert(order_slice).values({column.name: bindparam(column.name) for column in order_slice.c})
_SAVE = Statement(
    _INSERT.on_conflict_do_update(
        index_elements=[order_slice.c.store_id, order_slice.c.number],
        set_={name: _INSERT.excluded[name] for name in ("orders", "digest", "digests")},
    )
)
_DELETE_ONE = Statement(delete(order_slice).where(_THIS_STORE, order_slice.c.number == bindparam("number")))
_ALL = Statement(select(order_slice.c.number, order_slice.c.digests).where(_THIS_STORE))
_COMPARISON = Statement(
    select(comparison.c.slice, comparison.c.finished_ms).where(comparison.c.store_id == bindparam("store"))
)
_INSERT_COMPARISON = upsert(comparison).values({column.name: bindparam(column.name) for column in comparison.c})
_SAVE_COMPARISON = Statement(
    _INSERT_COMPARISON.on_conflict_do_update(
        index_elements=[comparison.c.store_id],
        set_={name: _INSERT_COMPARISON.excluded[name] for name in ("slice", "finished_ms")},
    )
)


class SqlSlices:
    """Implements `bridge.contracts.desk.Slices`."""

    def __init__(self, connection: sqlite3.Connection, stores: SqlStores) -> None:
        self._connection, self._stores = connection, stores

    def sums(self, store: str, *, after: int, until: int) -> dict[int, SliceSum]:
        rows = _SUMS.rows(self._connection, store=self._stores.number(store), after=after, until=until)
        return {number: SliceSum(orders, digest) for number, orders, digest in rows}

    def digests(self, store: str, number: int) -> dict[int, int]:
        row = _ONE.one(self._connection, store=self._stores.number(store), number=number)
        return unpacked(number, row[0]) if row is not None else {}

    def note(self, store: str, read: Mapping[int, int], gone: Iterable[int] = ()) -> None:
        absent = set(gone) - read.keys()
        for number, ids in by_slice([*read, *absent]).items():
            before = self.digests(store, number)
            after = {**before, **{i: read[i] for i in ids if i in read}}
            for missing in absent.intersection(ids):
                after.pop(missing, None)
            if after != before:
                self._save(store, number, after)

    def newest(self, store: str) -> int:
        row = _NEWEST.one(self._connection, store=self._stores.number(store))
        return -1 if row is None or row[0] is None else int(row[0])

    def forget(self, store: str) -> None:
        for number, content in _ALL.rows(self._connection, store=self._stores.number(store)):
            self._save(store, number, dict.fromkeys(unpacked(number, content), UNLIKE_ANY))

    def comparison(self, store: str) -> Comparison:
        row = _COMPARISON.one(self._connection, store=self._stores.number(store))
        if row is None:
            return Comparison()
        number, finished_ms = row
        return Comparison(number, None if finished_ms is None else from_ms(finished_ms))

    def save_comparison(self, store: str, comparison: Comparison) -> None:
        finished = comparison.finished_at
        _SAVE_COMPARISON.run(
            self._connection,
            store_id=self._stores.number(store),
            slice=comparison.slice,
            finished_ms=None if finished is None else to_ms(finished),
        )

    def _save(self, store: str, number: int, digests: Mapping[int, int]) -> None:
        store_id = self._stores.number(store)
        if not digests:
            _DELETE_ONE.run(self._connection, store=store_id, number=number)
            return
        orders, digest = sum_of(digests)
        _SAVE.run(
            self._connection,
            store_id=store_id,
            number=number,
            orders=orders,
            digest=digest,
            digests=packed(number, digests),
        )


def packed(number: int, digests: Mapping[int, int]) -> bytes:
    """A slice's digests in few bytes: first all ids, then all digests."""
    first = number * SLICE_IDS
    return struct.pack(f"<{len(digests)}H{len(digests)}I", *(i - first for i in digests), *digests.values())


def unpacked(number: int, content: bytes) -> dict[int, int]:
    """The opposite of `packed`."""
    first, orders = number * SLICE_IDS, len(content) // BYTES_AN_ORDER
    values = struct.unpack(f"<{orders}H{orders}I", content)
    return {first + distance: digest for distance, digest in zip(values[:orders], values[orders:], strict=True)}
