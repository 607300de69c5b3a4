"""What contacts write, kept once and followed: the one way into the books from a channel (rules W1 to W3, W5, W9, T11).

Nothing of it is verified. A message is known by the channel's id of it, so that a repeat changes nothing, whatever came
meanwhile. Robots are not answered: what another business says by itself, and who writes more in a minute than people
do. Our own numbers are no contacts of ours: what is typed on their telephones stands with whom it was typed to. Of whom
staff have blocked is kept what he writes, but not his files, and nothing follows.
"""

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime, timedelta

from bridge.contracts.chats import Incoming
from bridge.contracts.desk import Tx
from bridge.domain.chats import (
    ChatContact,
    ChatKind,
    ChatMedia,
    ChatMessage,
    Conversation,
    Direction,
    MediaState,
    Route,
    SendState,
)
from bridge.domain.desk_terms import DeskTerms
from bridge.domain.languages import language_of
from bridge.domain.premium import NumberRole
from bridge.domain.stored_text import storable
from bridge.services import autoreply, chat_agreements, chat_files, chat_linking, chat_moving, chat_routing
from bridge.services.chat_addresses import contact_from
from bridge.services.chat_parts import FLOOD, Chat, has_agreement, ready, wait_for_staff

LONGEST_TEXT, LEFT_OUT = 20_000, " […]"
"""Characters of a message that are kept, as many as a row of a shop may hold, and what stands for the rest."""
LONGEST_ID = 191
MINUTE = timedelta(minutes=1)
MOST_A_MINUTE = 20
"""Messages of one contact; who writes more is a robot, and gets nothing automatic."""


def take(
    tx: Tx, terms: DeskTerms, channel: str, message: Incoming, *, at: datetime, ours: Collection[str] = ()
) -> bool:
    """Keep a message and do what follows from it, in one go.

    False for one that is known, and for a number that is not this store's. `ours` are all numbers of all stores, as
    they are dialled: what comes from one of them is no contact's.
    """
    number = terms.premium.on_channel(message.number)
    external_id = storable(message.external_id, LONGEST_ID)
    if number is None or tx.conversations.by_external(terms.store, external_id) is not None:
        return False
    if _is_ours((message.receiver or message.sender).phone, ours):
        return False
    contact = contact_from(tx, terms, message, at=at)
    conversation = tx.conversations.open(terms.store, contact.id, number.key, channel, at)
    if message.receiver is not None:
        return _typed_by_us(tx, terms, conversation, message, at)
    of_a_person = not (contact.blocked or message.automatic)
    file = MediaState.DUE if of_a_person else MediaState.REFUSED
    sent_at = min(message.sent_at, at)
    if of_a_person and message.media and chat_files.is_one_too_many(tx, terms, contact, sent_at, at=at):
        file = MediaState.TOO_MANY
    kept = tx.conversations.add(terms.store, _kept(conversation, message, at, file=file))
    if kept is None or not of_a_person:
        return kept is not None
    last = conversation.last_in_at
    conversation = replace(conversation, last_in_at=sent_at if last is None else max(last, sent_at))
    chat = Chat(conversation, _in_language(tx, terms, contact, message), number)
    _let_go(tx, chat, at)
    chat = _follow(tx, terms, chat, message, kept, at)
    tx.conversations.save(chat.conversation, at=at)
    return True


def _typed_by_us(tx: Tx, terms: DeskTerms, conversation: Conversation, message: Incoming, at: datetime) -> bool:
    """Somebody of ours has answered on the number's own telephone: it stands there, and nobody waits any more."""
    typed = replace(
        _kept(conversation, message, at, file=MediaState.REFUSED), direction=Direction.OUT, state=SendState.SENT
    )
    if tx.conversations.add(terms.store, typed) is None:
        return False
    tx.conversations.save(replace(conversation, waiting_since=None), at=at)
    return True


def _kept(conversation: Conversation, message: Incoming, at: datetime, *, file: MediaState) -> ChatMessage:
    text = storable(message.text, LONGEST_TEXT)
    if len(message.text) > LONGEST_TEXT:
        text = text[: LONGEST_TEXT - len(LEFT_OUT)] + LEFT_OUT
    if message.kind is ChatKind.UNKNOWN and message.what:
        text = text or f"[{storable(message.what, 64)}]"
    media = None
    if message.media is not None:
        one = message.media
        media = ChatMedia(
            storable(one.id, LONGEST_ID),
            storable(one.mime_type, 128),
            storable(one.name, 200),
            max(one.size, 0),
            file,
        )
    return ChatMessage(
        id=0,
        conversation_id=conversation.id,
        direction=Direction.IN,
        kind=message.kind,
        text=text,
        at=min(message.sent_at, at),
        external_id=storable(message.external_id, LONGEST_ID),
        context=storable(message.context, LONGEST_ID),
        button=storable(message.button, LONGEST_ID),
        media=media,
    )


def _is_ours(phone: str, ours: Collection[str]) -> bool:
    digits = phone.lstrip("+")
    return bool(digits) and any(digits == one.lstrip("+") for one in ours)


def _in_language(tx: Tx, terms: DeskTerms, contact: ChatContact, message: Incoming) -> ChatContact:
    """The language that he writes stays until he writes otherwise; a button and a code say nothing of it."""
    if message.kind is not ChatKind.TEXT or chat_linking.is_code(message.text):
        found = contact.language or terms.languages[0]
    else:
        found = language_of(message.text, terms.languages, known=contact.language)
    if found == contact.language:
        return contact
    known = replace(contact, language=found)
    tx.contacts.save(known)
    return known


def _let_go(tx: Tx, chat: Chat, at: datetime) -> None:
    """He has written: what waited for that goes out now (rule W10)."""
    for waiting in tx.conversations.waiting(chat.conversation.id):
        ready(tx, chat.conversation, waiting, at)


def _follow(tx: Tx, terms: DeskTerms, chat: Chat, message: Incoming, kept: ChatMessage, at: datetime) -> Chat:
    if kept.kind is ChatKind.REACTION:
        return chat  # it asks for nothing
    flooded = _floods(tx, terms, chat, kept, at)
    if kept.media is not None and kept.media.state is MediaState.TOO_MANY:
        chat_files.tell_too_many(tx, terms, chat, kept, at=at, quiet=flooded)
    if chat_agreements.is_answer(message.button):
        return chat_agreements.answer(tx, terms, chat, kept, at=at, quiet=flooded)
    linked = None if flooded else chat_linking.enter(tx, terms, chat, kept, at=at)
    if linked is not None:
        return linked
    if chat.conversation.route is Route.MOVED:
        moved = chat_moving.follow(tx, terms, chat, kept, at=at)
        if moved is not None:
            return moved
    if message.button.startswith(autoreply.ROUTE_BUTTON):
        return chat_routing.choose(tx, terms, chat, kept, at=at, quiet=flooded)
    if not flooded:
        chat = autoreply.reply_if_owed(tx, terms, chat, at=at)
    return _await_staff(tx, terms, chat, kept, at)


def _await_staff(tx: Tx, terms: DeskTerms, chat: Chat, kept: ChatMessage, at: datetime) -> Chat:
    route = chat.conversation.route
    if chat.number.role is NumberRole.PREMIUM:
        if has_agreement(tx, chat.contact):
            route = Route.PREMIUM
        elif route is Route.REDIRECTED:  # he may ask for something else now
            route = Route.NEW
        chat = chat._replace(conversation=replace(chat.conversation, route=route))
    if route is Route.REDIRECTED:
        return chat  # he has his answer (rule W3)
    return wait_for_staff(tx, terms, chat, kept.id, at=at)


def _floods(tx: Tx, terms: DeskTerms, chat: Chat, kept: ChatMessage, at: datetime) -> bool:
    if tx.conversations.received_between(chat.contact.id, kept.at - MINUTE, kept.at) <= MOST_A_MINUTE:
        return False
    tx.problems.report(
        terms.store,
        key=f"{FLOOD}:{chat.contact.id}",
        kind=FLOOD,
        summary=f"contact {chat.contact.id} writes more than {MOST_A_MINUTE} messages a minute (conversation "
        f"{chat.conversation.id}): nothing automatic is answered. If it is a robot: bridge chat block "
        f"{chat.contact.id} --by NAME",
        at=at,
    )
    return True
