"""A shop in which something changes all the time: orders placed, paid, edited, refunded, voided and paid again.

One seed gives one sequence of changes. Every change is made the way the shop's own code makes it, statement by
statement, so that a reader can come in between.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from random import Random

from tests.support.bridges import COINS, AnyShop, shop_now
from tests.support.shops import Line, PrestaShopShop

CUSTOMERS = 6
OPEN_ORDERS = 40
"""At most so many orders keep changing."""


@dataclass(slots=True)
class LiveOrder:
    """What the shop's code would know of an order: `left` are units by product code."""

    number: int
    left: dict[str, int]
    status: int
    refunded: bool = False


class Unrest:
    """Changes to one shop. `settle_seconds` is how long the bridge lets an order rest."""

    def __init__(self, shop: AnyShop, seed: int, *, settle_seconds: float) -> None:
        self.shop, self._settle = shop, settle_seconds
        self._random = Random(seed)  # noqa: S311 - to be repeatable, not secret
        self._customers: list[int] = []
        self._orders: list[LiveOrder] = []
        self.changes = 0

    async def prepare(self) -> None:
        """Let a few customers register."""
        for number in range(CUSTOMERS):
            self._customers.append(await self.shop.add_customer(f"buyer{number}@shop.example"))

    async def run(self, stop: asyncio.Event, *, most_pause_seconds: float = 0.03) -> None:
        """Change something, again and again, until told to stop."""
        while not stop.is_set():
            await self.change()
            await asyncio.sleep(self._random.uniform(0.0, most_pause_seconds))

    async def change(self) -> None:
        """Change one thing."""
        if not self._orders or (len(self._orders) < OPEN_ORDERS and self._random.random() < 0.25):
            await self._place()
        else:
            order = self._random.choice(self._orders)
            await self._random.choice(self._possible(order))(order)
        self.changes += 1

    def _possible(self, order: LiveOrder) -> list[Callable[[LiveOrder], Awaitable[None]]]:
        ways: list[Callable[[LiveOrder], Awaitable[None]]] = [self._pay, self._pay, self._take_back]
        if not order.refunded:
            ways.append(self._edit)
        if isinstance(self.shop, PrestaShopShop) and order.status != self.shop.pending_status:
            ways.append(self._refund)
        return ways

    async def _place(self) -> None:
        lines = self._lines()
        customer = self._random.choice([*self._customers, None])
        number = await self.shop.place_order(customer, lines, at=shop_now(self.shop), guest="guest@shop.example")
        self._orders.append(LiveOrder(number, dict(lines), self.shop.pending_status))

    async def _pay(self, order: LiveOrder) -> None:
        await self._set(order, self.shop.paid_status)

    async def _take_back(self, order: LiveOrder) -> None:
        await self._set(order, self._random.choice([self.shop.canceled_status, self.shop.refunded_status]))

    async def _edit(self, order: LiveOrder) -> None:
        lines = self._lines()
        await self.shop.edit_order(order.number, lines, shop_now(self.shop))
        order.left = dict(lines)
        if isinstance(self.shop, PrestaShopShop):  # whose edits leave no row that a cursor could see
            await self._set(order, order.status)

    async def _refund(self, order: LiveOrder) -> None:
        assert isinstance(self.shop, PrestaShopShop)
        code = next((code for code, left in order.left.items() if left), None)
        if code is None:
            return
        began = time.monotonic()
        await self.shop.refund_by_slip(order.number, code, 1, shop_now(self.shop), returned=self._random.random() < 0.5)
        order.left[code] -= 1
        order.refunded = True
        if time.monotonic() - began > self._settle / 2:
            # A slip is written before the quantity. A shop that pauses in between for longer than an order rests is
            # found out by comparing everything, not by a cursor; here the next history row stands in for that.
            await self._set(order, order.status)

    async def _set(self, order: LiveOrder, status: int) -> None:
        await self.shop.set_status(order.number, status, shop_now(self.shop))
        order.status = status

    def _lines(self) -> list[Line]:
        codes = self._random.sample(list(COINS), self._random.choice([1, 1, 2]))
        return [(code, self._random.randint(1, 3)) for code in codes]
