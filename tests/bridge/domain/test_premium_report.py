"""What several agents share is shared exactly: no cent and no second is lost or made."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.domain.premium_report import shared


@pytest.mark.parametrize(
    ("whole", "weights", "parts"),
    [
        (2000, [47], [2000]),
        (2000, [1, 1, 1], [667, 667, 666]),
        (100, [2, 1], [67, 33]),
        (-100, [2, 1], [-67, -33]),
        (0, [3, 4], [0, 0]),
        (5, [0, 0], [3, 2]),
        (5, [0, 9], [0, 5]),
    ],
)
def test_a_whole_is_shared_by_weight_to_the_last_part(whole: int, weights: list[int], parts: list[int]) -> None:
    assert shared(whole, weights) == parts


@given(st.integers(-(10**9), 10**9), st.lists(st.integers(0, 10**6), min_size=1, max_size=6))
def test_shares_add_up_and_are_never_further_from_their_weight_than_one(whole: int, weights: list[int]) -> None:
    parts = shared(whole, weights)
    assert sum(parts) == whole
    if total := sum(weights):
        assert all(abs(part * total - whole * weight) < total for part, weight in zip(parts, weights, strict=True))
