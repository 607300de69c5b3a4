"""What pays a bill of premium time, and pays it once: orders of the shop and what staff record (rules W6, W8)."""

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from bridge.contracts.problems import ProblemState
from bridge.desk.transaction import DeskTx
from bridge.domain.bills import BillState
from bridge.domain.orders import Order
from bridge.errors import BillRefused
from bridge.services import billing
from bridge.services.purchases import book_orders
from tests.support.books import ACME, PENDING, REFUNDED, a_store, an_order, customer, guest
from tests.support.premium_time import PremiumDesk, a_premium_desk, dollars, premium_terms
from tests.support.quoting import ANNA, CUSTOMER


@pytest.fixture
def desk() -> Iterator[PremiumDesk]:
    with a_premium_desk() as made:
        yield made


def order(number: int, units: int, **different: Any) -> Order:
    """A paid order of so many units that pay a dollar each."""
    return an_order(number, ("PREMIUM-1USD", units), **different)


def booked(desk: PremiumDesk, *orders: Order, **facts: Any) -> None:
    """The shop's orders are read."""
    desk.coins.desk.run(book_orders, a_store(pays=desk.terms.premium.pays), orders, at=desk.now, **facts)


def problems(desk: PremiumDesk) -> list[str]:
    """The kinds of the problems that wait for staff."""
    return [one.kind for one in desk.coins.desk.look(lambda tx: tx.problems.open(ACME))]


def corrected(desk: PremiumDesk, number: int, steps: int) -> None:
    """Staff take steps off a bill of one agreement."""
    line = desk.coins.desk.look(lambda tx: tx.bills.by_ids([number]))[number].lines[0]
    facts = {"agreement_id": line.agreement_id, "steps": steps, "reason": "As talked over"}
    desk.do(billing.correct, number, **facts, by=ANNA, at=desk.now)


def test_W8_what_is_paid_is_not_billed_once_more(desk: PremiumDesk) -> None:
    bill = desk.due(desk.sent(desk.billed_time(minutes=47)))
    desk.do(billing.paid, bill.id, how="In cash", by=ANNA, at=desk.now)
    with pytest.raises(BillRefused, match="paid"):
        desk.due(bill)
    assert desk.bill(bill).state is BillState.PAID


def test_W8_an_order_that_cost_nothing_pays_no_bill_that_falls_due_later_either(desk: PremiumDesk) -> None:
    booked(desk, order(7, 20, total=Decimal(0)))
    assert desk.due(desk.sent(desk.billed_time(minutes=47))).state is BillState.BILLED
    booked(desk, order(7, 20, total=Decimal(0), status=REFUNDED))
    booked(desk, order(7, 20, total=Decimal(0)))
    assert desk.due(desk.sent(desk.billed_time(minutes=60))).state is BillState.BILLED


def test_W8_an_order_that_staff_have_dealt_with_pays_nothing_later(desk: PremiumDesk) -> None:
    bill = desk.due(desk.sent(desk.billed_time(minutes=47)))
    booked(desk, order(7, 5))
    booked(desk, order(8, 15))
    desk.do(billing.paid, bill.id, how="By orders 7 and 8", by=ANNA, at=desk.now)
    for one in desk.coins.desk.look(lambda tx: tx.problems.open(ACME)):
        desk.coins.desk.run(
            lambda tx, number: tx.problems.close(number, ProblemState.DISMISSED, by=ANNA, at=desk.now), one.id
        )
    assert desk.due(desk.sent(desk.billed_time(minutes=10))).state is BillState.BILLED


def test_W8_an_order_that_a_first_sync_found_pays_no_bill_by_itself(desk: PremiumDesk) -> None:
    booked(desk, order(7, 20), tell=False)  # it was for something else, before there were bills here
    bill = desk.due(desk.sent(desk.billed_time(minutes=47)))
    assert bill.state is BillState.BILLED
    booked(desk, order(7, 20))
    assert desk.bill(bill).state is BillState.BILLED


def test_W8_a_correction_to_just_what_an_order_has_paid_settles_the_bill(desk: PremiumDesk) -> None:
    bill = desk.due(desk.sent(desk.billed_time(minutes=47)))
    booked(desk, order(7, 15))
    corrected(desk, bill.id, -1)
    assert (desk.bill(bill).state, desk.bill(bill).total) == (BillState.PAID, dollars("15.00"))
    assert not problems(desk)


def test_W8_an_order_of_just_its_amount_pays_the_oldest_bill_that_is_due(desk: PremiumDesk) -> None:
    first, second, third = (desk.due(desk.sent(desk.billed_time(minutes=minutes))) for minutes in (47, 60, 30))
    booked(desk, order(7, 20))
    booked(desk, order(7, 20))
    assert [desk.bill(one).state.value for one in (first, second, third)] == ["paid", "billed", "billed"]
    assert desk.bill(first).paid_by == "order:7"
    booked(desk, order(8, 10), order(9, 13))
    assert desk.bill(third).paid_by == "order:8"
    assert problems(desk) == ["premium_payment"]


def test_W8_an_order_that_is_taken_back_makes_its_bill_due_again(desk: PremiumDesk) -> None:
    bill = desk.due(desk.sent(desk.billed_time(minutes=47)))
    booked(desk, order(7, 20))
    booked(desk, order(7, 20, status=REFUNDED))
    assert (desk.bill(bill).state, desk.bill(bill).paid_by) == (BillState.BILLED, "")
    assert problems(desk) == ["premium_payment_back"]
    desk.coins.terms = replace(desk.terms, premium=premium_terms(pays={"PREMIUM-1USD": dollars("2.00")}))
    booked(desk, order(7, 20))
    assert desk.bill(bill).state is BillState.PAID  # what a unit pays is frozen with the order
    assert not problems(desk)
    desk.coins.terms = replace(desk.terms, premium=premium_terms(pays={}))
    booked(desk, order(7, 20))
    assert desk.bill(bill).state is BillState.PAID  # nor do the settings unsay it
    booked(desk, order(7, 19))
    assert desk.bill(bill).state is BillState.BILLED


def test_W8_an_order_that_comes_before_the_bill_pays_it_when_it_falls_due(desk: PremiumDesk) -> None:
    bill = desk.sent(desk.billed_time(minutes=47))
    booked(desk, order(7, 20))
    assert problems(desk) == ["premium_payment"]
    assert desk.due(bill).state is BillState.PAID
    assert not problems(desk)


@pytest.mark.parametrize("units", [19, 21])
def test_W8_an_order_of_another_amount_that_came_before_pays_no_bill_that_falls_due(
    desk: PremiumDesk, units: int
) -> None:
    booked(desk, order(7, units))
    assert desk.due(desk.sent(desk.billed_time(minutes=47))).state is BillState.BILLED
    assert problems(desk) == ["premium_payment"]


def test_C14_W8_a_status_that_means_nothing_leaves_the_bill_paid(desk: PremiumDesk) -> None:
    bill = desk.due(desk.sent(desk.billed_time(minutes=47)))
    booked(desk, order(7, 20))
    booked(desk, order(7, 20, status=PENDING))
    assert desk.bill(bill).state is BillState.PAID
    assert not problems(desk)


def test_W8_an_order_that_cost_nothing_or_is_somebody_elses_pays_nothing(desk: PremiumDesk) -> None:
    bill = desk.due(desk.sent(desk.billed_time(minutes=47)))
    booked(desk, order(7, 20, total=Decimal(0)), order(8, 20, buyer=customer(78)), order(9, 20, status=PENDING))
    assert desk.bill(bill).state is BillState.BILLED
    assert problems(desk) == ["premium_payment", "premium_payment"]


def test_W8_a_first_sync_asks_nobody_about_orders_of_earlier_times(desk: PremiumDesk) -> None:
    booked(desk, order(7, 20), tell=False)
    booked(desk, order(7, 20))
    assert not problems(desk)


def test_C19_a_guests_order_pays_once_it_is_linked_to_its_customer(desk: PremiumDesk) -> None:
    bill = desk.due(desk.sent(desk.billed_time(minutes=47)))
    booked(desk, order(7, 20, buyer=guest(7)))
    assert problems(desk) == ["premium_payment"]

    def linked(tx: DeskTx) -> None:
        account = tx.accounts.open(ACME, [CUSTOMER])[CUSTOMER]
        tx.guests.link(ACME, 7, account.id, at=desk.now, staff=ANNA)

    desk.coins.desk.run(linked)
    booked(desk, order(7, 20, buyer=guest(7)))
    assert desk.bill(bill).paid_by == "order:7"
    assert not problems(desk)
