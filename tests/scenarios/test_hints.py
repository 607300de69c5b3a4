"""A hint wakes the desk: a shop that is read once an hour shows its coins at once."""

from bridge.app import App
from bridge.engine.health import StoreState
from bridge.testing.mariadb import PrivateMariaDB
from bridge_opencart.schema import PLATFORM
from tests.scenarios.conftest import MakeBridge
from tests.support.bridges import BASE, AnyShop, Bridge, shop_now
from tests.support.waiting import until

HOUR = 3600.0
BUMP = """
INSERT INTO `{prefix}supportbridge_hint` (store, kind, number) VALUES ('acme', 'order', 1)
ON DUPLICATE KEY UPDATE number = number + 1
"""
"""What the shop's extension runs on the shop's own order event."""


async def questions(server: PrivateMariaDB, times: int) -> None:
    """Wait until the shop was asked so many things more: of a quiet shop these are hints."""

    def asked() -> int:
        [(_, number)] = server.run("SHOW GLOBAL STATUS LIKE 'Com_select'")
        return int(number)

    before = asked()
    await until(lambda: asked() >= before + times, f"{times} questions")


async def waits_for_hints(app: App, server: PrivateMariaDB) -> None:
    """Wait until the first passes are done and the shop's first hint is known."""
    await until(lambda: app.runners["acme"].health.state is StoreState.WELL, "the first sync is done")
    await questions(server, 15)


async def tables_behind_views(shop: AnyShop) -> None:
    """Let the server know no time at which the shop's tables were written."""
    for table in PLATFORM.order_tables:
        name = shop.prefix + table
        await shop.execute(f"RENAME TABLE `{name}` TO `behind_{name}`")
        await shop.execute(f"CREATE VIEW `{name}` AS SELECT * FROM `behind_{name}`")


def asleep(make_bridge: MakeBridge, shop: AnyShop) -> Bridge:
    """A bridge that would not look again within this test, were there no hints."""
    return make_bridge(shop, poll_seconds=HOUR, hint_seconds=0.05, stale_after_seconds=2 * HOUR)


async def test_the_counter_of_the_shops_extension_wakes_the_desk(
    opencart: AnyShop, make_bridge: MakeBridge, mariadb: PrivateMariaDB
) -> None:
    bridge = asleep(make_bridge, opencart)
    await bridge.prepare()
    await tables_behind_views(opencart)
    ada = await opencart.add_customer("ada@shop.example")
    async with bridge.running() as app:
        await waits_for_hints(app, mariadb)
        reads = app.runners["acme"].health.counters.reads
        await opencart.place_paid_order(ada, [(BASE, 1)], at=shop_now(opencart))
        await questions(mariadb, 5)
        assert app.runners["acme"].health.counters.reads == reads, "nothing tells of the order yet"
        await opencart.execute(BUMP.replace("{prefix}", opencart.prefix))
        await bridge.coins("acme", ada, 550)
        await bridge.quiet()
    assert await bridge.disagreements() == []


async def test_the_time_a_table_was_written_wakes_the_desk_where_the_extension_is_not_installed(
    prestashop: AnyShop, make_bridge: MakeBridge, mariadb: PrivateMariaDB
) -> None:
    bridge = asleep(make_bridge, prestashop)
    await bridge.prepare()
    await prestashop.execute(f"DROP TABLE `{prestashop.prefix}supportbridge_hint`")
    ada = await prestashop.add_customer("ada@shop.example")
    async with bridge.running() as app:
        await waits_for_hints(app, mariadb)
        await prestashop.place_paid_order(ada, [(BASE, 1)], at=shop_now(prestashop))
        await bridge.coins("acme", ada, 550)
