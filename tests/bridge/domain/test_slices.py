"""Slices tell exactly which orders are not as they were read, wherever an id lies."""

from collections.abc import Mapping
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from bridge.domain.slices import NO_ORDERS, SLICE_IDS, SliceSum, by_slice, differing, slice_of, sum_of, unequal

LAST_ID = 2**63 - 1
ids = st.one_of(st.integers(1, 9), st.integers(1, LAST_ID))
digests = st.integers(0, 2**32 - 1)
slices = st.dictionaries(ids, digests, max_size=12)
sums = st.builds(SliceSum, st.integers(1, SLICE_IDS), digests)


def test_a_slice_begins_with_its_number_times_2000_and_has_2000_ids() -> None:
    assert [slice_of(number) for number in (0, 1, 1_999, 2_000, 3_999, 4_000)] == [0, 0, 0, 1, 1, 2]


def test_nothing_is_summed_up_as_no_orders() -> None:
    assert sum_of({}) == NO_ORDERS


@given(slices, st.randoms(use_true_random=False))
def test_a_sum_does_not_depend_on_the_order_of_its_orders(digests: Mapping[int, int], random: Random) -> None:
    shuffled = list(digests.items())
    random.shuffle(shuffled)
    assert sum_of(dict(shuffled)) == sum_of(digests)


@given(st.dictionaries(ids, digests, min_size=1, max_size=12), st.integers(1, 2**32 - 1))
def test_a_sum_tells_every_change_of_one_order(before: Mapping[int, int], difference: int) -> None:
    changed = min(before)
    assert sum_of({**before, changed: before[changed] ^ difference}) != sum_of(before)
    assert sum_of({number: digest for number, digest in before.items() if number != changed}) != sum_of(before)


def test_an_order_whose_digest_is_nought_is_counted_all_the_same() -> None:
    assert sum_of({7: 0}) != NO_ORDERS
    assert differing({7: 0}, {}) == [7]
    assert differing({}, {7: 0}) == [7]


@given(st.sets(ids, max_size=20))
def test_every_id_is_in_its_own_slice_and_in_no_other(numbers: set[int]) -> None:
    found = by_slice(numbers)
    assert sorted(number for some in found.values() for number in some) == sorted(numbers)
    for place, some in found.items():
        assert all(place * SLICE_IDS <= number < (place + 1) * SLICE_IDS for number in some)


@given(slices, slices)
def test_differing_orders_are_exactly_those_that_are_not_the_same_on_both_sides(
    known: Mapping[int, int], shop: Mapping[int, int]
) -> None:
    found = differing(known, shop)
    assert found == sorted(set(found))
    for number in known.keys() | shop.keys():
        same = number in known and number in shop and known[number] == shop[number]
        assert (number in found) is not same
    assert found == differing(shop, known)
    assert differing(known, known) == []


@given(st.dictionaries(st.integers(0, 9), sums), st.dictionaries(st.integers(0, 9), sums))
def test_unequal_slices_are_exactly_those_that_are_not_the_same_on_both_sides(
    known: Mapping[int, SliceSum], shop: Mapping[int, SliceSum]
) -> None:
    assert unequal(known, shop) == sorted(n for n in range(10) if known.get(n) != shop.get(n))


def test_a_slice_that_one_side_calls_empty_and_the_other_leaves_out_is_the_same() -> None:
    assert unequal({3: NO_ORDERS}, {}) == []
    assert unequal({}, {3: NO_ORDERS}) == []
