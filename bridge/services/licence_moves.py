"""What happened to licences, kept with what follows from it at once, and what plugins hear of it (rules L1, L5).

Orders, the vendor's own table, staff, customers and extensions all write one history; none of them has a way of its own
to keep or to tell it.
"""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from types import MappingProxyType

from bridge.contracts.desk import Tx
from bridge.contracts.licences import KeyedEvent
from bridge.contracts.shop_rows import canonical_json
from bridge.domain.events import Event, LicenceChanged
from bridge.domain.licence_history import KeptLicence, LicenceNow
from bridge.domain.licences import Licence, LicenceBook, LicenceEvent, LicenceEventKind
from bridge.services.licence_refunds import flag_refunds
from bridge.services.licence_watch import arm_licences

NOT_KNOWN_BEFORE: Mapping[int, KeptLicence] = MappingProxyType({})
_SUSPENDED = "suspended"
_SIGNS = 8
"""Of the hash of what happened that stand in its key."""
_TOLD = {
    LicenceEventKind.ISSUED: "issued",
    LicenceEventKind.SUSPENDED: _SUSPENDED,
    LicenceEventKind.REINSTATED: "reinstated",
    LicenceEventKind.RENEWED: "renewed",
    LicenceEventKind.ASSIGNED: "assigned",
    LicenceEventKind.RELEASED: "released",
}
"""What plugins hear of, by the word for it. Of a table's dates they hear what has changed by them."""


def next_event(one: KeptLicence, event: LicenceEvent) -> KeyedEvent:
    """What happens to a licence next, under a key that its number of events makes its own, and its words.

    The words because these numbers begin again where a restored backup stood: something else is never an old event's.
    """
    licence, words = one.licence, hashlib.sha256(canonical_json(event.detail).encode()).hexdigest()[:_SIGNS]
    return KeyedEvent(licence.id, f"{licence.store}:licence:{licence.id}:{event.kind}:{one.number + 1}:{words}", event)


def record(
    tx: Tx, store: str, book: LicenceBook, events: Sequence[KeyedEvent], new: Sequence[Licence] = (), *, at: datetime
) -> dict[int, KeptLicence]:
    """Keep what happened to licences, new ones among them; returns all of these as they stand then.

    Their reminders are set anew, and staff hear of tickets that are free by one whose money went back. Raises
    `KeyReused` for a key recorded with other content.
    """
    kept = tx.licences.record(events, new)
    arm_licences(tx, store, book, kept.values(), at=at)
    flag_refunds(tx, store, events, kept.values(), at=at)
    return kept


def changed_events(
    tx: Tx,
    store: str,
    events: Iterable[KeyedEvent],
    licences: Mapping[int, KeptLicence],
    before: Mapping[int, KeptLicence] = NOT_KNOWN_BEFORE,
) -> list[Event]:
    """What plugins hear of what happened to these licences, as they stand now and, for a table's, stood `before`."""
    heard = [
        (one, change)
        for one in events
        if (change := _change(one, before.get(one.licence_id), licences[one.licence_id]))
    ]
    owners = tx.accounts.by_ids({licences[one.licence_id].now.account_id for one, _ in heard})
    found: list[Event] = []
    for one, change in heard:
        now = licences[one.licence_id].now
        found.append(
            LicenceChanged(
                key=one.key,
                store=store,
                at=one.event.at,
                owner=owners[now.account_id].owner,
                licence_id=one.licence_id,
                product=now.product,
                change=change,
                reason=_reason(one.event, now) if change == _SUSPENDED else "",
                until=now.counts_until,
                goes_on=now.goes_on,
            )
        )
    return found


def _change(one: KeyedEvent, before: KeptLicence | None, after: KeptLicence) -> str:
    """What happened, in the word that plugins hear; empty for what they do not."""
    if one.event.kind is LicenceEventKind.DATES:
        return "" if before is None else _changed_by_dates(before, after)
    if one.event.kind is LicenceEventKind.REINSTATED and after.now.suspended is not None:
        return ""  # who had put it on has lifted it, and another keeps it: for its owner nothing has changed
    return _TOLD.get(one.event.kind, "")


def _changed_by_dates(before: KeptLicence, after: KeptLicence) -> str:
    if bool(before.now.suspended) != bool(after.now.suspended):
        return _SUSPENDED if after.now.suspended else "reinstated"
    was, now = before.now.end, after.now.end
    return "renewed" if was is not None and (now is None or now > was) else ""


def _reason(event: LicenceEvent, now: LicenceNow) -> str:
    """Why it is suspended, as whoever did it says; the dates of a table have no words of their own."""
    return (now.suspended or "") if event.kind is LicenceEventKind.DATES else str(event.detail.get("reason", ""))
