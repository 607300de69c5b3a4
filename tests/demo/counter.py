"""The coin desk's part of the day: in both shops at once a customer asks, approves and pays, and staff do the work.

Customers click on their page in the shop, which writes a signed row; staff use the bridge's own commands.
"""

import asyncio
import hashlib
import json
import shlex
from collections.abc import Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from bridge.contracts.shop_rows import DESK_TO_SHOP, SigningKey, verifies
from tests.demo.stage import Stage
from tests.demo.telling import Telling
from tests.support.waiting import LOOK_EVERY_S, PATIENCE_S

PRICE, HAD, PRICED = "google-analytics", 300, 50
SUBJECT, LATER_SUBJECT = "Set up Google Analytics", "Move the basket into the header"
INSPECTION = 15


@dataclass
class Client:
    """One customer before the counter. `spent` is what the work will take; `language` is what his page speaks."""

    name: str
    store: str
    customer: int
    staff: str
    spent: int
    cause: str
    language: str
    ticket: int = 0
    quote: int = 0
    left: dict[str, int] = field(default_factory=dict)


class Counter:
    """Customers of both shops and their staff; each step is done in both at once."""

    def __init__(self, stage: Stage, telling: Telling, clients: list[Client]) -> None:
        self._stage, self._telling, self._clients = stage, telling, clients

    def steps(self) -> Iterator[tuple[str, Callable[[], Awaitable[object]]]]:
        """The story, in order: a sentence and an action each."""
        names = " and ".join(f"{one.name}" for one in self._clients)
        yield (
            f"{names} have {HAD} coins each. On their page both ask for Google Analytics: {PRICED} coins on the list.",
            lambda: self._each(self._asks_for_price),
        )
        yield "That made a draft of a quote in each shop. Staff send them as they are.", self._sends
        yield "Both read the offer on their page and approve it.", lambda: self._each(self._approves)
        yield (
            "The work is done: " + ", ".join(f"{one.name}'s took {one.spent}" for one in self._clients) + ". "
            "What is not needed comes back.",
            lambda: self._each(self._settles),
        )
        yield "Both want more; nobody knows whether it can be done.", lambda: self._each(self._asks_for_more)
        yield (
            f"Staff offer to look, for {INSPECTION} coins if it turns out to be impossible.",
            lambda: self._each(self._inspects),
        )
        yield "Both approve the inspection.", lambda: self._each(self._approves)
        yield "It can't be done, and staff say why.", lambda: self._each(self._cannot)

    def faults(self) -> list[str]:
        """Where the numbers are not the published ones; best empty."""
        found = []
        for one in self._clients:
            expected = {"work": HAD - one.spent, "inspection": HAD - one.spent - INSPECTION}
            if one.left != expected:
                found.append(f"{one.store}: {one.name}'s page showed {one.left} coins left, not {expected}")
        return found

    def summary(self) -> Iterator[str]:
        """What the customers paid, a sentence each."""
        for one in self._clients:
            kept = f" ({PRICED - one.spent} of {PRICED} came back)" if one.spent < PRICED else ""
            yield (
                f"{one.name}: Google Analytics for {one.spent} coins out of {HAD} left {one.left['work']}{kept}; "
                f"the inspection that ended infeasible cost {INSPECTION} and left {one.left['inspection']}."
            )

    # --- what customers do on their page ---

    async def _asks_for_price(self, one: Client) -> None:
        wish = {"subject": SUBJECT, "text": "For my shop, please.", "price": PRICE}
        one.ticket = (await self.clicks(one, "ticket_open", wish))["ticket"]

    async def _asks_for_more(self, one: Client) -> None:
        wish = {"subject": LATER_SUBJECT, "text": "Can you?", "price": None}
        one.ticket = (await self.clicks(one, "ticket_open", wish))["ticket"]

    async def _approves(self, one: Client) -> None:
        shown = await self._sees(one, "offered")
        text = shown["text"][one.language]
        self._say("page", f"{one.name} reads: {text.splitlines()[0]}")
        text_hash = hashlib.sha256(text.encode()).hexdigest()
        decision = {"quote": one.quote, "version": shown["version"], "text_hash": text_hash}
        await self.clicks(one, "quote_approve", decision)
        await self._account(one, held=shown["coins"])

    async def clicks(self, one: Client, kind: str, data: Mapping[str, Any]) -> dict[str, Any]:
        """Send a form and wait for its answer; what it says in numbers."""
        shop = self._stage.shops[one.store]
        uuid = await shop.customer_posts(
            self._key(one), one.customer, kind, data, store=one.store, language=one.language
        )
        answer = await self.shown(one, "answer", lambda row: row["uuid"] == uuid, f"an answer to {one.name}")
        assert answer["outcome"] == "accepted", answer
        self._say("page", f"{one.name} is answered: {answer['text'][one.language]}")
        numbers: dict[str, Any] = answer["data"]
        return numbers

    # --- what staff do by command ---

    async def _sends(self) -> None:
        drafts = json.loads(await asyncio.to_thread(self._stage.command, "quote", "list", "--json"))["quotes"]
        for one in self._clients:
            one.quote = next(draft["quote"] for draft in drafts if draft["ticket"] == one.ticket)
        await self._each(lambda one: self.by_staff(one, "quote", "reissue", str(one.quote)))

    async def _settles(self, one: Client) -> None:
        await self.by_staff(one, "quote", "settle", str(one.quote), "--spent", str(one.spent))
        one.left["work"] = (await self._account(one, held=0, posted=HAD - one.spent))["posted"]

    async def _inspects(self, one: Client) -> None:
        said = await self.by_staff(one, "inspection", "offer", str(one.ticket), "--words", "May we look?")
        one.quote = int(said.partition(": quote ")[2].partition(".")[0])

    async def _cannot(self, one: Client) -> None:
        await self.by_staff(one, "quote", "infeasible", str(one.quote), "--cause", one.cause)
        shown = await self._sees(one, "settled")
        assert shown["spent"] == INSPECTION, shown
        after = await self._account(one, held=0, posted=HAD - one.spent - INSPECTION)
        one.left["inspection"] = after["posted"]

    async def by_staff(self, one: Client, *words: str) -> str:
        """A command in the name of the shop's staff, told with the sentence that it answers."""
        words = (*words, "--by", one.staff)
        self._say("staff", f"bridge {shlex.join(words)}")
        said = (await asyncio.to_thread(self._stage.command, *words)).splitlines()[0]
        self._say("staff", said)
        return said

    # --- what the page shows ---

    async def _sees(self, one: Client, state: str) -> dict[str, Any]:
        """Wait until the page shows the quote in that state."""
        return await self.shown(
            one,
            "quote",
            lambda row: (row["quote"], row["state"]) == (one.quote, state),
            f"{one.name}'s quote is {state}",
        )

    async def _account(self, one: Client, **expected: int) -> dict[str, Any]:
        """Wait until the account page says these numbers."""
        return await self.shown(
            one, "account", lambda row: expected.items() <= row.items(), f"{one.name}'s account shows {expected}"
        )

    async def shown(
        self, one: Client, table: str, wanted: Callable[[dict[str, Any]], bool], what: str
    ) -> dict[str, Any]:
        """Wait for a row that verifies and says that."""
        shop = self._stage.shops[one.store]
        statement = (
            f"SELECT payload, key_id, mac FROM `{shop.prefix}supportbridge_{table}`"
            " WHERE store = %s AND customer_id = %s"
        )
        deadline = asyncio.get_running_loop().time() + PATIENCE_S
        while True:
            for payload, key_id, mac in await shop.fetch(statement, one.store, one.customer):
                signed = verifies([self._key(one)], table, payload, key_id, mac, direction=DESK_TO_SHOP)
                document: dict[str, Any] = json.loads(payload)
                if signed and wanted(document):
                    return document
            assert asyncio.get_running_loop().time() < deadline, f"not within {PATIENCE_S:g} s: {what}"
            await asyncio.sleep(LOOK_EVERY_S)

    def _key(self, one: Client) -> SigningKey:
        return SigningKey(*next(iter(self._stage.keys[one.store].items())))

    async def _each(self, deed: Callable[[Client], Awaitable[object]]) -> None:
        await asyncio.gather(*(deed(one) for one in self._clients))

    def _say(self, who: str, words: str) -> None:
        self._telling.say(who, words)
