"""Telling staff what booking found: notes about single orders, rows that can't be understood, and the fuse.

Each note has a key of its order and kind, so that it is one problem however often the order is seen. A note about
something that holds ends when it no longer does; one about something that happened stays until staff close it.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime

from bridge.contracts.desk import Tx
from bridge.domain.orders import UnreadableOrder
from bridge.domain.purchases import Decision, Note, NoteKind

FUSE = "fuse"
UNREADABLE = "unreadable_order"
REFUSING = frozenset({NoteKind.ODD_ORDER, NoteKind.CUSTOMER_GONE})
"""Notes about orders of which nothing at all was booked."""
WAITING = frozenset({NoteKind.ZERO_TOTAL, NoteKind.NUMBER_REUSED})
"""Notes that hold an order back until staff have looked at it."""
LASTING = frozenset({NoteKind.SPENT, NoteKind.AMOUNT_SLIP})
"""Notes about something that happened: told once, they stay until staff close them. The others end with their cause."""


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


def tell_staff(tx: Tx, store: str, decisions: Mapping[int, Decision], *, at: datetime, silent: bool = False) -> None:
    """Report what the decisions say, and close what has become untrue of these orders.

    With `silent`, customers are to hear nothing of what begins to wait here.
    """
    said = {
        _note_key(number, note): (number, note) for number, decision in decisions.items() for note in decision.notes
    }
    lasting = [key for key, (_, note) in said.items() if note.kind in LASTING]
    told = tx.problems.known(store, lasting) if lasting else frozenset()
    for key, (number, note) in said.items():
        if key in told:
            continue
        problem = tx.problems.report(
            store, key=key, kind=note.kind, summary=note.text, at=at, detail={"orders": [number]}
        )
        if note.kind in WAITING or (silent and note.kind in REFUSING):
            tx.problems.set_aside(store, problem.id, [number], silent=silent)
    gone = [key for key in tx.problems.open_keys(store) - set(said) if _ends_with_its_cause(key, decisions)]
    if gone:
        tx.problems.solve(store, gone, at)


def _note_key(number: int, note: Note) -> str:
    return f"order:{number}:{note.kind}" + (f":{note.part}" if note.part else "")


def _ends_with_its_cause(key: str, decisions: Mapping[int, Decision]) -> bool:
    """Whether a problem's key belongs to one of these orders and to a kind that ends when its cause does."""
    what, _, rest = key.partition(":")
    number, _, kind = rest.partition(":")
    kind = kind.partition(":")[0]
    return what == "order" and int(number) in decisions and kind not in LASTING
