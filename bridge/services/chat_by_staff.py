"""What staff decide in chats besides answering: whom nobody answers, what needs no answer, what is sent once more."""

from dataclasses import replace
from datetime import datetime

from bridge.contracts.conversations import KeptMessage
from bridge.contracts.desk import Tx
from bridge.domain.chats import ChatContact, ChatMessage, Conversation
from bridge.domain.desk_terms import DeskTerms
from bridge.services.chat_parts import Chat, chat_of, require_may_answer, tell_waiting
from bridge.services.chat_sending import release
from bridge.services.coin_moves import note
from bridge.services.premium_parts import contact_of
from bridge.services.staff_words import require_staff


def block(tx: Tx, terms: DeskTerms, contact_id: int, *, blocked: bool, by: str, at: datetime) -> ChatContact:
    """Answer a contact no more, by nobody and by nothing automatic, or answer him again; done before, it stays.

    Who is blocked is shown as waiting for nobody. Unblocked he waits again for what he wrote before and nobody has
    answered, and those who may answer are told; what he wrote meanwhile waits for nobody. Raises `AgreementRefused`
    where the store has no such contact.
    """
    contact = contact_of(tx, terms.store, contact_id)
    require_staff(by)
    if contact.blocked is blocked:
        return contact
    decided = replace(contact, blocked=blocked)
    tx.contacts.save(decided)
    for one in tx.conversations.of_contact(contact_id):
        number = terms.premium.number(one.number)
        if not blocked and one.waiting_since is not None and number is not None:
            tell_waiting(tx, terms, Chat(one, decided, number), f"unblocked:{at.timestamp():.3f}", at=at)
    note(tx, terms.store, by, "chat_block" if blocked else "chat_unblock", f"contact:{contact_id}", at)
    return decided


def needs_no_answer(tx: Tx, terms: DeskTerms, conversation_id: int, *, by: str, at: datetime) -> Conversation:
    """A contact waits for an answer no more, until he writes again; where he does not wait, nothing is done.

    Raises `ChatRefused` for who is not listed for the number (rule W1), and for a conversation that there is not.
    """
    chat = chat_of(tx, terms, conversation_id)
    require_may_answer(chat.number, by)
    if chat.conversation.waiting_since is None:
        return chat.conversation
    answered = replace(chat.conversation, waiting_since=None)
    tx.conversations.save(answered, at=at)
    note(tx, terms.store, by, "chat_done", f"chat:{conversation_id}", at)
    return answered


def send_again(tx: Tx, terms: DeskTerms, kept: KeptMessage, *, by: str, at: datetime) -> ChatMessage:
    """Let a message go out again that failed, or of which nobody knows whether it arrived: staff have looked.

    Raises `ChatRefused` for who is not listed for the number (rule W1), and for one that is on its way or was sent.
    """
    chat = chat_of(tx, terms, kept.message.conversation_id)
    require_may_answer(chat.number, by)
    again = release(tx, chat.conversation, kept.message, at)
    note(tx, terms.store, by, "chat_resend", f"chat:{chat.conversation.id}", at, message=again.id)
    return again
