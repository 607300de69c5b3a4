"""Work on a shop's connections is cancelled again and again: nothing hangs, no answer goes to somebody else.

The driver's own pool does hang, under the same seeds: that is why the bridge has its own.
"""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from functools import cache
from random import Random

import aiomysql
import pytest

from bridge.errors import ShopUnavailable
from bridge.shopkit.database import ShopDatabase
from bridge.shopkit.named_sql import Statement
from bridge.testing.mariadb import ConnectionParameters, PrivateMariaDB
from tests.faults.cancelling import AT_A_TIME, Found, cancelled_at_random
from tests.faults.proxy import FaultyProxy, drawn
from tests.faults.server import ServerTrouble
from tests.support.adapters import STORE, database_access
from tests.support.waiting import until

USER = "bridge_cancel"
PLACES = 4
SEEDS = (1, 2, 3, 4)
MOST_SEEDS = 12
ECHO = Statement("echo", "SELECT %(number)s")
SLOW_ECHO = Statement("slow echo", "SELECT %(number)s, SLEEP(0.002)")
WHERE = Statement("where", "SELECT CONNECTION_ID(), SLEEP(0.1)")


@pytest.fixture
def parameters(mariadb: PrivateMariaDB, database: str) -> ConnectionParameters:
    mariadb.create_user(USER, "secret", [f"SELECT ON `{database}`.*"])
    return mariadb.parameters(database, user=USER, password="secret")


@pytest.fixture
async def shop(parameters: ConnectionParameters) -> AsyncIterator[ShopDatabase]:
    opened = ShopDatabase(STORE, database_access(parameters, prefix="oc_", connections=PLACES))
    yield opened
    await opened.close()


async def cancel(shop: ShopDatabase, server: ServerTrouble, *, cancellations: int) -> None:
    """Cancel that many and see that the connections have come through."""
    most_open = 0

    async def ask(number: int, slowly: bool) -> int:
        nonlocal most_open
        row = (await shop.rows(SLOW_ECHO if slowly else ECHO, number=number))[0]
        if number % 500 == 0:
            most_open = max(most_open, len(server.connections()))
        return int(row[0])

    for seed in SEEDS:
        found = await cancelled_at_random(ask, seed=seed, cancellations=cancellations // len(SEEDS))
        assert found.hung == 0, f"seed {seed}: {found}"
        assert found.wrong == [], f"seed {seed}"
        assert found.answered > found.asked / 4, f"seed {seed}: {found}"
        await places_are_free(shop)
    # The server needs a moment to see that a connection whose statement was cancelled has gone.
    assert most_open <= PLACES + AT_A_TIME
    await until(lambda: len(server.connections()) <= PLACES, "the server has at most our places open")


async def places_are_free(shop: ShopDatabase) -> None:
    """As many as there are places work side by side: nobody uses a connection after somebody else."""
    answers = await asyncio.gather(*(shop.rows(WHERE) for _ in range(PLACES)))
    assert len({rows[0][0] for rows in answers}) == PLACES


async def test_after_5_000_cancellations_every_place_is_free_and_no_answer_was_anybody_elses(
    shop: ShopDatabase, mariadb: PrivateMariaDB
) -> None:
    await cancel(shop, ServerTrouble(mariadb, USER), cancellations=5_000)


async def test_cancellations_while_the_network_fails_lose_no_place_either(
    parameters: ConnectionParameters, mariadb: PrivateMariaDB
) -> None:
    random = Random(SEEDS[0])  # noqa: S311 - to be repeatable, not secret
    refused = 0

    async def ask(number: int, slowly: bool) -> int:
        nonlocal refused
        try:
            return int((await through.rows(SLOW_ECHO if slowly else ECHO, number=number))[0][0])
        except ShopUnavailable:
            refused += 1
            return number

    befalls = cache(lambda _: drawn(random) if random.random() < 0.3 else None)
    async with FaultyProxy(mariadb.parameters(), fault_of=befalls) as proxy:
        access = database_access(parameters, prefix="oc_", connections=PLACES, socket=None, port=proxy.port)
        through = ShopDatabase(STORE, replace(access, connect_timeout_seconds=0.1, statement_timeout_seconds=0.1))
        found = await cancelled_at_random(ask, seed=SEEDS[0], cancellations=250)
        assert (found.hung, found.wrong) == (0, []), found
        assert refused > 5
        await through.close()
        await until(lambda: not proxy.open_connections, "every connection has been closed")


@pytest.mark.long
@pytest.mark.timeout(600)
async def test_after_20_000_cancellations_too(shop: ShopDatabase, mariadb: PrivateMariaDB) -> None:
    await cancel(shop, ServerTrouble(mariadb, USER), cancellations=20_000)


async def test_the_drivers_own_pool_hangs_under_the_same_seeds(parameters: ConnectionParameters) -> None:
    """Mostly under the first one; when a cancellation comes is the machine's affair too."""
    asked = 0
    for seed in (*SEEDS, *range(SEEDS[-1] + 1, MOST_SEEDS)):
        found = await drivers_pool(parameters, seed=seed)
        asked += found.asked
        if found.hung:
            return
    pytest.fail(f"it did not hang in {asked} operations; is the own pool still needed?")


async def drivers_pool(parameters: ConnectionParameters, *, seed: int) -> Found:
    """What comes of cancelling on the driver's own pool."""
    pool = await aiomysql.create_pool(minsize=1, maxsize=PLACES, **parameters.for_driver())

    async def ask(number: int, slowly: bool) -> int:
        async with pool.acquire() as connection, connection.cursor() as cursor:
            await cursor.execute("SELECT %s, SLEEP(0.002)" if slowly else "SELECT %s", (number,))
            return int((await cursor.fetchone())[0])

    try:
        return await cancelled_at_random(ask, seed=seed, cancellations=1_250, hung_after=1.0)
    finally:
        pool.terminate()
        await pool.wait_closed()
