"""What came from outside is handed to its plugin: in order, at least once, and never forgotten."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest
import structlog.testing

from bridge.contracts.chats import Receipt
from bridge.contracts.problems import Problem
from bridge.desk.desk import Desk
from bridge.engine.plugin_lines import FEWEST_ATTEMPTS, LONGEST_PAUSE, TOLD_AFTER, PluginLines, Workplace
from bridge.engine.receipts import ReceiptLine
from bridge.errors import BridgeError, ReceiptRefused
from bridge.hooks import hookimpl
from bridge.hooks.manager import Plugins
from bridge.testing.clock import FixedClock
from tests.support.books import a_quick_desk
from tests.support.waiting import PATIENCE_S, until

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
SECRET = "he wrote: secret"


class Postbox:
    """A plugin that remembers what it was handed; `faults` is raised instead, by key."""

    def __init__(self) -> None:
        self.faults: dict[str, BaseException] = {}
        self.handed: list[str] = []
        self.handled: list[Receipt] = []

    @hookimpl
    async def bridge_handle(self, receipt: Receipt) -> None:
        self.handed.append(receipt.key)
        if receipt.key in self.faults:
            raise self.faults[receipt.key]
        self.handled.append(receipt)


@pytest.fixture
async def desk() -> AsyncIterator[Desk]:
    with a_quick_desk() as opened:
        opened.start()
        yield opened


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(NOON)


@pytest.fixture
def box() -> Postbox:
    return Postbox()


def a_runner(desk: Desk, clock: FixedClock, patience: float = 30.0, **plugins: object) -> PluginLines[ReceiptLine]:
    loaded = Plugins()
    for name, plugin in plugins.items():
        loaded.add(name, plugin)
    place = Workplace(desk, loaded, clock, asyncio.Event(), lambda: ["acme", "beta"], patience)
    return PluginLines(ReceiptLine, place)


@pytest.fixture
def line(desk: Desk, clock: FixedClock, box: Postbox) -> ReceiptLine:
    return a_runner(desk, clock, chat=box).lines["chat"]


def came(key: str, body: bytes = b"{}", at: datetime = NOON) -> Receipt:
    return Receipt(key, "delivery", body, at)


async def keep(desk: Desk, *receipts: Receipt, plugin: str = "chat") -> int:
    return await desk.transact("keep", lambda tx: tx.receipts.add(plugin, receipts))


async def waiting(desk: Desk) -> dict[str, int]:
    return await desk.read(lambda tx: tx.receipts.waiting())


async def problems(desk: Desk, store: str = "acme") -> list[Problem]:
    return await desk.read(lambda tx: tx.problems.open(store))


async def test_what_came_is_handed_over_as_it_came_and_in_order(desk: Desk, line: ReceiptLine, box: Postbox) -> None:
    receipts = [came(f"r{number}", f'{{"😀": {number}}}\0'.encode()) for number in range(60)]
    assert await keep(desk, *receipts) == 60
    assert [await line.one_pass() for _ in range(3)] == [50, 10, 0]
    assert box.handled == receipts
    assert await waiting(desk) == {}


async def test_a_repeat_is_kept_once_also_after_it_is_done(desk: Desk, line: ReceiptLine, box: Postbox) -> None:
    assert await keep(desk, came("a"), came("a", b"other")) == 1
    await line.one_pass()
    assert await keep(desk, came("a")) == 0
    await line.one_pass()
    assert box.handed == ["a"]
    assert await keep(desk, came("a"), plugin="other") == 1, "another plugin's keys are its own"


async def test_one_that_fails_holds_up_none_and_is_handed_over_again_with_pauses(
    desk: Desk, line: ReceiptLine, box: Postbox, clock: FixedClock
) -> None:
    box.faults["a"] = ValueError(SECRET)
    await keep(desk, came("a"), came("b"))
    with structlog.testing.capture_logs() as logged:
        await line.one_pass()
    assert box.handed == ["a", "b"]
    assert SECRET not in str(logged), "the text of anybody else's error may quote what was written"
    assert await line.one_pass() == 0
    assert await line.pause() == 5.0
    clock.advance(timedelta(seconds=5))
    await line.one_pass()
    assert box.handed == ["a", "b", "a"]
    assert await line.pause() == 10.0
    box.faults.clear()
    clock.advance(timedelta(seconds=10))
    await line.one_pass()
    assert [(one.key, one.attempts) for one in box.handled] == [("b", 0), ("a", 2)]


async def test_what_can_never_be_handled_ends_and_staff_are_told_why(
    desk: Desk, line: ReceiptLine, box: Postbox
) -> None:
    box.faults["a"] = ReceiptRefused("it is no JSON")
    await keep(desk, came("a"))
    await line.one_pass()
    for store in ("acme", "beta"):
        [problem] = await problems(desk, store)
        assert (problem.kind, problem.summary) == (
            "receipt_refused",
            "plugin chat: what came on 2026-11-22 at 12:00:00 UTC can't be handled: it is no JSON",
        )
    assert await waiting(desk) == {}


async def test_after_an_hour_without_success_staff_are_told_and_it_ends_by_itself(
    desk: Desk, line: ReceiptLine, box: Postbox, clock: FixedClock
) -> None:
    box.faults["a"] = BridgeError("nobody is at home")
    await keep(desk, came("a"))
    while await problems(desk) == []:
        assert clock.now() < NOON + 2 * TOLD_AFTER
        await line.one_pass()
        clock.advance(timedelta(seconds=await line.pause()))
    [problem] = await problems(desk)
    assert (problem.kind, "nobody is at home" in problem.summary) == ("receipts_stuck", True)
    box.faults.clear()
    clock.advance(LONGEST_PAUSE)
    await line.one_pass()
    assert await problems(desk) == []


async def test_a_week_later_it_is_given_up_and_staff_are_told(
    desk: Desk, line: ReceiptLine, box: Postbox, clock: FixedClock
) -> None:
    box.faults["a"] = ValueError(SECRET)
    await keep(desk, came("a", at=NOON - timedelta(days=8)))
    for _ in range(FEWEST_ATTEMPTS):
        assert await waiting(desk) == {"chat": 1}
        await line.one_pass()
        clock.advance(LONGEST_PAUSE)
    assert await waiting(desk) == {}
    assert "receipt_given_up" in {one.kind for one in await problems(desk)}
    assert SECRET not in str(await problems(desk))


async def test_a_plugin_that_hangs_is_left_after_its_time_and_holds_up_no_other(
    desk: Desk, clock: FixedClock, box: Postbox
) -> None:
    class Hanging:
        @hookimpl
        async def bridge_handle(self, receipt: Receipt) -> None:
            del receipt
            await asyncio.Event().wait()

    runner = a_runner(desk, clock, 0.05, slow=Hanging(), chat=box)
    await keep(desk, came("a"), plugin="slow")
    await keep(desk, came("b"))
    await asyncio.gather(*(line.one_pass() for line in runner.lines.values()))
    assert box.handed == ["b"]
    assert await waiting(desk) == {"slow": 1}


async def test_a_clock_that_is_put_back_does_not_let_it_wait(desk: Desk, line: ReceiptLine, box: Postbox) -> None:
    await keep(desk, came("a", at=NOON + timedelta(hours=3)))
    await line.one_pass()
    assert box.handed == ["a"]


async def test_it_is_woken_and_stops_between_two(desk: Desk, clock: FixedClock, box: Postbox) -> None:
    stop = asyncio.Event()
    loaded = Plugins()
    loaded.add("chat", box)
    runner = PluginLines(ReceiptLine, Workplace(desk, loaded, clock, stop, lambda: ["acme"]))
    running = asyncio.create_task(runner.run())
    await keep(desk, came("a"))
    runner.wake()
    await until(lambda: box.handed == ["a"], "it was woken")
    stop.set()
    await asyncio.wait_for(running, timeout=PATIENCE_S)


async def test_D4_what_is_done_with_is_forgotten_after_its_days_and_can_be_handed_over_again_until_then(
    desk: Desk, line: ReceiptLine, box: Postbox
) -> None:
    old, new = came("old", at=NOON - timedelta(days=8)), came("new")
    await keep(desk, old, new)
    await line.one_pass()
    await keep(desk, came("waits", at=NOON - timedelta(days=9)))
    week_ago = NOON - timedelta(days=7)
    assert await desk.transact("prune", lambda tx: tx.receipts.prune(week_ago)) == 1
    assert await desk.transact("again", lambda tx: tx.receipts.again("chat", NOON - timedelta(days=1))) == 1
    await line.one_pass()
    assert box.handed == ["old", "new", "new", "waits"]


async def test_D2_what_is_done_with_is_emptied_of_a_person(desk: Desk, line: ReceiptLine) -> None:
    await keep(desk, came("his", b'{"from": "989121234567"}'), came("hers", b'{"from": "989121234568"}'))
    await line.one_pass()
    await desk.transact("forget", lambda tx: tx.receipts.forget(["989121234567", ""]))
    bodies = await desk.read(
        lambda tx: dict(tx.connection.execute("SELECT key, body FROM receipt").fetchall())  # no part of the contract
    )
    assert bodies == {"his": b"", "hers": b'{"from": "989121234568"}'}
    again = await desk.transact("again", lambda tx: tx.receipts.again("chat", NOON - timedelta(days=1)))
    assert again == 1, "what was emptied has nothing to hand over"
