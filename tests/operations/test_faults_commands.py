"""A command that meets a broken shop or a damaged desk says so in two lines and ends with 1, soon."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bridge.desk.desk import FILE_NAME
from bridge.testing.mariadb import PrivateMariaDB
from tests.faults.desk_page import spoil
from tests.faults.proxy import Fault, FaultyProxy, Kind, Way
from tests.faults.server import ServerTrouble
from tests.faults.story import PASSWORD, behind, user_of
from tests.support.bridges import BASE, Bridge, shop_now, stock
from tests.support.commands import Cli, a_workplace
from tests.support.shops import OpenCartShop

STORE = "acme"
TRY = "see that the shop's database server runs and can be reached, then: bridge check"
CALLS = [("store", "prepare", STORE), ("sync", "--dry-run"), ("sync", "--once"), ("ledger", "verify")]
FAULTS = {
    Fault(Kind.REFUSED): "no connection (connecting)",
    Fault(Kind.SILENT): "no answer in time (connecting)",
    Fault(Kind.RESET, Way.UP, 10): "Lost connection to MySQL server during query (",
    Fault(Kind.TRUNCATED, Way.DOWN, 30): "Lost connection to MySQL server during query (connecting)",
}


@pytest.fixture
async def proxy(mariadb: PrivateMariaDB, opencart: OpenCartShop) -> AsyncIterator[FaultyProxy]:
    mariadb.create_user(user_of(STORE), PASSWORD, [f"ALL ON `{opencart.parameters.database}`.*"])
    async with FaultyProxy(mariadb.parameters()) as proxy:
        yield proxy


@pytest.fixture
async def cli(opencart: OpenCartShop, proxy: FaultyProxy, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Cli:
    """Commands on a store that has booked and pushed an account, reached through the proxy."""
    await stock(opencart)
    ada = await opencart.add_customer("ada@shop.example")
    await opencart.place_paid_order(ada, [(BASE, 1)], at=shop_now(opencart))
    bridge = Bridge(tmp_path, {STORE: behind(proxy, opencart, STORE, tmp_path)})
    await bridge.prepare()
    cli = Cli(bridge.config, capsys)
    assert (await asyncio.to_thread(cli, "desk", "upgrade")).code == 0
    assert (await asyncio.to_thread(cli, "sync", "--once")).code == 0
    return cli


async def test_every_command_tells_what_the_network_or_the_server_does(
    cli: Cli, proxy: FaultyProxy, mariadb: PrivateMariaDB
) -> None:
    for fault, cause in FAULTS.items():
        proxy.strike(fault)
        for words in CALLS:
            await told(cli, words, cause)
        proxy.heal()
    with ServerTrouble(mariadb, user_of(STORE)).full_house():
        for words in CALLS:
            await told(cli, words, "Too many connections (connecting)")
    assert (await asyncio.to_thread(cli, "sync", "--once")).code == 0


async def told(cli: Cli, words: tuple[str, ...], cause: str) -> None:
    """A command about one store tells it on standard error, one about every store in its report."""
    answer = await asyncio.to_thread(cli, *words)
    assert answer.code == 1, (words, cause)
    error, remedy = (answer.err or answer.out).splitlines()[-2:]
    assert error.startswith("Error: acme: database "), words
    assert cause in error, (words, cause)
    assert remedy == f"Try: {TRY}", words


@pytest.mark.parametrize("words", [("ledger", "verify"), ("check",), ("desk", "backup", "{folder}/copy")], ids=" ".join)
def test_commands_that_look_whether_all_is_well_find_a_spoilt_page(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], words: tuple[str, ...]
) -> None:
    place = a_workplace(tmp_path, capsys)
    assert place.cli("desk", "upgrade").code == 0
    desk = place.state / FILE_NAME
    spoil(desk, "entry")
    answer = place.cli(*(word.format(folder=tmp_path) for word in words))
    assert answer.code == 1
    told = answer.out + answer.err
    assert f"{desk} is damaged" in " ".join(told.split())
    assert "bridge desk restore FILE" in told
    assert not (tmp_path / "copy").exists()
