"""A daemon that dies at any moment loses nothing and books nothing twice (rules C2, C16)."""

from pathlib import Path

from bridge.testing.mariadb import PrivateMariaDB
from tests.support.crashing import crash, two_shops

KILLS = 8
SEED = 20261122


async def test_C16_orders_ledger_and_account_pages_agree_after_eight_kills_at_random_moments(
    mariadb: PrivateMariaDB, tmp_path: Path
) -> None:
    async with two_shops(tmp_path, mariadb) as bridge:
        found = await crash(bridge, kills=KILLS, seed=SEED)
    assert found.faults == []
    assert found.kills_at_work >= KILLS / 2
    assert found.changes > 50
    assert found.entries > found.accounts > 0
