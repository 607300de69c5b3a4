"""Licences that end, and what staff do to them by hand, from the order in the shop to the customer's page.

The shops and the rows in them are real (rules L5, L6, C17).
"""

from datetime import datetime, timedelta
from typing import Any

from bridge.domain.licence_answers import LicenceQuestion
from bridge.engine.setup import StoreSetup
from bridge.services import licence_checks
from bridge.services.licence_checks import CheckTerms
from tests.scenarios.conftest import MakeBridge, MakeCommands
from tests.support.bridges import AnyShop, Bridge, now, shop_now, stock
from tests.support.shops import OpenCartShop
from tests.support.story import A_DAY, A_SECOND, a_story, eventually
from tests.support.waiting import until

SEO, RENEW, HERE = "SEO-EXTENSION", "SEO-RENEWAL", "ada.example.net"
PRODUCTS = f"""
[licences.products.seo]
name = {{ en = "SEO" }}
product_codes = ["{SEO}"]
renewals = {{ {RENEW} = 12 }}
"""
BY = ("--by", "Anna")


async def on_page(bridge: Bridge, customer: int, **expected: object) -> dict[str, Any]:
    """The only licence on a customer's page, once it is so."""
    found: list[dict[str, Any]] = []

    async def so() -> bool:
        rows = (await bridge.pages("acme")).documents["licence"]
        found[:] = [row.document for row in rows if row.customer == customer]
        return len(found) == 1 and expected.items() <= found[0].items()

    await eventually(so, f"the page of customer {customer} has a licence that is {expected}")
    return found[0]


async def test_L6_C17_a_customer_is_reminded_before_the_end_and_told_of_it_once_over_a_pause(
    opencart: OpenCartShop, make_bridge: MakeBridge
) -> None:
    await stock(opencart, codes=[SEO])
    story, ada = await a_story(make_bridge(opencart, sections=PRODUCTS), opencart, SEO)
    expiring, expired = "licence_expiring", "licence_expired"
    async with story.running():
        await story.bridge.quiet()
        shown = await on_page(story.bridge, ada, suspended=None)
        bought = story.clock.moment
        end = bought + timedelta(seconds=shown["until"] - int(bought.timestamp()), microseconds=-bought.microsecond)
        await story.lives_until(end - 30 * A_DAY)
        await story.reminded(ada, [(30, [])], expiring)
        await story.lives_until(end - 8 * A_DAY)
    story.clock.moment = end - timedelta(hours=12)
    for _ in range(2):
        async with story.running():
            await until(lambda: story.app.sleeper._asleep_until, "the daemon has looked")
            await story.reminded(ada, [(30, []), (1, [7])], expiring)
    async with story.running():
        await story.lives_until(end)
        await story.told_so_often(ada, expired, 0)
        await story.lives_until(end + A_SECOND)
        await story.told_so_often(ada, expired, 1)
        (told,) = await story.told(ada, expired)
    assert (told["licence_id"], told["product"]) == (shown["licence"], "seo")
    assert shown["key"] not in str(told)


async def test_L5_L6_what_staff_do_to_a_licence_stands_on_the_page_within_seconds(
    shop: AnyShop, make_bridge: MakeBridge, make_commands: MakeCommands
) -> None:
    await stock(shop, codes=[SEO, RENEW])
    bridge = make_bridge(shop, sections=PRODUCTS)
    await bridge.prepare()
    call = make_commands(bridge)
    ada, boris = [await shop.add_customer(f"{name}@shop.example") for name in ("ada", "boris")]
    await shop.place_paid_order(ada, [(SEO, 1)], at=shop_now(shop))
    async with bridge.running() as app:
        first = await on_page(bridge, ada, suspended=None)
        number = str(first["licence"])
        await call("licence", "suspend", number, "--reason", "leaked", *BY)
        await on_page(bridge, ada, suspended="suspended")
        await call("licence", "reinstate", number, *BY)
        await on_page(bridge, ada, suspended=None)

        order = await shop.place_paid_order(boris, [(RENEW, 1)], at=shop_now(shop))
        await bridge.problem("acme", "nothing_to_renew")
        renewed = (await call("licence", "renew", number, "--order", str(order), *BY, "--json")).document
        later = int(datetime.fromisoformat(renewed["until"]).timestamp())
        assert later - first["until"] >= 365 * 86_400
        await on_page(bridge, ada, until=later)
        await until(lambda: not bridge.desk.problems("acme"), "the renewal waits for nobody any more")

        question = LicenceQuestion("acme", first["key"], HERE, takes_place=True, product="seo")
        terms = CheckTerms("acme", StoreSetup.of(bridge.settings().stores["acme"]).licences)
        await app.desk.transact("activate", licence_checks.activate, terms, question, token="t", at=now())
        await call("licence", "assign", number, str(boris), *BY)
        moved = await on_page(bridge, boris)
        assert (moved["key"], [one["domain"] for one in moved["domains"]]) == (first["key"], [HERE])
        await call("licence", "release-domain", number, HERE, *BY)
        await on_page(bridge, boris, domains=[])
        assert [row for row in (await bridge.pages("acme")).documents["licence"] if row.customer == ada] == []
        await bridge.quiet()
        assert await bridge.disagreements() == []
