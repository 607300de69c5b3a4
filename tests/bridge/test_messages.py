"""From the shop's order to the customer's mailbox and a web receiver, through the daemon as it runs."""

import json
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
from aiohttp import web

from bridge.app import App
from bridge.contracts.clock import SystemClock
from bridge.contracts.shop_documents import Contact
from bridge.desk.key_files import KeyRing, save_keys
from bridge.engine import plugin_lines
from bridge.engine.health import StoreState
from bridge.errors import SettingsError
from bridge.testing.shop import FakeShop
from tests.support.fake_platform import read_settings, write_bridge
from tests.support.mail_server import MailServer, a_mail_server
from tests.support.waiting import until

Shops = dict[str, FakeShop]


@pytest.fixture
async def server() -> AsyncIterator[MailServer]:
    async with a_mail_server() as running:
        yield running


@pytest.fixture
async def posts() -> AsyncIterator[tuple[list[dict[str, object]], int]]:
    """What a web receiver was posted, and its port."""
    found: list[dict[str, object]] = []

    async def receive(request: web.Request) -> web.Response:
        found.append(json.loads(await request.read()))
        return web.Response(status=204)

    app = web.Application()
    app.router.add_post("/", receive)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    yield found, runner.addresses[0][1]
    await runner.cleanup()


@pytest.fixture
def shop(fake_platform: Shops) -> FakeShop:
    fake_platform["acme"] = FakeShop()
    fake_platform["acme"].people[77] = Contact(77, "ada@customers.example", "Ada", "en")
    return fake_platform["acme"]


@pytest.fixture
def config(tmp_path: Path, shop: FakeShop, server: MailServer, posts: tuple[list[dict[str, object]], int]) -> Path:
    """The store acme with mail and a webhook."""
    del shop
    config = write_bridge(tmp_path, plugins='["fake", "mail", "webhook"]', stores={"acme": {}})
    save_keys(tmp_path / "state", KeyRing("acme").with_new_key())
    secret = tmp_path / "hook.secret"
    secret.write_text("a secret of both sides")
    secret.chmod(0o600)
    add(
        config / "bridge.toml",
        f'[plugin.mail]\nhost = "127.0.0.1"\nport = {server.port}\ntls = "off"\n'
        'from_address = "no-reply@house.example"\n',
    )
    hook = f'[plugin.webhook]\nurl = "http://127.0.0.1:{posts[1]}/"\nsecret = {{ file = "{secret}" }}\n'
    add(config / "stores" / "acme.toml", hook)
    return config


def add(file: Path, text: str) -> None:
    file.write_text(file.read_text() + text)


def the_app(config: Path) -> App:
    return App(read_settings(config), lambda: read_settings(config), SystemClock())


async def synced(app: App) -> None:
    app.start_stores()
    await until(lambda: app.runners["acme"].health.phase is StoreState.WELL, "the first sync is over")


async def test_C17_a_paid_order_is_told_by_mail_and_webhook_with_the_same_numbers(
    config: Path, shop: FakeShop, server: MailServer, posts: tuple[list[dict[str, object]], int]
) -> None:
    async with the_app(config) as app:
        await synced(app)
        order = shop.add_order(customer=77, lines={"BASE": 2})
        await until(lambda: server.taken, "the letter is in the mailbox")
        await until(lambda: posts[0], "the receiver has it")
    (mail,) = server.taken
    assert (mail["To"], mail["Subject"]) == ("Ada <ada@customers.example>", "1,100 coins were added to your account")
    (body,) = posts[0]
    assert (body["event"], body["customer"], body["order_id"], body["coins"]) == ("coins_granted", 77, order, 1100)


async def test_C2_a_first_sync_sends_no_customer_message(config: Path, shop: FakeShop, server: MailServer) -> None:
    shop.add_order(customer=77, lines={"BASE": 1})
    async with the_app(config) as app:
        await synced(app)
        await until(lambda: shop.posted(77) == 550, "the account page shows the coins")
        shop.add_order(customer=77, lines={"BASE": 2})
        await until(lambda: server.taken, "the letter about the later order is in the mailbox")
    assert [mail["Subject"] for mail in server.taken] == ["1,100 coins were added to your account"]


async def test_a_letter_that_waits_for_its_server_outlives_the_daemon(
    config: Path, shop: FakeShop, server: MailServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(plugin_lines, "FIRST_PAUSE", timedelta(seconds=0.2))
    server.answers["RCPT"] = "451 4.3.0 not now"
    async with the_app(config) as app:
        await synced(app)
        shop.add_order(customer=77, lines={"BASE": 1})
        line = app.deliveries.lines["mail"]
        await until(lambda: line.failing, "the letter has been tried")
    server.answers.clear()
    async with the_app(config) as app:
        await synced(app)
        await until(lambda: server.taken, "the letter is in the mailbox")
    assert len(server.taken) == 1


async def test_a_reload_takes_a_stores_webhook_into_force_whole_or_not_at_all(
    config: Path, shop: FakeShop, posts: tuple[list[dict[str, object]], int]
) -> None:
    file = config / "stores" / "acme.toml"
    good = file.read_text()
    async with the_app(config) as app:
        await synced(app)
        file.write_text(good.replace("http://127.0.0.1", "http://receiver.example"))
        await app.reload()
        shop.add_order(customer=77, lines={"BASE": 1})
        await until(lambda: posts[0], "the old address is still in force")
        file.write_text(good.partition("[plugin.webhook]")[0])
        await app.reload()
        await synced(app)
        shop.add_order(customer=77, lines={"BASE": 2})
        await until(lambda: shop.posted(77) == 1650, "the second order is booked")
    assert len(posts[0]) == 1


async def test_the_daemon_does_not_start_with_a_plugins_wrong_settings(config: Path) -> None:
    file = config / "bridge.toml"
    file.write_text(file.read_text().replace('tls = "off"', 'tls = "of"'))
    with pytest.raises(SettingsError, match=r"bridge\.toml: plugin\.mail\.tls: must be"):
        async with the_app(config):
            pass
