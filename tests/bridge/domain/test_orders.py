"""What a status means, and what a line leaves to the customer (rule C14)."""

import pytest

from bridge.domain.orders import OrderLine, Standing, StatusSets
from tests.support.books import CHARGED_BACK, PAID, PENDING, REFUNDED, STATUSES


@pytest.mark.parametrize(
    ("status", "standing"),
    [
        (PAID, Standing.GRANTING),
        (3, Standing.GRANTING),
        (REFUNDED, Standing.REVOKING),
        (7, Standing.REVOKING),
        (CHARGED_BACK, Standing.CHARGEBACK),
        (PENDING, Standing.NEUTRAL),
        (0, Standing.NEUTRAL),
        (999, Standing.NEUTRAL),
    ],
)
def test_C14_a_status_is_granting_revoking_a_chargeback_or_neutral(status: int, standing: Standing) -> None:
    assert STATUSES.standing(status) is standing


def test_C14_a_chargeback_that_also_stands_among_the_revoking_is_a_chargeback() -> None:
    assert StatusSets.of([5], [11, 13], [13]).standing(13) is Standing.CHARGEBACK


@pytest.mark.parametrize(
    ("revoking", "chargeback", "named"), [([5, 7], [], "5"), ([], [3], "3"), ([5, 3], [3], "3, 5")]
)
def test_C14_a_status_in_both_sets_is_refused_by_its_number(
    revoking: list[int], chargeback: list[int], named: str
) -> None:
    with pytest.raises(ValueError, match=f"^status {named} is both granting and revoking$"):
        StatusSets.of([5, 3], revoking, chargeback)


@pytest.mark.parametrize(
    ("line", "owed"),
    [
        (OrderLine("A", 3), 3),
        (OrderLine("A", 3, 1), 2),
        (OrderLine("A", 3, 0, 1), 2),
        (OrderLine("A", 3, 2, 1), 0),
        (OrderLine("A", 1, 1, 1), -1),
    ],
)
def test_C14_the_customer_keeps_quantity_less_refunded_less_returned(line: OrderLine, owed: int) -> None:
    assert line.owed == owed
