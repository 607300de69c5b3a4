"""What staff do to licences by hand: suspend, reinstate, renew, assign, release a domain (rules L5, L6).

Each is an event of the licence's history with who did it, and a line of the audit trail. What an order or the vendor's
own table has suspended, they alone lift.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from bridge.contracts.desk import Tx
from bridge.contracts.licences import KeyedEvent
from bridge.domain.accounts import Owner, OwnerKind
from bridge.domain.desk_terms import DeskTerms
from bridge.domain.licence_history import KeptLicence, Renewal, renewal_event
from bridge.domain.licence_orders import OrderRenewal, renewal_key
from bridge.domain.licences import LicenceEvent, LicenceEventKind, LicenceSource, StaffReason, SuspendedBy
from bridge.errors import ImpossibleAmount, KeyReused, LicenceRefused, UnknownAccount
from bridge.services.coin_moves import note
from bridge.services.domain_names import domain_name
from bridge.services.licence_moves import changed_events, next_event, record
from bridge.services.staff_words import require_staff
from bridge.services.syncing import touch

MOST_MONTHS = 600
BY_STAFF = "staff"


class RenewalUnit(NamedTuple):
    """One unit of a renewal that an order has. Without a `code` it is the only one that the order has."""

    order_id: int
    code: str | None = None
    unit: int = 1


class Done(NamedTuple):
    """A licence as it stands afterwards, and whether anything was changed."""

    licence: KeptLicence
    changed: bool


def suspend(tx: Tx, terms: DeskTerms, licence_id: int, *, reason: StaffReason, by: str, at: datetime) -> Done:
    """Suspend a licence, whatever its order says; again with another reason, that one counts. Raises `LicenceRefused`.

    Open tickets that are free by it stay so; where its money was given back, staff are told of them (rule L3).
    """
    one = _require(tx, terms, licence_id, by)
    if one.now.suspended_by.get(SuspendedBy.STAFF) == reason.value:
        return Done(one, changed=False)
    event = _event(at, LicenceEventKind.SUSPENDED, by, by=SuspendedBy.STAFF.value, reason=reason.value)
    after = _record(tx, terms, [next_event(one, event)], at=at)[licence_id]
    note(tx, terms.store, by, "licence_suspend", f"licence:{licence_id}", at, reason=reason.value)
    return Done(after, changed=True)


def reinstate(tx: Tx, terms: DeskTerms, licence_id: int, *, by: str, at: datetime) -> Done:
    """Lift what staff have suspended.

    Raises `LicenceRefused` where its order or the vendor's own table keeps it suspended, and staff do not.
    """
    one = _require(tx, terms, licence_id, by)
    if SuspendedBy.STAFF not in one.now.suspended_by:
        for who, words in _KEEPERS.items():
            if who in one.now.suspended_by:
                raise LicenceRefused("not_by_staff", f"licence {licence_id} is suspended by {words}")
        return Done(one, changed=False)
    event = _event(at, LicenceEventKind.REINSTATED, by, by=SuspendedBy.STAFF.value)
    after = _record(tx, terms, [next_event(one, event)], at=at)[licence_id]
    note(tx, terms.store, by, "licence_reinstate", f"licence:{licence_id}", at)
    return Done(after, changed=True)


_KEEPERS = {
    SuspendedBy.ORDER: "its order: paid again, it comes back by itself",
    SuspendedBy.TABLE: "your own table of licences: change it there",
}


def renew(tx: Tx, terms: DeskTerms, licence_id: int, *, months: int, key: str, by: str, at: datetime) -> Done:
    """Prolong a licence by hand, from its end or from now if that has passed (rule L5).

    `key` is staff's own; the same again changes nothing. Raises `LicenceRefused` for a licence that is dated by the
    vendor's own table or does not end, `ImpossibleAmount`, and `KeyReused` for a key that renewed something else.
    """
    one = _require(tx, terms, licence_id, by)
    if not 1 <= months <= MOST_MONTHS:
        raise ImpossibleAmount(f"months: must be a whole number from 1 to {MOST_MONTHS}, not {months}")
    _require_dated_here(one)
    known = next((old for old in one.now.renewals if old.key == _own(key)), None)
    if known is not None:
        if known.months != months:
            raise KeyReused(key, recorded=f"{known.months} months", offered=f"{months} months")
        return Done(one, changed=False)
    keyed = KeyedEvent(
        licence_id, f"{terms.store}:renewal:{_own(key)}", renewal_event(at, Renewal(at, _own(key), months), by)
    )
    try:
        after = _record(tx, terms, [keyed], at=at)[licence_id]
    except KeyReused as error:
        raise KeyReused(key, recorded="a renewal of another licence", offered=f"one of licence {licence_id}") from error
    note(tx, terms.store, by, "licence_renew", f"licence:{licence_id}", at, months=months)
    return Done(after, changed=True)


def give_renewal(tx: Tx, terms: DeskTerms, licence_id: int, wanted: RenewalUnit, *, by: str, at: datetime) -> Done:
    """Let a renewal that was bought prolong this licence: one that found none, or one that prolongs another (rule L5).

    It counts from its payment. The order is read again, so that what waits for staff because of it ends, and so that a
    renewal that was refunded meanwhile is taken back. Raises `LicenceRefused`.
    """
    one = _require(tx, terms, licence_id, by)
    _require_dated_here(one)
    purchase = tx.purchases.of_orders(terms.store, [wanted.order_id]).get(wanted.order_id)
    renewals = {code: meant for code, meant in (purchase.licensed if purchase else {}).items() if meant.months}
    if purchase is None or not renewals:
        raise LicenceRefused("no_renewal", f"order {wanted.order_id} has no renewal that was paid")
    code = wanted.code if wanted.code is not None else next(iter(renewals))
    if code not in renewals or (wanted.code is None and len(renewals) > 1):
        raise LicenceRefused("which_renewal", f"order {wanted.order_id} has the renewals {', '.join(sorted(renewals))}")
    if renewals[code].product != one.licence.product:
        raise LicenceRefused(
            "other_product",
            f"{code} renews {renewals[code].product}, and licence {licence_id} is one of {one.licence.product}",
        )
    unit = OrderRenewal(wanted.order_id, code, wanted.unit, licence_id, renewals[code].months, purchase.paid_at)
    known = _given(tx, terms, unit)
    if known is not None and not known.stands:
        raise LicenceRefused(
            "taken_back", f"{code} of order {unit.order_id} was refunded; paid again, it comes back by itself"
        )
    if known is not None and known.licence_id == licence_id:
        return Done(one, changed=False)
    after = _record(tx, terms, _handing(tx, terms, one, unit, known, by=by, at=at), at=at)[licence_id]
    tx.licences.save_renewals(terms.store, [(known or unit)._replace(licence_id=licence_id)])
    touch(tx, terms.store, [unit.order_id], at=at, settle=timedelta(0))
    action, before = ("licence_move_renewal", known.licence_id) if known else ("licence_renew", None)
    note(tx, terms.store, by, action, f"licence:{licence_id}", at, order=unit.order_id, unit=unit.unit, before=before)
    return Done(after, changed=True)


def assign(
    tx: Tx, terms: DeskTerms, licence_id: int, owner: Owner, *, by: str, at: datetime, in_shop: bool = False
) -> Done:
    """Make a licence another customer's; its key and where it is used stay. Tickets that are free by it stay free.

    `in_shop` says that the shop has that customer. Raises `LicenceRefused`, and `UnknownAccount` for whoever is no
    customer of the shop.
    """
    one = _require(tx, terms, licence_id, by)
    if owner.kind is not OwnerKind.CUSTOMER:
        raise UnknownAccount(f"{terms.store}: {owner} is no customer with an account in the shop")
    if not in_shop and owner not in tx.accounts.of_owners(terms.store, [owner]):
        raise UnknownAccount(f"{terms.store}: the shop has no {owner}")
    heir = tx.accounts.open(terms.store, [owner])[owner]
    if heir.id == one.now.account_id:
        return Done(one, changed=False)
    event = _event(at, LicenceEventKind.ASSIGNED, by, account=heir.id)
    after = _record(tx, terms, [next_event(one, event)], at=at)[licence_id]
    note(tx, terms.store, by, "licence_assign", f"licence:{licence_id}", at, account=heir.id, before=one.now.account_id)
    return Done(after, changed=True)


def release_domain(tx: Tx, terms: DeskTerms, licence_id: int, domain: str, *, by: str, at: datetime) -> Done:
    """Give a domain's place back; it counts none of those that the customer may release himself (rule L6).

    Raises `BadDomain`, and `LicenceRefused` where the licence is not used there.
    """
    one = _require(tx, terms, licence_id, by)
    name = domain if domain in one.now.activations else domain_name(domain).name
    if name not in one.now.activations:
        raise LicenceRefused("domain_not_in_use", f"licence {licence_id} is not used on {name}")
    event = _event(at, LicenceEventKind.RELEASED, by, domain=name, by=BY_STAFF)
    after = _record(tx, terms, [next_event(one, event)], at=at)[licence_id]
    note(tx, terms.store, by, "licence_release_domain", f"licence:{licence_id}", at)
    return Done(after, changed=True)


def _require(tx: Tx, terms: DeskTerms, licence_id: int, by: str) -> KeptLicence:
    require_staff(by)
    one = tx.licences.get(terms.store, licence_id)
    if one is None:
        raise LicenceRefused("unknown_licence", f"{terms.store} has no licence {licence_id}")
    return one


def _require_dated_here(one: KeptLicence) -> None:
    number = one.licence.id
    if one.licence.source is LicenceSource.TABLE:
        raise LicenceRefused("from_table", f"the dates of licence {number} come from your own table of licences")
    if all(end is None for end in one.now.ends.values()):
        raise LicenceRefused("for_good", f"licence {number} is for good: there is nothing to prolong")


def _given(tx: Tx, terms: DeskTerms, unit: OrderRenewal) -> OrderRenewal | None:
    given = tx.licences.renewals_of(terms.store, [unit.order_id]).get(unit.order_id, [])
    highest = max((one.unit for one in given if one.code == unit.code), default=0)
    if not 1 <= unit.unit <= highest + 1:
        raise LicenceRefused("no_renewal", f"{unit.code} of order {unit.order_id} has no unit {unit.unit} yet")
    return next((one for one in given if (one.code, one.unit) == (unit.code, unit.unit)), None)


def _handing(
    tx: Tx,
    terms: DeskTerms,
    to: KeptLicence,
    unit: OrderRenewal,
    known: OrderRenewal | None,
    *,
    by: str,
    at: datetime,
) -> list[KeyedEvent]:
    """What happens to the licence that gets the renewal, and to the one that had it."""
    given = known or unit
    name = renewal_key(given.order_id, given.code, given.unit)
    renewed = renewal_event(at, Renewal(given.paid_at, name, given.months), by)
    if known is None:
        return [KeyedEvent(to.licence.id, f"{terms.store}:{name}:given:{unit.turns}", renewed)]
    before = tx.licences.get(terms.store, known.licence_id)
    assert before is not None, "a licence is never deleted"
    moved = _event(at, LicenceEventKind.RENEWAL_MOVED, by, renewal=name, to=to.licence.id)
    return [next_event(before, moved), next_event(to, renewed)]


def _record(tx: Tx, terms: DeskTerms, events: Sequence[KeyedEvent], *, at: datetime) -> dict[int, KeptLicence]:
    kept = record(tx, terms.store, terms.licences, events, at=at)
    tx.outbox.add(changed_events(tx, terms.store, events, kept))
    return kept


def _event(at: datetime, kind: LicenceEventKind, staff: str, **detail: object) -> LicenceEvent:
    return LicenceEvent(at, kind, detail, staff)


def _own(key: str) -> str:
    return f"staff:{key}"
