"""The answering side of a store, pass by pass: rows are read, done, answered and shown, and the cursor follows."""

import asyncio
import time
from collections.abc import AsyncIterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from structlog.testing import capture_logs

from bridge.contracts.answers import Answer
from bridge.contracts.shop_documents import DocumentRow, DocumentTable
from bridge.contracts.shop_rows import SigningKey, signed_row
from bridge.desk.desk import Desk
from bridge.domain.accounts import Owner, OwnerKind
from bridge.domain.cursor import Cursor
from bridge.domain.downtime import Gap
from bridge.domain.quotes import Quote
from bridge.domain.tickets import Author
from bridge.engine import inbox as inbox_module
from bridge.engine.health import StoreHealth
from bridge.engine.inbox import Inbox
from bridge.engine.intake import Intake
from bridge.engine.pusher import Pusher
from bridge.engine.setup import StoreSetup
from bridge.engine.sleeper import Sleeper
from bridge.errors import DeskUnwritable, ShopUnavailable
from bridge.services import heartbeat, offering, staff_coins
from bridge.services import inbox as service
from bridge.services.verify import verify
from bridge.testing.clock import FixedClock
from bridge.testing.coin_desk import PostedRow, posted_row
from bridge.testing.desks import a_desk
from bridge.testing.shop import FakeShop
from tests.support.fake_platform import read_settings, write_bridge
from tests.support.waiting import until

MONDAY = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
KEY, NEW_KEY = SigningKey("k1", bytes(32)), SigningKey("k2", bytes([7]) * 32)
ANSWER, QUOTE = DocumentTable.ANSWER, DocumentTable.QUOTE


class Store:
    """One store's answering and pushing sides, driven by hand, and its pages."""

    def __init__(self, desk: Desk, folder: Path, **different: str) -> None:
        config = write_bridge(folder, stores={"acme": different})
        self.setup = StoreSetup.of(read_settings(config).stores["acme"])
        self.shop, self.desk, self.clock = FakeShop(clock=MONDAY.replace(tzinfo=None)), desk, FixedClock(MONDAY)
        self.health, self.stop, self.wake = StoreHealth("acme", 60), asyncio.Event(), asyncio.Event()
        self.keys: tuple[SigningKey, ...] = (KEY,)
        self.handled = 0
        self.intake = Intake(self.setup, self.shop, desk, self.clock, self.health, self.stop, lambda: None)
        self.begin()

    def begin(self, **different: Any) -> None:
        """Start both sides anew, as a daemon does."""
        self.inbox = Inbox(
            self.setup,
            self.shop,
            self.desk,
            self.clock,
            self.health,
            self.stop,
            keys=lambda: self.keys,
            wake=self.wake,
            on_handled=self._count,
            **different,
        )
        self.pusher = Pusher(
            self.setup,
            self.shop,
            self.desk,
            self.clock,
            self.health,
            self.stop,
            keys=lambda: self.keys,
            wake=asyncio.Event(),
        )

    def _count(self) -> None:
        self.handled += 1

    async def passes(self) -> int:
        """Answer until there is nothing more to be done at once; returns how many passes that took."""
        count = 1
        while await self.inbox.one_pass():
            count += 1
        return count

    async def push(self) -> None:
        while await self.pusher.one_pass():
            pass

    async def granted(self, customer: int, coins: int, key: str = "k") -> None:
        await self.desk.transact(
            "grant",
            staff_coins.grant,
            "acme",
            Owner(OwnerKind.CUSTOMER, customer),
            coins=coins,
            reason="test",
            staff="Anna",
            key=f"{key}-{customer}",
            zone=self.setup.settings.zone_info,
            at=self.clock.now(),
        )

    async def offered(self, customer: int, coins: int) -> Quote:
        def offer(tx: Any) -> Quote:
            owner = Owner(OwnerKind.CUSTOMER, customer)
            account, at = tx.accounts.open("acme", [owner])[owner], self.clock.now()
            ticket = tx.tickets.open("acme", account.id, subject="Work", at=at, by=Author.STAFF, staff="Anna")
            terms = self.setup.desk_terms
            return offering.offer(tx, terms, ticket.id, coins=coins, words="Work.", by="Anna", at=at, possible=True)

        return await self.desk.transact("offer", offer)

    def post(self, kind: str, data: Mapping[str, Any], *, customer: int = 77, key: SigningKey = KEY) -> PostedRow:
        at = int(self.clock.now().timestamp())
        row = posted_row(key, store="acme", customer=customer, kind=kind, data=data, at=at)
        self.shop.post(row)
        return row

    def approve(self, quote: Quote, *, customer: int = 77) -> PostedRow:
        shown = {"quote": quote.id, "version": 1, "text_hash": quote.offer.hashes["en"]}
        return self.post("quote_approve", shown, customer=customer)

    async def held(self, customer: int = 77) -> int:
        owner = Owner(OwnerKind.CUSTOMER, customer)
        return (await self.desk.read(lambda tx: tx.accounts.of_owners("acme", [owner])))[owner].held

    async def answer(self, row: PostedRow) -> Answer | None:
        return await self.desk.read(lambda tx: tx.answers.get("acme", row.uuid))

    async def code(self, row: PostedRow) -> str:
        answer = await self.answer(row)
        return answer.code if answer else ""

    async def cursor(self) -> Cursor:
        return await self.desk.read(lambda tx: tx.sync.inbox_cursor("acme"))

    async def problem_kinds(self) -> list[str]:
        return [problem.kind for problem in await self.desk.read(lambda tx: tx.problems.open("acme"))]


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    with a_desk(tmp_path) as opened:
        opened.start()
        yield opened


@pytest.fixture
async def store(desk: Desk, tmp_path: Path) -> Store:
    one = Store(desk, tmp_path)
    await one.granted(77, 300)
    return one


async def test_what_a_customer_approves_is_held_and_on_his_page_after_a_pass(store: Store) -> None:
    quote = await store.offered(77, 50)
    await store.push()
    row = store.approve(quote)
    await store.passes()
    assert (await store.held(), store.handled, store.health.counters.actions) == (50, 1, 1)
    await store.push()
    shown = store.shop.shown_document(ANSWER, row.uuid)
    assert shown is not None
    assert (shown["outcome"], shown["code"], shown["received"]) == ("accepted", "approved", int(MONDAY.timestamp()))
    on_the_page = store.shop.shown_document(QUOTE, quote.id)
    assert on_the_page is not None
    assert (on_the_page["state"], on_the_page["held"]) == ("approved", 50)


async def test_C5_a_machine_that_slept_makes_the_time_good_before_it_answers(store: Store) -> None:
    """Its daemon goes on where it was, between two beats, and the customer's click is older than the lapse."""
    terms = {"acme": store.setup.desk_terms}
    sleeper = Sleeper(store.desk, store.clock, store.stop, terms=lambda: terms)
    await sleeper.start()
    store.begin(after_silence=sleeper.after_silence)
    quote = await store.offered(77, 50)
    store.clock.advance(timedelta(days=13, hours=23))
    await store.desk.transact("beat", heartbeat.beat, store.clock.now())
    row = store.approve(quote)
    store.clock.advance(timedelta(hours=3))
    await store.passes()
    assert await store.code(row) == "approved"
    *_, gap = await store.desk.read(lambda tx: tx.downtimes.all())
    assert gap == Gap(store.clock.now() - timedelta(hours=3), store.clock.now())


async def test_a_beat_that_is_in_time_costs_no_action(store: Store) -> None:
    sleeper = Sleeper(store.desk, store.clock, store.stop, terms=dict)
    await sleeper.start()
    before = await store.desk.read(lambda tx: tx.downtimes.last_beat())
    store.clock.advance(timedelta(seconds=90))
    await sleeper.after_silence()
    assert await store.desk.read(lambda tx: tx.downtimes.last_beat()) == before


async def test_a_daemon_that_starts_again_does_nothing_twice(store: Store) -> None:
    store.approve(await store.offered(77, 50))
    await store.passes()
    for _ in range(3):
        store.begin()
        await store.passes()
    assert (await store.held(), store.health.counters.actions) == (50, 1)
    assert (await store.cursor()).position == 1


async def test_a_row_that_commits_late_is_found(store: Store) -> None:
    store.shop.hidden_posts.add(1)
    late, early = store.approve(await store.offered(77, 20)), store.approve(await store.offered(77, 30))
    await store.passes()
    assert (await store.code(late), await store.code(early)) == ("", "approved")
    store.shop.hidden_posts.clear()
    await store.passes()
    assert await store.code(late) == "approved"
    assert (await store.cursor()).gaps == ()


async def test_a_gap_that_nothing_fills_is_given_up(store: Store) -> None:
    store.shop.hidden_posts.add(1)
    store.post("quote_cancel", {"quote": 1})
    store.post("quote_cancel", {"quote": 1})
    await store.passes()
    assert (await store.cursor()).gaps != ()
    store.clock.moment += timedelta(minutes=16)
    await store.passes()
    assert (await store.cursor()).gaps == ()


async def test_C8_200_approvals_at_once_of_an_account_that_covers_7_hold_7(store: Store) -> None:
    rich = 78
    await store.granted(rich, 7 * 10)
    store.inbox._handling._terms = replace(store.inbox._handling._terms, actions_per_minute=1_000)
    quotes = [await store.offered(rich, 10) for _ in range(200)]
    rows = [store.approve(quote, customer=rich) for quote in quotes]
    await store.passes()
    codes = [await store.code(row) for row in rows]
    assert (codes.count("approved"), codes.count("not_enough_coins")) == (7, 193)
    assert codes[:7] == ["approved"] * 7, "who comes first is served first"
    assert await store.held(rich) == 70
    assert (await store.desk.read(verify, "acme")).right


async def test_one_row_that_fails_holds_up_no_other(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    good, bad = await store.offered(77, 20), await store.offered(77, 30)
    rows = [store.approve(good), store.approve(bad), store.approve(await store.offered(77, 40))]
    handle = service.handle

    def broken(tx: Any, terms: Any, row: Any, *args: Any, **kwargs: Any) -> Any:
        outcome = handle(tx, terms, row, *args, **kwargs)
        if row.uuid == rows[1].uuid:
            raise RuntimeError("a bug")
        return outcome

    monkeypatch.setattr(service, "handle", broken)
    with capture_logs() as lines:
        await store.passes()
    assert [await store.code(row) for row in rows] == ["approved", "failed", "approved"]
    assert await store.held() == 60
    assert await store.problem_kinds() == ["inbox_failed"]
    assert [line["row"] for line in lines if line["event"] == "inbox row failed"] == [2]
    assert (await store.cursor()).position == 3


async def test_the_last_row_of_a_page_may_fail_too(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    row = store.approve(await store.offered(77, 20))

    def broken(*_: Any, **__: Any) -> Any:
        raise RuntimeError("a bug")

    monkeypatch.setattr(service, "handle", broken)
    await store.passes()
    assert (await store.code(row), await store.held(), (await store.cursor()).position) == ("failed", 0, 1)


async def test_a_full_disk_is_no_answer(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    row = store.approve(await store.offered(77, 20))

    def full(*_: Any, **__: Any) -> Any:
        raise DeskUnwritable("disk full")

    with monkeypatch.context() as patch:
        patch.setattr(service, "handle", full)
        with pytest.raises(DeskUnwritable):
            await store.inbox.one_pass()
    assert (await store.answer(row), (await store.cursor()).position) == (None, 0)
    await store.passes()
    assert await store.code(row) == "approved"


async def test_T11_rows_that_nobody_of_ours_wrote_are_counted_and_answered_to_nobody(store: Store) -> None:
    quote = await store.offered(77, 50)
    forged = store.post("quote_approve", {"quote": quote.id}, key=SigningKey("k1", bytes([9]) * 32))
    with capture_logs() as lines:
        await store.passes()
    assert (await store.answer(forged), await store.held()) == (None, 0)
    assert (store.health.counters.doubted, store.health.counters.actions) == (1, 0)
    assert [line for line in lines if line["event"] == "inbox row is not ours"] == [
        {
            "event": "inbox row is not ours",
            "log_level": "warning",
            "store": "acme",
            "row": 1,
            "rows": 1,
            "cause": "not signed with the store's key",
        }
    ]
    assert (await store.cursor()).position == 1


async def test_T11_a_flood_of_forged_rows_is_one_problem_and_holds_up_nobody(store: Store) -> None:
    for _ in range(600):
        store.post("quote_cancel", {"quote": 1}, key=SigningKey("k1", bytes([9]) * 32))
    row = store.approve(await store.offered(77, 50))
    with capture_logs() as lines:
        await store.passes()
    assert (await store.code(row), await store.held()) == ("approved", 50)
    assert (store.health.counters.doubted, store.health.counters.actions) == (600, 1)
    assert len([line for line in lines if line["event"] == "inbox row is not ours"]) == 3
    assert await store.problem_kinds() == ["inbox_refused"]


async def test_T11_a_row_that_somebody_kept_until_the_desk_had_forgotten_it_does_nothing(store: Store) -> None:
    """A cancellation names no version: put back, it would take a later approval back."""
    quote = await store.offered(77, 50)
    store.approve(quote)
    kept = store.post("quote_cancel", {"quote": quote.id})
    await store.passes()
    assert await store.held() == 0
    store.clock.advance(timedelta(days=121))
    store.shop.age_posts(121)
    store.inbox._forgetting._at = 0.0
    await store.passes()
    assert await store.answer(kept) is None
    at = store.clock.now()
    again = await store.desk.transact("reissue", offering.reissue, store.setup.desk_terms, quote.id, by="Anna", at=at)
    fresh = {"quote": quote.id, "version": 2, "text_hash": again.offer.hashes["en"]}
    store.post("quote_approve", fresh)
    store.shop.post(kept)
    await store.passes()
    assert await store.held() == 50
    assert store.health.counters.doubted == 1
    (problem,) = await store.desk.read(lambda tx: tx.problems.open("acme"))
    assert "older than anything that is remembered" in problem.summary


async def test_a_store_that_is_not_paired_keeps_its_rows_for_later(store: Store) -> None:
    store.keys = ()
    row = store.approve(await store.offered(77, 50))
    await store.passes()
    assert (await store.answer(row), (await store.cursor()).position) == (None, 0)
    store.keys = (NEW_KEY, KEY)
    await store.passes()
    assert await store.code(row) == "approved"


async def test_more_rows_than_a_page_are_all_done(store: Store) -> None:
    rows = [store.post("quote_cancel", {"quote": 1}, customer=1_000 + number) for number in range(450)]
    assert await store.passes() == 4
    assert {await store.code(row) for row in rows} == {"unknown_quote"}


async def test_ids_that_begin_anew_below_the_cursor_are_read_from_the_beginning(store: Store) -> None:
    for _ in range(5):
        store.post("quote_cancel", {"quote": 1})
    await store.passes()
    store.shop._posts.clear()  # an emptied table whose server was started again
    store.shop._next_post = 1
    row = store.post("quote_cancel", {"quote": 2})
    await store.passes()
    assert await store.code(row) == "unknown_quote"
    assert (await store.cursor()).position == 1
    assert store.health.counters.actions == 6


async def test_D4_the_shop_forgets_after_90_days_and_the_desk_later(store: Store) -> None:
    row = store.post("quote_cancel", {"quote": 1})
    await store.passes()
    await store.push()
    store.shop.age_posts(91)
    store.clock.moment += timedelta(days=91)
    store.inbox._forgetting._at = 0.0
    await store.passes()
    assert store.shop.shown_document(ANSWER, row.uuid) is None
    assert await store.answer(row) is not None
    store.clock.moment += timedelta(days=30)
    store.inbox._forgetting._at = 0.0
    await store.passes()
    assert await store.answer(row) is None


async def test_the_pages_of_a_shop_without_our_new_tables_show_the_account_all_the_same(store: Store) -> None:
    store.shop.has_coin_desk = False
    await store.offered(77, 50)
    with capture_logs() as lines:
        await store.push()
        await store.push()
    told = [line for line in lines if line["event"] == "shop takes no documents of a kind"]
    assert [(line["table"], line["next"]) for line in told] == [
        ("quote", "run: bridge store prepare acme"),
        ("message", "run: bridge store prepare acme"),  # the ticket's own row waits for its messages
    ]
    assert 77 in store.shop.accounts
    store.shop.has_coin_desk = True
    store.pusher._refused.clear()
    await store.push()
    assert store.shop.shown_document(QUOTE, 1) is not None


async def test_a_shop_that_was_not_prepared_for_threads_has_quotes_and_answers_at_once(store: Store) -> None:
    store.shop.lacking = {DocumentTable.TICKET}
    row = store.approve(await store.offered(77, 50))
    await store.passes()
    await store.push()
    assert store.shop.shown_document(ANSWER, row.uuid) is not None
    shown = store.shop.shown_document(QUOTE, 1)
    assert shown is not None
    assert shown["state"] == "approved"
    asked = store.shop.calls["push_documents"]
    await store.push()
    assert store.shop.calls["push_documents"] == asked, "what was refused rests"
    store.shop.lacking = set()
    store.pusher._refused.clear()
    await store.push()
    assert store.shop.shown_document(DocumentTable.TICKET, 1) is not None


async def test_a_shop_that_is_down_loses_nothing(store: Store) -> None:
    row = store.approve(await store.offered(77, 50))
    store.shop.fail("documents", ShopUnavailable("acme: gone"), times=1)
    with pytest.raises(ShopUnavailable):
        await store.inbox.one_pass()
    await store.passes()
    assert await store.code(row) == "approved"
    store.shop.fail("push_documents", ShopUnavailable("acme: gone"), times=1)
    with pytest.raises(ShopUnavailable):
        await store.pusher.one_pass()
    await store.push()
    assert store.shop.shown_document(ANSWER, row.uuid) is not None


# --- looking often while customers are active -----------------------------------------------------------------------


async def test_a_hint_wakes_it_and_an_action_makes_it_look_twice_a_second(store: Store) -> None:
    task = asyncio.create_task(store.inbox.run())
    try:
        await until(lambda: store.shop.calls["inbox"] >= 1, "a first look")
        assert store.inbox._pause() > 0
        row = store.post("quote_cancel", {"quote": 1})
        store.wake.set()
        await until(lambda: store.handled == 1, "the row is handled")
        assert store.inbox._pause() == min(inbox_module.FAST_S, store.setup.sync.poll_seconds)
        assert 170 < store.inbox._active_until - time.monotonic() <= 180, "for three minutes"
        assert await store.code(row) == "unknown_quote"
    finally:
        store.stop.set()
        store.wake.set()
        await task


# --- after a restore ------------------------------------------------------------------------------------------------


def told(store: Store, row: PostedRow, outcome: str, code: str, *, key: SigningKey = KEY) -> None:
    """The answer that the desk before the restore has left in the shop."""
    document = {
        "v": 1,
        "store": "acme",
        "customer": row.customer_id,
        "uuid": row.uuid,
        "epoch": 0,
        "number": 1,
        "received": int((MONDAY - timedelta(hours=2)).timestamp()),
        "outcome": outcome,
        "code": code,
        "text": {"en": "As before."},
        "data": {},
    }
    shown = signed_row(key, ANSWER, document, customer_id=row.customer_id, epoch=0, number=1)
    store.shop.document_rows[ANSWER][row.uuid] = DocumentRow(row.uuid, shown).row


async def test_after_a_restore_what_was_accepted_waits_for_the_orders_and_is_done_again(store: Store) -> None:
    quote = await store.offered(77, 50)
    first, second = store.post("quote_cancel", {"quote": 99}), store.approve(quote)
    third = store.post("quote_cancel", {"quote": 98}, customer=78)
    told(store, second, "accepted", "approved")
    await store.passes()
    assert [await store.code(row) for row in (first, second, third)] == ["unknown_quote", "", ""]
    assert (await store.cursor()).position == 1
    for _ in range(3):
        await store.intake.one_pass()
    store.health.last_good_read = 1.0
    await store.passes()
    assert [await store.code(row) for row in (first, second, third)] == ["unknown_quote", "approved", "unknown_quote"]
    answer = await store.answer(second)
    assert answer is not None
    assert answer.received_at == MONDAY - timedelta(hours=2)
    await store.push()
    shown = store.shop.shown_document(ANSWER, second.uuid)
    assert shown is not None
    assert (shown["code"], shown["received"]) == ("approved", int((MONDAY - timedelta(hours=2)).timestamp()))


async def test_after_a_restore_a_refusal_stays_one(store: Store) -> None:
    row = store.approve(await store.offered(77, 50))
    told(store, row, "refused", "not_enough_coins")
    await store.passes()
    assert (await store.code(row), await store.held()) == ("not_enough_coins", 0)


async def test_an_answer_that_nobody_of_ours_signed_says_nothing(store: Store) -> None:
    row = store.approve(await store.offered(77, 50))
    told(store, row, "refused", "not_enough_coins", key=SigningKey("k1", bytes([9]) * 32))
    await store.passes()
    assert await store.code(row) == "approved"
