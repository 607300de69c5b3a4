"""The daemon is killed again and again while two shops are busy; afterwards everything must agree.

What the orders owe is worked out from the shops' rows, what the pages show is verified row by row, both by code that
shares nothing with the bridge.
"""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from random import Random

from bridge.testing.mariadb import PrivateMariaDB
from tests.support.bridges import BASE, COINS, PLAN_OF, AnyShop, Bridge, StoreFile, shop_now, stock
from tests.support.daemons import Daemon
from tests.support.owed import differences, units_owed
from tests.support.shops import OpenCartShop, PrestaShopShop
from tests.support.unrest import Unrest

SETTLE_S = 0.4
COINS_OF_PLAN = {PLAN_OF[code]: coins for code, coins in COINS.items()}
OLD_ORDERS = 60
"""Orders each shop has before the bridge comes, so that a first sync is under way when the first kill comes."""


@dataclass(slots=True)
class Aftermath:
    """What was found when all was quiet again; `faults` must be empty."""

    kills: int = 0
    kills_at_work: int = 0
    changes: int = 0
    accounts: int = 0
    entries: int = 0
    seconds: float = 0.0
    seconds_to_quiet: float = 0.0
    faults: list[str] = field(default_factory=list)


@asynccontextmanager
async def two_shops(folder: Path, server: PrivateMariaDB) -> AsyncIterator[Bridge]:
    """A shop of each platform with old orders, and a bridge that is ready to be started."""
    async with AsyncExitStack() as stack:
        stores = {}
        for name, kind in (("opencart", OpenCartShop), ("prestashop", PrestaShopShop)):
            database = server.create_database()
            stack.callback(server.drop_database, database)
            shop: AnyShop = await stack.enter_async_context(kind(server.parameters(database)))
            await shop.install()
            await stock(shop)
            await shop.bulk_orders(
                OLD_ORDERS, [BASE], customers=9, first_at=shop_now(shop) - timedelta(days=5), seconds_apart=60
            )
            stores[name] = StoreFile(shop, settle_seconds=SETTLE_S, fuse_units=100_000)
        bridge = Bridge(folder, stores)
        await bridge.prepare()
        yield bridge


async def crash(bridge: Bridge, *, kills: int, seed: int) -> Aftermath:
    """Kill the daemon `kills` times at moments that the seed chooses, then wait until all is quiet and compare."""
    began = time.monotonic()
    random = Random(seed)  # noqa: S311 - to be repeatable, not secret
    stop, found = asyncio.Event(), Aftermath(kills=kills)
    unrests = [
        Unrest(store.shop, seed + number, settle_seconds=SETTLE_S)
        for number, store in enumerate(bridge.stores.values(), start=1)
    ]
    for unrest in unrests:
        await unrest.prepare()
    daemon = Daemon(bridge.config, bridge.config.parent / "daemon.log")
    try:
        async with asyncio.TaskGroup() as tasks:
            for unrest in unrests:
                tasks.create_task(unrest.run(stop))
            for _ in range(kills):
                daemon.start()
                found.kills_at_work += await _some_time_later(daemon, random)
                daemon.kill()
            stop.set()
        daemon.start()
        quiet_began = time.monotonic()
        await bridge.quiet()
        found.seconds_to_quiet = time.monotonic() - quiet_began
        daemon.stop()
    finally:
        daemon.kill()
    found.changes = sum(unrest.changes for unrest in unrests)
    found.faults = await faults(bridge)
    accounts = [account for name in bridge.stores for account in bridge.desk.accounts(name)]
    found.accounts, found.entries = len(accounts), sum(len(account.entries) for account in accounts)
    found.seconds = time.monotonic() - began
    return found


async def faults(bridge: Bridge) -> list[str]:
    """Where orders, ledger and account pages do not agree."""
    found = await bridge.disagreements()
    for name, store in bridge.stores.items():
        owed = await units_owed(store.shop, PLAN_OF)
        found += [f"{name}: {line}" for line in differences(owed, bridge.desk.accounts(name), COINS_OF_PLAN)]
        found += [f"{name}: open problem: {problem.summary}" for problem in bridge.desk.problems(name)]
    return found


async def _some_time_later(daemon: Daemon, random: Random) -> bool:
    """Let a random moment come: in one life of three while it starts, else while it works. True for the latter."""
    at_work = random.random() > 1 / 3
    if at_work:
        await daemon.ready()
    await asyncio.sleep(random.uniform(0.0, 1.0))
    return at_work
