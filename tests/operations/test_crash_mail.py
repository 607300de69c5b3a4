"""A daemon that dies while it delivers: a letter may come twice, and then it is the same letter (rule C17)."""

from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from bridge.testing.mariadb import PrivateMariaDB
from tests.support.bridges import BASE, Bridge, StoreFile, shop_now, stock
from tests.support.daemons import Daemon
from tests.support.mail_server import MailServer, a_mail_server
from tests.support.opencart import OpenCartShop
from tests.support.prestashop import PrestaShopShop
from tests.support.shops import AnyShop
from tests.support.waiting import until

LETTERS = 2


@pytest.fixture
async def server() -> AsyncIterator[MailServer]:
    async with a_mail_server() as running:
        yield running


@pytest.fixture(params=[OpenCartShop, PrestaShopShop], ids=["opencart", "prestashop"])
async def bridge(
    request: pytest.FixtureRequest, mariadb: PrivateMariaDB, tmp_path: Path, server: MailServer
) -> AsyncIterator[Bridge]:
    """One shop, and a bridge with mail that is ready to be started."""
    async with AsyncExitStack() as stack:
        database = mariadb.create_database()
        stack.callback(mariadb.drop_database, database)
        shop: AnyShop = await stack.enter_async_context(request.param(mariadb.parameters(database)))
        await shop.install()
        await stock(shop)
        made = Bridge(tmp_path, {"acme": StoreFile(shop)})
        file = made.config / "bridge.toml"
        file.write_text(
            f'{file.read_text()}[plugins]\nenabled = ["opencart", "prestashop", "mail"]\n'
            f'[plugin.mail]\nhost = "127.0.0.1"\nport = {server.port}\ntls = "off"\n'
            'from_address = "no-reply@house.example"\n'
        )
        await made.prepare()
        yield made


@pytest.fixture
def daemon(bridge: Bridge) -> Iterator[Daemon]:
    daemon = Daemon(bridge.config, bridge.config.parent / "daemon.log")
    yield daemon
    daemon.kill()


async def test_C17_a_letter_that_a_kill_cut_off_from_its_note_comes_again_with_the_same_id_and_numbers(
    bridge: Bridge, daemon: Daemon, server: MailServer
) -> None:
    """The server takes each letter twice: the daemon is killed before it hears of the first."""
    shop = bridge.stores["acme"].shop
    daemon.start()
    await daemon.ready()
    await bridge.quiet()
    killed: set[str] = set()

    def kill() -> None:
        key = server.taken[-1]["Message-ID"]
        if key not in killed and daemon.process is not None:
            killed.add(key)
            daemon.kill()

    server.before_answer = kill
    for number in range(LETTERS):
        customer = await shop.add_customer(f"customer{number}@customers.example")
        order = await shop.place_order(customer, [(BASE, number + 1)], at=shop_now(shop))
        await shop.set_status(order, shop.paid_status, shop_now(shop))
    for killings in range(1, LETTERS + 1):
        await until(lambda: len(killed) == killings, f"killed {killings} times")  # noqa: B023
        daemon.start()
    await until(lambda: len(server.taken) == 2 * LETTERS, "every letter has come a second time")
    await bridge.quiet()
    assert daemon.stop() == 0
    first: dict[str, tuple[str, str, list[object]]] = {}
    for mail in server.taken:
        said = (mail["To"], mail["Subject"], [part.get_payload(decode=True) for part in mail.iter_parts()])
        assert first.setdefault(mail["Message-ID"], said) == said
    assert {subject for _, subject, _ in first.values()} == {
        f"{550 * (number + 1):,} coins were added to your account" for number in range(LETTERS)
    }
