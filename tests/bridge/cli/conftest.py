"""A workplace for each test: settings, a state directory, and the commands."""

import asyncio
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from bridge.desk.desk import Desk
from bridge.testing.desks import a_desk
from tests.support.bridges import BASE, StoreFile, shop_now, stock
from tests.support.commands import Answer, Workplace, a_workplace
from tests.support.shops import Line, OpenCartShop


@pytest.fixture(autouse=True)
def operator_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """No setting of whoever runs the tests reaches a command."""
    for name in ("BRIDGE_CONFIG", "BRIDGE_STAFF", "CREDENTIALS_DIRECTORY", "NO_COLOR", "FORCE_COLOR"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder with a short path: it holds a Unix socket."""
    made = Path(tempfile.mkdtemp(prefix="bridge-cli-"))
    yield made
    shutil.rmtree(made)


@pytest.fixture
def workplace(folder: Path, capsys: pytest.CaptureFixture[str]) -> Workplace:
    """One store called acme; there is no desk yet."""
    return a_workplace(folder, capsys)


@pytest.fixture
def desk(workplace: Workplace) -> Iterator[Desk]:
    """The workplace's desk, open here beside the commands."""
    with a_desk(workplace.state) as made:
        yield made


@dataclass(frozen=True, slots=True)
class ShopPlace:
    """A workplace whose one store, acme, is an OpenCart shop with the coin packages on sale."""

    shop: OpenCartShop
    place: Workplace
    store: StoreFile

    def change_store(self, **different: Any) -> None:
        """Write acme's file with some things changed."""
        text = replace(self.store, **different).text()
        (self.place.config / "stores" / "acme.toml").write_text(text, encoding="utf-8")

    async def cli(self, *words: str) -> Answer:
        """Call a command, which runs a loop of its own, from a test that has one."""
        return await asyncio.to_thread(self.place.cli, *words)

    async def join(self) -> None:
        """Do what an operator does before the first sync."""
        for words in (("desk", "upgrade"), ("store", "prepare", "acme"), ("store", "pair", "acme")):
            answer = await self.cli(*words)
            assert answer.code == 0, answer.err

    async def paid(self, *lines: Line, total: Decimal | None = None) -> int:
        """A new customer buys and pays now; the customer's id."""
        customer = await self.shop.add_customer("ada@shop.example")
        order = await self.shop.place_order(customer, lines or [(BASE, 1)], at=shop_now(self.shop), total=total)
        await self.shop.set_status(order, self.shop.paid_status, shop_now(self.shop))
        return customer


@pytest.fixture
async def acme(opencart: OpenCartShop, folder: Path, capsys: pytest.CaptureFixture[str]) -> ShopPlace:
    """An OpenCart shop and a workplace that nobody has joined yet."""
    await stock(opencart)
    store = StoreFile(opencart)
    return ShopPlace(opencart, a_workplace(folder, capsys, stores={"acme.toml": store.text()}), store)
