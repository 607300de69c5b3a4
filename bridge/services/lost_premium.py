"""After a restore: agreements and statements of premium time as a lost desk has left them in the shop, signed.

What customers accepted and said comes again from the inbox, what orders paid from the orders. What staff offered,
timed, closed, sent and billed after the backup is nowhere else, and nobody but they can do it again: they are told,
with the amounts. An acceptance that was given in a chat is among it.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from bridge.contracts.desk import Tx
from bridge.contracts.problems import AFTER_BACKUP
from bridge.contracts.shop_documents import DocumentRow, DocumentTable
from bridge.contracts.shop_rows import SigningKey
from bridge.domain.agreements import Agreement, AgreementChannel, AgreementState
from bridge.domain.bills import UNSENT, Bill, BillState
from bridge.domain.work_time import worked_in
from bridge.services.account_pages import PageTerms
from bridge.services.document_parts import taken_away
from bridge.services.premium_parts import owner_of
from bridge.services.restoring import said_by_row

_FURTHER = {state: place for place, state in enumerate(("draft", "sent", "accepted", "billed", "paid"))}
_BY_CUSTOMER = {AgreementChannel.PAGE.value}
"""What is done again from the inbox."""


def report_lost_agreements(
    tx: Tx, terms: PageTerms, rows: Iterable[DocumentRow], keys: Sequence[SigningKey], *, at: datetime
) -> list[DocumentRow]:
    """Tell staff of agreements that only the lost desk knew, or whose contact was linked after the backup.

    `rows` are agreement rows as found in the shop. Returns what takes these off the customers' pages.
    """
    blank = []
    for one in rows:
        ours = tx.agreements.get(terms.store, one.id)
        if one.row.epoch >= terms.epoch or (ours is not None and owner_of(tx, ours.contact_id) is not None):
            continue
        blank.append(taken_away(terms, DocumentTable.AGREEMENT, one.id))
        said = said_by_row(DocumentTable.AGREEMENT, one, terms.store, keys)
        if not said or not said["customer"]:
            continue
        if ours is not None:
            _report_link(tx, terms.store, said["customer"], at=at)
            continue
        worked = f", {timedelta(seconds=said['worked_seconds'])} worked" if said["worked_seconds"] else ""
        tx.problems.report(
            terms.store,
            key=f"after-backup:agreement:{one.id}:{said['offered_at']}",
            kind=AFTER_BACKUP,
            summary=f"customer {said['customer']}: the shop shows agreement {one.id} ({_words(said['name'])}, at most "
            f"{_words(said['cap_hours'])} = {_words(said['cap'])}; {said['state']}, version {said['version']}{worked}) "
            "that was made after the backup; it is taken off the page: if it still holds, offer it again, and add its "
            "time by hand once it is accepted",
            at=at,
        )
    return blank


def report_lost_bills(
    tx: Tx, terms: PageTerms, rows: Iterable[DocumentRow], keys: Sequence[SigningKey], *, at: datetime
) -> list[DocumentRow]:
    """Tell staff of statements that only the lost desk had sent; returns what takes them off the customers' pages.

    `rows` are rows of bills as found in the shop. Here these are drafts, parts of a month's, or not there at all.
    """
    blank = []
    for one in rows:
        ours = tx.bills.get(terms.store, one.id)
        if one.row.epoch >= terms.epoch or (
            ours is not None and ours.state not in UNSENT and owner_of(tx, ours.contact_id) is not None
        ):
            continue
        blank.append(taken_away(terms, DocumentTable.BILL, one.id))
        said = said_by_row(DocumentTable.BILL, one, terms.store, keys)
        if not said or not said["customer"]:
            continue
        if ours is not None and ours.state not in UNSENT:
            _report_link(tx, terms.store, said["customer"], at=at)
            continue
        _report_bill(tx, terms.store, said, "was sent after the backup; it is taken off the page until it is again", at)
    return blank


def report_lost_deeds(
    tx: Tx, store: str, table: DocumentTable, rows: Iterable[DocumentRow], keys: Sequence[SigningKey], *, at: datetime
) -> None:
    """Tell staff what they had done after the backup to agreements and statements that this desk knows.

    `rows` are rows of an earlier epoch, as found in the shop.
    """
    for one in rows:
        said = said_by_row(table, one, store, keys)
        if not said or not said["customer"]:
            continue
        if table is DocumentTable.AGREEMENT:
            agreement = tx.agreements.get(store, one.id)
            if agreement is not None:
                _report_agreement_deeds(tx, agreement, said, at)
        else:
            bill = tx.bills.get(store, one.id)
            if bill is not None and (deed := _lost_deed(bill, said)):
                _report_bill(tx, store, said, deed, at)


def _report_agreement_deeds(tx: Tx, agreement: Agreement, said: Mapping[str, Any], at: datetime) -> None:
    """An offer of another version, an acceptance that the inbox doesn't bring back, time, and the end of it."""
    number = agreement.id
    worked = worked_in(tx.work_time.of_agreements([number]).get(number, []))
    missing = timedelta(seconds=said["worked_seconds"]) - worked
    accepted = said["accepted"]
    deeds: dict[str, str] = {}
    if said["version"] > agreement.offer.version:
        deeds["offered"] = f"version {said['version']} of it was offered: offer it again"
    elif accepted and agreement.acceptance is None and accepted["channel"] not in _BY_CUSTOMER:
        deeds["accepted"] = (
            f"it was accepted ({accepted['channel']}): let it be accepted again, or record what that rests on"
        )
    if missing > timedelta(0):
        deeds["worked"] = f"{missing} more was worked for it: add that time by hand"
    if said["state"] == AgreementState.CLOSED and agreement.state is not AgreementState.CLOSED:
        charged = f", with {_words(said['charged']['amount'])} to pay" if said["charged"] else ""
        deeds["closed"] = f"it was closed{charged}: close it again, once its time is there"
    elif said["state"] == AgreementState.WITHDRAWN and agreement.state is AgreementState.OFFERED:
        deeds["withdrawn"] = "it was withdrawn: withdraw it again"
    for deed, words in deeds.items():
        tx.problems.report(
            agreement.store,
            key=f"after-backup:agreement:{number}:{deed}:{said['version']}",
            kind=AFTER_BACKUP,
            summary=f"customer {said['customer']}: the shop says of agreement {number}, of the time after the backup: "
            f"{words}, if it still holds",
            at=at,
        )


def _lost_deed(bill: Bill, said: Mapping[str, Any]) -> str:
    """What staff had done to a statement, in words; nothing for what comes again by itself."""
    state, by_order = said["state"], said["order"] is not None
    if bill.state not in UNSENT and said["text_hash"] != bill.hash:
        return "had other lines after the backup: correct it again"
    if state in (BillState.BILLED, BillState.PAID) and _FURTHER.get(bill.state, 0) < _FURTHER[BillState.BILLED]:
        return "was billed after the backup: bill it again"
    if state == BillState.PAID and bill.state is BillState.BILLED and not by_order:
        return "was paid after the backup: record it again"
    return ""


def _report_bill(tx: Tx, store: str, said: Mapping[str, Any], deed: str, at: datetime) -> None:
    number = said["bill"]
    tx.problems.report(
        store,
        key=f"after-backup:bill:{number}:{said['state']}:{said['text_hash'][:12]}",
        kind=AFTER_BACKUP,
        summary=f"customer {said['customer']}: the shop shows that statement {number} of {_words(said['total'])} "
        f"{deed}, if it still holds",
        at=at,
    )


def _report_link(tx: Tx, store: str, customer: int, *, at: datetime) -> None:
    tx.problems.report(
        store,
        key=f"after-backup:linked:{customer}",
        kind=AFTER_BACKUP,
        summary=f"customer {customer}: the shop shows premium time of a contact who was linked to him after the "
        "backup; it is taken off his page until the contact sends a code from there again",
        at=at,
    )


def _words(texts: Mapping[str, str]) -> str:
    """In English, else in whichever language there is; blanks that keep a number whole are ordinary ones here."""
    return (texts.get("en") or next(iter(texts.values()))).replace("\N{NO-BREAK SPACE}", " ")
