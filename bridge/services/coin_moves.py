"""Booking what a rule decided about held coins: its entries and the packages it touches, in one go."""

from datetime import datetime

from bridge.contracts.audit import AuditLine
from bridge.contracts.desk import Tx
from bridge.domain.accounts import Account
from bridge.domain.holds import Movement
from bridge.domain.ledger import post
from bridge.domain.packages import Package, available
from bridge.errors import UnknownAccount


def packages_of(tx: Tx, account_id: int) -> dict[int, Package]:
    """An account's packages by id, as they are now."""
    return {package.id: package for package in tx.ledger.packages_of([account_id]).get(account_id, [])}


def book(tx: Tx, store: str, packages: dict[int, Package], movement: Movement) -> dict[int, Package]:
    """Record a movement's entries against these packages; returns all of them as they are then.

    Raises as `Ledger.append`.
    """
    if not movement.entries:
        return packages
    touched = {posting.package_id for entry in movement.entries for posting in entry.postings}
    after = {number: packages[number] for number in touched} | dict(movement.packages)
    tx.ledger.append(store, movement.entries, after)
    for entry in movement.entries:
        after |= {package.id: package for package in post(after, entry)}
    return packages | after


def spendable(tx: Tx, account_id: int, at: datetime) -> int:
    """What an account can spend at that moment (rule C5)."""
    return available(packages_of(tx, account_id).values(), at)


def account_by_id(tx: Tx, account_id: int) -> Account:
    """The account. Raises `UnknownAccount`."""
    account = tx.accounts.by_ids([account_id]).get(account_id)
    if account is None:
        raise UnknownAccount(f"there is no account {account_id}")
    return account


def note(tx: Tx, store: str, staff: str, action: str, subject: str, at: datetime, **detail: object) -> None:
    """Leave a line in the audit trail: who did what, in ids and numbers."""
    tx.audit.note(AuditLine(at, staff, action, subject, detail, store))
