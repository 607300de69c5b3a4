"""A pretend shop of each platform in turn, a bridge beside it, and a daily log that stays out of the way."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import structlog

from bridge.desk import writer
from bridge.testing.mariadb import PrivateMariaDB
from tests.support.bridges import AnyShop, Bridge, StoreFile, stock
from tests.support.commands import Answer, Cli
from tests.support.shops import OpenCartShop, PrestaShopShop

PLATFORMS: dict[str, type[OpenCartShop | PrestaShopShop]] = {"opencart": OpenCartShop, "prestashop": PrestaShopShop}

MakeBridge = Callable[..., Bridge]
MakeCommands = Callable[[Bridge], Callable[..., Awaitable[Answer]]]


@pytest.fixture(params=PLATFORMS)
async def shop(request: pytest.FixtureRequest, mariadb: PrivateMariaDB, database: str) -> AsyncIterator[AnyShop]:
    """A fresh shop with the three coin packages on sale: the test runs once a platform."""
    async with PLATFORMS[request.param](mariadb.parameters(database)) as shop:
        await shop.install()
        await stock(shop)
        yield shop


@pytest.fixture
async def opencart(mariadb: PrivateMariaDB, database: str) -> AsyncIterator[OpenCartShop]:
    """An OpenCart shop with the coin packages on sale."""
    async with OpenCartShop(mariadb.parameters(database)) as shop:
        await shop.install()
        await stock(shop)
        yield shop


@pytest.fixture
async def prestashop(mariadb: PrivateMariaDB, database: str) -> AsyncIterator[PrestaShopShop]:
    """A PrestaShop shop with the coin packages on sale."""
    async with PrestaShopShop(mariadb.parameters(database)) as shop:
        await shop.install()
        await stock(shop)
        yield shop


@pytest.fixture
def make_bridge(tmp_path: Path) -> MakeBridge:
    """A bridge for one shop under the name "acme"; further arguments change its store's file."""

    def make(shop: AnyShop, **different: Any) -> Bridge:
        return Bridge(tmp_path, {"acme": StoreFile(shop, **different)})

    return make


@pytest.fixture
def make_commands(capsys: pytest.CaptureFixture[str]) -> MakeCommands:
    """What staff type beside the running daemon: each command must succeed."""

    def make(bridge: Bridge) -> Callable[..., Awaitable[Answer]]:
        cli = Cli(bridge.config, capsys)

        async def call(*words: str) -> Answer:
            answer = await asyncio.to_thread(cli, *words)
            assert answer.code == 0, answer.err
            return answer

        return call

    return make


@pytest.fixture(autouse=True)
def commands_are_noticed_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever is done beside the running daemon waits for its next look at the desk: here that comes soon."""
    monkeypatch.setattr(writer, "IDLE_LOOK_S", 0.02)


@pytest.fixture(autouse=True)
def log_lines() -> Iterator[list[Any]]:
    """What the program logs during the test, as dictionaries."""
    with structlog.testing.capture_logs(processors=[structlog.processors.format_exc_info]) as lines:
        yield lines
        for line in lines:
            print(line.pop("exception", ""), line)  # pytest shows it beside a failure
