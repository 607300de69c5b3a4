"""The health page: when it says 200, when 503, and what stands in it."""

import json
import time
from datetime import timedelta
from typing import Any

import pytest

from bridge import VERSION
from bridge.contracts.stores import FirstSync
from bridge.desk import versions
from bridge.desk.desk import Desk
from bridge.domain.accounts import Owner, OwnerKind
from bridge.domain.events import CoinsGranted
from bridge.engine.health import StoreState, Work
from bridge.errors import DeskDamaged, DeskError, ForeignDesk, ShopRefused, ShopUnavailable
from bridge.web.health import health_document
from tests.bridge.web.conftest import NOON, Daemon


async def document(daemon: Daemon) -> dict[str, Any]:
    """The page as a client reads it."""
    found: dict[str, Any] = json.loads(json.dumps(health_document(await daemon.observed.look())))
    return found


async def test_a_store_read_within_its_limit_is_well(daemon: Daemon) -> None:
    health = daemon.add_store("acme")
    health.phase = StoreState.WELL
    health.well(Work.READING)
    page = await document(daemon)
    assert page["ok"]
    assert page["version"] == VERSION
    assert page["stores"]["acme"] == {
        "ok": True,
        "state": "well",
        "cause": "",
        "last_read_age_seconds": pytest.approx(0, abs=5),
        "last_comparison_age_seconds": None,
        "stale_after_seconds": 60.0,
        "push": {"paired": True, "waiting": 0, "cause": ""},
        "problems": 0,
        "first_sync": "pending",
        "tickets": {"waiting": 0, "late": 0, "breached": 0, "first_due_seconds": None},
    }


async def test_a_store_that_was_not_read_for_longer_than_its_limit_fails_the_page(daemon: Daemon) -> None:
    health = daemon.add_store("acme", stale_after="30")
    health.well(Work.READING)
    health.last_good_read = time.monotonic() - 31
    page = await document(daemon)
    assert not page["ok"]
    assert page["stores"]["acme"]["last_read_age_seconds"] > 30


async def test_one_stale_store_among_well_ones_fails_the_page(daemon: Daemon) -> None:
    daemon.add_store("acme").well(Work.READING)
    stale = daemon.add_store("umbrella")
    stale.last_good_read = time.monotonic() - 3600
    page = await document(daemon)
    assert not page["ok"]
    assert [name for name, store in page["stores"].items() if not store["ok"]] == ["umbrella"]


async def test_a_store_that_has_just_started_has_its_limit_to_be_read_for_the_first_time(daemon: Daemon) -> None:
    health = daemon.add_store("acme")
    page = await document(daemon)
    assert page["ok"]
    assert page["stores"]["acme"]["state"] == "starting"
    assert page["stores"]["acme"]["last_read_age_seconds"] is None
    health.started -= 61
    assert not (await document(daemon))["ok"]


async def test_a_store_never_read_because_reading_fails_fails_the_page_at_once(daemon: Daemon) -> None:
    daemon.add_store("acme").failed(Work.READING, ShopUnavailable("acme: database shop at ...: no answer in time"))
    page = await document(daemon)
    assert not page["ok"]
    assert page["stores"]["acme"]["state"] == "down"
    assert page["stores"]["acme"]["cause"] == "acme: database shop at ...: no answer in time"


async def test_a_store_never_read_is_not_failed_by_its_pushing(daemon: Daemon) -> None:
    daemon.add_store("acme").failed(Work.PUSHING, ForeignDesk("acme: the shop belongs to another desk"))
    page = await document(daemon)
    assert page["ok"]
    assert page["stores"]["acme"]["push"]["cause"] == "acme: the shop belongs to another desk"


async def test_a_store_that_refuses_says_so_and_fails_when_its_last_read_is_too_old(daemon: Daemon) -> None:
    health = daemon.add_store("acme")
    health.well(Work.READING)
    health.failed(Work.READING, ShopRefused("acme: wrong password"))
    page = await document(daemon)
    assert page["stores"]["acme"]["state"] == "refused"
    assert page["ok"]
    health.last_good_read = time.monotonic() - 61
    assert not (await document(daemon))["ok"]


async def test_C2_waiting_for_the_confirmation_of_a_first_sync_counts_as_read(daemon: Daemon) -> None:
    health = daemon.add_store("acme")
    health.phase = StoreState.WAITING
    health.well(Work.READING)
    page = await document(daemon)
    assert page["ok"]
    assert page["stores"]["acme"]["state"] == "waiting for confirmation"


async def test_a_store_without_key_says_what_to_do(daemon: Daemon) -> None:
    daemon.add_store("acme", keys=()).well(Work.READING)
    page = await document(daemon)
    assert page["ok"]
    assert page["stores"]["acme"]["push"] == {
        "paired": False,
        "waiting": 0,
        "cause": "no key yet: bridge store pair acme",
    }


async def test_a_key_file_that_cannot_be_read_is_told(daemon: Daemon, monkeypatch: pytest.MonkeyPatch) -> None:
    daemon.add_store("acme").well(Work.READING)

    def damaged() -> tuple[()]:
        raise DeskError("keys/acme.json: is not a key file")

    monkeypatch.setattr(daemon.runners["acme"], "_keys", damaged)
    page = await document(daemon)
    assert page["stores"]["acme"]["push"]["cause"] == "keys/acme.json: is not a key file"


async def test_what_waits_in_the_desk_is_counted_by_store(daemon: Daemon) -> None:
    daemon.add_store("acme").well(Work.READING)
    daemon.add_store("umbrella").well(Work.READING)
    desk = daemon.desk
    desk.run(lambda tx: tx.problems.report("acme", key="a", kind="fuse", summary="", at=NOON))
    desk.run(lambda tx: tx.problems.report("acme", key="b", kind="unreadable_order", summary="", at=NOON))
    accounts = desk.run(lambda tx: tx.accounts.open("umbrella", [Owner(OwnerKind.CUSTOMER, n) for n in (1, 2, 3)]))
    desk.run(lambda tx: tx.accounts.touch([account.id for account in accounts.values()]))
    desk.run(
        lambda tx: tx.outbox.add(
            [
                CoinsGranted(
                    key="k", store="acme", owner=Owner(OwnerKind.CUSTOMER, 1), order_id=1, plan="base", coins=5, at=NOON
                )
            ]
        )
    )
    page = await document(daemon)
    assert page["stores"]["acme"]["problems"] == 2
    assert page["stores"]["umbrella"]["push"]["waiting"] == 3
    assert (page["outbox_waiting"], page["messages_waiting"]) == (1, 0)


async def test_the_desk_is_named_with_its_epoch_and_the_age_of_its_last_backup(daemon: Daemon) -> None:
    page = await document(daemon)
    assert page["desk"] == {
        "epoch": daemon.desk.identity.epoch,
        "schema": versions.SCHEMA_VERSION,
        "last_backup_age_seconds": None,
    }
    daemon.desk.run(lambda tx: versions.note_backup(tx.connection, NOON))
    daemon.clock.advance(timedelta(hours=2))
    assert (await document(daemon))["desk"]["last_backup_age_seconds"] == 7200.0


async def test_how_far_a_first_sync_is_can_be_seen(daemon: Daemon) -> None:
    daemon.add_store("acme").well(Work.READING)
    store = daemon.desk.run(lambda tx: tx.stores.get("acme"))
    assert store.first_sync is FirstSync.PENDING
    daemon.desk.run(lambda tx: tx.connection.execute("UPDATE store SET first_sync = 'done'").rowcount)
    assert (await document(daemon))["stores"]["acme"]["first_sync"] == "done"


async def test_a_desk_that_cannot_be_read_fails_the_page_and_says_why(
    daemon: Daemon, monkeypatch: pytest.MonkeyPatch
) -> None:
    daemon.add_store("acme").well(Work.READING)

    async def damaged(*_: object, **__: object) -> None:
        raise DeskDamaged("desk.sqlite3 is damaged: malformed")

    monkeypatch.setattr(Desk, "read", damaged)
    page = await document(daemon)
    assert not page["ok"]
    assert page["desk"] == {"cause": "desk.sqlite3 is damaged: malformed"}
    assert (page["outbox_waiting"], page["messages_waiting"]) == (None, None)
    assert page["stores"]["acme"]["ok"]


async def test_a_store_whose_shop_was_put_back_fails_the_page_until_staff_have_looked(daemon: Daemon) -> None:
    health = daemon.add_store("acme")
    health.well(Work.READING)
    health.phase = StoreState.PAUSED
    page = await document(daemon)
    assert not page["ok"]
    assert page["stores"]["acme"]["state"] == "paused"
    assert page["stores"]["acme"]["cause"].startswith("the shop's ids went back, nothing of it is booked")
