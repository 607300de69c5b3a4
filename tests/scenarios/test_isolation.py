"""A store in trouble never holds up another, says what is wrong, and goes on by itself once it can."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import aiomysql
import pytest

from bridge.engine.health import StoreHealth, StoreState
from bridge.testing.mariadb import PrivateMariaDB
from tests.faults.server import ServerTrouble
from tests.support.bridges import BASE, Bridge, StoreFile, shop_now
from tests.support.shops import OpenCartShop, PrestaShopShop
from tests.support.waiting import PATIENCE_S, until

SECRET = "not-a-secret"


@pytest.fixture
async def both(opencart: OpenCartShop, prestashop: PrestaShopShop) -> tuple[OpenCartShop, PrestaShopShop]:
    """A shop that will be in trouble and one that is well, in one database under different prefixes."""
    return opencart, prestashop


@pytest.fixture
async def bridge(
    tmp_path: Path, both: tuple[OpenCartShop, PrestaShopShop], mariadb: PrivateMariaDB
) -> AsyncIterator[Bridge]:
    """Stores "ill" and "well"; "ill" has a user of its own and reaches the server through a link of its own."""
    ill, well = both
    database = ill.parameters.database
    mariadb.create_user("ill", SECRET, [f"ALL ON `{database}`.*"])
    password = tmp_path / "password"
    password.write_text(SECRET)
    password.chmod(0o600)
    link = tmp_path / "ill.sock"
    link.symlink_to(mariadb.socket)
    bridge = Bridge(
        tmp_path,
        {
            "ill": StoreFile(ill, user="ill", password_file=password, socket=link, statement_timeout_seconds=1.0),
            "well": StoreFile(well),
        },
    )
    await bridge.prepare()
    yield bridge
    mariadb.run("DROP USER IF EXISTS ill")


async def the_other_store_works(bridge: Bridge) -> None:
    """An order in the shop that is well becomes coins on its page while the other is in trouble."""
    shop = bridge.stores["well"].shop
    customer = await shop.add_customer("cyd@shop.example")
    await shop.place_paid_order(customer, [(BASE, 1)], at=shop_now(shop))
    await bridge.coins("well", customer, 550)
    await bridge.quiet("well")
    assert await bridge.disagreements("well") == []


async def and_then_it_comes_right(bridge: Bridge) -> None:
    """An order placed in the shop that was in trouble becomes coins."""
    shop = bridge.stores["ill"].shop
    customer = await shop.add_customer("dan@shop.example")
    await shop.place_paid_order(customer, [(BASE, 1)], at=shop_now(shop))
    await bridge.coins("ill", customer, 550)
    await bridge.quiet("ill")
    assert await bridge.disagreements("ill") == []


async def test_a_shop_that_goes_down_and_comes_back(bridge: Bridge, mariadb: PrivateMariaDB) -> None:
    async with bridge.running() as app:
        await bridge.quiet()
        health = app.runners["ill"].health
        socket = bridge.stores["ill"].socket
        assert socket is not None
        socket.unlink()
        ServerTrouble(mariadb, "ill").kill_connections()
        await until(lambda: health.state is StoreState.DOWN, "the store is known to be down")
        await the_other_store_works(bridge)
        socket.symlink_to(mariadb.socket)
        await until(lambda: health.state is StoreState.WELL, "the store is well again")
        await and_then_it_comes_right(bridge)


async def test_a_shop_with_a_wrong_password_at_start(bridge: Bridge, mariadb: PrivateMariaDB) -> None:
    mariadb.run("ALTER USER ill IDENTIFIED BY 'changed'")
    async with bridge.running() as app:
        health = app.runners["ill"].health
        await until(lambda: health.state is StoreState.REFUSED, "the store is known to be refused")
        assert "Access denied" in health.cause
        assert SECRET not in health.cause
        await the_other_store_works(bridge)
        mariadb.run(f"ALTER USER ill IDENTIFIED BY '{SECRET}'")
        await and_then_it_comes_right(bridge)


async def test_a_shop_that_answers_too_slowly(bridge: Bridge) -> None:
    shop = bridge.stores["ill"].shop
    async with bridge.running() as app:
        await bridge.quiet()
        health = app.runners["ill"].health
        other = await aiomysql.connect(**shop.parameters.for_driver())
        try:
            async with other.cursor() as cursor:
                await cursor.execute(f"LOCK TABLES `{shop.prefix}order_history` WRITE")
            await until(lambda: health.state is StoreState.DOWN, "the store is known not to answer")
            await the_other_store_works(bridge)
        finally:
            await other.ensure_closed()
        await and_then_it_comes_right(bridge)


async def test_a_shop_whose_tables_of_ours_are_missing_is_read_all_the_same(bridge: Bridge) -> None:
    shop = bridge.stores["ill"].shop
    for table in ("account", "entry", "meta"):
        await shop.execute(f"DROP TABLE `{shop.prefix}supportbridge_{table}`")
    customer = await shop.add_customer("dan@shop.example")
    await shop.place_paid_order(customer, [(BASE, 1)], at=shop_now(shop))
    async with bridge.running() as app:
        await bridge.coins("ill", customer, 550)
        health = app.runners["ill"].health
        await until(lambda: "supportbridge" in health.cause, "what is missing is named")
        await the_other_store_works(bridge)
        adapter = app.runners["ill"].setup.connection()
        connected = app.plugins.connect(adapter)
        await connected.prepare()
        await connected.close()
        await bridge.quiet("ill")
    assert await bridge.disagreements() == []


async def test_a_shop_full_of_odd_rows(bridge: Bridge) -> None:
    shop = bridge.stores["ill"].shop
    assert isinstance(shop, OpenCartShop)
    customer = await shop.add_customer("dan@shop.example")
    async with bridge.running():
        await bridge.quiet()
        odd = [await shop.place_order(customer, [(BASE, 1)], at=shop_now(shop)) for _ in range(6)]
        await shop.execute("UPDATE {order_product} SET quantity = NULL WHERE order_id = %s", odd[0])
        await shop.execute("UPDATE {order_product} SET quantity = -3 WHERE order_id = %s", odd[1])
        await shop.execute("UPDATE {order} SET total = NULL WHERE order_id = %s", odd[2])
        await shop.execute("UPDATE {order} SET date_added = NULL WHERE order_id = %s", odd[3])
        await shop.execute("UPDATE {order} SET customer_id = 99999 WHERE order_id = %s", odd[4])
        await shop.execute("UPDATE {order_product} SET quantity = 1000000 WHERE order_id = %s", odd[5])
        for order in odd:
            await shop.set_status(order, shop.paid_status, shop_now(shop))
        await shop.execute("INSERT INTO {order_history} (order_id, order_status_id) VALUES (NULL, NULL)")
        await shop.execute("INSERT INTO {order_history} (order_id, order_status_id) VALUES (424242, 5)")
        good = await shop.place_paid_order(customer, [(BASE, 1)], at=shop_now(shop))
        await bridge.coins("ill", customer, 550)
        await the_other_store_works(bridge)
        await bridge.quiet()
    said = " ".join(problem.summary for problem in bridge.desk.problems("ill"))
    assert all(f"order {order}" in said for order in odd), said
    assert f"order {good}" not in said
    assert await bridge.disagreements() == []


async def test_two_stores_in_trouble_in_different_ways_leave_the_loop_free(
    bridge: Bridge, mariadb: PrivateMariaDB
) -> None:
    mariadb.run("ALTER USER ill IDENTIFIED BY 'changed'")
    nowhere = bridge.stores["ill"].socket
    assert nowhere is not None
    bridge.write_store("gone", StoreFile(bridge.stores["ill"].shop, socket=nowhere.with_name("nobody.sock")))
    async with bridge.running() as app:
        healths: list[StoreHealth] = [app.runners[name].health for name in ("ill", "gone")]
        await until(lambda: all(health.failures for health in healths), "both are known to be in trouble")
        async with asyncio.timeout(PATIENCE_S):
            await the_other_store_works(bridge)
