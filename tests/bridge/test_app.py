"""The daemon's life: start, reload, stop, and what happens when parts of it fail."""

import asyncio
import os
import signal
import socket
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import structlog

from bridge.app import App
from bridge.contracts.clock import SystemClock
from bridge.desk.desk import Desk
from bridge.desk.key_files import KeyRing, save_keys
from bridge.engine.health import StoreState, Work
from bridge.engine.store_runner import STOP_GRACE_S
from bridge.errors import (
    DeskBusy,
    DeskUnwritable,
    ListenerError,
    PluginError,
    SettingsError,
    ShopRefused,
    ShopUnavailable,
)
from bridge.testing.shop import FakeShop
from tests.support.fake_platform import read_settings, write_bridge, write_store
from tests.support.waiting import until

Shops = dict[str, FakeShop]
Lines = list[structlog.typing.EventDict]


@pytest.fixture
def lines() -> Iterator[Lines]:
    """What is logged during the test."""
    with structlog.testing.capture_logs() as captured:
        yield captured


@pytest.fixture
def shop(fake_platform: Shops) -> FakeShop:
    """The shop of the store acme."""
    fake_platform["acme"] = FakeShop()
    return fake_platform["acme"]


@pytest.fixture
def config(tmp_path: Path, shop: FakeShop) -> Path:
    """A configuration with the store acme, paired."""
    del shop
    config = write_bridge(tmp_path, stores={"acme": {}})
    save_keys(tmp_path / "state", KeyRing("acme").with_new_key())
    return config


def the_app(config: Path) -> App:
    return App(read_settings(config), lambda: read_settings(config), SystemClock())


def events(lines: Lines) -> list[str]:
    return [line["event"] for line in lines]


async def read_once(app: App, *stores: str) -> None:
    for name in stores:
        await until(lambda: app.runners[name].health.last_good_read, f"{name} was read")  # noqa: B023


# --- the whole, once ---


async def test_an_order_of_a_platform_known_by_entry_point_alone_becomes_coins_on_the_account_page(
    config: Path, shop: FakeShop
) -> None:
    order = shop.add_order(customer=77, lines={"BASE": 2})
    async with the_app(config) as app:
        app.start_stores()
        await until(lambda: shop.posted(77) == 1100, "the account page shows both packages")
        shop.change_status(order, shop.REFUNDED)
        await until(lambda: 77 in shop.accounts and shop.posted(77) == 0, "the account page shows the refund")
    assert shop.closed >= 1


async def test_C2_a_desk_that_cannot_be_written_keeps_no_daemon_from_starting(
    config: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It waits, and is well again by itself once there is room; nothing is booked meanwhile."""

    async def refused(*_: object, **__: object) -> None:
        raise DeskUnwritable("the disk is full")

    async with the_app(config):
        pass  # its desk has been in use before
    monkeypatch.setattr(Desk, "transact", refused)
    async with the_app(config) as app:
        assert app.pages.address


async def test_the_shop_is_told_what_is_on_sale_and_how_the_desk_is(config: Path, shop: FakeShop) -> None:
    async with the_app(config) as app:
        app.start_stores()
        await until(lambda: (shop.noted("status:acme") or {}).get("state") == "well", "the shop knows that all is well")
        page = shop.noted("page:acme")
        assert page is not None
        assert [(plan["code"], plan["coins"], plan["buy"]) for plan in page["plans"]] == [("base", 550, "")]
        order = shop.add_order(customer=77, lines={"BASE": 1})
        shop.make_unreadable(order, "no lines")
        await until(lambda: (shop.noted("status:acme") or {}).get("problems") == 1, "and at once that it is not")


# --- start ---


async def test_a_shop_that_is_down_does_not_keep_the_daemon_from_starting(config: Path, shop: FakeShop) -> None:
    shop.fail("probe", ShopUnavailable("acme: no answer"))
    async with the_app(config) as app:
        app.start_stores()
        health = app.runners["acme"].health
        await until(lambda: health.state is StoreState.DOWN, "the store is down")
        assert "no answer" in health.cause
        shop.recover("probe")
        await until(lambda: health.state is StoreState.WELL, "the store is well")


@pytest.mark.usefixtures("shop")
async def test_a_second_daemon_on_the_same_desk_is_refused(config: Path) -> None:
    async with the_app(config):
        with pytest.raises(DeskBusy, match=f"bridge run \\(process {os.getpid()}\\)"):
            await the_app(config).__aenter__()


async def test_a_listener_in_use_stops_the_start_and_frees_the_desk(config: Path, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        address = "127.0.0.1:%d" % taken.getsockname()[1]  # noqa: UP031
        write_bridge(tmp_path, listen=address, stores={})
        with pytest.raises(ListenerError, match=f"{address} can't be had: Address already in use"):
            await the_app(config).__aenter__()
    async with the_app(config):
        pass


async def test_a_missing_password_file_stops_the_start_and_names_the_setting(config: Path) -> None:
    write_store(config, "acme", password='{ file = "/nowhere/password" }')
    with pytest.raises(SettingsError, match=r"stores/acme\.toml.*password"):
        await the_app(config).__aenter__()


async def test_a_platform_without_adapter_stops_the_start(config: Path, fake_platform: Shops) -> None:
    fake_platform.clear()
    with pytest.raises(PluginError, match="plugin fake can't connect store acme"):
        await the_app(config).__aenter__()


# --- a store's faults stay in the store ---


async def test_an_unexpected_error_in_reading_restarts_that_store_and_no_other(
    tmp_path: Path, fake_platform: Shops, monkeypatch: pytest.MonkeyPatch, lines: Lines
) -> None:
    monkeypatch.setattr("bridge.engine.store_runner.PAUSE_AFTER_CRASH_S", 0.05)
    fake_platform |= {"acme": FakeShop("acme"), "umbrella": FakeShop("umbrella")}
    fake_platform["acme"].fail("touched", ValueError("the customer wrote this"), times=3)
    config = write_bridge(tmp_path, stores={"acme": {}, "umbrella": {}})
    async with the_app(config) as app:
        app.start_stores()
        await read_once(app, "umbrella")
        await until(lambda: app.runners["acme"].health.state is StoreState.WELL, "acme is well again")
        assert not app.runners["umbrella"].health.failures
    causes = {line["cause"] for line in lines if line["event"] == "store failed, starting it again"}
    assert causes == {"unexpected ValueError, its trace is in the log"}


async def test_what_is_due_each_minute_is_not_due_for_all_stores_at_once(
    config: Path, shop: FakeShop, fake_platform: Shops, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bridge.engine.bells.APART_S", 3600.0)
    monkeypatch.setattr("bridge.engine.bells.WITHIN_S", 7200.0)
    other = fake_platform["umbrella"] = FakeShop("umbrella")
    write_store(config, "umbrella")
    async with the_app(config) as app:
        app.start_stores()
        await read_once(app, "acme", "umbrella")
        app.stores.compare()
        await until(lambda: shop.calls["next_ids"], "the first store is compared")
        assert other.calls["next_ids"] == 0, "the second has an hour"


async def test_a_damaged_key_file_stops_pushing_and_not_reading(config: Path, shop: FakeShop, tmp_path: Path) -> None:
    (tmp_path / "state" / "keys" / "acme.json").write_text("{")
    order = shop.add_order(customer=77, lines={"BASE": 1})
    async with the_app(config) as app:
        app.start_stores()
        health = app.runners["acme"].health
        await until(lambda: Work.PUSHING in health.failures, "pushing fails")
        await until(lambda: health.state is StoreState.WELL, "reading is well")
        assert "is not a key file" in health.cause
    assert not shop.accounts
    assert order


async def test_a_cancellation_from_inside_a_plugin_is_an_error_like_any_other(
    config: Path, shop: FakeShop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bridge.engine.store_runner.PAUSE_AFTER_CRASH_S", 0.05)
    shop.fail("touched", asyncio.CancelledError(), times=1)
    async with the_app(config) as app:
        app.start_stores()
        await read_once(app, "acme")
        await until(lambda: app.runners["acme"].health.state is StoreState.WELL, "acme is read again")


async def test_a_crashed_task_of_the_daemon_is_told_and_begun_anew(
    config: Path, monkeypatch: pytest.MonkeyPatch, lines: Lines
) -> None:
    monkeypatch.setattr("bridge.engine.supervising.PAUSE_AFTER_CRASH_S", 0.05)
    app = the_app(config)
    async with app:
        works = app.outbox.one_pass
        passes = 0

        async def failing() -> int:
            nonlocal passes
            passes += 1
            if passes == 1:
                raise KeyError("outbox")
            return await works()

        monkeypatch.setattr(app.outbox, "one_pass", failing)
        app.outbox.wake.set()
        await until(lambda: passes > 1, "the outbox goes on")
    [told] = [line for line in lines if line["event"] == "task failed, starting it again"]
    assert told["task"] == "outbox"


# --- reload ---


async def test_a_reload_starts_new_stores_ends_removed_ones_and_leaves_the_others_alone(
    config: Path, fake_platform: Shops, lines: Lines
) -> None:
    fake_platform["umbrella"] = FakeShop("umbrella")
    fake_platform["initech"] = FakeShop("initech")
    write_store(config, "umbrella")
    async with the_app(config) as app:
        app.start_stores()
        await read_once(app, "acme", "umbrella")
        untouched = app.runners["acme"]
        (config / "stores" / "umbrella.toml").unlink()
        write_store(config, "initech")
        await app.reload()
        assert list(app.runners) == ["acme", "initech"]
        assert app.runners["acme"] is untouched
        await read_once(app, "initech")
    told = [line["change"] for line in lines if line["event"] == "settings"]
    assert told == ["store initech: added", "store umbrella: removed"]


async def test_a_reload_with_wrong_settings_keeps_the_old_ones_and_says_why(config: Path, lines: Lines) -> None:
    async with the_app(config) as app:
        app.start_stores()
        before = dict(app.runners)
        write_store(config, "acme", coins="-5")
        await app.reload()
        assert app.runners == before
    [told] = [line for line in lines if line["event"] == "settings are wrong, the old ones stay in force"]
    assert "stores/acme.toml: plans.base.coins" in told["problem"]


async def test_a_reload_that_one_store_refuses_is_taken_by_none(config: Path, fake_platform: Shops) -> None:
    async with the_app(config) as app:
        app.start_stores()
        before = dict(app.runners)
        write_store(config, "acme", coins="600")
        write_store(config, "umbrella")  # the plugin knows no such shop
        await app.reload()
        assert app.runners == before
        fake_platform["umbrella"] = FakeShop("umbrella")
        await app.reload()
        assert list(app.runners) == ["acme", "umbrella"]
        assert app.runners["acme"] is not before["acme"]


async def test_a_new_password_is_taken_by_a_reload_though_no_setting_changed(
    config: Path, shop: FakeShop, tmp_path: Path
) -> None:
    secret = tmp_path / "password"
    secret.touch(mode=0o600)
    secret.write_text("old")
    write_store(config, "acme", password=f'{{ file = "{secret}" }}')
    shop.fail("probe", ShopRefused("acme: wrong password"))
    async with the_app(config) as app:
        app.start_stores()
        before = app.runners["acme"]
        await until(lambda: before.health.state is StoreState.REFUSED, "the store refuses")
        await app.reload()
        assert app.runners["acme"] is before
        secret.write_text("new")
        shop.recover("probe")
        await app.reload()
        assert app.runners["acme"] is not before
        await read_once(app, "acme")


async def test_a_change_of_bridge_toml_is_told_to_need_a_restart(config: Path, lines: Lines) -> None:
    async with the_app(config) as app:
        text = (config / "bridge.toml").read_text()
        (config / "bridge.toml").write_text(text + '[log]\nlevel = "debug"\n')
        await app.reload()
        assert app.settings.bridge.log.level == "info"
    told = [line["change"] for line in lines if line["event"] == "settings"]
    assert told == ["bridge.toml: changed log.level; takes effect after a restart"]


async def test_a_wrong_plugin_setting_in_bridge_toml_is_told_at_the_reload_and_not_at_the_next_start(
    config: Path, lines: Lines
) -> None:
    mail = '[plugin.mail]\nhost = "127.0.0.1"\ntls = "off"\nfrom_address = "shop@shop.example"\n'
    file = config / "bridge.toml"
    without = file.read_text()
    file.write_text(without.replace('["fake"]', '["fake", "mail"]') + mail)
    async with the_app(config) as app:
        right = file.read_text()
        file.write_text(right + "most_a_day = 5000\n")
        await app.reload()
        file.write_text(without)
        await app.reload()
    [told] = [line for line in lines if line["event"] == "settings are wrong, the old ones stay in force"]
    assert "bridge.toml: plugin.mail.most_a_day" in told["problem"]
    [change] = [line["change"] for line in lines if line["event"] == "settings"]
    assert change.startswith("bridge.toml: changed plugins.enabled, ")


# --- signals and stop ---


async def test_sighup_reloads_and_sigterm_stops(config: Path, fake_platform: Shops, lines: Lines) -> None:
    async with the_app(config) as app:
        serving = asyncio.create_task(app.serve())
        await until(lambda: "acme" in app.runners, "the stores are started")
        fake_platform["umbrella"] = FakeShop("umbrella")
        write_store(config, "umbrella")
        os.kill(os.getpid(), signal.SIGHUP)
        await until(lambda: "umbrella" in app.runners, "the new store is there")
        os.kill(os.getpid(), signal.SIGTERM)
        await serving
    told = events(lines)
    # The new store may end its pass in between: a stop lets it.
    assert [event for event in told if event in {"stopping", "stopped"}] == ["stopping", "stopped"]
    assert told[-1] == "stopped"


async def test_several_sighups_are_taken_one_at_a_time(config: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with the_app(config) as app:
        at_once = most = reloads = 0

        async def counted() -> None:
            nonlocal at_once, most, reloads
            at_once, reloads = at_once + 1, reloads + 1
            most = max(most, at_once)
            os.kill(os.getpid(), signal.SIGHUP) if reloads == 1 else None
            await asyncio.sleep(0.05)
            at_once -= 1

        monkeypatch.setattr(app, "reload", counted)
        serving = asyncio.create_task(app.serve())
        await until(lambda: "acme" in app.runners, "the stores are started")
        os.kill(os.getpid(), signal.SIGHUP)
        await until(lambda: reloads == 2 and at_once == 0, "both are taken")
        assert most == 1
        app.ask_to_stop()
        await serving


async def test_a_store_that_hangs_is_abandoned_within_ten_seconds_of_sigterm(config: Path, shop: FakeShop) -> None:
    shop.hold("touched")
    async with the_app(config) as app:
        app.start_stores()
        await until(lambda: shop.calls["touched"], "the store hangs")
        app.ask_to_stop()
        told = time.monotonic()
    assert time.monotonic() - told < 9.0
    assert shop.closed


async def test_a_second_sigterm_abandons_what_is_under_way_at_once(config: Path, shop: FakeShop, lines: Lines) -> None:
    shop.hold("touched")
    app = the_app(config)
    await app.__aenter__()
    app.start_stores()
    await until(lambda: shop.calls["touched"], "the store hangs")
    app.ask_to_stop()
    told = time.monotonic()
    asyncio.get_running_loop().call_later(0.1, app.ask_to_stop)
    await app.__aexit__(None, None, None)
    assert time.monotonic() - told < STOP_GRACE_S
    assert "what was under way is abandoned and will be taken up at the next start" in events(lines)


async def test_after_a_stop_the_desk_is_free_and_what_was_abandoned_is_taken_up(
    config: Path, shop: FakeShop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bridge.engine.store_runner.STOP_GRACE_S", 0.1)
    shop.add_order(customer=77, lines={"BASE": 1})
    shop.hold("push")
    async with the_app(config) as app:
        app.start_stores()
        await until(lambda: shop.calls["push"], "a push is under way")
    shop.let_go("push")
    assert not shop.accounts
    async with the_app(config) as app:
        app.start_stores()
        await until(lambda: shop.posted(77) == 550, "the page shows the coins")


async def test_the_service_manager_is_told_of_ready_reload_and_stop(
    config: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        manager.bind(str(tmp_path / "notify"))
        manager.setblocking(False)  # noqa: FBT003  # the socket's own signature
        monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "notify"))
        async with the_app(config) as app:
            serving = asyncio.create_task(app.serve())
            await until(lambda: "acme" in app.runners, "the stores are started")
            write_store(config, "acme", coins="-5")
            await app.reload()
            app.ask_to_stop()
            await serving
        heard = [manager.recv(1000).decode() for _ in range(4)]
    assert heard[0] == "READY=1\nSTATUS=1 stores"
    assert heard[1].startswith("RELOADING=1\nMONOTONIC_USEC=")
    assert heard[2] == "READY=1\nSTATUS=1 stores"
    assert heard[3] == "STOPPING=1"
