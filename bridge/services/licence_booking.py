"""Booking what orders give in licences: made, suspended, given again, renewed, all in the order's own transaction.

One order is taken after another, because each changes what the next one finds: which licence a renewal prolongs is
known only then (rule L5). A page is kept together all the same.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta

from bridge.contracts.desk import Tx
from bridge.contracts.licences import KeyedEvent
from bridge.domain.accounts import Account
from bridge.domain.licence_history import KeptLicence, Renewal, continued, licence_now, renewal_event
from bridge.domain.licence_orders import (
    ChangeQuantity,
    GiveRenewalAgain,
    IssueLicence,
    LicenceChange,
    OrderRenewal,
    ReinstateLicence,
    RenewLicence,
    SuspendLicence,
    TakeRenewalBack,
    choose,
    licence_key,
)
from bridge.domain.licences import Licence, LicenceEvent, LicenceEventKind, SuspendedBy
from bridge.domain.order_notes import Note, nothing_to_renew
from bridge.domain.purchases import Change, StoreTerms
from bridge.services.licence_moves import changed_events, next_event, record
from bridge.services.order_pages import OrderPage

A_DAY = timedelta(days=1)


class LicenceBooking:
    """What a page of orders changes of licences: first decided in memory, then kept."""

    def __init__(self, tx: Tx, store: StoreTerms, *, at: datetime, by: str | None = None) -> None:
        self._tx, self._store, self._at, self._by = tx, store, at, by
        self._found: dict[int, KeptLicence] = {}
        """Every licence that the page is about, as it stands after what has been decided."""
        self._shelves: dict[int, list[int]] = {}
        """Their ids by account, oldest first."""
        self._new: list[Licence] = []
        self._renewals: list[OrderRenewal] = []
        self._events: list[tuple[int, KeyedEvent]] = []
        """Each with its order."""
        self._made: dict[str, datetime] = {}
        """When what is given here for the first time was paid, by the key of its event."""

    def decide(self, page: OrderPage, numbers: Iterable[int], accounts: Mapping[int, Account]) -> OrderPage:
        """Work out what these orders come to. A renewal that finds nothing to prolong is a note in the page returned,
        and no change; it is tried again when its order is seen again.
        """
        licensed = (number for number in numbers if page.decisions[number].licensed)
        wanted = {number: _of_licences(page.decisions[number].changes) for number in licensed}
        wanted = {number: changes for number, changes in wanted.items() if changes}
        if not wanted:
            return page
        self._find(wanted, accounts)
        issues = sum(isinstance(change, IssueLicence) for changes in wanted.values() for change in changes)
        ids = iter(self._tx.licences.new_ids(issues))
        decisions = dict(page.decisions)
        for number, changes in wanted.items():
            decision = decisions[number]
            paid_at = decision.paid_at or self._at
            lost: list[Change] = []
            notes: dict[str, Note] = {}
            for change in changes:
                if isinstance(change, IssueLicence):
                    self._issue(number, change, next(ids), accounts[number], paid_at)
                elif not self._take(number, change, accounts[number], paid_at):
                    assert isinstance(change, RenewLicence)
                    lost.append(change)
                    owner = str(accounts[number].owner)
                    notes[change.code] = nothing_to_renew(number, change.code, change.product, owner)
            if lost:
                kept = tuple(change for change in decision.changes if change not in lost)
                decisions[number] = replace(decision, changes=kept, notes=(*decision.notes, *notes.values()))
        return replace(page, decisions=decisions)

    def book(self, *, told: Collection[int]) -> None:
        """Keep what was decided. Of the orders `told` plugins hear, but not of what is given now and was paid long
        before the settings knew what its codes mean: its customer expects no letter.

        Raises `KeyReused` where a key is recorded with other content.
        """
        if not self._events:
            return
        said = [event for _, event in self._events]
        kept = record(self._tx, self._store.name, self._store.licences, said, self._new, at=self._at)
        self._tx.licences.save_renewals(self._store.name, self._renewals)
        since = self._tx.stores.get(self._store.name).licences_since
        old = {key for key, paid_at in self._made.items() if since is not None and paid_at < since - A_DAY}
        heard = [event for number, event in self._events if number in told and event.key not in old]
        self._tx.outbox.add(changed_events(self._tx, self._store.name, heard, kept))

    def _find(self, wanted: Mapping[int, list[LicenceChange]], accounts: Mapping[int, Account]) -> None:
        """The licences that changes name, and all of those who renew."""
        renewing = {accounts[number].id for number, changes in wanted.items() if any(map(_renews, changes))}
        for mine in (self._tx.licences.of_accounts(renewing) if renewing else {}).values():
            for one in mine:
                self._keep(one)
        renewed = set()
        for change in (change for changes in wanted.values() for change in changes):
            match change:
                case ChangeQuantity(licence=one) | SuspendLicence(licence=one) | ReinstateLicence(licence=one):
                    self._keep(one)
                case TakeRenewalBack(renewal=renewal) | GiveRenewalAgain(renewal=renewal):
                    renewed.add(renewal.licence_id)
        if missing := renewed - self._found.keys():
            for one in self._tx.licences.by_ids(self._store.name, missing).values():
                self._keep(one)

    def _keep(self, one: KeptLicence) -> None:
        if one.licence.id not in self._found:
            self._shelves.setdefault(one.now.account_id, []).append(one.licence.id)
        self._found[one.licence.id] = one

    def _issue(self, order: int, change: IssueLicence, number: int, account: Account, paid_at: datetime) -> None:
        licence = Licence(
            id=number,
            store=self._store.name,
            account_id=account.id,
            key=self._tx.licences.key_of_order(self._store.name, order, change.terms.product),
            terms=change.terms,
            starts_at=paid_at,
            issued_at=self._at,
            order_id=order,
        )
        self._new.append(licence)
        self._keep(KeptLicence(licence, licence_now(licence, ()), 0))
        key = licence_key(self._store.name, order, change.terms.product)
        event = LicenceEvent(self._at, LicenceEventKind.ISSUED, {"units": change.units}, self._by)
        self._made[key] = paid_at
        self._say(order, number, key, event)

    def _take(self, order: int, change: LicenceChange, account: Account, paid_at: datetime) -> bool:
        """Decide any change but a licence's making; False for a renewal that finds nothing to prolong."""
        by_order = SuspendedBy.ORDER.value
        match change:
            case ChangeQuantity(licence=one, units=units):
                self._happened(order, one, LicenceEventKind.QUANTITY, units=units)
            case SuspendLicence(licence=one, reason=reason):
                self._happened(order, one, LicenceEventKind.SUSPENDED, by=by_order, reason=reason)
            case ReinstateLicence(licence=one):
                self._happened(order, one, LicenceEventKind.REINSTATED, by=by_order)
            case RenewLicence(code=code, unit=unit, product=product, months=months):
                mine = self._shelves.get(account.id, ())
                target = choose([self._found[number] for number in mine], product)
                if target is None:
                    return False
                self._made[self._renew(OrderRenewal(order, code, unit, target.licence.id, months, paid_at))] = paid_at
            case TakeRenewalBack(renewal=renewal):
                self._renewals.append(renewal._replace(stands=False))
                detail = {"renewal": renewal.key}
                event = LicenceEvent(self._at, LicenceEventKind.RENEWAL_TAKEN_BACK, detail, self._by)
                key = f"{self._store.name}:{renewal.key}:taken_back:{renewal.turns}"
                self._say(order, renewal.licence_id, key, event)
            case GiveRenewalAgain(renewal=renewal):
                self._renew(renewal._replace(stands=True, turns=renewal.turns + 1))
        return True

    def _renew(self, one: OrderRenewal) -> str:
        """Give a unit of a renewal, for the first time or again; the key of what is said of it."""
        self._renewals.append(one)
        event = renewal_event(self._at, Renewal(one.paid_at, one.key, one.months), self._by)
        key = f"{self._store.name}:{one.key}:given:{one.turns}"
        self._say(one.order_id, one.licence_id, key, event)
        return key

    def _happened(self, order: int, one: KeptLicence, kind: LicenceEventKind, **detail: object) -> None:
        licence = one.licence
        turn = self._found[licence.id].number + 1
        key = f"{licence_key(self._store.name, order, licence.product)}:{kind.value}:{turn}"
        self._say(order, licence.id, key, LicenceEvent(self._at, kind, detail, self._by))

    def _say(self, order: int, licence_id: int, key: str, event: LicenceEvent) -> None:
        self._events.append((order, KeyedEvent(licence_id, key, event)))
        before = self._found[licence_id]
        now = continued(before.licence, before.now, [event])
        self._found[licence_id] = KeptLicence(before.licence, now, before.number + 1)


def hand_over(tx: Tx, store: str, account_id: int, heir: int, *, at: datetime, by: str | None = None) -> None:
    """All licences of an account are another's from now on: a guest's order was linked to a customer (rule C19).

    He is told of each, for its key is on his page now.
    """
    theirs = tx.licences.of_accounts([account_id]).get(account_id, [])
    assigned = LicenceEvent(at, LicenceEventKind.ASSIGNED, {"account": heir}, by)
    events = [next_event(one, assigned) for one in theirs]
    if events:
        kept = tx.licences.record(events)
        tx.outbox.add(changed_events(tx, store, events, kept))


def _of_licences(changes: Iterable[Change]) -> list[LicenceChange]:
    return [change for change in changes if isinstance(change, LicenceChange)]


def _renews(change: LicenceChange) -> bool:
    return isinstance(change, RenewLicence)
