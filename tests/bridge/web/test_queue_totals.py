"""The queue's numbers on the health page: of now while they are few, of a moment ago where they are very many."""

from dataclasses import dataclass, field

import pytest

from bridge.desk.desk import Desk
from bridge.desk.transaction import DeskTx
from bridge.domain.accounts import Owner, OwnerKind
from bridge.domain.tickets import Author, TicketKind, TicketNow, TicketState
from bridge.errors import DeskDamaged
from bridge.web import queue_totals
from bridge.web.queue_totals import FRESH_S, OLDEST_S, KeptTotals
from tests.bridge.web.conftest import NOON, Daemon
from tests.support.waiting import until


@dataclass
class Looking:
    """Looks at one daemon's queue, by a clock that a test moves."""

    desk: Desk
    seconds: float = 0.0
    totals: KeptTotals = field(init=False)

    def __post_init__(self) -> None:
        self.totals = KeptTotals(lambda: self.seconds)

    def opens(self) -> None:
        """One more ticket waits for staff."""
        self.desk.run(_opened)

    async def waiting(self, *, after: float = 0.0) -> int:
        self.seconds += after
        return (await self.totals.look(self.desk, NOON))["acme"].waiting

    async def counted(self) -> None:
        """Whatever is counted apart has been."""
        await until(lambda: self.totals._counting is None or self.totals._counting.done(), "the count apart")


def _opened(tx: DeskTx) -> None:
    owner = Owner(OwnerKind.CUSTOMER, 1)
    account = tx.accounts.open("acme", [owner])[owner]
    ticket = tx.tickets.open("acme", account.id, subject="x", at=NOON, by=Author.CUSTOMER)
    tx.tickets.save_now(ticket.id, TicketNow(TicketState.OPEN, NOON, TicketKind.SUPPORT))


@pytest.fixture
def looking(daemon: Daemon, monkeypatch: pytest.MonkeyPatch) -> Looking:
    """Three tickets are very many here."""
    monkeypatch.setattr(queue_totals, "MANY", 3)
    return Looking(daemon.desk)


async def test_few_tickets_are_counted_at_each_look(looking: Looking) -> None:
    for count in (1, 2, 3):
        looking.opens()
        assert await looking.waiting() == count


async def test_very_many_are_kept_for_a_moment_and_then_counted_apart_from_the_look(looking: Looking) -> None:
    for _ in range(3):
        looking.opens()
    assert await looking.waiting() == 3
    looking.opens()
    assert await looking.waiting(after=FRESH_S - 1) == 3
    assert await looking.waiting(after=1) == 3, "nobody waits for the count"
    await looking.counted()
    assert await looking.waiting() == 4


async def test_numbers_that_nobody_looked_at_for_a_minute_are_not_shown(looking: Looking) -> None:
    for _ in range(3):
        looking.opens()
    assert await looking.waiting() == 3
    looking.opens()
    assert await looking.waiting(after=OLDEST_S) == 4


async def test_a_count_apart_that_fails_leaves_the_numbers_until_they_are_too_old(
    looking: Looking, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(3):
        looking.opens()
    await looking.waiting()

    def damaged(*_: object) -> None:
        raise DeskDamaged("desk.sqlite3 is damaged: malformed")

    monkeypatch.setattr(queue_totals, "_counted", damaged)
    assert await looking.waiting(after=FRESH_S) == 3
    await looking.counted()
    assert await looking.waiting() == 3
    with pytest.raises(DeskDamaged):
        await looking.waiting(after=OLDEST_S)
