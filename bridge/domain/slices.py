"""Slices: what is known of a stretch of a shop's orders, to be compared with what the shop has now.

No cursor sees an order that was deleted, or one that was changed without a row being added. So every order that is
read comes with a digest of itself and its lines, worked out by the shop's server, and the desk keeps the digests of the
orders as it last read them, by slices of ids. Equal sums of a slice mean equal orders; where they differ, the digests
tell which order it is.
"""

from collections.abc import Iterable, Mapping
from functools import reduce
from operator import xor
from typing import NamedTuple

SLICE_IDS = 2_000
"""Ids a slice spans; slice n holds the ids from n · 2,000 on."""

LAST_SLICE = (2**63 - 1) // SLICE_IDS
"""No id lies beyond it."""


class SliceSum(NamedTuple):
    """A slice at a glance: how many orders it has, and the XOR of their digests."""

    orders: int
    digest: int


NO_ORDERS = SliceSum(0, 0)


def slice_of(order_id: int) -> int:
    """The slice that an order's id lies in."""
    return order_id // SLICE_IDS


def sum_of(digests: Mapping[int, int]) -> SliceSum:
    """The sum of a slice's orders, given their digests by id."""
    return SliceSum(len(digests), reduce(xor, digests.values(), 0))


def by_slice(order_ids: Iterable[int]) -> dict[int, list[int]]:
    """The ids, each with its slice."""
    slices: dict[int, list[int]] = {}
    for number in order_ids:
        slices.setdefault(slice_of(number), []).append(number)
    return slices


def differing(known: Mapping[int, int], shop: Mapping[int, int]) -> list[int]:
    """Ids of orders that only one side has, and of those whose digests differ; ascending."""
    return sorted(number for number in known.keys() | shop.keys() if known.get(number) != shop.get(number))


def unequal(known: Mapping[int, SliceSum], shop: Mapping[int, SliceSum]) -> list[int]:
    """Numbers of the slices that are not the same on both sides; ascending."""
    numbers = known.keys() | shop.keys()
    return sorted(n for n in numbers if known.get(n, NO_ORDERS) != shop.get(n, NO_ORDERS))
