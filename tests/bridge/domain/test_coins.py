"""What may be a number of coins (rule C15)."""

import pytest

from bridge.domain.coins import MAX_COINS, whole_coins
from bridge.errors import ImpossibleAmount


@pytest.mark.parametrize("good", [1, 2, 550, MAX_COINS])
def test_whole_positive_numbers_are_coins(good: int) -> None:
    assert whole_coins(good, what="coins") == good


@pytest.mark.parametrize(
    ("bad", "says"),
    [
        (0, "coins: must be between 1 and 1000000 coins, not 0"),
        (-5, "coins: must be between 1 and 1000000 coins, not -5"),
        (MAX_COINS + 1, "coins: must be between 1 and 1000000 coins, not 1000001"),
        (10**30, f"coins: must be between 1 and 1000000 coins, not {10**30}"),
        (5.0, "coins: must be a whole number of coins, not 5.0"),
        (float("nan"), "coins: must be a whole number of coins, not nan"),
        (True, "coins: must be a whole number of coins, not True"),
        ("5", "coins: must be a whole number of coins, not '5'"),
        (None, "coins: must be a whole number of coins, not None"),
    ],
)
def test_C15_anything_else_is_refused_with_its_value(bad: object, says: str) -> None:
    with pytest.raises(ImpossibleAmount) as refusal:
        whole_coins(bad, what="coins")
    assert str(refusal.value) == says
