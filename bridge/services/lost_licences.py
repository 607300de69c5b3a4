"""After a restore: licences as a lost desk has left them in the shop, signed.

What orders gave comes again from the orders, and what customers released from the inbox. What extensions did in between
is nowhere else: a domain on which a licence was used is put back, so that no shop stands still because of a restore.
"""

from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple

from bridge.contracts.desk import Tx
from bridge.contracts.licences import KeyedEvent
from bridge.contracts.problems import AFTER_BACKUP
from bridge.contracts.shop_documents import DocumentRow, DocumentTable
from bridge.contracts.shop_rows import SigningKey
from bridge.domain.accounts import Owner, OwnerKind
from bridge.domain.licence_history import KeptLicence
from bridge.domain.licence_keys import masked
from bridge.domain.licences import NO_TOKEN, LicenceEvent, LicenceEventKind, LicenceSource, StatusCode, Term
from bridge.services.account_pages import PageTerms
from bridge.services.document_parts import taken_away, unix
from bridge.services.licence_documents import owners_of
from bridge.services.licence_faults import LICENCES_END
from bridge.services.restoring import said_by_row
from bridge.services.telling import FUSE
from bridge.services.told_before import orders_caught_up

_WITHOUT_PAGE = frozenset({OwnerKind.GUEST, OwnerKind.HOLDER})


def recover_domains(tx: Tx, store: str, rows: Iterable[DocumentRow], keys: Sequence[SigningKey]) -> list[int]:
    """Put back the domains on which licences were used after the backup; the licences that have more of them now.

    `rows` are licence rows of an earlier epoch, as found in the shop. The token of such a domain is not known: whoever
    asks from there is believed, and its owner can release it on his page.
    """
    found = {one.id: said for one in rows if (said := said_by_row(DocumentTable.LICENCE, one, store, keys)) is not None}
    licences = tx.licences.by_ids(store, found)
    return _put_back(tx, store, [(one, found[number]) for number, one in licences.items()])


class _Deed(NamedTuple):
    """What a row says that was done to a licence after the backup: a stable word, the words, what does it again.

    It is `certain` where neither an order, nor the vendor's own table, nor a customer can have done it and do it again.
    """

    name: str
    words: str
    command: str
    certain: bool = False


def report_lost_deeds(
    tx: Tx, store: str, rows: Iterable[DocumentRow], keys: Sequence[SigningKey], *, is_all: bool, at: datetime
) -> frozenset[int]:
    """Tell staff what they had done to licences after the backup: suspended, prolonged, or made another's.

    `rows` are licence rows of an earlier epoch, as found in the shop. What may still be done again by what was paid,
    written or sent since (until `is_all`) is told to nobody yet: these licences are held up, so that their rows stay,
    and returned.
    """
    found = {one.id: said for one in rows if (said := said_by_row(DocumentTable.LICENCE, one, store, keys)) is not None}
    licences = tx.licences.by_ids(store, found)
    same = [(one, found[number]) for number, one in licences.items() if found[number].get("key") == one.licence.key]
    waiting = _tell_deeds(tx, store, same, is_all=is_all, at=at)
    tx.licences.hold_up(waiting)
    return waiting


def _tell_deeds(
    tx: Tx, store: str, said: Sequence[tuple[KeptLicence, Mapping[str, Any]]], *, is_all: bool, at: datetime
) -> frozenset[int]:
    """Tell what the documents beside them say of these licences; those of which something can't be told yet."""
    owners = owners_of(tx, [one for one, _ in said])
    waiting = set()
    for one, document in said:
        number, owner = one.licence.id, owners[one.licence.id]
        for deed in _deeds(one, owner, document):
            if not (deed.certain or is_all):
                waiting.add(number)
                continue
            tx.problems.report(
                store,
                key=f"after-backup:licence:{number}:{deed.name}",
                kind=AFTER_BACKUP,
                summary=f"{owner}: the shop shows that licence {number} was {deed.words}; this desk does not know of "
                f"it: {deed.command}, if it still holds",
                at=at,
            )
    return frozenset(waiting)


def _deeds(one: KeptLicence, owner: Owner, said: Mapping[str, Any]) -> Iterator[_Deed]:
    number, customer = one.licence.id, said["customer"]
    by_staff = "by staff after the backup"
    ours = one.licence.source is not LicenceSource.TABLE
    if (word := said.get("suspended")) and one.now.suspended is None:
        certain = ours and word == StatusCode.SUSPENDED  # as refunded an order does it too
        yield _Deed("suspended", f"suspended {by_staff}", f"bridge licence suspend {number}", certain)
    if owner.kind is OwnerKind.GUEST:
        yield _Deed("linked", f"linked {by_staff}", f"bridge guest link {owner.ref} {customer}")
    elif owner.kind is OwnerKind.HOLDER or (owner.kind is OwnerKind.CUSTOMER and owner.ref != customer):
        yield _Deed("assigned", f"assigned {by_staff}", f"bridge licence assign {number} {customer}", ours)
    if ends := _ends_later(one, said):
        words = f"prolonged after the backup ({ends}), by staff, or by a renewal that prolongs another one now"
        yield _Deed("renewed", words, f"bridge licence renew {number} --months MONTHS, or --order ORDER")


def leave_pages(tx: Tx, terms: PageTerms, rows: Iterable[DocumentRow], *, but: Container[int]) -> list[DocumentRow]:
    """What takes licences off the pages of those who had them after the backup, and that are nobody's here.

    Not those that wait. A licence that is nobody's has no row of its own that would take the place of the old one.
    """
    found = [one for one in rows if one.id not in but and one.row.customer_id]
    ours = tx.licences.by_ids(terms.store, [one.id for one in found])
    owners = owners_of(tx, ours.values())
    return [
        taken_away(terms, DocumentTable.LICENCE, one.id)
        for one in found
        if one.id in owners and owners[one.id].kind in _WITHOUT_PAGE
    ]


def all_booked(tx: Tx, store: str) -> bool:
    """Whether all has been booked that orders owe and the vendor's own table says, and none of it waits for staff."""
    fuses = (FUSE, LICENCES_END)
    return orders_caught_up(tx, store) and all(tx.problems.open_under(store, one) is None for one in fuses)


def settle_differing(
    tx: Tx, store: str, rows: Iterable[DocumentRow], keys: Sequence[SigningKey], *, is_all: bool, at: datetime
) -> frozenset[int]:
    """Look at licences that have another key here than their rows in the shop; returns what waits.

    `rows` are licence rows of an earlier epoch, as found in the shop. Until all is booked that was paid since the
    backup (`is_all`) the key may still come: these licences are held up, and their rows stay. After it what a row says
    is of the licence that has its key now; staff are told of keys that nobody knows any more.
    """
    found = {one.id: said for one in rows if (said := said_by_row(DocumentTable.LICENCE, one, store, keys)) is not None}
    licences = tx.licences.by_ids(store, {number for number, said in found.items() if said["customer"]})
    others = frozenset(number for number, one in licences.items() if found[number]["key"] != one.licence.key)
    if not is_all:
        tx.licences.hold_up(others)
        return others
    for number in sorted(others):
        if (same := tx.licences.by_key(store, found[number]["key"])) is not None:
            _take_over(tx, store, same, found[number], at=at)
        else:
            _report_other_keys(tx, store, at=at)
    return frozenset()


def _take_over(tx: Tx, store: str, one: KeptLicence, said: Mapping[str, Any], *, at: datetime) -> None:
    """What the row of another number says of the licence that has its key now."""
    _tell_deeds(tx, store, [(one, said)], is_all=True, at=at)
    _put_back(tx, store, [(one, said)])


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
    """Put back on what domains these licences are used by the documents beside them, where these are their owners'.

    Nobody but him may read on what domains a licence was used; one that is nobody's is on no page.
    """
    owners = owners_of(tx, [one for one, _ in said])
    events: list[KeyedEvent] = []
    for one, document in said:
        owner, then = owners[one.licence.id], Owner(OwnerKind.CUSTOMER, document["customer"])
        if (
            document["customer"]
            and document["key"] == one.licence.key
            and (owner == then or owner.kind in _WITHOUT_PAGE)
        ):
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
            _take_over(tx, terms.store, anew, said, at=at)
            continue
        if said["order"] and said.get("suspended") == StatusCode.REFUNDED:
            continue  # the order owes nothing any more, so it gave none anew
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
