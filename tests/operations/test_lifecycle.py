"""The daemon as a service manager handles it: ready, reload, stop, and never twice on one desk."""

import asyncio
import json
import os
import signal
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import aiomysql
import pytest

from bridge.testing.mariadb import PrivateMariaDB
from tests.support.bridges import BASE, COINS, Bridge, shop_now
from tests.support.crashing import SETTLE_S, faults, two_shops
from tests.support.daemons import STOP_S, Daemon, bridge_command, fetched
from tests.support.unrest import Unrest
from tests.support.waiting import until


@pytest.fixture
async def bridge(mariadb: PrivateMariaDB, tmp_path: Path) -> AsyncIterator[Bridge]:
    """Two busy shops, one of each platform, and a bridge that is ready to be started."""
    async with two_shops(tmp_path, mariadb) as bridge:
        yield bridge


@pytest.fixture
def daemon(bridge: Bridge) -> Iterator[Daemon]:
    """The daemon, not started yet; gone after the test whatever happened."""
    daemon = Daemon(bridge.config, bridge.config.parent / "daemon.log")
    yield daemon
    daemon.kill()


async def test_it_says_how_it_is_and_ends_well_when_asked_to(bridge: Bridge, daemon: Daemon) -> None:
    daemon.start()
    address = await daemon.ready()
    assert (await asyncio.to_thread(fetched, address, "/livez"))[0] == 200
    await bridge.quiet()
    status, body = await asyncio.to_thread(fetched, address, "/health")
    assert (status, json.loads(body)["ok"]) == (200, True)
    assert {name: one["state"] for name, one in json.loads(body)["stores"].items()} == {
        "opencart": "well",
        "prestashop": "well",
    }
    assert await asyncio.to_thread(daemon.stop) == 0
    assert await faults(bridge) == []


async def test_SIGTERM_in_the_middle_of_work_ends_it_in_time_and_loses_nothing(bridge: Bridge, daemon: Daemon) -> None:
    daemon.start()
    await daemon.ready()
    stop = asyncio.Event()
    slow = bridge.stores["opencart"].shop
    other = await aiomysql.connect(**slow.parameters.for_driver())
    try:
        async with asyncio.TaskGroup() as tasks:
            unrest = Unrest(bridge.stores["prestashop"].shop, 7, settle_seconds=SETTLE_S)
            await unrest.prepare()
            tasks.create_task(unrest.run(stop))
            await bridge.quiet("opencart")
            async with other.cursor() as cursor:  # a shop that does not answer must not hold up the end either
                await cursor.execute(f"LOCK TABLES `{slow.prefix}order_history` WRITE")
            await until(lambda: unrest.changes > 20, "some orders have changed")
            began = time.monotonic()
            code = await asyncio.to_thread(daemon.stop)
            took = time.monotonic() - began
            stop.set()
    finally:
        await other.ensure_closed()
    assert code == 0
    assert took < STOP_S
    daemon.start()
    await bridge.quiet()
    await asyncio.to_thread(daemon.stop)
    assert await faults(bridge) == []


async def test_a_second_daemon_on_the_same_desk_is_refused_and_told_which_process_has_it(
    bridge: Bridge, daemon: Daemon
) -> None:
    daemon.start()
    await daemon.ready()
    assert daemon.process is not None
    second = await asyncio.to_thread(bridge_command, bridge.config, "run")
    error, remedy = second.stderr.splitlines()
    assert second.returncode == 1
    assert error.startswith("Error: ")
    assert f"process {daemon.process.pid}" in error
    assert remedy.startswith("Try: ")
    os.kill(daemon.process.pid, 0)  # the first one is still there
    await bridge.quiet()


async def test_SIGHUP_takes_new_store_files_keeps_the_old_for_wrong_ones_and_names_what_needs_a_restart(
    bridge: Bridge, daemon: Daemon
) -> None:
    daemon.start()
    await daemon.ready()
    await bridge.quiet()
    shop = bridge.stores["opencart"].shop
    ada = await shop.add_customer("ada@shop.example")

    path = bridge.store_path("opencart")
    path.write_text(path.read_text().replace("coins = 550", "coins = -550"))
    daemon.signal(signal.SIGHUP)
    refused = await until(
        lambda: daemon.heard("settings are wrong, the old ones stay in force"), "the wrong file is refused"
    )
    assert "stores/opencart.toml: plans.base.coins: " in refused["problem"]
    await shop.place_paid_order(ada, [(BASE, 1)], at=shop_now(shop))
    await bridge.coins("opencart", ada, 550)

    bridge.change_store("opencart", coins={**COINS, BASE: 600})
    daemon.signal(signal.SIGHUP)
    await until(
        lambda: daemon.heard("settings", change="store opencart: changed plans.base.coins"), "the new file is taken"
    )
    await shop.place_paid_order(ada, [(BASE, 1)], at=shop_now(shop))
    await bridge.coins("opencart", ada, 550 + 600)

    bridge.write_bridge_file(level="warning")
    daemon.signal(signal.SIGHUP)
    words = "bridge.toml: changed log.level; takes effect after a restart"
    await until(lambda: daemon.heard("settings", change=words), "what needs a restart is named")
    await bridge.quiet()
    assert await bridge.disagreements() == []
