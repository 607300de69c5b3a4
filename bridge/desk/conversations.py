"""Conversations and what was said in them: each message once, by the channel's id of it."""

import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import and_, bindparam, delete, func, literal_column, not_, select, text, update
from sqlalchemy.dialects.sqlite import insert as upsert

from bridge.contracts.conversations import EarlyStatus, FileCount, KeptMessage
from bridge.desk.accounts import SqlStores
from bridge.desk.chat_counts import WAITS_FOR_US
from bridge.desk.chat_forgetting import forget, forget_old, opaque, redact
from bridge.desk.chat_tables import chat_message, conversation, early_status
from bridge.desk.chat_values import (
    CONVERSATION_COLUMNS,
    MESSAGE_COLUMNS,
    conversation_from,
    conversation_row,
    message_from,
    message_row,
)
from bridge.desk.premium_tables import contact
from bridge.desk.statements import Statement, any_of
from bridge.desk.tables import store as store_table
from bridge.desk.values import as_json, id_list, to_ms
from bridge.domain.chats import ChatMessage, Conversation, Direction, MediaState, SendState, furthest

_STORE = conversation.c.store_id == bindparam("store")
_FIND = select(*CONVERSATION_COLUMNS)
_SET: dict[str, Any] = {
    name: bindparam(name) for name in ("route", "last_in_ms", "replied_ms", "waiting_ms", "ticket_id", "touched_ms")
}
_OPEN = Statement(
    upsert(conversation)
    .values({column.name: bindparam(column.name) for column in conversation.c if column.name != "id"})
    .on_conflict_do_nothing(index_elements=[conversation.c.store_id, conversation.c.contact_id, conversation.c.number])
)
_ON_NUMBER = Statement(
    _FIND.where(_STORE, conversation.c.contact_id == bindparam("contact"), conversation.c.number == bindparam("key"))
)
_GET = Statement(_FIND.where(_STORE, conversation.c.id == bindparam("wanted")))
_OF_CONTACT = Statement(
    select(*CONVERSATION_COLUMNS, store_table.c.name)
    .join(store_table, store_table.c.id == conversation.c.store_id)
    .where(conversation.c.contact_id == bindparam("contact"))
    .order_by(conversation.c.id)
)
_OF_TICKET = Statement(
    _FIND.where(_STORE, conversation.c.ticket_id == bindparam("ticket")).order_by(
        conversation.c.last_in_ms.desc(), conversation.c.id
    )
)
_NEWEST = (conversation.c.touched_ms.desc(), conversation.c.id.desc())
_LATEST = Statement(_FIND.where(_STORE).order_by(*_NEWEST).limit(bindparam("most")))
_LATEST_WAITING = Statement(
    _FIND.join(contact, contact.c.id == conversation.c.contact_id)
    .where(_STORE, WAITS_FOR_US)
    .order_by(*_NEWEST)
    .limit(bindparam("most"))
)
_HAND_ON = Statement(
    update(conversation).where(conversation.c.ticket_id == bindparam("was")).values(ticket_id=bindparam("becomes"))
)
_SAVE = Statement(update(conversation).where(conversation.c.id == bindparam("wanted")).values(_SET))

_NEW = Statement(
    upsert(chat_message)
    .values({column.name: bindparam(column.name) for column in chat_message.c if column.name != "id"})
    .on_conflict_do_nothing(
        index_elements=[chat_message.c.store_id, chat_message.c.external_id],
        index_where=chat_message.c.external_id != text("''"),
    )
)
_STATE = (
    *("external_id", "state", "readied", "error", "message_id", "agreement_id"),
    *("media_type", "media_size", "media_sha256", "media_state"),
)
_CHANGE = Statement(
    update(chat_message)
    .where(chat_message.c.id == bindparam("wanted"))
    .values({name: bindparam(name) for name in _STATE})
)
_MESSAGES = select(*MESSAGE_COLUMNS)
_KEPT = select(*MESSAGE_COLUMNS, store_table.c.name).join(store_table, store_table.c.id == chat_message.c.store_id)
_MESSAGE = Statement(_KEPT.where(chat_message.c.id == bindparam("wanted")))
_BY_EXTERNAL = Statement(
    _MESSAGES.where(
        chat_message.c.store_id == bindparam("store"),
        chat_message.c.external_id.in_([bindparam("wanted"), bindparam("hashed")]),
        chat_message.c.external_id != text("''"),
    )
)
_BY_REFERENCE = Statement(
    _KEPT.where(chat_message.c.reference == bindparam("wanted"), chat_message.c.reference != text("''"))
)
_IN_CONVERSATION = chat_message.c.conversation_id == bindparam("wanted")
_THREAD = Statement(_MESSAGES.where(_IN_CONVERSATION).order_by(chat_message.c.at_ms, chat_message.c.id))
_WAITS = chat_message.c.state == text(f"'{SendState.WAITING}'")
_WAITING = Statement(_MESSAGES.where(_IN_CONVERSATION, _WAITS).order_by(chat_message.c.id))
_RECEIVED = Statement(
    select(func.count())
    .select_from(chat_message)
    .join(conversation, conversation.c.id == chat_message.c.conversation_id)
    .where(
        conversation.c.contact_id == bindparam("contact"),
        chat_message.c.at_ms > bindparam("since_ms"),
        chat_message.c.at_ms <= bindparam("until_ms"),
        chat_message.c.direction == text(f"'{Direction.IN}'"),
    )
)
_TOO_MANY = chat_message.c.media_state == text(f"'{MediaState.TOO_MANY}'")
_IN_TICKET = and_(
    chat_message.c.message_id.is_not(None),
    chat_message.c.media_state.in_([literal_column(f"'{one}'") for one in (MediaState.KEPT, MediaState.ERASED)]),
)
_FILES = Statement(
    select(func.count(), func.coalesce(func.sum(_TOO_MANY), literal_column("0")))
    .select_from(chat_message)
    .join(conversation, conversation.c.id == chat_message.c.conversation_id)
    .where(
        any_of(conversation.c.contact_id, "contacts"),
        chat_message.c.at_ms > bindparam("since_ms"),
        chat_message.c.at_ms <= bindparam("until_ms"),
        chat_message.c.direction == text(f"'{Direction.IN}'"),
        chat_message.c.media_state != text("''"),
        not_(_IN_TICKET),
    )
)
_MEDIA_DUE = Statement(
    _KEPT.where(chat_message.c.media_state == text(f"'{MediaState.DUE}'"))
    .order_by(chat_message.c.id)
    .limit(bindparam("most"))
)
_MEDIA_BYTES = Statement(
    select(func.coalesce(func.sum(chat_message.c.media_size), literal_column("0"))).where(
        chat_message.c.store_id == bindparam("store"),
        chat_message.c.media_sha256 != text("''"),
    )
)
_MEDIA_USED = Statement(
    select(chat_message.c.media_sha256).where(
        chat_message.c.store_id == bindparam("store"),
        any_of(chat_message.c.media_sha256, "digests"),
        chat_message.c.media_sha256 != text("''"),
    )
)
_EARLY = upsert(early_status).values({column.name: bindparam(column.name) for column in early_status.c})
_NOTE_EARLY = Statement(
    _EARLY.on_conflict_do_update(
        index_elements=[early_status.c.channel, early_status.c.external_id],
        set_={"state": _EARLY.excluded.state, "reason": _EARLY.excluded.reason},
    )
)
_THIS_EARLY = (early_status.c.channel == bindparam("on"), early_status.c.external_id == bindparam("wanted"))
_GET_EARLY = Statement(select(early_status.c.state, early_status.c.reason).where(*_THIS_EARLY))
_DROP_EARLY = Statement(delete(early_status).where(*_THIS_EARLY))
_PRUNE_EARLY = Statement(delete(early_status).where(early_status.c.at_ms < bindparam("before_ms")))


class SqlConversations:
    """Implements `bridge.contracts.conversations.Conversations`."""

    def __init__(self, connection: sqlite3.Connection, stores: SqlStores) -> None:
        self._connection, self._stores = connection, stores

    # --- conversations ---

    def open(self, store: str, contact_id: int, number: str, channel: str, at: datetime) -> Conversation:
        new = Conversation(0, store, contact_id, number, channel)
        _OPEN.run(
            self._connection,
            store_id=self._stores.number(store),
            contact_id=contact_id,
            number=number,
            channel=channel,
            touched_ms=to_ms(at),
            **conversation_row(new),
        )
        found = self._find(_ON_NUMBER, store, contact=contact_id, key=number)
        assert found, "it is there, or was put there just now"
        return found[0]

    def get(self, store: str, conversation_id: int) -> Conversation | None:
        found = self._find(_GET, store, wanted=conversation_id)
        return found[0] if found else None

    def of_contact(self, contact_id: int) -> list[Conversation]:
        rows = _OF_CONTACT.rows(self._connection, contact=contact_id)
        return [conversation_from(row[:-1], row[-1]) for row in rows]

    def of_ticket(self, store: str, ticket_id: int) -> list[Conversation]:
        return self._find(_OF_TICKET, store, ticket=ticket_id)

    def hand_on(self, ticket_id: int, *, to: int) -> None:
        _HAND_ON.run(self._connection, was=ticket_id, becomes=to)

    def latest(self, store: str, limit: int, *, waiting: bool = False) -> list[Conversation]:
        return self._find(_LATEST_WAITING if waiting else _LATEST, store, most=limit)

    def save(self, conversation: Conversation, *, at: datetime) -> None:
        _SAVE.run(self._connection, wanted=conversation.id, touched_ms=to_ms(at), **conversation_row(conversation))

    # --- messages ---

    def add(self, store: str, message: ChatMessage) -> ChatMessage | None:
        added = _NEW.run(self._connection, **message_row(message, self._stores.number(store)))
        return replace(message, id=added.lastrowid or 0) if added.rowcount else None

    def change(self, message: ChatMessage) -> None:
        row = message_row(message, 0)
        _CHANGE.run(self._connection, wanted=message.id, **{name: row[name] for name in _STATE})

    def message(self, message_id: int) -> KeptMessage | None:
        return self._kept(_MESSAGE.one(self._connection, wanted=message_id))

    def by_external(self, store: str, external_id: str) -> ChatMessage | None:
        number, hashed = self._stores.number(store), opaque(external_id)
        row = _BY_EXTERNAL.one(self._connection, store=number, wanted=external_id, hashed=hashed)
        return None if row is None else message_from(row)

    def by_reference(self, reference: str) -> KeptMessage | None:
        return self._kept(_BY_REFERENCE.one(self._connection, wanted=reference))

    def thread(self, conversation_id: int) -> list[ChatMessage]:
        return [message_from(row) for row in _THREAD.rows(self._connection, wanted=conversation_id)]

    def received_between(self, contact_id: int, since: datetime, until: datetime) -> int:
        row = _RECEIVED.one(self._connection, contact=contact_id, since_ms=to_ms(since), until_ms=to_ms(until))
        return int(row[0]) if row else 0

    def waiting(self, conversation_id: int) -> list[ChatMessage]:
        return [message_from(row) for row in _WAITING.rows(self._connection, wanted=conversation_id)]

    # --- what was said of messages that were not known yet ---

    def note_early(self, channel: str, external_id: str, status: EarlyStatus, at: datetime) -> None:
        before = self._early(channel, external_id)
        state = furthest(before.state, status.state) if before else status.state
        reason = status.reason or (before.reason if before else "")
        _NOTE_EARLY.run(
            self._connection,
            channel=channel,
            external_id=external_id,
            state=state.value,
            reason=reason,
            at_ms=to_ms(at),
        )

    def take_early(self, channel: str, external_id: str) -> EarlyStatus | None:
        found = self._early(channel, external_id)
        if found is not None:
            _DROP_EARLY.run(self._connection, on=channel, wanted=external_id)
        return found

    def prune_early(self, before: datetime) -> None:
        _PRUNE_EARLY.run(self._connection, before_ms=to_ms(before))

    # --- files ---

    def files_between(self, contact_ids: Iterable[int], since: datetime, until: datetime) -> FileCount:
        times = {"since_ms": to_ms(since), "until_ms": to_ms(until)}
        row = _FILES.one(self._connection, contacts=id_list(contact_ids), **times)
        assert row is not None, "a count has a row"
        return FileCount(taken=row[0] - row[1], too_many=row[1])

    def media_due(self, limit: int) -> list[KeptMessage]:
        rows = _MEDIA_DUE.rows(self._connection, most=limit)
        return [KeptMessage(row[-1], message_from(row[:-1])) for row in rows]

    def media_bytes(self, store: str) -> int:
        row = _MEDIA_BYTES.one(self._connection, store=self._stores.number(store))
        return int(row[0]) if row else 0

    def media_used(self, store: str, digests: Sequence[str]) -> frozenset[str]:
        rows = _MEDIA_USED.rows(self._connection, store=self._stores.number(store), digests=as_json(list(digests)))
        return frozenset(row[0] for row in rows)

    # --- forgetting ---

    def forget_old(self, store: str, before: datetime) -> int:
        return forget_old(self._connection, self._stores.number(store), before)

    def redact(self, store: str, message_ids: Iterable[int]) -> list[str]:
        return redact(self._connection, self._stores.number(store), message_ids)

    def forget(self, contact_ids: Iterable[int]) -> None:
        forget(self._connection, contact_ids)

    def _find(self, statement: Statement, store: str, **values: Any) -> list[Conversation]:
        rows = statement.rows(self._connection, store=self._stores.number(store), **values)
        return [conversation_from(row, store) for row in rows]

    @staticmethod
    def _kept(row: Any | None) -> KeptMessage | None:
        return None if row is None else KeptMessage(row[-1], message_from(row[:-1]))

    def _early(self, channel: str, external_id: str) -> EarlyStatus | None:
        row = _GET_EARLY.one(self._connection, on=channel, wanted=external_id)
        return None if row is None else EarlyStatus(SendState(row[0]), row[1])
