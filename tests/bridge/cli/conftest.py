"""A workplace for each test: settings, a state directory, and the commands."""

import asyncio
import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from bridge.cli.session import CLOCK
from bridge.desk.desk import FILE_NAME, Desk
from bridge.desk.transaction import DeskTx
from bridge.domain.accounts import Owner, OwnerKind
from bridge.domain.quotes import Quote
from bridge.engine.setup import StoreSetup
from bridge.services import deciding
from bridge.testing.clock import FixedClock
from bridge.testing.desks import a_desk
from tests.support.bridges import BASE, StoreFile, shop_now, stock
from tests.support.commands import Answer, Workplace, a_workplace
from tests.support.settings_files import load_plain, with_section
from tests.support.shops import Line, OpenCartShop

BY = ("--by", "Anna")
COUNTER_STORE = with_section(
    """
[rights.seo]
name = { en = "SEO review" }
kind = "work"
plans = ["base"]

[rights.font]
name = { en = "The IRANSans font" }
kind = "once"
plans = ["base"]

[prices.analytics]
coins = 50
name = { en = "Set up Google Analytics", fa = "راه‌اندازی گوگل آنالیتیکس" }
""",
)


@pytest.fixture(autouse=True)
def operator_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """No setting of whoever runs the tests reaches a command."""
    for name in ("BRIDGE_CONFIG", "BRIDGE_STAFF", "CREDENTIALS_DIRECTORY", "NO_COLOR", "FORCE_COLOR"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> FixedClock:
    """A clock that the commands read as well; it stands still until it is moved."""
    still = FixedClock(CLOCK.now().replace(microsecond=0))
    for name in ("now", "reading"):
        monkeypatch.setattr(CLOCK, name, getattr(still, name), raising=False)
    return still


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


def everything_in(state: Path) -> list[str]:
    """Every row of the desk, as a stranger reads it."""
    with closing(sqlite3.connect(f"{(state / FILE_NAME).as_uri()}?mode=ro", uri=True)) as desk:
        return list(desk.iterdump())


@dataclass(frozen=True, slots=True)
class CounterPlace:
    """A workplace with the coin desk in use: rights, prices, and customers who decide on their page."""

    place: Workplace
    desk: Desk

    def well(self, *words: str) -> Answer:
        """Call a command that must succeed, in Anna's name where it takes one."""
        answer = self.place.cli(*words)
        assert answer.code == 0, answer.err
        return answer

    def document(self, *words: str) -> Any:
        """What it answers to programs."""
        return self.well(*words, "--json").document

    def refused(self, *words: str) -> list[str]:
        """Call a command that must fail and leave the books to the byte as they are; its two lines."""
        before = everything_in(self.place.state)
        answer = self.place.cli(*words)
        assert (answer.code, answer.out) == (1, ""), answer.out
        assert everything_in(self.place.state) == before, "nothing may be half done"
        return answer.err.splitlines()

    def granted(self, coins: int, customer: str = "77", plan: str = "base") -> None:
        self.well("coins", "grant", customer, str(coins), "--plan", plan, "--reason", "Test", *BY)

    def ticket(self, customer: str = "77", *words: str) -> str:
        """A new ticket's number."""
        opened = self.document("ticket", "open", customer, "--subject", "Set up Google Analytics", *words, *BY)
        return str(opened["ticket"])

    def offered(self, coins: int = 50, ticket: str = "") -> str:
        """The number of a quote that is offered for a new ticket, or for this one."""
        words = ("--coins", str(coins), "--words", "Set it up.", "--possible")
        return str(self.document("quote", "offer", ticket or self.ticket(), *words, *BY)["quote"])

    def inspection(self, ticket: str = "") -> str:
        """The number of an inspection that is offered."""
        words = ("inspection", "offer", ticket or self.ticket(), "--words", "We look at it.")
        return str(self.document(*words, *BY)["quote"])

    def approved(self, quote: str, *, at: datetime | None = None) -> str:
        """The customer approves what he is shown on his page."""
        found = self.quote(quote)
        terms = StoreSetup.of(load_plain(self.place.config).stores["acme"]).desk_terms
        self.desk.run(
            deciding.approve,
            terms,
            found.account_id,
            found.id,
            version=found.offer.version,
            text_hash=found.offer.hashes["en"],
            at=at or CLOCK.now(),
            evidence="5b5c1d3e-0000-4000-8000-000000000001",
        )
        return quote

    def quote(self, quote: str) -> Quote:
        """The quote as the desk has it."""
        found = self.desk.look(lambda tx: tx.quotes.get("acme", int(quote)))
        assert found is not None
        return found

    def coins(self, customer: str = "77") -> tuple[int, int, int]:
        """Posted, held and available coins."""
        balance = self.document("coins", "balance", customer)
        return balance["posted"], balance["held"], balance["available"]

    def freeze(self, customer: int = 77) -> None:
        """Freeze the account, as a chargeback does."""
        owner = Owner(OwnerKind.CUSTOMER, customer)

        def frozen(tx: DeskTx) -> None:
            account = tx.accounts.of_owners("acme", [owner])[owner]
            tx.accounts.freeze(account.id, CLOCK.now())

        self.desk.run(frozen)


@pytest.fixture
def counter(folder: Path, capsys: pytest.CaptureFixture[str]) -> Iterator[CounterPlace]:
    """A store with rights and a price, and an empty desk."""
    place = a_workplace(folder / "counter", capsys, stores={"acme.toml": COUNTER_STORE})
    with a_desk(place.state) as desk:
        yield CounterPlace(place, desk)


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
        """Make what an operator makes before the first sync: the desk, our tables in the shop, and its key."""
        a_desk(self.place.state, created=CLOCK.now()).close()
        for words in (("store", "prepare", "acme"), ("store", "pair", "acme")):
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
