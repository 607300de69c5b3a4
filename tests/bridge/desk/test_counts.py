"""Counts by store, from a desk with something in it."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

from bridge.contracts.problems import ProblemState
from bridge.contracts.stores import FirstSync
from bridge.desk.counts import _QUEUED, LedgerTotals, QueueTotals
from bridge.desk.transaction import DeskTx
from bridge.domain.accounts import Owner, OwnerKind
from bridge.domain.tickets import Author, TicketKind, TicketNow, TicketState
from bridge.testing.desks import a_desk

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def fill(tx: DeskTx) -> None:
    """Two stores: acme with two customers and a guest, umbrella with nothing but its name."""
    owners = [Owner(OwnerKind.CUSTOMER, 1), Owner(OwnerKind.CUSTOMER, 2), Owner(OwnerKind.GUEST, 9)]
    accounts = tx.accounts.open("acme", owners)
    tx.stores.get("umbrella")
    tx.accounts.freeze(accounts[owners[0]].id, NOON)
    tx.accounts.touch([accounts[owner].id for owner in owners[1:]])
    tx.connection.execute("UPDATE account SET posted = 100, held = 10, entries = 2")
    tx.problems.report("acme", key="a", kind="fuse", summary="", at=NOON)
    closed = tx.problems.report("acme", key="b", kind="fuse", summary="", at=NOON)
    tx.problems.close(closed.id, ProblemState.DISMISSED, by="Anna", at=NOON)


def test_an_empty_desk_counts_nothing(tmp_path: Path) -> None:
    with a_desk(tmp_path) as desk:
        counts = desk.look(
            lambda tx: (
                tx.counts.first_syncs(),
                tx.counts.open_problems(),
                tx.counts.waiting_pushes(),
                tx.counts.ledger(),
                tx.counts.queue(NOON),
            )
        )
    assert counts == ({}, {}, {}, {}, {})


def test_what_is_open_waits_or_is_owned_is_counted_by_store(tmp_path: Path) -> None:
    with a_desk(tmp_path) as desk:
        desk.run(fill)
        assert desk.look(lambda tx: tx.counts.first_syncs()) == {
            "acme": FirstSync.PENDING,
            "umbrella": FirstSync.PENDING,
        }
        assert desk.look(lambda tx: tx.counts.open_problems()) == {"acme": {"fuse": 1}}
        assert desk.look(lambda tx: tx.counts.ledger()) == {
            "acme": LedgerTotals(accounts=3, entries=6, posted=300, held=30, frozen=1)
        }


def test_guests_have_no_page_and_never_wait_to_be_pushed(tmp_path: Path) -> None:
    with a_desk(tmp_path) as desk:
        desk.run(fill)
        assert desk.look(lambda tx: tx.counts.waiting_pushes()) == {"acme": 2}
        assert desk.look(lambda tx: tx.push.count("acme")) == 2


def test_T2_tickets_that_wait_for_staff_are_counted_and_those_that_are_late(tmp_path: Path) -> None:
    hour = timedelta(hours=1)

    def opened(tx: DeskTx) -> None:
        owner = Owner(OwnerKind.CUSTOMER, 1)
        account = tx.accounts.open("acme", [owner])[owner]
        for state, due, guaranteed in (
            (TicketState.OPEN, NOON - hour, False),
            (TicketState.OPEN, NOON, True),
            (TicketState.IN_WORK, NOON + hour, True),
            (TicketState.OPEN, None, False),
            (TicketState.WAITING_CUSTOMER, None, False),
            (TicketState.CLOSED, NOON - 2 * hour, True),
        ):
            ticket = tx.tickets.open("acme", account.id, subject="x", at=NOON - hour, by=Author.CUSTOMER)
            now = TicketNow(state, NOON, TicketKind.SUPPORT, due=due, guaranteed=guaranteed)
            tx.tickets.save_now(ticket.id, now)
        other = tx.accounts.open("umbrella", [owner])[owner]
        ticket = tx.tickets.open("umbrella", other.id, subject="x", at=NOON, by=Author.CUSTOMER)
        tx.tickets.save_now(ticket.id, TicketNow(TicketState.OPEN, NOON, TicketKind.SUPPORT))

    with a_desk(tmp_path) as desk:
        desk.run(opened)
        assert desk.look(lambda tx: tx.counts.queue(NOON)) == {
            "acme": QueueTotals(waiting=4, late=2, breached=1, first_due=NOON - hour),
            "umbrella": QueueTotals(waiting=1),
        }
        before = desk.look(lambda tx: tx.counts.queue(NOON - 2 * hour))
        assert before["acme"] == QueueTotals(waiting=4, first_due=NOON - hour)
        plan = desk.look(
            lambda tx: tx.connection.execute(
                f"EXPLAIN QUERY PLAN {_QUEUED.sql}", _QUEUED.values({"now_ms": 0})
            ).fetchall()
        )
        assert any("USING COVERING INDEX ix_ticket_queue" in row[-1] for row in plan)
