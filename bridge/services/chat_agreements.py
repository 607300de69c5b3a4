"""A contact's answer to an agreement by the buttons of the very message that carried it (rules W5, C9).

A button counts where it was pressed on that message, and names the version and the text that stood in it; anything else
is told that the offer is not open, and binds nobody.
"""

import re
from datetime import datetime

from bridge.contracts.desk import Tx
from bridge.domain.agreements import Agreement, AgreementChannel, AgreementState
from bridge.domain.chats import ChatKind, ChatMessage, Direction
from bridge.domain.desk_terms import DeskTerms
from bridge.errors import AgreementRefused
from bridge.locale.chat_words import Notice, answer_buttons
from bridge.services import accepting
from bridge.services.accepting import Decider
from bridge.services.chat_parts import Chat, notice, wait_for_staff

ACCEPT, DECLINE = "accept", "decline"
_HASH = 12
_BUTTON = re.compile(r"agreement:([0-9]{1,18}):v([0-9]{1,9}):(accept|decline):([0-9a-f]{12})")


def buttons_of(agreement: Agreement, language: str) -> dict[str, str]:
    """The buttons below an offered agreement's text in that language, title by id."""
    offer, about = agreement.offer, _about_newest(agreement)
    return {
        f"{about}{word}:{offer.hashes[language][:_HASH]}": title for word, title in answer_buttons(language).items()
    }


def is_of_newest(agreement: Agreement, button: str) -> bool:
    """Whether a button answers the version of the agreement that can be accepted."""
    return button.startswith(_about_newest(agreement))


def _about_newest(agreement: Agreement) -> str:
    return f"agreement:{agreement.id}:v{agreement.offer.version}:"


def is_answer(button: str) -> bool:
    """Whether a button's id is one of an agreement's."""
    return button.startswith("agreement:")


def answer(tx: Tx, terms: DeskTerms, chat: Chat, pressed: ChatMessage, *, at: datetime, quiet: bool = False) -> Chat:
    """Accept or decline, and say which; what can't be done is said, and staff see it. `quiet` says nothing."""
    try:
        said = _decide(tx, terms, chat, pressed, at)
    except AgreementRefused:
        said = Notice.OFFER_HOLDS if _binds(tx, terms, chat, pressed) else Notice.OFFER_OVER
        chat = wait_for_staff(tx, terms, chat, pressed.id, at=at)
    if not quiet:
        notice(tx, terms, chat, said, at=at)
    return chat


def _decide(tx: Tx, terms: DeskTerms, chat: Chat, pressed: ChatMessage, at: datetime) -> Notice:
    named = _BUTTON.fullmatch(pressed.button)
    carried = tx.conversations.by_external(terms.store, pressed.context) if pressed.context else None
    if named is None or carried is None:
        raise AgreementRefused("text_differs", "the button is of no message that carries an agreement")
    agreement_id, version = int(named[1]), int(named[2])
    is_that = carried.kind is ChatKind.AGREEMENT and carried.direction is Direction.OUT
    if not is_that or carried.agreement_id != agreement_id or pressed.button not in carried.buttons:
        raise AgreementRefused("text_differs", f"the button is not one of message {carried.id}")
    who = Decider(AgreementChannel.CHAT, evidence=f"chat:{pressed.id}", contact_id=chat.contact.id)
    if named[3] == DECLINE:
        accepting.decline(tx, terms, agreement_id, who, version=version, at=at)
        return Notice.DECLINED
    text_hash = _hash_of(tx, agreement_id, version, carried.language)
    done = accepting.accept(tx, terms, agreement_id, who, version=version, text_hash=text_hash, at=at)
    if done.state is AgreementState.CLOSED:
        raise AgreementRefused("agreement_state", f"agreement {agreement_id} is closed")
    return Notice.ACCEPTED


def _binds(tx: Tx, terms: DeskTerms, chat: Chat, pressed: ChatMessage) -> bool:
    """Whether what the button names is accepted, by this very contact: nobody may tell him that nothing was."""
    named = _BUTTON.fullmatch(pressed.button)
    agreement = tx.agreements.get(terms.store, int(named[1])) if named else None
    if named is None or agreement is None or agreement.contact_id != chat.contact.id:
        return False
    return agreement.state in accepting.BOUND and agreement.offer.version == int(named[2])


def _hash_of(tx: Tx, agreement_id: int, version: int, language: str) -> str:
    offer = tx.agreements.offer_of(agreement_id, version)
    found = offer.hashes.get(language) if offer is not None else None
    if found is None:
        raise AgreementRefused("agreement_changed", f"there is no version {version} of agreement {agreement_id}")
    return found
