"""Purchases: what an order owes, and what has to be booked so that the packages match it.

An order owes units (order, plan, 1..n). The order as it is now is compared with the units that exist; the difference is
granted, revoked or reinstated (rules C2, C14). A unit is granted once however often the order is seen, because the
comparison is with what exists, and because its key is made of shop facts.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

from bridge.domain import order_notes
from bridge.domain.accounts import Owner, OwnerKind
from bridge.domain.desk_terms import LOW_PERCENT, REMINDER_DAYS
from bridge.domain.licences import LicenceBook
from bridge.domain.order_notes import Note, NoteKind
from bridge.domain.orders import Order, Standing, StatusSets
from bridge.domain.packages import Package, Unit, instant
from bridge.domain.plans import PlanBook, UnitTerms

EARLIEST_YEAR = 2000
"""A shop date before it is a zero date in disguise."""


@dataclass(frozen=True, slots=True)
class StoreTerms:
    """What of a store's settings decides about what orders give: coins and licences.

    `units_per_order` and `fuse_units` are counts of units, a licence counting as one.

    `reminder_days` are those before a package's end on which its owner is told, and less than `low_percent` of the
    newest package is a low balance (rule C17). `siblings` are other stores that read the same tables: an order can move
    from one to another.
    """

    name: str
    zone: ZoneInfo
    start: date
    plans: PlanBook
    statuses: StatusSets
    units_per_order: int = 100
    fuse_units: int = 50
    siblings: frozenset[str] = frozenset()
    reminder_days: tuple[int, ...] = REMINDER_DAYS
    low_percent: int = LOW_PERCENT
    licences: LicenceBook = field(default_factory=LicenceBook)


@dataclass(frozen=True, slots=True)
class Purchase:
    """What is remembered of an order that granted: its account, payment, and the terms frozen by it (rules C1, C3).

    `ordered_at` is when it was placed, by the shop's own wall clock; None where that is not known. `charged_back` is
    what the shop's status said last; `disputed` is what staff have recorded besides, whatever the status says.
    """

    order_id: int
    account_id: int
    owner: Owner
    paid_at: datetime
    terms: Mapping[str, UnitTerms]
    charged_back: bool = False
    ordered_at: datetime | None = None
    disputed: bool = False


class GrantUnit(NamedTuple):
    unit: Unit
    terms: UnitTerms


class RevokeUnit(NamedTuple):
    """`revocation` numbers the order's revocations, from 1: what was taken together comes back together (rule C14)."""

    package: Package
    revocation: int


class ReinstateUnit(NamedTuple):
    package: Package


Change = GrantUnit | RevokeUnit | ReinstateUnit


@dataclass(frozen=True, slots=True)
class Decision:
    """What to do about one order. Empty means: the books already match it.

    `another` says that this is not the order that is remembered under its number.
    """

    changes: tuple[Change, ...] = ()
    notes: tuple[Note, ...] = ()
    terms: Mapping[str, UnitTerms] = field(default_factory=dict)
    paid_at: datetime | None = None
    charged_back: bool = False
    another: bool = False


NOTHING = Decision()


def decide(
    order: Order,
    purchase: Purchase | None,
    units: Sequence[Package],
    store: StoreTerms,
    *,
    seen_at: datetime,
    released: NoteKind | None = None,
    elsewhere: str | None = None,
) -> Decision:
    """Compare one order with its units (rules C1, C2, C14).

    `seen_at` is when the order's last change was first noticed; `released` is what staff have let it through;
    `elsewhere` is the sibling store in which this order has granted.
    """
    standing = store.statuses.standing(order.status)
    if standing is Standing.NEUTRAL:
        return NOTHING
    if purchase is not None and released is not NoteKind.NUMBER_REUSED and _another(order, purchase):
        return Decision(notes=(order_notes.number_reused(order, purchase.owner, purchase.ordered_at),), another=True)
    if standing is not Standing.GRANTING or (purchase is not None and purchase.disputed):
        charged_back = standing is Standing.CHARGEBACK
        return NOTHING if purchase is None else withdraw(purchase, units, charged_back=charged_back)
    if purchase is None and order.ordered_at is not None and order.ordered_at.date() < store.start:
        return NOTHING
    if purchase is None and elsewhere is not None and released is not NoteKind.OTHER_STORE:
        return Decision(notes=(order_notes.other_store(order, elsewhere),))
    terms = _terms(order, purchase, store.plans)
    if not terms and purchase is None:
        return Decision(notes=tuple(order_notes.unknown_codes(order, terms, store.plans)))
    owed = _owed(order, terms)
    odd = _odd(order, purchase, terms, owed, store)
    if odd is not None:
        return Decision(notes=(odd,))
    changes = _difference(owed, units, _by_plan(terms), order.order_id)
    notes = [
        *order_notes.unknown_codes(order, terms, store.plans),
        *order_notes.slips(order),
        *_spent(order.order_id, changes),
    ]
    doubt = _doubt(order, purchase, changes, released=released is NoteKind.ZERO_TOTAL)
    if doubt is not None:  # what is taken or given back goes its way; only what would be new waits for a person
        notes.append(doubt)
        changes = [change for change in changes if not isinstance(change, GrantUnit)]
        terms = dict(purchase.terms) if purchase else {}  # terms freeze when they first grant (rule C1)
    elif purchase is not None and _moved(order, purchase):
        notes.append(order_notes.owner_changed(order, purchase.owner))
    return Decision(
        changes=tuple(changes),
        notes=tuple(notes),
        terms=terms,
        paid_at=purchase.paid_at if purchase else _paid_at(order, store.zone, seen_at),
    )


def unit_key(store: str, unit: Unit) -> str:
    """The idempotency key of a unit's grant, made of shop facts alone."""
    return f"{store}:order:{unit.order_id}:{unit.plan}:unit:{unit.number}"


def _another(order: Order, purchase: Purchase) -> bool:
    """Whether this is another order than the one that granted under its number.

    An order keeps its date for good; a shop whose database was put back gives its numbers out a second time.
    """
    return None not in {order.ordered_at, purchase.ordered_at} and order.ordered_at != purchase.ordered_at


def _moved(order: Order, purchase: Purchase) -> bool:
    """Whether the order has come to another customer.

    Of a former one's account staff know: they were told when it was kept apart, or have erased him themselves.
    """
    return order.buyer not in {None, purchase.owner} and purchase.owner.kind is not OwnerKind.FORMER


def _doubt(order: Order, purchase: Purchase | None, changes: Sequence[Change], *, released: bool) -> Note | None:
    """Why new packages of this order need a person first: it has another owner now, or it cost nothing (rule C2)."""
    if purchase is not None and order.buyer != purchase.owner and _adds(changes):
        return order_notes.owner_changed(order, purchase.owner)
    if order.total <= 0 and not released and any(isinstance(change, GrantUnit) for change in changes):
        return Note(NoteKind.ZERO_TOTAL, f"order {order.order_id} grants coins and its total is {order.total}")
    return None


def withdraw(purchase: Purchase, units: Sequence[Package], *, charged_back: bool) -> Decision:
    """An order owes nothing any more: its status revokes, or staff have recorded that the bank took the money back.

    With `charged_back` the shop says the latter, which freezes the account besides (rule C14).
    """
    revocation = _next_revocation(units)
    changes = [RevokeUnit(unit, revocation) for unit in units if not unit.revoked]
    return Decision(
        changes=tuple(changes),
        notes=tuple(_spent(purchase.order_id, changes)),
        terms=purchase.terms,
        paid_at=purchase.paid_at,
        charged_back=charged_back,
    )


def _terms(order: Order, purchase: Purchase | None, plans: PlanBook) -> dict[str, UnitTerms]:
    """The terms of the order's codes: what it froze first, today's settings for the rest (rule C1)."""
    frozen = dict(purchase.terms) if purchase else {}
    by_plan = _by_plan(frozen)
    for line in order.lines:
        today = plans.terms(line.code)
        if line.code not in frozen and today is not None:
            frozen[line.code] = by_plan.get(today.plan, today)
    return frozen


def _by_plan(terms: Mapping[str, UnitTerms]) -> dict[str, UnitTerms]:
    return {term.plan: term for term in terms.values()}


def _owed(order: Order, terms: Mapping[str, UnitTerms]) -> dict[str, int]:
    owed: dict[str, int] = {}
    for line in order.lines:
        term = terms.get(line.code)
        if term is not None:
            owed[term.plan] = owed.get(term.plan, 0) + line.owed
    return owed


def _odd(
    order: Order,
    purchase: Purchase | None,
    terms: Mapping[str, UnitTerms],
    owed: Mapping[str, int],
    store: StoreTerms,
) -> Note | None:
    """What makes an order impossible to book; such an order changes nothing until a person has looked."""
    where = f"order {order.order_id}"
    for line in order.lines:
        if line.code in terms and (line.quantity < 0 or line.owed < 0):
            return Note(
                NoteKind.ODD_ORDER,
                f"{where}: product {line.code} has quantity {line.quantity}, refunded {line.refunded}, "
                f"returned {line.returned}: what is left must not be negative",
            )
    for plan, count in owed.items():
        if count > store.units_per_order:
            return Note(
                NoteKind.ODD_ORDER,
                f"{where}: {count} units of plan {plan}, more than limits.units_per_order = {store.units_per_order}",
            )
    if purchase is None and order.buyer is None:
        return Note(NoteKind.CUSTOMER_GONE, f"{where}: its customer {order.customer_id} is not in the shop any more")
    if purchase is None and order.ordered_at is None:
        return Note(NoteKind.ODD_ORDER, f"{where}: it has no usable date, so coins.start can't be applied")
    return None


def _difference(
    owed: Mapping[str, int], units: Sequence[Package], terms: Mapping[str, UnitTerms], order_id: int
) -> list[Change]:
    if not units:  # most orders are seen for the first time
        return [
            GrantUnit(Unit(order_id, plan, number), terms[plan])
            for plan, count in owed.items()
            for number in range(1, count + 1)
        ]
    by_plan: dict[str, list[Package]] = {plan: [] for plan in owed}
    for package in units:
        if package.unit is not None:
            by_plan.setdefault(package.unit.plan, []).append(package)
    changes: list[Change] = []
    revocation = _next_revocation(units)
    for plan, existing in by_plan.items():
        active = [package for package in existing if not package.revoked]
        missing = owed.get(plan, 0) - len(active)
        if missing > 0:
            revoked = [package for package in existing if package.revoked]
            last_revoked_first = sorted(revoked, key=lambda package: (-package.revocations, _number(package)))
            changes += [ReinstateUnit(package) for package in last_revoked_first[:missing]]
            first = max((_number(package) for package in existing), default=0) + 1
            for number in range(first, first + missing - len(revoked)):
                changes.append(GrantUnit(Unit(order_id, plan, number), terms[plan]))
        elif missing < 0:
            least_used_first = sorted(active, key=lambda package: (package.used, -_number(package)))
            changes += [RevokeUnit(package, revocation) for package in least_used_first[:-missing]]
    return changes


def _next_revocation(units: Iterable[Package]) -> int:
    return max((package.revocations for package in units), default=0) + 1


def _number(package: Package) -> int:
    return package.unit.number if package.unit else 0


def _adds(changes: Iterable[Change]) -> bool:
    return any(not isinstance(change, RevokeUnit) for change in changes)


def _paid_at(order: Order, zone: ZoneInfo, seen_at: datetime) -> datetime:
    """When it was paid: the shop's reading, never later than we saw it; else when we saw it (rule C3)."""
    if order.granting_at is None or not EARLIEST_YEAR <= order.granting_at.year <= seen_at.year + 1:
        return seen_at
    return min(instant(order.granting_at, zone), seen_at)


def _spent(order_id: int, changes: Iterable[Change]) -> list[Note]:
    """What a revocation cannot take back is told to staff (rule C14)."""
    taken = [change for change in changes if isinstance(change, RevokeUnit)]
    return [order_notes.spent(order_id, *one) for one in taken if one.package.used or one.package.held]
