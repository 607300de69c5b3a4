"""After a restore: licences as a lost desk has left them in the shop, signed.

What orders gave comes again from the orders, and what customers released from the inbox. What extensions did in between
is nowhere else: a domain on which a licence was used is put back, so that no shop stands still because of a restore.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from bridge.contracts.desk import Tx
from bridge.contracts.licences import KeyedEvent
from bridge.contracts.shop_documents import DocumentRow, DocumentTable
from bridge.contracts.shop_rows import SigningKey
from bridge.domain.accounts import Owner, OwnerKind
from bridge.domain.licence_history import KeptLicence
from bridge.domain.licence_keys import masked
from bridge.domain.licences import NO_TOKEN, LicenceEvent, LicenceEventKind, LicenceSource, StatusCode, Term
from bridge.services.account_pages import PageTerms
from bridge.services.document_parts import taken_away, unix
from bridge.services.licence_documents import owners_of
from bridge.services.restoring import AFTER_BACKUP, said_by_row
from bridge.services.telling import FUSE
from bridge.services.told_before import orders_caught_up


def recover_domains(tx: Tx, store: str, rows: Iterable[DocumentRow], keys: Sequence[SigningKey]) -> list[int]:
    """Put back the domains on which licences were used after the backup; the licences that have more of them now.

    `rows` are licence rows of an earlier epoch, as found in the shop. The token of such a domain is not known: whoever
    asks from there is believed, and its owner can release it on his page.
    """
    found = {one.id: said for one in rows if (said := said_by_row(DocumentTable.LICENCE, one, store, keys)) is not None}
    licences = tx.licences.by_ids(store, found)
    return _put_back(tx, store, [(one, found[number]) for number, one in licences.items()])


def report_lost_deeds(
    tx: Tx, store: str, rows: Iterable[DocumentRow], keys: Sequence[SigningKey], *, at: datetime
) -> None:
    """Tell staff what they had done to licences after the backup and no order says again: suspended, or assigned.

    `rows` are licence rows of an earlier epoch, as found in the shop. What the vendor's own table says, it says again.
    """
    found = {one.id: said for one in rows if (said := said_by_row(DocumentTable.LICENCE, one, store, keys)) is not None}
    licences = tx.licences.by_ids(store, found)
    owners = owners_of(tx, licences.values())
    for number, one in licences.items():
        said, owner = found[number], owners[number]
        if not said["customer"] or said["key"] != one.licence.key or one.licence.source is LicenceSource.TABLE:
            continue
        commands = []
        if said.get("suspended") == StatusCode.SUSPENDED and one.now.suspended is None:
            commands.append(("suspended", f"bridge licence suspend {number}"))
        if owner.kind is OwnerKind.CUSTOMER and owner.ref != said["customer"]:
            commands.append(("assigned", f"bridge licence assign {number} {said['customer']}"))
        for deed, command in commands:
            tx.problems.report(
                store,
                key=f"after-backup:licence:{number}:{deed}",
                kind=AFTER_BACKUP,
                summary=f"{owner}: the shop shows that licence {number} was {deed} by staff after the backup; this "
                f"desk does not know of it: {command}, if it still holds",
                at=at,
            )


def all_booked(tx: Tx, store: str) -> bool:
    """Whether all that orders owe has been booked, and none of it waits under the fuse."""
    return orders_caught_up(tx, store) and tx.problems.open_under(store, FUSE) is None


def settle_differing(
    tx: Tx, store: str, rows: Iterable[DocumentRow], keys: Sequence[SigningKey], *, is_all: bool, at: datetime
) -> frozenset[int]:
    """Look at licences that have another key here than their rows in the shop, or end earlier; returns what waits.

    `rows` are licence rows of an earlier epoch, as found in the shop. Until all is booked that was paid since the
    backup (`is_all`) that may be because of what is still to come: these licences are held up, and their rows stay.
    After it staff are told of keys that nobody knows any more, and of licences that they had prolonged. What the
    vendor's own table says, it says again.
    """
    found = {one.id: said for one in rows if (said := said_by_row(DocumentTable.LICENCE, one, store, keys)) is not None}
    licences = tx.licences.by_ids(store, {number for number, said in found.items() if said["customer"]})
    others = {number for number, one in licences.items() if found[number]["key"] != one.licence.key}
    longer = {
        number: ends
        for number, one in licences.items()
        if number not in others and (ends := _ends_later(one, found[number]))
    }
    if not is_all:
        tx.licences.hold_up(others | longer.keys())
        return frozenset(others | longer.keys())
    for number in sorted(others):
        if (same := tx.licences.by_key(store, found[number]["key"])) is not None:
            _put_back(tx, store, [(same, found[number])])
        else:
            _report_other_keys(tx, store, at=at)
    for number, ends in longer.items():
        tx.problems.report(
            store,
            key=f"after-backup:licence:{number}:renewed",
            kind=AFTER_BACKUP,
            summary=f"customer {found[number]['customer']}: the shop shows that licence {number} was prolonged by "
            f"staff after the backup ({ends}); no order says so: bridge licence renew {number} --months MONTHS, if it "
            "still holds",
            at=at,
        )
    return frozenset()


def _ends_later(one: KeptLicence, said: Mapping[str, Any]) -> str:
    """Which ends of a licence stand later in its row than here, in words; nothing where none does."""
    if one.licence.source is LicenceSource.TABLE:
        return ""
    later = []
    for term in Term:
        ours = one.now.ends[term]
        if ours is None or (name := f"{term}_until") not in said:
            continue
        if said[name] is None:
            later.append(f"{term} for good")
        elif said[name]["at"] > unix(ours):
            later.append(f"{term} until {said[name]['text']['en']}")
    return ", ".join(later)


def _report_other_keys(tx: Tx, store: str, *, at: datetime) -> None:
    tx.problems.report(
        store,
        key="after-backup:licence-keys",
        kind=AFTER_BACKUP,
        summary="the shop shows licences under keys that this desk does not know, and it has given their numbers to "
        "others: it did not come from a backup, or from an old one. Keys live in the desk's file alone. Restore a "
        "newer backup if there is one; else extensions with those keys are answered that they are unknown, and their "
        "customers have to enter the keys that stand on their pages now",
        at=at,
        unless_dismissed=True,
    )


def _put_back(tx: Tx, store: str, said: Sequence[tuple[KeptLicence, Mapping[str, Any]]]) -> list[int]:
    """Put back on what domains these licences are used by the documents beside them, where these are their owners'."""
    owners = owners_of(tx, [one for one, _ in said])
    events: list[KeyedEvent] = []
    for one, document in said:
        owner = Owner(OwnerKind.CUSTOMER, document["customer"])
        if document["customer"] and document["key"] == one.licence.key and owners[one.licence.id] == owner:
            events += _activated(store, one, document["domains"])
    return list(tx.licences.record(events)) if events else []


def _activated(store: str, one: KeptLicence, domains: Iterable[Mapping[str, Any]]) -> list[KeyedEvent]:
    events = []
    for domain, since in ((each["domain"], each["since"]) for each in domains):
        if domain not in one.now.activations:
            at = datetime.fromtimestamp(since, UTC)
            event = LicenceEvent(at, LicenceEventKind.ACTIVATED, {"domain": domain, "token_hash": NO_TOKEN})
            events.append(KeyedEvent(one.licence.id, f"{store}:licence:{one.licence.id}:back:{domain}:{since}", event))
    return events


def report_lost_licences(
    tx: Tx, terms: PageTerms, rows: Iterable[DocumentRow], keys: Sequence[SigningKey], *, at: datetime
) -> list[DocumentRow]:
    """Tell staff of licences whose keys only the lost desk knew; returns what takes these rows off the pages.

    `rows` are licence rows as found in the shop. Call it once the orders have been read again: a licence that its order
    gave anew, under the same key and another number, is used on the domains that its old row names.
    """
    blank = []
    for one in rows:
        if one.row.epoch >= terms.epoch or tx.licences.get(terms.store, one.id) is not None:
            continue
        blank.append(taken_away(terms, DocumentTable.LICENCE, one.id))
        said = said_by_row(DocumentTable.LICENCE, one, terms.store, keys)
        if not said or not said["customer"]:
            continue
        if (anew := tx.licences.by_key(terms.store, said["key"])) is not None:
            _put_back(tx, terms.store, [(anew, said)])
            continue
        came_from = f"by order {said['order']}" if said["order"] else "by staff"
        tx.problems.report(
            terms.store,
            key=f"after-backup:licence:{one.id}:{masked(said['key'])}",
            kind=AFTER_BACKUP,
            summary=f"customer {said['customer']}: the shop shows licence {one.id} of {said['product']} with the key "
            f"{masked(said['key'])}, given {came_from} after the backup. This desk does not know that key, so it is "
            "taken off the page: tell him the key that stands there now, or give him a licence again",
            at=at,
        )
    return blank
