"""What is remembered of orders that granted."""

import json
import sqlite3
from collections.abc import Iterable
from datetime import datetime
from functools import lru_cache

from sqlalchemy import bindparam, func, literal_column, select
from sqlalchemy.dialects.sqlite import insert as upsert

from bridge.desk.accounts import SqlStores
from bridge.desk.coin_tables import dispute, purchase
from bridge.desk.statements import Statement, any_of
from bridge.desk.tables import account
from bridge.desk.values import as_json, from_ms, id_list, to_ms
from bridge.domain.accounts import Owner, OwnerKind
from bridge.domain.licences import Licensed
from bridge.domain.plans import UnitTerms
from bridge.domain.purchases import Purchase

_TAKEN_BACK_OR_OVER = (
    select(dispute.c.over)
    .where(dispute.c.store_id == purchase.c.store_id, dispute.c.order_id == purchase.c.order_id)
    .order_by(dispute.c.id.desc())
    .limit(literal_column("1"))
    .correlate(purchase)
    .scalar_subquery()
)
"""What staff said last of a chargeback of the order: 0, that there is one, or 1, that it is over; NULL for nothing."""
_OF_ORDERS = Statement(
    select(
        purchase.c.order_id,
        purchase.c.account_id,
        account.c.owner_kind,
        account.c.owner_ref,
        purchase.c.paid_ms,
        purchase.c.terms,
        purchase.c.charged_back,
        purchase.c.ordered,
        purchase.c.licensed,
        _TAKEN_BACK_OR_OVER,
    )
    .join(account, account.c.id == purchase.c.account_id)
    .where(purchase.c.store_id == bindparam("store"), any_of(purchase.c.order_id, "ids"))
)
_HIGHEST = Statement(select(func.max(purchase.c.order_id)).where(purchase.c.store_id == bindparam("store")))
_INSERT = upsert(purchase).values({column.name: bindparam(column.name) for column in purchase.c})
_SAVE = Statement(
    _INSERT.on_conflict_do_update(
        index_elements=[purchase.c.store_id, purchase.c.order_id],
        set_={name: _INSERT.excluded[name] for name in ("terms", "charged_back", "ordered", "licensed")},
    )
)


class SqlPurchases:
    """Implements `bridge.contracts.desk.Purchases`."""

    def __init__(self, connection: sqlite3.Connection, stores: SqlStores) -> None:
        self._connection, self._stores = connection, stores

    def of_orders(self, store: str, order_ids: Iterable[int]) -> dict[int, Purchase]:
        rows = _OF_ORDERS.rows(self._connection, store=self._stores.number(store), ids=id_list(order_ids))
        return {
            order_id: Purchase(
                order_id=order_id,
                account_id=account_id,
                owner=Owner(OwnerKind(kind), ref),
                paid_at=from_ms(paid_ms),
                terms={code: UnitTerms(*terms) for code, terms in json.loads(frozen).items()},
                charged_back=bool(charged_back),
                ordered_at=datetime.fromisoformat(ordered) if ordered else None,
                disputed=over == 0,
                licensed={} if licensed == "{}" else _licensed(licensed),
            )
            for order_id, account_id, kind, ref, paid_ms, frozen, charged_back, ordered, licensed, over in rows
        }

    def highest(self, store: str) -> int:
        row = _HIGHEST.one(self._connection, store=self._stores.number(store))
        return int(row[0] or 0) if row else 0

    def save(self, store: str, purchases: Iterable[Purchase]) -> None:
        number = self._stores.number(store)
        _SAVE.run_many(
            self._connection,
            (
                {
                    "store_id": number,
                    "order_id": one.order_id,
                    "account_id": one.account_id,
                    "paid_ms": to_ms(one.paid_at),
                    "terms": _terms_json(tuple(one.terms.items())),
                    "charged_back": int(one.charged_back),
                    "ordered": one.ordered_at.isoformat() if one.ordered_at else None,
                    "licensed": as_json(dict(one.licensed)) if one.licensed else "{}",
                }
                for one in purchases
            ),
        )


def _licensed(frozen: str) -> dict[str, Licensed]:
    return {code: Licensed(*meant) for code, meant in json.loads(frozen).items()}


@lru_cache(maxsize=1024)
def _terms_json(terms: tuple[tuple[str, UnitTerms], ...]) -> str:
    """Most orders freeze the same few terms."""
    return as_json(dict(terms))
