"""A desk as the migrations make it is the desk that the program believes in."""

import shutil
import sqlite3
import stat
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import create_engine

from bridge.desk import versions
from bridge.desk.desk import FILE_NAME, Desk
from bridge.desk.tables import metadata
from bridge.desk.transaction import DeskTx
from bridge.desk.upgrade import upgrade
from bridge.errors import DeskDamaged, DeskError, DeskMissing, DeskTooNew, DeskTooOld
from bridge.services.purchases import book_orders
from bridge.testing.desks import CREATED, a_desk
from tests.support.books import MONDAY_9AM, a_store, an_order, rows


def alter(path: Path, sql: str) -> None:
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.executescript(sql)


def execute(tx: DeskTx, sql: str) -> None:
    tx.connection.execute(sql)


def test_the_migrated_tables_are_those_of_the_program(tmp_path: Path) -> None:
    a_desk(tmp_path).close()
    engine = create_engine(f"sqlite:///{tmp_path / FILE_NAME}")
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": True})
        assert compare_metadata(context, metadata) == []
    engine.dispose()


def test_the_migrated_indexes_have_the_programs_conditions(tmp_path: Path) -> None:
    """Which the comparison of the tables leaves out."""
    from sqlalchemy.dialects import sqlite
    from sqlalchemy.schema import CreateIndex

    with a_desk(tmp_path) as desk:
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
    with a_desk(tmp_path) as desk:
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
    with a_desk(tmp_path) as desk:
        desk.run(book_orders, a_store(), [an_order()], at=MONDAY_9AM)
    assert sorted(path.name for path in tmp_path.iterdir()) == [FILE_NAME]


def test_a_desk_never_stands_in_its_place_before_it_is_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("bridge.desk.upgrade._identify", killed)
    with pytest.raises(KeyboardInterrupt):
        upgrade(tmp_path / FILE_NAME, now=CREATED)
    assert not (tmp_path / FILE_NAME).exists()
    monkeypatch.undo()
    with a_desk(tmp_path) as desk:
        assert desk.identity.created_at == CREATED


def test_an_empty_file_in_the_desks_place_becomes_a_desk(tmp_path: Path) -> None:
    (tmp_path / FILE_NAME).touch()
    with a_desk(tmp_path) as desk:
        assert desk.identity.schema_version == versions.SCHEMA_VERSION


def test_a_newer_desk_is_refused_in_words(tmp_path: Path) -> None:
    a_desk(tmp_path).close()
    path = tmp_path / FILE_NAME
    alter(path, "UPDATE desk SET schema_version = 9, compatible_version = 8")
    for attempt in (lambda: Desk.open(path), lambda: upgrade(path, now=CREATED)):
        with pytest.raises(DeskTooNew) as refusal:
            attempt()
        assert str(refusal.value) == (
            "the desk has version 9 and needs a program that knows version 8 or later; "
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
