"""What was last read of each order, packed by slices of ids, is what comes back."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.contracts.sync import Comparison
from bridge.desk.desk import Desk
from bridge.desk.slices import BYTES_AN_ORDER, packed, unpacked
from bridge.domain.slices import SLICE_IDS, SliceSum, slice_of, sum_of
from tests.support.books import a_quick_desk, rows

LAST_ID = 2**63 - 1
HIGHEST_DIGEST = 2**32 - 1
EVERYTHING = {"after": -1, "until": slice_of(LAST_ID)}


@pytest.fixture
def desk() -> Iterator[Desk]:
    with a_quick_desk() as opened:
        yield opened


def note(desk: Desk, read: dict[int, int], *gone: int, store: str = "acme") -> None:
    desk.run(lambda tx: tx.slices.note(store, read, gone))


def digests(desk: Desk, number: int = 0, store: str = "acme") -> dict[int, int]:
    return desk.look(lambda tx: tx.slices.digests(store, number))


@given(st.integers(0, slice_of(LAST_ID)), st.data())
def test_a_slice_that_is_unpacked_is_the_slice_that_was_packed(number: int, data: st.DataObject) -> None:
    first = number * SLICE_IDS
    ids = st.integers(first, min(first + SLICE_IDS - 1, LAST_ID))
    content = data.draw(st.dictionaries(ids, st.integers(0, HIGHEST_DIGEST), max_size=30))
    bytes_ = packed(number, content)
    assert unpacked(number, bytes_) == content
    assert len(bytes_) == BYTES_AN_ORDER * len(content)


def test_a_whole_slice_is_at_most_12_kilobytes() -> None:
    whole = {3 * SLICE_IDS + distance: HIGHEST_DIGEST - distance for distance in range(SLICE_IDS)}
    assert len(packed(3, whole)) == 12_000
    assert unpacked(3, packed(3, whole)) == whole


def test_what_is_noted_is_known_in_its_slice_and_in_no_other(desk: Desk) -> None:
    ends = {0: 1, 1_999: 2, 2_000: 3, 3_999: HIGHEST_DIGEST, 4_000: 0}
    note(desk, ends)
    assert digests(desk, 0) == {0: 1, 1_999: 2}
    assert digests(desk, 1) == {2_000: 3, 3_999: HIGHEST_DIGEST}
    assert digests(desk, 2) == {4_000: 0}
    assert digests(desk, 3) == {}


def test_sums_are_those_of_the_digests_above_one_slice_and_up_to_another(desk: Desk) -> None:
    note(desk, {number * SLICE_IDS + 7: 100 + number for number in range(6)} | {7 + 1: 55})

    def sums(after: int, until: int) -> dict[int, object]:
        return dict(desk.look(lambda tx: tx.slices.sums("acme", after=after, until=until)))

    assert sums(1, 3) == {2: sum_of({0: 102}), 3: sum_of({0: 103})}
    assert sums(-1, 0) == {0: sum_of({7: 100, 8: 55})}
    assert sums(5, 99) == {}


def test_an_order_that_is_read_again_replaces_what_was_known_of_it_alone(desk: Desk) -> None:
    note(desk, {1: 11, 2: 22})
    note(desk, {2: 99, 3: 33})
    assert digests(desk) == {1: 11, 2: 99, 3: 33}
    assert desk.look(lambda tx: tx.slices.sums("acme", after=-1, until=0)) == {0: sum_of({1: 11, 2: 99, 3: 33})}


def test_an_order_that_is_not_there_is_forgotten(desk: Desk) -> None:
    note(desk, {1: 11, 2: 22, 2_001: 5})
    note(desk, {3: 33}, 1, 2_001, 777)
    assert digests(desk) == {2: 22, 3: 33}
    assert digests(desk, 1) == {}


def test_an_order_that_was_read_is_there_whatever_else_is_said(desk: Desk) -> None:
    note(desk, {1: 11}, 1)
    assert digests(desk) == {1: 11}


def test_a_slice_whose_last_order_has_gone_leaves_nothing_behind(desk: Desk) -> None:
    note(desk, {1: 11, 4_001: 5})
    note(desk, {}, 4_001)
    assert desk.look(lambda tx: tx.slices.newest("acme")) == 0
    assert desk.look(lambda tx: tx.slices.sums("acme", **EVERYTHING)) == {0: sum_of({1: 11})}
    assert rows(desk, "SELECT number FROM order_slice") == [(0,)]


def test_noting_what_is_known_writes_nothing(desk: Desk) -> None:
    note(desk, {1: 11, 2: 22})

    def changes(tx_read: dict[int, int], gone: tuple[int, ...] = ()) -> int:
        before: int = desk._connection.total_changes
        note(desk, tx_read, *gone)
        return desk._connection.total_changes - before

    assert changes({2: 22, 1: 11}, (5,)) == 0
    assert changes({2: 23}) == 1


def test_ids_as_large_as_a_shop_can_have_them_are_kept(desk: Desk) -> None:
    first = slice_of(LAST_ID) * SLICE_IDS
    note(desk, {LAST_ID: HIGHEST_DIGEST, LAST_ID - 1: 1, first: 7, first - 1: 8})
    assert digests(desk, slice_of(LAST_ID)) == {LAST_ID: HIGHEST_DIGEST, LAST_ID - 1: 1, first: 7}
    assert digests(desk, slice_of(LAST_ID) - 1) == {first - 1: 8}
    assert desk.look(lambda tx: tx.slices.newest("acme")) == slice_of(LAST_ID)
    assert len(desk.look(lambda tx: tx.slices.sums("acme", **EVERYTHING))) == 2


def test_the_newest_slice_is_the_highest_with_an_order_and_none_is_below_the_first(desk: Desk) -> None:
    assert desk.look(lambda tx: tx.slices.newest("acme")) == -1
    note(desk, {5: 1})
    assert desk.look(lambda tx: tx.slices.newest("acme")) == 0
    note(desk, {9 * SLICE_IDS: 1, 3 * SLICE_IDS: 1})
    assert desk.look(lambda tx: tx.slices.newest("acme")) == 9


def test_stores_know_nothing_of_each_other_and_are_forgotten_alone(desk: Desk) -> None:
    note(desk, {1: 11})
    note(desk, {1: 99, 2_001: 5}, store="umbrella")
    assert digests(desk) == {1: 11}
    desk.run(lambda tx: tx.slices.forget("umbrella"))
    assert digests(desk) == {1: 11}
    assert digests(desk, store="umbrella") == {1: 0}


def test_what_is_forgotten_is_how_the_orders_were_and_not_which_there_were(desk: Desk) -> None:
    """An order that is deleted before it is read again must still be missed."""
    note(desk, {1: 11, 2: 22, 2_001: 5})
    desk.run(lambda tx: tx.slices.forget("acme"))
    assert (digests(desk), digests(desk, 1)) == ({1: 0, 2: 0}, {2_001: 0})
    assert desk.look(lambda tx: tx.slices.sums("acme", **EVERYTHING)) == {0: SliceSum(2, 0), 1: SliceSum(1, 0)}
    assert desk.look(lambda tx: tx.slices.newest("acme")) == 1


@pytest.mark.parametrize(
    "comparison",
    [
        Comparison(),
        Comparison(17),
        Comparison(-1, datetime(2026, 11, 23, 9, 0, 0, 123_000, tzinfo=UTC)),
        Comparison(slice_of(LAST_ID), datetime(2026, 11, 23, tzinfo=UTC)),
    ],
)
def test_how_far_comparing_is_is_remembered_for_each_store(desk: Desk, comparison: Comparison) -> None:
    assert desk.look(lambda tx: tx.slices.comparison("acme")) == Comparison()
    desk.run(lambda tx: tx.slices.save_comparison("acme", Comparison(3)))
    desk.run(lambda tx: tx.slices.save_comparison("acme", comparison))
    assert desk.look(lambda tx: tx.slices.comparison("acme")) == comparison
    assert desk.look(lambda tx: tx.slices.comparison("umbrella")) == Comparison()
