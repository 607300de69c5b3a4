"""Contacts' files: kept within the limits that customers' files of tickets have, and put into the ticket of their chat.

A file that a message names is due until its content is kept here, or refused for good.
"""

from dataclasses import replace
from datetime import datetime

from bridge.contracts.desk import Tx
from bridge.domain.chats import ChatMedia, ChatMessage, MediaState
from bridge.domain.desk_terms import DeskTerms
from bridge.services.chat_moving import put_file
from bridge.services.chat_sending import LONGEST_REASON
from bridge.services.files import has_room, tell_full

NO_ROOM = "there is no room for files"


def why_not_kept(tx: Tx, terms: DeskTerms, kind: str | None, size: int) -> str:
    """Why a content of that type and size is not kept, in words for staff; empty where it is."""
    if size > terms.files.file_bytes:
        return f"it has {size:,} bytes; at most {terms.files.file_bytes:,} are kept"
    if kind is None:
        return "it is of no type that is kept, or not what its name says"
    return "" if has_room(tx, terms, size) else NO_ROOM


def keep(tx: Tx, terms: DeskTerms, message_id: int, fetched: ChatMedia, *, at: datetime) -> None:
    """A file's content is kept: its message has it, and so has the ticket that the message went to."""
    message = _waiting(tx, message_id)
    if message is not None:
        message = replace(message, media=fetched)
        tx.conversations.change(message)
        if message.ticket_message is not None:
            put_file(tx, terms, message, at=at)


def refuse(tx: Tx, terms: DeskTerms | None, message_id: int, reason: str, *, at: datetime) -> None:
    """A file can't be had, for good; staff hear of it where it is for want of room."""
    message = _waiting(tx, message_id)
    if message is not None and message.media is not None:
        media = message.media._replace(state=MediaState.REFUSED)
        tx.conversations.change(replace(message, media=media, error=reason[:LONGEST_REASON]))
        if terms is not None and reason == NO_ROOM:
            tell_full(tx, terms, at)


def _waiting(tx: Tx, message_id: int) -> ChatMessage | None:
    """The message, if its file is still due."""
    kept = tx.conversations.message(message_id)
    if kept is None or kept.message.media is None or kept.message.media.state is not MediaState.DUE:
        return None
    return kept.message
