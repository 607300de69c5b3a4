"""Tickets that are free by a licence whose money went back since they were opened (rule L3).

They stay free, because their customer was told so at their opening. Staff are told, in the ticket too: whether it goes
on is for them to decide.
"""

from collections.abc import Iterable
from datetime import datetime

from bridge.contracts.desk import Tx
from bridge.contracts.licences import KeyedEvent
from bridge.domain.entitlement import Way
from bridge.domain.licence_history import KeptLicence
from bridge.domain.licences import MONEY_BACK, LicenceEvent, LicenceEventKind
from bridge.domain.ticket_history import history_of
from bridge.domain.tickets import Author, Message, MessageKind

REFUNDED_MEANWHILE = "licence_refunded_mid_ticket"
"""The kind of the problem of a ticket that is free by a licence whose money went back since."""


def flag_refunds(
    tx: Tx, store: str, events: Iterable[KeyedEvent], licences: Iterable[KeptLicence], *, at: datetime
) -> None:
    """Staff are told of open tickets that are free by a licence whose money just went back (rule L3).

    Likewise where the vendor's own table suspends one: it may say so of what was refunded. The tickets stay free until
    staff decide otherwise, also those of who has had the licence before. Paid again, what staff were told is over.
    """
    told = {one for one in tx.problems.open_keys(store) if one.startswith(REFUNDED_MEANWHILE)}
    taken = {one.licence_id for one in events if _takes(one.event)}
    changed = taken | {one.licence_id for one in events if told and _gives_back(one.event)}
    wanted = {one.licence.id: one for one in licences if one.licence.id in changed}
    for account_id in {account_id for one in wanted.values() for account_id in _holders(tx, one)}:
        tickets = {one.id: one for one in tx.tickets.open_of_account(account_id)}
        for number, messages in tx.tickets.histories(tickets).items():
            cover = history_of(tickets[number], messages).cover
            if cover is None or cover.way is not Way.LICENCE or cover.licence_id not in wanted:
                continue
            key = f"{REFUNDED_MEANWHILE}:{number}:{cover.licence_id}"
            what = _lost(wanted[cover.licence_id], at)
            if what is None:
                tx.problems.solve(store, [key], at)
            if what is None or key in told or cover.licence_id not in taken:
                continue
            words = f"ticket {number} is free by licence {cover.licence_id}, which was {what} since it was opened"
            tx.problems.report(store, key=key, kind=REFUNDED_MEANWHILE, summary=words, at=at)
            text = f"Licence {cover.licence_id}, by which this ticket is free, was {what}. It stays free meanwhile."
            tx.tickets.say(number, Message(at, Author.BRIDGE, MessageKind.NOTE, text))


def _holders(tx: Tx, one: KeptLicence) -> set[int]:
    """The accounts that have or have had a licence."""
    if not one.now.passed_on:
        return {one.now.account_id}
    assigned = (event for event in tx.licences.events(one.licence.id) if event.kind is LicenceEventKind.ASSIGNED)
    return {one.licence.account_id} | {int(event.detail["account"]) for event in assigned}


def _lost(one: KeptLicence, at: datetime) -> str | None:
    """What has become of a licence that does not count any more, in a word; None of one that does."""
    if one.now.suspended is not None:
        return "refunded" if one.now.suspended in MONEY_BACK else "suspended"
    until = one.now.counts_until
    return None if until is None or at.replace(microsecond=0) <= until else "ended by the refund of a renewal"


def _takes(event: LicenceEvent) -> bool:
    if event.kind is LicenceEventKind.DATES:
        return bool(event.detail.get("suspended"))
    if event.kind is LicenceEventKind.RENEWAL_TAKEN_BACK:
        return True
    return event.kind is LicenceEventKind.SUSPENDED and event.detail.get("reason") in MONEY_BACK


def _gives_back(event: LicenceEvent) -> bool:
    return event.kind in (LicenceEventKind.REINSTATED, LicenceEventKind.DATES, LicenceEventKind.RENEWED)
