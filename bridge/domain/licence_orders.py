"""What an order gives in licences, and what has to happen so that the licences match it (rules L1, L5).

An order gives one licence of each product that it has lines of, for as many units as it owes; what it no longer owes is
suspended and comes back with the same key. A line of a renewal prolongs, unit by unit, a licence that its customer has
already. As with packages, the order as it is now is compared with what exists, so that each thing happens once however
often the order is seen (rule C2).
"""

import re
from collections.abc import Container, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import NamedTuple

from bridge.domain.licence_history import KeptLicence
from bridge.domain.licences import CHARGEBACK, REFUNDED, LicenceBook, LicenceTerms, Licensed, SuspendedBy, Term
from bridge.domain.orders import Order

_BOUGHT = re.compile(r"order:(?P<order>\d+):renewal:(?P<code>.*):(?P<unit>\d+)", re.DOTALL)
_NEVER = datetime.max.replace(tzinfo=UTC)


class OrderRenewal(NamedTuple):
    """One unit of a renewal that an order has given: which licence it prolongs, for how long, and when it was paid.

    One that was taken back does not stand; `turns` counts how often it was given.
    """

    order_id: int
    code: str
    unit: int
    licence_id: int
    months: int
    paid_at: datetime
    stands: bool = True
    turns: int = 1

    @property
    def key(self) -> str:
        """What it is called in the history of licences."""
        return renewal_key(self.order_id, self.code, self.unit)


@dataclass(frozen=True, slots=True)
class OrderLicences:
    """What an order has given in licences up to now."""

    licences: tuple[KeptLicence, ...] = ()
    renewals: tuple[OrderRenewal, ...] = ()


NO_LICENCES = OrderLicences()


class IssueLicence(NamedTuple):
    terms: LicenceTerms
    units: int


class ChangeQuantity(NamedTuple):
    licence: KeptLicence
    units: int

    @property
    def grows(self) -> bool:
        """Whether more units are bought than before."""
        return self.units > self.licence.now.units


class SuspendLicence(NamedTuple):
    licence: KeptLicence
    reason: str


class ReinstateLicence(NamedTuple):
    licence: KeptLicence


class RenewLicence(NamedTuple):
    """A unit of a renewal that was never given. Which licence it prolongs is chosen when it is booked (rule L5)."""

    code: str
    unit: int
    product: str
    months: int


class TakeRenewalBack(NamedTuple):
    renewal: OrderRenewal


class GiveRenewalAgain(NamedTuple):
    renewal: OrderRenewal


LicenceChange = (
    IssueLicence
    | ChangeQuantity
    | SuspendLicence
    | ReinstateLicence
    | RenewLicence
    | TakeRenewalBack
    | GiveRenewalAgain
)


def is_new(change: object) -> bool:
    """Whether a change gives something that was never given before."""
    return isinstance(change, IssueLicence | RenewLicence) or (isinstance(change, ChangeQuantity) and change.grows)


def takes(change: object) -> bool:
    """Whether a change only takes."""
    return isinstance(change, SuspendLicence | TakeRenewalBack) or (
        isinstance(change, ChangeQuantity) and not change.grows
    )


def licence_key(store: str, order_id: int, product: str) -> str:
    """The idempotency key of a licence's making, made of shop facts alone."""
    return f"{store}:order:{order_id}:licence:{product}"


def renewal_key(order_id: int, code: str, unit: int) -> str:
    """What one unit of a renewal is called in the history of licences."""
    return f"order:{order_id}:renewal:{code}:{unit}"


def bought_renewal(key: str) -> tuple[int, str, int] | None:
    """The order, code and unit of the renewal that is called so; None for one that staff gave by hand."""
    found = _BOUGHT.fullmatch(key)
    return (int(found["order"]), found["code"], int(found["unit"])) if found else None


def licensed_lines(
    order: Order, frozen: Mapping[str, Licensed], book: LicenceBook, *, but: Container[str]
) -> dict[str, Licensed]:
    """What the order's codes stand for: what it froze first, today's settings for the rest (rules C1, L1).

    Not codes that granted coins with this order: one that the settings give to a product since means no licence here.
    """
    meant = dict(frozen)
    if not meant and not book:
        return meant
    for line in order.lines:
        today = book.licensed(line.code)
        if line.code not in meant and line.code not in but and today is not None:
            meant[line.code] = today
    return meant


def owed_licences(order: Order, licensed: Mapping[str, Licensed]) -> tuple[dict[str, int], dict[str, int]]:
    """How many units the order owes: of licences by product, of renewals by product code."""
    products: dict[str, int] = {}
    renewals: dict[str, int] = {}
    for line in order.lines:
        meant = licensed.get(line.code)
        if meant is not None and meant.months:
            renewals[line.code] = renewals.get(line.code, 0) + line.owed
        elif meant is not None:
            products[meant.product] = products.get(meant.product, 0) + line.owed
    return products, renewals


def licence_changes(
    order: Order, licensed: Mapping[str, Licensed], given: OrderLicences, book: LicenceBook
) -> list[LicenceChange]:
    """What has to happen so that the order's licences and renewals are what it owes."""
    if not licensed:  # most orders of most stores
        return []
    products, renewals = owed_licences(order, licensed)
    return [*_of_products(products, given.licences, book), *_of_renewals(renewals, licensed, given.renewals)]


def taken_back(given: OrderLicences, *, charged_back: bool) -> list[LicenceChange]:
    """What has to happen where the order owes nothing any more (rule L5)."""
    reason = CHARGEBACK if charged_back else REFUNDED
    suspended = [SuspendLicence(one, reason) for one in given.licences if not _suspended(one)]
    return [*suspended, *(TakeRenewalBack(one) for one in given.renewals if one.stands)]


def _suspended(one: KeptLicence) -> bool:
    """Whether its order has suspended it; what staff have suspended is theirs."""
    return SuspendedBy.ORDER in one.now.suspended_by


def _of_products(
    owed: Mapping[str, int], licences: Iterable[KeptLicence], book: LicenceBook
) -> Iterator[LicenceChange]:
    given = {one.licence.product: one for one in licences}
    for product, one in given.items():
        units = owed.get(product, 0)
        if units and _suspended(one):
            yield ReinstateLicence(one)
        if units and units != one.now.units:
            yield ChangeQuantity(one, units)
        if not units and not _suspended(one):
            yield SuspendLicence(one, REFUNDED)
    for product, units in owed.items():
        today = book.products.get(product)
        if units and product not in given and today is not None:
            yield IssueLicence(today.terms, units)


def _of_renewals(
    owed: Mapping[str, int], licensed: Mapping[str, Licensed], renewals: Iterable[OrderRenewal]
) -> Iterator[LicenceChange]:
    given: dict[str, list[OrderRenewal]] = {code: [] for code in owed}
    for one in renewals:
        given.setdefault(one.code, []).append(one)
    for code, existing in given.items():
        standing = sorted(one for one in existing if one.stands)
        missing = owed.get(code, 0) - len(standing)
        if missing < 0:
            yield from (TakeRenewalBack(one) for one in standing[missing:])
            continue
        again = sorted(one for one in existing if not one.stands)[:missing]
        yield from (GiveRenewalAgain(one) for one in again)
        first = max((one.unit for one in existing), default=0) + 1
        meant = licensed.get(code)
        if meant is not None:
            for unit in range(first, first + missing - len(again)):
                yield RenewLicence(code, unit, meant.product, meant.months)


def choose(licences: Iterable[KeptLicence], product: str) -> KeptLicence | None:
    """The licence that a renewal of a product prolongs: the one that ends first, of those not suspended (rule L5).

    Of several that end at once it is the first, which is the older one. None that nothing of ends, nor one that the
    vendor's own table dates: these would not be any longer by it.
    """
    mine = [one for one in licences if one.licence.product == product and one.now.suspended is None]
    return min((one for one in mine if one.now.can_be_prolonged), key=_first_to_end, default=None)


def _first_to_end(one: KeptLicence) -> tuple[datetime, list[datetime]]:
    return one.now.end or _NEVER, sorted(one.now.ends.get(term) or _NEVER for term in Term)
