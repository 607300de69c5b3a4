"""The desk's own disk fails: nothing more is booked, it is told once, and what can be over is over by itself."""

import asyncio
import os
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import structlog

from bridge.desk.backup import backup, restore
from bridge.desk.desk import Desk
from bridge.desk.transaction import DeskTx
from bridge.errors import DeskDamaged, DeskError, DeskUnusable
from bridge.testing.desks import CREATED, a_desk
from tests.faults.desk_page import make_it_look, spoil
from tests.faults.disk import FileLimit, SmallDisk
from tests.faults.story import Line
from tests.support.books import ACME, customer
from tests.support.bridges import BASE, Bridge, StoreFile, now, shop_now, stock
from tests.support.daemons import Daemon, bridge_command
from tests.support.shop_pages import ShopPages
from tests.support.shops import OpenCartShop
from tests.support.waiting import until

STORE = "acme"
PAUSE_S = 0.2


@pytest.fixture
async def bridge(opencart: OpenCartShop, tmp_path: Path) -> Bridge:
    """One shop and a bridge that is not prepared yet."""
    await stock(opencart)
    return Bridge(tmp_path, {STORE: StoreFile(opencart)})


@pytest.fixture
async def ada(opencart: OpenCartShop) -> int:
    return await opencart.add_customer("ada@shop.example")


async def buy(bridge: Bridge, buyer: int) -> None:
    shop = bridge.stores[STORE].shop
    await shop.place_paid_order(buyer, [(BASE, 1)], at=shop_now(shop))


@pytest.fixture
def disk(bridge: Bridge) -> Iterator[SmallDisk | FileLimit]:
    """A small disk for the desk alone, or the nearest to it that this process may have."""
    with SmallDisk.mounted(bridge.state, megabytes=3) as small:
        yield small or FileLimit(bridge.state)


async def told(lines: list[Line], event: str) -> Line:
    return await until(lambda: next((line for line in lines if line["event"] == event), None), f"the log says {event}")


async def test_C2_a_full_disk_books_nothing_is_told_once_and_is_over_as_soon_as_there_is_room(
    bridge: Bridge, ada: int, disk: SmallDisk | FileLimit, monkeypatch: pytest.MonkeyPatch
) -> None:
    for part in ("store_runner", "supervising"):
        monkeypatch.setattr(f"bridge.engine.{part}.PAUSE_AFTER_CRASH_S", PAUSE_S)
    await bridge.prepare()
    with structlog.testing.capture_logs() as lines:
        async with bridge.running() as app:
            await buy(bridge, ada)
            await bridge.coins(STORE, ada, 550)
            await bridge.quiet()
            disk.run_full(os.getpid())
            try:
                await buy(bridge, ada)
                down = await told(lines, "desk can't be written")
                health = app.runners[STORE].health
                await until(lambda: health.counters.retries > 3, "it has been tried again")
                assert bridge.desk.coins(STORE, ada) == 550
                assert disk.words in health.cause
            finally:
                disk.make_room(os.getpid())
            began = asyncio.get_running_loop().time()
            await told(lines, "desk well again")
            assert asyncio.get_running_loop().time() - began < PAUSE_S + 1.0
            await bridge.coins(STORE, ada, 1100)
            await bridge.quiet()
    assert await bridge.disagreements() == []
    assert disk.words in str(down["cause"])
    story = [line["event"] for line in lines if line["log_level"] == "error" or "desk" in line["event"]]
    assert story == ["desk can't be written", "desk well again"]


async def test_a_desk_that_turns_read_only_is_waited_for_in_the_same_way(
    bridge: Bridge, ada: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bridge.engine.store_runner.PAUSE_AFTER_CRASH_S", PAUSE_S)
    await bridge.prepare()
    with structlog.testing.capture_logs() as lines:
        async with bridge.running() as app:
            await bridge.quiet()
            app.desk._connection.execute("PRAGMA query_only=ON")  # every write is refused as on such a disk
            await buy(bridge, ada)
            down = await told(lines, "desk can't be written")
            app.desk._connection.execute("PRAGMA query_only=OFF")
            await bridge.coins(STORE, ada, 550)
            await told(lines, "desk well again")
            await bridge.quiet()
    assert str(down["cause"]).endswith("desk.sqlite3: attempt to write a readonly database")
    assert down["next"] == "let its disk and its files be written to; the daemon goes on by itself then"
    assert [line for line in lines if line["log_level"] == "error"] == [down]
    assert await bridge.disagreements() == []


def test_on_a_read_only_disk_the_daemon_does_not_start_and_says_why(
    bridge: Bridge, disk: SmallDisk | FileLimit
) -> None:
    assert bridge_command(bridge.config, "desk", "upgrade").returncode == 0
    disk.turn_read_only()
    refused = bridge_command(bridge.config, "run")
    error, remedy = refused.stderr.splitlines()
    assert refused.returncode == 1
    assert error.startswith("Error: ")
    assert disk.read_only_words in error
    assert str(bridge.state) in error
    assert remedy.startswith("Try: ")


async def test_C2_a_daemon_that_meets_a_spoilt_page_ends_with_3_and_stays_down_until_a_backup_is_restored(
    bridge: Bridge, ada: int, tmp_path: Path
) -> None:
    await bridge.prepare()
    with Daemon(bridge.config, tmp_path / "daemon.log") as daemon:
        daemon.start()
        await daemon.ready()
        await buy(bridge, ada)
        await bridge.coins(STORE, ada, 550)
        await bridge.quiet()
        kept = tmp_path / "backup.sqlite3"
        with Desk.open(bridge.desk.path) as desk:
            backup(desk, kept, at=now())
        await until(lambda: not_read(bridge, "entry"), "nobody reads the desk")
        make_it_look(bridge.desk.path)
        await buy(bridge, ada)
        assert await ended(daemon) == 3
        event, error, remedy = daemon.lines()[-3:]
        assert event["event"] == "stopped"
        assert error["event"].startswith(f"Error: {bridge.desk.path} is damaged")
        assert remedy["event"] == "Try: put a backup in its place: bridge desk restore FILE"
        damaged = [line for line in daemon.lines() if line.get("level") == "error"]
        assert [line["event"] for line in damaged] == ["desk is damaged, nothing more is booked"]
        assert pushed_to_the_shop(await bridge.pages(STORE), ada) == 550

        daemon.process = None
        daemon.start()
        assert await ended(daemon) == 3, "it does not start on a damaged desk either"
        assert daemon.heard("ready") is None

        daemon.process = None
        restore(kept, bridge.desk.path, at=now())
        daemon.start()
        await bridge.coins(STORE, ada, 1100)
        await bridge.quiet()
    assert await bridge.disagreements() == []


async def ended(daemon: Daemon) -> int:
    process = daemon.process
    assert process is not None
    await until(lambda: process.poll() is not None, "the daemon has ended")
    assert process.returncode is not None
    return process.returncode


def not_read(bridge: Bridge, table: str) -> bool:
    """Spoil the page as soon as nobody reads at the same moment."""
    try:
        spoil(bridge.desk.path, table)
    except AssertionError:
        return False
    return True


def pushed_to_the_shop(pages: ShopPages, customer_id: int) -> int:
    return int(pages.shown(customer_id)["posted"])


# --- the desk alone ---


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    with a_desk(tmp_path) as one:
        one.start()
        yield one


def open_account(tx: DeskTx, number: int) -> int:
    owner = customer(number)
    return tx.accounts.open(ACME, [owner])[owner].id


async def test_once_damage_was_met_every_action_is_refused_also_on_pages_that_are_whole(desk: Desk) -> None:
    met: list[DeskUnusable | None] = []
    desk.listen_condition(met.append)
    await desk.transact("open", open_account, 1)
    spoil(desk.path, "account")
    make_it_look(desk.path)
    outcomes = await asyncio.gather(
        desk.transact("look", lambda tx: tx.jobs.last_runs()),
        desk.transact("open", open_account, 2),
        return_exceptions=True,
    )
    assert isinstance(outcomes[1], DeskDamaged)
    for _ in range(2):
        with pytest.raises(DeskDamaged, match=r"is damaged or not a desk: database disk image is malformed"):
            await desk.transact("note a run", lambda tx: tx.jobs.ran("cleaning", CREATED))
    assert len(met) == 1
    with pytest.raises(DeskDamaged):
        Desk.open(desk.path, examined=True)


async def test_damage_that_a_reader_meets_stops_the_writer_too(desk: Desk) -> None:
    await desk.transact("open", open_account, 1)
    spoil(desk.path, "account")
    make_it_look(desk.path)
    with pytest.raises(DeskDamaged):
        await desk.read(lambda tx: tx.accounts.of_owners(ACME, [customer(1)]))
    with pytest.raises(DeskDamaged):
        await desk.transact("note a run", lambda tx: tx.jobs.ran("cleaning", CREATED))


async def test_a_fault_of_an_actions_own_is_none_of_the_desks(desk: Desk) -> None:
    met: list[DeskUnusable | None] = []
    desk.listen_condition(met.append)
    with pytest.raises(DeskError, match="no such table"):
        await desk.transact("mistaken", lambda tx: tx.connection.execute("SELECT * FROM no_such_table"))
    await desk.transact("open", open_account, 1)
    assert met == []
