"""Whatever a shop's clock and dates do, each order owes what it owes, for as long as it does (rules C2, C3).

A thousand orders live through the hours in which clocks are put forward and back, through midnights, a leap day and a
move to another zone. They are placed, paid, cancelled and edited within single seconds that have been read before, and
some of them have no date at all. The controls follow the same shops at the same moments in the ways that look right;
each must lose something, or the events would show nothing.
"""

import asyncio
import sqlite3
from collections import Counter
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from bridge.contracts.shop import ShopAdapter
from bridge.desk.desk import Desk
from bridge.engine.health import StoreHealth
from bridge.engine.intake import Intake
from bridge.engine.setup import StoreSetup
from bridge.hooks.manager import Plugins
from bridge.testing.clock import FixedClock
from bridge.testing.desks import a_desk
from bridge.testing.mariadb import ConnectionParameters, PrivateMariaDB
from tests.support.bridges import COINS, PLAN_OF, Bridge, StoreFile, stock
from tests.support.dated_orders import ORDER_DATE, DatedOrders, Fault, World, utc
from tests.support.desk_file import DeskFile
from tests.support.ends import Term, terms_owed
from tests.support.naive_readers import (
    Belief,
    ByDate,
    ByDateAndId,
    ById,
    NaiveReader,
    coins_by_day,
    day_by_one_offset,
    orders_now,
    statuses_by_converted_date,
)
from tests.support.owed import differences, units_owed
from tests.support.shops import LAYOUTS, AnyShop, OpenCartShop, PrestaShopShop

CASES = 84
"""Orders of one world; six worlds on two platforms make a thousand."""
SEED = 20261025
START = date(2026, 1, 1)
SECOND, MINUTE = timedelta(seconds=1), timedelta(minutes=1)
COINS_OF_PLAN = {PLAN_OF[code]: coins for code, coins in COINS.items()}


MOVE = utc("2026-12-01T00:00:00")
"""When the shops that are moved get their other zone."""


def forward(change: str) -> list[datetime]:
    """Around the moment at which clocks are put forward."""
    return [utc(change) + step for step in (-30 * MINUTE, -SECOND, 0 * SECOND, 30 * MINUTE)]


def back(change: str) -> list[datetime]:
    """Through both comings of the hour that clocks go over twice."""
    return [utc(change) + step for step in (-60 * MINUTE, -30 * MINUTE, -SECOND, 0 * SECOND, 30 * MINUTE, 60 * MINUTE)]


def nights(zone: str) -> list[datetime]:
    """Midnights in summer and winter, and a leap day's both ends, in that zone."""
    days = [datetime(2026, 7, 1), datetime(2027, 1, 1), datetime(2028, 2, 29), datetime(2028, 3, 1)]  # noqa: DTZ001
    steps = (-SECOND, 10 * MINUTE)
    return [(day + step).replace(tzinfo=ZoneInfo(zone)).astimezone(UTC) for day in days for step in steps]


def world(name: str, zone: str, *changes: datetime, skipped: str = "", moved_to: str = "") -> World:
    moments = tuple(sorted([*changes, *nights(zone)]))
    hour = datetime.fromisoformat(skipped) if skipped else None
    return World(name, zone, moments, START, hour, moved_to, MOVE if moved_to else None)


EUROPE = [*forward("2026-03-29T01:00:00"), *back("2026-10-25T01:00:00")]
AMERICA = [*forward("2026-03-08T07:00:00"), *back("2026-11-01T06:00:00")]
EUROPE_SKIPS, AMERICA_SKIPS = "2026-03-29T02:30:00", "2026-03-08T02:30:00"
BEFORE_AND_AFTER = [MOVE + hours * timedelta(hours=1) for hours in (-3, -1, 0, 1, 2, 3, 4, 5)]
WORLDS = [
    world("tokyo", "Asia/Tokyo", *EUROPE),
    world("tehran", "Asia/Tehran", *EUROPE),
    world("berlin", "Europe/Berlin", *EUROPE, skipped=EUROPE_SKIPS),
    world("new-york", "America/New_York", *AMERICA, skipped=AMERICA_SKIPS),
    world("berlin-moved-to-new-york", "Europe/Berlin", *BEFORE_AND_AFTER, moved_to="America/New_York"),
    world("new-york-moved-to-tokyo", "America/New_York", *BEFORE_AND_AFTER, moved_to="Asia/Tokyo"),
]


class Reading:
    """One store's intake under a clock that the test moves."""

    def __init__(self, setup: StoreSetup, adapter: ShopAdapter, desk: Desk, clock: FixedClock) -> None:
        health = StoreHealth(setup.name, 60)
        self._intake = Intake(setup, adapter, desk, clock, health, asyncio.Event(), lambda: None)

    async def look(self) -> None:
        """Pass after pass until nothing is left to do at this moment."""
        while await self._intake.one_pass() == 0.0:
            pass


@dataclass(frozen=True, slots=True)
class Told:
    """What the books say: differences to what is owed, terms by order, and which orders wait for a person."""

    wrong: list[str]
    terms: dict[int, Term]
    waiting: set[int]


@pytest.mark.parametrize("world", WORLDS, ids=lambda world: world.name)
@pytest.mark.parametrize("kind", [OpenCartShop, PrestaShopShop], ids=lambda kind: kind.layout_name)
async def test_C2_C3_no_clock_and_no_date_loses_an_order_or_a_day_and_every_naive_way_does(
    kind: type[AnyShop], world: World, mariadb: PrivateMariaDB, database: str, tmp_path: Path
) -> None:
    await play(kind, world, mariadb.parameters(database), tmp_path, seed=SEED)


@pytest.mark.long
@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("world", WORLDS, ids=lambda world: world.name)
@pytest.mark.parametrize("kind", LAYOUTS.values(), ids=lambda kind: kind.layout_name)
async def test_C2_C3_nor_in_any_layout(
    kind: type[AnyShop], world: World, seed: int, mariadb: PrivateMariaDB, database: str, tmp_path: Path
) -> None:
    await play(kind, world, mariadb.parameters(database), tmp_path, seed=seed)


@dataclass(frozen=True, slots=True)
class Played:
    """A world at its end: the orders, what the books came to, and what the controls believe of the orders."""

    orders: DatedOrders
    told: Told
    told_later: Told
    by_id: dict[int, Belief]
    by_date: Mapping[str, dict[int, Belief]]


async def play(kind: type[AnyShop], world: World, server: ConnectionParameters, folder: Path, *, seed: int) -> None:
    """Play one world before the bridge and the controls, and compare all of them with what the shop's rows say."""
    async with kind(server, timezone=world.zone) as shop:
        await shop.install()
        await stock(shop)
        orders = await DatedOrders.open(shop, world, CASES, seed=seed)
        bridge = Bridge(folder, {"acme": StoreFile(shop, start=START, fuse_units=100_000, settle_seconds=0.0)})
        setup = StoreSetup.of(bridge.settings().stores["acme"])
        adapter = Plugins.load(bridge.settings().bridge.plugins.enabled).connect(setup.connection())
        try:
            played = await followed(orders, bridge, setup, adapter)
        finally:
            await adapter.close()
        await the_books_are_right(played)
        await every_naive_way_loses(played)


async def followed(orders: DatedOrders, bridge: Bridge, setup: StoreSetup, adapter: ShopAdapter) -> Played:
    """Everybody looks after each step; a second bridge comes when all is over."""
    shop, world = orders.shop, orders.world
    clock = FixedClock(world.moments[0])
    by_id: NaiveReader = ById(shop)
    by_date: dict[str, NaiveReader] = {"date": ByDate(shop), "date and id": ByDateAndId(shop)}
    with a_desk(bridge.state) as desk:
        desk.start()
        reading = Reading(setup, adapter, desk, clock)
        await reading.look()
        for step in range(2 * len(world.moments)):
            clock.moment = world.moments[step // 2]
            await orders.play(step, clock.moment)
            await reading.look()
            for naive in (by_id, *by_date.values()):
                await naive.look()
        told = await told_by(bridge.desk, shop)
    later = bridge.state / "later"
    later.mkdir()
    with a_desk(later) as desk:
        desk.start()
        await Reading(setup, adapter, desk, clock).look()
        told_later = await told_by(DeskFile(later / bridge.desk.path.name), shop)
    return Played(orders, told, told_later, by_id.beliefs, {name: naive.beliefs for name, naive in by_date.items()})


async def the_books_are_right(played: Played) -> None:
    """What is owed is booked, from when to when the rule says, and what can't be booked is told to staff."""
    orders = played.orders
    shop, zone = orders.shop, orders.world.zone
    truth = await orders_now(shop)
    paid = {number for number, (status, _) in truth.items() if status == shop.paid_status}
    assert played.told.wrong == []
    assert played.told.terms == await terms_owed(shop, zone, orders.seen)
    assert played.told.waiting >= paid & undated(orders), "an order without a date was not told to staff"
    assert played.told_later.wrong == []
    seen = dict.fromkeys(orders.seen.keys() & paid, orders.world.moments[-1])
    assert played.told_later.terms == await terms_owed(shop, zone, seen)


async def every_naive_way_loses(played: Played) -> None:
    """The controls: with the same events at the same moments each of them is wrong about something."""
    orders = played.orders
    shop, world = orders.shop, orders.world
    truth = await orders_now(shop)
    assert lost(played.by_id, truth) == set(), "with nothing committed late, ids lose nothing"
    for name, beliefs in played.by_date.items():
        missed = lost(beliefs, truth)
        assert missed - undated(orders), f"the {name} cursor lost no order of a second it had read"
        assert missed >= undated(orders), f"the {name} cursor saw an order without a date"
        if world.set_back:
            assert missed & changed_last_in(orders, world.set_back), f"the {name} cursor lost nothing set back"
    await converting_naively_goes_wrong(orders, truth)
    owed = Counter[int]()
    for unit, count in (await units_owed(shop, PLAN_OF)).items():
        owed[unit.owner[1]] += count * COINS_OF_PLAN[unit.plan]
    assert await coins_by_day(shop, shop.paid_status, COINS) != owed, "nobody bought twice a day"


async def told_by(books: DeskFile, shop: AnyShop) -> Told:
    owed = await units_owed(shop, PLAN_OF, since=datetime.combine(START, datetime.min.time()))
    accounts = books.accounts("acme")
    with closing(sqlite3.connect(books.path)) as desk:
        paid = dict(desk.execute("SELECT order_id, paid_ms FROM purchase"))
    terms: dict[int, Term] = {}
    for package in (package for account in accounts for package in account.packages):
        assert package.order_id is not None
        term = Term(moment(paid[package.order_id]), moment(package.usable_until_ms))
        assert terms.setdefault(package.order_id, term) == term, f"packages of order {package.order_id} end apart"
    odd = {int(one.key.split(":")[1]) for one in books.problems("acme") if one.kind == "odd_order"}
    return Told(differences(owed, accounts, COINS_OF_PLAN), terms, odd)


def moment(milliseconds: int) -> datetime:
    return datetime.fromtimestamp(milliseconds / 1000, UTC)


def undated(orders: DatedOrders) -> set[int]:
    return {case.number for case in orders.cases if case.fault in ORDER_DATE}


def lost(beliefs: dict[int, Belief], truth: dict[int, Belief]) -> set[int]:
    """Orders of which a reader believes something else than what is so."""
    return {number for number, now in truth.items() if beliefs.get(number) != now}


def changed_last_in(orders: DatedOrders, steps: frozenset[int]) -> set[int]:
    """Sound orders whose last change fell into one of these steps."""
    return {case.number for case in orders.cases if case.fault is Fault.NONE and case.events[-1].step in steps}


async def converting_naively_goes_wrong(orders: DatedOrders, truth: dict[int, Belief]) -> None:
    """The control for conversions, where the world's clock is ever set back or its offset ever changes."""
    world = orders.world
    sound = {case.number for case in orders.cases if case.fault is Fault.NONE}
    if world.set_back:
        statuses = await statuses_by_converted_date(orders.shop, world.zone)
        wrong = {number for number in sound if statuses[number] != truth[number][0]}
        assert wrong, "no order's last status was dated before an earlier one"
    if world.skipped is not None:
        terms = await terms_owed(orders.shop, world.zone, orders.seen)
        naive = {n: day_by_one_offset(term.paid, world.zone, set_up=world.moments[0]) for n, term in terms.items()}
        day = {number: term.paid.astimezone(ZoneInfo(world.zone)).date() for number, term in terms.items()}
        assert naive != day, "no payment near a midnight of the other season"
