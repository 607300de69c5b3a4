"""The sleeper: fires at the moment, notices what others set, beats meanwhile, and survives what it fires."""

import asyncio
from collections.abc import AsyncIterator, Collection, Iterator
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import structlog

from bridge.contracts.deadlines import DeadlineKind
from bridge.desk.desk import FILE_NAME, Desk
from bridge.desk.transaction import DeskTx
from bridge.domain.desk_terms import DeskTerms
from bridge.domain.events import PackageExpired, TimerEnded
from bridge.domain.ticket_terms import TicketTerms
from bridge.domain.tickets import Author
from bridge.engine.sleeper import Sleeper
from bridge.errors import DeskDamaged, DeskUnwritable
from bridge.services import heartbeat, staff_coins, timing
from bridge.services.premium_parts import contact_for
from bridge.services.ticket_standing import settle
from bridge.testing.clock import FixedClock
from bridge.testing.desks import a_desk
from tests.support.books import ACME, TEHRAN, customer
from tests.support.premium_time import premium_terms
from tests.support.quoting import ANNA, CUSTOMER, desk_terms
from tests.support.waiting import PATIENCE_S, until

END = datetime(2027, 3, 31, 20, 29, 59, tzinfo=UTC)
A_SECOND, AN_HOUR, A_DAY = timedelta(seconds=1), timedelta(hours=1), timedelta(days=1)
NOW = END - 100 * A_DAY


def grant(tx: DeskTx, at: datetime, number: int = 77) -> None:
    """Coins until the end."""
    staff_coins.grant(
        tx,
        ACME,
        customer(number),
        coins=300,
        reason="test",
        staff=ANNA,
        key=f"k{number}",
        zone=TEHRAN,
        at=at,
        last_day=date(2027, 3, 31),
    )


class Bed:
    """A desk, a clock that stands still, and a sleeper."""

    def __init__(self, desk: Desk, **different: Any) -> None:
        self.desk, self.clock, self.stop, self.fired = desk, FixedClock(NOW), asyncio.Event(), 0
        self.terms = {ACME: desk_terms(**different)}
        self.sleeper = Sleeper(desk, self.clock, self.stop, terms=lambda: self.terms, on_fired=self._count)

    def _count(self, stores: Collection[str]) -> None:
        assert set(stores) <= {ACME}
        self.fired += 1

    async def coins(self) -> int:
        found = await self.desk.read(staff_coins.balance, ACME, CUSTOMER, at=self.clock.now())
        return found.account.posted

    def step(self, moment: datetime) -> None:
        """The clock goes there, as one that was beaten by all the way."""
        self.clock.moment = moment

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        task = asyncio.create_task(self.sleeper.run())
        try:
            yield
        finally:
            self.stop.set()
            await task


@pytest.fixture
async def bed(tmp_path: Path) -> AsyncIterator[Bed]:
    with a_desk(tmp_path) as desk:
        desk.start()
        one = Bed(desk)
        await one.sleeper.start()
        await desk.transact("grant", grant, NOW)
        yield one


@pytest.fixture(autouse=True)
def quiet() -> Iterator[list[structlog.typing.EventDict]]:
    with structlog.testing.capture_logs() as lines:
        yield lines


async def beaten_until(bed: Bed, moment: datetime) -> None:
    """Let the desk have been up until then."""
    await bed.desk.transact("beat", lambda tx: tx.downtimes.beat(moment))


async def test_C5_what_is_due_fires_in_one_pass_and_the_next_look_is_at_most_half_a_minute_away(bed: Bed) -> None:
    await beaten_until(bed, END)
    bed.step(END + A_SECOND)
    pause = await bed.sleeper.one_pass()
    assert 0 < pause <= 30
    assert (await bed.coins(), bed.fired) == (0, 1)


async def test_the_sleep_ends_at_the_earliest_deadline(bed: Bed) -> None:
    await beaten_until(bed, END - 30 * A_DAY - timedelta(seconds=5))
    bed.step(END - 30 * A_DAY - timedelta(seconds=4))
    assert await bed.sleeper.one_pass() == pytest.approx(4, abs=0.1)
    bed.step(END - 30 * A_DAY)
    await bed.sleeper.one_pass()
    events = await bed.desk.read(lambda tx: tx.outbox.due(bed.clock.now(), 10))
    assert [one.event.key for one in events][1:] == ["acme:package:1:remind:30"]


async def test_more_than_a_page_fires_in_several_actions(bed: Bed, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bridge.services.firing.fire_due.__kwdefaults__", {"limit": 2})
    for number in range(1, 6):
        await bed.desk.transact("grant", grant, NOW, number)
    await beaten_until(bed, END)
    bed.step(END + A_SECOND)
    await bed.sleeper.one_pass()
    assert bed.fired == 3
    events = await bed.desk.read(lambda tx: tx.outbox.due(bed.clock.now(), 100))
    assert sum(isinstance(one.event, PackageExpired) for one in events) == 6


async def test_a_clock_that_jumps_is_noticed_when_it_is_woken_and_the_gap_comes_before_the_firing(bed: Bed) -> None:
    """A machine that slept: its own reckoning of time stood still, the clock's did not."""
    async with bed.running():
        await until(lambda: bed.sleeper._asleep_until, "it sleeps")
        bed.step(END + AN_HOUR)
        bed.sleeper.wake.set()
        await until(lambda: bed.fired, "it has looked")
        assert await bed.coins() == 300, "the desk was down across the end"
        (gap,) = await bed.desk.read(lambda tx: tx.downtimes.all())
        assert gap.until == END + AN_HOUR


async def test_a_deadline_set_by_an_action_of_ours_wakes_it(bed: Bed) -> None:
    seen: list[datetime] = []
    bed.desk.listen_deadlines(seen.append)
    async with bed.running():
        await until(lambda: bed.sleeper._asleep_until, "it sleeps")
        soon = NOW - timedelta(minutes=1)
        await bed.desk.transact("set", lambda tx: tx.deadlines.set(_moved(tx, soon)))
        await until(lambda: bed.fired, "it fired")
    assert min(seen) == soon


async def test_a_deadline_that_is_further_than_its_sleep_lets_it_sleep(bed: Bed) -> None:
    async with bed.running():
        await until(lambda: bed.sleeper._asleep_until, "it sleeps")
        bed.sleeper.deadline_set(NOW + AN_HOUR)
        assert not bed.sleeper.wake.is_set()
        bed.sleeper.deadline_set(NOW + A_SECOND)
        assert bed.sleeper.wake.is_set()


def _moved(tx: DeskTx, moment: datetime) -> Any:
    return [one._replace(due_at=moment) for one in tx.deadlines.of(["package"], 1)]


async def test_an_action_that_fails_wakes_nobody(bed: Bed) -> None:
    seen: list[datetime] = []
    bed.desk.listen_deadlines(seen.append)

    def failing(tx: DeskTx) -> None:
        tx.deadlines.set(_moved(tx, NOW))
        raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        await bed.desk.transact("fails", failing)
    await bed.desk.transact("well", lambda tx: tx.accounts.touch([1]))
    assert seen == []


async def test_a_deadline_set_by_a_command_wakes_the_daemon(bed: Bed, tmp_path: Path) -> None:
    bed.desk.listen(bed.sleeper.wake.set)
    async with bed.running():
        await until(lambda: bed.sleeper._asleep_until, "it sleeps")
        with Desk.open(tmp_path / FILE_NAME) as command:
            command.run(lambda tx: tx.deadlines.set(_moved(tx, NOW)))
        await until(lambda: bed.fired, "it fired")


async def test_its_first_beat_comes_at_the_start_and_finds_the_time_it_was_off(tmp_path: Path) -> None:
    with a_desk(tmp_path) as desk:
        desk.run(grant, NOW)
        desk.run(heartbeat.beat, END - AN_HOUR)
        desk.start()
        bed = Bed(desk)
        bed.step(END + AN_HOUR)
        await bed.sleeper.start()
        assert [gap.until for gap in await desk.read(lambda tx: tx.downtimes.all())] == [END + AN_HOUR]
        await bed.sleeper.one_pass()
        assert await bed.coins() == 300


async def test_a_desk_that_cannot_be_written_keeps_no_daemon_from_starting_and_a_damaged_one_does(
    bed: Bed, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def raising(error: Exception) -> None:
        async def transact(*_: object) -> None:
            raise error

        monkeypatch.setattr(bed.desk, "transact", transact)
        await bed.sleeper.start(selling_licences=[ACME])

    await raising(DeskUnwritable("full"))
    with pytest.raises(DeskDamaged):
        await raising(DeskDamaged("spoilt"))


def refuse_entries(tx: DeskTx) -> None:
    tx.connection.execute("CREATE TRIGGER refusal BEFORE INSERT ON entry BEGIN SELECT RAISE(ABORT, 'refused'); END")


async def test_what_cannot_be_fired_is_logged_with_its_cause_and_the_sleep_goes_on(
    bed: Bed, quiet: list[structlog.typing.EventDict]
) -> None:
    await bed.desk.transact("trigger", refuse_entries)
    await beaten_until(bed, END)
    bed.step(END + A_SECOND)
    assert await bed.sleeper.one_pass() > 0
    (line,) = [one for one in quiet if one["log_level"] == "error"]
    assert (line["store"], line["kind"], line["ref"]) == (ACME, "package", 1)
    assert "refused" in str(line["exc_info"])


def open_tickets(tx: DeskTx, terms: DeskTerms, at: datetime) -> None:
    account = tx.accounts.open(ACME, [CUSTOMER])[CUSTOMER].id
    for _ in range(5):
        ticket = tx.tickets.open(ACME, account, subject="Help", at=at, by=Author.CUSTOMER)
        settle(tx, terms, ticket.id, at=at)


async def test_T7_what_is_due_does_not_wait_until_all_tickets_follow_new_settings(
    bed: Bed, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of very many tickets that takes long; each page of them gives way to what is due."""
    monkeypatch.setattr("bridge.services.ticket_standing.catch_up.__kwdefaults__", {"after": None, "limit": 2})
    await bed.sleeper.one_pass()
    await bed.desk.transact("open", open_tickets, bed.terms[ACME], NOW)
    bed.terms[ACME] = desk_terms(tickets=TicketTerms(first_answer=9 * AN_HOUR))
    done: list[str] = []
    act = bed.desk.transact

    async def transact(what: str, *args: Any, **others: Any) -> Any:
        done.append(what)
        return await act(what, *args, **others)

    monkeypatch.setattr(bed.desk, "transact", transact)
    await beaten_until(bed, END)
    bed.step(END + A_SECOND)
    await bed.sleeper.one_pass()
    pages = [what for what in done if what in ("fire deadlines", "follow the settings of tickets")]
    assert pages.index("fire deadlines") == 1
    assert await bed.coins() == 0
    assert await bed.desk.read(lambda tx: tx.tickets.behind_policy(ACME, 2, 9)) == []
    done.clear()
    await bed.sleeper.one_pass()
    assert done == [], "settings are followed once"


async def test_stopping_ends_the_sleep_at_once(bed: Bed) -> None:
    async with asyncio.timeout(PATIENCE_S), bed.running():
        await until(lambda: bed.sleeper._asleep_until, "it sleeps")


async def test_W6_a_timer_ends_at_its_limit_although_the_clock_was_put_back_meanwhile(tmp_path: Path) -> None:
    with a_desk(tmp_path) as desk:
        desk.start()
        bed = Bed(desk, premium=premium_terms())
        await bed.sleeper.start()
        terms = bed.terms[ACME]

        def started(tx: DeskTx) -> None:
            contact = contact_for(tx, ACME, 77, at=NOW, in_shop=True)
            timing.start_unbilled(tx, terms, contact.id, agent=ANNA, now=bed.clock.reading())

        await desk.transact("start", started)
        bed.clock.advance(AN_HOUR)
        bed.clock.set_hands(-3 * AN_HOUR)
        bed.sleeper._beaten -= 60  # half a minute later it beats again
        await bed.sleeper.one_pass()
        [deadline] = await desk.read(lambda tx: tx.deadlines.of([DeadlineKind.TIMER], 1))
        assert deadline.due_at - bed.clock.now() == timedelta(minutes=50)
        bed.clock.advance(AN_HOUR)
        assert await bed.sleeper.one_pass() > 0
        [event] = await desk.read(lambda tx: [one.event for one in tx.outbox.due(bed.clock.now(), 10)])
        assert isinstance(event, TimerEnded)
        assert (event.seconds, event.ending, event.flagged) == (7200, "forgotten", True)
