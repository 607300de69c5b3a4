"""Coins that end, from the order in the shop to the account page, with the daemon's clock in the test's hand.

The shops and the rows in them are real; only the daemon lives at other times (rules C3, C5, C17).
"""

from datetime import timedelta
from zoneinfo import ZoneInfo

from bridge.services import working
from tests.scenarios.conftest import MakeBridge
from tests.support.bridges import BASE, ESSENTIAL, AnyShop, shop_now
from tests.support.shops import OpenCartShop
from tests.support.story import A_DAY, A_MINUTE, A_SECOND, ANNA, a_story, eventually
from tests.support.waiting import until


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
