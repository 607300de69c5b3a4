"""A customer before the coin desk's pages in a pretend shop: what he is shown, and what he clicks."""

import asyncio
import hashlib
import json
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from operator import itemgetter
from typing import Any, TypeVar

from bridge.contracts.shop_rows import DESK_TO_SHOP, SigningKey, verifies
from bridge.desk.desk import Desk
from bridge.desk.key_files import load_keys
from bridge.domain.accounts import Owner, OwnerKind
from bridge.domain.quotes import Quote
from bridge.domain.tickets import Author, Message, MessageKind
from bridge.engine.setup import StoreSetup
from bridge.services import offering
from tests.support.bridges import AnyShop, Bridge, now
from tests.support.waiting import LOOK_EVERY_S, PATIENCE_S

T = TypeVar("T")
KEYS = {
    "quote": "quote_id",
    "price": "code",
    "answer": "uuid",
    "ticket": "ticket_id",
    "message": "ticket_id, number",
    "agreement": "agreement_id",
    "bill": "bill_id",
}
"""What a row of each table goes by."""


@dataclass(frozen=True, slots=True)
class CoinPage:
    """The pages of one customer of the store "acme", and its staff beside him."""

    bridge: Bridge
    shop: AnyShop
    customer: int
    at: Callable[[], datetime] = now
    """The moment at which staff act."""

    @property
    def key(self) -> SigningKey:
        """The key that the shop's pages sign with."""
        return load_keys(self.bridge.state, "acme").signing_first[0]

    async def documents(self, table: str) -> list[dict[str, Any]]:
        """What the verified rows of the table say, by their keys; of quotes and answers only this customer's."""
        mine = "" if table == "price" else f" AND customer_id = {self.customer}"
        rows = await self.shop.fetch(
            f"SELECT payload, key_id, mac FROM `{self.shop.prefix}supportbridge_{table}` WHERE store = 'acme'{mine}"
            f" ORDER BY {KEYS[table]}"
        )
        for payload, key_id, mac in rows:
            assert verifies([self.key], table, payload, key_id, mac, direction=DESK_TO_SHOP)
        return [json.loads(row[0]) for row in rows]

    async def quote(self, quote_id: int) -> dict[str, Any] | None:
        """A quote as the page shows it."""
        return next((one for one in await self.documents("quote") if one["quote"] == quote_id), None)

    async def sees(self, quote_id: int, state: str) -> dict[str, Any]:
        """Wait until the page shows the quote in that state; its document."""

        async def shown() -> dict[str, Any] | None:
            document = await self.quote(quote_id)
            return document if document and document["state"] == state else None

        return await eventually(shown, f"quote {quote_id} is shown as {state}")

    async def sees_version(self, quote_id: int, version: int) -> dict[str, Any]:
        """Wait until the page shows that version of the quote; its document."""

        async def shown() -> dict[str, Any] | None:
            document = await self.quote(quote_id)
            return document if document and document["version"] == version else None

        return await eventually(shown, f"version {version} of quote {quote_id} is shown")

    async def thread(self, ticket: int, messages: int) -> dict[str, Any]:
        """Wait until the page shows the ticket with so many messages; its document."""

        async def shown() -> dict[str, Any] | None:
            document = next((one for one in await self.threads() if one["ticket"] == ticket), None)
            return document if document and len(document["messages"]) == messages else None

        return await eventually(shown, f"ticket {ticket} is shown with {messages} messages")

    async def threads(self) -> list[dict[str, Any]]:
        """The tickets that the pages show, each with its messages in order in the place of their number.

        Every message that a ticket counts is there: it is written before the ticket is.
        """
        tickets = await self.documents("ticket")
        said = {(one["ticket"], one["number"]): one for one in await self.documents("message")}
        for ticket in tickets:
            counted = [said[ticket["ticket"], place + 1] for place in range(ticket["messages"])]
            ticket["messages"] = sorted(counted, key=itemgetter("at", "ms", "number"))
        return tickets

    async def does(self, kind: str, data: Mapping[str, Any], *, uuid: str = "") -> str:
        """Send a form; the number it goes by."""
        return await self.shop.customer_posts(self.key, self.customer, kind, data, uuid=uuid)

    async def approves(self, quote_id: int, *, language: str = "en") -> str:
        """Approve what the page shows: the hash is that of the text that was really read."""
        shown = await self.quote(quote_id)
        assert shown is not None
        text_hash = hashlib.sha256(shown["text"][language].encode()).hexdigest()
        data = {"quote": quote_id, "version": shown["version"], "text_hash": text_hash}
        return await self.does("quote_approve", data)

    async def code(self, uuid: str) -> str:
        """What a form came to: the code of its answer."""
        return str((await self.answer(uuid))["code"])

    async def answer(self, uuid: str) -> dict[str, Any]:
        """Wait for the answer to a form."""

        async def answered() -> dict[str, Any] | None:
            return next((one for one in await self.documents("answer") if one["uuid"] == uuid), None)

        return await eventually(answered, f"an answer to {uuid}")

    async def account(self, **expected: int) -> dict[str, Any]:
        """Wait until the account page says these numbers; its document."""

        async def shown() -> dict[str, Any] | None:
            pages = await self.bridge.pages("acme")
            if self.customer not in pages.accounts:
                return None
            document = pages.shown(self.customer)
            return document if expected.items() <= document.items() else None

        return await eventually(shown, f"the account of customer {self.customer} shows {expected}")

    def offered(self, coins: int, *, subject: str = "Work", ticket: int | None = None) -> Quote:
        """Staff offer work on a new ticket, or on the given one, by a command beside the daemon."""

        def offer(tx: Any) -> Quote:
            owner, at = Owner(OwnerKind.CUSTOMER, self.customer), self.at()
            account, number = tx.accounts.of_owners("acme", [owner])[owner], ticket
            if number is None:
                opened = tx.tickets.open("acme", account.id, subject=subject, at=at, by=Author.STAFF, staff="Anna")
                number = opened.id
            terms = self.setup.desk_terms
            return offering.offer(tx, terms, number, coins=coins, words=subject, by="Anna", at=at, possible=True)

        made: Quote = self.staff(offer)
        return made

    @property
    def setup(self) -> StoreSetup:
        """The store as its file says."""
        return StoreSetup.of(self.bridge.settings().stores["acme"])

    def does_to(self, service: Any, number: int, **facts: Any) -> Any:
        """Staff do something to a quote, or to a ticket: the service with its terms, a name and the moment."""
        return self.staff(service, self.setup.desk_terms, number, by="Anna", at=self.at(), **facts)

    def staff(self, service: Any, *args: Any, **kwargs: Any) -> Any:
        """Run a service as a command does, beside the running daemon."""
        with Desk.open(self.bridge.desk.path) as desk:
            return desk.run(service, *args, **kwargs)

    def said_in(self, ticket_id: int) -> list[Message]:
        """What stands in a ticket, but for what the desk notes of the plan that it runs under."""
        thread: list[Message] = self.staff(lambda tx: tx.tickets.thread(ticket_id))
        return [one for one in thread if one.kind is not MessageKind.STANDING]


async def eventually(condition: Callable[[], Awaitable[T | None]], what: str) -> T:
    """What `condition` answers as soon as there is something; fails with `what` after a while."""
    deadline = time.monotonic() + PATIENCE_S
    while True:
        found = await condition()
        if found is not None:
            return found
        assert time.monotonic() < deadline, f"not within {PATIENCE_S:g} s: {what}"
        await asyncio.sleep(LOOK_EVERY_S)
