"""Linking a chat to a shop customer by a one-time code from his account page, and by nothing else (rule W9).

Who is logged in gets a code on the page; who sends it alone in a chat is that customer's from then on. Every code that
somebody sends who is not linked counts, right or wrong; what is no code is a message like any other. A wrong one is
told nothing that it did not know, and after some of them even a right one does nothing for a while.
"""

import secrets
import unicodedata
from dataclasses import replace
from datetime import datetime

from bridge.contracts.desk import Tx
from bridge.domain.accounts import Account
from bridge.domain.chats import ChatContact, ChatKind, ChatMessage
from bridge.domain.desk_terms import DeskTerms
from bridge.domain.licence_keys import ALPHABET
from bridge.errors import ChatRefused
from bridge.locale.chat_words import Notice
from bridge.services.chat_parts import Chat, notice
from bridge.services.coin_moves import note

SIGNS, GROUP = 8, 4
MOST_TRIES = 5
"""Codes that one contact may send while a code holds."""
LONGEST = 40
_DIGITS = frozenset("23456789")
_UNSEEN = frozenset({"Zs", "Cc", "Cf", "Pd"})


def new_code(tx: Tx, terms: DeskTerms, account: Account, *, at: datetime) -> str:
    """A code for the customer of this account, such as `7K3Q-XM2R`; the one he had before is over.

    Each code has a digit, so that no word is one.
    """
    signs = ""
    while not _DIGITS & set(signs):
        signs = "".join(secrets.choice(ALPHABET) for _ in range(SIGNS))
    tx.chat_contacts.give_code(terms.store, account.id, signs, until=at + terms.premium.code_valid)
    return f"{signs[:GROUP]}-{signs[GROUP:]}"


def enter(tx: Tx, terms: DeskTerms, chat: Chat, message: ChatMessage, *, at: datetime) -> Chat | None:
    """Link the contact where what he wrote is a code and nothing else; None where it is none at all.

    Of who is linked only a code that holds is one: what else looks so may be the number of an order.
    """
    code = _code_in(message.text) if message.kind is ChatKind.TEXT else None
    if code is None or not tx.chat_contacts.codes_wait(terms.store, at):
        return None
    if chat.contact.account_id is not None:
        if tx.chat_contacts.code_of(terms.store, code, at) is None:
            return None
        notice(tx, terms, chat, Notice.LINKED_BEFORE, at=at)
        return chat
    tries = tx.chat_contacts.tries(chat.contact.id, at - terms.premium.code_valid)
    tx.chat_contacts.note_try(chat.contact.id, at)
    if tries >= MOST_TRIES:
        return chat  # he was told that they are wrong, and is told nothing any more
    account_id = tx.chat_contacts.take_code(terms.store, code, at)
    if account_id is None:
        notice(tx, terms, chat, Notice.CODE_WRONG, at=at)
        return chat
    linked = replace(chat.contact, account_id=account_id)
    tx.contacts.save(linked)
    note(
        tx, terms.store, f"contact:{linked.id}", "chat_link", f"contact:{linked.id}", at, account=account_id, how="code"
    )
    chat = chat._replace(contact=linked)
    notice(tx, terms, chat, Notice.LINKED, at=at, title=terms.title or terms.store)
    return chat


def is_code(text: str) -> bool:
    """Whether a text is a code and nothing else, a right one or a wrong one."""
    return _code_in(text) is not None


def unlink(tx: Tx, terms: DeskTerms, contact_id: int, *, by: str, at: datetime) -> ChatContact:
    """Staff take a link back. Raises `ChatRefused` where there is none, or for a contact whom there is not."""
    contact = tx.contacts.get(terms.store, contact_id)
    if contact is None or contact.account_id is None:
        raise ChatRefused("not_linked", f"contact {contact_id} of {terms.store} is linked to nobody")
    free = replace(contact, account_id=None)
    tx.contacts.save(free)
    note(tx, terms.store, by, "chat_unlink", f"contact:{contact_id}", at, account=contact.account_id)
    return free


def _code_in(text: str) -> str | None:
    if len(text) > LONGEST:
        return None
    plain = unicodedata.normalize("NFKC", text)
    signs = [_typed(sign) for sign in plain if unicodedata.category(sign) not in _UNSEEN]
    code = "".join(signs).upper()
    fits = len(code) == SIGNS and all(sign in ALPHABET for sign in code) and bool(_DIGITS & set(code))
    return code if fits else None


def _typed(sign: str) -> str:
    """Anybody's digits as ours."""
    return str(unicodedata.decimal(sign)) if sign.isdecimal() else sign
