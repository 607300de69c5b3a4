"""A bridge whose daemon lives at times of a test's own: the shop and the rows in it are real, only its clock is set."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from typing import Any

from bridge.app import App
from bridge.domain.accounts import Owner, OwnerKind
from bridge.domain.desk_terms import DeskTerms
from bridge.domain.packages import Package
from bridge.domain.quotes import Quote
from bridge.domain.tickets import Author
from bridge.engine.setup import StoreSetup
from bridge.services import deciding, offering, staff_coins
from bridge.testing.clock import FixedClock
from tests.support.bridges import AnyShop, Bridge, now, shop_now
from tests.support.coin_page import CoinPage
from tests.support.waiting import LOOK_EVERY_S, PATIENCE_S

ANNA = "Anna"
A_SECOND, A_MINUTE, A_DAY = timedelta(seconds=1), timedelta(minutes=1), timedelta(days=1)


class Story:
    """A bridge whose daemon lives by a clock of the test's own."""

    def __init__(self, bridge: Bridge) -> None:
        self.bridge, self.clock = bridge, FixedClock(now())

    @asynccontextmanager
    async def running(self) -> AsyncIterator[App]:
        """The daemon, until the block ends."""
        async with App(self.bridge.settings(), self.bridge.settings, self.clock) as self.app:
            self.app.start_stores()
            yield self.app

    async def lives_until(self, moment: datetime) -> None:
        """The daemon has been up all the time until then: its last beat was a moment ago."""
        await self.app.desk.transact("beat", lambda tx: tx.downtimes.beat(moment - A_SECOND))
        self.clock.moment = moment
        self.app.sleeper.wake.set()

    def page(self, customer: int) -> CoinPage:
        """What the customer sees and clicks in the shop, and staff beside him who live at the same time."""
        return CoinPage(self.bridge, self.bridge.stores["acme"].shop, customer, self.clock.now)

    async def package(self, customer: int) -> Package:
        (one,) = (await self._balance(customer)).packages
        return one

    async def available(self, customer: int) -> int:
        return (await self._balance(customer)).available

    async def told(self, customer: int, kind: str) -> list[dict[str, Any]]:
        """The events of one kind about a customer, as plugins are handed them."""
        found = await self.app.desk.read(
            lambda tx: tx.connection.execute("SELECT event FROM outbox WHERE kind = ? ORDER BY id", [kind]).fetchall()
        )
        events = [json.loads(row[0]) for row in found]
        return [event for event in events if event["owner"] == [OwnerKind.CUSTOMER.value, customer]]

    async def reminded(
        self, customer: int, wanted: list[tuple[int, list[int]]], kind: str = "package_expiring"
    ) -> None:
        """Wait until just these reminders have been told: the days left, and what each stands for."""

        async def so() -> bool:
            told = await self.told(customer, kind)
            return [(one["days"], one["instead_of"]) for one in told] == wanted

        await eventually(so, f"the reminders are {wanted}")

    async def told_so_often(self, customer: int, kind: str, times: int) -> None:
        """Wait until the daemon has slept on it, and until just so many events of the kind have been told."""

        async def so() -> bool:
            asleep = self.app.sleeper._asleep_until is not None and not self.app.sleeper.wake.is_set()
            return asleep and len(await self.told(customer, kind)) == times

        await eventually(so, f"{kind} was told {times} times")

    async def shown(self, customer: int) -> dict[str, Any]:
        """What the account page has."""
        return (await self.bridge.pages("acme")).shown(customer)

    async def page_has(self, customer: int, posted: int) -> None:
        """Wait until the rows in the shop say so."""

        async def so() -> bool:
            return bool((await self.shown(customer))["posted"] == posted)

        await eventually(so, f"the page of customer {customer} has {posted} coins")

    async def entries(self, customer: int) -> list[tuple[str, int]]:
        account = self.bridge.desk.account("acme", customer)
        assert account is not None
        return [(entry.kind, entry.posted) for entry in account.entries]

    async def approved(self, customer: int, coins: int) -> Quote:
        """A quote that staff offered and the customer has approved."""
        terms = self.terms
        made = await self.app.desk.transact("offer", _offer, terms, customer, coins, self.clock.now())
        return await self.app.desk.transact(
            "approve",
            deciding.approve,
            terms,
            made.account_id,
            made.id,
            version=1,
            text_hash=made.offer.hashes["en"],
            at=self.clock.now(),
        )

    @property
    def terms(self) -> DeskTerms:
        return StoreSetup.of(self.bridge.settings().stores["acme"]).desk_terms

    async def _balance(self, customer: int) -> staff_coins.Balance:
        owner = Owner(OwnerKind.CUSTOMER, customer)
        return await self.app.desk.read(staff_coins.balance, "acme", owner, at=self.clock.now())


async def eventually(condition: Callable[[], Awaitable[bool]], what: str) -> None:
    """Wait until it is so; fails with `what` after a while."""
    for _ in range(int(PATIENCE_S / LOOK_EVERY_S)):
        if await condition():
            return
        await asyncio.sleep(LOOK_EVERY_S)
    raise AssertionError(f"not within {PATIENCE_S:g} s: {what}")


def _offer(tx: Any, terms: DeskTerms, customer: int, coins: int, at: datetime) -> Quote:
    account = tx.accounts.open("acme", [Owner(OwnerKind.CUSTOMER, customer)])[Owner(OwnerKind.CUSTOMER, customer)]
    ticket = tx.tickets.open("acme", account.id, subject="Analytics", at=at, by=Author.STAFF, staff=ANNA)
    return offering.offer(tx, terms, ticket.id, coins=coins, words="Set it up.", by=ANNA, at=at, possible=True)


async def a_story(bridge: Bridge, shop: AnyShop, product: str) -> tuple[Story, int]:
    """A customer who has bought a package, and a bridge that has not seen it yet."""
    await bridge.prepare()
    ada = await shop.add_customer("ada@shop.example")
    await shop.place_paid_order(ada, [(product, 1)], at=shop_now(shop))
    return Story(bridge), ada
