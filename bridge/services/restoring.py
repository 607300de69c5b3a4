"""After a restore: what the shop still shows of the time after the backup.

Orders are read again and book the same entries under the same keys, so nothing of them is lost. What staff booked by
hand after the backup is gone from the desk; the shop's signed rows still say it, and staff are given the list. What
customers approved is done again from the inbox, and what ended by the clock ends by it again: these are not told.
What was erased after the backup is in the backup: it is kept off the customers' pages until it is erased again (rule
D2). What staff answered in words is put back by `lost_answers`.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from bridge.contracts.desk import Tx
from bridge.contracts.problems import AFTER_BACKUP
from bridge.contracts.shop_documents import DocumentRow, DocumentTable
from bridge.contracts.shop_rows import SignedRow, SigningKey, canonical_json, verifies
from bridge.domain.accounts import Owner, OwnerKind
from bridge.domain.quotes import QuoteState
from bridge.services.account_pages import PageTerms, entry_document
from bridge.services.document_parts import message_taken_away, shown_part, taken_away
from bridge.services.order_pages import charged_back_by_staff
from bridge.services.staff_coins import statement

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

    `rows` are quote rows as found in the shop; those that this desk has are left alone, but for drafts: these were
    offered after the backup. One that does not verify says nothing, but goes as well. What goes gives way to any quote
    that gets its number later.
    """
    blank = []
    for one in rows:
        key, ours = one.id, tx.quotes.get(terms.store, one.id)
        if one.row.epoch >= terms.epoch or (ours is not None and ours.state is not QuoteState.DRAFT):
            continue
        blank.append(taken_away(terms, DocumentTable.QUOTE, key))
        if (said := said_by_row(DocumentTable.QUOTE, one, terms.store, keys)) and said["customer"]:
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


def report_lost_tickets(
    tx: Tx, terms: PageTerms, rows: Iterable[DocumentRow], keys: Sequence[SigningKey], *, at: datetime
) -> list[DocumentRow]:
    """Tell staff of tickets that only the lost desk knew; returns what takes them off the customers' pages.

    As with quotes. Call it once all that customers sent has been done again: what they opened has its number back then.
    """
    blank = []
    for one in rows:
        if one.row.epoch >= terms.epoch or tx.tickets.get(terms.store, one.id) is not None:
            continue
        blank.append(taken_away(terms, DocumentTable.TICKET, one.id))
        if (said := said_by_row(DocumentTable.TICKET, one, terms.store, keys)) and said["customer"]:
            report_lost_ticket(tx, terms.store, said, at=at)
    return blank


def report_lost_ticket(tx: Tx, store: str, said: Mapping[str, Any], *, at: datetime) -> None:
    """Tell staff of a ticket by what its row in the shop says."""
    key, messages = said["ticket"], said["messages"]
    opened = datetime.fromtimestamp(said["opened_at"], UTC)
    tx.problems.report(
        store,
        key=f"after-backup:ticket:{key}:{said['opened_at']}",
        kind=AFTER_BACKUP,
        summary=f"customer {said['customer']}: the shop shows ticket {key} with {messages} "
        f"message{'s' * (messages != 1)}, opened after the backup, at {opened:%Y-%m-%d %H:%M:%S} UTC; it is "
        "taken off the page: if it still holds, open it again",
        at=at,
    )


def taken_away_messages(terms: PageTerms, rows: Iterable[DocumentRow]) -> list[DocumentRow]:
    """What takes messages off the customers' pages that a lost desk left, once all of this desk's have been pushed.

    They belong to tickets that only the lost desk knew, or to ones in which it had more messages. Whatever gets such
    a number later takes its place.
    """
    return [message_taken_away(terms, one.message) for one in rows if one.row.epoch < terms.epoch]


def keep_erased_back(
    tx: Tx,
    store: str,
    table: DocumentTable,
    rows: Iterable[DocumentRow],
    keys: Sequence[SigningKey],
    *,
    words_since: datetime | None,
    at: datetime,
) -> list[int]:
    """Keep back what of a numbered table was erased after the backup; staff are to do it again (rule D2).

    `rows` are of an earlier epoch, as found in the shop; that nothing is left in one is signed as well. What has had
    its time, without anything new since `words_since`, goes by itself. Returns all that is not to be pushed as it was.
    """
    gone = [
        one.id
        for one in rows
        if (said := said_by_row(table, one, store, keys)) is not None and not said["customer"] and said["number"]
    ]  # under number 0 stands what was taken away after an earlier restore, because that desk did not know it
    found = with_words = _with_words(tx, store, table, gone)
    if with_words and words_since is not None:
        tx.personal.forget_old_texts(store, words_since)
        found = _with_words(tx, store, table, with_words)
    shown_part(tx, table).keep_back(found)
    accounts = tx.accounts.by_ids(set(found.values()))
    for account_id in dict.fromkeys(found.values()):
        _ask_to_erase_again(tx, store, account_id, accounts[account_id].owner, at=at)
    return list(with_words)


def ask_to_erase_former(tx: Tx, store: str, account_id: int, *, at: datetime) -> None:
    """Name an account that is to be erased again by its own number: the customer's is somebody else's by now."""
    if tx.problems.open_under(store, erased_again_key(account_id)):
        _ask_to_erase_again(tx, store, account_id, Owner(OwnerKind.FORMER, account_id), at=at)


def _ask_to_erase_again(tx: Tx, store: str, account_id: int, owner: Owner, *, at: datetime) -> None:
    customer = str(owner.ref) if owner.kind is OwnerKind.CUSTOMER else f"{owner.kind}:{owner.ref}"
    tx.problems.report(
        store,
        key=erased_again_key(account_id),
        kind=AFTER_BACKUP,
        summary=f"customer {customer}: the shop says that his words were erased after the backup, and the backup "
        "has them. They stay off his page; erase what is kept of him again: "
        f"bridge privacy erase {customer} --by NAME",
        at=at,
        detail={"account": account_id},
        unless_dismissed=True,
    )


def erased_again_key(account_id: int) -> str:
    """The key of the problem that an account has to be erased again."""
    return f"after-backup:account:{account_id}:erased"


def _with_words(tx: Tx, store: str, table: DocumentTable, numbers: Iterable[int]) -> dict[int, int]:
    """Those of these that a customer would be shown words of, and their accounts."""
    found: dict[int, int] = {}
    for number in numbers:
        if table is DocumentTable.TICKET:
            ticket = tx.tickets.get(store, number)
            if ticket is not None and ticket.subject:
                found[number] = ticket.account_id
        elif table is DocumentTable.LICENCE:
            licence = tx.licences.get(store, number)
            if licence is not None:
                found[number] = licence.now.account_id
        elif table in (DocumentTable.AGREEMENT, DocumentTable.BILL):
            one = tx.agreements.get(store, number) if table is DocumentTable.AGREEMENT else tx.bills.get(store, number)
            account = tx.contacts.by_ids([one.contact_id])[one.contact_id].account_id if one is not None else None
            if account is not None:
                found[number] = account
        else:
            quote = tx.quotes.get(store, number)
            if quote is not None and quote.offer.texts:
                found[number] = quote.account_id
    accounts = tx.accounts.by_ids(set(found.values()))
    return {number: one for number, one in found.items() if accounts[one].owner.kind is OwnerKind.CUSTOMER}


def said_by_row(table: DocumentTable, found: DocumentRow, store: str, keys: Sequence[SigningKey]) -> Any:
    """What a row found in the shop says; None where it is not signed, or not for its place."""
    if not verifies(keys, table, found.row.payload, found.row.key_id, found.row.mac):
        return None
    said = json.loads(found.row.payload)
    place = (said["ticket"], said["number"]) if table is DocumentTable.MESSAGE else said[table.value]
    return said if (said["store"], place) == (store, found.key) else None


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
