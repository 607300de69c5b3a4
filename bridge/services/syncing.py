"""What has been read of a shop: touched orders, cursors, and how far the first sync is.

A cursor moves in the transaction that keeps what was read, so a crash repeats a page and never skips one. An order is
booked only after its settle time, because a shop's edit passes through statuses that are not meant (rule C2).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from bridge.contracts.desk import Tx
from bridge.contracts.shop import TouchedRow
from bridge.contracts.stores import FirstSync, StoreState
from bridge.contracts.sync import Touched
from bridge.domain.cursor import Cursor
from bridge.domain.orders import Order, UnreadableOrder
from bridge.domain.purchases import StoreTerms
from bridge.services.booked import Booked
from bridge.services.comparing_accounts import of_strangers
from bridge.services.purchases import book_orders
from bridge.services.telling import set_unreadable_aside

MOST_SETTLING = 10
"""An order that keeps changing is read after this many settle times all the same."""
STRANGERS_WAIT = timedelta(hours=1)
"""The longest that an order of somebody who has another customer's number waits for that one to be kept apart."""
LOOK_AGAIN = timedelta(minutes=1)
TOTAL_WAITS = "first_sync_total"
DELETED = "order_deleted"
IDS_WENT_BACK = "ids_went_back"
"""The shop's database was put back to an older state; while this is open, nothing of the store is booked."""


@dataclass(frozen=True, slots=True)
class SyncPlan:
    """Where a store's sync is: what is due now, when something will be, and how far everything has been read.

    `paused` means that nothing is booked until staff have looked: the shop's ids went back.
    """

    state: StoreState
    cursors: Mapping[str, Cursor]
    due: tuple[Touched, ...]
    next_due: datetime | None
    paused: bool = False


def plan(tx: Tx, store: str, *, at: datetime, limit: int) -> SyncPlan:
    """What to do next for a store."""
    state, cursors = tx.stores.get(store), tx.sync.cursors(store)
    if tx.problems.open_under(store, IDS_WENT_BACK) is not None:
        return SyncPlan(state, cursors, (), None, paused=True)
    return SyncPlan(state, cursors, tuple(tx.sync.due(store, at, limit)), tx.sync.next_due(store))


def start_cursors(tx: Tx, store: str, newest: Mapping[str, Sequence[int]], *, at: datetime) -> None:
    """Start reading at the end of each table; what is older is the first sync's. Cursors that exist stay."""
    existing = tx.sync.cursors(store)
    fresh = {name: Cursor.starting(ids, at=at) for name, ids in newest.items() if name not in existing}
    tx.sync.save_cursors(store, fresh)


def note_touched(
    tx: Tx,
    store: str,
    rows: Mapping[str, Sequence[TouchedRow]],
    *,
    at: datetime,
    settle: timedelta,
    remember_gaps: timedelta,
) -> int:
    """Keep which orders changed and move the cursors over them. Returns how many rows were new.

    Rows of a cursor that has been taken away since they were read are left: it starts anew, and so must its rows.
    """
    cursors = tx.sync.cursors(store)
    touched: set[int] = set()
    moved, new = {}, 0
    for name, read in rows.items():
        if name not in cursors:
            continue
        cursor = cursors[name]
        unseen = set(cursor.unseen(row.id for row in read))
        touched |= {row.order_id for row in read if row.id in unseen}
        after = cursor.advance([row.id for row in read], at=at, remember=remember_gaps)
        new += len(unseen)
        if after != cursor:
            moved[name] = after
    if touched:
        touch(tx, store, touched, at=at, settle=settle)
    tx.sync.save_cursors(store, moved)
    return new


def touch(tx: Tx, store: str, order_ids: Iterable[int], *, at: datetime, settle: timedelta) -> None:
    """Have these orders read again once they have been quiet for `settle`."""
    ids = set(order_ids)
    waiting = tx.sync.waiting(store, ids)
    noted = []
    for number in ids:
        first = waiting[number].seen_at if number in waiting else at
        due = min(at + settle, first + MOST_SETTLING * settle)
        noted.append(Touched(number, first, at, due))
    tx.sync.note_touched(store, noted)


def book_touched(
    tx: Tx,
    store: StoreTerms,
    touched: Sequence[Touched],
    orders: Sequence[Order],
    unreadable: Sequence[UnreadableOrder],
    *,
    at: datetime,
    units_before: int = 0,
) -> Booked:
    """Book touched orders as they are now, and forget that they were touched.

    `units_before` are the `fused_units` since nothing was due last: a pass in many pages has one fuse (rule C2).
    Nothing is booked, and nothing forgotten, of a store that has been paused since the orders were read. Nor of
    somebody under whose number there is another customer's account still (rule D3): comparing keeps that one apart.
    """
    if tx.problems.open_under(store.name, IDS_WENT_BACK) is not None:
        return Booked()
    strange = of_strangers(tx, store.name, orders)
    waits = [one for one in touched if one.order_id in strange and at - one.seen_at < STRANGERS_WAIT]
    if waits:
        tx.sync.note_touched(store.name, [replace(one, due_at=at + LOOK_AGAIN) for one in waits])
        left = {one.order_id for one in waits}
        touched = [one for one in touched if one.order_id not in left]
        orders = [order for order in orders if order.order_id not in left]
    odd = set_unreadable_aside(tx, store.name, unreadable, at=at)
    seen_at = {one.order_id: one.seen_at for one in touched}
    booked = book_orders(tx, store, orders, at=at, seen_at=seen_at, units_before=units_before)
    read = digests(orders, unreadable)
    absent = [one.order_id for one in touched if one.order_id not in read]
    _report_deleted(tx, store, absent, at)
    tx.slices.note(store.name, read, absent)
    tx.sync.settle(store.name, touched)
    return replace(booked, set_aside=booked.set_aside + odd)


class Tried(Exception):  # it carries no fault: it takes a trial back
    """An order could be booked; the trial is undone by raising this."""


def try_order(tx: Tx, store: StoreTerms, order: Order, *, at: datetime) -> None:
    """See whether one order can be booked, without booking it. Always raises: `Tried`, or what stands against it."""
    book_orders(tx, store, [order], at=at, tell=False)
    raise Tried


def book_first(
    tx: Tx,
    store: StoreTerms,
    orders: Sequence[Order],
    unreadable: Sequence[UnreadableOrder],
    *,
    last_id: int,
    at: datetime,
) -> Booked:
    """Book one page of the first sync, telling no customer (rule C2), and remember how far it has come.

    Orders that would go beyond the confirmed total wait for staff as under the fuse.
    """
    state = tx.stores.get(store.name)
    allowed = state.confirmed_units + store.fuse_units - state.booked_units
    odd = set_unreadable_aside(tx, store.name, unreadable, at=at, silent=True)
    limited = replace(store, fuse_units=max(allowed, 0))
    total = f"{state.confirmed_units} confirmed and coins.fuse_units = {store.fuse_units}"
    words = f"more than the first sync may book: {total}"
    booked = book_orders(tx, limited, orders, at=at, fuse_words=words, tell=False)
    tx.slices.note(store.name, digests(orders, unreadable))
    tx.stores.save(replace(state, synced_to=last_id, booked_units=state.booked_units + booked.units))
    return replace(booked, set_aside=booked.set_aside + odd)


def digests(orders: Iterable[Order], unreadable: Iterable[UnreadableOrder]) -> dict[int, int]:
    """What a page was read as, by order id."""
    return {one.order_id: one.digest for page in (unreadable, orders) for one in page}


def finish_first_sync(tx: Tx, store: str, *, at: datetime) -> None:
    """All orders have been read once; from now on only touched ones are."""
    state = tx.stores.get(store)
    tx.stores.save(replace(state, first_sync=FirstSync.DONE))
    tx.problems.solve(store, [TOTAL_WAITS], at)


def confirm_first_sync(tx: Tx, store: str, *, units: int, at: datetime) -> StoreState:
    """Staff have seen the dry-run total: that many units may be booked without the fuse (rule C2)."""
    state = replace(tx.stores.get(store), first_sync=FirstSync.CONFIRMED, confirmed_units=units)
    tx.stores.save(state)
    tx.problems.solve(store, [TOTAL_WAITS], at)
    return state


def ask_for_confirmation(tx: Tx, store: StoreTerms, total: Booked, *, at: datetime) -> bool:
    """Whether a first sync of this size must wait for staff; then the problem says so."""
    if total.units <= store.fuse_units:
        confirm_first_sync(tx, store.name, units=total.units, at=at)
        return False
    licences = f"and {total.issued_licences} licences " if total.issued_licences else ""
    tx.problems.report(
        store.name,
        key=TOTAL_WAITS,
        kind=TOTAL_WAITS,
        summary=f"the first sync would grant {total.granted_units} packages with {total.granted_coins} coins "
        f"{licences}for {total.orders} orders read; nothing is booked until staff confirm that number",
        at=at,
        detail={"units": total.units, "coins": total.granted_coins},
    )
    return True


def _report_deleted(tx: Tx, store: StoreTerms, order_ids: Iterable[int], at: datetime) -> None:
    """A deleted order revokes nothing; where it had granted, staff are told (rule C14)."""
    for number, purchase in tx.purchases.of_orders(store.name, order_ids).items():
        tx.problems.report(
            store.name,
            key=f"order:{number}:{DELETED}",
            kind=DELETED,
            summary=f"order {number} is not among the shop's orders any more; "
            f"its {purchase.gave} stay on the account of {purchase.owner}",
            at=at,
            detail={"orders": [number]},
        )
