"""Events reach plugins at least once, each plugin alone, with the same key; what is given up becomes a problem."""

import asyncio
import time
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import structlog.testing

from bridge.desk.desk import Desk
from bridge.domain.accounts import Owner, OwnerKind
from bridge.domain.events import CoinsChanged, CoinsGranted, CoinsRevoked
from bridge.engine.outbox import MOST_ATTEMPTS, OutboxDispatcher
from bridge.engine.plugin_lines import SWEEP_S
from bridge.errors import DeliveryFailed
from bridge.hooks import hookimpl
from bridge.hooks.manager import Plugins
from bridge.testing.clock import FixedClock
from bridge.testing.desks import a_desk
from tests.support.waiting import PATIENCE_S, until

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
CUSTOMER = Owner(OwnerKind.CUSTOMER, 77)


class Listener:
    """A plugin that remembers what it was told; `fault` is raised instead while it is set."""

    def __init__(self, fault: BaseException | None = None) -> None:
        self.fault = fault
        self.heard: list[CoinsChanged] = []
        self.attempts: list[str] = []

    @hookimpl
    async def bridge_coins_granted(self, event: CoinsGranted) -> None:
        self.attempts.append(event.key)
        if self.fault is not None:
            raise self.fault
        self.heard.append(event)

    @property
    def keys(self) -> list[str]:
        return [event.key for event in self.heard]


class Hanging(Listener):
    """A plugin that never answers."""

    @hookimpl
    async def bridge_coins_granted(self, event: CoinsGranted) -> None:
        self.attempts.append(event.key)
        await asyncio.Event().wait()


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    with a_desk(tmp_path) as opened:
        opened.start()
        yield opened


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(NOON)


def dispatcher(desk: Desk, clock: FixedClock, patience: float = 30.0, **plugins: Listener) -> OutboxDispatcher:
    loaded = Plugins()
    for name, plugin in plugins.items():
        loaded.add(name, plugin)
    return OutboxDispatcher(desk, loaded, clock, asyncio.Event(), patience_seconds=patience)


async def tell(desk: Desk, *keys: str) -> None:
    events = [
        CoinsGranted(key=key, store="acme", owner=CUSTOMER, order_id=1042, plan="base", coins=550, at=NOON)
        for key in keys
    ]
    await desk.transact("tell", lambda tx: tx.outbox.add(events))


async def waiting(desk: Desk) -> int:
    return await desk.read(lambda tx: tx.outbox.count())


async def test_an_event_reaches_every_plugin_as_it_was_written(desk: Desk, clock: FixedClock) -> None:
    mail, webhook = Listener(), Listener()
    await tell(desk, "acme:order:1042:base:unit:1")
    assert await dispatcher(desk, clock, mail=mail, webhook=webhook).one_pass() == 1
    expected = CoinsGranted(
        key="acme:order:1042:base:unit:1", store="acme", owner=CUSTOMER, order_id=1042, plan="base", coins=550, at=NOON
    )
    assert mail.heard == webhook.heard == [expected]
    assert await waiting(desk) == 0


async def test_events_come_in_their_order(desk: Desk, clock: FixedClock) -> None:
    mail = Listener()
    await tell(desk, "a", "b", "c")
    await dispatcher(desk, clock, mail=mail).one_pass()
    assert mail.keys == ["a", "b", "c"]


@pytest.mark.parametrize(
    "fault",
    [RuntimeError("server gone"), TimeoutError(), asyncio.CancelledError()],
    ids=["error", "timeout", "cancelled"],
)
async def test_a_plugin_that_raises_holds_up_neither_others_nor_later_events(
    desk: Desk, clock: FixedClock, fault: BaseException
) -> None:
    broken, mail = Listener(fault), Listener()
    await tell(desk, "a", "b")
    await dispatcher(desk, clock, broken=broken, mail=mail).one_pass()
    assert mail.keys == ["a", "b"]
    assert broken.attempts == ["a", "b"]


async def test_a_failed_delivery_is_repeated_with_the_same_key_and_only_to_who_lacks_it(
    desk: Desk, clock: FixedClock
) -> None:
    broken, mail = Listener(RuntimeError("server gone")), Listener()
    outbox = dispatcher(desk, clock, broken=broken, mail=mail)
    await tell(desk, "a")
    await outbox.one_pass()
    assert await outbox.one_pass() == 0
    clock.advance(timedelta(seconds=5))
    broken.fault = None
    await outbox.one_pass()
    assert broken.attempts == ["a", "a"]
    assert mail.attempts == ["a"]
    assert await waiting(desk) == 0


async def test_D1_nobody_elses_error_text_reaches_the_log(desk: Desk, clock: FixedClock) -> None:
    address = "anna@example.com"
    theirs, ours = Listener(ValueError(f"550 <{address}> unknown")), Listener(DeliveryFailed("no answer"))
    await tell(desk, "a")
    with structlog.testing.capture_logs() as logs:
        await dispatcher(desk, clock, theirs=theirs, ours=ours).one_pass()
    assert {one["plugin"]: one["error"] for one in logs} == {"theirs": "ValueError", "ours": "no answer"}


async def test_the_pauses_between_attempts_grow_to_six_hours(desk: Desk, clock: FixedClock) -> None:
    outbox = dispatcher(desk, clock, broken=Listener(RuntimeError("server gone")))
    await tell(desk, "a")
    pauses = []
    for _ in range(15):
        await outbox.one_pass()
        due = await desk.read(lambda tx: tx.outbox.next_due())
        assert due is not None
        pauses.append(due - clock.now())
        clock.moment = due
    assert pauses[:3] == [timedelta(seconds=5), timedelta(seconds=10), timedelta(seconds=20)]
    assert pauses[-1] == timedelta(hours=6)
    assert pauses == sorted(pauses)


async def attempts_until_given_up(outbox: OutboxDispatcher, clock: FixedClock, *, last: int = MOST_ATTEMPTS) -> None:
    for _ in range(last):
        await outbox.one_pass()
        clock.advance(timedelta(hours=6))


async def test_what_is_given_up_becomes_a_problem_that_names_the_plugin(desk: Desk, clock: FixedClock) -> None:
    broken, mail = Listener(RuntimeError("server gone")), Listener()
    await tell(desk, "a")
    await attempts_until_given_up(dispatcher(desk, clock, broken=broken, mail=mail), clock)
    assert len(broken.attempts) == MOST_ATTEMPTS
    assert await waiting(desk) == 0
    [problem] = await desk.read(lambda tx: tx.problems.open("acme"))
    assert problem.kind == "event_undelivered"
    assert problem.summary == (
        f"bridge_coins_granted for a was given up after {MOST_ATTEMPTS} attempts; without it: broken"
    )


async def test_what_succeeds_at_the_last_attempt_is_no_problem(desk: Desk, clock: FixedClock) -> None:
    broken = Listener(RuntimeError("server gone"))
    outbox = dispatcher(desk, clock, broken=broken)
    await tell(desk, "a")
    await attempts_until_given_up(outbox, clock, last=MOST_ATTEMPTS - 1)
    broken.fault = None
    await outbox.one_pass()
    assert broken.keys == ["a"]
    assert await desk.read(lambda tx: tx.problems.open("acme")) == []


async def test_a_plugin_that_hangs_holds_the_others_up_once_and_not_with_every_event(
    desk: Desk, clock: FixedClock
) -> None:
    hanging, mail = Hanging(), Listener()
    await tell(desk, *(f"event {number}" for number in range(20)))
    began = time.monotonic()
    await dispatcher(desk, clock, patience=0.2, hanging=hanging, mail=mail).one_pass()
    assert time.monotonic() - began < 20 * 0.2
    assert len(mail.heard) == 20
    assert hanging.attempts == ["event 0"]
    assert await waiting(desk) == 20


async def test_an_event_that_nobody_listens_to_is_done(desk: Desk, clock: FixedClock) -> None:
    await desk.transact(
        "tell",
        lambda tx: tx.outbox.add(
            [CoinsRevoked(key="a", store="acme", owner=CUSTOMER, order_id=1042, plan="base", coins=550, at=NOON)]
        ),
    )
    await dispatcher(desk, clock, mail=Listener()).one_pass()
    assert await waiting(desk) == 0


async def test_a_delivery_that_a_crash_cut_off_is_repeated(desk: Desk, clock: FixedClock) -> None:
    """The plugin has had the event and the desk does not know it: at least once means twice then."""
    mail = Listener()
    await tell(desk, "a")
    outbox = dispatcher(desk, clock, hanging=Hanging(), mail=mail)
    cut_off = asyncio.create_task(outbox.one_pass())
    await until(lambda: mail.heard, "the plugin has it")
    cut_off.cancel()
    await asyncio.wait([cut_off])
    await dispatcher(desk, clock, mail=mail).one_pass()
    assert mail.keys == ["a", "a"]


async def test_it_wakes_for_new_events_and_stops_when_told(desk: Desk, clock: FixedClock) -> None:
    mail = Listener()
    outbox = dispatcher(desk, clock, mail=mail)
    running = asyncio.create_task(outbox.run())
    await tell(desk, "a")
    outbox.wake.set()
    await until(lambda: mail.keys == ["a"], "the event has arrived")
    outbox._stop.set()
    async with asyncio.timeout(PATIENCE_S):
        await running


async def test_it_sleeps_until_the_next_retry_and_never_longer_than_its_sweep(desk: Desk, clock: FixedClock) -> None:
    outbox = dispatcher(desk, clock, broken=Listener(RuntimeError("server gone")))
    assert await outbox._pause() == SWEEP_S
    await tell(desk, "a")
    await outbox.one_pass()
    assert await outbox._pause() == 5.0
    clock.advance(timedelta(seconds=60))
    assert await outbox._pause() == 0.0
