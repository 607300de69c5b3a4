"""The day: what customers and staff do in two shops, a sentence and an action each."""

import json
from collections.abc import Awaitable, Callable, Iterator
from datetime import timedelta
from decimal import Decimal
from typing import NamedTuple

from tests.demo.caller import Caller
from tests.demo.counter import PRICED, Client, Counter
from tests.demo.holder import Holder
from tests.demo.stage import OPENCART, PRESTASHOP, Stage
from tests.demo.telling import Telling
from tests.support.bridges import BASE, ESSENTIAL, PROFESSIONAL, shop_now
from tests.support.shops import OpenCartShop, PrestaShopShop

TWO_DAYS = timedelta(days=2)


class Step(NamedTuple):
    """One thing somebody does, in words and in deed."""

    words: str
    deed: Callable[[], Awaitable[object]]


class Day:
    """The cast and the story."""

    def __init__(self, stage: Stage, telling: Telling) -> None:
        self._stage, self._telling = stage, telling
        opencart, prestashop = stage.shops[OPENCART], stage.shops[PRESTASHOP]
        assert isinstance(opencart, OpenCartShop)
        assert isinstance(prestashop, PrestaShopShop)
        self._opencart, self._prestashop = opencart, prestashop
        self._customers: dict[str, int] = {}
        self._orders: dict[str, int] = {}
        self.counter: Counter | None = None
        self.holder: Holder | None = None
        self.caller = Caller(stage, telling)

    async def before(self) -> None:
        """The customers, and what was ordered before the bridge came."""
        cast = {OPENCART: ("Olga", "Pavel", "Priya", "Lena"), PRESTASHOP: ("Reza", "Sara", "Omid")}
        for store, names in cast.items():
            for name in names:
                shop = self._stage.shops[store]
                number = await shop.add_customer(f"{name.lower()}@shop.example", firstname=name, lastname="Demo")
                self._customers[name] = number
                self._telling.names[store, number] = name
        self._telling.people(
            "Before today Priya, Sara and Omid bought Essential; "
            "Pavel bought Base before coins.start, which grants nothing."
        )
        too_early = self._stage.since(OPENCART) - TWO_DAYS
        await self._opencart.place_paid_order(self._customers["Pavel"], [(BASE, 1)], at=too_early)
        await self._opencart.place_paid_order(
            self._customers["Priya"], [(ESSENTIAL, 1)], at=shop_now(self._opencart) - TWO_DAYS
        )
        await self._prestashop.place_paid_order(
            self._customers["Sara"], [(ESSENTIAL, 2)], at=shop_now(self._prestashop) - TWO_DAYS
        )
        await self._prestashop.place_paid_order(
            self._customers["Omid"], [(ESSENTIAL, 1)], at=shop_now(self._prestashop) - TWO_DAYS
        )
        self.counter = Counter(
            self._stage,
            self._telling,
            [
                Client("Priya", OPENCART, self._customers["Priya"], "Developer", 45, "theme", "en"),
                Client("Omid", PRESTASHOP, self._customers["Omid"], "Support", PRICED, "host", "en"),
            ],
        )
        lena = Client("Lena", OPENCART, self._customers["Lena"], "Developer", 0, "", "en")
        self.holder = Holder(self._stage, self._telling, self.counter, lena)

    def steps(self) -> Iterator[Step]:
        """The story, in order."""
        opencart, prestashop, order = self._opencart, self._prestashop, self._orders
        yield Step(
            "Olga orders one Base in the OpenCart shop. It is not paid yet.", self._orders_in_opencart("Olga", 1)
        )
        yield Step("Olga's payment arrives: the order is complete.", lambda: self._set("Olga", opencart.paid_status))
        yield Step("Reza buys Essential three times in the PrestaShop shop.", self._buys("Reza", ESSENTIAL, 3))
        yield Step("Pavel buys two Professional in the OpenCart shop.", self._buys("Pavel", PROFESSIONAL, 2))
        yield Step(
            "Staff edit Pavel's order down to one. OpenCart voids it for a moment; nobody notices.",
            lambda: self._edit("Pavel", PROFESSIONAL, 1),
        )
        yield Step("Staff edit it up again, to three.", lambda: self._edit("Pavel", PROFESSIONAL, 3))
        yield Step(
            "Reza returns one of his three: a credit slip in PrestaShop.",
            lambda: prestashop.refund_by_slip(order["Reza"], ESSENTIAL, 1, shop_now(prestashop), returned=True),
        )
        yield Step(
            "Olga wants her money back: status Refunded in OpenCart.",
            lambda: self._set("Olga", opencart.refunded_status),
        )
        yield Step("Sara buys Base.", self._buys("Sara", BASE, 1))
        yield Step(
            "Sara's payment bounces: her order is canceled.", lambda: self._set("Sara", prestashop.canceled_status)
        )
        yield Step("She pays again, and has what she had.", lambda: self._set("Sara", prestashop.paid_status))
        yield Step("A clerk voids Pavel's order by mistake ...", lambda: self._set("Pavel", opencart.voided_status))
        yield Step("... and completes it again.", lambda: self._set("Pavel", opencart.paid_status))
        assert self.counter is not None, "the customers come first"
        assert self.holder is not None, "the customers come first"
        for part in (self.counter, self.holder, self.caller):
            for words, deed in part.steps():
                yield Step(words, deed)
        yield Step(
            "A guest buys Base in the PrestaShop shop. His coins are kept until he has an account: no page shows them.",
            self._guest_buys,
        )
        yield Step(
            "Priya gets Base for a voucher: an order with a total of 0 that would grant coins waits for staff.",
            self._gets_for_nothing,
        )
        yield Step("Staff look at it and let it through: bridge problems retry.", self._staff_release)

    def _orders_in_opencart(self, name: str, quantity: int) -> Callable[[], Awaitable[object]]:
        async def deed() -> None:
            shop = self._opencart
            lines = [(BASE, quantity)]
            self._orders[name] = await shop.place_order(self._customers[name], lines, at=shop_now(shop))

        return deed

    def _buys(self, name: str, code: str, quantity: int) -> Callable[[], Awaitable[object]]:
        async def deed() -> None:
            shop = self._shop_of(name)
            lines = [(code, quantity)]
            self._orders[name] = await shop.place_paid_order(self._customers[name], lines, at=shop_now(shop))

        return deed

    async def _set(self, name: str, status: int) -> None:
        shop = self._shop_of(name)
        await shop.set_status(self._orders[name], status, shop_now(shop))

    async def _edit(self, name: str, code: str, quantity: int) -> None:
        shop = self._shop_of(name)
        await shop.edit_order(self._orders[name], [(code, quantity)], shop_now(shop))

    async def _guest_buys(self) -> None:
        shop = self._prestashop
        await shop.place_paid_order(None, [(BASE, 1)], at=shop_now(shop), guest="guest@shop.example")

    async def _gets_for_nothing(self) -> None:
        shop, lines = self._opencart, [(BASE, 1)]
        order = await shop.place_order(self._customers["Priya"], lines, at=shop_now(shop), total=Decimal(0))
        await shop.set_status(order, shop.paid_status, shop_now(shop))

    async def _staff_release(self) -> None:
        for problem in json.loads(self._stage.command("problems", "list", "--json"))["problems"]:
            self._telling.say("staff", problem["summary"])
            number = str(problem["problem"])
            self._telling.say("staff", self._stage.command("problems", "retry", number, "--by", "Developer").strip())

    def _shop_of(self, name: str) -> OpenCartShop | PrestaShopShop:
        store = next(store for store, number in self._telling.names if self._telling.names[store, number] == name)
        return self._stage.shops[store]
