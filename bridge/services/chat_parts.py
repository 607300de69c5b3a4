"""What every action in a conversation is made of: who may answer, what goes out, who is told that somebody waits."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from types import MappingProxyType
from typing import NamedTuple
from uuid import uuid4

from bridge.contracts.desk import Tx
from bridge.domain.agreements import AgreementState
from bridge.domain.chats import (
    ChatContact,
    ChatKind,
    ChatMedia,
    ChatMessage,
    Conversation,
    Direction,
    SendState,
    window_open,
)
from bridge.domain.desk_terms import DeskTerms
from bridge.domain.events import ChatMessageReady, ChatWaiting
from bridge.domain.files import MEBIBYTE
from bridge.domain.premium import NumberRole, OurNumber
from bridge.errors import ChatRefused
from bridge.locale.chat_words import Notice, notice_text

LONGEST_TEXT, LONGEST_WITH_BUTTONS = 4_000, 1_024
"""Characters of a text of ours, and of one that carries buttons, by what channels take."""
MOST_BYTES: Mapping[str, int] = MappingProxyType(
    {
        "image/jpeg": 5 * MEBIBYTE,
        "image/png": 5 * MEBIBYTE,
        "application/pdf": 100 * MEBIBYTE,
        "text/plain": 100 * MEBIBYTE,
    }
)
"""The types of files that go into a chat, by what channels take, and the largest of each."""
FLOOD = "chat_flood"
"""A kind of problem: somebody writes more than people do."""
NO_BUTTONS: Mapping[str, str] = MappingProxyType({})


class Chat(NamedTuple):
    """A conversation with its contact and our number, as they are in this transaction."""

    conversation: Conversation
    contact: ChatContact
    number: OurNumber

    def language(self, terms: DeskTerms) -> str:
        """The language to address the contact in."""
        known = self.contact.language
        return known if known in terms.languages else terms.languages[0]


def chat_of(tx: Tx, terms: DeskTerms, conversation_id: int) -> Chat:
    """Raises `ChatRefused` where the store has no such conversation, or its number is in no settings any more."""
    found = tx.conversations.get(terms.store, conversation_id)
    if found is None:
        raise ChatRefused("unknown_chat", f"{terms.store}: there is no conversation {conversation_id}")
    number = terms.premium.number(found.number)
    if number is None:
        raise ChatRefused(
            "unknown_number", f"conversation {found.id} is on {found.number!r}, which is no number of {terms.store}"
        )
    contact = tx.contacts.get(terms.store, found.contact_id)
    assert contact is not None, "a conversation is with a contact of the same store"
    return Chat(found, contact, number)


def premium_chat(tx: Tx, terms: DeskTerms, contact_id: int, *, by: str) -> Chat | None:
    """The conversation on a premium number, carried by a channel, in which the contact wrote last; None without one.

    Only on numbers that `by` is listed for (rule W1). None too for a contact who is blocked: nothing is said to
    him.
    """
    contact = tx.contacts.get(terms.store, contact_id)
    premium = (one for one in terms.premium.of_role(NumberRole.PREMIUM) if by in one.agents)
    numbers = {one.key: one for one in premium if one.channel_id}
    on_premium = [one for one in tx.conversations.of_contact(contact_id) if one.number in numbers and one.channel]
    if contact is None or contact.blocked or not on_premium:
        return None
    last = max(on_premium, key=lambda one: one.last_in_at.timestamp() if one.last_in_at else 0.0)
    return Chat(last, contact, numbers[last.number])


def may_answer(terms: DeskTerms, number: OurNumber) -> tuple[str, ...]:
    """Who of the staff answers on a number: those who are listed for it, else everybody (rule W1)."""
    everybody = tuple(terms.tickets.staff)
    return tuple(name for name in everybody if name in number.agents) if number.agents else everybody


def require_may_answer(number: OurNumber, by: str) -> None:
    """Raises `ChatRefused` for who is not listed for the number (rule W1)."""
    listed = number.agents
    if number.role is NumberRole.PREMIUM or listed:
        if by not in listed:
            raise ChatRefused("not_listed", f"{by or 'nobody'} is not listed for the number {number.key!r} (rule W1)")
    elif not by.strip():
        raise ChatRefused("not_listed", "must name who of the staff does it")


def has_agreement(tx: Tx, contact: ChatContact) -> bool:
    """Whether an agreement with the contact is accepted and not closed."""
    return any(one.state is AgreementState.ACCEPTED for one in tx.agreements.of_contacts([contact.id]))


def say(
    tx: Tx,
    terms: DeskTerms,
    chat: Chat,
    kind: ChatKind,
    text: str,
    *,
    at: datetime,
    language: str,
    staff: str | None = None,
    buttons: Mapping[str, str] = NO_BUTTONS,
    template: str = "",
    agreement_id: int | None = None,
    ticket_message: int | None = None,
    media: ChatMedia | None = None,
) -> ChatMessage:
    """Have something said to the contact: now where the window is open, else it waits, visibly (rule W10).

    A template goes out at any time. Raises `ChatRefused` on a number that no channel carries, and to a contact who is
    blocked.
    """
    if not chat.number.channel_id or not chat.conversation.channel:
        raise ChatRefused(
            "no_channel", f"the number {chat.number.key!r} is worked by hand: write on its telephone (rule W11)"
        )
    if chat.contact.blocked:
        raise ChatRefused("blocked", f"contact {chat.contact.id} is blocked")
    new = ChatMessage(
        id=0,
        conversation_id=chat.conversation.id,
        direction=Direction.OUT,
        kind=kind,
        text=text,
        at=at,
        state=SendState.WAITING,
        staff=staff,
        agreement_id=agreement_id,
        language=language,
        buttons=buttons,
        template=template,
        reference=str(uuid4()),
        ticket_message=ticket_message,
        media=media,
    )
    kept = tx.conversations.add(terms.store, new)
    assert kept is not None, "what has no id of the channel yet is new"
    open_now = window_open(chat.conversation, at, window=terms.premium.window)
    return ready(tx, chat.conversation, kept, at) if template or open_now else kept


def ready(tx: Tx, conversation: Conversation, message: ChatMessage, at: datetime) -> ChatMessage:
    """A message can go out: whoever carries the channel is told."""
    queued = replace(message, state=SendState.QUEUED, readied=message.readied + 1, error="")
    tx.conversations.change(queued)
    event = ChatMessageReady(
        key=f"{conversation.store}:chat-message:{message.id}:{queued.readied}",
        store=conversation.store,
        at=at,
        message_id=message.id,
        conversation_id=conversation.id,
        number=conversation.number,
        channel=conversation.channel,
    )
    tx.outbox.add([event])
    return queued


def notice(tx: Tx, terms: DeskTerms, chat: Chat, what: Notice, *, at: datetime, **values: object) -> ChatMessage:
    """Have the bridge say something by itself, in the contact's language."""
    language = chat.language(terms)
    text = notice_text(language, what, **values)
    return say(tx, terms, chat, ChatKind.NOTICE, text, at=at, language=language)


def wait_for_staff(tx: Tx, terms: DeskTerms, chat: Chat, message_id: int, *, at: datetime) -> Chat:
    """The contact waits for an answer: those who may give it are told, once until somebody has."""
    if chat.conversation.waiting_since is not None:
        return chat
    tell_waiting(tx, terms, chat, str(message_id), at=at)
    return chat._replace(conversation=replace(chat.conversation, waiting_since=at))


def tell_waiting(tx: Tx, terms: DeskTerms, chat: Chat, because: str, *, at: datetime) -> None:
    """Tell those who may answer that somebody waits; what it is `because` of makes the event's key."""
    event = ChatWaiting(
        key=f"{terms.store}:chat:{chat.conversation.id}:waiting:{because}",
        store=terms.store,
        at=at,
        conversation_id=chat.conversation.id,
        number=chat.number.key,
        role=chat.number.role.value,
        route=chat.conversation.route.value,
        to=may_answer(terms, chat.number),
    )
    tx.outbox.add([event])
