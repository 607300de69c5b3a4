"""A bill's states follow each other as rule W8 has it, and its lines add up to what it says."""

from datetime import UTC, datetime
from decimal import Decimal
from itertools import product

import pytest

from bridge.domain.bills import (
    OPEN,
    Bill,
    BillLine,
    BillState,
    LineKind,
    require_correction,
    require_move,
)
from bridge.domain.money import HourlyRate, Money
from bridge.domain.premium import DOLLAR
from bridge.errors import BillRefused

NINE = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
TWENTY = HourlyRate(Money(Decimal("20.00"), DOLLAR))


def line(position: int, agreement: int, steps: int, kind: LineKind = LineKind.TIME) -> BillLine:
    """So many quarters of technical support."""
    return BillLine(position, kind, agreement, "technical", TWENTY, steps, NINE)


def bill(*lines: BillLine, state: BillState = BillState.DRAFT) -> Bill:
    """A bill of these lines."""
    return Bill(5, "acme", 1, state, DOLLAR, lines)


ALLOWED = {
    ("draft", "sent"), ("draft", "gathered"), ("sent", "accepted"), ("sent", "disputed"), ("sent", "billed"),
    ("accepted", "disputed"), ("accepted", "billed"), ("disputed", "sent"), ("disputed", "accepted"),
    ("billed", "paid"), ("billed", "disputed"),
}  # fmt: skip


@pytest.mark.parametrize(("was", "becomes"), list(product(BillState, BillState)))
def test_W8_nothing_is_billed_before_its_statement_and_nothing_paid_that_was_not_due(
    was: BillState, becomes: BillState
) -> None:
    if (was.value, becomes.value) in ALLOWED:
        require_move(bill(state=was), becomes)
        return
    with pytest.raises(BillRefused):
        require_move(bill(state=was), becomes)


def test_D2_a_bill_is_open_until_it_is_paid_or_part_of_another() -> None:
    assert set(BillState) - OPEN == {BillState.PAID, BillState.GATHERED}


def test_W6_the_total_is_the_sum_of_hours_times_rate() -> None:
    made = bill(line(1, 1, 4), line(2, 2, 1), line(3, 1, -2, LineKind.CORRECTION))
    assert [str(one.amount) for one in made.lines] == ["20.00 USD", "5.00 USD", "-10.00 USD"]
    assert str(made.total) == "15.00 USD"


def test_C9_a_statements_hash_changes_with_whatever_changes_its_price() -> None:
    one = bill(line(1, 1, 4))
    others = [
        bill(line(1, 1, 3)),
        bill(line(1, 2, 4)),
        bill(line(1, 1, 4), line(2, 1, -1, LineKind.CORRECTION)),
    ]
    assert len({made.hash for made in (one, *others)}) == 4
    assert one.hash == bill(line(1, 1, 4), state=BillState.PAID).hash


@pytest.mark.parametrize(("agreement", "steps", "well"), [(1, -4, True), (1, -5, False), (1, 1, False), (3, -1, False)])
def test_W8_a_correction_is_of_an_agreement_of_the_bill_and_within_what_was_worked(
    agreement: int, steps: int, *, well: bool
) -> None:
    made = bill(line(1, 1, 4), line(2, 2, 1), state=BillState.SENT)
    if well:
        require_correction(made, agreement, steps)
        return
    with pytest.raises(BillRefused):
        require_correction(made, agreement, steps)


def test_W8_what_was_taken_by_a_correction_can_be_given_back() -> None:
    made = bill(line(1, 1, 4), line(2, 1, -3, LineKind.CORRECTION), state=BillState.BILLED)
    require_correction(made, 1, 3)
    with pytest.raises(BillRefused):
        require_correction(made, 1, 4)


def test_W8_a_paid_bill_is_not_corrected() -> None:
    with pytest.raises(BillRefused):
        require_correction(bill(line(1, 1, 4), state=BillState.PAID), 1, -1)
