"""What every reader does the same way: parts of a page, answers that are complete, shops that are selected."""

from collections.abc import Iterator, Sequence

from bridge.contracts.shop import StoreConnection
from bridge.shopkit.database import Row, ShopDatabase
from bridge.shopkit.named_sql import Statement

ORDERS_A_STATEMENT = 500
"""Ids that one statement names."""

MOST_ROWS = 20_000
"""Rows that one statement about a page of orders may bring; a page that has more is read in smaller parts."""

NO_SHOP = -1


def in_parts(order_ids: Sequence[int]) -> Iterator[list[int]]:
    """The ids once each, ascending, as many as one statement takes."""
    unique = sorted(set(order_ids))
    for start in range(0, len(unique), ORDERS_A_STATEMENT):
        yield unique[start : start + ORDERS_A_STATEMENT]


def shop_filter(store: StoreConnection) -> dict[str, object]:
    """The parameters `every_shop` and `shop_ids` of a platform's order queries."""
    return {"every_shop": not store.shop_ids, "shop_ids": list(store.shop_ids) or [NO_SHOP]}


async def complete_rows(
    database: ShopDatabase,
    statement: Statement,
    order_ids: Sequence[int],
    *,
    odd: dict[int, str],
    **values: object,
) -> Sequence[Row]:
    """All rows of these orders, in smaller parts where a statement's limit would cut some off.

    Half an order's lines would revoke the other half, so an answer that fills its limit is never used: an order that
    does so alone is put into `odd` with the reason.
    """
    rows = await database.rows(statement, order_ids=list(order_ids), limit=MOST_ROWS, **values)
    if len(rows) < MOST_ROWS:
        return rows
    if len(order_ids) == 1:
        odd[order_ids[0]] = f"it has {MOST_ROWS} rows or more where a few are usual ({statement.name})"
        return ()
    middle = len(order_ids) // 2
    first = await complete_rows(database, statement, order_ids[:middle], odd=odd, **values)
    second = await complete_rows(database, statement, order_ids[middle:], odd=odd, **values)
    return [*first, *second]


async def present_customers(
    database: ShopDatabase, statement: Statement, customer_ids: Sequence[int]
) -> dict[int, int]:
    """Those of these customers that `statement` (parameters `customers`, `limit`) finds, with what tells each apart."""
    present: dict[int, int] = {}
    for part in in_parts(customer_ids):
        rows = await database.rows(statement, customers=part, limit=len(part))
        present |= {int(customer): int(born) for customer, born in rows}
    return present
