"""A store that the desk has not met yet."""

from datetime import UTC, datetime
from pathlib import Path

from bridge.contracts.stores import FirstSync
from bridge.services import syncing
from bridge.testing.desks import a_desk

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def test_a_reader_may_ask_for_a_store_before_anything_was_written_about_it(tmp_path: Path) -> None:
    with a_desk(tmp_path) as desk:
        plan = desk.look(syncing.plan, "acme", at=NOON, limit=10)
    assert plan.state.first_sync is FirstSync.PENDING
    assert not plan.cursors
    assert plan.next_due is None


def test_a_writer_records_a_store_when_it_first_asks(tmp_path: Path) -> None:
    with a_desk(tmp_path) as desk:
        assert desk.run(lambda tx: tx.stores.get("acme")).id == 1
        assert desk.look(lambda tx: tx.stores.get("acme")).id == 1
