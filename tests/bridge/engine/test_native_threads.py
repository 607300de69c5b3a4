"""A store's own customer service, pass by pass: read, answered, its statuses kept alike, and never twice."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from bridge.contracts.shop_threads import NativeMessage, NativeStatus
from bridge.contracts.stores import FirstSync
from bridge.contracts.threads import Phase
from bridge.desk.desk import Desk
from bridge.desk.transaction import DeskTx
from bridge.domain.cursor import Cursor
from bridge.domain.tickets import Author, MessageKind, Ticket, TicketState
from bridge.engine import native_threads
from bridge.engine.health import StoreHealth
from bridge.engine.native_threads import NativeThreads
from bridge.engine.setup import StoreSetup
from bridge.errors import ShopRefused, ShopUnavailable
from bridge.services import threads, tickets
from bridge.services.native_parts import Speaker, speaker_of
from bridge.services.threads import NOT_TAKEN, REPLY_WAITS
from bridge.testing.clock import FixedClock
from bridge.testing.shop import FakeShop
from bridge.testing.threads import FakeThreads
from tests.support.books import a_quick_desk
from tests.support.fake_platform import read_settings, write_bridge
from tests.support.waiting import until

MONDAY = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


class Store:
    """One store's customer service, driven by hand."""

    def __init__(self, desk: Desk, folder: Path) -> None:
        settings = read_settings(write_bridge(folder, stores={"acme": {}})).stores["acme"]
        anna = settings.staff[0].model_copy(update={"shop_employees": (3, 4)})
        self.setup = StoreSetup.of(settings.model_copy(update={"staff": (anna,)}))
        self.staff = anna.name
        self.shop, self.desk, self.clock = FakeShop(threads=True), desk, FixedClock(MONDAY)
        assert self.shop.threads_shop is not None
        self.native: FakeThreads = self.shop.threads_shop
        self.native.staff = {3: True, 4: True}
        self.health, self.stop = StoreHealth("acme", 60), asyncio.Event()
        self.begin()

    def begin(self) -> None:
        """Start anew, as a daemon does."""
        self.side = NativeThreads(
            self.setup,
            self.shop,
            self.desk,
            self.clock,
            self.health,
            self.stop,
            shop=self.native,
            wake=asyncio.Event(),
        )

    async def passes(self) -> None:
        """Go on until there is nothing more to be done at once."""
        while await self.side.one_pass():
            pass

    async def ready(self) -> None:
        """The orders have been read, and what was there of the customer service."""
        await self.desk.transact("done", _orders_are_read)
        await self.passes()

    async def asked(self) -> tuple[int, int]:
        """Ada has written there, and it has been read: her thread, and its ticket."""
        await self.ready()
        thread = self.native.open_thread(email="ada@shop.example", customer=77)
        self.native.write(thread, "Help")
        await self.passes()
        [ticket] = self.tickets()
        return thread, ticket.id

    def tickets(self) -> list[Ticket]:
        return self.desk.look(lambda tx: list(reversed(tx.tickets.latest("acme", 100))))

    def state(self, ticket: int) -> TicketState:
        return self.desk.look(lambda tx: tx.tickets.now([ticket]))[ticket].state

    def texts(self, ticket: int) -> list[tuple[Author, str]]:
        return self.desk.look(
            lambda tx: [(one.author, one.text) for one in tx.tickets.thread(ticket) if one.kind is MessageKind.TEXT]
        )

    async def answer(self, ticket: int, text: str) -> None:
        self.clock.advance(timedelta(minutes=1))
        await self.desk.transact(
            "reply", tickets.reply, self.setup.desk_terms, ticket, text=text, by=self.staff, at=self.clock.now()
        )


def _orders_are_read(tx: DeskTx) -> None:
    tx.stores.save(replace(tx.stores.get("acme"), first_sync=FirstSync.DONE))


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    with a_quick_desk() as desk:
        desk.start()
        yield Store(desk, tmp_path)


async def test_nothing_is_read_before_the_orders_are(store: Store) -> None:
    store.native.write(store.native.open_thread(email="ada@shop.example", customer=77), "Help")
    await store.passes()
    assert store.shop.calls["messages"] == 0
    await store.ready()
    assert len(store.tickets()) == 1


async def test_C2_what_was_there_before_is_silent_and_what_comes_after_is_told(store: Store) -> None:
    thread = store.native.open_thread(email="ada@shop.example", customer=77)
    store.native.write(thread, "Help", at=MONDAY - timedelta(hours=3))
    await store.ready()
    assert store.desk.look(lambda tx: tx.threads.sync("acme")) is not None
    assert store.desk.look(lambda tx: tx.outbox.told_under("acme:")) == {}
    store.native.write(thread, "Any news?")
    await store.passes()
    [ticket] = store.tickets()
    assert store.texts(ticket.id) == [(Author.CUSTOMER, "Help"), (Author.CUSTOMER, "Any news?")]
    assert len(store.desk.look(lambda tx: tx.outbox.told_under(f"acme:ticket:{ticket.id}:native"))) == 1


async def test_T1_an_answer_goes_into_the_thread_once_and_is_not_read_back(store: Store) -> None:
    thread, ticket = await store.asked()
    await store.answer(ticket, "Please <b>restart</b> it")
    await store.passes()
    await store.passes()
    written = [row for row in store.native.rows.values() if row.employee_id]
    assert [(row.employee_id, row.text) for row in written] == [(3, "Please ‹b›restart‹/b› it")]
    assert store.texts(ticket) == [(Author.CUSTOMER, "Help"), (Author.STAFF, "Please <b>restart</b> it")]
    assert store.native.thread_rows[thread].status is NativeStatus.PENDING1
    assert store.state(ticket) is TicketState.WAITING_CUSTOMER
    assert store.health.counters.replies == 1


async def test_T1_an_answer_whose_writing_broke_off_is_not_written_again(store: Store) -> None:
    _, ticket = await store.asked()
    await store.answer(ticket, "Please restart it")
    [reply] = store.desk.look(lambda tx: tx.threads.replies("acme", 9))
    await store.native.write_reply(reply.uuid, thread_id=reply.thread_id, employee_id=3, text=reply.text)
    store.begin()
    await store.passes()
    assert len([row for row in store.native.rows.values() if row.employee_id]) == 1
    assert len(store.texts(ticket)) == 2


async def test_T10_a_button_in_the_back_office_is_followed(store: Store) -> None:
    thread, ticket = await store.asked()
    store.native.change_status(thread, NativeStatus.CLOSED)
    await store.passes()
    assert store.state(ticket) is TicketState.RESOLVED
    store.native.write(thread, "Not yet")
    await store.passes()
    assert store.state(ticket) is TicketState.OPEN
    assert store.native.thread_rows[thread].status is NativeStatus.OPEN
    store.native.delete_thread(thread)
    await store.passes()
    assert store.state(ticket) is TicketState.OPEN


async def test_T6_an_answer_that_is_owed_stays_owed_whatever_the_back_office_says(store: Store) -> None:
    thread, ticket = await store.asked()
    store.native.change_status(thread, NativeStatus.PENDING1)
    for _ in range(2):
        await store.passes()
    assert store.state(ticket) is TicketState.OPEN
    assert store.native.thread_rows[thread].status is NativeStatus.OPEN


async def test_T6_an_answer_that_was_read_after_its_button_was_seen_turns_nothing_to_and_fro(store: Store) -> None:
    """It may have come in between, or stand on a later page."""
    thread, ticket = await store.asked()
    late = store.native.write(thread, "Please restart it", employee=3)
    store.native.hidden.add(late)
    store.native.change_status(thread, NativeStatus.PENDING1)
    looked = [await store.side.one_pass() for _ in range(2)]
    assert True in looked, "the messages are read once more at once"
    store.native.hidden.clear()
    for _ in range(3):
        await store.passes()
    assert store.state(ticket) is TicketState.WAITING_CUSTOMER
    assert store.native.thread_rows[thread].status is NativeStatus.PENDING1
    states = [one.kind for one in store.desk.look(lambda tx: tx.tickets.thread(ticket))]
    assert MessageKind.STATE not in states


async def test_statuses_are_compared_a_part_of_all_threads_a_pass(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(native_threads, "THREADS_A_PASS", 2)
    numbers = [store.native.open_thread(email=f"{one}@shop.example", customer=one) for one in range(1, 6)]
    for number in numbers:
        store.native.write(number, "Help")
    await store.ready()
    store.begin()
    store.native.change_status(numbers[-1], NativeStatus.CLOSED)
    for _ in range(2):
        await store.side.one_pass()
        assert store.health.counters.statuses == 0
    await store.side.one_pass()
    assert store.health.counters.statuses == 1
    assert store.state(store.tickets()[-1].id) is TicketState.RESOLVED


async def test_an_employee_that_was_removed_keeps_his_answer_waiting_until_another_is_named(store: Store) -> None:
    _, ticket = await store.asked()
    store.native.staff = {3: False}
    await store.answer(ticket, "first")
    await store.answer(ticket, "second")
    await store.passes()
    problems = store.desk.look(lambda tx: tx.problems.open("acme"))
    assert [(one.kind, "none is active" in one.summary) for one in problems] == [(REPLY_WAITS, True)]
    store.native.staff = {4: True}
    store.begin()
    await store.passes()
    assert [row.text for row in store.native.rows.values() if row.employee_id == 4] == ["first", "second"]
    assert store.desk.look(lambda tx: tx.problems.open("acme")) == []


async def test_a_page_that_fails_is_taken_one_by_one(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    await store.ready()
    thread = store.native.open_thread(email="ada@shop.example", customer=77)

    def poisoned(message: NativeMessage, staff: Mapping[int, str]) -> Speaker:
        if message.text == "poison":
            raise ValueError("poison")
        return speaker_of(message, staff)

    monkeypatch.setattr(threads, "speaker_of", poisoned)
    for text in ("first", "poison", "last"):
        store.native.write(thread, text)
    await store.passes()
    [ticket] = store.tickets()
    assert [text for _, text in store.texts(ticket.id)] == ["first", "last"]
    assert [one.kind for one in store.desk.look(lambda tx: tx.problems.open("acme"))] == [NOT_TAKEN]


async def test_T1_messages_that_are_seen_late_come_once(store: Store) -> None:
    await store.ready()
    thread = store.native.open_thread(email="ada@shop.example", customer=77)
    late = store.native.write(thread, "first")
    store.native.hidden.add(late)
    store.native.write(thread, "second")
    await store.passes()
    store.native.hidden.clear()
    await store.passes()
    [ticket] = store.tickets()
    assert [text for _, text in store.texts(ticket.id)] == ["second", "first"]


async def test_a_desk_that_was_lost_knows_its_answers_again(store: Store) -> None:
    await store.ready()
    store.native.write(store.native.open_thread(email="ada@shop.example", customer=77), "Help", at=MONDAY)
    await store.passes()
    await store.answer(store.tickets()[0].id, "Please restart it")
    await store.passes()
    with a_quick_desk() as fresh:
        fresh.start()
        store.desk = fresh
        store.begin()
        await store.ready()
        [ticket] = store.tickets()
        assert store.texts(ticket.id) == [(Author.CUSTOMER, "Help"), (Author.STAFF, "Please restart it")]
        assert store.desk.look(lambda tx: tx.threads.replies("acme", 9)) == []
        assert len([row for row in store.native.rows.values() if row.employee_id]) == 1


async def test_a_first_reading_that_breaks_off_goes_on_where_it_was(store: Store) -> None:
    store.native.page = 2
    thread = store.native.open_thread(email="ada@shop.example", customer=77)
    for text in "abcde":
        store.native.write(thread, text, at=MONDAY - timedelta(hours=1))
    await store.desk.transact("done", _orders_are_read)
    await store.side.one_pass()
    await store.side.one_pass()
    store.shop.fail("messages", ShopUnavailable("acme: gone"), times=1)
    with pytest.raises(ShopUnavailable):
        await store.side.one_pass()
    store.begin()
    await store.passes()
    [ticket] = store.tickets()
    assert [text for _, text in store.texts(ticket.id)] == list("abcde")
    sync = store.desk.look(lambda tx: tx.threads.sync("acme"))
    assert sync is not None
    assert (sync.phase, store.desk.look(lambda tx: tx.threads.cursor("acme"))) == (Phase.DONE, Cursor(5))


async def test_a_shop_without_the_rights_is_told_of_once_and_asked_seldom(store: Store) -> None:
    await store.ready()
    store.shop.fail("messages", ShopRefused("acme: a right is missing"), times=3)
    with capture_logs() as logs:
        task = asyncio.create_task(store.side.run())
        asked = store.shop.calls["messages"]
        await until(lambda: store.shop.calls["messages"] > asked, "a first refusal")
        store.side._wake.set()
        await until(lambda: store.shop.calls["messages"] > asked + 1, "a second refusal")
        store.stop.set()
        await task
    told = [line for line in logs if line["log_level"] == "warning"]
    assert [line["cause"] for line in told] == ["acme: a right is missing"]
    assert store.health.failures == {}
