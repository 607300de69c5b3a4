"""Tickets and their threads in the desk."""

import json
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnClause, and_, bindparam, exists, func, literal_column, select, text, update

from bridge.desk.accounts import SqlStores
from bridge.desk.numbers import is_lost, last_known, next_number
from bridge.desk.statements import Statement, any_of, insert_row
from bridge.desk.tables import KEPT_BACK, TICKET_WAITS, message, store, ticket
from bridge.desk.values import as_json, from_ms, id_list, to_ms
from bridge.domain.tickets import ABOUT_QUOTES, FOR_STAFF_ALONE, Author, Message, MessageKind, Ticket

_COLUMNS = (
    ticket.c.id,
    store.c.name,
    ticket.c.account_id,
    ticket.c.subject,
    ticket.c.opened_ms,
    ticket.c.opened_by,
    ticket.c.staff,
    ticket.c.price,
    ticket.c.number,
)
_FOUND = select(*_COLUMNS).join(store, store.c.id == ticket.c.store_id)
_NEW = insert_row(ticket, without=frozenset({"pushed_number"}))
_GET = Statement(_FOUND.where(ticket.c.id == bindparam("wanted"), ticket.c.store_id == bindparam("store")))
_IS_PUSHED = Statement(
    select(ticket.c.pushed_number >= ticket.c.number).where(
        ticket.c.id == bindparam("wanted"), ticket.c.store_id == bindparam("store")
    )
)
_OF_ACCOUNT = Statement(_FOUND.where(ticket.c.account_id == bindparam("account")).order_by(ticket.c.id))
_LATEST = Statement(
    _FOUND.where(ticket.c.store_id == bindparam("store")).order_by(ticket.c.id.desc()).limit(bindparam("most"))
)
_NEW_MESSAGE = insert_row(message, without=frozenset({"id"}))
# By time and not by number: after a restore what was lost is said again later than what came after it (rule T1).
_IN_ORDER = (message.c.at_ms, message.c.id)
_MESSAGES = select(message).where(message.c.ticket_id == bindparam("ticket")).order_by(*_IN_ORDER)
_THREAD = Statement(_MESSAGES)
_LAST_IN_SECOND = Statement(
    select(func.max(message.c.at_ms)).where(
        message.c.ticket_id == bindparam("ticket"),
        message.c.at_ms >= bindparam("at_ms"),
        message.c.at_ms < bindparam("end_ms"),
    )
)
_ABOUT_QUOTES = Statement(
    _MESSAGES.where(message.c.kind.in_([literal_column(f"'{kind}'") for kind in sorted(ABOUT_QUOTES)]))
)
_HIDDEN: list[ColumnClause[Any]] = [literal_column(f"'{kind}'") for kind in sorted(FOR_STAFF_ALONE)]
_IS_SHOWN = and_(message.c.ticket_id == bindparam("ticket"), message.c.kind.not_in(_HIDDEN))
_LAST_SHOWN = Statement(
    select(message).where(_IS_SHOWN).order_by(*(one.desc() for one in _IN_ORDER)).limit(bindparam("most"))
)
_COUNT_SHOWN = Statement(select(func.count()).select_from(message).where(_IS_SHOWN))
_WAITING = Statement(
    _FOUND.where(
        ticket.c.store_id == bindparam("store"), TICKET_WAITS, ticket.c.pushed_number != literal_column(KEPT_BACK)
    )
    .order_by(ticket.c.id)
    .limit(bindparam("most"))
)
_ANSWERS_WAIT = Statement(
    select(ticket.c.id)
    .where(
        ticket.c.store_id == bindparam("store"),
        TICKET_WAITS,
        exists().where(
            message.c.ticket_id == ticket.c.id,
            message.c.author == literal_column(f"'{Author.STAFF}'"),
            message.c.kind == literal_column(f"'{MessageKind.TEXT}'"),
        ),
    )
    .limit(1)
)
_SHOWN = Statement(
    _FOUND.where(
        ticket.c.store_id == bindparam("store"),
        ticket.c.id > bindparam("after"),
        ticket.c.pushed_number == ticket.c.number,
    )
    .order_by(ticket.c.id)
    .limit(bindparam("most"))
)
_NEXT = ticket.c.number + literal_column("1")
_SAID = Statement(update(ticket).where(ticket.c.id == bindparam("wanted")).values(number=_NEXT))
_TOUCH = Statement(update(ticket).where(any_of(ticket.c.id, "ids")).values(number=_NEXT))
_PUSHED = Statement(
    update(ticket)
    .where(ticket.c.id == bindparam("wanted"), ticket.c.pushed_number < bindparam("shown"))
    .values(pushed_number=bindparam("shown"))
)
_NOT_SHOWN = Statement(select(ticket.c.id).where(any_of(ticket.c.id, "ids"), ticket.c.pushed_number == text("0")))
_KEEP_BACK = Statement(update(ticket).where(any_of(ticket.c.id, "ids")).values(pushed_number=text(KEPT_BACK)))
_AGAIN = Statement(update(ticket).where(ticket.c.store_id == bindparam("store")).values(number=_NEXT, pushed_number=0))
_MINE = select(ticket.c.id).where(ticket.c.account_id == bindparam("account")).scalar_subquery()
_ERASE_TEXTS = Statement(
    update(message).where(message.c.ticket_id.in_(_MINE), message.c.text != bindparam("nothing")).values(text="")
)
_ERASE_SUBJECTS = Statement(
    update(ticket).where(ticket.c.account_id == bindparam("account")).values(subject="", number=_NEXT)
)
LAST_MS = 999


class SqlTickets:
    """Implements `bridge.contracts.coin_desk.Tickets`."""

    def __init__(self, connection: sqlite3.Connection, stores: SqlStores) -> None:
        self._connection, self._stores = connection, stores

    def open(
        self,
        store: str,
        account_id: int,
        *,
        subject: str,
        at: datetime,
        by: Author,
        staff: str | None = None,
        price: str | None = None,
        number: int | None = None,
    ) -> Ticket:
        if number is None or not is_lost(self._connection, ticket, number):
            number = next_number(self._connection, ticket)
        _NEW.run(
            self._connection,
            id=number,
            store_id=self._stores.number(store),
            account_id=account_id,
            subject=subject,
            opened_ms=to_ms(at),
            opened_by=by.value,
            staff=staff,
            price=price,
            number=1,
        )
        return Ticket(number, store, account_id, subject, at, by, staff, price)

    def get(self, store: str, ticket_id: int) -> Ticket | None:
        row = _GET.one(self._connection, wanted=ticket_id, store=self._stores.number(store))
        return None if row is None else _ticket_from(row)

    def of_account(self, account_id: int) -> list[Ticket]:
        return [_ticket_from(row) for row in _OF_ACCOUNT.rows(self._connection, account=account_id)]

    def latest(self, store: str, limit: int) -> list[Ticket]:
        rows = _LATEST.rows(self._connection, store=self._stores.number(store), most=limit)
        return [_ticket_from(row) for row in rows]

    def say(self, ticket_id: int, message: Message) -> None:
        _NEW_MESSAGE.run(
            self._connection,
            ticket_id=ticket_id,
            at_ms=self._place(ticket_id, to_ms(message.at)),
            author=message.author.value,
            kind=message.kind.value,
            text=message.text,
            detail=as_json(dict(message.detail)),
            staff=message.staff,
            verified=int(message.verified),
        )
        if message.kind not in FOR_STAFF_ALONE:
            _SAID.run(self._connection, wanted=ticket_id)

    def thread(self, ticket_id: int) -> list[Message]:
        return [_message_from(row) for row in _THREAD.rows(self._connection, ticket=ticket_id)]

    def about_quotes(self, ticket_id: int) -> list[Message]:
        return [_message_from(row) for row in _ABOUT_QUOTES.rows(self._connection, ticket=ticket_id)]

    def last_shown(self, ticket_id: int, most: int) -> tuple[list[Message], int]:
        rows = _LAST_SHOWN.rows(self._connection, ticket=ticket_id, most=most)
        shown = [_message_from(row) for row in reversed(rows)]
        if len(shown) < most:
            return shown, 0
        row = _COUNT_SHOWN.one(self._connection, ticket=ticket_id)
        return shown, (int(row[0]) if row else 0) - len(shown)

    def last_known(self) -> int:
        return last_known(self._connection, ticket)

    def touch(self, ticket_ids: Iterable[int]) -> None:
        _TOUCH.run(self._connection, ids=id_list(ticket_ids))

    def waiting(self, store: str, limit: int) -> list[Ticket]:
        rows = _WAITING.rows(self._connection, store=self._stores.number(store), most=limit)
        return [_ticket_from(row) for row in rows]

    def is_pushed(self, store: str, ticket_id: int) -> bool | None:
        row = _IS_PUSHED.one(self._connection, wanted=ticket_id, store=self._stores.number(store))
        return None if row is None else bool(row[0])

    def answers_wait(self, store: str) -> bool:
        return _ANSWERS_WAIT.one(self._connection, store=self._stores.number(store)) is not None

    def shown(self, store: str, *, after: int, limit: int) -> list[Ticket]:
        rows = _SHOWN.rows(self._connection, store=self._stores.number(store), after=after, most=limit)
        return [_ticket_from(row) for row in rows]

    def pushed(self, numbers: Mapping[int, int]) -> None:
        rows = ({"wanted": number, "shown": shown} for number, shown in numbers.items())
        _PUSHED.run_many(self._connection, rows)

    def not_shown(self, ticket_ids: Iterable[int]) -> frozenset[int]:
        return frozenset(row[0] for row in _NOT_SHOWN.rows(self._connection, ids=id_list(ticket_ids)))

    def keep_back(self, ticket_ids: Iterable[int]) -> None:
        _KEEP_BACK.run(self._connection, ids=id_list(ticket_ids))

    def again(self, store: str) -> None:
        _AGAIN.run(self._connection, store=self._stores.number(store))

    def _place(self, ticket_id: int, at_ms: int) -> int:
        """The moment of a message; of one that is done again only the second is known: it is the last of its second.

        What stands at the second's very end was put there to come after it.
        """
        if at_ms % 1_000:
            return at_ms
        row = _LAST_IN_SECOND.one(self._connection, ticket=ticket_id, at_ms=at_ms, end_ms=at_ms + LAST_MS)
        return at_ms if row is None or row[0] is None else int(row[0])

    def erase(self, account_id: int) -> int:
        _ERASE_SUBJECTS.run(self._connection, account=account_id)
        return _ERASE_TEXTS.run(self._connection, account=account_id, nothing="").rowcount


def _ticket_from(row: Sequence[Any]) -> Ticket:
    number, store_name, account_id, subject, opened, by, staff, price, shown = row
    return Ticket(number, store_name, account_id, subject, from_ms(opened), Author(by), staff, price, shown)


def _message_from(row: Sequence[Any]) -> Message:
    number, _, at_ms, author, kind, text, detail, staff, verified = row
    return Message(
        from_ms(at_ms), Author(author), MessageKind(kind), text, json.loads(detail), staff, bool(verified), number
    )
