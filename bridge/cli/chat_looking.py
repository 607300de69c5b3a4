"""How a command reads a conversation that it shows."""

from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

from bridge.cli.chats_shown import ChatView
from bridge.domain.chats import window_open
from bridge.engine.setup import StoreSetup
from bridge.services.premium_parts import contact_of, owner_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bridge.contracts.desk import Tx
    from bridge.domain.chats import ChatMessage, Conversation
    from bridge.settings import StoreSettings


def view_of(tx: "Tx", store: "StoreSettings", chat: "Conversation", at: datetime) -> ChatView:
    """A conversation and what is said beside it."""
    contact, window = contact_of(tx, store.name, chat.contact_id), StoreSetup.of(store).premium.window
    until = None
    if chat.last_in_at is not None and window_open(chat, at, window=window):
        until = chat.last_in_at + window
    return ChatView(store, chat, contact, owner_of(tx, contact.id), until, at)


def without_premium_numbers(store: "StoreSettings", thread: "Sequence[ChatMessage]") -> "list[ChatMessage]":
    """What was said, as it may be shown anywhere but in the chat (rule W2)."""
    terms = StoreSetup.of(store).desk_terms

    def shown(one: "ChatMessage") -> "ChatMessage":
        media = None if one.media is None else one.media._replace(name=terms.premium.hide_numbers(one.media.name))
        return replace(one, text=terms.premium.hide_numbers(one.text), media=media)

    return [shown(one) for one in thread]
