"""Comparing what the desk has read of a shop with what the shop has now.

What differs is only *touched* here: it is read again and booked by the same story as any other change, behind the same
fuse (rule C2). Two things are no order's business and are told to staff at once: ids that went back, because the shop's
database was put back to an older state, and customers who are gone.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from bridge.contracts.desk import Comparison, FirstSync, Tx
from bridge.contracts.shop import Shown, SlicePage
from bridge.domain.accounts import Account, OwnerKind
from bridge.domain.slices import differing, unequal
from bridge.services.syncing import IDS_WENT_BACK, touch

CUSTOMER_DELETED = "customer_deleted"
CUSTOMERS_MISSING = "customers_missing"

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


class Gone(NamedTuple):
    """An account whose customer the shop no longer has, and the customers who now have his orders."""

    account: Account
    now_with: tuple[int, ...] = ()


def start(tx: Tx, store: str) -> Start:
    """Where comparing a store stands."""
    return Start(
        tx.stores.get(store).first_sync,
        {name: cursor.position for name, cursor in tx.sync.cursors(store).items()},
        tx.problems.open_under(store, IDS_WENT_BACK) is not None,
        tx.slices.comparison(store),
        tx.slices.newest(store),
        tx.sync.waiting_count(store),
    )


def ids_gone_back(positions: Mapping[str, int], next_ids: Mapping[str, int]) -> dict[str, tuple[int, int]]:
    """The cursors whose table gives out an id next that had been read already: (highest read, next) by name.

    The positions must have been looked up before the shop was asked, or an order that comes between counts as one.
    """
    return {
        name: (positions[name], number)
        for name, number in next_ids.items()
        if name in positions and number <= positions[name]
    }


def report_ids_gone_back(tx: Tx, store: str, back: Mapping[str, tuple[int, int]], *, at: datetime) -> bool:
    """Let staff look before anything more is booked of this store; true only when it is new.

    Where the cursors have started anew since they were looked up, staff have just done so.
    """
    cursors = tx.sync.cursors(store)
    if any(name not in cursors or cursors[name].position < read for name, (read, _) in back.items()):
        return False
    known = tx.problems.open_under(store, IDS_WENT_BACK) is not None
    words = ", ".join(f"{name} (had reached {read}, next is {number})" for name, (read, number) in sorted(back.items()))
    tx.problems.report(
        store,
        key=IDS_WENT_BACK,
        kind=IDS_WENT_BACK,
        summary=f"the shop's ids went back: {words}; its database was probably put back to an older state. "
        "Nothing of this store is booked until staff have looked",
        at=at,
    )
    return not known


def start_over(tx: Tx, store: str) -> None:
    """Staff have looked: read on from where the tables end now, and compare every order and account with what it was.

    Our own rows have gone back with the shop's, so the pages get everything anew.
    """
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


def compared_to(tx: Tx, store: str, number: int) -> None:
    """Remember how far the round is, so that a restart goes on there."""
    before = tx.slices.comparison(store)
    tx.slices.save_comparison(store, Comparison(number, before.finished_at))


def finish_round(tx: Tx, store: str, *, at: datetime) -> None:
    """The round is over; the next begins with the first slice."""
    tx.slices.save_comparison(store, Comparison(finished_at=at))


def pushed(tx: Tx, accounts: Sequence[Account]) -> list[Account]:
    """Those of the accounts that the shop has been given as they are; the others are on their way to it."""
    states = tx.push.states(account.id for account in accounts)
    return [account for account in accounts if 0 < states[account.id].number == account.number]


def unlike_pushed(tx: Tx, accounts: Iterable[Account], shown: Mapping[int, Shown], *, epoch: int) -> list[int]:
    """Accounts of which the shop does not have what it was given: somebody has put rows back, or taken some away.

    The accounts are those that had been `pushed` before the shop was asked; one that has changed since is not measured,
    because the shop's answer may be from before or after its push.
    """
    before = {account.id: account for account in accounts}
    unchanged = [one for one in tx.accounts.by_ids(before).values() if one.number == before[one.id].number]
    states = tx.push.states(account.id for account in pushed(tx, unchanged))
    given = {number: Shown(epoch, state.number, state.entries) for number, state in states.items()}
    return [number for number, wanted in given.items() if shown.get(before[number].owner.ref, Shown()) != wanted]


def customers(tx: Tx, store: str, after: int, *, limit: int) -> tuple[list[Account], int | None]:
    """Accounts of customers above an account id, and where the next page starts; None at the end.

    Guests have accounts too, and are nobody the shop could delete.
    """
    page = tx.accounts.page(store, after=after, limit=limit)
    found = [account for account in page if account.owner.kind is OwnerKind.CUSTOMER]
    return found, page[-1].id if len(page) == limit else None


def not_told(tx: Tx, store: str, gone: Iterable[Account]) -> list[Account]:
    """Those of these accounts of whose customer's end staff do not know; one who was back since is told again."""
    keys = {_key(account.owner.ref): account for account in gone}
    told = tx.problems.told(store, keys)
    return [account for key, account in keys.items() if key not in told]


def orders_of(tx: Tx, account_id: int) -> list[int]:
    """The orders that granted an account's packages, ascending."""
    packages = tx.ledger.packages_of([account_id]).get(account_id, [])
    return sorted({package.unit.order_id for package in packages if package.unit is not None})


def report_gone(
    tx: Tx, store: str, new: Sequence[Gone], all_gone: Iterable[int], *, fuse_units: int, at: datetime
) -> None:
    """Tell staff of customers who are gone, and freeze what they left (rules D3, C15); close what is no longer so.

    More at once than the fuse allows is no end of customers but a doubt about the shop: nothing is frozen then.
    """
    absent = {_key(ref) for ref in all_gone}
    back = {key for key in tx.problems.open_keys(store) if _is_key(key) and key not in absent}
    if len(new) > fuse_units:
        tx.problems.report(
            store,
            key=CUSTOMERS_MISSING,
            kind=CUSTOMERS_MISSING,
            summary=f"{len(new)} customers with an account are missing in the shop at once, more than "
            f"coins.fuse_units = {fuse_units}; no account was frozen. Was the shop's table of customers lost?",
            at=at,
            detail={"customers": len(new)},
        )
    else:
        back.add(CUSTOMERS_MISSING)
        for one in new:
            _report_one(tx, store, one, at)
    tx.problems.solve(store, back, at)


def _report_one(tx: Tx, store: str, one: Gone, at: datetime) -> None:
    account = one.account
    moved = f"; orders of theirs now belong to {_customers(one.now_with)}: were the two merged?" if one.now_with else ""
    tx.accounts.freeze(account.id, at)
    tx.problems.report(
        store,
        key=_key(account.owner.ref),
        kind=CUSTOMER_DELETED,
        summary=f"{account.owner} is not in the shop any more; "
        f"the account is frozen with {account.posted} coins{moved}",
        at=at,
        detail={"customer": account.owner.ref, "now_with": list(one.now_with)},
    )


def _customers(ids: Sequence[int]) -> str:
    return f"customer{'s' * (len(ids) > 1)} {', '.join(map(str, ids))}"


def _key(customer: int) -> str:
    return f"customer:{customer}:{CUSTOMER_DELETED}"


def _is_key(key: str) -> bool:
    return key.startswith("customer:") and key.endswith(f":{CUSTOMER_DELETED}")
