"""Booking orders: what a page of orders changes in the books, in one transaction.

A single order is a page of one, a first sync is pages of a thousand: the same rules decide, the same code books.
Everything the page needs is loaded in a few queries, decided in memory, and saved together.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from bridge.contracts.desk import Tx
from bridge.contracts.problems import AsideState
from bridge.domain import ledger
from bridge.domain.accounts import Account, Owner
from bridge.domain.events import CHARGEBACK, CoinsChanged, CoinsGranted, CoinsReinstated, CoinsRevoked
from bridge.domain.ledger import Entry, EntryKind
from bridge.domain.order_notes import NoteKind
from bridge.domain.orders import Order
from bridge.domain.packages import Package, usable_until
from bridge.domain.purchases import (
    NOTHING,
    GrantUnit,
    Purchase,
    ReinstateUnit,
    RevokeUnit,
    StoreTerms,
    unit_key,
)
from bridge.services import expiring, licence_booking, premium_payments, telling
from bridge.services.booked import Booked, counted_up
from bridge.services.order_pages import OrderPage, decide_page, waits_for_fuse
from bridge.services.ticket_standing import stir
from bridge.services.working import drop_charged_back


def book_orders(
    tx: Tx,
    store: StoreTerms,
    orders: Sequence[Order],
    *,
    at: datetime,
    seen_at: Mapping[int, datetime] | None = None,
    fuse_words: str | None = None,
    units_before: int = 0,
    tell: bool = True,
) -> Booked:
    """Make the books match these orders (rules C1, C2, C3, C14, L1, L5, W8).

    `seen_at` says when each order's change was first noticed (default: `at`). `units_before` are the `fused_units` of
    earlier pages of the same pass; `fuse_words` say to staff what was exceeded. Without `tell` no plugin hears of it,
    nor of what is released later (a first sync).

    Raises `KeyReused` when a unit's key is recorded with other content.
    """
    page = decide_page(tx, store, orders, seen_at=seen_at or {}, at=at)
    changing = {number for number, decision in page.decisions.items() if decision.changes}
    # An order that staff have let through was looked at by a person: the fuse does not ask for one again.
    limited = {number for number in changing if page.released(number) is None}
    units = sum(len(page.decisions[number].changes) for number in limited)
    booked = replace(_without_booking(page), fused_units=units)
    if limited and units_before + units > store.fuse_units:
        words = fuse_words or f"more than coins.fuse_units = {store.fuse_units} in one pass"
        telling.blow_fuse(
            tx, store.name, {number: page.decisions[number] for number in limited}, words, at=at, silent=not tell
        )
        booked = replace(booked, set_aside=booked.set_aside + len(limited))
        changing -= limited
    page = _without_holds(tx, store, page, changing, seen_at=seen_at or {}, at=at)
    here, page = book_page(tx, store, page, changing, at=at, tell=tell)
    booked = booked.plus(here)
    waiting = {number for number, one in page.aside.items() if waits_for_fuse(one)} | (limited - changing)
    looked_at = {number: decision for number, decision in page.decisions.items() if number not in waiting}
    telling.tell_staff(tx, store.name, looked_at, page.orders, at=at, silent=not tell)
    payments = premium_payments.note_orders(tx, store, orders, at=at, tell=tell)
    return replace(booked, orders=len(orders), payments=payments)


def totals(tx: Tx, store: StoreTerms, orders: Sequence[Order], *, at: datetime) -> Booked:
    """What `book_orders` would do, booking nothing (`bridge sync --dry-run`)."""
    page = decide_page(tx, store, orders, seen_at={}, at=at)
    counted = _without_booking(page)
    for decision in page.decisions.values():
        counted = counted.plus(counted_up(decision.changes))
    return replace(counted, orders=len(orders))


def _without_booking(page: OrderPage) -> Booked:
    waiting = sum(map(waits_for_fuse, page.aside.values()))
    refused = sum(
        any(note.kind not in telling.LASTING for note in decision.notes) and not decision.changes
        for decision in page.decisions.values()
    )
    return Booked(set_aside=waiting + refused)


def book_page(
    tx: Tx,
    store: StoreTerms,
    page: OrderPage,
    numbers: Iterable[int],
    *,
    at: datetime,
    tell: bool = True,
    by: str | None = None,
) -> tuple[Booked, OrderPage]:
    """Book what was decided about these orders of a page; `by` names who of the staff decided it.

    Returns the page, too, with what came to light in booking. Raises `KeyReused` when the key of a unit or of something
    about a licence is recorded with other content.
    """
    changing = sorted(numbers)
    accounts = _accounts(tx, store, page, changing)
    licences = licence_booking.LicenceBooking(tx, store, at=at, by=by)
    page = licences.decide(page, changing, accounts)
    counted = [change for number in changing for change in page.decisions[number].changes]
    new_ids = iter(tx.ledger.new_package_ids(sum(isinstance(change, GrantUnit) for change in counted)))
    entries: list[Entry] = []
    packages: dict[int, Package] = {}
    new: list[int] = []
    ends: list[int] = []
    for number in changing:
        decision = page.decisions[number]
        for change in decision.changes:
            entry: Entry | None
            if isinstance(change, GrantUnit):
                paid_at = decision.paid_at or at
                entry, package = _granted(store, change, accounts[number].id, next(new_ids), paid_at, at)
                new.append(package.id)
            elif isinstance(change, RevokeUnit | ReinstateUnit):
                entry, package = _flipped(store, page, change, at, by)
            else:
                continue  # licences are booked together, below
            packages[package.id] = package
            if not isinstance(change, RevokeUnit):
                ends.append(package.id)
            if entry is not None:
                entries.append(entry)
    tx.ledger.append(store.name, entries, packages, new)
    coming = (packages[number] for number in ends)
    expiring.arm_packages(tx, store.name, coming, at=at, reminder_days=store.reminder_days)
    stir(tx, store.name, {account.id for account in accounts.values()}, at=at)
    tx.purchases.save(store.name, _purchases(page, changing, accounts))
    _freeze(tx, page, at)
    done = _dealt_with(page, changing)
    silent = {number for number in done if page.aside[number].silent}
    licences.book(told=set(changing) - silent if tell else set())
    told = [entry for entry in entries if tell and entry.order_id not in silent]
    events = _events(store.name, told, packages, accounts, _charged_back(page, changing))
    tx.outbox.add(events)
    for account in sorted({accounts[one.order_id or 0].id for one in told if one.kind is EntryKind.REVOKE}):
        expiring.tell_low(tx, store.name, account, at, percent=store.low_percent)
    tx.problems.forget_aside(store.name, done)
    return replace(counted_up(counted), events=tuple(events)), page


def _without_holds(
    tx: Tx, store: StoreTerms, page: OrderPage, numbers: Iterable[int], *, seen_at: Mapping[int, datetime], at: datetime
) -> OrderPage:
    """The page once the holds on charged-back packages have ended, so that their coins can be revoked (rule C14).

    Also on packages that a refund had revoked before: nothing is to be booked of them any more but what is held.
    """
    booking = set(numbers)
    charged = sorted(
        number
        for number, decision in page.decisions.items()
        if decision.charged_back and (number in booking or _has_nothing_to_book(page, number))
    )
    if not charged or not end_holds(tx, store.name, charged, at=at):
        return page
    again = decide_page(tx, store, [page.orders[number] for number in charged], seen_at=seen_at, at=at)
    return replace(page, decisions={**page.decisions, **again.decisions})


def end_holds(tx: Tx, store: str, charged: Iterable[int], *, at: datetime, by: str | None = None) -> int:
    """End the holds on the packages of these orders, whose money was taken back; how many quotes that touched."""
    ended = 0
    for units in tx.ledger.units_of(store, charged).values():
        held = [package.id for package in units if package.held]
        if held:
            ended += drop_charged_back(tx, store, units[0].account_id, held, at=at, by=by)
    return ended


def _has_nothing_to_book(page: OrderPage, number: int) -> bool:
    """Whether an order's packages are as they are to be, and not only because the fuse holds it back."""
    aside = page.aside.get(number)
    return not page.decisions[number].changes and not (aside is not None and waits_for_fuse(aside))


def _dealt_with(page: OrderPage, booked: Iterable[int]) -> set[int]:
    """Orders that need not be remembered as set aside any more: released ones, and those that were booked since.

    A zero total is remembered all the same: what it had granted before can be taken back while the rest waits.
    """
    released = {number for number, one in page.aside.items() if one.state is AsideState.RELEASED}
    others = {number for number, one in page.aside.items() if one.kind != NoteKind.ZERO_TOTAL}
    return released | (others & set(booked))


def _accounts(tx: Tx, store: StoreTerms, page: OrderPage, numbers: Sequence[int]) -> dict[int, Account]:
    """The account each order books on: the one it first granted to, else its buyer's."""
    wanted: dict[int, Owner] = {}
    for number in numbers:
        purchase = page.purchases.get(number)
        owner = purchase.owner if purchase else page.orders[number].buyer
        if owner is not None:
            wanted[number] = owner
    opened = tx.accounts.open(store.name, wanted.values())
    return {number: opened[owner] for number, owner in wanted.items()}


def _granted(
    store: StoreTerms, change: GrantUnit, account_id: int, package_id: int, paid_at: datetime, at: datetime
) -> tuple[Entry, Package]:
    package = Package(
        id=package_id,
        account_id=account_id,
        plan=change.terms.plan,
        coins=change.terms.coins,
        granted_at=at,
        usable_until=usable_until(paid_at, months=change.terms.valid_months, zone=store.zone),
        unit=change.unit,
    )
    return ledger.grant(package, key=unit_key(store.name, change.unit), at=at), package


def _flipped(
    store: StoreTerms, page: OrderPage, change: RevokeUnit | ReinstateUnit, at: datetime, by: str | None
) -> tuple[Entry | None, Package]:
    package = change.package
    assert package.unit is not None
    key = unit_key(store.name, package.unit)
    order = package.unit.order_id
    if isinstance(change, RevokeUnit):
        reason, number = page.cause(order, "fewer units"), change.revocation
        return ledger.revoke(package, key=f"{key}:revoke:{number}", at=at, reason=reason, revocation=number, staff=by)
    reason = page.cause(order, "the unit again")
    return ledger.reinstate(package, key=f"{key}:reinstate:{package.revocations}", at=at, reason=reason)


def _purchases(page: OrderPage, changing: Iterable[int], accounts: Mapping[int, Account]) -> list[Purchase]:
    """What to remember of the page's orders: those that changed, those whose chargeback came or went, and those where
    another product has taken over a unit: its terms freeze too, though nothing is booked (rule C1).
    """
    saved = {}
    for number in changing:
        decision, known = page.decisions[number], page.purchases.get(number)
        assert decision.paid_at is not None
        account, order = accounts[number], page.orders.get(number)
        saved[number] = Purchase(
            order_id=number,
            account_id=known.account_id if known else account.id,
            owner=known.owner if known else account.owner,
            paid_at=decision.paid_at,
            terms=decision.terms,
            charged_back=decision.charged_back,
            ordered_at=(order.ordered_at if order else None) or (known.ordered_at if known else None),
            licensed=decision.licensed,
        )
    for number, before in page.purchases.items():
        now = page.decisions.get(number)
        if number in saved or now is None or now is NOTHING or now.another:
            continue
        same = replace(
            before,
            terms=now.terms or before.terms,
            licensed=now.licensed or before.licensed,
            charged_back=now.charged_back,
            ordered_at=page.orders[number].ordered_at or before.ordered_at,
        )
        if same != before:
            saved[number] = same
    return list(saved.values())


def _freeze(tx: Tx, page: OrderPage, at: datetime) -> None:
    """A chargeback freezes the account that the order's coins are on; only staff lift it (rules C14, C15).

    One that staff had recorded before the shop knew of it has frozen the account already; what they did since stands.
    """
    for number, known in page.purchases.items():
        decision = page.decisions.get(number)
        if decision is not None and decision.charged_back and not (known.charged_back or known.disputed):
            tx.accounts.freeze(known.account_id, at)


def _charged_back(page: OrderPage, numbers: Iterable[int]) -> set[int]:
    """Those of the orders whose payment the bank took back, as the shop's status says or as staff have recorded."""
    disputed = {number for number, known in page.purchases.items() if known.disputed}
    return {number for number in numbers if number in disputed or page.decisions[number].charged_back}


_EVENTS: Mapping[EntryKind, type[CoinsChanged]] = {
    EntryKind.GRANT: CoinsGranted,
    EntryKind.REVOKE: CoinsRevoked,
    EntryKind.REINSTATE: CoinsReinstated,
}


def _events(
    store: str,
    entries: Iterable[Entry],
    packages: Mapping[int, Package],
    accounts: Mapping[int, Account],
    charged_back: set[int],
) -> list[CoinsChanged]:
    """One event per order, plan and kind, under the key of its first entry: quantity 3 is told once (rule C17)."""
    told: dict[tuple[int | None, str | None, EntryKind], CoinsChanged] = {}
    for entry in entries:
        package = packages[entry.postings[0].package_id]
        what = (entry.order_id, package.plan, entry.kind)
        coins = abs(entry.posted)
        if what in told:
            told[what] = replace(told[what], coins=told[what].coins + coins)
        else:
            event = _EVENTS[entry.kind](
                key=entry.key,
                store=store,
                owner=accounts[entry.order_id or 0].owner,
                order_id=entry.order_id,
                plan=package.plan,
                coins=coins,
                at=entry.at,
                usable_until=package.usable_until,
            )
            if isinstance(event, CoinsRevoked) and entry.order_id in charged_back:
                event = replace(event, reason=CHARGEBACK)
            told[what] = event
    return list(told.values())
