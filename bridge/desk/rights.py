"""Prices as the shop was told of them, rights that were redeemed, and guests' claims."""

import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, func, literal_column, select, update
from sqlalchemy.dialects.sqlite import insert as upsert

from bridge.contracts.coin_desk import Claim, PriceRow
from bridge.desk.accounts import SqlStores
from bridge.desk.statements import Statement, any_of, insert_row
from bridge.desk.tables import guest_claim, guest_link, price, redemption, store
from bridge.desk.values import from_ms, id_list, to_ms
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
    redemption.c.request_id,
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
_NEW_CLAIM = insert_row(guest_claim, without=frozenset({"id"}))
_OPEN_CLAIM = Statement(
    _CLAIMS.where(
        guest_claim.c.store_id == bindparam("store"),
        guest_claim.c.order_id == bindparam("order"),
        guest_claim.c.customer_id == bindparam("customer"),
        guest_claim.c.state == literal_column("'open'"),
    ).order_by(guest_claim.c.id.desc())
)
_ONE_CLAIM = Statement(_CLAIMS.where(guest_claim.c.id == bindparam("wanted")))
_ASKED = Statement(
    select(func.count())
    .select_from(guest_claim)
    .where(
        guest_claim.c.store_id == bindparam("store"),
        guest_claim.c.order_id == bindparam("order"),
        guest_claim.c.asked_ms > bindparam("since_ms"),
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
            request_id=redemption.request_id,
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


class SqlGuests:
    """Implements `bridge.contracts.coin_desk.Guests`."""

    def __init__(self, connection: sqlite3.Connection, stores: SqlStores) -> None:
        self._connection, self._stores = connection, stores

    def claim(self, store: str, order_id: int, customer_id: int, *, code: str, at: datetime) -> Claim:
        number = _NEW_CLAIM.run(
            self._connection,
            store_id=self._stores.number(store),
            order_id=order_id,
            customer_id=customer_id,
            code=code,
            asked_ms=to_ms(at),
            tries=0,
            state="open",
        ).lastrowid
        assert number is not None
        return Claim(number, store, order_id, customer_id, code, at, 0, "open")

    def open_claim(self, store: str, order_id: int, customer_id: int) -> Claim | None:
        row = _OPEN_CLAIM.one(self._connection, store=self._stores.number(store), order=order_id, customer=customer_id)
        return None if row is None else _claim_from(row)

    def get(self, claim_id: int) -> Claim | None:
        row = _ONE_CLAIM.one(self._connection, wanted=claim_id)
        return None if row is None else _claim_from(row)

    def asked_since(self, store: str, order_id: int, since: datetime) -> int:
        row = _ASKED.one(self._connection, store=self._stores.number(store), order=order_id, since_ms=to_ms(since))
        return int(row[0]) if row else 0

    def tried(self, claim_id: int) -> None:
        _TRIED.run(self._connection, wanted=claim_id)

    def close(self, claim_id: int, state: str) -> None:
        _CLOSE.run(self._connection, wanted=claim_id, ended=state)

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


def _claim_from(row: Sequence[Any]) -> Claim:
    number, name, order_id, customer_id, code, asked, tries, state = row
    return Claim(number, name, order_id, customer_id, code, from_ms(asked), tries, state)
