"""Licences of a vendor's own table, look by look: booked, followed, never lost by a slip (rules L8, C2, C19, D3)."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from bridge.contracts.desk import FirstSync
from bridge.contracts.problems import Problem
from bridge.contracts.shop_documents import Contact
from bridge.desk.desk import Desk
from bridge.desk.transaction import DeskTx
from bridge.domain.accounts import Owner, OwnerKind
from bridge.domain.events import LicenceChanged, LicenceExpired
from bridge.domain.licence_history import KeptLicence, status_at
from bridge.domain.licence_keys import new_key
from bridge.domain.licences import LicenceSource, StatusCode, Term
from bridge.engine import licence_round
from bridge.engine.freshness import Sight
from bridge.engine.health import StoreHealth
from bridge.engine.licence_round import LicenceRound
from bridge.engine.setup import StoreSetup
from bridge.errors import ShopUnavailable
from bridge.services import licence_freshness, problems
from bridge.services.covering import REFUNDED_MEANWHILE
from bridge.services.firing import fire_due
from bridge.services.licence_booking import hand_over
from bridge.services.opening import Wish, open_ticket
from bridge.services.syncing import IDS_WENT_BACK
from bridge.settings.licences import LicenceSettings
from bridge.testing.clock import FixedClock
from bridge.testing.licences import FakeLicences
from bridge.testing.shop import FakeShop
from tests.support.books import TEHRAN, a_quick_desk
from tests.support.fake_platform import read_settings, write_bridge

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
ACME = "acme"
NAMES: dict[str, Any] = {"name": {"en": "SEO"}}
TABLE: dict[str, Any] = {
    "table": "my_licences",
    "id_column": "id",
    "key": {"column": "code"},
    "product": {"column": "extension"},
    "customer_id": {"column": "customer"},
    "status": {"column": "state"},
    "starts": {"column": "since"},
    "support_until": {"column": "until"},
    "products": {"17": "seo"},
    "statuses": {"1": "active", "2": "expired", "0": "suspended"},
}
BY_ADDRESS = {**{name: one for name, one in TABLE.items() if name != "customer_id"}, "email": {"column": "mail"}}


class Vendor:
    """A shop whose vendor keeps licences in a table of his own, and the side that reads it, driven by hand."""

    def __init__(self, desk: Desk, folder: Path, table: dict[str, Any] = TABLE) -> None:
        self.settings = read_settings(write_bridge(folder, stores={ACME: {}})).stores[ACME]
        self.shop, self.desk, self.clock = FakeShop(licences=True), desk, FixedClock(NOON)
        assert self.shop.licences_shop is not None
        self.rows: FakeLicences = self.shop.licences_shop
        self.begin(table)

    def begin(self, table: dict[str, Any] = TABLE, **products: Any) -> None:
        """Start anew, as a daemon does, perhaps with other settings."""
        licences = LicenceSettings.model_validate(
            {"products": {"seo": NAMES, "menu": NAMES, **products}, "table": table}, strict=False
        )
        self.setup = StoreSetup.of(self.settings.model_copy(update={"licences": licences}))
        health = StoreHealth(ACME, 60)
        self.side = LicenceRound(
            self.setup,
            self.shop,
            self.desk,
            self.clock,
            health,
            asyncio.Event(),
            wake=asyncio.Event(),
            sight=Sight(self.desk, self.clock, ACME),
        )

    def sells(self, row: int, customer: int | str = 77, **said: str) -> None:
        """A row as the vendor's own extension writes it; `said` changes what is named."""
        full = {"key": f"VENDOR-{row}", "product": "17", "customer_id": str(customer), "status": "1"}
        full |= {"starts": "2026-11-01", "support_until": "2027-11-01"}
        self.rows.write(row, **(full | said))

    async def ready(self) -> None:
        """The orders have been read, and the table for the first time."""
        await self.desk.transact("done", _orders_are_read)
        await self.side.whole_round()

    async def look(self, after: timedelta = timedelta(minutes=1)) -> None:
        self.clock.advance(after)
        await self.side.one_pass()

    async def round(self, after: timedelta = timedelta(minutes=5)) -> None:
        self.clock.advance(after)
        await self.side.whole_round()

    def licences(self, owner: int | Owner = 77) -> list[KeptLicence]:
        who = owner if isinstance(owner, Owner) else Owner(OwnerKind.CUSTOMER, owner)

        def found(tx: DeskTx) -> list[KeptLicence]:
            account = tx.accounts.of_owners(ACME, [who]).get(who)
            return tx.licences.of_accounts([account.id]).get(account.id, []) if account else []

        return self.desk.look(found)

    def the_licence(self, owner: int | Owner = 77) -> KeptLicence:
        (one,) = self.licences(owner)
        return one

    def status(self, owner: int | Owner = 77) -> StatusCode:
        return status_at(self.the_licence(owner).now, self.clock.now(), expiring_days=(30,)).code

    def problems(self) -> list[Problem]:
        return self.desk.look(lambda tx: tx.problems.open(ACME))

    def told(self) -> list[str]:
        due = self.desk.look(lambda tx: tx.outbox.due(self.clock.now() + timedelta(days=9999), 1000))
        return [one.event.change for one in due if isinstance(one.event, LicenceChanged)]

    def history(self, licence: int) -> list[str]:
        return [one.kind.value for one in self.desk.look(lambda tx: tx.licences.events(licence))]


def _orders_are_read(tx: DeskTx) -> None:
    tx.stores.save(replace(tx.stores.get(ACME), first_sync=FirstSync.DONE))


@pytest.fixture
async def desk() -> AsyncIterator[Desk]:
    with a_quick_desk() as opened:
        opened.start()
        yield opened


@pytest.fixture
async def vendor(desk: Desk, tmp_path: Path) -> Vendor:
    return Vendor(desk, tmp_path)


def last_second(year: int, month: int, day: int) -> datetime:
    return datetime(year, month, day, 23, 59, 59, tzinfo=TEHRAN)


# --- made -----------------------------------------------------------------------------------------------------


async def test_L8_a_row_is_a_licence_with_the_vendors_key_dates_and_customer(vendor: Vendor) -> None:
    vendor.sells(5, order_id="1042")
    await vendor.ready()
    one = vendor.the_licence()
    assert (one.licence.key, one.licence.product, one.licence.order_id) == ("VENDOR-5", "seo", 1042)
    assert (one.licence.source, one.licence.starts_at) == (LicenceSource.TABLE, datetime(2026, 11, 1, tzinfo=TEHRAN))
    assert one.now.ends == {Term.LICENCE: None, Term.UPDATES: None, Term.SUPPORT: last_second(2027, 11, 1)}
    assert vendor.status() is StatusCode.ACTIVE
    assert vendor.desk.look(lambda tx: tx.licences.by_key(ACME, "VENDOR-5")) == one


async def test_L8_the_same_rows_again_change_nothing(vendor: Vendor) -> None:
    vendor.sells(5)
    vendor.sells(6, status="0")
    await vendor.ready()
    before = vendor.licences()
    vendor.shop.calls.clear()
    await vendor.round()
    assert vendor.licences() == before
    assert vendor.shop.calls["licence_rows"] == 0, "nothing differs, so nothing is read"
    vendor.begin()
    await vendor.round()
    assert vendor.licences() == before


async def test_C2_the_first_reading_tells_no_customer_and_what_is_new_after_it_does(vendor: Vendor) -> None:
    vendor.sells(5)
    vendor.sells(6, status="2")
    await vendor.ready()
    assert vendor.told() == []
    terms, tomorrow = {ACME: vendor.setup.desk_terms}, vendor.clock.now() + timedelta(days=1)
    await vendor.desk.transact("fire", fire_due, terms, at=tomorrow)
    due = vendor.desk.look(lambda tx: tx.outbox.due(NOON + timedelta(days=9999), 1000))
    assert [one for one in due if isinstance(one.event, LicenceExpired)] == [], "it ended before we knew of it"
    vendor.sells(7)
    await vendor.look()
    assert vendor.told() == ["issued"]


async def test_L8_a_new_row_is_there_at_the_next_look_without_a_round(vendor: Vendor) -> None:
    for row in range(1, 120):
        vendor.sells(row, customer=row)
    await vendor.ready()
    vendor.side._next_round = float("inf")  # no round is due
    vendor.sells(500, customer=500)
    vendor.rows.write(110, status="0")
    vendor.rows.write(2, status="0")
    await vendor.look()
    assert [vendor.status(row) for row in (500, 110, 2)] == [StatusCode.ACTIVE, StatusCode.SUSPENDED, StatusCode.ACTIVE]
    await vendor.round()
    assert vendor.status(2) is StatusCode.SUSPENDED, "a round finds what changed anywhere"


async def test_L8_a_table_of_many_pages_is_read_whole(vendor: Vendor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(licence_round, "PAGE", 4)
    monkeypatch.setattr(licence_round, "ROWS_A_TRANSACTION", 3)
    for row in range(1, 12):
        vendor.sells(row, customer=row)
    await vendor.ready()
    assert [len(vendor.licences(row)) for row in range(1, 12)] == [1] * 11
    vendor.rows.delete(8)  # the last of a page
    await vendor.round()
    (problem,) = vendor.problems()
    assert problem.summary.startswith("row 8 of my_licences is there no more; its licence goes on: suspend it by")


async def test_L8_a_licence_that_starts_later_is_none_before(vendor: Vendor) -> None:
    vendor.sells(5, starts="2026-11-25")
    await vendor.ready()
    assert vendor.licences() == []
    assert vendor.problems() == []
    await vendor.round(timedelta(days=5))
    assert vendor.status() is StatusCode.ACTIVE


# --- followed -------------------------------------------------------------------------------------------------


async def test_L8_what_the_vendor_changes_the_licence_follows(vendor: Vendor) -> None:
    vendor.sells(5, support_until="2026-12-10")
    await vendor.ready()
    assert vendor.status() is StatusCode.EXPIRING
    for said, status in (
        ({"support_until": "2027-12-10"}, StatusCode.ACTIVE),
        ({"status": "0"}, StatusCode.SUSPENDED),
        ({"status": "1"}, StatusCode.ACTIVE),
        ({"status": "2"}, StatusCode.EXPIRED),
        ({"status": "1", "support_until": ""}, StatusCode.ACTIVE),
    ):
        vendor.rows.write(5, **said)
        await vendor.look()
        await vendor.look()
        assert vendor.status() is status, said
    assert vendor.told() == ["renewed", "suspended", "reinstated", "renewed"]
    assert vendor.history(vendor.the_licence().licence.id) == ["issued", *["dates"] * 6]
    assert vendor.problems() == []


async def test_L8_another_customers_number_in_the_row_assigns_the_licence_but_staff_can_too(vendor: Vendor) -> None:
    vendor.sells(5)
    await vendor.ready()
    vendor.rows.write(5, customer_id="78")
    await vendor.look()
    assert (vendor.licences(77), vendor.the_licence(78).licence.key) == ([], "VENDOR-5")
    heir = await vendor.desk.transact("open", _account_of, 79)
    here = vendor.the_licence(78).now.account_id
    await vendor.desk.transact("assign", hand_over, ACME, here, heir, at=vendor.clock.now(), by="Anna")
    vendor.rows.write(5, support_until="2028-11-01")
    await vendor.look()
    assert vendor.the_licence(79).now.end == last_second(2028, 11, 1), "what staff assigned stays assigned"


async def test_L8_another_key_in_a_row_is_another_licence_and_ends_the_first(vendor: Vendor) -> None:
    vendor.sells(5)
    await vendor.ready()
    vendor.rows.write(5, key="VENDOR-NEW")
    await vendor.look()
    old, new = vendor.licences()
    assert (old.now.suspended, new.licence.key, new.now.suspended) == ("replaced", "VENDOR-NEW", None)
    vendor.rows.write(5, key="VENDOR-5")
    await vendor.look()
    old, new = vendor.licences()
    assert (old.now.suspended, new.now.suspended) == (None, "replaced")


async def test_L8_a_row_that_comes_again_under_another_number_goes_on_with_its_licence(vendor: Vendor) -> None:
    vendor.sells(5)
    await vendor.ready()
    before = vendor.the_licence()
    vendor.rows.delete(5)
    vendor.sells(6, key="VENDOR-5", support_until="2028-11-01")
    await vendor.round()
    await vendor.round()
    after = vendor.the_licence()
    assert (after.licence, after.now.end) == (before.licence, last_second(2028, 11, 1))
    assert vendor.problems() == []


async def test_L8_a_mapping_that_means_something_else_is_applied_to_every_row_and_told_nobody(vendor: Vendor) -> None:
    vendor.sells(5, status="7")
    await vendor.ready()
    assert [one.kind for one in vendor.problems()] == ["licence_rows"]
    vendor.begin({**TABLE, "statuses": {"7": "active"}})
    await vendor.round()
    assert (vendor.status(), vendor.problems(), vendor.told()) == (StatusCode.ACTIVE, [], [])


async def test_L8_a_product_that_the_file_names_later_gives_its_rows_their_licences(vendor: Vendor) -> None:
    vendor.sells(5, product="theme")
    await vendor.ready()
    assert [one.kind for one in vendor.problems()] == ["licence_rows"]
    vendor.begin(theme=NAMES)
    await vendor.round()
    assert (vendor.the_licence().now.product, vendor.problems(), vendor.told()) == ("theme", [], [])


async def test_L8_rows_of_other_products_are_left_out_in_silence_where_the_file_says_so(vendor: Vendor) -> None:
    vendor.begin({**TABLE, "ignore_other_products": True})
    vendor.sells(5)
    vendor.sells(6, product="18")
    await vendor.ready()
    assert (len(vendor.licences()), vendor.problems()) == (1, [])
    vendor.begin()
    await vendor.round()
    assert [one.kind for one in vendor.problems()] == ["licence_rows"]


# --- faults ---------------------------------------------------------------------------------------------------

FAULTS = [
    ({"status": "9"}, 'row 5 of my_licences is not believed: status: must be one of "1", "2", "0", not \'9\''),
    (
        {"support_until": "0000-00-00"},
        "row 5 of my_licences is not believed: support_until: a date of nothing but zeros",
    ),
    ({"product": "18"}, "product: must be one of"),
    ({"customer_id": "999"}, "row 5 of my_licences is not believed: customer_id: the shop has no customer 999"),
]


@pytest.mark.parametrize(("said", "words"), FAULTS)
async def test_L8_a_row_that_is_not_believed_gives_nothing_takes_nothing_and_is_told_until_it_is_right(
    vendor: Vendor, said: dict[str, str], words: str
) -> None:
    vendor.shop.delete_customer(999)
    vendor.sells(5, **said)
    await vendor.ready()
    assert vendor.licences() == []
    (problem,) = vendor.problems()
    assert words in problem.summary
    vendor.sells(5)
    await vendor.look()
    assert (vendor.status(), vendor.problems()) == (StatusCode.ACTIVE, [])
    vendor.sells(5, **said)
    await vendor.look()
    assert vendor.status() is StatusCode.ACTIVE, "nothing that was believed before is taken back"
    assert len(vendor.problems()) == 1


async def test_L8_many_rows_with_one_fault_are_one_problem(vendor: Vendor) -> None:
    for row in range(1, 8):
        vendor.sells(row, status="9")
    await vendor.ready()
    (problem,) = vendor.problems()
    assert problem.summary.startswith("7 rows of my_licences (1, 2, 3, 4, 5, …) are not believed; row 1: status: must")
    assert "VENDOR" not in problem.summary
    for row in range(1, 8):
        vendor.rows.write(row, status="1")
    await vendor.look()
    assert vendor.problems() == []


async def test_L8_of_two_rows_with_one_key_the_first_has_the_licence_and_staff_are_told(vendor: Vendor) -> None:
    vendor.sells(5)
    vendor.sells(6, customer=78, key="VENDOR-5")
    await vendor.ready()
    assert (len(vendor.licences(77)), vendor.licences(78)) == (1, [])
    (problem,) = vendor.problems()
    assert problem.summary == (
        "row 6 of my_licences is not believed: key: row 5 has it already, and a key is one licence's alone"
    )
    vendor.rows.write(6, key="VENDOR-6")
    await vendor.look()
    assert (len(vendor.licences(78)), vendor.problems()) == (1, [])


async def test_L8_a_row_that_is_gone_leaves_its_licence_and_is_told_once_and_no_more_when_it_is_back(
    vendor: Vendor,
) -> None:
    vendor.sells(5)
    vendor.sells(6, customer=78)
    await vendor.ready()
    vendor.rows.delete(5)
    await vendor.round()
    await vendor.round()
    (problem,) = vendor.problems()
    assert (vendor.status(), problem.count) == (StatusCode.ACTIVE, 1)
    vendor.sells(5)
    await vendor.round()
    assert (vendor.problems(), len(vendor.licences())) == ([], 1)


async def test_L8_a_product_that_a_row_changes_is_told_and_its_licence_stays_what_it_is(vendor: Vendor) -> None:
    vendor.sells(5)
    await vendor.ready()
    vendor.rows.write(5, product="menu")
    await vendor.look()
    assert vendor.the_licence().now.product == "seo"
    (problem,) = vendor.problems()
    assert "product: licence 1 is of seo and stays so: give menu a row of its own" in problem.summary


async def test_C2_licences_that_would_end_at_once_wait_for_staff(vendor: Vendor) -> None:
    for row in range(1, 61):
        vendor.sells(row, customer=row)
    await vendor.ready()
    for row in range(1, 61):
        vendor.rows.write(row, status="0")
    vendor.sells(61, customer=61)
    await vendor.round()
    assert [vendor.status(row) for row in (1, 60, 61)] == [StatusCode.ACTIVE] * 3
    (problem,) = vendor.problems()
    assert "would end or suspend 60 licences at once" in problem.summary
    vendor.rows.write(1, status="1")
    await vendor.round()
    assert vendor.status(2) is StatusCode.ACTIVE, "nor may fewer, a few at a time"
    await vendor.desk.transact("retry", problems.retry, problem.id, by="Anna", at=vendor.clock.now())
    await vendor.round()
    assert [vendor.status(row) for row in (1, 2, 60)] == [StatusCode.ACTIVE, *[StatusCode.SUSPENDED] * 2]
    assert vendor.problems() == []
    for row in range(2, 61):
        vendor.rows.write(row, status="1")
    await vendor.round()
    for row in range(2, 61):
        vendor.rows.write(row, status="0")
    await vendor.round()
    assert len(vendor.problems()) == 1, "what was let through once does not count for the next time"
    for row in range(2, 61):
        vendor.rows.write(row, status="1")
    await vendor.round()
    assert vendor.problems() == [], "the vendor has put it right himself"


async def test_C2_licences_that_the_table_calls_expired_at_once_wait_as_well(vendor: Vendor) -> None:
    for row in range(1, 61):
        vendor.sells(row, customer=row)
    await vendor.ready()
    for row in range(1, 61):
        vendor.rows.write(row, status="2")
    await vendor.round()
    vendor.clock.advance(timedelta(minutes=1))
    assert {vendor.status(row) for row in range(1, 61)} == {StatusCode.ACTIVE}
    (problem,) = vendor.problems()
    assert "would end or suspend 60 licences at once" in problem.summary
    await vendor.desk.transact("retry", problems.retry, problem.id, by="Anna", at=vendor.clock.now())
    await vendor.round()
    vendor.clock.advance(timedelta(minutes=1))
    assert {vendor.status(row) for row in range(1, 61)} == {StatusCode.EXPIRED}


async def test_C2_a_table_that_is_put_back_to_an_older_state_waits_with_the_shop(vendor: Vendor) -> None:
    vendor.sells(5)
    await vendor.ready()

    def pause(tx: DeskTx) -> None:
        tx.problems.report(ACME, key=IDS_WENT_BACK, kind=IDS_WENT_BACK, summary="back", at=NOON)

    await vendor.desk.transact("pause", pause)
    vendor.rows.write(5, status="0")
    await vendor.look()
    assert vendor.status() is StatusCode.ACTIVE


async def test_L7_only_a_look_at_the_table_says_that_it_can_be_read(vendor: Vendor) -> None:
    def lost(tx: DeskTx) -> bool:
        return tx.stores.get(ACME).lost_since is not None

    await vendor.desk.transact("start", licence_freshness.shop_lost, ACME, at=NOON)
    await vendor.look()
    assert vendor.desk.look(lost), "it was not looked at: the orders come first"
    await vendor.desk.transact("done", _orders_are_read)
    vendor.shop.fail("licence_digests", ShopUnavailable("acme: gone"), times=1)
    with pytest.raises(ShopUnavailable):
        await vendor.look()
    assert vendor.desk.look(lost)
    await vendor.look()
    assert not vendor.desk.look(lost)


async def test_L7_after_an_outage_every_row_is_compared_before_an_end_is_held_against_anybody(
    vendor: Vendor, monkeypatch: pytest.MonkeyPatch
) -> None:
    def lost(tx: DeskTx) -> bool:
        return tx.stores.get(ACME).lost_since is not None

    monkeypatch.setattr(licence_round, "PAGE", 2)
    monkeypatch.setattr(licence_round, "AT_THE_END", 0)
    for row in (1, 2, 3, 4, 5):
        vendor.sells(row, customer=70 + row)
    await vendor.ready()
    vendor.shop.fail("licence_digests", ShopUnavailable("acme: gone"), times=1)
    with pytest.raises(ShopUnavailable):
        await vendor.look()
    vendor.sells(3, customer=73, support_until="2029-11-01")
    looks = 0
    while vendor.desk.look(lost):
        assert vendor.the_licence(73).now.told is not None
        assert (looks := looks + 1) < 9, "it catches up"
        await vendor.look()
    assert vendor.the_licence(73).now.ends[Term.SUPPORT] == datetime(2029, 11, 1, 20, 29, 59, tzinfo=UTC)


async def test_L8_nothing_is_read_before_the_orders_were(vendor: Vendor) -> None:
    vendor.sells(5)
    await vendor.look()
    assert vendor.shop.calls["licence_digests"] == 0


async def test_L8_a_look_that_fails_half_way_is_made_again(vendor: Vendor) -> None:
    vendor.sells(5)
    vendor.shop.fail("licence_rows", ShopUnavailable("acme: gone"), times=1)
    with pytest.raises(ShopUnavailable):
        await vendor.ready()
    assert vendor.licences() == []
    await vendor.look()
    assert vendor.status() is StatusCode.ACTIVE


# --- whose they are -------------------------------------------------------------------------------------------


def _account_of(tx: DeskTx, customer: int) -> int:
    owner = Owner(OwnerKind.CUSTOMER, customer)
    return tx.accounts.open(ACME, [owner])[owner].id


async def test_C19_an_address_suggests_whose_a_licence_is_and_it_is_nobodys_until_it_is_linked(
    desk: Desk, tmp_path: Path
) -> None:
    vendor = Vendor(desk, tmp_path, BY_ADDRESS)
    vendor.rows.write(5, key="VENDOR-5", product="17", status="1", email="Ada@Shop.example", support_until="2027-11-01")
    await vendor.ready()
    holder = Owner(OwnerKind.HOLDER, 5)
    assert vendor.status(holder) is StatusCode.ACTIVE
    assert vendor.licences(77) == []
    assert vendor.told() == []
    assert b"shop.example" not in desk.path.read_bytes()
    vendor.shop.people[77] = Contact(77, "ada@shop.example", "Ada", "en")
    await vendor.round()
    assert vendor.problems() == [], "of a customer who has never come to us nothing is asked"
    account, here = await desk.transact("open", _account_of, 77), vendor.the_licence(holder).now.account_id
    await vendor.round()
    (problem,) = vendor.problems()
    assert problem.summary.endswith("which proves nothing; if they are theirs: bridge licence assign 1 77")
    assert vendor.licences(77) == []
    await desk.transact("link", hand_over, ACME, here, account, at=vendor.clock.now(), by="Anna")
    await vendor.round()
    assert vendor.problems() == []
    vendor.rows.write(5, support_until="2028-11-01", email="ada@shop.example")
    await vendor.look()
    assert vendor.the_licence(77).now.end == last_second(2028, 11, 1)
    vendor.rows.write(5, email="eve@shop.example")
    await vendor.look()
    assert (vendor.licences(77), len(vendor.licences(holder))) == ([], 1), "another address is another's: linked anew"


async def test_D3_a_number_that_is_somebody_elses_by_now_gives_him_nothing(vendor: Vendor) -> None:
    vendor.sells(5)
    await vendor.ready()
    vendor.shop.give_number_away(77)
    vendor.sells(6)
    await vendor.look()
    assert len(vendor.licences()) == 1
    (problem,) = vendor.problems()
    assert "customer 77 is not who had that number before" in problem.summary


async def test_L6_a_key_in_the_form_of_ours_is_kept_in_its_one_spelling(vendor: Vendor) -> None:
    key = new_key(lambda alphabet: alphabet[3])
    vendor.sells(5, key=key.lower().replace("-", " "))
    await vendor.ready()
    assert vendor.the_licence().licence.key == key


async def test_L3_what_the_table_suspends_during_a_ticket_is_brought_to_staff(vendor: Vendor) -> None:
    vendor.sells(1)
    await vendor.ready()
    terms, licence = vendor.setup.desk_terms, vendor.the_licence().licence

    def asks(tx: DeskTx) -> int:
        (account,) = tx.accounts.by_ids([licence.account_id]).values()
        wish = Wish(licence=licence.id)
        return open_ticket(tx, terms, account, subject="Slider", text="Help", at=vendor.clock.now(), wish=wish).id

    ticket = await vendor.desk.transact("ask", asks)
    vendor.sells(1, status="0")
    await vendor.round()
    (problem,) = vendor.problems()
    assert (problem.kind, f"ticket {ticket} is free by licence" in problem.summary) == (REFUNDED_MEANWHILE, True)
    vendor.sells(1)
    await vendor.round()
    assert vendor.problems() == []
