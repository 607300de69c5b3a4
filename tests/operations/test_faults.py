"""Whatever goes wrong between the daemon and two busy shops, nothing is lost, doubled or stuck (rules C2, C16)."""

from pathlib import Path

import pytest

from bridge.testing.mariadb import PrivateMariaDB
from tests.faults.story import Aftermath, play, stage

SEED = 20261122


def check(found: Aftermath, *, ordeals: int) -> None:
    assert found.wrong == [], f"seed {found.seed}"
    assert found.ordeals == ordeals
    assert found.noticed > ordeals / 5, found
    assert 0 < found.down_lines <= ordeals + 2 * found.restarts, found
    assert found.changes > ordeals, found
    assert found.entries > 0


async def test_C16_orders_ledger_and_account_pages_agree_after_fifty_faults_and_a_restart_of_the_server(
    mariadb: PrivateMariaDB, tmp_path: Path
) -> None:
    async with stage(tmp_path, mariadb) as on:
        check(await play(on, seed=SEED, ordeals=50, restarts=1, first_pause=0.1), ordeals=50)


@pytest.mark.long
@pytest.mark.timeout(3_600)
async def test_C16_they_agree_after_two_thousand_faults_and_twenty_restarts_of_the_server(tmp_path: Path) -> None:
    with PrivateMariaDB(settings={"max-connect-errors": "1000000"}) as server:
        async with stage(tmp_path, server) as on:
            found = await play(on, seed=SEED, ordeals=2_000, restarts=20)
    check(found, ordeals=2_000)
    assert found.restarts == 20
