"""What a plugin has queued is delivered: oldest first, at least once, each plugin by itself, and never forgotten."""

import asyncio
import time
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest
import structlog.testing

from bridge.contracts.office import Delivery
from bridge.contracts.problems import Problem
from bridge.desk.deliveries import Lanes
from bridge.desk.desk import Desk
from bridge.domain.accounts import Owner, OwnerKind
from bridge.engine import deliveries
from bridge.engine.deliveries import DeliveryLine
from bridge.engine.plugin_lines import FEWEST_ATTEMPTS, GIVEN_UP_AFTER, LONGEST_PAUSE, PluginLines, Workplace
from bridge.errors import DeliverLater, DeliveryFailed, DeliveryNeedless, DeliveryRefused
from bridge.hooks import hookimpl
from bridge.hooks.manager import Plugins
from bridge.testing.clock import FixedClock
from tests.support.books import a_quick_desk
from tests.support.waiting import PATIENCE_S, until

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
CUSTOMER = Owner(OwnerKind.CUSTOMER, 77)
ADDRESS = "anna@example.com"


class Postman:
    """A plugin that remembers what it delivered; `fault` is raised instead while it is set, `faults` by key."""

    def __init__(self, fault: BaseException | None = None) -> None:
        self.fault = fault
        self.faults: dict[str, BaseException] = {}
        self.delivered: list[Delivery] = []
        self.attempts: list[str] = []

    @hookimpl
    async def bridge_deliver(self, delivery: Delivery) -> None:
        self.attempts.append(delivery.key)
        fault = self.faults.get(delivery.key, self.fault)
        if fault is not None:
            raise fault
        self.delivered.append(delivery)

    @property
    def keys(self) -> list[str]:
        return [delivery.key for delivery in self.delivered]


class Hanging(Postman):
    """A plugin whose receiver never answers."""

    @hookimpl
    async def bridge_deliver(self, delivery: Delivery) -> None:
        self.attempts.append(delivery.key)
        await asyncio.Event().wait()


@pytest.fixture
async def desk() -> AsyncIterator[Desk]:
    with a_quick_desk() as opened:
        opened.start()
        yield opened


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(NOON)


@pytest.fixture(autouse=True)
def _no_rest(monkeypatch: pytest.MonkeyPatch) -> None:
    """A store's rest after a failure is real time; only the test of it waits for it."""
    monkeypatch.setattr(deliveries, "LONGEST_REST_S", 0.0)


def runner(desk: Desk, clock: FixedClock, patience: float = 30.0, **plugins: Postman) -> PluginLines[DeliveryLine]:
    loaded = Plugins()
    for name, plugin in plugins.items():
        loaded.add(name, plugin)
    place = Workplace(desk, loaded, clock, asyncio.Event(), lambda: ["acme", "beta"], patience)
    return PluginLines(DeliveryLine, place)


def line(desk: Desk, clock: FixedClock, patience: float = 30.0, **plugins: Postman) -> DeliveryLine:
    """The line of the one plugin named."""
    (found,) = runner(desk, clock, patience, **plugins).lines.values()
    return found


def message(key: str, store: str = "acme", **different: object) -> Delivery:
    facts = {"key": key, "store": store, "kind": "coins_granted", "document": {"coins": 550}, "to": CUSTOMER}
    return Delivery(**{**facts, **different})  # type: ignore[arg-type]  # facts of any type


async def queue(desk: Desk, *messages: Delivery, plugin: str = "mail", at: datetime = NOON) -> int:
    return await desk.transact("queue", lambda tx: tx.deliveries.add(plugin, messages, at))


async def waiting(desk: Desk) -> dict[str, int]:
    return await desk.read(lambda tx: tx.deliveries.waiting())


async def problems(desk: Desk, store: str = "acme") -> list[Problem]:
    return await desk.read(lambda tx: tx.problems.open(store))


async def test_a_message_comes_back_to_its_plugin_as_it_was_queued(desk: Desk, clock: FixedClock) -> None:
    mail = Postman()
    sent = message("a", document={"coins": 550, "name": "آنا"})
    await queue(desk, sent)
    await line(desk, clock, mail=mail).one_pass()
    assert mail.delivered == [sent]
    assert await waiting(desk) == {}


async def test_C17_a_message_is_queued_once_however_often_its_event_comes(desk: Desk, clock: FixedClock) -> None:
    mail = Postman()
    assert await queue(desk, message("a"), message("b")) == 2
    assert await queue(desk, message("a"), message("c")) == 1
    await line(desk, clock, mail=mail).one_pass()
    assert await queue(desk, message("a")) == 0
    assert mail.keys == ["a", "b", "c"]


async def test_two_plugins_may_use_the_same_key(desk: Desk, clock: FixedClock) -> None:
    await queue(desk, message("a"))
    assert await queue(desk, message("a"), plugin="webhook") == 1
    mail = Postman()
    await line(desk, clock, mail=mail).one_pass()
    assert mail.keys == ["a"]
    assert await waiting(desk) == {"webhook": 1}


async def test_a_message_that_fails_is_tried_again_with_growing_pauses_and_the_same_key(
    desk: Desk, clock: FixedClock
) -> None:
    mail = Postman(DeliveryFailed("the mail server can't be reached"))
    post = line(desk, clock, mail=mail)
    await queue(desk, message("a"))
    pauses = []
    for _ in range(14):
        await post.one_pass()
        due = await desk.read(lambda tx: tx.deliveries.next_due("mail", Lanes.all("acme")))
        assert due is not None
        pauses.append(due - clock.now())
        clock.moment = due
    assert pauses[:3] == [timedelta(seconds=5), timedelta(seconds=10), timedelta(seconds=20)]
    assert pauses[-1] == timedelta(hours=1)
    mail.fault = None
    await post.one_pass()
    assert mail.keys == ["a"]
    assert mail.delivered[0].attempts == 14


async def test_what_fails_for_a_week_is_given_up_and_is_one_problem_for_all(desk: Desk, clock: FixedClock) -> None:
    mail = Postman(DeliveryFailed("the mail server can't be reached"))
    post = line(desk, clock, mail=mail)
    await queue(desk, message("a"), message("b"))
    for _ in range(FEWEST_ATTEMPTS):
        await post.one_pass()
        clock.advance(LONGEST_PAUSE)
    clock.advance(GIVEN_UP_AFTER)
    await post.one_pass()
    assert await waiting(desk) == {}
    assert [(one.kind, one.summary) for one in await problems(desk) if one.kind != "deliveries_stuck"] == [
        (
            "delivery_given_up",
            (
                "plugin mail: 2 messages could not be delivered for a week and are given up; last coins_granted for "
                "customer 77: the mail server can't be reached"
            ),
        )
    ]


async def test_what_could_not_be_tried_for_a_week_has_hours_of_attempts_before_it_is_given_up(
    desk: Desk, clock: FixedClock
) -> None:
    """A message that staff held back after a restore, or that waited for the daemon, is old at its first attempt."""
    mail = Postman(DeliveryFailed("the mail server can't be reached"))
    post = line(desk, clock, mail=mail)
    await queue(desk, message("a"))
    await desk.transact("hold", lambda tx: tx.deliveries.hold("acme"))
    clock.advance(2 * GIVEN_UP_AFTER)
    await desk.transact("release", lambda tx: tx.deliveries.release("acme"))
    first = clock.now()
    while await post.one_pass():
        due = await desk.read(lambda tx: tx.deliveries.next_due("mail", Lanes.all("acme")))
        clock.moment = due or clock.moment
    assert len(mail.attempts) == FEWEST_ATTEMPTS
    assert clock.now() - first > timedelta(hours=2)
    assert "delivery_given_up" in [one.kind for one in await problems(desk)]


async def test_a_refused_message_is_a_problem_that_names_the_customer_and_ends_when_one_arrives(
    desk: Desk, clock: FixedClock
) -> None:
    mail = Postman(DeliveryRefused("the mail server answered 550 to the address"))
    post = line(desk, clock, mail=mail)
    await queue(desk, message("a"))
    await post.one_pass()
    assert [(one.kind, one.summary) for one in await problems(desk)] == [
        (
            "delivery_refused",
            (
                "plugin mail: coins_granted for customer 77 can't be delivered: "
                "the mail server answered 550 to the address"
            ),
        )
    ]
    assert await waiting(desk) == {}
    mail.fault = None
    await queue(desk, message("b"))
    await post.one_pass()
    assert await problems(desk) == []
    assert mail.keys == ["b"]


async def test_a_refused_message_to_one_of_the_staff_ends_with_one_that_reaches_the_same_person(
    desk: Desk, clock: FixedClock
) -> None:
    mail = Postman(DeliveryRefused("the mail server answered 550 to the address"))
    post = line(desk, clock, mail=mail)
    await queue(
        desk, message("a", to=None, about="staff member Anna"), message("b", to=None, about="staff member Olga")
    )
    await post.one_pass()
    assert sorted(one.summary.partition(" can't")[0] for one in await problems(desk)) == [
        "plugin mail: coins_granted for staff member Anna",
        "plugin mail: coins_granted for staff member Olga",
    ]
    mail.fault = None
    await queue(desk, message("c", to=None, about="staff member Olga"))
    await post.one_pass()
    (left,) = await problems(desk)
    assert "staff member Anna" in left.summary


async def test_a_message_that_has_become_needless_proves_nothing_about_its_receiver(
    desk: Desk, clock: FixedClock
) -> None:
    """It is done with, but nothing was sent: the problem stays, and it counts for no day."""
    mail = Postman(DeliveryRefused("the mail server answered 550 to the address"))
    post = line(desk, clock, mail=mail)
    await queue(desk, message("a"))
    await post.one_pass()
    mail.fault = DeliveryNeedless("nobody has to be told any more")
    await queue(desk, message("b"))
    await post.one_pass()
    assert await waiting(desk) == {}
    assert [one.kind for one in await problems(desk)] == ["delivery_refused"]
    since = await desk.read(lambda tx: tx.deliveries.delivered_since("mail", "acme", CUSTOMER, NOON, clock.now()))
    assert since == 0


async def test_a_message_may_ask_to_wait_and_that_is_no_failure(desk: Desk, clock: FixedClock) -> None:
    tomorrow = NOON + timedelta(days=1)
    mail = Postman(DeliverLater(tomorrow))
    post = line(desk, clock, mail=mail)
    await queue(desk, message("a"))
    await post.one_pass()
    assert await desk.read(lambda tx: tx.deliveries.next_due("mail", Lanes.all("acme"))) == tomorrow
    mail.fault, clock.moment = None, tomorrow
    await post.one_pass()
    assert mail.delivered[0].attempts == 0


async def test_nobody_elses_error_text_reaches_the_log_or_a_problem(desk: Desk, clock: FixedClock) -> None:
    """A library's error may quote the address, or the password."""
    mail = Postman(ValueError(f"550 <{ADDRESS}> unknown"))
    post = line(desk, clock, mail=mail)
    await queue(desk, message("a"))
    with structlog.testing.capture_logs() as logs:
        await post.one_pass()
        clock.advance(GIVEN_UP_AFTER)
        await post.one_pass()
    assert ADDRESS not in str(logs)
    assert "ValueError" in str(logs)
    assert ADDRESS not in str(await problems(desk))


@pytest.mark.parametrize("fault", [RuntimeError("gone"), TimeoutError(), asyncio.CancelledError()])
async def test_whatever_a_plugin_raises_is_tried_again(desk: Desk, clock: FixedClock, fault: BaseException) -> None:
    mail = Postman(fault)
    await queue(desk, message("a"))
    await line(desk, clock, mail=mail).one_pass()
    assert await waiting(desk) == {"mail": 1}


async def test_a_plugin_that_hangs_holds_up_no_other(desk: Desk, clock: FixedClock) -> None:
    hanging, mail = Hanging(), Postman()
    await queue(desk, *(message(f"m{number}") for number in range(20)))
    await queue(desk, *(message(f"h{number}") for number in range(20)), plugin="hanging")
    every = runner(desk, clock, 20.0, hanging=hanging, mail=mail)
    running = asyncio.create_task(every.run())
    await until(lambda: len(mail.keys) == 20, "all mail has been delivered")
    assert hanging.attempts == ["h0"]
    every._stop.set()
    running.cancel()
    await asyncio.wait([running])


async def test_while_a_store_fails_its_other_messages_rest_and_other_stores_go_on(
    desk: Desk, clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(deliveries, "LONGEST_REST_S", 300.0)
    mail = Postman()
    mail.faults = {f"a{number}": DeliveryFailed("gone") for number in range(10)}
    post = line(desk, clock, mail=mail)
    await queue(desk, *(message(f"a{number}") for number in range(10)), *(message(f"b{n}", "beta") for n in range(3)))
    assert await post.one_pass() == 4
    assert mail.attempts == ["a0", "b0", "b1", "b2"]
    assert await post.one_pass() == 0
    assert 0.0 < await post.pause() <= 5.0


async def test_staff_hear_while_nobody_knows_the_customers_addresses(
    desk: Desk, clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The shop is down, so its customers' letters fail; those to staff need no shop."""
    monkeypatch.setattr(deliveries, "LONGEST_REST_S", 300.0)
    mail = Postman()
    mail.faults = {f"a{number}": DeliveryFailed("acme: gone") for number in range(10)}
    await queue(desk, *(message(f"a{number}") for number in range(10)), message("staff", to=None))
    await line(desk, clock, mail=mail).one_pass()
    assert mail.attempts == ["a0", "staff"]
    assert mail.keys == ["staff"]


async def test_messages_of_a_store_that_is_switched_off_wait(desk: Desk, clock: FixedClock) -> None:
    mail = Postman()
    await queue(desk, message("a", "closed"), message("b"))
    await line(desk, clock, mail=mail).one_pass()
    assert mail.keys == ["b"]
    assert await waiting(desk) == {"mail": 1}


async def test_a_wish_to_wait_for_a_moment_that_has_passed_is_no_endless_loop(desk: Desk, clock: FixedClock) -> None:
    mail = Postman(DeliverLater(NOON - timedelta(days=1)))
    post = line(desk, clock, mail=mail)
    await queue(desk, message("a"))
    assert (await post.one_pass(), await post.one_pass()) == (1, 0)


async def test_a_hanging_receiver_is_left_after_its_time(desk: Desk, clock: FixedClock) -> None:
    await queue(desk, message("a"))
    began = time.monotonic()
    await line(desk, clock, 0.1, mail=Hanging()).one_pass()
    assert time.monotonic() - began < PATIENCE_S
    assert await waiting(desk) == {"mail": 1}


async def test_an_hour_without_any_delivery_is_told_to_staff_and_ends_with_the_first(
    desk: Desk, clock: FixedClock
) -> None:
    mail = Postman(DeliveryFailed("the mail server can't be reached"))
    post = line(desk, clock, mail=mail)
    await queue(desk, message("a"))
    await post.one_pass()
    assert await problems(desk) == []
    clock.advance(timedelta(hours=1))
    await post.one_pass()
    assert [(one.kind, one.summary) for one in await problems(desk)] == [
        (
            "deliveries_stuck",
            (
                "plugin mail has delivered nothing to customers since 2026-03-01 12:00 UTC: "
                "the mail server can't be reached; "
                "what waits is delivered once that is mended"
            ),
        )
    ]
    clock.advance(timedelta(hours=1))
    mail.fault = None
    await post.one_pass()
    assert await problems(desk) == []


async def test_C17_a_delivery_that_a_crash_cut_off_is_repeated_as_it_was(desk: Desk, clock: FixedClock) -> None:
    """The receiver has it and the desk does not know: the same key and numbers are sent once more."""
    taken: list[Delivery] = []

    class CutOff(Hanging):
        @hookimpl
        async def bridge_deliver(self, delivery: Delivery) -> None:
            taken.append(delivery)
            await asyncio.Event().wait()

    await queue(desk, message("a"))
    cut_off = asyncio.create_task(line(desk, clock, mail=CutOff()).one_pass())
    await until(lambda: taken, "the receiver has it")
    cut_off.cancel()
    await asyncio.wait([cut_off])
    mail = Postman()
    await line(desk, clock, mail=mail).one_pass()
    assert mail.delivered == taken


async def test_a_message_set_far_ahead_by_a_clock_that_was_put_back_is_due(desk: Desk, clock: FixedClock) -> None:
    mail = Postman(DeliveryFailed("gone"))
    clock.moment = NOON + timedelta(days=900)
    post = line(desk, clock, mail=mail)
    await queue(desk, message("a"), at=clock.now())
    await post.one_pass()
    clock.moment, mail.fault = NOON, None
    await post.one_pass()
    assert mail.keys == ["a"]


async def test_it_wakes_for_new_messages_and_stops_when_told(desk: Desk, clock: FixedClock) -> None:
    mail = Postman()
    every = runner(desk, clock, mail=mail)
    running = asyncio.create_task(every.run())
    await queue(desk, message("a"))
    every.wake()
    await until(lambda: mail.keys == ["a"], "the message has arrived")
    every._stop.set()
    async with asyncio.timeout(PATIENCE_S):
        await running


async def test_without_a_plugin_that_delivers_it_waits_for_the_end(desk: Desk, clock: FixedClock) -> None:
    every = runner(desk, clock)
    running = asyncio.create_task(every.run())
    await asyncio.sleep(0)
    assert not running.done()
    every._stop.set()
    async with asyncio.timeout(PATIENCE_S):
        await running
