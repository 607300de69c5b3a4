"""Requests and their threads in the desk."""

import json
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnClause, and_, bindparam, exists, func, literal_column, select, text, update

from bridge.desk.accounts import SqlStores
from bridge.desk.numbers import is_lost, last_known, next_number
from bridge.desk.statements import Statement, any_of, insert_row
from bridge.desk.tables import KEPT_BACK, REQUEST_WAITS, message, request, store
from bridge.desk.values import as_json, from_ms, id_list, to_ms
from bridge.domain.requests import ABOUT_QUOTES, FOR_STAFF_ALONE, Author, Message, MessageKind, Request

_COLUMNS = (
    request.c.id,
    store.c.name,
    request.c.account_id,
    request.c.subject,
    request.c.opened_ms,
    request.c.opened_by,
    request.c.staff,
    request.c.price,
    request.c.number,
)
_FOUND = select(*_COLUMNS).join(store, store.c.id == request.c.store_id)
_NEW = insert_row(request, without=frozenset({"pushed_number"}))
_GET = Statement(_FOUND.where(request.c.id == bindparam("wanted"), request.c.store_id == bindparam("store")))
_IS_PUSHED = Statement(
    select(request.c.pushed_number >= request.c.number).where(
        request.c.id == bindparam("wanted"), request.c.store_id == bindparam("store")
    )
)
_OF_ACCOUNT = Statement(_FOUND.where(request.c.account_id == bindparam("account")).order_by(request.c.id))
_LATEST = Statement(
    _FOUND.where(request.c.store_id == bindparam("store")).order_by(request.c.id.desc()).limit(bindparam("most"))
)
_NEW_MESSAGE = insert_row(message, without=frozenset({"id"}))
# By time and not by number: after a restore what was lost is said again later than what came after it (rule T1).
_IN_ORDER = (message.c.at_ms, message.c.id)
_MESSAGES = select(message).where(message.c.request_id == bindparam("request")).order_by(*_IN_ORDER)
_THREAD = Statement(_MESSAGES)
_LAST_IN_SECOND = Statement(
    select(func.max(message.c.at_ms)).where(
        message.c.request_id == bindparam("request"),
        message.c.at_ms >= bindparam("at_ms"),
        message.c.at_ms < bindparam("end_ms"),
    )
)
_ABOUT_QUOTES = Statement(
    _MESSAGES.where(message.c.kind.in_([literal_column(f"'{kind}'") for kind in sorted(ABOUT_QUOTES)]))
)
_HIDDEN: list[ColumnClause[Any]] = [literal_column(f"'{kind}'") for kind in sorted(FOR_STAFF_ALONE)]
_IS_SHOWN = and_(message.c.request_id == bindparam("request"), message.c.kind.not_in(_HIDDEN))
_LAST_SHOWN = Statement(
    select(message).where(_IS_SHOWN).order_by(*(one.desc() for one in _IN_ORDER)).limit(bindparam("most"))
)
_COUNT_SHOWN = Statement(select(func.count()).select_from(message).where(_IS_SHOWN))
_WAITING = Statement(
    _FOUND.where(
        request.c.store_id == bindparam("store"), REQUEST_WAITS, request.c.pushed_number != literal_column(KEPT_BACK)
    )
    .order_by(request.c.id)
    .limit(bindparam("most"))
)
_ANSWERS_WAIT = Statement(
    select(request.c.id)
    .where(
        request.c.store_id == bindparam("store"),
        REQUEST_WAITS,
        exists().where(
            message.c.request_id == request.c.id,
            message.c.author == literal_column(f"'{Author.STAFF}'"),
            message.c.kind == literal_column(f"'{MessageKind.TEXT}'"),
        ),
    )
    .limit(1)
)
_SHOWN = Statement(
    _FOUND.where(
        request.c.store_id == bindparam("store"),
        request.c.id > bindparam("after"),
        request.c.pushed_number == request.c.number,
    )
    .order_by(request.c.id)
    .limit(bindparam("most"))
)
_NEXT = request.c.number + literal_column("1")
_SAID = Statement(update(request).where(request.c.id == bindparam("wanted")).values(number=_NEXT))
_TOUCH = Statement(update(request).where(any_of(request.c.id, "ids")).values(number=_NEXT))
_PUSHED = Statement(
    update(request)
    .where(request.c.id == bindparam("wanted"), request.c.pushed_number < bindparam("shown"))
    .values(pushed_number=bindparam("shown"))
)
_NOT_SHOWN = Statement(select(request.c.id).where(any_of(request.c.id, "ids"), request.c.pushed_number == text("0")))
_KEEP_BACK = Statement(update(request).where(any_of(request.c.id, "ids")).values(pushed_number=text(KEPT_BACK)))
_AGAIN = Statement(
    update(request).where(request.c.store_id == bindparam("store")).values(number=_NEXT, pushed_number=0)
)
_MINE = select(request.c.id).where(request.c.account_id == bindparam("account")).scalar_subquery()
_ERASE_TEXTS = Statement(
    update(message).where(message.c.request_id.in_(_MINE), message.c.text != bindparam("nothing")).values(text="")
)
_ERASE_SUBJECTS = Statement(
    update(request).where(request.c.account_id == bindparam("account")).values(subject="", number=_NEXT)
)
LAST_MS = 999


class SqlRequests:
    """Implements `bridge.contracts.coin_desk.Requests`."""

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
    ) -> Request:
        if number is None or not is_lost(self._connection, request, number):
            number = next_number(self._connection, request)
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
        return Request(number, store, account_id, subject, at, by, staff, price)

    def get(self, store: str, request_id: int) -> Request | None:
        row = _GET.one(self._connection, wanted=request_id, store=self._stores.number(store))
        return None if row is None else _request_from(row)

    def of_account(self, account_id: int) -> list[Request]:
        return [_request_from(row) for row in _OF_ACCOUNT.rows(self._connection, account=account_id)]

    def latest(self, store: str, limit: int) -> list[Request]:
        rows = _LATEST.rows(self._connection, store=self._stores.number(store), most=limit)
        return [_request_from(row) for row in rows]

    def say(self, request_id: int, message: Message) -> None:
        _NEW_MESSAGE.run(
            self._connection,
            request_id=request_id,
            at_ms=self._place(request_id, to_ms(message.at)),
            author=message.author.value,
            kind=message.kind.value,
            text=message.text,
            detail=as_json(dict(message.detail)),
            staff=message.staff,
            verified=int(message.verified),
        )
        if message.kind not in FOR_STAFF_ALONE:
            _SAID.run(self._connection, wanted=request_id)

    def thread(self, request_id: int) -> list[Message]:
        return [_message_from(row) for row in _THREAD.rows(self._connection, request=request_id)]

    def about_quotes(self, request_id: int) -> list[Message]:
        return [_message_from(row) for row in _ABOUT_QUOTES.rows(self._connection, request=request_id)]

    def last_shown(self, request_id: int, most: int) -> tuple[list[Message], int]:
        rows = _LAST_SHOWN.rows(self._connection, request=request_id, most=most)
        shown = [_message_from(row) for row in reversed(rows)]
        if len(shown) < most:
            return shown, 0
        row = _COUNT_SHOWN.one(self._connection, request=request_id)
        return shown, (int(row[0]) if row else 0) - len(shown)

    def last_known(self) -> int:
        return last_known(self._connection, request)

    def touch(self, request_ids: Iterable[int]) -> None:
        _TOUCH.run(self._connection, ids=id_list(request_ids))

    def waiting(self, store: str, limit: int) -> list[Request]:
        rows = _WAITING.rows(self._connection, store=self._stores.number(store), most=limit)
        return [_request_from(row) for row in rows]

    def is_pushed(self, store: str, request_id: int) -> bool | None:
        row = _IS_PUSHED.one(self._connection, wanted=request_id, store=self._stores.number(store))
        return None if row is None else bool(row[0])

    def answers_wait(self, store: str) -> bool:
        return _ANSWERS_WAIT.one(self._connection, store=self._stores.number(store)) is not None

    def shown(self, store: str, *, after: int, limit: int) -> list[Request]:
        rows = _SHOWN.rows(self._connection, store=self._stores.number(store), after=after, most=limit)
        return [_request_from(row) for row in rows]

    def pushed(self, numbers: Mapping[int, int]) -> None:
        rows = ({"wanted": number, "shown": shown} for number, shown in numbers.items())
        _PUSHED.run_many(self._connection, rows)

    def not_shown(self, request_ids: Iterable[int]) -> frozenset[int]:
        return frozenset(row[0] for row in _NOT_SHOWN.rows(self._connection, ids=id_list(request_ids)))

    def keep_back(self, request_ids: Iterable[int]) -> None:
        _KEEP_BACK.run(self._connection, ids=id_list(request_ids))

    def again(self, store: str) -> None:
        _AGAIN.run(self._connection, store=self._stores.number(store))

    def _place(self, request_id: int, at_ms: int) -> int:
        """The moment of a message; of one that is done again only the second is known: it is the last of its second.

        What stands at the second's very end was put there to come after it.
        """
        if at_ms % 1_000:
            return at_ms
        row = _LAST_IN_SECOND.one(self._connection, request=request_id, at_ms=at_ms, end_ms=at_ms + LAST_MS)
        return at_ms if row is None or row[0] is None else int(row[0])

    def erase(self, account_id: int) -> int:
        _ERASE_SUBJECTS.run(self._connection, account=account_id)
        return _ERASE_TEXTS.run(self._connection, account=account_id, nothing="").rowcount


def _request_from(row: Sequence[Any]) -> Request:
    number, store_name, account_id, subject, opened, by, staff, price, shown = row
    return Request(number, store_name, account_id, subject, from_ms(opened), Author(by), staff, price, shown)


def _message_from(row: Sequence[Any]) -> Message:
    number, _, at_ms, author, kind, text, detail, staff, verified = row
    return Message(
        from_ms(at_ms), Author(author), MessageKind(kind), text, json.loads(detail), staff, bool(verified), number
    )
