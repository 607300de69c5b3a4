"""A shop that can't be read: its last known state serves for three days, then nobody is held to it (rule L7)."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest

from bridge.desk.desk import Desk
from bridge.domain.licence_history import KeptLicence, status_at
from bridge.domain.licences import StatusCode
from bridge.engine.freshness import Sight
from bridge.errors import ShopUnavailable
from bridge.services import heartbeat, licence_freshness, purchases
from bridge.testing.clock import FixedClock
from tests.support.books import a_quick_desk, an_order, customer
from tests.support.licences import SEO, a_licence_store

ACME = "acme"
WELL = datetime(2027, 11, 10, 9, 0, tzinfo=UTC)
"""Ten days before the licence ends that was paid on 20 November 2026."""
HOUR = timedelta(hours=1)


class Daemon:
    """The engine's side of one store, started again as often as one likes."""

    def __init__(self, desk: Desk, clock: FixedClock) -> None:
        self.desk, self.clock = desk, clock
        desk.run(purchases.book_orders, a_licence_store(), [an_order(1042, (SEO, 1))], at=clock.now())

    async def start(self) -> None:
        await self.desk.transact("start", licence_freshness.begin, [ACME])
        await self.desk.transact("beat", heartbeat.beat, self.clock.now())
        self.sight = Sight(self.desk, self.clock, ACME)

    async def reads(self, what: str = "all") -> None:
        async def pass_over() -> str:
            return what

        assert await self.sight.watched(pass_over, caught_up=lambda read: read == "all") == what

    async def fails(self) -> None:
        async def pass_over() -> None:
            raise ShopUnavailable("acme: gone")

        with pytest.raises(ShopUnavailable):
            await self.sight.watched(pass_over, caught_up=lambda _: True)

    async def passes(self, step: timedelta, *, beating: bool = True) -> None:
        self.clock.advance(step)
        if beating:
            await self.desk.transact("beat", heartbeat.beat, self.clock.now())

    def status(self) -> StatusCode:
        """How the licence stands for whoever asks now."""
        account = self.desk.look(lambda tx: tx.accounts.of_owners(ACME, [customer(77)]))[customer(77)]
        one: KeptLicence = self.desk.look(lambda tx: tx.licences.of_accounts([account.id]))[account.id][0]
        now = self.clock.now()
        fresh = self.desk.look(licence_freshness.is_fresh, ACME, at=now)
        return status_at(one.now, now, expiring_days=(30, 7, 1), fresh=fresh).code


@pytest.fixture
async def daemon() -> AsyncIterator[Daemon]:
    with a_quick_desk() as desk:
        made = Daemon(desk, FixedClock(WELL))
        desk.start()
        yield made


async def test_L7_the_last_known_state_serves_for_72_hours_and_then_nobody_is_held_to_it(daemon: Daemon) -> None:
    await daemon.start()
    await daemon.reads()
    await daemon.passes(timedelta(days=11))  # the licence ended yesterday
    assert daemon.status() is StatusCode.EXPIRED, "the shop can be read, so nothing was paid"
    await daemon.fails()
    await daemon.passes(71 * HOUR)
    await daemon.fails()
    assert daemon.status() is StatusCode.EXPIRED
    await daemon.passes(2 * HOUR)
    assert daemon.status() is StatusCode.UNVERIFIED
    await daemon.reads()
    assert daemon.status() is StatusCode.EXPIRED


async def test_L7_an_outage_goes_on_over_a_restart(daemon: Daemon) -> None:
    await daemon.start()
    await daemon.reads()
    await daemon.fails()
    await daemon.passes(71 * HOUR)
    await daemon.start()
    await daemon.fails()
    assert daemon.status() is StatusCode.EXPIRING
    await daemon.passes(2 * HOUR)
    assert daemon.status() is StatusCode.UNVERIFIED
    await daemon.start()
    assert daemon.status() is StatusCode.UNVERIFIED, "no pass has gone well since"
    await daemon.reads()
    assert daemon.status() is StatusCode.EXPIRING


async def test_L7_a_shop_that_is_back_is_behind_until_all_is_read_that_it_has(daemon: Daemon) -> None:
    await daemon.start()
    await daemon.reads()
    await daemon.fails()
    await daemon.passes(73 * HOUR)
    await daemon.reads("the first of many pages")
    assert daemon.status() is StatusCode.UNVERIFIED, "a renewal may be on the next page"
    await daemon.reads()
    assert daemon.status() is StatusCode.EXPIRING


@pytest.mark.parametrize(("down", "status"), [(71, StatusCode.EXPIRING), (73, StatusCode.UNVERIFIED)])
async def test_L7_while_the_desk_was_down_nothing_was_read_either(
    daemon: Daemon, down: int, status: StatusCode
) -> None:
    await daemon.start()
    await daemon.reads()
    await daemon.passes(timedelta(minutes=1))
    await daemon.passes(down * HOUR, beating=False)
    await daemon.start()
    assert daemon.status() is status
    await daemon.fails()
    assert daemon.status() is status, "the first failure after a restart begins no new three days"
    await daemon.reads()
    assert daemon.status() is StatusCode.EXPIRING


async def test_a_shop_that_goes_on_working_or_failing_costs_the_desk_nothing(daemon: Daemon) -> None:
    await daemon.start()
    await daemon.reads()
    before = daemon.desk.sync_changes
    for _ in range(3):
        await daemon.reads()
    assert daemon.desk.sync_changes == before
    await daemon.fails()
    once = daemon.desk.sync_changes
    for _ in range(3):
        await daemon.fails()
    assert daemon.desk.sync_changes == once > before


async def test_a_first_start_is_no_outage(daemon: Daemon) -> None:
    await daemon.start()
    for store in (ACME, "a store that nobody has met"):
        assert daemon.desk.look(licence_freshness.is_fresh, store, at=daemon.clock.now())
