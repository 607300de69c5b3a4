"""Bills of premium time that are paid by an order of the shop: of products whose units are money (rule W8).

An order pays one bill, of just its amount, the customer's oldest that is due. What fits none waits for staff, or for
such a bill to fall due; one that staff have dismissed is dealt with, and pays nothing by itself any more. An order that
is taken back makes its bill due again.
"""

from collections.abc import Collection, Sequence
from datetime import datetime
from decimal import Decimal

from bridge.contracts.desk import Tx
from bridge.domain.bills import Bill, BillState, OrderPayment, by_order
from bridge.domain.money import Money, total
from bridge.domain.orders import Order, Standing
from bridge.domain.purchases import StoreTerms
from bridge.services.bill_moves import mark_paid, mark_unpaid

PREMIUM_PAYMENT, TAKEN_BACK = "premium_payment", "premium_payment_back"
"""Kinds of problems: an order pays no bill, and one that had paid a bill was taken back."""


def note_orders(tx: Tx, store: StoreTerms, orders: Sequence[Order], *, at: datetime, tell: bool = True) -> int:
    """Let these orders pay what they pay, or take it back; returns how many pay otherwise than before.

    Without `tell` (a first sync) what fits no bill is remembered and pays none later; staff hear nothing of it.
    """
    known = tx.order_payments.of_orders(store.name, [order.order_id for order in orders])
    changed = 0
    for order in orders:
        before = known.get(order.order_id)
        units = _units_of(order, store.pays.keys() | (before.units.keys() if before is not None else set()))
        if units or before is not None:
            changed += _note(tx, store, order, units, before, at, tell=tell)
    return changed


def pay_by_earlier_order(tx: Tx, store: str, bill: Bill, *, at: datetime) -> Bill:
    """The bill, paid where an order of its customer's of just that amount has come before it was due."""
    contact = tx.contacts.by_ids([bill.contact_id])[bill.contact_id]
    if contact.account_id is None:
        return bill
    for payment in tx.order_payments.unused(store, contact.account_id):
        if payment.amount == bill.total and _is_asked(tx, store, payment.order_id):
            return _pay(tx, store, bill, payment, at)
    return bill


def _note(
    tx: Tx,
    store: StoreTerms,
    order: Order,
    units: dict[str, int],
    before: OrderPayment | None,
    at: datetime,
    *,
    tell: bool,
) -> bool:
    standing = store.statuses.standing(order.status)
    if standing is Standing.NEUTRAL:
        return False
    stands = standing is Standing.GRANTING and bool(units)
    payer = _payer(tx, store, order, before)
    if not _is_news(store, order, before, stands, units, payer):
        return False
    if before is not None and before.stands:
        _take_back(tx, store.name, before, at)
    frozen = before is not None and (before.units == units or not stands)
    amount = before.amount if before is not None and frozen else _amount_of(store, units)
    if amount is not None and not order.total:  # whatever its units pay, nobody has paid for them
        amount = Money(Decimal(0), amount.currency)
    if amount is None or payer is None:
        if before is not None:
            tx.order_payments.save(store.name, before._replace(bill_id=None, units=units, stands=False))
        why = "what its products pay is not known" if amount is None else "the shop has no such customer any more"
        _ask(tx, store.name, order.order_id, payer, why, at)
        return True
    kept = units or (before.units if before is not None else {})
    payment = OrderPayment(order.order_id, payer, amount, None, at, kept, stands)
    tx.order_payments.save(store.name, payment)
    bill = _fitting(tx, payment) if order.total and stands else None
    if bill is not None:
        _pay(tx, store.name, bill, payment, at)
    elif tell and stands:
        why = "no bill of that is due" if order.total else "the order's total is zero"
        _ask(tx, store.name, order.order_id, payer, f"{amount}, {why}", at)
    return True


def _is_news(
    store: StoreTerms,
    order: Order,
    before: OrderPayment | None,
    stands: bool,
    units: dict[str, int],
    payer: int | None,
) -> bool:
    """Whether an order pays otherwise than before: more, less, no more, once more, or for somebody else (rule C19)."""
    if before is None:
        return stands and not _too_old(store, order)
    if before.stands != stands:
        return True
    claimed = before.bill_id is None and payer != before.account_id
    return stands and (before.units != units or claimed)


def _units_of(order: Order, codes: Collection[str]) -> dict[str, int]:
    """What an order has of products that pay, by code; a code that has paid once pays without the settings too."""
    units: dict[str, int] = {}
    for line in order.lines:
        if line.code in codes and line.owed > 0:
            units[line.code] = units.get(line.code, 0) + line.owed
    return units


def _amount_of(store: StoreTerms, units: dict[str, int]) -> Money | None:
    """What the units pay by the settings; None where these don't say it, or in several currencies."""
    if not units.keys() <= store.pays.keys():
        return None
    parts = [Money(store.pays[code].amount * count, store.pays[code].currency) for code, count in units.items()]
    currencies = {part.currency for part in parts}
    return total(parts, currencies.pop()) if len(currencies) == 1 else None


def _too_old(store: StoreTerms, order: Order) -> bool:
    """Whether it was placed before the bridge began to count (rule C2)."""
    placed = order.ordered_at or order.granting_at
    return placed is not None and placed.date() < store.start


def _payer(tx: Tx, store: StoreTerms, order: Order, before: OrderPayment | None) -> int | None:
    """The account whose bills the order pays; None where the shop does not know its customer any more."""
    linked = tx.guests.linked(store.name, [order.order_id]).get(order.order_id)
    if linked is not None:
        return linked
    if before is not None:  # the shop's number may be somebody else's by now (rule D3)
        return before.account_id
    return tx.accounts.open(store.name, [order.buyer])[order.buyer].id if order.buyer is not None else None


def _fitting(tx: Tx, payment: OrderPayment) -> Bill | None:
    contacts = [one.id for one in tx.contacts.of_account(payment.account_id)]
    due = [one for one in tx.bills.of_contacts(contacts) if one.state is BillState.BILLED]
    fitting = [one for one in due if one.total == payment.amount]
    return min(fitting, key=lambda one: (one.billed_at or payment.at, one.id), default=None)


def _pay(tx: Tx, store: str, bill: Bill, payment: OrderPayment, at: datetime) -> Bill:
    paid = mark_paid(tx, bill, paid_by=by_order(payment.order_id), at=at)
    tx.order_payments.save(store, payment._replace(bill_id=bill.id))
    tx.problems.solve(store, [_key(payment.order_id), _back_key(payment.order_id)], at)
    return paid


def _take_back(tx: Tx, store: str, payment: OrderPayment, at: datetime) -> None:
    tx.problems.solve(store, [_key(payment.order_id)], at)
    if payment.bill_id is None:
        return
    [bill] = tx.bills.by_ids([payment.bill_id]).values()
    if bill.state is BillState.PAID and bill.paid_by_order == payment.order_id:
        mark_unpaid(tx, bill, at=at)
        summary = f"order {payment.order_id} had paid bill {bill.id} and was taken back: the bill is due again"
        detail = {"account": payment.account_id}
        tx.problems.report(
            store, key=_back_key(payment.order_id), kind=TAKEN_BACK, summary=summary, at=at, detail=detail
        )


def _is_asked(tx: Tx, store: str, order_id: int) -> bool:
    """Whether it waits for staff what an order pays.

    It does not where they have dismissed that, because they have recorded what it paid or paid it back, nor where a
    first sync has found it: what that had been for was settled before there were bills here.
    """
    return tx.problems.open_under(store, _key(order_id)) is not None


def _ask(tx: Tx, store: str, order_id: int, payer: int | None, why: str, at: datetime) -> None:
    summary = f"order {order_id} buys premium time and pays no bill: {why}"
    detail = {"account": payer} if payer is not None else {}
    tx.problems.report(store, key=_key(order_id), kind=PREMIUM_PAYMENT, summary=summary, at=at, detail=detail)


def _key(order_id: int) -> str:
    return f"order:{order_id}:{PREMIUM_PAYMENT}"


def _back_key(order_id: int) -> str:
    return f"order:{order_id}:{TAKEN_BACK}"
