"""Licences of a vendor's own table, and a shop that is away, as whole stories with a real shop (rules L7, L8)."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest

from bridge.app import App
from bridge.contracts.clock import SystemClock
from bridge.domain.entitlement import Entitlement, Reason, Way
from bridge.domain.licence_answers import LicenceQuestion
from bridge.domain.licence_history import KeptLicence
from bridge.domain.licences import StatusCode
from bridge.domain.mapped_licences import LicenceTable, MappedRow, RowField
from bridge.domain.plans import PlanBook
from bridge.engine.health import StoreState, Work
from bridge.engine.setup import StoreSetup
from bridge.services import covering, mapped_licences
from bridge.testing.mariadb import PrivateMariaDB
from bridge.web.licence_desk import DeskLicences
from tests.faults.server import ServerTrouble
from tests.scenarios.conftest import MakeBridge
from tests.scenarios.test_help_covered import cover
from tests.scenarios.test_isolation import SECRET
from tests.scenarios.test_licences import licences
from tests.support.books import TEHRAN
from tests.support.bridges import AnyShop, Bridge
from tests.support.licences import a_licence_desk, licences_of
from tests.support.quoting import ANNA, CUSTOMER, CoinDesk
from tests.support.shops import OpenCartShop
from tests.support.tickets import WEDNESDAY_6PM, opens
from tests.support.waiting import until

MAPPED = """
[licences.products.seo]
name = { en = "SEO" }
domains = 2
[licences.table]
table = "vendor_licences"
id_column = "id"
key = { column = "code" }
product = { value = "seo" }
customer_id = { column = "customer" }
status = { column = "state" }
support_until = { column = "until" }
statuses = { "1" = "active", "0" = "suspended" }
"""
BY_ADDRESS = MAPPED.replace('customer_id = { column = "customer" }', 'email = { column = "mail" }')


async def make_table(shop: AnyShop) -> None:
    await shop.execute(
        "CREATE TABLE vendor_licences (id INT AUTO_INCREMENT PRIMARY KEY, code VARCHAR(64), customer INT,"
        " mail VARCHAR(96), state TINYINT, until DATE)"
    )


async def sell(shop: AnyShop, code: str, customer: int, until: date, *, state: int = 1, mail: str = "") -> None:
    await shop.execute(
        "INSERT INTO vendor_licences (code, customer, mail, state, until) VALUES (%s, %s, %s, %s, %s)",
        code,
        customer,
        mail,
        state,
        until.isoformat(),
    )


class LaterClock(SystemClock):
    """The machine's clock, so much later."""

    def __init__(self, later: timedelta = timedelta(0)) -> None:
        self.later = later

    def now(self) -> datetime:
        return super().now() + self.later


def status(bridge: Bridge, app: App, key: str, clock: SystemClock) -> StatusCode:
    """What an extension is told that asks now."""
    book = StoreSetup.of(bridge.settings().stores["acme"]).licences
    desk = DeskLicences(app.desk, clock, book_of=lambda _: book)
    try:
        return desk.check(LicenceQuestion("acme", key, "localhost", takes_place=False, product="seo")).status.code
    finally:
        desk.close()


async def test_L8_the_vendors_own_rows_are_licences_and_are_followed(shop: AnyShop, make_bridge: MakeBridge) -> None:
    await make_table(shop)
    ada, bob = await shop.add_customer("ada@shop.example"), await shop.add_customer("bob@shop.example")
    await sell(shop, "VENDOR-1", ada, date(2099, 12, 31))
    bridge = make_bridge(shop, sections=MAPPED, reconcile_minutes=0.01)
    await bridge.prepare()
    clock = SystemClock()
    async with bridge.running() as app:
        await until(lambda: len(licences(bridge, ada)) == 1, "the first reading is over")
        await until(lambda: bridge.desk.ask("SELECT 1 FROM licence_table WHERE read_ms IS NOT NULL"), "and complete")
        await sell(shop, "VENDOR-2", bob, date(2020, 12, 31))
        await until(lambda: len(licences(bridge, bob)) == 1, "a new row is a licence")
        assert [status(bridge, app, f"VENDOR-{row}", clock) for row in (1, 2, 3)] == [
            StatusCode.ACTIVE,
            StatusCode.EXPIRED,
            StatusCode.UNKNOWN,
        ]
        await shop.execute("UPDATE vendor_licences SET state = 0 WHERE code = 'VENDOR-1'")
        await until(lambda: licences(bridge, ada)[0].suspended == "vendor", "the vendor has suspended it")
        assert status(bridge, app, "VENDOR-1", clock) is StatusCode.SUSPENDED
        await shop.execute("UPDATE vendor_licences SET until = '2099-12-31' WHERE code = 'VENDOR-2'")
        await until(lambda: licences(bridge, bob)[0].events == "issued dates dates", "the vendor has renewed it")
        await shop.execute("UPDATE vendor_licences SET code = 'VENDOR-1' WHERE code = 'VENDOR-2'")
        await bridge.problem("acme", "licence_rows")
        assert status(bridge, app, "VENDOR-2", clock) is StatusCode.ACTIVE, "a row that is not believed takes nothing"
        told = bridge.desk.ask("SELECT json_extract(event, '$.change') FROM outbox WHERE kind = 'licence_changed'")
    assert sorted(change for (change,) in told) == ["issued", "renewed", "suspended"]


async def test_L8_C19_a_licence_by_address_is_nobodys_and_its_key_works(
    opencart: OpenCartShop, make_bridge: MakeBridge
) -> None:
    await make_table(opencart)
    ada = await opencart.add_customer("ada@shop.example")
    await sell(opencart, "VENDOR-1", 0, date(2099, 12, 31), mail="ada@shop.example")
    bridge = make_bridge(opencart, sections=BY_ADDRESS)
    await bridge.prepare()
    async with bridge.running() as app:
        await until(lambda: bridge.desk.ask("SELECT 1 FROM licence"), "the row is a licence")
        assert licences(bridge, ada) == []
        assert status(bridge, app, "VENDOR-1", SystemClock()) is StatusCode.ACTIVE


async def test_L7_a_shop_that_is_away_for_three_days_is_believed_for_72_hours_over_restarts(
    opencart: OpenCartShop, make_bridge: MakeBridge, mariadb: PrivateMariaDB, tmp_path: Path
) -> None:
    await make_table(opencart)
    ada = await opencart.add_customer("ada@shop.example")
    await sell(opencart, "VENDOR-1", ada, date(2099, 12, 31))
    mariadb.create_user("away", SECRET, [f"ALL ON `{opencart.parameters.database}`.*"])
    socket, password = tmp_path / "shop.sock", tmp_path / "password"
    password.write_text(SECRET)
    password.chmod(0o600)
    socket.symlink_to(mariadb.socket)
    bridge = make_bridge(opencart, sections=MAPPED, socket=socket, user="away", password_file=password)
    await bridge.prepare()
    async with bridge.running() as app:
        await until(lambda: len(licences(bridge, ada)) == 1, "the row is a licence")
        health = app.runners["acme"].health
        socket.unlink()
        ServerTrouble(mariadb, "away").kill_connections()
        await until(lambda: Work.LICENCES in health.failures, "the table can't be read")
        assert status(bridge, app, "VENDOR-1", SystemClock()) is StatusCode.ACTIVE
    for hours, expected in ((71, StatusCode.ACTIVE), (73, StatusCode.UNVERIFIED)):
        clock = LaterClock(timedelta(hours=hours))
        async with App(bridge.settings(), bridge.settings, clock) as app:
            assert status(bridge, app, "VENDOR-1", clock) is expected
            app.start_stores()
            health = app.runners["acme"].health
            await until(lambda: health.state is StoreState.DOWN, "the shop is away still")  # noqa: B023
            assert status(bridge, app, "VENDOR-1", clock) is expected
    socket.symlink_to(mariadb.socket)
    clock = LaterClock(timedelta(hours=74))
    async with App(bridge.settings(), bridge.settings, clock) as app:
        app.start_stores()
        await until(lambda: status(bridge, app, "VENDOR-1", clock) is StatusCode.ACTIVE, "the shop is back")
    mariadb.run("DROP USER away")


# --- help in tickets ----------------------------------------------------------------------------------------------

ROWS = LicenceTable(
    name="vendor_licences",
    id_column="id",
    columns={field: str(field) for field in RowField},
    known=frozenset({"seo"}),
    zone=TEHRAN,
)


@pytest.fixture
def coins() -> Iterator[CoinDesk]:
    """The desk of a store that sells extensions, and whose vendor keeps their licences himself."""
    with a_licence_desk(WEDNESDAY_6PM, plans=PlanBook([])) as desk:
        yield desk


def says(coins: CoinDesk, until: date, status: str = "active") -> KeptLicence:
    """The vendor's row of the customer's licence says so now."""
    said = {RowField.KEY: "VENDOR-1", RowField.PRODUCT: "seo", RowField.CUSTOMER_ID: "77", RowField.STATUS: status}
    said |= {RowField.STARTS: "2024-01-01", RowField.SUPPORT_UNTIL: until.isoformat()}
    row = MappedRow(1, coins.later(seconds=1).second, said)
    coins.desk.run(mapped_licences.take, coins.terms, ROWS, [row], present={77: 7}, fuse_units=50, at=coins.now)
    (one,) = licences_of(coins, CUSTOMER)
    return one


def as_at_the_opening(coins: CoinDesk, ticket: int, one: KeptLicence) -> Entitlement:
    """What staff are told who say which licence a ticket is about: it counts as it stood when that was opened."""
    return coins.desk.run(
        covering.decide_anew, coins.terms, ticket, by=ANNA, at=coins.later(minutes=1), licence=one.licence.id
    )


def test_L2_L8_what_the_vendor_prolongs_after_the_opening_covers_only_what_is_opened_then(coins: CoinDesk) -> None:
    one = says(coins, date(2026, 11, 24))
    ticket = opens(coins, product="seo")
    assert cover(coins, ticket).reason is Reason.EXPIRED
    says(coins, date(2027, 11, 24))
    assert as_at_the_opening(coins, ticket, one).reason is Reason.EXPIRED
    assert cover(coins, opens(coins, product="seo")).way is Way.LICENCE


def test_L2_L8_a_row_that_was_read_after_the_opening_counts_as_it_was_read_first(coins: CoinDesk) -> None:
    ticket = opens(coins, product="seo")
    one = says(coins, date(2026, 12, 24))
    assert as_at_the_opening(coins, ticket, one).way is Way.LICENCE


def test_L3_L8_what_the_vendor_suspends_meanwhile_is_brought_to_staff(coins: CoinDesk) -> None:
    one = says(coins, date(2026, 12, 24))
    ticket = opens(coins, licence=one.licence.id)
    says(coins, date(2026, 12, 24), "suspended")
    assert cover(coins, ticket).way is Way.LICENCE
    kinds = [problem.kind for problem in coins.desk.look(lambda tx: tx.problems.open("acme"))]
    assert kinds == ["licence_refunded_mid_ticket"]
