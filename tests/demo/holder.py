"""Licences' part of the day: an extension is bought, help with it is free, and a refund suspends what it takes back.

The customer clicks on her page in the shop, staff use the bridge's own commands, as at the counter.
"""

import asyncio
import json
from collections.abc import Awaitable, Callable, Iterator
from typing import Any

from tests.demo.counter import Client, Counter
from tests.demo.stage import EXTENSION, Stage
from tests.demo.telling import Telling
from tests.support.bridges import shop_now
from tests.support.shops import OpenCartShop

SUBJECT = "The sitemap stays empty"


class Holder:
    """One customer of the OpenCart shop, who buys an extension."""

    def __init__(self, stage: Stage, telling: Telling, counter: Counter, lena: Client) -> None:
        self._stage, self._telling, self._counter, self._lena = stage, telling, counter, lena
        shop = stage.shops[lena.store]
        assert isinstance(shop, OpenCartShop)
        self._shop = shop
        self._order = self._licence = self._ticket = 0
        self._key = ""
        self._faults: list[str] = []

    def steps(self) -> Iterator[tuple[str, Callable[[], Awaitable[object]]]]:
        """The story, in order: a sentence and an action each."""
        yield "Lena buys the SEO extension in the OpenCart shop. Her page has a licence with its key.", self._buys
        yield "She reads the key out to staff, who look whether it is right.", self._reads_out
        yield "She asks for help with the extension on her page: free, by her licence.", self._asks
        yield (
            "She wants her money back. The licence is suspended, the ticket stays free, and staff are told.",
            self._refunded,
        )
        yield "She pays again after all, and has the same licence back.", self._paid_again

    def faults(self) -> list[str]:
        """What was not as it must be; best empty."""
        return [f"{self._lena.store}: {fault}" for fault in self._faults]

    async def _buys(self) -> None:
        lines = [(EXTENSION, 1)]
        self._order = await self._shop.place_paid_order(self._lena.customer, lines, at=shop_now(self._shop))
        shown = await self._page_shows(suspended=None)
        self._licence, self._key = shown["licence"], shown["key"]
        until = shown["support_until"]["text"][self._lena.language]
        self._telling.say("page", f"Lena reads: {shown['name']['en']}, key {self._key}, help by ticket until {until}")

    async def _reads_out(self) -> None:
        spoken = self._key.lower().replace("-", " ")
        self._telling.say("staff", f'bridge licence check "{spoken}"')
        said = await asyncio.to_thread(self._stage.command, "licence", "check", spoken)
        self._telling.say("staff", said.splitlines()[0])

    async def _asks(self) -> None:
        wish = {"subject": SUBJECT, "text": "Since today.", "price": None, "licence": self._licence}
        self._ticket = (await self._counter.clicks(self._lena, "ticket_open", wish))["ticket"]
        await self._is_free("when it was opened")

    async def _refunded(self) -> None:
        await self._shop.set_status(self._order, self._shop.refunded_status, shop_now(self._shop))
        await self._page_shows(suspended="refunded")
        await self._is_free("after the refund")
        problems = json.loads(await asyncio.to_thread(self._stage.command, "problems", "list", "--json"))["problems"]
        mine = [one["summary"] for one in problems if one["kind"] == "licence_refunded_mid_ticket"]
        for summary in mine:
            self._telling.say("staff", summary)
        if not mine:
            self._faults.append("nobody was told that the licence of an open ticket was refunded")

    async def _paid_again(self) -> None:
        await self._shop.set_status(self._order, self._shop.paid_status, shop_now(self._shop))
        shown = await self._page_shows(suspended=None)
        if shown["key"] != self._key:
            self._faults.append("Lena's licence came back with another key")

    async def _is_free(self, when: str) -> None:
        ticket = json.loads(await asyncio.to_thread(self._stage.command, "ticket", "show", str(self._ticket), "--json"))
        cover = ticket["cover"]
        self._telling.say("staff", f"bridge ticket show {self._ticket}: {cover['text']}")
        if cover["way"] != "licence":
            self._faults.append(f"help was not free {when}: {cover}")

    async def _page_shows(self, **expected: object) -> dict[str, Any]:
        """Wait until Lena's page shows her licence so."""
        return await self._counter.shown(
            self._lena, "licence", lambda row: expected.items() <= row.items(), f"Lena's licence is {expected}"
        )
