"""How tickets stand, kept beside them, and the queue that follows from it.

A page of the queue is read off its index from where the last one ended: it costs the same however long the queue is.
"""

import sqlite3
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, case, literal_column, or_, text, tuple_, update
from sqlalchemy.sql import func, select

from bridge.contracts.tickets import BehindKey, QueuedTicket, QueueKey, StandingTicket
from bridge.desk.accounts import SqlStores
from bridge.desk.statements import Statement, any_of
from bridge.desk.tables import account
from bridge.desk.ticket_rows import FOUND_TICKETS, TICKET_COLUMNS, ticket_from
from bridge.desk.ticket_tables import IS_QUEUED, NEVER_DUE, NOT_CLOSED, ticket
from bridge.desk.values import from_ms, id_list, to_ms
from bridge.domain.accounts import Owner, OwnerKind
from bridge.domain.tickets import Ticket, TicketKind, TicketNow, TicketState, Urgency

_NEVER = int(NEVER_DUE.text)
_FIRST, _OTHERS = 0, 1
"""The ranks of what is urgent and of all else."""
_NOW = (
    ticket.c.state,
    ticket.c.since_ms,
    ticket.c.kind,
    ticket.c.urgency,
    ticket.c.assignee,
    ticket.c.standing,
    ticket.c.opened_standing,
    ticket.c.policy,
    ticket.c.due_ms,
    ticket.c.guaranteed,
)
_STANDS = Statement(select(ticket.c.id, *_NOW).where(any_of(ticket.c.id, "ids"), ticket.c.state != text("''")))
_STANDING = Statement(
    FOUND_TICKETS.join(account, account.c.id == ticket.c.account_id)
    .add_columns(*_NOW, account.c.owner_kind, account.c.owner_ref)
    .where(ticket.c.id == bindparam("wanted"), ticket.c.store_id == bindparam("store"))
)
_SHOWN = ("state", "kind", "urgency", "due_ms", "guaranteed")
"""Of these the customer sees when they change."""
_SAVE = Statement(
    update(ticket)
    .where(ticket.c.id == bindparam("wanted"))
    .values(
        number=ticket.c.number
        + case(
            (or_(*(ticket.c[name].is_distinct_from(bindparam(f"new_{name}")) for name in _SHOWN)), literal_column("1")),
            else_=literal_column("0"),
        ),
        urgency_rank=bindparam("new_urgency_rank"),
        due_sort_ms=bindparam("new_due_sort_ms"),
        **{column.name: bindparam(f"new_{column.name}") for column in _NOW},
    )
)
_PLACE = (ticket.c.urgency_rank, ticket.c.due_sort_ms, ticket.c.since_ms, ticket.c.id)
_PLACES = tuple_(*(bindparam(name) for name in ("rank", "due", "since", "number")))
_QUEUE = Statement(
    FOUND_TICKETS.add_columns(*_NOW)
    .where(
        ticket.c.store_id == bindparam("store"),
        ticket.c.standing == bindparam("standing"),
        IS_QUEUED,
        tuple_(*_PLACE) > _PLACES,
    )
    .order_by(*_PLACE)
    .limit(bindparam("most"))
)
_NEXT_STANDING = Statement(
    select(func.min(ticket.c.standing)).where(
        ticket.c.store_id == bindparam("store"), ticket.c.standing > bindparam("after"), IS_QUEUED
    )
)
_BEHIND = Statement(
    select(ticket.c.policy, ticket.c.id)
    .where(
        ticket.c.store_id == bindparam("store"),
        ticket.c.policy < bindparam("wanted"),
        tuple_(ticket.c.policy, ticket.c.id) > tuple_(bindparam("after_policy"), bindparam("after_id")),
        NOT_CLOSED,
    )
    .order_by(ticket.c.policy, ticket.c.id)
    .limit(bindparam("most"))
)
_OPEN_OF_ACCOUNT = Statement(
    FOUND_TICKETS.where(ticket.c.account_id == bindparam("account"), NOT_CLOSED).order_by(ticket.c.id)
)
_OPEN_OF_ACCOUNTS = Statement(select(ticket.c.id).where(any_of(ticket.c.account_id, "ids"), NOT_CLOSED))
_CONTINUED_BY = Statement(select(func.max(ticket.c.id)).where(ticket.c.continues == bindparam("wanted")))


class SqlTicketStanding:
    """The part of `bridge.contracts.tickets.Tickets` that is about how they stand."""

    def __init__(self, connection: sqlite3.Connection, stores: SqlStores) -> None:
        self._connection, self._stores = connection, stores

    def now(self, ticket_ids: Iterable[int]) -> dict[int, TicketNow]:
        rows = _STANDS.rows(self._connection, ids=id_list(ticket_ids))
        return {row[0]: _now_from(row[1:]) for row in rows}

    def standing(self, store: str, ticket_id: int) -> StandingTicket | None:
        row = _STANDING.one(self._connection, wanted=ticket_id, store=self._stores.number(store))
        if row is None:
            return None
        *now, kind, ref = row[len(TICKET_COLUMNS) :]
        return StandingTicket(ticket_from(row), Owner(OwnerKind(kind), ref), _now_from(now) if now[0] else None)

    def save_now(self, ticket_id: int, now: TicketNow) -> None:
        _SAVE.run(
            self._connection,
            wanted=ticket_id,
            new_state=now.state.value,
            new_since_ms=to_ms(now.since),
            new_kind=now.kind.value,
            new_urgency=now.urgency.value,
            new_urgency_rank=_rank(now.urgency is Urgency.CONFIRMED),
            new_assignee=now.assignee,
            new_standing=now.standing,
            new_opened_standing=now.opened_standing,
            new_policy=now.policy,
            new_due_ms=None if now.due is None else to_ms(now.due),
            new_due_sort_ms=_sorted_by(now.due),
            new_guaranteed=int(now.guaranteed),
        )

    def queue(self, store: str, standing: str, after: QueueKey | None, limit: int) -> list[QueuedTicket]:
        rank, due, since, number = (-1, 0, 0, 0) if after is None else _place(after)
        rows = _QUEUE.rows(
            self._connection,
            store=self._stores.number(store),
            standing=standing,
            rank=rank,
            due=due,
            since=since,
            number=number,
            most=limit,
        )
        return [QueuedTicket(ticket_from(row), _now_from(row[len(TICKET_COLUMNS) :])) for row in rows]

    def queued_standings(self, store: str) -> list[str]:
        number, found = self._stores.number(store), [""]
        while True:
            row = _NEXT_STANDING.one(self._connection, store=number, after=found[-1])
            if row is None or row[0] is None:
                return found[1:]
            found.append(row[0])

    def behind_policy(self, store: str, version: int, limit: int, after: BehindKey | None = None) -> list[BehindKey]:
        policy, number = after or (-1, 0)
        rows = _BEHIND.rows(
            self._connection,
            store=self._stores.number(store),
            wanted=version,
            after_policy=policy,
            after_id=number,
            most=limit,
        )
        return [BehindKey(*row) for row in rows]

    def open_of_accounts(self, account_ids: Iterable[int]) -> list[int]:
        return [row[0] for row in _OPEN_OF_ACCOUNTS.rows(self._connection, ids=id_list(account_ids))]

    def open_of_account(self, account_id: int) -> list[Ticket]:
        return [ticket_from(row) for row in _OPEN_OF_ACCOUNT.rows(self._connection, account=account_id)]

    def continued_by(self, ticket_id: int) -> int | None:
        row = _CONTINUED_BY.one(self._connection, wanted=ticket_id)
        return None if row is None or row[0] is None else int(row[0])


def _place(key: QueueKey) -> tuple[int, int, int, int]:
    return _rank(key.urgent), _sorted_by(key.due), to_ms(key.since), key.id


def _rank(urgent: bool) -> int:
    return _FIRST if urgent else _OTHERS


def _sorted_by(due: datetime | None) -> int:
    return _NEVER if due is None else to_ms(due)


def _now_from(row: Sequence[Any]) -> TicketNow:
    state, since, kind, urgency, assignee, standing, opened_standing, policy, due, guaranteed = row
    return TicketNow(
        TicketState(state),
        from_ms(since),
        TicketKind(kind),
        Urgency(urgency),
        assignee,
        standing,
        opened_standing,
        policy,
        None if due is None else from_ms(due),
        bool(guaranteed),
    )
