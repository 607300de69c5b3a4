"""Who writes: a contact is known by the channel's id of him for this business, else by his telephone number (rule W9).

It believes: numbers change hands. Where a number comes with another id than before, somebody else may have it now: he
is a new contact, who inherits nothing, and the one before keeps all that he has but the number. Staff are told.
"""

from dataclasses import replace
from datetime import datetime

from bridge.contracts.chats import Incoming
from bridge.contracts.desk import Tx
from bridge.domain.chats import Address, ChatContact
from bridge.domain.desk_terms import DeskTerms
from bridge.domain.stored_text import storable

CHANGED = "chat_contact_changed"
LONGEST_NAME, LONGEST_PHONE, LONGEST_USER_ID = 128, 32, 191


def contact_from(tx: Tx, terms: DeskTerms, message: Incoming, *, at: datetime) -> ChatContact:
    """The contact who wrote it, or to whom we did; a new one where he never did; where he is reached now is kept."""
    with_whom = message.receiver or message.sender
    sender = Address(
        with_whom.channel,
        storable(with_whom.phone.lstrip("+"), LONGEST_PHONE),
        storable(with_whom.user_id, LONGEST_USER_ID),
    )
    by_user = tx.chat_contacts.by_user(terms.store, sender.channel, sender.user_id) if sender.user_id else None
    by_phone = tx.chat_contacts.by_phone(terms.store, sender.channel, sender.phone) if sender.phone else None
    if by_phone is not None and by_phone != by_user and _is_anothers(tx, by_phone, sender):
        _let_go_of_number(tx, terms, by_phone, sender, at)
        by_phone = None
    number = by_user or by_phone
    contact = tx.contacts.get(terms.store, number) if number else None
    name = storable(terms.premium.hide_numbers(message.name), LONGEST_NAME) if message.receiver is None else ""
    if contact is None:
        contact = tx.contacts.add(terms.store, at=at, name=name)
    elif name and name != contact.name:
        contact = replace(contact, name=name)
        tx.contacts.save(contact)
    _keep_address(tx, terms.store, contact.id, sender)
    return contact


def _is_anothers(tx: Tx, contact_id: int, sender: Address) -> bool:
    """Whether the contact who had this number is, by the channel's id of him, somebody else than who writes now."""
    known = tx.chat_contacts.address_of(contact_id, sender.channel)
    return known is not None and bool(sender.user_id) and bool(known.user_id) and known.user_id != sender.user_id


def _let_go_of_number(tx: Tx, terms: DeskTerms, contact_id: int, sender: Address, at: datetime) -> None:
    known = tx.chat_contacts.address_of(contact_id, sender.channel)
    assert known is not None, "he was found by it"
    tx.chat_contacts.save(terms.store, contact_id, known._replace(phone=""))
    tx.problems.report(
        terms.store,
        key=f"{CHANGED}:{contact_id}",
        kind=CHANGED,
        summary=f"the number of contact {contact_id} is used by somebody with another id on {sender.channel}: he is a "
        "new contact, to whom nothing of the other was shown. Is it the same person, he links his chat again",
        at=at,
    )


def _keep_address(tx: Tx, store: str, contact_id: int, sender: Address) -> None:
    known = tx.chat_contacts.address_of(contact_id, sender.channel) or Address(sender.channel)
    phone, user_id = sender.phone or known.phone, sender.user_id or known.user_id
    holder = tx.chat_contacts.by_phone(store, sender.channel, phone) if phone else None
    if holder not in {None, contact_id}:  # known before by the number alone: that contact keeps it
        phone = ""  # not the one before either: he writes from another now, and somebody else may have it
    now = Address(sender.channel, phone, user_id)
    if now != known:
        tx.chat_contacts.save(store, contact_id, now)
