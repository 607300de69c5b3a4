"""Comparing a store's accounts with the shop: are their customers still there, and do their pages show what was given?

A customer who is gone is told to staff with what he leaves (rule D3). Rows of ours that somebody has put back or taken
away are pushed anew (rule C16).
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from bridge.contracts.desk import Tx
from bridge.contracts.shop import Shown
from bridge.domain.accounts import Account, OwnerKind

CUSTOMER_DELETED = "customer_deleted"
CUSTOMERS_MISSING = "customers_missing"


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
            unless_dismissed=True,
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
