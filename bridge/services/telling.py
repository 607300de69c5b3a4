"""Telling staff what booking found: notes about single orders, rows that can't be understood, and the fuse.

Each note has a key of its order and kind, so that it is one problem however often the order is seen. A note about
something that holds ends when it no longer does; one about something that happened stays until staff close it.

A credit slip is several rows, and between the first of them and the next it looks like one of money alone. Such a slip
is told only when a second look, a while later, finds it still so, and it ends should units be found on it after that.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from bridge.contracts.desk import Tx
from bridge.contracts.problems import Problem
from bridge.contracts.sync import Touched
from bridge.domain.order_notes import Note, NoteKind
from bridge.domain.orders import Order, UnreadableOrder
from bridge.domain.purchases import Decision

FUSE = "fuse"
UNREADABLE = "unreadable_order"
REFUSING = frozenset({NoteKind.ODD_ORDER, NoteKind.CUSTOMER_GONE})
"""Notes about orders of which nothing at all was booked."""
WAITING = frozenset({NoteKind.ZERO_TOTAL, NoteKind.NUMBER_REUSED, NoteKind.OTHER_STORE})
"""Notes that hold an order back until staff have looked at it."""
LASTING = frozenset({NoteKind.SPENT, NoteKind.AMOUNT_SLIP})
"""Notes about something that happened: told once, they stay until staff close them. The others end with their cause."""
SECOND_LOOK = timedelta(seconds=2)
"""How long after a slip of money alone was first seen its order is read once more."""


def set_unreadable_aside(
    tx: Tx, store: str, unreadable: Iterable[UnreadableOrder], *, at: datetime, silent: bool = False
) -> int:
    """Tell staff about orders whose rows could not be understood; returns how many.

    With `silent`, customers are to hear nothing of them once they can be.
    """
    count = 0
    for one in unreadable:
        problem = tx.problems.report(
            store,
            key=f"order:{one.order_id}:{UNREADABLE}",
            kind=UNREADABLE,
            summary=f"order {one.order_id}: {one.reason}",
            at=at,
            detail={"orders": [one.order_id]},
        )
        if silent:
            tx.problems.set_aside(store, problem.id, [one.order_id], silent=True)
        count += 1
    return count


def blow_fuse(
    tx: Tx, store: str, decisions: Mapping[int, Decision], words: str, *, at: datetime, silent: bool = False
) -> None:
    """Too much in one pass: these orders wait for staff under one problem, which says why in `words` (rule C2)."""
    waiting = sorted(decisions)
    units = sum(len(decision.changes) for decision in decisions.values())
    before = tx.problems.open_under(store, FUSE)
    orders = len(waiting)
    if before is not None:
        units += int(before.detail["units"])
        orders += int(before.detail["orders_waiting"])
    problem = tx.problems.report(
        store,
        key=FUSE,
        kind=FUSE,
        summary=f"{units} grants or revocations of {orders} order{'s' * (orders != 1)} came at once, {words}; "
        "none of them is booked until staff release them",
        at=at,
        detail={"units": units, "orders_waiting": orders},
    )
    tx.problems.set_aside(store, problem.id, waiting, silent=silent)


def tell_staff(
    tx: Tx,
    store: str,
    decisions: Mapping[int, Decision],
    orders: Mapping[int, Order],
    *,
    at: datetime,
    silent: bool = False,
) -> None:
    """Report what the decisions about these orders say, and close what has become untrue of them.

    With `silent`, customers are to hear nothing of what begins to wait here.
    """
    said = tell_notes(tx, store, decisions, at=at, silent=silent)
    over = [
        key
        for key in tx.problems.open_keys(store) - said
        if _ends_with_its_cause(key, decisions) or _has_units_by_now(key, decisions, orders)
    ]
    if over:
        tx.problems.solve(store, over, at)


def tell_notes(
    tx: Tx, store: str, decisions: Mapping[int, Decision], *, at: datetime, silent: bool = False
) -> frozenset[str]:
    """Report what the decisions about these orders say; returns the keys of what is so."""
    said = {
        _note_key(number, note): (number, note) for number, decision in decisions.items() for note in decision.notes
    }
    lasting = [key for key, (_, note) in said.items() if note.kind in LASTING]
    told = tx.problems.told(store, lasting) if lasting else frozenset()
    seen = tx.problems.known(store, lasting) if lasting else frozenset()
    for key, (number, note) in said.items():
        if key in told:
            continue
        problem = tx.problems.report(
            store, key=key, kind=note.kind, summary=note.text, at=at, detail={"orders": [number]}
        )
        if note.kind in WAITING or (silent and note.kind in REFUSING):
            tx.problems.set_aside(store, problem.id, [number], silent=silent)
        if note.kind is NoteKind.AMOUNT_SLIP and key not in seen:
            _look_again_first(tx, store, number, key, at)
    return frozenset(said)


def doubted_slips(problems: Iterable[Problem]) -> list[int]:
    """The orders of open problems about slips of money alone: only reading them again could end these problems."""
    return sorted(
        {order for one in problems if one.kind == NoteKind.AMOUNT_SLIP for order in one.detail.get("orders", ())}
    )


def _look_again_first(tx: Tx, store: str, number: int, key: str, at: datetime) -> None:
    """Keep quiet about a slip of money alone until a second look, and remember that there was a first."""
    tx.problems.solve(store, [key], at)
    tx.sync.note_touched(store, [Touched(number, at, at, at + SECOND_LOOK)])


def _note_key(number: int, note: Note) -> str:
    return f"order:{number}:{note.kind}" + (f":{note.part}" if note.part else "")


def _ends_with_its_cause(key: str, decisions: Mapping[int, Decision]) -> bool:
    """Whether a problem's key belongs to one of these orders and to a kind that ends when its cause does."""
    what, _, rest = key.partition(":")
    number, _, kind = rest.partition(":")
    kind = kind.partition(":")[0]
    return what == "order" and int(number) in decisions and kind not in LASTING


def _has_units_by_now(key: str, decisions: Mapping[int, Decision], orders: Mapping[int, Order]) -> bool:
    """Whether a problem's key is that of a slip of money alone that its order, just read, has no longer.

    The order is asked, not the decision about it: one that is not paid at the moment has no notes about its slips.
    """
    what, _, rest = key.partition(":")
    number, _, kind_and_slip = rest.partition(":")
    kind, _, slip = kind_and_slip.partition(":")
    if what != "order" or kind != NoteKind.AMOUNT_SLIP or int(number) not in decisions:
        return False
    return int(slip) not in orders[int(number)].amount_only_slips
