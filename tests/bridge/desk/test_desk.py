"""Transactions: all or nothing, answered after the commit, each caller by itself."""

import asyncio
import sqlite3
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bridge.desk.desk import Desk
from bridge.desk.transaction import DeskTx
from bridge.errors import DeskBusy, DeskError, DeskUnusable, DeskUnwritable, KeyReused
from bridge.services.purchases import book_orders
from bridge.testing.desks import a_desk
from tests.support.books import ACME, MONDAY_9AM, a_store, an_order, customer, rows
from tests.support.waiting import PATIENCE_S, until


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    """A desk whose writer runs."""
    with a_desk(tmp_path) as one:
        one.start()
        yield one


def open_account(tx: DeskTx, number: int) -> int:
    owner = customer(number)
    return tx.accounts.open(ACME, [owner])[owner].id


def open_and_fail(tx: DeskTx, number: int) -> None:
    open_account(tx, number)
    raise KeyReused("k", recorded="a", offered="b")


def refs(path: Path) -> set[int]:
    """What a stranger sees as committed."""
    connection = sqlite3.connect(path)
    try:
        return {row[0] for row in connection.execute("SELECT owner_ref FROM account")}
    finally:
        connection.close()


async def test_an_answer_comes_after_the_commit(desk: Desk) -> None:
    for number in range(1, 20):
        await desk.transact("open", open_account, number)
        assert number in refs(desk.path)


async def test_an_action_that_raises_takes_nothing_of_its_neighbours(desk: Desk) -> None:
    actions = [
        desk.transact("act", open_and_fail if number % 3 == 0 else open_account, number) for number in range(1, 101)
    ]
    outcomes = await asyncio.gather(*actions, return_exceptions=True)
    failed = {number for number, outcome in enumerate(outcomes, 1) if isinstance(outcome, KeyReused)}
    assert failed == set(range(3, 101, 3))
    assert refs(desk.path) == set(range(1, 101)) - failed


async def test_an_action_that_raises_alone_leaves_nothing_and_the_next_is_kept(desk: Desk) -> None:
    with pytest.raises(KeyReused):
        await desk.transact("act", open_and_fail, 1)
    await desk.transact("act", open_account, 2)
    assert refs(desk.path) == {2}


async def test_a_mistake_in_one_actions_statement_takes_nothing_of_its_neighbours(desk: Desk) -> None:
    def mistaken(tx: DeskTx, number: int) -> None:
        open_account(tx, number)
        tx.connection.execute("SELECT * FROM no_such_table")

    outcomes = await asyncio.gather(
        *(desk.transact("act", mistaken if number == 5 else open_account, number) for number in range(1, 11)),
        return_exceptions=True,
    )
    assert [isinstance(outcome, DeskError) for outcome in outcomes] == [number == 5 for number in range(1, 11)]
    assert refs(desk.path) == set(range(1, 11)) - {5}


async def test_a_broken_constraint_takes_nothing_of_its_neighbours(desk: Desk) -> None:
    def doubled(tx: DeskTx, number: int) -> None:
        open_account(tx, number)
        tx.connection.execute("INSERT INTO account SELECT * FROM account")

    outcomes = await asyncio.gather(
        *(desk.transact("act", doubled if number == 5 else open_account, number) for number in range(1, 11)),
        return_exceptions=True,
    )
    assert isinstance(outcomes[4], DeskError)
    assert refs(desk.path) == set(range(1, 11)) - {5}


async def test_cancelled_callers_part_nothing_and_stop_nothing(desk: Desk) -> None:
    def two_accounts(tx: DeskTx, number: int) -> None:
        open_account(tx, number)
        open_account(tx, number + 1000)

    tasks = [asyncio.create_task(desk.transact("act", two_accounts, number)) for number in range(1, 200)]
    await asyncio.sleep(0)
    for task in tasks[::2]:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    await desk.transact("act", two_accounts, 999)
    found = refs(desk.path)
    assert {number for number in found if number <= 999} == {number - 1000 for number in found if number > 999}
    assert set(range(2, 200, 2)) <= found, "callers who stayed were served"
    assert 999 in found


async def test_nothing_of_an_action_is_written_outside_the_desks_folder(desk: Desk) -> None:
    """SQLite keeps the old pages of a large action to take it back, in a nameless file where it may."""

    def open_files(tx: DeskTx) -> set[str]:
        tx.accounts.touch(range(1, 3001))
        return {str(one.readlink()) for one in Path("/proc/self/fd").iterdir() if one.is_symlink()}

    await desk.transact("open", lambda tx: tx.accounts.open(ACME, map(customer, range(1, 3001))))
    assert not [name for name in await desk.transact("touch", open_files) if "etilqs" in name]


async def test_a_failing_commit_is_every_callers_answer_and_the_desk_goes_on(desk: Desk) -> None:
    """Foreign keys that are checked at the commit fail there and nowhere before."""

    def dangling(tx: DeskTx, number: int) -> None:
        tx.connection.execute("PRAGMA defer_foreign_keys=ON")
        tx.connection.execute(f"UPDATE account SET store_id = 99 WHERE owner_ref = {number}")

    await desk.transact("open", open_account, 1)
    outcomes = await asyncio.gather(
        desk.transact("dangling", dangling, 1), desk.transact("open", open_account, 2), return_exceptions=True
    )
    assert isinstance(outcomes[0], DeskError)
    await desk.transact("open", open_account, 3)
    assert {1, 3} <= refs(desk.path)


async def test_the_writer_runs_actions_one_after_the_other_in_their_order(desk: Desk) -> None:
    ran: list[int] = []

    def note(_: DeskTx, number: int) -> None:
        ran.append(number)

    await asyncio.gather(*(desk.transact("act", note, number) for number in range(500)))
    assert ran == list(range(500))


async def test_a_reader_sees_whole_transactions_and_can_write_nothing(desk: Desk) -> None:
    await desk.transact("open", open_account, 1)
    assert await desk.read(lambda tx: len(tx.accounts.of_owners(ACME, [customer(1)]))) == 1
    with pytest.raises(DeskError, match="readonly"):
        await desk.read(open_account, 2)
    assert refs(desk.path) == {1}


async def test_a_desk_that_cannot_be_read_is_told_once_and_is_well_when_it_has_been_read(
    desk: Desk, tmp_path: Path
) -> None:
    met: list[DeskUnusable | None] = []
    desk.listen_condition(met.append)
    place, desk.path = desk.path, tmp_path  # a folder can't be read as a file
    for _ in range(2):
        with pytest.raises(DeskUnwritable, match="disk I/O error"):
            await desk.read(lambda tx: tx.jobs.last_runs())
    desk.path = place
    await desk.transact("open", open_account, 1)
    assert [type(one) for one in met] == [DeskUnwritable], "that it can be written says nothing of reading"
    await desk.read(lambda tx: tx.jobs.last_runs())
    await until(lambda: met[1:] == [None], "it is told to be well again")


async def test_what_one_action_meets_of_a_failing_disk_is_told_though_the_others_are_kept(desk: Desk) -> None:
    met: list[DeskUnusable | None] = []
    desk.listen_condition(met.append)
    meets = DeskUnwritable("disk I/O error")

    def look(_: DeskTx) -> None:
        raise meets

    outcomes = await asyncio.gather(
        desk.transact("look", look), desk.transact("open", open_account, 1), return_exceptions=True
    )
    assert outcomes[0] is meets
    assert refs(desk.path) == {1}
    await desk.transact("open", open_account, 2)
    assert met == [meets]
    await desk.transact("look", open_account, 3)
    assert met == [meets, None]


async def test_commits_of_another_process_are_noticed_and_our_own_are_not(desk: Desk) -> None:
    noticed = asyncio.Event()
    desk.listen(noticed.set)
    await desk.transact("open", open_account, 1)
    await desk.transact("open", open_account, 2)
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.6):
            await noticed.wait()
    other = sqlite3.connect(desk.path, isolation_level=None)
    other.execute("UPDATE account SET number = number + 1")
    other.close()
    async with asyncio.timeout(PATIENCE_S):
        await noticed.wait()


async def test_what_is_queued_is_finished_when_the_desk_closes(tmp_path: Path) -> None:
    desk = a_desk(tmp_path)
    desk.start()
    actions = [asyncio.ensure_future(desk.transact("open", open_account, number)) for number in range(1, 300)]
    await asyncio.sleep(0)
    desk.close()
    desk.close()
    await asyncio.gather(*actions)
    assert refs(desk.path) == set(range(1, 300))


async def test_a_closed_desk_says_so(tmp_path: Path) -> None:
    desk = a_desk(tmp_path)
    desk.start()
    desk.close()
    with pytest.raises(RuntimeError, match=r"^the desk is closed$"):
        await desk.transact("open", open_account, 1)


def test_a_command_that_raises_leaves_nothing(tmp_path: Path) -> None:
    with a_desk(tmp_path) as desk:
        with pytest.raises(KeyReused):
            desk.run(open_and_fail, 1)
        desk.run(open_account, 2)
        assert refs(desk.path) == {2}


def test_a_command_waits_for_another_writer_and_then_says_who_is_to_blame(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bridge.desk.connection.BEGIN_PATIENCE_S", 0.05)
    with a_desk(tmp_path) as desk:
        other = sqlite3.connect(desk.path, isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(DeskBusy, match="another process keeps writing"):
            desk.run(open_account, 1)
        other.execute("ROLLBACK")
        other.close()
        desk.run(open_account, 1)


WRITER = """
import sys
from pathlib import Path
from bridge.desk.desk import Desk
from bridge.services.purchases import book_orders
from tests.support.books import MONDAY_9AM, a_store, an_order, customer

path, first = Path(sys.argv[1]), int(sys.argv[2])
for number in range(first, first + 60):
    with Desk.open(path) as desk:
        mine = an_order(number, ("BASE-550", 2), buyer=customer(number))
        shared = an_order(9000 + number % 60, buyer=customer(1))
        desk.run(book_orders, a_store(), [mine, shared], at=MONDAY_9AM)
"""


def test_two_processes_write_at_once_and_nothing_is_lost_or_doubled(tmp_path: Path) -> None:
    """Each opens and closes the desk for every order, as commands do; half of the orders are the same."""
    a_desk(tmp_path).close()
    path = tmp_path / "desk.sqlite3"
    writers = [
        subprocess.Popen([sys.executable, "-c", WRITER, str(path), first], cwd=Path.cwd(), stderr=subprocess.PIPE)
        for first in ("100", "200")
    ]
    for writer in writers:
        _, errors = writer.communicate(timeout=120)
        assert writer.returncode == 0, errors.decode()
    with Desk.open(path) as desk:
        assert rows(desk, "SELECT COUNT(*), SUM(posted) FROM entry") == [(300, 300 * 550)]
        assert rows(desk, "SELECT posted, entries, number FROM account WHERE owner_ref = 1") == [(33_000, 60, 60)]
        assert rows(desk, "SELECT COUNT(*) FROM account WHERE posted = 1100") == [(120,)]
        assert rows(desk, "PRAGMA integrity_check") == [("ok",)]


def test_C16_a_booking_that_is_interrupted_anywhere_leaves_no_part_of_itself(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every statement of a booking in turn is the one at which the program dies."""
    with a_desk(tmp_path) as desk:
        desk.run(book_orders, a_store(), [an_order(1)], at=MONDAY_9AM)
        tables = ("account", "package", "entry", "purchase", "outbox")
        before = [rows(desk, f"SELECT * FROM {table}") for table in tables]
        from bridge.desk.statements import Statement

        original = Statement.run_many
        for dies_at in range(20):
            calls = iter(range(1000))

            def run_many(self: Statement, *args: object, calls: object = calls, dies_at: int = dies_at) -> None:
                original(self, *args)  # type: ignore[arg-type]  # handed through
                if next(calls) == dies_at:  # type: ignore[call-overload]  # an iterator
                    raise KeyboardInterrupt

            monkeypatch.setattr(Statement, "run_many", run_many)
            try:
                desk.run(book_orders, a_store(), [an_order(2, ("BASE-550", 3)), an_order(1, status=11)], at=MONDAY_9AM)
            except KeyboardInterrupt:
                assert [rows(desk, f"SELECT * FROM {table}") for table in tables] == before
            else:
                assert dies_at > 4, "a booking writes in several statements"
                return
    raise AssertionError("a booking has fewer statements than that")
