"""A page with an order that can't be booked: it is found and set aside for staff, the rest is booked as one page.

The rest stays one page because the fuse counts by the page (rule C2). Trying an order changes nothing: a trial ends by
raising, and what raises is rolled back.
"""

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from typing import TypeVar

import structlog

from bridge.desk.desk import Desk
from bridge.domain.orders import Order, UnreadableOrder
from bridge.domain.purchases import StoreTerms
from bridge.errors import BridgeError, DeskError, ShopError
from bridge.services.syncing import Tried, try_order

R = TypeVar("R")
log = structlog.get_logger()


async def book_but_the_odd(
    desk: Desk,
    terms: StoreTerms,
    orders: Sequence[Order],
    unreadable: Sequence[UnreadableOrder],
    book: Callable[[Sequence[Order], Sequence[UnreadableOrder]], Awaitable[R]],
    *,
    at: datetime,
) -> R:
    """Book a page by `book(orders, set aside)`; where that fails because of single orders, book it without them.

    Raises `ShopError` and `DeskError` as they come, and what `book` raised where no single order is at fault.
    """
    try:
        return await book(orders, unreadable)
    except (ShopError, DeskError):
        raise
    except Exception:  # whatever it is, one order must not keep the others of its store waiting
        odd = [found for order in orders if (found := await _odd(desk, terms, order, at)) is not None]
        if not odd:
            raise
    names = {one.order_id for one in odd}
    return await book([order for order in orders if order.order_id not in names], [*unreadable, *odd])


async def _odd(desk: Desk, terms: StoreTerms, order: Order, at: datetime) -> UnreadableOrder | None:
    """Try one order alone. Staff are told the bridge's own words, of anything unexpected only its kind (rule D1)."""
    try:
        await desk.transact("try an order", try_order, terms, order, at=at)
    except Tried:
        return None
    except DeskError:
        raise
    except BridgeError as error:
        return UnreadableOrder(order.order_id, f"it can't be booked: {error}", order.digest)
    except Exception as error:
        log.exception("order can't be booked", store=terms.name, order=order.order_id)
        return UnreadableOrder(order.order_id, f"it can't be booked: unexpected {type(error).__name__}", order.digest)
    return None
