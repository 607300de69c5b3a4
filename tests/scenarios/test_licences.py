"""Licences as whole stories with a real shop: bought, refunded, paid again, renewed (rules L1, L5)."""

import json
from datetime import date, datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from bridge.domain.licence_keys import normal
from bridge.domain.packages import months_later
from tests.scenarios.conftest import MakeBridge
from tests.scenarios.test_comparing import compare
from tests.support.bridges import BASE, AnyShop, Bridge, shop_now, stock
from tests.support.shops import OpenCartShop, PrestaShopShop
from tests.support.waiting import until

SEO, MENU, RENEW = "SEO-EXTENSION", "MENU-EXTENSION", "SEO-RENEWAL"
PRODUCTS = f"""
[licences.products.seo]
name = {{ en = "SEO" }}
product_codes = ["{SEO}"]
renewals = {{ {RENEW} = 12 }}
[licences.products.menu]
name = {{ en = "Menu" }}
product_codes = ["{MENU}"]
domains = 3
support_months = 6
"""


NAMED = "SELECT name FROM store WHERE licences_ms IS NOT NULL"


class BookedLicence(NamedTuple):
    """One licence as it stands in the desk's file."""

    key: str
    product: str
    order_id: int
    units: int
    domains: int
    support_ms: int
    suspended: str | None
    events: str


def licences(bridge: Bridge, customer: int) -> list[BookedLicence]:
    """A customer's licences, oldest first."""
    rows = bridge.desk.ask(
        "SELECT key, product, order_id, units, domains, support_ms, suspended,"
        " (SELECT group_concat(kind, ' ') FROM (SELECT kind FROM licence_event WHERE licence_id = l.id ORDER BY id))"
        " FROM licence l JOIN account a ON a.id = l.account_id"
        " WHERE a.owner_kind = 'customer' AND a.owner_ref = ? ORDER BY l.id",
        customer,
    )
    return [BookedLicence(*row) for row in rows]


async def the_licence(bridge: Bridge, customer: int, **expected: object) -> BookedLicence:
    """The customer's only licence, once it is so."""

    def found() -> BookedLicence | None:
        mine = licences(bridge, customer)
        good = len(mine) == 1 and all(getattr(mine[0], name) == value for name, value in expected.items())
        return mine[0] if good else None

    return await until(found, f"the licence of customer {customer} is {expected}")


def last_second(day: date, zone: str) -> int:
    return int(datetime(day.year, day.month, day.day, 23, 59, 59, tzinfo=ZoneInfo(zone)).timestamp()) * 1000


async def test_L1_what_is_bought_in_the_shop_is_a_licence_with_its_dates_and_its_domains(
    shop: AnyShop, make_bridge: MakeBridge
) -> None:
    await stock(shop, codes=[SEO, MENU])
    bridge = make_bridge(shop, sections=PRODUCTS)
    await bridge.prepare()
    ada = await shop.add_customer("ada@shop.example")
    async with bridge.running():
        await bridge.quiet()
        paid = shop_now(shop)
        order = await shop.place_paid_order(ada, [(MENU, 2), (BASE, 1)], at=paid)
        one = await the_licence(bridge, ada)
        await shop.edit_order(order, [(MENU, 1), (BASE, 1)], shop_now(shop))
        if isinstance(shop, PrestaShopShop):  # an edit leaves no trace there, the status set afterwards does
            await shop.set_status(order, shop.delivered_status, shop_now(shop))
        fewer = await the_licence(bridge, ada, domains=3)
        await bridge.coins("acme", ada, 550)
        await bridge.quiet()
    assert (one.product, one.order_id, one.units, one.domains) == ("menu", order, 2, 6)
    assert one.support_ms == last_second(months_later(paid.date(), 6), shop.timezone)
    assert normal(one.key) == one.key == fewer.key
    assert fewer.events == "issued quantity"
    assert await bridge.disagreements() == []


async def test_L5_a_refund_suspends_and_paid_again_the_same_licence_is_back(
    shop: AnyShop, make_bridge: MakeBridge
) -> None:
    await stock(shop, codes=[SEO])
    bridge = make_bridge(shop, sections=PRODUCTS)
    await bridge.prepare()
    ada = await shop.add_customer("ada@shop.example")
    order = await shop.place_paid_order(ada, [(SEO, 1)], at=shop_now(shop))
    async with bridge.running():
        before = await the_licence(bridge, ada, suspended=None)
        await shop.set_status(order, shop.refunded_status, shop_now(shop))
        await the_licence(bridge, ada, suspended="refunded")
        await shop.set_status(order, shop.paid_status, shop_now(shop))
        after = await the_licence(bridge, ada, events="issued suspended reinstated")
        told = bridge.desk.ask("SELECT event FROM outbox WHERE kind = 'licence_changed' ORDER BY id")
    assert (after.key, after.support_ms, after.suspended) == (before.key, before.support_ms, None)
    assert [json.loads(event)["change"] for (event,) in told] == ["suspended", "reinstated"], (
        "C2: first syncs are silent"
    )


async def test_L5_a_renewal_prolongs_the_licence_that_ends_first_and_its_refund_takes_that_back(
    shop: AnyShop, make_bridge: MakeBridge
) -> None:
    await stock(shop, codes=[SEO, RENEW])
    bridge = make_bridge(shop, sections=PRODUCTS)
    await bridge.prepare()
    ada = await shop.add_customer("ada@shop.example")
    paid = shop_now(shop)
    await shop.place_paid_order(ada, [(SEO, 1)], at=paid)
    await shop.place_paid_order(ada, [(SEO, 1)], at=paid - timedelta(days=9))

    def ends() -> list[int]:
        return [one.support_ms for one in licences(bridge, ada)]

    first, second = (
        last_second(months_later(paid.date() - timedelta(days=days), 12), shop.timezone) for days in (0, 9)
    )
    renewed = last_second(months_later(months_later(paid.date() - timedelta(days=9), 12), 12), shop.timezone)
    async with bridge.running():
        await until(lambda: ends() == [first, second], "both licences are there")
        renewal = await shop.place_paid_order(ada, [(RENEW, 1)], at=shop_now(shop))
        await until(lambda: ends() == [first, renewed], "the one that ends first is prolonged")
        await shop.set_status(renewal, shop.refunded_status, shop_now(shop))
        await until(lambda: ends() == [first, second], "the refunded renewal is taken back")
        await shop.set_status(renewal, shop.paid_status, shop_now(shop))
        await until(lambda: ends() == [first, renewed], "the renewal that is paid again is back")
    assert bridge.desk.problems("acme") == []


async def test_L5_a_renewal_that_finds_no_licence_waits_for_staff(shop: AnyShop, make_bridge: MakeBridge) -> None:
    await stock(shop, codes=[SEO, RENEW])
    bridge = make_bridge(shop, sections=PRODUCTS)
    await bridge.prepare()
    ada = await shop.add_customer("ada@shop.example")
    async with bridge.running():
        await bridge.quiet()
        await shop.place_paid_order(ada, [(RENEW, 1)], at=shop_now(shop))
        problem = await bridge.problem("acme", "nothing_to_renew")
        await shop.place_paid_order(ada, [(SEO, 1)], at=shop_now(shop))
        await the_licence(bridge, ada, events="issued")
        await bridge.retry(problem)
        await the_licence(bridge, ada, events="issued renewed")
        await until(lambda: not bridge.desk.problems("acme"), "nothing waits any more")


async def test_L1_C2_a_product_that_is_named_later_gives_its_licences_silently_and_under_the_fuse(
    opencart: OpenCartShop, make_bridge: MakeBridge
) -> None:
    await stock(opencart, codes=[SEO])
    bridge = make_bridge(opencart, fuse_units=2, reconcile_minutes=0.0)
    await bridge.prepare()
    customers = [await opencart.add_customer(f"{name}@shop.example") for name in ("ada", "bea", "cleo")]
    long_ago = shop_now(opencart) - timedelta(days=5)
    for customer in customers:
        await opencart.place_paid_order(customer, [(SEO, 1)], at=long_ago)
    async with bridge.running() as app:
        await bridge.quiet()
        assert [licences(bridge, customer) for customer in customers] == [[], [], []]
        bridge.change_store("acme", sections=PRODUCTS)
        await bridge.reload()
        await until(lambda: bridge.desk.ask(NAMED), "the reader has learned what the codes mean")
        await compare(bridge, app)
        problem = await bridge.problem("acme", "fuse")
        assert [licences(bridge, customer) for customer in customers] == [[], [], []]
        await bridge.retry(problem)
        for customer in customers:
            await the_licence(bridge, customer, events="issued")
        assert bridge.desk.ask("SELECT count(*) FROM outbox WHERE kind = 'licence_changed'") == [(0,)]
