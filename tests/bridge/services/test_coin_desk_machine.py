"""The whole ledger under random histories: shop, staff, customers, clock, down-times and repeats (rules C3 to C17).

`BRIDGE_COIN_EXAMPLES` and `BRIDGE_COIN_STEPS` ask for more than the everyday run of 500 histories of 50 steps.
"""

import pytest

from tests.support.coin_machine import EXAMPLES, run_machine


@pytest.mark.timeout(300 + 2 * EXAMPLES)
def test_C16_coins_are_never_wrong_after_any_step_of_a_random_history() -> None:
    run_machine()
