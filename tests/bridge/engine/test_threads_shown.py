"""Staff learn that their answers can't be read, and what to do, as soon as one waits that the shop can't show."""

import asyncio
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bridge.contracts.desk import Tx
from bridge.contracts.problems import Problem, ProblemState
from bridge.contracts.shop_documents import DocumentTable, Note
from bridge.contracts.shop_rows import SigningKey
from bridge.desk.desk import Desk
from bridge.domain.accounts import Owner, OwnerKind
from bridge.engine.health import StoreHealth
from bridge.engine.pusher import Pusher
from bridge.engine.setup import StoreSetup
from bridge.errors import ShopUnavailable
from bridge.services import tickets
from bridge.testing.clock import FixedClock
from bridge.testing.desks import a_desk
from bridge.testing.shop import FakeShop
from tests.support.fake_platform import read_settings, write_bridge

MONDAY = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
KEY = SigningKey("k1", bytes(32))
ANNA = Owner(OwnerKind.CUSTOMER, 77)
SHOWS, OLDER = Note('{"version":"0.5.0"}', "", ""), Note('{"version":"0.3.9"}', "", "")

BUILD = "Run: bridge storefront build fake, install what it makes in the shop, and open any of its pages there once"


@dataclass
class Store:
    """A store's writing side, driven by hand; `moment` is the monotonic clock's."""

    desk: Desk
    shop: FakeShop
    setup: StoreSetup
    pusher: Pusher
    keys: tuple[SigningKey, ...] = (KEY,)
    moment: float = 0.0

    async def answered(self, ticket: int = 0) -> int:
        """Staff answer in this ticket, or in a new one. Returns its number."""
        terms = self.setup.desk_terms

        def answer(tx: Tx) -> int:
            new = (
                ticket
                or tickets.open_for(tx, terms, ANNA, subject="Help", text="", by="Anna", at=MONDAY, in_shop=True).id
            )
            return tickets.reply(tx, terms, new, text="Done.", by="Anna", at=MONDAY).id

        return await self.desk.transact("answer", answer)

    async def push(self, later: float = 61.0) -> list[Problem]:
        """Push what waits, so many seconds after the last time. Returns the problems that are open then."""
        self.moment += later
        while await self.pusher.one_pass():
            pass
        return await self.desk.read(lambda tx: tx.problems.open("acme"))


@pytest.fixture
async def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Store]:
    setup = StoreSetup.of(read_settings(write_bridge(tmp_path, stores={"acme": {}})).stores["acme"])
    shop, clock, health = FakeShop(), FixedClock(MONDAY), StoreHealth("acme", 60)
    with a_desk(tmp_path) as desk:
        desk.start()
        stop, wake = asyncio.Event(), asyncio.Event()
        pusher = Pusher(setup, shop, desk, clock, health, stop, keys=lambda: one.keys, wake=wake)
        one: Store = Store(desk, shop, setup, pusher)
        started = time.monotonic()
        monkeypatch.setattr(time, "monotonic", lambda: started + one.moment)
        yield one


@pytest.mark.parametrize(
    ("note", "why"),
    [
        (None, "the shop's extension says no version: it is not installed, has no key file, or is from before 0.4.0"),
        (
            Note("[" * 100_000, "", ""),
            "the shop's extension says no version: it is not installed, has no key file, or is from before 0.4.0",
        ),
        (OLDER, "the shop's extension is still 0.3.9"),
    ],
    ids=["none", "unreadable", "older"],
)
async def test_an_answer_that_an_older_extension_can_t_show_is_told_once_with_the_remedy(
    store: Store, note: Note | None, why: str
) -> None:
    if note:
        store.shop.notes["storefront:acme"] = note
    await store.answered()
    (problem,) = await store.push()
    assert problem.kind == "answers_unread"
    assert problem.summary == f"customers can't read what staff write in tickets: {why}. Letters about it wait. {BUILD}"
    await store.answered()
    assert [one.count for one in await store.push()] == [1]


async def test_it_ends_within_a_minute_of_the_newer_extension_though_nothing_else_happens(store: Store) -> None:
    await store.answered()
    assert await store.push()
    store.shop.notes["storefront:acme"] = SHOWS
    assert await store.push(later=30)
    assert await store.push(later=31) == []


@pytest.mark.parametrize("table", [DocumentTable.TICKET, DocumentTable.MESSAGE])
async def test_a_shop_that_was_not_prepared_for_threads_is_to_be_prepared(store: Store, table: DocumentTable) -> None:
    store.shop.notes["storefront:acme"] = SHOWS
    store.shop.lacking = {table}
    await store.answered()
    await store.push()
    (problem,) = await store.push(later=1)
    assert problem.summary.endswith(
        f"acme: a table is missing: supportbridge_{table}. Letters about it wait. Run: bridge store prepare acme"
    )
    assert store.shop.document_rows[DocumentTable.TICKET] == {}, "a page counts no messages that it cannot show"
    store.shop.lacking = set()
    await store.push()
    assert await store.push(later=1) == []


async def test_a_store_without_a_key_is_to_be_paired(store: Store) -> None:
    store.keys = ()
    assert await store.push() == []
    await store.answered()
    (problem,) = await store.push()
    assert problem.summary.endswith("the store has no key. Letters about it wait. Run: bridge store pair acme")
    store.keys, store.shop.notes["storefront:acme"] = (KEY,), SHOWS
    assert await store.push() == []


async def test_what_customers_and_the_bridge_say_disturbs_nobody(store: Store) -> None:
    """An older extension shows offers, and what a customer wrote he has read."""
    ticket = await store.desk.transact(
        "open",
        tickets.open_for,
        store.setup.desk_terms,
        ANNA,
        subject="x",
        text="",
        by="Anna",
        at=MONDAY,
        in_shop=True,
    )
    await store.desk.transact(
        "call", tickets.log_call, store.setup.desk_terms, ticket.id, text="He called.", by="Anna", at=MONDAY
    )
    assert await store.push() == []
    assert store.shop.calls["note"] == 0


async def test_what_staff_have_dismissed_is_not_told_again_until_the_reason_is_another(store: Store) -> None:
    await store.answered()
    (problem,) = await store.push()
    await store.desk.transact(
        "dismiss", lambda tx: tx.problems.close(problem.id, ProblemState.DISMISSED, by="Anna", at=MONDAY)
    )
    await store.answered()
    assert await store.push() == []
    store.shop.notes["storefront:acme"] = OLDER
    await store.answered()
    assert len(await store.push()) == 1


async def test_a_shop_that_goes_down_meanwhile_is_looked_at_when_it_is_back(store: Store) -> None:
    await store.answered()
    store.shop.fail("note", ShopUnavailable("acme: gone"), times=1)
    with pytest.raises(ShopUnavailable):
        await store.push()
    assert len(await store.push(later=1)) == 1
