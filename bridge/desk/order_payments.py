"""What orders of the shop pay of bills, in the desk."""

import sqlite3
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

from sqlalchemy import bindparam, literal_column, select
from sqlalchemy.dialects.sqlite import insert as upsert

from bridge.desk.accounts import SqlStores
from bridge.desk.premium_tables import order_payment
from bridge.desk.statements import LookUp, Statement
from bridge.desk.values import as_json, from_ms, read_json, to_ms
from bridge.domain.bills import OrderPayment
from bridge.domain.money import Currency, Money

_COLUMNS = [column for column in order_payment.c if column.name != "store_id"]
_OF_ORDERS = LookUp(select(*_COLUMNS).where(order_payment.c.store_id == bindparam("store")), order_payment.c.order_id)
_OF_BILL = Statement(
    select(*_COLUMNS).where(order_payment.c.bill_id == bindparam("bill")).order_by(order_payment.c.order_id)
)
_UNUSED = Statement(
    select(*_COLUMNS)
    .where(
        order_payment.c.store_id == bindparam("store"),
        order_payment.c.account_id == bindparam("account"),
        order_payment.c.bill_id.is_(None),
        order_payment.c.stands == literal_column("1"),
    )
    .order_by(order_payment.c.order_id)
)
_KEPT = upsert(order_payment).values({column.name: bindparam(column.name) for column in order_payment.c})
_SAVE = Statement(
    _KEPT.on_conflict_do_update(
        index_elements=[order_payment.c.store_id, order_payment.c.order_id],
        set_={
            column.name: _KEPT.excluded[column.name]
            for column in order_payment.c
            if column.name not in {"store_id", "order_id"}
        },
    )
)


class SqlOrderPayments:
    """Implements `bridge.contracts.premium.OrderPayments`."""

    def __init__(self, connection: sqlite3.Connection, stores: SqlStores) -> None:
        self._connection, self._stores = connection, stores

    def of_orders(self, store: str, order_ids: Iterable[int]) -> dict[int, OrderPayment]:
        rows = _OF_ORDERS.rows(self._connection, order_ids, store=self._stores.number(store))
        return {row[0]: _payment_from(row) for row in rows}

    def of_bill(self, bill_id: int) -> list[OrderPayment]:
        return [_payment_from(row) for row in _OF_BILL.rows(self._connection, bill=bill_id)]

    def unused(self, store: str, account_id: int) -> list[OrderPayment]:
        rows = _UNUSED.rows(self._connection, store=self._stores.number(store), account=account_id)
        return [_payment_from(row) for row in rows]

    def save(self, store: str, payment: OrderPayment) -> None:
        _SAVE.run(
            self._connection,
            store_id=self._stores.number(store),
            order_id=payment.order_id,
            account_id=payment.account_id,
            amount=str(payment.amount.amount),
            currency=payment.amount.currency.code,
            digits=payment.amount.currency.digits,
            bill_id=payment.bill_id,
            at_ms=to_ms(payment.at),
            units=as_json(dict(payment.units)),
            stands=int(payment.stands),
        )


def _payment_from(row: Sequence[Any]) -> OrderPayment:
    order_id, account_id, amount, code, digits, bill_id, at_ms, units, stands = row
    money = Money(Decimal(amount), Currency(code, digits))
    return OrderPayment(order_id, account_id, money, bill_id, from_ms(at_ms), read_json(units), bool(stands))
