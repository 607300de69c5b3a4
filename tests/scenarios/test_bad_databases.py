"""Databases that are not as they should be: the daemon says so in the words of `bridge check`, and does what it can."""

from pathlib import Path
from typing import Any

from bridge.engine.health import StoreState
from bridge.testing.mariadb import PrivateMariaDB
from tests.scenarios.conftest import MakeBridge
from tests.support.bridges import BASE, shop_now
from tests.support.shops import OpenCartShop
from tests.support.waiting import until

USER, SECRET = "read_only", "not-a-secret"


def told(log_lines: list[Any]) -> list[str]:
    """What was logged about the store's troubles, and that they were over."""
    return [line["event"] for line in log_lines if line["log_level"] == "warning" or "again" in line["event"]]


async def test_a_read_only_account_goes_on_reading_and_says_which_right_is_missing(
    make_bridge: MakeBridge, opencart: OpenCartShop, mariadb: PrivateMariaDB, tmp_path: Path, log_lines: list[Any]
) -> None:
    database = opencart.parameters.database
    mariadb.create_user(USER, SECRET, [f"SELECT ON `{database}`.*"])
    password = tmp_path / "password"
    password.write_text(SECRET)
    password.chmod(0o600)
    bridge = make_bridge(opencart)
    await bridge.prepare()
    bridge.change_store("acme", user=USER, password_file=password)
    customer = await opencart.add_customer("ada@shop.example")
    await opencart.place_paid_order(customer, [(BASE, 1)], at=shop_now(opencart))
    async with bridge.running() as app:
        health = app.runners["acme"].health
        await bridge.coins("acme", customer, 550)
        await until(lambda: "a right is missing: " in health.cause, "the missing right is named")
        assert f"INSERT command denied to user '{USER}'@" in health.cause
        assert "supportbridge_meta" in health.cause
        await opencart.place_paid_order(customer, [(BASE, 1)], at=shop_now(opencart))
        await bridge.coins("acme", customer, 1100)
        assert health.state is StoreState.WELL
        mariadb.run(f"GRANT INSERT, UPDATE, DELETE ON `{database}`.* TO '{USER}'@'%'")
        await bridge.quiet("acme")
        await until(lambda: not health.cause, "nothing is missing any more")
    assert await bridge.disagreements() == []
    assert told(log_lines) == ["shop refuses us", "shop well again"]


async def test_a_shop_of_a_version_nobody_knows_is_not_read_and_named_by_what_differs(
    make_bridge: MakeBridge, opencart: OpenCartShop, log_lines: list[Any]
) -> None:
    bridge = make_bridge(opencart)
    await bridge.prepare()
    customer = await opencart.add_customer("ada@shop.example")
    await opencart.place_paid_order(customer, [(BASE, 1)], at=shop_now(opencart))
    await opencart.execute("ALTER TABLE {order} ADD payment_code VARCHAR(128) NOT NULL DEFAULT ''")
    async with bridge.running() as app:
        health = app.runners["acme"].health
        await until(lambda: health.state is StoreState.REFUSED, "the store is refused")
        assert health.cause.endswith(
            "has a layout of OpenCart that is not known; the nearest is OpenCart 4.1, but here there is "
            "oc_order.payment_code"
        )
        await opencart.execute("ALTER TABLE {order} DROP payment_code")
        await bridge.coins("acme", customer, 550)
        await until(lambda: health.state is StoreState.WELL, "the store is well again")
    assert told(log_lines) == ["shop refuses us", "shop well again"]
