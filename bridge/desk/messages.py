"""What was said in tickets, and which of it the shop has.

A message is written once; only its text can be emptied. Those that the customer is shown are counted, ticket by ticket,
and each has a row of its own in the shop.
"""

import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from sqlalchemy import ColumnClause, bindparam, func, literal_column, select, text, tuple_, update

from bridge.contracts.tickets import MessageKey, WaitingMessage, Written
from bridge.desk.accounts import SqlStores
from bridge.desk.statements import Statement, any_of, insert_row
from bridge.desk.ticket_tables import HIDDEN, MESSAGE_WAITS, message, ticket
from bridge.desk.values import as_json, from_ms, id_list, read_json, to_ms
from bridge.domain.tickets import ABOUT_QUOTES, BY_PEOPLE, FOR_STAFF_ALONE, Author, Message, MessageKind

LAST_MS = 999
_AUTHORS = {one.value: one for one in Author}
_KINDS = {one.value: one for one in MessageKind}
_COLUMNS = (
    message.c.id,
    message.c.at_ms,
    message.c.author,
    message.c.kind,
    message.c.text,
    message.c.detail,
    message.c.staff,
    message.c.verified,
    message.c.number,
    message.c.version,
)
_NEW = insert_row(message, without=frozenset({"id", "version", "pushed_version"}))
_COUNTED = Statement(
    update(ticket)
    .where(ticket.c.id == bindparam("wanted"))
    .values(number=ticket.c.number + literal_column("1"), messages=ticket.c.messages + literal_column("1"))
    .returning(ticket.c.messages, ticket.c.pushed_number)
)
_SHOW = Statement(update(ticket).where(ticket.c.id == bindparam("wanted")).values(pushed_number=text("0")))
# By time and not by number: after a restore what was lost is said again later than what came after it (rule T1).
_IN_ORDER = (message.c.at_ms, message.c.id)
_MESSAGES = select(*_COLUMNS).where(message.c.ticket_id == bindparam("ticket")).order_by(*_IN_ORDER)
_THREAD = Statement(_MESSAGES)
_NO_TEXT: ColumnClause[Any] = literal_column("''")
_HISTORY = Statement(
    select(*(_NO_TEXT if column is message.c.text else column for column in _COLUMNS))
    .where(message.c.ticket_id == bindparam("ticket"))
    .order_by(*_IN_ORDER)
)
_HISTORIES = Statement(
    select(message.c.ticket_id, *(_NO_TEXT if column is message.c.text else column for column in _COLUMNS))
    .where(any_of(message.c.ticket_id, "ids"))
    .order_by(message.c.ticket_id, *_IN_ORDER)
)
_LAST_COVER = Statement(
    select(*_COLUMNS)
    .where(
        message.c.ticket_id == bindparam("ticket"),
        message.c.kind == literal_column(f"'{MessageKind.COVERED}'"),
    )
    .order_by(message.c.at_ms.desc(), message.c.id.desc())
    .limit(1)
)
_LAST_IN_SECOND = Statement(
    select(func.max(message.c.at_ms)).where(
        message.c.ticket_id == bindparam("ticket"),
        message.c.at_ms >= bindparam("at_ms"),
        message.c.at_ms < bindparam("end_ms"),
    )
)
_NEWEST = Statement(select(func.max(message.c.at_ms)).where(message.c.ticket_id == bindparam("ticket")))
_QUOTE_KINDS: list[ColumnClause[Any]] = [literal_column(f"'{kind}'") for kind in sorted(ABOUT_QUOTES)]
_ABOUT_QUOTES = Statement(_MESSAGES.where(message.c.kind.in_(_QUOTE_KINDS)))
_COUNTS = Statement(select(ticket.c.id, ticket.c.messages).where(any_of(ticket.c.id, "ids")))
_BY_NUMBER = (message.c.ticket_id, message.c.number)
_WAITING = Statement(
    select(message.c.ticket_id, *_COLUMNS)
    .where(any_of(message.c.ticket_id, "ids"), MESSAGE_WAITS)
    .order_by(*_BY_NUMBER)
    .limit(bindparam("most"))
)
_SHOWN = Statement(
    select(message.c.ticket_id, *_COLUMNS)
    .join(ticket, ticket.c.id == message.c.ticket_id)
    .where(
        ticket.c.store_id == bindparam("store"),
        tuple_(*_BY_NUMBER) > tuple_(bindparam("after_ticket"), bindparam("after_number")),
        message.c.number.is_not(None),
        message.c.pushed_version == message.c.version,
    )
    .order_by(*_BY_NUMBER)
    .limit(bindparam("most"))
)
_PUSHED = Statement(
    update(message)
    .where(
        message.c.ticket_id == bindparam("ticket"),
        message.c.number == bindparam("wanted"),
        message.c.pushed_version < bindparam("shown"),
    )
    .values(pushed_version=bindparam("shown"))
)
ANEW = {"version": message.c.version + literal_column("1"), "pushed_version": text("0")}
"""A message that is shown once more: what is under way of it counts no more."""
_SHOW_ANEW = Statement(update(message).where(any_of(message.c.ticket_id, "ids")).values(ANEW))
_SHOW_ALL_ANEW = Statement(
    update(message)
    .where(
        message.c.ticket_id.in_(select(ticket.c.id).where(ticket.c.store_id == bindparam("store")).scalar_subquery())
    )
    .values(ANEW)
)
_ERASE = Statement(update(message).where(any_of(message.c.ticket_id, "ids")).values(text=text("''"), **ANEW))

_REDACT = Statement(update(message).where(any_of(message.c.id, "ids")).values(text=text("''"), **ANEW))
_TOUCH_TICKETS = Statement(
    update(ticket)
    .where(ticket.c.id.in_(select(message.c.ticket_id).where(any_of(message.c.id, "ids")).scalar_subquery()))
    .values(number=ticket.c.number + literal_column("1"))
)
_WRITTEN = Statement(
    select(
        message.c.id,
        message.c.ticket_id,
        func.coalesce(func.json_extract(message.c.detail, literal_column("'$.copy_of'")), literal_column("0")),
    )
    .join(ticket, ticket.c.id == message.c.ticket_id)
    .where(
        ticket.c.account_id == bindparam("account"),
        message.c.kind.in_([literal_column(f"'{kind}'") for kind in sorted(BY_PEOPLE)]),
    )
    .order_by(message.c.id)
)
_REDACTED = Statement(
    select(func.json_extract(message.c.detail, literal_column("'$.message'"))).where(
        any_of(message.c.ticket_id, "ids"), message.c.kind == literal_column(f"'{MessageKind.REDACTED}'")
    )
)


class SqlMessages:
    """The part of `bridge.contracts.tickets.Tickets` that is about messages."""

    def __init__(self, connection: sqlite3.Connection, stores: SqlStores) -> None:
        self._connection, self._stores = connection, stores
        self._as_of_then = False

    @contextmanager
    def as_of_then(self) -> Iterator[None]:
        before, self._as_of_then = self._as_of_then, True
        try:
            yield
        finally:
            self._as_of_then = before

    def say(self, ticket_id: int, message: Message) -> Message:
        at_ms, number = self._place(ticket_id, to_ms(message.at)), None
        if message.kind not in FOR_STAFF_ALONE:
            counted = self._connection.execute(_COUNTED.sql, _COUNTED.values({"wanted": ticket_id})).fetchone()
            number = counted[0]
            if counted[1] == HIDDEN:
                _SHOW.run(self._connection, wanted=ticket_id)
                self._show_messages_anew(id_list([ticket_id]))
        cursor = _NEW.run(
            self._connection,
            ticket_id=ticket_id,
            at_ms=at_ms,
            author=message.author.value,
            kind=message.kind.value,
            text=message.text,
            detail=as_json(dict(message.detail)),
            staff=message.staff,
            verified=int(message.verified),
            number=number,
        )
        assert cursor.lastrowid is not None
        return Message(
            from_ms(at_ms),
            message.author,
            message.kind,
            message.text,
            message.detail,
            message.staff,
            message.verified,
            cursor.lastrowid,
            number,
            version=1,
        )

    def thread(self, ticket_id: int) -> list[Message]:
        return [_message_from(row) for row in _THREAD.rows(self._connection, ticket=ticket_id)]

    def history(self, ticket_id: int) -> list[Message]:
        return [_message_from(row) for row in _HISTORY.rows(self._connection, ticket=ticket_id)]

    def histories(self, ticket_ids: Iterable[int]) -> dict[int, list[Message]]:
        found: dict[int, list[Message]] = {}
        for row in _HISTORIES.rows(self._connection, ids=id_list(ticket_ids)):
            found.setdefault(row[0], []).append(_message_from(row[1:]))
        return found

    def about_quotes(self, ticket_id: int) -> list[Message]:
        return [_message_from(row) for row in _ABOUT_QUOTES.rows(self._connection, ticket=ticket_id)]

    def last_cover(self, ticket_id: int) -> Message | None:
        row = _LAST_COVER.one(self._connection, ticket=ticket_id)
        return _message_from(row) if row is not None else None

    def counts(self, ticket_ids: Iterable[int]) -> dict[int, int]:
        return dict(_COUNTS.rows(self._connection, ids=id_list(ticket_ids)))

    def messages_waiting(self, ticket_ids: Iterable[int], limit: int) -> list[WaitingMessage]:
        rows = _WAITING.rows(self._connection, ids=id_list(ticket_ids), most=limit)
        return [WaitingMessage(row[0], _message_from(row[1:])) for row in rows]

    def messages_shown(self, store: str, *, after: MessageKey, limit: int) -> list[WaitingMessage]:
        rows = _SHOWN.rows(
            self._connection,
            store=self._stores.number(store),
            after_ticket=after.ticket,
            after_number=after.number,
            most=limit,
        )
        return [WaitingMessage(row[0], _message_from(row[1:])) for row in rows]

    def messages_pushed(self, versions: Mapping[MessageKey, int]) -> None:
        rows = ({"ticket": key.ticket, "wanted": key.number, "shown": version} for key, version in versions.items())
        _PUSHED.run_many(self._connection, rows)

    def written(self, account_id: int) -> dict[int, Written]:
        return {row[0]: Written(*row[1:]) for row in _WRITTEN.rows(self._connection, account=account_id)}

    def redact(self, message_ids: Iterable[int]) -> None:
        ids = id_list(message_ids)
        for statement in (_REDACT, _TOUCH_TICKETS):
            statement.run(self._connection, ids=ids)

    def redacted(self, ticket_ids: Iterable[int]) -> frozenset[int]:
        return frozenset(row[0] for row in _REDACTED.rows(self._connection, ids=id_list(ticket_ids)))

    def _place(self, ticket_id: int, at_ms: int) -> int:
        """The moment of a message: never before what was said before it, whatever the machine's clock shows.

        Of one that is done again only the second is known: it is the last of its second. What stands at the second's
        very end was put there to come after it.
        """
        if not self._as_of_then:
            newest = _NEWEST.one(self._connection, ticket=ticket_id)
            return at_ms if newest is None or newest[0] is None else max(at_ms, int(newest[0]))
        if at_ms % 1_000:
            return at_ms
        row = _LAST_IN_SECOND.one(self._connection, ticket=ticket_id, at_ms=at_ms, end_ms=at_ms + LAST_MS)
        return at_ms if row is None or row[0] is None else int(row[0])

    def _show_messages_anew(self, ids: str) -> None:
        _SHOW_ANEW.run(self._connection, ids=ids)

    def _show_all_messages_anew(self, store: int) -> None:
        _SHOW_ALL_ANEW.run(self._connection, store=store)


def erase_messages(connection: sqlite3.Connection, ids: str) -> None:
    """Empty what was said in these tickets; where it was shown it is shown anew, without its words (rule D2)."""
    _ERASE.run(connection, ids=ids)


def _message_from(row: Sequence[Any]) -> Message:
    number, at_ms, author, kind, text, detail, staff, verified, shown, version = row
    return Message(
        from_ms(at_ms),
        _AUTHORS[author],
        _KINDS[kind],
        text,
        read_json(detail),
        staff,
        bool(verified),
        number,
        shown,
        version,
    )
