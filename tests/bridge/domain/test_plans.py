"""Plans are found by product code, exactly; what only looks like a code is told apart (rules C1, P1)."""

import pytest

from bridge.domain.plans import UnitTerms
from tests.support.books import BASE, PLANS


def test_C1_a_product_code_stands_for_its_plan_as_it_is_today() -> None:
    assert PLANS.terms(BASE) == UnitTerms("base", 550, 12)
    assert PLANS.terms("FONT") is None


@pytest.mark.parametrize("near", ["base-550", " BASE-550", "BASE-550\t", "Base-550 "])
def test_C1_case_and_blanks_do_not_match_but_are_noticed(near: str) -> None:
    assert PLANS.terms(near) is None
    assert PLANS.near_miss(near) == BASE


@pytest.mark.parametrize("other", [BASE, "BASE-5500", "BASE", "", " ", "BASE 550"])
def test_C1_a_code_itself_and_other_codes_are_no_near_miss(other: str) -> None:
    assert PLANS.near_miss(other) is None


def test_P1_plans_rank_in_file_order_and_unknown_ones_last() -> None:
    ranks = [PLANS.rank(plan) for plan in (None, "gone", "essential", "base", "professional")]
    assert ranks == [0, 0, 1, 2, 3]
