"""What every reader does the same way: parts of a page, answers that are complete, shops that are selected."""

from collections.abc import Iterator, Sequence

from bridge.contracts.named_sql import Statement
from bridge.contracts.shop import StoreConnection
from bridge.contracts.shop_database import Row, ShopDatabase
from bridge.contracts.shop_errors import refused

ORDERS_A_STATEMENT = 500

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
    database: ShopDatabase, statement: Statement, order_ids: Sequence[int], *, most: int, **values: object
) -> Sequence[Row]:
    """All rows of these orders, in smaller parts where a statement's limit would cut some off.

    Half an order's lines would revoke the other half, so an answer that fills its limit is never used. Raises
    `ShopRefused` for a single order with more than `most` rows.
    """
    rows = await database.rows(statement, order_ids=list(order_ids), limit=most, **values)
    if len(rows) < most:
        return rows
    if len(order_ids) == 1:
        raise refused(
            f"{database.store}: order {order_ids[0]} has {most} rows or more ({statement.name})",
            "look at this order in the shop: nobody orders so much at once",
        )
    middle = len(order_ids) // 2
    first = await complete_rows(database, statement, order_ids[:middle], most=most, **values)
    second = await complete_rows(database, statement, order_ids[middle:], most=most, **values)
    return [*first, *second]
