"""What of licences falls due, and what plugins are told when it does (rules L5, L6).

As a package, a licence has one deadline at a time: its next reminder, after the last of them its end. However late that
fires, the licence itself says what is to be told by then: the most urgent, once, in place of the others. A licence that
is suspended has none; what it missed meanwhile is not told afterwards.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from bridge.contracts.deadlines import Deadline, DeadlineKind
from bridge.contracts.desk import Tx
from bridge.domain.desk_terms import DeskTerms
from bridge.domain.events import LicenceExpired, LicenceExpiring
from bridge.domain.licence_history import KeptLicence, next_moment, reminders_by
from bridge.domain.licences import LicenceBook
from bridge.services.coin_moves import account_by_id
from bridge.services.licence_freshness import is_fresh

LOOKED_AT_AGAIN = timedelta(hours=1)
"""How often it is looked whether the shop can be read again, before anybody is told of an end (rule L7)."""


def arm_licences(tx: Tx, store: str, book: LicenceBook, licences: Iterable[KeptLicence], *, at: datetime) -> None:
    """Remember when something is to be done about these licences next; reminders that are past are left out."""
    for one in licences:
        moment = None if one.now.suspended else next_moment(one.now, at, expiring_days=book.expiring_days)
        if moment is None:
            tx.deadlines.clear([DeadlineKind.LICENCE], one.licence.id)
        else:
            tx.deadlines.set([Deadline(DeadlineKind.LICENCE, one.licence.id, store, moment)])


def licence_due(tx: Tx, terms: DeskTerms, licence_id: int, *, at: datetime) -> None:
    """Tell that a licence is about to end, or has ended, and remember what comes next."""
    one = tx.licences.get(terms.store, licence_id)
    if one is None:
        tx.deadlines.clear([DeadlineKind.LICENCE], licence_id)
        return
    arm_licences(tx, terms.store, terms.licences, [one], at=at)
    end, until = one.now.end, one.now.counts_until
    if one.now.suspended or end is None or until is None:
        return
    has_ended = at.replace(microsecond=0) > until
    if has_ended and not is_fresh(tx, terms.store, at=at):  # it may have been prolonged in the shop (rule L7)
        tx.deadlines.set([Deadline(DeadlineKind.LICENCE, licence_id, terms.store, at + LOOKED_AT_AGAIN)])
        return
    come = reminders_by(one.now, one.licence.issued_at, at, expiring_days=terms.licences.expiring_days)
    untold = [days for days in come if tx.notices.first(terms.store, _key(terms.store, one, end, f"remind:{days}"), at)]
    owner = account_by_id(tx, one.now.account_id).owner
    facts: dict[str, Any] = {
        "store": terms.store,
        "at": at,
        "owner": owner,
        "licence_id": licence_id,
        "product": one.now.product,
        "until": until,
        "goes_on": one.now.goes_on,
    }
    if has_ended:
        key = _key(terms.store, one, end, "expired")
        if tx.notices.first(terms.store, key, at):
            told = LicenceExpired(**facts, key=key, instead_of=tuple(reversed(untold)))
            tx.outbox.add([told])
    elif untold and untold[0] == come[0]:
        days, *others = untold
        key = _key(terms.store, one, end, f"remind:{days}")
        left = -((at - end) // timedelta(days=1))
        tx.outbox.add([LicenceExpiring(**facts, key=key, days=left, instead_of=tuple(reversed(others)))])


def _key(store: str, one: KeptLicence, end: datetime, what: str) -> str:
    """A renewed licence is reminded of anew: its end is another."""
    return f"{store}:licence:{one.licence.id}:until:{end:%Y-%m-%d}:{what}"
