"""How much is going on in conversations, a number of ours each: for people who look after them, never a contact."""

import sqlite3
from collections.abc import Mapping
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import and_, bindparam, func, select, text

from bridge.desk.chat_tables import chat_message, conversation
from bridge.desk.premium_tables import contact
from bridge.desk.statements import Statement
from bridge.desk.tables import store
from bridge.desk.values import to_ms
from bridge.domain.chats import Direction

WAITS_FOR_US = and_(conversation.c.waiting_ms.is_not(None), contact.c.blocked == text("0"))
"""A conversation whose contact has had no answer, and is to have one."""
_CONVERSATIONS = Statement(
    select(conversation.c.number, func.count(), func.sum(WAITS_FOR_US))
    .join(store, store.c.id == conversation.c.store_id)
    .join(contact, contact.c.id == conversation.c.contact_id)
    .where(store.c.name == bindparam("store"))
    .group_by(conversation.c.number)
)
_MESSAGES = Statement(
    select(conversation.c.number, chat_message.c.direction, chat_message.c.state, chat_message.c.kind, func.count())
    .join(conversation, conversation.c.id == chat_message.c.conversation_id)
    .join(store, store.c.id == chat_message.c.store_id)
    .where(store.c.name == bindparam("store"), chat_message.c.at_ms >= bindparam("since_ms"))
    .group_by(conversation.c.number, chat_message.c.direction, chat_message.c.state, chat_message.c.kind)
)


class NumberCounts(NamedTuple):
    """One number's conversations, those in which a contact waits, and the messages of a period.

    `sent` is how many of ours went out by how far they are and what they are, `(state, kind)`: what the provider may
    charge for. `received` is how many came.
    """

    conversations: int
    waiting: int
    received: int
    sent: Mapping[tuple[str, str], int]


def count_chats(connection: sqlite3.Connection, store_name: str, since: datetime) -> dict[str, NumberCounts]:
    """The counts of a store by the number's key; messages from `since` on. One pass over the store's messages."""
    found: dict[str, NumberCounts] = {
        number: NumberCounts(total, waiting, 0, {})
        for number, total, waiting in _CONVERSATIONS.rows(connection, store=store_name)
    }
    for number, direction, state, kind, count in _MESSAGES.rows(connection, store=store_name, since_ms=to_ms(since)):
        before = found[number]
        if direction == Direction.IN:
            found[number] = before._replace(received=before.received + count)
        else:
            found[number] = before._replace(sent={**before.sent, (state or "", kind): count})
    return found
