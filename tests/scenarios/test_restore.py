"""A desk that was lost comes back from its backup, and everything converges by itself (rule C16)."""

from datetime import timedelta
from pathlib import Path

from bridge.desk.backup import backup, restore
from bridge.desk.desk import Desk
from bridge.domain.accounts import Owner, OwnerKind
from bridge.services import staff_coins
from tests.scenarios.conftest import MakeBridge
from tests.support.bridges import BASE, ESSENTIAL, AnyShop, Bridge, now, shop_now


async def test_C16_after_a_restore_what_the_lost_desk_had_pushed_is_replaced_by_what_the_orders_say(
    shop: AnyShop, make_bridge: MakeBridge, tmp_path: Path
) -> None:
    bridge = make_bridge(shop)
    await bridge.prepare()
    ada, ben, cyd = [await shop.add_customer(f"{name}@shop.example") for name in ("ada", "ben", "cyd")]
    async with bridge.running():
        first = await shop.place_paid_order(ada, [(BASE, 1)], at=shop_now(shop))
        await bridge.coins("acme", ada, 550)
        await bridge.quiet()
        back_up(bridge, tmp_path / "desk.backup")
        await shop.place_paid_order(ben, [(BASE, 1)], at=shop_now(shop))
        await bridge.coins("acme", ben, 550)
        await shop.set_status(first, shop.canceled_status, shop_now(shop))
        await bridge.coins("acme", ada, 0)
        await grant(bridge, ada, 40)
        await grant(bridge, cyd, 70)  # the backup knows no account of this customer
        await bridge.coins("acme", cyd, 70)
        await bridge.quiet()
    lost = await bridge.pages("acme")
    assert lost.shown(cyd)["posted"] == 70
    epoch = bridge.desk.epoch()

    restore(tmp_path / "desk.backup", bridge.desk.path, at=now())

    async with bridge.running():
        await shop.place_paid_order(ben, [(ESSENTIAL, 1)], at=shop_now(shop))
        await bridge.coins("acme", ben, 850)
        await bridge.coins("acme", ada, 0)
        await bridge.quiet()
        assert await bridge.disagreements() == []
    pages = await bridge.pages("acme")
    assert bridge.desk.epoch() > epoch
    assert {row.epoch for row in pages.accounts.values()} == {bridge.desk.epoch()}
    assert pages.shown(ada)["posted"] == 0
    assert [entry.kind for entry in bridge.desk.accounts("acme")[0].entries] == ["grant", "revoke"]


async def test_C16_a_restored_desk_gives_a_unit_again_only_under_the_key_it_had(
    shop: AnyShop, make_bridge: MakeBridge, tmp_path: Path
) -> None:
    bridge = make_bridge(shop)
    await bridge.prepare()
    ada = await shop.add_customer("ada@shop.example")
    async with bridge.running():
        await bridge.quiet()
        back_up(bridge, tmp_path / "desk.backup")
        await shop.place_paid_order(ada, [(BASE, 3)], at=shop_now(shop) - timedelta(hours=1))
        await bridge.coins("acme", ada, 1650)
        await bridge.quiet()
    lost = bridge.desk.account("acme", ada)
    restore(tmp_path / "desk.backup", bridge.desk.path, at=now())
    async with bridge.running():
        await bridge.coins("acme", ada, 1650)
        await bridge.quiet()
    again = bridge.desk.account("acme", ada)
    assert lost is not None
    assert again is not None
    assert [entry.key for entry in again.entries] == [entry.key for entry in lost.entries]
    assert [one.usable_until_ms for one in again.packages] == [one.usable_until_ms for one in lost.packages]
    assert await bridge.disagreements() == []


def back_up(bridge: Bridge, target: Path) -> None:
    """What `bridge desk backup` does, beside the running daemon."""
    with Desk.open(bridge.desk.path) as desk:
        backup(desk, target, at=now())


async def grant(bridge: Bridge, customer: int, coins: int) -> None:
    """What `bridge coins grant` does, beside the running daemon."""
    zone = bridge.settings().stores["acme"].zone_info
    with Desk.open(bridge.desk.path) as desk:
        desk.run(
            staff_coins.grant,
            "acme",
            Owner(OwnerKind.CUSTOMER, customer),
            coins=coins,
            reason="a present",
            staff="Anna",
            key=f"present:{customer}",
            zone=zone,
            at=now(),
        )
