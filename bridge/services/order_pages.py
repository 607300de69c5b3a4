"""Deciding about a page of orders: each one beside what is remembered of it, its packages, and what staff have said.

Everything the page needs is loaded in a few queries; what is to be booked of it is decided in memory, by the rules.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from bridge.contracts.desk import Tx
from bridge.contracts.problems import Aside, AsideState
from bridge.domain.accounts import Owner, OwnerKind
from bridge.domain.licence_orders import NO_LICENCES, OrderLicences
from bridge.domain.order_notes import NoteKind
from bridge.domain.orders import Order
from bridge.domain.purchases import NOTHING, Decision, Purchase, StoreTerms, decide
from bridge.services import telling

_WAITING_FOR_STAFF = {str(kind): kind for kind in telling.WAITING}


@dataclass(frozen=True, slots=True)
class OrderPage:
    """Decisions about a page, and what of the desk they were made from.

    `orders` has the shop's side of each; there is none of what staff decide without asking the shop.
    """

    decisions: Mapping[int, Decision]
    orders: Mapping[int, Order]
    purchases: Mapping[int, Purchase]
    aside: Mapping[int, Aside]

    def released(self, number: int) -> str | None:
        """The kind of problem that staff have let the order through, None where they have not."""
        found = self.aside.get(number)
        return found.kind if found is not None and found.state is AsideState.RELEASED else None

    def cause(self, number: int, owes: str) -> str:
        """Why something is booked of an order that `owes` something else now, as the entry says it."""
        order = self.orders.get(number)
        return f"order {number} has status {order.status} and owes {owes}" if order else charged_back_by_staff(number)


def decide_page(
    tx: Tx, store: StoreTerms, orders: Sequence[Order], *, seen_at: Mapping[int, datetime], at: datetime
) -> OrderPage:
    """What is to be booked of these orders as they are now (rules C1, C2, C14, L1, L5); nothing is booked yet."""
    ids = [order.order_id for order in orders]
    purchases = tx.purchases.of_orders(store.name, ids)
    orders = _with_heirs(tx, store, orders, purchases)
    units = tx.ledger.units_of(store.name, purchases) if purchases else {}
    given = licences_given(tx, store.name, purchases)
    aside = tx.problems.aside(store.name, ids)
    elsewhere = _granted_elsewhere(tx, store, [order for order in orders if order.order_id not in purchases])
    decisions: dict[int, Decision] = {}
    page = OrderPage(decisions, {order.order_id: order for order in orders}, purchases, aside)
    for order in orders:
        number = order.order_id
        decision = decide(
            order,
            purchases.get(number),
            units.get(number, ()),
            store,
            seen_at=seen_at.get(number, at),
            released=_WAITING_FOR_STAFF.get(page.released(number) or ""),
            elsewhere=elsewhere.get(number),
            given=given.get(number, NO_LICENCES),
        )
        decisions[number] = _as_set_aside(decision, aside[number]) if number in aside else decision
    return page


def licences_given(tx: Tx, store: str, purchases: Mapping[int, Purchase]) -> dict[int, OrderLicences]:
    """What these orders have given in licences; the desk is only asked of orders that have given any."""
    wanted = [number for number, one in purchases.items() if one.licensed]
    if not wanted:
        return {}
    licences, renewals = tx.licences.of_orders(store, wanted), tx.licences.renewals_of(store, wanted)
    return {
        number: OrderLicences(tuple(licences.get(number, ())), tuple(renewals.get(number, ()))) for number in wanted
    }


def _granted_elsewhere(tx: Tx, store: StoreTerms, orders: Sequence[Order]) -> dict[int, str]:
    """Those of the orders that have granted in a store of the same tables, where the order was moved from (rule C2).

    The same number may mean another order there since a dump was put back; its date tells.
    """
    found: dict[int, str] = {}
    for sibling in sorted(store.siblings):
        there = tx.purchases.of_orders(sibling, [order.order_id for order in orders])
        for order in orders:
            known = there.get(order.order_id)
            if known is not None and known.ordered_at in {None, order.ordered_at}:
                found[order.order_id] = sibling
    return found


def _with_heirs(
    tx: Tx, store: StoreTerms, orders: Sequence[Order], purchases: Mapping[int, Purchase]
) -> Sequence[Order]:
    """The orders, those of guests that were linked to an account with its owner as their buyer (rule C19).

    A new purchase is none of a former customer's: his number may be somebody else's by now (rule D3).
    """
    guests = [one.order_id for one in orders if one.buyer is not None and one.buyer.kind is OwnerKind.GUEST]
    linked = tx.guests.linked(store.name, guests) if guests else {}
    if not linked:
        return orders
    accounts = tx.accounts.by_ids(linked.values())
    heirs: dict[int, Owner | None] = {number: accounts[account].owner for number, account in linked.items()}
    for number, owner in heirs.items():
        if owner is not None and owner.kind is OwnerKind.FORMER and number not in purchases:
            heirs[number] = None
    return [one._replace(buyer=heirs[one.order_id]) if one.order_id in heirs else one for one in orders]


def _as_set_aside(decision: Decision, aside: Aside) -> Decision:
    """What remains of a decision about an order that was set aside.

    Behind a blown fuse nothing moves, but a chargeback freezes at once. A zero total holds back only what would be new,
    so refunds go through; where staff have left it, it is not asked again.
    """
    if decision is NOTHING:
        return decision
    if waits_for_fuse(aside):
        return replace(decision, changes=(), notes=(), terms={}, licensed={})
    if aside.kind == NoteKind.ZERO_TOTAL and aside.state is AsideState.LEFT:
        return replace(decision, notes=tuple(note for note in decision.notes if note.kind is not NoteKind.ZERO_TOTAL))
    return decision


def waits_for_fuse(aside: Aside) -> bool:
    """Whether an order waits behind the blown fuse (rule C2)."""
    return aside.kind == telling.FUSE and aside.state is AsideState.WAITING


def charged_back_by_staff(number: int) -> str:
    """The reason that an entry has where it was staff, and not the shop, who said that an order was charged back."""
    return f"order {number} was charged back"
