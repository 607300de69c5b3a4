"""How a licence stands follows from its history: dates, renewals, suspensions and domains (rules L1, L5, L6, L7)."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bridge.domain.licence_history import (
    LicenceNow,
    continued,
    licence_now,
    next_moment,
    releases_left,
    reminders_by,
    status_at,
)
from bridge.domain.licences import (
    EXPIRING_DAYS,
    Licence,
    LicenceEvent,
    LicenceEventKind,
    LicenceTerms,
    StatusCode,
    Term,
)

TEHRAN = ZoneInfo("Asia/Tehran")
PAID = datetime(2026, 11, 20, 8, 35, tzinfo=UTC)
KIND = LicenceEventKind
TERMS = LicenceTerms("seo", TEHRAN)


def a_licence(**different: Any) -> Licence:
    facts = {"id": 1, "store": "acme", "account_id": 5, "key": "K", "terms": TERMS, "starts_at": PAID}
    return Licence(**{**facts, "issued_at": PAID, **different})


def an_event(kind: LicenceEventKind, at: datetime = PAID, **detail: Any) -> LicenceEvent:
    return LicenceEvent(at, kind, detail)


def issued(units: int = 1) -> LicenceEvent:
    return an_event(KIND.ISSUED, units=units)


def renewed(key: str, paid: datetime, months: int = 12) -> LicenceEvent:
    ms = int(paid.timestamp() * 1000)
    return an_event(KIND.RENEWED, paid, renewal=key, months=months, from_ms=ms)


def now_of(*events: LicenceEvent, **different: Any) -> LicenceNow:
    return licence_now(a_licence(**different), [issued(), *events])


def last_second(year: int, month: int, day: int) -> datetime:
    return datetime(year, month, day, 23, 59, 59, tzinfo=TEHRAN)


def code(now: LicenceNow, at: datetime, **asked: Any) -> str:
    return status_at(now, at, expiring_days=EXPIRING_DAYS, **asked).code.value


def test_L1_a_licence_has_three_dates_from_its_payment() -> None:
    ends = now_of(terms=TERMS._replace(licence_months=0, updates_months=6, support_months=12)).ends
    assert ends == {
        Term.LICENCE: None,
        Term.UPDATES: last_second(2027, 5, 20),
        Term.SUPPORT: last_second(2027, 11, 20),
    }


@pytest.mark.parametrize(("active", "expected"), [(Term.SUPPORT, "expired"), (Term.LICENCE, "active")])
def test_L1_the_store_says_which_date_active_means(active: Term, expected: str) -> None:
    assert code(now_of(terms=TERMS._replace(active=active)), last_second(2028, 1, 1)) == expected


@pytest.mark.parametrize(
    ("different", "expected"),
    [
        ({}, True),
        ({"licence_months": 12}, False),
        ({"licence_months": 13}, True),
        ({"licence_months": 13, "grace_days": 40}, False),
        ({"active": Term.LICENCE, "licence_months": 12}, False),
        ({"support_months": 0}, False),
    ],
)
def test_L1_where_the_extension_may_be_used_for_longer_it_is_help_that_ends(
    different: dict[str, Any], expected: bool
) -> None:
    assert now_of(terms=TERMS._replace(**different)).goes_on is expected


def test_L1_domains_are_those_of_a_unit_times_the_quantity() -> None:
    terms = TERMS._replace(domains=3)
    assert now_of(terms=terms).domains == 3
    assert now_of(an_event(KIND.QUANTITY, units=4), terms=terms).domains == 12
    assert now_of(terms=TERMS._replace(domains=0)).domains is None


def test_L6_a_licence_is_active_then_expiring_then_expired_and_its_last_second_counts_whole() -> None:
    now, end = now_of(), last_second(2027, 11, 20)
    assert code(now, end - timedelta(days=30, seconds=1)) == "active"
    assert code(now, end - timedelta(days=30)) == "expiring"
    assert code(now, end + timedelta(microseconds=999_999)) == "expiring"
    assert code(now, end + timedelta(seconds=1)) == "expired"
    assert status_at(now, PAID, expiring_days=EXPIRING_DAYS).until == end


def test_L6_in_its_days_of_grace_a_licence_still_counts_and_says_that_it_ends() -> None:
    now = now_of(terms=TERMS._replace(grace_days=7))
    assert now.counts_until == last_second(2027, 11, 27)
    assert code(now, last_second(2027, 10, 21)) == "expiring", "it ends in thirty days, and counts for longer"
    assert code(now, last_second(2027, 11, 25)) == "expiring"
    assert code(now, last_second(2027, 11, 28)) == "expired"


def test_L8_days_of_grace_are_those_of_the_shops_own_calendar() -> None:
    """The last second there is a moment of the next day where moments are kept."""
    west = ZoneInfo("America/New_York")
    end = datetime(2027, 11, 20, 23, 59, 59, tzinfo=west)
    told = an_event(KIND.DATES, licence=None, updates=None, support=int(end.timestamp() * 1000), domains=1)
    now = now_of(told, terms=TERMS._replace(zone=west, grace_days=7))
    assert (now.end, now.counts_until) == (end, end + timedelta(days=7))


def test_L6_who_has_released_more_often_than_he_may_by_now_has_none_left() -> None:
    now = now_of(*(an_event(KIND.RELEASED, PAID, domain=f"{at}.com", by="customer") for at in range(3)))
    left = [releases_left(now, PAID, releases=most, days=365) for most in (4, 3, 2)]
    assert left == [1, 0, 0]
    assert releases_left(now, PAID + timedelta(days=365), releases=4, days=365) == 4


def test_L6_what_speaks_against_a_licence_first_is_its_reason() -> None:
    refunded = an_event(KIND.SUSPENDED, by="order", reason="refunded")
    blocked = an_event(KIND.SUSPENDED, by="staff", reason="stolen")
    late = last_second(2030, 1, 1)
    assert code(now_of(refunded), late, products={"other"}, domain="a.example") == "wrong_product"
    assert code(now_of(blocked, refunded), late) == "refunded"
    assert code(now_of(blocked), late) == "suspended"
    assert code(now_of(terms=TERMS._replace(licence_months=13)), late, domain="a.example") == "expired"
    assert code(now_of(), late, domain="a.example") == "wrong_domain", "it may be used for good, but not there"
    assert code(now_of(), PAID, domain="a.example") == "wrong_domain"
    assert code(now_of(), PAID, products={"seo", "other"}) == "active"


def test_L5_each_lifts_only_what_he_has_put_on() -> None:
    refunded = an_event(KIND.SUSPENDED, by="order", reason="refunded")
    blocked = an_event(KIND.SUSPENDED, by="staff", reason="stolen")
    assert code(now_of(refunded, blocked, an_event(KIND.REINSTATED, by="order")), PAID) == "suspended"
    assert code(now_of(refunded, blocked, an_event(KIND.REINSTATED, by="staff")), PAID) == "refunded"
    assert code(now_of(refunded, an_event(KIND.REINSTATED, by="order")), PAID) == "active"


def test_L7_an_end_is_held_against_nobody_whom_the_shop_may_know_better() -> None:
    late = last_second(2030, 1, 1)
    assert code(now_of(), late, fresh=False) == "unverified"
    assert code(now_of(), PAID, fresh=False) == "unverified"
    assert code(now_of(an_event(KIND.SUSPENDED, by="order", reason="chargeback")), late, fresh=False) == "refunded"
    assert status_at(now_of(), late, expiring_days=(), fresh=False).accepted


def test_L5_a_renewal_begins_at_the_old_end() -> None:
    now = now_of(renewed("r1", datetime(2027, 3, 1, tzinfo=UTC)), terms=TERMS._replace(licence_months=12))
    assert set(now.ends.values()) == {last_second(2028, 11, 20)}


def test_L5_a_renewal_after_the_end_begins_when_it_was_paid() -> None:
    now = now_of(renewed("r1", datetime(2028, 3, 1, 12, tzinfo=UTC)))
    assert now.ends[Term.SUPPORT] == last_second(2029, 3, 1)
    assert now.ends[Term.LICENCE] is None, "what does not end is not made to end"


def test_L5_a_renewal_taken_back_leaves_the_others_as_if_it_had_never_been() -> None:
    first, second = datetime(2028, 3, 1, 12, tzinfo=UTC), datetime(2028, 6, 1, 12, tzinfo=UTC)
    both = now_of(renewed("r1", first), renewed("r2", second))
    assert both.end == last_second(2030, 3, 1)
    later = now_of(renewed("r1", first), renewed("r2", second), an_event(KIND.RENEWAL_TAKEN_BACK, renewal="r1"))
    assert later.end == last_second(2029, 6, 1)
    moved = now_of(renewed("r1", first), renewed("r2", second), an_event(KIND.RENEWAL_MOVED, renewal="r2", to=9))
    assert moved.end == last_second(2029, 3, 1)


RENEWALS = st.lists(
    st.tuples(st.integers(0, 3000).map(lambda days: PAID + timedelta(days=days)), st.sampled_from([1, 6, 12])),
    min_size=1,
    max_size=6,
)


@given(RENEWALS, st.randoms(use_true_random=False), st.data())
@settings(max_examples=150)
def test_L5_renewals_taken_back_and_given_again_in_any_order_give_the_same_ends(
    bought: list[tuple[datetime, int]], lots: Any, data: st.DataObject
) -> None:
    """Whatever came and went between: what stands at the end decides."""
    made = [renewed(f"r{n}", paid, months) for n, (paid, months) in enumerate(bought)]
    kept = data.draw(st.sets(st.integers(0, len(made) - 1)))
    plain = now_of(*(made[n] for n in sorted(kept)))
    steps: list[LicenceEvent] = []
    for n in lots.sample(range(len(made)), len(made)):
        back = an_event(KIND.RENEWAL_TAKEN_BACK, renewal=f"r{n}")
        steps += [made[n], back, made[n]] if n in kept else [made[n], back]
    assert now_of(*steps).ends == plain.ends
    assert now_of(*steps).renewals == plain.renewals


@given(RENEWALS)
@settings(max_examples=100)
def test_L5_a_renewal_never_shortens_and_never_gives_more_than_it_says(bought: list[tuple[datetime, int]]) -> None:
    ends = [now_of(*(renewed(f"r{n}", *one) for n, one in enumerate(bought[:count]))).end for count in (0, len(bought))]
    assert ends[0] is not None
    assert ends[1] is not None
    months = sum(months for _, months in bought)
    latest = max(ends[0], *(paid for paid, _ in bought))
    assert ends[0] < ends[1] <= latest + timedelta(days=31 * months + len(bought))


def some_events() -> st.SearchStrategy[list[LicenceEvent]]:
    domains = st.sampled_from(["a.example", "b.example", "c.example"])
    who = st.sampled_from(["order", "staff", "table"])
    one = st.one_of(
        st.builds(lambda units: an_event(KIND.QUANTITY, units=units), st.integers(0, 9)),
        st.builds(lambda by: an_event(KIND.SUSPENDED, by=by, reason="why"), who),
        st.builds(lambda by: an_event(KIND.REINSTATED, by=by), who),
        st.builds(lambda d: an_event(KIND.ACTIVATED, domain=d, token_hash="h"), domains),
        st.builds(lambda d: an_event(KIND.RELEASED, domain=d, by="customer"), domains),
        st.builds(lambda n: an_event(KIND.ASSIGNED, account=n), st.integers(1, 5)),
        st.builds(lambda n: renewed(f"r{n}", PAID + timedelta(days=n)), st.integers(1, 4)),
        st.builds(lambda n: an_event(KIND.RENEWAL_TAKEN_BACK, renewal=f"r{n}"), st.integers(1, 4)),
    )
    return st.lists(one, max_size=30)


@given(some_events())
@settings(max_examples=200)
def test_a_licence_is_what_its_last_words_say(events: list[LicenceEvent]) -> None:
    now = now_of(*events)

    def last(kinds: Iterable[LicenceEventKind], **detail: Any) -> LicenceEvent | None:
        mine = (one for one in [issued(), *events] if one.kind in kinds and detail.items() <= one.detail.items())
        return max(enumerate(mine), default=(0, None), key=lambda pair: pair[0])[1]

    quantity = last({KIND.ISSUED, KIND.QUANTITY})
    assert quantity is not None
    assert now.units == now.domains == quantity.detail["units"]
    for who in ("order", "staff", "table"):
        said = last({KIND.SUSPENDED, KIND.REINSTATED}, by=who)
        assert (who in now.suspended_by) == (said is not None and said.kind is KIND.SUSPENDED)
    for domain in ("a.example", "b.example", "c.example"):
        said = last({KIND.ACTIVATED, KIND.RELEASED}, domain=domain)
        assert (domain in now.activations) == (said is not None and said.kind is KIND.ACTIVATED)
    assert (now.suspended is None) == (not now.suspended_by)
    assigned = last({KIND.ASSIGNED})
    assert now.account_id == (assigned.detail["account"] if assigned else 5)
    assert now.own_releases == tuple(one.at for one in events if one.kind is KIND.RELEASED)
    replayed = licence_now(a_licence(), [issued(), *events, *events])
    assert replace(replayed, own_releases=now.own_releases) == now, "replayed, nothing but that count changes"


def test_L8_what_the_vendors_own_table_said_last_is_how_the_licence_stands() -> None:
    end = int(last_second(2027, 1, 1).timestamp() * 1000)
    told = an_event(KIND.DATES, licence=None, updates=None, support=end, domains=2, suspended=None)
    now = now_of(told)
    assert (now.end, now.ends[Term.LICENCE], now.domains) == (last_second(2027, 1, 1), None, 2)
    blocked = an_event(KIND.DATES, licence=None, updates=None, support=end, domains=None, suspended="blocked")
    assert code(now_of(told, blocked), PAID) == "suspended"
    assert code(now_of(told, blocked, told), PAID) == "active"
    assert now_of(told, blocked).domains is None


def test_a_domain_keeps_its_place_until_it_is_released_and_its_newest_token_counts() -> None:
    first = an_event(KIND.ACTIVATED, domain="a.example", token_hash="one")
    again = an_event(KIND.ACTIVATED, PAID + timedelta(days=1), domain="a.example", token_hash="two")
    now = now_of(first, again)
    assert (now.activations["a.example"].token_hash, now.free_places) == ("two", 0)
    assert now_of(first, an_event(KIND.RELEASED, domain="a.example", by="staff")).free_places == 1


def test_L6_a_licence_is_looked_at_at_each_reminder_then_when_it_has_ended_then_never() -> None:
    now, end = now_of(terms=TERMS._replace(grace_days=3)), last_second(2027, 11, 20)
    moments, at = [], PAID
    while (moment := next_moment(now, at, expiring_days=EXPIRING_DAYS)) is not None:
        moments.append(moment - end)
        at = moment
    assert moments == [timedelta(days=n) for n in (-30, -7, -1)] + [timedelta(days=3, seconds=1)]
    assert next_moment(now_of(terms=TERMS._replace(support_months=0)), PAID, expiring_days=EXPIRING_DAYS) is None


def test_L6_reminders_that_came_while_nobody_looked_are_known() -> None:
    end = last_second(2027, 11, 20)
    assert reminders_by(now_of(), PAID, end - timedelta(days=6), expiring_days=EXPIRING_DAYS) == [7, 30]
    assert reminders_by(now_of(), end - timedelta(days=8), end, expiring_days=EXPIRING_DAYS) == [1, 7]


@given(some_events(), some_events())
@settings(max_examples=100)
def test_a_history_can_be_gone_on_with(first: list[LicenceEvent], then: list[LicenceEvent]) -> None:
    assert continued(a_licence(), now_of(*first), then) == now_of(*first, *then)


def test_the_codes_of_a_status_are_the_published_ones() -> None:
    published = "active expiring expired suspended refunded wrong_product wrong_domain domain_limit unverified unknown"
    assert " ".join(StatusCode) == published
