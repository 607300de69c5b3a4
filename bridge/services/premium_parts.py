"""What every action on premium time is made of: what there is by its number, its events, what is left of a cap."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from bridge.contracts.desk import Tx
from bridge.domain.accounts import Owner, OwnerKind
from bridge.domain.agreements import Agreement, AgreementState
from bridge.domain.bills import Bill
from bridge.domain.chats import ChatContact
from bridge.domain.work_time import Segment
from bridge.errors import AgreementRefused, BillRefused, QuoteRefused, UnknownAccount

MINUTE = timedelta(minutes=1)
_SIGNS = 8
"""Of a hash, in a key."""


def contact_of(tx: Tx, store: str, contact_id: int) -> ChatContact:
    """Raises `AgreementRefused` where the store has no such contact."""
    contact = tx.contacts.get(store, contact_id)
    if contact is None:
        raise AgreementRefused("unknown_contact", f"{store}: there is no contact {contact_id}")
    return contact


def contact_for(tx: Tx, store: str, customer_id: int, *, at: datetime, in_shop: bool = False) -> ChatContact:
    """The oldest contact that is linked to a shop customer, one who is not blocked first; else one known by that (W11).

    There is never more than one without an address, because it is made only where there is no other. `in_shop` says
    that the shop has that customer. Raises `UnknownAccount` where nobody knows him.
    """
    owner = Owner(OwnerKind.CUSTOMER, customer_id)
    if not in_shop and owner not in tx.accounts.of_owners(store, [owner]):
        raise UnknownAccount(f"{store}: the shop has no {owner}")
    account = tx.accounts.open(store, [owner])[owner]
    linked = tx.contacts.of_account(account.id)
    return min(linked, key=lambda one: one.blocked) if linked else tx.contacts.add(store, at=at, account_id=account.id)


def owners_of(tx: Tx, contact_ids: Iterable[int]) -> dict[int, Owner]:
    """The customers that contacts are linked to, by contact; nothing of one who is linked to nobody."""
    contacts = tx.contacts.by_ids(contact_ids)
    linked = {one.id: one.account_id for one in contacts.values() if one.account_id is not None}
    accounts = tx.accounts.by_ids(set(linked.values()))
    return {contact: accounts[account].owner for contact, account in linked.items()}


def owner_of(tx: Tx, contact_id: int) -> Owner | None:
    """The customer that a contact is linked to, None where he is linked to nobody."""
    return owners_of(tx, [contact_id]).get(contact_id)


def agreement_of(tx: Tx, store: str, agreement_id: int) -> Agreement:
    """Raises `AgreementRefused` where the store has no such agreement."""
    agreement = tx.agreements.get(store, agreement_id)
    if agreement is None:
        raise AgreementRefused("unknown_agreement", f"{store}: there is no agreement {agreement_id}")
    return agreement


def bill_of(tx: Tx, store: str, bill_id: int) -> Bill:
    """Raises `BillRefused` where the store has no such bill."""
    bill = tx.bills.get(store, bill_id)
    if bill is None:
        raise BillRefused("unknown_bill", f"{store}: there is no bill {bill_id}")
    return bill


def segments_of(tx: Tx, agreement: Agreement) -> list[Segment]:
    """All that was worked for an agreement, and the timer that runs."""
    return tx.work_time.of_agreements([agreement.id]).get(agreement.id, [])


def require_no_premium(tx: Tx, ticket_id: int, *, running: bool = False) -> None:
    """A ticket's work is not charged in coins while an accepted agreement is about it, or its timer is `running` (W7).

    Raises `QuoteRefused`.
    """
    for one in tx.agreements.of_ticket(ticket_id):
        binds = one.state is AgreementState.ACCEPTED
        if binds and (not running or any(segment.runs for segment in segments_of(tx, one))):
            raise QuoteRefused(
                "premium_time", f"work for ticket {ticket_id} is premium time by agreement {one.id} (rule W7)"
            )


def about_agreement(tx: Tx, agreement: Agreement, at: datetime, what: str) -> dict[str, Any]:
    """What every event about an agreement says; its key names the version, its words, and what happened.

    The words because versions are given out again after a restore: what was offered then is never an old event's.
    """
    offer = agreement.offer
    words = next(iter(offer.hashes.values()), "")[:_SIGNS]
    return {
        "key": f"{agreement.key}:{words}:{what}",
        "store": agreement.store,
        "at": at,
        "contact_id": agreement.contact_id,
        "owner": owner_of(tx, agreement.contact_id),
        "agreement_id": agreement.id,
        "version": offer.version,
        "work": offer.kind,
        "rate": str(offer.rate.money.amount),
        "cap_minutes": offer.cap // MINUTE,
        "cap": str(offer.cap_money.amount),
        "currency": offer.rate.money.currency.code,
        "ticket_id": agreement.ticket_id,
    }


def about_bill(tx: Tx, bill: Bill, at: datetime, what: str) -> dict[str, Any]:
    """What every event about a bill says; its key names the change by the number of the row and what it says then.

    The latter because numbers begin again where a restored backup stood: another amount is never an old event's.
    """
    return {
        "key": f"{bill.store}:bill:{bill.id}:{bill.number}:{bill.hash[:_SIGNS]}:{what}",
        "store": bill.store,
        "at": at,
        "contact_id": bill.contact_id,
        "owner": owner_of(tx, bill.contact_id),
        "bill_id": bill.id,
        "amount": str(bill.total.amount),
        "currency": bill.currency.code,
        "month": bill.month,
    }
