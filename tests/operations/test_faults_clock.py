"""The machine's clock is set, forward or back: orders are booked as soon as ever, and in their own order."""

from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path

from bridge.testing.mariadb import PrivateMariaDB
from tests.faults.story import Stage, running, stage
from tests.support.bridges import BASE, shop_now
from tests.support.crashing import faults
from tests.support.waiting import until

HOUR = timedelta(hours=1)


async def test_C2_orders_are_booked_at_once_while_the_clock_jumps_by_hours(
    mariadb: PrivateMariaDB, tmp_path: Path
) -> None:
    async with stage(tmp_path, mariadb) as on, running(on):
        await on.bridge.quiet()
        shops = {name: store.shop for name, store in on.bridge.stores.items()}
        buyers = {name: await shop.add_customer("jump@shop.example") for name, shop in shops.items()}
        for number, jump in enumerate((5, -30, 26, -1, 48, -48), start=1):
            for name, shop in shops.items():
                await shop.place_paid_order(buyers[name], [(BASE, 1)], at=shop_now(shop))
            await until(lambda: seen(on, buyers, number * 550), "both were noticed")  # noqa: B023
            on.clock.jump(jump * HOUR)
            for name, buyer in buyers.items():
                await on.bridge.coins(name, buyer, number * 550)
        on.clock.set_right()
        await on.bridge.quiet()
        assert await faults(on.bridge) == []


def seen(on: Stage, buyers: Mapping[str, int], coins: int) -> bool:
    """Whether each store's order waits to be booked, or is."""
    return all(
        ((progress := on.bridge.desk.progress(name)) is not None and progress.touched > 0)
        or on.bridge.desk.coins(name, buyer) == coins
        for name, buyer in buyers.items()
    )
