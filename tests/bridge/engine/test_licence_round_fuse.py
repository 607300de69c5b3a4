"""Many licences of a vendor's own table that would end at once wait for staff: it may be a slip (rules C2, L8)."""

from datetime import timedelta

import pytest

from bridge.contracts.problems import Problem
from bridge.desk.transaction import DeskTx
from bridge.domain.licences import StatusCode
from bridge.engine import licence_round
from bridge.services import problems
from bridge.services.syncing import IDS_WENT_BACK
from tests.support.vendor_table import ACME, NAMES, NOON, Vendor


async def sold(vendor: Vendor, rows: int = 60) -> None:
    """So many licences, each of another customer, that have been read."""
    for row in range(1, rows + 1):
        vendor.sells(row, customer=row)
    await vendor.ready()


def held_back(vendor: Vendor) -> Problem:
    """All sixty are active, and staff are asked about them; that question."""
    assert {vendor.status(row) for row in range(1, 61)} == {StatusCode.ACTIVE}
    (problem,) = vendor.problems()
    assert "would end or suspend 60 licences at once" in problem.summary
    return problem


async def let_through(vendor: Vendor, problem: Problem) -> None:
    """Staff say that it is meant; the next round."""
    await vendor.desk.transact("retry", problems.retry, problem.id, by="Anna", at=vendor.clock.now())
    await vendor.round()


async def test_C2_licences_that_would_end_at_once_wait_for_staff(vendor: Vendor) -> None:
    await sold(vendor)
    vendor.writes(range(1, 61), status="0")
    vendor.sells(61, customer=61)
    await vendor.round()
    problem = held_back(vendor)
    assert vendor.status(61) is StatusCode.ACTIVE
    vendor.writes(range(1, 31), status="1")
    await vendor.round()
    assert vendor.status(31) is StatusCode.ACTIVE, "nor may fewer, a few at a time"
    await let_through(vendor, problem)
    assert [vendor.status(row) for row in (1, 31, 60)] == [StatusCode.ACTIVE, *[StatusCode.SUSPENDED] * 2]
    assert vendor.problems() == []
    vendor.writes(range(2, 61), status="1")
    await vendor.round()
    vendor.writes(range(2, 61), status="0")
    await vendor.round()
    assert len(vendor.problems()) == 1, "what was let through once does not count for the next time"
    vendor.writes(range(2, 61), status="1")
    await vendor.round()
    assert vendor.problems() == [], "the vendor has put it right himself"


async def test_C2_as_many_licences_as_the_fuse_lets_through_end_at_once(vendor: Vendor) -> None:
    await sold(vendor, 50)
    vendor.writes(range(1, 51), status="0")
    await vendor.round()
    assert (vendor.status(50), vendor.problems()) == (StatusCode.SUSPENDED, [])


async def test_C2_licences_that_end_in_several_transactions_of_a_round_are_counted_together(
    vendor: Vendor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(licence_round, "ROWS_A_TRANSACTION", 40)
    await sold(vendor, 80)
    vendor.writes(range(1, 81), status="0")
    await vendor.round()
    assert [vendor.status(row) for row in (1, 40, 41, 80)] == [StatusCode.SUSPENDED] * 2 + [StatusCode.ACTIVE] * 2
    assert len(vendor.problems()) == 1


async def test_C2_what_had_ended_when_it_was_read_first_waits_for_nobody(vendor: Vendor) -> None:
    await vendor.ready()
    for row in range(1, 61):
        vendor.sells(row, customer=row, support_until="2025-01-01")
    await vendor.round()
    assert (vendor.status(60), vendor.problems()) == (StatusCode.EXPIRED, [])


async def test_C2_licences_that_the_table_calls_expired_at_once_wait_as_well(vendor: Vendor) -> None:
    await sold(vendor)
    vendor.writes(range(1, 61), status="2")
    await vendor.round()
    vendor.clock.advance(timedelta(minutes=1))
    await let_through(vendor, held_back(vendor))
    vendor.clock.advance(timedelta(minutes=1))
    assert {vendor.status(row) for row in range(1, 61)} == {StatusCode.EXPIRED}


async def test_C2_nor_do_days_of_grace_hide_how_many_licences_have_ended_at_once(vendor: Vendor) -> None:
    vendor.begin(seo={**NAMES, "grace_days": 7})
    await sold(vendor)
    vendor.writes(range(1, 61), status="2")
    await vendor.round()
    vendor.clock.advance(timedelta(days=8))
    held_back(vendor)


async def test_C2_L8_keys_that_all_change_at_once_wait_for_staff(vendor: Vendor) -> None:
    await sold(vendor)
    for row in range(1, 61):
        vendor.rows.write(row, key=f"vendor-{row}")
    await vendor.round()
    await let_through(vendor, held_back(vendor))
    old, new = vendor.licences(60)
    assert (old.now.suspended, new.licence.key, new.now.suspended) == ("replaced", "vendor-60", None)


async def test_L8_a_row_that_is_gone_is_remembered_while_the_one_in_its_place_waits_for_staff(vendor: Vendor) -> None:
    await sold(vendor)
    vendor.writes(range(1, 61), status="0")
    vendor.rows.delete(60)
    vendor.sells(61, customer=60, key="VENDOR-60", status="0")
    await vendor.round()
    await vendor.round()
    told = [one.summary for one in vendor.problems()]
    assert any("row 60 of my_licences is there no more" in one for one in told), told


async def test_C2_a_table_that_is_put_back_to_an_older_state_waits_with_the_shop(vendor: Vendor) -> None:
    vendor.sells(5)
    await vendor.ready()

    def pause(tx: DeskTx) -> None:
        tx.problems.report(ACME, key=IDS_WENT_BACK, kind=IDS_WENT_BACK, summary="back", at=NOON)

    await vendor.desk.transact("pause", pause)
    vendor.rows.write(5, status="0")
    await vendor.look()
    assert vendor.status() is StatusCode.ACTIVE
