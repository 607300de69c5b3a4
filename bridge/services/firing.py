"""What happens when a deadline falls due: packages end, reminders go out, staff hear of old holds (rules C5, C7, C17).

What is due about tickets is `ticket_clocks`' (rules T7, T10), about licences `licence_watch`'s (rule L6), about running
timers `timers`' (rule W6).

The entry, the event and the end of the deadline are one transaction, so whatever kills the daemon, each happens once.
Each deadline is taken by itself: one that can't be fired is told to staff, tried again in an hour and holds up no
other. What was due while nobody could fire it is told once, in the words of the most urgent, and none is forgotten.

Only the deadlines of enabled stores fire. Those of others wait, and fire as late ones do; that their packages have
ended needs no entry, because the clock decides about it.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from bridge.contracts.deadlines import Deadline, DeadlineKind
from bridge.contracts.desk import Tx
from bridge.domain import ledger
from bridge.domain.desk_terms import DeskTerms
from bridge.domain.events import HoldOld, PackageExpired, PackageExpiring, QuoteLapsing
from bridge.domain.packages import Package
from bridge.domain.quotes import HOLDING, QuoteState
from bridge.domain.work_time import Reading
from bridge.errors import DeskUnusable
from bridge.services.coin_moves import account_by_id, spendable
from bridge.services.expiring import lapse_of, next_moment, note_low, reminders_by
from bridge.services.licence_watch import licence_due
from bridge.services.quote_parts import about
from bridge.services.ticket_clocks import offer_lapsed, ticket_due
from bridge.services.ticket_standing import stir
from bridge.services.timers import timer_due

PAGE = 50
AGAIN_AFTER = timedelta(hours=1)
"""When a deadline that could not be fired is tried again."""
_OF_PACKAGES = (DeadlineKind.PACKAGE, DeadlineKind.FORFEIT)
_WHAT: Mapping[str, str] = {
    DeadlineKind.QUOTE_LAPSING: "quote",
    DeadlineKind.HOLD_OLD: "quote",
    DeadlineKind.TICKET: "ticket",
    DeadlineKind.LICENCE: "licence",
    DeadlineKind.TIMER: "segment",
}
"""What the number of a deadline is that of, where it is not a package's."""


@dataclass(frozen=True, slots=True)
class Fired:
    """How many deadlines fired, at which stores, and what those that could not raised."""

    count: int = 0
    stores: frozenset[str] = frozenset()
    failures: tuple[tuple[Deadline, Exception], ...] = ()


def fire_due(
    tx: Tx, terms: Mapping[str, DeskTerms], *, at: datetime, limit: int = PAGE, now: Reading | None = None
) -> Fired:
    """Fire what is due at these stores, at most `limit` deadlines, the store that waits longest first.

    What becomes due at once by that is fired too. Worked time is measured up to `now`, which has the machine's counter
    besides the clock. Raises `DeskUnusable` where the desk can't be written.
    """
    now = now or Reading(at, "", timedelta(0))
    waiting = sorted((due, store) for store, due in tx.deadlines.first_due(terms).items() if due <= at)
    fired, stores = 0, set()
    failures: list[tuple[Deadline, Exception]] = []
    for _, store in waiting:
        problems = tx.problems.open_keys(store)
        for deadline in _all_due(tx, store, at, limit - fired - len(failures)):
            key = f"deadline:{deadline.kind}:{deadline.ref}"
            try:
                with tx.attempt():
                    _fire(tx, terms[store], deadline, now)
            except DeskUnusable:
                raise
            except Exception as error:  # one deadline's fault must not keep the others from being fired
                failures.append((deadline, error))
                _put_off(tx, deadline, key, error, at)
            else:
                fired += 1
                stores.add(store)
                if key in problems:
                    tx.problems.solve(store, [key], at)
        if fired + len(failures) >= limit:
            break
    return Fired(fired, frozenset(stores), tuple(failures))


def _all_due(tx: Tx, store: str, at: datetime, limit: int) -> Iterator[Deadline]:
    """What is due at a store, and what firing that has let fall due at once, such as tickets that are stirred."""
    while found := tx.deadlines.due(store, at, limit):
        limit -= len(found)
        yield from found


def _fire(tx: Tx, terms: DeskTerms, deadline: Deadline, now: Reading) -> None:
    at = now.at
    match deadline.kind:
        case DeadlineKind.PACKAGE | DeadlineKind.FORFEIT:
            _package_due(tx, terms, deadline, at)
        case DeadlineKind.QUOTE_LAPSING:
            _lapsing(tx, terms, deadline, at)
        case DeadlineKind.HOLD_OLD:
            _hold_old(tx, terms, deadline.ref, at)
        case DeadlineKind.TICKET:
            ticket_due(tx, terms, deadline.ref, at=at)
        case DeadlineKind.LICENCE:
            licence_due(tx, terms, deadline.ref, at=at)
        case DeadlineKind.TIMER:
            timer_due(tx, terms, deadline.ref, now)
        case _:
            raise ValueError(f"nobody knows what {deadline.kind} means")


def _package_due(tx: Tx, terms: DeskTerms, deadline: Deadline, at: datetime) -> None:
    package = tx.ledger.packages([deadline.ref]).get(deadline.ref)
    silent = deadline.kind == DeadlineKind.FORFEIT
    if package is None:
        tx.deadlines.clear(_OF_PACKAGES, deadline.ref)
    elif package.usable(at):  # its end was moved meanwhile, or a reminder is due
        if not silent:
            _remind(tx, terms, package, at)
        moment = next_moment(package, () if silent else terms.reminder_days, at)
        tx.deadlines.set([deadline._replace(due_at=moment)])
    else:
        _end(tx, terms, package, at, silent=silent)
        tx.deadlines.clear(_OF_PACKAGES, package.id)


def _remind(tx: Tx, terms: DeskTerms, package: Package, at: datetime) -> None:
    """Tell how long a package can still be used: by the most urgent reminder, unless it has been told before."""
    come = reminders_by(package, terms.reminder_days, at)
    untold = _first_time(tx, terms.store, package, come, at)
    if not untold or untold[0] != come[0] or not package.unheld or package.revoked:
        return
    days, *others = untold
    tx.outbox.add(
        [
            PackageExpiring(
                key=_reminder_key(terms.store, package, days),
                store=terms.store,
                at=at,
                owner=account_by_id(tx, package.account_id).owner,
                package_id=package.id,
                coins=package.unheld,
                days=-((at - package.usable_until) // timedelta(days=1)),
                usable_until=package.usable_until,
                instead_of=tuple(reversed(others)),
            )
        ]
    )


def _end(tx: Tx, terms: DeskTerms, package: Package, at: datetime, *, silent: bool) -> None:
    """Forfeit what is left of a package and not held; its page is pushed also where nothing was (rules C5, C6).

    The account's tickets run under what plan is left (rule T6).
    """
    stir(tx, terms.store, [package.account_id], at=at)
    key = _free_key(tx, f"{terms.store}:package:{package.id}:expire")
    entry = ledger.forfeit(package, key=key, at=at, reason=f"package {package.id} had ended")
    if entry is None:
        tx.accounts.touch([package.account_id])
        return
    tx.ledger.append(terms.store, [entry], {package.id: package})
    if silent or package.revoked:
        return
    come = reminders_by(package, terms.reminder_days, at)
    tx.outbox.add(
        [
            PackageExpired(
                key=entry.key,
                store=terms.store,
                at=at,
                owner=account_by_id(tx, package.account_id).owner,
                package_id=package.id,
                coins=-entry.posted,
                available=spendable(tx, package.account_id, at),
                usable_until=package.usable_until,
                instead_of=tuple(reversed(_first_time(tx, terms.store, package, come, at))),
            )
        ]
    )
    note_low(tx, terms, package.account_id, at)


def _lapsing(tx: Tx, terms: DeskTerms, deadline: Deadline, at: datetime) -> None:
    """Tell once that an offer can be approved for a short while only, if it still can; then that it has lapsed (C8)."""
    quote = tx.quotes.get(terms.store, deadline.ref)
    if quote is None or quote.state is not QuoteState.OFFERED or quote.lapsed(at):
        tx.deadlines.clear([DeadlineKind.QUOTE_LAPSING], deadline.ref)
        if quote is not None:
            offer_lapsed(tx, terms, quote, at=at)
        return
    account = account_by_id(tx, quote.account_id)
    facts = about(quote, account, at, spendable(tx, account.id, at), "lapsing")
    if tx.notices.first(terms.store, facts["key"], at):
        tx.outbox.add([QuoteLapsing(**facts, valid_until=quote.offer.valid_until)])
    tx.deadlines.set([deadline._replace(due_at=lapse_of(quote))])


def _hold_old(tx: Tx, terms: DeskTerms, quote_id: int, at: datetime) -> None:
    """Tell staff that coins have been held for long, if they still are (rule C7)."""
    tx.deadlines.clear([DeadlineKind.HOLD_OLD], quote_id)
    quote = tx.quotes.get(terms.store, quote_id)
    if quote is None or quote.state not in HOLDING or not quote.held:
        return
    account = account_by_id(tx, quote.account_id)
    tx.outbox.add([HoldOld(**about(quote, account, at, spendable(tx, account.id, at), "hold_old"))])


def _first_time(tx: Tx, store: str, package: Package, days: Iterable[int], at: datetime) -> list[int]:
    """Those of the reminders that have not been told, or left out, before; they count as told from now on."""
    return [one for one in days if tx.notices.first(store, _reminder_key(store, package, one), at)]


def _reminder_key(store: str, package: Package, days: int) -> str:
    return f"{store}:package:{package.id}:remind:{days}"


def _free_key(tx: Tx, key: str) -> str:
    """The key of a package's next end: it has a second one where coins were given back after the first."""
    free, count = key, 1
    while tx.ledger.recorded(free) is not None:
        count += 1
        free = f"{key}:{count}"
    return free


def _put_off(tx: Tx, deadline: Deadline, key: str, error: Exception, at: datetime) -> None:
    tx.deadlines.set([deadline._replace(due_at=at + AGAIN_AFTER)])
    what = _WHAT.get(deadline.kind, "package")
    tx.problems.report(
        deadline.store,
        key=key,
        kind="deadline_failed",
        summary=f"{what} {deadline.ref}: what was due at {deadline.due_at:%Y-%m-%d %H:%M:%S} UTC ({deadline.kind}) "
        f"can't be done and is tried again every hour: {type(error).__name__}, see the log",
        at=at,
    )
