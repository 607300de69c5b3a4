"""When the desk's notes are written: at once where there is news, else seldom, and never before there is something."""

import asyncio
import time
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bridge.contracts.shop_documents import DocumentTable
from bridge.contracts.shop_rows import SigningKey, signed_row
from bridge.desk.desk import Desk
from bridge.domain.licences import LicenceBook
from bridge.domain.premium import PremiumTerms
from bridge.engine import notes as module
from bridge.engine.health import StoreHealth, StoreState, Work
from bridge.engine.notes import DeskNotes
from bridge.engine.pusher import Pusher
from bridge.engine.setup import StoreSetup
from bridge.errors import ForeignDesk, ShopRefused, ShopUnavailable
from bridge.services.account_pages import PageTerms
from bridge.testing.clock import FixedClock
from bridge.testing.desks import a_desk
from bridge.testing.shop import FakeShop
from tests.support.books import ACME, PLANS, TEHRAN
from tests.support.fake_platform import read_settings, write_bridge

MONDAY = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
KEY, NEW_KEY = SigningKey("k1", bytes(32)), SigningKey("k2", bytes([7]) * 32)


class Noting:
    """The notes of one store; `moment` is the monotonic clock's."""

    def __init__(self) -> None:
        self.clock, self.health, self.shop = FixedClock(MONDAY), StoreHealth(ACME, 60), FakeShop()
        self.notes = DeskNotes(self.clock, self.health)
        self.moment = time.monotonic()

    async def written(self, problems: int = 0, *, key: SigningKey = KEY) -> list[str]:
        """The names of what is written at a pass of the pusher."""
        terms = PageTerms(ACME, TEHRAN, PLANS, key, epoch=3)
        before = dict(self.shop.notes)
        self.shop.notes.clear()
        due = self.notes.due(terms, problems)
        if due:
            await self.notes.write(self.shop, terms, due)
        found = [name.partition(":")[0] for name in self.shop.notes]
        self.shop.notes = before | self.shop.notes
        return found

    def well(self, phase: StoreState = StoreState.WELL) -> None:
        self.health.phase = phase
        self.health.well(Work.READING)
        self.health.last_good_read = self.moment

    @property
    def status(self) -> dict[str, object]:
        found = self.shop.noted("status:acme")
        assert found is not None
        return found


@pytest.fixture
def noting(monkeypatch: pytest.MonkeyPatch) -> Noting:
    one = Noting()
    monkeypatch.setattr(time, "monotonic", lambda: one.moment)
    return one


async def test_what_is_on_sale_is_written_at_the_start_and_how_the_desk_is_once_the_shop_was_read(
    noting: Noting,
) -> None:
    assert await noting.written() == ["page"]
    assert await noting.written() == []
    noting.well()
    assert await noting.written() == ["status"]
    assert await noting.written() == []


async def test_while_nothing_happens_the_status_is_written_every_five_minutes_at_most(noting: Noting) -> None:
    noting.well()
    await noting.written()
    written, last = [], 0.0
    for second in range(0, 3_000, 10):
        noting.moment += 10
        if await noting.written():
            written.append(second - last)
            last = second
    assert all(pause >= 300 for pause in written)
    assert written[1:] == [300.0] * (len(written) - 1)


async def test_many_stores_that_began_together_write_apart(noting: Noting) -> None:
    firsts = set()
    for _ in range(20):
        one = DeskNotes(noting.clock, noting.health)
        noting.notes = one
        noting.well()
        await noting.written()
        firsts.add(round(one._status_until - noting.moment))
    assert len(firsts) > 10
    assert all(300 <= pause <= 600 for pause in firsts)


async def test_another_state_and_another_number_of_problems_are_told_at_once(noting: Noting) -> None:
    noting.well()
    await noting.written()
    assert await noting.written(problems=1) == ["status"]
    noting.well(StoreState.PAUSED)
    assert await noting.written(problems=1) == ["status"]
    assert (noting.status["state"], noting.status["problems"]) == ("paused", 1)
    assert await noting.written(problems=1) == []
    noting.well()
    assert await noting.written() == ["status"]
    assert (noting.status["state"], noting.status["problems"]) == ("well", 0)


@pytest.mark.parametrize(
    ("phase", "told"),
    [
        (StoreState.WELL, "well"),
        (StoreState.FIRST_SYNC, "waiting"),
        (StoreState.WAITING, "waiting"),
        (StoreState.PAUSED, "paused"),
    ],
)
async def test_each_state_has_a_word(noting: Noting, phase: StoreState, told: str) -> None:
    noting.well(phase)
    await noting.written()
    assert noting.status["state"] == told


async def test_a_shop_that_refuses_to_be_read_is_not_well_and_one_that_is_down_is_as_it_was(noting: Noting) -> None:
    noting.well()
    await noting.written()
    noting.health.failed(Work.READING, ShopUnavailable("acme: gone"))
    assert await noting.written() == []
    noting.health.failed(Work.READING, ShopRefused("acme: a right is missing"))
    assert await noting.written() == ["status"]
    assert noting.status["state"] == "paused"


async def test_the_last_read_is_told_as_the_moment_it_was(noting: Noting) -> None:
    noting.well()
    noting.moment += 40
    await noting.written()
    assert noting.status["at"] == int(MONDAY.timestamp())
    assert noting.status["last_order_read"] == int(MONDAY.timestamp()) - 40


async def test_with_a_new_key_everything_is_signed_anew(noting: Noting) -> None:
    noting.well()
    await noting.written()
    assert await noting.written(key=NEW_KEY) == ["page", "status"]
    assert {note.key_id for note in noting.shop.notes.values()} == {"k2"}
    assert await noting.written(key=NEW_KEY) == []


async def test_what_could_not_be_written_is_due_again(noting: Noting) -> None:
    noting.well()
    noting.shop.fail("push_note", ShopUnavailable("acme: gone"), times=1)
    with pytest.raises(ShopUnavailable):
        await noting.written()
    assert await noting.written() == ["page", "status"]


async def test_what_is_on_sale_is_written_again_now_and_then(noting: Noting) -> None:
    """The shop's tables may have been put back to an older state."""
    noting.well()
    await noting.written()
    noting.moment += module.PAGE_AGAIN_S - 1
    assert await noting.written() == ["status"]
    noting.moment += module.STATUS_EVERY_S
    assert await noting.written() == ["page", "status"]


# --- with the pusher -------------------------------------------------------------------------------------------------


class Writing:
    """The writing side of one store, pass by pass."""

    def __init__(
        self,
        desk: Desk,
        folder: Path,
        licences: LicenceBook | None = None,
        premium: PremiumTerms | None = None,
        **different: str,
    ) -> None:
        setup = StoreSetup.of(read_settings(write_bridge(folder, stores={"acme": different})).stores["acme"])
        self.setup = replace(setup, licences=licences or setup.licences, premium=premium or setup.premium)
        self.shop, self.health, self.clock = FakeShop(), StoreHealth(ACME, 60), FixedClock(MONDAY)
        self.keys: tuple[SigningKey, ...] = (KEY,)
        self.pusher = Pusher(
            self.setup,
            self.shop,
            desk,
            self.clock,
            self.health,
            asyncio.Event(),
            keys=lambda: self.keys,
            wake=asyncio.Event(),
            notes=DeskNotes(self.clock, self.health),
        )

    async def asked(self) -> Counter[str]:
        """What a pass asks of the shop, and writes."""
        self.shop.calls.clear()
        await self.pusher.one_pass()
        return +self.shop.calls


@pytest.fixture
async def writing(tmp_path: Path) -> AsyncIterator[Writing]:
    with a_desk(tmp_path) as desk:
        desk.start()
        yield Writing(desk, tmp_path)


async def test_a_store_in_which_nothing_happens_is_asked_and_told_nothing(writing: Writing) -> None:
    writing.health.phase = StoreState.WELL
    writing.health.well(Work.READING)
    writing.health.inbox_read = True
    while await writing.asked():
        pass
    assert {name.partition(":")[0] for name in writing.shop.notes} == {"page", "status"}
    assert [await writing.asked() for _ in range(10)] == [Counter()] * 10


async def test_a_start_looks_for_what_a_lost_desk_left_in_few_questions(writing: Writing) -> None:
    """A thousand stores may start together."""
    writing.health.inbox_read = True
    asked: Counter[str] = Counter()
    while found := await writing.asked():
        asked += found
    looks = {
        call: number for call, number in asked.items() if call in ("left_behind", "documents_left_behind", "documents")
    }
    assert looks == {"left_behind": 1, "documents_left_behind": 2}


async def test_a_note_is_only_written_into_a_shop_that_is_this_desks(writing: Writing) -> None:
    document = {"v": 1, "store": ACME, "desk": "another", "epoch": 1}
    writing.shop.desk = signed_row(KEY, "meta", document, customer_id=0, epoch=1, number=0)
    with pytest.raises(ForeignDesk):
        await writing.asked()
    assert writing.shop.notes == {}


async def test_a_store_without_a_key_gets_no_note(writing: Writing) -> None:
    writing.keys = ()
    assert await writing.asked() == Counter()


async def test_lost_tickets_are_looked_for_only_once_the_inbox_was_read(writing: Writing) -> None:
    """What customers opened has its number back by then."""
    lost = {"v": 1, "store": ACME, "customer": 77, "epoch": 1, "number": 1, "ticket": 5}
    words = {"subject": "Work", "opened_at": 1, "messages": 0}
    row = signed_row(KEY, "ticket", lost | words, customer_id=77, epoch=1, number=1)
    writing.shop.document_rows[DocumentTable.TICKET][5] = row
    for _ in range(3):
        await writing.asked()
    assert writing.shop.document_rows[DocumentTable.TICKET][5] == row
    writing.health.inbox_read = True
    await writing.asked()
    shown = writing.shop.shown_document(DocumentTable.TICKET, 5)
    assert shown is not None
    assert (shown["customer"], "subject" in shown) == (0, False)
