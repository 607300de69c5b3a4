"""What a first reading of a shop's customer service brings, written a page at a time.

A row of `executemany` costs a few microseconds, a service's call fifty times as much: hundreds of thousands of messages
are decided in memory and written here at once.
"""

import sqlite3
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Any

from sqlalchemy import bindparam, func, literal_column, select, text, update

from bridge.contracts.threads import MovedTicket, OldMessage, OldTicket
from bridge.desk.accounts import SqlStores
from bridge.desk.messages import ANEW
from bridge.desk.numbers import next_number
from bridge.desk.statements import Statement, any_of, insert_row
from bridge.desk.ticket_tables import HIDDEN, message, native_message, ticket
from bridge.desk.values import as_json, id_list, to_ms
from bridge.domain.tickets import Channel, TicketKind

_LATER = {"urgency", "urgency_rank", "assignee", "standing", "opened_standing", "due_ms", "due_sort_ms"}
NOT_YET = 2**31 - 1
"""The policy's version of a ticket that is still being read: no change of the settings works it out before it is."""
_SUPPORT, _SHOP = TicketKind.SUPPORT.value, Channel.SHOP.value
_NEW_TICKET = insert_row(ticket, without=frozenset(_LATER | {"guaranteed"}))
_NEW_MESSAGE = insert_row(message)
_NEW_NATIVE = insert_row(native_message)
_LAST_MESSAGE = Statement(select(func.coalesce(func.max(message.c.id), literal_column("0"))))
_MOVE = Statement(
    update(ticket)
    .where(ticket.c.id == bindparam("wanted"))
    .values(
        state=bindparam("new_state"),
        since_ms=bindparam("new_since"),
        messages=bindparam("new_messages"),
        number=ticket.c.number + literal_column("1"),
    )
)
_IS_HIDDEN = ticket.c.pushed_number == literal_column(str(HIDDEN))
_SHOW_MESSAGES = Statement(
    update(message)
    .where(message.c.ticket_id.in_(select(ticket.c.id).where(any_of(ticket.c.id, "ids"), _IS_HIDDEN).scalar_subquery()))
    .values(ANEW)
)
_SHOW = Statement(update(ticket).where(any_of(ticket.c.id, "ids"), _IS_HIDDEN).values(pushed_number=text("0")))


class SqlOldTickets:
    """The part of `bridge.contracts.threads.Threads` that a first reading needs."""

    _connection: sqlite3.Connection
    _stores: SqlStores

    def next_ticket(self) -> int:
        return next_number(self._connection, ticket)

    def book(
        self, store: str, tickets: Sequence[OldTicket], messages: Sequence[OldMessage], moved: Sequence[MovedTicket]
    ) -> None:
        number = self._stores.number(store)
        _NEW_TICKET.insert_rows(self._connection, [_ticket_row(number, one) for one in tickets])
        first = 1 + _LAST_MESSAGE.rows(self._connection)[0][0]
        _NEW_MESSAGE.insert_rows(self._connection, [_message_row(at, one) for at, one in enumerate(messages, first)])
        native = [
            (number, one.native_id, one.digest, 0, at)
            for at, one in enumerate(messages, first)
            if one.native_id is not None
        ]
        _NEW_NATIVE.insert_rows(self._connection, native)
        _MOVE.run_many(
            self._connection,
            (
                {
                    "wanted": one.id,
                    "new_state": one.state.value,
                    "new_since": to_ms(one.since),
                    "new_messages": one.messages,
                }
                for one in moved
            ),
        )

    def show(self, ticket_ids: Iterable[int]) -> None:
        ids = id_list(ticket_ids)
        _SHOW_MESSAGES.run(self._connection, ids=ids)
        _SHOW.run(self._connection, ids=ids)


def _ticket_row(store: int, one: OldTicket) -> tuple[object, ...]:
    return (
        one.id,
        store,
        one.account_id,
        one.subject,
        to_ms(one.opened_at),
        str(one.opened_by),
        one.staff,
        None,
        1,
        HIDDEN,
        _SUPPORT,
        _SHOP,
        one.order_id,
        one.product,
        one.continues,
        one.language,
        one.messages,
        str(one.state),
        to_ms(one.since),
        _SUPPORT,
        NOT_YET,
    )


def _message_row(number: int, one: OldMessage) -> tuple[object, ...]:
    return (
        number,
        one.ticket_id,
        to_ms(one.at),
        str(one.author),
        str(one.kind),
        one.text,
        _spelled(*one.detail.items()),
        one.staff,
        int(one.native_id is None),
        one.number,
        1,
        1,
    )


@lru_cache(maxsize=4_096)
def _spelled(*detail: tuple[str, Any]) -> str:
    """A detail as JSON: that of a thread's messages is the same for all of them."""
    return as_json(dict(detail))
