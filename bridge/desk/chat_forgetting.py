"""Forgetting what was said in conversations (rules D2, D4).

That something was said, when, by whom and under which agreement stays. The channel's ids of messages can hold a
telephone number: of a person who is forgotten their hashes stay, by which nothing counts twice all the same.
"""

import hashlib
import sqlite3
from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import and_, bindparam, func, literal_column, or_, select, text, update

from bridge.desk.chat_tables import chat_message, conversation
from bridge.desk.statements import Statement, any_of
from bridge.desk.values import id_list, to_ms
from bridge.domain.chats import MediaState, SendState

_TO_GO_OUT = (SendState.QUEUED, SendState.WAITING, SendState.SENDING)
_HAS_WORDS = or_(
    chat_message.c.text != text("''"),
    and_(chat_message.c.media_state != text("''"), chat_message.c.media_state != text(f"'{MediaState.ERASED}'")),
)
_NOTHING_LEFT = {
    "text": text("''"),
    "buttons": text("'{}'"),
    "error": text("''"),
    "media_name": text("''"),
    "media_id": text("''"),
    "media_sha256": text("''"),
    "media_state": text(f"CASE media_state WHEN '' THEN '' ELSE '{MediaState.ERASED}' END"),
}
_FORGET_OLD = Statement(
    update(chat_message)
    .where(
        chat_message.c.store_id == bindparam("store"),
        chat_message.c.at_ms < bindparam("before_ms"),
        _HAS_WORDS,
        func.coalesce(chat_message.c.state, text("''")).not_in([literal_column(f"'{state}'") for state in _TO_GO_OUT]),
    )
    .values(_NOTHING_LEFT)
)
_OF_TICKETS = and_(chat_message.c.store_id == bindparam("store"), any_of(chat_message.c.message_id, "ids"))
_IDS_OF_TICKETS = Statement(select(chat_message.c.external_id).where(_OF_TICKETS))
_REDACT = Statement(update(chat_message).where(_OF_TICKETS).values(_NOTHING_LEFT))
_OF_CONTACTS = select(conversation.c.id).where(any_of(conversation.c.contact_id, "contacts")).scalar_subquery()
_IDS_OF = Statement(
    select(chat_message.c.id, chat_message.c.external_id, chat_message.c.state).where(
        chat_message.c.conversation_id.in_(_OF_CONTACTS)
    )
)
_ERASE = Statement(
    update(chat_message)
    .where(chat_message.c.id == bindparam("wanted"))
    .values({**_NOTHING_LEFT, "external_id": bindparam("opaque"), "context": text("''"), "state": bindparam("becomes")})
)
_CLOSE = Statement(
    update(conversation)
    .where(any_of(conversation.c.contact_id, "contacts"))
    .values(waiting_ms=literal_column("NULL"), last_in_ms=literal_column("NULL"))
)


def opaque(external_id: str) -> str:
    """What is left of the channel's id of a message of a person who was forgotten."""
    return hashlib.sha256(external_id.encode()).hexdigest()


def forget_old(connection: sqlite3.Connection, store_id: int, before: datetime) -> int:
    """Empty what was said in a store before then, but for what is still to go out; how many messages."""
    return _FORGET_OLD.run(connection, store=store_id, before_ms=to_ms(before)).rowcount


def redact(connection: sqlite3.Connection, store_id: int, message_ids: Iterable[int]) -> list[str]:
    """Empty what these messages of tickets were in a chat; returns the channel's ids of those messages."""
    ids = id_list(message_ids)
    found = [row[0] for row in _IDS_OF_TICKETS.rows(connection, store=store_id, ids=ids)]
    _REDACT.run(connection, store=store_id, ids=ids)
    return [one for one in found if one]


def forget(connection: sqlite3.Connection, contact_ids: Iterable[int]) -> None:
    """Empty all that was said with these contacts; what was to go out never will."""
    contacts = id_list(contact_ids)
    rows = _IDS_OF.rows(connection, contacts=contacts)
    _ERASE.run_many(
        connection,
        (
            {
                "wanted": number,
                "opaque": opaque(external) if external else "",
                "becomes": SendState.FAILED.value if state in _TO_GO_OUT else state,
            }
            for number, external, state in rows
        ),
    )
    _CLOSE.run(connection, contacts=contacts)
