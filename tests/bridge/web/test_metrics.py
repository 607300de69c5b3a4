"""The metrics page: Prometheus can read it, its numbers are the desk's, and nobody's name is in it."""

import time
from datetime import timedelta

from prometheus_client import REGISTRY
from prometheus_client.parser import text_string_to_metric_families

from bridge import VERSION
from bridge.contracts.chats import Receipt
from bridge.contracts.desk import Tx
from bridge.contracts.office import Delivery
from bridge.desk import versions
from bridge.domain.accounts import Owner, OwnerKind
from bridge.domain.licence_answers import Verdict
from bridge.domain.tickets import Author, TicketKind, TicketNow, TicketState
from bridge.engine.health import Counters, Work
from bridge.web.health import health_document
from bridge.web.metrics import metrics_page
from tests.bridge.web.conftest import NOON, Daemon
from tests.support.licence_field import ANYWHERE, GOOD, HERE, PRODUCT, the_field

CUSTOMER = 987_654_321


async def samples(daemon: Daemon) -> dict[tuple[str, str], float]:
    """Every sample by name and labels (`store=acme,kind=fuse`)."""
    page = metrics_page(await daemon.observed.look(with_ledger=True)).decode()
    return {
        (sample.name, ",".join(f"{name}={value}" for name, value in sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(page)
        for sample in family.samples
    }


def an_account(tx: Tx) -> None:
    """One account with coins; written as the books would, without the rules."""
    tx.accounts.open("acme", [Owner(OwnerKind.CUSTOMER, CUSTOMER), Owner(OwnerKind.GUEST, 5)])


async def test_counters_carry_what_the_store_has_done(daemon: Daemon) -> None:
    health = daemon.add_store("acme")
    health.counters = Counters(reads=7, rows=6, orders=5, pushes=4, retries=3, rounds=2, differences=1)
    found = await samples(daemon)
    counted = {"reads": 7, "rows": 6, "orders": 5, "pushes": 4, "retries": 3, "comparisons": 2, "differences": 1}
    for name, value in counted.items():
        assert found[f"supportbridge_{name}_total", "store=acme"] == value


async def test_ages_and_lags_are_gauges(daemon: Daemon) -> None:
    health = daemon.add_store("acme")
    health.well(Work.READING)
    health.last_good_read = time.monotonic() - 12
    health.lag_seconds = 1.5
    found = await samples(daemon)
    assert 12 <= found["supportbridge_last_read_age_seconds", "store=acme"] < 20
    assert found["supportbridge_lag_seconds", "store=acme"] == 1.5
    assert found["supportbridge_store_up", "store=acme"] == 1
    assert found["supportbridge_loop_delay_seconds", ""] == 0
    assert found["supportbridge_info", f"version={VERSION}"] == 1


async def test_the_age_of_what_never_happened_is_absent(daemon: Daemon) -> None:
    daemon.add_store("acme")
    found = await samples(daemon)
    assert ("supportbridge_last_read_age_seconds", "store=acme") not in found
    assert ("supportbridge_last_backup_age_seconds", "") not in found
    daemon.desk.run(lambda tx: versions.note_backup(tx.connection, NOON))
    daemon.clock.advance(timedelta(hours=1))
    assert (await samples(daemon))["supportbridge_last_backup_age_seconds", ""] == 3600


async def test_C16_the_ledgers_totals_are_the_sums_over_its_accounts(daemon: Daemon) -> None:
    daemon.add_store("acme")
    daemon.add_store("umbrella")
    daemon.desk.run(an_account)
    daemon.desk.run(
        lambda tx: tx.connection.execute("UPDATE account SET posted = 850, held = 30, entries = 3").rowcount
    )
    found = await samples(daemon)
    assert found["supportbridge_ledger_accounts", "store=acme"] == 2
    assert found["supportbridge_ledger_posted_coins", "store=acme"] == 1700
    assert found["supportbridge_ledger_held_coins", "store=acme"] == 60
    assert found["supportbridge_ledger_entries", "store=acme"] == 6
    assert found["supportbridge_ledger_accounts", "store=umbrella"] == 0
    assert found["supportbridge_pushes_waiting", "store=acme"] == 0
    assert found["supportbridge_outbox_waiting", ""] == 0


def late_tickets(tx: Tx) -> None:
    """Two tickets that are late, one of them after a guarantee, the later of the two."""
    owner = Owner(OwnerKind.CUSTOMER, CUSTOMER)
    account = tx.accounts.open("acme", [owner])[owner]
    for minutes, guaranteed in ((30, True), (90, False)):
        ticket = tx.tickets.open("acme", account.id, subject="Anna's", at=NOON, by=Author.CUSTOMER)
        due = NOON - timedelta(minutes=minutes)
        now = TicketNow(TicketState.OPEN, NOON, TicketKind.SUPPORT, due=due, guaranteed=guaranteed)
        tx.tickets.save_now(ticket.id, now)


async def test_T7_tickets_that_wait_are_counted_and_the_first_due_time_is_told(daemon: Daemon) -> None:
    daemon.add_store("acme")
    daemon.add_store("umbrella")
    daemon.desk.run(late_tickets)
    found = await samples(daemon)
    assert found["supportbridge_tickets_waiting", "store=umbrella"] == 0
    assert ("supportbridge_tickets_first_due_seconds", "store=umbrella") not in found
    assert found["supportbridge_tickets_waiting", "store=acme"] == 2
    assert found["supportbridge_tickets_late", "store=acme"] == 2
    assert found["supportbridge_tickets_breached", "store=acme"] == 1
    assert found["supportbridge_tickets_first_due_seconds", "store=acme"] == -90 * 60
    page = health_document(await daemon.observed.look())
    assert page["ok"], "a late answer is staff's matter, not the daemon's"
    assert page["stores"]["acme"]["tickets"] == {
        "waiting": 2,
        "late": 2,
        "breached": 1,
        "first_due_seconds": -5400.0,
    }


async def test_messages_that_wait_are_counted_by_plugin(daemon: Daemon) -> None:
    messages = [Delivery(key, "acme", "coins_granted", {}) for key in ("a", "b")]
    daemon.desk.run(lambda tx: tx.deliveries.add("mail", messages, NOON))
    assert (await samples(daemon))["supportbridge_messages_waiting", "plugin=mail"] == 2


async def test_what_came_and_waits_is_counted_by_plugin(daemon: Daemon) -> None:
    receipts = [Receipt(key, "delivery", b"{}", NOON) for key in ("a", "b")]
    daemon.desk.run(lambda tx: tx.receipts.add("whatsapp", receipts))
    daemon.desk.run(lambda tx: tx.receipts.end(tx.receipts.due("whatsapp", NOON, 1)))
    assert (await samples(daemon))["supportbridge_receipts_waiting", "plugin=whatsapp"] == 1


async def test_problems_are_counted_by_kind(daemon: Daemon) -> None:
    daemon.add_store("acme")
    for key, kind in (("a", "fuse"), ("b", "fuse"), ("c", "order_deleted")):
        daemon.desk.run(lambda tx: tx.problems.report("acme", key=key, kind=kind, summary="", at=NOON))  # noqa: B023
    found = await samples(daemon)
    assert found["supportbridge_problems_open", "kind=fuse,store=acme"] == 2
    assert found["supportbridge_problems_open", "kind=order_deleted,store=acme"] == 1


async def test_L6_what_the_licence_api_answers_is_counted_by_status(daemon: Daemon) -> None:
    async with the_field(ANYWHERE.model_copy(update={"per_key": 3})) as field:
        daemon.traffic = field.traffic
        await field.ask("activate")
        await field.ask(product="another")
        for key in (GOOD, "none", "none", GOOD, GOOD):
            await field.ask(key=key)
        await field.ask(domain="8.8.8.8")
        async with field.client.get("/nothing"):
            found = await samples(daemon)
        page = metrics_page(await daemon.observed.look()).decode()
    told = {status: found["supportbridge_licence_answers_total", f"status={status}"] for status in Verdict}
    assert told == {"active": 2, "inactive": 1, "unknown": 2, "unverified": 0}
    answers = {label: count for (name, label), count in found.items() if name == "supportbridge_public_answers_total"}
    assert answers == {"status=200": 5, "status=404": 1, "status=422": 1, "status=429": 2}
    assert found["supportbridge_public_connections", ""] == 1
    assert found["supportbridge_public_turned_away_total", ""] == 0
    for secret in (GOOD, HERE, PRODUCT, "127.0.0.1"):
        assert secret not in page


async def test_without_a_public_listener_nothing_is_told_of_one(daemon: Daemon) -> None:
    assert not [name for name, _ in await samples(daemon) if "public" in name or "licence" in name]


async def test_D1_no_customer_is_in_the_metrics(daemon: Daemon) -> None:
    daemon.add_store("acme").well(Work.READING)
    daemon.desk.run(an_account)
    daemon.desk.run(
        lambda tx: tx.problems.report(
            "acme", key=f"customer:{CUSTOMER}", kind="fuse", summary=f"customer {CUSTOMER} Anna", at=NOON
        )
    )
    page = metrics_page(await daemon.observed.look(with_ledger=True)).decode()
    assert str(CUSTOMER) not in page
    assert "Anna" not in page


async def test_the_processs_own_registry_is_not_touched(daemon: Daemon) -> None:
    before = {family.name for family in REGISTRY.collect()}
    daemon.add_store("acme")
    assert await samples(daemon)
    assert {family.name for family in REGISTRY.collect()} == before
