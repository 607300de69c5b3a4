"""What is kept of a person as premium time: shown to him whole, refused to be erased while open, redacted (rule D2).

Agreements, worked time and bills stay with their hashes, amounts and seconds; words go: what was offered, why time was
entered or corrected, what was disputed, what he calls himself. A contact who is linked to no customer is erased alone.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from bridge.contracts.desk import Tx
from bridge.domain.accounts import Account
from bridge.domain.agreements import Acceptance, Agreement, AgreementState
from bridge.domain.bills import OPEN, Bill
from bridge.domain.desk_terms import DeskTerms
from bridge.domain.moments import iso_text
from bridge.domain.work_time import Segment
from bridge.errors import ErasureRefused
from bridge.services.chat_personal import Shown, chat_parts_of, erase_chats
from bridge.services.coin_moves import note
from bridge.services.premium_parts import contact_of
from bridge.services.staff_words import require_staff

SECOND = timedelta(seconds=1)


def require_no_premium_open(tx: Tx, account: Account) -> None:
    """Raises `ErasureRefused` while a timer runs, an agreement binds, or a bill is open (rule D2)."""
    _require_nothing_open(tx, _contacts_of(tx, account.id), str(account.owner))


def erase_premium_time(tx: Tx, account_id: int) -> None:
    """Take back what could still be accepted, and redact all words; the shop shows the rows anew, without them."""
    _erase(tx, _contacts_of(tx, account_id))


def erase_contact(tx: Tx, terms: DeskTerms, contact_id: int, *, by: str, at: datetime) -> None:
    """Erase what is kept of a contact who is linked to no customer (rule D2).

    Raises `AgreementRefused` for a contact whom there is not; `ErasureRefused` for one who is linked, because his
    account is erased as a whole, while a timer runs for him, an agreement binds or a bill is open.
    """
    require_staff(by)
    contact = contact_of(tx, terms.store, contact_id)
    if contact.account_id is not None:
        refusal = ErasureRefused(f"contact {contact_id} is linked to a customer: bridge privacy erase (rule D2)")
        refusal.hint = "bridge privacy erase CUSTOMER"
        raise refusal
    _require_nothing_open(tx, [contact_id], f"contact {contact_id}")
    _erase(tx, [contact_id])
    note(tx, terms.store, by, "erase", f"contact:{contact_id}", at)


def premium_parts(tx: Tx, account_id: int, shown: Shown) -> dict[str, Any]:
    """Everything that is kept of an account's contacts, what was said with them, agreements, worked time and bills."""
    contacts = tx.contacts.of_account(account_id)
    ids = [one.id for one in contacts]
    return {
        "contacts": [
            {"contact": one.id, "name": one.name, "language": one.language, "blocked": one.blocked} for one in contacts
        ],
        "chats": chat_parts_of(tx, ids, shown),
        "agreements": [_agreement(tx, one) for one in tx.agreements.of_contacts(ids)],
        "worked_time": [_segment(one) for number in ids for one in tx.work_time.of_contact(number)],
        "bills": [_bill(tx, one) for one in tx.bills.of_contacts(ids)],
    }


def _contacts_of(tx: Tx, account_id: int) -> list[int]:
    return [one.id for one in tx.contacts.of_account(account_id)]


def _require_nothing_open(tx: Tx, contacts: Sequence[int], whose: str) -> None:
    running = [str(one.id) for number in contacts for one in tx.work_time.running_of(number)]
    if running:
        raise _refused(whose, f"a timer runs (segment {', '.join(running)})", "bridge premium stop")
    bound = [str(one.id) for one in tx.agreements.of_contacts(contacts) if one.state is AgreementState.ACCEPTED]
    if bound:
        raise _refused(whose, f"premium time is agreed on (agreement {', '.join(bound)})", "bridge premium close")
    bills = [f"{one.id} ({one.state})" for one in tx.bills.of_contacts(contacts) if one.state in OPEN]
    if bills:
        raise _refused(whose, f"a bill is open ({', '.join(bills)})", "bridge premium paid")


def _erase(tx: Tx, contacts: Sequence[int]) -> None:
    erase_chats(tx, contacts)
    for one in tx.agreements.of_contacts(contacts):
        if one.state is AgreementState.OFFERED:
            tx.agreements.save(replace(one, state=AgreementState.WITHDRAWN))
    tx.contacts.erase(contacts)


def _agreement(tx: Tx, one: Agreement) -> dict[str, Any]:
    offers = [tx.agreements.offer_of(one.id, version) for version in range(1, one.offer.version + 1)]
    return {
        "agreement": one.id,
        "contact": one.contact_id,
        "ticket": one.ticket_id,
        "state": one.state.value,
        "closed_at": iso_text(one.closed_at),
        "charged_quarter_hours": one.billed_steps,
        "versions": [
            {
                "version": offer.version,
                "kind": offer.kind,
                "rate": str(offer.rate.money),
                "most_quarter_hours": offer.cap_steps,
                "texts": dict(offer.texts),
                "text_hashes": dict(offer.hashes),
                "offered_at": iso_text(offer.offered_at),
                "valid_until": iso_text(offer.valid_until),
            }
            for offer in offers
            if offer is not None
        ],
        "decisions": [{"what": said.what, **_evidence(said.evidence)} for said in tx.agreements.said(one.id)],
    }


def _evidence(one: Acceptance) -> dict[str, Any]:
    return {
        "version": one.version,
        "at": iso_text(one.at),
        "channel": one.channel.value,
        "text_hash": one.text_hash,
        "language": one.language,
        "evidence": one.evidence,
        "staff": one.staff,
        "words": one.words,
    }


def _segment(one: Segment) -> dict[str, Any]:
    return {
        "segment": one.id,
        "agreement": one.agreement_id,
        "agent": one.agent,
        "source": one.source.value,
        "started_at": iso_text(one.started.at),
        "ended_at": iso_text(one.ended_at),
        "seconds": None if one.worked is None else one.worked // SECOND,
        "ending": one.ending.value if one.ending else None,
        "reason": one.reason,
    }


def _bill(tx: Tx, one: Bill) -> dict[str, Any]:
    return {
        "bill": one.id,
        "state": one.state.value,
        "month": one.month or None,
        "total": str(one.total),
        "sent_at": iso_text(one.sent_at),
        "billed_at": iso_text(one.billed_at),
        "paid_at": iso_text(one.paid_at),
        "lines": [
            {
                "position": line.position,
                "kind": line.kind.value,
                "agreement": line.agreement_id,
                "work": line.work,
                "rate": str(line.rate.money),
                "quarter_hours": line.steps,
                "seconds": line.worked // SECOND,
                "amount": str(line.amount),
                "at": iso_text(line.at),
                "reason": line.reason,
                "staff": line.staff,
            }
            for line in one.lines
        ],
        "decisions": [
            {
                "what": said.what.value,
                "at": iso_text(said.at),
                "channel": said.channel.value,
                "text_hash": said.text_hash,
                "evidence": said.evidence,
                "staff": said.staff,
                "words": said.words,
            }
            for said in tx.bills.decisions(one.id)
        ],
        "paid_by_orders": [payment.order_id for payment in tx.order_payments.of_bill(one.id)],
    }


def _refused(whose: str, what: str, command: str) -> ErasureRefused:
    refusal = ErasureRefused(f"of {whose} {what}: end that first (rule D2)")
    refusal.hint = f"{command}, then run this again"
    return refusal
