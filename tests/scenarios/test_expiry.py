"""Coins that end, from the order in the shop to the account page, with the daemon's clock in the test's hand.

The shops and the rows in them are real; only the daemon lives at other times (rules C3, C5, C17).
"""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from bridge.app import App
from bridge.domain.accounts import Owner, OwnerKind
from bridge.domain.desk_terms import DeskTerms
from bridge.domain.packages import Package
from bridge.domain.quotes import Quote
from bridge.domain.requests import Author
from bridge.engine.setup import StoreSetup
from bridge.services import deciding, offering, staff_coins, working
from bridge.testing.clock import FixedClock
from tests.scenarios.conftest import MakeBridge
from tests.support.bridges import BASE, ESSENTIAL, AnyShop, Bridge, now, shop_now
from tests.support.shops import OpenCartShop
from tests.support.waiting import LOOK_EVERY_S, PATIENCE_S, until

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

    async def reminded(self, customer: int, wanted: list[tuple[int, list[int]]]) -> None:
        """Wait until just these reminders have been told: the days left, and what each stands for."""

        async def so() -> bool:
            told = await self.told(customer, "package_expiring")
            return [(one["days"], one["instead_of"]) for one in told] == wanted

        await eventually(so, f"the reminders are {wanted}")

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
    request = tx.requests.open("acme", account.id, subject="Analytics", at=at, by=Author.STAFF, staff=ANNA)
    return offering.offer(tx, terms, request.id, coins=coins, words="Set it up.", by=ANNA, at=at, possible=True)


async def a_story(bridge: Bridge, shop: AnyShop, product: str) -> tuple[Story, int]:
    """A customer who has bought a package, and a bridge that has not seen it yet."""
    await bridge.prepare()
    ada = await shop.add_customer("ada@shop.example")
    await shop.place_paid_order(ada, [(product, 1)], at=shop_now(shop))
    return Story(bridge), ada


async def test_C3_a_package_that_was_bought_ends_a_year_later_and_the_page_shows_it(
    shop: AnyShop, make_bridge: MakeBridge
) -> None:
    story, ada = await a_story(make_bridge(shop), shop, BASE)
    async with story.running():
        await story.bridge.quiet()
        package = await story.package(ada)
        local = package.usable_until.astimezone(ZoneInfo(shop.timezone))
        assert local.strftime("%H:%M:%S") == "23:59:59"
        assert local.year == shop_now(shop).year + 1
        await story.lives_until(package.usable_until)
        assert await story.available(ada) == 550
        await story.lives_until(package.usable_until + A_SECOND)
        await story.page_has(ada, 0)
        assert await story.entries(ada) == [("grant", 550), ("forfeit", -550)]
        assert (await story.shown(ada))["packages"] == []
        (told,) = await story.told(ada, "package_expired")
        assert (told["coins"], told["available"]) == (550, 0)


async def test_C5_the_clock_decides_while_no_daemon_runs(opencart: OpenCartShop, make_bridge: MakeBridge) -> None:
    story, ada = await a_story(make_bridge(opencart), opencart, BASE)
    async with story.running():
        await story.bridge.quiet()
        package = await story.package(ada)
        story.clock.moment = package.usable_until + A_SECOND
        assert await story.available(ada) == 0
        shown = (await story.shown(ada))["packages"][0]["usable_until"]
        assert shown == int(package.usable_until.timestamp()), "the page decides by its own clock as well"


async def test_C5_a_desk_that_was_down_across_the_end_gives_a_day_more_and_the_page_says_so(
    shop: AnyShop, make_bridge: MakeBridge
) -> None:
    story, ada = await a_story(make_bridge(shop), shop, ESSENTIAL)
    async with story.running():
        await story.bridge.quiet()
        end = (await story.package(ada)).usable_until
        await story.lives_until(end - A_MINUTE)
    story.clock.moment = end + timedelta(hours=7)
    async with story.running():
        later = await story.package(ada)
        assert later.usable_until == end + timedelta(hours=31)
        assert await story.available(ada) == 300

        async def shows_the_new_end() -> bool:
            shown = (await story.shown(ada))["packages"][0]["usable_until"]
            return bool(shown == int(later.usable_until.timestamp()))

        await eventually(shows_the_new_end, "the page shows the new end")
        await story.lives_until(later.usable_until + A_SECOND)
        await story.page_has(ada, 0)
        assert await story.entries(ada) == [("grant", 300), ("extend", 0), ("forfeit", -300)]
        assert len(await story.told(ada, "package_expired")) == 1


async def test_C5_held_coins_outlive_the_end_and_what_returns_of_them_is_gone(
    opencart: OpenCartShop, make_bridge: MakeBridge
) -> None:
    story, ada = await a_story(make_bridge(opencart), opencart, ESSENTIAL)
    async with story.running() as app:
        await story.bridge.quiet()
        end = (await story.package(ada)).usable_until
        await story.lives_until(end - A_DAY)
        quote = await story.approved(ada, 50)
        await story.lives_until(end + A_SECOND)
        await story.page_has(ada, 50)
        assert (await story.shown(ada))["held"] == 50
        await app.desk.transact(
            "settle", working.settle, story.terms, quote.id, spent=45, by=ANNA, at=story.clock.now()
        )
        story.app.sleeper.wake.set()
        await story.bridge.coins("acme", ada, 0)
        assert await story.entries(ada) == [
            ("grant", 300),
            ("hold", 0),
            ("forfeit", -250),
            ("settle", -45),
            ("release", 0),
            ("forfeit", -5),
        ]


async def test_C17_a_daemon_that_was_off_for_a_week_sends_one_sensible_reminder(
    opencart: OpenCartShop, make_bridge: MakeBridge
) -> None:
    story, ada = await a_story(make_bridge(opencart), opencart, ESSENTIAL)
    async with story.running():
        await story.bridge.quiet()
        end = (await story.package(ada)).usable_until
        await story.lives_until(end - 30 * A_DAY)
        await story.reminded(ada, [(30, [])])
        await story.lives_until(end - 8 * A_DAY)
    story.clock.moment = end - timedelta(hours=12)
    for _ in range(2):
        async with story.running():
            await until(lambda: story.app.sleeper._asleep_until, "the daemon has looked")
            await story.reminded(ada, [(30, []), (1, [7])])
