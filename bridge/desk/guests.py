"""Claims of guests' orders, the orders that were linked, and handing over what a guest's order had (rule C19)."""

import sqlite3
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, func, literal_column, select, update

from bridge.contracts.guests import Claim
from bridge.desk.accounts import SqlStores
from bridge.desk.coin_tables import guest_claim, guest_link, package, purchase, quote, redemption
from bridge.desk.messages import ANEW
from bridge.desk.numbers import next_number
from bridge.desk.statements import Statement, any_of, insert_row
from bridge.desk.tables import store
from bridge.desk.ticket_tables import message, ticket
from bridge.desk.values import from_ms, id_list, to_ms

_CLAIM = (
    guest_claim.c.id,
    store.c.name,
    guest_claim.c.order_id,
    guest_claim.c.customer_id,
    guest_claim.c.code,
    guest_claim.c.asked_ms,
    guest_claim.c.tries,
    guest_claim.c.state,
)
_CLAIMS = select(*_CLAIM).join(store, store.c.id == guest_claim.c.store_id)
_NEW_CLAIM = insert_row(guest_claim)
_OPEN_CLAIM = Statement(
    _CLAIMS.where(
        guest_claim.c.store_id == bindparam("store"),
        guest_claim.c.order_id == bindparam("order"),
        guest_claim.c.customer_id == bindparam("customer"),
        guest_claim.c.state == literal_column("'open'"),
    ).order_by(guest_claim.c.id.desc())
)
_ONE_CLAIM = Statement(_CLAIMS.where(guest_claim.c.id == bindparam("wanted")))
_ASKED_FOR = Statement(
    select(func.count())
    .select_from(guest_claim)
    .where(
        guest_claim.c.store_id == bindparam("store"),
        guest_claim.c.order_id == bindparam("order"),
        guest_claim.c.asked_ms > bindparam("since_ms"),
        guest_claim.c.asked_ms <= bindparam("until_ms"),
    )
)
_TRIED = Statement(
    update(guest_claim)
    .where(guest_claim.c.id == bindparam("wanted"))
    .values(tries=guest_claim.c.tries + literal_column("1"))
)
_CLOSE = Statement(
    update(guest_claim).where(guest_claim.c.id == bindparam("wanted")).values(state=bindparam("ended"), code="")
)
_NEW_LINK = insert_row(guest_link)
_LINKED = Statement(
    select(guest_link.c.order_id, guest_link.c.account_id).where(
        guest_link.c.store_id == bindparam("store"), any_of(guest_link.c.order_id, "orders")
    )
)
_ASKED_BY = Statement(
    select(func.count())
    .select_from(guest_claim)
    .where(
        guest_claim.c.store_id == bindparam("store"),
        guest_claim.c.customer_id == bindparam("customer"),
        guest_claim.c.asked_ms > bindparam("since_ms"),
        guest_claim.c.asked_ms <= bindparam("until_ms"),
    )
)
_OF_CUSTOMER = Statement(
    _CLAIMS.where(
        guest_claim.c.store_id == bindparam("store"), guest_claim.c.customer_id == bindparam("customer")
    ).order_by(guest_claim.c.id)
)
_LINKS_TO = Statement(
    select(guest_link.c.order_id).where(guest_link.c.account_id == bindparam("account")).order_by(guest_link.c.order_id)
)
_HAND_OVER_ORDER = Statement(
    update(purchase)
    .where(purchase.c.store_id == bindparam("store"), purchase.c.order_id == bindparam("order"))
    .values(account_id=bindparam("heir"))
)
_HAND_OVER_SHOWN = tuple(
    Statement(
        update(table)
        .where(table.c.account_id == bindparam("guest"))
        .values(account_id=bindparam("heir"), number=table.c.number + literal_column("1"))
    )
    for table in (ticket, quote)
)
_HAND_OVER_MESSAGES = Statement(
    update(message)
    .where(
        message.c.ticket_id.in_(select(ticket.c.id).where(ticket.c.account_id == bindparam("guest")).scalar_subquery())
    )
    .values(ANEW)
)
_HAND_OVER = tuple(
    Statement(update(table).where(table.c.account_id == bindparam("guest")).values(account_id=bindparam("heir")))
    for table in (package, redemption)
)


class SqlGuests:
    """Implements `bridge.contracts.coin_desk.Guests`."""

    def __init__(self, connection: sqlite3.Connection, stores: SqlStores) -> None:
        self._connection, self._stores = connection, stores

    def claim(self, store: str, order_id: int, customer_id: int, *, code: str, at: datetime) -> Claim:
        number = next_number(self._connection, guest_claim)
        _NEW_CLAIM.run(
            self._connection,
            id=number,
            store_id=self._stores.number(store),
            order_id=order_id,
            customer_id=customer_id,
            code=code,
            asked_ms=to_ms(at),
            tries=0,
            state="open",
        )
        return Claim(number, store, order_id, customer_id, code, at, 0, "open")

    def open_claim(self, store: str, order_id: int, customer_id: int) -> Claim | None:
        row = _OPEN_CLAIM.one(self._connection, store=self._stores.number(store), order=order_id, customer=customer_id)
        return None if row is None else _claim_from(row)

    def get(self, claim_id: int) -> Claim | None:
        row = _ONE_CLAIM.one(self._connection, wanted=claim_id)
        return None if row is None else _claim_from(row)

    def asked_for(self, store: str, order_id: int, since: datetime, until: datetime) -> int:
        row = _ASKED_FOR.one(
            self._connection,
            store=self._stores.number(store),
            order=order_id,
            since_ms=to_ms(since),
            until_ms=to_ms(until),
        )
        return int(row[0]) if row else 0

    def tried(self, claim_id: int) -> None:
        _TRIED.run(self._connection, wanted=claim_id)

    def close(self, claim_id: int, state: str) -> None:
        _CLOSE.run(self._connection, wanted=claim_id, ended=state)

    def asked_by(self, store: str, customer_id: int, since: datetime, until: datetime) -> int:
        row = _ASKED_BY.one(
            self._connection,
            store=self._stores.number(store),
            customer=customer_id,
            since_ms=to_ms(since),
            until_ms=to_ms(until),
        )
        return int(row[0]) if row else 0

    def of_customer(self, store: str, customer_id: int) -> list[Claim]:
        rows = _OF_CUSTOMER.rows(self._connection, store=self._stores.number(store), customer=customer_id)
        return [_claim_from(row) for row in rows]

    def link(self, store: str, order_id: int, account_id: int, *, at: datetime, staff: str | None) -> None:
        _NEW_LINK.run(
            self._connection,
            store_id=self._stores.number(store),
            order_id=order_id,
            account_id=account_id,
            at_ms=to_ms(at),
            staff=staff,
        )

    def linked(self, store: str, order_ids: Iterable[int]) -> dict[int, int]:
        rows = _LINKED.rows(self._connection, store=self._stores.number(store), orders=id_list(order_ids))
        return dict(rows)

    def links_to(self, account_id: int) -> list[int]:
        return [row[0] for row in _LINKS_TO.rows(self._connection, account=account_id)]

    def hand_over(self, store: str, order_id: int, guest_account: int, account_id: int) -> None:
        number = self._stores.number(store)
        _HAND_OVER_ORDER.run(self._connection, store=number, order=order_id, heir=account_id)
        _HAND_OVER_MESSAGES.run(self._connection, guest=guest_account)
        for statement in _HAND_OVER_SHOWN + _HAND_OVER:
            statement.run(self._connection, guest=guest_account, heir=account_id)


def _claim_from(row: Sequence[Any]) -> Claim:
    number, name, order_id, customer_id, code, asked, tries, state = row
    return Claim(number, name, order_id, customer_id, code, from_ms(asked), tries, state)
