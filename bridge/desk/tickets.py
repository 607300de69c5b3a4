"""Tickets and their threads in the desk."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, exists, func, literal_column, null, or_, select, update

from bridge.desk.messages import SqlMessages, erase_messages
from bridge.desk.numbers import is_lost, next_number
from bridge.desk.shown_rows import ZERO, ShownStatements, SqlShownRows
from bridge.desk.statements import Statement, any_of, insert_row
from bridge.desk.tables import KEPT_BACK
from bridge.desk.ticket_rows import FOUND_TICKETS, ticket_from
from bridge.desk.ticket_standing import SqlTicketStanding
from bridge.desk.ticket_tables import HIDDEN, NOT_CLOSED, TICKET_WAITS, message, ticket
from bridge.desk.values import id_list, to_ms
from bridge.domain.tickets import Author, Channel, MessageKind, Ticket, TicketKind, TicketState

_LATER = {"pushed_number", "messages", "urgency", "urgency_rank", "assignee", "standing", "opened_standing", "policy"}
_NOT_DUE = {"due_ms", "due_sort_ms", "guaranteed"}
_NEW = insert_row(ticket, without=frozenset(_LATER | _NOT_DUE))
_GET = Statement(FOUND_TICKETS.where(ticket.c.id == bindparam("wanted"), ticket.c.store_id == bindparam("store")))
_IS_PUSHED = Statement(
    select(ticket.c.pushed_number >= ticket.c.number, ticket.c.pushed_number == literal_column(KEPT_BACK)).where(
        ticket.c.id == bindparam("wanted"), ticket.c.store_id == bindparam("store")
    )
)
_OF_ACCOUNT = Statement(FOUND_TICKETS.where(ticket.c.account_id == bindparam("account")).order_by(ticket.c.id))
_LATEST = Statement(
    FOUND_TICKETS.where(ticket.c.store_id == bindparam("store")).order_by(ticket.c.id.desc()).limit(bindparam("most"))
)
_LASTING = Statement(
    FOUND_TICKETS.where(
        ticket.c.id > bindparam("after"),
        ticket.c.store_id == bindparam("store"),
        ticket.c.opened_ms < bindparam("end_ms"),
        or_(NOT_CLOSED, ticket.c.since_ms >= bindparam("begin_ms")),
    )
    .order_by(ticket.c.id)
    .limit(bindparam("most"))
)
_ANSWERS_WAIT = Statement(
    select(ticket.c.id)
    .where(
        ticket.c.store_id == bindparam("store"),
        TICKET_WAITS,
        ticket.c.pushed_number != literal_column(KEPT_BACK),
        exists().where(
            message.c.ticket_id == ticket.c.id,
            message.c.author == literal_column(f"'{Author.STAFF}'"),
            message.c.kind == literal_column(f"'{MessageKind.TEXT}'"),
        ),
    )
    .limit(1)
)
_NEXT = ticket.c.number + literal_column("1")
_RENAME = Statement(update(ticket).where(any_of(ticket.c.id, "ids")).values(subject=bindparam("wanted"), number=_NEXT))
_TOUCH_COVERED = Statement(
    update(ticket)
    .where(
        ticket.c.store_id == bindparam("store"),
        ticket.c.id.in_(
            select(message.c.ticket_id).where(message.c.kind == literal_column(f"'{MessageKind.COVERED}'"))
        ),
    )
    .values(number=_NEXT)
)
_AGAIN = Statement(
    update(ticket)
    .where(ticket.c.store_id == bindparam("store"), ticket.c.pushed_number > literal_column(str(HIDDEN)))
    .values(number=_NEXT, pushed_number=func.min(ticket.c.pushed_number, ZERO))  # not what is kept back
)
"""Not those that are hidden: a shop has many more old tickets than pages ever show."""
_MINE = Statement(select(ticket.c.id).where(ticket.c.account_id == bindparam("account")))
_ERASE_SUBJECTS = Statement(
    update(ticket)
    .where(ticket.c.account_id == bindparam("account"))
    .values(subject="", product="", order_id=null(), number=_NEXT)
)


class SqlTickets(SqlMessages, SqlTicketStanding, SqlShownRows[Ticket]):
    """Implements `bridge.contracts.tickets.Tickets`."""

    _shows = ShownStatements(ticket, FOUND_TICKETS, TICKET_WAITS)

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
        kind: TicketKind = TicketKind.SUPPORT,
        channel: Channel = Channel.PAGE,
        order_id: int | None = None,
        product: str = "",
        continues: int | None = None,
        language: str = "",
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
            opened_kind=kind.value,
            channel=channel.value,
            order_id=order_id,
            product=product,
            continues=continues,
            language=language,
            state=TicketState.OPEN.value,
            since_ms=to_ms(at),
            kind=kind.value,
        )
        return Ticket(
            number, store, account_id, subject, at, by, staff, price, 1, kind, channel, order_id, product, continues,
            language,
        )  # fmt: skip

    def get(self, store: str, ticket_id: int) -> Ticket | None:
        row = _GET.one(self._connection, wanted=ticket_id, store=self._stores.number(store))
        return None if row is None else ticket_from(row)

    def of_account(self, account_id: int) -> list[Ticket]:
        return [ticket_from(row) for row in _OF_ACCOUNT.rows(self._connection, account=account_id)]

    def latest(self, store: str, limit: int) -> list[Ticket]:
        rows = _LATEST.rows(self._connection, store=self._stores.number(store), most=limit)
        return self._read(rows)

    def lasting(self, store: str, begin: datetime, end: datetime, *, after: int, limit: int) -> list[Ticket]:
        rows = _LASTING.rows(
            self._connection,
            store=self._stores.number(store),
            begin_ms=to_ms(begin),
            end_ms=to_ms(end),
            after=after,
            most=limit,
        )
        return self._read(rows)

    def rename(self, ticket_ids: Iterable[int], subject: str) -> None:
        _RENAME.run(self._connection, ids=id_list(ticket_ids), wanted=subject)

    def touch_covered(self, store: str) -> None:
        _TOUCH_COVERED.run(self._connection, store=self._stores.number(store))

    def show_anew(self, ticket_ids: Iterable[int]) -> None:
        ids = list(ticket_ids)
        self.touch(ids)
        self._show_messages_anew(id_list(ids))

    def is_pushed(self, store: str, ticket_id: int) -> bool | None:
        row = _IS_PUSHED.one(self._connection, wanted=ticket_id, store=self._stores.number(store))
        return None if row is None else bool(row[0])

    def is_kept_back(self, store: str, ticket_id: int) -> bool:
        row = _IS_PUSHED.one(self._connection, wanted=ticket_id, store=self._stores.number(store))
        return row is not None and bool(row[1])

    def answers_wait(self, store: str) -> bool:
        return _ANSWERS_WAIT.one(self._connection, store=self._stores.number(store)) is not None

    def again(self, store: str) -> None:
        number = self._stores.number(store)
        _AGAIN.run(self._connection, store=number)
        self._show_all_messages_anew(number)

    def erase(self, account_id: int) -> None:
        _ERASE_SUBJECTS.run(self._connection, account=account_id)
        erase_messages(self._connection, id_list(row[0] for row in _MINE.rows(self._connection, account=account_id)))

    def _read(self, rows: Sequence[Any]) -> list[Ticket]:
        return [ticket_from(row) for row in rows]
