"""A desk as the migrations make it is the desk that the program believes in."""

import shutil
import sqlite3
import stat
from collections.abc import Mapping
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from sqlalchemy import create_engine

from bridge.contracts.deadlines import DeadlineKind
from bridge.contracts.shop_rows import SigningKey
from bridge.contracts.stores import FirstSync
from bridge.contracts.sync import Comparison
from bridge.desk import versions
from bridge.desk.backup import restore
from bridge.desk.desk import FILE_NAME, Desk
from bridge.desk.numbers import GAP
from bridge.desk.tables import metadata
from bridge.desk.transaction import DeskTx
from bridge.desk.upgrade import identify, upgrade
from bridge.desk.values import to_ms
from bridge.domain.cursor import Cursor, Gap
from bridge.domain.tickets import Author, Channel, Message, MessageKind, TicketKind
from bridge.errors import DeskDamaged, DeskError, DeskMissing, DeskTooNew, DeskTooOld
from bridge.services.account_pages import PageTerms
from bridge.services.purchases import book_orders
from bridge.services.syncing import touch
from bridge.services.ticket_documents import ticket_rows
from bridge.services.tickets import reply
from bridge.services.verify import verify
from bridge.testing.desks import CREATED, a_desk
from tests.support.books import (
    ACME,
    BASE,
    MONDAY_9AM,
    PLANS,
    REFUNDED,
    TEHRAN,
    a_quick_desk,
    a_store,
    an_order,
    customer,
    rows,
)
from tests.support.licences import SEO, a_licence_store
from tests.support.quoting import CoinDesk

PAGES = PageTerms(ACME, TEHRAN, PLANS, SigningKey("k1", bytes(32)), epoch=1)


def alter(path: Path, sql: str) -> None:
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.executescript(sql)


def execute(tx: DeskTx, sql: str) -> None:
    tx.connection.execute(sql)


def made(folder: Path) -> Desk:
    """A desk as a program makes it that finds none."""
    assert upgrade(folder / FILE_NAME, now=CREATED)
    return Desk.open(folder / FILE_NAME)


def test_the_migrated_tables_are_those_of_the_program(tmp_path: Path) -> None:
    made(tmp_path).close()
    engine = create_engine(f"sqlite:///{tmp_path / FILE_NAME}")
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": True})
        assert compare_metadata(context, metadata) == []
    engine.dispose()


def test_the_migrated_indexes_have_the_programs_conditions(tmp_path: Path) -> None:
    """Which the comparison of the tables leaves out."""
    from sqlalchemy.dialects import sqlite
    from sqlalchemy.schema import CreateIndex

    with made(tmp_path) as desk:
        found = dict(rows(desk, "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL"))
    wanted = {
        str(index.name): str(CreateIndex(index).compile(dialect=sqlite.dialect()))
        for table in metadata.tables.values()
        for index in table.indexes
    }
    assert {name: sql.split() for name, sql in found.items()} == {name: sql.split() for name, sql in wanted.items()}


@pytest.mark.parametrize(
    "change", ["UPDATE entry SET posted = 1", "DELETE FROM entry", "UPDATE entry SET reason = 'x'"]
)
def test_C15_no_entry_can_be_changed_or_deleted_by_anybody(tmp_path: Path, change: str) -> None:
    with a_desk(tmp_path) as desk:
        desk.run(book_orders, a_store(), [an_order()], at=MONDAY_9AM)
        with pytest.raises(DeskError, match=r"entries are never changed or deleted \(rule C15\)"):
            desk.run(execute, change)
        assert rows(desk, "SELECT posted, reason FROM entry") == [(550, "")]


def test_C16_an_account_has_no_two_entries_of_one_number_and_no_two_of_one_key(tmp_path: Path) -> None:
    with a_desk(tmp_path) as desk:
        desk.run(book_orders, a_store(), [an_order()], at=MONDAY_9AM)
        columns = "account_id, number, key, kind, at_ms, posted, held, posted_after, held_after, postings, reason"
        for changed in ("account_id, 1, 'other'", "account_id, 2, key"):
            rest = columns.split(", ", 3)[3]
            copy = f"INSERT INTO entry ({columns}) SELECT {changed}, {rest} FROM entry"
            with pytest.raises(DeskError, match="UNIQUE constraint failed"):
                desk.run(execute, copy)


def test_a_new_desk_belongs_to_its_owner_alone_and_says_who_it_is(tmp_path: Path) -> None:
    with made(tmp_path) as desk:
        assert stat.S_IMODE(desk.path.stat().st_mode) == 0o600
        assert desk.identity.epoch == int(CREATED.timestamp()), "a desk made anew outranks a lost one"
        assert desk.identity.created_at == CREATED
        assert desk.identity.backed_up_at is None
        assert len(desk.identity.desk_id) == 36


def test_a_desk_that_is_up_to_date_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / FILE_NAME
    assert upgrade(path, now=CREATED)
    with Desk.open(path) as desk:
        before = desk.identity
    assert not upgrade(path, now=datetime(2030, 1, 1, tzinfo=UTC))
    with Desk.open(path) as desk:
        assert desk.identity == before


def test_a_start_that_was_killed_while_it_made_the_desk_is_no_obstacle(tmp_path: Path) -> None:
    """Whatever of the file was there, the next start makes the desk."""
    a_desk(tmp_path).close()
    half_made = tmp_path / "half-made"
    shutil.copy(tmp_path / FILE_NAME, half_made)
    alter(half_made, "DELETE FROM desk")
    half_made.rename(tmp_path / (FILE_NAME + ".making"))
    (tmp_path / FILE_NAME).unlink()
    with made(tmp_path) as desk:
        desk.run(book_orders, a_store(), [an_order()], at=MONDAY_9AM)
    assert sorted(path.name for path in tmp_path.iterdir()) == [FILE_NAME]


def test_a_desk_never_stands_in_its_place_before_it_is_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("bridge.desk.upgrade.identify", killed)
    with pytest.raises(KeyboardInterrupt):
        upgrade(tmp_path / FILE_NAME, now=CREATED)
    assert not (tmp_path / FILE_NAME).exists()
    monkeypatch.undo()
    with made(tmp_path) as desk:
        assert desk.identity.created_at == CREATED


def test_an_empty_file_in_the_desks_place_becomes_a_desk(tmp_path: Path) -> None:
    (tmp_path / FILE_NAME).touch()
    with made(tmp_path) as desk:
        assert desk.identity.schema_version == versions.SCHEMA_VERSION


def test_a_newer_desk_is_refused_in_words(tmp_path: Path) -> None:
    a_desk(tmp_path).close()
    path = tmp_path / FILE_NAME
    alter(path, "UPDATE desk SET schema_version = 10, compatible_version = 9")
    for attempt in (lambda: Desk.open(path), lambda: upgrade(path, now=CREATED)):
        with pytest.raises(DeskTooNew) as refusal:
            attempt()
        assert str(refusal.value) == (
            "the desk has version 10 and needs a program that knows version 9 or later; "
            f"this one knows {versions.SCHEMA_VERSION}. Install the newer program"
        )


def test_a_newer_desk_that_says_it_is_compatible_is_used(tmp_path: Path) -> None:
    a_desk(tmp_path).close()
    path = tmp_path / FILE_NAME
    alter(path, "UPDATE desk SET schema_version = 9")
    assert not upgrade(path, now=CREATED)
    Desk.open(path).close()


def test_an_older_desk_is_for_run_and_upgrade_alone(tmp_path: Path) -> None:
    a_desk(tmp_path).close()
    path = tmp_path / FILE_NAME
    alter(path, "UPDATE desk SET schema_version = 0, compatible_version = 0")
    with pytest.raises(DeskTooOld, match="bridge run and bridge desk upgrade migrate it"):
        Desk.open(path)
    assert upgrade(path, now=CREATED)
    Desk.open(path).close()


def test_no_desk_is_said_as_such(tmp_path: Path) -> None:
    with pytest.raises(DeskMissing, match=f"there is no desk at {tmp_path}"):
        Desk.open(tmp_path / FILE_NAME)


@pytest.mark.parametrize(
    "content",
    [b"not a database at all, but long enough to be read as a header of one hundred bytes" * 4, b"x", bytes(8192)],
)
def test_a_file_that_is_no_desk_is_refused_and_left_as_it_is(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / FILE_NAME
    path.write_bytes(content)
    for attempt in (lambda: Desk.open(path), lambda: upgrade(path, now=CREATED)):
        with pytest.raises(DeskDamaged, match=str(path)):
            attempt()
    assert path.read_bytes() == content


def test_a_database_of_somebody_else_is_no_desk(tmp_path: Path) -> None:
    path = tmp_path / FILE_NAME
    alter(path, "CREATE TABLE letters (id INTEGER); INSERT INTO letters VALUES (1)")
    with pytest.raises(DeskDamaged, match="is not a desk: no such table"):
        Desk.open(path)


def test_a_truncated_desk_is_refused(tmp_path: Path) -> None:
    with a_desk(tmp_path) as desk:
        desk.run(
            book_orders,
            a_store(units_per_order=3000, fuse_units=10_000),
            [an_order(1, ("BASE-550", 2000))],
            at=MONDAY_9AM,
        )
    path = tmp_path / FILE_NAME
    whole = path.read_bytes()
    for part in (0.9, 0.5, 0.01):
        path.write_bytes(whole[: int(len(whole) * part)])
        with pytest.raises(DeskDamaged):
            Desk.open(path)


OLD_TABLES = ("store", "account", "purchase", "package", "entry", "cursor", "touched", "problem", "outbox", "set_aside")


def an_empty_desk(folder: Path, revision: str) -> Path:
    """The tables as an older program made them."""
    path = folder / FILE_NAME
    engine = create_engine(f"sqlite:///{path}")
    config = Config()
    config.set_main_option("script_location", "bridge.desk:migrations")
    with engine.connect() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, revision)
    engine.dispose()
    return path


def a_desk_of_version_1(folder: Path) -> Path:
    """A desk as the first program made it, with what it would have written about two orders and a refund."""
    (folder / "now").mkdir()
    path = an_empty_desk(folder, "0001")
    with a_desk(folder / "now") as desk:
        desk.run(book_orders, a_store(), [an_order(1042), an_order(1043, (BASE, 2))], at=MONDAY_9AM)
        desk.run(book_orders, a_store(), [an_order(1043, (BASE, 2), status=REFUNDED)], at=MONDAY_9AM)
        desk.run(lambda tx: tx.sync.save_cursors(ACME, {"history": Cursor(17, (Gap(5, 6, MONDAY_9AM),))}))
        desk.run(touch, ACME, [1042], at=MONDAY_9AM, settle=timedelta(seconds=3))
        desk.run(lambda tx: tx.stores.save(replace(tx.stores.get(ACME), first_sync=FirstSync.DONE, synced_to=1043)))
    alter(
        path,
        f"ATTACH '{folder / 'now' / FILE_NAME}' AS now;"
        + "".join(f"INSERT INTO {table} SELECT {columns_in(path, table)} FROM now.{table};" for table in OLD_TABLES)
        + "INSERT INTO desk SELECT id, desk_id, epoch, 1, 1, created_ms, backed_up_ms FROM now.desk",
    )
    return path


def columns_in(path: Path, table: str) -> str:
    with closing(sqlite3.connect(path)) as connection:
        return ", ".join(row[1] for row in connection.execute(f"PRAGMA table_info({table})"))


def content(path: Path, columns: Mapping[str, str]) -> dict[str, list[tuple[object, ...]]]:
    with closing(sqlite3.connect(path)) as connection:
        return {
            table: sorted(connection.execute(f"SELECT {names} FROM {table}").fetchall(), key=repr)
            for table, names in columns.items()
        }


def test_a_desk_of_version_1_keeps_all_it_has(tmp_path: Path) -> None:
    path = a_desk_of_version_1(tmp_path)
    columns = {table: columns_in(path, table) for table in OLD_TABLES}
    before = content(path, columns)
    assert all(before[table] for table in ("store", "account", "purchase", "package", "entry", "cursor", "touched"))
    with pytest.raises(DeskTooOld, match="the desk has version 1, this program needs 8"):
        Desk.open(path)
    assert upgrade(path, now=CREATED)
    alter(path, "UPDATE account SET number = number - 1")  # its row in the shop is to be written anew, no more
    assert content(path, columns) == before
    with Desk.open(path) as desk:
        assert desk.identity.schema_version == versions.SCHEMA_VERSION
        assert desk.identity.epoch == int(CREATED.timestamp()), "an upgrade is no restore"
        assert desk.look(lambda tx: tx.slices.comparison(ACME)) == Comparison()
        assert desk.look(lambda tx: tx.slices.digests(ACME, 0)) == {1042: 0, 1043: 0}, "one that is gone is missed"
        assert desk.look(lambda tx: tx.sync.cursors(ACME)) == {"history": Cursor(17, (Gap(5, 6, MONDAY_9AM),))}
        with pytest.raises(DeskError, match=r"entries are never changed or deleted \(rule C15\)"):
            desk.run(execute, "DELETE FROM entry")


def test_an_upgrade_that_is_killed_amid_a_migration_leaves_the_desk_as_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The next start begins it anew; until then the older program could go on with the desk."""

    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    path = a_desk_of_version_1(tmp_path)
    with closing(sqlite3.connect(path)) as connection:
        before = list(connection.iterdump())
    monkeypatch.setattr("alembic.op.drop_index", killed)  # the newest migration has changed tables by then
    with pytest.raises(KeyboardInterrupt):
        upgrade(path, now=CREATED)
    with closing(sqlite3.connect(path)) as connection:
        assert list(connection.iterdump()) == before
    monkeypatch.undo()
    assert upgrade(path, now=CREATED)
    Desk.open(path).close()


def test_a_migrated_desk_has_the_tables_of_a_new_one(tmp_path: Path) -> None:
    path = a_desk_of_version_1(tmp_path)
    upgrade(path, now=CREATED)
    engine = create_engine(f"sqlite:///{path}")
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": True})
        assert compare_metadata(context, metadata) == []
    engine.dispose()


def test_L1_a_desk_has_a_secret_of_its_own_from_its_making_or_its_upgrade_on(tmp_path: Path) -> None:
    """Keys of licences follow from it."""
    path = a_desk_of_version_1(tmp_path)
    upgrade(path, now=CREATED)
    with Desk.open(path) as desk:
        ((old,),) = rows(desk, "SELECT key_seed FROM desk")
    with a_quick_desk() as desk:
        ((new,),) = rows(desk, "SELECT key_seed FROM desk")
    assert [len(bytes.fromhex(seed)) for seed in (old, new)] == [32, 32]
    assert old != new
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        identify(connection, CREATED)
        assert connection.execute("SELECT key_seed FROM desk").fetchone() == (old,), "a later upgrade leaves it"


def test_an_order_that_granted_before_the_upgrade_gets_its_date_when_it_is_seen_next(tmp_path: Path) -> None:
    """From then on another order under its number is told apart (a shop put back to an older state)."""
    path = a_desk_of_version_1(tmp_path)
    upgrade(path, now=CREATED)
    with Desk.open(path) as desk:

        def dates() -> list[tuple[object, ...]]:
            return rows(desk, "SELECT order_id, ordered FROM purchase ORDER BY order_id")

        assert dates() == [(1042, None), (1043, None)]
        desk.run(book_orders, a_store(), [an_order(1042)], at=MONDAY_9AM)
        assert dates() == [(1042, "2026-11-20T12:00:00"), (1043, None)]
        other = an_order(1042, (BASE, 5), ordered_at=datetime(2026, 11, 22, 8, 0))  # noqa: DTZ001  # a shop's clock
        desk.run(book_orders, a_store(), [other], at=MONDAY_9AM)
        assert dates() == [(1042, "2026-11-20T12:00:00"), (1043, None)]
        assert [one.kind for one in desk.look(lambda tx: tx.problems.open(ACME))] == ["number_reused"]
        assert desk.look(lambda tx: tx.accounts.of_owners(ACME, [customer(77)]))[customer(77)].posted == 550


def test_L1_an_order_that_granted_before_the_upgrade_gives_its_licence_when_it_is_seen_next(tmp_path: Path) -> None:
    """From its payment on, which the desk remembers; what it has granted stays as it is."""
    path = a_desk_of_version_1(tmp_path)
    upgrade(path, now=CREATED)
    with Desk.open(path) as desk:
        before = rows(desk, "SELECT * FROM package")
        desk.run(book_orders, a_licence_store(), [an_order(1042, (BASE, 1), (SEO, 2))], at=MONDAY_9AM)
        (one,) = desk.look(lambda tx: tx.licences.of_orders(ACME, [1042]))[1042]
        purchase = desk.look(lambda tx: tx.purchases.of_orders(ACME, [1042]))[1042]
        assert (one.licence.product, one.now.units, one.licence.starts_at) == ("seo", 2, purchase.paid_at)
        assert rows(desk, "SELECT * FROM package") == before


def test_a_backup_of_an_older_program_is_restored_at_this_programs_version(tmp_path: Path) -> None:
    """The morning after an upgrade there is no other; what the newer desk has given out is left out all the same."""
    old = a_desk_of_version_1(tmp_path).rename(tmp_path / "old")
    with a_desk(tmp_path) as desk:
        assert CoinDesk(desk).offered(customer(77), 1).id == 1
    identity, _ = restore(old, tmp_path / FILE_NAME, at=CREATED)
    assert identity.schema_version == versions.SCHEMA_VERSION
    assert identity.epoch > int(CREATED.timestamp())
    with Desk.open(tmp_path / FILE_NAME) as desk:
        assert CoinDesk(desk).offered(customer(77), 1).id == GAP + 2
        assert desk.look(verify, ACME).right
    with closing(sqlite3.connect(old)) as connection:
        assert connection.execute("SELECT schema_version FROM desk").fetchone() == (1,), "the backup is as it was"


def test_an_upgraded_desk_that_was_restored_gives_no_number_out_again(tmp_path: Path) -> None:
    """The older program restored it, perhaps because the newer one was not wanted after all."""
    for restored, first in ((False, 1), (True, 10_001)):
        folder = tmp_path / str(restored)
        folder.mkdir()
        path = a_desk_of_version_1(folder)
        if restored:
            alter(path, "UPDATE desk SET epoch = epoch + 1")
        upgrade(path, now=CREATED)
        with Desk.open(path) as desk:
            assert CoinDesk(desk).offered(customer(77), 1).id == first
            assert desk.run(lambda tx: tx.ledger.new_package_ids(1)) == range(first + 3, first + 4)


THEN_AND_NOW = {
    "store": "store", "account": "account", "request": "ticket", "message": "message", "quote": "quote",
    "quote_version": "quote_version", "desk": "desk",
}  # fmt: skip


def copied(path: Path, then: str) -> str:
    """The statement that copies a table's rows to what it was called, in the columns that it had."""
    columns = columns_in(path, then)
    named = columns.replace("request_id", "ticket_id")
    if then == "desk":
        named = named.replace("schema_version", "3").replace("compatible_version", "3")
    return f"INSERT INTO {then} ({columns}) SELECT {named} FROM now.{THEN_AND_NOW[then]};"


def test_tickets_of_before_the_upgrade_wait_to_be_shown_in_the_shop(tmp_path: Path) -> None:
    (tmp_path / "now").mkdir()
    path = an_empty_desk(tmp_path, "0003")
    with a_desk(tmp_path / "now") as desk:
        coins = CoinDesk(desk)
        quote = coins.offered(customer(77), 50)
        opened = quote.ticket_id
        wanted = Message(coins.now, Author.CUSTOMER, MessageKind.TEXT, "Please.")
        desk.run(lambda tx: tx.tickets.say(opened, wanted))
        desk.run(reply, coins.terms, opened, text="He is a nuisance.", by="Anna", at=coins.now)
        for_colleagues = coins.ticket(customer(77), "The nuisance, again").id
        desk.run(reply, coins.terms, for_colleagues, text="He called.", by="Anna", at=coins.now)
    alter(path, f"ATTACH '{tmp_path / 'now' / FILE_NAME}' AS now;" + "".join(map(partial(copied, path), THEN_AND_NOW)))
    alter(path, "DELETE FROM message WHERE kind = 'standing'")  # which no ticket had then
    with pytest.raises(DeskTooOld, match="the desk has version 3, this program needs 8"):
        Desk.open(path)
    assert upgrade(path, now=CREATED)
    with Desk.open(path) as desk:
        waiting = desk.look(lambda tx: tx.tickets.waiting(ACME, 10))
        shown = desk.look(lambda tx: tx.tickets.messages_waiting([opened, for_colleagues], 9))
        thread = desk.look(lambda tx: tx.tickets.thread(opened))
        pushed = desk.look(ticket_rows, PAGES, waiting)
        lapses = desk.look(lambda tx: tx.deadlines.of([DeadlineKind.QUOTE_LAPSING], quote.id))
    assert [one.due_at for one in lapses] == [quote.offer.valid_until + timedelta(seconds=1)]
    assert [(one.id, one.subject, one.number) for one in waiting] == [
        (opened, "Google Analytics", 2),
        (for_colleagues, "The nuisance, again", 2),
    ]
    assert [row.key for row in pushed] == [opened], "customers saw nothing of the other, and see nothing of it now"
    assert [one.message.kind for one in shown] == [MessageKind.OFFERED, MessageKind.TEXT]
    assert (thread[-1].kind, thread[-1].text) == (MessageKind.NOTE, "He is a nuisance."), "written for colleagues alone"
    assert [one.number for one in thread] == [1, 2, None]


def test_tickets_of_before_the_upgrade_get_a_kind_and_wait_for_a_state(tmp_path: Path) -> None:
    """Their messages are counted and wait to be shown; how each stands is worked out from its history afterwards."""
    path = an_empty_desk(tmp_path, "0004")
    alter(
        path,
        """
        INSERT INTO desk (id, desk_id, epoch, schema_version, compatible_version, created_ms)
        VALUES (1, 'd', 1, 4, 4, 0);
        INSERT INTO store (id, name, first_sync, confirmed_units, booked_units, synced_to, page_terms)
        VALUES (1, 'acme', 'done', 0, 0, 0, '');
        INSERT INTO account (id, store_id, owner_kind, owner_ref, number, entries, posted, held)
        VALUES (1, 1, 'customer', 77, 1, 0, 0, 0);
        INSERT INTO request (id, store_id, account_id, subject, opened_ms, opened_by, staff, price, pushed_number)
        VALUES (4, 1, 1, 'Help', 5000, 'customer', NULL, NULL, 1), (7, 1, 1, 'Shop', 6000, 'staff', 'Anna', 'ga', 0);
        INSERT INTO message (id, request_id, at_ms, author, kind, text, detail, verified)
        VALUES (1, 4, 7000, 'staff', 'text', 'last', '{}', 1), (2, 4, 5000, 'customer', 'text', 'first', '{}', 1),
               (3, 4, 5000, 'staff', 'note', 'secret', '{}', 1), (4, 4, 5000, 'bridge', 'offered', '', '{}', 1);
        """,
    )
    upgrade(path, now=CREATED)
    with Desk.open(path) as desk:
        found = desk.look(lambda tx: tx.tickets.of_account(1))
        assert [(one.kind, one.channel, one.opened_by) for one in found] == [
            (TicketKind.SUPPORT, Channel.PAGE, Author.CUSTOMER),
            (TicketKind.WORK, Channel.STAFF, Author.STAFF),
        ]
        thread = desk.look(lambda tx: tx.tickets.thread(4))
        assert [(one.number, one.id) for one in thread] == [(1, 2), (None, 3), (2, 4), (3, 1)]
        assert desk.look(lambda tx: tx.tickets.counts([4, 7])) == {4: 3, 7: 0}
        waiting = desk.look(lambda tx: tx.tickets.messages_waiting([4, 7], 9))
        assert [(one.key, one.message.text) for one in waiting] == [((4, 1), "first"), ((4, 2), ""), ((4, 3), "last")]
        assert [one.id for one in desk.look(lambda tx: tx.tickets.waiting(ACME, 9))] == [4, 7]
        assert desk.look(lambda tx: tx.tickets.now([4, 7])) == {}
        assert [one.id for one in desk.look(lambda tx: tx.tickets.behind_policy(ACME, 1, 9))] == [4, 7]
        said = Message(MONDAY_9AM, Author.CUSTOMER, MessageKind.TEXT, "more")
        assert desk.run(lambda tx: tx.tickets.say(4, said)).number == 4


def test_an_upgraded_desk_knows_when_its_packages_end(tmp_path: Path) -> None:
    """The next reminder that is to come, or the end; what had ended before is forfeited and nobody is told."""
    path = a_desk_of_version_1(tmp_path)
    now, a_day = datetime.now(UTC), timedelta(days=1)
    ends = {1: now + 100 * a_day, 2: now + 20 * a_day, 3: now - 5 * a_day}
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        for number, end in ends.items():
            connection.execute("UPDATE package SET usable_until_ms = ? WHERE id = ?", (to_ms(end), number))
        connection.execute("UPDATE package SET posted = 550 WHERE id = 3")
    upgrade(path, now=CREATED)
    with Desk.open(path) as desk:
        assert rows(desk, "SELECT kind, ref, due_ms FROM deadline ORDER BY ref") == [
            ("package", 1, to_ms(ends[1] - 30 * a_day)),
            ("package", 2, to_ms(ends[2] - 7 * a_day)),
            ("forfeit", 3, to_ms(ends[3] + timedelta(seconds=1))),
        ]
