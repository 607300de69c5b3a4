"""A daemon that dies while quotes are approved, settled and packages end loses no coin and charges nothing twice."""

from pathlib import Path

import pytest

from bridge.testing.mariadb import PrivateMariaDB
from tests.support.coin_crashing import a_coin_story, crash_coins

KILLS = 8
SEED = 20261122


@pytest.mark.timeout(600)
async def test_C16_no_coin_is_lost_nor_charged_twice_after_eight_kills_of_daemon_and_staff(
    mariadb: PrivateMariaDB, tmp_path: Path
) -> None:
    """And nothing was told twice with different numbers (rule C17)."""
    async with a_coin_story(tmp_path, mariadb, SEED) as story:
        found = await crash_coins(story, kills=KILLS, seed=SEED)
    assert found.faults == []
    assert found.kills_at_work >= KILLS / 2
    assert found.answers["approved"] > 20
    assert found.settled > 10
    assert found.ended > 5
    assert found.posts > 100
