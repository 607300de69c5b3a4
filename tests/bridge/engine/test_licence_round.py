"""Licences of a vendor's own table, look by look: booked, followed, never lost by a slip (rules L8, C2, C19, D3)."""

from datetime import UTC, datetime, timedelta

import pytest

from bridge.contracts.licences import KeyedEvent
from bridge.contracts.shop_documents import Contact
from bridge.desk.transaction import DeskTx
from bridge.domain.accounts import Owner, OwnerKind
from bridge.domain.events import LicenceExpired
from bridge.domain.licence_keys import new_key
from bridge.domain.licences import (
    Licence,
    LicenceEvent,
    LicenceEventKind,
    LicenceSource,
    LicenceTerms,
    StatusCode,
    Term,
)
from bridge.engine import licence_round
from bridge.errors import ShopUnavailable
from bridge.services import licence_freshness
from bridge.services.firing import fire_due
from bridge.services.licence_booking import hand_over
from bridge.services.licence_refunds import REFUNDED_MEANWHILE
from bridge.services.licence_suggestions import Suggestion, report_suggestions
from bridge.services.opening import Wish, open_ticket
from tests.support.books import TEHRAN
from tests.support.vendor_table import ACME, BY_ADDRESS, NAMES, NOON, TABLE, Vendor, orders_are_read


def _a_licence_of_an_order(tx: DeskTx, key: str) -> None:
    owner = Owner(OwnerKind.CUSTOMER, 78)
    account = tx.accounts.open(ACME, [owner])[owner]
    licence = Licence(1, ACME, account.id, key, LicenceTerms("seo", TEHRAN), NOON, NOON, order_id=1042)
    issued = LicenceEvent(NOON, LicenceEventKind.ISSUED, {"units": 1})
    tx.licences.record([KeyedEvent(1, "acme:order:1042:licence:seo", issued)], [licence])


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
    vendor.begin({**TABLE, "zero_dates": True})
    await vendor.round()
    assert vendor.shop.calls["licence_rows"] == 1, "read once more, for they might mean something else now"
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
    await vendor.desk.transact("fire", fire_due, terms, at=last_second(2028, 1, 1))
    due = vendor.desk.look(lambda tx: tx.outbox.due(NOON + timedelta(days=9999), 1000))
    ended = {one.event.licence_id for one in due if isinstance(one.event, LicenceExpired)}
    assert ended == {one.licence.id for one in vendor.licences() if one.licence.key != "VENDOR-6"}


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
    vendor.rows.write(5, customer_id="79")
    await vendor.look()
    assert vendor.history(1) == ["issued", "dates", "assigned", "assigned", "dates"], "he has it already"


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


async def test_L8_a_row_is_believed_once_the_shop_has_its_customer_though_it_stays_as_it_is(
    vendor: Vendor,
) -> None:
    vendor.shop.delete_customer(999)
    vendor.sells(5, customer=999)
    await vendor.ready()
    assert len(vendor.problems()) == 1
    vendor.shop.give_number_away(999)
    await vendor.round()
    assert (vendor.status(999), vendor.problems()) == (StatusCode.ACTIVE, [])


async def test_L8_a_key_that_an_order_has_given_is_no_rows(vendor: Vendor) -> None:
    await vendor.desk.transact("issue", _a_licence_of_an_order, "VENDOR-5")
    vendor.sells(5)
    await vendor.ready()
    (problem,) = vendor.problems()
    assert problem.summary == (
        "row 5 of my_licences is not believed: key: licence 1 has it already, and a key is one licence's alone"
    )
    assert vendor.history(1) == ["issued"]


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


async def test_L8_of_two_rows_that_wait_for_one_key_only_the_first_gets_its_licence(vendor: Vendor) -> None:
    vendor.sells(1)
    await vendor.ready()
    for row in (2, 3):
        vendor.sells(row, key="VENDOR-1", customer=70 + row)
    await vendor.round()
    vendor.rows.delete(1)
    await vendor.round()
    (licence,) = vendor.licences(72)
    assert vendor.licences(73) == []
    known = vendor.desk.look(lambda tx: tx.licence_rows.of_rows(ACME, [1, 2, 3]))
    assert {row: (one.licence_id, one.fault) for row, one in known.items()} == {
        2: (licence.licence.id, ""),
        3: (None, "key_twice"),
    }


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


async def test_L7_only_a_look_at_the_table_says_that_it_can_be_read(vendor: Vendor) -> None:
    def lost(tx: DeskTx) -> bool:
        return tx.stores.get(ACME).lost_since is not None

    await vendor.desk.transact("start", licence_freshness.shop_lost, ACME, at=NOON)
    await vendor.look()
    assert vendor.desk.look(lost), "it was not looked at: the orders come first"
    await vendor.desk.transact("done", orders_are_read)
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
    vendor: Vendor,
) -> None:
    vendor.begin(BY_ADDRESS)
    desk = vendor.desk
    vendor.rows.write(5, key="VENDOR-5", product="17", status="1", email="Ada@Shop.example", support_until="2027-11-01")
    await vendor.ready()
    holder = Owner(OwnerKind.HOLDER, 5)
    assert vendor.status(holder) is StatusCode.ACTIVE
    assert vendor.licences(77) == []
    assert vendor.told() == []
    assert b"shop.example" not in desk.path.read_bytes()
    vendor.rows.write(5, support_until="2027-12-01")
    await vendor.look()
    assert vendor.told() == [], "who has no account hears of no change"
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


async def test_C19_of_very_many_suggestions_staff_are_told_a_few_and_how_many_there_are(vendor: Vendor) -> None:
    found = [Suggestion(number, 70 + number) for number in range(1, 8)]
    await vendor.desk.transact("suggest", report_suggestions, ACME, found, at=vendor.clock.now())
    (problem,) = vendor.problems()
    assert problem.summary.startswith("7 licences name the address of a customer")
    assert (problem.summary.count("bridge licence assign"), problem.summary[-3:]) == (5, "; …")


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
