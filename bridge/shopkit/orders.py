"""From rows of a shop to orders, on either platform.

Nothing in a shop's database can be relied on: columns are NULL that never should be, text is not UTF-8, dates are zero.
An order whose rows can't be understood becomes an `UnreadableOrder` with its reason; the rest of the page goes on.
Text that decides about coins is read as bytes, so that one broken row does not fail the whole answer.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from enum import IntEnum

from bridge.domain.accounts import Owner, OwnerKind
from bridge.domain.orders import Order, OrderLine, UnreadableOrder
from bridge.domain.purchases import EARLIEST_YEAR
from bridge.shopkit.database import Row


class Buyer(IntEnum):
    """What a platform's order query says about the buyer, as a number."""

    CUSTOMER = 0
    GUEST = 1
    GONE = 2


class PageLines:
    """The lines of a page of orders with their digests, and why some of them can't be understood."""

    def __init__(self) -> None:
        self.of: defaultdict[int, list[OrderLine]] = defaultdict(list)
        self.odd: dict[int, str] = {}
        self.digests: defaultdict[int, int] = defaultdict(int)


def decoded(code: bytes | str | None) -> str:
    """A product code as text; no code is the empty one. Raises `ValueError` for bytes that are not UTF-8."""
    if code is None:
        return ""
    if isinstance(code, str):
        return code
    try:
        return code.decode()
    except UnicodeDecodeError:
        raise ValueError(f"the product code {code!r} of a line is not UTF-8") from None


def wall_clock(value: object) -> datetime | None:
    """A shop's date without a zone; None for NULL and for what is no date.

    The driver gives zero dates as text; what PHP makes of no date is the first of January 1970.
    """
    return value if isinstance(value, datetime) and value.year >= EARLIEST_YEAR else None


def first_dates(rows: Iterable[Row], into: dict[int, datetime | None] | None = None) -> dict[int, datetime | None]:
    """The date of each order's first row; `rows` are (order id, date), ascending by primary key."""
    first = {} if into is None else into
    for order_id, date in rows:
        if order_id not in first:
            first[order_id] = wall_clock(date)
    return first


def assembled(
    rows: Iterable[Row],
    lines: PageLines,
    granting: Mapping[int, datetime | None],
    slips: Mapping[int, Sequence[int]],
) -> tuple[list[Order], list[UnreadableOrder]]:
    """Orders from rows (order, shop, customer, `Buyer`, status, total, date, digest, born) and what belongs to them.

    The last may be left out: it is what tells the customer from another who gets his number later.

    `granting` holds the first granting date of those orders whose present status grants.
    """
    orders: list[Order] = []
    unreadable: list[UnreadableOrder] = []
    digests = lines.digests
    for row in rows:
        order_id, shop_id, customer_id, buyer, status, total, ordered_at, digest, *born = row
        if order_id in digests:
            digest ^= digests[order_id]
        if order_id in lines.odd or None in row[:6] or customer_id < 0:
            reason = lines.odd.get(order_id) or _unusable(row)
            if order_id in lines.odd and order_id not in digests:
                digest = 0  # its lines were too many to be read, so what they come to is not known here
            unreadable.append(UnreadableOrder(order_id, reason, digest))
            continue
        orders.append(
            Order(
                order_id,
                shop_id,
                _owner(buyer, order_id, customer_id),
                status,
                wall_clock(ordered_at),
                granting.get(order_id),
                total,
                tuple(lines.of.get(order_id, ())),
                tuple(slips.get(order_id, ())),
                customer_id,
                digest,
                born[0] if born and buyer == Buyer.CUSTOMER else None,
            )
        )
    return orders, unreadable


def _owner(buyer: int, order_id: int, customer_id: int) -> Owner | None:
    if buyer == Buyer.CUSTOMER:
        return Owner(OwnerKind.CUSTOMER, customer_id)
    return Owner(OwnerKind.GUEST, order_id) if buyer == Buyer.GUEST else None


def _unusable(row: Row) -> str:
    """What is NULL, or a customer's number that no account page could be written for."""
    names = ("order", "shop", "customer", "buyer", "status", "total")
    missing = [name for name, value in zip(names, row, strict=False) if value is None]
    return f"it has no {' and no '.join(missing)} (NULL)" if missing else f"its customer has the number {row[2]}"
