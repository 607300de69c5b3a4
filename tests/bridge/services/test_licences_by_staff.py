"""Staff suspend, reinstate, renew, assign and release by hand (rules L5, L6); each with a name, in the audit trail."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bridge.contracts.deadlines import DeadlineKind
from bridge.contracts.licences import Wanted
from bridge.domain.events import LicenceChanged, LicenceExpiring
from bridge.domain.licence_answers import LicenceQuestion, Verdict
from bridge.domain.licence_history import KeptLicence
from bridge.domain.licences import Licence, LicenceEventKind, StaffReason, StatusCode, Term
from bridge.errors import BadDomain, BridgeError, ImpossibleAmount, KeyReused, LicenceRefused, UnknownAccount
from bridge.services import licence_checks, licence_search, licences_by_staff
from bridge.services.firing import fire_due
from bridge.services.licences_by_staff import Done, RenewalUnit
from tests.support.books import ACME, MONDAY_9AM, REFUNDED, customer, dump, guest, rows
from tests.support.licences import HALF, MENU, RENEW, SEO, a_licence_desk, buys, licences_of
from tests.support.quoting import CoinDesk

ANNA = "Anna"
HERE = "shop.ir"
OTHER = customer(78)
TABLES = ("licence", "licence_event", "licence_domain", "renewal", "account", "audit", "outbox", "deadline")


@pytest.fixture(name="coins")
def _coins() -> Iterator[CoinDesk]:
    """A store that sells licences; customer 77 has bought one of seo."""
    with a_licence_desk(MONDAY_9AM) as desk:
        buys(desk, SEO)
        yield desk


def his(coins: CoinDesk) -> KeptLicence:
    return licences_of(coins, customer(77))[0]


def done(coins: CoinDesk, deed: Any, licence: int = 1, *words: Any, **more: Any) -> Done:
    """Anna does it a minute later."""
    at = coins.later(minutes=1)
    found: Done = coins.desk.run(deed, coins.terms, licence, *words, by=ANNA, at=at, **more)
    return found


def suspend(coins: CoinDesk, reason: StaffReason = StaffReason.MISUSE) -> Done:
    return done(coins, licences_by_staff.suspend, reason=reason)


def renewed(coins: CoinDesk, licence: int, order: int, code: str | None = None, unit: int = 1) -> Done:
    return done(coins, licences_by_staff.give_renewal, licence, RenewalUnit(order, code, unit))


def changes(coins: CoinDesk) -> list[LicenceChanged]:
    return [one for one in coins.told(LicenceChanged) if isinstance(one, LicenceChanged)]


def heard(coins: CoinDesk) -> list[tuple[str, str]]:
    return [(one.change, one.reason) for one in changes(coins)]


def activated(coins: CoinDesk, one: KeptLicence, domain: str = HERE) -> None:
    terms = licence_checks.CheckTerms(ACME, coins.terms.licences)
    question = LicenceQuestion(ACME, one.licence.key, domain, takes_place=True, product=one.licence.product)
    coins.desk.run(licence_checks.activate, terms, question, token="t", at=coins.later(minutes=1))


def support_of(one: KeptLicence) -> datetime | None:
    return one.now.ends[Term.SUPPORT]


def test_L5_staff_suspend_with_a_reason_and_reinstate(coins: CoinDesk) -> None:
    first = suspend(coins)
    assert (first.changed, first.licence.now.suspended) == (True, "misuse")
    assert suspend(coins).changed is False
    assert suspend(coins, StaffReason.LEAKED).licence.now.suspended == "leaked"
    assert rows(coins.desk, "SELECT COUNT(*) FROM deadline WHERE kind = ?", (DeadlineKind.LICENCE.value,)) == [(0,)]
    back = done(coins, licences_by_staff.reinstate)
    assert (back.changed, back.licence.now.suspended) == (True, None)
    assert rows(coins.desk, "SELECT COUNT(*) FROM deadline WHERE kind = ?", (DeadlineKind.LICENCE.value,)) == [(1,)]
    assert done(coins, licences_by_staff.reinstate).changed is False
    assert heard(coins) == [
        ("issued", ""),
        ("suspended", "misuse"),
        ("suspended", "leaked"),
        ("reinstated", ""),
    ]
    trail = coins.desk.look(lambda tx: tx.audit.lines(subject="licence:1", limit=9))
    assert [(one.staff, one.action, one.detail) for one in reversed(trail)] == [
        (ANNA, "licence_suspend", {"reason": "misuse"}),
        (ANNA, "licence_suspend", {"reason": "leaked"}),
        (ANNA, "licence_reinstate", {}),
    ]


def test_L5_what_an_order_has_suspended_staff_do_not_lift_nor_the_order_what_staff_have(coins: CoinDesk) -> None:
    suspend(coins)
    buys(coins, SEO, status=REFUNDED)
    assert done(coins, licences_by_staff.reinstate).licence.now.suspended == "refunded"
    with pytest.raises(LicenceRefused, match="suspended by its order: paid again, it comes back by itself"):
        done(coins, licences_by_staff.reinstate)
    suspend(coins)
    buys(coins, SEO)
    assert his(coins).now.suspended == "misuse"
    assert "reinstated" not in dict(heard(coins)), "it was suspended all the time"
    done(coins, licences_by_staff.reinstate)
    assert heard(coins)[-1] == ("reinstated", "")


def test_L5_money_that_staff_gave_back_outside_the_shop_says_refunded(coins: CoinDesk) -> None:
    suspend(coins, StaffReason.REFUNDED)
    view = coins.desk.look(licence_search.view_of, ACME, coins.terms.licences, 1, at=coins.now)
    assert view is not None
    assert view.status.code is StatusCode.REFUNDED


def test_L5_a_renewal_by_hand_runs_from_the_old_end_or_from_now_and_its_key_counts_once(coins: CoinDesk) -> None:
    end = support_of(his(coins))
    assert end == datetime(2027, 11, 20, 20, 29, 59, tzinfo=UTC)
    once = done(coins, licences_by_staff.renew, months=6, key="a")
    assert support_of(once.licence) == datetime(2028, 5, 20, 20, 29, 59, tzinfo=UTC)
    assert done(coins, licences_by_staff.renew, months=6, key="a").changed is False
    with pytest.raises(KeyReused):
        done(coins, licences_by_staff.renew, months=7, key="a")
    coins.now = datetime(2029, 1, 10, 9, tzinfo=UTC)
    late = done(coins, licences_by_staff.renew, months=1, key="b")
    assert support_of(late.licence) == datetime(2029, 2, 10, 20, 29, 59, tzinfo=UTC)
    assert heard(coins)[-2:] == [("renewed", ""), ("renewed", "")]


def test_L6_a_renewal_by_hand_arms_the_reminders_of_the_new_end(coins: CoinDesk) -> None:
    end = support_of(done(coins, licences_by_staff.renew, months=12, key="a").licence)
    assert end is not None
    coins.now = end - timedelta(days=30)
    coins.desk.run(fire_due, {ACME: coins.terms}, at=coins.now)
    told = [one for one in coins.told(LicenceExpiring) if isinstance(one, LicenceExpiring)]
    assert [(one.days, one.until) for one in told] == [(30, end)]


def test_L5_a_renewal_that_found_nothing_is_given_to_the_licence_that_staff_name(coins: CoinDesk) -> None:
    buys(coins, RENEW, order=2000, buyer=OTHER, customer_id=78)
    assert rows(coins.desk, "SELECT kind FROM problem WHERE state = 'open'") == [("nothing_to_renew",)]
    given = renewed(coins, 1, 2000)
    assert support_of(given.licence) == datetime(2028, 11, 20, 20, 29, 59, tzinfo=UTC)
    assert renewed(coins, 1, 2000, RENEW).changed is False
    assert coins.desk.look(lambda tx: tx.sync.waiting(ACME, [2000])).keys() == {2000}, "the order is read again"
    buys(coins, RENEW, order=2000, buyer=OTHER, customer_id=78)
    assert rows(coins.desk, "SELECT kind FROM problem WHERE state = 'open'") == []
    buys(coins, RENEW, order=2000, buyer=OTHER, customer_id=78, status=REFUNDED)
    assert support_of(his(coins)) == datetime(2027, 11, 20, 20, 29, 59, tzinfo=UTC)
    with pytest.raises(LicenceRefused, match="SEO-RENEW of order 2000 was refunded"):
        renewed(coins, 1, 2000)


def test_L5_staff_move_a_renewal_and_each_licence_has_the_dates_that_follow(coins: CoinDesk) -> None:
    buys(coins, SEO, order=1043)
    buys(coins, HALF, order=1044)
    first, second = (support_of(one) for one in licences_of(coins, customer(77)))
    moved = renewed(coins, 2, 1044)
    assert (moved.changed, support_of(moved.licence)) == (True, first)
    assert support_of(his(coins)) == second
    assert renewed(coins, 1, 1044).changed is True
    assert (support_of(his(coins)), support_of(licences_of(coins, customer(77))[1])) == (first, second)
    buys(coins, HALF, order=1044, status=REFUNDED)
    assert support_of(his(coins)) == second
    buys(coins, HALF, order=1044)
    assert support_of(his(coins)) == first
    assert coins.right()
    kinds = [one.kind for one in coins.desk.look(lambda tx: tx.licences.events(2))]
    assert kinds == [LicenceEventKind.ISSUED, LicenceEventKind.RENEWED, LicenceEventKind.RENEWAL_MOVED]


def test_L6_a_licence_that_is_assigned_keeps_its_key_and_its_domains(coins: CoinDesk) -> None:
    activated(coins, his(coins))
    given = done(coins, licences_by_staff.assign, 1, OTHER, in_shop=True)
    assert given.changed
    [one] = licences_of(coins, OTHER)
    assert (one.licence.key, list(one.now.activations)) == (given.licence.licence.key, [HERE])
    assert licences_of(coins, customer(77)) == []
    assert done(coins, licences_by_staff.assign, 1, OTHER).changed is False
    [told] = [one for one in changes(coins) if one.change == "assigned"]
    assert told.owner == OTHER


def test_L6_staff_release_a_domain_as_anybody_writes_it_and_it_uses_up_none_of_the_customers(coins: CoinDesk) -> None:
    activated(coins, his(coins))
    after = done(coins, licences_by_staff.release_domain, 1, "https://WWW.Shop.ir/en/").licence
    assert (after.now.activations, after.now.own_releases, after.now.free_places) == ({}, (), 1)


def test_L6_a_place_that_a_name_has_by_which_no_domain_would_be_known_today_can_be_given_back(coins: CoinDesk) -> None:
    activated(coins, his(coins), "www.shop.ir")
    after = done(coins, licences_by_staff.release_domain, 1, "www.shop.ir").licence
    assert after.now.activations == {}


@pytest.mark.parametrize(
    ("deed", "error", "words"),
    [
        (lambda c: done(c, licences_by_staff.suspend, 9, reason=StaffReason.OTHER), LicenceRefused, "has no licence 9"),
        (lambda c: done(c, licences_by_staff.renew, months=0, key="k"), ImpossibleAmount, "from 1 to 600, not 0"),
        (lambda c: done(c, licences_by_staff.renew, months=601, key="k"), ImpossibleAmount, "from 1 to 600, not 601"),
        (lambda c: renewed(c, 1, 4711), LicenceRefused, "order 4711 has no renewal that was paid"),
        (lambda c: renewed(c, 1, 1042), LicenceRefused, "order 1042 has no renewal that was paid"),
        (lambda c: done(c, licences_by_staff.assign, 1, OTHER), UnknownAccount, "the shop has no customer 78"),
        (lambda c: done(c, licences_by_staff.assign, 1, guest(5), in_shop=True), UnknownAccount, "is no customer"),
        (lambda c: done(c, licences_by_staff.release_domain, 1, HERE), LicenceRefused, "is not used on shop.ir"),
        (lambda c: done(c, licences_by_staff.release_domain, 1, "8.8.8.8"), BadDomain, "an address is no domain name"),
    ],
)
def test_what_cannot_be_done_is_refused_and_changes_nothing(
    coins: CoinDesk, deed: Any, error: type[BridgeError], words: str
) -> None:
    before = dump(coins.desk, TABLES)
    with pytest.raises(error, match=re.escape(words)):
        deed(coins)
    assert dump(coins.desk, TABLES) == before


def test_L5_a_renewal_of_another_product_or_of_a_unit_that_is_none_is_refused(coins: CoinDesk) -> None:
    buys(coins, MENU, order=1043)
    buys(coins, RENEW, HALF, order=1044)
    for licence, code, unit, words in (
        (2, RENEW, 1, "SEO-RENEW renews seo, and licence 2 is one of menu"),
        (1, None, 1, "order 1044 has the renewals SEO-HALF, SEO-RENEW"),
        (1, "X", 1, "order 1044 has the renewals SEO-HALF, SEO-RENEW"),
        (1, RENEW, 3, "SEO-RENEW of order 1044 has no unit 3 yet"),
    ):
        with pytest.raises(LicenceRefused, match=words):
            renewed(coins, licence, 1044, code, unit)


def test_licences_are_found_by_product_and_status_newest_first(coins: CoinDesk) -> None:
    buys(coins, MENU, order=1043)
    buys(coins, SEO, order=1044, buyer=OTHER, customer_id=78)
    suspend(coins)
    book = coins.terms.licences

    def found(at: datetime, **wanted: Any) -> list[int]:
        views = coins.desk.look(licence_search.latest, ACME, book, at=at, limit=10, **wanted)
        return [one.kept.licence.id for one in views]

    ended = coins.now + timedelta(days=400)
    assert found(coins.now) == [3, 2, 1]
    assert found(coins.now, product="seo") == [3, 1]
    assert found(coins.now, status=StatusCode.SUSPENDED) == [1]
    assert found(coins.now, status=StatusCode.REFUNDED) == []
    assert found(coins.now, status=StatusCode.ACTIVE) == [3, 2]
    assert found(coins.now, status=StatusCode.EXPIRED) == []
    assert found(ended, status=StatusCode.EXPIRED) == [3, 2]
    last = support_of(licences_of(coins, OTHER)[0])
    assert last is not None
    assert found(last, status=StatusCode.EXPIRING) == [3, 2], "the last second counts whole"
    assert coins.desk.look(lambda tx: tx.licences.latest(ACME, Wanted(), before=2, limit=10))[0].licence.id == 1


def test_L6_staff_are_told_which_groups_of_a_key_are_mistyped_and_what_an_extension_is_told(coins: CoinDesk) -> None:
    licence: Licence = his(coins).licence
    books = {"empty": coins.terms.licences, ACME: coins.terms.licences}

    def checked(key: str, **more: str) -> licence_search.Checked:
        return coins.desk.look(licence_search.check, books, key, at=coins.now, **more)

    well = checked(licence.key.lower().replace("-", " "))
    assert well.answer is not None
    assert (well.store, well.wrong, well.answer.verdict) == (ACME, (), Verdict.ACTIVE)
    other = checked(licence.key, product="menu")
    assert other.answer is not None
    assert other.answer.status.code is StatusCode.WRONG_PRODUCT
    away = checked(licence.key, domain="https://elsewhere.ir")
    assert away.answer is not None
    assert away.answer.status.code is StatusCode.WRONG_DOMAIN
    groups = licence.key.split("-")
    groups[1] = ("A" if groups[1][0] != "A" else "B") + groups[1][1:]  # a single wrong character is always found
    groups[3] = groups[3][:4]
    assert checked("-".join(groups)).wrong == (2, 4)
    with pytest.raises(BadDomain):
        checked(licence.key, domain="8.8.8.8")


def test_C17_what_is_told_of_a_licence_after_a_restore_has_another_key_where_it_is_something_else() -> None:
    """The numbers of its events begin again where the backup stood."""
    told: list[str] = []
    for reason in (StaffReason.MISUSE, StaffReason.MISUSE, StaffReason.LEAKED):
        with a_licence_desk(MONDAY_9AM) as coins:
            buys(coins, SEO)
            suspend(coins, reason)
            told.append(changes(coins)[-1].key)
    assert told[0] == told[1] != told[2]
