"""Comparing what the desk has read of a shop with what the shop has now.

What differs is only *touched* here: it is read again and booked by the same story as any other change, behind the same
fuse (rule C2). Only ids that went back are told to staff at once: the shop's database was put back to an older state.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import NamedTuple

from bridge.contracts.desk import Tx
from bridge.contracts.problems import Problem
from bridge.contracts.shop import SlicePage
from bridge.contracts.shop_threads import MESSAGE_IDS
from bridge.contracts.stores import FirstSync
from bridge.contracts.sync import Comparison
from bridge.domain.cursor import Cursor
from bridge.domain.slices import differing, unequal
from bridge.services.comparing_accounts import set_lost_apart
from bridge.services.syncing import IDS_WENT_BACK, touch
from bridge.services.telling import doubted_slips

ORDERS, CUSTOMERS = "order", "customer"
"""What the shop's numbers of orders and of customers are called among its ids."""
BACKLOG = 2_000
"""While more touched orders wait than that, nothing more is compared: what is found would only wait behind them."""


class Start(NamedTuple):
    """What a bell finds: how far everything is, the newest slice with orders, and how many orders wait to be read."""

    first_sync: FirstSync
    positions: Mapping[str, int]
    paused: bool
    comparison: Comparison
    newest: int
    touched: int


def start(tx: Tx, store: str) -> Start:
    """Where comparing a store stands."""
    return Start(
        tx.stores.get(store).first_sync,
        {name: cursor.position for name, cursor in _cursors(tx, store).items()},
        tx.problems.open_under(store, IDS_WENT_BACK) is not None,
        tx.slices.comparison(store),
        tx.slices.newest(store),
        tx.sync.waiting_count(store),
    )


def _cursors(tx: Tx, store: str) -> Mapping[str, Cursor]:
    """The cursors over the orders' tables, and over the customer service's messages where they are read."""
    messages = tx.threads.cursor(store)
    return {**tx.sync.cursors(store), **({MESSAGE_IDS: messages} if messages.position else {})}


def ids_gone_back(positions: Mapping[str, int], next_ids: Mapping[str, int]) -> dict[str, tuple[int, int]]:
    """The cursors whose table gives out an id next that had been read already: (highest read, next) by name.

    The positions must have been looked up before the shop was asked, or an order that comes between counts as one.
    """
    return {
        name: (positions[name], number)
        for name, number in next_ids.items()
        if name in positions and number <= positions[name]
    }


class GivenAgain(NamedTuple):
    """A table of the shop whose next number is one that the books know already; `highest` is the last they know."""

    what: str
    table: str
    next: int
    highest: int

    @property
    def statement(self) -> str:
        """What the database's owner runs, so that no number of the books means somebody or something else."""
        return f"ALTER TABLE `{self.table}` AUTO_INCREMENT = {self.highest + 1};"


def given_again(tx: Tx, store: str, next_ids: Mapping[str, int], tables: Mapping[str, str]) -> list[GivenAgain]:
    """The tables of which the shop, put back to an older state, gives numbers next that the books know already."""
    books = {ORDERS: tx.purchases.highest(store), CUSTOMERS: tx.accounts.highest_customer(store)}
    return [
        GivenAgain(what, tables.get(what, what), next_ids[what], highest)
        for what, highest in books.items()
        if what in next_ids and next_ids[what] <= highest
    ]


def report_ids_gone_back(
    tx: Tx,
    store: str,
    back: Mapping[str, tuple[int, int]],
    *,
    tables: Mapping[str, str],
    next_customer: int | None,
    at: datetime,
) -> bool:
    """Let staff look before anything more is booked of this store; true only when it is new.

    `tables` are the shop's names of what `back` speaks of. `next_customer` is the number the shop gives its next
    customer; the lowest that is seen is kept for `start_over`.

    Where the cursors have started anew since they were looked up, staff have just done so.
    """
    cursors = _cursors(tx, store)
    if any(name not in cursors or cursors[name].position < read for name, (read, _) in back.items()):
        return False
    known = tx.problems.open_under(store, IDS_WENT_BACK)
    seen = [next_customer, known.detail.get("next_customer") if known else None]
    words = ", ".join(
        f"{tables.get(name, name)} (had reached {read}, next is {number})"
        for name, (read, number) in sorted(back.items())
    )
    tx.problems.report(
        store,
        key=IDS_WENT_BACK,
        kind=IDS_WENT_BACK,
        summary=f"the shop's ids went back: {words}; its database was probably put back to an older state. "
        "Nothing of this store is booked until staff have looked",
        at=at,
        detail={"next_customer": min((number for number in seen if number is not None), default=None)},
    )
    return known is None


def start_over(tx: Tx, problem: Problem, *, at: datetime, present: Mapping[int, int] = MappingProxyType({})) -> None:
    """Staff have looked: read on from where the tables end now, and compare every order and account with what it was.

    Our own rows have gone back with the shop's, so the pages get everything anew. The accounts of customers whom the
    older state does not know are kept apart first: the shop will give their numbers to others (rule D3). `present` are
    customers whom the shop has by now, with what tells each apart.
    """
    store = problem.store
    if problem.detail.get("next_customer") is not None:
        set_lost_apart(tx, store, int(problem.detail["next_customer"]), at=at, present=present)
    tx.push.again(store)
    tx.sync.forget_cursors(store)
    tx.slices.save_comparison(store, Comparison())


def differing_slices(tx: Tx, store: str, page: SlicePage, *, after: int) -> list[int]:
    """The slices above `after` that are not as they were last read."""
    return unequal(tx.slices.sums(store, after=after, until=page.until), page.slices)


def touch_differing(
    tx: Tx, store: str, number: int, shop: Mapping[int, int], *, at: datetime, settle: timedelta
) -> list[int]:
    """Have the orders of a slice read again that are not as they were last read; returns those found just now."""
    found = differing(tx.slices.digests(store, number), shop)
    waiting = tx.sync.waiting(store, found)
    new = [order for order in found if order not in waiting]
    if new:
        touch(tx, store, new, at=at, settle=settle)
    return new


def move_on(tx: Tx, store: str, before: Comparison, after: Comparison) -> bool:
    """Remember how far the round is, so that a restart goes on there; false where it was begun anew meanwhile.

    At a round's end the orders are read again whose slips name no unit: digests know nothing of slips.
    """
    if tx.slices.comparison(store) != before:
        return False
    tx.slices.save_comparison(store, after)
    if after.finished_at is not None and after.finished_at != before.finished_at:
        again = doubted_slips(tx.problems.open(store))[:BACKLOG]
        touch(tx, store, again, at=after.finished_at, settle=timedelta(0))
    return True
