"""What becomes of each thing that a network or a server can do: the words, and that the next statement works again."""

import asyncio
import random
from collections.abc import AsyncIterator, Awaitable
from dataclasses import replace

import pymysql
import pytest

from bridge.contracts.shop import DatabaseAccess
from bridge.errors import ShopRefused, ShopUnavailable
from bridge.shopkit.database import IDLE_SECONDS, ShopDatabase
from bridge.shopkit.errors import lost, translated
from bridge.shopkit.named_sql import Statement
from bridge.testing.mariadb import PrivateMariaDB
from tests.faults.proxy import Fault, FaultyProxy, Kind, Way, drawn
from tests.faults.server import Rival, ServerTrouble, waiting_for_a_lock
from tests.support.adapters import STORE, database_access
from tests.support.waiting import PATIENCE_S, until

USER = "bridge_faults"
ECHO = Statement("echo", "SELECT %(number)s")
SLEEP = Statement("sleep", "SELECT SLEEP(%(seconds)s)")
LONG = Statement("long answer", "SELECT seq, REPEAT('x', 40) FROM seq_1_to_2000 LIMIT 2000")
RAISE = Statement("raise", "UPDATE purse SET coins = coins + 1 WHERE id IN (1, 2)")


@pytest.fixture
def access(mariadb: PrivateMariaDB, database: str) -> DatabaseAccess:
    mariadb.create_user(USER, "secret", [f"ALL ON `{database}`.*"])
    parameters = mariadb.parameters(database, user=USER, password="secret")
    return database_access(parameters, prefix="oc_", statement_timeout_seconds=5.0)


@pytest.fixture
async def shop(access: DatabaseAccess) -> AsyncIterator[ShopDatabase]:
    opened = ShopDatabase(STORE, access)
    yield opened
    await opened.close()


@pytest.fixture
async def proxy(mariadb: PrivateMariaDB) -> AsyncIterator[FaultyProxy]:
    async with FaultyProxy(mariadb.parameters()) as proxy:
        yield proxy


@pytest.fixture
async def through(access: DatabaseAccess, proxy: FaultyProxy) -> AsyncIterator[ShopDatabase]:
    """The shop, seen through the proxy."""
    opened = ShopDatabase(STORE, by_way_of(proxy, access, seconds=2.0))
    yield opened
    await opened.close()


@pytest.fixture
def trouble(mariadb: PrivateMariaDB) -> ServerTrouble:
    return ServerTrouble(mariadb, USER)


def by_way_of(proxy: FaultyProxy, access: DatabaseAccess, *, seconds: float = 5.0) -> DatabaseAccess:
    """The same database behind a proxy; `seconds` is how long to wait for a connection and for an answer."""
    return replace(
        access, socket=None, port=proxy.port, connect_timeout_seconds=seconds, statement_timeout_seconds=seconds
    )


async def words_of(work: Awaitable[object]) -> str:
    """The words of the error that the work must end with: one that is worth a retry."""
    with pytest.raises(ShopUnavailable) as refusal:
        await work
    return str(refusal.value)


# --- the network ---


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        (Fault(Kind.RESET, Way.DOWN, 3), "Lost connection to MySQL server during query"),
        (Fault(Kind.RESET, Way.UP, 0), "Lost connection to MySQL server during query"),
        (Fault(Kind.TRUNCATED, Way.DOWN, 7), "Lost connection to MySQL server during query"),
        (Fault(Kind.SILENT, Way.UP, 3), "no answer in time"),
        (Fault(Kind.SILENT, Way.DOWN, 40), "no answer in time"),
    ],
    ids=str,
)
async def test_a_statement_that_is_cut_off_is_worth_a_retry_and_the_next_one_works(
    through: ShopDatabase, proxy: FaultyProxy, fault: Fault, words: str
) -> None:
    assert await through.rows(ECHO, number=1) == ((1,),)
    proxy.strike(fault)
    said = await words_of(through.rows(LONG))
    assert words in said
    assert said.endswith(" (long answer)"), "each cause is said once"
    assert said.startswith(f"acme: database {through.access.name} at 127.0.0.1:{proxy.port}: ")
    proxy.heal()
    assert await through.rows(ECHO, number=2) == ((2,),)


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        (Fault(Kind.REFUSED), ": no connection (connecting): [Errno 111] Connect call failed"),
        (Fault(Kind.RESET, Way.DOWN, 0), "(connecting)"),
        (Fault(Kind.TRUNCATED, Way.DOWN, 20), "Lost connection to MySQL server during query (connecting)"),
        (Fault(Kind.SILENT, Way.DOWN, 0), "no answer in time (connecting)"),
    ],
    ids=str,
)
async def test_a_login_that_is_cut_off_is_worth_a_retry_and_the_next_one_works(
    through: ShopDatabase, proxy: FaultyProxy, fault: Fault, words: str
) -> None:
    proxy.strike(fault)
    assert words in await words_of(through.rows(ECHO, number=1))
    proxy.heal()
    assert await through.rows(ECHO, number=2) == ((2,),)


async def test_bytes_that_come_one_at_a_time_or_late_make_the_same_answer(
    through: ShopDatabase, proxy: FaultyProxy
) -> None:
    whole = await through.rows(ECHO, number=1)
    for fault in (Fault(Kind.SLICED), Fault(Kind.SLOW, seconds=0.02)):
        proxy.strike(fault)
        assert await through.rows(ECHO, number=1) == whole


async def test_a_login_cut_off_at_any_byte_is_worth_a_retry(access: DatabaseAccess, mariadb: PrivateMariaDB) -> None:
    """Every byte of a login and a first answer, in both directions; no other error than ours may come out."""
    async with FaultyProxy(mariadb.parameters()) as measured:
        shop = ShopDatabase(STORE, by_way_of(measured, access))
        await shop.rows(ECHO, number=1)
        await shop.close()
        sizes = dict(measured.traffic.bytes)
    cuts = [Fault(Kind.RESET, way, at) for way in Way for at in range(0, sizes[way] - 30, 3)]
    cuts += [Fault(Kind.TRUNCATED, Way.DOWN, at) for at in range(0, sizes[Way.DOWN] - 30, 3)]
    async with FaultyProxy(mariadb.parameters(), fault_of=lambda number: cuts[number]) as proxy:
        for cut in cuts:
            shop = ShopDatabase(STORE, by_way_of(proxy, access))
            with pytest.raises(ShopUnavailable) as refusal:
                await shop.rows(ECHO, number=1)
            assert "acme: database" in str(refusal.value), cut
            await shop.close()
        assert proxy.traffic.struck == len(cuts)


@pytest.mark.parametrize("seed", [1, *(pytest.param(seed, marks=pytest.mark.long) for seed in range(2, 12))])
async def test_whatever_befalls_each_connection_answers_are_right_or_refused(
    access: DatabaseAccess, mariadb: PrivateMariaDB, seed: int
) -> None:
    chance = random.Random(seed)  # noqa: S311 - to be repeatable, not secret
    faults = [drawn(chance, furthest_byte=250) if chance.random() < 0.7 else None for _ in range(1_000)]
    async with FaultyProxy(mariadb.parameters(), fault_of=lambda number: faults[number]) as proxy:
        right = failed = 0
        for first in range(0, 75, 3):  # a connection that suffers nothing would answer for ever
            shop = ShopDatabase(STORE, by_way_of(proxy, access, seconds=0.1))
            for number in range(first, first + 3):
                try:
                    [(answer,)] = await shop.rows(ECHO, number=number)
                except ShopUnavailable:
                    failed += 1
                else:
                    assert answer == number
                    right += 1
            await shop.close()
    assert right > 10, f"seed {seed}: {right} right, {failed} refused"
    assert failed > 5, f"seed {seed}: {right} right, {failed} refused"


# --- the server ---


async def test_1040_too_many_connections_is_worth_a_retry(shop: ShopDatabase, trouble: ServerTrouble) -> None:
    with trouble.full_house():
        said = await words_of(shop.rows(ECHO, number=1))
    assert said.endswith(": Too many connections (connecting)")
    assert await shop.rows(ECHO, number=1) == ((1,),)


async def test_1226_a_limit_of_the_hosters_is_worth_a_retry(
    access: DatabaseAccess, mariadb: PrivateMariaDB, trouble: ServerTrouble
) -> None:
    mariadb.run(f"ALTER USER {USER} WITH MAX_USER_CONNECTIONS 1")
    shop = ShopDatabase(STORE, replace(access, connections=2))
    busy = asyncio.create_task(shop.rows(SLEEP, seconds=0.2))
    await until(trouble.connections, "it is connected")
    said = await words_of(shop.rows(ECHO, number=1))
    assert "has exceeded the 'max_user_connections' resource (current value: 1) (connecting)" in said
    await busy
    assert await shop.rows(ECHO, number=1) == ((1,),)
    await shop.close()


@pytest.fixture
def purse(mariadb: PrivateMariaDB, database: str) -> None:
    """Two rows that two people write to."""
    mariadb.run(
        "CREATE TABLE purse (id INT PRIMARY KEY, coins INT NOT NULL) ENGINE=InnoDB",
        "INSERT INTO purse VALUES (1, 0), (2, 0)",
        database=database,
    )


@pytest.mark.usefixtures("purse")
async def test_1205_a_lock_that_is_not_let_go_is_worth_a_retry(
    shop: ShopDatabase, mariadb: PrivateMariaDB, trouble: ServerTrouble
) -> None:
    async with (
        trouble.short_patience(1),
        Rival.on(mariadb.parameters(shop.access.name)) as rival,
    ):
        await rival.take("UPDATE purse SET coins = 7 WHERE id = 1")
        said = await words_of(shop.write(RAISE))
        assert said.endswith(": Lock wait timeout exceeded; try restarting transaction (raise)")
        await rival.let_go()
        assert await shop.write(RAISE) == 2


@pytest.mark.usefixtures("purse")
async def test_1213_the_victim_of_a_deadlock_is_worth_a_retry(shop: ShopDatabase, mariadb: PrivateMariaDB) -> None:
    async with Rival.on(mariadb.parameters(shop.access.name)) as rival:
        await rival.grow_heavy()
        await rival.take("UPDATE purse SET coins = 7 WHERE id = 2")
        ours = asyncio.create_task(shop.write(RAISE))
        await waiting_for_a_lock(mariadb)
        await rival.take("UPDATE purse SET coins = 7 WHERE id = 1")
        said = await words_of(ours)
    assert said.endswith(": Deadlock found when trying to get lock; try restarting transaction (raise)")
    assert await shop.write(RAISE) == 2


async def test_KILL_QUERY_ends_a_statement_and_the_next_one_works(shop: ShopDatabase, trouble: ServerTrouble) -> None:
    slow = Statement("slow", "SELECT COUNT(*) FROM seq_1_to_1000000 a, seq_1_to_1000000 b LIMIT 1")
    asked = asyncio.create_task(shop.rows(slow))
    async with asyncio.timeout(PATIENCE_S):
        while not asked.done():
            await asyncio.sleep(0.02)
            trouble.kill_queries()
    said = await words_of(asked)
    assert said.endswith(": Query execution was interrupted (slow)")
    assert await shop.rows(ECHO, number=2) == ((2,),)


KILLED = ("Connection was killed", "Lost connection to MySQL server during query")
"""2013 when the kill comes between two statements; the server may still find the time to say 1927."""


async def test_KILL_CONNECTION_in_a_statement_and_between_two_is_worth_a_retry(
    shop: ShopDatabase, trouble: ServerTrouble
) -> None:
    asked = asyncio.create_task(shop.rows(SLEEP, seconds=4))
    await until(trouble.kill_connections, "it was killed")
    said = await words_of(asked)
    assert any(words in said for words in KILLED), said
    assert await shop.rows(ECHO, number=2) == ((2,),)
    trouble.kill_connections()
    said = await words_of(shop.rows(ECHO, number=3))
    assert any(words in said for words in KILLED), said
    assert await shop.rows(ECHO, number=4) == ((4,),)


async def test_1153_a_statement_too_large_for_the_server_is_told_and_the_next_one_works(shop: ShopDatabase) -> None:
    huge = "x" * 17_000_000
    said = await words_of(shop.rows(ECHO, number=huge))
    assert said.endswith(": Got a packet bigger than 'max_allowed_packet' bytes (echo)")
    assert await shop.rows(ECHO, number=2) == ((2,),)


@pytest.mark.parametrize(
    ("number", "on_the_way"),
    [(1040, False), (1053, False), (1205, False), (1213, False), (1317, False), (2006, True), (2013, True)],
)
def test_every_number_that_passes_by_itself_is_worth_a_retry(
    access: DatabaseAccess, number: int, on_the_way: bool
) -> None:
    """The driver says 2013 where others say 2006; both are understood."""
    error = pymysql.OperationalError(number, "words of the server")
    told = translated(error, STORE, access, "echo")
    assert type(told) is ShopUnavailable
    assert str(told).endswith(": words of the server (echo)")
    assert lost(error) is on_the_way


# --- connections that wait to be used again ---


async def test_a_connection_that_the_server_has_hung_up_on_meanwhile_is_not_used_again(
    shop: ShopDatabase, trouble: ServerTrouble
) -> None:
    """A hoster that closes idle connections soon, or restarts its server at night, is no outage."""
    await asyncio.gather(*(shop.rows(SLEEP, seconds=0.05) for _ in range(2)))
    trouble.kill_connections()
    await until(lambda: not trouble.connections(), "they are gone")
    await asyncio.sleep(0.02)  # the loop reads what the server has said
    assert await asyncio.gather(*(shop.rows(ECHO, number=n) for n in range(2))) == [((0,),), ((1,),)]


async def test_when_one_connection_is_lost_the_idle_ones_are_not_trusted_either(
    through: ShopDatabase, proxy: FaultyProxy
) -> None:
    """One outage is one failure: else each connection that stayed behind would fail once more, later."""
    await asyncio.gather(*(through.rows(SLEEP, seconds=0.05) for _ in range(2)))
    proxy.strike(Fault(Kind.SILENT))
    await words_of(through.rows(ECHO, number=1))
    proxy.heal()
    assert await asyncio.gather(*(through.rows(ECHO, number=n) for n in range(2))) == [((0,),), ((1,),)]


async def test_a_statement_that_the_server_refuses_costs_no_other_connection(shop: ShopDatabase) -> None:
    which = Statement("which", "SELECT CONNECTION_ID(), SLEEP(0.05)")
    before = {row[0][0] for row in await asyncio.gather(shop.rows(which), shop.rows(which))}
    with pytest.raises(ShopRefused):
        await shop.rows(Statement("wrong", "SELECT nothing FROM nowhere"))
    assert (await shop.rows(which))[0][0] in before


# --- closing ---


FAREWELL_S = 3.0
"""Long enough for a machine that stands still for a moment not to look like a second farewell."""


@pytest.mark.parametrize("cancelled", [False, True], ids=["", "cancelled"])
async def test_closing_does_not_wait_long_for_a_server_that_has_gone_silent(
    through: ShopDatabase, proxy: FaultyProxy, monkeypatch: pytest.MonkeyPatch, cancelled: bool
) -> None:
    monkeypatch.setattr("bridge.shopkit.driver.FAREWELL_SECONDS", FAREWELL_S)
    await asyncio.gather(*(through.rows(SLEEP, seconds=0.05) for _ in range(2)))
    assert proxy.open_connections == 2
    proxy.strike(Fault(Kind.SILENT))

    async def close_at_the_end() -> None:
        try:
            await asyncio.sleep(60)
        finally:
            await through.close()

    closing = asyncio.create_task(close_at_the_end() if cancelled else through.close())
    await asyncio.sleep(0)
    if cancelled:
        closing.cancel()
    done, _ = await asyncio.wait([closing], timeout=2 * FAREWELL_S - 0.1)
    assert done, "one farewell after the other"
    await until(lambda: not proxy.open_connections, "both have ended")


def test_idle_connections_are_given_up_before_a_shared_host_closes_them() -> None:
    assert IDLE_SECONDS < 30
