"""What goes out to contacts: written by staff, handed to the channel once, and how far it came (rules W1, W10).

A message is marked as being sent before the channel gets it. Whoever dies in between leaves it marked: then it is
unsure, and is not sent again by itself, until the channel says something of it. What the channel says late, twice or
out of order never puts a message back.
"""

from dataclasses import replace
from datetime import datetime, timedelta

from bridge.contracts.chats import Outgoing, OutgoingFile
from bridge.contracts.conversations import EarlyStatus, KeptMessage
from bridge.contracts.desk import Tx
from bridge.domain.chats import (
    ChatKind,
    ChatMessage,
    Conversation,
    Direction,
    MediaState,
    SendState,
    furthest,
    window_open,
)
from bridge.domain.desk_terms import DeskTerms
from bridge.domain.number_hiding import names_number
from bridge.errors import ChatRefused
from bridge.services.autoreply import sent_text
from bridge.services.chat_parts import LONGEST_TEXT, chat_of, ready, require_may_answer, say
from bridge.services.coin_moves import note
from bridge.services.staff_words import require_text

REOPEN = "reopen"
"""What the template is for that asks a contact to write again (rule W10)."""
_MADE_WHEN_SENT = frozenset({ChatKind.AUTOREPLY, ChatKind.TEMPLATE})
UNSENT, UNSURE = "chat_not_sent", "chat_unsure"
_TOLD = {SendState.FAILED: UNSENT, SendState.UNSURE: UNSURE}
STUCK_AFTER = timedelta(hours=1)
LONGEST_REASON = 500
NO_FILE = "its file is not there any more"


def send(
    tx: Tx, terms: DeskTerms, conversation_id: int, *, text: str, by: str, at: datetime, template: bool = False
) -> ChatMessage:
    """Staff write to a contact: it goes out now, or waits until he has written, which its state says (rule W10).

    With `template` an approved one asks him to write, where it has to wait. Raises `ChatRefused` for who is not listed,
    a number without a channel, a contact who is blocked, and a text that names the premium number (rule W2);
    `ImpossibleAmount` for a text that says nothing or too much.
    """
    chat = chat_of(tx, terms, conversation_id)
    require_may_answer(chat.number, by)
    require_text(text, what="text", longest=LONGEST_TEXT)
    if names_number(text, terms.premium.premium_numbers):
        raise ChatRefused("premium_number", "the text names a premium number: the automatic reply alone does (rule W2)")
    language = chat.language(terms)
    said = say(tx, terms, chat, ChatKind.TEXT, text.strip(), at=at, language=language, staff=by)
    if template and said.state is SendState.WAITING:
        say(tx, terms, chat, ChatKind.TEMPLATE, "", at=at, language=language, staff=by, template=REOPEN)
    tx.conversations.save(replace(chat.conversation, waiting_since=None), at=at)
    note(tx, terms.store, by, "chat_send", f"chat:{conversation_id}", at, message=said.id)
    return said


def outgoing(tx: Tx, terms: DeskTerms, kept: KeptMessage, *, at: datetime) -> Outgoing | None:
    """What is to be handed to the channel, marked as being sent; see `bridge.contracts.chats.Chats.outgoing`."""
    message = kept.message
    if message.state is SendState.SENDING:
        _mark(tx, message, SendState.UNSURE)
        _tell_unsure(tx, terms.store, message, at)
        return None
    conversation = tx.conversations.get(terms.store, message.conversation_id)
    if message.state is not SendState.QUEUED or conversation is None:
        return None
    number = terms.premium.number(conversation.number)
    contact = tx.contacts.get(terms.store, conversation.contact_id)
    receiver = tx.chat_contacts.address_of(conversation.contact_id, conversation.channel)
    if number is None or not number.channel_id or receiver is None or contact is None or contact.blocked:
        failed(tx, terms.store, message, "nobody can be reached there any more", at=at)
        return None
    if not message.template and not window_open(conversation, at, window=terms.premium.window):
        _mark(tx, message, SendState.WAITING)
        return None
    file = message.media
    if file is not None and file.state is not MediaState.KEPT:
        failed(tx, terms.store, message, NO_FILE, at=at)
        return None
    _mark(tx, message, SendState.SENDING)
    text, buttons = message.text, dict(message.buttons)
    if message.kind is ChatKind.AUTOREPLY:
        text, buttons = sent_text(terms, message.language)
    return Outgoing(
        message_id=message.id,
        number=number.channel_id,
        receiver=receiver,
        text=text,
        language=message.language,
        buttons=buttons,
        template=message.template,
        parameters=[terms.title or terms.store] if message.template else (),
        reference=message.reference,
        file=None if file is None else OutgoingFile(file.name, file.mime_type, file.size),
    )


def sent(tx: Tx, store: str, channel: str, message: ChatMessage, external_id: str, *, at: datetime) -> None:
    """The channel has taken it; what it said of that id before is true of it now."""
    state = furthest(message.state or SendState.SENDING, SendState.SENT)
    tx.conversations.change(replace(message, external_id=external_id, error="", state=state))
    early = tx.conversations.take_early(channel, external_id)
    if early is not None:
        again = tx.conversations.message(message.id)
        assert again is not None, "it was changed just now"
        follow(tx, store, again.message, early, at=at)


def not_sent(tx: Tx, message: ChatMessage) -> None:
    """It certainly did not reach the channel."""
    if message.state is SendState.SENDING:
        _mark(tx, message, SendState.QUEUED)


def failed(tx: Tx, store: str, message: ChatMessage, reason: str, *, at: datetime, wait: bool = False) -> None:
    """The channel refused it: it waits for the contact, or staff are told that it will not be sent."""
    if message.state in {SendState.SENT, SendState.DELIVERED, SendState.READ}:
        return
    if wait and not message.template:
        tx.conversations.change(replace(message, state=SendState.WAITING, error=reason[:LONGEST_REASON]))
        return
    follow(tx, store, message, EarlyStatus(SendState.FAILED, reason), at=at)


def follow(tx: Tx, store: str, message: ChatMessage, status: EarlyStatus, *, at: datetime) -> None:
    """What the channel says of a message of ours, however late or often."""
    if message.direction is not Direction.OUT:
        return
    before = message.state or SendState.SENDING
    state = furthest(before, status.state)
    if state is before:
        return
    error = status.reason[:LONGEST_REASON] if state is SendState.FAILED else ""
    tx.conversations.change(replace(message, state=state, error=error))
    if state is SendState.FAILED and before is not SendState.FAILED:
        _tell_failed(tx, store, message, error, at)
    _solve_if_last(tx, store, message, before, at)


def status(
    tx: Tx,
    store: str,
    external_id: str,
    said: EarlyStatus,
    *,
    at: datetime,
    reference: str = "",
) -> bool:
    """Follow a status of one of the store's messages. False where the store has none of that id or reference."""
    found = tx.conversations.by_external(store, external_id)
    if found is None and reference:
        kept = tx.conversations.by_reference(reference)
        if kept is not None and kept.store == store:
            found = kept.message
            if not found.external_id:  # its answer was lost: now it is known
                found = replace(found, external_id=external_id)
                tx.conversations.change(found)
    if found is None:
        return False
    follow(tx, store, found, said, at=at)
    return True


def release(tx: Tx, conversation: Conversation, message: ChatMessage, at: datetime) -> ChatMessage:
    """Staff let a message go out again that was unsure or failed: they have looked at the telephone.

    Or one that should have gone out long ago, because its delivery may have been given up: where that still goes on,
    whoever comes second finds it sent.
    """
    stuck = message.state is SendState.QUEUED and at - message.at >= STUCK_AFTER
    if message.direction is not Direction.OUT or not (message.state in _TOLD or stuck):
        raise ChatRefused(
            "not_unsent",
            f"message {message.id} is {message.state or 'not ours'}: only one that has not gone out can be sent again",
        )
    has_file = message.media is not None and message.media.state is MediaState.KEPT
    if not message.text and not has_file and message.kind not in _MADE_WHEN_SENT:
        raise ChatRefused("nothing_left", f"of message {message.id} no words are left (rule D2)")
    again = ready(tx, conversation, message, at)
    _solve_if_last(tx, conversation.store, message, message.state, at)
    return again


def _solve_if_last(tx: Tx, store: str, message: ChatMessage, was: SendState | None, at: datetime) -> None:
    """What staff were told of the conversation is over when no other message of it is as this one was."""
    key = _TOLD.get(was) if was else None
    if key is None:
        return
    others = (one for one in tx.conversations.thread(message.conversation_id) if one.id != message.id)
    if not any(one.state is was for one in others):
        tx.problems.solve(store, [f"{key}:{message.conversation_id}"], at)


def _mark(tx: Tx, message: ChatMessage, state: SendState) -> None:
    tx.conversations.change(replace(message, state=state))


def _tell_unsure(tx: Tx, store: str, message: ChatMessage, at: datetime) -> None:
    tx.problems.report(
        store,
        key=f"{UNSURE}:{message.conversation_id}",
        kind=UNSURE,
        summary=f"conversation {message.conversation_id}: message {message.id} was being sent when the connection or "
        "the bridge broke off; nobody knows whether it arrived, so it is not sent again by itself. If the telephone "
        f"does not have it: bridge chat resend {message.id} --by NAME",
        at=at,
    )


def _tell_failed(tx: Tx, store: str, message: ChatMessage, reason: str, at: datetime) -> None:
    tx.problems.report(
        store,
        key=f"{UNSENT}:{message.conversation_id}",
        kind=UNSENT,
        summary=f"conversation {message.conversation_id}: message {message.id} ({message.kind}) was not sent: "
        f"{reason}. Once that is mended: bridge chat resend {message.id} --by NAME",
        at=at,
    )
