"""Whatever happens to a customer's orders, and in whatever pages they are read, their licences are what they owe."""

from collections import Counter
from typing import NamedTuple

from hypothesis import given, settings
from hypothesis import strategies as st

from bridge.desk.transaction import DeskTx
from bridge.domain.licence_history import licence_now
from bridge.domain.licences import StaffReason, SuspendedBy
from bridge.domain.orders import Order, OrderLine
from bridge.errors import LicenceRefused
from bridge.services import licences_by_staff
from bridge.services.licences_by_staff import RenewalUnit
from bridge.services.purchases import book_orders
from bridge.services.verify import verify
from tests.support.books import ACME, MONDAY_9AM, PENDING, REFUNDED, an_order, customer
from tests.support.licences import HALF, MENU, PRODUCTS, RENEW, SEO, SEO_TOO, a_licence_store
from tests.support.memory_desk import MemoryDesk
from tests.support.quoting import desk_terms

STORE = a_licence_store(fuse_units=1_000_000)
ORDERS = {
    1: (77, (SEO, MENU)),
    2: (77, (SEO, SEO_TOO, RENEW)),
    3: (77, (RENEW, HALF)),
    4: (78, (SEO, HALF)),
}
"""Buyer and product codes by order: three orders of one customer, one of another."""


class Seen(NamedTuple):
    """Orders as they are read in one page."""

    orders: tuple[Order, ...]


class Deed(NamedTuple):
    """What staff do by hand: a unit of an order's renewal goes to that licence, or the licence is suspended or not."""

    licence: int
    suspend: bool | None
    order: int
    code: str
    unit: int


DEEDS = st.builds(
    lambda licence, suspend, renewal, unit: Deed(licence, suspend, renewal[0], renewal[1], unit),
    st.integers(1, 4),
    st.sampled_from([None, None, None, None, True, False]),
    st.sampled_from([(2, RENEW), (3, RENEW), (3, HALF), (4, HALF)]),
    st.sampled_from([1, 1, 2]),
)


@st.composite
def pages(draw: st.DrawFn) -> list[Seen]:
    found = []
    for _ in range(draw(st.integers(2, 8))):
        numbers = draw(st.lists(st.sampled_from(list(ORDERS)), min_size=1, max_size=3, unique=True))
        orders = []
        for number in sorted(numbers):
            buyer, codes = ORDERS[number]
            lines = tuple(OrderLine(code, draw(st.integers(0, 2))) for code in codes)
            status = draw(st.sampled_from([5, 5, 5, PENDING, REFUNDED]))
            orders.append(an_order(number, buyer=customer(buyer))._replace(lines=lines, status=status))
        found.append(Seen(tuple(orders)))
    return found


@given(pages())
@settings(max_examples=60, deadline=None)
def test_L1_L5_after_any_course_licences_and_renewals_are_what_the_orders_owe(course: list[Seen]) -> None:
    desk = MemoryDesk()
    owes: dict[int, Counter[str]] = {}
    decided: dict[int, bool] = {}
    try:
        for seen in course:
            for _ in range(2):  # a renewal may find only now what a later order of the page has given
                desk.run(book_orders, STORE, seen.orders, at=MONDAY_9AM)
            before = desk.image()
            desk.run(book_orders, STORE, seen.orders, at=MONDAY_9AM)
            assert desk.differs(before, without=["problem"]) == {}, "another look changes nothing (rule C2)"
            for order in seen.orders:
                decided[order.order_id] = order.status != PENDING
                if decided[order.order_id]:
                    owes[order.order_id] = owed(order)
            desk.look(compare, owes, decided)
    finally:
        desk.close()


@given(st.lists(st.one_of(pages(), st.lists(DEEDS, min_size=1, max_size=3)), min_size=2, max_size=5))
@settings(max_examples=60, deadline=None)
def test_L5_whatever_staff_do_beside_them_orders_have_what_they_owe(course: list[list[Seen] | list[Deed]]) -> None:
    desk = MemoryDesk()
    last: dict[int, Order] = {}
    try:
        for one in (one for part in course for one in part):
            if isinstance(one, Seen):
                last |= {order.order_id: order for order in one.orders}
                for _ in range(2):
                    desk.run(book_orders, STORE, one.orders, at=MONDAY_9AM)
            elif one.suspend is not None or (one.order in last and last[one.order].status != PENDING):
                before = desk.image()
                try:
                    desk.run(do, one)
                except LicenceRefused:
                    assert desk.differs(before) == {}, "what is refused changes nothing"
                read_again = [last[one.order]] if one.order in last else []
                desk.run(book_orders, STORE, read_again, at=MONDAY_9AM)
            decided = {number: order.status != PENDING for number, order in last.items()}
            if all(decided.values()):
                desk.look(compare, {number: owed(order) for number, order in last.items()}, decided)
    finally:
        desk.close()


def do(tx: DeskTx, deed: Deed) -> None:
    terms = desk_terms(licences=PRODUCTS)
    if deed.suspend is None:
        unit = RenewalUnit(deed.order, deed.code, deed.unit)
        licences_by_staff.give_renewal(tx, terms, deed.licence, unit, by="Anna", at=MONDAY_9AM)
    elif deed.suspend:
        licences_by_staff.suspend(tx, terms, deed.licence, reason=StaffReason.OTHER, by="Anna", at=MONDAY_9AM)
    else:
        licences_by_staff.reinstate(tx, terms, deed.licence, by="Anna", at=MONDAY_9AM)


def owed(order: Order) -> Counter[str]:
    """Units by product, and by the code of a renewal."""
    units: Counter[str] = Counter()
    for line in order.lines if order.status == 5 else ():
        meant = PRODUCTS.licensed(line.code)
        assert meant is not None
        units[line.code if meant.months else meant.product] += line.owed
    return +units


def compare(tx: DeskTx, owes: dict[int, Counter[str]], decided: dict[int, bool]) -> None:
    """`decided` says of which orders the status that was seen last says what they owe."""
    licences, renewals = tx.licences.of_orders(ACME, owes), tx.licences.renewals_of(ACME, owes)
    untold = {key for key in tx.problems.open_keys(ACME) if "nothing_to_renew" in key}
    for number, units in owes.items():
        active = {
            one.licence.product: one.now.units
            for one in licences.get(number, ())
            if SuspendedBy.ORDER not in one.now.suspended_by
        }
        assert active == {product: count for product, count in units.items() if product in PRODUCTS.products}
        standing = Counter(one.code for one in renewals.get(number, ()) if one.stands)
        for code in (RENEW, HALF):
            waits = f"order:{number}:nothing_to_renew:{code}" in untold
            assert standing[code] <= units[code]
            if decided[number]:
                assert standing[code] == units[code] or waits, "each renewal has its place, or staff know"
    placed = Counter(one.licence_id for mine in renewals.values() for one in mine if one.stands)
    every = [one for mine in licences.values() for one in mine]
    assert {one.licence.id: len(one.now.renewals) for one in every if one.now.renewals} == placed
    for one in every:
        assert one.now.account_id == one.licence.account_id
        assert licence_now(one.licence, tx.licences.events(one.licence.id)) == one.now
    assert len({one.licence.key for one in every}) == len(every)
    assert verify(tx, ACME).right
