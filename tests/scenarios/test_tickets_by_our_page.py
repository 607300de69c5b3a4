"""Tickets written on our own page and answered at the desk, over a real database, whatever breaks off in between."""

import asyncio
import json
import os
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest

from bridge.contracts.shop_rows import SigningKey
from bridge.desk.desk import Desk
from bridge.desk.transaction import DeskTx
from bridge.domain.tickets import Author, Message, MessageKind
from bridge.engine.health import StoreHealth
from bridge.engine.inbox import Inbox
from bridge.engine.pusher import Pusher
from bridge.engine.setup import StoreSetup
from bridge.testing.coin_desk import PostedRow, posted_row
from bridge_opencart.adapter import OpenCartAdapter
from bridge_prestashop.adapter import PrestaShopAdapter
from tests.support.adapters import store_connection
from tests.support.books import a_quick_desk, rows
from tests.support.bridges import AnyShop
from tests.support.dying import BREAKS, DyingDaemon
from tests.support.shops import OpenCartShop

MESSAGES = 10_000 if os.environ.get("BRIDGE_LONG_TESTS") else 300
CUSTOMERS = range(71, 83)
MOST_SAID, MOST_ANSWERED = 8, 5
"""At once."""
KEY = SigningKey("k1", b"k" * 32)


@dataclass
class Said:
    """What customers have written, by its text, and whose that is; `late` became visible after what came later."""

    by: dict[str, int] = field(default_factory=dict)
    late: set[str] = field(default_factory=set)


class Pages(DyingDaemon):
    """Our own pages in a shop, a desk, and a daemon that dies now and then between them."""

    def __init__(self, shop: AnyShop, adapter: Any, desk: Desk, folder: Path) -> None:
        super().__init__((adapter,), desk, folder)
        self.shop = shop
        # How many a customer may write in a minute or an hour is a matter of other tests.
        flood = {"tickets_per_hour": 1_000, "messages_per_hour": 10_000}
        several = {
            "tickets": self.settings.tickets.model_copy(update=flood),
            "quotes": self.settings.quotes.model_copy(update={"actions_per_minute": 1_000}),
        }
        self.setup = StoreSetup.of(self.settings.model_copy(update=several))
        self.broken[0].breaks = 2 * BREAKS  # the shop is asked for less, and so that much of it breaks off, too
        self.begin()

    def begin(self) -> None:
        adapter, desk = self.broken
        health, stop, wake = StoreHealth("acme", 60), asyncio.Event(), asyncio.Event()
        common: Any = (self.setup, adapter, desk, self.clock, health, stop)
        self.inbox = Inbox(*common, keys=lambda: (KEY,), wake=wake)
        self.pusher = Pusher(*common, keys=lambda: (KEY,), wake=wake)

    async def one_pass(self) -> bool:
        pushed = await self.pusher.one_pass()  # first: of many rows in the inbox one kills the daemon mostly
        return await self.inbox.one_pass() or pushed > 0

    def tickets(self) -> dict[int, int]:
        """Whose each ticket is, by its number."""
        found = rows(self.desk, "SELECT t.id, a.owner_ref FROM ticket t JOIN account a ON a.id = t.account_id")
        return dict(found)

    def post(self, said: Said) -> tuple[PostedRow, str]:
        """What a customer's form sends: in a ticket of his that he sees, or in a new one. Returns it with its text."""
        customer, text = self.dice.choice(CUSTOMERS), f"in {len(said.by)}"
        own = [ticket for ticket, whose in self.tickets().items() if whose == customer]
        data: dict[str, Any] = {"text": text}
        if own and self.dice.random() < 0.9:
            kind, data["ticket"] = "ticket_reply", self.dice.choice(own)
        else:
            kind, data["subject"], data["price"] = "ticket_open", f"Slider {text}", None
        said.by[text] = customer
        at = int(self.clock.now().timestamp())
        return posted_row(KEY, store="acme", customer=customer, kind=kind, data=data, at=at), text


@asynccontextmanager
async def our_pages(shop: AnyShop, folder: Path) -> AsyncIterator[Pages]:
    kind, platform = (
        (OpenCartAdapter, "opencart") if isinstance(shop, OpenCartShop) else (PrestaShopAdapter, "prestashop")
    )
    adapter: Any = kind(replace(store_connection(shop, platform), store="acme"))
    try:
        with a_quick_desk() as desk:
            desk.start()
            await adapter.prepare()
            yield Pages(shop, adapter, desk, folder)
    finally:
        await adapter.close()


@pytest.mark.timeout(600)
async def test_T1_what_is_written_on_our_page_and_at_the_desk_is_on_both_sides_exactly_once_and_in_order(
    shop: AnyShop, tmp_path: Path
) -> None:
    async with our_pages(shop, tmp_path) as pages:
        dice, said, answered, twice = pages.dice, Said(), 0, []
        while len(said.by) + answered < MESSAGES:
            async with AsyncExitStack() as closing:
                for _ in range(dice.randint(1, MOST_SAID)):
                    row, text = pages.post(said)
                    if dice.random() < 0.05:
                        await closing.enter_async_context(shop.posting(row))
                        said.late.add(text)
                        continue
                    await shop.post(row)
                    if dice.random() < 0.1:
                        twice.append(row)
                await pages.passes()
            await shop.post(*twice[-MOST_SAID:])  # forms that were sent again
            current = list(pages.tickets())
            for ticket in dice.choices(current, k=min(len(current), dice.randint(0, MOST_ANSWERED))):
                answered += await pages.answer(ticket, f"out {answered}")
            if current and dice.random() < 0.2:
                await pages.close(dice.choice(current))
            await pages.passes()
        await pages.quiet()
        assert pages.crashes > MESSAGES / 60
        assert answered > MESSAGES / 10
        await _both_sides_are_alike(pages, said, answered)


async def _both_sides_are_alike(pages: Pages, said: Said, answered: int) -> None:
    whose, found = pages.tickets(), list[tuple[Author, str, int]]()
    shown = await _shown(pages.shop)
    assert shown.keys() == whose.keys()
    for ticket, customer in whose.items():
        thread = [one for one in pages.desk.look(_thread, ticket) if one.number]
        texts = [one for one in thread if one.kind is MessageKind.TEXT]
        assert shown[ticket] == [
            (one.number, customer, one.text if one.kind is MessageKind.TEXT else None) for one in thread
        ]
        assert [one.number for one in thread] == list(range(1, len(thread) + 1))
        for author in (Author.CUSTOMER, Author.STAFF):
            of_one = [one.text for one in texts if one.author is author]
            in_order = [int(text.split()[1]) for text in of_one if text not in said.late]
            assert in_order == sorted(in_order)
            found += [(author, text, customer) for text in of_one]
    assert sorted(one for one in found if one[0] is Author.CUSTOMER) == sorted(
        (Author.CUSTOMER, text, customer) for text, customer in said.by.items()
    )
    assert sorted(text for author, text, _ in found if author is Author.STAFF) == sorted(
        f"out {one}" for one in range(answered)
    )


def _thread(tx: DeskTx, ticket: int) -> list[Message]:
    return tx.tickets.thread(ticket)


async def _shown(shop: AnyShop) -> dict[int, list[tuple[int, int, str | None]]]:
    """What the page shows of each ticket: number, customer and what somebody typed, None for the bridge's words."""
    found: dict[int, list[tuple[int, int, str | None]]] = {}
    messages = f"`{shop.prefix}supportbridge_message`"
    for ticket, number, customer, payload in await shop.fetch(
        f"SELECT ticket_id, number, customer_id, payload FROM {messages} ORDER BY ticket_id, number"
    ):
        found.setdefault(ticket, []).append((number, customer, json.loads(payload)["text"].get("")))
    return found
