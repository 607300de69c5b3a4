"""After a restore: what the shop still shows of the time after the backup.

Orders are read again and book the same entries under the same keys, so nothing of them is lost. What staff booked by
hand after the backup is gone from the desk; the shop's signed rows still say it, and staff are given the list. What
customers approved is done again from the inbox, and what ended by the clock ends by it again: these are not told.
What staff answered in words is put back into the threads: it costs nothing, and the rows have all of it.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from bridge.contracts.desk import Tx
from bridge.contracts.shop_documents import DocumentRow, DocumentTable
from bridge.contracts.shop_rows import SignedRow, SigningKey, canonical_json, verifies
from bridge.domain.accounts import Owner, OwnerKind
from bridge.domain.requests import Author, Message, MessageKind
from bridge.services.account_pages import PageTerms, entry_document
from bridge.services.document_parts import taken_away, unix
from bridge.services.order_pages import charged_back_by_staff
from bridge.services.request_documents import AS_TYPED
from bridge.services.staff_coins import statement

AFTER_BACKUP = "after_backup"
COMES_BACK = frozenset({"hold", "forfeit", "extend"})
"""Kinds of entries that nobody books by hand."""


def report_lost_entries(
    tx: Tx, store: str, rows: Iterable[SignedRow], keys: Sequence[SigningKey], *, at: datetime
) -> int:
    """Tell staff of each entry made by hand that the shop's signed rows show and this desk does not have.

    `rows` are entry rows as found in the shop; those that don't verify say nothing, and so does one that stands under
    another customer or number than it was signed for. Returns how many were told.
    """
    told = 0
    by_customer: dict[int, list[SignedRow]] = {}
    for row in rows:
        if verifies(keys, "entry", row.payload, row.key_id, row.mac):
            by_customer.setdefault(row.customer_id, []).append(row)
    for customer, shown in by_customer.items():
        ours = _our_payloads(tx, store, customer)
        for row in shown:
            said = json.loads(row.payload)
            in_place = (said["store"], said["customer"], said["number"]) == (store, customer, row.number)
            if not in_place or row.payload in ours or not _by_hand(said):
                continue
            work = f" for quote {said['quote']}" if said.get("quote") else ""
            made = datetime.fromtimestamp(said["at"], UTC)
            tx.problems.report(
                store,
                key=f"after-backup:{customer}:{row.number}:{said['at']}",
                kind=AFTER_BACKUP,
                summary=f"customer {customer}: the shop shows an entry made after the backup, {said['kind']} of "
                f"{said['coins']:+d} coins{work} at {made:%Y-%m-%d %H:%M:%S} UTC ({said['reason']}); "
                "if it still holds, book it again by hand",
                at=at,
            )
            told += 1
    return told


def _by_hand(said: Mapping[str, Any]) -> bool:
    """Whether staff made that entry: orders, the inbox and the clock bring back all others."""
    if said["order"] is not None:
        return bool(said["reason"] == charged_back_by_staff(said["order"]))
    return said["kind"] not in COMES_BACK


def report_lost_quotes(
    tx: Tx, terms: PageTerms, rows: Iterable[DocumentRow], keys: Sequence[SigningKey], *, at: datetime
) -> list[DocumentRow]:
    """Tell staff of quotes that only the lost desk knew; returns what takes them off the customers' pages.

    `rows` are quote rows as found in the shop; those that this desk has are left alone. One that does not verify says
    nothing, but goes as well. What goes gives way to any quote that gets its number later.
    """
    blank = []
    for key, row in rows:
        if row.epoch >= terms.epoch or tx.quotes.get(terms.store, int(key)) is not None:
            continue
        blank.append(taken_away(terms, DocumentTable.QUOTE, int(key)))
        if verifies(keys, DocumentTable.QUOTE, row.payload, row.key_id, row.mac):
            said = json.loads(row.payload)
            if (said["store"], said["quote"]) != (terms.store, key) or not said["customer"]:
                continue
            tx.problems.report(
                terms.store,
                key=f"after-backup:quote:{key}:{said['offered_at']}",
                kind=AFTER_BACKUP,
                summary=f"customer {said['customer']}: the shop shows quote {key} of {said['coins']} coins "
                f"({said['state']}, version {said['version']}), offered after the backup; it is taken off the page: "
                "if it still holds, offer it again",
                at=at,
            )
    return blank


def report_lost_requests(
    tx: Tx, terms: PageTerms, rows: Iterable[DocumentRow], keys: Sequence[SigningKey], *, at: datetime
) -> list[DocumentRow]:
    """Tell staff of requests that only the lost desk knew; returns what takes them off the customers' pages.

    As with quotes. Call it once all that customers sent has been done again: what they opened has its number back then.
    """
    blank = []
    for key, row in rows:
        if row.epoch >= terms.epoch or tx.requests.get(terms.store, int(key)) is not None:
            continue
        blank.append(taken_away(terms, DocumentTable.REQUEST, int(key)))
        if verifies(keys, DocumentTable.REQUEST, row.payload, row.key_id, row.mac):
            said = json.loads(row.payload)
            if (said["store"], said["request"]) != (terms.store, key) or not said["customer"]:
                continue
            messages = len(said["messages"]) + said["earlier"]
            opened = datetime.fromtimestamp(said["opened_at"], UTC)
            tx.problems.report(
                terms.store,
                key=f"after-backup:request:{key}:{said['opened_at']}",
                kind=AFTER_BACKUP,
                summary=f"customer {said['customer']}: the shop shows request {key} with {messages} "
                f"message{'s' * (messages != 1)}, opened after the backup, at {opened:%Y-%m-%d %H:%M:%S} UTC; it is "
                "taken off the page: if it still holds, open it again",
                at=at,
            )
    return blank


def recover_answers(tx: Tx, store: str, rows: Iterable[DocumentRow], keys: Sequence[SigningKey]) -> int:
    """Put back what staff wrote after the backup, which only the shop still shows; returns how many messages.

    `rows` are request rows of an earlier epoch, as found in the shop. They are signed, so their words are staff's own;
    who it was they do not say. Its customer has been told of each, and what he wrote himself comes from the inbox.
    """
    recovered = 0
    for key, row in rows:
        if not verifies(keys, DocumentTable.REQUEST, row.payload, row.key_id, row.mac):
            continue
        said, request = json.loads(row.payload), tx.requests.get(store, int(key))
        if request is None or (said["store"], said["request"]) != (store, key) or not said["customer"]:
            continue
        owner = tx.accounts.by_ids([request.account_id])[request.account_id].owner
        if owner != Owner(OwnerKind.CUSTOMER, said["customer"]) or not request.subject:
            continue
        ours = {(unix(one.at), one.text) for one in tx.requests.thread(request.id)}
        for message in said["messages"]:
            words = message["text"].get(AS_TYPED)
            if message["by"] == Author.STAFF and words and (message["at"], words) not in ours:
                at = datetime.fromtimestamp(message["at"], UTC)
                tx.requests.say(request.id, Message(at, Author.STAFF, MessageKind.TEXT, words))
                recovered += 1
    return recovered


def take_over(tx: Tx, store: str, customers: Iterable[int]) -> int:
    """Open an account for each customer whom only the lost desk knew, so that its row in the shop is replaced.

    The account is empty: whatever the orders owe is booked on it as they are read. Returns how many there are.
    """
    opened = tx.accounts.open(store, [Owner(OwnerKind.CUSTOMER, number) for number in customers])
    tx.accounts.touch(account.id for account in opened.values())
    return len(opened)


def _our_payloads(tx: Tx, store: str, customer: int) -> frozenset[str]:
    owner = Owner(OwnerKind.CUSTOMER, customer)
    if owner not in tx.accounts.of_owners(store, [owner]):
        return frozenset()
    entries = statement(tx, store, owner)
    return frozenset(canonical_json(entry_document(store, customer, entry)) for entry in entries)
