"""Rows of conversations and their messages as values, and back."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Column

from bridge.desk.chat_tables import chat_message, conversation
from bridge.desk.values import as_json, from_ms, moment_or_none, ms_or_none, read_json, to_ms
from bridge.domain.chats import (
    ChatKind,
    ChatMedia,
    ChatMessage,
    Conversation,
    Direction,
    MediaState,
    Route,
    SendState,
)

CONVERSATION_COLUMNS = tuple(
    conversation.c[name]
    for name in (
        *("id", "contact_id", "number", "channel", "route", "last_in_ms", "replied_ms", "waiting_ms", "ticket_id"),
    )
)
_MESSAGE_NAMES = tuple(column.name for column in chat_message.c if column.name != "store_id")
MESSAGE_COLUMNS: tuple[Column[Any], ...] = tuple(chat_message.c[name] for name in _MESSAGE_NAMES)


def conversation_from(row: Sequence[Any], store: str) -> Conversation:
    """One row of `CONVERSATION_COLUMNS`."""
    number, contact, key, channel, route, last_in_ms, replied_ms, waiting_ms, ticket = row
    return Conversation(
        number,
        store,
        contact,
        key,
        channel,
        Route(route),
        moment_or_none(last_in_ms),
        moment_or_none(replied_ms),
        moment_or_none(waiting_ms),
        ticket,
    )


def conversation_row(one: Conversation) -> dict[str, Any]:
    """What of a conversation changes."""
    return {
        "route": one.route.value,
        "last_in_ms": ms_or_none(one.last_in_at),
        "replied_ms": ms_or_none(one.replied_at),
        "waiting_ms": ms_or_none(one.waiting_since),
        "ticket_id": one.ticket_id,
    }


def message_from(row: Sequence[Any]) -> ChatMessage:
    """One row of `MESSAGE_COLUMNS`."""
    of: Mapping[str, Any] = dict(zip(_MESSAGE_NAMES, row, strict=True))
    media = None
    if of["media_state"]:
        media = ChatMedia(
            of["media_id"],
            of["media_type"],
            of["media_name"],
            of["media_size"],
            MediaState(of["media_state"]),
            of["media_sha256"],
        )
    return ChatMessage(
        id=of["id"],
        conversation_id=of["conversation_id"],
        direction=Direction(of["direction"]),
        kind=ChatKind(of["kind"]),
        text=of["text"],
        at=from_ms(of["at_ms"]),
        external_id=of["external_id"],
        context=of["context"],
        button=of["button"],
        state=SendState(of["state"]) if of["state"] else None,
        staff=of["staff"],
        error=of["error"],
        agreement_id=of["agreement_id"],
        language=of["language"],
        buttons=read_json(of["buttons"]),
        template=of["template"],
        reference=of["reference"],
        readied=of["readied"],
        ticket_message=of["message_id"],
        media=media,
    )


def message_row(one: ChatMessage, store_id: int) -> dict[str, Any]:
    """A message as its row, but for the id."""
    media = one.media or ChatMedia("", "")
    return {
        "store_id": store_id,
        "conversation_id": one.conversation_id,
        "direction": one.direction.value,
        "kind": one.kind.value,
        "text": one.text,
        "language": one.language,
        "at_ms": to_ms(one.at),
        "external_id": one.external_id,
        "context": one.context,
        "button": one.button,
        "buttons": as_json(dict(one.buttons)),
        "template": one.template,
        "state": one.state.value if one.state else None,
        "readied": one.readied,
        "reference": one.reference,
        "staff": one.staff,
        "error": one.error,
        "agreement_id": one.agreement_id,
        "message_id": one.ticket_message,
        "media_id": media.id,
        "media_type": media.mime_type,
        "media_name": media.name,
        "media_size": media.size,
        "media_sha256": media.sha256,
        "media_state": media.state.value if one.media else "",
    }
