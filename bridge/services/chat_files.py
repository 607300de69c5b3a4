"""Contacts' files: kept within the limits that customers' files of tickets have, and put into the ticket of their chat.

A file that a message names is due until its content is kept here, or refused for good. One that is too many within the
hour is never fetched (rule T12); the contact and staff are told, so that he can send it again.
"""

from dataclasses import replace
from datetime import datetime

from bridge.contracts.conversations import FileCount
from bridge.contracts.desk import Tx
from bridge.domain.chats import ChatContact, ChatMedia, ChatMessage, MediaState, window_open
from bridge.domain.desk_terms import DeskTerms
from bridge.locale.chat_words import Notice
from bridge.services.chat_moving import put_file
from bridge.services.chat_parts import FLOOD, Chat, notice
from bridge.services.chat_sending import LONGEST_REASON
from bridge.services.files import HOUR, has_room, tell_full

NO_ROOM = "there is no room for files"


def is_one_too_many(tx: Tx, terms: DeskTerms, contact: ChatContact, moment: datetime, *, at: datetime) -> bool:
    """Whether a contact who sends a file at that moment has sent as many in the hour before as he may (rule T12).

    All chats of the customer that he is linked to count, and what that one sent on his page. What comes late counts
    when it was sent.
    """
    page = 0
    if contact.account_id is not None:
        page = tx.files.sent_within(terms.store, contact.account_id, HOUR, received_at=at, posted_at=moment)
    return page + _sent_before(tx, contact, moment).taken >= terms.tickets.files_per_hour


def tell_too_many(tx: Tx, terms: DeskTerms, chat: Chat, kept: ChatMessage, *, at: datetime, quiet: bool) -> None:
    """Tell staff that a contact's file was one too many, and him, once an hour; `quiet` tells him nothing."""
    tx.problems.report(
        terms.store,
        key=f"{FLOOD}:files:{chat.contact.id}",
        kind=FLOOD,
        summary=f"contact {chat.contact.id} sends more than {terms.tickets.files_per_hour} files an hour: what goes "
        f"beyond is not fetched, he has to send it again (rule T12). Which: bridge chat show {chat.conversation.id}",
        at=at,
    )
    told = _sent_before(tx, chat.contact, kept.at).too_many > 1
    if not quiet and not told and window_open(chat.conversation, at, window=terms.premium.window):
        notice(tx, terms, chat, Notice.TOO_MANY_FILES, at=at)


def _sent_before(tx: Tx, contact: ChatContact, moment: datetime) -> FileCount:
    """Files in the chats of the contact, and of who else is the same customer, in the hour before that moment."""
    whose = [contact] if contact.account_id is None else tx.contacts.of_account(contact.account_id)
    return tx.conversations.files_between([one.id for one in whose], moment - HOUR, moment)


def why_not_kept(tx: Tx, terms: DeskTerms, kind: str | None, size: int) -> str:
    """Why a content of that type and size is not kept, in words for staff; empty where it is."""
    if size > terms.files.file_bytes:
        return f"it has {size:,} bytes; at most {terms.files.file_bytes:,} are kept"
    if kind is None:
        return "it is of no type that is kept, or not what its name says"
    return "" if has_room(tx, terms, size) else NO_ROOM


def keep(tx: Tx, terms: DeskTerms, message_id: int, fetched: ChatMedia, *, at: datetime) -> None:
    """A file's content is kept: its message has it, and so has the ticket that the message went to."""
    message = _with_file_due(tx, message_id)
    if message is not None:
        message = replace(message, media=fetched)
        tx.conversations.change(message)
        if message.ticket_message is not None:
            put_file(tx, terms, message, at=at)


def refuse(tx: Tx, terms: DeskTerms | None, message_id: int, reason: str, *, at: datetime) -> None:
    """A file can't be had, for good; staff hear of it where it is for want of room."""
    message = _with_file_due(tx, message_id)
    if message is not None and message.media is not None:
        media = message.media._replace(state=MediaState.REFUSED)
        tx.conversations.change(replace(message, media=media, error=reason[:LONGEST_REASON]))
        if terms is not None and reason == NO_ROOM:
            tell_full(tx, terms, at)


def _with_file_due(tx: Tx, message_id: int) -> ChatMessage | None:
    """The message, if its file is still due."""
    kept = tx.conversations.message(message_id)
    if kept is None or kept.message.media is None or kept.message.media.state is not MediaState.DUE:
        return None
    return kept.message
