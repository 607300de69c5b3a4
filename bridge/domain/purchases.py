"""Purchases: what an order owes, and what has to be booked so that packages and licences match it.

An order owes units (order, plan, 1..n) and licences (order, product). The order as it is now is compared with what
exists; the difference is granted, revoked or reinstated (rules C2, C14, L1, L5). A unit is granted once however often
the order is seen, because the comparison is with what exists, and because its key is made of shop facts.
"""

from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

from bridge.domain import licence_orders, order_notes
from bridge.domain.accounts import Owner, OwnerKind
from bridge.domain.desk_terms import LOW_PERCENT, REMINDER_DAYS
from bridge.domain.licence_orders import NO_LICENCES, LicenceChange, OrderLicences
from bridge.domain.licences import LicenceBook, Licensed
from bridge.domain.money import Money
from bridge.domain.order_notes import Note, NoteKind
from bridge.domain.orders import Order, Standing, StatusSets
from bridge.domain.packages import Package, Unit, instant
from bridge.domain.plans import PlanBook, UnitTerms

EARLIEST_YEAR = 2000
"""A shop date before it is a zero date in disguise."""


@dataclass(frozen=True, slots=True)
class StoreTerms:
    """What of a store's settings decides about what orders give: coins and licences.

    `units_per_order` and `fuse_units` are counts of units, a licence counting as one. `reminder_days` are those before
    a package's end on which its owner is told, and less than `low_percent` of the newest package is a low balance (rule
    C17). `siblings` are other stores that read the same tables: an order can move from one to another. `pays` is how
    much a bought unit of a product code pays of bills of premium time.
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
    pays: Mapping[str, Money] = field(default_factory=dict)

    def near_miss(self, code: str) -> str | None:
        """The code of the settings that `code` equals but for case and blanks, and nothing else."""
        return self.plans.near_miss(code) or self.licences.near_miss(code)


@dataclass(frozen=True, slots=True)
class Purchase:
    """What is remembered of an order that was booked: its account, payment, and the terms frozen by it (rules C1, C3).

    `licensed` is what its codes stood for besides plans. `ordered_at` is when it was placed, by the shop's own wall
    clock; None where that is not known. `charged_back` is what the shop's status said last; `disputed` is what staff
    have recorded besides, whatever the status says.
    """

    order_id: int
    account_id: int
    owner: Owner
    paid_at: datetime
    terms: Mapping[str, UnitTerms]
    charged_back: bool = False
    ordered_at: datetime | None = None
    disputed: bool = False
    licensed: Mapping[str, Licensed] = field(default_factory=dict)

    @property
    def gave(self) -> str:
        """What it gave, in words."""
        if not self.licensed:
            return "coins"
        return "coins and licences" if self.terms else "licences"


class GrantUnit(NamedTuple):
    unit: Unit
    terms: UnitTerms


class RevokeUnit(NamedTuple):
    """`revocation` numbers the order's revocations, from 1: what was taken together comes back together (rule C14)."""

    package: Package
    revocation: int


class ReinstateUnit(NamedTuple):
    package: Package


Change = GrantUnit | RevokeUnit | ReinstateUnit | LicenceChange


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
    licensed: Mapping[str, Licensed] = field(default_factory=dict)


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
    given: OrderLicences = NO_LICENCES,
) -> Decision:
    """Compare one order with its units and licences (rules C1, C2, C14, L1, L5).

    `seen_at` is when the order's last change was first noticed; `released` is what staff have let it through;
    `elsewhere` is the sibling store in which this order was booked.
    """
    standing = store.statuses.standing(order.status)
    if standing is Standing.NEUTRAL:
        return NOTHING
    if purchase is not None and released is not NoteKind.NUMBER_REUSED and _another(order, purchase):
        note = order_notes.number_reused(order, purchase.gave, purchase.ordered_at, purchase.owner)
        return Decision(notes=(note,), another=True)
    if standing is not Standing.GRANTING or (purchase is not None and purchase.disputed):
        charged_back = standing is Standing.CHARGEBACK
        return NOTHING if purchase is None else withdraw(purchase, units, charged_back=charged_back, given=given)
    if purchase is None and order.ordered_at is not None and order.ordered_at.date() < store.start:
        return NOTHING
    if purchase is None and elsewhere is not None and released is not NoteKind.OTHER_STORE:
        return Decision(notes=(order_notes.other_store(order, elsewhere),))
    frozen, frozen_licensed = (purchase.terms, purchase.licensed) if purchase else ({}, {})
    terms = _terms(order, frozen, store.plans, but=frozen_licensed)
    licensed = licence_orders.licensed_lines(order, frozen_licensed, store.licences, but=frozen)
    strange = (line.code for line in order.lines if line.code not in terms and line.code not in licensed)
    unknown = order_notes.near_misses(order, strange, store.near_miss)
    if not terms and not licensed and purchase is None:
        return Decision(notes=tuple(unknown))
    owed = _owed(order, terms)
    odd = _odd(order, purchase, terms, owed, licensed, store)
    if odd is not None:
        return Decision(notes=(odd,))
    changes: list[Change] = [*_difference(owed, units, _by_plan(terms), order.order_id)]
    changes += licence_orders.licence_changes(order, licensed, given, store.licences)
    notes = [*unknown, *order_notes.slips(order), *_spent(order.order_id, changes)]
    doubt = _doubt(order, purchase, changes, released=released is NoteKind.ZERO_TOTAL)
    if doubt is not None:  # what is taken or given back goes its way; only what would be new waits for a person
        notes.append(doubt)
        changes = [change for change in changes if not _is_new(change)]
        terms, licensed = dict(frozen), dict(frozen_licensed)  # terms freeze when they first grant (rule C1)
    elif purchase is not None and _moved(order, purchase):
        notes.append(order_notes.owner_changed(order, purchase.gave, purchase.owner))
    return Decision(
        changes=tuple(changes),
        notes=tuple(notes),
        terms=terms,
        paid_at=purchase.paid_at if purchase else _paid_at(order, store.zone, seen_at),
        licensed=licensed,
    )


def unit_key(store: str, unit: Unit) -> str:
    """The idempotency key of a unit's grant, made of shop facts alone."""
    return f"{store}:order:{unit.order_id}:{unit.plan}:unit:{unit.number}"


def _another(order: Order, purchase: Purchase) -> bool:
    """Whether this is another order than the one that was booked under its number.

    An order keeps its date for good; a shop whose database was put back gives its numbers out a second time.
    """
    return None not in {order.ordered_at, purchase.ordered_at} and order.ordered_at != purchase.ordered_at


def _moved(order: Order, purchase: Purchase) -> bool:
    """Whether the order has come to another customer.

    Of a former one's account staff know: they were told when it was kept apart, or have erased him themselves.
    """
    return order.buyer not in {None, purchase.owner} and purchase.owner.kind is not OwnerKind.FORMER


def _doubt(order: Order, purchase: Purchase | None, changes: Sequence[Change], *, released: bool) -> Note | None:
    """Why what is new of this order needs a person first: it has another owner now, or it cost nothing (rule C2)."""
    if purchase is not None and order.buyer != purchase.owner and not all(map(_takes, changes)):
        return order_notes.owner_changed(order, purchase.gave, purchase.owner)
    if order.total <= 0 and not released and any(map(_is_new, changes)):
        coins = any(isinstance(change, GrantUnit) for change in changes)
        return order_notes.zero_total(order, "grants coins" if coins else "gives a licence")
    return None


def withdraw(
    purchase: Purchase, units: Sequence[Package], *, charged_back: bool, given: OrderLicences = NO_LICENCES
) -> Decision:
    """An order owes nothing any more: its status revokes, or staff have recorded that the bank took the money back.

    With `charged_back` the shop says the latter, which freezes the account besides (rule C14).
    """
    revocation = _next_revocation(units)
    changes: list[Change] = [RevokeUnit(unit, revocation) for unit in units if not unit.revoked]
    changes += licence_orders.taken_back(given, charged_back=charged_back or purchase.disputed)
    return Decision(
        changes=tuple(changes),
        notes=tuple(_spent(purchase.order_id, changes)),
        terms=purchase.terms,
        paid_at=purchase.paid_at,
        charged_back=charged_back,
        licensed=purchase.licensed,
    )


def _terms(
    order: Order, frozen: Mapping[str, UnitTerms], plans: PlanBook, *, but: Container[str]
) -> dict[str, UnitTerms]:
    """The terms of the order's codes: what it froze first, today's settings for the rest (rule C1).

    Not of codes that gave licences with this order: a code that the settings give to a plan since means no coins here.
    """
    terms = dict(frozen)
    by_plan = _by_plan(terms)
    for line in order.lines:
        today = plans.terms(line.code)
        if line.code not in terms and line.code not in but and today is not None:
            terms[line.code] = by_plan.get(today.plan, today)
    return terms


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
    licensed: Mapping[str, Licensed],
    store: StoreTerms,
) -> Note | None:
    """What makes an order impossible to book; such an order changes nothing until a person has looked."""
    for line in order.lines:
        if (line.code in terms or line.code in licensed) and (line.quantity < 0 or line.owed < 0):
            return order_notes.odd_line(order, line)
    counts = [(count, f"plan {plan}") for plan, count in owed.items()]
    if licensed:
        products, renewals = licence_orders.owed_licences(order, licensed)
        counts += [(count, f"product {product}") for product, count in products.items()]
        counts += [(count, f"renewal {code}") for code, count in renewals.items()]
    for count, what in counts:
        if count > store.units_per_order:
            return order_notes.too_many(order, count, what, store.units_per_order)
    if purchase is None and order.buyer is None:
        return order_notes.nobodys(order)
    if purchase is None and order.ordered_at is None:
        return order_notes.undated(order)
    return None


def _difference(
    owed: Mapping[str, int], units: Sequence[Package], terms: Mapping[str, UnitTerms], order_id: int
) -> list[GrantUnit | RevokeUnit | ReinstateUnit]:
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
    changes: list[GrantUnit | RevokeUnit | ReinstateUnit] = []
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


def _takes(change: Change) -> bool:
    return isinstance(change, RevokeUnit) or licence_orders.takes(change)


def _is_new(change: Change) -> bool:
    return isinstance(change, GrantUnit) or licence_orders.is_new(change)


def _paid_at(order: Order, zone: ZoneInfo, seen_at: datetime) -> datetime:
    """When it was paid: the shop's reading, never later than we saw it; else when we saw it (rule C3)."""
    if order.granting_at is None or not EARLIEST_YEAR <= order.granting_at.year <= seen_at.year + 1:
        return seen_at
    return min(instant(order.granting_at, zone), seen_at)


def _spent(order_id: int, changes: Iterable[Change]) -> list[Note]:
    """What a revocation cannot take back is told to staff (rule C14)."""
    return [
        order_notes.spent(order_id, change.package, change.revocation)
        for change in changes
        if isinstance(change, RevokeUnit) and (change.package.used or change.package.held)
    ]
