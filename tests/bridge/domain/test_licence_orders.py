"""What an order gives in licences, compared with what there is already (rules L1, L5, and C1, C2, C14 as for coins)."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bridge.domain.licence_history import KeptLicence, Renewal, licence_now, renewal_event
from bridge.domain.licence_orders import (
    NO_LICENCES,
    ChangeQuantity,
    GiveRenewalAgain,
    IssueLicence,
    OrderLicences,
    OrderRenewal,
    ReinstateLicence,
    RenewLicence,
    SuspendLicence,
    TakeRenewalBack,
    choose,
)
from bridge.domain.licences import (
    Licence,
    LicenceBook,
    LicenceEvent,
    LicenceEventKind,
    LicenceTerms,
    Licensed,
    Product,
    SuspendedBy,
)
from bridge.domain.order_notes import NoteKind
from bridge.domain.orders import Order, OrderLine
from bridge.domain.plans import PlanBook, UnitTerms
from bridge.domain.purchases import Decision, GrantUnit, Purchase, decide
from tests.support.books import (
    BASE,
    BASE_PLAN,
    CHARGED_BACK,
    MONDAY_9AM,
    PENDING,
    REFUNDED,
    TEHRAN,
    a_store,
    an_order,
    customer,
)
from tests.support.licences import HALF, MENU, PRODUCTS, RENEW, SEO, SEO_TERMS, SEO_TOO, a_licence_store

STORE = a_licence_store()
PAID_AT = datetime(2026, 11, 20, 8, 35, tzinfo=UTC)
KIND = LicenceEventKind


def a_purchase(**different: Any) -> Purchase:
    facts: dict[str, Any] = {
        "order_id": 1042,
        "account_id": 1,
        "owner": customer(77),
        "paid_at": PAID_AT,
        "terms": {},
        "ordered_at": datetime(2026, 11, 20, 12, 0),  # noqa: DTZ001  # a shop's wall clock
        "licensed": {SEO: Licensed("seo")},
    }
    return Purchase(**{**facts, **different})


def a_kept(*events: LicenceEvent, number: int = 5, terms: LicenceTerms = SEO_TERMS, units: int = 1) -> KeptLicence:
    licence = Licence(number, "acme", 1, "K", terms, starts_at=PAID_AT, issued_at=MONDAY_9AM, order_id=1042)
    history = [LicenceEvent(PAID_AT, KIND.ISSUED, {"units": units}), *events]
    return KeptLicence(licence, licence_now(licence, history), len(history))


def suspended(by: str = "order", reason: str = "refunded") -> LicenceEvent:
    return LicenceEvent(MONDAY_9AM, KIND.SUSPENDED, {"by": by, "reason": reason})


def given_licences(*licences: KeptLicence, renewals: tuple[OrderRenewal, ...] = ()) -> OrderLicences:
    return OrderLicences(licences, renewals)


def a_renewal(unit: int = 1, code: str = RENEW, *, stands: bool = True) -> OrderRenewal:
    return OrderRenewal(1042, code, unit, 5, 12, PAID_AT, stands)


def decided(
    order: Order, purchase: Purchase | None = None, have: OrderLicences = NO_LICENCES, **different: Any
) -> Decision:
    facts: dict[str, Any] = {"seen_at": MONDAY_9AM, "given": have}
    store = different.pop("store", STORE)
    return decide(order, purchase, [], store, **{**facts, **different})


def in_short(decision: Decision) -> list[str]:
    return [_short(change) for change in decision.changes]


def _short(change: object) -> str:
    match change:
        case IssueLicence(terms=terms, units=units):
            return f"+{terms.product} x{units}"
        case ChangeQuantity(licence=one, units=units):
            return f"{one.licence.product} {one.now.units}>{units}"
        case SuspendLicence(licence=one, reason=reason):
            return f"-{one.licence.product} {reason}"
        case ReinstateLicence(licence=one):
            return f"~{one.licence.product}"
        case RenewLicence(code=code, unit=unit, product=product, months=months):
            return f"renew {product} {months} ({code} {unit})"
        case TakeRenewalBack(renewal=one):
            return f"unrenew {one.code} {one.unit}"
        case GiveRenewalAgain(renewal=one):
            return f"again {one.code} {one.unit}"
    return type(change).__name__


def notes(decision: Decision) -> list[NoteKind]:
    return [note.kind for note in decision.notes]


# --- what an order gives ----------------------------------------------------------------------------------------


def test_L1_a_paid_order_gives_one_licence_a_product_for_all_its_units() -> None:
    order = an_order(1042, (SEO, 2), (SEO_TOO, 1), (MENU, 1), ("FONT", 4))
    decision = decided(order)
    assert in_short(decision) == ["+seo x3", "+menu x1"]
    assert decision.licensed == {SEO: Licensed("seo"), SEO_TOO: Licensed("seo"), MENU: Licensed("menu")}
    assert decision.paid_at == PAID_AT


def test_L1_an_order_can_give_coins_and_a_licence() -> None:
    decision = decided(an_order(1042, (BASE, 1), (SEO, 1)))
    assert in_short(decision) == ["GrantUnit", "+seo x1"]


def test_C2_an_order_that_is_seen_again_changes_nothing() -> None:
    order = an_order(1042, (SEO, 1))
    assert decided(order, a_purchase(), given_licences(a_kept())).changes == ()


def test_C2_an_order_before_the_start_gives_nothing() -> None:
    old = datetime(2025, 12, 31, 23, 0)  # noqa: DTZ001  # a shop's wall clock
    assert decided(an_order(1042, (SEO, 1), ordered_at=old)) == Decision()


def test_C14_a_neutral_status_changes_nothing() -> None:
    assert decided(an_order(1042, (SEO, 1), status=PENDING)) == Decision()
    assert decided(an_order(1042, (SEO, 1), status=PENDING), a_purchase(), given_licences(a_kept())) == Decision()


@pytest.mark.parametrize(
    ("line", "changes"),
    [
        (OrderLine(SEO, 3), ["seo 1>3"]),
        (OrderLine(SEO, 3, 1, 1), []),
        (OrderLine(SEO, 3, 1), ["seo 1>2"]),
        (OrderLine(SEO, 1, 1), ["-seo refunded"]),
        (OrderLine("FONT", 1), ["-seo refunded"]),
    ],
)
def test_L1_L5_the_licence_follows_the_orders_quantity(line: OrderLine, changes: list[str]) -> None:
    order = an_order()._replace(lines=(line,))
    assert in_short(decided(order, a_purchase(), given_licences(a_kept()))) == changes


@pytest.mark.parametrize(("status", "reason"), [(REFUNDED, "refunded"), (CHARGED_BACK, "chargeback")])
def test_L5_a_refund_suspends_with_its_reason_once(status: int, reason: str) -> None:
    order = an_order(1042, (SEO, 1), status=status)
    assert in_short(decided(order, a_purchase(), given_licences(a_kept()))) == [f"-seo {reason}"]
    assert decided(order, a_purchase(), given_licences(a_kept(suspended()))).changes == ()


def test_L5_an_order_paid_again_gives_the_same_licence_back() -> None:
    order = an_order(1042, (SEO, 2))
    assert in_short(decided(order, a_purchase(), given_licences(a_kept(suspended())))) == ["~seo", "seo 1>2"]


def test_L5_what_staff_have_suspended_is_not_the_orders_to_give_back() -> None:
    stolen = a_kept(suspended("staff", "stolen"))
    assert decided(an_order(1042, (SEO, 1)), a_purchase(), given_licences(stolen)).changes == ()
    refunded = an_order(1042, (SEO, 1), status=REFUNDED)
    assert in_short(decided(refunded, a_purchase(), given_licences(stolen))) == ["-seo refunded"]


def test_C14_a_chargeback_that_staff_recorded_suspends_whatever_the_status() -> None:
    order = an_order(1042, (SEO, 1))
    assert in_short(decided(order, a_purchase(disputed=True), given_licences(a_kept()))) == ["-seo chargeback"]


def test_C1_terms_are_those_of_the_day_and_codes_keep_what_they_meant() -> None:
    other = LicenceBook(
        [Product(LicenceTerms("other", TEHRAN), (SEO,)), Product(SEO_TERMS._replace(domains=9), (SEO_TOO,))]
    )
    store = a_store(licences=other)
    order = an_order(1042, (SEO, 2))
    assert in_short(decided(order, a_purchase(), given_licences(a_kept()), store=store)) == ["seo 1>2"]
    (issued,) = decided(an_order(1042, (SEO_TOO, 1)), store=store).changes
    assert isinstance(issued, IssueLicence)
    assert issued.terms.domains == 9
    nothing_sold = a_store()
    assert in_short(decided(order, a_purchase(), given_licences(a_kept()), store=nothing_sold)) == ["seo 1>2"]


def test_C1_a_code_that_changes_between_plans_and_products_gives_no_old_order_both() -> None:
    plan = PlanBook([replace(BASE_PLAN, product_codes=(SEO,))])
    order = an_order(1042, (SEO, 1))
    assert in_short(decided(order, a_purchase(), given_licences(a_kept()), store=a_store(plans=plan))) == []
    product = LicenceBook([Product(SEO_TERMS, (BASE,))])
    order, frozen = an_order(1042, (BASE, 1)), {BASE: UnitTerms("base", 550, 12)}
    now = decided(order, a_purchase(terms=frozen, licensed={}), store=a_store(licences=product, plans=PlanBook([])))
    assert ([type(one) for one in now.changes], dict(now.licensed)) == ([GrantUnit], {}), "what it owes of coins, alone"


def test_L5_a_line_of_a_renewal_prolongs_unit_by_unit() -> None:
    decision = decided(an_order(1042, (RENEW, 2), (HALF, 1)))
    assert in_short(decision) == [
        "renew seo 12 (SEO-RENEW 1)",
        "renew seo 12 (SEO-RENEW 2)",
        "renew seo 6 (SEO-HALF 1)",
    ]


@pytest.mark.parametrize(
    ("line", "have", "changes"),
    [
        (OrderLine(RENEW, 2), (a_renewal(1), a_renewal(2)), []),
        (OrderLine(RENEW, 2, 1), (a_renewal(1), a_renewal(2)), ["unrenew SEO-RENEW 2"]),
        (OrderLine(RENEW, 2, 1), (a_renewal(2), a_renewal(1)), ["unrenew SEO-RENEW 2"]),
        (OrderLine("FONT", 1), (a_renewal(1), a_renewal(2)), ["unrenew SEO-RENEW 1", "unrenew SEO-RENEW 2"]),
        (OrderLine(RENEW, 2), (a_renewal(1), a_renewal(2, stands=False)), ["again SEO-RENEW 2"]),
        (
            OrderLine(RENEW, 3),
            (a_renewal(1, stands=False), a_renewal(2)),
            ["again SEO-RENEW 1", "renew seo 12 (SEO-RENEW 3)"],
        ),
    ],
)
def test_L5_renewals_follow_the_orders_quantity(
    line: OrderLine, have: tuple[OrderRenewal, ...], changes: list[str]
) -> None:
    order = an_order()._replace(lines=(line,))
    purchase = a_purchase(licensed={RENEW: Licensed("seo", 12)})
    assert in_short(decided(order, purchase, given_licences(renewals=have))) == changes


def test_L5_a_refunded_order_takes_its_renewals_back_once() -> None:
    order = an_order(1042, (RENEW, 2), status=REFUNDED)
    have = given_licences(renewals=(a_renewal(1), a_renewal(2, stands=False)))
    assert in_short(decided(order, a_purchase(), have)) == ["unrenew SEO-RENEW 1"]


# --- what a person must look at ---------------------------------------------------------------------------------


def test_C2_a_licence_that_cost_nothing_waits_for_staff() -> None:
    order = an_order(1042, (SEO, 1), total=Decimal(0))
    waiting = decided(order)
    assert (waiting.changes, waiting.licensed) == ((), {})
    assert waiting.notes[0].text == "order 1042 gives a licence and its total is 0"
    assert in_short(decided(order, released=NoteKind.ZERO_TOTAL)) == ["+seo x1"]
    less = an_order(1042, OrderLine(SEO, 1, 1), total=Decimal(0))
    refunded = decided(less, a_purchase(), given_licences(a_kept()))
    assert in_short(refunded) == ["-seo refunded"]


def test_C2_more_of_an_order_that_changed_hands_waits_and_less_does_not() -> None:
    moved = {"buyer": customer(78)}
    more = decided(an_order(1042, (SEO, 2), **moved), a_purchase(), given_licences(a_kept()))
    assert (more.changes, notes(more)) == ((), [NoteKind.OWNER_CHANGED])
    assert more.notes[0].text.startswith("order 1042: its licences are on the account of customer 77")
    less = decided(an_order(1042, (SEO, 1), **moved), a_purchase(), given_licences(a_kept(units=2)))
    assert in_short(less) == ["seo 2>1"]


@pytest.mark.parametrize(
    ("lines", "says"),
    [
        (((SEO, -1),), "product SEO-1 has quantity -1"),
        (((SEO, 60), (SEO_TOO, 60)), "120 units of product seo, more than limits.units_per_order = 100"),
        (((RENEW, 101),), "101 units of renewal SEO-RENEW, more than limits.units_per_order = 100"),
    ],
)
def test_C2_absurd_quantities_change_nothing_and_are_named(lines: tuple[tuple[str, int], ...], says: str) -> None:
    decision = decided(an_order(1042, *lines))
    assert (decision.changes, notes(decision)) == ((), [NoteKind.ODD_ORDER])
    assert says in decision.notes[0].text


def test_C2_an_order_of_nobody_and_one_without_a_date_give_no_licence() -> None:
    assert notes(decided(an_order(1042, (SEO, 1), buyer=None))) == [NoteKind.CUSTOMER_GONE]
    assert notes(decided(an_order(1042, (SEO, 1), ordered_at=None))) == [NoteKind.ODD_ORDER]


def test_L1_a_code_that_differs_by_case_or_blanks_is_told_to_staff() -> None:
    decision = decided(an_order(1042, ("seo-1 ", 1)))
    assert (decision.changes, notes(decision)) == ((), [NoteKind.UNKNOWN_CODE])


def test_C2_another_order_under_the_number_touches_no_licence() -> None:
    later = datetime(2026, 12, 1, 12, 0)  # noqa: DTZ001  # a shop's wall clock
    decision = decided(an_order(1042, (SEO, 5), ordered_at=later), a_purchase(), given_licences(a_kept()))
    assert (decision.changes, notes(decision)) == ((), [NoteKind.NUMBER_REUSED])


# --- which licence a renewal prolongs ---------------------------------------------------------------------------


def a_candidate(number: int, *, days: int = 0, terms: LicenceTerms = SEO_TERMS, **events: Any) -> KeptLicence:
    licence = Licence(number, "acme", 1, "K", terms, PAID_AT + timedelta(days=days), MONDAY_9AM)
    history = [LicenceEvent(PAID_AT, KIND.ISSUED, {"units": 1}), *events.get("events", ())]
    return KeptLicence(licence, licence_now(licence, history), len(history))


def chosen(*candidates: KeptLicence) -> int | None:
    found = choose(candidates, "seo")
    return found.licence.id if found else None


def test_L5_a_renewal_prolongs_the_licence_that_ends_first() -> None:
    assert chosen(a_candidate(1, days=5), a_candidate(2, days=1), a_candidate(3, days=9)) == 2
    assert chosen(a_candidate(1), a_candidate(2)) == 1
    renewed = renewal_event(MONDAY_9AM, Renewal(PAID_AT, "r", 12))
    assert chosen(a_candidate(1, events=[renewed]), a_candidate(2, days=90)) == 2


def test_L5_a_renewal_prolongs_no_other_product_and_nothing_that_is_suspended() -> None:
    menu = LicenceTerms("menu", TEHRAN)
    assert chosen(a_candidate(1, terms=menu), a_candidate(2, events=[suspended()])) is None
    assert chosen(a_candidate(2, events=[suspended()]), a_candidate(3, days=99)) == 3


def test_L5_what_does_not_end_is_prolonged_last_and_by_its_other_dates() -> None:
    endless = SEO_TERMS._replace(support_months=0)
    assert chosen(a_candidate(1, terms=endless), a_candidate(2, days=900)) == 2
    assert chosen(a_candidate(1, terms=endless, days=5), a_candidate(2, terms=endless)) == 2


def test_L5_nor_what_nothing_ends_of_or_what_the_vendors_own_table_dates() -> None:
    for_good = SEO_TERMS._replace(licence_months=0, updates_months=0, support_months=0)
    dates = LicenceEvent(PAID_AT, KIND.DATES, {"support": 1_800_000_000_000, "domains": None, "suspended": None})
    assert chosen(a_candidate(1, terms=for_good), a_candidate(2, events=[dates])) is None, "staff are told"
    assert chosen(a_candidate(2, events=[dates]), a_candidate(3, days=900)) == 3


# --- whatever happens to an order -------------------------------------------------------------------------------


@st.composite
def courses(draw: st.DrawFn) -> list[Order]:
    """An order as it is seen one time after another: its lines, quantities and status change."""
    seen = []
    for _ in range(draw(st.integers(1, 8))):
        codes = draw(st.lists(st.sampled_from([SEO, SEO_TOO, MENU, RENEW, HALF]), max_size=4))
        lines = tuple(OrderLine(code, draw(st.integers(0, 3))) for code in codes)
        status = draw(st.sampled_from([5, 5, PENDING, REFUNDED, CHARGED_BACK]))
        seen.append(an_order(1042)._replace(lines=lines, status=status))
    return seen


@given(courses())
@settings(max_examples=150)
def test_L1_L5_after_any_course_the_licences_are_what_the_order_owes_and_a_second_look_changes_nothing(
    course: list[Order],
) -> None:
    purchase: Purchase | None = None
    have, owes = OrderLicences(), an_order(1042)._replace(lines=())
    for order in course:
        decision = decided(order, purchase, have)
        if decision.changes:
            licensed, before = decision.licensed, purchase or a_purchase()
            purchase, have = replace(before, licensed=licensed), after(have, decision)
        assert decided(order, purchase, have).changes == (), "once however often it is seen (rule C2)"
        if order.status != PENDING:
            owes = order if order.status == 5 else order._replace(lines=())
        units: dict[str, int] = {}
        for line in owes.lines:
            meant = PRODUCTS.licensed(line.code)
            assert meant is not None
            units[line.code if meant.months else meant.product] = (
                units.get(line.code if meant.months else meant.product, 0) + line.owed
            )
        active = {one.licence.product: one.now.units for one in have.licences if one.now.suspended is None}
        for code in {one.code for one in have.renewals if one.stands}:
            active[code] = sum(one.stands and one.code == code for one in have.renewals)
        assert active == {what: count for what, count in units.items() if count}


def after(have: OrderLicences, decision: Decision) -> OrderLicences:
    """What there is once a decision is booked."""
    histories = {one.licence.product: one for one in have.licences}
    renewals = {one.key: one for one in have.renewals}
    for change in decision.changes:
        match change:
            case IssueLicence(terms=terms, units=units):
                histories[terms.product] = a_kept(terms=terms, units=units)
            case ChangeQuantity(licence=one, units=units):
                now = histories[one.licence.product].now
                histories[one.licence.product] = one._replace(now=replace(now, units=units))
            case SuspendLicence(licence=one, reason=reason):
                now = replace(one.now, suspended=reason, suspended_by={SuspendedBy.ORDER: reason})
                histories[one.licence.product] = one._replace(now=now)
            case ReinstateLicence(licence=one):
                now = replace(one.now, suspended=None, suspended_by={})
                histories[one.licence.product] = one._replace(now=now)
            case RenewLicence(code=code, unit=unit, months=months):
                new = OrderRenewal(1042, code, unit, 5, months, PAID_AT)
                assert new.key not in renewals, "each unit is given once"
                renewals[new.key] = new
            case TakeRenewalBack(renewal=one):
                renewals[one.key] = one._replace(stands=False)
            case GiveRenewalAgain(renewal=one):
                renewals[one.key] = one._replace(stands=True)
    return OrderLicences(tuple(histories.values()), tuple(renewals.values()))
