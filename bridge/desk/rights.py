"""Prices as the shop was told of them, and rights that were redeemed."""

import sqlite3
from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import bindparam, literal_column, select, update
from sqlalchemy.dialects.sqlite import insert as upsert

from bridge.contracts.rights import PriceRow
from bridge.desk.accounts import SqlStores
from bridge.desk.coin_tables import price, redemption
from bridge.desk.statements import Statement, insert_row
from bridge.desk.values import from_ms, to_ms
from bridge.domain.rights import Redemption

_PRICE_COLUMNS = (price.c.code, price.c.terms, price.c.listed, price.c.number)
_PRICES = Statement(select(*_PRICE_COLUMNS).where(price.c.store_id == bindparam("store")))
_NEW_PRICE = upsert(price).values(
    {name: bindparam(name) for name in ("store_id", "code", "terms", "listed")} | {"number": 1}
)
_SAVE_PRICE = Statement(
    _NEW_PRICE.on_conflict_do_update(
        index_elements=[price.c.store_id, price.c.code],
        set_={
            "terms": _NEW_PRICE.excluded["terms"],
            "listed": _NEW_PRICE.excluded["listed"],
            "number": price.c.number + literal_column("1"),
        },
    )
)
_PRICES_WAITING = Statement(
    select(*_PRICE_COLUMNS)
    .where(price.c.store_id == bindparam("store"), price.c.pushed_number < price.c.number)
    .order_by(price.c.code)
    .limit(bindparam("most"))
)
_PRICE_PUSHED = Statement(
    update(price)
    .where(price.c.store_id == bindparam("store"), price.c.code == bindparam("wanted"))
    .values(pushed_number=bindparam("shown"))
)
_PRICES_AGAIN = Statement(
    update(price)
    .where(price.c.store_id == bindparam("store"))
    .values(number=price.c.number + literal_column("1"), pushed_number=0)
)
_REDEMPTION = (
    redemption.c.right,
    redemption.c.domain,
    redemption.c.account_id,
    redemption.c.ticket_id,
    redemption.c.licence,
)
_NEW_REDEMPTION = insert_row(redemption, without=frozenset({"id", "licence"}))
_REDEEMED = Statement(
    select(*_REDEMPTION).where(
        redemption.c.store_id == bindparam("store"),
        redemption.c.right == bindparam("wanted"),
        redemption.c.domain == bindparam("for_domain"),
    )
)
_REDEEMED_BY = Statement(
    select(*_REDEMPTION, redemption.c.at_ms)
    .where(redemption.c.account_id == bindparam("account"))
    .order_by(redemption.c.id)
)
_LICENCE = Statement(
    update(redemption)
    .where(
        redemption.c.store_id == bindparam("store"),
        redemption.c.right == bindparam("wanted"),
        redemption.c.domain == bindparam("for_domain"),
    )
    .values(licence=bindparam("reference"))
)


class SqlPrices:
    """Implements `bridge.contracts.coin_desk.Prices`."""

    def __init__(self, connection: sqlite3.Connection, stores: SqlStores) -> None:
        self._connection, self._stores = connection, stores

    def all(self, store: str) -> dict[str, PriceRow]:
        rows = _PRICES.rows(self._connection, store=self._stores.number(store))
        return {code: PriceRow(code, terms, bool(listed), number) for code, terms, listed, number in rows}

    def save(self, store: str, code: str, *, terms: str, listed: bool) -> None:
        _SAVE_PRICE.run(
            self._connection, store_id=self._stores.number(store), code=code, terms=terms, listed=int(listed)
        )

    def waiting(self, store: str, limit: int) -> list[PriceRow]:
        rows = _PRICES_WAITING.rows(self._connection, store=self._stores.number(store), most=limit)
        return [PriceRow(code, terms, bool(listed), number) for code, terms, listed, number in rows]

    def pushed(self, store: str, numbers: Mapping[str, int]) -> None:
        number = self._stores.number(store)
        _PRICE_PUSHED.run_many(
            self._connection, ({"store": number, "wanted": code, "shown": shown} for code, shown in numbers.items())
        )

    def again(self, store: str) -> None:
        _PRICES_AGAIN.run(self._connection, store=self._stores.number(store))


class SqlRedemptions:
    """Implements `bridge.contracts.coin_desk.Redemptions`."""

    def __init__(self, connection: sqlite3.Connection, stores: SqlStores) -> None:
        self._connection, self._stores = connection, stores

    def add(self, store: str, redemption: Redemption, *, at: datetime) -> None:
        _NEW_REDEMPTION.run(
            self._connection,
            store_id=self._stores.number(store),
            account_id=redemption.account_id,
            right=redemption.right,
            domain=redemption.domain,
            ticket_id=redemption.ticket_id,
            at_ms=to_ms(at),
        )

    def find(self, store: str, right: str, domain: str) -> Redemption | None:
        row = _REDEEMED.one(self._connection, store=self._stores.number(store), wanted=right, for_domain=domain)
        return None if row is None else Redemption(*row)

    def of_account(self, account_id: int) -> list[tuple[Redemption, datetime]]:
        rows = _REDEEMED_BY.rows(self._connection, account=account_id)
        return [(Redemption(*row[:-1]), from_ms(row[-1])) for row in rows]

    def licence(self, store: str, right: str, domain: str, reference: str) -> None:
        _LICENCE.run(
            self._connection,
            store=self._stores.number(store),
            wanted=right,
            for_domain=domain,
            reference=reference,
        )
