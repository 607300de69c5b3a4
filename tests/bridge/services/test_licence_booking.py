"""Orders become licences (rules L1, L5): made, suspended, given again and renewed in the order's own transaction."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from bridge.contracts.deadlines import DeadlineKind
from bridge.contracts.licences import KeyedEvent
from bridge.desk.desk import Desk
from bridge.desk.transaction import DeskTx
from bridge.domain.accounts import Owner
from bridge.domain.events import LicenceChanged, LicenceExpired, LicenceExpiring
from bridge.domain.licence_history import KeptLicence
from bridge.domain.licence_keys import normal
from bridge.domain.licences import Licence, LicenceBook, LicenceEvent, LicenceEventKind, Term
from bridge.domain.orders import Order
from bridge.errors import KeyReused
from bridge.services import disputes, guests, licence_freshness, problems, purchases, shop_facts
from bridge.services.firing import fire_due
from bridge.services.licence_watch import arm_licences, licence_due
from bridge.services.verify import verify
from tests.bridge.services.conftest import Keeper
from tests.support.books import (
    ACME,
    BASE,
    CHARGED_BACK,
    MONDAY_9AM,
    REFUNDED,
    TEHRAN,
    a_quick_desk,
    an_order,
    customer,
    dump,
    guest,
    rows,
)
from tests.support.licences import HALF, MENU, PRODUCTS, RENEW, SEO, SEO_TERMS, SEO_TOO, a_licence_store
from tests.support.quoting import desk_terms

ANNA = "Anna"
TABLES = ("licence", "licence_event", "licence_domain", "renewal", "purchase", "problem", "account")


@pytest.fixture(name="seller")
def _seller() -> Iterator[Keeper]:
    """A keeper of a store that sells licences."""
    with a_quick_desk() as desk:
        yield Keeper(desk, a_licence_store())


def licences(keeper: Keeper, owner: Owner = customer(77)) -> list[KeptLicence]:  # noqa: B008  # never changed
    account = keeper.account(owner)
    return keeper.desk.look(lambda tx: tx.licences.of_accounts([account.id]).get(account.id, [])) if account else []


def the_licence(keeper: Keeper, owner: Owner = customer(77)) -> KeptLicence:  # noqa: B008  # never changed
    (one,) = licences(keeper, owner)
    return one


def told(keeper: Keeper, *kinds: type[Any]) -> list[Any]:
    due = keeper.desk.look(lambda tx: tx.outbox.due(keeper.now + timedelta(days=9999), 1000))
    return [one.event for one in due if isinstance(one.event, kinds or LicenceChanged)]


def changes(keeper: Keeper) -> list[str]:
    return [one.change for one in told(keeper)]


def history(keeper: Keeper, licence_id: int) -> list[str]:
    return [one.kind.value for one in keeper.desk.look(lambda tx: tx.licences.events(licence_id))]


def last_second(year: int, month: int, day: int) -> datetime:
    return datetime(year, month, day, 23, 59, 59, tzinfo=TEHRAN)


def milliseconds(moment: datetime | None) -> int | None:
    return None if moment is None else int(moment.timestamp() * 1000)


def paid(order: Order, year: int, month: int, day: int) -> Order:
    """The order, placed and paid at noon of a day."""
    noon = datetime(year, month, day, 12, 0)  # noqa: DTZ001  # a shop's wall clock
    return order._replace(ordered_at=noon, granting_at=noon)


# --- made -------------------------------------------------------------------------------------------------------


def test_L1_a_paid_line_gives_a_licence_with_key_product_customer_order_and_domains(seller: Keeper) -> None:
    booked = seller.book(an_order(1042, (MENU, 2)))
    assert (booked.issued_licences, booked.licences, booked.units, booked.granted_units) == (1, 1, 1, 0)
    one = the_licence(seller)
    assert normal(one.licence.key) == one.licence.key
    assert (one.licence.product, one.licence.order_id, one.now.units, one.now.domains) == ("menu", 1042, 2, 6)
    assert one.now.ends == {
        Term.LICENCE: None,
        Term.UPDATES: last_second(2027, 11, 20),
        Term.SUPPORT: last_second(2027, 11, 20),
    }
    assert seller.desk.look(lambda tx: tx.licences.by_key(ACME, one.licence.key)) == one
    assert seller.desk.look(lambda tx: tx.licences.by_key("other", one.licence.key)) is None, "L6: unknown elsewhere"


def test_L1_plugins_hear_of_a_licence_without_its_key(seller: Keeper) -> None:
    seller.book(an_order(1042, (SEO, 1)))
    (event,) = told(seller)
    assert (event.key, event.change, event.product) == ("acme:order:1042:licence:seo", "issued", "seo")
    assert (event.owner, event.until) == (customer(77), last_second(2027, 11, 20))
    key = the_licence(seller).licence.key
    assert key not in json.dumps(rows(seller.desk, "SELECT event FROM outbox"))


def test_L1_an_order_of_coins_and_licences_gives_both(seller: Keeper) -> None:
    booked = seller.book(an_order(1042, (BASE, 1), (SEO, 1), (MENU, 1)))
    assert (booked.granted_units, booked.issued_licences) == (1, 2)
    assert [one.licence.product for one in licences(seller)] == ["seo", "menu"]
    assert seller.posted(customer(77)) == 550


def test_C2_the_same_orders_again_change_nothing(seller: Keeper) -> None:
    orders = [an_order(1042, (SEO, 2), (RENEW, 1)), an_order(1043, (HALF, 1)), an_order(1044, (BASE, 1))]
    seller.book(*orders)
    before = dump(seller.desk, TABLES)
    booked = seller.book(*orders)
    assert (booked.units, dump(seller.desk, TABLES)) == (0, before)


def test_C2_a_store_without_licences_is_asked_nothing_about_them() -> None:
    with a_quick_desk() as desk:
        asked: list[bool] = []

        def book(tx: DeskTx) -> None:
            for status in (5, REFUNDED, 5):
                purchases.book_orders(tx, Keeper(desk).store, [an_order(status=status)], at=MONDAY_9AM)
            asked.append("licences" in tx.__dict__)

        desk.run(book)
    assert asked == [False]


def test_C2_a_page_books_what_its_orders_book_singly() -> None:
    course = [
        an_order(1, (SEO, 1)),
        an_order(2, (SEO_TOO, 1), (RENEW, 1)),
        an_order(3, (RENEW, 2)),
        an_order(4, (MENU, 1), (HALF, 1), buyer=customer(78)),
    ]
    with a_quick_desk() as page, a_quick_desk() as single:
        Keeper(page, a_licence_store()).book(*course)
        for order in course:
            single.run(purchases.book_orders, a_licence_store(), [order], at=MONDAY_9AM + timedelta(minutes=1))
        tables = ("licence", "renewal", "purchase")
        assert dump(page, tables, without=["key"]) == dump(single, tables, without=["key"])
        events = ("SELECT licence_id, kind, key, detail FROM licence_event ORDER BY key",)
        assert rows(page, *events) == rows(single, *events)


# --- the same status means the same for both (C14) --------------------------------------------------------------


@pytest.mark.parametrize(("status", "reason"), [(REFUNDED, "refunded"), (CHARGED_BACK, "chargeback")])
def test_L5_a_refund_suspends_with_its_reason_and_paid_again_the_same_key_is_back(
    seller: Keeper, status: int, reason: str
) -> None:
    seller.book(an_order(1042, (SEO, 1)))
    before = the_licence(seller)
    seller.book(an_order(1042, (SEO, 1), status=status))
    assert the_licence(seller).now.suspended == reason
    assert [(one.change, one.reason) for one in told(seller)][1:] == [("suspended", reason)]
    seller.book(an_order(1042, (SEO, 1)))
    after = the_licence(seller)
    assert (after.licence, after.now) == (before.licence, before.now)
    assert changes(seller) == ["issued", "suspended", "reinstated"]


def test_L5_ten_flips_of_the_status_are_ten_events_and_one_licence(seller: Keeper) -> None:
    seller.book(an_order(1042, (SEO, 1)))
    for _ in range(5):
        seller.book(an_order(1042, (SEO, 1), status=REFUNDED))
        seller.book(an_order(1042, (SEO, 1)))
    one = the_licence(seller)
    assert history(seller, one.licence.id) == ["issued", *["suspended", "reinstated"] * 5]
    assert (one.number, one.now.suspended) == (11, None)


def test_L1_an_edited_order_has_other_domains_and_the_same_key(seller: Keeper) -> None:
    seller.book(an_order(1042, (MENU, 1)))
    key = the_licence(seller).licence.key
    seller.book(an_order(1042, (MENU, 4)))
    assert (the_licence(seller).licence.key, the_licence(seller).now.domains) == (key, 12)
    assert changes(seller) == ["issued"], "a quantity is shown, not written about"


def test_L5_a_chargeback_that_staff_recorded_suspends_at_once_and_its_end_gives_back(seller: Keeper) -> None:
    seller.book(an_order(1042, (SEO, 1)))
    facts: dict[str, Any] = {"by": ANNA, "at": seller.now}
    seller.desk.run(disputes.charge_back, seller.store, customer(77), 1042, reason="bank", key="one", **facts)
    assert the_licence(seller).now.suspended == "chargeback"
    seller.book(an_order(1042, (SEO, 1)))
    assert the_licence(seller).now.suspended == "chargeback", "whatever the status says"
    seller.desk.run(disputes.charge_back_is_over, seller.store, customer(77), 1042, reason="won", key="two", **facts)
    seller.book(an_order(1042, (SEO, 1)))
    assert the_licence(seller).now.suspended is None


def test_L5_a_product_that_left_the_settings_is_still_suspended_and_given_back(seller: Keeper) -> None:
    seller.book(an_order(1042, (SEO, 1)))
    seller.store = a_licence_store(licences=type(PRODUCTS)())
    seller.book(an_order(1042, (SEO, 1), status=REFUNDED))
    assert the_licence(seller).now.suspended == "refunded"
    seller.book(an_order(1042, (SEO, 1)))
    assert the_licence(seller).now.suspended is None


# --- renewals ---------------------------------------------------------------------------------------------------


def test_L5_a_renewal_prolongs_the_licence_that_ends_first_from_its_old_end(seller: Keeper) -> None:
    seller.book(paid(an_order(1, (SEO, 1)), 2026, 5, 1), paid(an_order(2, (SEO, 1)), 2026, 3, 1))
    seller.book(an_order(3, (RENEW, 1)))
    assert [one.now.end for one in licences(seller)] == [last_second(2027, 5, 1), last_second(2028, 3, 1)]
    assert changes(seller)[-1] == "renewed"
    seller.book(an_order(4, (RENEW, 1)))
    assert [one.now.end for one in licences(seller)] == [last_second(2028, 5, 1), last_second(2028, 3, 1)]


def test_L5_a_renewal_after_the_end_begins_when_it_was_paid(seller: Keeper) -> None:
    seller.book(paid(an_order(1, (SEO, 1)), 2026, 1, 5))
    seller.now = datetime(2027, 6, 1, 9, 0, tzinfo=UTC)
    seller.book(paid(an_order(2, (HALF, 1)), 2027, 6, 1))
    assert the_licence(seller).now.end == last_second(2027, 12, 1)


def test_L5_an_order_may_renew_what_it_gives_itself(seller: Keeper) -> None:
    seller.book(an_order(1042, (SEO, 1), (RENEW, 2)))
    assert the_licence(seller).now.end == last_second(2029, 11, 20)


def test_L5_a_refunded_renewal_is_taken_back_and_paid_again_has_its_old_place(seller: Keeper) -> None:
    seller.book(an_order(1, (SEO, 1)))
    seller.book(an_order(2, (RENEW, 1)), an_order(3, (HALF, 1)))
    whole = the_licence(seller).now
    assert whole.end == last_second(2029, 5, 20)
    seller.book(an_order(2, (RENEW, 1), status=REFUNDED))
    assert the_licence(seller).now.end == last_second(2028, 5, 20)
    seller.book(an_order(2, (RENEW, 1)))
    assert the_licence(seller).now == whole


def test_L5_a_renewal_without_a_licence_is_told_to_staff_and_finds_one_later(seller: Keeper) -> None:
    booked = seller.book(an_order(2, (RENEW, 1)))
    assert booked.licences == 0, "nothing was changed"
    (problem,) = seller.problems()
    assert (problem.kind, problem.summary.split(":")[0]) == ("nothing_to_renew", "order 2")
    assert licences(seller) == []
    seller.book(an_order(1, (SEO, 1)))
    seller.desk.run(problems.retry, problem.id, by=ANNA, at=seller.now)
    seller.book(an_order(2, (RENEW, 1)))
    assert the_licence(seller).now.end == last_second(2028, 11, 20)
    assert seller.problems() == []


def test_L5_a_renewal_prolongs_nobody_elses_licence_and_nothing_refunded(seller: Keeper) -> None:
    seller.book(an_order(1, (SEO, 1), buyer=customer(5)))
    seller.book(an_order(2, (SEO, 1)))
    seller.book(an_order(2, (SEO, 1), status=REFUNDED))
    seller.book(an_order(3, (RENEW, 1)))
    assert seller.problem_kinds() == ["nothing_to_renew"]
    assert the_licence(seller, customer(5)).now.end == last_second(2027, 11, 20)


# --- the fuse, zero totals and first syncs (C2) -----------------------------------------------------------------


def test_C2_licences_count_for_the_fuse_and_a_release_lets_them_through(seller: Keeper) -> None:
    orders = [an_order(number, (SEO, 1), buyer=customer(number)) for number in range(1, 52)]
    booked = seller.book(*orders)
    assert (booked.issued_licences, booked.set_aside) == (0, 51)
    (problem,) = seller.problems()
    seller.desk.run(problems.retry, problem.id, by=ANNA, at=seller.now)
    assert seller.book(*orders).issued_licences == 51


def test_C2_a_licence_that_cost_nothing_waits_for_staff(seller: Keeper) -> None:
    gift = an_order(1042, (SEO, 1), total=Decimal(0))
    seller.book(gift)
    (problem,) = seller.problems()
    assert (problem.kind, licences(seller)) == ("zero_total", [])
    seller.desk.run(problems.retry, problem.id, by=ANNA, at=seller.now)
    seller.book(gift)
    assert the_licence(seller).now.units == 1


def test_C2_a_first_sync_tells_nobody_and_arms_only_what_is_to_come(seller: Keeper) -> None:
    long_ago, now = paid(an_order(1, (SEO, 1)), 2026, 1, 5), an_order(2, (SEO, 1))
    seller.now = datetime(2026, 12, 20, tzinfo=UTC)
    seller.book(long_ago, now, tell=False)
    assert told(seller) == []
    due = rows(seller.desk, "SELECT ref, due_ms FROM deadline WHERE kind = 'licence' ORDER BY ref")
    first = last_second(2027, 1, 5) - timedelta(days=7)  # the reminder of thirty days is past
    assert due[0] == (1, int(first.timestamp() * 1000))
    assert len(due) == 2


def test_C2_a_dry_run_counts_licences_and_writes_nothing(seller: Keeper) -> None:
    counted = seller.desk.look(purchases.totals, seller.store, [an_order(1, (SEO, 3), (MENU, 1))], at=seller.now)
    assert (counted.issued_licences, counted.units, licences(seller)) == (2, 2, [])


def test_L1_what_was_bought_before_the_settings_named_it_is_given_silently(seller: Keeper) -> None:
    old, new = paid(an_order(1, (SEO, 1)), 2026, 6, 1), an_order(2, (SEO, 1))
    seller.book(old, new)
    seller.desk.run(shop_facts.note_licence_codes, ACME, PRODUCTS.codes, at=MONDAY_9AM)
    again = [paid(an_order(3, (SEO, 1)), 2026, 6, 2), paid(an_order(4, (SEO, 1)), 2026, 11, 23)]
    seller.book(*again)
    assert [one.key for one in told(seller)][-1] == "acme:order:4:licence:seo"
    assert "acme:order:3:licence:seo" not in {one.key for one in told(seller)}
    assert len(licences(seller)) == 4


def test_L5_what_happens_later_to_a_licence_that_was_given_silently_is_told(seller: Keeper) -> None:
    old, renewal = paid(an_order(1, (SEO, 1)), 2026, 6, 1), paid(an_order(2, (RENEW, 1)), 2026, 6, 2)
    seller.desk.run(shop_facts.note_licence_codes, ACME, PRODUCTS.codes, at=MONDAY_9AM)
    seller.book(old, renewal)
    assert changes(seller) == []
    for status in (REFUNDED, 5):
        seller.book(old._replace(status=status), renewal._replace(status=status))
    assert changes(seller) == ["suspended", "reinstated", "renewed"]


def test_L1_codes_that_are_new_have_every_order_read_again_and_only_then(seller: Keeper) -> None:
    def noted(codes: frozenset[str]) -> bool:
        return seller.desk.run(shop_facts.note_licence_codes, ACME, codes, at=seller.now)

    seller.desk.run(lambda tx: tx.slices.note(ACME, {1042: 7}))
    assert not noted(frozenset())
    assert noted(PRODUCTS.codes)
    assert seller.desk.look(lambda tx: tx.slices.digests(ACME, 0)) != {1042: 7}
    assert [noted(PRODUCTS.codes), noted(PRODUCTS.codes - {SEO}), noted(PRODUCTS.codes)] == [False, False, True]


# --- whose it is ------------------------------------------------------------------------------------------------


def test_C19_a_guests_licence_comes_with_his_order(seller: Keeper) -> None:
    seller.book(an_order(1042, (SEO, 1), buyer=guest(1042)))
    seller.desk.run(guests.link, ACME, 1042, customer(77), by=ANNA, at=seller.now)
    one = the_licence(seller)
    assert history(seller, one.licence.id) == ["issued", "assigned"]
    assert licences(seller, guest(1042)) == []
    seller.book(an_order(1042, (SEO, 1), buyer=guest(1042), status=REFUNDED))
    assert the_licence(seller).now.suspended == "refunded"
    seller.book(an_order(1042, (SEO, 1), buyer=guest(1042)), an_order(1043, (RENEW, 1)))
    assert the_licence(seller).now.end == last_second(2028, 11, 20)


def test_C19_whoever_gets_a_licence_with_a_guests_order_is_told(seller: Keeper) -> None:
    seller.book(an_order(1042, (SEO, 1), buyer=guest(1042)))
    assert seller.desk.look(guests.unclaimed, ACME, after=0, limit=9) == ([(1042, 0, 1)], None)
    seller.desk.run(guests.link, ACME, 1042, customer(77), by=ANNA, at=seller.now)
    assert seller.desk.look(guests.unclaimed, ACME, after=0, limit=9) == ([], None)
    issued, assigned = told(seller, LicenceChanged)
    assert [(one.change, one.owner) for one in (issued, assigned)] == [
        ("issued", guest(1042)),
        ("assigned", customer(77)),
    ]
    assert (assigned.licence_id, assigned.until) == (issued.licence_id, issued.until)


def test_C19_L5_a_renewal_that_was_bought_as_a_guest_finds_its_licence_once_the_order_is_linked(seller: Keeper) -> None:
    seller.book(an_order(1, (SEO, 1)))
    seller.book(an_order(2, (RENEW, 1), buyer=guest(2)))
    assert seller.problem_kinds() == ["nothing_to_renew"]
    seller.desk.run(guests.link, ACME, 2, customer(77), by=ANNA, at=seller.now)
    assert list(seller.desk.look(lambda tx: tx.sync.waiting(ACME, [2]))) == [2], "it is read again"
    seller.book(an_order(2, (RENEW, 1), buyer=guest(2)))
    assert the_licence(seller).now.end == last_second(2028, 11, 20)
    assert seller.problem_kinds() == []


# --- what falls due ---------------------------------------------------------------------------------------------


def fired(keeper: Keeper, at: datetime) -> None:
    keeper.now = at
    terms = {ACME: desk_terms(licences=PRODUCTS)}
    failures = keeper.desk.run(fire_due, terms, at=at).failures
    assert failures == ()


def test_L6_a_customer_is_reminded_thirty_seven_and_one_day_before_and_at_the_end_once(seller: Keeper) -> None:
    seller.book(an_order(1042, (SEO, 1)))
    end = last_second(2027, 11, 20)
    for days in (31, 30, 29, 7, 6, 1, 0):
        fired(seller, end - timedelta(days=days))
        fired(seller, end - timedelta(days=days))
    assert [one.days for one in told(seller, LicenceExpiring)] == [30, 7, 1]
    assert told(seller, LicenceExpired) == []
    for seconds in (1, 2):
        fired(seller, end + timedelta(seconds=seconds))
    assert [one.until for one in told(seller, LicenceExpired)] == [end]
    assert rows(seller.desk, "SELECT count(*) FROM deadline WHERE kind = 'licence'") == [(0,)]


def test_L6_what_nobody_could_send_is_told_once_by_the_most_urgent(seller: Keeper) -> None:
    seller.book(an_order(1042, (SEO, 1)))
    fired(seller, last_second(2027, 11, 20) - timedelta(hours=20))
    (event,) = told(seller, LicenceExpiring)
    assert (event.days, event.instead_of) == (1, (30, 7))


def test_L6_a_reminder_that_the_settings_name_since_is_not_sent_behind_a_more_urgent_one(seller: Keeper) -> None:
    seller.book(an_order(1042, (SEO, 1)))
    end = last_second(2027, 11, 20)
    fired(seller, end - timedelta(days=6))
    more = desk_terms(licences=LicenceBook(list(PRODUCTS.products.values()), expiring_days=(30, 14, 7, 1)))
    seller.desk.run(licence_due, more, the_licence(seller).licence.id, at=end - timedelta(days=5))
    assert [one.days for one in told(seller, LicenceExpiring)] == [6]
    seller.desk.run(licence_due, more, the_licence(seller).licence.id, at=end - timedelta(days=1))
    assert [one.days for one in told(seller, LicenceExpiring)] == [6, 1]


def test_L7_nobody_is_told_of_an_end_that_is_not_held_against_him(seller: Keeper) -> None:
    seller.book(an_order(1042, (SEO, 1)))
    end = last_second(2027, 11, 20)
    seller.desk.run(licence_freshness.shop_lost, ACME, at=end - timedelta(days=4))
    for hours in (1, 2, 30):
        fired(seller, end + timedelta(hours=hours))
    assert told(seller, LicenceExpired) == [], "it is unverified meanwhile"
    seller.desk.run(licence_freshness.shop_found, ACME)
    fired(seller, end + timedelta(hours=31))
    fired(seller, end + timedelta(hours=32))
    assert len(told(seller, LicenceExpired)) == 1


def test_L7_L5_who_has_renewed_while_the_shop_could_not_be_read_hears_of_no_end(seller: Keeper) -> None:
    seller.book(an_order(1042, (SEO, 1)))
    end = last_second(2027, 11, 20)
    seller.desk.run(licence_freshness.shop_lost, ACME, at=end - timedelta(days=4))
    fired(seller, end + timedelta(hours=1))
    seller.book(an_order(1043, (RENEW, 1)))
    seller.desk.run(licence_freshness.shop_found, ACME)
    fired(seller, end + timedelta(days=2))
    assert told(seller, LicenceExpired) == []


def test_L6_a_suspended_licence_reminds_nobody_and_a_renewed_one_reminds_anew(seller: Keeper) -> None:
    end = last_second(2027, 11, 20)
    seller.book(an_order(1042, (SEO, 1)))
    fired(seller, end - timedelta(days=29))
    seller.book(an_order(1042, (SEO, 1), status=REFUNDED))
    fired(seller, end - timedelta(days=6))
    one, terms = the_licence(seller), desk_terms(licences=PRODUCTS)
    seller.desk.run(licence_due, terms, one.licence.id, at=end + timedelta(days=1))  # what was due before it was
    assert (len(told(seller, LicenceExpiring)), told(seller, LicenceExpired)) == (1, [])
    seller.book(an_order(1042, (SEO, 1)), an_order(1043, (RENEW, 1)))
    fired(seller, end)
    fired(seller, last_second(2028, 11, 20) - timedelta(days=30))
    assert [one.days for one in told(seller, LicenceExpiring)] == [29, 30]


# --- what is kept beside the history ----------------------------------------------------------------------------


def test_what_is_kept_beside_a_history_is_what_follows_from_it(seller: Keeper) -> None:
    seller.book(an_order(1, (MENU, 2), (SEO, 1)), an_order(2, (RENEW, 1)), an_order(3, (SEO, 1), status=5))
    menu = next(one for one in licences(seller) if one.licence.product == "menu")

    def say(tx: DeskTx, number: int, kind: LicenceEventKind, detail: dict[str, str]) -> KeptLicence:
        event = LicenceEvent(seller.now, kind, detail, ANNA)
        return tx.licences.record([KeyedEvent(menu.licence.id, f"test:{number}", event)])[menu.licence.id]

    activated = {"domain": "a.example", "token_hash": "h"}
    seller.desk.run(say, 1, LicenceEventKind.ACTIVATED, activated)
    seller.desk.run(say, 2, LicenceEventKind.ACTIVATED, {**activated, "domain": "b.example"})
    seller.desk.run(say, 3, LicenceEventKind.RELEASED, {"domain": "a.example", "by": "staff"})
    seller.book(an_order(1, (MENU, 1), (SEO, 1)), an_order(3, (SEO, 1), status=REFUNDED))
    found = rows(seller.desk, "SELECT units, domains, until_ms, suspended, number FROM licence ORDER BY id")
    assert found == [
        (
            one.now.units,
            one.now.domains,
            milliseconds(one.now.counts_until),
            one.now.suspended,
            len(history(seller, one.licence.id)),
        )
        for one in licences(seller)
    ]
    assert rows(seller.desk, "SELECT licence_id, domain FROM licence_domain") == [(menu.licence.id, "b.example")]
    assert [suspended for *_, suspended, _ in found] == [None, None, "refunded"]
    assert seller.desk.look(verify, ACME).right


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ("UPDATE licence SET units = 9", [("licence 1: units", "1", "9")]),
        ("UPDATE licence SET until_ms = NULL", [("licence 1: until_ms", "1826742599000", "None")]),
        ("UPDATE licence SET suspended = 'refunded'", [("licence 1: suspended", "None", "refunded")]),
        ("UPDATE licence SET account_id = (SELECT max(id) FROM account)", [("licence 1: account_id", "1", "2")]),
        ("INSERT INTO licence_domain VALUES (1, 'a.example', 'h', 0)", [("licence 1: used on", "[]", "['a.example']")]),
    ],
)
def test_what_no_longer_follows_from_a_history_is_found(
    seller: Keeper, change: str, told: list[tuple[str, str, str]]
) -> None:
    seller.book(an_order(1, (SEO, 1)), an_order(2, (BASE, 1), buyer=customer(78)))
    assert seller.desk.look(verify, ACME).right
    seller.desk.run(lambda tx: tx.connection.execute(change))
    found = seller.desk.look(verify, ACME).differences
    assert [(one.where, one.expected, one.found) for one in found] == told


def test_a_key_recorded_once_is_not_recorded_again_and_never_with_other_content(seller: Keeper) -> None:
    seller.book(an_order(1, (SEO, 1)))
    number = the_licence(seller).licence.id

    def say(tx: DeskTx, domain: str) -> int:
        detail = {"domain": domain, "token_hash": "h"}
        event = LicenceEvent(seller.now, LicenceEventKind.ACTIVATED, detail)
        return len(tx.licences.record([KeyedEvent(number, "test:1", event)]))

    assert [seller.desk.run(say, "a.example"), seller.desk.run(say, "a.example")] == [1, 0]
    with pytest.raises(KeyReused, match="activated of licence 1"):
        seller.desk.run(say, "b.example")
    assert history(seller, number) == ["issued", "activated"]


def test_licences_that_the_shop_does_not_have_wait_and_are_read_in_pages(seller: Keeper) -> None:
    seller.book(*(an_order(number, (SEO, 1), buyer=customer(number)) for number in range(1, 6)))

    def waiting() -> list[int]:
        return [one.licence.id for one in seller.desk.look(lambda tx: tx.licences.waiting(ACME, 10))]

    assert waiting() == [1, 2, 3, 4, 5]
    seller.desk.run(lambda tx: tx.licences.pushed({1: 1, 2: 1, 4: 1}))
    seller.book(an_order(4, (SEO, 2), buyer=customer(4)))
    assert waiting() == [3, 4, 5]
    seller.desk.run(lambda tx: tx.licences.again(ACME))
    assert waiting() == [1, 2, 3, 4, 5]
    page = seller.desk.look(lambda tx: tx.licences.page(ACME, after=2, limit=2))
    assert [one.licence.id for one in page] == [3, 4]


def test_a_licence_by_staff_needs_no_order(seller: Keeper) -> None:
    def give(tx: DeskTx) -> KeptLicence:
        account = tx.accounts.open(ACME, [customer(9)])[customer(9)]
        (number,) = tx.licences.new_ids(1)
        licence = Licence(number, ACME, account.id, "KEY", SEO_TERMS, seller.now, seller.now)
        event = LicenceEvent(seller.now, LicenceEventKind.ISSUED, {"units": 1}, ANNA)
        made = tx.licences.record([KeyedEvent(number, "staff:1", event)], [licence])
        arm_licences(tx, ACME, PRODUCTS, made.values(), at=seller.now)
        return made[number]

    one = seller.desk.run(give)
    assert the_licence(seller, customer(9)) == one
    assert [line.kind for line in deadlines(seller.desk, one)] == ["licence"]


def deadlines(desk: Desk, one: KeptLicence) -> list[Any]:
    return desk.look(lambda tx: tx.deadlines.of([DeadlineKind.LICENCE], one.licence.id))
