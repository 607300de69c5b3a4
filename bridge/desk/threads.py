"""The shop's own customer service in the desk: threads, known messages, replies on their way."""

import sqlite3
from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import and_, bindparam, case, func, literal_column, null, select, text, update
from sqlalchemy.dialects.sqlite import insert as upsert

from bridge.contracts.shop_threads import NativeStatus
from bridge.contracts.threads import (
    GONE,
    KnownMessage,
    KnownReply,
    KnownThread,
    Phase,
    ThreadSync,
    WaitingReply,
    WantedStatus,
)
from bridge.desk.accounts import SqlStores
from bridge.desk.old_tickets import SqlOldTickets
from bridge.desk.statements import Statement, any_of, insert_row
from bridge.desk.sync import MESSAGE, read_cursor, save_cursor
from bridge.desk.ticket_tables import (
    REPLY_WAITS,
    THREAD_WANTED,
    message,
    native_message,
    native_reply,
    thread,
    thread_sync,
    ticket,
)
from bridge.desk.values import as_json, from_ms, id_list, to_ms
from bridge.domain.cursor import Cursor
from bridge.domain.tickets import TicketState

WAITING, DONE, FAILED = "waiting", "done", "failed"
_THREADS = select(
    thread.c.thread_id,
    thread.c.account_id,
    thread.c.email,
    thread.c.language,
    thread.c.status,
    thread.c.ticket_id,
    thread.c.last_ms,
    ticket.c.state,
    ticket.c.since_ms,
    ticket.c.messages,
    thread.c.writing,
).outerjoin(ticket, ticket.c.id == thread.c.ticket_id)
_IN_STORE = thread.c.store_id == bindparam("store")
_OF = Statement(_THREADS.where(_IN_STORE, any_of(thread.c.thread_id, "ids")))
_PAGE = Statement(
    _THREADS.where(_IN_STORE, thread.c.thread_id > bindparam("after"), thread.c.thread_id <= bindparam("until"))
    .order_by(thread.c.thread_id)
    .limit(bindparam("most"))
)
_OF_ACCOUNT = Statement(_THREADS.where(thread.c.account_id == bindparam("account")).order_by(thread.c.thread_id))
_OF_TICKET = Statement(
    _THREADS.where(_IN_STORE, thread.c.ticket_id == bindparam("ticket")).order_by(thread.c.last_ms.desc())
)
_ORIGIN = Statement(
    select(func.json_extract(message.c.detail, literal_column("'$.thread'")).label("thread"))
    .where(
        message.c.ticket_id == bindparam("ticket"),
        func.json_extract(message.c.detail, literal_column("'$.thread'")).is_not(None),
    )
    .order_by(message.c.at_ms.desc(), message.c.id.desc())
    .limit(literal_column("1"))
)
_KEPT = ("account_id", "email", "language", "status", "ticket_id", "last_ms")
_INSERT = upsert(thread).values({name: bindparam(name) for name in ("store_id", "thread_id", *_KEPT)})
_SAVE = Statement(
    _INSERT.on_conflict_do_update(
        index_elements=[thread.c.store_id, thread.c.thread_id],
        set_={name: _INSERT.excluded[name] for name in _KEPT},
    )
)
_HAND_ON = Statement(
    update(thread).where(thread.c.ticket_id == bindparam("ticket")).values(ticket_id=bindparam("new_ticket"))
)
_WANT = Statement(
    update(thread)
    .where(thread.c.ticket_id == bindparam("ticket"), thread.c.status != literal_column(f"'{GONE}'"))
    .values(wanted=case((thread.c.status == bindparam("new_status"), null()), else_=bindparam("new_status")))
)
_WANTED = Statement(
    select(thread.c.thread_id, thread.c.wanted, thread.c.status)
    .where(_IN_STORE, THREAD_WANTED, ~any_of(thread.c.thread_id, "skip"))
    .order_by(thread.c.thread_id)
    .limit(bindparam("most"))
)
_SEEN = Statement(
    update(thread)
    .where(_IN_STORE, thread.c.thread_id == bindparam("wanted_id"))
    .values(status=bindparam("new_status"), wanted=null(), writing=null())
)
_INTEND = Statement(
    update(thread)
    .where(_IN_STORE, thread.c.thread_id == bindparam("wanted_id"))
    .values(writing=bindparam("new_status"))
)
_KNOWN = Statement(
    select(
        native_message.c.native_id, native_message.c.digest, native_message.c.ours, native_message.c.message_id
    ).where(native_message.c.store_id == bindparam("store"), any_of(native_message.c.native_id, "ids"))
)
_INSERT_KNOWN = upsert(native_message).values({column.name: bindparam(column.name) for column in native_message.c})
_NOTE = Statement(
    _INSERT_KNOWN.on_conflict_do_update(
        index_elements=[native_message.c.store_id, native_message.c.native_id],
        set_={name: _INSERT_KNOWN.excluded[name] for name in ("digest", "ours", "message_id")},
    )
)
_NEW_REPLY = insert_row(native_reply)
_REPLIES = Statement(
    select(
        native_reply.c.message_id,
        native_reply.c.uuid,
        native_reply.c.thread_id,
        message.c.ticket_id,
        message.c.staff,
        message.c.text,
    )
    .join(message, message.c.id == native_reply.c.message_id)
    .where(
        native_reply.c.store_id == bindparam("store"),
        REPLY_WAITS,
        message.c.text != text("''"),
        ~any_of(native_reply.c.thread_id, "skip"),
    )
    .order_by(native_reply.c.message_id)
    .limit(bindparam("most"))
)
_UNDER = Statement(
    select(native_reply.c.uuid, native_reply.c.message_id).where(
        native_reply.c.store_id == bindparam("store"), any_of(native_reply.c.uuid, "uuids")
    )
)
_REPLIES_OF = Statement(
    select(native_reply.c.message_id, native_reply.c.thread_id, native_reply.c.uuid).where(
        any_of(native_reply.c.message_id, "ids")
    )
)
_WRITTEN = Statement(
    select(native_reply.c.message_id)
    .where(
        native_reply.c.store_id == bindparam("store"),
        any_of(native_reply.c.message_id, "ids"),
        native_reply.c.native_id.is_not(None),
    )
    .limit(literal_column("1"))
)
_ENDED = Statement(
    update(native_reply)
    .where(and_(native_reply.c.store_id == bindparam("store"), native_reply.c.message_id == bindparam("wanted")))
    .values(state=bindparam("new_state"), native_id=bindparam("new_native_id"))
)
_SYNC = Statement(
    select(thread_sync.c.phase, thread_sync.c.until, thread_sync.c.compared).where(
        thread_sync.c.store_id == bindparam("store")
    )
)
_INSERT_SYNC = upsert(thread_sync).values({column.name: bindparam(column.name) for column in thread_sync.c})
_SAVE_SYNC = Statement(
    _INSERT_SYNC.on_conflict_do_update(
        index_elements=[thread_sync.c.store_id],
        set_={name: _INSERT_SYNC.excluded[name] for name in ("phase", "until", "compared")},
    )
)


class SqlThreads(SqlOldTickets):
    """Implements `bridge.contracts.threads.Threads`."""

    def __init__(self, connection: sqlite3.Connection, stores: SqlStores) -> None:
        self._connection, self._stores = connection, stores

    def sync(self, store: str) -> ThreadSync | None:
        row = _SYNC.one(self._connection, store=self._stores.number(store))
        return None if row is None else ThreadSync(Phase(row[0]), row[1], row[2])

    def save_sync(self, store: str, sync: ThreadSync) -> None:
        _SAVE_SYNC.run(
            self._connection,
            store_id=self._stores.number(store),
            phase=sync.phase.value,
            until=sync.until,
            compared=sync.compared,
        )

    def cursor(self, store: str) -> Cursor:
        return read_cursor(self._connection, self._stores.number(store), MESSAGE)

    def save_cursor(self, store: str, cursor: Cursor) -> None:
        save_cursor(self._connection, self._stores.number(store), MESSAGE, cursor)

    def of(self, store: str, thread_ids: Iterable[int]) -> dict[int, KnownThread]:
        rows = _OF.rows(self._connection, store=self._stores.number(store), ids=id_list(thread_ids))
        return {row[0]: _thread_from(row) for row in rows}

    def page(self, store: str, *, after: int, until: int, limit: int) -> list[KnownThread]:
        number = self._stores.number(store)
        rows = _PAGE.rows(self._connection, store=number, after=after, until=until, most=limit)
        return [_thread_from(row) for row in rows]

    def of_account(self, account_id: int) -> list[KnownThread]:
        return [_thread_from(row) for row in _OF_ACCOUNT.rows(self._connection, account=account_id)]

    def of_ticket(self, store: str, ticket_id: int) -> KnownThread | None:
        row = _OF_TICKET.one(self._connection, store=self._stores.number(store), ticket=ticket_id)
        if row is not None:
            return _thread_from(row)
        origin = _ORIGIN.one(self._connection, ticket=ticket_id)
        return None if origin is None else self.of(store, [origin[0]]).get(origin[0])

    def save(self, store: str, threads: Iterable[KnownThread]) -> None:
        number = self._stores.number(store)
        rows = [
            (number, one.id, one.account_id, one.email, one.language, one.status, one.ticket_id, to_ms(one.last_at))
            for one in threads
        ]
        _SAVE.insert_rows(self._connection, rows)

    def hand_on(self, ticket_id: int, *, to: int) -> None:
        _HAND_ON.run(self._connection, ticket=ticket_id, new_ticket=to)

    def want(self, ticket_id: int, status: NativeStatus) -> None:
        _WANT.run(self._connection, ticket=ticket_id, new_status=status.value)

    def wanted(self, store: str, limit: int, *, skip: Iterable[int] = ()) -> list[WantedStatus]:
        number = self._stores.number(store)
        rows = _WANTED.rows(self._connection, store=number, skip=id_list(skip), most=limit)
        return [WantedStatus(number, NativeStatus(status), seen) for number, status, seen in rows]

    def intend(self, store: str, wanted: WantedStatus) -> None:
        number = self._stores.number(store)
        _INTEND.run(self._connection, store=number, wanted_id=wanted.thread_id, new_status=wanted.status.value)

    def seen(self, store: str, thread_id: int, status: str) -> None:
        self.seen_all(store, {thread_id: status})

    def seen_all(self, store: str, statuses: Mapping[int, str]) -> None:
        number = self._stores.number(store)
        rows = ({"store": number, "wanted_id": one, "new_status": str(status)} for one, status in statuses.items())
        _SEEN.run_many(self._connection, rows)

    def known(self, store: str, native_ids: Iterable[int]) -> dict[int, KnownMessage]:
        rows = _KNOWN.rows(self._connection, store=self._stores.number(store), ids=id_list(native_ids))
        return {row[0]: KnownMessage(row[0], row[1], bool(row[2]), row[3]) for row in rows}

    def note(self, store: str, messages: Iterable[KnownMessage]) -> None:
        number = self._stores.number(store)
        _NOTE.run_many(
            self._connection,
            (
                {
                    "store_id": number,
                    "native_id": one.id,
                    "digest": one.digest,
                    "ours": int(one.ours),
                    "message_id": one.message_id,
                }
                for one in messages
            ),
        )

    def add_reply(self, store: str, message_id: int, thread_id: int, uuid: str, *, native_id: int | None) -> None:
        _NEW_REPLY.run(
            self._connection,
            message_id=message_id,
            store_id=self._stores.number(store),
            thread_id=thread_id,
            uuid=uuid,
            state=WAITING if native_id is None else DONE,
            native_id=native_id,
        )

    def replies(self, store: str, limit: int, *, skip: Iterable[int] = ()) -> list[WaitingReply]:
        number = self._stores.number(store)
        rows = _REPLIES.rows(self._connection, store=number, skip=id_list(skip), most=limit)
        return [
            WaitingReply(message_id, uuid, thread_id, ticket_id, staff or "", words)
            for message_id, uuid, thread_id, ticket_id, staff, words in rows
        ]

    def reply_under(self, store: str, uuids: Iterable[str]) -> dict[str, int]:
        wanted = as_json(list(uuids))
        return dict(_UNDER.rows(self._connection, store=self._stores.number(store), uuids=wanted))

    def replies_of(self, message_ids: Iterable[int]) -> dict[int, KnownReply]:
        rows = _REPLIES_OF.rows(self._connection, ids=id_list(message_ids))
        return {number: KnownReply(thread_id, uuid) for number, thread_id, uuid in rows}

    def any_written(self, store: str, message_ids: Iterable[int]) -> bool:
        number = self._stores.number(store)
        return _WRITTEN.one(self._connection, store=number, ids=id_list(message_ids)) is not None

    def reply_done(self, store: str, message_id: int, native_id: int) -> None:
        self._end(store, message_id, {"new_state": DONE, "new_native_id": native_id})

    def reply_failed(self, store: str, message_id: int) -> None:
        self._end(store, message_id, {"new_state": FAILED, "new_native_id": None})

    def _end(self, store: str, message_id: int, values: Mapping[str, Any]) -> None:
        _ENDED.run(self._connection, store=self._stores.number(store), wanted=message_id, **values)


def _thread_from(row: Any) -> KnownThread:
    number, account, email, language, status, ticket_id, last_ms, state, since_ms, messages, writing = row
    return KnownThread(
        number,
        account,
        email,
        language,
        status,
        ticket_id,
        from_ms(last_ms),
        TicketState(state) if state else None,
        from_ms(since_ms) if state else None,
        messages or 0,
        writing or "",
    )
