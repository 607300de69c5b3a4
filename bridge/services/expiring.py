"""What falls due: the ends of packages, reminders before them, offers about to lapse and old holds.

A deadline is set in the transaction that makes what it is about, and fired in one that books what follows.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from bridge.contracts.coin_desk import Deadline, DeadlineKind
from bridge.contracts.desk import Tx
from bridge.domain.desk_terms import DeskTerms
from bridge.domain.events import BalanceLow
from bridge.domain.packages import Package, available
from bridge.domain.quotes import Quote
from bridge.services.coin_moves import account_by_id, packages_of

_OF_QUOTES = (DeadlineKind.QUOTE_LAPSING, DeadlineKind.HOLD_OLD)


def arm_packages(
    tx: Tx, store: str, packages: Iterable[Package], *, at: datetime, reminder_days: Sequence[int]
) -> None:
    """Remember when these packages end and when to remind of it; reminders that are past already are left out."""
    deadlines = []
    for package in packages:
        end = package.usable_until + timedelta(seconds=1)
        deadlines.append(Deadline(DeadlineKind.EXPIRE, package.id, store, end))
        for days in reminder_days:
            due = package.usable_until - timedelta(days=days)
            if due > at:
                deadlines.append(Deadline(f"remind_{days}", package.id, store, due))
    tx.deadlines.set(deadlines)


def arm_quote(tx: Tx, terms: DeskTerms, quote: Quote) -> None:
    """Remind before an offer lapses (rule C8)."""
    due = quote.offer.valid_until - timedelta(days=terms.remind_days)
    if due > quote.offer.offered_at:
        tx.deadlines.set([Deadline(DeadlineKind.QUOTE_LAPSING, quote.id, terms.store, due)])


def arm_hold(tx: Tx, terms: DeskTerms, quote: Quote) -> None:
    """Remind staff of coins that have been held for long (rule C7)."""
    if quote.approved_at is not None:
        due = quote.approved_at + timedelta(days=terms.hold_days)
        tx.deadlines.set([Deadline(DeadlineKind.HOLD_OLD, quote.id, terms.store, due)])


def disarm_quote(tx: Tx, quote: Quote) -> None:
    """Nothing about this quote falls due any more."""
    tx.deadlines.clear(_OF_QUOTES, quote.id)


def note_low(tx: Tx, terms: DeskTerms, account_id: int, at: datetime) -> None:
    """Tell once per newest package that less than a part of it is available (rule C17)."""
    packages = packages_of(tx, account_id)
    newest = max((one for one in packages.values() if not one.revoked), key=_age, default=None)
    left = available(packages.values(), at)
    if newest is None or left * 100 >= newest.coins * terms.low_percent:
        return
    key = f"{terms.store}:package:{newest.id}:low"
    if tx.notices.first(terms.store, key, at):
        owner = account_by_id(tx, account_id).owner
        tx.outbox.add([BalanceLow(key=key, store=terms.store, at=at, owner=owner, available=left, of=newest.coins)])


def _age(package: Package) -> tuple[datetime, int]:
    return package.granted_at, package.id
