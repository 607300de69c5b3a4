"""What one order owes, and what is booked so that the packages match it (rules C1, C2, C3, C14)."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from bridge.domain.order_notes import NoteKind
from bridge.domain.orders import Order, OrderLine
from bridge.domain.packages import Package
from bridge.domain.plans import Plan, PlanBook, UnitTerms
from bridge.domain.purchases import (
    NOTHING,
    Decision,
    GrantUnit,
    Purchase,
    ReinstateUnit,
    RevokeUnit,
    StoreTerms,
    decide,
    unit_key,
)
from tests.support.books import (
    BASE,
    BASE_TOO,
    BERLIN,
    CHARGED_BACK,
    MONDAY_9AM,
    NEW_YORK,
    PENDING,
    PRO,
    REFUNDED,
    SMALL,
    a_store,
    a_unit,
    an_order,
    customer,
)

BASE_TERMS = UnitTerms("base", 550, 12)
OLD_TERMS = UnitTerms("base", 500, 6)
EARLIEST, LATEST = datetime.min, datetime.max  # noqa: DTZ901  # a shop's wall clock


def bought(**different: object) -> Purchase:
    """What is remembered of order 1042 after it granted Base."""
    facts = {
        "order_id": 1042,
        "account_id": 1,
        "owner": customer(77),
        "paid_at": datetime(2026, 11, 20, 8, 35, tzinfo=UTC),
        "terms": {BASE: BASE_TERMS},
    }
    return Purchase(**{**facts, **different})  # type: ignore[arg-type]  # facts by name


def decided(
    order: Order,
    purchase: Purchase | None = None,
    units: Sequence[Package] = (),
    store: StoreTerms | None = None,
    *,
    released: NoteKind | None = None,
    seen_at: datetime = MONDAY_9AM,
) -> Decision:
    return decide(order, purchase, units, store or a_store(), seen_at=seen_at, released=released)


def in_short(decision: Decision) -> list[str]:
    """The changes as words: `+base 1 (550)`, `-base 1`, `=base 1` for a reinstatement."""
    short = []
    for change in decision.changes:
        match change:
            case GrantUnit(unit=unit, terms=terms):
                short.append(f"+{unit.plan} {unit.number} ({terms.coins})")
            case RevokeUnit(package=package) if package.unit:
                short.append(f"-{package.unit.plan} {package.unit.number}")
            case ReinstateUnit(package=package) if package.unit:
                short.append(f"={package.unit.plan} {package.unit.number}")
    return short


def notes(decision: Decision) -> list[NoteKind]:
    return [note.kind for note in decision.notes]


# --- C1: what a code stands for is frozen ---------------------------------------------------------------------


def test_C1_the_first_grant_freezes_size_term_and_plan() -> None:
    decision = decided(an_order(1042, (BASE, 1), ("FONT", 2)))
    assert in_short(decision) == ["+base 1 (550)"]
    assert decision.terms == {BASE: BASE_TERMS}


def test_C1_a_later_size_touches_no_old_order() -> None:
    order = an_order(1042, (BASE, 2))
    decision = decided(order, bought(terms={BASE: OLD_TERMS}), [a_unit(1, coins=500)])
    assert in_short(decision) == ["+base 2 (500)"], "another unit of an old order has the old size"


def test_C1_a_second_code_of_the_same_plan_added_later_has_the_plans_frozen_size() -> None:
    order = an_order(1042, (BASE, 1), (BASE_TOO, 1))
    decision = decided(order, bought(terms={BASE: OLD_TERMS}), [a_unit(1, coins=500)])
    assert in_short(decision) == ["+base 2 (500)"]
    assert decision.terms == {BASE: OLD_TERMS, BASE_TOO: OLD_TERMS}


def test_C1_a_code_of_another_plan_added_later_has_todays_size() -> None:
    decision = decided(an_order(1042, (BASE, 1), (PRO, 1)), bought(terms={BASE: OLD_TERMS}), [a_unit(1, coins=500)])
    assert in_short(decision) == ["+professional 1 (900)"]


@pytest.mark.parametrize("moved_to", [("base", "professional"), ("base", None)])
def test_C1_a_code_that_left_its_plan_in_the_settings_keeps_it_in_old_orders(moved_to: tuple[str, str | None]) -> None:
    plans = PlanBook([Plan("professional", 1, 900, 12, (BASE,) if moved_to[1] else (PRO,))])
    decision = decided(an_order(), bought(), [a_unit(1)], a_store(plans=plans))
    assert in_short(decision) == []
    assert decision.terms == {BASE: BASE_TERMS}
    more = decided(an_order(1042, (BASE, 2)), bought(), [a_unit(1)], a_store(plans=plans))
    assert in_short(more) == ["+base 2 (550)"]


def test_C1_a_code_that_takes_over_a_unit_is_frozen_though_nothing_is_booked() -> None:
    decision = decided(an_order(1042, (BASE_TOO, 1)), bought(), [a_unit(1)])
    assert decision.changes == ()
    assert decision.terms == {BASE: BASE_TERMS, BASE_TOO: BASE_TERMS}


# --- C2: owed less existing -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("lines", "units", "changes"),
    [
        ([(BASE, 3)], [], ["+base 1 (550)", "+base 2 (550)", "+base 3 (550)"]),
        ([(BASE, 3)], [1, 2, 3], []),
        ([(BASE, 1), (BASE, 2)], [1], ["+base 2 (550)", "+base 3 (550)"]),
        ([(BASE, 1), (BASE_TOO, 2)], [1], ["+base 2 (550)", "+base 3 (550)"]),
        ([(BASE, 2)], [1, 2, 3], ["-base 3"]),
        ([(BASE, 1)], [1, 2, 3], ["-base 3", "-base 2"]),
        ([(BASE, 0)], [1, 2], ["-base 2", "-base 1"]),
        ([("FONT", 5)], [1, 2], ["-base 2", "-base 1"]),
        ([], [1], ["-base 1"]),
        ([(SMALL, 1)], [1], ["-base 1", "+essential 1 (300)"]),
    ],
)
def test_C2_the_difference_between_owed_and_existing_is_booked(
    lines: list[tuple[str, int]], units: list[int], changes: list[str]
) -> None:
    order = an_order()._replace(lines=tuple(OrderLine(*line) for line in lines))
    decision = decided(order, bought() if units else None, [a_unit(number) for number in units])
    assert sorted(in_short(decision)) == sorted(changes)


@pytest.mark.parametrize(
    ("used", "owed", "revoked"),
    [
        ([0, 0, 0], 2, [3]),
        ([0, 0, 10], 2, [2]),
        ([0, 10, 10], 2, [1]),
        ([5, 10, 5], 1, [3, 1]),
        ([30, 20, 10], 1, [3, 2]),
        ([550, 550, 550], 2, [3]),
    ],
)
def test_C2_the_least_used_then_the_highest_units_are_revoked(used: list[int], owed: int, revoked: list[int]) -> None:
    units = [a_unit(number, posted=550 - spent) for number, spent in enumerate(used, 1)]
    decision = decided(an_order(1042, (BASE, owed)), bought(), units)
    assert in_short(decision) == [f"-base {number}" for number in revoked]


def test_C2_a_held_coin_counts_as_used() -> None:
    units = [a_unit(1), a_unit(2, held=5), a_unit(3, posted=549)]
    assert in_short(decided(an_order(1042, (BASE, 2)), bought(), units)) == ["-base 1"]


def test_C2_revoked_units_come_back_before_new_ones_are_granted() -> None:
    units = [a_unit(1), a_unit(2, posted=0, revoked=True, taken=550), a_unit(3, posted=0, revoked=True, taken=550)]
    assert in_short(decided(an_order(1042, (BASE, 2)), bought(), units)) == ["=base 2"]
    assert in_short(decided(an_order(1042, (BASE, 4)), bought(), units)) == ["=base 2", "=base 3", "+base 4 (550)"]


def test_C14_the_units_that_were_revoked_last_come_back_first() -> None:
    """Down to one, refunded, paid again: the one that was left comes back, not the one edited away before."""
    edited_away = a_unit(1, posted=0, revoked=True, taken=550, revocations=1)
    refunded = a_unit(2, posted=500, held=500, revoked=True, taken=50, revocations=2)
    assert in_short(decided(an_order(), bought(), [edited_away, refunded])) == ["=base 2"]


def test_C14_units_revoked_together_share_the_orders_next_revocation() -> None:
    before = a_unit(1, posted=0, revoked=True, taken=550, revocations=4)
    decision = decided(an_order(status=REFUNDED), bought(), [before, a_unit(2), a_unit(3)])
    assert [change.revocation for change in decision.changes if isinstance(change, RevokeUnit)] == [5, 5]


def test_C2_an_order_of_something_else_is_nothing_to_us() -> None:
    assert decided(an_order(1042, ("FONT", 3))) == NOTHING


def test_C2_the_key_is_made_of_shop_facts() -> None:
    (change,) = decided(an_order()).changes
    assert isinstance(change, GrantUnit)
    assert unit_key("acme", change.unit) == "acme:order:1042:base:unit:1"


@pytest.mark.parametrize(
    ("ordered", "grants"), [("2025-12-31T23:59:59", False), ("2026-01-01T00:00:00", True), ("0001-01-01", False)]
)
def test_C2_coins_start_looks_at_the_orders_own_date(ordered: str, grants: bool) -> None:
    order = an_order(ordered_at=datetime.fromisoformat(ordered))
    assert bool(decided(order).changes) is grants


def test_C2_an_order_from_before_coins_start_asks_nobody_about_its_codes() -> None:
    order = an_order(1042, ("base-550", 1), ordered_at=datetime(2025, 6, 1))  # noqa: DTZ001  # a shop's wall clock
    assert decided(order) == NOTHING


def test_C2_coins_start_does_not_undo_what_was_granted() -> None:
    later = a_store(start=date(2027, 1, 1))
    assert in_short(decided(an_order(1042, (BASE, 2)), bought(), [a_unit(1)], later)) == ["+base 2 (550)"]


@pytest.mark.parametrize("total", ["0", "0.00", "-5.00"])
def test_C2_an_order_without_a_price_waits_for_staff(total: str) -> None:
    order = an_order(total=Decimal(total))
    waiting = decided(order)
    assert waiting.changes == ()
    assert notes(waiting) == [NoteKind.ZERO_TOTAL]
    assert in_short(decided(order, released=NoteKind.ZERO_TOTAL)) == ["+base 1 (550)"]


PLACED = datetime(2026, 11, 20, 9, 30)  # noqa: DTZ001  # a shop's wall clock


@pytest.mark.parametrize("status", [None, REFUNDED, CHARGED_BACK])
def test_C2_another_order_under_a_known_number_takes_and_gives_nothing(status: int | None) -> None:
    """A shop that was put back to an older state gives its numbers out a second time."""
    order = an_order(1042, (BASE, 3), ordered_at=PLACED + timedelta(days=1))
    order = order if status is None else order._replace(status=status)
    decision = decided(order, bought(ordered_at=PLACED), [a_unit(1)])
    assert (decision.changes, notes(decision), decision.another) == ((), [NoteKind.NUMBER_REUSED], True)
    assert "placed at 2026-11-20 09:30:00" in decision.notes[0].text


def test_C2_staff_can_let_an_order_through_whose_date_was_corrected() -> None:
    order = an_order(1042, (BASE, 2), ordered_at=PLACED + timedelta(days=1))
    decision = decided(order, bought(ordered_at=PLACED), [a_unit(1)], released=NoteKind.NUMBER_REUSED)
    assert in_short(decision) == ["+base 2 (550)"]


@pytest.mark.parametrize(("known", "now"), [(None, PLACED), (PLACED, None), (None, None), (PLACED, PLACED)])
def test_C2_an_order_with_an_unknown_date_counts_as_the_same(known: datetime | None, now: datetime | None) -> None:
    decision = decided(an_order(1042, (BASE, 2), ordered_at=now), bought(ordered_at=known), [a_unit(1)])
    assert in_short(decision) == ["+base 2 (550)"]


def test_C2_an_order_that_belongs_to_somebody_else_now_is_told_though_nothing_changes() -> None:
    decision = decided(an_order(buyer=customer(78), customer_id=78), bought(), [a_unit(1)])
    assert (decision.changes, notes(decision)) == ((), [NoteKind.OWNER_CHANGED])


def test_C2_an_order_without_a_price_can_still_lose_units() -> None:
    order = an_order(1042, (BASE, 1), total=Decimal(0))
    assert in_short(decided(order, bought(), [a_unit(1), a_unit(2)])) == ["-base 2"]


# --- C3: when it was paid -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("granting_at", "paid_at"),
    [
        (datetime(2026, 11, 20, 12, 5), datetime(2026, 11, 20, 8, 35, tzinfo=UTC)),  # noqa: DTZ001
        (None, MONDAY_9AM),  # no history row with a granting status
        (datetime(1, 1, 1), MONDAY_9AM),  # noqa: DTZ001  # a zero date in disguise
        (datetime(1970, 1, 1), MONDAY_9AM),  # noqa: DTZ001
        (datetime(2027, 1, 1), MONDAY_9AM),  # noqa: DTZ001  # a shop whose clock runs ahead
        (LATEST, MONDAY_9AM),
    ],
)
def test_C3_payment_counts_from_the_shops_history_or_from_when_it_was_seen(
    granting_at: datetime | None, paid_at: datetime
) -> None:
    assert decided(an_order(granting_at=granting_at)).paid_at == paid_at


@pytest.mark.parametrize("zone", [BERLIN, NEW_YORK])
def test_C3_absurd_dates_stop_nothing_in_any_zone(zone: object) -> None:
    store = a_store(zone=zone)
    for absurd in (EARLIEST, LATEST):
        assert decided(an_order(granting_at=absurd), store=store).paid_at == MONDAY_9AM
        assert decided(an_order(ordered_at=absurd), store=store).notes == ()


def test_C3_the_first_payment_counts_for_units_added_later() -> None:
    order = an_order(1042, (BASE, 2), granting_at=datetime(2026, 11, 22, 12, 0))  # noqa: DTZ001  # a shop's wall clock
    assert decided(order, bought(), [a_unit(1)]).paid_at == bought().paid_at


def test_C3_a_change_seen_earlier_than_booked_counts_from_when_it_was_seen() -> None:
    seen = MONDAY_9AM - timedelta(minutes=20)
    assert decided(an_order(granting_at=None), seen_at=seen).paid_at == seen


# --- C14: standing --------------------------------------------------------------------------------------------


def test_C14_a_neutral_status_changes_nothing_before_and_after() -> None:
    assert decided(an_order(status=PENDING)) == NOTHING
    assert decided(an_order(1042, (BASE, 9), status=PENDING), bought(), [a_unit(1)]) == NOTHING
    revoked = a_unit(1, posted=0, revoked=True, taken=550)
    assert decided(an_order(status=PENDING), bought(), [revoked]) == NOTHING


@pytest.mark.parametrize("status", [REFUNDED, CHARGED_BACK])
def test_C14_an_order_that_never_granted_has_nothing_to_revoke(status: int) -> None:
    assert decided(an_order(status=status)) == NOTHING


def test_C14_a_revoking_status_takes_every_unit_and_a_repeat_takes_no_more() -> None:
    order = an_order(1042, (BASE, 2), status=REFUNDED)
    assert in_short(decided(order, bought(), [a_unit(1), a_unit(2)])) == ["-base 1", "-base 2"]
    taken = [a_unit(number, posted=0, revoked=True, taken=550) for number in (1, 2)]
    assert decided(order, bought(), taken).changes == ()


def test_C14_a_return_to_granting_reinstates_the_same_units() -> None:
    taken = [a_unit(number, posted=0, revoked=True, taken=550) for number in (1, 2)]
    assert in_short(decided(an_order(1042, (BASE, 2)), bought(), taken)) == ["=base 1", "=base 2"]


def test_C14_a_chargeback_revokes_and_says_so() -> None:
    decision = decided(an_order(status=CHARGED_BACK), bought(), [a_unit(1)])
    assert in_short(decision) == ["-base 1"]
    assert decision.charged_back
    assert not decided(an_order(status=REFUNDED), bought(), [a_unit(1)]).charged_back


def test_C14_what_was_spent_is_a_note_for_staff() -> None:
    decision = decided(an_order(status=REFUNDED), bought(), [a_unit(1, posted=500, held=20), a_unit(2)])
    assert [(note.kind, note.part) for note in decision.notes] == [(NoteKind.SPENT, "1:1")]
    assert decision.notes[0].text == (
        "order 1042: package 1 was revoked after 70 of its 550 coins had been spent or held"
    )


@pytest.mark.parametrize(
    ("line", "changes"),
    [
        (OrderLine(BASE, 3, 1), ["-base 3"]),
        (OrderLine(BASE, 3, 0, 2), ["-base 3", "-base 2"]),
        (OrderLine(BASE, 3, 2, 1), ["-base 3", "-base 2", "-base 1"]),
        (OrderLine(BASE, 4, 1), []),
    ],
)
def test_C14_what_was_refunded_or_returned_is_not_owed(line: OrderLine, changes: list[str]) -> None:
    order = an_order()._replace(lines=(line,))
    assert in_short(decided(order, bought(), [a_unit(number) for number in (1, 2, 3)])) == changes


def test_C14_a_slip_over_an_amount_alone_revokes_nothing_and_is_a_note() -> None:
    decision = decided(an_order(amount_only_slips=(8, 9)), bought(), [a_unit(1)])
    assert decision.changes == ()
    assert [(note.kind, note.part) for note in decision.notes] == [
        (NoteKind.AMOUNT_SLIP, "8"),
        (NoteKind.AMOUNT_SLIP, "9"),
    ]


# --- what a person must look at -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("line", "says"),
    [
        (OrderLine(BASE, -1), "product BASE-550 has quantity -1, refunded 0, returned 0"),
        (OrderLine(BASE, 1, 1, 1), "product BASE-550 has quantity 1, refunded 1, returned 1"),
        (OrderLine(BASE, -2, -3), "product BASE-550 has quantity -2, refunded -3, returned 0"),
        (OrderLine(BASE, 101), "101 units of plan base, more than limits.units_per_order = 100"),
    ],
)
def test_C2_absurd_quantities_change_nothing_and_are_named(line: OrderLine, says: str) -> None:
    order = an_order()._replace(lines=(line,))
    for purchase, units in ((None, []), (bought(), [a_unit(1)])):
        decision = decided(order, purchase, units)
        assert decision.changes == ()
        assert notes(decision) == [NoteKind.ODD_ORDER]
        assert says in decision.notes[0].text


def test_C2_absurd_quantities_of_other_products_are_not_our_business() -> None:
    assert in_short(decided(an_order(1042, (BASE, 1), ("FONT", -7)))) == ["+base 1 (550)"]


def test_C2_two_lines_do_not_get_round_the_limit() -> None:
    assert notes(decided(an_order(1042, (BASE, 60), (BASE_TOO, 60)))) == [NoteKind.ODD_ORDER]


def test_C2_an_order_without_a_date_cannot_be_held_against_coins_start() -> None:
    decision = decided(an_order(ordered_at=None))
    assert decision.changes == ()
    assert notes(decision) == [NoteKind.ODD_ORDER]


def test_C2_an_order_of_a_deleted_customer_grants_nothing() -> None:
    decision = decided(an_order(buyer=None))
    assert decision.changes == ()
    assert decision.notes[0].text == "order 1042: its customer 77 is not in the shop any more"


@pytest.mark.parametrize(
    ("buyer", "says"),
    [(customer(78), "belongs to customer 78"), (None, "belongs to customer 77, who is not in the shop any more")],
)
def test_C2_more_coins_for_an_order_that_changed_hands_wait_for_staff(buyer: object, says: str) -> None:
    decision = decided(an_order(1042, (BASE, 2), buyer=buyer), bought(), [a_unit(1)])
    assert decision.changes == ()
    assert notes(decision) == [NoteKind.OWNER_CHANGED]
    assert says in decision.notes[0].text


def test_C2_an_order_that_changed_hands_can_still_be_refunded() -> None:
    order = an_order(status=REFUNDED, buyer=customer(78))
    assert in_short(decided(order, bought(), [a_unit(1)])) == ["-base 1"]


def test_C1_a_code_that_differs_by_case_or_blanks_is_told_to_staff() -> None:
    alone = decided(an_order(1042, ("base-550 ", 1)))
    assert alone.changes == ()
    assert alone.notes[0].text == (
        "order 1042: product code 'base-550 ' stands for no plan and no licence; the settings have 'BASE-550'"
    )
    beside = decided(an_order(1042, (BASE, 1), ("base-550", 1)))
    assert in_short(beside) == ["+base 1 (550)"]
    assert notes(beside) == [NoteKind.UNKNOWN_CODE]


def test_C1_a_frozen_code_is_no_near_miss() -> None:
    """An order that granted under a code which the settings have since re-spelt is not an unknown code."""
    respelt = PlanBook([Plan("base", 1, 550, 12, ("Base-550",))])
    decision = decided(an_order(), bought(), [a_unit(1)], a_store(plans=respelt))
    assert decision.changes == ()
    assert decision.notes == ()


def test_C2_what_is_decided_once_is_not_decided_again() -> None:
    order = an_order(1042, (BASE, 2))
    first = decided(order)
    assert in_short(first) == ["+base 1 (550)", "+base 2 (550)"]
    again = decided(order, bought(terms=first.terms), [a_unit(1), a_unit(2)])
    assert again == replace(first, changes=(), paid_at=bought().paid_at)


def test_C2_an_order_that_granted_in_another_store_of_the_same_tables_waits_for_staff() -> None:
    order = an_order(1042, (BASE, 1))
    decision = decide(order, None, [], a_store(), seen_at=MONDAY_9AM, elsewhere="other")
    assert (decision.changes, notes(decision)) == ((), [NoteKind.OTHER_STORE])
    released = decide(order, None, [], a_store(), seen_at=MONDAY_9AM, elsewhere="other", released=NoteKind.OTHER_STORE)
    assert in_short(released) == ["+base 1 (550)"]
