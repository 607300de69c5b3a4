"""Extensions check, use and give back licences that orders gave (rules L6, L7), by the services on a real desk."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.contracts.licences import KeyedEvent
from bridge.desk.licence_lookup import LicenceLookup
from bridge.domain.events import LicenceChanged
from bridge.domain.licence_answers import NOT_KNOWN, LicenceAnswer, LicenceQuestion, Verdict
from bridge.domain.licence_history import KeptLicence
from bridge.domain.licence_keys import ALPHABET
from bridge.domain.licences import LicenceBook, LicenceEvent, LicenceEventKind, Product, SuspendedBy, Term
from bridge.errors import WrongToken
from bridge.services import licence_checks
from bridge.services.domain_names import domain_name
from bridge.services.licence_checks import MOST_ACTIVATIONS, CheckTerms, spelled
from bridge.services.licence_freshness import is_fresh, serves, shop_found, shop_lost
from tests.bridge.services.conftest import Keeper
from tests.support.books import ACME, REFUNDED, TEHRAN, a_quick_desk, an_order, customer, rows
from tests.support.licences import MENU, PRODUCTS, SEO, SEO_TERMS, a_licence_store

TERMS = CheckTerms(ACME, PRODUCTS)
YEAR_LATER = datetime(2027, 11, 20, 23, 59, 59, tzinfo=TEHRAN)


class Seller(Keeper):
    """A keeper of a store that sells licences, and the extensions that ask about them."""

    def licence(self, order_id: int = 1042) -> KeptLicence:
        (one,) = self.desk.look(lambda tx: tx.licences.of_orders(ACME, [order_id]))[order_id]
        return one

    def question(self, domain: str = "shop.example.com", *, order_id: int = 1042, token: str = "") -> LicenceQuestion:
        one, host = self.licence(order_id).licence, domain_name(domain)
        return LicenceQuestion(ACME, one.key, host.name, host.takes_a_place, one.product, "1.0", token)

    def check(self, question: LicenceQuestion, *, at: datetime | None = None) -> LicenceAnswer:
        """As the API does, by the point read; what the whole history says must be the same."""
        moment, key = at or self.now, spelled(question.key)
        lookup = LicenceLookup(self.desk.path)
        found = lookup.find(question.store, key, question.domain)
        lookup.close()
        kept = self.desk.look(lambda tx: tx.licences.by_key(question.store, key))
        if found is None:
            assert kept is None
            return NOT_KNOWN
        assert kept is not None
        fresh = serves(found.lost_since, moment)
        assert fresh == self.desk.look(is_fresh, question.store, at=moment)
        answer = licence_checks.answer(found.now, TERMS, question, at=moment, fresh=fresh)
        assert answer == licence_checks.answer(kept.now, TERMS, question, at=moment, fresh=fresh)
        return answer

    def activate(self, question: LicenceQuestion, token: str = "secret", terms: CheckTerms = TERMS) -> LicenceAnswer:
        return self.desk.run(licence_checks.activate, terms, question, token=token, at=self.now)

    def deactivate(self, question: LicenceQuestion) -> LicenceAnswer:
        return self.desk.run(licence_checks.deactivate, TERMS, question, at=self.now)

    def tell(self, kind: LicenceEventKind, **detail: object) -> None:
        one = self.licence()
        event = KeyedEvent(one.licence.id, f"test:{one.number}", LicenceEvent(self.now, kind, detail))
        self.desk.run(lambda tx: tx.licences.record([event]))


@pytest.fixture(name="seller")
def _seller() -> Iterator[Seller]:
    with a_quick_desk() as desk:
        seller = Seller(desk, a_licence_store())
        seller.book(an_order(1042, (SEO, 1)))
        yield seller


def codes(*answers: LicenceAnswer) -> list[str]:
    return [one.status.code.value for one in answers]


def test_L6_a_licence_is_in_use_where_it_was_activated_and_nowhere_else(seller: Seller) -> None:
    question = seller.question()
    before = seller.check(question)
    activated = seller.activate(question)
    after = seller.check(question)
    assert codes(before, activated, after) == ["wrong_domain", "active", "active"]
    assert (activated.done, activated.token) == (True, "secret")
    assert after.ends == {Term.LICENCE: None, Term.UPDATES: YEAR_LATER, Term.SUPPORT: YEAR_LATER}
    assert codes(seller.check(replace(question, domain="other.example.com"))) == ["wrong_domain"]


def test_L6_a_domain_in_use_stays_so_and_tells_no_second_token(seller: Seller) -> None:
    question = seller.question()
    seller.activate(question, "first")
    again = seller.activate(seller.question("https://WWW.shop.example.com:8443/en/"), "second")
    assert (codes(again), again.done, again.token) == (["active"], True, None)
    assert seller.deactivate(replace(question, token="first")).done


def test_L6_an_extension_with_an_old_token_goes_on_on_its_domain_and_may_not_release_it(seller: Seller) -> None:
    seller.activate(seller.question(), "new")
    again = seller.activate(seller.question(token="old"))
    assert (codes(again), again.done, again.token) == (["active"], True, None)
    with pytest.raises(WrongToken):
        seller.deactivate(seller.question(token="old"))


def test_L6_a_licence_for_any_number_of_domains_works_on_each_of_them_unasked(seller: Seller) -> None:
    seller.store = a_licence_store(licences=LicenceBook([Product(SEO_TERMS._replace(domains=0), (SEO,))]))
    seller.book(an_order(1043, (SEO, 1)))
    assert codes(seller.check(seller.question(order_id=1043))) == ["active"]
    assert seller.activate(seller.question(order_id=1043)).done


def test_L6_a_second_domain_finds_no_place_until_the_first_is_given_back(seller: Seller) -> None:
    first, second = seller.question(), seller.question("other.example.com")
    seller.activate(first)
    full = seller.activate(second, "another")
    assert (codes(full), full.done, full.token) == (["domain_limit"], False, None)
    released = seller.deactivate(replace(first, token="secret"))
    assert released.done
    assert seller.activate(second, "another").token == "another"
    assert codes(seller.check(first), seller.check(second)) == ["wrong_domain", "active"]


def test_L6_each_bought_unit_has_its_places(seller: Seller) -> None:
    seller.book(an_order(1043, (MENU, 2)))
    questions = [seller.question(f"shop{number}.example.com", order_id=1043) for number in range(7)]
    assert codes(*map(seller.activate, questions)) == ["active"] * 6 + ["domain_limit"]


def test_L6_a_stolen_key_without_its_token_takes_nothing_away(seller: Seller) -> None:
    question = seller.question()
    seller.activate(question)
    before = rows(seller.desk, "SELECT * FROM licence_event")
    for token in ("", "Secret", "secret ", "x" * 100):
        with pytest.raises(WrongToken):
            seller.deactivate(replace(question, token=token))
    assert seller.activate(seller.question("thief.example.com")).done is False
    assert seller.activate(question, "a second token").token is None
    assert rows(seller.desk, "SELECT * FROM licence_event") == before
    assert codes(seller.check(question)) == ["active"]


def test_L6_a_token_is_kept_as_its_hash_alone(seller: Seller) -> None:
    seller.activate(seller.question(), "a-very-secret-token")
    for table in ("licence", "licence_event", "licence_domain", "outbox"):
        assert "a-very-secret-token" not in str(rows(seller.desk, f"SELECT * FROM {table}"))


def test_L6_an_installation_whose_place_went_to_another_one_is_told_so(seller: Seller) -> None:
    question = seller.question()
    seller.activate(question, "first")
    seller.deactivate(replace(question, token="first"))
    seller.activate(question, "second")
    assert codes(seller.check(replace(question, token="first"))) == ["wrong_domain"]
    assert codes(seller.check(replace(question, token="second")), seller.check(question)) == ["active", "active"]


@pytest.mark.parametrize("domain", ["localhost", "127.0.0.1", "staging.shop.example.com", "shop.test"])
def test_L6_staging_and_private_hosts_never_use_up_a_place(seller: Seller, domain: str) -> None:
    question = seller.question(domain)
    activated = seller.activate(question)
    assert (codes(seller.check(question), activated), activated.token) == (["active", "active"], None)
    assert seller.licence().now.activations == {}
    assert seller.deactivate(question).done


def test_L6_a_key_of_another_store_is_unknown(seller: Seller) -> None:
    question = replace(seller.question(), store="other")
    assert codes(seller.check(question)) == ["unknown"]
    elsewhere = CheckTerms("other", PRODUCTS)
    assert seller.activate(question, terms=elsewhere) == seller.check(question)


def test_L6_a_foreign_key_takes_the_same_steps_as_one_that_nobody_has(seller: Seller) -> None:
    key = seller.licence().licence.key
    lookup = LicenceLookup(seller.desk.path)
    lookup.find(ACME, key, "shop.example.com")
    assert lookup._reader is not None
    steps: list[str] = []
    lookup._reader.set_trace_callback(steps.append)
    for store, asked in (("other", key), (ACME, "7K3QX-M2R9D-W8HPA-V5TNC-4JEGB"), ("no store", "x")):
        assert lookup.find(store, asked, "shop.example.com") is None
    lookup.close()
    assert len(steps) == 3, "one look each"


def test_L6_staff_can_see_which_version_took_a_place(seller: Seller) -> None:
    seller.activate(seller.question())
    (event,) = [one for one in seller.desk.look(lambda tx: tx.licences.events(1)) if one.kind == "activated"]
    assert event.detail["version"] == "1.0"


def test_L6_a_key_is_known_however_it_is_typed(seller: Seller) -> None:
    question = seller.question("localhost")
    typed = question.key.lower().replace("-", " ")
    assert codes(seller.check(replace(question, key=f"  {typed} "))) == ["active"]
    assert spelled(" A key of the vendor's own ") == "A key of the vendor's own"


def test_L6_another_product_is_told_without_dates(seller: Seller) -> None:
    question = replace(seller.question(), product="menu")
    seller.activate(seller.question())
    answers = seller.check(question), seller.activate(question), seller.deactivate(replace(question, token="secret"))
    assert codes(*answers) == ["wrong_product"] * 3
    assert [(one.ends, one.done) for one in answers] == [({}, False)] * 3


def test_L6_a_refunded_licence_works_nowhere_and_its_place_can_be_given_back(seller: Seller) -> None:
    question = seller.question()
    seller.activate(question)
    seller.book(an_order(1042, (SEO, 1), status=REFUNDED))
    assert codes(seller.check(question), seller.activate(seller.question("b.example.com"))) == ["refunded", "refunded"]
    assert seller.deactivate(replace(question, token="secret")).done
    seller.book(an_order(1042, (SEO, 1)))
    assert codes(seller.activate(question, "new")) == ["active"]


def test_L6_a_licence_that_staff_suspended_is_told_to_be(seller: Seller) -> None:
    seller.activate(seller.question())
    seller.tell(LicenceEventKind.SUSPENDED, by=SuspendedBy.STAFF.value, reason="abuse")
    assert codes(seller.check(seller.question())) == ["suspended"]


@pytest.mark.parametrize(
    ("before_the_end", "code"),
    [
        (timedelta(days=31), "active"),
        (timedelta(days=30), "expiring"),
        (timedelta(0), "expiring"),
        (timedelta(seconds=-1), "expired"),
    ],
)
def test_L6_expiring_and_expired_follow_the_licences_own_end(
    seller: Seller, before_the_end: timedelta, code: str
) -> None:
    question = seller.question()
    seller.activate(question)
    found = seller.check(question, at=YEAR_LATER - before_the_end)
    assert codes(found) == [code]
    assert found.status.until == YEAR_LATER


def test_L1_what_was_sold_for_good_is_used_where_it_is_activated_also_after_its_help_has_ended(seller: Seller) -> None:
    """Else a key whose help has ended would be good for every shop in the world, and a shop could never move."""
    here, there = seller.question(), seller.question("other.example.com")
    seller.activate(here)
    seller.now = YEAR_LATER + timedelta(seconds=1)
    found = seller.check(here), seller.check(there), seller.check(replace(here, token="stolen"))
    assert codes(*found) == ["expired", "wrong_domain", "wrong_domain"]
    assert [one.may_run for one in found] == [True, False, False]
    full = seller.activate(there, "another")
    assert (codes(full), full.done, full.may_run) == (["domain_limit"], False, False)
    assert seller.deactivate(replace(here, token="secret")).done
    moved = seller.activate(there, "another")
    assert (codes(moved), moved.done, moved.token, moved.may_run) == (["expired"], True, "another", True)


def test_L1_what_may_not_be_used_any_more_takes_no_place(seller: Seller) -> None:
    terms = SEO_TERMS._replace(licence_months=12, active=Term.LICENCE)
    seller.store = a_licence_store(licences=LicenceBook([Product(terms, (SEO,))]))
    seller.book(an_order(1043, (SEO, 1)))
    question = seller.question(order_id=1043)
    seller.now = YEAR_LATER + timedelta(seconds=1)
    refused = seller.activate(question)
    assert (codes(refused, seller.check(question)), refused.done) == (["expired", "expired"], False)
    assert [refused.may_run, seller.check(question).may_run] == [False, False]


def test_L7_a_shop_that_was_lost_for_three_days_holds_no_end_against_anybody(seller: Seller) -> None:
    question = seller.question()
    seller.activate(question)
    lost = YEAR_LATER - timedelta(days=2)
    seller.desk.run(shop_lost, ACME, at=lost)
    hours = [timedelta(hours=hours) for hours in (71, 72, 73)]
    found = [seller.check(question, at=lost + later) for later in hours]
    assert codes(*found) == ["expired", "expired", "unverified"]
    assert (found[2].verdict, found[2].ends[Term.SUPPORT]) == (Verdict.UNVERIFIED, YEAR_LATER)
    seller.now = lost + hours[2]
    assert codes(seller.activate(question)) == ["unverified"]
    seller.desk.run(shop_found, ACME)
    assert codes(seller.check(question), seller.activate(question)) == ["expired", "expired"]


def test_L6_a_licence_moves_only_so_often_in_a_day(seller: Seller) -> None:
    question = seller.question()
    for number in range(MOST_ACTIVATIONS):
        assert seller.activate(question, f"token {number}").done
        assert seller.deactivate(replace(question, token=f"token {number}")).done
    assert codes(seller.activate(question)) == ["domain_limit"]
    seller.now += timedelta(days=1, minutes=2)
    assert codes(seller.activate(question)) == ["active"]


def test_L6_plugins_hear_of_a_place_given_back(seller: Seller) -> None:
    seller.activate(seller.question())
    seller.deactivate(seller.question(token="secret"))
    due = seller.desk.look(lambda tx: tx.outbox.due(seller.now + timedelta(days=1), 100))
    heard = [(one.event.change, one.event.owner) for one in due if isinstance(one.event, LicenceChanged)]
    assert heard == [("issued", customer(77)), ("released", customer(77))]


@pytest.fixture(name="one_desk", scope="module")
def _one_desk() -> Iterator[Seller]:
    with a_quick_desk() as desk:
        seller = Seller(desk, a_licence_store())
        seller.book(an_order(1042, (SEO, 1)))
        seller.activate(seller.question())
        yield seller


@given(data=st.data())
def test_L6_no_key_but_the_right_one_is_active_anywhere(one_desk: Seller, data: st.DataObject) -> None:
    """Whatever is typed, and whatever is done to a real key: found for what it is, and nothing crashes."""
    right = one_desk.question("localhost")
    key = right.key
    at = data.draw(st.integers(0, len(key) - 1))
    typed = data.draw(
        st.text(max_size=60)
        | st.text(alphabet=f"{ALPHABET}- ", min_size=20, max_size=32)
        | st.sampled_from([key[:at], key[at:], key[:at] + key[at + 1 :], key + key, key[::-1]])
        | st.sampled_from(ALPHABET).map(lambda sign: key[:at] + sign + key[at + 1 :])
    )
    if spelled(typed) != key:
        assert codes(one_desk.check(replace(right, key=typed))) == ["unknown"]
        assert codes(one_desk.activate(replace(right, key=typed))) == ["unknown"]
        assert codes(one_desk.deactivate(replace(right, key=typed))) == ["unknown"]


@given(st.from_regex(r"\A[a-z0-9.-]{1,40}\Z") | st.text(max_size=40))
def test_L6_no_domain_but_the_activated_one_is_active(one_desk: Seller, domain: str) -> None:
    question = replace(one_desk.question(), domain=domain)
    if domain != "shop.example.com":
        assert codes(one_desk.check(question)) == ["wrong_domain"]
        assert codes(one_desk.activate(question)) == ["domain_limit"]


def test_the_point_read_finds_what_the_history_says_of_every_licence(seller: Seller) -> None:
    seller.book(*(an_order(2000 + number, (MENU, number + 1), customer_id=number + 1) for number in range(4)))
    seller.activate(seller.question("a.example.com", order_id=2001))
    seller.book(an_order(2002, (MENU, 3), customer_id=3, status=REFUNDED))
    lookup = LicenceLookup(seller.desk.path)
    for order_id in range(2000, 2004):
        one = seller.licence(order_id)
        found = lookup.find(ACME, one.licence.key, "a.example.com")
        assert found is not None
        assert found.now == replace(one.now, suspended_by={}, renewals=())
    lookup.close()
