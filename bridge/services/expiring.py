"""What falls due: the ends of packages with the reminders before them, offers about to lapse, and old holds.

A deadline is set in the transaction that makes what it is about, and fired in one that books what follows
(`bridge.services.firing`). A package has a single deadline, for its next reminder or its end: a year of it costs one
row, and however late it fires, the package itself says what is to be told by then.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta

from bridge.contracts.deadlines import Deadline, DeadlineKind
from bridge.contracts.desk import Tx
from bridge.domain.desk_terms import REMINDER_DAYS, DeskTerms
from bridge.domain.events import BalanceLow
from bridge.domain.packages import Package, available
from bridge.domain.quotes import Quote
from bridge.services.coin_moves import account_by_id, packages_of

_OF_QUOTES = (DeadlineKind.QUOTE_LAPSING, DeadlineKind.HOLD_OLD)
A_SECOND = timedelta(seconds=1)


def arm_packages(
    tx: Tx, store: str, packages: Iterable[Package], *, at: datetime, reminder_days: Sequence[int] = REMINDER_DAYS
) -> None:
    """Remember when these packages are to be reminded of and when they end; reminders that are past are left out.

    What is granted or given back although it has ended is forfeited at once, and nobody is told (rule C5).
    """
    tx.deadlines.set([_deadline(store, package, at, reminder_days) for package in packages])


def next_moment(package: Package, reminder_days: Iterable[int], at: datetime) -> datetime:
    """When a package is to be looked at next: at its next reminder, after the last of them when it has ended."""
    for days in sorted(reminder_days, reverse=True):
        moment = package.usable_until - timedelta(days=days)
        if moment > at:
            return moment
    return end_of(package)


def reminders_by(package: Package, reminder_days: Iterable[int], at: datetime) -> list[int]:
    """Which reminders of a package, in days of 24 hours before its end, have come up to a moment; ascending.

    Those from before it was granted are none.
    """
    moments = {days: package.usable_until - timedelta(days=days) for days in reminder_days}
    return sorted(days for days, moment in moments.items() if package.granted_at < moment <= at)


def end_of(package: Package) -> datetime:
    """The first moment at which a package can't be used: its last second counts whole (rule C3)."""
    return package.usable_until + A_SECOND


def arm_quote(tx: Tx, terms: DeskTerms, quote: Quote) -> None:
    """Remind before an offer lapses (rule C8), not of one that is valid for no longer than that; then look at it."""
    reminder = quote.offer.valid_until - timedelta(days=terms.remind_days)
    due = reminder if reminder > quote.offer.offered_at else lapse_of(quote)
    tx.deadlines.set([Deadline(DeadlineKind.QUOTE_LAPSING, quote.id, terms.store, due)])


def lapse_of(quote: Quote) -> datetime:
    """The first moment at which an offer can't be approved: its last second counts whole (rule C8)."""
    return quote.offer.valid_until + A_SECOND


def arm_approved(tx: Tx, terms: DeskTerms, quote: Quote) -> None:
    """An approved offer can't lapse any more; remind staff of its coins when they have been held for long (rule C7)."""
    tx.deadlines.clear([DeadlineKind.QUOTE_LAPSING], quote.id)
    if quote.approved_at is not None:
        due = quote.approved_at + timedelta(days=terms.hold_days)
        tx.deadlines.set([Deadline(DeadlineKind.HOLD_OLD, quote.id, terms.store, due)])


def disarm_quote(tx: Tx, quote: Quote) -> None:
    """Nothing about this quote falls due any more."""
    tx.deadlines.clear(_OF_QUOTES, quote.id)


def note_low(
    tx: Tx, terms: DeskTerms, account_id: int, at: datetime, packages: Mapping[int, Package] | None = None
) -> None:
    """Tell once per newest package that less than a part of it is available (rule C17).

    `packages` are all of the account as they are now, where they are at hand.
    """
    tell_low(tx, terms.store, account_id, at, percent=terms.low_percent, packages=packages)


def tell_low(
    tx: Tx,
    store: str,
    account_id: int,
    at: datetime,
    *,
    percent: int,
    packages: Mapping[int, Package] | None = None,
) -> None:
    """As `note_low`, where less than `percent` of 100 counts as low.

    Of a newest package that has ended nothing is told: its end was.
    """
    packages = packages_of(tx, account_id) if packages is None else packages
    newest = max((one for one in packages.values() if not one.revoked), key=_age, default=None)
    left = available(packages.values(), at)
    if newest is None or not newest.usable(at) or left * 100 >= newest.coins * percent:
        return
    key = f"{store}:package:{newest.id}:low"
    if tx.notices.first(store, key, at):
        owner = account_by_id(tx, account_id).owner
        tx.outbox.add([BalanceLow(key=key, store=store, at=at, owner=owner, available=left, of=newest.coins)])


def _deadline(store: str, package: Package, at: datetime, reminder_days: Iterable[int]) -> Deadline:
    if not package.usable(at):
        return Deadline(DeadlineKind.FORFEIT, package.id, store, end_of(package))
    return Deadline(DeadlineKind.PACKAGE, package.id, store, next_moment(package, reminder_days, at))


def _age(package: Package) -> tuple[datetime, int]:
    return package.granted_at, package.id
