"""Comparing a store's accounts with the shop: are their customers still there, and do their pages show what was given?

A customer who is gone is told to staff with what he leaves, and whoever gets his number later does not inherit (rule
D3). Rows of ours that somebody has put back or taken away are pushed anew (rule C16).
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import NamedTuple

from bridge.contracts.desk import Tx
from bridge.contracts.shop import Shown
from bridge.domain.accounts import Account, Owner, OwnerKind
from bridge.domain.orders import Order
from bridge.services.restoring import ask_to_erase_former

CUSTOMER_DELETED = "customer_deleted"
CUSTOMERS_MISSING = "customers_missing"
CUSTOMER_REPLACED = "customer_replaced"
CUSTOMERS_CHANGED = "customers_changed"

GONE_AFTER = timedelta(minutes=1)
"""A customer who is missing is gone when he is still missing after that, in another round."""
A_FEW = 3


class Gone(NamedTuple):
    """An account whose customer the shop no longer has, and the customers who now have his orders."""

    account: Account
    now_with: tuple[int, ...] = ()


def pushed(tx: Tx, accounts: Sequence[Account]) -> list[Account]:
    """Those of the accounts that the shop has been given as they are; the others are on their way to it."""
    states = tx.push.states(account.id for account in accounts)
    return [account for account in accounts if 0 < states[account.id].number == account.number]


def unlike_pushed(tx: Tx, accounts: Iterable[Account], shown: Mapping[int, Shown], *, epoch: int) -> list[int]:
    """Accounts of which the shop does not have what it was given: somebody has put rows back, or taken some away.

    The accounts are those that had been `pushed` before the shop was asked; one that has changed since is not measured,
    because the shop's answer may be from before or after its push. Versions and numbers of rows are all that is looked
    at; what the rows say is compared by `shop_comparison`, when a person asks.
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


def note_customers(
    tx: Tx, accounts: Sequence[Account], present: Mapping[int, int], *, at: datetime
) -> tuple[list[Account], list[Account]]:
    """Keep what the shop says of these accounts' customers; returns whose are gone, and whose are somebody else now.

    Who is gone for the first time may only be so for a moment, in which a table is loaded anew; he is noted, and gone
    only when he is still missing a while later.
    """
    here = [account for account in accounts if account.owner.ref in present]
    absent = [account for account in accounts if account.owner.ref not in present]
    tx.accounts.miss((account.id for account in absent if account.missed_at is None), at)
    tx.accounts.found(account.id for account in here if account.missed_at is not None)
    tx.accounts.learn({account.id: present[account.owner.ref] for account in here if account.born is None})
    gone = [account for account in absent if account.missed_at is not None and at - account.missed_at >= GONE_AFTER]
    others = [account for account in here if account.born not in {None, present[account.owner.ref]}]
    return gone, others


def of_strangers(tx: Tx, store: str, orders: Iterable[Order]) -> set[int]:
    """Orders whose buyer registered at another moment than the customer whose account his number has (rule D3).

    The next round keeps that account apart. Not so where staff have been told of a doubt about the shop's dates: then
    nothing is changed.
    """
    known = {order.buyer: order.born for order in orders if order.buyer is not None and order.born is not None}
    if not known or tx.problems.open_under(store, CUSTOMERS_CHANGED) is not None:
        return set()
    accounts = tx.accounts.of_owners(store, known)
    strangers = {owner for owner, account in accounts.items() if account.born not in {None, known[owner]}}
    return {order.order_id for order in orders if order.buyer in strangers}


def not_told(tx: Tx, store: str, gone: Iterable[Account]) -> list[Account]:
    """Those of these accounts of whose customer's end staff have not been told; each time he goes is one of its own."""
    keys = {_key(account): account for account in gone}
    told = tx.problems.known(store, keys)
    return [account for key, account in keys.items() if key not in told]


def orders_of(tx: Tx, account_id: int) -> list[int]:
    """The orders that gave an account its packages and licences, ascending."""
    packages = tx.ledger.packages_of([account_id]).get(account_id, [])
    licences = tx.licences.of_accounts([account_id]).get(account_id, [])
    bought = {package.unit.order_id for package in packages if package.unit is not None}
    return sorted(bought | {one.licence.order_id for one in licences if one.licence.order_id is not None})


def report_gone(
    tx: Tx, store: str, new: Sequence[Gone], gone: Sequence[Account], *, looked_at: int, fuse_units: int, at: datetime
) -> None:
    """Tell staff of customers who are gone, and freeze what they left (rules D3, C15); close what is no longer so.

    More at once than the fuse allows, or most of all, is no end of customers but a doubt about the shop: nothing is
    frozen then.
    """
    absent = {_key(account) for account in gone}
    back = {key for key in tx.problems.open_keys(store) if _is_key(key) and key not in absent}
    if too_many(len(new), looked_at=looked_at, fuse_units=fuse_units):
        tx.problems.report(
            store,
            key=CUSTOMERS_MISSING,
            kind=CUSTOMERS_MISSING,
            summary=f"{len(new)} customers with an account are missing in the shop at once; no account was frozen. "
            "Was the shop's table of customers lost?",
            at=at,
            detail={"customers": len(new)},
            unless_dismissed=True,
        )
    else:
        back.add(CUSTOMERS_MISSING)
        for one in new:
            _report_one(tx, store, one, at)
    tx.problems.solve(store, back, at)


def set_apart(
    tx: Tx, store: str, others: Sequence[Account], *, looked_at: int, fuse_units: int, at: datetime
) -> list[Account]:
    """Keep the accounts of customers apart whose numbers are somebody else's now, who must not inherit (rule D3).

    Returns the accounts kept apart. As many as would be no accident are a doubt about the shop, and stay where they
    are until staff have looked.
    """
    if too_many(len(others), looked_at=looked_at, fuse_units=fuse_units):
        tx.problems.report(
            store,
            key=CUSTOMERS_CHANGED,
            kind=CUSTOMERS_CHANGED,
            summary=f"{len(others)} customers with an account registered at another time than before; were the shop's "
            "dates rewritten? A retry believes the shop, until then nothing is changed",
            at=at,
            detail={"customers": len(others)},
            unless_dismissed=True,
        )
        return []
    tx.problems.solve(store, [CUSTOMERS_CHANGED], at)
    for account in others:
        _set_apart(tx, store, account, at)
    return list(others)


def perhaps_lost(tx: Tx, store: str, next_customer: int) -> list[Account]:
    """The accounts of customers whom a shop that was put back did not know: those from its next number on."""
    lost: list[Account] = []
    after: int | None = 0
    while after is not None:
        found, after = customers(tx, store, after, limit=1_000)
        lost += [account for account in found if account.owner.ref >= next_customer]
    return lost


def set_lost_apart(
    tx: Tx, store: str, next_customer: int, *, at: datetime, present: Mapping[int, int] = MappingProxyType({})
) -> None:
    """A shop was put back: customers from this number on are not there any more, their numbers will be given again.

    `present` are those who are there all the same, with what tells each apart: a newer state was put back since.
    """
    for account in perhaps_lost(tx, store, next_customer):
        if account.born is None or account.born != present.get(account.owner.ref):
            _set_apart(tx, store, account, at)


def too_many(count: int, *, looked_at: int, fuse_units: int) -> bool:
    """Whether so many at once are rather a fault of the shop's table: more than the fuse, or most of three and more."""
    return count > fuse_units or (count >= A_FEW and 2 * count > looked_at)


def believe_the_shop(tx: Tx, store: str) -> None:
    """Staff have looked: the customers are the same, whatever their dates say now."""
    tx.accounts.unlearn(store)


def _set_apart(tx: Tx, store: str, account: Account, at: datetime) -> None:
    tx.accounts.freeze(account.id, at)
    tx.accounts.detach(store, account.id)
    former = Owner(OwnerKind.FORMER, account.id)  # whom nobody writes to
    tx.outbox.follow(store, account.owner, former)
    tx.deliveries.follow(store, account.owner, former)
    tx.personal.forget_number(store, account.owner.ref)
    # Off the page of who has his number next.
    tx.quotes.touch(quote.id for quote in tx.quotes.of_account(account.id))
    tx.licences.show_anew(account.id)
    tx.contacts.show_anew(account.id)
    tx.tickets.show_anew(ticket.id for ticket in tx.tickets.of_account(account.id))
    ask_to_erase_former(tx, store, account.id, at=at)
    tx.problems.report(
        store,
        key=f"account:{account.id}:{CUSTOMER_REPLACED}",
        kind=CUSTOMER_REPLACED,
        summary=f"the number of {account.owner} belongs to somebody else, or will; the earlier one's account is kept "
        f"apart as former:{account.id}, frozen with {account.posted} coins",
        at=at,
        detail={"customer": account.owner.ref, "account": account.id},
    )


def _report_one(tx: Tx, store: str, one: Gone, at: datetime) -> None:
    account = one.account
    moved = f"; orders of theirs now belong to {_customers(one.now_with)}: were the two merged?" if one.now_with else ""
    tx.accounts.freeze(account.id, at)
    tx.problems.report(
        store,
        key=_key(account),
        kind=CUSTOMER_DELETED,
        summary=f"{account.owner} is not in the shop any more; "
        f"the account is frozen with {account.posted} coins{moved}",
        at=at,
        detail={"customer": account.owner.ref, "now_with": list(one.now_with)},
    )


def _customers(ids: Sequence[int]) -> str:
    return f"customer{'s' * (len(ids) > 1)} {', '.join(map(str, ids))}"


def _key(account: Account) -> str:
    since = int(account.missed_at.timestamp()) if account.missed_at else 0
    return f"customer:{account.owner.ref}:{since}:{CUSTOMER_DELETED}"


def _is_key(key: str) -> bool:
    return key.startswith("customer:") and key.endswith(f":{CUSTOMER_DELETED}")
