"""What is kept of a person's conversations: shown to him whole, and erased (rules D1, D2, D4).

Erased are words, files, where he is reached, and what a channel delivered of him. That something was said, and when,
stays, and which message an agreement rests on, by a number of the desk's own.
"""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from bridge.contracts.desk import Tx
from bridge.domain.chats import ChatMessage, Conversation
from bridge.domain.moments import iso_text

Shown = Callable[[str], str]
"""What of a text may be shown anywhere but in the chat (rule W2)."""

MOST_FORGOTTEN = 1_000
"""Strangers at once; the next look takes the others."""


def erase_chats(tx: Tx, contact_ids: Sequence[int], *, silent_since: datetime | None = None) -> None:
    """Empty all that was said with these contacts, and forget where they are reached; what was to go out never will.

    Who is `silent_since` then has written nothing here later: what a channel has of him since is for other stores.
    """
    tx.conversations.forget(contact_ids)
    gone = tx.chat_contacts.forget(contact_ids)
    tx.receipts.forget((half for one in gone for half in (one.phone, one.user_id)), before=silent_since)


def forget_strangers(tx: Tx, store: str, before: datetime) -> int:
    """Erase who was linked to nobody, agreed on nothing, and has not written or been written to since; how many.

    A block stays: it goes by where the contact is reached.
    """
    strangers = tx.chat_contacts.strangers(store, before, MOST_FORGOTTEN)
    erase_chats(tx, strangers, silent_since=before)
    tx.contacts.erase(strangers)
    return len(strangers)


def chat_parts_of(tx: Tx, contact_ids: Sequence[int], shown: Shown) -> list[dict[str, Any]]:
    """Everything that is kept of what was said with these contacts."""
    chats = [one for number in contact_ids for one in tx.conversations.of_contact(number)]
    return [_chat(tx, one, shown) for one in chats]


def _chat(tx: Tx, one: Conversation, shown: Shown) -> dict[str, Any]:
    return {
        "chat": one.id,
        "contact": one.contact_id,
        "number": one.number,
        "channel": one.channel,
        "route": one.route.value,
        "ticket": one.ticket_id,
        "reached_at": [
            {"channel": place.channel, "phone": place.phone, "id": place.user_id}
            for place in tx.chat_contacts.addresses_of(one.contact_id)
        ],
        "messages": [_message(said, shown) for said in tx.conversations.thread(one.id)],
    }


def _message(said: ChatMessage, shown: Shown) -> dict[str, Any]:
    media = said.media
    return {
        "message": said.id,
        "at": iso_text(said.at),
        "direction": said.direction.value,
        "kind": said.kind.value,
        "text": shown(said.text),
        "state": said.state.value if said.state else None,
        "staff": said.staff,
        "agreement": said.agreement_id,
        "file": None
        if media is None
        else {"name": shown(media.name), "type": media.mime_type, "size": media.size, "state": media.state.value},
    }
