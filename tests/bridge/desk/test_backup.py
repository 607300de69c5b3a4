"""Backups that open, restores that can't be mistaken for what they replace."""

import asyncio
import sqlite3
import stat
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from bridge.contracts.deadlines import Deadline, DeadlineKind
from bridge.contracts.office import Delivery
from bridge.contracts.problems import AFTER_BACKUP
from bridge.desk.backup import backup, examine, restore
from bridge.desk.deliveries import Lanes
from bridge.desk.desk import FILE_NAME, Desk
from bridge.desk.numbers import GAP
from bridge.domain.downtime import AFTER_RESTORE
from bridge.domain.events import AgreementOffered, BillSent
from bridge.domain.work_time import Ending
from bridge.errors import DeskDamaged, DeskError, DeskMissing, DeskTooNew, UsageError
from bridge.services import agreements, billing, closing_agreements, guests, heartbeat, problems
from bridge.services.purchases import book_orders
from bridge.testing.desks import CREATED, a_desk
from tests.support.books import ACME, MONDAY_9AM, a_store, an_order, customer, dump, rows
from tests.support.premium_time import a_premium_desk
from tests.support.quoting import CoinDesk
from tests.support.waiting import until

LATER = MONDAY_9AM + timedelta(days=1)
TABLES = ("store", "account", "package", "entry", "purchase", "outbox", "problem", "cursor", "touched")


def book(desk: Desk, number: int) -> None:
    desk.run(book_orders, a_store(), [an_order(number, buyer=customer(number))], at=MONDAY_9AM)


def pushed(desk: Desk) -> None:
    """As if the shop had every account in its newest state."""
    desk.run(lambda tx: tx.connection.execute("UPDATE account SET pushed_number = number, pushed_entries = entries"))


def test_a_backup_is_the_desk_as_it_was(tmp_path: Path) -> None:
    with a_desk(tmp_path) as desk:
        book(desk, 1)
        before = dump(desk, TABLES)
        size = backup(desk, tmp_path / "copy", at=LATER)
        book(desk, 2)
    assert size == (tmp_path / "copy").stat().st_size
    assert stat.S_IMODE((tmp_path / "copy").stat().st_mode) == 0o600
    with Desk.open(tmp_path / "copy") as copy:
        assert dump(copy, TABLES) == before
    assert sorted(path.name for path in tmp_path.iterdir()) == ["copy", FILE_NAME]


def test_the_desk_remembers_when_it_was_backed_up(tmp_path: Path) -> None:
    with a_desk(tmp_path) as desk:
        backup(desk, tmp_path / "copy", at=LATER)
    with Desk.open(tmp_path / FILE_NAME) as desk:
        assert desk.identity.backed_up_at == LATER


async def test_a_backup_while_the_daemon_writes_is_whole_and_stops_nobody(tmp_path: Path) -> None:
    """The daemon's desk writes without pause; a command's desk takes the backups."""
    with a_desk(tmp_path) as daemon, Desk.open(tmp_path / FILE_NAME) as command:
        daemon.start()
        stop = asyncio.Event()
        written = 0

        async def write() -> None:
            nonlocal written
            while not stop.is_set():
                order = an_order(written + 1, buyer=customer(written + 1))
                await daemon.transact("book", book_orders, a_store(), [order], at=MONDAY_9AM)
                written += 1

        def wrote(orders: int) -> bool:
            return written >= orders

        writing = asyncio.create_task(write())
        for number in range(3):
            await until(partial(wrote, written + 2), "the daemon has written on: one order may be in the last copy")
            await asyncio.to_thread(backup, command, tmp_path / f"copy{number}", at=LATER)
        stop.set()
        await writing
    counts = []
    for number in range(3):
        with Desk.open(tmp_path / f"copy{number}") as copy:
            ((entries, posted),) = rows(copy, "SELECT COUNT(*), SUM(posted) FROM entry")
            assert rows(copy, "SELECT COUNT(*), SUM(posted) FROM package") == [(entries, posted)]
            assert rows(copy, "SELECT COUNT(*), SUM(posted) FROM account") == [(entries, posted)]
            counts.append(entries)
    assert 0 < counts[0] < counts[1] < counts[2] <= written


def test_a_backup_never_overwrites_a_file(tmp_path: Path) -> None:
    (tmp_path / "copy").write_text("precious")
    with a_desk(tmp_path) as desk, pytest.raises(DeskError, match="exists already; a backup never overwrites one"):
        backup(desk, tmp_path / "copy", at=LATER)
    assert (tmp_path / "copy").read_text() == "precious"


def test_a_backup_that_cannot_be_written_says_why_and_leaves_nothing(tmp_path: Path) -> None:
    with a_desk(tmp_path) as desk, pytest.raises(DeskError, match="No such file or directory"):
        backup(desk, tmp_path / "nowhere" / "copy", at=LATER)
    with Desk.open(tmp_path / FILE_NAME) as desk:
        assert desk.identity.backed_up_at is None


def test_a_restore_brings_the_books_back_and_keeps_what_was_there(tmp_path: Path) -> None:
    with a_desk(tmp_path) as desk:
        book(desk, 1)
        backup(desk, tmp_path / "copy", at=LATER)
        book(desk, 2)
        lost = dump(desk, TABLES)
    now, kept = restore(tmp_path / "copy", tmp_path / FILE_NAME, at=LATER)
    assert kept is not None
    with Desk.open(tmp_path / FILE_NAME) as desk:
        assert desk.identity == now
        assert rows(desk, "SELECT COUNT(*) FROM entry") == [(1,)]
    with Desk.open(kept) as old:
        assert dump(old, TABLES) == lost


def test_C16_after_a_restore_every_account_waits_to_be_pushed_whole_under_a_higher_epoch(tmp_path: Path) -> None:
    with a_desk(tmp_path) as desk:
        book(desk, 1)
        pushed(desk)
        backup(desk, tmp_path / "copy", at=LATER)
        before = desk.identity
        number = rows(desk, "SELECT number FROM account")[0][0]
    now, _ = restore(tmp_path / "copy", tmp_path / FILE_NAME, at=LATER)
    assert now.desk_id == before.desk_id
    assert now.epoch > before.epoch
    with Desk.open(tmp_path / FILE_NAME) as desk:
        assert desk.look(lambda tx: tx.push.count(ACME)) == 1
        assert rows(desk, "SELECT number, pushed_number, pushed_entries FROM account") == [(number + 1, 0, 0)]


@pytest.mark.parametrize("at", [LATER, CREATED - timedelta(days=3650)])
def test_C16_the_same_backup_restored_again_has_a_higher_epoch_each_time(tmp_path: Path, at: datetime) -> None:
    """Also within one second, and on a machine whose clock is years behind."""
    with a_desk(tmp_path) as desk:
        book(desk, 1)
        backup(desk, tmp_path / "copy", at=LATER)
        epochs = [desk.identity.epoch]
    kept_files = set()
    for _ in range(3):
        now, kept = restore(tmp_path / "copy", tmp_path / FILE_NAME, at=at)
        epochs.append(now.epoch)
        kept_files.add(kept)
    assert epochs == sorted(set(epochs)), "an epoch came twice"
    assert len(kept_files) == 3, "a desk that was kept has been overwritten"
    assert all(kept is not None and kept.exists() for kept in kept_files)


def test_a_restore_where_there_was_no_desk_keeps_nothing(tmp_path: Path) -> None:
    with a_desk(tmp_path) as desk:
        book(desk, 1)
        backup(desk, tmp_path / "copy", at=LATER)
    place = tmp_path / "new" / FILE_NAME
    place.parent.mkdir()
    now, kept = restore(tmp_path / "copy", place, at=LATER)
    assert kept is None
    assert now.epoch > int(LATER.timestamp()), "what a lost desk has pushed meanwhile never wins"
    assert [path.name for path in place.parent.iterdir()] == [FILE_NAME]


def test_a_restore_over_a_damaged_desk_keeps_it_too(tmp_path: Path) -> None:
    with a_desk(tmp_path) as desk:
        backup(desk, tmp_path / "copy", at=LATER)
    (tmp_path / FILE_NAME).write_bytes(b"burnt" * 1000)
    _, kept = restore(tmp_path / "copy", tmp_path / FILE_NAME, at=LATER)
    assert kept is not None
    assert kept.read_bytes() == b"burnt" * 1000


def test_what_was_not_yet_in_the_main_file_is_kept_with_the_old_desk(tmp_path: Path) -> None:
    """A daemon that was killed leaves its last commits in the log beside the file."""
    with a_desk(tmp_path) as desk:
        backup(desk, tmp_path / "copy", at=LATER)
    killed = tmp_path / "killed"
    killed.mkdir()
    desk = Desk.open(tmp_path / FILE_NAME)
    book(desk, 1)
    for suffix in ("", "-wal"):
        (killed / (FILE_NAME + suffix)).write_bytes((tmp_path / (FILE_NAME + suffix)).read_bytes())
    desk.close()
    _, kept = restore(tmp_path / "copy", killed / FILE_NAME, at=LATER)
    assert kept is not None
    with Desk.open(kept) as old:
        assert rows(old, "SELECT COUNT(*) FROM entry") == [(1,)]
    with Desk.open(killed / FILE_NAME) as now:
        assert rows(now, "SELECT COUNT(*) FROM entry") == [(0,)]


@pytest.mark.parametrize("part", [0, 50, 0.3, 0.9])
def test_a_truncated_backup_is_refused_and_the_desk_in_place_untouched(tmp_path: Path, part: float) -> None:
    with a_desk(tmp_path) as desk:
        for number in range(1, 40):
            book(desk, number)
        backup(desk, tmp_path / "copy", at=LATER)
        before = desk.identity
    whole = (tmp_path / "copy").read_bytes()
    (tmp_path / "copy").write_bytes(whole[: int(len(whole) * part) if part < 1 else int(part)])
    with pytest.raises(DeskDamaged):
        restore(tmp_path / "copy", tmp_path / FILE_NAME, at=LATER)
    with Desk.open(tmp_path / FILE_NAME) as desk:
        assert desk.identity.epoch == before.epoch
        assert rows(desk, "SELECT COUNT(*) FROM entry") == [(39,)]


def test_a_backup_with_a_damaged_page_is_refused(tmp_path: Path) -> None:
    with a_desk(tmp_path) as desk:
        for number in range(1, 200):
            book(desk, number)
        backup(desk, tmp_path / "copy", at=LATER)
    content = bytearray((tmp_path / "copy").read_bytes())
    content[len(content) // 2 : len(content) // 2 + 4096] = bytes(4096)
    (tmp_path / "copy").write_bytes(bytes(content))
    with pytest.raises(DeskDamaged):
        examine(tmp_path / "copy")


def test_a_backup_of_a_newer_program_or_of_something_else_is_refused(tmp_path: Path) -> None:
    with a_desk(tmp_path) as desk:
        backup(desk, tmp_path / "copy", at=LATER)
    with closing(sqlite3.connect(tmp_path / "copy", isolation_level=None)) as copy:
        copy.execute("UPDATE desk SET schema_version = 9, compatible_version = 9")
    with pytest.raises(DeskTooNew):
        restore(tmp_path / "copy", tmp_path / FILE_NAME, at=LATER)
    (tmp_path / "letter").write_text("Dear Sir or Madam, " * 100)
    with pytest.raises(DeskDamaged):
        restore(tmp_path / "letter", tmp_path / FILE_NAME, at=LATER)
    with pytest.raises(DeskMissing):
        restore(tmp_path / "nothing", tmp_path / FILE_NAME, at=LATER)


def test_looking_at_a_backup_does_not_change_it(tmp_path: Path) -> None:
    with a_desk(tmp_path) as desk:
        book(desk, 1)
        backup(desk, tmp_path / "copy", at=LATER)
    before = (tmp_path / "copy").read_bytes()
    examine(tmp_path / "copy")
    restore(tmp_path / "copy", tmp_path / FILE_NAME, at=LATER)
    assert (tmp_path / "copy").read_bytes() == before
    assert not list(tmp_path.glob("copy-*"))


def test_a_restore_that_fails_half_way_leaves_the_desk_in_its_place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with a_desk(tmp_path) as desk:
        book(desk, 1)
        backup(desk, tmp_path / "copy", at=LATER)
        book(desk, 2)

    def full(*_: object, **__: object) -> None:
        raise DeskError("database or disk is full")

    monkeypatch.setattr("bridge.desk.backup._renew", full)
    with pytest.raises(DeskError, match="disk is full"):
        restore(tmp_path / "copy", tmp_path / FILE_NAME, at=LATER)
    with Desk.open(tmp_path / FILE_NAME) as desk:
        assert rows(desk, "SELECT COUNT(*) FROM entry") == [(2,)]


def test_the_day_of_a_restore_is_in_the_kept_files_name(tmp_path: Path) -> None:
    with a_desk(tmp_path) as desk:
        backup(desk, tmp_path / "copy", at=LATER)
    _, kept = restore(tmp_path / "copy", tmp_path / FILE_NAME, at=datetime(2026, 11, 24, 9, 0, tzinfo=UTC))
    assert kept is not None
    assert kept.name == f"{FILE_NAME}.before-restore-20261124T090000Z"


# --- numbers that others have heard of ---


def restored_after(tmp_path: Path, lost: Callable[[Desk], object], *, readable: bool = True) -> Desk:
    """A desk whose backup was made before it did `lost`; the file in its place may be beyond reading."""
    with a_desk(tmp_path) as desk:
        numbered(desk)
        backup(desk, tmp_path / "copy", at=LATER)
        lost(desk)
    if not readable:
        (tmp_path / FILE_NAME).write_bytes(b"spoilt")
    restore(tmp_path / "copy", tmp_path / FILE_NAME, at=LATER)
    return Desk.open(tmp_path / FILE_NAME)


def numbered(desk: Desk) -> dict[str, int]:
    """One more of everything that has a number others hear of: what each got."""
    coins = CoinDesk(desk)
    coins.keys = len(rows(desk, "SELECT id FROM package"))
    package = coins.granted(customer(77), 300)
    quote = coins.offered(customer(77), 1)
    account = desk.look(lambda tx: tx.accounts.of_owners(ACME, [customer(77)]))[customer(77)]
    claim = desk.run(guests.claim, coins.terms, account, 1000 + quote.id, "en", MONDAY_9AM)
    about = f"problem of quote {quote.id}"
    problem = desk.run(lambda tx: tx.problems.report(ACME, key=about, kind="x", summary="x", at=MONDAY_9AM))
    desk.run(lambda tx: tx.connection.execute("UPDATE outbox SET done = 1"))  # or a restore has a problem to report
    return {
        "package": package.id,
        "ticket": quote.ticket_id,
        "quote": quote.id,
        "guest_claim": claim.id,
        "problem": problem.id,
    }


@pytest.mark.parametrize("readable", [True, False])
def test_no_number_is_given_out_again_after_a_restore(tmp_path: Path, *, readable: bool) -> None:
    """They stand in the keys by which receivers know what they have had, and in what customers were told."""
    lost: dict[str, int] = {}
    with restored_after(tmp_path, lambda desk: lost.update(numbered(desk)), readable=readable) as desk:
        first, second = numbered(desk), numbered(desk)
    assert lost == dict.fromkeys(lost, 2)
    assert first == dict.fromkeys(lost, GAP + (3 if readable else 2))
    assert second == {what: number + 1 for what, number in first.items()}


def test_nor_where_the_desk_that_is_replaced_is_older_than_the_program(tmp_path: Path) -> None:
    """As where the program was upgraded and never started: each kind is read by itself, a ticket as a request."""
    lost: dict[str, int] = {}

    def older(desk: Desk) -> None:
        lost.update(numbered(desk))
        desk.run(lambda tx: tx.connection.execute("ALTER TABLE ticket RENAME TO request"))
        desk.run(lambda tx: tx.connection.execute("DROP TABLE left_out"))

    with restored_after(tmp_path, older) as desk:
        assert numbered(desk) == dict.fromkeys(lost, GAP + 3)


def test_no_event_has_a_key_of_before_the_restore(tmp_path: Path) -> None:
    keys = []
    with restored_after(tmp_path, lambda desk: keys.extend(numbered_keys(desk))) as desk:
        assert not set(keys) & set(numbered_keys(desk))


def test_no_event_of_premium_time_has_a_key_of_before_the_restore_unless_it_says_the_same(tmp_path: Path) -> None:
    """Versions and changes are counted on from the backup; receivers know by the key what they have had."""
    with a_premium_desk() as one:
        bill, agreement = one.billed_time(minutes=47), one.offered()
        backup(one.coins.desk, tmp_path / "copy", at=one.now)
        anew: dict[str, Any] = {"by": "Anna", "at": one.now}
        one.do(agreements.offer_anew, agreement.id, kind="urgent", cap_steps=2, **anew)
        one.do(billing.correct, bill.id, agreement_id=bill.lines[0].agreement_id, steps=-1, reason="Less", **anew)
        one.sent(bill)
        lost = {event.key for event in one.told(AgreementOffered, BillSent)}
        restore(tmp_path / "copy", tmp_path / FILE_NAME, at=one.now)
        with Desk.open(tmp_path / FILE_NAME) as desk:
            before = {key for (key,) in rows(desk, "SELECT key FROM outbox")}
            desk.run(agreements.offer_anew, one.terms, agreement.id, kind="technical", cap_steps=1, **anew)
            desk.run(billing.send, one.terms, bill.id, **anew)
            keys = {key for (key,) in rows(desk, "SELECT key FROM outbox")} - before
    assert len(keys) == 2
    assert not keys & lost


def numbered_keys(desk: Desk) -> list[str]:
    """The keys of the events of one more of everything."""
    before = {key for (key,) in rows(desk, "SELECT key FROM outbox")}
    numbered(desk)
    return [key for (key,) in rows(desk, "SELECT key FROM outbox") if key not in before and ":staff:" not in key]


def test_each_restore_leaves_a_gap_of_its_own(tmp_path: Path) -> None:
    with restored_after(tmp_path, numbered) as desk:
        (first,) = set(numbered(desk).values())
        backup(desk, tmp_path / "second", at=LATER)
        numbered(desk)
    restore(tmp_path / "copy", tmp_path / FILE_NAME, at=LATER)
    with Desk.open(tmp_path / FILE_NAME) as desk:
        assert set(numbered(desk).values()) == {first + GAP + 2}, "after all that the replaced desk gave out"
    restore(tmp_path / "second", tmp_path / FILE_NAME, at=LATER)
    with Desk.open(tmp_path / FILE_NAME) as desk:
        assert set(numbered(desk).values()) == {first + 2 * GAP + 3}


# --- messages that were on their way ---


def messages_wait(desk: Desk) -> None:
    """One event that no plugin has had yet, and one message that is not delivered yet; another that is."""
    book(desk, 1)
    one = Delivery(key="a", store=ACME, kind="coins_granted", document={}, to=customer(77))
    desk.run(lambda tx: tx.deliveries.add("mail", [one, replace(one, key="b")], MONDAY_9AM))
    (sent, _) = desk.look(lambda tx: tx.deliveries.due("mail", Lanes.all(ACME), LATER, 10))
    desk.run(lambda tx: tx.deliveries.done(sent, MONDAY_9AM))


def on_their_way(desk: Desk) -> tuple[int, int]:
    """How many events and messages are to be sent."""
    return desk.look(lambda tx: (tx.outbox.count(), sum(tx.deliveries.waiting().values())))


def restored(tmp_path: Path) -> Desk:
    with a_desk(tmp_path) as desk:
        messages_wait(desk)
        assert on_their_way(desk) == (1, 1)
        backup(desk, tmp_path / "copy", at=LATER)
    restore(tmp_path / "copy", tmp_path / FILE_NAME, at=LATER)
    return Desk.open(tmp_path / FILE_NAME)


def test_after_a_restore_messages_of_before_are_held_for_staff_under_one_problem(tmp_path: Path) -> None:
    with restored(tmp_path) as desk:
        assert on_their_way(desk) == (0, 0)
        (problem,) = desk.look(lambda tx: tx.problems.open(ACME))
    assert (problem.kind, problem.summary) == (
        "mail_held",
        (
            "2 messages waited to be sent when the restored backup was made; they may have been sent since, so they "
            "are held: a retry sends them, dismissing drops them"
        ),
    )


def test_T7_after_a_restore_nothing_falls_due_about_a_ticket_before_its_answers_can_be_back(tmp_path: Path) -> None:
    """Else a breach would be told of whatever staff have answered since the backup."""
    soon, far, ended = LATER + AFTER_RESTORE, LATER + timedelta(days=2), MONDAY_9AM
    with a_desk(tmp_path) as desk:
        due = [(DeadlineKind.TICKET, 1, ended), (DeadlineKind.TICKET, 2, far), (DeadlineKind.PACKAGE, 3, ended)]
        desk.run(lambda tx: tx.deadlines.set(Deadline(kind, ref, ACME, at) for kind, ref, at in due))
        backup(desk, tmp_path / "copy", at=LATER)
    restore(tmp_path / "copy", tmp_path / FILE_NAME, at=LATER)
    with Desk.open(tmp_path / FILE_NAME) as desk:
        found = desk.look(lambda tx: tx.deadlines.due(ACME, far, 9))
    assert [(one.ref, one.due_at) for one in found] == [(3, ended), (1, soon), (2, far)]


def test_W6_a_timer_that_ran_at_the_backup_charges_no_more_than_was_seen_of_it(tmp_path: Path) -> None:
    """It may have been stopped a moment later, and the hours until the restore are nobody's work."""
    with a_premium_desk() as one:
        agreement = one.agreed()
        one.start(agreement)
        one.later(minutes=10)
        one.coins.desk.run(heartbeat.beat, one.now)
        one.later(seconds=20)
        backup(one.coins.desk, tmp_path / "copy", at=one.now)
        one.later(hours=4)
        restore(tmp_path / "copy", tmp_path / FILE_NAME, at=one.now)
        with Desk.open(tmp_path / FILE_NAME) as desk:
            (segment,) = desk.look(lambda tx: tx.work_time.of_agreements([agreement.id]))[agreement.id]
            (problem,) = desk.look(lambda tx: [one for one in tx.problems.open(ACME) if one.kind == AFTER_BACKUP])
            assert desk.look(lambda tx: tx.deadlines.due(ACME, one.now + timedelta(days=1), 9)) == []
            _, bill = desk.run(closing_agreements.close, one.terms, agreement.id, by="Anna", now=one.clock.reading())
    assert (segment.worked, segment.ending) == (timedelta(minutes=10), Ending.RESTORED)
    assert problem.summary == (
        "a timer of Anna ran for agreement 1 when the restored backup was made: it ended with that, after 0:10:00; "
        "what was worked since is entered by hand"
    )
    assert bill is not None
    assert str(bill.total) == "5.00 USD"


def test_a_retry_sends_what_was_held_after_a_restore(tmp_path: Path) -> None:
    with restored(tmp_path) as desk:
        (problem,) = desk.look(lambda tx: tx.problems.open(ACME))
        desk.run(problems.retry, problem.id, by="Anna", at=LATER)
        assert on_their_way(desk) == (1, 1)


def test_dismissing_drops_what_was_held_after_a_restore_for_good(tmp_path: Path) -> None:
    with restored(tmp_path) as desk:
        (problem,) = desk.look(lambda tx: tx.problems.open(ACME))
        desk.run(problems.dismiss, problem.id, by="Anna", at=LATER)
        assert on_their_way(desk) == (0, 0)
        with pytest.raises(UsageError, match="was dismissed, and its messages were dropped then"):
            desk.run(problems.retry, problem.id, by="Anna", at=LATER)


def test_what_happens_after_a_restore_is_told_as_ever(tmp_path: Path) -> None:
    with restored(tmp_path) as desk:
        book(desk, 2)
        assert on_their_way(desk) == (1, 0)


def test_a_restore_without_messages_on_their_way_holds_nothing(tmp_path: Path) -> None:
    with a_desk(tmp_path) as desk:
        desk.run(lambda tx: tx.stores.get(ACME))
        backup(desk, tmp_path / "copy", at=LATER)
    restore(tmp_path / "copy", tmp_path / FILE_NAME, at=LATER)
    with Desk.open(tmp_path / FILE_NAME) as desk:
        assert desk.look(lambda tx: tx.problems.open(ACME)) == []
